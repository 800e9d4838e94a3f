//! Statements.

use super::CodeKind;
use super::Compiler;
use super::Done;
use super::Op;
use super::Value;
use super::parse;
use super::refuse;
use ruff_python_ast::Expr;
use ruff_python_ast::Stmt;
use ruff_python_ast::StmtAssert;
use ruff_python_ast::StmtImport;
use ruff_python_ast::StmtImportFrom;
use ruff_text_size::Ranged;

impl<'a> Compiler<'a> {
    pub(super) fn body(&mut self, body: &'a [Stmt]) -> Done {
        body.iter().try_for_each(|stmt| self.statement(stmt))
    }

    fn statement(&mut self, stmt: &'a Stmt) -> Done {
        self.deeper(parse::span(stmt.range()))?;
        let done = self.statement_inner(stmt);
        self.depth -= 1;
        done
    }

    fn statement_inner(&mut self, stmt: &'a Stmt) -> Done {
        let span = parse::span(stmt.range());
        match stmt {
            Stmt::Expr(stmt) => {
                self.expression(&stmt.value)?;
                self.emit(Op::Pop, span);
            }
            Stmt::Assign(stmt) => return self.assign(stmt),
            Stmt::AugAssign(stmt) => return self.augmented(stmt),
            Stmt::AnnAssign(stmt) => return self.annotated(stmt),
            Stmt::FunctionDef(def) => return self.function(def),
            Stmt::ClassDef(def) => return self.class(def),
            Stmt::Return(stmt) => return self.returns(stmt),
            Stmt::If(stmt) => return self.conditional(stmt),
            Stmt::While(stmt) => return self.while_loop(stmt),
            Stmt::For(stmt) => return self.for_loop(stmt),
            Stmt::Break(_) => return self.breaks(span),
            Stmt::Continue(_) => return self.continues(span),
            Stmt::Try(stmt) => return self.try_statement(stmt),
            Stmt::With(stmt) => return self.with(stmt, 0),
            Stmt::Raise(stmt) => {
                let given: Vec<&Expr> = stmt.exc.as_deref().into_iter().chain(stmt.cause.as_deref()).collect();
                given.iter().try_for_each(|expr| self.expression(expr))?;
                self.emit(Op::Raise(super::index(given.len())), span);
            }
            Stmt::Assert(stmt) => return self.assert(stmt),
            Stmt::Delete(stmt) => return stmt.targets.iter().try_for_each(|target| self.delete_target(target)),
            Stmt::Import(stmt) => self.import(stmt),
            Stmt::ImportFrom(stmt) => return self.import_from(stmt),
            Stmt::Match(stmt) => return self.match_statement(stmt),
            Stmt::Pass(_) | Stmt::Global(_) | Stmt::Nonlocal(_) => {}
            Stmt::TypeAlias(stmt) => {
                if let Expr::Name(name) = &*stmt.name {
                    self.constant(Value::None, span);
                    self.store(&name.id, span);
                }
            }
            Stmt::IpyEscapeCommand(_) => return refuse("invalid syntax", span),
        }
        Ok(())
    }

    fn assert(&mut self, stmt: &'a StmtAssert) -> Done {
        let span = parse::span(stmt.range);
        self.expression(&stmt.test)?;
        let holds = self.emit(Op::JumpIfTrue(0), span);
        if let Some(message) = &stmt.msg {
            self.expression(message)?;
        }
        self.emit(Op::AssertFailed(stmt.msg.is_some()), span);
        self.land(holds);
        Ok(())
    }

    fn import(&mut self, stmt: &'a StmtImport) {
        for alias in &stmt.names {
            let span = parse::span(alias.range);
            let module = self.name(&alias.name);
            self.emit(Op::Import(module, alias.asname.is_some()), span);
            let bound = alias.asname.as_ref().map_or_else(|| alias.name.split('.').next().unwrap_or_default(), |name| name.as_str());
            self.store(bound, span);
        }
    }

    fn import_from(&mut self, stmt: &'a StmtImportFrom) -> Done {
        let span = parse::span(stmt.range);
        if stmt.level > 0 {
            return refuse("a playground program has no package around it: relative imports are not possible", span);
        }
        let module = stmt.module.as_ref().map_or("", |module| module.as_str());
        if module == "__future__" {
            return Ok(());
        }
        let module = self.name(module);
        for alias in &stmt.names {
            let span = parse::span(alias.range);
            if &alias.name == "*" {
                if self.unit().code.kind != CodeKind::Program {
                    return refuse("import * only allowed at module level", span);
                }
                self.emit(Op::ImportStar(module), span);
                continue;
            }
            let name = self.name(&alias.name);
            self.emit(Op::ImportFrom(module, name), span);
            self.store(alias.asname.as_ref().unwrap_or(&alias.name), span);
        }
        Ok(())
    }
}
