//! All that is wrong with a file at once. A reader stops at the first thing that it can't read; so that is told, blanked out, and the rest is
//! read again, until what is left can be looked at as a whole.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::{RuleSet, places};
use crate::RuleError;

/// A file that is wrong in more places has to be mended before more of it is looked at.
const MOST: usize = 200;

/// All that is wrong with a file, in its order.
pub(super) fn all(text: &str) -> Vec<RuleError> {
    let (mut left, mut gone, mut found) = (text.to_owned(), BTreeSet::new(), Vec::new());
    for _ in 0..MOST {
        let set = places::read(&left).and_then(|file| RuleSet::unchecked(file, Vec::new()));
        let error = match set {
            Ok(set) => {
                let faults = set.faults().into_iter();
                let faults: Vec<_> =
                    faults.filter(|fault| !mentions_any(&fault.error, &gone)).collect();
                found.extend(places::placed(&left, &faults));
                break;
            }
            Err(error @ RuleError::BadFile { .. }) => error,
            Err(error) => match places::placed(&left, &[error.clone().into()]).pop() {
                Some(placed) => placed,
                None => error,
            },
        };
        let blanked = error.place().and_then(|place| blank(&mut left, place));
        if !mentions_any(&error, &gone) {
            found.push(error.clone());
        }
        match blanked {
            // The first of the name is still there.
            Some(_) if matches!(&error, RuleError::At { error, .. } if matches!(**error, RuleError::NameTwice { .. })) =>
                {}
            Some(names) => gone.extend(names),
            None => break,
        }
    }
    found.sort_by_key(RuleError::place);
    found.dedup();
    found
}

fn mentions_any(error: &RuleError, gone: &BTreeSet<SmolStr>) -> bool {
    gone.iter().any(|name| error.mentions(name))
}

/// Takes out the `[[rule]]`, `[[parameter]]` or whatever a place lies in, line by line, so that all others stay where they are. What it took
/// the names of; `None` when the place lies in the file's head.
fn blank(text: &mut String, (line, _): (usize, usize)) -> Option<Vec<SmolStr>> {
    let lines: Vec<&str> = text.split('\n').collect();
    let heads = heads(&lines);
    let at = line.checked_sub(1)?;
    let first = heads.iter().copied().filter(|head| *head <= at).max()?;
    let end = heads.iter().copied().find(|head| *head > first).unwrap_or(lines.len());
    let names = lines.get(first..end)?.iter().flat_map(|line| names(line)).collect();
    let kept = lines.iter().enumerate();
    let kept = kept.map(|(at, line)| if (first..end).contains(&at) { "" } else { *line });
    *text = kept.collect::<Vec<_>>().join("\n");
    Some(names)
}

/// The lines in which something of the file begins that stands by itself.
fn heads(lines: &[&str]) -> Vec<usize> {
    let mut long = None;
    let mut heads = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if long.is_none()
            && line.starts_with('[')
            && !line.split(']').next().is_some_and(|head| head.contains('.'))
        {
            heads.push(at);
        }
        for quotes in ["\"\"\"", "'''"] {
            let is_odd = line.matches(quotes).count() % 2 == 1;
            match long {
                Some(open) if open == quotes && is_odd => long = None,
                None if is_odd => long = Some(quotes),
                _ => {}
            }
        }
    }
    heads
}

/// What is called so in a line: `name = "salary"`, also within braces.
fn names(line: &str) -> Vec<SmolStr> {
    let said = line.split("name").skip(1).filter_map(|rest| {
        let quoted = rest.trim_start().strip_prefix('=')?.trim_start();
        let quote = quoted.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        quoted.get(1..)?.split(quote).next().map(SmolStr::new)
    });
    said.filter(|name| !name.is_empty()).collect()
}

/// Which of several parts an error stands in that are read one behind the other, with its line there.
pub(super) fn of_part(parts: &[&str], error: RuleError) -> (usize, RuleError) {
    let Some((mut line, column)) = error.place() else { return (0, error) };
    let mut part = 0;
    for text in parts.iter().take(parts.len().saturating_sub(1)) {
        let lines = text.split('\n').count();
        if line <= lines {
            break;
        }
        (line, part) = (line - lines, part + 1);
    }
    let error = match error {
        RuleError::At { error, .. } => RuleError::At { line, column, error },
        RuleError::BadFile { why, .. } => RuleError::BadFile { line, column, why },
        other => other,
    };
    (part, error)
}
