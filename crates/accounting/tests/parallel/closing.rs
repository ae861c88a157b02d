//! The year's end in every ledger at once, and what is exported.

use crate::common::*;
use crate::firm::*;
use crate::reports::{figures, same, tables};

/// Earned 100 in all ledgers, 30 more in IFRS alone, and 20 less in US GAAP alone.
fn earned(firm: &Firm) {
    firm.post("of all", entry("GEN", "2025-06-01", "1000", "4000", "100"));
    firm.post("of ifrs", entry("IFR", "2025-12-31", "0400", "6200", "30"));
    firm.post("of gaap", entry("GAP", "2025-12-31", "6200", "0400", "20"));
}

fn retained(firm: &Firm, query: BalanceQuery) -> String {
    firm.sum(&query.until(d("2026-01-31")))
}

#[test]
fn each_ledger_closes_its_own_result() {
    on_two_stores(|firm| {
        let firm = set_up(firm, false);
        earned(&firm);
        let closed = firm.must("close", &CloseYear::new(2025));
        assert_eq!(closed.result, eur("100"), "that of the leading ledger");
        assert_eq!(closed.entries.len(), 3, "one in each, on {}", firm.name);
        let of = |ledger: Option<&str>, account: &str| {
            let query = BalanceQuery::account(account);
            retained(&firm, ledger.map_or(query.clone(), |ledger| query.of_ledger(ledger)))
        };
        for account in ["4000", "6200"] {
            for ledger in [None, Some("ifrs"), Some("gaap")] {
                assert_eq!(of(ledger, account), "0", "{account} of {ledger:?}");
            }
        }
        let results = [None, Some("ifrs"), Some("gaap")].map(|ledger| of(ledger, "3900"));
        assert_eq!(results, ["-100", "-130", "-80"]);
        firm.clean();
        let journals: Vec<_> = (firm.view(|view| year_entries(view, 2025, 1)).into_iter())
            .map(|id| firm.view(|view| entry_of(view, id)))
            .collect();
        assert_eq!(journals, ["GEN", "GAC", "IFC"]);

        firm.must("reopen", &ReopenYear::new(2025, "late"));
        let results = [None, Some("ifrs"), Some("gaap")].map(|ledger| of(ledger, "3900"));
        assert_eq!(results, ["0", "0", "0"]);
        assert_eq!(of(Some("ifrs"), "6200"), "-30");
        firm.must("again", &CloseYear::new(2025));
        assert_eq!(of(Some("ifrs"), "3900"), "-130");
        firm.clean();
    });
}

fn entry_of(
    view: &mut fondaco_core::View<'_>,
    id: fondaco_core::Id<Entry>,
) -> Result<String, LedgerError> {
    Ok(fondaco_accounting::ledger::entry(view, id)?.unwrap().entry.journal.to_string())
}

#[test]
fn a_ledger_has_its_own_retained_earnings() {
    let firm = set_up(in_memory(), false);
    earned(&firm);
    firm.must("elsewhere", &SetClosing::new("3950", "IFC"));
    firm.must("close", &CloseYear::new(2025));
    let of = |account: &str| {
        let query = BalanceQuery::account(account);
        (retained(&firm, query.clone()), retained(&firm, query.of_ledger("ifrs")))
    };
    assert_eq!(of("3900"), ("-100".into(), "-100".into()));
    assert_eq!(of("3950"), ("0".into(), "-30".into()));
}

#[test]
fn a_year_is_not_closed_while_a_ledger_has_nowhere_to_put_its_result() {
    let firm = in_memory().set_up();
    let equity = NewAccount::new("3900", "Retained earnings", AccountClass::Equity);
    firm.must("equity", &OpenAccounts::new(vec![equity]));
    firm.must("closing", &SetClosing::new("3900", "GEN"));
    firm.must("ifrs", &DefineLedger::new("ifrs", "IFRS"));
    firm.must("journal", &OpenJournal::new("IFR", "IFRS").in_ledger("ifrs"));
    firm.post("rent", entry("IFR", "2026-03-01", "1000", "5100", "5"));
    let error = firm.refused("close", &CloseYear::new(2026).early());
    assert_eq!(error.code(), "accounting.no_closing_of_ledger");
    assert_eq!(
        error.to_string(),
        "ledger ifrs has a result of its own in 2026 and no closing journal: open one in the ledger, and name it by SetClosing"
    );
    assert!(firm.view(|view| year_history(view, 2026)).is_empty(), "nothing is stored");
    let list = firm.view(|view| checklist(view, 202_600));
    assert!(!list.is_ready(), "{list}");
    assert_eq!(
        list.points[0].to_string(),
        "ledgers with a result of their own and nowhere to put it: 1, such as ifrs; name a closing journal of theirs by SetClosing"
    );
    // What leaves no result needs none.
    firm.post("back", entry("IFR", "2026-04-01", "5100", "1000", "5"));
    assert!(firm.view(|view| checklist(view, 202_600)).is_ready());
    firm.must("close 2", &CloseYear::new(2026).early());
}

#[test]
fn what_one_ledger_earned_breaks_no_assertion() {
    let firm = set_up(in_memory(), false);
    earned(&firm);
    // In 2026 6200 stands at nothing in the leading ledger, before closing and after.
    firm.must("asserted", &AssertBalance::new("6200", d("2026-01-31"), eur("0")));
    let list = firm.view(|view| checklist(view, 202_500));
    assert!(list.is_ready(), "{list}");
    firm.must("close", &CloseYear::new(2025));
}

#[test]
fn journals_lock_in_a_ledger_as_in_all() {
    let firm = set_up(in_memory(), false);
    firm.must("lock", &LockBooks::through(d("2025-06-30")).journal("IFR"));
    let late = |journal| entry(journal, "2025-06-01", "0400", "6200", "1");
    assert_eq!(firm.refused_entry(late("IFR")), "accounting.date_locked");
    firm.post("ordinary", late("GEN"));
    firm.post("of gaap", late("GAP"));
    firm.must("close", &CloseYear::new(2025));
    assert_eq!(firm.refused_entry(late("GAP")), "accounting.year_closed", "of all ledgers");
}

#[test]
fn a_ledger_starts_when_it_is_defined() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.post("before", entry("GEN", "2026-01-05", "1000", "4000", "7"));
        let account = BalanceQuery::account("4000");
        assert_eq!(firm.sum(&account), "-7");
        firm.must("ifrs", &DefineLedger::new("ifrs", "IFRS"));
        firm.must("journal", &OpenJournal::new("IFR", "IFRS").in_ledger("ifrs"));
        let posted = firm.post("its own", entry("IFR", "2026-01-06", "1000", "4000", "2"));
        assert_eq!(posted.number.number(), Some(1), "numbers go by journal");
        assert_eq!(firm.sum(&account), "-7", "on {}", firm.name);
        assert_eq!(firm.sum(&account.clone().of_ledger("ifrs")), "-9", "on {}", firm.name);
        // One entry is shown to whoever knows it, with what it was given.
        let whole = firm.view(|view| fondaco_accounting::ledger::entry(view, posted.id)).unwrap();
        assert_eq!(whole.postings.len(), 2);
        firm.must("taken back", &Reverse::new(posted.id, d("2026-01-07")));
        assert_eq!(firm.sum(&account.of_ledger("ifrs")), "-7", "a reversal is of its ledger");
        firm.clean();
    });
}

#[test]
fn the_export_says_what_belongs_to_which_ledger() {
    let firm = set_up(in_memory(), false);
    earned(&firm);
    let files = tables(&firm.books);
    let text = |files: &[(String, String)], name: &str| {
        files.iter().find(|(known, _)| known == name).unwrap().1.clone()
    };
    let entries = text(&files, "entries.csv");
    assert!(entries.lines().next().unwrap().ends_with(",ledger"), "{entries}");
    let ends = |ledger: &str| entries.lines().filter(|line| line.ends_with(ledger)).count();
    assert_eq!((ends(",ifrs"), ends(",gaap"), entries.lines().count()), (2, 2, 7));
    assert!(text(&files, "journals.csv").contains("IFR,IFR,,ifrs\r\n"));
    assert!(!text(&files, "dimensions.csv").contains('@'));
    let ifrs = text(&tables(&firm.books.of_ledger("ifrs")), "entries.csv");
    assert_eq!(ifrs.lines().count(), 5, "what is of all, and of IFRS alone: {ifrs}");
    let plain = tables(&set_up(in_memory(), true).books);
    assert!(!text(&plain, "entries.csv").contains("ledger"), "none where there is none");
}

#[test]
fn every_store_shows_a_ledger_alike() {
    // PostgreSQL adds sums up itself.
    let shown = |firm: Firm| {
        let firm = set_up(firm, false);
        earned(&firm);
        firm.must("close", &CloseYear::new(2025));
        firm.clean();
        (figures(&firm.books), figures(&firm.books.of_ledger("ifrs")))
    };
    let expected = shown(in_memory());
    for (name, store) in stores() {
        let found = shown(Firm::on(name, store));
        same(&found.0, &expected.0);
        same(&found.1, &expected.1);
    }
}
