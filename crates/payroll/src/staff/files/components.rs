//! Components of pay from a CSV file: the list of wage types of the payroll before.

use std::io::{Read, Seek};

use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, Fault, FileError, Finder, GoodLines, Slot, Source, same_word,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::PayrollError;
use crate::staff::{Basis, DefineComponents, NewComponent};

/// How the lines of a file become components. It has a `serde` form, so that a host can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComponentMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The component's code.
    pub code: Source,
    /// The input of the rules that it feeds.
    pub input: Source,
    /// What it is called: a language and its column each; empty ones are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<(SmolStr, Source)>,
    /// What its value is: `amount`, `percent_of_pay`, or the multiple of a job's rate that its hours are paid at (`1.5`, as the file writes
    /// numbers). Where it is left out or
    /// empty, an amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Source>,
    /// Whether it is prorated: yes or no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prorated: Option<Source>,
    /// The cost centre that bears it whosever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_centre: Option<Source>,
}

impl ComponentMapping {
    /// Amounts that feed these inputs.
    pub fn new(code: impl Into<Source>, input: impl Into<Source>) -> ComponentMapping {
        ComponentMapping {
            format: CsvFormat::new(),
            code: code.into(),
            input: input.into(),
            labels: Vec::new(),
            basis: None,
            prorated: None,
            cost_centre: None,
        }
    }
}

/// The components of a CSV file, read and judged by themselves. They are defined all or none.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let payroll = payroll();
/// let mapping = ComponentMapping {
///     labels: vec![("en".into(), "called".into())],
///     basis: Some("basis".into()),
///     ..ComponentMapping::new("code", "input")
/// };
/// let read = |lines: &str| ComponentFile::read(std::io::Cursor::new(format!("code,input,called,basis\n{lines}")), &mapping);
/// let file = read("NIGHT,wages,Night work,0.25\nDUTY,wages,On call,percent_of_pay\nCAR,fringe_benefits,Car,\n")?;
/// if let Some(command) = file.command() {
///     let done = payroll.send("wage types.csv", &command);
///     let report = file.report(done.as_ref().map(|_| ()));
///     assert_eq!(report.to_string(), "3 lines: 3 entered, 0 there already");
/// }
/// // What is wrong with one of them keeps all out.
/// let file = read("NIGHT,wages,Night work,often\n")?;
/// assert!(file.command().is_none());
/// let report = file.report(Ok(()));
/// assert_eq!((report.entered, report.refusals[0].code.as_str()), (0, "import.bad_basis"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ComponentFile(GoodLines<NewComponent>);

struct Columns {
    code: Slot,
    input: Slot,
    labels: Vec<(SmolStr, Slot)>,
    basis: Option<Slot>,
    prorated: Option<Slot>,
    cost_centre: Option<Slot>,
}

impl ComponentFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`ComponentFile::report`].
    pub fn read(
        file: impl Read + Seek,
        mapping: &ComponentMapping,
    ) -> Result<ComponentFile, FileError> {
        let find = |finder: &Finder<'_>| Columns::find(finder, mapping);
        super::read(file, &mapping.format, find, Columns::read).map(ComponentFile)
    }

    /// The command that defines them; `None` while a line is wrong by itself.
    pub fn command(&self) -> Option<DefineComponents> {
        let components = self.0.good.iter().map(|(_, new)| new.clone()).collect();
        self.0.refusals.is_empty().then(|| DefineComponents::new(components))
    }

    /// What became of each line, by the file and by what the command was answered with; where there was none, `Ok`.
    pub fn report(&self, done: Result<(), &PayrollError>) -> EnterReport {
        super::all_or_none(&self.0, done)
    }
}

impl Columns {
    fn find(finder: &Finder<'_>, mapping: &ComponentMapping) -> Result<Columns, FileError> {
        let label = |(language, source): &(SmolStr, Source)| {
            Ok((language.clone(), finder.find("labels", source)?))
        };
        Ok(Columns {
            code: finder.find("code", &mapping.code)?,
            input: finder.find("input", &mapping.input)?,
            labels: mapping.labels.iter().map(label).collect::<Result<_, FileError>>()?,
            basis: finder.find_some("basis", &mapping.basis)?,
            prorated: finder.find_some("prorated", &mapping.prorated)?,
            cost_centre: finder.find_some("cost_centre", &mapping.cost_centre)?,
        })
    }

    fn read(&self, cells: &mut Cells<'_>) -> Option<Vec<NewComponent>> {
        let (code, input) = (cells.needed(&self.code), cells.needed(&self.input));
        let labels: Vec<(&SmolStr, SmolStr)> = self
            .labels
            .iter()
            .filter_map(|(language, slot)| Some((language, cells.text(&Some(slot.clone()))?)))
            .collect();
        let basis = self.basis(cells);
        let prorated = cells.flag(&self.prorated);
        let cost_centre = cells.text(&self.cost_centre);
        let new = NewComponent::new(code?, input?);
        let new = NewComponent { basis: basis?, prorated, cost_centre, ..new };
        let called = |new: NewComponent, (language, label): (&SmolStr, SmolStr)| {
            new.called(language.clone(), label)
        };
        Some(vec![labels.into_iter().fold(new, called)])
    }

    fn basis(&self, cells: &mut Cells<'_>) -> Option<Basis> {
        let Some(word) = cells.text(&self.basis) else { return Some(Basis::Amount) };
        if same_word(&word, "amount") {
            return Some(Basis::Amount);
        }
        if same_word(&word, "percent_of_pay") {
            return Some(Basis::PercentOfPay);
        }
        let way_out = "write amount, percent_of_pay, or the multiple of the rate that hours are paid at, as 1.5, the way the file writes numbers";
        let fault = Fault::new("import.bad_basis", "no value is that", way_out);
        let factor = cells.number(self.basis.as_ref()?, fault)??;
        Some(Basis::Hours { factor })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use fondaco_core::decimal;
    use fondaco_core::import::NumberFormat;

    use super::*;

    #[test]
    fn multiples_are_read_as_the_file_writes_numbers() {
        let mapping = ComponentMapping {
            format: CsvFormat::new().delimiter(';').numbers(NumberFormat::COMMA),
            basis: Some("basis".into()),
            ..ComponentMapping::new("code", "input")
        };
        let read = |lines: &str| {
            let text = format!("code;input;basis\n{lines}");
            ComponentFile::read(Cursor::new(text), &mapping).unwrap()
        };
        let file = read("NIGHT;wages;0,25\nDUTY;wages;Percent_of_pay\nODD;wages;1.500\n");
        let basis: Vec<Basis> =
            file.command().unwrap().components.iter().map(|new| new.basis).collect();
        let factor = |text| Basis::Hours { factor: decimal::parse(text).unwrap() };
        assert_eq!(basis, [factor("0.25"), Basis::PercentOfPay, factor("1500")]);
        let file = read("NIGHT;wages;0,25\nDUTY;wages;often\n");
        let report = file.report(Ok(()));
        assert_eq!((report.entered, report.refusals.len()), (0, 1));
        let refusal = &report.refusals[0];
        assert_eq!(
            (refusal.code.as_str(), refusal.value.as_deref()),
            ("import.bad_basis", Some("often"))
        );
    }
}
