//! Many who post to one limited account at once: what is there goes out exactly once, and nobody waits for nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::*;
use fondaco_core::store::Store;
use fondaco_store::{Redb, Sqlite};
use fondaco_testkit::{Counting, Moment, Slipping};

/// Stores in files, in a folder that goes with it.
struct Files(std::path::PathBuf);

impl Files {
    fn of(test: &str) -> Files {
        let name = format!("fondaco-crowds-{test}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Files(folder)
    }

    fn stores(&self) -> [(&'static str, Arc<dyn Store>); 2] {
        let sqlite = Sqlite::open(self.0.join("books.db")).unwrap();
        let redb = Redb::open(self.0.join("books.redb")).unwrap();
        [("an SQLite file", Arc::new(sqlite)), ("a redb file", Arc::new(redb))]
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_hundred_euros_go_out_once() {
    let files = Files::of("once");
    for (name, store) in stores().into_iter().chain(files.stores()) {
        let firm = wallets(Firm::on(name, store));
        firm.post("in", pay("1000", "w1", "100"));
        let paid = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for who in 0..6 {
                let (books, paid) = (firm.books.clone(), &paid);
                scope.spawn(move || {
                    for n in 0..30 {
                        match books.post(&format!("{who}/{n}"), pay("w1", "4000", "1")) {
                            Ok(_) => {
                                paid.fetch_add(1, Ordering::SeqCst);
                            }
                            Err(error) => {
                                let code = fondaco_core::ActError::code(&error);
                                assert_eq!(code, "accounting.exceeds_credits", "{error}");
                            }
                        }
                    }
                });
            }
        });
        assert_eq!(paid.load(Ordering::SeqCst), 100, "on {name}");
        assert_eq!(sums(&firm, "w1"), ["100", "100", "0", "0"].map(String::from));
        firm.clean();
    }
}

/// Many who post and void the same holds, and who send the same keys: each hold is settled once, each key stands for one entry.
#[test]
fn holds_are_settled_once_and_keys_posted_once_by_whoever_is_first() {
    const HOLDS: usize = 8;
    let files = Files::of("holds");
    for (name, store) in stores().into_iter().chain(files.stores()) {
        let firm = wallets(Firm::on(name, store));
        firm.post("in", pay("1000", "w1", "100"));
        for n in 0..HOLDS {
            let held = NewPending::new(pay("w1", "4000", "5").key(format!("hold/{n}")));
            firm.must(&format!("hold {n}"), &RecordPending::new(held));
        }
        let (posted, voided) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for who in 0..4 {
                let (books, posted, voided) = (firm.books.clone(), &posted, &voided);
                scope.spawn(move || {
                    for n in 0..HOLDS {
                        let hold = PendingRef::Key(format!("hold/{n}").into());
                        let name = format!("{who}/{n}");
                        let done = match (who + n) % 2 {
                            0 => books.send(&name, &PostPending::new(hold)).map(|_| posted),
                            _ => books.send(&name, &VoidPending::new(hold)).map(|_| voided),
                        };
                        match done {
                            Ok(count) => {
                                count.fetch_add(1, Ordering::SeqCst);
                            }
                            Err(error) => {
                                let code = fondaco_core::ActError::code(&error);
                                assert!(code.starts_with("accounting.pending_already"), "{error}");
                            }
                        }
                        let once = pay("1000", "w2", "1").key(format!("once/{n}"));
                        books.post(&format!("once {name}"), once).unwrap();
                    }
                });
            }
        });
        let (posted, voided) = (posted.into_inner(), voided.into_inner());
        assert_eq!(posted + voided, HOLDS, "on {name}");
        assert_eq!(sums(&firm, "w1"), [&(5 * posted).to_string(), "100", "0", "0"]);
        assert_eq!(sums(&firm, "w2"), ["0", "8", "0", "0"]);
        firm.clean();
    }
}

/// Who is not refused collides with nobody: what was peeked at may be old.
#[test]
fn writers_within_the_limit_do_not_collide() {
    let inner: Arc<dyn Store> = Arc::new(fondaco_store::Memory::new());
    let store = Counting::over(inner);
    let firm = wallets(Firm::on("memory", store.clone()));
    firm.post("in", pay("1000", "w1", "1000"));
    std::thread::scope(|scope| {
        for who in 0..6 {
            let books = firm.books.clone();
            scope.spawn(move || {
                for n in 0..50 {
                    let entries = vec![pay("w1", "4000", "1"), pay("1000", "w1", "1")];
                    let answer =
                        books.send(&format!("{who}/{n}"), &PostEach::new(entries)).unwrap();
                    assert!(answer.answer.entries.iter().all(Result::is_ok));
                }
            });
        }
    });
    assert_eq!(store.refused(), 0, "a commit was refused");
    assert_eq!(sums(&firm, "w1"), ["300", "1300", "0", "0"].map(String::from));
    firm.clean();
}

/// A firm of wallets after `prepare`, on a store that lets somebody else post `other` right before its next commit.
fn with_somebody_else(prepare: impl Fn(&Firm), other: NewEntry) -> Firm {
    let inner: Arc<dyn Store> = Arc::new(fondaco_store::Memory::new());
    let firm = wallets(Firm::on("memory", inner.clone()));
    prepare(&firm);
    let books = firm.books.clone();
    let slipping = Slipping::over(inner, Moment::Commit(1), move |_| {
        books.post("somebody else", other).unwrap();
    });
    Firm::on("slipping", slipping)
}

/// Which of a batch's entries are posted.
fn posted(firm: &Firm, entries: Vec<NewEntry>) -> Vec<bool> {
    let answer = firm.must("mine", &PostEach::new(entries)).entries;
    answer.iter().map(Result::is_ok).collect()
}

/// The floor under a batch is the sequential check: it refuses what another's payment makes too much, in its order, though the
/// sum of the batch would be within the limit.
#[test]
fn a_floor_that_breaks_is_judged_again_in_order() {
    let ten = |firm: &Firm| {
        firm.post("in", pay("1000", "w1", "10"));
    };
    let mine = with_somebody_else(ten, pay("w1", "4000", "3"));
    // 10, less 8, and 8 again: the batch adds nothing, but on its way it needs 8.
    let entries = vec![pay("w1", "4000", "8"), pay("1000", "w1", "8"), pay("w1", "4000", "8")];
    assert_eq!(posted(&mine, entries), [false, true, true]); // 7 are left for the first
    assert_eq!(sums(&mine, "w1"), ["11", "18", "0", "0"].map(String::from));
    mine.clean();
}

/// What counts is the lowest point on the way, not where the batch ends nor its last step down.
#[test]
fn the_lowest_point_of_a_batch_is_its_floor() {
    let ten = |firm: &Firm| {
        firm.post("in", pay("1000", "w1", "10"));
    };
    let mine = with_somebody_else(ten, pay("w1", "4000", "5"));
    // 10, less 8, more 20, less 1: with 5 gone, the first would overdraw though the last stands at 16.
    let entries = vec![pay("w1", "4000", "8"), pay("1000", "w1", "20"), pay("w1", "4000", "1")];
    assert_eq!(posted(&mine, entries), [false, true, true]);
    assert_eq!(sums(&mine, "w1"), ["6", "30", "0", "0"].map(String::from));
    mine.clean();
}

/// The same of a spending limit: what is spent on the way counts, though some comes back in the batch.
#[test]
fn the_highest_point_of_a_batch_is_what_a_spending_limit_sees() {
    let limited = |firm: &Firm| {
        let limit = SetSpendingLimit::new("L", "Limit", fondaco_core::Currency::EUR);
        firm.must("limit", &limit.account("5000").refuse_above(eur("10")));
    };
    let mine = with_somebody_else(limited, pay("5000", "1000", "5"));
    let entries =
        vec![pay("5000", "1000", "8"), pay("1000", "5000", "8"), pay("5000", "1000", "1")];
    assert_eq!(posted(&mine, entries), [false, true, true]);
    mine.clean();
}
