//! Functions, lambdas, classes, comprehensions: code inside code.

use super::Code;
use super::CodeKind;
use super::Compiler;
use super::Done;
use super::Op;
use super::Parameters;
use super::ScopeKind;
use super::Value;
use super::parse;
use super::refuse;
use crate::diag::Diagnostic;
use crate::diag::Span;
use ruff_python_ast as ast;
use ruff_python_ast::Decorator;
use ruff_python_ast::Expr;
use ruff_python_ast::Stmt;
use ruff_text_size::Ranged;
use ruff_text_size::TextRange;
use std::rc::Rc;

impl<'a> Compiler<'a> {
    pub(super) fn function(&mut self, def: &'a ast::StmtFunctionDef) -> Done {
        let span = parse::span(def.name.range);
        if def.is_async {
            return refuse("Tidemark does not know 'async' functions yet", parse::span(def.range));
        }
        self.decorators(&def.decorator_list)?;
        let defaults = self.defaults(&def.parameters)?;
        let scope = self.scope_at(def.range, ScopeKind::Function, span)?;
        self.open_function(scope, CodeKind::Function, &def.name, &def.parameters)?;
        self.unit().code.documentation = documentation(&def.body);
        self.body(&def.body)?;
        self.make_function(defaults, span);
        self.decorate(&def.decorator_list);
        self.store(&def.name, span);
        Ok(())
    }

    pub(super) fn lambda(&mut self, lambda: &'a ast::ExprLambda) -> Done {
        let span = parse::span(lambda.range);
        let parameters = lambda.parameters.as_deref();
        let defaults = match parameters {
            Some(parameters) => self.defaults(parameters)?,
            None => (0, 0),
        };
        let scope = self.scope_at(lambda.range, ScopeKind::Lambda, span)?;
        match parameters {
            Some(parameters) => self.open_function(scope, CodeKind::Lambda, "<lambda>", parameters)?,
            None => self.open(scope, CodeKind::Lambda, "<lambda>", Parameters::default()),
        }
        self.expression(&lambda.body)?;
        self.make_function(defaults, span);
        Ok(())
    }

    pub(super) fn class(&mut self, def: &'a ast::StmtClassDef) -> Done {
        let span = parse::span(def.name.range);
        self.decorators(&def.decorator_list)?;
        self.arguments_list(def.bases())?;
        self.emit(Op::ListToTuple, span);
        self.keyword_dict(def.keywords())?;
        let scope = self.scope_at(def.range, ScopeKind::Class, span)?;
        self.open(scope, CodeKind::Class, &def.name, Parameters::default());
        self.unit().code.documentation = documentation(&def.body);
        self.body(&def.body)?;
        let code = self.close();
        let place = self.inner(code);
        self.emit(Op::MakeClass(place), span);
        self.decorate(&def.decorator_list);
        self.store(&def.name, span);
        Ok(())
    }

    /// A comprehension is a function of its first iterator.
    pub(super) fn comprehension(&mut self, range: TextRange, generators: &'a [ast::Comprehension], kind: Comprehension<'a>) -> Done {
        let span = parse::span(range);
        let Some(first) = generators.first() else { return refuse("invalid syntax", span) };
        let scope = self.scope_at(range, ScopeKind::Comprehension, span)?;
        let parameters = Parameters { positional: vec![Rc::from(".0")], ..Parameters::default() };
        self.open(scope, CodeKind::Comprehension, kind.name(), parameters);
        if self.unit().code.generator {
            return refuse("'yield' inside a comprehension", span);
        }
        self.unit().code.generator = matches!(kind, Comprehension::Generator(_));
        match kind {
            Comprehension::List(_) => drop(self.emit(Op::BuildList(0), span)),
            Comprehension::Set(_) => drop(self.emit(Op::BuildSet(0), span)),
            Comprehension::Dict(..) => drop(self.emit(Op::BuildDict(0), span)),
            Comprehension::Generator(_) => {}
        }
        self.emit(Op::LoadLocal(0), span);
        self.comprehension_loop(generators, 0, &kind, span)?;
        if !matches!(kind, Comprehension::Generator(_)) {
            self.emit(Op::Return, span);
        }
        self.make_function((0, 0), span);
        self.expression(&first.iter)?;
        self.emit(Op::Iterate, parse::span(first.iter.range()));
        self.emit(Op::Call(1, super::super::code::NO_NAMES), span);
        Ok(())
    }

    fn comprehension_loop(&mut self, generators: &'a [ast::Comprehension], place: usize, kind: &Comprehension<'a>, span: Span) -> Done {
        let Some(generator) = generators.get(place) else { return self.comprehension_item(kind, generators.len(), span) };
        self.deeper(span)?;
        if generator.is_async {
            return refuse("asynchronous comprehension outside of an asynchronous function", span);
        }
        if place > 0 {
            self.expression(&generator.iter)?;
            self.emit(Op::Iterate, parse::span(generator.iter.range()));
        }
        let start = self.here();
        let end = self.emit(Op::ForNext(0), parse::span(generator.iter.range()));
        self.target(&generator.target)?;
        for test in &generator.ifs {
            self.expression(test)?;
            let jump = self.emit(Op::JumpIfTrue(0), parse::span(test.range()));
            self.emit(Op::Jump(start), span);
            self.land(jump);
        }
        self.comprehension_loop(generators, place + 1, kind, span)?;
        self.emit(Op::Jump(start), span);
        self.land(end);
        self.depth -= 1;
        Ok(())
    }

    fn comprehension_item(&mut self, kind: &Comprehension<'a>, loops: usize, span: Span) -> Done {
        let below = super::index(loops);
        match kind {
            Comprehension::List(item) => {
                self.expression(item)?;
                self.emit(Op::ListAppend(below), span);
            }
            Comprehension::Set(item) => {
                self.expression(item)?;
                self.emit(Op::SetAdd(below), span);
            }
            Comprehension::Dict(key, value) => {
                self.expression(key)?;
                self.expression(value)?;
                self.emit(Op::DictSet(below), span);
            }
            Comprehension::Generator(item) => {
                self.expression(item)?;
                self.emit(Op::Yield, span);
                self.emit(Op::Pop, span);
            }
        }
        Ok(())
    }

    fn open_function(&mut self, scope: usize, kind: CodeKind, name: &str, given: &'a ast::Parameters) -> Done {
        let names =
            |list: &[ast::ParameterWithDefault]| list.iter().map(|parameter| Rc::from(parameter.name().as_str())).collect::<Vec<Rc<str>>>();
        let mut positional = names(&given.posonlyargs);
        let positional_only = positional.len();
        positional.extend(names(&given.args));
        let with_default = |parameter: &&ast::ParameterWithDefault| parameter.default.is_some();
        let parameters = Parameters {
            positional,
            positional_only,
            keyword_only: names(&given.kwonlyargs),
            keyword_defaults: given.kwonlyargs.iter().filter(with_default).map(|parameter| Rc::from(parameter.name().as_str())).collect(),
            rest: given.vararg.is_some(),
            keywords: given.kwarg.is_some(),
        };
        let mut seen = std::collections::BTreeSet::new();
        for parameter in given {
            if !seen.insert(parameter.name().as_str()) {
                let message = format!("duplicate argument '{}' in function definition", parameter.name());
                return refuse(&message, parse::span(parameter.range()));
            }
        }
        self.open(scope, kind, name, parameters);
        for parameter in given.vararg.iter().chain(&given.kwarg) {
            self.unit().parameter_local(&Rc::from(parameter.name.as_str()));
        }
        Ok(())
    }

    fn defaults(&mut self, parameters: &'a ast::Parameters) -> Result<(u32, u32), Box<Diagnostic>> {
        let mut count = (0, 0);
        for default in parameters.posonlyargs.iter().chain(&parameters.args).filter_map(|parameter| parameter.default.as_deref()) {
            self.expression(default)?;
            count.0 += 1;
        }
        for default in parameters.kwonlyargs.iter().filter_map(|parameter| parameter.default.as_deref()) {
            self.expression(default)?;
            count.1 += 1;
        }
        Ok(count)
    }

    fn make_function(&mut self, defaults: (u32, u32), span: Span) {
        let code = self.close();
        let place = self.inner(code);
        self.emit(Op::MakeFunction(place, defaults.0, defaults.1), span);
    }

    fn inner(&mut self, code: Rc<Code>) -> u32 {
        let codes = &mut self.unit().code.codes;
        codes.push(code);
        super::index(codes.len() - 1)
    }

    fn decorators(&mut self, decorators: &'a [Decorator]) -> Done {
        decorators.iter().try_for_each(|decorator| self.expression(&decorator.expression))
    }

    fn decorate(&mut self, decorators: &'a [Decorator]) {
        for decorator in decorators.iter().rev() {
            self.emit(Op::Call(1, super::super::code::NO_NAMES), parse::span(decorator.expression.range()));
        }
    }

    fn scope_at(&mut self, range: TextRange, kind: ScopeKind, span: Span) -> Result<usize, Box<Diagnostic>> {
        match self.scopes.at(range, kind) {
            Some(scope) => Ok(scope),
            None => refuse("invalid syntax", span),
        }
    }
}

/// What a comprehension makes, of which items.
pub(super) enum Comprehension<'a> {
    List(&'a Expr),
    Set(&'a Expr),
    Dict(&'a Expr, &'a Expr),
    Generator(&'a Expr),
}

impl Comprehension<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::List(_) => "<listcomp>",
            Self::Set(_) => "<setcomp>",
            Self::Dict(..) => "<dictcomp>",
            Self::Generator(_) => "<genexpr>",
        }
    }
}

fn documentation(body: &[Stmt]) -> Option<Rc<str>> {
    match body.first() {
        Some(Stmt::Expr(stmt)) => match &*stmt.value {
            Expr::StringLiteral(text) => Some(Rc::from(text.value.to_str())),
            _ => None,
        },
        _ => None,
    }
}

/// A constant for a number too large for 64 bits.
pub(super) fn big_number(text: &str) -> Option<Value> {
    let text = text.replace('_', "");
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.get(..2) {
        Some("0x") => (&lower[2..], 16),
        Some("0o") => (&lower[2..], 8),
        Some("0b") => (&lower[2..], 2),
        _ => (&lower[..], 10),
    };
    num_bigint::BigInt::parse_bytes(digits.as_bytes(), radix).map(Value::big)
}
