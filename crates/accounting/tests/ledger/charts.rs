//! Large batches keep the chart of accounts between them: whatever changes an account, here or elsewhere, they see it.

use crate::common::*;
use fondaco_accounting::Books;
use fondaco_accounting::ledger::*;
use fondaco_core::CompanyId;

fn code(n: usize) -> String {
    format!("7{n:03}")
}

/// Entries that name a hundred accounts, on a day.
fn large(day: &str) -> PostMany {
    let one = |n| {
        NewEntry::new("GEN", d(day)).debit(code(n), eur("1.00")).credit(code(n + 1), eur("1.00"))
    };
    PostMany::new((0..99).map(one).collect())
}

fn refusal(result: Result<impl Sized, LedgerError>) -> String {
    result.err().unwrap().code().to_string()
}

#[test]
fn a_kept_chart_is_never_older_than_its_accounts() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let account = |n| NewAccount::new(code(n), "x", AccountClass::Asset);
        let open = |n: std::ops::Range<usize>| OpenAccounts::new(n.map(account).collect());
        assert_eq!(
            refusal(firm.send("too early", &large("2026-01-05"))),
            "accounting.unknown_account"
        );
        firm.must("open", &open(0..99));
        assert_eq!(
            refusal(firm.send("one short", &large("2026-01-05"))),
            "accounting.unknown_account"
        );
        firm.must("open one", &open(99..100));
        firm.must("large", &large("2026-01-05"));
        firm.must("large again", &large("2026-01-06"));

        // Another program over the same store changes the chart.
        let other = Books::open(firm.store.clone(), CompanyId::named("acme")).unwrap();
        let clear = NewEntry::new("GEN", d("2026-01-07")).debit(code(99), eur("2.00"));
        other.post("clear", clear.credit(code(0), eur("2.00"))).unwrap();
        other.send("close", &CloseAccount::new(code(50), d("2026-02-01"))).unwrap();
        assert_eq!(
            refusal(firm.send("closed", &large("2026-02-02"))),
            "accounting.account_not_open"
        );
        firm.must("still open", &large("2026-02-01"));
        firm.clean();
    });
}
