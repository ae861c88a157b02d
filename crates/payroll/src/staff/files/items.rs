//! What is paid or withheld once, from a CSV file.

use std::io::{Read, Seek};

use fondaco_core::enter::{Entered, Taking};
use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, FileError, Finder, GoodLines, Slot, Source,
};
use serde::{Deserialize, Serialize};

use super::way_out;
use crate::runs::CostShare;
use crate::staff::{NewItem, RecordItems};

/// How the lines of a file become items. It has a `serde` form, so that a host can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The employee's number.
    pub employee: Source,
    /// The day it is for.
    pub day: Source,
    /// The component's code.
    pub component: Source,
    /// How much: of what, the component says.
    pub value: Source,
    /// Why.
    pub reason: Source,
    /// The cost centre that bears it, where it is not that of the contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_centre: Option<Source>,
}

impl ItemMapping {
    /// Items of these columns, for a reason that all of them share.
    pub fn new(
        (employee, day): (impl Into<Source>, impl Into<Source>),
        (component, value): (impl Into<Source>, impl Into<Source>),
        reason: &str,
    ) -> ItemMapping {
        ItemMapping {
            format: CsvFormat::new(),
            employee: employee.into(),
            day: day.into(),
            component: component.into(),
            value: value.into(),
            reason: Source::constant(reason),
            cost_centre: None,
        }
    }
}

/// The items of a CSV file, read and judged by themselves.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let payroll = payroll();
/// let file = "\
/// who,day,what,amount
/// 1001,2026-03-31,BONUS,500.00
/// 1001,2026-03-31,BONUSS,500.00
/// 1002,2026-03-31,BONUS,a lot
/// 1009,2026-03-31,BONUS,500.00
/// ";
/// let mapping = ItemMapping::new(("who", "day"), ("what", "amount"), "a good quarter");
/// let file = ItemFile::read(std::io::Cursor::new(file), &mapping)?;
/// let entered = payroll.send("items.csv", &file.command(Taking::GoodOnes))?.answer;
/// let report = file.report(&entered);
/// assert_eq!(report.entered, 1);
/// let told: Vec<String> = report.refusals.iter().map(|refusal| format!("{} {}", refusal.line, refusal.code)).collect();
/// assert_eq!(told, ["3 payroll.unknown_component", "4 import.bad_amount", "5 payroll.unknown_employee"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ItemFile(GoodLines<NewItem>);

struct Columns {
    employee: Slot,
    day: Slot,
    component: Slot,
    value: Slot,
    reason: Slot,
    cost_centre: Option<Slot>,
}

impl ItemFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`ItemFile::report`].
    pub fn read(file: impl Read + Seek, mapping: &ItemMapping) -> Result<ItemFile, FileError> {
        let find = |finder: &Finder<'_>| Columns::find(finder, mapping);
        super::read(file, &mapping.format, find, Columns::read).map(ItemFile)
    }

    /// The command that records the lines that are good by themselves.
    pub fn command(&self, taking: Taking) -> RecordItems {
        let items = self.0.good.iter().map(|(_, new)| new.clone()).collect();
        RecordItems { taking: self.0.taking(taking), ..RecordItems::new(items) }
    }

    /// What became of each line, by the file and by the command's answer.
    pub fn report(&self, entered: &Entered) -> EnterReport {
        self.0.report(entered, way_out)
    }
}

impl Columns {
    fn find(finder: &Finder<'_>, mapping: &ItemMapping) -> Result<Columns, FileError> {
        Ok(Columns {
            employee: finder.find("employee", &mapping.employee)?,
            day: finder.find("day", &mapping.day)?,
            component: finder.find("component", &mapping.component)?,
            value: finder.find("value", &mapping.value)?,
            reason: finder.find("reason", &mapping.reason)?,
            cost_centre: finder.find_some("cost_centre", &mapping.cost_centre)?,
        })
    }

    fn read(&self, cells: &mut Cells<'_>) -> Option<Vec<NewItem>> {
        let employee = cells.needed(&self.employee);
        let day = cells.date(&self.day);
        let component = cells.needed(&self.component);
        let value = cells.needed_number(&self.value);
        let reason = cells.needed(&self.reason);
        let centre = cells.text(&self.cost_centre);
        let mut item = NewItem::new(employee?, day?, component?, value?, reason?);
        item.cost_centres.extend(centre.map(|centre| CostShare { centre, share: 1.into() }));
        Some(vec![item])
    }
}
