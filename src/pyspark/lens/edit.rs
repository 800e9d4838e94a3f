//! Edits of the text through a card: one literal replaced, or one call inserted or taken out.

use super::card::{self, Place, Quote};
use crate::diag::Span;

/// Changes one field of one card. The new program and the bytes that were written in it; none where the card or the field is not there or cannot be changed.
#[must_use]
pub fn edit(program: &str, card: usize, field: &str, value: &str) -> Option<(String, Span)> {
    let cards = card::with_places(program);
    let field = cards.get(card)?.1.iter().find(|it| it.0.name == field)?;
    let (start, end, text) = change(program, &field.1, value)?;
    let mut edited = String::with_capacity(program.len() + text.len());
    edited.push_str(program.get(..start)?);
    edited.push_str(&text);
    edited.push_str(program.get(end..)?);
    Some((edited, Span { start: u32::try_from(start).ok()?, end: u32::try_from(start + text.len()).ok()? }))
}

/// Which bytes give way to which text.
fn change(program: &str, place: &Place, value: &str) -> Option<(usize, usize, String)> {
    match place {
        Place::Replace { start, end, quote } => Some((*start, *end, literal(program.get(*start..*end)?, value, *quote))),
        Place::Insert { at, from, before, after, quote } => {
            let layout = layout(program.get(*from..*at)?);
            let value = if *quote == Quote::Bare { value.to_owned() } else { literal("\"\"", value, *quote) };
            Some((*at, *at, format!("{before}{value}{after}{layout}")))
        }
        Place::Trigger { replaced, at, from, interval } => trigger(program, *replaced, *at, *from, interval, value),
    }
}

/// The trigger as a whole, by its kind.
fn trigger(
    program: &str,
    replaced: Option<(usize, usize)>,
    at: usize,
    from: usize,
    interval: &str,
    kind: &str,
) -> Option<(usize, usize, String)> {
    let call = match kind {
        "processingTime" => format!(".trigger(processingTime={})", quoted(interval, '"')),
        "continuous" => format!(".trigger(continuous={})", quoted(interval, '"')),
        "availableNow" | "once" => format!(".trigger({kind}=True)"),
        _ => return None,
    };
    match replaced {
        Some((start, end)) => Some((start, end, call)),
        None => Some((at, at, format!("{call}{}", layout(program.get(from..at)?)))),
    }
}

/// The layout between two links of a chain, without comments: nothing, or a line break with its backslash and indentation.
fn layout(gap: &str) -> String {
    match (gap.contains('#'), gap.rfind('\n')) {
        (true, Some(at)) => gap[at..].to_owned(),
        (true, None) => String::new(),
        (false, _) => gap.to_owned(),
    }
}

/// A literal for `value` in the style of the one that stands there now.
fn literal(old: &str, value: &str, quote: Quote) -> String {
    match quote {
        Quote::Bare => value.to_owned(),
        Quote::AsBefore if old.starts_with('\'') => quoted(value, '\''),
        Quote::AsBefore if old.starts_with('"') => quoted(value, '"'),
        // A number or a truth value stays bare while the new value is one too.
        Quote::AsBefore if value.parse::<f64>().is_ok() || value == "True" || value == "False" => value.to_owned(),
        Quote::AsBefore | Quote::Double => quoted(value, '"'),
    }
}

/// A Python string literal.
fn quoted(value: &str, quote: char) -> String {
    let mut text = String::from(quote);
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            _ if character == quote => {
                text.push('\\');
                text.push(quote);
            }
            _ => text.push(character),
        }
    }
    text.push(quote);
    text
}
