//! What analysis needs besides the plan: the session's settings and fresh ids.

use crate::diag;
use crate::expr::ColumnId;
use crate::expr::ExternalFunction;
use crate::expr::Settings;
use crate::plan::Column;
use crate::plan::Frame;
use crate::plan::Plan;
use crate::types::Schema;
use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A relation as it was, and the new ids of its columns.
type Renewal = (Rc<Plan>, BTreeMap<ColumnId, ColumnId>);

/// The session as analysis sees it. Frames of one session share one; ids are unique within it.
#[derive(Debug)]
pub struct Analyzer {
    settings: RefCell<Settings>,
    functions: RefCell<Rc<BTreeMap<String, ExternalFunction>>>,
    next_id: Cell<u64>,
    /// The frames that `df["x"]` has been asked of, by the frame's id.
    referenced: RefCell<BTreeMap<u64, Rc<Plan>>>,
    /// The right sides of joins with themselves, as they were, and the new ids of their columns.
    renewals: RefCell<Vec<Renewal>>,
}

/// The tables and views that SQL can name.
pub trait Catalog {
    /// The frame behind a name of one or more parts (`events`, `default.events`); none where there is no such table or view. Look-up ignores case.
    ///
    /// # Errors
    /// Where the table is there and cannot be read.
    fn relation(&self, name: &[String]) -> diag::Result<Option<Frame>>;
}

impl Analyzer {
    /// A session with these settings.
    #[must_use]
    pub fn new(settings: Settings) -> Rc<Self> {
        Rc::new(Self {
            settings: RefCell::new(settings),
            functions: RefCell::default(),
            next_id: Cell::new(0),
            referenced: RefCell::default(),
            renewals: RefCell::default(),
        })
    }

    /// The settings now.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings { functions: Rc::clone(&self.functions.borrow()), ..self.settings.borrow().clone() }
    }

    /// Gives a function a name for SQL text: `spark.udf.register`.
    pub fn register(&self, name: &str, function: ExternalFunction) {
        let mut functions = (**self.functions.borrow()).clone();
        functions.insert(name.to_ascii_lowercase(), function);
        *self.functions.borrow_mut() = Rc::new(functions);
    }

    /// Changes the settings for what is analysed from now on: `spark.conf.set`.
    pub fn set_settings(&self, settings: Settings) {
        *self.settings.borrow_mut() = settings;
    }

    /// A number that this session has not given out yet.
    pub fn fresh(&self) -> u64 {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        id
    }

    /// A column id that this session has not given out yet.
    pub fn fresh_column(&self) -> ColumnId {
        ColumnId(self.fresh())
    }

    /// New columns for a schema.
    pub(crate) fn columns(&self, schema: &Schema) -> Vec<Column> {
        schema.fields.iter().map(|field| Column::new(self.fresh_column(), &field.name, field.data_type.clone(), field.nullable)).collect()
    }

    /// Remembers a frame for `df["x"]` in later frames.
    pub(crate) fn remember(&self, frame: &Frame) {
        self.referenced.borrow_mut().entry(frame.id).or_insert_with(|| Rc::clone(&frame.plan));
    }

    /// The plan of a remembered frame.
    pub(crate) fn remembered(&self, frame: u64) -> Option<Rc<Plan>> {
        self.referenced.borrow().get(&frame).cloned()
    }

    /// Remembers that a relation got new ids as the right side of a join.
    pub(crate) fn renewed(&self, plan: &Rc<Plan>, ids: BTreeMap<ColumnId, ColumnId>) {
        self.renewals.borrow_mut().push((Rc::clone(plan), ids));
    }

    /// The new id of the frame's column where the frame stood in the right side of a join with itself, if it is among these columns.
    pub(crate) fn copy_of(&self, frame: &Rc<Plan>, column: ColumnId, among: &[&Column]) -> Option<ColumnId> {
        let renewals = self.renewals.borrow();
        let holds = |side: &Rc<Plan>| Rc::ptr_eq(side, frame) || side.exists(&|below| std::ptr::eq(below, Rc::as_ptr(frame)));
        let copies = renewals.iter().filter(|(side, _)| holds(side)).filter_map(|(_, ids)| ids.get(&column));
        copies.copied().find(|copy| among.iter().any(|column| column.id == *copy))
    }
}
