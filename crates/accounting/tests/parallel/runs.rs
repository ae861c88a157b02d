//! What the engine's own runs make of entries that belong to one ledger alone: nothing, but for a revaluation in a journal of it.

use fondaco_accounting::allocation::{Allocate, unallocated};

use crate::common::*;
use crate::firm::*;

#[test]
fn runs_are_of_what_belongs_to_all() {
    on_two_stores(|firm| {
        let firm = set_up(firm, false);
        let rent = |journal: &str, amount: &str| {
            let cost = NewPosting::debit("5100", eur(amount)).dimension("site", "Mestre");
            NewEntry::new(journal, d("2026-03-10")).posting(cost).credit("1000", eur(amount))
        };
        firm.post("rent", rent("GEN", "10"));
        firm.post("rent by other rules", rent("IFR", "60"));
        let dollars = NewPosting::debit("1010", usd("100")).worth(eur("80"));
        let dollars = NewEntry::new("IFR", d("2026-03-11")).conversion().posting(dollars);
        firm.post("dollars by other rules", dollars.credit("1000", eur("80")));

        let valued = firm.must("value", &Revalue::at(d("2026-03-31")));
        assert!(valued.entries.is_empty(), "{valued:?}");
        let waiting = firm.view(|view| unallocated(view, 202_603));
        assert_eq!(waiting.iter().map(|it| it.amount).collect::<Vec<_>>(), [eur("10")]);
        for name in ["share", "share again"] {
            let shared = firm.must(name, &Allocate::new("rent", 202_603));
            assert_eq!(shared.left.to_decimal(), dec("0"), "{shared:?}");
        }
        assert!(firm.view(|view| unallocated(view, 202_603)).is_empty());
    });
}

/// An IFRS lease of 100 USD: at each closing rate in IFRS, never in the leading ledger, and told until it is.
#[test]
fn what_a_ledger_has_alone_is_valued_in_a_journal_of_it() {
    on_every_store(|firm| {
        let firm = set_up(firm, false);
        firm.must("debts too", &MarkMonetary::new(["1010", "2000"]));
        let lease = NewPosting::credit("2000", usd("100")).worth(eur("80"));
        let lease = NewEntry::new("IFR", d("2025-03-10"))
            .conversion()
            .posting(lease.dimension("site", "Lido"))
            .debit("5100", eur("80"));
        firm.post("lease", lease);
        let dollars = NewPosting::debit("1010", usd("10")).worth(eur("8"));
        let dollars = NewEntry::new("GEN", d("2025-03-11")).conversion().posting(dollars);
        firm.post("dollars", dollars.credit("1000", eur("8")));
        let until = |query: BalanceQuery, day: &str| firm.sum(&query.until(d(day)));
        let owed = |ledger: Option<&str>, day: &str| {
            let query = BalanceQuery::account("2000");
            until(ledger.map_or(query.clone(), |ledger| query.of_ledger(ledger)), day)
        };
        let unrevalued = || -> Vec<String> {
            let list = firm.view(|view| checklist(view, 202_601));
            let points = list.points.iter().filter(|of| of.kind == PointKind::Unrevalued);
            points.map(ToString::to_string).collect()
        };
        // Until the end of 2025 the rate is that of the books; in 2026 it is 0.90.
        let at = Revalue::at(d("2026-01-31"));
        assert_eq!(unrevalued(), ["currencies not revalued: 2, such as USD; revalue them"]);
        let all = firm.must("of all", &at);
        assert_eq!(all.difference.to_decimal(), dec("1"), "the dollars alone, on {}", firm.name);
        assert_eq!(unrevalued(), ["currencies not revalued: 1, such as USD of ifrs; revalue them"]);
        let run = at.clone().in_journal("IFR");
        let shown = firm.view(|view| revaluation(view, &run));
        assert_eq!((shown.lines.len(), shown.difference()), (1, eur("-10")));
        assert!(shown.to_string().contains("(SPOT, ifrs)"), "{shown}");
        let own = firm.must("of ifrs", &run);
        assert_eq!((own.entries.len(), own.difference.to_decimal()), (1, dec("-10")));
        assert_eq!(
            (owed(None, "2026-01-31"), owed(Some("ifrs"), "2026-01-31")),
            ("0".into(), "-90".into())
        );
        assert_eq!(owed(Some("gaap"), "2026-01-31"), "0");
        let lido = BalanceQuery::account("5900").dimension("site", "Lido");
        assert_eq!(until(lido.of_ledger("ifrs"), "2026-01-31"), "10", "with the lease's dimension");
        assert!(unrevalued().is_empty());
        assert!(firm.must("of ifrs, again", &run).entries.is_empty());
        assert!(firm.must("of gaap", &at.clone().in_journal("GAP")).entries.is_empty());
        // The clock shows 1 June: both were taken back on 1 February.
        firm.tick("2026-06-01");
        assert_eq!(
            (owed(Some("ifrs"), "2026-01-31"), owed(Some("ifrs"), "2026-02-01")),
            ("-90".into(), "-80".into())
        );
        // As a job it is the same.
        let february = Revalue::at(d("2026-02-28")).in_journal("IFR");
        let job = firm.run_job("job", &mut february.clone(), &mut ()).unwrap();
        assert_eq!(job.report.difference.to_decimal(), dec("-10"));
        assert!(firm.must("after the job", &february).entries.is_empty());
        assert_eq!(
            firm.refused("nowhere", &at.in_journal("NONE")).code(),
            "accounting.unknown_journal"
        );
        firm.clean();
    });
}

/// What stands in the lease's stead is the ledger's alone, and no other run counts it.
#[test]
fn adjustments_of_one_ledger_are_no_others() {
    let firm = set_up(in_memory(), false);
    let allowance = NewAccount::new("2009", "Debts, at closing rates", AccountClass::Liability);
    firm.must("2009", &OpenAccounts::new(vec![allowance]));
    let accounts = SetExchangeAccounts::new("GEN", "4900", "5900").adjustment("2009");
    firm.must("differences beside", &accounts);
    firm.must("debts too", &MarkMonetary::new(["2000"]));
    let owe = |journal: &str, worth: &str| {
        let owed = NewPosting::credit("2000", usd("100")).worth(eur(worth));
        NewEntry::new(journal, d("2026-01-10")).conversion().posting(owed).debit("5100", eur(worth))
    };
    firm.post("of all", owe("GEN", "80"));
    firm.post("of ifrs", owe("IFR", "70"));
    let run = Revalue::at(d("2026-01-31"));
    assert_eq!(firm.must("run of all", &run).difference.to_decimal(), dec("-10"));
    let own = run.clone().in_journal("IFR");
    assert_eq!(firm.must("run of ifrs", &own).difference.to_decimal(), dec("-20"));
    assert!(firm.must("all again", &run).entries.is_empty());
    assert!(firm.must("ifrs again", &own).entries.is_empty());
    let of = |query: BalanceQuery| firm.sum(&query.until(d("2026-01-31")));
    let both = of(BalanceQuery::account("2009").of_ledger("ifrs"));
    assert_eq!((of(BalanceQuery::account("2009")), both), ("-10".into(), "-30".into()));
    firm.clean();
}

/// A ledger that values all by itself stands at its own rates, what is of all ledgers too; the leading one at the leading one's.
#[test]
fn a_ledger_may_value_all_by_rates_of_its_own() {
    on_every_store(|firm| {
        let firm = set_up(firm, false);
        firm.must("group", &DefineLedger::new("group", "The group's").valuing_all());
        firm.must("its journal", &OpenJournal::new("GRP", "Group").in_ledger("group"));
        firm.must("its rates", &OpenRateSource::new("GROUP", "Treasury"));
        let rate = NewRate::new(Currency::USD, Currency::EUR, dec("1"), d("2026-01-01"));
        firm.must("its rate", &RecordRates::new("GROUP", vec![rate]));
        let beside = NewAccount::new("1209", "Customers, at closing rates", AccountClass::Asset);
        firm.must("1209", &OpenAccounts::new(vec![beside]));
        firm.must("items", &ChangeAccount::open_items("1200", true));
        let beside = SetExchangeAccounts::new("GEN", "4900", "5900").adjustment("1209");
        firm.must("differences beside", &beside.of_account("1200"));
        firm.must("more", &MarkMonetary::new(["1010", "1200", "2000"]));
        let of = |journal: &str, debit: NewPosting, credit: NewPosting| {
            NewEntry::new(journal, d("2026-01-10")).conversion().posting(debit).posting(credit)
        };
        let dollars = |account: &str, side, amount: &str, worth: &str| {
            NewPosting::new(account, side, usd(amount)).worth(eur(worth))
        };
        let bought = || {
            let paid = NewPosting::credit("1000", eur("8"));
            of("GEN", dollars("1010", Side::Debit, "10", "8"), paid)
        };
        firm.post("dollars", bought());
        let sales = NewPosting::credit("4000", eur("80"));
        firm.post("sale", of("GEN", dollars("1200", Side::Debit, "100", "80"), sales));
        let lease = dollars("2000", Side::Credit, "100", "80");
        firm.post("lease", of("GRP", NewPosting::debit("5100", eur("80")), lease));
        let unrevalued = |period| -> Vec<String> {
            let list = firm.view(|view| checklist(view, period));
            let points = list.points.iter().filter(|of| of.kind == PointKind::Unrevalued);
            points.map(ToString::to_string).collect()
        };
        let law = |day: &str| Revalue::at(d(day));
        let group = |day: &str| law(day).source("GROUP").in_journal("GRP");
        let moved = |name: &str, run: &Revalue| firm.must(name, run).difference.to_decimal();
        let stands = |day: &str| {
            ["1010", "1209", "2000"].map(|account| {
                let query = BalanceQuery::account(account).until(d(day));
                (firm.sum(&query), firm.sum(&query.of_ledger("group")))
            })
        };
        let both = |law: [&str; 3], group: [&str; 3]| {
            [0, 1, 2].map(|at| (law[at].to_owned(), group[at].to_owned()))
        };
        let day = "2026-01-31";
        assert_eq!(moved("by the law", &law(day)), dec("11"), "on {}", firm.name);
        assert_eq!(
            unrevalued(202_601),
            ["currencies not revalued: 1, such as USD of group; revalue them"]
        );
        let shown = firm.view(|view| revaluation(view, &group(day)));
        let shown: Vec<_> = shown.lines.iter().map(|line| line.difference().to_string()).collect();
        assert_eq!(shown, ["1.00 EUR", "10.00 EUR", "-20.00 EUR"]);
        assert_eq!(moved("the group's", &group(day)), dec("-9"));
        assert_eq!(stands(day), both(["9", "10", "0"], ["10", "20", "-100"]));
        assert!(unrevalued(202_601).is_empty());
        assert!(firm.must("the group's, again", &group(day)).entries.is_empty());
        assert!(firm.must("by the law, again", &law(day)).entries.is_empty());
        // What comes to all ledgers comes to both runs.
        firm.post("more dollars", bought());
        assert_eq!(moved("more, the group's", &group(day)), dec("2"));
        assert_eq!(moved("more, by the law", &law(day)), dec("1"));
        assert_eq!(
            unrevalued(202_601),
            ["currencies not revalued: 1, such as USD of group; revalue them"]
        );
        assert_eq!(moved("and not twice", &group(day)), dec("-1"));
        assert_eq!(stands(day), both(["18", "10", "0"], ["20", "20", "-100"]));
        // The clock takes both back; next month as a job, the other way round.
        firm.tick("2026-06-01");
        assert_eq!(stands("2026-02-01"), both(["16", "0", "0"], ["16", "0", "-80"]));
        let day = "2026-02-28";
        let job = firm.run_job("job", &mut group(day), &mut ()).unwrap();
        assert_eq!(job.report.difference.to_decimal(), dec("4"));
        assert_eq!(moved("then by the law", &law(day)), dec("12"));
        assert_eq!(moved("and the group's", &group(day)), dec("-12"));
        assert_eq!(stands(day), both(["18", "10", "0"], ["20", "20", "-100"]));
        assert!(unrevalued(202_602).is_empty());
        let ifrs = BalanceQuery::account("1010").until(d(day)).of_ledger("ifrs");
        assert_eq!(firm.sum(&ifrs), "18", "another ledger has what all have");
        firm.clean();
    });
}
