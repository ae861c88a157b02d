//! `verify` finds every sort of wrong row of open items, and blames nothing else.

use fondaco_accounting::ledger::*;
use fondaco_core::store::{
    Ask, Batch, Change, Key, KeyBytes, KeyParts, Meta, Read, Record, Reply, Row, Scan,
};
use fondaco_core::{ActorId, CommandId, CompanyId, Currency, Id};

use crate::common::*;
use crate::firm::*;

/// Books with an open invoice, one that was paid in dollars, and a clearing that was undone.
fn sound() -> Firm {
    let firm = in_memory_by_items();
    let posting = |account: &str, side, worth: &str| {
        NewPosting::new(account, side, usd("10")).worth(eur(worth))
    };
    let bill = NewEntry::new("GEN", d("2026-01-05"))
        .posting(posting("1200", Side::Debit, "9"))
        .posting(posting("4000", Side::Credit, "9"));
    let paid_dollars = NewEntry::new("GEN", d("2026-01-07"))
        .posting(posting("1000", Side::Debit, "8"))
        .posting(posting("1200", Side::Credit, "8"));
    let bill = ItemKey::new(firm.post("dollars", bill).id, 1);
    firm.at_minute(1);
    let dollars = ItemKey::new(firm.post("paid dollars", paid_dollars).id, 2);
    firm.must("clear dollars", &Clear::new("1200").all(bill).all(dollars));
    firm.at_minute(2);
    let bill = invoiced(&firm, "bill", "2026-02-05", "50.00 EUR");
    let cheque = paid(&firm, "cheque", "2026-02-06", "50.00 EUR");
    let cleared = firm.must("clear", &Clear::new("1200").all(bill).all(cheque));
    firm.must("undo", &Unclear::new(cleared.clearing).on(d("2026-02-10")));
    firm.clean();
    firm
}

/// The books with a write past the ledger.
fn tampered(change: impl Fn(&Firm) -> Change) -> Vec<String> {
    let firm = sound();
    let meta = Meta::new(ActorId::new("nobody"), minute(3));
    let mut batch = Batch::new(CompanyId::named("acme"), CommandId::named("tamper"), meta);
    batch.changes.push(change(&firm));
    firm.store.commit(batch).unwrap();
    firm.view(|view| verify(view)).iter().map(ToString::to_string).collect()
}

fn rows<R: Record>(firm: &Firm) -> Vec<(u64, R)> {
    let scan = Scan {
        table: R::TABLE,
        index: None,
        from: KeyBytes::new(&[]),
        to: None,
        backwards: false,
        limit: usize::MAX,
    };
    let read = Read::now(CompanyId::named("acme"), vec![Ask::Scan(scan)]);
    match firm.store.read(&read).unwrap().replies.remove(0) {
        Reply::Rows(rows) => rows
            .iter()
            .map(|row: &Row| (row.version, row.record::<R>().unwrap().as_ref().clone()))
            .collect(),
        other => panic!("{other:?}"),
    }
}

fn insert<R: Record>(row: R) -> Change {
    Change::Insert(Box::new(vec![row]))
}

/// The first row that fits, changed.
fn put<R: Record>(firm: &Firm, fits: impl Fn(&R) -> bool, change: impl Fn(&mut R)) -> Change {
    let (seen, mut row) = rows::<R>(firm).into_iter().find(|(_, row)| fits(row)).unwrap();
    change(&mut row);
    Change::Put { row: std::sync::Arc::new(row), seen }
}

fn units(cents: i64) -> Amount {
    Amount::from_units(cents * 100)
}

#[test]
fn an_item_that_stands_otherwise() {
    let wrong: [fn(&mut OpenItem); 6] = [
        |item| item.due_date = d("2026-03-01"),
        |item| item.open_in = None,
        |item| item.party = Some(party("ada")),
        |item| item.source = Some("else".into()),
        |item| item.clearable_from = item.date,
        |item| item.document_date = d("2026-03-01"),
    ];
    for wrong in wrong {
        let found = tampered(|firm| put::<OpenItem>(firm, |item| item.open == units(5000), wrong));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].ends_with("does not stand as it must"), "{found:?}");
    }
    let found = tampered(|firm| {
        put::<OpenItem>(firm, |item| item.open == units(5000), |item| item.open = units(4999))
    });
    assert!(found[0].ends_with("does not stand as it must"), "{found:?}");
    assert_eq!(found[1], "what is open of 1200 in EUR is not its balance");
    assert_eq!(found.len(), 2);
}

#[test]
fn an_item_of_no_posting_and_a_posting_without_its_item() {
    let found = tampered(|firm| {
        let (_, item) = rows::<OpenItem>(firm).remove(0);
        insert(OpenItem { entry: Id::from_u128(7), ..item })
    });
    assert_eq!(
        found,
        [
            "the item of line 1 of entry 00000000-0000-0000-0000-000000000007 does not stand as it must"
        ]
    );
    let found = tampered(|firm| {
        let (seen, item) =
            rows::<OpenItem>(firm).into_iter().find(|row| row.1.open == units(5000)).unwrap();
        Change::Delete { key: Key { table: OpenItem::TABLE, bytes: item.key().to_bytes() }, seen }
    });
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[1], "what is open of 1200 in EUR is not its balance");
}

#[test]
fn a_clearing_that_does_not_fit() {
    let says =
        |found: &[String]| found.iter().filter(|found| found.starts_with("clearing ")).count();
    let wrong: [fn(&mut ClearingDifference); 4] = [
        |left| left.open_in = None,
        |left| left.ledger_amount = units(101),
        |left| left.date = d("2026-03-01"),
        |left| left.account = "2000".into(),
    ];
    for wrong in wrong {
        let found = tampered(|firm| put::<ClearingDifference>(firm, |_| true, wrong));
        assert_eq!((says(&found), found.len()), (1, 1), "{found:?}");
    }
    // A clearing without lines; a line too many; an undoing of nothing; a difference of nothing.
    let found = tampered(|firm| {
        let (_, clearing) = rows::<Clearing>(firm).remove(0);
        insert(Clearing { id: Id::from_u128(7), ..clearing })
    });
    assert_eq!((says(&found), found.len()), (1, 1), "{found:?}");
    let found = tampered(|firm| {
        let (_, line) = rows::<ClearingLine>(firm).remove(0);
        insert(ClearingLine { number: 3, ..line })
    });
    assert_eq!(says(&found), 1, "{found:?}");
    let found = tampered(|firm| {
        let (_, undone) = rows::<Unclearing>(firm).remove(0);
        insert(Unclearing { clearing: Id::from_u128(7), ..undone })
    });
    assert_eq!((says(&found), found.len()), (1, 1), "{found:?}");
    let found = tampered(|firm| {
        let (_, left) = rows::<ClearingDifference>(firm).remove(0);
        insert(ClearingDifference { currency: Currency::GBP, ..left })
    });
    assert_eq!((says(&found), found.len()), (1, 1), "{found:?}");
}

/// Undoing a clearing past the ledger leaves its items and its difference behind.
#[test]
fn an_undoing_that_gave_nothing_back() {
    let found = tampered(|firm| {
        let clearings = rows::<Clearing>(firm);
        let undone = rows::<Unclearing>(firm).remove(0).1;
        let still = clearings.into_iter().find(|(_, row)| row.id != undone.clearing).unwrap().1;
        insert(Unclearing { clearing: still.id, ..undone })
    });
    assert_eq!(found.len(), 4, "two items, the clearing and the balance: {found:?}");
}
