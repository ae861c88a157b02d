//! Leads as they come, and cleaned.

use std::{collections::BTreeSet, error::Error, path::Path};

use fondaco::core::report::{Cell, Column, Report, Row};
use fondaco::crm::KernelError;
use fondaco::crm::scoring::learned::Table;

/// A line of the file, nothing changed.
pub struct RawLead {
    /// Its line, the first below the header is 2.
    pub line: u64,
    /// One cell for each of [`COLUMNS`].
    pub cells: Vec<String>,
}

/// The columns of the file.
pub const COLUMNS: [&str; 9] = [
    "ProspectID",
    "LeadOrigin",
    "LeadSource",
    "TotalVisits",
    "TotalTime",
    "PageViews",
    "Specialization",
    "Occupation",
    "Converted",
];

/// What is known of a lead, cleaned.
pub struct Lead {
    /// Its id.
    pub id: String,
    /// Visits, minutes on the site, pages per visit; nothing where nobody knows.
    pub numbers: [Option<f64>; 3],
    /// How it came, its source, its subject, its occupation; nothing where nobody knows.
    pub texts: [Option<String>; 4],
    /// Whether it bought.
    pub bought: bool,
}

/// What [`Lead::numbers`] are called.
pub const NUMBERS: [&str; 3] = ["visits", "minutes", "pages_per_visit"];
/// What [`Lead::texts`] are called.
pub const TEXTS: [&str; 4] = ["origin", "source", "subject", "occupation"];

/// All leads, with what was done to them.
#[derive(Default)]
pub struct Leads {
    /// Those that can be used.
    pub leads: Vec<Lead>,
    /// Lines that can't, with why.
    pub refused: Vec<(u64, String)>,
    missing: usize,
    respelt: usize,
    doubled: usize,
}

impl Leads {
    /// Reads and cleans a file.
    ///
    /// # Errors
    /// The file can't be read, or lacks a column. A broken line is told, and the others are read.
    pub fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let cannot = |error: csv::Error| format!("{}: {error}", path.display());
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).from_path(path).map_err(cannot)?;
        let header = reader.headers().map_err(cannot)?.clone();
        let place = |name: &str| {
            let found = header.iter().position(|known| known.trim() == name);
            found.ok_or_else(|| format!("{} has no column {name:?}", path.display()))
        };
        let places = COLUMNS.iter().map(|name| place(name)).collect::<Result<Vec<_>, _>>()?;
        let mut rows = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let line = index as u64 + 2;
            let record = record.map_err(cannot)?;
            let cells =
                places.iter().map(|place| record.get(*place).unwrap_or_default().to_owned());
            rows.push(RawLead { line, cells: cells.collect() });
        }
        Ok(Self::clean(rows))
    }

    /// Cleans lines: what is not said is missing, spellings are made one, doubled ids and unreadable numbers are refused.
    pub fn clean(rows: Vec<RawLead>) -> Self {
        let (mut all, mut known) = (Self::default(), BTreeSet::new());
        for row in rows {
            match all.one(&row) {
                Ok(lead) if known.insert(lead.id.clone()) => all.leads.push(lead),
                Ok(lead) => {
                    all.doubled += 1;
                    all.refused.push((row.line, format!("{} is there twice", lead.id)));
                }
                Err(why) => all.refused.push((row.line, why)),
            }
        }
        all
    }

    fn one(&mut self, row: &RawLead) -> Result<Lead, String> {
        let cell = |n: usize| row.cells.get(n).map_or("", |cell| cell.trim());
        let number = |n: usize| match cell(n) {
            "" => Ok(None),
            text => match text.parse::<f64>() {
                Ok(number) if number.is_finite() && number >= 0.0 => Ok(Some(number)),
                _ => Err(format!("{} is {text:?}: give a number", COLUMNS[n])),
            },
        };
        if cell(0).is_empty() {
            return Err("it has no id".to_owned());
        }
        let numbers = [number(3)?, number(4)?, number(5)?];
        let texts = [1, 2, 6, 7].map(|n| {
            let text = cell(n);
            let shown = spelt(text);
            self.respelt += usize::from(shown.as_deref().is_some_and(|shown| shown != text));
            shown
        });
        let unknown = texts.iter().filter(|text| text.is_none()).count();
        self.missing += unknown + numbers.iter().filter(|number| number.is_none()).count();
        let bought = match cell(8) {
            "1" => true,
            "0" => false,
            other => return Err(format!("Converted is {other:?}: give 0 or 1")),
        };
        Ok(Lead { id: cell(0).to_owned(), numbers, texts, bought })
    }

    /// Leads in figures.
    pub fn tally(&self) -> Report {
        let mut report = Report::new("Leads")
            .column(Column::text("What was done"))
            .column(Column::count("How many"));
        let bought = self.leads.iter().filter(|lead| lead.bought).count();
        let lines = [
            ("read", self.leads.len()),
            ("of them bought", bought),
            ("lines refused", self.refused.len()),
            ("of them doubled", self.doubled),
            ("values that nobody knows", self.missing),
            ("values spelt otherwise", self.respelt),
        ];
        for (what, count) in lines {
            report.push(Row::new([what.into(), Cell::Count(count as i64)]));
        }
        let first = self.refused.iter().take(5);
        first.fold(report, |report, (line, why)| report.note(format!("line {line}: {why}")))
    }

    /// Some of the leads as columns to learn of.
    pub fn table(&self, rows: &[usize]) -> Result<Table, KernelError> {
        let picked = || rows.iter().filter_map(|row| self.leads.get(*row));
        let mut table = Table::new();
        for (n, name) in NUMBERS.iter().enumerate() {
            table =
                table.numbers_or_missing(name, picked().map(|lead| lead.numbers[n]).collect())?;
        }
        for (n, name) in TEXTS.iter().enumerate() {
            table = table.texts(name, picked().map(|lead| lead.texts[n].as_deref()))?;
        }
        Ok(table)
    }

    /// Whether some of the leads bought.
    pub fn outcomes(&self, rows: &[usize]) -> Vec<bool> {
        rows.iter().filter_map(|row| self.leads.get(*row)).map(|lead| lead.bought).collect()
    }
}

/// A text in one spelling; nothing for what only says that nothing was chosen.
fn spelt(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let joined = words.join(" ");
    match joined.to_lowercase().as_str() {
        "" | "select" | "nan" | "null" | "unknown" => None,
        "google" => Some("Google".to_owned()),
        "bing" => Some("Bing".to_owned()),
        _ => Some(joined),
    }
}
