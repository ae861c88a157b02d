//! What is not shared out, and why: nothing is stored.

use fondaco_accounting::allocation::*;
use fondaco_accounting::close::Correct;
use fondaco_accounting::ledger::*;

use crate::common::*;
use crate::{cost, of};

fn rule() -> SetAllocation {
    SetAllocation::new("over", "Overheads", "GEN", "5100", "cost_centre", "900")
}

#[test]
fn without_a_base() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.post("rent", cost("2026-03-05", "5100", "900", "100"));
        firm.must("by heads", &rule().by_statistic("heads"));
        let commits = firm.books.driver().feed(0, 1000).unwrap().len();
        let run = Allocate::new("over", 202_603);
        let error = firm.refused("no heads", &run);
        assert_eq!(
            error.to_string(),
            "allocation over has no base in 2026-03 for 100.00 EUR on account 5100: statistic heads is zero for everybody; record it, or share otherwise",
        );
        assert_eq!(firm.books.driver().feed(0, 1000).unwrap().len(), commits, "on {}", firm.name);
        // Heads of the pool alone, or of another period, are none.
        firm.must("own", &RecordStatistics::new("heads", 202_603).value("900", dec("3")));
        firm.must("other", &RecordStatistics::new("heads", 202_602).value("10", dec("3")));
        firm.must("none", &RecordStatistics::new("heads", 202_603).value("10", dec("0")));
        assert_eq!(firm.refused("still none", &run).code(), "accounting.allocation_without_base");
        firm.must("by sales", &rule().by_account("4000"));
        let error = firm.refused("no sales", &run);
        assert!(error.to_string().contains("account 4000 is zero for everybody"), "{error}");
        firm.post("returns", cost("2026-03-06", "4000", "10", "5"));
        let error = firm.refused("below zero", &run);
        assert_eq!(
            error.to_string(),
            "allocation over can't share by account 4000 in 2026-03: it is -5 for 10, below zero; correct it, or share otherwise",
        );
        assert_eq!(of(&firm, "5100", "900"), "100");
        firm.clean();
    });
}

#[test]
fn rules_that_can_t_be() {
    let firm = in_memory().set_up();
    let shared = || rule().share("10", dec("1"));
    let cases = [
        ("no shares", rule(), "accounting.bad_allocation"),
        ("zero", rule().share("10", dec("0")), "accounting.bad_allocation"),
        ("negative", rule().share("10", dec("-1")), "accounting.bad_allocation"),
        ("twice", shared().share("10", dec("2")), "accounting.bad_allocation"),
        ("itself", shared().share("900", dec("2")), "accounting.bad_allocation"),
        ("both", shared().by_statistic("heads"), "accounting.bad_allocation"),
        ("to a heading", shared().to_account("5"), "accounting.bad_allocation"),
        (
            "nameless",
            SetAllocation { basis: BasisKind::Account, ..rule() },
            "accounting.bad_allocation",
        ),
        (
            "unknown pool",
            SetAllocation { pool: "9".into(), ..shared() },
            "accounting.unknown_account",
        ),
        ("unknown basis", rule().by_account("9"), "accounting.unknown_account"),
        (
            "unknown journal",
            SetAllocation { journal: "X".into(), ..shared() },
            "accounting.unknown_journal",
        ),
        (
            "no dimension",
            SetAllocation { dimension: "".into(), ..shared() },
            "accounting.bad_input",
        ),
        ("no code", SetAllocation { code: "".into(), ..shared() }, "accounting.bad_code"),
    ];
    for (name, command, code) in cases {
        let error = firm.refused(name, &command);
        assert_eq!(error.code(), code, "{name}: {error}");
    }
    assert!(firm.view(|view| allocation_rules(view)).is_empty());
}

/// A month in which nothing was spent needs no base: a batch of months goes on.
#[test]
fn an_empty_pool_needs_no_base() {
    let firm = in_memory().set_up();
    firm.must("by heads", &rule().by_statistic("heads"));
    assert_eq!(firm.must("no heads, no costs", &Allocate::new("over", 202_608)).entry, None);
    assert!(firm.view(|view| allocation(view, "over", 202_608)).lines.is_empty());
}

#[test]
fn runs_that_can_t_be() {
    let firm = in_memory().set_up();
    let run = Allocate::new("over", 202_603);
    assert_eq!(firm.refused("unknown", &run).code(), "accounting.unknown_allocation");
    firm.must("rule", &rule().share("10", dec("1")).share("20", dec("3")));
    firm.must("fewer", &rule().share("20", dec("1")));
    assert_eq!(
        firm.refused("when", &Allocate::new("over", 202_599)).code(),
        "accounting.unknown_period"
    );
    assert_eq!(
        firm.refused("undo", &UndoAllocation::new("over", 202_603)).code(),
        "accounting.allocation_not_run"
    );
    firm.post("rent", cost("2026-03-05", "5100", "900", "100"));
    firm.must("lock", &LockPeriod::new(202_603));
    assert_eq!(firm.refused("locked", &run).code(), "accounting.period_locked");
    firm.must("unlock", &UnlockPeriod::new(202_603));
    firm.must("run", &run);
    assert_eq!(
        (of(&firm, "5100", "10"), of(&firm, "5100", "20")),
        ("0".into(), "100".into()),
        "the rule as it is now"
    );
    firm.must("lock again", &LockPeriod::new(202_603));
    let error = firm.refused("undo locked", &UndoAllocation::new("over", 202_603));
    assert_eq!(error.code(), "accounting.period_locked");
    firm.must("remove", &RemoveAllocation::new("over"));
    assert_eq!(firm.refused("gone", &run).code(), "accounting.unknown_allocation");
    let figures = RecordStatistics::new("heads", 202_603);
    assert_eq!(
        firm.refused("negative", &figures.clone().value("10", dec("-1"))).code(),
        "accounting.bad_input"
    );
    let twice = figures.clone().value("10", dec("1")).value("10", dec("2"));
    assert_eq!(firm.refused("twice", &twice).code(), "accounting.bad_input");
    let never = RecordStatistics::new("heads", 209_901).value("10", dec("1"));
    assert_eq!(firm.refused("never", &never).code(), "accounting.unknown_period");
    firm.clean();
}

/// What was entered instead of a run's entry would be none: it could not be undone.
#[test]
fn a_run_is_not_corrected_but_undone() {
    let firm = in_memory().set_up();
    firm.post("rent", cost("2026-03-05", "5100", "900", "100"));
    firm.must("rule", &rule().share("10", dec("1")));
    let run = Allocate::new("over", 202_603);
    let entry = firm.must("March", &run).entry.unwrap();
    let with = cost("2026-03-31", "5100", "20", "100");
    let refused = firm.refused("to 20", &Correct::new(entry, with));
    assert_eq!(
        (refused.code(), refused.to_string()),
        (
            "accounting.of_run",
            format!(
                "entry {entry} is of an allocation for 2026-03: undo it with UndoAllocation, mend what was wrong, and run it again"
            )
        ),
    );
    firm.must("undo", &UndoAllocation::new("over", 202_603));
    firm.must("to 20", &rule().share("20", dec("1")));
    firm.must("again", &run);
    assert_eq!((of(&firm, "5100", "10"), of(&firm, "5100", "20")), ("0".into(), "100".into()));
}
