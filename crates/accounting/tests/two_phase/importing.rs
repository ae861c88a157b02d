//! What was recorded elsewhere, with its instants.

use crate::*;
use fondaco_core::Timestamp;

fn at(text: &str) -> Timestamp {
    instant(text)
}

fn old(account: &str, when: &str) -> NewAccount {
    NewAccount::new(account, account, AccountClass::Asset).imported_at(at(when))
}

#[test]
fn a_history_is_brought_over_in_its_order() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let accounts = vec![old("x", "2019-01-01"), old("y", "2019-02-01"), old("z", "2019-01-15")];
        let opened = firm.must("accounts", &OpenEach::new(accounts)).accounts;
        // The firm's own chart is newer than all of these.
        assert!(opened.iter().all(|answer| {
            answer.as_ref().is_err_and(|refused| refused.code == "accounting.import_regresses")
        }));
        firm.clean();
    });
    on_every_store(|firm| {
        firm.must("set up", &SetUp::new(fondaco_core::Currency::EUR));
        firm.must("gen", &OpenJournal::new("GEN", "General journal"));
        firm.must("2026", &OpenFiscalYear::calendar_year(2026));
        let accounts = vec![old("x", "2019-01-01"), old("y", "2019-02-01"), old("z", "2019-01-15")];
        let opened = firm.must("accounts", &OpenEach::new(accounts)).accounts;
        assert!(opened[0].is_ok() && opened[1].is_ok());
        assert_eq!(opened[2].as_ref().unwrap_err().code, "accounting.import_regresses");
        let entry = |when: &str, key: &str| pay("x", "y", "1").key(key).imported_at(at(when));
        let batch = vec![
            Item::Entry(entry("2019-01-20", "before y")),
            Item::Entry(entry("2019-03-01", "1")),
            Item::Entry(entry("2019-02-20", "2")),
            Item::Entry(pay("x", "y", "1")),
            Item::Entry(entry("2030-01-01", "3")),
            Item::Entry(entry("2019-04-01", "4")),
            Item::Pending(NewPending::new(entry("2019-05-01", "5")).expires_after(1)),
            Item::Entry(entry("2019-03-01", "1")),
        ];
        let expected = [
            "import_before_account",
            "ok",
            "import_regresses",
            "import_expected",
            "import_in_future",
            "ok",
            "import_expires",
            "again",
        ];
        assert_eq!(each(&firm, "entries", batch), expected, "{}", firm.name);
        let entries = firm.entries();
        assert_eq!(entries[0].recorded_at, at("2019-03-01"));
        let known = BalanceQuery::account("x").known_at(at("2019-03-02"));
        assert_eq!(firm.sum(&known), "1");
        let own = vec![Item::Entry(pay("x", "y", "1")), Item::Entry(entry("2019-06-01", "6"))];
        assert_eq!(each(&firm, "own", own), ["ok", "import_not_expected"]);
        let late = firm.refused("late", &Post::new(entry("2019-07-01", "7")));
        assert_eq!(late.code(), "accounting.import_regresses"); // something of 2026 is there
        firm.clean();
    });
}
