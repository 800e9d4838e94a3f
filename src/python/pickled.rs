//! What another Python process gets of a value: a copy of all that it reaches, as `cloudpickle` makes it.
//!
//! Law: functions and classes of the program go by value, with the globals that they name; what one process changes the other never sees. Modules, built-in
//! things and what the host owns are the same everywhere.

use super::class::Class;
use super::class::Instance;
use super::code::Code;
use super::code::Op;
use super::dict::Dict;
use super::dict::Set;
use super::function::Bound;
use super::function::Cell;
use super::function::Function;
use super::function::Wrapper;
use super::names::Names;
use super::raised::Raised;
use super::sequence::List;
use super::value::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Values that reach further than this are refused, as by CPython's pickle.
const DEPTH: u32 = 200;

/// Copies a value with all that it reaches. `refuse` says of an object of the host's why it cannot leave this process.
///
/// # Errors
/// `TypeError` for what cannot be copied (generators); `RecursionError`; what `refuse` says.
pub fn pickled(value: &Value, refuse: &dyn Fn(&Value) -> Option<Raised>) -> Result<Value, Raised> {
    Copier { refuse, known: BTreeMap::new(), cells: BTreeMap::new(), globals: BTreeMap::new(), depth: 0 }.copy(value)
}

struct Copier<'a> {
    refuse: &'a dyn Fn(&Value) -> Option<Raised>,
    /// Copies by the address of what they were made of.
    known: BTreeMap<usize, Value>,
    cells: BTreeMap<usize, Cell>,
    globals: BTreeMap<usize, Rc<RefCell<Names>>>,
    depth: u32,
}

fn address<T: ?Sized>(shared: &Rc<T>) -> usize {
    Rc::as_ptr(shared).cast::<()>() as usize
}

impl Copier<'_> {
    fn copy(&mut self, value: &Value) -> Result<Value, Raised> {
        if self.depth > DEPTH {
            return Err(Raised::new("RecursionError", "maximum recursion depth exceeded while pickling an object"));
        }
        self.depth += 1;
        let copy = self.copy_here(value);
        self.depth -= 1;
        copy
    }

    fn copy_here(&mut self, value: &Value) -> Result<Value, Raised> {
        if let Some(copy) = identity(value).and_then(|address| self.known.get(&address)) {
            return Ok(copy.clone());
        }
        match value {
            Value::List(list) => {
                let copy = Rc::new(List::default());
                self.known.insert(address(list), Value::List(Rc::clone(&copy)));
                copy.replace(self.all(&list.items())?);
                Ok(Value::List(copy))
            }
            Value::Tuple(items) => Ok(Value::tuple(self.all(items)?)),
            Value::Dict(dict) => {
                let copy = Rc::new(Dict::default());
                self.known.insert(address(dict), Value::Dict(Rc::clone(&copy)));
                self.entries(dict, &copy)?;
                Ok(Value::Dict(copy))
            }
            Value::Set(set) => {
                let members = Dict::default();
                self.entries(&set.members, &members)?;
                Ok(Value::Set(Rc::new(Set { members, frozen: set.frozen })))
            }
            Value::Function(function) => self.function(function),
            Value::Bound(bound) => {
                let (function, receiver) = (self.copy(&bound.function)?, self.copy(&bound.receiver)?);
                Ok(Value::Bound(Rc::new(Bound { function, receiver })))
            }
            Value::Wrapper(wrapper) => self.wrapper(wrapper),
            Value::Class(class) => Ok(Value::Class(self.class(class)?)),
            Value::Instance(instance) => self.instance(instance),
            Value::Iter(iter) => Err(Raised::type_error(format!("cannot pickle '{}' object", Value::Iter(Rc::clone(iter)).type_name()))),
            other => (self.refuse)(other).map_or_else(|| Ok(other.clone()), Err),
        }
    }

    fn all(&mut self, values: &[Value]) -> Result<Vec<Value>, Raised> {
        values.iter().map(|value| self.copy(value)).collect()
    }

    /// Hashes stay: a key's copy is equal to it.
    fn entries(&mut self, from: &Dict, into: &Dict) -> Result<(), Raised> {
        for (hash, key, value) in from.hashed() {
            let (key, value) = (self.copy(&key)?, self.copy(&value)?);
            into.append(hash, key, value);
        }
        Ok(())
    }

    fn function(&mut self, function: &Rc<Function>) -> Result<Value, Raised> {
        let place = address(&function.globals);
        let globals = Rc::clone(self.globals.entry(place).or_default());
        let mut fresh = Vec::new();
        let cells = function.cells.iter().map(|cell| self.cell(cell, &mut fresh)).collect();
        let copy = Rc::new(Function {
            name: Rc::clone(&function.name),
            code: Rc::clone(&function.code),
            defaults: self.all(&function.defaults)?,
            keyword_defaults: self.named(&function.keyword_defaults)?,
            cells,
            globals: Rc::clone(&globals),
            attributes: RefCell::default(),
        });
        self.known.insert(address(function), Value::Function(Rc::clone(&copy)));
        for (from, into) in fresh {
            let held = from.borrow().clone();
            let held = self.copy(&held)?;
            *into.borrow_mut() = held;
        }
        let mut wanted = Vec::new();
        names_of(&function.code, &mut wanted);
        for name in wanted {
            let held = function.globals.borrow().get(&name).cloned();
            if let Some(held) = held.filter(|_| globals.borrow().get(&name).is_none()) {
                let held = self.copy(&held)?;
                globals.borrow_mut().set(&name, held);
            }
        }
        let attributes = self.names(&function.attributes)?;
        *copy.attributes.borrow_mut() = attributes;
        Ok(Value::Function(copy))
    }

    fn cell(&mut self, cell: &Cell, fresh: &mut Vec<(Cell, Cell)>) -> Cell {
        let known = self.cells.entry(address(cell)).or_insert_with(|| {
            let copy = Cell::default();
            fresh.push((Rc::clone(cell), Rc::clone(&copy)));
            copy
        });
        Rc::clone(known)
    }

    fn named(&mut self, entries: &[(Rc<str>, Value)]) -> Result<Vec<(Rc<str>, Value)>, Raised> {
        entries.iter().map(|(name, value)| Ok((Rc::clone(name), self.copy(value)?))).collect()
    }

    fn names(&mut self, names: &RefCell<Names>) -> Result<Names, Raised> {
        let entries: Vec<(Rc<str>, Value)> = names.borrow().iter().map(|(name, value)| (Rc::clone(name), value.clone())).collect();
        let mut copy = Names::default();
        for (name, value) in self.named(&entries)? {
            copy.set(&name, value);
        }
        Ok(copy)
    }

    fn wrapper(&mut self, wrapper: &Rc<Wrapper>) -> Result<Value, Raised> {
        let copy = match &**wrapper {
            Wrapper::Property(get, set) => Wrapper::Property(self.copy(get)?, self.copy(set)?),
            Wrapper::Static(inner) => Wrapper::Static(self.copy(inner)?),
            Wrapper::Class(inner) => Wrapper::Class(self.copy(inner)?),
            Wrapper::Super(class, receiver) => Wrapper::Super(self.class(class)?, self.copy(receiver)?),
        };
        Ok(Value::Wrapper(Rc::new(copy)))
    }

    /// Classes of the program's main module are copied, others found again.
    fn class(&mut self, class: &Rc<Class>) -> Result<Rc<Class>, Raised> {
        if class.builtin || &*class.module != "__main__" || class.members().is_some() {
            return Ok(Rc::clone(class));
        }
        if let Some(Value::Class(known)) = self.known.get(&address(class)) {
            return Ok(Rc::clone(known));
        }
        let bases = class.bases.iter().map(|base| self.class(base)).collect::<Result<Vec<_>, Raised>>()?;
        let copy = Class::new(&class.name, &class.module, bases, Names::default()).map_err(Raised::type_error)?;
        self.known.insert(address(class), Value::Class(Rc::clone(&copy)));
        let attributes = self.names(&class.attributes)?;
        for (name, value) in attributes.iter() {
            copy.set(name, value.clone());
        }
        Ok(copy)
    }

    fn instance(&mut self, instance: &Rc<Instance>) -> Result<Value, Raised> {
        let copy = Instance::new(self.class(&instance.class)?);
        self.known.insert(address(instance), Value::Instance(Rc::clone(&copy)));
        if let Some(payload) = instance.payload.get() {
            let _ = copy.payload.set(self.copy(payload)?);
        }
        (*copy.diagnostic.borrow_mut()).clone_from(&instance.diagnostic.borrow());
        let attributes = self.names(&instance.attributes)?;
        *copy.attributes.borrow_mut() = attributes;
        Ok(Value::Instance(copy))
    }
}

/// The address of what may be reached on several ways.
fn identity(value: &Value) -> Option<usize> {
    Some(match value {
        Value::List(shared) => address(shared),
        Value::Dict(shared) => address(shared),
        Value::Function(shared) => address(shared),
        Value::Class(shared) => address(shared),
        Value::Instance(shared) => address(shared),
        _ => return None,
    })
}

/// The global names that a piece of code reads or writes, its inner functions included.
fn names_of(code: &Code, found: &mut Vec<Rc<str>>) {
    for op in &code.ops {
        if let Op::LoadGlobal(place) | Op::StoreGlobal(place) | Op::LoadName(place) = op {
            let name = &code.names[*place as usize];
            if !found.contains(name) {
                found.push(Rc::clone(name));
            }
        }
    }
    for inner in &code.codes {
        names_of(inner, found);
    }
}
