//! Many who clear at once: of those who want the same item one wins; those who want different ones don't meet.

use fondaco_accounting::ledger::*;
use fondaco_testkit::Counting;

use crate::common::*;
use crate::firm::*;

const WRITERS: usize = 8;

#[test]
fn of_many_who_clear_one_item_exactly_one_wins() {
    for (name, store) in stores() {
        let firm = by_items(Firm::on(name, store));
        let bill = invoiced(&firm, "bill", "2026-01-05", "50.00 EUR");
        let cheques: Vec<ItemKey> = (0..WRITERS)
            .map(|n| paid(&firm, &format!("cheque {n}"), "2026-01-06", "50.00 EUR"))
            .collect();
        let told: Vec<String> = std::thread::scope(|scope| {
            let clear = |(n, cheque): (usize, &ItemKey)| {
                let (books, clear) =
                    (firm.books.clone(), Clear::new("1200").all(bill).all(*cheque));
                scope.spawn(move || match books.send(&format!("clear {n}"), &clear) {
                    Ok(_) => "won".to_owned(),
                    Err(error) => error.code().to_owned(),
                })
            };
            let threads: Vec<_> = cheques.iter().enumerate().map(clear).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let won = told.iter().filter(|told| *told == "won").count();
        let late = told.iter().filter(|told| *told == "accounting.item_cleared").count();
        assert_eq!((won, late), (1, WRITERS - 1), "on {name}: {told:?}");
        assert_eq!(found(&firm, &customers()).items.len(), WRITERS - 1);
        firm.clean();
    }
}

/// Each clears its own pair on one account: no commit is refused, so nobody waits for another or tries again.
#[test]
fn different_items_of_an_account_do_not_collide() {
    for (name, store) in in_process() {
        let counting = Counting::over(store);
        let firm = by_items(Firm::on(name, counting.clone()));
        let pairs: Vec<[ItemKey; 2]> = (0..WRITERS)
            .map(|n| {
                let bill = invoiced(&firm, &format!("bill {n}"), "2026-01-05", "50.00 EUR");
                [bill, paid(&firm, &format!("cheque {n}"), "2026-01-06", "50.00 EUR")]
            })
            .collect();
        let before = counting.commits();
        std::thread::scope(|scope| {
            for (n, [bill, cheque]) in pairs.iter().enumerate() {
                let (books, clear) =
                    (firm.books.clone(), Clear::new("1200").all(*bill).all(*cheque));
                scope.spawn(move || books.send(&format!("clear {n}"), &clear).unwrap());
            }
        });
        let commits = counting.commits() - before;
        let refused = counting.refused();
        assert_eq!((commits, refused), (WRITERS, 0), "on {name}");
        assert_eq!(open(&firm, &customers()), "");
        firm.clean();
    }
}
