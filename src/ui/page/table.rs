//! A table of the engine's, as people read it.

use super::super::cell;
use super::super::colour::Colours;
use crate::link::view::Table;
use yew::prelude::*;

/// The head and the rows; `notes` has one text a row for its tooltip, or is empty.
pub fn table(table: &Table, colours: &Colours, notes: &[String]) -> Html {
    let numeric: Vec<bool> = (0..table.columns.len())
        .map(|index| cell::numeric(table.rows.iter().filter_map(|row| row.cells.get(index)).map(String::as_str)))
        .collect();
    let is = |index: usize| numeric.get(index).copied().unwrap_or(false).then_some("num");
    let head = table.columns.iter().enumerate().map(|(index, name)| html! { <th scope="col" class={classes!(is(index))}>{ name }</th> });
    let row = |(at, row): (usize, &crate::link::view::Row)| {
        let keyed = row.cells.iter().position(|cell| *cell == row.key).filter(|_| !row.key.is_empty());
        let cells = row.cells.iter().enumerate().map(|(index, text)| {
            let dot = (keyed == Some(index)).then(|| colours.style(&row.key)).flatten();
            let shown = cell::pretty(text);
            html! { <td class={classes!(is(index))} title={(shown.len() > 28).then(|| text.clone())}>{ for dot.map(|style| html! { <i class="keydot" {style}></i> }) }{ shown }</td> }
        });
        html! { <tr class={classes!(row.fresh.then_some("fresh"))} title={notes.get(at).cloned()}>{ for cells }</tr> }
    };
    html! {
        <>
            <table class="table"><thead><tr>{ for head }</tr></thead><tbody>{ for table.rows.iter().enumerate().map(row) }</tbody></table>
            if table.left_out > 0 {
                <p class="more">{ format!("and {} more rows", table.left_out) }</p>
            }
        </>
    }
}
