//! A file of rules, or one with its parts: `united_states.toml+united_states/california.toml`.

use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;

use fondaco::payroll::rules::RuleFile;
use fondaco::payroll::{RuleError, RuleSet};

/// Where rules are read from: a file, and the parts that are read behind it.
pub struct Source {
    parts: Vec<PathBuf>,
}

impl Source {
    /// What a command line says; a file whose own name has a `+` is that file.
    pub fn said(word: OsString) -> Source {
        let whole = PathBuf::from(&word);
        let parts = word.to_str().filter(|_| !whole.exists());
        let parts = parts.map(|word| word.split('+').map(PathBuf::from).collect());
        Source { parts: parts.unwrap_or_else(|| vec![whole]) }
    }

    /// The name of a part.
    pub fn name(&self, part: usize) -> String {
        self.parts.get(part).map(|path| path.display().to_string()).unwrap_or_default()
    }

    fn texts(&self) -> Result<Vec<String>, Box<dyn Error>> {
        let read = |path: &PathBuf| {
            let text = std::fs::read_to_string(path);
            text.map_err(|error| format!("{}: {error}", path.display()).into())
        };
        self.parts.iter().map(read).collect()
    }

    /// A file of JSON has the same fields.
    fn is_json(&self) -> bool {
        let ends = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "json");
        self.parts.len() == 1 && self.parts.iter().all(ends)
    }

    /// All that is wrong: in which part, and what. Of JSON the first thing alone, for its reader keeps no places.
    pub fn problems(&self) -> Result<Vec<(usize, RuleError)>, Box<dyn Error>> {
        let texts = self.texts()?;
        if self.is_json() {
            let error = texts.first().map(|text| of_json(text)).and_then(Result::err);
            return Ok(error.into_iter().map(|error| (0, error)).collect());
        }
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        Ok(RuleSet::problems_of_parts(&texts))
    }

    /// The rules, or the first thing that is wrong.
    pub fn rules(&self) -> Result<RuleSet, Box<dyn Error>> {
        let texts = self.texts()?;
        let read = match texts.as_slice() {
            [text] if self.is_json() => of_json(text),
            texts => RuleSet::from_parts(&texts.iter().map(String::as_str).collect::<Vec<_>>()),
        };
        match (read, self.problems()?.into_iter().next()) {
            (Ok(rules), _) => Ok(rules),
            (Err(_), Some((part, error))) => Err(format!("{}: {error}", self.name(part)).into()),
            (Err(error), None) => Err(format!("{self}: {error}").into()),
        }
    }
}

fn of_json(text: &str) -> Result<RuleSet, RuleError> {
    let file: RuleFile = serde_json::from_str(text).map_err(|error| RuleError::BadFile {
        line: error.line(),
        column: error.column(),
        why: error.to_string(),
    })?;
    RuleSet::new(file)
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<String> = (0..self.parts.len()).map(|part| self.name(part)).collect();
        f.write_str(&parts.join(" + "))
    }
}
