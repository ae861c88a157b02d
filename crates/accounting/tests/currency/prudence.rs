//! By the lowest value principle losses are recognised, and gains of what falls due within a year alone.

use std::sync::Arc;

use fondaco_accounting::close::{PointKind, checklist};
use fondaco_core::store::Tags;

use crate::common::*;
use crate::firm::*;

const DAY: &str = "2026-03-31";

/// A firm with items of many terms, money and loans in dollars, at 0.80 euro each; 0.90 from April on, 1.00 from May on.
fn firm_of(firm: Firm) -> Firm {
    let firm = named(firm);
    let long = |code: &str, name: &str, class| NewAccount {
        tags: [("term", "long")].into_iter().collect(),
        ..NewAccount::new(code, name, class)
    };
    let accounts = vec![
        long("1310", "Lent", AccountClass::Asset),
        long("2500", "Loans", AccountClass::Liability),
        NewAccount::new("1209", "Customers, valued", AccountClass::Asset),
    ];
    firm.must("accounts", &OpenAccounts::new(accounts));
    firm.must("source", &OpenRateSource::new("SPOT", "Bank"));
    let rate =
        |rate: &str, day: &str| NewRate::new(Currency::USD, Currency::EUR, dec(rate), d(day));
    let rates =
        vec![rate("0.80", "2026-01-01"), rate("0.90", "2026-04-01"), rate("1", "2026-05-01")];
    firm.must("rates", &RecordRates::new("SPOT", rates));
    firm.must("monetary", &MarkMonetary::new(["1010", "1200", "1310", "2000", "2500"]));
    firm
}

fn due(mut entry: NewEntry, day: &str) -> NewEntry {
    entry.postings[0].due_date = Some(d(day));
    entry
}

fn at(firm: &Firm, account: &str, day: &str) -> String {
    firm.sum(&BalanceQuery::account(account).until(d(day)))
}

fn unrevalued(firm: &Firm, period: i32) -> usize {
    let list = firm.view(|view| checklist(view, period));
    list.points.iter().filter(|point| point.kind == PointKind::Unrevalued).count()
}

#[test]
fn each_item_by_its_term() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        let bill = |day: &str, worth: &str| due(entry("1200", "2026-01-06", "100 USD", worth), day);
        firm.post("soon, gains", bill("2027-03-31", "75 EUR"));
        firm.post("later, gains", bill("2027-04-01", "70 EUR"));
        firm.post("later, loses", bill("2027-04-01", "91 EUR"));
        let owed = |worth: &str| due(entry("2000", "2026-01-06", "-100 USD", worth), "2028-01-01");
        firm.post("owed, gains", owed("-95 EUR"));
        firm.post("owed, loses", owed("-79 EUR"));
        let run = Revalue::at(d(DAY)).prudently();
        let preview = firm.view(|view| revaluation(view, &run));
        // 75 to 80, 70 as it is, 91 to 80; 95 owed as they are, 79 to 80.
        let figures = |line: &RevaluedLine| {
            [line.before, line.by_rate, line.worth, line.difference(), line.unrecognised()]
        };
        let of = |figures: [&str; 5]| figures.map(eur);
        let shown: Vec<_> = preview.lines.iter().map(figures).collect();
        assert_eq!(
            shown,
            [of(["236", "240", "230", "-6", "10"]), of(["-174", "-160", "-175", "-1", "15"]),],
            "on {}",
            firm.name
        );
        let text = preview.to_report().to_string();
        assert!(text.contains("Not recognised"), "{text}");
        assert!(text.contains("sections 252 and 256a HGB"), "{text}");
        let why = preview.explain()[0].to_string();
        let told = |line: &&str| line.contains("EUR") && (line.starts_with(['1', '├', '└']));
        let told: Vec<&str> = why.lines().filter(told).collect();
        assert_eq!(
            told,
            [
                "1200 Customers, USD, not realised at 2026-03-31: -6.00 EUR",
                "├─ by the rate, of 300.00 USD: 240.00 EUR",
                "├─ gains that are not recognised: 10.00 EUR",
                "└─ in the books: 236.00 EUR",
            ],
            "{why}"
        );
        assert_eq!(unrevalued(&firm, 202_603), 1);
        let done = firm.must("March", &run);
        assert_eq!(done.difference.to_decimal(), dec("-7"));
        assert_eq!((at(&firm, "1200", DAY), at(&firm, "2000", DAY)), ("230".into(), "-175".into()));
        assert!(firm.must("March again", &run).entries.is_empty());
        assert_eq!(unrevalued(&firm, 202_603), 0, "by the method of the last run");
        let runs = firm.view(|view| revaluations(view));
        assert_eq!(runs[0].method, Some(ValuationMethod::LowestValue));
        let all = firm.view(|view| revaluation(view, &Revalue::at(d(DAY))));
        assert_eq!(all.difference(), eur("25"), "IAS 21 has all of them at the rate");
        firm.tick("2026-04-01");
        assert_eq!(at(&firm, "1200", "2026-04-01"), "236");
        // At 0.90 the loss of 11 is one of 1; and what was due in more than a year is due within one: 70 gain, too.
        let april = Revalue::at(d("2026-04-30")).prudently();
        firm.must("April", &april);
        assert_eq!(at(&firm, "1200", "2026-04-30"), "270");
        firm.clean();
    });
}

/// A loan without items: a loss that goes away comes back as far as what was paid, also within the day of a run that stands.
#[test]
fn a_balance_comes_back_to_its_cost_and_no_further() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        firm.post("lent", entry("1310", "2026-01-05", "100 USD", "84 EUR"));
        firm.post("money", entry("1010", "2026-01-05", "100 USD", "70 EUR"));
        firm.post("borrowed", entry("2500", "2026-01-05", "-100 USD", "-84 EUR"));
        let run = |day: &str| Revalue::at(d(day)).prudently();
        let stands = |day: &str| ["1010", "1310", "2500"].map(|account| at(&firm, account, day));
        firm.must("March", &run(DAY));
        assert_eq!(stands(DAY), ["80", "80", "-84"], "money is at sight, on {}", firm.name);
        // The rate of March was another: 0.90.
        let mended =
            RateCorrection::new(Currency::USD, Currency::EUR, Some(dec("0.90")), d("2026-01-01"));
        firm.must("mend", &CorrectRates::new("SPOT", vec![mended]));
        let job = firm.run_job("March again", &mut run(DAY), &mut ()).unwrap();
        assert_eq!(job.report.difference.to_decimal(), dec("8"));
        assert_eq!(stands(DAY), ["90", "84", "-90"]);
        assert!(firm.must("and again", &run(DAY)).entries.is_empty());
        firm.tick("2026-04-01");
        assert_eq!(stands("2026-04-01"), ["70", "84", "-84"]);
        firm.clean();
    });
}

/// A balance is one: its dimensions gain and lose within it.
#[test]
fn dimensions_share_what_the_whole_balance_comes_to() {
    let firm = firm_of(in_memory());
    let lent = |site: &str, worth: &str| {
        let mut lent = entry("1310", "2026-01-05", "100 USD", worth);
        lent.postings[0] = lent.postings[0].clone().dimension("site", site);
        lent
    };
    firm.post("Lido", lent("Lido", "70 EUR"));
    firm.post("Mestre", lent("Mestre", "88 EUR"));
    let run = |day: &str| Revalue::at(d(day)).prudently();
    assert!(firm.must("158 cost, 160 worth", &run(DAY)).entries.is_empty());
    firm.post("more", lent("Mestre", "88 EUR"));
    let done = firm.must("246 cost, 240 worth", &run(DAY));
    assert_eq!(done.difference.to_decimal(), dec("-6"));
    let of =
        |site: &str| firm.sum(&BalanceQuery::account("1310").until(d(DAY)).dimension("site", site));
    assert_eq!((of("Lido"), of("Mestre")), ("80".into(), "160".into()));
    firm.clean();
}

/// An item without a due date is at sight, but on an account of long terms; what stands on an adjustment account is no cost.
#[test]
fn items_of_long_accounts_and_adjustments_beside() {
    let firm = firm_of(in_memory());
    firm.must("items", &ChangeAccount::open_items("1310", true));
    let beside = SetExchangeAccounts::new("GEN", "4900", "5900").adjustment("1209");
    firm.must("beside", &beside.of_account("1310"));
    firm.post("no day", entry("1310", "2026-01-05", "100 USD", "75 EUR"));
    firm.post("soon", due(entry("1310", "2026-01-05", "100 USD", "76 EUR"), "2026-12-31"));
    firm.post("at sight", entry("1200", "2026-01-05", "100 USD", "75 EUR"));
    firm.post("loses", entry("1310", "2026-01-05", "100 USD", "89 EUR"));
    let run = Revalue::at(d(DAY)).prudently();
    firm.must("March", &run);
    assert_eq!((at(&firm, "1310", DAY), at(&firm, "1209", DAY)), ("240".into(), "-5".into()));
    assert_eq!(at(&firm, "1200", DAY), "80");
    // The tag goes: everything is at sight, and so at the rate.
    let plain =
        ChangeAccount { tags: Some(Tags::default()), ..ChangeAccount::rename("1310", "Lent") };
    firm.must("no tag", &plain);
    assert_eq!(firm.must("March again", &run).difference.to_decimal(), dec("5"));
    assert_eq!(at(&firm, "1209", DAY), "0");
    firm.clean();
}

/// The leading ledger goes by the law, the group's by IAS 21, from one set of entries.
#[test]
fn beside_a_ledger_that_recognises_all() {
    use fondaco_accounting::parallel::DefineLedger;
    let two =
        [in_memory(), Firm::unloaded("model, not loaded", Arc::new(fondaco_testkit::Model::new()))];
    for firm in two {
        let firm = firm_of(firm);
        firm.must("ifrs", &DefineLedger::new("ifrs", "IFRS").valuing_all());
        firm.must("journal", &OpenJournal::new("IFR", "IFRS").in_ledger("ifrs"));
        firm.post("lent", entry("1310", "2026-01-05", "100 USD", "75 EUR"));
        firm.post("borrowed", entry("2500", "2026-01-05", "-50 USD", "-39 EUR"));
        firm.must("by the law", &Revalue::at(d(DAY)).prudently());
        firm.must("by IFRS", &Revalue::at(d(DAY)).in_journal("IFR"));
        let of = |account: &str| {
            let query = BalanceQuery::account(account).until(d(DAY));
            (firm.sum(&query), firm.sum(&query.of_ledger("ifrs")))
        };
        assert_eq!(of("1310"), ("75".into(), "80".into()));
        assert_eq!(of("2500"), ("-40".into(), "-40".into()));
        assert_eq!(unrevalued(&firm, 202_603), 0, "each by its own method");
        assert!(firm.must("again", &Revalue::at(d(DAY)).prudently()).entries.is_empty());
        firm.clean();
    }
}
