//! Tax cards from a CSV file: what the rules are told of each employee, a column for each input.

use std::io::{Read, Seek};

use fondaco_core::enter::{Entered, Taking};
use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, FileError, Finder, GoodLines, Slot, Source,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{span, way_out};
use crate::staff::{NewTerm, RecordTerms, Said};

/// How the lines of a file become tax cards. It has a `serde` form, so that a host can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The employee's number.
    pub employee: Source,
    /// The first day.
    pub from: Source,
    /// The last day; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Source>,
    /// The code of the rules whose inputs they are.
    pub rules: SmolStr,
    /// Inputs with their values; an empty one is left out, and is what the rules take then.
    pub values: Vec<(SmolStr, Source)>,
}

impl CardMapping {
    /// Cards of some rules: an input and its column each.
    pub fn new<I: Into<SmolStr>, S: Into<Source>>(
        (employee, from): (impl Into<Source>, impl Into<Source>),
        rules: impl Into<SmolStr>,
        values: impl IntoIterator<Item = (I, S)>,
    ) -> CardMapping {
        let values = values.into_iter().map(|(input, source)| (input.into(), source.into()));
        CardMapping {
            format: CsvFormat::new(),
            employee: employee.into(),
            from: from.into(),
            until: None,
            rules: rules.into(),
            values: values.collect(),
        }
    }
}

/// The tax cards of a CSV file, read and judged by themselves.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let payroll = payroll();
/// let file = "\
/// who,from,status,extra
/// 1001,2026-07-01,married,25
/// 1002,2026-07-01,cohabiting,
/// 1009,2026-07-01,single,
/// ";
/// let mapping = CardMapping::new(("who", "from"), "united_states", [("w4_status", "status"), ("w4_extra", "extra")]);
/// let file = CardFile::read(std::io::Cursor::new(file), &mapping)?;
/// let entered = payroll.send("cards.csv", &file.command(Taking::GoodOnes))?.answer;
/// let report = file.report(&entered);
/// assert_eq!(report.entered, 1, "{:?}", report.refusals);
/// let lines: Vec<u64> = report.refusals.iter().map(|refusal| refusal.line).collect();
/// assert_eq!(lines, [3, 4]); // no such status; nobody has that number
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CardFile(GoodLines<NewTerm>);

struct Columns {
    employee: Slot,
    from: Slot,
    until: Option<Slot>,
    rules: SmolStr,
    values: Vec<(SmolStr, Slot)>,
}

impl CardFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// ```
    /// use std::io::Cursor;
    /// use fondaco_payroll::staff::{CardFile, CardMapping};
    /// // One input from two columns: which of them counts?
    /// let twice = CardMapping::new(("who", "from"), "united_states", [("w4_status", "a"), ("w4_status", "b")]);
    /// let refused = CardFile::read(Cursor::new("who,from,a,b\n"), &twice).unwrap_err();
    /// assert!(refused.to_string().contains("the input w4_status is mapped twice"), "{refused}");
    /// ```
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`CardFile::report`].
    pub fn read(file: impl Read + Seek, mapping: &CardMapping) -> Result<CardFile, FileError> {
        if mapping.values.is_empty() {
            let why = "no input is mapped: map one column at least".into();
            return Err(FileError::Mapping { field: "values", why });
        }
        let mut inputs: Vec<&SmolStr> = mapping.values.iter().map(|(input, _)| input).collect();
        inputs.sort_unstable();
        if let Some([twice, _]) = inputs.windows(2).find(|pair| pair[0] == pair[1]) {
            let why = format!("the input {twice} is mapped twice: take one of the columns out");
            return Err(FileError::Mapping { field: "values", why });
        }
        let find = |finder: &Finder<'_>| Columns::find(finder, mapping);
        super::read(file, &mapping.format, find, Columns::read).map(CardFile)
    }

    /// The command that records the cards of the lines that are good by themselves.
    pub fn command(&self, taking: Taking) -> RecordTerms {
        super::record(&self.0, taking)
    }

    /// What became of each line, by the file and by the command's answer.
    pub fn report(&self, entered: &Entered) -> EnterReport {
        self.0.report(entered, way_out)
    }
}

impl Columns {
    fn find(finder: &Finder<'_>, mapping: &CardMapping) -> Result<Columns, FileError> {
        let value = |(input, source): &(SmolStr, Source)| {
            Ok((input.clone(), finder.find("values", source)?))
        };
        Ok(Columns {
            employee: finder.find("employee", &mapping.employee)?,
            from: finder.find("from", &mapping.from)?,
            until: finder.find_some("until", &mapping.until)?,
            rules: mapping.rules.clone(),
            values: mapping.values.iter().map(value).collect::<Result<_, FileError>>()?,
        })
    }

    fn read(&self, cells: &mut Cells<'_>) -> Option<Vec<NewTerm>> {
        let employee = cells.needed(&self.employee);
        let span = span(cells, &self.from, self.until.as_ref());
        let values: Vec<(SmolStr, SmolStr)> = self
            .values
            .iter()
            .filter_map(|(input, slot)| Some((input.clone(), cells.text(&Some(slot.clone()))?)))
            .collect();
        let said = Said::card(self.rules.clone(), values);
        Some(vec![super::term(employee?, span?, said)])
    }
}
