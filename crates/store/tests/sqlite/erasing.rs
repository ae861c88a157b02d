//! What is erased is gone, and forgotten.

use fondaco_core::store::{Ask, At, Change, FeedFrom, Key, Personal, Read, Record, Reply};
use fondaco_core::store::{KeyParts, Store};
use fondaco_core::{CommandId, chain};
use fondaco_store::{Sqlite, SqliteOptions};
use smol_str::SmolStr;

use crate::lines::*;

#[test]
fn erased_text_is_gone_from_the_file() {
    let path = path();
    let store = open(&path);
    let mut told = line(1, 1, "4000");
    told.who = Some(Personal::Kept("Ann Example".into(), [3; 16]));
    store.commit(insert(1, vec![told.clone()])).unwrap();
    assert_eq!(rows(&store, all(Line::TABLE, Some(1))).len(), 1);
    let key = Key { table: Line::TABLE, bytes: told.key().to_bytes() };
    store.commit(with(2, Change::Erase { key })).unwrap();
    assert!(rows(&store, all(Line::TABLE, Some(1))).is_empty());
    let found = rows(&store, all(Line::TABLE, Some(0)));
    told.who = match told.who.take() {
        Some(mut who) => {
            fondaco_core::store::Field::erase(&mut who);
            Some(who)
        }
        None => None,
    };
    assert_eq!(*found[0].record::<Line>().unwrap(), told);
    for file in [path.clone(), path.with_extension("db-wal")] {
        let bytes = std::fs::read(&file).unwrap_or_default();
        assert!(!bytes.windows(11).any(|part| part == b"Ann Example"), "{file:?}");
    }
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "member", kind = state, key(id))]
struct Member {
    id: i64,
    mail: Option<Personal<SmolStr>>,
}

/// Commits 1, 3, 5 (which deletes it) and 6 wrote the member that commit 7 erases.
#[test]
fn erasing_forgets_the_salts_of_all_commits_that_wrote_the_row() {
    for chain in [true, false] {
        let store = Sqlite::open_with(path(), SqliteOptions::new().chain(chain)).unwrap();
        store.prepare(&[Member::TABLE, Line::TABLE]).unwrap();
        let member =
            |id, mail: &str| Member { id, mail: Some(Personal::Kept(mail.into(), [3; 16])) };
        let key = Key { table: Member::TABLE, bytes: 1i64.to_bytes() };
        let put = |row, seen| Change::Put { row: std::sync::Arc::new(row), seen };
        store.commit(insert(1, vec![member(1, "a@x"), member(2, "b@x")])).unwrap();
        store.commit(insert(2, vec![member(3, "c@x")])).unwrap();
        store.commit(with(3, put(member(1, "d@x"), 1))).unwrap();
        store.commit(with(4, put(member(2, "e@x"), 1))).unwrap();
        store.commit(with(5, Change::Delete { key: key.clone(), seen: 3 })).unwrap();
        store.commit(insert(6, vec![member(1, "f@x")])).unwrap();
        store.commit(with(7, Change::Erase { key })).unwrap();
        let mut told = line(1, 1, "4000");
        told.who = Some(Personal::Kept("Ann Example".into(), [3; 16]));
        let key = Key { table: Line::TABLE, bytes: told.key().to_bytes() };
        store.commit(insert(8, vec![told])).unwrap();
        store.commit(with(9, Change::Erase { key })).unwrap();
        let feed = store.feed(&FeedFrom::new(company(), 0, 100)).unwrap();
        let forgotten = feed.iter().filter(|commit| commit.salt.is_none());
        let forgotten: Vec<u64> = forgotten.map(|commit| commit.position).collect();
        assert_eq!(forgotten, [1, 3, 5, 6, 8], "chain: {chain}");
        assert_eq!(feed.iter().all(|commit| commit.seal.is_some()), chain);
        if chain {
            let tables = [Member::TABLE, Line::TABLE];
            assert_eq!(chain::verify(&store, company(), &tables).unwrap().findings, vec![]);
        }
    }
}

/// The salt of commit 1, as a receipt read at `at` has it.
fn salt(store: &Sqlite, at: At) -> Option<[u8; 16]> {
    let read = Read::at(company(), at, vec![Ask::Command(CommandId::from_u128(1))]);
    match store.read(&read).unwrap().replies.remove(0) {
        Reply::Command(Some(receipt)) => receipt.salt,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_held_snapshot_shows_no_salt_that_was_forgotten_since() {
    for store in [open(&path()), Sqlite::in_memory().unwrap()] {
        store.prepare(TABLES).unwrap();
        let told = line(1, 1, "4000");
        let key = Key { table: Line::TABLE, bytes: told.key().to_bytes() };
        store.commit(insert(1, vec![told])).unwrap();
        let held = store.read(&Read::at(company(), At::Hold, vec![])).unwrap().at;
        assert!(salt(&store, At::Held(held)).is_some());
        store.commit(with(2, Change::Erase { key })).unwrap();
        assert_eq!(salt(&store, At::Now), None);
        assert_eq!(salt(&store, At::Held(held)), None);
        assert_eq!(salt(&store, At::Last(held)), None);
    }
}
