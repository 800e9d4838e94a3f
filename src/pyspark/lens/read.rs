//! A program read as chains of calls: `spark.readStream.format("json")...writeStream...start()`, followed through variables.

use crate::python;
use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, ModModule, PySourceType, Stmt};
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;
use std::collections::BTreeMap;

/// One link of a chain: `.format("json")`, or a bare attribute such as `.writeStream`. Places are bytes of the program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link<'a> {
    /// The method's or attribute's name.
    pub name: &'a str,
    /// Its arguments, where it is called.
    pub call: Option<&'a ExprCall>,
    /// Where the thing that it is called on ends: the link's own text begins here, with its layout and its dot.
    pub from: usize,
    /// Where its name begins.
    pub name_at: usize,
    /// One past its last byte.
    pub to: usize,
}

/// A streaming query as the text says it.
#[derive(Clone, Debug)]
pub(super) struct Query<'a> {
    /// All links from the session to `start`, in the order of the calls.
    pub links: Vec<Link<'a>>,
    /// The chains that the program's variables stood for when the query was started.
    pub chains: BTreeMap<&'a str, Vec<Link<'a>>>,
    /// The last expression assigned to each variable by then.
    pub values: BTreeMap<&'a str, &'a Expr>,
}

/// Reads the queries of a program in the order in which they are started, and hands them over: they borrow from the tree.
/// A program with syntax errors is read as far as it makes sense. Where nothing is started, the last chain that reads a stream stands in.
pub(super) fn with_queries<T>(program: &str, consumer: impl FnOnce(&[Query<'_>]) -> T) -> T {
    let parsed = parsed(program);
    let mut reader = Reader::default();
    for statement in parsed.suite() {
        reader.visit_stmt(statement);
    }
    if reader.queries.is_empty() {
        reader.queries.extend(reader.unstarted.take());
    }
    consumer(&reader.queries)
}

/// Ruff's tree of a program; an empty one where the program nests deeper than can be read.
fn parsed(program: &str) -> Parsed<ModModule> {
    let readable = if python::too_deep(program).is_some() { "" } else { program };
    ruff_python_parser::parse_unchecked_source(readable, PySourceType::Python)
}

/// Where the chain ends that writes a stream and is never started; none where the program starts a query, or writes none.
pub(in crate::pyspark) fn unstarted(program: &str) -> Option<u32> {
    let parsed = parsed(program);
    let mut reader = Reader::default();
    for statement in parsed.suite() {
        reader.visit_stmt(statement);
    }
    if !reader.queries.is_empty() {
        return None;
    }
    let links = reader.unstarted?.links;
    let last = links.iter().any(|link| link.name == "writeStream").then(|| links.last())??;
    u32::try_from(last.to).ok()
}

/// An argument of a call by its position or its keyword.
pub(super) fn argument<'a>(call: &'a ExprCall, position: usize, keyword: &str) -> Option<&'a Expr> {
    let by_name =
        call.arguments.keywords.iter().find(|it| it.arg.as_ref().is_some_and(|name| name.as_str() == keyword)).map(|it| &it.value);
    by_name.or_else(|| call.arguments.args.get(position))
}

/// The bare name of what is called: `window` of `window(...)` and of `F.window(...)`.
pub(super) fn called_name(call: &ExprCall) -> &str {
    match call.func.as_ref() {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => "",
    }
}

#[derive(Default)]
struct Reader<'a> {
    chains: BTreeMap<&'a str, Vec<Link<'a>>>,
    values: BTreeMap<&'a str, &'a Expr>,
    queries: Vec<Query<'a>>,
    unstarted: Option<Query<'a>>,
}

impl<'a> Visitor<'a> for Reader<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Assign(assign) => {
                self.look_at(&assign.value);
                if let [Expr::Name(target)] = assign.targets.as_slice() {
                    self.assign(target.id.as_str(), &assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let (Expr::Name(target), Some(value)) = (assign.target.as_ref(), &assign.value) {
                    self.look_at(value);
                    self.assign(target.id.as_str(), value);
                }
            }
            Stmt::Expr(expression) => self.look_at(&expression.value),
            // What a function does with its own parameters is not the program's query.
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, _expression: &'a Expr) {}
}

impl<'a> Reader<'a> {
    fn assign(&mut self, name: &'a str, value: &'a Expr) {
        // The chain is resolved now: `df = df.select(...)` must not follow itself.
        let links = self.chain(value);
        self.values.insert(name, value);
        self.chains.insert(name, links);
    }

    /// Takes note of a query that this expression starts.
    fn look_at(&mut self, expression: &'a Expr) {
        let links = self.chain(expression);
        if !links.iter().any(|link| link.name == "readStream" || link.name == "writeStream") {
            return;
        }
        let started = links.iter().position(|link| matches!(link.name, "start" | "toTable") && link.call.is_some());
        let here = |link: &Link| link.name_at >= expression.start().to_usize() && link.to <= expression.end().to_usize();
        match started {
            Some(at) if here(&links[at]) => {
                let query = self.query(links[..=at].to_vec());
                self.queries.push(query);
            }
            Some(_) => {}
            None => self.unstarted = Some(self.query(links)),
        }
    }

    fn query(&self, links: Vec<Link<'a>>) -> Query<'a> {
        Query { links, chains: self.chains.clone(), values: self.values.clone() }
    }

    /// The links of an expression, those of the variable that it begins with included.
    fn chain(&self, expression: &'a Expr) -> Vec<Link<'a>> {
        let mut links = Vec::new();
        let mut rest = expression;
        loop {
            let (attribute, call) = match rest {
                Expr::Call(call) => match call.func.as_ref() {
                    Expr::Attribute(attribute) => (attribute, Some(call)),
                    _ => break,
                },
                Expr::Attribute(attribute) => (attribute, None),
                Expr::Name(name) => {
                    links.reverse();
                    let mut whole = self.chains.get(name.id.as_str()).cloned().unwrap_or_default();
                    whole.append(&mut links);
                    return whole;
                }
                _ => break,
            };
            links.push(Link {
                name: attribute.attr.as_str(),
                call,
                from: attribute.value.end().to_usize(),
                name_at: attribute.attr.start().to_usize(),
                to: rest.end().to_usize(),
            });
            rest = &attribute.value;
        }
        links.reverse();
        links
    }
}
