//! A view shows one moment, however long it takes and whoever writes meanwhile.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use crate::common::*;
use fondaco_core::store::{
    Answer, At, Batch, Commit, FeedFrom, Prepared, Read, Store, StoreError, Table,
};
use fondaco_core::{Range, Reading};

#[test]
fn a_view_shows_one_snapshot_across_many_pages() {
    on_every_host(|host| {
        host.done("fill", |tx| {
            tx.insert_all((0..9_000).map(|n| Shelf::new(1, n, 1)).collect::<Vec<_>>())?;
            Ok(tx.add_all(vec![Stock::of(1, 1, 9_000)])?)
        });
        let (written, store) = (AtomicU32::new(0), host.store.clone());
        let sums = host.view(|view| {
            let (mut count, mut load) = (0, 0);
            view.peek_each(&Range::<Shelf>::all(), |shelf| {
                count += 1;
                load += shelf.load;
                if count % 3_000 == 1 {
                    let n = written.fetch_add(1, Ordering::SeqCst);
                    elsewhere(&*store, &format!("write {n}"), |tx| {
                        tx.get::<Shelf>(&(1, 8_999))?;
                        tx.put(Shelf::new(1, 8_999, 1_000))?;
                        tx.insert(Shelf::new(1, 10_000 + i64::from(n), 1_000))?;
                        tx.get::<Shelf>(&(1, 8_000 + i64::from(n)))?;
                        tx.delete::<Shelf>(&(1, 8_000 + i64::from(n)))?;
                        Ok(tx.add_all(vec![Stock::of(1, 1, 1)])?)
                    });
                }
                Ok::<(), ShopError>(())
            })?;
            let by_load = view.peek_scan(&Range::by(Shelf::BY_LOAD, &1i64))?.len();
            let stock = view.peek::<Stock>(&(1, 1))?.unwrap().on_hand;
            assert_eq!(view.position(), 1);
            Ok((count, load, by_load, stock))
        });
        assert!(written.load(Ordering::SeqCst) >= 3);
        assert_eq!(sums, (9_000, 9_000, 9_000, 9_000), "on {}", host.name);
    });
}

#[test]
fn writers_in_other_threads_do_not_show() {
    for (name, store) in stores() {
        let host = Host::sync(name, store.clone());
        host.done("fill", |tx| {
            Ok(tx.insert_all((0..500).map(|n| Shelf::new(1, n, 0)).collect::<Vec<_>>())?)
        });
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for n in 0..40 {
                    elsewhere(&*store, &format!("all {n}"), |tx| {
                        let shelves = tx.scan(&Range::<Shelf>::by_key(&1i64))?;
                        shelves.iter().try_for_each(|shelf| {
                            Ok(tx.put(Shelf { load: shelf.load + 1, ..shelf.as_ref().clone() })?)
                        })
                    });
                }
            });
            for _ in 0..40 {
                let loads = host.view(|view| {
                    let first = view.peek::<Shelf>(&(1, 0))?.unwrap().load;
                    let all = view.peek_scan(&Range::<Shelf>::all())?;
                    let last =
                        view.peek_scan(&Range::by(Shelf::BY_LOAD, &1i64).backwards().limit(1))?;
                    Ok((first, all.iter().all(|shelf| shelf.load == first), last[0].load == first))
                });
                assert!(loads.1 && loads.2, "on {name}: a torn reading, {loads:?}");
            }
        });
    }
}

/// Forgets each hold before so many of its readings.
struct Forgetful<S> {
    inner: S,
    left: Mutex<u32>,
    last_too: bool,
    holds: AtomicU32,
}

impl<S: Store> Store for Forgetful<S> {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        self.inner.prepare(tables)
    }
    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        match read.at {
            At::Hold => {
                self.holds.fetch_add(1, Ordering::SeqCst);
            }
            At::Held(_) => {
                let mut left = self.left.lock().unwrap();
                if *left > 0 {
                    *left -= 1;
                    return Err(StoreError::SnapshotGone);
                }
            }
            At::Last(_) if self.last_too => {
                self.inner.read(read)?;
                return Err(StoreError::SnapshotGone);
            }
            _ => {}
        }
        self.inner.read(read)
    }
    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        self.inner.commit(batch)
    }
    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        self.inner.feed(from)
    }
}

fn forgetful(left: u32, last_too: bool, test: impl Fn(&Host, &Forgetful<Arc<dyn Store>>)) {
    for (name, inner) in stores() {
        Host::sync(name, inner.clone()).done("fill", |tx| Ok(tx.insert(Shelf::new(1, 1, 5))?));
        for asynchronous in [false, true] {
            let (left, holds) = (Mutex::new(left), AtomicU32::new(0));
            let store = Arc::new(Forgetful { inner: inner.clone(), left, last_too, holds });
            let host = match asynchronous {
                false => Host::sync(name, store.clone()),
                true => Host::asynchronous(name, store.clone()),
            };
            test(&host, &store);
        }
    }
}

#[test]
fn a_view_whose_snapshot_is_gone_starts_again() {
    forgetful(3, false, |host, store| {
        let load = host.view(|view| Ok(view.peek::<Shelf>(&(1, 1))?.unwrap().load));
        assert_eq!((load, store.holds.load(Ordering::SeqCst)), (5, 4), "on {}", host.name);
    });
}

#[test]
fn a_view_on_a_store_that_never_holds_ends_in_an_error() {
    forgetful(u32::MAX, false, |host, _| {
        let gone = host.try_view(|view| Ok(view.peek::<Shelf>(&(1, 1))?.is_some()));
        assert_eq!(halt(gone).code(), "store.snapshot_gone");
    });
}

#[test]
fn a_hold_that_is_gone_when_it_is_released_does_no_harm() {
    forgetful(0, true, |host, store| {
        let load = host.view(|view| Ok(view.peek::<Shelf>(&(1, 1))?.unwrap().load));
        assert_eq!((load, store.holds.load(Ordering::SeqCst)), (5, 1), "on {}", host.name);
    });
}

#[test]
fn a_view_of_a_company_without_commits_is_empty() {
    on_every_host(|host| {
        let seen = host.view(|view| {
            assert_eq!(view.position(), 0);
            Ok(view.peek_scan(&Range::<Shelf>::all())?.len())
        });
        assert_eq!(seen, 0);
        let refused = host.try_view(|_| no::<()>("a view may refuse"));
        assert_eq!(refusal(refused), "a view may refuse");
    });
}
