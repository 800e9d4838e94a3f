//! SQL as read: expressions and queries before any name is known.

use crate::types::DataType;
use crate::types::Field;
use crate::types::Value;

/// Where a piece of SQL text begins: the line from 1 and the column from 0, as Spark's `Origin` tells them (`line 1 pos 0`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// From 1.
    pub line: u32,
    /// From 0, in characters.
    pub position: u32,
}

/// An expression in SQL text. Operators are calls by their SQL name (`+`, `and`, `not`, `=`, `like`, ...); `a <> b` is `not(a = b)`.
#[derive(Clone, Debug, PartialEq)]
pub enum SqlExpr {
    /// The expression and where it stands in the text.
    At(Box<Self>, Origin),
    /// `a.b`, split at the dots, without backquotes.
    Name(Vec<String>),
    /// `*` or `a.*`.
    Star(Vec<String>),
    /// A literal whose value is plain from the text.
    Literal(Value, DataType),
    /// `DATE '...'`, `TIMESTAMP '...'`, whose value needs the session time zone: the lower-case type word and the text.
    TypedLiteral(String, String),
    /// `expression AS name`, or several names.
    Alias(Box<Self>, Vec<String>),
    /// A function or operator.
    Call(Box<SqlCall>),
    /// `CAST(child AS type)`; true for `TRY_CAST`.
    Cast(Box<Self>, DataType, bool),
    /// `CASE WHEN condition THEN value ... ELSE otherwise END`.
    Case(Vec<(Self, Self)>, Option<Box<Self>>),
    /// `child[key]`.
    Item(Box<Self>, Box<Self>),
    /// `child.name` where the child is no plain name.
    FieldOf(Box<Self>, String),
    /// `x -> body`.
    Lambda(Vec<String>, Box<Self>),
    /// A window function: the call, its partition, its order, its frame.
    Over(Box<Self>, Vec<Self>, Vec<SqlSortKey>, Option<WindowFrame<Self>>),
    /// `(SELECT ...)` as a value.
    Subquery(Box<Query>),
    /// `x IN (SELECT ...)`; negation stands outside.
    InSubquery(Box<Self>, Box<Query>),
    /// `EXISTS (SELECT ...)`.
    Exists(Box<Query>),
}

/// The rows around a row that a window function looks at: `ROWS BETWEEN start AND end`. `E` is how an offset is written.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowFrame<E> {
    /// `ROWS` counts rows; `RANGE` measures the order key.
    pub rows: bool,
    /// Its first row.
    pub start: FrameBound<E>,
    /// Its last row.
    pub end: FrameBound<E>,
}

/// An end of a frame.
#[derive(Clone, Debug, PartialEq)]
pub enum FrameBound<E> {
    /// `UNBOUNDED PRECEDING` as a start, `UNBOUNDED FOLLOWING` as an end.
    Unbounded,
    /// `CURRENT ROW`.
    CurrentRow,
    /// So far after the current row; before it where negative.
    Offset(Box<E>),
}

impl<E> WindowFrame<E> {
    /// The frame with its offsets written in another way.
    ///
    /// # Errors
    /// The rewriting's.
    pub fn map<T, F>(&self, rewrite: &impl Fn(&E) -> Result<T, F>) -> Result<WindowFrame<T>, F> {
        let bound = |bound: &FrameBound<E>| {
            Ok(match bound {
                FrameBound::Unbounded => FrameBound::Unbounded,
                FrameBound::CurrentRow => FrameBound::CurrentRow,
                FrameBound::Offset(offset) => FrameBound::Offset(Box::new(rewrite(offset)?)),
            })
        };
        Ok(WindowFrame { rows: self.rows, start: bound(&self.start)?, end: bound(&self.end)? })
    }
}

/// A call in SQL text.
#[derive(Clone, Debug, PartialEq)]
pub struct SqlCall {
    /// As written.
    pub name: String,
    /// In order.
    pub arguments: Vec<SqlExpr>,
    /// `DISTINCT`.
    pub distinct: bool,
    /// `FILTER (WHERE ...)`.
    pub filter: Option<SqlExpr>,
    /// `IGNORE NULLS`.
    pub ignore_nulls: bool,
    /// `WITHIN GROUP (ORDER BY ...)`.
    pub within_group: Vec<SqlSortKey>,
}

/// A key of `ORDER BY`.
#[derive(Clone, Debug, PartialEq)]
pub struct SqlSortKey {
    /// What to sort by.
    pub expr: SqlExpr,
    /// `DESC`.
    pub descending: bool,
    /// Nulls before all values.
    pub nulls_first: bool,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// `SELECT ...`, `VALUES ...`, `WITH ...`.
    Query(Box<Query>),
    /// `CREATE [OR REPLACE] [TEMPORARY] VIEW name AS query`.
    CreateView {
        /// Its parts.
        name: Vec<String>,
        /// `OR REPLACE`.
        replace: bool,
        /// The query.
        query: Box<Query>,
    },
    /// `CREATE [OR REPLACE] TABLE`.
    CreateTable(Box<CreateTable>),
    /// `DROP VIEW|TABLE [IF EXISTS] name`.
    Drop {
        /// Its parts.
        name: Vec<String>,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `DROP TABLE`.
        table: bool,
    },
    /// `SET key = value`, `SET key`.
    Set(String, Option<String>),
    /// `SHOW TABLES`.
    ShowTables,
    /// `DESCRIBE name`.
    Describe(Vec<String>, Origin),
    /// `UPDATE name SET ...`, which only tables of some formats take; the rest is not read.
    Update(Vec<String>, Origin),
    /// `DESCRIBE HISTORY name`.
    History(Vec<String>, Origin),
    /// `INSERT INTO|OVERWRITE`.
    Insert(Box<Insert>),
}

/// `CREATE [OR REPLACE] TABLE [IF NOT EXISTS] name [(columns)] [USING format] ... [AS query]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateTable {
    /// Its parts.
    pub name: Vec<String>,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `OR REPLACE`.
    pub replace: bool,
    /// The columns, those of `PARTITIONED BY` with a type last.
    pub columns: Vec<Field>,
    /// `USING`.
    pub format: Option<String>,
    /// `PARTITIONED BY`.
    pub partition_by: Vec<String>,
    /// `OPTIONS`.
    pub options: Vec<(String, String)>,
    /// `LOCATION`.
    pub location: Option<String>,
    /// `AS query`.
    pub query: Option<Query>,
}

/// `INSERT INTO|OVERWRITE [TABLE] name [PARTITION (...)] [(columns)] query`.
#[derive(Clone, Debug, PartialEq)]
pub struct Insert {
    /// Its parts.
    pub name: Vec<String>,
    /// Where the name stands.
    pub origin: Origin,
    /// `OVERWRITE`.
    pub overwrite: bool,
    /// `PARTITION (column = value)`.
    pub partition: Vec<(String, SqlExpr)>,
    /// The columns named; empty for all in order.
    pub columns: Vec<String>,
    /// What is inserted.
    pub query: Query,
}

/// A query with its order and limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// `WITH name [(columns)] AS (query)`, in order.
    pub with: Vec<CommonTable>,
    /// What is selected.
    pub body: QueryBody,
    /// `ORDER BY` (and `SORT BY`).
    pub order_by: Vec<SqlSortKey>,
    /// `LIMIT`.
    pub limit: Option<SqlExpr>,
    /// `OFFSET`.
    pub offset: Option<SqlExpr>,
}

/// `name [(columns)] AS (query)` of a `WITH`.
#[derive(Clone, Debug, PartialEq)]
pub struct CommonTable {
    /// Its name.
    pub name: String,
    /// Names of its columns, if given.
    pub columns: Vec<String>,
    /// What it stands for.
    pub query: Box<Query>,
}

/// What a query selects from.
#[derive(Clone, Debug, PartialEq)]
pub enum QueryBody {
    /// `SELECT`.
    Select(Box<Select>),
    /// `VALUES`.
    Values(Vec<Vec<SqlExpr>>),
    /// `TABLE name`.
    Table(Vec<String>),
    /// A query in parentheses.
    Query(Box<Query>),
    /// `UNION`, `EXCEPT`, `INTERSECT`: the operation, whether `ALL`.
    Set {
        /// Which.
        operation: SetOperation,
        /// `ALL`: duplicates stay.
        all: bool,
        /// Left side.
        left: Box<Self>,
        /// Right side.
        right: Box<Self>,
        /// Where the left side begins.
        origin: Origin,
    },
}

/// A set operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOperation {
    /// `UNION`.
    Union,
    /// `EXCEPT`, `MINUS`.
    Except,
    /// `INTERSECT`.
    Intersect,
}

/// `SELECT ... FROM ... WHERE ... GROUP BY ... HAVING ...`.
#[derive(Clone, Debug, PartialEq)]
pub struct Select {
    /// Where it begins.
    pub origin: Origin,
    /// `DISTINCT`.
    pub distinct: bool,
    /// The select list, aliases included.
    pub items: Vec<SqlExpr>,
    /// Relations, separated by commas; empty without `FROM`.
    pub from: Vec<Relation>,
    /// `LATERAL VIEW [OUTER] generator(...) table AS columns`.
    pub lateral_views: Vec<LateralView>,
    /// `WHERE`.
    pub filter: Option<SqlExpr>,
    /// `GROUP BY`; none without the clause.
    pub group_by: Option<Grouping>,
    /// `HAVING`.
    pub having: Option<SqlExpr>,
}

/// What `GROUP BY` says.
#[derive(Clone, Debug, PartialEq)]
pub enum Grouping {
    /// `GROUP BY a, b`; integers are positions in the select list.
    Expressions(Vec<SqlExpr>),
    /// `GROUP BY ALL`.
    All,
    /// `GROUPING SETS`, `CUBE`, `ROLLUP`: the sets in full.
    Sets(Vec<Vec<SqlExpr>>),
}

/// `LATERAL VIEW [OUTER] generator(...) table AS columns`.
#[derive(Clone, Debug, PartialEq)]
pub struct LateralView {
    /// `OUTER`.
    pub outer: bool,
    /// The generator's call.
    pub generator: SqlExpr,
    /// The table alias.
    pub table: String,
    /// Names of its columns.
    pub columns: Vec<String>,
}

/// A relation of `FROM`.
#[derive(Clone, Debug, PartialEq)]
pub enum Relation {
    /// A table or view; where it stands.
    Table(Vec<String>, Origin),
    /// `(query)`.
    Subquery(Box<Query>),
    /// `VALUES (...), (...)`.
    Values(Vec<Vec<SqlExpr>>),
    /// `range(10)`, `explode(...)` in `FROM`.
    Function(String, Vec<SqlExpr>),
    /// `relation AS name(columns)`.
    Alias(Box<Self>, String, Vec<String>),
    /// A join.
    Join {
        /// Left side.
        left: Box<Self>,
        /// Right side.
        right: Box<Self>,
        /// Which.
        kind: JoinKind,
        /// How rows match.
        criteria: JoinCriteria,
    },
}

/// The kinds of a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    /// `[INNER] JOIN`.
    Inner,
    /// `CROSS JOIN`.
    Cross,
    /// `LEFT [OUTER] JOIN`.
    LeftOuter,
    /// `RIGHT [OUTER] JOIN`.
    RightOuter,
    /// `FULL [OUTER] JOIN`.
    FullOuter,
    /// `LEFT SEMI JOIN`.
    LeftSemi,
    /// `LEFT ANTI JOIN`.
    LeftAnti,
}

/// How the rows of a join match.
#[derive(Clone, Debug, PartialEq)]
pub enum JoinCriteria {
    /// Nothing said.
    None,
    /// `ON condition`.
    On(SqlExpr),
    /// `USING (columns)`.
    Using(Vec<String>),
    /// `NATURAL`.
    Natural,
}

impl SqlExpr {
    /// A plain call.
    #[must_use]
    pub fn call(name: &str, arguments: Vec<Self>) -> Self {
        Self::Call(Box::new(SqlCall {
            name: name.to_owned(),
            arguments,
            distinct: false,
            filter: None,
            ignore_nulls: false,
            within_group: Vec::new(),
        }))
    }

    /// The expression with this place, unless it has one.
    #[must_use]
    pub fn at(self, origin: Origin) -> Self {
        if matches!(self, Self::At(..)) { self } else { Self::At(Box::new(self), origin) }
    }

    /// The expression without its place.
    #[must_use]
    pub fn bare(&self) -> &Self {
        match self {
            Self::At(inner, _) => inner.bare(),
            other => other,
        }
    }
}
