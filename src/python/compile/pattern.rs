//! `match`.

use super::Compiler;
use super::Done;
use super::Op;
use super::Value;
use super::parse;
use super::refuse;
use crate::diag::Span;
use ruff_python_ast as ast;
use ruff_python_ast::CmpOp;
use ruff_python_ast::Pattern;
use ruff_python_ast::Singleton;
use ruff_text_size::Ranged;

impl<'a> Compiler<'a> {
    /// The subject lies in a hidden local; each case tests it and jumps on.
    pub(super) fn match_statement(&mut self, stmt: &'a ast::StmtMatch) -> Done {
        let span = parse::span(stmt.range);
        self.expression(&stmt.subject)?;
        let subject = self.unit().hidden();
        self.emit(Op::StoreLocal(subject), span);
        let mut ends = Vec::new();
        for case in &stmt.cases {
            let span = parse::span(case.pattern.range());
            let mut fails = Vec::new();
            self.pattern(&case.pattern, subject, &mut fails)?;
            if let Some(guard) = &case.guard {
                self.expression(guard)?;
                fails.push(self.emit(Op::JumpIfFalse(0), span));
            }
            self.body(&case.body)?;
            ends.push(self.emit(Op::Jump(0), span));
            self.land_all(fails);
        }
        self.land_all(ends);
        Ok(())
    }

    /// Tests the value in a local against a pattern; jumps in `fails` are taken where it does not match. The stack is as before on every way.
    fn pattern(&mut self, pattern: &'a Pattern, subject: u32, fails: &mut Vec<usize>) -> Done {
        let span = parse::span(pattern.range());
        self.deeper(span)?;
        match pattern {
            Pattern::MatchValue(value) => {
                self.emit(Op::LoadLocal(subject), span);
                self.expression(&value.value)?;
                self.emit(Op::Compare(CmpOp::Eq), span);
                fails.push(self.emit(Op::JumpIfFalse(0), span));
            }
            Pattern::MatchSingleton(singleton) => {
                self.emit(Op::LoadLocal(subject), span);
                let value = match singleton.value {
                    Singleton::None => Value::None,
                    Singleton::True => Value::Bool(true),
                    Singleton::False => Value::Bool(false),
                };
                self.constant(value, span);
                self.emit(Op::Compare(CmpOp::Is), span);
                fails.push(self.emit(Op::JumpIfFalse(0), span));
            }
            Pattern::MatchAs(inner) => {
                if let Some(pattern) = &inner.pattern {
                    self.pattern(pattern, subject, fails)?;
                }
                if let Some(name) = &inner.name {
                    self.emit(Op::LoadLocal(subject), span);
                    self.store(name, span);
                }
            }
            Pattern::MatchOr(any) => self.any_pattern(&any.patterns, subject, fails, span)?,
            Pattern::MatchSequence(sequence) => self.sequence_pattern(&sequence.patterns, subject, fails, span)?,
            Pattern::MatchMapping(mapping) => self.mapping_pattern(mapping, subject, fails)?,
            Pattern::MatchClass(class) => self.class_pattern(class, subject, fails)?,
            Pattern::MatchStar(_) => return refuse("starred pattern outside a sequence", span),
        }
        self.depth -= 1;
        Ok(())
    }

    fn any_pattern(&mut self, patterns: &'a [Pattern], subject: u32, fails: &mut Vec<usize>, span: Span) -> Done {
        let mut matched = Vec::new();
        for pattern in patterns {
            let mut here = Vec::new();
            self.pattern(pattern, subject, &mut here)?;
            matched.push(self.emit(Op::Jump(0), span));
            self.land_all(here);
        }
        fails.push(self.emit(Op::Jump(0), span));
        self.land_all(matched);
        Ok(())
    }

    fn sequence_pattern(&mut self, patterns: &'a [Pattern], subject: u32, fails: &mut Vec<usize>, span: Span) -> Done {
        let star = patterns.iter().position(|pattern| matches!(pattern, Pattern::MatchStar(_)));
        let fixed = super::index(patterns.len() - usize::from(star.is_some()));
        self.emit(Op::LoadLocal(subject), span);
        self.emit(Op::MatchSequence(fixed, star.is_some()), span);
        fails.push(self.emit(Op::JumpIfFalse(0), span));
        self.emit(Op::LoadLocal(subject), span);
        match star {
            Some(place) => self.emit(Op::UnpackStar(super::index(place), super::index(patterns.len() - place - 1)), span),
            None => self.emit(Op::Unpack(fixed), span),
        };
        self.take_parts(patterns, fails)
    }

    /// Takes the parts on the stack (first on top) into locals, then tests each.
    fn take_parts(&mut self, patterns: &'a [Pattern], fails: &mut Vec<usize>) -> Done {
        let mut locals = Vec::new();
        for pattern in patterns {
            let local = self.unit().hidden();
            self.emit(Op::StoreLocal(local), parse::span(pattern.range()));
            locals.push(local);
        }
        for (pattern, local) in patterns.iter().zip(locals) {
            let span = parse::span(pattern.range());
            match pattern {
                Pattern::MatchStar(star) => {
                    if let Some(name) = &star.name {
                        self.emit(Op::LoadLocal(local), span);
                        self.store(name, span);
                    }
                }
                _ => self.pattern(pattern, local, fails)?,
            }
        }
        Ok(())
    }

    fn mapping_pattern(&mut self, mapping: &'a ast::PatternMatchMapping, subject: u32, fails: &mut Vec<usize>) -> Done {
        let span = parse::span(mapping.range);
        let keys = self.unit().hidden();
        mapping.keys.iter().try_for_each(|key| self.expression(key))?;
        self.emit(Op::BuildTuple(super::index(mapping.keys.len())), span);
        self.emit(Op::StoreLocal(keys), span);
        self.emit(Op::LoadLocal(subject), span);
        self.emit(Op::LoadLocal(keys), span);
        self.emit(Op::MatchMapping, span);
        self.parts_or_fail(&mapping.patterns, fails, span)?;
        if let Some(rest) = &mapping.rest {
            self.emit(Op::LoadLocal(subject), span);
            self.emit(Op::LoadLocal(keys), span);
            self.emit(Op::MatchRest, span);
            self.store(rest, span);
        }
        Ok(())
    }

    fn class_pattern(&mut self, class: &'a ast::PatternMatchClass, subject: u32, fails: &mut Vec<usize>) -> Done {
        let span = parse::span(class.range);
        let arguments = &class.arguments;
        self.emit(Op::LoadLocal(subject), span);
        self.expression(&class.cls)?;
        for keyword in &arguments.keywords {
            self.constant(Value::str(keyword.attr.as_str()), span);
        }
        self.emit(Op::BuildTuple(super::index(arguments.keywords.len())), span);
        self.emit(Op::MatchClass(super::index(arguments.patterns.len())), span);
        let parts = self.unit().hidden();
        self.emit(Op::StoreLocal(parts), span);
        self.emit(Op::LoadLocal(parts), span);
        self.constant(Value::None, span);
        self.emit(Op::Compare(CmpOp::IsNot), span);
        fails.push(self.emit(Op::JumpIfFalse(0), span));
        self.emit(Op::LoadLocal(parts), span);
        let patterns: Vec<&'a Pattern> =
            arguments.patterns.iter().chain(arguments.keywords.iter().map(|keyword| &keyword.pattern)).collect();
        self.emit(Op::Unpack(super::index(patterns.len())), span);
        let locals: Vec<u32> = patterns.iter().map(|_| self.unit().hidden()).collect();
        for local in &locals {
            self.emit(Op::StoreLocal(*local), span);
        }
        patterns.into_iter().zip(locals).try_for_each(|(pattern, local)| self.pattern(pattern, local, fails))
    }

    fn parts_or_fail(&mut self, patterns: &'a [Pattern], fails: &mut Vec<usize>, span: Span) -> Done {
        let parts = self.unit().hidden();
        self.emit(Op::StoreLocal(parts), span);
        self.emit(Op::LoadLocal(parts), span);
        self.constant(Value::None, span);
        self.emit(Op::Compare(CmpOp::IsNot), span);
        fails.push(self.emit(Op::JumpIfFalse(0), span));
        self.emit(Op::LoadLocal(parts), span);
        self.emit(Op::Unpack(super::index(patterns.len())), span);
        self.take_parts(patterns, fails)
    }
}
