//! `verify` finds every sort of wrong row, and blames nothing else.

use std::collections::BTreeSet;

use crate::common::*;
use fondaco_accounting::Books;
use fondaco_accounting::ledger::*;
use fondaco_core::store::{
    Batch, Change, Drawn, Meta, Read, Record, Row, Rows, Scan, Store, Value, ValueRow,
};
use fondaco_core::{ActorId, CommandId, CompanyId, Currency, Driver, Envelope, Id, PartyId, party};
use fondaco_store::Memory;

/// Books with a sale of each month, and a write past the ledger.
fn tampered(change: impl Fn(&Firm) -> Change) -> Firm {
    let firm = in_memory().set_up();
    for month in 1..=4 {
        // Ids are in order of time.
        firm.at_minute(month);
        firm.post(&month.to_string(), sale(&format!("2026-0{month}-05"), "1.00"));
    }
    firm.clean();
    let mut batch = Batch::new(
        CompanyId::named("acme"),
        CommandId::named("tamper"),
        Meta::new(ActorId::new("nobody"), minute(0)),
    );
    batch.changes.push(change(&firm));
    firm.store.commit(batch).unwrap();
    firm
}

fn found(firm: &Firm) -> Vec<String> {
    firm.view(|view| verify(view)).iter().map(ToString::to_string).collect()
}

fn rows<R: Record>(firm: &Firm) -> Vec<R> {
    let scan = Scan {
        table: R::TABLE,
        index: None,
        from: fondaco_core::store::KeyBytes::new(&[]),
        to: None,
        backwards: false,
        limit: usize::MAX,
    };
    let read = Read::now(CompanyId::named("acme"), vec![fondaco_core::store::Ask::Scan(scan)]);
    match firm.store.read(&read).unwrap().replies.remove(0) {
        fondaco_core::store::Reply::Rows(rows) => {
            rows.iter().map(|row: &Row| row.record::<R>().unwrap().as_ref().clone()).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn insert<R: Record>(row: R) -> Change {
    Change::Insert(Box::new(vec![row]))
}

/// An id that no entry has, before or after all others.
fn id(late: bool) -> Id<Entry> {
    Id::from_u128(if late { u128::MAX } else { 1 })
}

fn balance_says(account: &str, period: &str) -> String {
    format!("the balance of {account} in {period}, EUR, is not the sum of its postings")
}

#[test]
fn sound_books_have_nothing_to_find() {
    let firm = in_memory().set_up();
    firm.post("a", sale("2026-01-05", "1.00"));
    assert_eq!(found(&firm), Vec::<String>::new());
    let verified = firm.books.verify().unwrap();
    assert!(verified.is_clean() && verified.chain.commits == 6);
}

/// A driver that serves another engine besides: what that one keeps is no tampering with the books.
#[test]
fn another_engine_beside_the_books_is_no_false_alarm() {
    let driver = Driver::new(Memory::new(), CompanyId::named("acme"));
    driver.prepare(party::TABLES).unwrap();
    let books = Books::over(driver).unwrap();
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    let envelope = Envelope::new(CommandId::named("ada"), ActorId::new("clerk"), minute(0));
    let ada = party::RegisterParty::person(PartyId::named("ada"), "Ada");
    books.driver().carry_out(envelope, &ada).unwrap();
    let verified = books.verify().unwrap();
    assert!(verified.is_clean(), "{verified}");
    assert_eq!(verified.chain.commits, 2);
}

#[test]
fn an_entry_without_postings_and_with_a_number_out_of_order() {
    let firm = tampered(|firm| {
        let entry = rows::<Entry>(firm).remove(0);
        insert(Entry { id: id(true), number: Drawn::Number(9), ..entry })
    });
    assert_eq!(
        found(&firm),
        [
            format!("entry {} has no postings", id(true)),
            "number 5 of journal GEN in 2026 is missing or was given twice".into(),
        ]
    );
}

#[test]
fn a_number_given_twice() {
    let firm = tampered(|firm| {
        let entry = rows::<Entry>(firm).remove(0);
        insert(Entry { id: id(true), number: Drawn::Number(2), ..entry })
    });
    assert!(
        found(&firm)
            .contains(&"number 3 of journal GEN in 2026 is missing or was given twice".into())
    );
}

#[test]
fn a_posting_without_its_entry_is_a_stray_and_nobody_else_is_blamed() {
    for late in [false, true] {
        let firm = tampered(|firm| {
            let posting = rows::<Posting>(firm).remove(0);
            insert(Posting { entry: id(late), ..posting })
        });
        let expected = [
            format!("posting 1 of entry {} does not fit its entry", id(late)),
            balance_says("1000", "2026-01"),
        ];
        assert_eq!(found(&firm), expected, "late: {late}");
    }
}

#[test]
fn a_posting_too_many_unbalances_its_entry_and_its_balance() {
    let firm = tampered(|firm| {
        let posting = rows::<Posting>(firm).remove(0);
        insert(Posting { line: 3, ..posting })
    });
    let entry = rows::<Entry>(&firm).remove(0).id;
    assert_eq!(
        found(&firm),
        [format!("entry {entry} does not balance in EUR"), balance_says("1000", "2026-01")]
    );
}

#[test]
fn a_posting_of_another_date_or_period() {
    for (date, period, balance) in
        [("2026-01-06", 202_601, "2026-01"), ("2026-01-05", 202_602, "2026-02")]
    {
        let firm = tampered(|firm| {
            let posting = rows::<Posting>(firm).remove(0);
            let nothing = Amount::from_units(0);
            insert(Posting {
                line: 3,
                date: d(date),
                period,
                amount: nothing,
                ledger_amount: nothing,
                ..posting
            })
        });
        let entry = rows::<Entry>(&firm).remove(0).id;
        let stray = format!("posting 3 of entry {entry} does not fit its entry");
        assert_eq!(found(&firm), [stray, balance_says("1000", balance)]);
    }
}

#[test]
fn a_foreign_currency_that_does_not_clear() {
    let firm = tampered(|firm| {
        let posting = rows::<Posting>(firm).remove(0);
        let dollar = Amount::from_units(10_000);
        insert(Posting {
            line: 3,
            currency: Currency::USD,
            amount: dollar,
            ledger_amount: Amount::from_units(0),
            ..posting
        })
    });
    let entry = rows::<Entry>(&firm).remove(0).id;
    let found = found(&firm);
    assert_eq!(found[0], format!("entry {entry} does not balance in USD"));
    assert_eq!(found.len(), 2);
}

#[test]
fn a_worth_that_is_not_the_amount_by_its_rate() {
    let firm = tampered(|firm| {
        let posting = rows::<Posting>(firm).remove(0);
        let (dollar, rate) = (Amount::from_units(10_000), Some(dec("0.5")).into());
        let ledger_amount = Amount::from_units(0);
        insert(Posting {
            line: 3,
            currency: Currency::USD,
            amount: dollar,
            ledger_amount,
            rate,
            ..posting
        })
    });
    let entry = rows::<Entry>(&firm).remove(0).id;
    let said = format!("the worth of line 3 of entry {entry} is not its amount by its rate");
    assert_eq!(found(&firm)[0], said);
}

#[test]
fn a_balance_that_was_moved_made_up_or_cut() {
    let add =
        |row: Balance| Change::Add { rows: Box::new(vec![row]) as Box<dyn Rows>, floors: vec![] };
    let firm = tampered(|firm| {
        let balance = rows::<Balance>(firm)
            .into_iter()
            .find(|b| b.account == "4000" && b.period == 202_603)
            .unwrap();
        let nothing = Amount::from_units(0);
        add(Balance {
            debit: Amount::from_units(1),
            credit: nothing,
            ledger_debit: nothing,
            ledger_credit: nothing,
            postings: 0,
            ..balance
        })
    });
    assert_eq!(found(&firm), [balance_says("4000", "2026-03")]);
    let firm = tampered(|firm| add(Balance { period: 202_612, ..rows::<Balance>(firm).remove(0) }));
    assert_eq!(found(&firm), [balance_says("1000", "2026-12")]);
    let firm = tampered(|firm| {
        add(Balance { dimensions: r#"{"site":"A"}"#.into(), ..rows::<Balance>(firm).remove(0) })
    });
    assert_eq!(found(&firm), [balance_says("1000", "2026-01")]);
    // Only the number of postings.
    let firm = tampered(|firm| {
        let nothing = Amount::from_units(0);
        let row = rows::<Balance>(firm).remove(0);
        add(Balance {
            debit: nothing,
            credit: nothing,
            ledger_debit: nothing,
            ledger_credit: nothing,
            postings: 1,
            ..row
        })
    });
    assert_eq!(found(&firm), [balance_says("1000", "2026-01")]);
}

#[test]
fn a_store_that_changes_what_it_keeps_breaks_the_chain() {
    /// Answers as the inner store, but one posting is worth a cent more.
    struct Lying(std::sync::Arc<dyn Store>);
    impl Store for Lying {
        fn prepare(
            &self,
            tables: &[&'static fondaco_core::store::Table],
        ) -> Result<fondaco_core::store::Prepared, fondaco_core::store::StoreError> {
            self.0.prepare(tables)
        }
        fn read(
            &self,
            read: &Read,
        ) -> Result<fondaco_core::store::Answer, fondaco_core::store::StoreError> {
            let mut answer = self.0.read(read)?;
            for reply in &mut answer.replies {
                let fondaco_core::store::Reply::Rows(rows) = reply else { continue };
                for row in rows
                    .iter_mut()
                    .filter(|row| row.stored().table().name == Posting::TABLE.name)
                    .take(1)
                {
                    let at = Posting::TABLE.column("text").unwrap();
                    let mut values = row.stored().values();
                    values[at] = Value::text("somebody else's words");
                    *row = Row::one(
                        row.version,
                        std::sync::Arc::new(ValueRow::new(Posting::TABLE, values)),
                    );
                }
            }
            Ok(answer)
        }
        fn commit(
            &self,
            batch: Batch,
        ) -> Result<fondaco_core::store::Commit, fondaco_core::store::StoreError> {
            self.0.commit(batch)
        }
        fn feed(
            &self,
            from: &fondaco_core::store::FeedFrom,
        ) -> Result<Vec<fondaco_core::store::Commit>, fondaco_core::store::StoreError> {
            self.0.feed(from)
        }
    }
    for (name, store) in stores() {
        let firm = Firm::on(name, store.clone()).set_up();
        firm.post("sale", sale("2026-01-05", "1.00"));
        let lied = Firm::on(name, std::sync::Arc::new(Lying(store))).books.verify().unwrap();
        assert!(!lied.is_clean());
        assert_eq!(lied.chain.findings.len(), 1, "on {name}: {:?}", lied.chain.findings);
        assert_eq!(
            lied.chain.findings[0].to_string(),
            "rows written by commit 6 were changed, added or removed"
        );
        assert_eq!(lied.discrepancies, vec![], "the sums are right");
        firm.clean();
    }
}

/// Two tables are walked side by side, a page of each at a time.
#[test]
fn books_of_many_pages_are_walked_without_a_slip() {
    let firm = in_memory().set_up();
    let mut entry = NewEntry::new("GEN", d("2026-01-05"));
    for n in 0..4_500 {
        let side = if n % 2 == 0 { Side::Debit } else { Side::Credit };
        entry = entry.posting(NewPosting::new("1000", side, eur("1.00")));
    }
    let mut entries = vec![sale("2026-01-05", "1.00"); 2_047];
    entries.push(entry.clone());
    entries.extend(vec![sale("2026-02-05", "1.00"); 2_049]);
    entries.push(entry);
    firm.must("all", &PostMany::new(entries));
    firm.clean();
    let numbers: BTreeSet<_> =
        rows::<Entry>(&firm).iter().filter_map(|entry| entry.number.number()).collect();
    assert_eq!(numbers.len(), 4_098);
}
