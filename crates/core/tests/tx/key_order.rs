//! Rows order as the bytes of their keys do, whatever the types of the key and whatever holds the row.

use chrono::{Days, NaiveDate};
use fondaco_core::store::{
    Blob, Field, Fixed, KeyBytes, KeyList, Record, Stored, ValueRow, order_of,
};
use fondaco_core::{Currency, Id, Timestamp};
use proptest::prelude::*;
use smol_str::SmolStr;

#[derive(Field, Debug, Clone, Copy, PartialEq, Eq)]
enum Grade {
    Raw,
    Finished,
    Abandoned,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "plain", kind = state, key(flag, grade, text, number, amount))]
struct Plain {
    flag: bool,
    grade: Grade,
    text: SmolStr,
    number: i64,
    amount: Fixed<4>,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "other", kind = state, key(on, at, id, currency, blob, bytes))]
struct Other {
    on: NaiveDate,
    at: Timestamp,
    id: Id<Other>,
    currency: Currency,
    blob: Blob,
    bytes: KeyBytes,
}

/// Few values of each column, so that the later ones decide often.
fn plain() -> impl Strategy<Value = Plain> {
    let grade = prop::sample::select(vec![Grade::Raw, Grade::Finished, Grade::Abandoned]);
    (any::<bool>(), grade, "[ab\u{1}]{0,2}", -300i64..300, -2i64..3).prop_map(
        |(flag, grade, text, number, units)| Plain {
            flag,
            grade,
            text: text.into(),
            number,
            amount: Fixed::from_units(units),
        },
    )
}

fn other() -> impl Strategy<Value = Other> {
    let bytes = || prop::collection::vec(0u8..3, 0..3);
    let currency = prop::sample::select(vec![Currency::EUR, Currency::USD, Currency::CHF]);
    let before = NaiveDate::from_ymd_opt(-1, 12, 31).unwrap();
    (0u64..2, -1i64..1, 0u128..2, currency, bytes(), bytes()).prop_map(
        move |(days, micros, id, currency, blob, bytes)| Other {
            on: before + Days::new(days),
            at: Timestamp::from_micros(micros).unwrap(),
            id: Id::from_u128(id),
            currency,
            blob: Blob(blob.into()),
            bytes: KeyBytes::new(&bytes),
        },
    )
}

fn check_order<R: Record>(a: &R, b: &R) -> Result<(), TestCaseError> {
    let by_bytes = a.row_key().bytes.cmp(&b.row_key().bytes);
    prop_assert_eq!(a.order_to(b), by_bytes);
    prop_assert_eq!(b.order_to(a), by_bytes.reverse());
    let values = ValueRow::new(R::TABLE, b.values());
    prop_assert_eq!(a.order_to(&values), by_bytes);
    prop_assert_eq!(values.order_to(a), by_bytes.reverse());
    Ok(())
}

proptest! {
    #[test]
    fn rows_order_as_the_bytes_of_their_keys(a in plain(), b in plain(), alike in 0usize..5) {
        let b = Plain {
            flag: if alike > 0 { a.flag } else { b.flag },
            grade: if alike > 1 { a.grade } else { b.grade },
            text: if alike > 2 { a.text.clone() } else { b.text },
            number: if alike > 3 { a.number } else { b.number },
            ..b
        };
        check_order(&a, &b)?;
    }

    #[test]
    fn other_types_order_as_the_bytes_of_their_keys(a in other(), b in other()) {
        check_order(&a, &b)?;
    }

    #[test]
    fn a_list_of_keys_sorts_as_single_keys_do(rows in prop::collection::vec(other(), 0..40)) {
        let mut list = KeyList::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            // Some have no key, after they began one.
            list.push(|key| order_of(row, None, key) && at % 5 != 4);
        }
        let with_key = rows.iter().enumerate().filter(|(at, _)| at % 5 != 4);
        let mut keys: Vec<KeyBytes> = with_key.map(|(_, row)| row.row_key().bytes).collect();
        keys.sort();
        prop_assert_eq!(list.len(), keys.len());
        let sorted: Vec<KeyBytes> = list.sorted().into_iter().map(KeyBytes::new).collect();
        prop_assert_eq!(sorted, keys);
    }
}
