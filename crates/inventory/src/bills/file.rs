//! Bills of material from a CSV file: a line for each component, as other programs write them.

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::sync::Arc;

use fondaco_core::import::{
    Cells, CsvFormat, Fault, FileError, Finder, Lines, Reader, Refusal, Slot, Source,
};
use fondaco_core::{Quantity, Range, Rate, Reading, Unit};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::{NewBill, NewComponent, SetBills};
use crate::items::Item;
use crate::{StockError, enter};

/// So many lines a file has at most.
const MOST: usize = 100_000;

/// How the lines of a file become bills. It has a `serde` form, so that a host can keep it.
///
/// ```
/// use fondaco_core::import::{CsvFormat, NumberFormat};
/// use fondaco_inventory::bills::BillMapping;
/// let mapping = BillMapping::new("Baugruppe", "Teil", "Menge")
///     .format(CsvFormat::new().delimiter(';').numbers(NumberFormat::COMMA))
///     .unit_word("Stk", "pcs".parse()?);
/// assert!(mapping.version.is_none());
/// # Ok::<(), fondaco_core::quantity::UnitError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The code of what is made.
    pub item: Source,
    /// The component's code.
    pub component: Source,
    /// How much of it goes into a batch.
    pub quantity: Source,
    /// In which unit; empty for the component's stock unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Source>,
    /// The file's own words for units; small and capital letters are the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unit_words: Vec<(SmolStr, Unit)>,
    /// The version of the bill; `1` where nothing stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Source>,
    /// How much a batch makes, in the stock unit of what is made; 1 where nothing stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub makes: Option<Source>,
    /// How much of the component is lost, in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrap_percent: Option<Source>,
    /// How many days after the release it is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset_days: Option<Source>,
    /// Whether what is made never lies on a shelf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phantom: Option<Source>,
}

impl BillMapping {
    /// Bills of one version, for one piece each.
    pub fn new(
        item: impl Into<Source>,
        component: impl Into<Source>,
        quantity: impl Into<Source>,
    ) -> BillMapping {
        BillMapping {
            format: CsvFormat::new(),
            item: item.into(),
            component: component.into(),
            quantity: quantity.into(),
            unit: None,
            unit_words: Vec::new(),
            version: None,
            makes: None,
            scrap_percent: None,
            offset_days: None,
            phantom: None,
        }
    }

    /// How the file is written.
    #[must_use]
    pub fn format(mut self, format: CsvFormat) -> BillMapping {
        self.format = format;
        self
    }

    /// A word of the file's own for a unit.
    #[must_use]
    pub fn unit_word(mut self, word: impl Into<SmolStr>, unit: Unit) -> BillMapping {
        self.unit_words.push((word.into(), unit));
        self
    }
}

/// A line of a file that is good by itself.
#[derive(Debug, Clone, PartialEq)]
struct BillRow {
    line: u64,
    item: SmolStr,
    version: SmolStr,
    makes: Decimal,
    phantom: bool,
    component: SmolStr,
    quantity: Decimal,
    unit: Option<Unit>,
    scrap: Option<Rate>,
    offset_days: i32,
}

/// The bills of a CSV file, read and judged by themselves.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// use fondaco_inventory::bills::{BillFile, BillMapping};
///
/// # let stock = stock();
/// stock.send("kit", &AddItems::new(vec![Item::new("KIT", "Kit of bolts", Unit::PIECE)]))?;
/// let file = "kit,part,count\nKIT,M8x40,20\nKIT,NOBODY,1\n";
/// let mapping = BillMapping::new("kit", "part", "count");
/// let file = BillFile::read(std::io::Cursor::new(file), &mapping)?;
/// let resolved = stock.view(|view| file.resolve(view))?;
/// assert_eq!(resolved.refusals[0].code, "inventory.unknown_item_code");
/// assert!(resolved.bills.is_empty()); // a bill with a line that is wrong is no bill
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BillFile {
    rows: Vec<BillRow>,
    /// The bills that a bad line names.
    spoilt: Vec<(SmolStr, SmolStr)>,
    refusals: Vec<Refusal>,
}

/// The bills of a file with the items that their codes stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct ResolvedBills {
    /// Those that are good: for [`SetBills`].
    pub bills: Vec<NewBill>,
    /// What is wrong with the others, line by line.
    pub refusals: Vec<Refusal>,
}

impl ResolvedBills {
    /// The command that sets them.
    pub fn command(&self) -> SetBills {
        SetBills::new(self.bills.clone())
    }
}

impl BillFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`BillFile::resolve`].
    pub fn read(file: impl Read + Seek, mapping: &BillMapping) -> Result<BillFile, FileError> {
        mapping.format.check()?;
        let mut lines = Lines::open(file, &mapping.format)?;
        let header = lines.header.take();
        let columns = Columns::find(header.as_deref(), mapping)?;
        let mut reader = Reader::new(&mapping.format);
        let mut read = BillFile { rows: Vec::new(), spoilt: Vec::new(), refusals: Vec::new() };
        let mut count = 0;
        while let Some(line) = lines.next()? {
            count += 1;
            if count > MOST {
                return Err(FileError::TooManyLines { most: MOST });
            }
            let number = line.number;
            let mut cells = Cells::new(&mut reader, line, &mut read.refusals);
            match columns.read(&mut cells, number) {
                Ok(row) => read.rows.push(row),
                Err(Some(bill)) => read.spoilt.push(bill),
                Err(None) => {}
            }
        }
        Ok(read)
    }

    /// The bills, with the items that the codes stand for now. A bill of which a line is wrong is left out, and each such line is told.
    ///
    /// # Errors
    /// A [`Halt`](fondaco_core::Halt).
    pub fn resolve(&self, read: &mut impl Reading) -> Result<ResolvedBills, StockError> {
        let items = self.items(read)?;
        let mut refusals = self.refusals.clone();
        let mut spoilt = self.spoilt.clone();
        let mut bills: BTreeMap<(SmolStr, SmolStr), (NewBill, Decimal)> = BTreeMap::new();
        for row in &self.rows {
            let key = (row.item.clone(), row.version.clone());
            match row.placed(&items, bills.get(&key)) {
                Ok((makes, component)) => {
                    let bill = bills.entry(key).or_insert_with(|| (makes, row.makes));
                    bill.0.components.push(component);
                }
                Err(refusal) => {
                    refusals.push(*refusal);
                    spoilt.push(key);
                }
            }
        }
        refusals.sort_by_key(|refusal| refusal.line);
        for key in &spoilt {
            bills.remove(key);
        }
        let bills = bills.into_values().map(|(bill, _)| bill).collect();
        Ok(ResolvedBills { bills, refusals })
    }

    fn items(&self, read: &mut impl Reading) -> Result<BTreeMap<SmolStr, Arc<Item>>, StockError> {
        let codes = self.rows.iter().flat_map(|row| [&row.item, &row.component]);
        let codes: std::collections::BTreeSet<&SmolStr> = codes.collect();
        let ranges: Vec<_> =
            codes.iter().map(|code| Range::by(Item::BY_CODE, *code).limit(1)).collect();
        let found = read.peek_scans(&ranges)?.into_iter().flatten();
        Ok(found.map(|item| (item.code.clone(), item)).collect())
    }
}

impl BillRow {
    /// The row as a component, and the bill that it begins, if it is the first.
    fn placed(
        &self,
        items: &BTreeMap<SmolStr, Arc<Item>>,
        begun: Option<&(NewBill, Decimal)>,
    ) -> Result<(NewBill, NewComponent), Box<Refusal>> {
        let known = |code: &SmolStr| {
            items.get(code).ok_or_else(|| {
                let message = format_smolstr!("there is no item {code}");
                let way_out = "import the item first, or correct the code";
                self.refused("inventory.unknown_item_code", message, way_out)
            })
        };
        let (made, part) = (known(&self.item)?, known(&self.component)?);
        if let Some((bill, makes)) = begun
            && (*makes, bill.phantom) != (self.makes, self.phantom)
        {
            let message = format_smolstr!(
                "bill {} of {} is said otherwise further up",
                self.version,
                self.item
            );
            let way_out = "give all lines of a bill the same batch, and the same kind";
            return Err(self.refused("import.other_bill", message, way_out));
        }
        let makes = Quantity::new(self.makes, made.unit);
        let bill = NewBill::new(made.id, self.version.clone(), makes, Vec::new());
        let quantity = Quantity::new(self.quantity, self.unit.unwrap_or(part.unit));
        let component = NewComponent::new(part.id, quantity);
        let component =
            NewComponent { scrap: self.scrap, offset_days: self.offset_days, ..component };
        Ok((NewBill { phantom: self.phantom, ..bill }, component))
    }

    fn refused(&self, code: &'static str, message: SmolStr, way_out: &'static str) -> Box<Refusal> {
        Box::new(Refusal {
            line: self.line,
            through: self.line,
            column: None,
            value: None,
            code: SmolStr::new_static(code),
            message,
            way_out: SmolStr::new_static(way_out),
        })
    }
}

/// The mapping's columns, found in a file.
struct Columns<'m> {
    fields: Option<usize>,
    mapping: &'m BillMapping,
    item: Slot,
    component: Slot,
    quantity: Slot,
    unit: Option<Slot>,
    version: Option<Slot>,
    makes: Option<Slot>,
    scrap_percent: Option<Slot>,
    offset_days: Option<Slot>,
    phantom: Option<Slot>,
}

impl<'m> Columns<'m> {
    fn find(
        header: Option<&[SmolStr]>,
        mapping: &'m BillMapping,
    ) -> Result<Columns<'m>, FileError> {
        let finder = Finder::new(header);
        Ok(Columns {
            fields: header.map(<[SmolStr]>::len),
            mapping,
            item: finder.find("item", &mapping.item)?,
            component: finder.find("component", &mapping.component)?,
            quantity: finder.find("quantity", &mapping.quantity)?,
            unit: finder.find_some("unit", &mapping.unit)?,
            version: finder.find_some("version", &mapping.version)?,
            makes: finder.find_some("makes", &mapping.makes)?,
            scrap_percent: finder.find_some("scrap_percent", &mapping.scrap_percent)?,
            offset_days: finder.find_some("offset_days", &mapping.offset_days)?,
            phantom: finder.find_some("phantom", &mapping.phantom)?,
        })
    }

    /// A line; of one that is bad the bill that it names, if it names one.
    fn read(
        &self,
        cells: &mut Cells<'_>,
        line: u64,
    ) -> Result<BillRow, Option<(SmolStr, SmolStr)>> {
        if !self.fields.is_none_or(|fields| cells.count_fields(fields)) {
            return Err(None);
        }
        let item = cells.needed(&self.item);
        let component = cells.needed(&self.component);
        let quantity = cells.needed_number(&self.quantity);
        let version = cells.text(&self.version).unwrap_or(SmolStr::new_static("1"));
        let makes = cells.some_number(&self.makes).unwrap_or(Decimal::ONE);
        let unit = self.unit(cells);
        let scrap = self.scrap(cells);
        let offset_days = self.offset(cells);
        let phantom = cells.flag(&self.phantom);
        let is_good = cells.is_good();
        let bill = item.clone().map(|item| (item, version.clone()));
        match (item, component, quantity) {
            (Some(item), Some(component), Some(quantity)) if is_good => Ok(BillRow {
                line,
                item,
                version,
                makes,
                phantom,
                component,
                quantity,
                unit,
                scrap,
                offset_days,
            }),
            _ => Err(bill),
        }
    }

    fn unit(&self, cells: &mut Cells<'_>) -> Option<Unit> {
        let slot = self.unit.as_ref().filter(|_| cells.text(&self.unit).is_some())?;
        enter::unit(cells, slot, &self.mapping.unit_words)
    }

    fn scrap(&self, cells: &mut Cells<'_>) -> Option<Rate> {
        let percent = cells.some_number(&self.scrap_percent)?;
        let rate = Rate::from_percent(percent).ok();
        if let (None, Some(slot)) = (rate, &self.scrap_percent) {
            cells.fault(Fault::bad_amount(), slot, &percent.to_string());
        }
        rate.filter(|rate| rate.factor() != Decimal::ZERO)
    }

    fn offset(&self, cells: &mut Cells<'_>) -> i32 {
        let Some(days) = cells.some_number(&self.offset_days) else { return 0 };
        let whole = Some(days).filter(|days| days.fract() == Decimal::ZERO);
        let whole = whole.and_then(|days| i32::try_from(days).ok());
        if let (None, Some(slot)) = (whole, &self.offset_days) {
            let what = "that is no number of days";
            let fault = Fault::new("import.bad_days", what, "write a whole number");
            cells.fault(fault, slot, &days.to_string());
        }
        whole.unwrap_or(0)
    }
}
