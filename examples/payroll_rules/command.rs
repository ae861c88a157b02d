//! The command line of the workbench.

use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;

use chrono::NaiveDate;
use lexopt::{Arg, Parser, ValueExt};

use super::source::Source;

/// What it can do.
pub const HELP: &str = "\
A workbench for files of payroll rules.

  check FILE ...                 says what is wrong with files, with line and column
  taxability FILE                says which component counts to which tax
  explain FILE[@DAY] [options]   computes one case and says why
    --input NAME=VALUE ...         what is told of the employee
    --of RESULT ...                which results are explained; without, net
    --html FILE                    writes it there as a page
  diff FILE[@DAY] FILE[@DAY] [options]   what is another figure or formula, and whose pay changes
    --input NAME=VALUE ...         what is the same in all cases
    --grid NAME=FROM..TO/STEP ...  cases over a range of an input; of several inputs, each with each
    --cases FILE.csv               cases of a table: one row each, one column for each input, and one named employee
    --html FILE                    writes it there as a page

FILE is of TOML, or of JSON when it is called so. Parts of it, such as a state's rules, follow it: federal.toml+state.toml@2026-03-31.
DAY is written as 2025-06-30; without one it is the last day on which something of the file begins.
";

/// What is asked for.
pub enum Command {
    /// How it is called.
    Help,
    /// To check files.
    Check(Vec<Source>),
    /// To show which component counts to which tax.
    Taxability(File),
    /// To explain a case.
    Explain(Explain),
    /// To compare rules.
    Diff(Diff),
}

/// A file, and the day whose rules are meant.
pub struct File {
    /// Where it is, with its parts.
    pub source: Source,
    /// The day.
    pub day: Option<NaiveDate>,
}

/// A case to explain.
pub struct Explain {
    /// By which rules.
    pub file: File,
    /// Inputs with their values.
    pub inputs: Vec<(String, String)>,
    /// Which results.
    pub of: Vec<String>,
    /// The file for the page.
    pub html: Option<PathBuf>,
}

/// Rules to compare.
pub struct Diff {
    /// The earlier.
    pub before: File,
    /// The later.
    pub after: File,
    /// What is the same in all cases.
    pub inputs: Vec<(String, String)>,
    /// Ranges of inputs, as they are written.
    pub grid: Vec<(String, String)>,
    /// A table of cases.
    pub cases: Option<PathBuf>,
    /// The file for the page.
    pub html: Option<PathBuf>,
}

/// Reads the process's command line.
///
/// # Errors
/// An unknown command or option, or what is not written as it should be.
pub fn from_env() -> Result<Command, Box<dyn Error>> {
    let mut parser = Parser::from_env();
    let (mut words, mut inputs, mut grid, mut of) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut html, mut cases) = (None, None);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Value(word) => words.push(word),
            Arg::Long("input") => pairs(&mut parser, &mut inputs)?,
            Arg::Long("grid") => pairs(&mut parser, &mut grid)?,
            Arg::Long("of") => {
                for name in parser.values()? {
                    of.push(name.string()?);
                }
            }
            Arg::Long("html") => html = Some(PathBuf::from(parser.value()?)),
            Arg::Long("cases") => cases = Some(PathBuf::from(parser.value()?)),
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    let mut words = words.into_iter();
    let Some(what) = words.next() else { return Ok(Command::Help) };
    let what = what.string()?;
    let mut file = || words.next().ok_or_else(|| format!("{what} which file? --help says how"));
    let command = match what.as_str() {
        "check" => {
            let first = file()?;
            Command::Check(std::iter::once(first).chain(words.by_ref()).map(Source::said).collect())
        }
        "taxability" => Command::Taxability(dated(file()?)?),
        "explain" => Command::Explain(Explain { file: dated(file()?)?, inputs, of, html }),
        "diff" => {
            let (before, after) = (dated(file()?)?, dated(file()?)?);
            Command::Diff(Diff { before, after, inputs, grid, cases, html })
        }
        other => {
            return Err(format!("{other:?} is none of check, taxability, explain, diff").into());
        }
    };
    match words.next() {
        Some(more) => {
            Err(format!("{} is too much; --help says how it is called", more.display()).into())
        }
        None => Ok(command),
    }
}

fn pairs(parser: &mut Parser, into: &mut Vec<(String, String)>) -> Result<(), Box<dyn Error>> {
    for pair in parser.values()? {
        let pair = pair.string()?;
        let (name, value) =
            pair.split_once('=').ok_or_else(|| format!("{pair:?}: write NAME=VALUE"))?;
        into.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    Ok(())
}

/// `rules.toml@2025-06-30`
fn dated(word: OsString) -> Result<File, Box<dyn Error>> {
    let said = word.to_str().and_then(|word| word.rsplit_once('@'));
    match said.map(|(path, day)| (path, day.parse())) {
        Some((path, Ok(day))) => Ok(File { source: Source::said(path.into()), day: Some(day) }),
        Some((path, Err(_))) if !PathBuf::from(&word).exists() => {
            Err(format!("{path}: write its day as in {path}@2025-06-30").into())
        }
        _ => Ok(File { source: Source::said(word), day: None }),
    }
}
