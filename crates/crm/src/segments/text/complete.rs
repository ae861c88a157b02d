//! What could be typed next.

use super::lexer::{Token, tokens, word_length};
use super::parse::Parser;
use super::show::{name, quoted};
use super::words::Want;
use crate::segments::Schema;

/// What could stand at a place of a text, given in bytes, that begins as what stands right before it: words of the language, and names of
/// the schema and of other segments, in order. Nothing where the text before it can't be read.
///
/// ```
/// use fondaco_crm::segments::{Kind, Schema, completions};
///
/// let schema = Schema::new()
///     .attribute("country", Kind::Text)
///     .event("purchase", [("amount", Kind::Number { decimals: 2 })]);
/// assert_eq!(completions("cou", 3, &schema, &[]), ["count(", "country"]);
/// assert_eq!(completions("sum(pur", 7, &schema, &[]), ["purchase.amount"]);
/// assert_eq!(completions("in segment ", 11, &schema, &["loyal"]), ["\"loyal\""]);
/// ```
#[must_use]
pub fn completions(text: &str, at: usize, schema: &Schema, segments: &[&str]) -> Vec<String> {
    let Some(before) = text.get(..at) else { return Vec::new() };
    let begun = begun(before);
    let (read, begun) = before.split_at(before.len() - begun);
    let Some(wants) = wants(read) else { return Vec::new() };
    let mut found: Vec<String> =
        wants.iter().flat_map(|want| offered(want, schema, segments)).collect();
    found.retain(|one| one.starts_with(begun) && one != begun);
    found.sort();
    found.dedup();
    found
}

/// How many bytes of a word, or of a text in quotes, stand at the end.
fn begun(before: &str) -> usize {
    if before.matches('"').count() % 2 == 1 {
        return before.rfind('"').map_or(0, |quote| before.len() - quote);
    }
    let starts = before.char_indices().map(|(at, _)| at);
    let word = |at: &usize| {
        let word = &before[*at..];
        let whole = word_length(word) == word.len();
        whole || word.strip_suffix('.').is_some_and(|word| word_length(word) == word.len())
    };
    starts.into_iter().find(word).map_or(0, |at| before.len() - at)
}

/// What could stand behind a text; `None` where it is wrong before its end.
fn wants(read: &str) -> Option<Vec<Want>> {
    tokens(read).ok()?;
    let mut parser = Parser::new(read).ok()?;
    // Refused or not: what matters is what was looked for where the text ends.
    let _ = parser.either();
    matches!(parser.peek(), Token::End).then_some(parser.wants)
}

fn offered(want: &Want, schema: &Schema, segments: &[&str]) -> Vec<String> {
    let fields = |event: &str| {
        let kind = schema.kind_of(event).and_then(|place| schema.events().get(place));
        kind.map(|kind| kind.fields.list()).unwrap_or_default()
    };
    match want {
        Want::Word(word) | Want::Sign(word) => vec![(*word).to_owned()],
        Want::Call(word) => vec![format!("{word}(")],
        Want::Attribute => schema.attributes().list().iter().map(|of| name(&of.name)).collect(),
        Want::Event => schema.events().iter().map(|kind| name(&kind.name)).collect(),
        Want::Field => {
            let fields = |kind: &crate::segments::EventKind| {
                let event = name(&kind.name);
                let field = |of: &crate::segments::Field| format!("{event}.{}", name(&of.name));
                kind.fields.list().iter().map(field).collect::<Vec<_>>()
            };
            schema.events().iter().flat_map(fields).collect()
        }
        Want::FieldOf(event) => fields(event).iter().map(|of| name(&of.name)).collect(),
        Want::Segment => segments.iter().map(|segment| quoted(segment)).collect(),
        Want::Score => {
            let scores = schema.attributes().list().iter();
            scores.filter_map(|of| of.name.strip_prefix("score.")).map(name).collect()
        }
        Want::Unit => ["days", "hours", "minutes", "weeks"].map(str::to_owned).into(),
        Want::Text | Want::Number | Want::Value | Want::Day => Vec::new(),
    }
}
