//! Threads that sell the last piece: exactly what is there goes out, whoever is first, on every store.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use fondaco_core::DocumentId;
use fondaco_core::store::Store;
use fondaco_inventory::StockError;
use fondaco_inventory::levels::{self, BalanceOf};
use fondaco_inventory::moves::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::reserve::*;
use fondaco_inventory::valuation::Method;
use fondaco_inventory::value::*;
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::Model;

use crate::host::*;

const SELLERS: i64 = 4;
const TRIES: i64 = 12;

/// Sellers at once, each with a host of his own over one store; how many of their tries were done.
fn crowd(
    (name, store): (&'static str, Arc<dyn Store>),
    pieces: i64,
    sell: impl Fn(&Host, &str) -> Result<(), StockError> + Sync,
) -> Host {
    let host = Host::on(name, store.clone()).set_up();
    host.made("come", NewMove::receipt(bolt(), pcs(pieces), "MAIN/A", today()));
    let done = AtomicI64::new(0);
    std::thread::scope(|scope| {
        for seller in 0..SELLERS {
            let (store, done, sell) = (store.clone(), &done, &sell);
            scope.spawn(move || {
                let host = Host::on(name, store);
                for n in 0..TRIES {
                    match sell(&host, &format!("seller {seller}, {n}")) {
                        Ok(()) => done.fetch_add(1, Ordering::SeqCst),
                        Err(error) => {
                            assert!(
                                ["inventory.short", "inventory.bin_short"].contains(&error.code()),
                                "{error}"
                            );
                            0
                        }
                    };
                }
            });
        }
    });
    assert_eq!(done.load(Ordering::SeqCst), pieces.min(SELLERS * TRIES), "on {name}");
    host.clean();
    host
}

fn each_store(test: impl Fn((&'static str, Arc<dyn Store>))) {
    test(("memory", Arc::new(Memory::new())));
    test(("model", Arc::new(Model::new())));
    test(("sqlite", Arc::new(Sqlite::in_memory().unwrap())));
}

#[test]
fn no_piece_is_sold_twice() {
    each_store(|store| {
        let host = crowd(store, 20, |host, name| {
            host.send(name, &MoveStock::new(vec![issue(bolt(), "1 pcs", "MAIN/A")])).map(|_| ())
        });
        assert_eq!(host.figures(bolt(), main_site())[0], "0");
    });
}

#[test]
fn no_piece_is_promised_twice() {
    each_store(|store| {
        let host = crowd(store, 20, |host, name| {
            let wanted = Wanted::new(bolt(), main_site(), pcs(1));
            host.send(name, &Reserve::new(DocumentId::named(name), vec![wanted])).map(|_| ())
        });
        assert_eq!(host.figures(bolt(), main_site())[..2], ["20", "20"]);
    });
}

#[test]
fn what_waits_gets_what_comes_at_the_same_time() {
    each_store(|(name, store)| {
        let host = Host::on(name, store.clone()).set_up();
        std::thread::scope(|scope| {
            for seller in 0..2 {
                let store = store.clone();
                scope.spawn(move || {
                    let host = Host::on(name, store);
                    for n in 0..10 {
                        let wanted = Wanted::new(bolt(), main_site(), pcs(3));
                        let document = DocumentId::named(&format!("order {seller}, {n}"));
                        let reserve = Reserve::new(document, vec![wanted]);
                        let reserve = Reserve { otherwise: Otherwise::Backorder, ..reserve };
                        host.must(&format!("order {seller}, {n}"), &reserve);
                    }
                });
            }
            for truck in 0..2 {
                let store = store.clone();
                scope.spawn(move || {
                    let host = Host::on(name, store);
                    for n in 0..10 {
                        host.made(
                            &format!("truck {truck}, {n}"),
                            receipt(bolt(), "2 pcs", "MAIN/A"),
                        );
                    }
                });
            }
        });
        // All that came is promised, and what did not come waits: nobody was missed.
        assert_eq!(
            host.figures(bolt(), main_site()),
            ["40", "40", "0", "0", "0", "0", "20"].map(str::to_owned),
            "on {name}"
        );
        host.clean();
    });
}

/// Who enters the moves of several days at once leaves no day below zero, though each is judged by what others have entered.
#[test]
fn no_day_falls_below_zero_whoever_enters_its_moves() {
    each_store(|(name, store)| {
        Host::on(name, store.clone()).set_up();
        std::thread::scope(|scope| {
            for clerk in 0..3_u64 {
                let store = store.clone();
                scope.spawn(move || {
                    let host = Host::on(name, store);
                    for n in 0..24_u64 {
                        let day = today() - chrono::Days::new((n * 5 + clerk * 7) % 11);
                        let new = match (n + clerk) % 3 {
                            0 => NewMove::receipt(bolt(), pcs(2), "MAIN/A", day),
                            _ => NewMove::issue(bolt(), pcs(1), "MAIN/A", day),
                        };
                        match host.send(&format!("{clerk}, {n}"), &MoveStock::new(vec![new])) {
                            Ok(_) => {}
                            Err(error) => assert!(error.code().contains("short"), "{error}"),
                        }
                    }
                });
            }
        });
        let host = Host::on(name, store);
        let of =
            BalanceOf { location: Some("MAIN/A".into()), ..BalanceOf::site(bolt(), main_site()) };
        for back in 0..11 {
            let day = today() - chrono::Days::new(back);
            let then = host.view(|view| levels::on_hand_at(view, &of, day));
            assert!(then.units() >= 0, "on {name}: {then:?} at the end of {day}");
        }
        host.clean();
    });
}

/// What each sells costs what its piece did, whoever is first: each layer leaves once, and what is left is worth what its layers are.
#[test]
fn sellers_at_once_take_each_layer_once() {
    each_store(|(name, store)| {
        let host = Host::on(name, store.clone()).set_up();
        crate::value::valued(&host, Method::Fifo);
        let cost = |n: i64| crate::value::euro(&n.to_string());
        let come = (1..=20).map(|n| receipt(bolt(), "1 pcs", "MAIN/A").cost(cost(n)));
        host.must("come", &MoveStock::new(come.collect()));
        std::thread::scope(|scope| {
            for seller in 0..SELLERS {
                let store = store.clone();
                scope.spawn(move || {
                    let host = Host::on(name, store);
                    for n in 0..4 {
                        host.made(&format!("{seller}, {n}"), issue(bolt(), "1 pcs", "MAIN/A"));
                    }
                });
            }
        });
        let left = host.view(|view| stock_value(view, &ValueQuery::default()));
        assert_eq!(left.total(), cost(17 + 18 + 19 + 20), "on {name}");
        crate::value::verified(&host);
    });
}
