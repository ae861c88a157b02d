//! Items from a CSV file.

use std::io::{Read, Seek};

use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, FileError, Finder, GoodLines, Lines, Reader, Slot, Source,
    same_word,
};
use fondaco_core::store::Tags;
use fondaco_core::{Conversion, Quantity, Unit};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::flaw::Flaw;
use super::report::way_out;
use super::{EnterItems, Entered, MOST, NewItem, Taking};
use crate::items::{Item, Tracking};

/// How the lines of a file become items. It has a `serde` form, so that a host can keep it.
///
/// ```
/// use fondaco_core::import::{CsvFormat, NumberFormat, Source};
/// use fondaco_inventory::enter::ItemMapping;
/// use fondaco_inventory::items::Tracking;
///
/// let mut mapping = ItemMapping::new("Artikel", "Bezeichnung", Source::constant("pcs"))
///     .format(CsvFormat::new().delimiter(';').numbers(NumberFormat::COMMA))
///     .unit_word("Stk", "pcs".parse()?)
///     .pack("carton".parse()?, "Stück je Karton")
///     .tag("colour", "Farbe");
/// mapping.tracking = Some("Chargenpflicht".into());
/// mapping.tracking_words = vec![("ja".into(), Tracking::Lot), ("nein".into(), Tracking::None)];
/// # Ok::<(), fondaco_core::quantity::UnitError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The item's code.
    pub code: Source,
    /// Its name.
    pub name: Source,
    /// Its stock unit: `pcs`, `kg`, one of the company's own, or a word of the file's.
    pub unit: Source,
    /// The file's own words for units; small and capital letters are the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unit_words: Vec<(SmolStr, Unit)>,
    /// Its category's code; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Source>,
    /// Its barcode; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barcode: Option<Source>,
    /// How its pieces are told apart: `none`, `lot`, `serial`, or a word of the file's own; empty for not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<Source>,
    /// The file's own words for that; small and capital letters are the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracking_words: Vec<(SmolStr, Tracking)>,
    /// For how many days it is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shelf_life_days: Option<Source>,
    /// Other units that it comes in, each with how many stock units one of it is; empty where it comes in none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packs: Vec<(Unit, Source)>,
    /// What else is told apart, by name; empty for none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<(SmolStr, Source)>,
}

impl ItemMapping {
    /// Items in no category, which are not tracked.
    pub fn new(
        code: impl Into<Source>,
        name: impl Into<Source>,
        unit: impl Into<Source>,
    ) -> ItemMapping {
        ItemMapping {
            format: CsvFormat::new(),
            code: code.into(),
            name: name.into(),
            unit: unit.into(),
            unit_words: Vec::new(),
            category: None,
            barcode: None,
            tracking: None,
            tracking_words: Vec::new(),
            shelf_life_days: None,
            packs: Vec::new(),
            tags: Vec::new(),
        }
    }

    /// How the file is written.
    #[must_use]
    pub fn format(mut self, format: CsvFormat) -> ItemMapping {
        self.format = format;
        self
    }

    /// A word of the file's own for a unit.
    #[must_use]
    pub fn unit_word(mut self, word: impl Into<SmolStr>, unit: Unit) -> ItemMapping {
        self.unit_words.push((word.into(), unit));
        self
    }

    /// In which category.
    #[must_use]
    pub fn category(mut self, category: impl Into<Source>) -> ItemMapping {
        self.category = Some(category.into());
        self
    }

    /// Another unit, of which one is so many stock units.
    #[must_use]
    pub fn pack(mut self, unit: Unit, content: impl Into<Source>) -> ItemMapping {
        self.packs.push((unit, content.into()));
        self
    }

    /// What else is told apart.
    #[must_use]
    pub fn tag(mut self, name: impl Into<SmolStr>, source: impl Into<Source>) -> ItemMapping {
        self.tags.push((name.into(), source.into()));
        self
    }
}

/// The items of a CSV file, read and judged by themselves.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// use fondaco_inventory::enter::{ItemFile, ItemMapping, Taking};
///
/// # let stock = stock();
/// let file = "\
/// code,name,unit,category,per carton
/// M8-NUT,Nut M8,pcs,FASTENERS,250
/// M10-NUT,Nut M10,PCS,FASTENERS,
/// M12-NUT,Nut M12,pcs,NUTS,100
/// ";
/// let mapping = ItemMapping::new("code", "name", "unit").category("category").pack("carton".parse()?, "per carton");
/// let file = ItemFile::read(std::io::Cursor::new(file), &mapping)?;
/// let entered = stock.send("import/items.csv", &file.command(Taking::GoodOnes))?.answer;
/// let report = file.report(&entered);
/// assert_eq!(report.entered, 1);
/// assert_eq!(
///     report.refusals.iter().map(ToString::to_string).collect::<Vec<_>>(),
///     [
///         "line 3, unit \"PCS\": that is no unit (import.bad_unit); \
///          write its code, such as pcs or kg, or name the file's words in the mapping",
///         "line 4: there is no category NUTS: add it first, or correct the code (inventory.unknown_category); \
///          add the category, or correct the code",
///     ],
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ItemFile(GoodLines<NewItem>);

/// The mapping's columns, found in a file.
struct Columns<'m> {
    fields: Option<usize>,
    mapping: &'m ItemMapping,
    code: Slot,
    name: Slot,
    unit: Slot,
    category: Option<Slot>,
    barcode: Option<Slot>,
    tracking: Option<Slot>,
    shelf_life_days: Option<Slot>,
    packs: Vec<(Unit, Slot)>,
    tags: Vec<(SmolStr, Slot)>,
}

const TRACKING: [(&str, Tracking); 3] =
    [("none", Tracking::None), ("lot", Tracking::Lot), ("serial", Tracking::Serial)];

impl ItemFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`ItemFile::report`].
    pub fn read(file: impl Read + Seek, mapping: &ItemMapping) -> Result<ItemFile, FileError> {
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
            let item = columns.read(Cells::new(&mut reader, line, &mut read.refusals));
            read.good.extend(item.map(|item| (number, item)));
        }
        Ok(ItemFile(read))
    }

    /// The command that adds the items of the lines that are good by themselves. Of a file with bad ones, all or nothing is nothing: then
    /// it is only asked what the stock would refuse too.
    pub fn command(&self, taking: Taking) -> EnterItems {
        let items = self.0.good.iter().map(|(_, item)| item.clone()).collect();
        EnterItems { items, taking: self.0.taking(taking) }
    }

    /// What became of each line, by the file and by the command's answer.
    pub fn report(&self, entered: &Entered) -> EnterReport {
        self.0.report(entered, way_out)
    }
}

impl<'m> Columns<'m> {
    fn find(
        header: Option<&[SmolStr]>,
        mapping: &'m ItemMapping,
    ) -> Result<Columns<'m>, FileError> {
        let finder = Finder::new(header);
        let pack = |(unit, source): &(Unit, Source)| Ok((*unit, finder.find("packs", source)?));
        let tag =
            |(name, source): &(SmolStr, Source)| Ok((name.clone(), finder.find("tags", source)?));
        Ok(Columns {
            fields: header.map(<[SmolStr]>::len),
            mapping,
            code: finder.find("code", &mapping.code)?,
            name: finder.find("name", &mapping.name)?,
            unit: finder.find("unit", &mapping.unit)?,
            category: finder.find_some("category", &mapping.category)?,
            barcode: finder.find_some("barcode", &mapping.barcode)?,
            tracking: finder.find_some("tracking", &mapping.tracking)?,
            shelf_life_days: finder.find_some("shelf_life_days", &mapping.shelf_life_days)?,
            packs: mapping.packs.iter().map(pack).collect::<Result<_, FileError>>()?,
            tags: mapping.tags.iter().map(tag).collect::<Result<_, FileError>>()?,
        })
    }

    fn read(&self, mut cells: Cells<'_>) -> Option<NewItem> {
        if !self.fields.is_none_or(|fields| cells.count_fields(fields)) {
            return None;
        }
        let code = cells.needed(&self.code);
        let name = cells.needed(&self.name);
        let unit = unit(&mut cells, &self.unit, &self.mapping.unit_words);
        let category = cells.text(&self.category);
        let barcode = cells.text(&self.barcode);
        let tracking = self.tracking(&mut cells);
        let shelf_life_days = days(&mut cells, &self.shelf_life_days);
        let conversions = unit.map(|unit| self.conversions(&mut cells, unit)).unwrap_or_default();
        let mut tags = Tags::default();
        for (name, slot) in &self.tags {
            if let Some(value) = cells.text(&Some(slot.clone())) {
                tags.set(name.clone(), value);
            }
        }
        if !cells.is_good() {
            return None;
        }
        let item = Item::new(code?, name?, unit?);
        let item = Item { category, barcode, tracking, shelf_life_days, tags, ..item };
        Some(NewItem { item, conversions })
    }

    fn tracking(&self, cells: &mut Cells<'_>) -> Tracking {
        let Some((slot, word)) = self.tracking.as_ref().zip(cells.text(&self.tracking)) else {
            return Tracking::None;
        };
        let own = self.mapping.tracking_words.iter().map(|(word, is)| (word.as_str(), *is));
        let found = own.chain(TRACKING).find(|(known, _)| same_word(known, &word));
        if found.is_none() {
            cells.fault(Flaw::BadTracking, slot, &word);
        }
        found.map_or(Tracking::None, |(_, tracking)| tracking)
    }

    fn conversions(&self, cells: &mut Cells<'_>, unit: Unit) -> Vec<Conversion> {
        let mut all = Vec::new();
        for (pack, slot) in &self.packs {
            let Some(content) = cells.some_number(&Some(slot.clone())) else { continue };
            let content_of_one = Quantity::new(content, unit);
            match Conversion::new(Quantity::new(1, *pack), content_of_one) {
                Ok(conversion) => all.push(conversion),
                Err(_) => cells.fault(Flaw::BadPack, slot, &content.to_string()),
            }
        }
        all
    }
}

/// A unit that must be there: a known one, one of the company's own, or a word of the file's.
pub(crate) fn unit(cells: &mut Cells<'_>, slot: &Slot, words: &[(SmolStr, Unit)]) -> Option<Unit> {
    let text = cells.needed(slot)?;
    let named = words.iter().find(|(word, _)| same_word(word, &text)).map(|(_, unit)| *unit);
    let unit = named.or_else(|| text.parse::<Unit>().ok());
    if unit.is_none() {
        cells.fault(Flaw::BadUnit, slot, &text);
    }
    unit
}

fn days(cells: &mut Cells<'_>, slot: &Option<Slot>) -> Option<u32> {
    let days = cells.some_number(slot)?;
    let whole = Some(days).filter(|days| days.fract() == Decimal::ZERO);
    let whole = whole.and_then(|days| u32::try_from(days).ok());
    if let (None, Some(slot)) = (whole, slot) {
        cells.fault(Flaw::BadDays, slot, &days.to_string());
    }
    whole
}
