//! Assignments and deletions: every kind of target.

use super::CodeKind;
use super::Compiler;
use super::Done;
use super::Op;
use super::Value;
use super::parse;
use super::refuse;
use crate::diag::Span;
use ruff_python_ast::Expr;
use ruff_python_ast::StmtAnnAssign;
use ruff_python_ast::StmtAssign;
use ruff_python_ast::StmtAugAssign;
use ruff_text_size::Ranged;

impl<'a> Compiler<'a> {
    pub(super) fn assign(&mut self, stmt: &'a StmtAssign) -> Done {
        self.expression(&stmt.value)?;
        let span = parse::span(stmt.range);
        for (place, target) in stmt.targets.iter().enumerate() {
            if place + 1 < stmt.targets.len() {
                self.emit(Op::Duplicate, span);
            }
            self.target(target)?;
        }
        Ok(())
    }

    pub(super) fn annotated(&mut self, stmt: &'a StmtAnnAssign) -> Done {
        let span = parse::span(stmt.range);
        if let Some(value) = &stmt.value {
            self.expression(value)?;
            self.target(&stmt.target)?;
        }
        if let (Expr::Name(name), CodeKind::Class) = (&*stmt.target, self.unit().code.kind) {
            let place = self.name(&name.id);
            let text = self.text.get(stmt.annotation.range().start().to_usize()..stmt.annotation.range().end().to_usize()).unwrap_or("");
            let text = self.constant_place(Value::str(text));
            self.emit(Op::Annotate(place, text), span);
        }
        Ok(())
    }

    pub(super) fn augmented(&mut self, stmt: &'a StmtAugAssign) -> Done {
        let span = parse::span(stmt.range);
        match &*stmt.target {
            Expr::Name(name) => {
                self.load(&name.id, parse::span(name.range));
                self.expression(&stmt.value)?;
                self.emit(Op::InPlace(stmt.op), span);
                self.store(&name.id, span);
            }
            Expr::Attribute(target) => {
                self.expression(&target.value)?;
                self.emit(Op::Duplicate, span);
                let name = self.name(&target.attr);
                self.emit(Op::Attribute(name), span);
                self.expression(&stmt.value)?;
                self.emit(Op::InPlace(stmt.op), span);
                self.emit(Op::Swap, span);
                self.emit(Op::StoreAttribute(name), span);
            }
            Expr::Subscript(target) => {
                self.expression(&target.value)?;
                self.expression(&target.slice)?;
                self.emit(Op::DuplicateTwo, span);
                self.emit(Op::Item, span);
                self.expression(&stmt.value)?;
                self.emit(Op::InPlace(stmt.op), span);
                self.emit(Op::Rotate, span);
                self.emit(Op::StoreItem, span);
            }
            _ => return refuse("illegal expression for augmented assignment", span),
        }
        Ok(())
    }

    /// Takes the value on top of the stack into a target.
    pub(super) fn target(&mut self, target: &'a Expr) -> Done {
        let span = parse::span(target.range());
        self.deeper(span)?;
        match target {
            Expr::Name(name) => self.store(&name.id, span),
            Expr::Attribute(target) => {
                self.expression(&target.value)?;
                let name = self.name(&target.attr);
                self.emit(Op::StoreAttribute(name), span);
            }
            Expr::Subscript(target) => {
                self.expression(&target.value)?;
                self.expression(&target.slice)?;
                self.emit(Op::StoreItem, span);
            }
            Expr::Tuple(tuple) => self.unpack(&tuple.elts, span)?,
            Expr::List(list) => self.unpack(&list.elts, span)?,
            Expr::Starred(_) => return refuse("starred assignment target must be in a list or tuple", span),
            _ => return refuse("cannot assign to this expression", span),
        }
        self.depth -= 1;
        Ok(())
    }

    fn unpack(&mut self, targets: &'a [Expr], span: Span) -> Done {
        let starred: Vec<usize> = (0..targets.len()).filter(|place| targets[*place].is_starred_expr()).collect();
        match starred[..] {
            [] => self.emit(Op::Unpack(super::index(targets.len())), span),
            [place] => self.emit(Op::UnpackStar(super::index(place), super::index(targets.len() - place - 1)), span),
            _ => return refuse("multiple starred expressions in assignment", span),
        };
        for target in targets {
            match target {
                Expr::Starred(starred) => self.target(&starred.value)?,
                _ => self.target(target)?,
            }
        }
        Ok(())
    }

    pub(super) fn delete_target(&mut self, target: &'a Expr) -> Done {
        let span = parse::span(target.range());
        self.deeper(span)?;
        match target {
            Expr::Name(name) => self.delete(&name.id, span),
            Expr::Attribute(target) => {
                self.expression(&target.value)?;
                let name = self.name(&target.attr);
                self.emit(Op::DeleteAttribute(name), span);
            }
            Expr::Subscript(target) => {
                self.expression(&target.value)?;
                self.expression(&target.slice)?;
                self.emit(Op::DeleteItem, span);
            }
            Expr::Tuple(tuple) => tuple.elts.iter().try_for_each(|target| self.delete_target(target))?,
            Expr::List(list) => list.elts.iter().try_for_each(|target| self.delete_target(target))?,
            _ => return refuse("cannot delete this expression", span),
        }
        self.depth -= 1;
        Ok(())
    }
}
