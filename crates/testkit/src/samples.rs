//! Values from the edges of their types, and records full of them.

use chrono::NaiveDate;
use fondaco_core::Timestamp;
use fondaco_core::store::{Blob, Fixed, Json, Personal};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::random::Random;
use crate::records::{Place, Sample};

/// Integers at which encodings change.
pub(crate) const INTEGERS: &[i64] = &[
    0,
    1,
    -1,
    127,
    128,
    -128,
    -129,
    255,
    256,
    -255,
    -256,
    -257,
    65_535,
    65_536,
    -65_536,
    -65_537,
    i64::MAX,
    i64::MAX - 1,
    i64::MIN,
    i64::MIN + 1,
    1 << 53,
    (1 << 53) + 1,
    -(1 << 53) - 1,
];

/// Longer than any key that is kept inline.
const LONG: &str =
    "a text that is longer than any inline key could hold, so that it lies on the heap";

/// Texts whose order by bytes is not that of most collations.
pub(crate) const TEXTS: &[&str] = &[
    "",
    " ",
    "a",
    "A",
    "B",
    "b",
    "aa",
    "a b",
    "ab",
    "ä",
    "z",
    "Z",
    "é",
    "e\u{301}",
    "ß",
    "\u{1}",
    "\u{7f}",
    "\u{80}",
    "\u{ffff}",
    "\u{10000}",
    "😀",
    "日本",
    "'quoted'; --",
    "\"",
    "%_\\",
    "1",
    "10",
    "9",
    "0x1",
    "1e3",
    "NaN",
    "null",
    LONG,
];

/// Bytes with zeros, and beginnings of one another.
pub(crate) const BYTES: &[&[u8]] = &[
    &[],
    &[0],
    &[0, 0],
    &[0, 0xFF],
    &[0, 1],
    &[1],
    &[1, 0],
    &[1, 0, 0],
    &[0xFF],
    &[0xFF, 0xFF],
    &[0xFF, 0],
    &[0x7F],
    &[0x80],
    b"text",
    &[0; 60],
];

/// Days from the first to the last that every store must know.
pub(crate) fn days() -> Vec<NaiveDate> {
    let days = [
        (1, 1, 1),
        (1582, 10, 15),
        (1899, 12, 31),
        (1969, 12, 31),
        (1970, 1, 1),
        (2000, 2, 29),
        (2025, 6, 30),
        (9999, 12, 31),
    ];
    days.iter()
        .filter_map(|&(year, month, day)| NaiveDate::from_ymd_opt(year, month, day))
        .collect()
}

/// Instants before and after 1970, to the microsecond.
pub(crate) fn moments() -> Vec<Timestamp> {
    let micros = [-1, 0, 1, -1_000_000, -999_999, 1_750_000_000_123_456];
    let inner = micros.iter().filter_map(|&micros| Timestamp::from_micros(micros));
    inner.chain([Timestamp::MIN, Timestamp::MAX]).collect()
}

/// Ids of which some differ in one half alone.
pub(crate) const IDS: &[u128] = &[
    0,
    1,
    u128::MAX,
    u128::MAX - 1,
    1 << 64,
    (1 << 64) - 1,
    1 << 127,
    (1 << 127) - 1,
    0x0123_4567_89AB_CDEF << 32,
];

/// Decimals of all sizes, up to 28 digits.
pub(crate) fn rates() -> Vec<Decimal> {
    let texts = [
        "0",
        "1",
        "-1",
        "0.1",
        "-0.1",
        "1.5",
        "100",
        "0.0000000000000000000000000001",
        "-0.0000000000000000000000000001",
        "9999999999999999999999999999",
        "-9999999999999999999999999999",
        "0.3333333333333333333333333333",
        "12345678901234.56789012345678",
        "1.0000000000000000000000000001",
    ];
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

/// JSON whose form must be kept as it is written.
pub(crate) const JSONS: &[&str] = &[
    "{}",
    "[]",
    "null",
    "{ \"b\" : 1, \"a\" : [1.0, 1.50, 1e2] }",
    "\"\\u00e4\"",
    "{\"a\":1,\"a\":2}",
    " 12345678901234567890.10 ",
];

pub(crate) fn text(random: &mut Random) -> SmolStr {
    random.pick(TEXTS).into()
}

pub(crate) fn moment(random: &mut Random) -> Timestamp {
    moments().get(random.below(8)).copied().unwrap_or(Timestamp::EPOCH)
}

fn day(random: &mut Random) -> NaiveDate {
    random.pick(&days())
}

fn blob(random: &mut Random) -> Blob {
    Blob(BYTES.get(random.below(BYTES.len())).copied().unwrap_or_default().into())
}

/// `value` five times in six.
fn mostly<T>(random: &mut Random, value: impl FnOnce(&mut Random) -> T) -> Option<T> {
    (!random.once_in(6)).then(|| value(random))
}

/// A key of every type, from few values, so that each part decides some order.
pub(crate) fn place(random: &mut Random) -> Place {
    Place {
        flag: random.once_in(2),
        name: random.pick(&["", "a", "a b", "ab", "Z", "ä", LONG]).into(),
        raw: Blob(random.pick(&[vec![], vec![0], vec![0, 0xFF], vec![1]]).into()),
        amount: Fixed::from_units(random.pick(INTEGERS)),
        day: day(random),
        link: random.pick(IDS),
    }
}

/// A sample whose columns are edges of their types, or null.
pub(crate) fn sample(random: &mut Random, bucket: i64, number: i64) -> Sample {
    let salt = [random.next() as u8; 16];
    Sample {
        flag: mostly(random, |r| r.once_in(2)),
        count: mostly(random, |r| r.pick(INTEGERS)),
        amount: mostly(random, |r| Fixed::from_units(r.pick(INTEGERS))),
        rate: mostly(random, |r| r.pick(&rates())),
        name: mostly(random, text),
        raw: mostly(random, blob),
        day: mostly(random, day),
        moment: mostly(random, moment),
        link: mostly(random, |r| r.pick(IDS)),
        note: mostly(random, |r| Json(r.pick(JSONS).into())),
        secret: mostly(random, |r| Personal::Kept(text(r), salt)),
        birthday: mostly(random, |r| Personal::Kept(day(r), salt)),
        ..Sample::new(bucket, number)
    }
}
