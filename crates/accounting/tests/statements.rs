//! Statements of accounts: as people read them, letter by letter, and against a naive reckoning of random books.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::collections::BTreeMap;

use common::*;
use fondaco_accounting::ledger::*;
use fondaco_accounting::reports::{
    CurrencyStatement, Movement, StatementQuery, account_statement, each_statement_page,
};
use fondaco_core::report::{Cell, Locale};
use fondaco_core::{Currency, DateRange, ErrorKind, PartyId};
use fondaco_store::OrderedStore;
use fondaco_store::ordered::{InMemory, MapError, MapSnapshot, Ordered, Put, Written};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn days(text: &str) -> DateRange {
    text.parse().unwrap()
}

fn on(account: &str, text: &str) -> StatementQuery {
    StatementQuery::new(account, days(text))
}

fn ada() -> PartyId {
    PartyId::named("customer/ada")
}

/// Two invoices to two customers in two currencies, payments, a note that was recorded late.
fn firm() -> Firm {
    let firm = in_memory().set_up();
    let invoice = |date: &str, amount: &str| {
        NewEntry::new("INV", d(date)).debit("1200", eur(amount)).credit("4000", eur(amount))
    };
    firm.post("i1", invoice("2026-01-05", "119.00").party(ada()).text("Invoice, 17 \"urgent\""));
    firm.post("i2", invoice("2026-02-03", "50.00").source("order/9"));
    let dollars = NewEntry::new("INV", d("2026-02-10"))
        .posting(NewPosting::debit("1200", usd("100")).worth(eur("92")))
        .posting(NewPosting::credit("4000", usd("100")).worth(eur("92")))
        .party(ada());
    firm.post("i3", dollars);
    let paid = NewEntry::new("GEN", d("2026-02-28"))
        .debit("1000", eur("100"))
        .posting(NewPosting::debit("5900", eur("19")).dimension("site", "Mestre"))
        .posting(NewPosting::credit("1200", eur("119")).text("Paid, less a discount"))
        .party(ada());
    firm.post("p1", paid);
    firm.at_minute(60);
    firm.post(
        "late",
        NewEntry::new("GEN", d("2026-02-27")).debit("1200", eur("10")).credit("4000", eur("10")),
    );
    firm
}

/// Whom it is sent to reads what is owed to him as positive; of what grows by debits nothing changes.
#[test]
fn balances_are_shown_on_the_normal_side() {
    let firm = firm();
    let sales = on("4000", "2026-02-01/2026-02-28").on_normal_side();
    let expected = "\
Statement of account 4000 Sales 2026-02-01 to 2026-02-28
Date        Entry  Text             Counter accounts     Debit      Credit     Balance  Debit EUR  Credit EUR  Balance EUR
==========  =====  ===============  ================  ========  ==========  ==========  =========  ==========  ===========
                   Opening balance                                          119.00 EUR                              119.00
2026-02-03  INV 2  order/9          1200                         50.00 EUR  169.00 EUR                  50.00       169.00
2026-02-27  GEN 2                   1200                         10.00 EUR  179.00 EUR                  10.00       179.00
----------  -----  ---------------  ----------------  --------  ----------  ----------  ---------  ----------  -----------
                   Closing balance                    0.00 EUR   60.00 EUR  179.00 EUR       0.00       60.00       179.00
                   Opening balance                                            0.00 USD                                0.00
2026-02-10  INV 3                   1200                        100.00 USD  100.00 USD                  92.00        92.00
----------  -----  ---------------  ----------------  --------  ----------  ----------  ---------  ----------  -----------
                   Closing balance                    0.00 USD  100.00 USD  100.00 USD       0.00       92.00        92.00
----------  -----  ---------------  ----------------  --------  ----------  ----------  ---------  ----------  -----------
                   Total                                                                     0.00      152.00       271.00
Balances are credits less debits
";
    assert_eq!(shown(&firm, &sales), expected);
    let report = firm.view(|view| account_statement(view, &sales)).to_report();
    let html = report.to_html(&Locale::en());
    assert!(html.contains("Balances are credits less debits"), "{html}");
    assert!(report.to_csv().contains("179.00"), "{}", report.to_csv());
    let customers = on("1200", "2026-02-01/2026-02-28");
    assert_eq!(shown(&firm, &customers.clone().on_normal_side()), shown(&firm, &customers));
    let json = serde_json::to_string(&sales).unwrap();
    assert_eq!(serde_json::from_str::<StatementQuery>(&json).unwrap(), sales);
    assert!(!serde_json::to_string(&customers).unwrap().contains("normal"), "as before");
    let carried = firm.view(|view| {
        let mut carried = Vec::new();
        each_statement_page(view, &sales, 1, |page| {
            carried.push(page.shown(page.ledger.closing).normalize().to_string());
            Ok(())
        })?;
        Ok(carried)
    });
    assert_eq!(carried, ["169", "261", "271"]); // by date
}

fn shown(firm: &Firm, query: &StatementQuery) -> String {
    firm.view(|view| account_statement(view, query)).to_string()
}

#[test]
fn one_currency_letter_by_letter() {
    let query = on("1200", "2026-02-01/2026-02-28").currency(Currency::EUR);
    assert_eq!(
        shown(&firm(), &query),
        "\
Statement of account 1200 Customers 2026-02-01 to 2026-02-28 (EUR)
Date        Entry  Text                   Counter accounts  Debit  Credit  Balance
==========  =====  =====================  ================  =====  ======  =======
                   Opening balance                                          119.00
2026-02-03  INV 2  order/9                4000              50.00           169.00
2026-02-27  GEN 2                         4000              10.00           179.00
2026-02-28  GEN 1  Paid, less a discount  1000, 5900               119.00    60.00
----------  -----  ---------------------  ----------------  -----  ------  -------
                   Closing balance                          60.00  119.00    60.00
"
    );
}

#[test]
fn another_currency_has_the_ledgers_beside_it() {
    let query = on("1200", "2026-02-01/2026-02-28").currency(Currency::USD);
    assert_eq!(
        shown(&firm(), &query),
        "\
Statement of account 1200 Customers 2026-02-01 to 2026-02-28 (USD)
Date        Entry  Text             Counter accounts   Debit  Credit  Balance  Debit EUR  Credit EUR  Balance EUR
==========  =====  ===============  ================  ======  ======  =======  =========  ==========  ===========
                   Opening balance                                       0.00                                0.00
2026-02-10  INV 3                   4000              100.00           100.00      92.00                    92.00
----------  -----  ---------------  ----------------  ------  ------  -------  ---------  ----------  -----------
                   Closing balance                    100.00    0.00   100.00      92.00        0.00        92.00
"
    );
}

#[test]
fn several_currencies_each_by_itself_and_all_in_the_ledgers() {
    let firm = firm();
    let query = on("1200", "2026-02-01/2026-02-28");
    let text = shown(&firm, &query);
    let last = text.lines().last().unwrap();
    assert!(last.trim_start().starts_with("Total"), "{text}");
    assert!(last.ends_with("152.00      119.00       152.00"), "{text}");
    assert!(text.contains("100.00 USD"), "{text}");
    let statement = firm.books.statement(&query).unwrap();
    assert_eq!(statement.ledger.closing, dec("152"));
    let csv = statement.to_report().to_csv();
    assert!(csv.starts_with(
        "Account,Currency,Date,Entry,Text,Party,Counter accounts,Debit,Debit currency,"
    ));
    let html = statement.to_report().to_html(&Locale::de());
    assert!(html.contains("Kontoauszug") && html.contains("Gegenkonten"), "{html}");
    assert!(!html.contains("\"urgent\""), "texts are escaped");
}

#[test]
fn of_one_party_or_dimension_alone() {
    let firm = firm();
    let of_ada = |text: &str| on("1200", text).party(ada());
    let february = firm.books.statement(&of_ada("2026-02-01/2026-02-28")).unwrap();
    assert_eq!(february.ledger.opening, dec("119"));
    assert_eq!(february.ledger.closing, dec("92")); // the dollars
    let both = of_ada("2026-02-01/2026-02-28").party(PartyId::named("another"));
    assert_eq!(firm.books.statement(&both).unwrap().movements(), 2);
    let nobody = on("1200", "2026-01-01/2026-12-31").party(PartyId::named("nobody"));
    assert_eq!(firm.books.statement(&nobody).unwrap().movements(), 0);
    let at = |value| on("5900", "2026-01-01/2026-12-31").dimension("site", value);
    assert_eq!(firm.books.statement(&at("Mestre")).unwrap().ledger.closing, dec("19"));
    assert_eq!(firm.books.statement(&at("Jesolo")).unwrap().ledger.closing, dec("0"));
}

#[test]
fn as_known_at_a_time() {
    let firm = firm();
    let query = on("1200", "2026-02-01/2026-12-31").currency(Currency::EUR).known_at(minute(30));
    let then = firm.books.statement(&query).unwrap();
    assert_eq!((then.movements(), then.ledger.closing), (2, dec("50")));
    assert!(then.to_string().ends_with("As known at 2026-06-01T00:30:00Z\n"), "{then}");
    let before = on("1200", "2026-02-01/2026-12-31").known_at(minute(-1));
    assert_eq!(firm.books.statement(&before).unwrap().movements(), 0);
}

#[test]
fn counter_accounts_are_those_of_the_other_side() {
    let firm = firm();
    let split = NewEntry::new("GEN", d("2026-03-01"))
        .debit("1000", eur("60"))
        .credit("4000", eur("10"))
        .credit("2000", eur("10"))
        .credit("4000", eur("10"))
        .credit("3000", eur("10"))
        .credit("1200", eur("10"))
        .credit("5100", eur("10"));
    firm.post("split", split);
    let march = |account| firm.books.statement(&on(account, "2026-03-01/2026-03-01")).unwrap();
    let accounts = &march("1000").currencies[0].movements[0].counter_accounts;
    assert_eq!(accounts, &["4000", "2000", "3000", "1200", "5100"]);
    assert!(march("1000").to_string().contains("4000, 2000, 3000 and 2 others"));
    assert_eq!(march("2000").currencies[0].movements[0].counter_accounts, ["1000"]);
    // All on one side: nothing is worth nothing.
    let zero =
        NewEntry::new("GEN", d("2026-03-02")).debit("1000", eur("0")).debit("3000", eur("0"));
    firm.post("zero", zero);
    let statement = firm.books.statement(&on("3000", "2026-03-02/2026-03-02")).unwrap();
    assert_eq!(statement.currencies[0].movements[0].counter_accounts, ["1000"]);
}

#[test]
fn what_can_not_be_asked_is_named() {
    let firm = firm();
    let says = |query: &StatementQuery, code: &str, kind: ErrorKind, words: &str| {
        let error = firm.books.statement(query).unwrap_err();
        assert_eq!((error.code(), error.kind()), (code, kind));
        assert_eq!(error.to_string(), words);
        assert_eq!(firm.books.explain_opening(query).unwrap_err().to_string(), words);
    };
    let year = "2026-01-01/2026-12-31";
    let words = "there is no account 9999: open it first, or correct the code";
    says(&on("9999", year), "accounting.unknown_account", ErrorKind::NotFound, words);
    let words = "account: 1 is a heading: ask for the accounts under it";
    says(&on("1", year), "accounting.bad_input", ErrorKind::Invalid, words);
    let error = firm.books.statement_pages(&on("1000", year), 0, |_| Ok(())).unwrap_err();
    assert_eq!(error.to_string(), "lines: a page has at least one line");
    let reversed = "2026-02-01/2026-01-01".parse::<DateRange>().unwrap_err();
    assert_eq!(reversed.code(), "core.date_range_reversed");
    let empty = in_memory().books.statement(&on("1000", year)).unwrap_err();
    assert_eq!(empty.code(), "accounting.not_set_up");
}

#[test]
fn nothing_to_tell_is_told() {
    let firm = firm();
    let none = firm.books.statement(&on("1010", "2026-01-01/2026-12-31")).unwrap();
    assert_eq!((none.currencies.len(), none.currencies[0].currency), (1, Currency::USD));
    assert_eq!(none.ledger, none.currencies[0].sums);
    // Before and after all fiscal years.
    let before = firm.books.statement(&on("1200", "2019-01-01/2019-12-31")).unwrap();
    assert_eq!((before.movements(), before.ledger.closing), (0, dec("0")));
    let after = firm.books.statement(&on("1200", "2031-01-01/2031-12-31")).unwrap();
    assert_eq!((after.ledger.opening, after.ledger.closing), (dec("152"), dec("152")));
    // A closed account has its statement as before.
    firm.must("close", &CloseAccount::new("1010", d("2026-06-30")));
    let closed = firm.books.statement(&on("1010", "2026-01-01/2026-12-31")).unwrap();
    assert_eq!(closed, none);
    let one_day = firm.books.statement(&on("1200", "2026-02-28/2026-02-28")).unwrap();
    assert_eq!(one_day.movements(), 1);
}

#[test]
fn openings_and_closings_explain_themselves() {
    let firm = firm();
    let query = on("1200", "2026-02-28/2026-12-31");
    let statement = firm.books.statement(&query).unwrap();
    let why = firm.books.explain_opening(&query).unwrap();
    for (section, why) in statement.currencies.iter().zip(&why) {
        let money = |amount| Cell::from(fondaco_core::Money::new(amount, section.currency));
        assert_eq!(why.value, money(section.sums.opening));
        let parts: Decimal = why.inputs.iter().filter_map(|part| part.value.figure()).sum();
        assert_eq!(parts, section.sums.opening);
    }
    assert_eq!(why.len(), 2);
    assert_eq!(why[0].inputs.len(), 2, "January, and a part of February: {}", why[0]);
    let of_ada = firm.books.explain_opening(&query.clone().party(ada())).unwrap();
    assert_eq!(of_ada[0].value.figure(), Some(dec("119")));
    for (section, why) in statement.currencies.iter().zip(statement.explain_closing()) {
        let parts: Decimal = why.inputs.iter().filter_map(|part| part.value.figure()).sum();
        assert_eq!((why.value.figure(), parts), (Some(section.sums.closing), section.sums.closing));
    }
    let always = StatementQuery::new("1200", DateRange::always());
    assert!(firm.books.explain_opening(&always).unwrap().is_empty(), "nothing is before it");
}

#[test]
fn pages_carry_forward() {
    let firm = firm();
    let query = on("1200", "2026-02-01/2026-02-28");
    let mut text = String::new();
    firm.books
        .statement_pages(&query.clone().currency(Currency::EUR), 2, |page| {
            text += &page.to_string();
            Ok(())
        })
        .unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    assert_eq!(
        lines[0],
        "Statement of account 1200 Customers 2026-02-01 to 2026-02-28 (EUR) page 1"
    );
    assert!(lines[7].starts_with("Carried forward") && lines[7].ends_with("179.00"), "{text}");
    assert!(lines[11].starts_with("Brought forward") && lines[11].ends_with("179.00"), "{text}");
    assert!(lines[14].starts_with("Closing balance") && lines[14].ends_with("60.00"), "{text}");
    // What a page answers ends it.
    let stopped = firm.books.statement_pages(&query, 1, |_| Err(LedgerError::NotSetUp));
    assert_eq!(stopped.unwrap_err().code(), "accounting.not_set_up");
}

// ---- Against a naive reckoning

#[derive(Debug, Clone)]
struct Deed {
    day: u32,
    debit: usize,
    credit: usize,
    cents: i64,
    foreign: bool,
    party: Option<u8>,
    site: Option<u8>,
}

const ACCOUNTS: [&str; 4] = ["1000", "1200", "4000", "3000"];

fn deed() -> impl Strategy<Value = Deed> {
    let who = (prop::option::of(0..2_u8), prop::option::of(0..2_u8));
    (0..365_u32, 0..4_usize, 0..4_usize, 0..100_000_i64, any::<bool>(), who).prop_map(
        |(day, debit, credit, cents, foreign, (party, site))| Deed {
            day,
            debit,
            credit,
            cents,
            foreign,
            party,
            site,
        },
    )
}

impl Deed {
    fn date(&self) -> chrono::NaiveDate {
        d("2026-01-01") + chrono::Days::new(u64::from(self.day))
    }

    fn amount(&self) -> Decimal {
        Decimal::new(self.cents, 2)
    }

    fn entry(&self) -> NewEntry {
        let currency = if self.foreign { Currency::USD } else { Currency::EUR };
        let money = fondaco_core::Money::new(self.amount(), currency);
        let side = |posting: NewPosting| {
            let posting = if self.foreign {
                posting.worth(fondaco_core::Money::new(self.amount(), Currency::EUR))
            } else {
                posting
            };
            match self.site {
                Some(site) => posting.dimension("site", site.to_string()),
                None => posting,
            }
        };
        let entry = NewEntry::new("GEN", self.date())
            .posting(side(NewPosting::debit(ACCOUNTS[self.debit], money)))
            .posting(side(NewPosting::credit(ACCOUNTS[self.credit], money)));
        match self.party {
            Some(party) => entry.party(PartyId::named(&party.to_string())),
            None => entry,
        }
    }

    /// What it does to an account: the signed amount of each of its lines there.
    fn moves(&self, account: &str) -> Vec<Decimal> {
        let debit = (ACCOUNTS[self.debit] == account).then(|| self.amount());
        let credit = (ACCOUNTS[self.credit] == account).then(|| -self.amount());
        debit.into_iter().chain(credit).collect()
    }
}

/// Signed amounts and balances of the movements of one currency.
fn lines(section: &CurrencyStatement) -> Vec<(chrono::NaiveDate, Decimal, Decimal)> {
    let amount = |m: &Movement| m.debit.unwrap_or_default() - m.credit.unwrap_or_default();
    section.movements.iter().map(|m| (m.date, amount(m), m.balance)).collect()
}

fn check(firm: &Firm, deeds: &[Deed], query: &Asked, lines_per_page: usize) {
    let whole = firm.view(|view| account_statement(view, &query.statement()));
    for (currency, foreign) in [(Currency::EUR, false), (Currency::USD, true)] {
        let mut mine: Vec<(usize, &Deed)> = deeds
            .iter()
            .enumerate()
            .filter(|(at, deed)| deed.foreign == foreign && query.takes(*at, deed))
            .collect();
        mine.sort_by_key(|(at, deed)| (deed.day, *at));
        let mut balance = Decimal::ZERO;
        let mut expected = Vec::new();
        let mut opening = Decimal::ZERO;
        for (_, deed) in mine {
            for amount in deed.moves(ACCOUNTS[query.account]) {
                balance += amount;
                if deed.day < query.from {
                    opening = balance;
                } else if deed.day <= query.through {
                    expected.push((deed.date(), amount, balance));
                }
            }
        }
        let closing = expected.last().map_or(opening, |(_, _, balance)| *balance);
        match whole.currency(currency) {
            Some(section) => {
                assert_eq!((section.sums.opening, section.sums.closing), (opening, closing));
                assert_eq!(lines(section), expected, "{query:?} on {}", firm.name);
            }
            None => assert!(expected.is_empty() && opening.is_zero(), "{query:?} on {}", firm.name),
        }
    }
    let pages = firm.view(|view| {
        let mut pages = Vec::new();
        each_statement_page(view, &query.statement(), lines_per_page, |page| {
            pages.push(page.clone());
            Ok(())
        })?;
        Ok(pages)
    });
    assert!(pages.iter().all(|page| page.movements() <= lines_per_page));
    let mut joined: BTreeMap<Currency, Vec<Movement>> = BTreeMap::new();
    for page in &pages {
        for section in &page.currencies {
            joined.entry(section.currency).or_default().extend(section.movements.clone());
        }
    }
    for section in &whole.currencies {
        assert_eq!(joined.remove(&section.currency).unwrap_or_default(), section.movements);
    }
    let chained = pages.windows(2).all(|two| two[0].ledger.closing == two[1].ledger.opening);
    assert!(chained && pages.iter().rev().skip(1).all(|page| page.goes_on));
    let (first, last) = (pages.first().unwrap(), pages.last().unwrap());
    assert_eq!(
        (first.ledger.opening, last.ledger.closing, last.goes_on),
        (whole.ledger.opening, whole.ledger.closing, false)
    );
}

#[derive(Debug, Clone)]
struct Asked {
    account: usize,
    from: u32,
    through: u32,
    party: Option<u8>,
    site: Option<u8>,
    /// Only the deeds before this one were known.
    known: Option<usize>,
}

impl Asked {
    fn statement(&self) -> StatementQuery {
        let day = |n: u32| d("2026-01-01") + chrono::Days::new(u64::from(n));
        let days = DateRange::new(day(self.from), day(self.through)).unwrap();
        let mut query = StatementQuery::new(ACCOUNTS[self.account], days);
        if let Some(party) = self.party {
            query = query.party(PartyId::named(&party.to_string()));
        }
        if let Some(site) = self.site {
            query = query.dimension("site", site.to_string());
        }
        match self.known {
            Some(known) => query.known_at(minute(known as i64 - 1)),
            None => query,
        }
    }

    fn takes(&self, at: usize, deed: &Deed) -> bool {
        self.party.is_none_or(|party| deed.party == Some(party))
            && self.site.is_none_or(|site| deed.site == Some(site))
            && self.known.is_none_or(|known| at < known)
    }
}

fn asked() -> impl Strategy<Value = Asked> {
    let some = || prop::option::of(0..2_u8);
    (0..4_usize, 0..365_u32, 0..365_u32, some(), some(), prop::option::of(0..30_usize)).prop_map(
        |(account, one, other, party, site, known)| Asked {
            account,
            from: one.min(other),
            through: one.max(other),
            party,
            site,
            known,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any statement of any books: opening, movements in order, running balances, closing; and its pages are it.
    #[test]
    fn it_is_what_a_naive_reckoning_says(
        deeds in prop::collection::vec(deed(), 0..30),
        asked in prop::collection::vec(asked(), 1..6),
        lines in 1..5_usize,
    ) {
        let firm = in_memory().set_up();
        post_all(&firm, &deeds);
        asked.iter().for_each(|asked| check(&firm, &deeds, asked, lines));
    }
}

fn post_all(firm: &Firm, deeds: &[Deed]) {
    for (at, deed) in deeds.iter().enumerate() {
        firm.at_minute(at as i64);
        firm.post(&format!("deed {at}"), deed.entry());
    }
}

/// The same on every store, and with more postings on a day than are read at once.
#[test]
fn it_is_the_same_on_every_store() {
    let deed = |day, debit, credit, cents, foreign| {
        let (party, site) = (Some((cents % 2) as u8), None);
        Deed { day, debit, credit, cents, foreign, party, site }
    };
    on_every_store(|firm| {
        let firm = firm.set_up();
        let deeds: Vec<Deed> = (0..40)
            .map(|n| {
                deed(
                    n * 5 % 90,
                    n as usize % 4,
                    (n as usize + 1) % 4,
                    100 + i64::from(n),
                    n % 3 == 0,
                )
            })
            .collect();
        post_all(&firm, &deeds);
        for party in [None, Some(1)] {
            let asked = Asked { account: 1, from: 10, through: 80, party, site: None, known: None };
            check(&firm, &deeds, &asked, 7);
        }
    });
}

#[test]
fn a_day_of_more_postings_than_are_read_at_once() {
    let firm = in_memory().set_up();
    let many = 5_000_u32;
    let entries =
        (0..many).map(|n| sale(if n % 2 == 0 { "2026-03-01" } else { "2026-03-02" }, "1.00"));
    firm.must("many", &PostMany::new(entries.collect()));
    let query = on("1000", "2026-03-01/2026-03-02");
    let whole = firm.books.statement(&query).unwrap();
    assert_eq!((whole.movements(), whole.ledger.closing), (5_000, Decimal::from(many)));
    let movements = &whole.currencies[0].movements;
    assert!(movements.iter().zip(1..).all(|(m, n)| m.balance == Decimal::from(n)));
    let mut seen = 0;
    firm.books
        .statement_pages(&query, 1_000, |page| {
            seen += page.movements();
            assert_eq!(page.ledger.closing, Decimal::from(seen));
            Ok(())
        })
        .unwrap();
    assert_eq!(seen, 5_000);
}

/// What is recorded in one millisecond stands in the order of its commits: no balance is shown that never was.
#[test]
fn one_millisecond_stands_in_the_order_of_its_commits() {
    let firm = in_memory().set_up();
    let wallet = NewAccount::new("w", "Wallet", AccountClass::Asset)
        .limit(AccountLimit::CreditsWithinDebits);
    firm.must("wallet", &OpenAccounts::new(vec![wallet]));
    for n in 0..150 {
        let entry = NewEntry::new("GEN", d("2026-03-01"));
        firm.post(
            &format!("in {n}"),
            entry.clone().debit("w", eur("10")).credit("3000", eur("10")),
        );
        firm.post(&format!("out {n}"), entry.debit("3000", eur("10")).credit("w", eur("10")));
    }
    let query = on("w", "2026-03-01/2026-03-01");
    let balances = |movements: &[Movement]| {
        movements.iter().map(|m| (m.number.unwrap(), m.balance)).collect::<Vec<_>>()
    };
    let whole = balances(&firm.books.statement(&query).unwrap().currencies[0].movements);
    let expected = (1..=300).map(|n| (n, if n % 2 == 1 { dec("10") } else { dec("0") }));
    assert_eq!(whole, expected.collect::<Vec<_>>());
    let mut paged = Vec::new();
    let pages = firm.books.statement_pages(&query, 7, |page| {
        paged.extend(balances(&page.currencies[0].movements));
        Ok(())
    });
    pages.unwrap();
    assert_eq!(paged, whole);
    let ledger = firm.books.account_ledger("w", days("2026-03-01/2026-03-01")).unwrap();
    let lines = ledger.accounts[0].lines.iter().map(|line| (line.number.unwrap(), line.balance));
    assert_eq!(lines.collect::<Vec<_>>(), whole);
}

/// Postings of one entry lie beside one another where a page of reading ends.
#[test]
fn no_line_is_lost_where_a_page_of_reading_ends() {
    let firm = in_memory().set_up();
    let lines = 2_500_u32;
    let mut entry = NewEntry::new("GEN", d("2026-03-01")).credit("4000", eur("2500"));
    entry.postings.extend((0..lines).map(|_| NewPosting::debit("1000", eur("1"))));
    firm.post("wide", entry);
    let statement = firm.books.statement(&on("1000", "2026-03-01/2026-03-01")).unwrap();
    let movements = &statement.currencies[0].movements;
    let numbers: Vec<u32> = movements.iter().map(|movement| movement.line).collect();
    assert_eq!(numbers, (2..=lines + 1).collect::<Vec<_>>());
}

/// A map that holds no snapshots: the moment of a view is gone with the next commit.
struct Brief(InMemory);

impl Ordered for Brief {
    fn snapshot(&self) -> Result<Box<dyn MapSnapshot + '_>, MapError> {
        self.0.snapshot()
    }

    fn write(&self, position: u64, puts: Vec<Put>) -> Result<Written, MapError> {
        self.0.write(position, puts)
    }
}

#[test]
fn pages_of_a_moment_that_is_gone_do_not_go_on() {
    let store = OrderedStore::open(Brief(InMemory::new())).unwrap();
    let firm = Firm::on("brief", std::sync::Arc::new(store)).set_up();
    for minute in 0..5 {
        firm.at_minute(100 + minute);
        let thousand = (0..1_000).map(|_| sale("2026-03-01", "1.00"));
        firm.must(&format!("many {minute}"), &PostMany::new(thousand.collect()));
    }
    let query = on("1000", "2026-03-01/2026-03-02");
    let mut pages = 0;
    let gone = firm.books.statement_pages(&query, 1_000, |page| {
        pages += 1;
        firm.post(&format!("meanwhile {}", page.page), sale("2026-03-01", "7.00"));
        Ok(())
    });
    let gone = gone.unwrap_err();
    assert_eq!((gone.code(), gone.kind()), ("accounting.moment_gone", ErrorKind::Unavailable));
    assert_eq!(pages, 1, "no page of another moment came after: {gone}");
    // On a store that holds snapshots nobody notices.
    let firm = in_memory().set_up();
    firm.must("many", &PostMany::new((0..5_000).map(|_| sale("2026-03-01", "1.00")).collect()));
    let mut last = Decimal::ZERO;
    firm.books
        .statement_pages(&query, 1_000, |page| {
            firm.post(&format!("meanwhile {}", page.page), sale("2026-03-01", "7.00"));
            last = page.ledger.closing;
            Ok(())
        })
        .unwrap();
    assert_eq!(last, Decimal::from(5_000));
}
