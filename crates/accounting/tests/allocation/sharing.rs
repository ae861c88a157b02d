//! By shares, by statistics, by another account: on all stores, repeated and undone.

use fondaco_accounting::allocation::*;
use fondaco_accounting::ledger::*;
use fondaco_testkit::{Race, Sent};

use crate::common::*;
use crate::{cost, of};

fn rule() -> SetAllocation {
    SetAllocation::new("over", "Overheads", "GEN", "5", "cost_centre", "900")
}

fn firm_of(firm: Firm) -> Firm {
    let firm = firm.set_up();
    firm.post("rent", cost("2026-03-05", "5100", "900", "100"));
    firm.post("goods", cost("2026-03-06", "5000", "900", "0.05"));
    firm.post("of another period", cost("2026-02-05", "5100", "900", "77"));
    firm.post("own rent", cost("2026-03-07", "5100", "10", "30"));
    firm.post("own rent too", cost("2026-03-07", "5100", "20", "60"));
    firm
}

#[test]
fn by_fixed_shares_account_by_account() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        let rule = rule().share("10", dec("1")).share("20", dec("1")).share("30", dec("1"));
        firm.must("rule", &rule);
        let run = Allocate::new("over", 202_603);
        let shown = firm.view(|view| allocation(view, "over", 202_603));
        let shared = firm.must("March", &run);
        assert_eq!((shared.parts, shared.amount.to_decimal()), (6, dec("100.05")));
        assert_eq!(shown.amount(), eur("100.05"));
        let rent = ["10", "20", "30", "900"].map(|centre| of(&firm, "5100", centre));
        assert_eq!(rent, ["63.34", "93.33", "33.33", "77"], "on {}", firm.name);
        let goods = ["10", "20", "30", "900"].map(|centre| of(&firm, "5000", centre));
        assert_eq!(goods, ["0.02", "0.02", "0.01", "0"], "on {}", firm.name);
        assert_eq!(firm.sum(&BalanceQuery::subtree("5")), "267.05", "nothing is lost");
        let whole = firm.view(|view| entry(view, shared.entry.unwrap())).unwrap();
        assert_eq!(whole.entry.date, d("2026-03-31"));
        assert_eq!(whole.entry.source.as_deref(), Some("allocation/over/2026-03"));
        let commits = firm.entries().len();
        assert_eq!(firm.must("March again", &run), shared);
        assert_eq!(firm.entries().len(), commits, "nothing is posted");
        firm.clean();
    });
}

#[test]
fn undone_exactly_and_run_anew() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        firm.must("rule", &rule().by_statistic("heads"));
        let heads = |name: &str, ten, twenty| {
            let heads = RecordStatistics::new("heads", 202_603);
            firm.must(
                name,
                &heads.value("10", dec(ten)).value("20", dec(twenty)).value("900", dec("5")),
            );
        };
        heads("heads", "3", "1");
        let run = Allocate::new("over", 202_603);
        let all = || -> Vec<String> {
            let at = |centre: &str, day: &str| {
                let query =
                    BalanceQuery::subtree("5").dimension("cost_centre", centre).until(d(day));
                firm.sum(&query)
            };
            ["10", "20", "900"]
                .iter()
                .flat_map(|centre| {
                    ["2026-03-30", "2026-03-31", "2026-04-30"].map(|day| at(centre, day))
                })
                .collect()
        };
        let before = all();
        let first = firm.must("March", &run);
        assert_eq!(
            of(&firm, "5100", "10"),
            "105",
            "three heads of four; the pool's own don't count"
        );
        firm.must("undo", &UndoAllocation::new("over", 202_603));
        assert_eq!(all(), before, "on {}", firm.name);
        let error = firm.refused("undo twice", &UndoAllocation::new("over", 202_603));
        assert_eq!(error.code(), "accounting.allocation_not_run");
        heads("right heads", "1", "1");
        let second = firm.must("March anew", &run);
        assert!(second.entry != first.entry && second.amount == first.amount);
        assert_eq!(of(&firm, "5100", "10"), "80");
        let runs = firm.view(|view| allocation_runs(view, "over", 202_603));
        let mut stand: Vec<bool> = runs.iter().map(|(_, stands)| *stands).collect();
        stand.sort_unstable();
        assert_eq!(stand, [false, true]);
        // A reversal by hand undoes as well.
        firm.must("by hand", &Reverse::new(second.entry.unwrap(), d("2026-03-31")));
        assert_eq!(all(), before);
        firm.clean();
    });
}

#[test]
fn by_what_another_account_moved() {
    let firm = firm_of(in_memory());
    firm.post("sales", cost("2026-03-10", "4000", "10", "-300"));
    firm.post("more sales", cost("2026-03-11", "4000", "20", "-100"));
    firm.must("rule", &rule().by_account("4000").to_account("5900"));
    firm.must("March", &Allocate::new("over", 202_603));
    let taken = ["10", "20", "900"].map(|centre| of(&firm, "5900", centre));
    // 75 and 25 of the rent; 0.04 and 0.01 of the goods.
    assert_eq!(taken, ["75.04", "25.01", "0"]);
    assert_eq!((of(&firm, "5100", "900"), of(&firm, "5100", "10")), ("77".into(), "30".into()));
    firm.clean();
}

/// Machines bought in January bear power in March, whatever was bought in between.
#[test]
fn by_what_an_account_of_the_balance_sheet_stands_at() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let machines = NewAccount::new("1500", "Machines", AccountClass::Asset);
        firm.must("machines", &OpenAccounts::new(vec![machines]));
        firm.must("2025", &OpenFiscalYear::calendar_year(2025));
        firm.post("of 10", cost("2025-01-05", "1500", "10", "300"));
        firm.post("of 20", cost("2026-01-06", "1500", "20", "100"));
        firm.post("of 30, later", cost("2026-04-01", "1500", "30", "600"));
        firm.post("power", cost("2026-03-05", "5100", "900", "40"));
        firm.post("power, April", cost("2026-04-05", "5100", "900", "100"));
        firm.must("rule", &rule().by_account("1500"));
        firm.must("March", &Allocate::new("over", 202_603));
        let shared = || ["10", "20", "30"].map(|centre| of(&firm, "5100", centre));
        assert_eq!(shared(), ["30", "10", "0"], "on {}", firm.name);
        firm.must("April", &Allocate::new("over", 202_604));
        assert_eq!(shared(), ["60", "20", "60"]);
        firm.clean();
    });
}

/// March is shared out by what is known while somebody else changes what it rests on, all of an earlier period: it is in the run, or
/// after it.
fn races_with(before: impl Fn(Firm), other: Sent) {
    let race = Race {
        engine: &ENGINE,
        stores: &in_process,
        before: &|host| {
            let firm = Firm::over(host.clone()).set_up();
            firm.post("power", cost("2026-03-05", "5100", "900", "40"));
            before(firm);
        },
        rows: &|host| {
            let firm = Firm::over(host.clone());
            ["10", "20", "900"].map(|centre| of(&firm, "5100", centre)).to_vec()
        },
    };
    race.race(&Sent::new("run", Allocate::new("over", 202_603)), &other);
}

/// Who buys a machine in January.
#[test]
fn a_run_rests_on_all_earlier_periods() {
    let before = |firm: Firm| {
        let machines = NewAccount::new("1500", "Machines", AccountClass::Asset);
        firm.must("machines", &OpenAccounts::new(vec![machines]));
        firm.post("of 10", cost("2026-01-05", "1500", "10", "100"));
        firm.must("rule", &rule().by_account("1500"));
    };
    races_with(before, Sent::new("of 20", Post::new(cost("2026-01-06", "1500", "20", "100"))));
}

/// Who measures in January what holds until the next one.
#[test]
fn a_run_rests_on_what_holds_from_earlier_periods() {
    let area =
        |value: &str| RecordStatistics::new("area", 202_601).value(value, dec("1")).until_next();
    let before = |firm: Firm| {
        firm.must("area", &area("10"));
        firm.must("rule", &rule().by_statistic("area"));
    };
    races_with(before, Sent::new("another", area("20")));
}

/// Square metres are recorded once and hold until they change; hours are of their month.
#[test]
fn by_statistics_that_hold_until_the_next() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        for (month, amount) in [(1, "30"), (2, "40"), (3, "50"), (4, "60"), (5, "70")] {
            let day = format!("2026-0{month}-05");
            firm.post(&day, cost(&day, "5100", "900", amount));
        }
        let area = |period| RecordStatistics::new("area", period);
        let first = area(202_601).value("10", dec("1")).value("20", dec("2"));
        firm.must("January", &first.until_next());
        firm.must("once", &area(202_603).value("20", dec("4")));
        firm.must("moved", &area(202_604).value("20", dec("0")).value("30", dec("5")).until_next());
        firm.must("by area", &rule().by_statistic("area"));
        let known = |period| -> Vec<(String, String)> {
            let rows = firm.view(|view| statistics(view, "area", period));
            rows.iter().map(|row| (row.value.to_string(), row.amount.to_string())).collect()
        };
        let held = |values: &[(&str, &str)]| -> Vec<(String, String)> {
            values.iter().map(|(value, amount)| ((*value).into(), (*amount).into())).collect()
        };
        assert_eq!(known(202_601), held(&[("10", "1"), ("20", "2")]), "on {}", firm.name);
        assert_eq!(known(202_602), known(202_601));
        assert_eq!(known(202_603), held(&[("10", "1"), ("20", "4")]), "once, beside what holds");
        assert_eq!(known(202_605), held(&[("10", "1"), ("30", "5")]), "20 has none any more");
        for (period, expected) in [
            (202_601, ["10", "20", "0"]),
            (202_602, ["23.33", "46.67", "0"]),
            (202_603, ["33.33", "86.67", "0"]),
            (202_604, ["43.33", "86.67", "50"]),
        ] {
            firm.must(&format!("{period}"), &Allocate::new("over", period));
            let found = ["10", "20", "30"].map(|centre| of(&firm, "5100", centre));
            assert_eq!(found, expected, "{period} on {}", firm.name);
        }
        firm.clean();
    });
}

/// A month's own figure takes nothing from what holds until the next one.
#[test]
fn a_figure_of_one_period_stands_beside_what_holds() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let area =
            |period, metres: &str| RecordStatistics::new("area", period).value("10", dec(metres));
        let known = || -> Vec<String> {
            let of = |period| firm.view(|view| statistics(view, "area", period));
            let amounts = |period| of(period).iter().map(|row| row.amount.to_string()).collect();
            [202_601, 202_602, 202_603]
                .into_iter()
                .map(|period| {
                    let amounts: Vec<String> = amounts(period);
                    amounts.join(" ")
                })
                .collect()
        };
        firm.must("of 2025", &OpenFiscalYear::calendar_year(2025));
        firm.must("90", &area(202_512, "90").until_next());
        firm.must("120", &area(202_601, "120").until_next());
        firm.must("January alone", &area(202_601, "130"));
        assert_eq!(known(), ["130", "120", "120"], "on {}", firm.name);
        firm.must("January alone, again", &area(202_601, "0"));
        assert_eq!(known(), ["", "120", "120"]);
        firm.must("from January on", &area(202_601, "140").until_next());
        assert_eq!(known(), ["140", "140", "140"], "both are one again");
        firm.must("February alone", &area(202_602, "5"));
        assert_eq!(known(), ["140", "5", "140"]);
        firm.must("from February on", &area(202_602, "0").until_next());
        assert_eq!(known(), ["140", "", ""]);
        firm.clean();
    });
}

#[test]
fn a_pool_with_a_credit_is_its_mirror() {
    let firm = in_memory().set_up();
    firm.post("refund", cost("2026-03-05", "5100", "900", "-0.05"));
    firm.must("rule", &rule().share("10", dec("1")).share("20", dec("1")).share("30", dec("1")));
    firm.must("March", &Allocate::new("over", 202_603));
    assert_eq!(
        ["10", "20", "30", "900"].map(|centre| of(&firm, "5100", centre)),
        ["-0.02", "-0.02", "-0.01", "0"]
    );
    firm.clean();
}

#[test]
fn an_empty_pool_posts_nothing_until_there_is_something() {
    let firm = in_memory().set_up();
    firm.must("rule", &rule().share("10", dec("1")));
    let run = Allocate::new("over", 202_603);
    assert_eq!(firm.must("early", &run).entry, None);
    firm.post("rent", cost("2026-03-05", "5100", "900", "100"));
    assert!(firm.must("late", &run).entry.is_some());
    assert_eq!(of(&firm, "5100", "10"), "100");
}

/// Of many who run it at once one shares out; who posts to the pool meanwhile is in it, or after it.
#[test]
fn many_at_once() {
    for (name, store) in stores() {
        let firm = firm_of(Firm::on(name, store));
        firm.must("rule", &rule().share("10", dec("1")));
        std::thread::scope(|scope| {
            for n in 0..4 {
                let books = firm.books.clone();
                scope.spawn(move || {
                    books.send(&format!("run {n}"), &Allocate::new("over", 202_603)).unwrap()
                });
                let books = firm.books.clone();
                scope.spawn(move || {
                    books
                        .post(&format!("more {n}"), cost("2026-03-09", "5100", "900", "1"))
                        .unwrap()
                });
            }
        });
        let runs = firm.view(|view| allocation_runs(view, "over", 202_603));
        assert_eq!(runs.len(), 1, "on {name}");
        let left = dec(&of(&firm, "5100", "900"))
            + dec(&of(&firm, "5000", "900"))
            + runs[0].0.amount.to_decimal();
        assert_eq!(left, dec("181.05"), "77 of February, and 104.05");
        firm.clean();
    }
}

/// What adjusts a year is shared out where it lies, and leaves December's run alone.
#[test]
fn an_adjustment_period_has_a_run_of_its_own() {
    use fondaco_accounting::close::OpenAdjustmentPeriods;
    let firm = in_memory().set_up();
    firm.must("13", &OpenAdjustmentPeriods::new(2026, 1));
    firm.must("rule", &rule().share("10", dec("1")));
    firm.post("december", cost("2026-12-10", "5100", "900", "1000"));
    firm.post("late", cost("2026-12-31", "5100", "900", "100").adjusting(13));
    firm.must("of 13", &Allocate::new("over", 202613));
    let pool = |query: BalanceQuery| firm.sum(&query.dimension("cost_centre", "900"));
    assert_eq!(pool(BalanceQuery::account("5100").without_adjustments()), "1000");
    firm.must("of december", &Allocate::new("over", 202612));
    assert_eq!(pool(BalanceQuery::account("5100")), "0");
    let error = firm.refused("of the closing", &Allocate::new("over", 202699));
    assert!(
        ["accounting.bad_input", "accounting.unknown_period"].contains(&error.code()),
        "{error}"
    );
    firm.clean();
}

/// What a project spent on overheads is shared among the receivers as the project's: by centre and project nothing is left over.
#[test]
fn other_dimensions_stay() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let spent = |amount: &str, project: &str| {
            let mut entry = cost("2026-03-05", "5100", "900", amount);
            entry.postings[0].dimensions.set("project", project);
            entry
        };
        firm.post("of P1", spent("100", "P1"));
        firm.post("of P2", spent("0.05", "P2"));
        firm.post("of none", cost("2026-03-05", "5100", "900", "10"));
        firm.must("rule", &rule().share("10", dec("3")).share("20", dec("2")));
        let shown = firm.view(|view| allocation(view, "over", 202_603));
        let shared = firm.must("March", &Allocate::new("over", 202_603));
        assert_eq!((shared.amount.to_decimal(), shared.parts), (dec("110.05"), 6));
        let cell = |centre: &str, project: &str| {
            let query = BalanceQuery::account("5100").dimension("cost_centre", centre);
            firm.sum(&query.dimension("project", project))
        };
        for (project, parts) in [("P1", ["0", "60", "40"]), ("P2", ["0", "0.03", "0.02"])] {
            let found = ["900", "10", "20"].map(|centre| cell(centre, project));
            assert_eq!(found, parts, "{project} on {}", firm.name);
        }
        assert_eq!(of(&firm, "5100", "10"), "66.03");
        let text = shown.to_string();
        assert!(text.contains("project P1") && text.contains("Dimensions"), "{text}");
        let why = shown.explain().iter().map(ToString::to_string).collect::<String>();
        assert!(why.contains("└─ 5100 cost_centre 900, project P1: 100.00 EUR"), "{why}");
        firm.must("undo", &UndoAllocation::new("over", 202_603));
        assert_eq!((cell("900", "P1"), cell("10", "P1")), ("100".into(), "0".into()));
        firm.clean();
    });
}

/// Who takes an undoing back has the run back; and undone once more it is gone.
#[test]
fn a_run_that_was_brought_back_stands() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        firm.must("rule", &rule().share("10", dec("1")));
        let run = Allocate::new("over", 202_603);
        let shared = firm.must("March", &run);
        let undone = firm.must("undo", &UndoAllocation::new("over", 202_603));
        firm.must("not so", &Reverse::new(undone.id, d("2026-03-31")));
        assert_eq!(of(&firm, "5100", "10"), "130");
        assert_eq!(firm.must("again", &run), shared, "on {}", firm.name);
        let stands = firm.view(|view| allocation_runs(view, "over", 202_603));
        assert_eq!(stands.iter().map(|(_, stands)| *stands).collect::<Vec<_>>(), [true]);
        firm.must("undo again", &UndoAllocation::new("over", 202_603));
        assert_eq!(of(&firm, "5100", "10"), "30");
        assert!(firm.must("anew", &run).entry != shared.entry);
        assert_eq!(of(&firm, "5100", "10"), "130");
        firm.clean();
    });
}

/// What comes after a run is told, by the run and by the list of what is left.
#[test]
fn late_costs_are_told() {
    let firm = firm_of(in_memory());
    firm.must("rule", &rule().share("10", dec("1")));
    let left = |period| firm.view(|view| unallocated(view, period));
    assert_eq!((left(202_603)[0].amount, left(202_603)[0].run), (eur("100.05"), false));
    assert_eq!(left(202_602)[0].amount, eur("77"));
    let run = Allocate::new("over", 202_603);
    assert_eq!(firm.must("March", &run).left.to_decimal(), dec("0"));
    assert!(left(202_603).is_empty());
    firm.post("late", cost("2026-03-30", "5100", "900", "50"));
    let again = firm.must("March again", &run);
    assert_eq!((again.amount.to_decimal(), again.left.to_decimal()), (dec("100.05"), dec("50")));
    assert_eq!((left(202_603)[0].amount, left(202_603)[0].run), (eur("50"), true));
    // Where the period is locked it is undone in a later one, and shared there.
    firm.must("lock", &LockPeriod::new(202_603));
    let undo = UndoAllocation::new("over", 202_603);
    assert_eq!(firm.refused("locked", &undo).code(), "accounting.period_locked");
    let early = undo.clone().on(d("2026-03-30"));
    assert_eq!(firm.refused("early", &early).code(), "accounting.bad_input");
    firm.must("in April", &undo.on(d("2026-04-30")));
    let april = firm.must("April", &Allocate::new("over", 202_604));
    assert_eq!(april.amount.to_decimal(), dec("100.05"));
    assert_eq!(of(&firm, "5100", "10"), "130");
    firm.clean();
}
