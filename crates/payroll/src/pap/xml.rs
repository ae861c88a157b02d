//! The XML of a PAP as a tree: elements with attributes, the line of each, and the comment that stands before it.
//!
//! Published files begin with a byte order mark, have no declaration, and write names now in capitals and now not, so names are compared
//! without regard to case. A DTD, which none has, is refused, and so are depth and size beyond all sense.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::PapError;

/// The largest file that is read, in bytes; the largest published one has 83 thousand.
const MOST_BYTES: usize = 1 << 20;
/// How many attributes an element may have; published ones have five.
const MOST_ATTRIBUTES: usize = 50;
/// How deep elements may lie in one another; published ones lie 16 deep.
const MOST_DEPTH: usize = 200;

/// One element of the file.
#[derive(Debug)]
pub(super) struct Element {
    /// Its name in capitals.
    pub(super) name: String,
    pub(super) attributes: Vec<Attribute>,
    pub(super) children: Vec<Element>,
    pub(super) line: usize,
    /// The comment that stands before it, its blanks joined to one each.
    pub(super) comment: String,
}

/// One attribute, with its entities resolved.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) line: usize,
}

impl Element {
    /// The attribute of this name, whatever its case.
    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }

    /// The same, which it can't be without.
    pub(super) fn needs(&self, name: &str) -> Result<&Attribute, PapError> {
        self.attribute(name).ok_or_else(|| self.error(format!("give it the attribute {name:?}")))
    }

    pub(super) fn error(&self, why: impl Into<String>) -> PapError {
        let element = match self.attribute("name") {
            Some(name) => format!("<{} name={:?}>", self.name, name.value),
            None => format!("<{}>", self.name),
        };
        PapError::Structure { line: self.line, element, why: why.into() }
    }
}

/// Reads a file to its one root element.
pub(super) fn read(text: &str) -> Result<Element, PapError> {
    if text.len() > MOST_BYTES {
        return Err(refused(
            1,
            format!(
                "the file has {} bytes, and a PAP less than 100,000: look which file it is",
                text.len()
            ),
        ));
    }
    Tree { text: text.trim_start_matches('\u{feff}'), open: Vec::new(), root: None, comment: None }
        .read()
}

fn refused(line: usize, why: impl Into<String>) -> PapError {
    PapError::Xml { line, why: why.into() }
}

struct Tree<'a> {
    text: &'a str,
    open: Vec<Element>,
    root: Option<Element>,
    /// The last comment since the last element, and the line on which it begins.
    comment: Option<(usize, String)>,
}

impl Tree<'_> {
    fn read(mut self) -> Result<Element, PapError> {
        let mut reader = Reader::from_str(self.text);
        let mut lines = Lines { text: self.text, at: 0, line: 1 };
        loop {
            let line = lines.advance(reader.buffer_position());
            let event = reader.read_event();
            let event = event.map_err(|error| {
                refused(lines.advance(reader.error_position()), error.to_string())
            })?;
            match event {
                Event::Start(start) => self.start(&start, line)?,
                Event::Empty(start) => {
                    self.start(&start, line)?;
                    self.end()?;
                }
                Event::End(_) => self.end()?,
                Event::Comment(comment) => self.comment = Some((line, comment.to_string())),
                Event::Text(text) => self.between(text.trim(), line)?,
                Event::CData(_) | Event::GeneralRef(_) => self.between("a reference", line)?,
                Event::DocType(_) => {
                    return Err(refused(line, "there is a DTD, which no PAP has: leave it out"));
                }
                Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => return self.finish(line),
            }
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, line: usize) -> Result<(), PapError> {
        if self.open.len() >= MOST_DEPTH {
            return Err(refused(
                line,
                format!("elements lie more than {MOST_DEPTH} deep: flatten them"),
            ));
        }
        if self.root.is_some() {
            return Err(refused(
                line,
                "there is a second element beside the first: a PAP has one, <PAP>",
            ));
        }
        self.open.push(Element {
            name: start.name().as_ref().to_ascii_uppercase(),
            attributes: attributes(start, line)?,
            children: Vec::new(),
            line,
            comment: self.comment.take().map(|(_, text)| joined(&text)).unwrap_or_default(),
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), PapError> {
        let Some(element) = self.open.pop() else { return Ok(()) };
        self.comment = None;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    /// What stands between elements means nothing, so nothing may stand there.
    fn between(&self, text: &str, line: usize) -> Result<(), PapError> {
        match text {
            "" => Ok(()),
            _ => Err(refused(line, format!("{text:?} stands between the elements: leave it out"))),
        }
    }

    fn finish(self, line: usize) -> Result<Element, PapError> {
        match (self.open.last(), self.root) {
            (None, Some(root)) => Ok(root),
            (Some(open), _) => {
                Err(refused(line, format!("<{}> of line {} is never closed", open.name, open.line)))
            }
            (None, None) => {
                Err(refused(line, "the file is empty: give a PAP, as the ministry publishes it"))
            }
        }
    }
}

fn attributes(start: &BytesStart<'_>, line: usize) -> Result<Vec<Attribute>, PapError> {
    let raw = start.attributes_raw();
    let mut found = Vec::new();
    for attribute in start.attributes() {
        if found.len() == MOST_ATTRIBUTES {
            let why =
                format!("an element has more than {MOST_ATTRIBUTES} attributes: no PAP needs them");
            return Err(refused(line, why));
        }
        let attribute = attribute.map_err(|error| refused(line, error.to_string()))?;
        let before = raw.find(attribute.value.as_ref()).unwrap_or_default();
        let value = quick_xml::escape::unescape(&attribute.value)
            .map_err(|error| refused(line, error.to_string()))?;
        found.push(Attribute {
            name: attribute.key.as_ref().to_owned(),
            value: value.into_owned(),
            line: line + raw[..before].matches('\n').count(),
        });
    }
    Ok(found)
}

/// A text with its blanks and line breaks joined to one blank each.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Counts lines up to a place that only moves forward.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn advance(&mut self, to: u64) -> usize {
        let to = usize::try_from(to).unwrap_or(usize::MAX).min(self.text.len());
        if to > self.at {
            self.line +=
                self.text.as_bytes()[self.at..to].iter().filter(|&&byte| byte == b'\n').count();
            self.at = to;
        }
        self.line
    }
}
