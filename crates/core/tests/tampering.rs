//! Whatever is changed behind the store's back, `verify` names it, and blames nothing else.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::sync::Arc;

use common::altered::Altered;
use common::*;
use fondaco_core::chain::{self, Finding, Verified};
use fondaco_core::store::{
    Answer, Ask, Batch, Commit, Event, FeedFrom, Prepared, Read, Record, Reply, Row, Scan, Store,
    StoreError, Stored, Table, Value,
};
use fondaco_core::{ActorId, Tx};
use smol_str::SmolStr;

fn verified(store: &dyn Store) -> Verified {
    chain::verify(store, acme(), &all_tables()).unwrap()
}

/// Five commits: shelves 1 and 2 with an event and an answer; two moves; shelf 1 changed; shelf 2 deleted; a person.
fn history(store: Arc<dyn Store>) {
    let host = Host::sync("any", store);
    let shelves = |tx: &mut Tx<'_>| -> Result<i64, ShopError> {
        tx.insert(Shelf::new(1, 1, 10))?;
        tx.insert(Shelf::new(1, 2, 20))?;
        tx.emit(Event::new("shelves.new").with("count", Value::I64(2)));
        Ok(2)
    };
    host.done("shelves", shelves);
    host.done("moves", |tx| {
        tx.insert(Move::new(1, 1, 1, 5))?;
        Ok(tx.insert(Move::new(1, 2, 1, 6))?)
    });
    host.done("change", |tx| {
        let shelf = tx.get::<Shelf>(&(1, 1))?.unwrap();
        Ok(tx.put(Shelf { load: 11, ..shelf.as_ref().clone() })?)
    });
    host.done("delete", |tx| {
        tx.get::<Shelf>(&(1, 2))?;
        Ok(tx.delete::<Shelf>(&(1, 2))?)
    });
    host.done("person", |tx| {
        let mail = Some(tx.personal(SmolStr::new("ada@example.org")));
        Ok(tx.insert(Person { number: 1, mail, points: 3 })?)
    });
    host.verify();
}

fn altered(
    inner: Arc<dyn Store>,
    feed: impl Fn(&mut Vec<Commit>) + Send + Sync + 'static,
    rows: impl Fn(&Scan, &mut Vec<Row>) + Send + Sync + 'static,
    lost: bool,
) -> Altered {
    Altered { inner, feed: Box::new(feed), rows: Box::new(rows), lost, parts: false }
}

/// What is found on each store once `feed` and `rows` have been at it.
fn found(
    feed: impl Fn(&mut Vec<Commit>) + Send + Sync + Copy + 'static,
    rows: impl Fn(&Scan, &mut Vec<Row>) + Send + Sync + Copy + 'static,
) -> Vec<Finding> {
    let mut all = stores().into_iter().map(|(name, inner)| {
        history(inner.clone());
        (name, verified(&altered(inner, feed, rows, false)).findings)
    });
    let (_, first) = all.next().unwrap();
    all.for_each(|(name, other)| assert_eq!(other, first, "on {name}"));
    first
}

fn in_the_log(change: impl Fn(&mut Vec<Commit>) + Send + Sync + Copy + 'static) -> Vec<Finding> {
    found(change, |_, _| {})
}

/// Changes the commit at a position.
fn in_commit(position: u64, change: fn(&mut Commit)) -> Vec<Finding> {
    in_the_log(move |commits| {
        commits.iter_mut().filter(|commit| commit.position == position).for_each(change)
    })
}

/// Changes the rows of a table, not its indexes, whose findings are left out.
fn in_rows<R: Record>(change: fn(&mut Vec<Row>)) -> Vec<Finding> {
    let alter = move |scan: &Scan, rows: &mut Vec<Row>| {
        if scan.table == R::TABLE && scan.index.is_none() {
            change(rows)
        }
    };
    let mut findings = found(|_| {}, alter);
    findings.retain(|found| matches!(found, Finding::Rows { .. } | Finding::State { .. }));
    findings
}

#[test]
fn nothing_altered_nothing_found() {
    assert_eq!(found(|_| {}, |_, _| {}), []);
}

#[test]
fn what_a_commit_says() {
    let content = [Finding::Content { position: 1 }];
    assert_eq!(in_commit(1, |commit| commit.meta.actor = ActorId::new("else")), content);
    let later = |commit: &mut Commit| commit.meta.time = "2026-03-01T08:00:01Z".parse().unwrap();
    assert_eq!(in_commit(1, later), content);
    assert_eq!(in_commit(1, |commit| commit.events[0].name = "shelves.old".into()), content);
    assert_eq!(in_commit(1, |commit| commit.events[0].data[0].0 = "amount".into()), content);
    assert_eq!(in_commit(1, |commit| commit.events[0].data[0].1 = Value::I64(3)), content);
    assert_eq!(in_commit(1, |commit| commit.events.clear()), content);
    assert_eq!(in_commit(1, |commit| commit.events.push(Event::new("more"))), content);
    assert_eq!(in_commit(1, |commit| commit.answer = vec![Value::I64(3)]), content);
    assert_eq!(in_commit(1, |commit| commit.answer.clear()), content);
    assert_eq!(in_commit(1, |commit| commit.digest[31] ^= 1), content);
    assert_eq!(in_commit(1, |commit| commit.id = envelope("else").id), content);
}

/// Who changes a commit and its content hash too breaks the link; who changes the link too breaks the next one.
#[test]
fn the_seal_of_a_commit() {
    let (content, link) =
        (|position| Finding::Content { position }, |position| Finding::Link { position });
    let seal = |change: fn(&mut fondaco_core::store::Seal)| {
        in_the_log(move |commits| {
            let commits = commits.iter_mut().filter(|commit| commit.position == 2);
            commits.for_each(|commit| change(commit.seal.as_mut().unwrap()))
        })
    };
    assert_eq!(seal(|seal| seal.content[0] ^= 1), [content(2), link(2)]);
    assert_eq!(seal(|seal| seal.link[0] ^= 1), [link(2), link(3)]);
    assert_eq!(seal(|seal| seal.root[0] ^= 1), [content(2), Finding::Rows { position: 2 }]);
    let forged = in_commit(2, |commit| {
        commit.meta.actor = ActorId::new("else");
        let seal = commit.seal.as_mut().unwrap();
        let (id, digest) = (commit.id, &commit.digest);
        let (meta, events, answer) = (&commit.meta, &commit.events, &commit.answer);
        let states = &seal.states;
        let said = chain::Said { company: acme(), id, digest, meta, events, answer, states };
        seal.content = chain::content(&said, &seal.root);
    });
    assert_eq!(forged, [link(2)], "well made, and yet not what the next commit follows from");
}

/// The state of a row, whose past is in the log alone.
fn state(row: &dyn Stored) -> Finding {
    Finding::State { key: row.row_key() }
}

#[test]
fn a_commit_without_a_seal() {
    let findings = in_commit(3, |commit| commit.seal = None);
    // What it left of shelf 1 is not told any more, and the next commit follows from nothing.
    let shelf = state(&Shelf::new(1, 1, 0));
    let unsealed = Finding::Unsealed { position: 3 };
    assert_eq!(findings, [unsealed, Finding::Link { position: 4 }, shelf]);
}

/// All seals taken away look like a store that keeps no chain: that is told, not passed over.
#[test]
fn no_seal_at_all() {
    let (_, inner) = in_process().remove(0);
    history(inner.clone());
    assert!(verified(&inner).sealed);
    let feed = |commits: &mut Vec<Commit>| commits.iter_mut().for_each(|commit| commit.seal = None);
    let stripped = altered(inner, feed, |_, _| {}, false);
    let stripped = verified(&stripped);
    assert_eq!((stripped.sealed, stripped.commits, stripped.link), (false, 5, chain::GENESIS));
    let (name, empty) = in_process().remove(0);
    assert!(verified(&*Host::sync(name, empty).store).sealed, "nothing yet, nothing missing");
}

#[test]
fn a_commit_that_is_missing() {
    let missing = |position| Finding::Missing { position };
    let link = |position| Finding::Link { position };
    let gone = |position: u64| {
        in_the_log(move |commits| commits.retain(|commit| commit.position != position))
    };
    assert_eq!(gone(1), [missing(1), link(2)]);
    assert_eq!(gone(2), [missing(2), Finding::Rows { position: 2 }, link(3)]);
    assert_eq!(gone(3), [missing(3), link(4), state(&Shelf::new(1, 1, 0))]);
    assert_eq!(gone(4), [missing(4), link(5), state(&Shelf::new(1, 2, 0))]);
    let person = Person { number: 1, mail: None, points: 0 };
    assert_eq!(gone(5), [missing(5), state(&person)]);
    assert_eq!(in_the_log(Vec::clear)[0], missing(1));
    let swapped = in_the_log(|commits| {
        if commits.len() == 5 {
            commits.swap(1, 2)
        }
    });
    assert!(swapped.contains(&missing(2)), "{swapped:?}");
    let told_twice = in_the_log(|commits| {
        if commits.len() == 5 {
            commits.insert(1, commits[0].clone())
        }
    });
    assert!(!told_twice.is_empty());
}

#[test]
fn rows_of_facts() {
    let rows = [Finding::Rows { position: 2 }];
    fn altered(rows: &[Row], pieces: i64) -> Row {
        let first = rows[0].record::<Move>().unwrap().as_ref().clone();
        Row::one(rows[0].version, Arc::new(Move { pieces, ..first }))
    }
    assert_eq!(
        in_rows::<Move>(|rows| if !rows.is_empty() {
            rows[0] = altered(rows, 6)
        }),
        rows
    );
    assert_eq!(
        in_rows::<Move>(|rows| if !rows.is_empty() {
            drop(rows.remove(0))
        }),
        rows
    );
    let added: fn(&mut Vec<Row>) = |rows| {
        if !rows.is_empty() {
            rows.push(Row::one(2, Arc::new(Move::new(1, 3, 1, 7))));
        }
    };
    assert_eq!(in_rows::<Move>(added), rows);
    let of_another: fn(&mut Vec<Row>) = |rows| {
        if let Some(first) = rows.first_mut() {
            first.version = 3;
        }
    };
    let both = [Finding::Rows { position: 2 }, Finding::Rows { position: 3 }];
    assert_eq!(in_rows::<Move>(of_another), both);
    let of_none: fn(&mut Vec<Row>) = |rows| {
        if !rows.is_empty() {
            rows.push(Row::one(9, Arc::new(Move::new(1, 3, 1, 7))));
        }
    };
    assert_eq!(in_rows::<Move>(of_none), [Finding::Rows { position: 9 }]);
    // Made up where there is none at all.
    let log: fn(&mut Vec<Row>) = |rows| rows.push(Row::one(1, Arc::new(Log { number: 1 })));
    assert_eq!(in_rows::<Log>(log), [Finding::Rows { position: 1 }]);
}

#[test]
fn rows_of_state() {
    let shelf = |aisle, number| [state(&Shelf::new(aisle, number, 0))];
    let changed: fn(&mut Vec<Row>) = |rows| {
        if let Some(first) = rows.first_mut() {
            *first = Row::one(first.version, Arc::new(Shelf::new(1, 1, 12)));
        }
    };
    assert_eq!(in_rows::<Shelf>(changed), shelf(1, 1));
    assert_eq!(in_rows::<Shelf>(Vec::clear), shelf(1, 1));
    // As an earlier commit left it, under that commit's version.
    let older: fn(&mut Vec<Row>) = |rows| {
        if let Some(first) = rows.first_mut() {
            *first = Row::one(1, Arc::new(Shelf::new(1, 1, 10)));
        }
    };
    assert_eq!(in_rows::<Shelf>(older), shelf(1, 1));
    let risen: fn(&mut Vec<Row>) = |rows| {
        if !rows.is_empty() {
            rows.push(Row::one(1, Arc::new(Shelf::new(1, 2, 20))));
        }
    };
    assert_eq!(in_rows::<Shelf>(risen), shelf(1, 2), "deleted, and there again");
    let unheard: fn(&mut Vec<Row>) = |rows| {
        if !rows.is_empty() {
            rows.push(Row::one(3, Arc::new(Shelf::new(9, 9, 9))));
        }
    };
    assert_eq!(in_rows::<Shelf>(unheard), shelf(9, 9));
}

/// Changes what the index `by_day` of the moves names.
fn in_index(change: fn(&mut Vec<Row>)) -> Vec<Finding> {
    found(
        |_| {},
        move |scan, rows| {
            if scan.table == Move::TABLE && scan.index == Some(Move::BY_DAY.position()) {
                change(rows)
            }
        },
    )
}

#[test]
fn rows_of_an_index() {
    let damaged = [Finding::Index { table: "shop_move", index: "by_day" }];
    assert_eq!(in_index(|rows| drop(rows.pop())), damaged, "removed");
    assert_eq!(in_index(Vec::clear), damaged, "emptied");
    let other = |rows: &mut Vec<Row>| rows[0] = Row::one(2, Arc::new(Move::new(1, 1, 2, 5)));
    assert_eq!(in_index(other), damaged, "in another place");
    let added = |rows: &mut Vec<Row>| rows.push(Row::one(2, Arc::new(Move::new(1, 3, 1, 5))));
    assert_eq!(in_index(added), damaged, "added");
    assert_eq!(in_index(|rows| rows.push(rows[1].clone())), damaged, "named twice");
    assert_eq!(in_index(|rows| rows.swap(0, 1)), damaged, "out of order");
    // One for another: as many as there were.
    let swapped = |rows: &mut Vec<Row>| rows[1] = Row::one(2, Arc::new(Move::new(1, 9, 1, 6)));
    assert_eq!(in_index(swapped), damaged, "another in its place");
    // A row that the index does not know, because it was never written.
    let row = |scan: &Scan, rows: &mut Vec<Row>| {
        if scan.table == Move::TABLE && scan.index.is_none() {
            rows.push(Row::one(2, Arc::new(Move::new(1, 3, 1, 7))));
        }
    };
    let both = [Finding::Rows { position: 2 }, damaged[0].clone()];
    assert_eq!(found(|_| {}, row), both);
}

/// The log's own word on a state row is under the root of its commit, and of which row it is, under its content.
#[test]
fn what_the_log_says_of_state() {
    let other = in_commit(1, |commit| commit.seal.as_mut().unwrap().states[1].hash[0] ^= 1);
    assert_eq!(other, [Finding::Rows { position: 1 }]);
    // A change that is told as a deletion: the hash is no deletion's.
    let deleted = in_commit(3, |commit| commit.seal.as_mut().unwrap().states[0].deleted = true);
    assert!(deleted.contains(&Finding::Rows { position: 3 }), "{deleted:?}");
    // A deletion that is told as a change: then the row should be there.
    let kept = in_commit(4, |commit| commit.seal.as_mut().unwrap().states[0].deleted = false);
    let content = |position| Finding::Content { position };
    assert!(matches!(&kept[..], [at, Finding::State { .. }] if *at == content(4)), "{kept:?}");
    let forgotten = in_commit(4, |commit| commit.seal.as_mut().unwrap().states.clear());
    assert!(forgotten.contains(&Finding::Rows { position: 4 }), "{forgotten:?}");
}

/// As of which row the hash of a state is told.
fn told_as(commit: &mut Commit, state: usize, row: &dyn Stored) {
    commit.seal.as_mut().unwrap().states[state].key = row.row_key().bytes;
}

/// Shelf 1 as the first commit left it, where the third is told of shelf 2, which was deleted since: one for the other.
fn rolled_back(commits: &mut [Commit]) {
    let third = commits.iter_mut().filter(|commit| commit.position == 3);
    third.for_each(|commit| told_as(commit, 0, &Shelf::new(1, 2, 0)));
}

/// A row that is as an earlier commit left it, with the later one told of another row.
#[test]
fn a_state_row_rolled_back_where_the_log_was_told_of_another() {
    let older = |scan: &Scan, rows: &mut Vec<Row>| {
        if scan.table == Shelf::TABLE && !rows.is_empty() {
            rows[0] = Row::one(1, Arc::new(Shelf::new(1, 1, 10)));
        }
    };
    let findings = found(|commits| rolled_back(commits), older);
    assert_eq!(findings, [Finding::Content { position: 3 }]);
    // A deletion told of another row, so that the deleted one may stand again; and a row that is taken away with all that is told of it.
    let risen = |commits: &mut Vec<Commit>| {
        commits.iter_mut().filter(|commit| commit.position == 4).for_each(|commit| {
            told_as(commit, 0, &Shelf::new(1, 1, 0));
            commit.seal.as_mut().unwrap().states[0].deleted = false;
        });
    };
    assert!(in_the_log(risen).contains(&Finding::Content { position: 4 }));
    let swapped = in_commit(1, |commit| commit.seal.as_mut().unwrap().states.swap(0, 1));
    assert!(swapped.contains(&Finding::Content { position: 1 }), "{swapped:?}");
    let elsewhere = in_commit(1, |commit| {
        commit.seal.as_mut().unwrap().states[0].table = "shop_person".into();
    });
    assert!(elsewhere.contains(&Finding::Content { position: 1 }), "{elsewhere:?}");
}

/// What the log says as an earlier version sealed it: the content without labels.
fn as_before(commits: &mut [Commit]) {
    let mut previous = chain::GENESIS;
    for commit in commits {
        let seal = commit.seal.as_mut().unwrap();
        let (id, digest, meta) = (commit.id, &commit.digest, &commit.meta);
        let (events, answer, states) = (&commit.events, &commit.answer, &[]);
        let said = chain::Said { company: acme(), id, digest, meta, events, answer, states };
        seal.content = chain::content(&said, &seal.root);
        seal.link = chain::link(&previous, commit.position, &seal.content);
        previous = seal.link;
    }
}

/// Commits of an earlier version stand as they are; how many of them say nothing of labels is told.
#[test]
fn commits_that_were_sealed_before_labels_were() {
    for (name, inner) in stores() {
        history(inner.clone());
        assert_eq!(verified(&*inner).unlabelled, 0, "on {name}");
        let before = |commits: &mut Vec<Commit>| {
            if commits.len() == 5 {
                as_before(commits);
            }
        };
        let seen = verified(&altered(inner, before, |_, _| {}, false));
        // Four of the five wrote state rows.
        assert_eq!((seen.findings.as_slice(), seen.unlabelled), (&[][..], 4), "on {name}");
    }
}

/// The store's own ways to commands and counters, which no scan goes by.
#[test]
fn commands_and_counters_that_are_not_found_are_named() {
    for (name, inner) in stores() {
        history(inner.clone());
        let findings = verified(&altered(inner, |_| {}, |_, _| {}, true)).findings;
        let command = |position| Finding::Command { position };
        assert_eq!(findings[..5], [1, 2, 3, 4, 5].map(command), "on {name}");
        let counters: Vec<&Finding> = findings[5..].iter().collect();
        // The guards of aisle 1, of the item, of the item and day, and of the persons.
        assert_eq!(counters.len(), 4, "on {name}: {counters:?}");
        let counter = |found: &&Finding| matches!(found, Finding::Counter { .. });
        assert!(counters.iter().all(counter), "on {name}: {counters:?}");
        assert!(counters[0].to_string().contains("is not found by its key"));
    }
}

/// Each finding in words, with the position or the row.
#[test]
fn findings_in_words() {
    let words = [
        (Finding::Missing { position: 7 }, "commit 7 is missing"),
        (Finding::Unsealed { position: 7 }, "commit 7 has no seal"),
        (Finding::Content { position: 7 }, "commit 7 was changed after it was made"),
        (Finding::Link { position: 7 }, "commit 7 does not follow from the one before"),
        (Finding::Rows { position: 7 }, "rows written by commit 7 were changed, added or removed"),
    ];
    for (finding, expected) in words {
        assert_eq!(finding.to_string(), expected);
    }
    let other = Finding::Checkpoint { size: 7 }.to_string();
    assert_eq!(other, "the first 7 commits are not those of the checkpoint");
    let damaged = Finding::Index { table: "line", index: "by_day" }.to_string();
    assert!(damaged.starts_with("index by_day of line does not have the rows"), "{damaged}");
    let key = Shelf::new(1, 2, 0).row_key();
    let words = Finding::State { key }.to_string();
    assert!(words.starts_with("shop_shelf[1, 2]"), "{words}");
    assert!(words.ends_with(" is not as its last commit left it"), "{words}");
}

/// A store whose scans go round in circles: a row that lies behind where the next page begins.
#[test]
fn rows_out_of_order_end_what_reads_page_by_page() {
    for (name, inner) in stores() {
        history(inner.clone());
        let behind = |scan: &Scan, rows: &mut Vec<Row>| {
            if scan.table == Move::TABLE && scan.index.is_none() {
                rows.reverse();
            }
        };
        let store = altered(inner, |_| {}, behind, false);
        // Any page may be asked for: the second begins where the first one does, for ever.
        let circle = Circle(store);
        let error = chain::verify(&circle, acme(), &all_tables()).unwrap_err();
        assert!(matches!(&error, StoreError::Corrupt(why) if why.contains("shop_move")), "{error}");
        let host = Host::sync(name, Arc::new(circle));
        let read = host.try_view(|view| {
            use fondaco_core::Reading;
            view.peek_each(&fondaco_core::Range::<Move>::all(), |_| Ok::<(), ShopError>(()))
        });
        assert!(matches!(halt(read), fondaco_core::Halt::Store(StoreError::Corrupt(_))), "{name}");
    }
}

/// Answers every page of moves with as many rows as were asked for, always the same.
struct Circle(Altered);

impl Store for Circle {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        self.0.prepare(tables)
    }
    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        let mut again = read.clone();
        for ask in &mut again.asks {
            if let Ask::Scan(scan) = ask
                && scan.table == Move::TABLE
            {
                scan.from = fondaco_core::store::KeyBytes::new(&[]);
            }
        }
        let mut answer = self.0.read(&again)?;
        for (ask, reply) in again.asks.iter().zip(&mut answer.replies) {
            if let (Ask::Scan(scan), Reply::Rows(rows)) = (ask, reply)
                && scan.table == Move::TABLE
            {
                let some = rows.clone();
                *rows = some.into_iter().cycle().take(scan.limit).collect();
            }
        }
        Ok(answer)
    }
    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        self.0.commit(batch)
    }
    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        self.0.feed(from)
    }
}
