//! The tables that the suite stores: between them every kind, every type, every sort of key and index.

use chrono::NaiveDate;
use fondaco_core::Timestamp;
use fondaco_core::store::{Blob, Drawn, Fixed, Json, Personal, Record, Table};
use rust_decimal::Decimal;
use smol_str::SmolStr;

/// A fact with a column of every type and an index over every type that has an order.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "kit_sample", kind = fact, key(bucket, number),
    index(by_flag(flag)), index(by_count(count)), index(by_amount(amount)), index(by_name(name)),
    index(by_raw(raw)), index(by_day(day)), index(by_moment(moment)), index(by_link(link)),
    index(by_two(bucket, name, day)), index(by_serial(serial), unique)
)]
pub struct Sample {
    /// First part of the key.
    pub bucket: i64,
    /// Second part of the key.
    pub number: i64,
    /// A bool.
    pub flag: Option<bool>,
    /// An integer.
    pub count: Option<i64>,
    /// A decimal with declared digits.
    pub amount: Option<Fixed<2>>,
    /// A decimal with as many digits as fit.
    pub rate: Option<Decimal>,
    /// A text.
    pub name: Option<SmolStr>,
    /// Bytes.
    pub raw: Option<Blob>,
    /// A date.
    pub day: Option<NaiveDate>,
    /// An instant.
    pub moment: Option<Timestamp>,
    /// An id.
    pub link: Option<u128>,
    /// JSON.
    pub note: Option<Json>,
    /// About a person.
    pub secret: Option<Personal<SmolStr>>,
    /// About a person, not a text.
    pub birthday: Option<Personal<NaiveDate>>,
    /// A number that the commit draws.
    pub drawn: Option<Drawn>,
    /// Unique, if there is one.
    pub serial: Option<SmolStr>,
}

impl Sample {
    /// A sample with nothing but its key.
    pub fn new(bucket: i64, number: i64) -> Sample {
        Sample {
            bucket,
            number,
            flag: None,
            count: None,
            amount: None,
            rate: None,
            name: None,
            raw: None,
            day: None,
            moment: None,
            link: None,
            note: None,
            secret: None,
            birthday: None,
            drawn: None,
            serial: None,
        }
    }
}

/// A fact whose key has a part of every other type.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "kit_place", kind = fact, key(flag, name, raw, amount, day, link))]
pub struct Place {
    /// Orders first.
    pub flag: bool,
    /// Then by the bytes of this.
    pub name: SmolStr,
    /// Then this.
    pub raw: Blob,
    /// Then this.
    pub amount: Fixed<3>,
    /// Then this.
    pub day: NaiveDate,
    /// Last this.
    pub link: u128,
}

/// A fact by instant.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "kit_tick", kind = fact, key(moment, number))]
pub struct Tick {
    /// When.
    pub moment: Timestamp,
    /// Which.
    pub number: i64,
}

/// A state row with plain and unique indexes, one of them on something personal.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "kit_item", kind = state, key(site, code),
    index(by_level(level)), index(by_barcode(barcode), unique), index(by_mail(mail), unique),
    index(by_shelf(site, shelf), unique), guard(by_site(site))
)]
pub struct Item {
    /// First part of the key.
    pub site: i64,
    /// Second part of the key.
    pub code: SmolStr,
    /// Any number; indexed.
    pub level: i64,
    /// Unique, if there is one.
    pub barcode: Option<SmolStr>,
    /// Unique and about a person, if there is one.
    pub mail: Option<Personal<SmolStr>>,
    /// Unique within the site, if there is one.
    pub shelf: Option<i64>,
    /// Drawn by a commit.
    pub drawn: Option<Drawn>,
}

impl Item {
    /// An item of level 0 with nothing but its key.
    pub fn new(site: i64, code: &str) -> Item {
        let code = code.into();
        Item { site, code, level: 0, barcode: None, mail: None, shelf: None, drawn: None }
    }
}

/// A fact with a unique index on something personal.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "kit_visitor", kind = fact, key(number), index(by_mail(mail), unique))]
pub struct Visitor {
    /// The key.
    pub number: i64,
    /// About a person, and unique.
    pub mail: Option<Personal<SmolStr>>,
}

/// A state row with a unique index on a part of its key alone: no change of a row moves its entry, or frees it.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "kit_seat", kind = state, key(row, number), index(by_row(row), unique))]
pub struct Seat {
    /// First part of the key, and unique.
    pub row: i64,
    /// Second part of the key.
    pub number: i64,
    /// About a person.
    pub guest: Option<Personal<SmolStr>>,
}

/// A state row that is unique in a number that may be drawn.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "kit_ticket", kind = state, key(code), index(by_number(number), unique))]
pub struct Ticket {
    /// The key.
    pub code: i64,
    /// Unique, and drawn by a commit, or as it was elsewhere.
    pub number: Option<Drawn>,
}

/// A counter with sums of both types.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "kit_stock", kind = counter, key(site, item), index(by_item(item)))]
pub struct Stock {
    /// First part of the key.
    pub site: i64,
    /// Second part of the key.
    pub item: SmolStr,
    /// A sum.
    pub on_hand: i64,
    /// A sum that counts against the first.
    pub reserved: i64,
    /// A sum of decimals.
    pub value: Fixed<2>,
}

impl Stock {
    /// What adds `on_hand` and `reserved` to an item's stock at site 1.
    pub fn of(item: &str, on_hand: i64, reserved: i64) -> Stock {
        let value = Fixed::from_units(on_hand.saturating_mul(3));
        Stock { site: 1, item: item.into(), on_hand, reserved, value }
    }
}

/// A table as an older program knows it.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "kit_note", kind = state, key(number), index(by_text(text)))]
pub struct OldNote {
    /// The key.
    pub number: i64,
    /// Some text.
    pub text: SmolStr,
    /// Unique later on.
    pub tag: Option<SmolStr>,
}

/// The same table as a newer program knows it: a column and an index more.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "kit_note", kind = state, key(number), layout = 2,
    index(by_text(text)), index(by_tag(tag), unique), index(by_rank(rank))
)]
pub struct Note {
    /// The key.
    pub number: i64,
    /// Some text.
    pub text: SmolStr,
    /// Unique now.
    pub tag: Option<SmolStr>,
    /// New.
    #[record(since = 2)]
    pub rank: Option<i64>,
}

/// A table of facts as an older program knows it.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "kit_line", kind = fact, key(number))]
pub struct OldLine {
    /// The key.
    pub number: i64,
    /// An amount.
    pub amount: Fixed<2>,
}

/// The same facts as a newer program knows them.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "kit_line", kind = fact, key(number), layout = 2, index(by_amount(amount)), index(by_day(day)))]
pub struct Line {
    /// The key.
    pub number: i64,
    /// An amount.
    pub amount: Fixed<2>,
    /// New.
    #[record(since = 2)]
    pub day: Option<NaiveDate>,
}

/// A table whose index an older program declares otherwise.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "kit_mark", kind = state, key(number), index(by_it(place)))]
pub struct OldMark {
    /// The key.
    pub number: i64,
    /// What the index is of.
    pub place: i64,
    /// What it is not of yet.
    pub shade: i64,
}

/// The same table as a newer program knows it: the index is of other columns.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "kit_mark", kind = state, key(number), layout = 2, index(by_it(shade, place)))]
pub struct Mark {
    /// The key.
    pub number: i64,
    /// The second column of the index.
    pub place: i64,
    /// The first.
    pub shade: i64,
}

/// Facts whose index an older program declares otherwise.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "kit_tally", kind = fact, key(number), index(by_it(place)))]
pub struct OldTally {
    /// The key.
    pub number: i64,
    /// What the index is of.
    pub place: i64,
    /// What it is not of yet.
    pub shade: i64,
}

/// The same facts as a newer program knows them: the index is of other columns.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "kit_tally", kind = fact, key(number), layout = 2, index(by_it(shade, place)))]
pub struct Tally {
    /// The key.
    pub number: i64,
    /// The second column of the index.
    pub place: i64,
    /// The first.
    pub shade: i64,
}

/// A table that no check prepares.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "kit_unknown", kind = state, key(number))]
pub struct Unknown {
    /// The key.
    pub number: i64,
}

/// The tables that most checks prepare.
pub const TABLES: &[&Table] =
    &[Sample::TABLE, Place::TABLE, Tick::TABLE, Item::TABLE, Visitor::TABLE, Stock::TABLE];
