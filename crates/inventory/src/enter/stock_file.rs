//! Opening stock from a CSV file.

use std::io::{Read, Seek};

use chrono::NaiveDate;
use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, FileError, Finder, GoodLines, Lines, Reader, Slot, Source,
};
use fondaco_core::{Money, Quantity, Unit, UnitPrice};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::flaw::Flaw;
use super::item_file::unit;
use super::report::way_out;
use super::{EnterStock, Entered, MOST, OpeningLine, Taking};
use crate::moves::MoveCost;

/// How the lines of a file become what lies where. It has a `serde` form, so that a host can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The item's code.
    pub item: Source,
    /// How much lies there.
    pub quantity: Source,
    /// The unit of that.
    pub unit: Source,
    /// The file's own words for units; small and capital letters are the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unit_words: Vec<(SmolStr, Unit)>,
    /// The location's code.
    pub location: Source,
    /// The lot's or the serial number; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<Source>,
    /// The last day on which the lot is good; empty for ever, or as the item's shelf life says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Source>,
    /// What all of it cost; empty for not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Source>,
    /// What one of the unit cost, instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_cost: Option<Source>,
    /// The currency of costs, which is that of the stock.
    pub currency: Source,
}

impl StockMapping {
    /// Quantities in pieces, without lots and costs; in euro, where costs are mapped.
    pub fn new(
        item: impl Into<Source>,
        quantity: impl Into<Source>,
        location: impl Into<Source>,
    ) -> StockMapping {
        StockMapping {
            format: CsvFormat::new(),
            item: item.into(),
            quantity: quantity.into(),
            unit: Source::constant(Unit::PIECE.code()),
            unit_words: Vec::new(),
            location: location.into(),
            lot: None,
            expires: None,
            cost: None,
            unit_cost: None,
            currency: Source::constant("EUR"),
        }
    }

    /// How the file is written.
    #[must_use]
    pub fn format(mut self, format: CsvFormat) -> StockMapping {
        self.format = format;
        self
    }

    /// In which unit.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<Source>) -> StockMapping {
        self.unit = unit.into();
        self
    }

    /// Of which lot, or the piece of which serial number.
    #[must_use]
    pub fn lot(mut self, lot: impl Into<Source>) -> StockMapping {
        self.lot = Some(lot.into());
        self
    }

    /// What all of it cost.
    #[must_use]
    pub fn cost(mut self, cost: impl Into<Source>) -> StockMapping {
        self.cost = Some(cost.into());
        self
    }

    /// What one of the unit cost.
    #[must_use]
    pub fn unit_cost(mut self, cost: impl Into<Source>) -> StockMapping {
        self.unit_cost = Some(cost.into());
        self
    }
}

/// What lies where by a CSV file, read and judged by itself.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// use fondaco_inventory::enter::{StockFile, StockMapping, Taking};
/// use fondaco_inventory::valuation::Method;
/// use fondaco_inventory::value::{SetCosting, SetUpCosting};
///
/// # let stock = stock();
/// stock.send("value", &SetUpCosting::default())?;
/// stock.send("fifo", &SetCosting::company(Method::Fifo))?;
/// let file = "\
/// item,place,lot,quantity,unit,worth
/// M8x40,MAIN/A/01,,500,pcs,55.00
/// FLOUR-550,MAIN/A,2026-017,75,kg,41.25
/// ";
/// let mapping = StockMapping::new("item", "quantity", "place").unit("unit").lot("lot").cost("worth");
/// let file = StockFile::read(std::io::Cursor::new(file), &mapping)?;
/// let opening = file.command(day("2026-05-31"), Taking::AllOrNothing);
/// let report = file.report(&stock.send("import/stock.csv", &opening)?.answer);
/// assert_eq!(report.to_string(), "2 lines: 2 entered, 0 there already");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct StockFile(GoodLines<OpeningLine>);

/// The mapping's columns, found in a file.
struct Columns<'m> {
    fields: Option<usize>,
    unit_words: &'m [(SmolStr, Unit)],
    item: Slot,
    quantity: Slot,
    unit: Slot,
    location: Slot,
    lot: Option<Slot>,
    expires: Option<Slot>,
    cost: Option<Slot>,
    unit_cost: Option<Slot>,
    currency: Slot,
}

impl StockFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`StockFile::report`].
    pub fn read(file: impl Read + Seek, mapping: &StockMapping) -> Result<StockFile, FileError> {
        mapping.format.check()?;
        let mut lines = Lines::open(file, &mapping.format)?;
        let header = lines.header.take();
        let columns = Columns::find(header.as_deref(), mapping)?;
        let mut reader = Reader::new(&mapping.format);
        let mut read = GoodLines::default();
        while let Some(line) = lines.next()? {
            read.lines += 1;
            if read.lines > MOST as u64 {
                return Err(FileError::TooManyLines { most: MOST });
            }
            let number = line.number;
            let opening = columns.read(Cells::new(&mut reader, line, &mut read.refusals));
            read.good.extend(opening.map(|opening| (number, opening)));
        }
        Ok(StockFile(read))
    }

    /// The command that records what lies where on a day, by the lines that are good by themselves. Of a file with bad ones, all or nothing
    /// is nothing: then it is only asked what the stock would refuse too.
    pub fn command(&self, date: NaiveDate, taking: Taking) -> EnterStock {
        let lines = self.0.good.iter().map(|(_, line)| line.clone()).collect();
        EnterStock { taking: self.0.taking(taking), ..EnterStock::new(date, lines) }
    }

    /// What became of each line, by the file and by the command's answer.
    pub fn report(&self, entered: &Entered) -> EnterReport {
        self.0.report(entered, way_out)
    }
}

impl<'m> Columns<'m> {
    fn find(
        header: Option<&[SmolStr]>,
        mapping: &'m StockMapping,
    ) -> Result<Columns<'m>, FileError> {
        if mapping.cost.is_some() && mapping.unit_cost.is_some() {
            let why = "costs are mapped as a whole already: map only one of them".into();
            return Err(FileError::Mapping { field: "unit_cost", why });
        }
        let finder = Finder::new(header);
        Ok(Columns {
            fields: header.map(<[SmolStr]>::len),
            unit_words: &mapping.unit_words,
            item: finder.find("item", &mapping.item)?,
            quantity: finder.find("quantity", &mapping.quantity)?,
            unit: finder.find("unit", &mapping.unit)?,
            location: finder.find("location", &mapping.location)?,
            lot: finder.find_some("lot", &mapping.lot)?,
            expires: finder.find_some("expires", &mapping.expires)?,
            cost: finder.find_some("cost", &mapping.cost)?,
            unit_cost: finder.find_some("unit_cost", &mapping.unit_cost)?,
            currency: finder.find("currency", &mapping.currency)?,
        })
    }

    fn read(&self, mut cells: Cells<'_>) -> Option<OpeningLine> {
        if !self.fields.is_none_or(|fields| cells.count_fields(fields)) {
            return None;
        }
        let item = cells.needed(&self.item);
        let quantity = cells.needed_number(&self.quantity);
        let unit = unit(&mut cells, &self.unit, self.unit_words);
        let location = cells.needed(&self.location);
        let lot = cells.text(&self.lot);
        let expires = cells.some_date(&self.expires);
        let cost = unit.and_then(|unit| self.cost(&mut cells, unit));
        if !cells.is_good() {
            return None;
        }
        let line = OpeningLine::new(item?, Quantity::new(quantity?, unit?), location?);
        Some(OpeningLine { lot, expires, cost, ..line })
    }

    fn cost(&self, cells: &mut Cells<'_>, unit: Unit) -> Option<MoveCost> {
        let (slot, is_each) = match (&self.cost, &self.unit_cost) {
            (Some(cost), _) => (cost, false),
            (None, Some(each)) => (each, true),
            (None, None) => return None,
        };
        let amount = cells.some_number(&Some(slot.clone()))?;
        let currency = cells.currency(&self.currency)?;
        if amount.is_sign_negative() && !amount.is_zero() {
            cells.fault(Flaw::BadCost, slot, &amount.to_string());
            return None;
        }
        let money = Money::new(amount, currency);
        Some(if is_each { UnitPrice::new(money, unit).into() } else { money.into() })
    }
}
