//! Which names a piece of code binds, and where each name that it uses lives.

use hashbrown::HashMap;
use ruff_python_ast::Comprehension;
use ruff_python_ast::ExceptHandler;
use ruff_python_ast::Expr;
use ruff_python_ast::ExprContext;
use ruff_python_ast::Parameters;
use ruff_python_ast::Pattern;
use ruff_python_ast::Stmt;
use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::visitor::walk_except_handler;
use ruff_python_ast::visitor::walk_expr;
use ruff_python_ast::visitor::walk_pattern;
use ruff_python_ast::visitor::walk_stmt;
use ruff_text_size::TextRange;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// What opens a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum ScopeKind {
    Program,
    Function,
    Lambda,
    Comprehension,
    Class,
}

/// Where a name lives in a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    Local,
    Cell,
    Global,
    /// In a class body's own namespace.
    Name,
}

/// A scope.
pub(super) struct Scope {
    pub(super) kind: ScopeKind,
    parent: Option<usize>,
    bound: BTreeSet<String>,
    used: BTreeSet<String>,
    globals: BTreeSet<String>,
    pub(super) nonlocals: BTreeMap<String, TextRange>,
    pub(super) generator: bool,
    /// Its own variables that inner functions share.
    pub(super) cells: Vec<String>,
    /// Variables of outer functions that it or its inner functions use.
    pub(super) free: Vec<String>,
}

/// All scopes of a program; the first one is the program's own.
pub(super) struct Scopes {
    pub(super) all: Vec<Scope>,
    by_place: HashMap<(u32, u32, ScopeKind), usize>,
    /// A `nonlocal` name that no outer function binds.
    pub(super) unbound_nonlocal: Option<(String, TextRange)>,
}

impl Scopes {
    /// Reads a program.
    pub(super) fn read(body: &[Stmt]) -> Self {
        let mut reader = Reader { scopes: vec![Scope::new(ScopeKind::Program, None)], by_place: HashMap::new(), current: 0 };
        reader.visit_body(body);
        let mut scopes = Self { all: reader.scopes, by_place: reader.by_place, unbound_nonlocal: None };
        scopes.resolve();
        scopes
    }

    /// The scope that a node opens.
    pub(super) fn at(&self, range: TextRange, kind: ScopeKind) -> Option<usize> {
        self.by_place.get(&(range.start().to_u32(), range.end().to_u32(), kind)).copied()
    }

    /// Where a name lives, seen from a scope.
    pub(super) fn home(&self, scope: usize, name: &str) -> Home {
        let scope = &self.all[scope];
        if scope.globals.contains(name) {
            return Home::Global;
        }
        if scope.kind == ScopeKind::Class && scope.bound.contains(name) && !scope.nonlocals.contains_key(name) {
            return Home::Name;
        }
        if scope.cells.iter().any(|cell| cell == name) && scope.kind != ScopeKind::Class || scope.free.iter().any(|free| free == name) {
            return Home::Cell;
        }
        match scope.kind {
            ScopeKind::Program => Home::Global,
            ScopeKind::Class => Home::Name,
            _ if scope.bound.contains(name) => Home::Local,
            _ => Home::Global,
        }
    }

    fn resolve(&mut self) {
        for index in 0..self.all.len() {
            let scope = &self.all[index];
            let names: Vec<String> = scope.used.iter().chain(scope.nonlocals.keys()).cloned().collect();
            for name in names {
                self.resolve_name(index, &name);
            }
        }
    }

    fn resolve_name(&mut self, index: usize, name: &str) {
        let scope = &self.all[index];
        let nonlocal = scope.nonlocals.get(name).copied();
        if scope.globals.contains(name) || (nonlocal.is_none() && scope.bound.contains(name)) {
            return;
        }
        let mut path = vec![index];
        let mut at = scope.parent;
        while let Some(outer) = at {
            let candidate = &self.all[outer];
            let gives = match candidate.kind {
                ScopeKind::Program => false,
                ScopeKind::Class => name == "__class__",
                _ => candidate.bound.contains(name) && !candidate.nonlocals.contains_key(name) && !candidate.globals.contains(name),
            };
            if gives {
                add(&mut self.all[outer].cells, name);
                for inner in path {
                    add(&mut self.all[inner].free, name);
                }
                return;
            }
            if candidate.kind != ScopeKind::Class && candidate.globals.contains(name) {
                break;
            }
            path.push(outer);
            at = candidate.parent;
        }
        if let Some(range) = nonlocal {
            self.unbound_nonlocal.get_or_insert((name.to_owned(), range));
        }
    }
}

impl Scope {
    fn new(kind: ScopeKind, parent: Option<usize>) -> Self {
        Self {
            kind,
            parent,
            bound: BTreeSet::new(),
            used: BTreeSet::new(),
            globals: BTreeSet::new(),
            nonlocals: BTreeMap::new(),
            generator: false,
            cells: Vec::new(),
            free: Vec::new(),
        }
    }
}

fn add(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

struct Reader {
    scopes: Vec<Scope>,
    by_place: HashMap<(u32, u32, ScopeKind), usize>,
    current: usize,
}

impl Reader {
    fn bind(&mut self, name: &str) {
        self.scopes[self.current].bound.insert(name.to_owned());
    }

    fn uses(&mut self, name: &str) {
        self.scopes[self.current].used.insert(name.to_owned());
        if name == "super" {
            self.scopes[self.current].used.insert("__class__".to_owned());
        }
    }

    fn inside(&mut self, range: TextRange, kind: ScopeKind, read: impl FnOnce(&mut Self)) {
        let outer = self.current;
        self.scopes.push(Scope::new(kind, Some(outer)));
        self.current = self.scopes.len() - 1;
        self.by_place.insert((range.start().to_u32(), range.end().to_u32(), kind), self.current);
        read(self);
        self.current = outer;
    }

    fn defaults(&mut self, parameters: &Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                self.visit_expr(default);
            }
        }
    }

    fn bind_parameters(&mut self, parameters: &Parameters) {
        for parameter in parameters {
            self.bind(parameter.name());
        }
    }

    fn comprehension(&mut self, range: TextRange, generators: &[Comprehension], items: &[&Expr]) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.inside(range, ScopeKind::Comprehension, |reader| {
            for (index, generator) in generators.iter().enumerate() {
                if index > 0 {
                    reader.visit_expr(&generator.iter);
                }
                reader.visit_expr(&generator.target);
                generator.ifs.iter().for_each(|test| reader.visit_expr(test));
            }
            items.iter().for_each(|item| reader.visit_expr(item));
        });
    }

    /// `:=` binds in the function around a comprehension, not in the comprehension.
    fn bind_walrus(&mut self, name: &str) {
        let mut at = self.current;
        while self.scopes[at].kind == ScopeKind::Comprehension {
            let Some(parent) = self.scopes[at].parent else { break };
            self.scopes[at].used.insert(name.to_owned());
            at = parent;
        }
        self.scopes[at].bound.insert(name.to_owned());
    }
}

impl<'a> Visitor<'a> for Reader {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => {
                self.bind(&def.name);
                def.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
                self.defaults(&def.parameters);
                self.inside(def.range, ScopeKind::Function, |reader| {
                    reader.bind_parameters(&def.parameters);
                    reader.visit_body(&def.body);
                });
            }
            Stmt::ClassDef(def) => {
                self.bind(&def.name);
                def.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
                def.bases().iter().for_each(|base| self.visit_expr(base));
                def.keywords().iter().for_each(|keyword| self.visit_expr(&keyword.value));
                self.inside(def.range, ScopeKind::Class, |reader| reader.visit_body(&def.body));
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.visit_expr(value);
                }
                self.visit_expr(&assign.target);
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().map_or_else(|| alias.name.split('.').next().unwrap_or_default(), |name| name.as_str());
                    self.bind(name);
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    self.bind(alias.asname.as_ref().unwrap_or(&alias.name));
                }
            }
            Stmt::Global(global) => {
                let names = global.names.iter().map(|name| name.to_string());
                self.scopes[self.current].globals.extend(names);
            }
            Stmt::Nonlocal(nonlocal) => {
                let names = nonlocal.names.iter().map(|name| (name.to_string(), name.range));
                self.scopes[self.current].nonlocals.extend(names);
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => match name.ctx {
                ExprContext::Load | ExprContext::Invalid => self.uses(&name.id),
                ExprContext::Store => self.bind(&name.id),
                ExprContext::Del => self.bind(&name.id),
            },
            Expr::Named(named) => {
                self.visit_expr(&named.value);
                if let Expr::Name(name) = &*named.target {
                    self.bind_walrus(&name.id);
                }
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.defaults(parameters);
                }
                self.inside(lambda.range, ScopeKind::Lambda, |reader| {
                    if let Some(parameters) = &lambda.parameters {
                        reader.bind_parameters(parameters);
                    }
                    reader.visit_expr(&lambda.body);
                });
            }
            Expr::ListComp(comp) => self.comprehension(comp.range, &comp.generators, &[&comp.elt]),
            Expr::SetComp(comp) => self.comprehension(comp.range, &comp.generators, &[&comp.elt]),
            Expr::Generator(comp) => self.comprehension(comp.range, &comp.generators, &[&comp.elt]),
            Expr::DictComp(comp) => {
                let items: Vec<&Expr> = comp.key.as_deref().into_iter().chain([&*comp.value]).collect();
                self.comprehension(comp.range, &comp.generators, &items);
            }
            Expr::Yield(_) | Expr::YieldFrom(_) => {
                self.scopes[self.current].generator = true;
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name);
        }
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name);
        }
        walk_pattern(self, pattern);
    }
}
