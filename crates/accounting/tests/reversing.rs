//! Entries that reverse themselves: once, on their day, linked both ways.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::calendar::{SetZone, Zone};
use fondaco_core::due::RetryDue;
use fondaco_core::store::{
    Answer, Ask, Batch, Commit, FeedFrom, Prepared, Read, Store, StoreError, Table,
};
use fondaco_core::{Id, Reading};
use fondaco_store::Memory;
use smol_str::ToSmolStr;

/// Power that was used and not billed yet.
fn accrual(date: &str, amount: &str) -> NewEntry {
    NewEntry::new("GEN", d(date))
        .text("Power")
        .debit("5100", eur(amount))
        .credit("2000", eur(amount))
}

fn reversal_of(firm: &Firm, entry: Id<Entry>) -> Option<WholeEntry> {
    firm.view(|view| {
        let Some(reversal) = view.peek::<Reversal>(&entry)? else { return Ok(None) };
        fondaco_accounting::ledger::entry(view, reversal.by)
    })
}

fn planned(firm: &Firm) -> Vec<(Id<Entry>, String)> {
    let plans = firm.view(|view| planned_reversals(view));
    plans.into_iter().map(|plan| (plan.entry, plan.on.to_string())).collect()
}

fn owed(firm: &Firm) -> String {
    firm.sum(&BalanceQuery::account("2000"))
}

#[test]
fn an_accrual_is_taken_back_once_on_the_first_day_of_the_next_period() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let accrued = firm.must("accrue", &PostReversing::new(accrual("2026-05-17", "80.00")));
        assert_eq!(planned(&firm), [(accrued.id, "2026-06-01".to_owned())]);
        assert_eq!(firm.next_due().as_deref(), Some("2026-06-01T00:00:00Z"));
        assert!(firm.tick("2026-05-31T23:59:59.999999Z").carried_out.is_empty());
        assert_eq!(owed(&firm), "-80");
        assert_eq!(firm.tick("2026-06-03T10:00:00Z").carried_out.len(), 1);
        let reversal = reversal_of(&firm, accrued.id).unwrap().entry;
        assert_eq!(
            (reversal.reverses.copied(), reversal.date),
            (Some(accrued.id), d("2026-06-01"))
        );
        assert_eq!(reversal.recorded_at, instant("2026-06-03T10:00:00Z"), "when it was told");
        assert_eq!(reversal.text.as_deref(), Some("Power"));
        for at in ["2026-06-03T10:00:00Z", "2026-06-04", "2027-06-04"] {
            assert!(firm.tick(at).carried_out.is_empty());
        }
        assert_eq!((owed(&firm), planned(&firm)), ("0".to_owned(), vec![]));
        firm.clean();
    });
}

#[test]
fn it_reverses_on_the_day_that_was_given() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let accrual = PostReversing::new(accrual("2026-05-17", "80.00")).on(d("2026-09-15"));
        let entry = firm.must("accrue", &accrual).id;
        assert!(firm.tick("2026-09-14").carried_out.is_empty());
        firm.tick("2026-09-15");
        assert_eq!(reversal_of(&firm, entry).unwrap().entry.date, d("2026-09-15"));
    });
}

#[test]
fn a_reversal_by_hand_comes_instead_of_the_planned_one() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let entry = firm.must("accrue", &PostReversing::new(accrual("2026-05-17", "80.00"))).id;
        firm.must("by hand", &Reverse::new(entry, d("2026-05-20")));
        assert_eq!((planned(&firm), firm.next_due()), (vec![], None));
        assert!(firm.tick("2026-07-01").carried_out.is_empty());
        assert_eq!(owed(&firm), "0");
        let again = firm.refused("plan", &PlanReversal::new(entry, d("2026-08-01")));
        assert_eq!(again.code(), "accounting.already_reversed");
        firm.clean();
    });
}

#[test]
fn a_late_one_whose_period_is_locked_goes_into_the_current_period() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let entry = firm.must("accrue", &PostReversing::new(accrual("2026-05-17", "80.00"))).id;
        let other = firm.must("other", &PostReversing::new(accrual("2026-06-17", "5.00"))).id;
        firm.must("lock", &LockPeriod::new(202_606));
        let ticked = firm.tick("2026-07-02");
        assert_eq!((ticked.carried_out.len(), ticked.refused.len()), (2, 0));
        let dates = |id| {
            let reversal = reversal_of(&firm, id).unwrap().entry;
            (reversal.date, reversal.document_date)
        };
        assert_eq!(dates(entry), (d("2026-07-02"), Some(d("2026-06-01"))));
        assert_eq!(dates(other), (d("2026-07-01"), None), "late, and its period is open");
        assert_eq!((owed(&firm), planned(&firm)), ("0".to_owned(), vec![]));
        firm.clean();
    });
}

#[test]
fn a_late_one_comes_after_the_numbers_of_a_journal_by_date() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("dated", &OpenJournal::new("DATED", "By date").by_date());
        let dated = |date: &str| NewEntry { journal: "DATED".into(), ..accrual(date, "80.00") };
        let entry = firm.must("accrue", &PostReversing::new(dated("2026-05-17"))).id;
        firm.post("later", dated("2026-06-20"));
        assert_eq!(firm.tick("2026-06-10").refused[0].code, "accounting.out_of_order");
        assert_eq!(firm.tick("2026-06-20T12:00:00Z").carried_out.len(), 1);
        let reversal = reversal_of(&firm, entry).unwrap().entry;
        assert_eq!(
            (reversal.date, reversal.document_date),
            (d("2026-06-20"), Some(d("2026-06-01")))
        );
        firm.clean();
    });
}

#[test]
fn a_locked_period_keeps_it_waiting_while_today_is_locked_too() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let entry = firm.must("accrue", &PostReversing::new(accrual("2026-05-17", "80.00"))).id;
        let other = firm.must("other", &PostReversing::new(accrual("2026-05-18", "5.00"))).id;
        firm.must("by hand", &PlanReversal::new(other, d("2026-05-31")));
        firm.must("lock", &LockPeriod::new(202_606));
        let ticked = firm.tick("2026-06-02");
        assert_eq!((ticked.carried_out.len(), ticked.refused.len()), (1, 1));
        assert_eq!(ticked.refused[0].code, "accounting.period_locked");
        assert!(reversal_of(&firm, other).is_some(), "one that waits blocks no other");
        let plans = firm.view(|view| planned_reversals(view));
        assert_eq!(plans[0].refused.as_deref(), Some("accounting.period_locked"));
        firm.must("unlock", &UnlockPeriod::new(202_606));
        assert!(firm.tick("2026-06-02T00:00:30Z").carried_out.is_empty(), "its wait is not over");
        let retry = RetryDue { kind: REVERSAL.into(), subject: entry.to_smolstr() };
        firm.books.send("retry", &retry).unwrap();
        assert_eq!(firm.tick("2026-06-02T00:00:31Z").carried_out.len(), 1);
        assert_eq!(reversal_of(&firm, entry).unwrap().entry.date, d("2026-06-01"));
    });
}

#[test]
fn the_year_that_it_reverses_in_may_be_opened_later() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("accrue", &PostReversing::new(accrual("2026-12-31", "80.00")));
        assert_eq!(firm.tick("2027-01-01").refused[0].code, "accounting.no_period");
        firm.must("2027", &OpenFiscalYear::calendar_year(2027));
        assert_eq!(firm.tick("2027-01-02").carried_out.len(), 1);
        assert_eq!(owed(&firm), "0");
        firm.clean();
    });
}

#[test]
fn a_plan_is_made_moved_and_cancelled_for_any_entry() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let entry = firm.post("power", accrual("2026-05-17", "80.00")).id;
        firm.must("plan", &PlanReversal::new(entry, d("2026-06-10")));
        firm.must("move", &PlanReversal::new(entry, d("2026-06-20")));
        assert!(firm.tick("2026-06-19").carried_out.is_empty());
        firm.must("cancel", &CancelReversal::new(entry));
        assert!(firm.tick("2026-12-01").carried_out.is_empty());
        firm.must("plan again", &PlanReversal::new(entry, d("2026-06-20")));
        firm.tick("2026-12-01");
        assert_eq!((owed(&firm), reversal_of(&firm, entry).is_some()), ("0".to_owned(), true));
    });
}

#[test]
fn the_day_begins_where_the_company_says() {
    let firm = in_memory().set_up();
    firm.books.send("zagreb", &SetZone::new(Zone::minutes_east(120).unwrap())).unwrap();
    firm.must("accrue", &PostReversing::new(accrual("2026-05-17", "80.00")));
    assert!(firm.tick("2026-05-31T21:59:59Z").carried_out.is_empty());
    assert_eq!(firm.tick("2026-05-31T22:00:00Z").carried_out.len(), 1);
}

#[test]
fn what_can_t_be_planned_is_refused_and_leaves_nothing() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let entry = firm.post("power", accrual("2026-05-17", "80.00")).id;
        let code =
            |name: &str, command: &dyn Fn() -> LedgerError| (name.to_owned(), command().code());
        let unknown = Id::from_u128(7);
        let on_its_day = PostReversing::new(accrual("2026-05-17", "1.00")).on(d("2026-05-17"));
        let unbalanced = accrual("2026-05-17", "1.00").debit("1000", eur("1.00"));
        let no_period = PostReversing::new(accrual("2031-05-17", "1.00"));
        let told = [
            code("on its day", &|| firm.refused("a", &on_its_day)),
            code("unbalanced", &|| firm.refused("b", &PostReversing::new(unbalanced.clone()))),
            code("no period", &|| firm.refused("c", &no_period)),
            code("plan early", &|| firm.refused("d", &PlanReversal::new(entry, d("2026-05-17")))),
            code("plan unknown", &|| {
                firm.refused("e", &PlanReversal::new(unknown, d("2026-07-01")))
            }),
            code("cancel none", &|| firm.refused("f", &CancelReversal::new(entry))),
        ];
        let codes = told.map(|(_, code)| code);
        assert_eq!(
            codes,
            [
                "accounting.bad_input",
                "accounting.unbalanced",
                "accounting.no_period",
                "accounting.bad_input",
                "accounting.unknown_entry",
                "accounting.no_reversal_planned"
            ]
        );
        assert_eq!((planned(&firm), owed(&firm)), (vec![], "-80".to_owned()));
        firm.clean();
    });
}

/// Notes the tables that are read.
struct Watched(Memory, Arc<Mutex<BTreeSet<&'static str>>>);

impl Store for Watched {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        self.0.prepare(tables)
    }
    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        for ask in &read.asks {
            match ask {
                Ask::Get(table, _) => self.1.lock().unwrap().insert(table.name),
                Ask::Scan(scan) => self.1.lock().unwrap().insert(scan.table.name),
                _ => false,
            };
        }
        self.0.read(read)
    }
    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        self.0.commit(batch)
    }
    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        self.0.feed(from)
    }
}

#[test]
fn posting_reads_nothing_of_the_queue() {
    let tables = Arc::new(Mutex::new(BTreeSet::new()));
    let firm = Firm::on("watched", Arc::new(Watched(Memory::new(), tables.clone()))).set_up();
    let read = || std::mem::take(&mut *tables.lock().unwrap());
    read();
    firm.post("power", accrual("2026-05-17", "80.00"));
    let by_posting = read();
    assert!(by_posting.contains("ledger_period"), "{by_posting:?}");
    assert!(by_posting.iter().all(|table| table.starts_with("ledger") || *table == "range_guard"));
    let entry = firm.must("accrue", &PostReversing::new(accrual("2026-05-17", "80.00"))).id;
    let more: Vec<_> = read().difference(&by_posting).copied().collect();
    assert_eq!(more, ["calendar_zone"], "where the day begins");
    firm.must("by hand", &Reverse::new(entry, d("2026-05-20")));
    assert!(read().contains("due_item"), "the test could see it");
}
