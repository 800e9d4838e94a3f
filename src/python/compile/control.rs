//! Control flow: branches, loops, `try`, `with`, and the ways out of them.

use super::Block;
use super::CodeKind;
use super::Compiler;
use super::Done;
use super::Op;
use super::Value;
use super::parse;
use super::refuse;
use crate::diag::Span;
use ruff_python_ast::ExceptHandler;
use ruff_python_ast::StmtFor;
use ruff_python_ast::StmtIf;
use ruff_python_ast::StmtReturn;
use ruff_python_ast::StmtTry;
use ruff_python_ast::StmtWhile;
use ruff_python_ast::StmtWith;
use ruff_text_size::Ranged;

impl<'a> Compiler<'a> {
    pub(super) fn conditional(&mut self, stmt: &'a StmtIf) -> Done {
        let span = parse::span(stmt.test.range());
        self.expression(&stmt.test)?;
        let mut skip = Some(self.emit(Op::JumpIfFalse(0), span));
        self.body(&stmt.body)?;
        let mut ends = Vec::new();
        for clause in &stmt.elif_else_clauses {
            ends.push(self.emit(Op::Jump(0), span));
            if let Some(skip) = skip.take() {
                self.land(skip);
            }
            if let Some(test) = &clause.test {
                self.expression(test)?;
                skip = Some(self.emit(Op::JumpIfFalse(0), parse::span(test.range())));
            }
            self.body(&clause.body)?;
        }
        if let Some(skip) = skip {
            self.land(skip);
        }
        self.land_all(ends);
        Ok(())
    }

    pub(super) fn while_loop(&mut self, stmt: &'a StmtWhile) -> Done {
        let span = parse::span(stmt.test.range());
        let start = self.here();
        self.expression(&stmt.test)?;
        let end = self.emit(Op::JumpIfFalse(0), span);
        self.unit().blocks.push(Block::Loop { start, breaks: Vec::new(), iterator: false });
        self.body(&stmt.body)?;
        self.emit(Op::Jump(start), span);
        self.land(end);
        self.loop_end(&stmt.orelse)
    }

    pub(super) fn for_loop(&mut self, stmt: &'a StmtFor) -> Done {
        let span = parse::span(stmt.iter.range());
        if stmt.is_async {
            return refuse("'async for' outside async function", parse::span(stmt.range));
        }
        self.expression(&stmt.iter)?;
        self.emit(Op::Iterate, span);
        let start = self.here();
        let end = self.emit(Op::ForNext(0), span);
        self.unit().blocks.push(Block::Loop { start, breaks: Vec::new(), iterator: true });
        self.target(&stmt.target)?;
        self.body(&stmt.body)?;
        self.emit(Op::Jump(start), span);
        self.land(end);
        self.loop_end(&stmt.orelse)
    }

    fn loop_end(&mut self, orelse: &'a [ruff_python_ast::Stmt]) -> Done {
        let Some(Block::Loop { breaks, .. }) = self.unit().blocks.pop() else { unreachable!("the loop's block is gone") };
        self.body(orelse)?;
        self.land_all(breaks);
        Ok(())
    }

    pub(super) fn breaks(&mut self, span: Span) -> Done {
        let Some(place) = self.innermost_loop() else { return refuse("'break' outside loop", span) };
        self.leave(place + 1, span)?;
        if matches!(self.unit().blocks[place], Block::Loop { iterator: true, .. }) {
            self.emit(Op::Pop, span);
        }
        let jump = self.emit(Op::Jump(0), span);
        if let Block::Loop { breaks, .. } = &mut self.unit().blocks[place] {
            breaks.push(jump);
        }
        Ok(())
    }

    pub(super) fn continues(&mut self, span: Span) -> Done {
        let Some(place) = self.innermost_loop() else { return refuse("'continue' not properly in loop", span) };
        self.leave(place + 1, span)?;
        if let Block::Loop { start, .. } = self.unit().blocks[place] {
            self.emit(Op::Jump(start), span);
        }
        Ok(())
    }

    fn innermost_loop(&mut self) -> Option<usize> {
        self.unit().blocks.iter().rposition(|block| matches!(block, Block::Loop { .. }))
    }

    pub(super) fn returns(&mut self, stmt: &'a StmtReturn) -> Done {
        let span = parse::span(stmt.range);
        if !matches!(self.unit().code.kind, CodeKind::Function | CodeKind::Lambda) {
            return refuse("'return' outside function", span);
        }
        match &stmt.value {
            Some(value) => self.expression(value)?,
            None => self.constant(Value::None, span),
        }
        if self.unit().blocks.iter().any(|block| matches!(block, Block::Finally(_) | Block::With(..))) {
            let kept = self.unit().hidden();
            self.emit(Op::StoreLocal(kept), span);
            self.leave(0, span)?;
            self.emit(Op::LoadLocal(kept), span);
        }
        self.emit(Op::Return, span);
        Ok(())
    }

    /// Emits what leaving all blocks from this one on needs; the blocks stay for the code that follows.
    fn leave(&mut self, from: usize, span: Span) -> Done {
        let mut left = Vec::new();
        let mut done = Ok(());
        while self.unit().blocks.len() > from && done.is_ok() {
            let Some(block) = self.unit().blocks.pop() else { break };
            done = self.leave_block(&block, span);
            left.push(block);
        }
        self.unit().blocks.extend(left.into_iter().rev());
        done
    }

    fn leave_block(&mut self, block: &Block<'a>, span: Span) -> Done {
        match block {
            Block::Loop { .. } => {}
            Block::Handler => drop(self.emit(Op::PopHandler, span)),
            Block::Except => drop(self.emit(Op::PopException, span)),
            Block::Finally(body) => {
                self.emit(Op::PopHandler, span);
                self.deeper(span)?;
                self.body(body)?;
                self.depth -= 1;
            }
            Block::With(slot, span) => {
                self.emit(Op::PopHandler, *span);
                self.emit(Op::WithExit(*slot), *span);
                self.emit(Op::Pop, *span);
            }
        }
        Ok(())
    }

    pub(super) fn try_statement(&mut self, stmt: &'a StmtTry) -> Done {
        let span = parse::span(stmt.range);
        if stmt.is_star {
            return refuse("Tidemark does not know 'except*' yet", span);
        }
        if stmt.finalbody.is_empty() {
            return self.try_except(stmt);
        }
        let handler = self.emit(Op::PushHandler(0), span);
        self.unit().blocks.push(Block::Finally(&stmt.finalbody));
        if stmt.handlers.is_empty() {
            self.body(&stmt.body)?;
        } else {
            self.try_except(stmt)?;
        }
        self.unit().blocks.pop();
        self.emit(Op::PopHandler, span);
        self.body(&stmt.finalbody)?;
        let end = self.emit(Op::Jump(0), span);
        self.land(handler);
        self.unit().blocks.push(Block::Except);
        self.body(&stmt.finalbody)?;
        self.unit().blocks.pop();
        self.emit(Op::Reraise, span);
        self.land(end);
        Ok(())
    }

    fn try_except(&mut self, stmt: &'a StmtTry) -> Done {
        let span = parse::span(stmt.range);
        let handler = self.emit(Op::PushHandler(0), span);
        self.unit().blocks.push(Block::Handler);
        self.body(&stmt.body)?;
        self.unit().blocks.pop();
        self.emit(Op::PopHandler, span);
        self.body(&stmt.orelse)?;
        let mut ends = vec![self.emit(Op::Jump(0), span)];
        self.land(handler);
        for handler in &stmt.handlers {
            let ExceptHandler::ExceptHandler(clause) = handler;
            let span = parse::span(clause.range);
            let mut skip = None;
            if let Some(class) = &clause.type_ {
                self.expression(class)?;
                self.emit(Op::MatchException, parse::span(class.range()));
                skip = Some(self.emit(Op::JumpIfFalse(0), span));
            }
            if let Some(name) = &clause.name {
                self.emit(Op::LoadException, span);
                self.store(name, span);
            }
            self.unit().blocks.push(Block::Except);
            self.body(&clause.body)?;
            self.unit().blocks.pop();
            if let Some(name) = &clause.name {
                self.constant(Value::None, span);
                self.store(name, span);
                self.delete(name, span);
            }
            self.emit(Op::PopException, span);
            ends.push(self.emit(Op::Jump(0), span));
            if let Some(skip) = skip {
                self.land(skip);
            }
        }
        self.emit(Op::Reraise, span);
        self.land_all(ends);
        Ok(())
    }

    pub(super) fn with(&mut self, stmt: &'a StmtWith, item: usize) -> Done {
        if stmt.is_async {
            return refuse("'async with' outside async function", parse::span(stmt.range));
        }
        let Some(item_here) = stmt.items.get(item) else { return self.body(&stmt.body) };
        let span = parse::span(item_here.range);
        self.deeper(span)?;
        self.expression(&item_here.context_expr)?;
        let slot = self.unit().hidden();
        self.emit(Op::WithEnter(slot), span);
        let handler = self.emit(Op::PushHandler(0), span);
        match &item_here.optional_vars {
            Some(target) => self.target(target)?,
            None => drop(self.emit(Op::Pop, span)),
        }
        self.unit().blocks.push(Block::With(slot, span));
        self.with(stmt, item + 1)?;
        self.unit().blocks.pop();
        self.emit(Op::PopHandler, span);
        self.emit(Op::WithExit(slot), span);
        self.emit(Op::Pop, span);
        let end = self.emit(Op::Jump(0), span);
        self.land(handler);
        self.emit(Op::WithExitException(slot), span);
        let swallowed = self.emit(Op::JumpIfTrue(0), span);
        self.emit(Op::Reraise, span);
        self.land(swallowed);
        self.emit(Op::PopException, span);
        self.land(end);
        self.depth -= 1;
        Ok(())
    }
}
