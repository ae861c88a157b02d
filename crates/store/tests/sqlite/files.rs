//! Layouts that grow, files of others and of newer versions, a mistyped path.

use fondaco_core::chain;
use fondaco_core::store::StoreError;
use fondaco_core::store::{Record, Store};
use fondaco_store::Sqlite;
use rusqlite::Connection;

use crate::lines::*;

#[test]
fn a_layout_grows_and_older_programs_are_refused() {
    let path = path();
    let store = open(&path);
    let person = |id, name: &str| Person { id, name: Some(name.into()) };
    store.commit(insert(1, vec![person(1, "Ann"), person(2, "Bob")])).unwrap();
    store.commit(insert(2, (0..300).map(|entry| line(entry, 1, "a")).collect())).unwrap();
    let newer = Sqlite::open(&path).unwrap();
    let prepared = newer.prepare(&[later::Person::TABLE, later::Line::TABLE]).unwrap();
    assert_eq!(prepared.upgraded, vec![("person", 1), ("line", 1)]);
    // New indexes are filled, those that are gone are dropped, old rows have no town.
    let lines = rows(&newer, all(later::Line::TABLE, Some(1)));
    assert_eq!(lines.len(), 300);
    assert!(lines.is_sorted_by_key(|row| row.record::<later::Line>().unwrap().day));
    let people = rows(&newer, all(later::Person::TABLE, None));
    assert_eq!(people[0].record::<later::Person>().unwrap().town, None);
    // The program that was running has the old layout: it may not write past the new indexes.
    let refused = store.commit(insert(3, vec![person(3, "Cid")]));
    assert!(
        matches!(refused, Err(StoreError::NewerLayout { found: 2, known: 1, .. })),
        "{refused:?}"
    );
    let again = Sqlite::open(&path).unwrap().prepare(TABLES);
    assert!(matches!(again, Err(StoreError::NewerLayout { found: 2, known: 1, .. })));
    let verified = chain::verify(&newer, company(), &[later::Person::TABLE, later::Line::TABLE]);
    assert_eq!(verified.unwrap().findings, vec![]);
}

#[test]
fn files_of_others_are_refused_by_name() {
    let (text_file, other) = (path(), path());
    std::fs::write(
        &text_file,
        "not a database, but long enough to be taken for one by its size alone.",
    )
    .unwrap();
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE mine (a)").unwrap();
    for path in [&text_file, &other] {
        let error = Sqlite::open(path).unwrap_err();
        assert!(
            matches!(&error, StoreError::Corrupt(why) if why.contains(path.to_str().unwrap())),
            "{error}"
        );
    }
    // Neither was touched.
    assert!(std::fs::read_to_string(&text_file).unwrap().starts_with("not a database"));
    assert_eq!(text(&Connection::open(&other).unwrap(), "PRAGMA journal_mode"), "delete");
    let nowhere = Sqlite::open("/nowhere/at/all.db").unwrap_err();
    assert!(
        matches!(&nowhere, StoreError::Unavailable(why) if why.contains("/nowhere")),
        "{nowhere}"
    );
}

#[test]
fn a_newer_format_is_refused() {
    let path = path();
    drop(open(&path));
    let sql = "UPDATE fondaco_meta SET value = 99 WHERE name = 'format'";
    Connection::open(&path).unwrap().execute(sql, []).unwrap();
    assert!(matches!(Sqlite::open(&path), Err(StoreError::NewerLayout { found: 99, .. })));
}

#[test]
fn a_path_with_a_mistake_makes_no_file() {
    let path = path();
    let error = Sqlite::open_existing(&path).unwrap_err();
    let named = |why: &str| why.contains(path.to_str().unwrap());
    assert!(matches!(&error, StoreError::Unavailable(why) if named(why)), "{error}");
    assert!(!path.exists());
    open(&path).commit(add(1, "cash", 1)).unwrap();
    let store = Sqlite::open_existing(&path).unwrap();
    store.prepare(TABLES).unwrap();
    assert_eq!(balance(&store, "cash"), 1);
}

#[test]
fn names_that_the_host_took_are_told_as_such() {
    let mut conn = Connection::open(path()).unwrap();
    for taken in ["TABLE line (a)", "VIEW line_view AS SELECT 1", "TABLE Balance (a)"] {
        conn.execute_batch(&format!("BEGIN; CREATE {taken}")).unwrap();
        let store = Sqlite::over(&mut conn).unwrap();
        let error = store.prepare(TABLES).unwrap_err();
        let StoreError::Misused(why) = &error else { panic!("{taken}: {error}") };
        assert!(why.contains("is not ours") && why.contains("rename"), "{why}");
        drop(store);
        // The host's own is as it was, and with it gone the name is free.
        let own = taken.split(' ').next().unwrap_or_default();
        let name = taken.split(' ').nth(1).unwrap_or_default();
        conn.execute_batch(&format!("DROP {own} {name}")).unwrap();
        Sqlite::over(&mut conn).unwrap().prepare(TABLES).unwrap();
        conn.execute_batch("ROLLBACK").unwrap();
    }
    conn.execute_batch("CREATE TABLE fondaco_page (a)").unwrap();
    let error = Sqlite::over(&mut conn).unwrap_err();
    assert!(matches!(&error, StoreError::Misused(why) if why.contains("fondaco_page")), "{error}");
}
