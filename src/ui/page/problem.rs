//! A mistake as Spark tells it, with our hints below and one-click fixes.

use crate::link::view::{Diagnostic, Hint, Span};
use yew::prelude::*;

/// The mistake.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// What is wrong.
    pub diagnostic: Diagnostic,
    /// A fix was clicked: this place becomes this text.
    pub fix: Callback<(Span, String)>,
    /// Mark its place in the program.
    pub point: Callback<Option<Span>>,
}

/// The box.
#[component]
pub fn Problem(props: &Props) -> Html {
    let problem = &props.diagnostic;
    let headline = problem.condition.clone().unwrap_or_else(|| problem.class.clone());
    let said = problem.message.strip_prefix(&format!("[{headline}] ")).unwrap_or(&problem.message).to_owned();
    let hint = |hint: &Hint| {
        let fix = hint.fix.clone().map(|fix| {
            let emit = props.fix.clone();
            html! { <div><button type="button" class="button" onclick={move |_| emit.emit(fix.clone())}>{ "Fix it" }</button></div> }
        });
        html! { <div class="hint">{ hint.text.clone() }{ for fix }</div> }
    };
    let onmouseenter = {
        let (point, span) = (props.point.clone(), problem.span);
        Callback::from(move |_: MouseEvent| point.emit(span))
    };
    let onmouseleave = {
        let point = props.point.clone();
        Callback::from(move |_: MouseEvent| point.emit(None))
    };
    html! {
        <div class="problem scroll" role="alert" {onmouseenter} {onmouseleave}>
            <div><b>{ headline }</b><div class="said">{ said }</div>{ for problem.hints.iter().map(hint) }</div>
        </div>
    }
}
