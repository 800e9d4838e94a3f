//! Expressions.

use super::Compiler;
use super::Done;
use super::Op;
use super::ScopeKind;
use super::Value;
use super::function::Comprehension;
use super::function::big_number;
use super::parse;
use super::refuse;
use crate::diag::Span;
use crate::python::code::NO_NAMES;
use ruff_python_ast as ast;
use ruff_python_ast::BoolOp;
use ruff_python_ast::ConversionFlag;
use ruff_python_ast::Expr;
use ruff_python_ast::FStringPart;
use ruff_python_ast::InterpolatedStringElement;
use ruff_python_ast::Number;
use ruff_python_ast::UnaryOp;
use ruff_text_size::Ranged;

impl<'a> Compiler<'a> {
    pub(super) fn expression(&mut self, expr: &'a Expr) -> Done {
        self.deeper(parse::span(expr.range()))?;
        let done = self.expression_inner(expr);
        self.depth -= 1;
        done
    }

    fn expression_inner(&mut self, expr: &'a Expr) -> Done {
        let span = parse::span(expr.range());
        match expr {
            Expr::Name(name) => self.load(&name.id, span),
            Expr::NumberLiteral(number) => return self.number(&number.value, span),
            Expr::StringLiteral(text) => self.constant(Value::str(text.value.to_str()), span),
            Expr::BytesLiteral(bytes) => self.constant(Value::bytes(&bytes.value.bytes().collect::<Vec<u8>>()), span),
            Expr::BooleanLiteral(truth) => self.constant(Value::Bool(truth.value), span),
            Expr::NoneLiteral(_) => self.constant(Value::None, span),
            Expr::EllipsisLiteral(_) => self.constant(Value::Ellipsis, span),
            Expr::FString(text) => return self.f_string(text),
            Expr::BoolOp(logic) => return self.logic(logic),
            Expr::BinOp(binary) => return self.binary(binary),
            Expr::UnaryOp(unary) => return self.unary(unary),
            Expr::Compare(compare) => return self.compare(compare),
            Expr::If(choice) => return self.choice(choice),
            Expr::Call(call) => return self.call(call),
            Expr::Attribute(attribute) => {
                self.expression(&attribute.value)?;
                let name = self.name(&attribute.attr);
                self.emit(Op::Attribute(name), span);
            }
            Expr::Subscript(subscript) => {
                self.expression(&subscript.value)?;
                self.expression(&subscript.slice)?;
                self.emit(Op::Item, span);
            }
            Expr::Slice(slice) => {
                for bound in [&slice.lower, &slice.upper, &slice.step] {
                    match bound {
                        Some(bound) => self.expression(bound)?,
                        None => self.constant(Value::None, span),
                    }
                }
                self.emit(Op::Slice, span);
            }
            Expr::List(list) => return self.display(&list.elts, span, Op::BuildList, None),
            Expr::Tuple(tuple) => return self.display(&tuple.elts, span, Op::BuildTuple, Some(Op::ListToTuple)),
            Expr::Set(set) => return self.set_display(&set.elts, span),
            Expr::Dict(dict) => return self.dict_display(dict),
            Expr::Lambda(lambda) => return self.lambda(lambda),
            Expr::Named(named) => {
                self.expression(&named.value)?;
                self.emit(Op::Duplicate, span);
                return self.target(&named.target);
            }
            Expr::ListComp(comp) => return self.comprehension(comp.range, &comp.generators, Comprehension::List(&comp.elt)),
            Expr::SetComp(comp) => return self.comprehension(comp.range, &comp.generators, Comprehension::Set(&comp.elt)),
            Expr::Generator(comp) => return self.comprehension(comp.range, &comp.generators, Comprehension::Generator(&comp.elt)),
            Expr::DictComp(comp) => {
                let Some(key) = comp.key.as_deref() else { return refuse("dict unpacking cannot be used in dict comprehension", span) };
                return self.comprehension(comp.range, &comp.generators, Comprehension::Dict(key, &comp.value));
            }
            Expr::Yield(stmt) => return self.yields(stmt.value.as_deref(), span),
            Expr::YieldFrom(stmt) => return self.yield_from(&stmt.value, span),
            Expr::Await(_) => return refuse("'await' outside function", span),
            Expr::Starred(_) => return refuse("can't use starred expression here", span),
            Expr::TString(_) => return refuse("Tidemark does not know template strings", span),
            Expr::IpyEscapeCommand(_) => return refuse("invalid syntax", span),
        }
        Ok(())
    }

    fn number(&mut self, number: &Number, span: Span) -> Done {
        let value = match number {
            Number::Float(number) => Value::Float(*number),
            Number::Int(number) => match number.as_i64() {
                Some(number) => Value::Int(number),
                None => big_number(&number.to_string()).unwrap_or(Value::Int(0)),
            },
            Number::Complex { .. } => return refuse("Tidemark does not know complex numbers", span),
        };
        self.constant(value, span);
        Ok(())
    }

    fn logic(&mut self, logic: &'a ast::ExprBoolOp) -> Done {
        let mut ends = Vec::new();
        for (place, value) in logic.values.iter().enumerate() {
            self.expression(value)?;
            if place + 1 < logic.values.len() {
                let jump = match logic.op {
                    BoolOp::And => Op::JumpIfFalseKeep(0),
                    BoolOp::Or => Op::JumpIfTrueKeep(0),
                };
                ends.push(self.emit(jump, parse::span(value.range())));
            }
        }
        self.land_all(ends);
        Ok(())
    }

    /// A long chain `a + b + c + ...` leans to the left: it is walked in a loop.
    fn binary(&mut self, binary: &'a ast::ExprBinOp) -> Done {
        let mut chain = vec![binary];
        while let Expr::BinOp(inner) = &*chain[chain.len() - 1].left {
            chain.push(inner);
        }
        self.expression(&chain[chain.len() - 1].left)?;
        for binary in chain.into_iter().rev() {
            self.expression(&binary.right)?;
            self.emit(Op::Binary(binary.op), parse::span(binary.range));
        }
        Ok(())
    }

    fn unary(&mut self, unary: &'a ast::ExprUnaryOp) -> Done {
        let span = parse::span(unary.range);
        if let (UnaryOp::USub, Expr::NumberLiteral(number)) = (unary.op, &*unary.operand) {
            match &number.value {
                Number::Int(number) if number.as_i64().is_some() => {
                    self.constant(Value::Int(-number.as_i64().unwrap_or(0)), span);
                    return Ok(());
                }
                Number::Float(number) => {
                    self.constant(Value::Float(-number), span);
                    return Ok(());
                }
                _ => {}
            }
        }
        self.expression(&unary.operand)?;
        self.emit(Op::Unary(unary.op), span);
        Ok(())
    }

    fn compare(&mut self, compare: &'a ast::ExprCompare) -> Done {
        let span = parse::span(compare.range);
        self.expression(&compare.left)?;
        let mut ends = Vec::new();
        let last = compare.ops.len().saturating_sub(1);
        for (place, (op, right)) in compare.ops.iter().zip(&compare.comparators).enumerate() {
            self.expression(right)?;
            if place < last {
                self.emit(Op::Duplicate, span);
                self.emit(Op::Rotate, span);
                self.emit(Op::Compare(*op), span);
                ends.push(self.emit(Op::JumpIfFalseKeep(0), span));
            } else {
                self.emit(Op::Compare(*op), span);
            }
        }
        if !ends.is_empty() {
            let done = self.emit(Op::Jump(0), span);
            self.land_all(ends);
            self.emit(Op::Swap, span);
            self.emit(Op::Pop, span);
            self.land(done);
        }
        Ok(())
    }

    fn choice(&mut self, choice: &'a ast::ExprIf) -> Done {
        let span = parse::span(choice.range);
        self.expression(&choice.test)?;
        let no = self.emit(Op::JumpIfFalse(0), parse::span(choice.test.range()));
        self.expression(&choice.body)?;
        let end = self.emit(Op::Jump(0), span);
        self.land(no);
        self.expression(&choice.orelse)?;
        self.land(end);
        Ok(())
    }

    fn call(&mut self, call: &'a ast::ExprCall) -> Done {
        let span = parse::span(call.range());
        let method = match &*call.func {
            Expr::Attribute(attribute) => {
                self.expression(&attribute.value)?;
                let name = self.name(&attribute.attr);
                self.emit(Op::LoadMethod(name), parse::span(attribute.range));
                true
            }
            other => {
                self.expression(other)?;
                false
            }
        };
        let arguments = &call.arguments;
        let spread = arguments.args.iter().any(Expr::is_starred_expr) || arguments.keywords.iter().any(|keyword| keyword.arg.is_none());
        if spread {
            self.arguments_list(&arguments.args)?;
            self.keyword_dict(&arguments.keywords)?;
            self.emit(if method { Op::CallMethodSpread } else { Op::CallSpread }, span);
            return Ok(());
        }
        for argument in &arguments.args {
            self.expression(argument)?;
        }
        let mut names = Vec::new();
        for keyword in &arguments.keywords {
            self.expression(&keyword.value)?;
            let name = keyword.arg.as_ref().map_or("", |name| name.as_str());
            if names.iter().any(|known: &Value| known.as_str() == Some(name)) {
                return refuse(&format!("keyword argument repeated: {name}"), parse::span(keyword.range));
            }
            names.push(Value::str(name));
        }
        let names = if names.is_empty() { NO_NAMES } else { self.constant_place(Value::tuple(names)) };
        let count = super::index(arguments.args.len());
        self.emit(if method { Op::CallMethod(count, names) } else { Op::Call(count, names) }, span);
        Ok(())
    }

    /// Pushes a list of arguments, `*x` spread.
    pub(super) fn arguments_list(&mut self, arguments: &'a [Expr]) -> Done {
        self.emit(Op::BuildList(0), Span { start: 0, end: 0 });
        for argument in arguments {
            let span = parse::span(argument.range());
            if let Expr::Starred(starred) = argument {
                self.expression(&starred.value)?;
                self.emit(Op::ListExtend, span);
            } else {
                self.expression(argument)?;
                self.emit(Op::ListAppend(0), span);
            }
        }
        Ok(())
    }

    /// Pushes a dict of keyword arguments, `**x` spread.
    pub(super) fn keyword_dict(&mut self, keywords: &'a [ast::Keyword]) -> Done {
        self.emit(Op::BuildDict(0), Span { start: 0, end: 0 });
        for keyword in keywords {
            let span = parse::span(keyword.range);
            self.expression(&keyword.value)?;
            match &keyword.arg {
                Some(name) => {
                    let name = self.name(name);
                    self.emit(Op::DictSetName(name), span);
                }
                None => drop(self.emit(Op::DictMerge, span)),
            }
        }
        Ok(())
    }

    fn display(&mut self, items: &'a [Expr], span: Span, build: fn(u32) -> Op, finish: Option<Op>) -> Done {
        if items.iter().any(Expr::is_starred_expr) {
            self.arguments_list(items)?;
            if let Some(finish) = finish {
                self.emit(finish, span);
            }
            return Ok(());
        }
        items.iter().try_for_each(|item| self.expression(item))?;
        self.emit(build(super::index(items.len())), span);
        Ok(())
    }

    fn set_display(&mut self, items: &'a [Expr], span: Span) -> Done {
        self.emit(Op::BuildSet(0), span);
        for item in items {
            let span = parse::span(item.range());
            if let Expr::Starred(starred) = item {
                self.expression(&starred.value)?;
                self.emit(Op::SetExtend, span);
            } else {
                self.expression(item)?;
                self.emit(Op::SetAdd(0), span);
            }
        }
        Ok(())
    }

    fn dict_display(&mut self, dict: &'a ast::ExprDict) -> Done {
        self.emit(Op::BuildDict(0), parse::span(dict.range));
        for item in &dict.items {
            let span = parse::span(item.value.range());
            if let Some(key) = &item.key {
                self.expression(key)?;
                self.expression(&item.value)?;
                self.emit(Op::DictSet(0), parse::span(key.range()));
            } else {
                self.expression(&item.value)?;
                self.emit(Op::DictUpdate, span);
            }
        }
        Ok(())
    }

    fn yields(&mut self, value: Option<&'a Expr>, span: Span) -> Done {
        self.yield_allowed(span)?;
        match value {
            Some(value) => self.expression(value)?,
            None => self.constant(Value::None, span),
        }
        self.emit(Op::Yield, span);
        Ok(())
    }

    fn yield_from(&mut self, value: &'a Expr, span: Span) -> Done {
        self.yield_allowed(span)?;
        self.expression(value)?;
        self.emit(Op::Iterate, span);
        self.emit(Op::Duplicate, span);
        let start = self.here();
        let end = self.emit(Op::ForNext(0), span);
        self.emit(Op::Yield, span);
        self.emit(Op::Pop, span);
        self.emit(Op::Jump(start), span);
        self.land(end);
        self.emit(Op::YieldFromResult, span);
        Ok(())
    }

    fn yield_allowed(&mut self, span: Span) -> Done {
        match self.scope_kind() {
            ScopeKind::Function | ScopeKind::Lambda => Ok(()),
            _ => refuse("'yield' outside function", span),
        }
    }

    fn f_string(&mut self, text: &'a ast::ExprFString) -> Done {
        let mut count = 0;
        for part in &text.value {
            match part {
                FStringPart::Literal(literal) => {
                    self.constant(Value::str(&*literal.value), parse::span(literal.range));
                    count += 1;
                }
                FStringPart::FString(inner) => count += self.elements(&inner.elements)?,
            }
        }
        self.emit(Op::BuildString(count), parse::span(text.range));
        Ok(())
    }

    /// Pushes the texts of the elements; says how many.
    fn elements(&mut self, elements: &'a ast::InterpolatedStringElements) -> Result<u32, Box<crate::diag::Diagnostic>> {
        let mut count = 0;
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => self.constant(Value::str(&*literal.value), parse::span(literal.range)),
                InterpolatedStringElement::Interpolation(inner) => {
                    if let Some(debug) = &inner.debug_text {
                        self.constant(Value::str(debug.as_str()), parse::span(inner.range));
                        count += 1;
                    }
                    self.interpolation(inner)?;
                }
            }
            count += 1;
        }
        Ok(count)
    }

    fn interpolation(&mut self, element: &'a ast::InterpolatedElement) -> Done {
        let span = parse::span(element.range);
        self.deeper(span)?;
        self.expression(&element.expression)?;
        let conversion = match element.conversion {
            ConversionFlag::None if element.debug_text.is_some() && element.format_spec.is_none() => b'r',
            ConversionFlag::None => 0,
            ConversionFlag::Str => b's',
            ConversionFlag::Ascii => b'a',
            ConversionFlag::Repr => b'r',
        };
        if let Some(spec) = &element.format_spec {
            let count = self.elements(&spec.elements)?;
            self.emit(Op::BuildString(count), span);
        }
        self.emit(Op::Format(conversion, element.format_spec.is_some()), span);
        self.depth -= 1;
        Ok(())
    }
}
