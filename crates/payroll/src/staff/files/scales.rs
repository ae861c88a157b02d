//! A pay scale from a CSV file: what each step of its grades pays.

use std::io::{Read, Seek};

use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, Fault, FileError, Finder, GoodLines, Slot, Source,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::PayrollError;
use crate::staff::{NewScalePay, PayPer, RecordScale, ScalePay};

/// How the lines of a file become a pay scale. It has a `serde` form, so that a host can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The pay scale's code.
    pub scale: SmolStr,
    /// The grade.
    pub grade: Source,
    /// The step, from 1; where it is left out or empty, the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Source>,
    /// What it pays.
    pub amount: Source,
    /// For what: `hour`, `contract_hour`, `day`, `week`, `month`, `period`, `year`, or a word of the file's.
    pub per: Source,
    /// The file's own words for that; small and capital letters are the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub per_words: Vec<(SmolStr, PayPer)>,
    /// After how many months the next step is reached; empty for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months_to_next: Option<Source>,
    /// The first day.
    pub from: Source,
    /// The last day; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Source>,
}

impl ScaleMapping {
    /// What the steps of a pay scale's grades pay by the month, from a day on.
    pub fn monthly(
        scale: impl Into<SmolStr>,
        (grade, step): (impl Into<Source>, impl Into<Source>),
        (amount, from): (impl Into<Source>, impl Into<Source>),
    ) -> ScaleMapping {
        ScaleMapping {
            format: CsvFormat::new(),
            scale: scale.into(),
            grade: grade.into(),
            step: Some(step.into()),
            amount: amount.into(),
            per: Source::constant("month"),
            per_words: Vec::new(),
            months_to_next: None,
            from: from.into(),
            until: None,
        }
    }
}

/// The pay scale of a CSV file, read and judged line by line. It is recorded all or none.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let payroll = payroll();
/// let mapping = ScaleMapping {
///     months_to_next: Some("months".into()),
///     ..ScaleMapping::monthly("TVOED", ("grade", "step"), ("pay", "from"))
/// };
/// let read = |lines: &str| ScaleFile::read(std::io::Cursor::new(format!("grade,step,pay,months,from\n{lines}")), &mapping);
/// let file = read("9b,1,3738.92,12,2026-01-01\n9b,2,3839.65,24,2026-01-01\n9b,3,4001.02,,2026-01-01\n")?;
/// if let Some(command) = file.command() {
///     let done = payroll.send("tvoed.csv", &command);
///     assert_eq!(file.report(done.as_ref().map(|_| ())).entered, 3);
/// }
/// // A step of which something is said for these days already: the line is named, and none is recorded.
/// let file = read("9c,1,4000.00,,2026-01-01\n9b,2,3900.00,24,2026-01-01\n")?;
/// let done = payroll.send("tvoed again.csv", &file.command().unwrap());
/// assert_eq!(file.report(done.as_ref().map(|_| ())).refusals[0].line, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleFile {
    scale: SmolStr,
    lines: GoodLines<NewScalePay>,
}

struct Columns<'m> {
    mapping: &'m ScaleMapping,
    grade: Slot,
    step: Option<Slot>,
    amount: Slot,
    per: Slot,
    months_to_next: Option<Slot>,
    from: Slot,
    until: Option<Slot>,
}

impl ScaleFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`ScaleFile::report`].
    pub fn read(file: impl Read + Seek, mapping: &ScaleMapping) -> Result<ScaleFile, FileError> {
        let find = |finder: &Finder<'_>| Columns::find(finder, mapping);
        let lines = super::read(file, &mapping.format, find, Columns::read)?;
        Ok(ScaleFile { scale: mapping.scale.clone(), lines })
    }

    /// The command that records it; `None` while a line is wrong by itself.
    pub fn command(&self) -> Option<RecordScale> {
        let pay = self.lines.good.iter().map(|(_, new)| new.clone()).collect();
        self.lines.refusals.is_empty().then(|| RecordScale::new(self.scale.clone(), pay))
    }

    /// What became of each line, by the file and by what the command was answered with; where there was none, `Ok`.
    pub fn report(&self, done: Result<(), &PayrollError>) -> EnterReport {
        super::all_or_none(&self.lines, done)
    }
}

impl<'m> Columns<'m> {
    fn find(finder: &Finder<'_>, mapping: &'m ScaleMapping) -> Result<Columns<'m>, FileError> {
        Ok(Columns {
            mapping,
            grade: finder.find("grade", &mapping.grade)?,
            step: finder.find_some("step", &mapping.step)?,
            amount: finder.find("amount", &mapping.amount)?,
            per: finder.find("per", &mapping.per)?,
            months_to_next: finder.find_some("months_to_next", &mapping.months_to_next)?,
            from: finder.find("from", &mapping.from)?,
            until: finder.find_some("until", &mapping.until)?,
        })
    }

    fn read(&self, cells: &mut Cells<'_>) -> Option<Vec<NewScalePay>> {
        let bad_step =
            || Fault::new("import.bad_step", "that is no step", "write a whole number from 1 on");
        let way_out = "write a whole number, or nothing for never";
        let bad_months = || Fault::new("import.bad_months", "these are no months", way_out);
        let grade = cells.needed(&self.grade);
        let step = super::whole(cells, self.step.as_ref(), bad_step);
        let amount = cells.needed_number(&self.amount);
        let per = super::per(cells, &self.per, &self.mapping.per_words);
        let months_to_next = super::whole(cells, self.months_to_next.as_ref(), bad_months);
        let span = super::span(cells, &self.from, self.until.as_ref());
        let pay = ScalePay { amount: amount?, per: per?, months_to_next: months_to_next? };
        Some(vec![NewScalePay { grade: grade?, step: step?.unwrap_or(1), pay, span: span? }])
    }
}
