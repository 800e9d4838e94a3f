//! The dustman: drops the contents of containers, a bounded number of levels deep, the rest afterwards in a loop,
//! so that a chain of a million nodes does not overflow the stack when it goes.

use std::any::Any;
use std::cell::Cell;
use std::cell::RefCell;

const DEPTH: u32 = 40;

thread_local! {
    static LEVEL: Cell<u32> = const { Cell::new(0) };
    static PENDING: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Drops these values now, or soon where we are deep in the drop of others.
pub(super) fn drop_later<T: 'static>(values: T) {
    let Ok(level) = LEVEL.try_with(Cell::get) else { return };
    if level >= DEPTH {
        let _ = PENDING.try_with(|pending| pending.borrow_mut().push(Box::new(values)));
        return;
    }
    // At the end of a thread its locals go in any order: what is gone already is not needed any more.
    let _ = LEVEL.try_with(|it| it.set(level + 1));
    drop(values);
    if level == 0 {
        while let Ok(Some(batch)) = PENDING.try_with(|pending| pending.borrow_mut().pop()) {
            drop(batch);
        }
    }
    let _ = LEVEL.try_with(|it| it.set(level));
}

/// As [`drop_later`], for many values.
pub(super) fn drop_all<T: 'static>(values: Vec<T>) {
    if !values.is_empty() {
        drop_later(values);
    }
}
