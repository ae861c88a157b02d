//! Reads error types from sources as rustfmt writes them: the variants with their documentation and messages, and what they derive
//! as code and kind, or the arms of `code` and `kind`; and, by another way, all codes that a program can give.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// An error as the page lists it.
pub struct Listed {
    pub code: String,
    pub kind: String,
    pub message: String,
    pub meaning: String,
}

/// An error type with its variants; of a struct there is one, of no name.
pub struct ErrorType {
    name: String,
    variants: Vec<Variant>,
    /// Whose the codes are, where they are derived from the variants' attributes.
    derived: Option<String>,
    codes: Arms,
    kinds: Arms,
}

struct Variant {
    name: String,
    message: String,
    meaning: String,
    attributes: String,
}

/// What a match gives for each variant, in its arms' order, and for the rest.
#[derive(Default)]
struct Arms {
    of: BTreeMap<String, Vec<String>>,
    rest: Option<String>,
}

impl ErrorType {
    /// Whether its codes are derived.
    pub fn is_derived(&self) -> bool {
        self.derived.is_some()
    }

    /// The errors that have a code of their own. A variant that passes on another error has that one's.
    pub fn listed(&self) -> Vec<(String, Listed)> {
        let mut listed = Vec::new();
        for variant in &self.variants {
            let place = format!("{}::{}", self.name, variant.name);
            if let Some(engine) = &self.derived {
                listed.extend(variant.derived(engine).map(|(code, kind)| {
                    let listed = listed_as(&place, variant, &code, &kind);
                    (place.clone(), listed)
                }));
                continue;
            }
            let codes = self.codes.get(&variant.name);
            assert!(!codes.is_empty(), "{place} has no code");
            for code in codes {
                let Some(code) = code.strip_prefix('"').and_then(|code| code.strip_suffix('"'))
                else {
                    continue;
                };
                let listed_as = self.listed_as(&place, variant, code);
                listed.push((place.clone(), listed_as));
            }
        }
        listed
    }

    /// The kind that the arms of `kind` give it.
    fn listed_as(&self, place: &str, variant: &Variant, code: &str) -> Listed {
        let kind = self.kinds.get(&variant.name).first().copied();
        let kind = kind.unwrap_or_else(|| panic!("{place} has no kind"));
        let kind = kind
            .strip_prefix("ErrorKind::")
            .unwrap_or_else(|| panic!("{place}: {kind} is no kind"));
        listed_as(place, variant, code, kind)
    }
}

impl Variant {
    /// Code and kind as `#[derive(ErrorCode)]` makes them; none of what passes on another error.
    fn derived(&self, engine: &str) -> Option<(String, String)> {
        let kind = argument(&self.attributes, "kind")?;
        let code = match argument(&self.attributes, "code") {
            Some(code) => code.trim_matches('"').to_owned(),
            None => snake_case(&self.name),
        };
        Some((format!("{engine}.{code}"), kind))
    }
}

fn listed_as(place: &str, variant: &Variant, code: &str, kind: &str) -> Listed {
    let (message, meaning) = (variant.message.clone(), variant.meaning.clone());
    assert!(message != "transparent", "{place} has a code and no message of its own");
    assert!(!meaning.is_empty(), "{place} has no documentation");
    Listed { code: code.to_owned(), kind: kind.to_owned(), message, meaning }
}

/// What stands in the brackets of an attribute.
fn argument(attributes: &str, name: &str) -> Option<String> {
    let (_, rest) = attributes.split_once(&format!("#[{name}("))?;
    Some(rest.split_once(")]")?.0.to_owned())
}

fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

impl Arms {
    /// All values of a variant: a match may tell its cases apart.
    fn get(&self, variant: &str) -> Vec<&str> {
        match self.of.get(variant) {
            Some(values) => values.iter().map(String::as_str).collect(),
            None => self.rest.iter().map(String::as_str).collect(),
        }
    }

    /// The arms of a body: a match over the variants of `name`, or one value for all.
    fn read(body: &str, name: &str) -> Arms {
        let Some((_, arms)) = body.split_once("match self {") else {
            return Arms { rest: Some(body.trim().to_owned()), ..Arms::default() };
        };
        let mut read = Arms::default();
        let mut pieces = arms.split("=>");
        let mut pattern = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (value, next) = arm(piece.trim_start());
            for of in pattern.split(&format!("{name}::")).skip(1) {
                let ends = of.find(|c: char| !c.is_alphanumeric()).unwrap_or(of.len());
                read.of.entry(of[..ends].to_owned()).or_default().push(value.clone());
            }
            if pattern.trim() == "_" {
                read.rest = Some(value);
            }
            pattern = next.to_owned();
        }
        read
    }
}

/// The value of an arm, and what comes after it.
fn arm(piece: &str) -> (String, &str) {
    let (value, next) = match piece.strip_prefix('{') {
        Some(block) => block.split_once('}').unwrap_or((block, "")),
        None => piece.split_once(',').unwrap_or((piece, "")),
    };
    (value.trim().to_owned(), next.trim_start_matches(','))
}

/// The error types of a file that have codes.
pub fn error_types(path: &Path) -> Vec<ErrorType> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut types = Vec::new();
    let mut attributes = String::new();
    let mut docs = String::new();
    for (at, line) in lines.iter().enumerate() {
        let public = line.strip_prefix("pub enum ").or(line.strip_prefix("pub struct "));
        let opens = match attributes.contains("#[error_code(") {
            true => line.split_once("enum ").map(|(_, rest)| rest),
            false => public.filter(|_| attributes.contains("thiserror::Error")),
        };
        if let Some(rest) = opens {
            let ends = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            let name = rest[..ends].to_owned();
            let variants = match line.contains("enum ") {
                true => variants(&lines[at + 1..]),
                false => vec![Variant {
                    name: String::new(),
                    message: message(&attributes),
                    meaning: docs.clone(),
                    attributes: String::new(),
                }],
            };
            if attributes.contains("#[error_code(") {
                let engine = argument(&attributes, "error_code").unwrap();
                let engine = engine.split('"').nth(1).unwrap().to_owned();
                types.push(ErrorType {
                    name,
                    variants,
                    derived: Some(engine),
                    codes: Arms::default(),
                    kinds: Arms::default(),
                });
                gather(line, &mut attributes, &mut docs);
                continue;
            }
            let (codes, kinds) = (body(&lines, &name, "code"), body(&lines, &name, "kind"));
            if let Some(codes) = codes {
                let kinds =
                    kinds.unwrap_or_else(|| panic!("{name} in {path:?} has codes and no kinds"));
                types.push(ErrorType {
                    codes: Arms::read(&codes, &name),
                    kinds: Arms::read(&kinds, &name),
                    derived: None,
                    name,
                    variants,
                });
            }
        }
        gather(line, &mut attributes, &mut docs);
    }
    types
}

/// Reasons of refused lines that are written where they are found, with a text that is the same each time.
pub fn faults(path: &Path) -> Vec<Listed> {
    let lines = program(path);
    let mut listed = Vec::new();
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| line.contains("Fault::new(")) {
        let call = lines[at..].iter().take(4).map(|line| line.trim()).collect::<String>();
        let given = call.split("Fault::new(").nth(1).unwrap_or_default();
        let texts: Vec<&str> = given.split('"').collect();
        if let ["", code, ", ", message, ..] = texts.as_slice() {
            let (code, message) = ((*code).to_owned(), (*message).to_owned());
            let (kind, meaning) =
                ("Invalid".to_owned(), "What stands in a line of an import.".to_owned());
            listed.push(Listed { code, kind, message, meaning });
        }
    }
    listed
}

/// The lines of a file that are compiled into programs: no comments, no tests.
fn program(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.map(str::to_owned).collect()
}

/// All codes in a file that a program can give: those written down in what is called `code`, or given to what becomes a refusal.
pub fn codes(path: &Path) -> BTreeSet<String> {
    let lines = program(path);
    let mut codes = BTreeSet::new();
    for (at, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        if line.contains("fn code(&self)") && line.ends_with('{') {
            let end = format!("{}}}", " ".repeat(indent));
            let body = lines[at + 1..].iter().take_while(|line| **line != end);
            codes.extend(
                body.flat_map(|line| line.split('"').skip(1).step_by(2)).map(str::to_owned),
            );
        }
        let rest = lines[at..].iter().take(2).map(|line| line.trim()).collect::<String>();
        for opener in ["Fault::new(", "Refused::new(", "code: ", "code = "] {
            let given = rest.split(opener).skip(1).filter_map(|given| given.strip_prefix('"'));
            codes.extend(given.filter_map(|given| given.split('"').next()).map(str::to_owned));
        }
    }
    codes.retain(|code| is_code(code));
    codes
}

/// Whether a text is written as codes are: an engine's name, a dot, a word.
pub fn is_code(text: &str) -> bool {
    let word = |text: &str| {
        !text.is_empty()
            && text.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
    };
    text.split_once('.').is_some_and(|(engine, what)| word(engine) && word(what))
}

/// How many types in a file derive their codes.
pub fn deriving(path: &Path) -> usize {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter(|line| line.starts_with("#[error_code(")).count()
}

/// Keeps what stands over an item; anything else forgets it.
fn gather(line: &str, attributes: &mut String, docs: &mut String) {
    let line = line.trim();
    if let Some(doc) = line.strip_prefix("///") {
        let sentence = doc.trim();
        let first_paragraph = !docs.ends_with('\n');
        match sentence {
            "" => docs.push('\n'),
            _ if first_paragraph && !docs.is_empty() => *docs = format!("{docs} {sentence}"),
            _ if first_paragraph => docs.push_str(sentence),
            _ => {}
        }
    } else if line.starts_with("#[") || unfinished(attributes) {
        attributes.push_str(line);
    } else {
        attributes.clear();
        docs.clear();
    }
}

/// Whether an attribute goes on in the next line.
fn unfinished(attributes: &str) -> bool {
    !attributes.is_empty() && !attributes.ends_with(']')
}

/// The variants of an enum whose body begins here.
fn variants(lines: &[&str]) -> Vec<Variant> {
    let mut variants = Vec::new();
    let (mut attributes, mut docs) = (String::new(), String::new());
    for line in lines.iter().take_while(|line| **line != "}") {
        let names =
            line.strip_prefix("    ").is_some_and(|rest| rest.starts_with(char::is_uppercase));
        if names && !unfinished(&attributes) {
            let name: String = line.trim().chars().take_while(|c| c.is_alphanumeric()).collect();
            let meaning = docs.trim_end().to_owned();
            variants.push(Variant {
                name,
                message: message(&attributes),
                meaning,
                attributes: attributes.clone(),
            });
        }
        gather(line, &mut attributes, &mut docs);
    }
    variants
}

/// The message of an error attribute, its values without how they are formatted.
fn message(attributes: &str) -> String {
    let Some((_, text)) = attributes.split_once("#[error(") else { return String::new() };
    let Some(text) = text.trim_start().strip_prefix('"') else { return "transparent".to_owned() };
    let mut message = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => message.extend(chars.next()),
            '{' => {
                let value: String = chars.by_ref().take_while(|c| *c != '}').collect();
                let value = value.split(':').next().unwrap_or_default().to_owned();
                let nameless = value.is_empty() || value.chars().all(|c| c.is_ascii_digit());
                message.push_str(&format!("{{{}}}", if nameless { "..." } else { &value }));
            }
            c => message.push(c),
        }
    }
    message
}

/// The body of a method of a type, from any of its impls in the file; one that only calls another of its name is none.
fn body(lines: &[&str], name: &str, method: &str) -> Option<String> {
    let starts = lines.iter().enumerate().filter(|(_, line)| is_impl(line, name));
    let bodies = starts.filter_map(|(at, _)| {
        let block: Vec<&str> =
            lines[at..].iter().copied().take_while(|line| *line != "}").collect();
        let signature = format!("fn {method}(&self)");
        let is_method = |line: &&str| line.contains(&signature) && !line.trim().starts_with("//");
        let start = block.iter().position(is_method)?;
        let body = block[start + 1..].iter().take_while(|line| **line != "    }");
        Some(body.copied().collect::<Vec<_>>().join("\n"))
    });
    let mut bodies = bodies.filter(|body| !body.contains(&format!("{name}::{method}(self)")));
    bodies.next()
}

/// Whether a line opens an impl of a type's own methods, or of `ActError` for it.
fn is_impl(line: &str, name: &str) -> bool {
    let Some(rest) = line.strip_prefix("impl") else { return false };
    let rest = match rest.strip_prefix('<') {
        Some(generics) => generics.split_once('>').map_or("", |(_, rest)| rest),
        None => rest,
    };
    let rest = rest.trim_start();
    let of = rest.strip_prefix("ActError for ").unwrap_or(rest);
    of.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '<']))
}

/// The kinds of errors with what each means.
pub fn kinds(path: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| *line == "pub enum ErrorKind {").unwrap();
    variants(&lines[start + 1..]).into_iter().map(|kind| (kind.name, kind.meaning)).collect()
}
