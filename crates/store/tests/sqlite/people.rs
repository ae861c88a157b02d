//! What people see with SQL of their own.

use fondaco_core::store::Store;
use fondaco_core::store::{Fixed, Record};
use fondaco_store::Sqlite;
use rusqlite::Connection;
use smol_str::SmolStr;

use crate::lines::*;

#[test]
fn people_sum_exactly_and_read_views() {
    let path = path();
    let store = open(&path);
    let mut first = line(7, 1, "4000");
    first.amount = Fixed::from_units(-5);
    first.at = "2026-07-01T12:00:00.25Z".parse().unwrap();
    let mut last = line(8, 1, "4000");
    last.amount = Fixed::from_units(i64::MIN);
    store.commit(insert(1, vec![first, line(7, 2, "4000"), last])).unwrap();
    let conn = Connection::open(&path).unwrap();
    let sum = "SELECT sum(amount) FROM line WHERE entry = 7";
    assert_eq!(conn.query_row(sum, [], |row| row.get::<_, i64>(0)).unwrap(), 67);
    // Beyond 64 bits a sum is an error, and never a float.
    assert!(
        conn.query_row("SELECT sum(amount) FROM line WHERE line = 1", [], |row| row
            .get::<_, i64>(0))
            .is_err()
    );
    let of = |column: &str, entry: i64| {
        text(&conn, &format!("SELECT {column} FROM line_view WHERE entry = {entry} AND line = 1"))
    };
    assert_eq!(of("amount_text", 7), "-0.05");
    assert_eq!(of("amount_text", 8), "-92233720368547758.08");
    assert_eq!(of("day", 7), "2026-01-08");
    assert_eq!(of("at", 7), "2026-07-01T12:00:00.250000Z");
    assert_eq!(of("at", 8), "1969-12-31T23:59:59.999999Z");
    assert_eq!(of("item", 7), "00000000-0000-0000-0000-000000000007");
    assert_eq!(of("company", 7), company().to_string());
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_posting", kind = fact, key(entry, line))]
struct Posting {
    entry: i64,
    line: i64,
    account: SmolStr,
    ledger_amount: Fixed<4>,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "clashing", kind = fact, key(id))]
struct Clashing {
    id: i64,
    amount: Fixed<4>,
    /// No column of the view's own.
    amount_units: Option<SmolStr>,
    tax: Option<Fixed<0>>,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "versioned", kind = fact, key(company))]
struct Versioned {
    company: SmolStr,
    version: i64,
}

/// The SQL that the documentation shows.
fn documented_sql() -> String {
    let text = include_str!("../../src/sqlite.rs");
    let sql = text.split("```sql").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    sql.replace("//!", " ")
}

#[test]
fn the_documented_sums_are_exact() {
    let path = path();
    let store = Sqlite::open(&path).unwrap();
    store.prepare(&[Posting::TABLE]).unwrap();
    // As floats, 0.1 + 0.2 - 0.3 is not 0, and what is added to 2^53 is lost.
    let rows = [
        ("1000", 1_000),
        ("1000", 2_000),
        ("1000", -3_000),
        ("2000", 1 << 53),
        ("2000", 1),
        ("3000", -(1 << 53) - 1),
        ("4000", -5),
        ("5000", 123_450_000),
        ("5000", -1),
        ("6000", i64::MIN),
    ];
    let posting = |(at, (account, units)): (usize, &(&str, i64))| Posting {
        entry: 1,
        line: at as i64,
        account: (*account).into(),
        ledger_amount: Fixed::from_units(*units),
    };
    store.commit(insert(1, rows.iter().enumerate().map(posting).collect::<Vec<_>>())).unwrap();
    let conn = Connection::open(&path).unwrap();
    let mut shown = conn.prepare(&documented_sql()).unwrap();
    let shown = shown.query_map([], |row| Ok((row.get(1)?, row.get(2)?))).unwrap();
    let shown: Vec<(String, String)> = shown.map(Result::unwrap).collect();
    let expected = [
        ("1000", "0.0000"),
        ("2000", "900719925474.0993"),
        ("3000", "-900719925474.0993"),
        ("4000", "-0.0005"),
        ("5000", "12344.9999"),
        ("6000", "-922337203685477.5808"),
    ];
    assert_eq!(shown, expected.map(|(account, sum)| (account.to_owned(), sum.to_owned())));
    let sum = "SELECT typeof(s) || s FROM (SELECT sum(ledger_amount_units) AS s FROM ledger_posting_view WHERE account IN ";
    assert_eq!(text(&conn, &format!("{sum} ('1000'))")), "integer0");
    assert_eq!(text(&conn, &format!("{sum} ('2000', '3000'))")), "integer0");
    // A sum that would be a float is told so: the view has no number of the plain name.
    let plain = "SELECT sum(ledger_amount) FROM ledger_posting_view";
    let error = conn.query_row(plain, [], |row| row.get::<_, f64>(0)).unwrap_err().to_string();
    assert!(error.contains("no such column: ledger_amount"), "{error}");
    // Beyond 64 bits: an error, never a float.
    let beyond =
        conn.query_row(&format!("{sum} ('4000', '6000'))"), [], |row| row.get::<_, String>(0));
    assert!(beyond.is_err(), "{beyond:?}");
}

#[test]
fn a_view_takes_no_columns_name() {
    let path = path();
    let store = Sqlite::open(&path).unwrap();
    store.prepare(&[Clashing::TABLE]).unwrap();
    let (amount, tax) = (Fixed::from_units(-5), Some(Fixed::from_units(7)));
    let row = Clashing { id: 1, amount, amount_units: Some("mine".into()), tax };
    store
        .commit(insert(1, vec![row, Clashing { id: 2, amount, amount_units: None, tax: None }]))
        .unwrap();
    let conn = Connection::open(&path).unwrap();
    let shown = "SELECT amount_text || ' ' || amount_units || ' ' || amount_units_ || ' ' || tax_text || ' ' || \
                 typeof(tax_units) || tax_units FROM clashing_view WHERE id = 1";
    assert_eq!(text(&conn, shown), "-0.0005 mine -5 7 integer7");
    assert_eq!(
        text(&conn, "SELECT typeof(tax_text) || typeof(tax_units) FROM clashing_view WHERE id = 2"),
        "nullnull"
    );
}

/// A table's own `version` and `company` keep their names; those of the view step aside.
#[test]
fn whose_row_it_is_stands_beside_columns_of_that_name() {
    let path = path();
    let store = Sqlite::open(&path).unwrap();
    store.prepare(&[Versioned::TABLE]).unwrap();
    let row = Versioned { company: "main".into(), version: 7 };
    store.commit(insert(1, vec![row])).unwrap();
    let conn = Connection::open(&path).unwrap();
    let shown = "SELECT company || ' ' || version || ' ' || length(_company) || ' ' || (_version > 0) FROM versioned_view";
    assert_eq!(text(&conn, shown), "main 7 36 1");
}

#[test]
fn a_view_of_an_earlier_version_is_made_anew() {
    let path = path();
    Sqlite::open(&path).unwrap().prepare(&[Posting::TABLE]).unwrap();
    let conn = Connection::open(&path).unwrap();
    let older = "DROP VIEW ledger_posting_view; \
                 CREATE VIEW ledger_posting_view AS SELECT ledger_amount AS ledger_amount FROM ledger_posting";
    conn.execute_batch(older).unwrap();
    let count = "SELECT count(*) || '' FROM pragma_table_info('ledger_posting_view') WHERE name LIKE 'ledger_amount_%'";
    assert_eq!(text(&conn, count), "0");
    Sqlite::open(&path).unwrap().prepare(&[Posting::TABLE]).unwrap();
    assert_eq!(text(&conn, count), "2");
    let version = || text(&conn, "SELECT schema_version || '' FROM pragma_schema_version");
    let made = version();
    Sqlite::open(&path).unwrap().prepare(&[Posting::TABLE]).unwrap();
    assert_eq!(version(), made, "what is as it should be is left alone");
}
