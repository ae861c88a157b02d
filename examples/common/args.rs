//! The command line that all examples share: `--store memory|sqlite:PATH|postgres://...`, `--help`, and where there is something to read or to look
//! at `--data DIR`, `--orders N`, `--page FILE`.

use std::{ffi::OsString, fmt, path::PathBuf};

use lexopt::{Arg, Parser, ValueExt};

/// What the command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Args {
    /// The directory to read; none for the demo company.
    pub data: Option<PathBuf>,
    /// Where to keep the books.
    pub store: StoreChoice,
    /// How many sales orders the demo company has; none for its usual size.
    pub orders: Option<u32>,
    /// The file for the page to look at; none for the example's own.
    pub page: Option<PathBuf>,
    /// The switches that were given, without their dashes.
    pub switches: Vec<String>,
}

/// What an example takes beside `--store` and `--help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// `--data DIR`, and what for.
    Data(&'static str),
    /// `--orders N`, and what for.
    Orders(&'static str),
    /// `--page FILE`, and what for.
    Page(&'static str),
    /// `--report FILE`, the same by another name, and what for.
    Report(&'static str),
    /// A switch without a value by this name, and what for.
    Switch(&'static str, &'static str),
}

impl Offer {
    /// How help writes it, and what for.
    fn shown(self) -> (String, &'static str) {
        match self {
            Offer::Data(about) => ("--data DIR".into(), about),
            Offer::Orders(about) => ("--orders N".into(), about),
            Offer::Page(about) => ("--page FILE".into(), about),
            Offer::Report(about) => ("--report FILE".into(), about),
            Offer::Switch(name, about) => (format!("--{name}"), about),
        }
    }

    fn is(self, option: &str) -> bool {
        match self {
            Offer::Data(_) => option == "data",
            Offer::Orders(_) => option == "orders",
            Offer::Page(_) => option == "page",
            Offer::Report(_) => option == "report",
            Offer::Switch(name, _) => option == name,
        }
    }
}

/// What an example about a whole company takes.
const COMPANY: [Offer; 3] = [
    Offer::Data(
        "read the company's documents from the CSV files in DIR, say\n\
         ../shared/data/adventureworks_mini; without it a demo company is\n\
         generated, the same on every run",
    ),
    Offer::Orders(
        "the demo company has N sales orders instead of 3000, and purchases\n\
         and work orders in proportion",
    ),
    Offer::Page("write the page there, instead of into target"),
];

/// Where an example keeps what it books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreChoice {
    /// In memory: gone when the example ends.
    Memory,
    /// In an SQLite file.
    Sqlite(PathBuf),
    /// On a PostgreSQL server, by its URL.
    Postgres(String),
}

impl StoreChoice {
    /// Where something is kept, in words.
    pub fn told(&self, what: &str) -> String {
        match self {
            Self::Memory => format!("{what} kept in memory, until the end."),
            Self::Sqlite(path) => format!(
                "{what} kept in {}: look inside with sqlite3, delete it to start afresh.",
                path.display()
            ),
            Self::Postgres(_) => {
                format!("{what} kept on a PostgreSQL server: look inside with psql.")
            }
        }
    }
}

/// What to do about the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Run with this.
    Run(Args),
    /// Print this and end well: somebody asked for help.
    Help(String),
}

/// A command line that says nothing sensible, and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgsError(String);

impl fmt::Display for ArgsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; --help lists what there is", self.0)
    }
}

impl std::error::Error for ArgsError {}

impl From<lexopt::Error> for ArgsError {
    fn from(error: lexopt::Error) -> Self {
        Self(error.to_string())
    }
}

/// Reads the process's command line. `about` says in one line what the example does, `store` is
/// where it keeps its books unless told otherwise.
///
/// # Errors
/// An unknown option, one without its value, or one that comes twice.
///
/// ```ignore
/// let args = match args::from_env("books a half year", StoreChoice::Memory)? {
///     Command::Run(args) => args,
///     Command::Help(text) => return Ok(print!("{text}")),
/// };
/// ```
pub fn from_env(about: &str, store: StoreChoice) -> Result<Command, ArgsError> {
    offered(about, store, &COMPANY)
}

/// Reads the process's command line for an example that takes no more than this.
///
/// # Errors
/// As [`from_env`].
pub fn offered(about: &str, store: StoreChoice, offers: &[Offer]) -> Result<Command, ArgsError> {
    parse(Parser::from_env(), about, store, offers)
}

/// Reads a command line without the program's name, as [`from_env`] does.
///
/// # Errors
/// As [`from_env`].
pub fn from_args(
    args: impl IntoIterator<Item = impl Into<OsString>>,
    about: &str,
    store: StoreChoice,
) -> Result<Command, ArgsError> {
    parse(
        Parser::from_args(args.into_iter().map(Into::into).collect::<Vec<OsString>>()),
        about,
        store,
        &COMPANY,
    )
}

fn parse(
    mut parser: Parser,
    about: &str,
    default: StoreChoice,
    offers: &[Offer],
) -> Result<Command, ArgsError> {
    let (mut data, mut store, mut orders, mut page) = (None, None, None, None);
    let mut switches = Vec::new();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long(name)
                if !["store", "help"].contains(&name)
                    && !offers.iter().any(|offer| offer.is(name)) =>
            {
                return Err(arg.unexpected().into());
            }
            Arg::Long("data") => once(
                "--data",
                &mut data,
                PathBuf::from(value(&mut parser, "--data", "a directory of CSV files")?),
            )?,
            Arg::Long("store") => once(
                "--store",
                &mut store,
                store_choice(value(
                    &mut parser,
                    "--store",
                    "memory, sqlite:PATH or postgres://...",
                )?)?,
            )?,
            Arg::Long("orders") => once(
                "--orders",
                &mut orders,
                order_count(value(&mut parser, "--orders", "a number of sales orders")?)?,
            )?,
            Arg::Long("page") => once(
                "--page",
                &mut page,
                PathBuf::from(value(&mut parser, "--page", "a file to write, say books.html")?),
            )?,
            Arg::Long("report") => once(
                "--report",
                &mut page,
                PathBuf::from(value(&mut parser, "--report", "a file to write, say company.html")?),
            )?,
            Arg::Long("help") | Arg::Short('h') => {
                return Ok(Command::Help(help(about, &default, offers)));
            }
            Arg::Long(name) => switches.push(name.to_owned()),
            Arg::Value(value) => {
                return Err(ArgsError(format!(
                    "{value:?} stands alone: values follow --data, --store, --orders or --page"
                )));
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if data.is_some() && orders.is_some() {
        return Err(ArgsError("--orders sizes the demo company, --data reads another".to_owned()));
    }
    Ok(Command::Run(Args { data, store: store.unwrap_or(default), orders, page, switches }))
}

/// The value that follows an option; an option in its place is a value forgotten.
fn value(parser: &mut Parser, option: &str, wants: &str) -> Result<OsString, ArgsError> {
    let value = parser
        .value()
        .ok()
        .filter(|value| !value.is_empty() && !value.to_string_lossy().starts_with("--"));
    value.ok_or_else(|| ArgsError(format!("{option} needs {wants} after it")))
}

fn once<T>(option: &str, place: &mut Option<T>, value: T) -> Result<(), ArgsError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(ArgsError(format!("{option} is there twice: give it once"))),
    }
}

fn store_choice(value: OsString) -> Result<StoreChoice, ArgsError> {
    let text = value.string().map_err(|_| ArgsError("--store takes a path in UTF-8".to_owned()))?;
    match text.split_once(':') {
        None if text == "memory" => Ok(StoreChoice::Memory),
        Some(("sqlite", path)) if !path.is_empty() => match is_something_else(path) {
            true => Err(ArgsError(format!("{path} is no file of SQLite: name another"))),
            false => Ok(StoreChoice::Sqlite(path.into())),
        },
        Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
            Ok(StoreChoice::Postgres(text))
        }
        _ => Err(ArgsError(format!(
            "--store {text} is no store: right is memory, or sqlite:PATH, say sqlite:target/books.db, or postgres://USER@HOST/DATABASE"
        ))),
    }
}

/// Whether there is a file of another kind: nobody is told to delete that.
fn is_something_else(path: &str) -> bool {
    let mut first = [0; 15];
    let Ok(mut file) = std::fs::File::open(path) else { return false };
    match std::io::Read::read(&mut file, &mut first) {
        Ok(0) | Err(_) => false,
        Ok(_) => &first != b"SQLite format 3",
    }
}

/// More than a million would be no demo, and might not fit in memory.
fn order_count(value: OsString) -> Result<u32, ArgsError> {
    let text = value.to_string_lossy();
    let count = text.parse().ok().filter(|count| (1..=1_000_000).contains(count));
    count.ok_or_else(|| ArgsError(format!("--orders {text} is no number from 1 to 1000000")))
}

fn help(about: &str, default: &StoreChoice, offers: &[Offer]) -> String {
    let store = format!(
        "memory, sqlite:PATH for a file that stays, or postgres://USER@HOST/DATABASE\n\
         (feature postgres); default: {default}"
    );
    let mut lines: Vec<(String, &str)> = vec![("--store STORE".into(), &store)];
    lines.extend(offers.iter().map(|offer| offer.shown()));
    lines.push(("--help".into(), "print this"));
    let mut text = format!("{about}\n\nOptions:\n");
    for (option, about) in lines {
        let about = about.replace('\n', &format!("\n{:17}", ""));
        text.push_str(&format!("  {option:<14} {about}\n"));
    }
    text
}

impl fmt::Display for StoreChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => write!(f, "memory"),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => write!(f, "postgres://..."),
        }
    }
}
