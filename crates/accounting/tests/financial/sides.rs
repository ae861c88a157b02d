//! Accounts that stand on one side or the other: rows add up across, and collective accounts are judged party by party.

use fondaco_accounting::ledger::*;
use fondaco_accounting::reports::{FinancialQuery, FinancialStatement};
use fondaco_core::party::{MergeParties, RegisterParty, TABLES as PARTIES};
use fondaco_core::{ActorId, CommandId, Currency, Envelope, PartyId};
use rust_decimal::Decimal;

use crate::common::*;
use crate::firm::{filled, shipped};
use crate::model::every_row_opens;

const ACCOUNTS: [(&str, AccountClass); 6] = [
    ("1200", AccountClass::Asset),
    ("1800", AccountClass::Asset),
    ("2900", AccountClass::Equity),
    ("3300", AccountClass::Liability),
    ("4400", AccountClass::Income),
    ("5400", AccountClass::Expense),
];

/// Books by SKR04, with customers and suppliers kept by open items.
fn firm_on(firm: Firm) -> Firm {
    firm.must("set up", &SetUp::new(Currency::EUR));
    let accounts = ACCOUNTS.map(|(code, class)| NewAccount::new(code, code, class)).to_vec();
    firm.must("chart", &OpenAccounts::new(accounts));
    firm.must("gen", &OpenJournal::new("GEN", "General"));
    firm.must("2026", &OpenFiscalYear::calendar_year(2026));
    for code in ["1200", "3300"] {
        firm.must(code, &ChangeAccount::open_items(code, true));
    }
    firm
}

fn party(name: &str) -> PartyId {
    PartyId::named(name)
}

fn moved(date: &str, debit: &str, credit: &str, amount: &str, who: &str) -> NewEntry {
    let entry = NewEntry::new("GEN", d(date)).debit(debit, eur(amount)).credit(credit, eur(amount));
    if who.is_empty() { entry } else { entry.party(party(who)) }
}

fn at(day: &str) -> FinancialQuery {
    FinancialQuery::new().at(d(day))
}

fn row(statement: &FinancialStatement, code: &str) -> Vec<String> {
    let amounts = &statement.row(code).unwrap().amounts;
    amounts.iter().map(|amount| amount.unwrap().normalize().to_string()).collect()
}

fn two(a: &str, b: &str) -> Vec<String> {
    vec![a.to_owned(), b.to_owned()]
}

fn add_up(statement: &FinancialStatement) {
    for row in statement.rows.iter() {
        let amounts: Vec<Decimal> = row.amounts.iter().copied().flatten().collect();
        let Some((total, parts)) = amounts.split_last() else { continue };
        assert_eq!(parts.iter().sum::<Decimal>(), *total, "{} of {statement}", row.code);
    }
}

/// Once: a hundred rows in each column are as many statements.
fn opens(firm: &Firm, query: &FinancialQuery) {
    if firm.name == "memory" {
        every_row_opens(firm, &shipped("hgb-266-skr04"), query);
    }
}

/// A bank account with money at one site and less than none at another is money: it is not overdrawn.
#[test]
fn by_dimension_rows_add_up_across() {
    on_every_store(|firm| {
        let firm = firm_on(firm);
        let bank = |site: &str, amount: &str| {
            let amount = eur(amount);
            let side = if amount.is_negative() { Side::Credit } else { Side::Debit };
            NewEntry::new("GEN", d("2026-03-01"))
                .posting(NewPosting::new("1800", side, amount.abs()).dimension("site", site))
                .posting(NewPosting::new("2900", side.opposite(), amount.abs()))
        };
        firm.post("Lido", bank("Lido", "100"));
        firm.post("Mestre", bank("Mestre", "-40"));
        let layout = shipped("hgb-266-skr04");
        let query = at("2026-12-31").by_dimension("site");
        let sheet = filled(&firm, &layout, &query);
        assert_eq!(row(&sheet, "a.B.IV"), ["100", "-40", "0", "60"], "on {}", firm.name);
        assert_eq!(row(&sheet, "p.C.2"), ["0", "0", "0", "0"]);
        add_up(&sheet);
        assert!(sheet.untaken.is_empty());
        opens(&firm, &query);
        // Of two days each is judged by itself; a site alone by what it has.
        firm.post("spent", bank("Lido", "-70"));
        let alone = filled(&firm, &layout, &at("2026-12-31").dimension("site", "Lido"));
        assert_eq!(
            (row(&alone, "a.B.IV"), row(&alone, "p.C.2")),
            (vec!["30".into()], vec!["0".into()])
        );
        let days = at("2026-02-28").at(d("2026-12-31")).by_dimension("site");
        let both = filled(&firm, &layout, &days);
        assert_eq!(row(&both, "p.C.2"), ["0", "0", "0", "0", "-30", "40", "0", "10"]);
    });
}

/// § 246 Abs. 2 HGB: who paid too much is owed it, whatever the others owe.
#[test]
fn customers_in_credit_are_debts() {
    on_every_store(|firm| {
        let firm = firm_on(firm);
        firm.must("bill", &Post::new(moved("2026-01-10", "1200", "4400", "100", "ada")));
        firm.must("too much", &Post::new(moved("2026-02-10", "1800", "1200", "30", "ben")));
        firm.must("nobody's", &Post::new(moved("2026-02-11", "1800", "1200", "7", "")));
        firm.must("bought", &Post::new(moved("2026-01-12", "5400", "3300", "60", "carla")));
        firm.must("paid twice", &Post::new(moved("2026-03-12", "3300", "1800", "25", "dan")));
        let layout = shipped("hgb-266-skr04");
        let query = at("2026-12-31").at(d("2026-02-28")).at(d("2026-01-31"));
        let sheet = filled(&firm, &layout, &query);
        let of = |code| row(&sheet, code);
        assert_eq!(of("a.B.II.1"), ["100", "100", "100"], "on {}", firm.name);
        assert_eq!(of("p.C.8"), ["37", "37", "0"]);
        assert_eq!(
            (of("p.C.4"), of("a.B.II.4")),
            (vec!["60".into(); 3], vec!["25".into(), "0".into(), "0".into()])
        );
        assert_eq!((sheet.failed.len(), sheet.untaken.len()), (0, 0));
        opens(&firm, &query);
        opens(&firm, &FinancialQuery::new().days("2026-02-01/2026-12-31".parse().unwrap()));
        let opened = firm.books.row_postings(&layout, &at("2026-12-31"), "p.C.8", 0).unwrap();
        assert_eq!(opened.accounts[0].lines.len(), 2, "ben's and nobody's, not ada's");
    });
}

/// A revaluation's posting is no debt to anybody: it is with the claims, or the debts, that it values.
#[test]
fn revaluations_stand_with_what_they_value() {
    use fondaco_accounting::currency::{
        MarkMonetary, NewRate, OpenRateSource, RecordRates, Revalue, SetExchangeAccounts,
    };
    on_every_store(|firm| {
        let firm = firm_on(firm);
        firm.must("source", &OpenRateSource::new("SPOT", "Bank"));
        let rate = NewRate::new(Currency::USD, Currency::EUR, dec("0.80"), d("2026-01-01"));
        firm.must("rates", &RecordRates::new("SPOT", vec![rate]));
        firm.must("differences", &SetExchangeAccounts::new("GEN", "4400", "5400"));
        firm.must("monetary", &MarkMonetary::new(["1200", "3300"]));
        let in_dollars = |debit: &str, credit: &str, who: &str| {
            let posting =
                |account, side| NewPosting::new(account, side, money("100 USD")).worth(eur("86"));
            NewEntry::new("GEN", d("2026-01-10"))
                .posting(posting(debit, Side::Debit))
                .posting(posting(credit, Side::Credit))
                .party(party(who))
        };
        firm.post("sold", in_dollars("1200", "4400", "ada"));
        firm.post("bought", in_dollars("5400", "3300", "carla"));
        firm.post("too much", moved("2026-02-10", "1800", "1200", "30", "ben"));
        firm.must("March", &Revalue::at(d("2026-03-31")));
        let layout = shipped("hgb-266-skr04");
        let query = at("2026-03-31").at(d("2026-03-30"));
        let sheet = filled(&firm, &layout, &query);
        let of = |code| row(&sheet, code);
        assert_eq!((of("a.B.II.1"), of("a.B.II.4")), (two("80", "86"), two("0", "0")));
        assert_eq!((of("p.C.4"), of("p.C.8")), (two("80", "86"), two("30", "30")));
        assert!(sheet.untaken.is_empty(), "on {}", firm.name);
        opens(&firm, &query);
        let opened = firm.books.row_postings(&layout, &query, "a.B.II.1", 0).unwrap();
        assert_eq!(opened.accounts[0].lines.len(), 2, "ada's and the run's");
    });
}

/// What comes to nought over all sites is something at each: it stays in a row, and rows add up across.
#[test]
fn what_comes_to_nought_in_all_is_on_its_normal_side() {
    on_every_store(|firm| {
        let firm = firm_on(firm);
        let of_site = |account: &str, side: Side, amount: &str, site: &str| {
            let one = NewPosting::new(account, side, eur(amount));
            let one = if site.is_empty() { one } else { one.dimension("site", site) };
            let other = NewPosting::new("1800", side.opposite(), eur(amount));
            NewEntry::new("GEN", d("2026-03-01")).posting(one).posting(other).party(party("ada"))
        };
        let item = |name: &str, entry| ItemKey::new(firm.post(name, entry).id, 1);
        let paid = |account: &str, side: Side| {
            let bill = item(&format!("{account} bill"), of_site(account, side, "100", "Lido"));
            let name = format!("{account} paid");
            let payment = item(&name, of_site(account, side.opposite(), "100", ""));
            let clear = Clear::new(account).all(bill).all(payment);
            firm.must(&format!("{account} cleared"), &clear);
        };
        paid("1200", Side::Debit);
        paid("3300", Side::Credit);
        let layout = shipped("hgb-266-skr04");
        let query = at("2026-12-31").by_dimension("site");
        let sheet = filled(&firm, &layout, &query);
        let of = |code| row(&sheet, code);
        assert_eq!(of("a.B.II.1"), ["100", "-100", "0"], "on {}", firm.name);
        assert_eq!(of("p.C.4"), ["100", "-100", "0"]);
        assert_eq!((of("a.B.II.4"), of("p.C.8")), (vec!["0".into(); 3], vec!["0".into(); 3]));
        add_up(&sheet);
        assert!(sheet.untaken.is_empty(), "{sheet}");
        opens(&firm, &query);
        // The bank, whose sites come to nought.
        let bank = |site: &str, side| {
            let one = NewPosting::new("1800", side, eur("40")).dimension("site", site);
            let other = NewPosting::new("2900", side.opposite(), eur("40"));
            NewEntry::new("GEN", d("2026-03-01")).posting(one).posting(other)
        };
        firm.post("in", bank("Lido", Side::Debit));
        firm.post("out", bank("Mestre", Side::Credit));
        let sheet = filled(&firm, &layout, &query);
        assert_eq!(row(&sheet, "a.B.IV"), ["40", "-40", "0", "0"]);
        assert_eq!(row(&sheet, "p.C.2"), ["0", "0", "0", "0"]);
        add_up(&sheet);
        assert!(sheet.untaken.is_empty(), "{sheet}");
        opens(&firm, &query);
    });
}

#[test]
fn cleared_across_parties_and_merged_they_are_one() {
    let firm = firm_on(in_memory());
    firm.books.driver().prepare(PARTIES).unwrap();
    let send = |name: &str| Envelope::new(CommandId::named(name), ActorId::new("clerk"), minute(0));
    for who in ["ada", "ada, on the web"] {
        firm.books.driver().carry_out(send(who), &RegisterParty::person(party(who), who)).unwrap();
    }
    let item = |name: &str, line, entry| ItemKey::new(firm.post(name, entry).id, line);
    item("bill", 1, moved("2026-01-10", "1200", "4400", "100", "ada"));
    item("paid", 2, moved("2026-01-11", "1800", "1200", "30", "ada, on the web"));
    let of_ben = item("ben's bill", 1, moved("2026-01-10", "1200", "4400", "50", "ben"));
    let by_carla = item("carla pays it", 2, moved("2026-02-10", "1800", "1200", "50", "carla"));
    let layout = shipped("hgb-266-skr04");
    let query = at("2026-02-28").at(d("2026-01-31"));
    let both = |firm: &Firm| {
        let sheet = filled(firm, &layout, &query);
        (row(&sheet, "a.B.II.1"), row(&sheet, "p.C.8"))
    };
    assert_eq!(both(&firm), (two("150", "150"), two("80", "30")));
    let merge = MergeParties::new(party("ada"), party("ada, on the web"));
    firm.books.driver().carry_out(send("merge"), &merge).unwrap();
    assert_eq!(both(&firm), (two("120", "120"), two("50", "0")));
    let cleared =
        Clear { date: Some(d("2026-02-15")), ..Clear::new("1200").all(of_ben).all(by_carla) };
    firm.must("clear", &cleared.across_parties());
    assert_eq!(both(&firm), (two("70", "120"), two("0", "0")));
    every_row_opens(&firm, &layout, &query);
    firm.clean();
}

/// As known at a time, and by site: what a party has is judged as a whole, and its sites add up.
#[test]
fn known_at_a_time_and_by_site() {
    let firm = firm_on(in_memory());
    let owed = |site: &str, amount: &str, who: &str| {
        let amount = eur(amount);
        let side = if amount.is_negative() { Side::Credit } else { Side::Debit };
        NewEntry::new("GEN", d("2026-03-01"))
            .posting(NewPosting::new("1200", side, amount.abs()).dimension("site", site))
            .posting(NewPosting::new("4400", side.opposite(), amount.abs()).dimension("site", site))
            .party(party(who))
    };
    firm.post("ada", owed("Lido", "100", "ada"));
    firm.post("ada's return", owed("Mestre", "-20", "ada"));
    firm.post("ben's", owed("Lido", "-5", "ben"));
    firm.at_minute(10);
    firm.post("late", owed("Mestre", "-15", "ben"));
    let layout = shipped("hgb-266-skr04");
    let query = at("2026-12-31").by_dimension("site");
    let sheet = filled(&firm, &layout, &query);
    assert_eq!(row(&sheet, "a.B.II.1"), ["100", "-20", "0", "80"]);
    assert_eq!(row(&sheet, "p.C.8"), ["5", "15", "0", "20"]);
    add_up(&sheet);
    assert!(sheet.untaken.is_empty());
    every_row_opens(&firm, &layout, &query);
    let known = at("2026-12-31").known_at(minute(5));
    let sheet = filled(&firm, &layout, &known);
    assert_eq!(
        (row(&sheet, "a.B.II.1"), row(&sheet, "p.C.8")),
        (vec!["80".into()], vec!["5".into()])
    );
    every_row_opens(&firm, &layout, &known);
}
