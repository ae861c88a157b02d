//! The reader of `KNOWN.md`, the list of cases where we differ on purpose.
//!
//! The file is prose for people and a table for this program at once. A section whose heading holds
//! a file and a case id, `## FILE: ID`, is an entry; in it, the paragraph `ours: ...` is our answer,
//! exactly as the runner prints it, and the one that begins `why: ` the reason. What stands before
//! the first such heading, and between other headings, is only for people.

use std::collections::BTreeMap;
use std::path::Path;

/// One entry: what we answer instead, and why we think that we are right.
pub(crate) struct Known {
    pub(crate) ours: String,
    pub(crate) why: String,
}

/// All entries, by file and case id.
pub(crate) struct KnownCases(BTreeMap<(String, String), Known>);

impl KnownCases {
    /// # Errors
    /// When the file can't be read, or an entry lacks its `ours:` or its `why:`.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        Self::parse(&text)
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut entries = BTreeMap::new();
        for section in sections(text) {
            let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
            let Some((file, id)) = heading.split_once(": ") else { continue };
            let field = |name| {
                paragraph(body, name).ok_or(format!("KNOWN.md: {heading:?} has no {name:?} line"))
            };
            let known = Known { ours: field("ours:")?, why: field("why:")? };
            let key = (file.trim().to_owned(), id.trim().to_owned());
            if entries.insert(key, known).is_some() {
                return Err(format!("KNOWN.md: {heading:?} stands there twice"));
            }
        }
        Ok(Self(entries))
    }

    pub(crate) fn get(&self, file: &str, id: &str) -> Option<&Known> {
        self.0.get(&(file.to_owned(), id.to_owned()))
    }
}

/// The text after each `## `, up to the next heading of that level.
fn sections(text: &str) -> impl Iterator<Item = &str> {
    let body = text.strip_prefix("## ").map_or_else(|| text.split_once("\n## "), |b| Some(("", b)));
    body.into_iter().flat_map(|(_, sections)| sections.split("\n## "))
}

/// The paragraph that begins with `name`, on one line.
fn paragraph(body: &str, name: &str) -> Option<String> {
    let from = body.lines().skip_while(|line| !line.starts_with(name));
    let lines: Vec<&str> = from.take_while(|line| !line.trim().is_empty()).collect();
    let joined = lines.join(" ");
    Some(joined.strip_prefix(name)?.trim().to_owned())
}
