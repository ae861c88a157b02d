//! Every refusal of the ledger, with its words, its code and what the caller can do about it.

use crate::common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::fiscal::FiscalCalendar;
use fondaco_core::{Act, Currency, ErrorKind, Id};

fn says<C: Act<Error = LedgerError>>(
    firm: &Firm,
    command: &C,
    (code, kind): (&str, ErrorKind),
    words: &str,
) {
    let before = firm.books.driver().feed(0, usize::MAX).unwrap().len();
    let error = firm.refused(words, command);
    assert_eq!(error.to_string(), words);
    assert_eq!((error.code(), error.kind()), (code, kind), "{words}");
    assert_eq!(firm.books.driver().feed(0, usize::MAX).unwrap().len(), before, "{words}");
}

fn post(firm: &Firm, entry: NewEntry, what: (&str, ErrorKind), words: &str) {
    says(firm, &Post::new(entry), what, words);
}

fn entry(date: &str) -> NewEntry {
    NewEntry::new("GEN", d(date))
}

use ErrorKind::{Conflict, Invalid, NotFound, Refused};

#[test]
fn before_the_books_are_set_up() {
    let firm = in_memory();
    let words = "the ledger has no settings yet: carry out SetUp first";
    post(&firm, sale("2026-01-05", "1.00"), ("accounting.not_set_up", Refused), words);
    let no_money = SetUp::new(Currency::from_code("XAU").unwrap());
    let words = "currency: XAU has no minor unit: a ledger is kept in money";
    says(&firm, &no_money, ("accounting.bad_input", Invalid), words);
    firm.must("set up", &SetUp::new(Currency::EUR));
    let words = "the ledger is set up already, in EUR";
    says(&firm, &SetUp::new(Currency::USD), ("accounting.already_set_up", Conflict), words);
}

#[test]
fn codes_and_charts() {
    let firm = in_memory().set_up();
    let open = |account| OpenAccounts::new(vec![account]);
    let asset = |code: &str| NewAccount::new(code, "Name", AccountClass::Asset);
    let long = "x".repeat(65);
    for code in ["", " 1000", "1000 ", "10\n00", "10\u{0}00", "10\u{7f}", long.as_str()] {
        let words = format!(
            "entry 0 (counted from 0): account code {code:?}: a code has 1 to 64 bytes, no control characters, and no space at either end"
        );
        // An account is an item of the command, not an entry.
        let words = words.replace("entry 0", "item 0");
        says(&firm, &open(asset(code)), ("accounting.bad_code", Invalid), &words);
        assert_eq!(firm.refused(&long, &OpenJournal::new(code, "x")).code(), "accounting.bad_code");
    }
    firm.must("long", &open(asset(&"x".repeat(64))));
    firm.must("odd", &open(asset("Ausgaben:Büro:紙 – 1/2 \"'%_")));
    let words = "item 0 (counted from 0): account 1000 exists already: choose another code";
    says(&firm, &open(asset("1000")), ("accounting.exists", Conflict), words);
    let words = "journal GEN exists already: choose another code";
    says(&firm, &OpenJournal::new("GEN", "again"), ("accounting.exists", Conflict), words);
    let twice = OpenAccounts::new(vec![asset("7000"), asset("7000")]);
    assert_eq!(
        firm.refused("twice", &twice).to_string(),
        "item 1 (counted from 0): account 7000 exists already: choose another code"
    );
    let parent = |parent: &str| open(asset("1999").parent(parent));
    let what = ("accounting.bad_parent", Invalid);
    let at = "item 0 (counted from 0): account 1999 can't stand under";
    says(&firm, &parent("1000"), what, &format!("{at} 1000: that account is no heading"));
    says(&firm, &parent("9"), what, &format!("{at} 9: there is no such account"));
    says(&firm, &parent("5"), what, &format!("{at} 5: its class is another"));
    let heading =
        |code: &str, under: &str| NewAccount::heading(code, "h", AccountClass::Asset).parent(under);
    let circle = OpenAccounts::new(vec![heading("8", "9"), heading("9", "8")]);
    says(
        &firm,
        &circle,
        what,
        "item 0 (counted from 0): account 8 can't stand under 9: the parents form a circle",
    );
    let own = OpenAccounts::new(vec![heading("8", "8")]);
    says(
        &firm,
        &own,
        what,
        "item 0 (counted from 0): account 8 can't stand under 8: the parents form a circle",
    );
}

#[test]
fn moving_accounts() {
    let firm = in_memory().set_up();
    let class = AccountClass::Asset;
    firm.must(
        "tree",
        &OpenAccounts::new(vec![
            NewAccount::heading("1.1", "a", class).parent("1"),
            NewAccount::heading("1.1.1", "b", class).parent("1.1"),
        ]),
    );
    let what = ("accounting.bad_parent", Invalid);
    let under = |code: &str, parent: &str| ChangeAccount::move_under(code, Some(parent.into()));
    says(
        &firm,
        &under("1", "1.1.1"),
        what,
        "account 1 can't stand under 1.1.1: it stands under that account itself",
    );
    says(
        &firm,
        &under("1", "1"),
        what,
        "account 1 can't stand under 1: it stands under that account itself",
    );
    says(
        &firm,
        &under("1000", "5"),
        what,
        "account 1000 can't stand under 5: its class is another",
    );
    says(
        &firm,
        &under("1000", "1200"),
        what,
        "account 1000 can't stand under 1200: that account is no heading",
    );
    says(
        &firm,
        &under("1000", "x"),
        what,
        "account 1000 can't stand under x: there is no such account",
    );
    let words = "there is no account 9999: open it first, or correct the code";
    says(
        &firm,
        &ChangeAccount::rename("9999", "x"),
        ("accounting.unknown_account", NotFound),
        words,
    );
    let closed = NewAccount::heading("1.2", "closed", class).parent("1");
    firm.must("a heading to close", &OpenAccounts::new(vec![closed]));
    firm.must("close it", &CloseAccount::new("1.2", d("2026-01-31")));
    says(
        &firm,
        &under("1000", "1.2"),
        what,
        "account 1000 can't stand under 1.2: that heading is closed",
    );
    firm.must("move", &under("1000", "1.1.1"));
    let position = firm.must_done("move again", &under("1000", "1.1.1")).position;
    let events = firm.books.driver().feed(position - 1, 1).unwrap()[0].events.len();
    assert_eq!(events, 0, "what changes nothing says nothing");
    firm.must("up", &ChangeAccount::move_under("1.1", None));
    firm.post("sale", sale("2026-01-05", "5.00"));
    assert_eq!(firm.sum(&BalanceQuery::subtree("1.1")), "5");
    assert_eq!(firm.sum(&BalanceQuery::subtree("1")), "0");
    firm.must("rename", &ChangeAccount::rename("1000", "The bank"));
    assert!(firm.books.trial_balance(d("2026-12-31")).unwrap().to_string().contains("The bank"));
}

/// A tower of headings, one under the other, the last levels first.
fn tower(first: usize, count: usize) -> Vec<NewAccount> {
    let heading = |level: usize| {
        let account = NewAccount::heading(format!("t{level:05}"), "h", AccountClass::Equity);
        if level == first { account } else { account.parent(format!("t{:05}", level - 1)) }
    };
    (first..first + count).rev().map(heading).collect()
}

#[test]
fn a_chart_has_at_most_64_levels() {
    let firm = in_memory().set_up();
    let what = ("accounting.bad_parent", Invalid);
    let deep = |code: &str, parent: &str| {
        format!("account {code} can't stand under {parent}: a chart has at most 64 levels")
    };
    let words = format!("item 35 (counted from 0): {}", deep("t00064", "t00063"));
    says(&firm, &OpenAccounts::new(tower(0, 100)), what, &words);
    firm.must("64", &OpenAccounts::new(tower(0, MAX_LEVELS)));
    let more = NewAccount::new("below", "b", AccountClass::Equity).parent("t00063");
    let words = format!("item 0 (counted from 0): {}", deep("below", "t00063"));
    says(&firm, &OpenAccounts::new(vec![more]), what, &words);
    firm.must("another tower", &OpenAccounts::new(tower(100, 3)));
    let under = |parent: &str| ChangeAccount::move_under("t00100", Some(parent.into()));
    says(&firm, &under("t00061"), what, &deep("t00100", "t00061"));
    firm.must("three levels under 61", &under("t00060"));
    firm.clean();
    firm.books.balance_sheet(d("2026-12-31")).unwrap();
}

/// Ten thousand headings in the worst order: refused, and not in minutes.
#[test]
fn a_tower_is_refused_at_once() {
    let firm = in_memory().set_up();
    let refused = firm.refused("tower", &OpenAccounts::new(tower(0, 10_000)));
    assert_eq!(refused.code(), "accounting.bad_parent");
}

#[test]
fn what_has_no_name_or_time() {
    let firm = in_memory().set_up();
    let bad = ("accounting.bad_input", Invalid);
    let nameless = ChangeAccount::rename("1000", " ");
    says(&firm, &nameless, bad, "account name: it is empty: give one that people know");
    let nothing = NewPosting::debit("5100", eur("1")).dimension("", "10");
    let nothing = entry("2026-01-05").posting(nothing).credit("1000", eur("1"));
    let words = "dimensions: a dimension has a name, such as cost_centre";
    says(&firm, &Post::new(nothing), bad, words);
    let lock = LockPeriod::new(-1);
    says(
        &firm,
        &lock,
        ("accounting.unknown_period", NotFound),
        "there is no period -1: open its fiscal year first",
    );

    let then: fondaco_core::Timestamp = "1969-12-31T23:59:59Z".parse().unwrap();
    let books = in_memory().books.with_clock(move || then);
    let early = books.send("set up", &SetUp::new(fondaco_core::Currency::EUR)).unwrap_err();
    assert_eq!((early.code(), early.kind()), ("core.too_early", Invalid));
    let words =
        "a command is recorded in 1970 or later, not at 1969-12-31T23:59:59Z: set the clock right";
    assert_eq!(early.to_string(), words);
}

#[test]
fn entries_that_name_what_is_not_there() {
    let firm = in_memory().set_up();
    let words = "there is no account 9999: open it first, or correct the code";
    let entry9 = entry("2026-01-05").debit("9999", eur("1")).credit("4000", eur("1"));
    post(&firm, entry9, ("accounting.unknown_account", NotFound), words);
    let words = "account 1 is a heading: post to an account under it";
    let heading = entry("2026-01-05").debit("1", eur("1")).credit("4000", eur("1"));
    post(&firm, heading, ("accounting.heading", Invalid), words);
    let words = "there is no journal XXX: open it first, or correct the code";
    let mut journal = sale("2026-01-05", "1.00");
    journal.journal = "XXX".into();
    post(&firm, journal, ("accounting.unknown_journal", NotFound), words);
    for (date, words) in [
        ("2025-12-31", "no fiscal period holds 2025-12-31: open the fiscal year first"),
        ("2027-01-01", "no fiscal period holds 2027-01-01: open the fiscal year first"),
    ] {
        post(&firm, sale(date, "1.00"), ("accounting.no_period", NotFound), words);
    }
    let words = "there is no period 2027-01: open its fiscal year first";
    says(&firm, &LockPeriod { period: 202_701 }, ("accounting.unknown_period", NotFound), words);
    says(
        &firm,
        &UnlockPeriod { period: 202_613 },
        ("accounting.unknown_period", NotFound),
        "there is no period 2026-13: open its fiscal year first",
    );
    let id = Id::from_u128(7);
    let words = format!("there is no entry {id}");
    says(&firm, &Reverse::new(id, d("2026-01-05")), ("accounting.unknown_entry", NotFound), &words);
    let unknown = firm.books.balances(&BalanceQuery::account("9999")).unwrap_err();
    assert_eq!(unknown.code(), "accounting.unknown_account");
    let unknown = firm.books.balances(&BalanceQuery::subtree("a\0b")).unwrap_err();
    assert_eq!(unknown.code(), "accounting.unknown_account");
}

#[test]
fn amounts_that_cannot_be() {
    let firm = in_memory().set_up();
    let with = |a, b| entry("2026-01-05").debit("1000", a).credit("4000", b);
    let words = "the entry does not balance: debits exceed credits by 0.01 EUR: correct an amount, or add a posting of the difference";
    post(&firm, with(eur("1.01"), eur("1.00")), ("accounting.unbalanced", Invalid), words);
    let words = "the entry does not balance: credits exceed debits by 0.50 EUR: correct an amount, or add a posting of the difference";
    post(&firm, with(eur("1.00"), eur("1.50")), ("accounting.unbalanced", Invalid), words);
    let words = "1.005 EUR on account 1000: EUR has 2 digits after the point; round it first";
    post(&firm, with(eur("1.005"), eur("1.005")), ("accounting.too_many_digits", Invalid), words);
    let words = "-1.00 EUR on account 1000: amounts are not negative; post it to the other side";
    post(&firm, with(eur("-1.00"), eur("-1.00")), ("accounting.negative", Invalid), words);
    let huge = "922337203685477.59";
    let words =
        "922337203685477.59 on account 1000 is beyond 922,337,203,685,477.5807: split the entry";
    post(&firm, with(eur(huge), eur(huge)), ("accounting.too_large", Invalid), words);
    for entry in [entry("2026-01-05"), entry("2026-01-05").debit("1000", eur("0.00"))] {
        let words =
            format!("an entry has at least two postings, this one has {}", entry.postings.len());
        post(&firm, entry, ("accounting.too_few_postings", Invalid), &words);
    }
    let words = "account 1010 holds USD only, not EUR: post to another account, or convert";
    let wrong = entry("2026-01-05").debit("1010", eur("1")).credit("4000", eur("1"));
    post(&firm, wrong, ("accounting.wrong_currency", Invalid), words);
}

#[test]
fn rates_that_cannot_be() {
    let firm = in_memory().set_up();
    let with = |posting: NewPosting| {
        entry("2026-01-05").posting(posting).credit("1000", eur("1.00")).conversion()
    };
    let dollars = || NewPosting::debit("1010", usd("1.00"));
    let words = "1.00 USD on account 1010: give its amount in EUR, or the rate, or record one for 2026-01-05 in source SPOT";
    post(&firm, with(dollars()), ("accounting.no_rate", Invalid), words);
    let bad = ("accounting.bad_rate", Invalid);
    let words = "1.00 USD on account 1010: a rate is above zero";
    post(&firm, with(dollars().rate(dec("0"))), bad, words);
    post(&firm, with(dollars().rate(dec("-1"))), bad, words);
    post(&firm, with(dollars().rate(dec("-1")).worth(eur("1.00"))), bad, words);
    post(&firm, with(dollars().rate(dec("0")).worth(eur("1.00"))), bad, words);
    let words = "1.00 USD on account 1010: its worth is not in the ledger's currency";
    post(&firm, with(dollars().worth(usd("1.00"))), bad, words);
    let words = "1.00 EUR on account 1200: an amount in the ledger's currency is worth itself: leave worth and rate out";
    let own = || NewPosting::debit("1200", eur("1.00"));
    post(&firm, with(own().rate(dec("1.1"))), bad, words);
    post(&firm, with(own().worth(eur("1.10"))), bad, words);
    let negative = firm.refused("n", &Post::new(with(dollars().worth(eur("-1.00")))));
    assert_eq!(negative.code(), "accounting.negative");
    let digits = firm.refused("d", &Post::new(with(dollars().worth(eur("1.001")))));
    assert_eq!(digits.code(), "accounting.too_many_digits");
    let large = firm.refused(
        "l",
        &Post::new(with(NewPosting::debit("1010", usd("900000000000000")).rate(dec("2")))),
    );
    assert_eq!(large.code(), "accounting.too_large");
    let larger = firm.refused(
        "ll",
        &Post::new(with(
            NewPosting::debit("1010", usd("900000000000000"))
                .rate(dec("79228162514264337593543950335")),
        )),
    );
    assert_eq!(larger.code(), "accounting.too_large");
}

#[test]
fn days_that_are_closed() {
    let firm = in_memory().set_up();
    firm.must(
        "late",
        &OpenAccounts::new(vec![
            NewAccount::new("1500", "Later", AccountClass::Asset).opens(d("2026-03-01")),
        ]),
    );
    let late = |date: &str| entry(date).debit("1500", eur("1")).credit("4000", eur("1"));
    let words = "account 1500 is not open on 2026-02-28: it is open 2026-03-01/..";
    post(&firm, late("2026-02-28"), ("accounting.account_not_open", Refused), words);
    firm.post("on the day", late("2026-03-01"));
    let close = |code: &str, date: &str| CloseAccount::new(code, d(date));
    let what = ("accounting.cannot_close", Refused);
    says(
        &firm,
        &close("1500", "2026-02-01"),
        what,
        "account 1500 can't be closed on 2026-02-01: it opens later",
    );
    says(
        &firm,
        &close("1500", "2026-12-31"),
        what,
        "account 1500 can't be closed on 2026-12-31: its balance is 1.00 EUR: clear it first",
    );
    firm.post("clear", entry("2026-05-01").debit("4000", eur("1")).credit("1500", eur("1")));
    says(
        &firm,
        &close("1500", "2026-04-30"),
        what,
        "account 1500 can't be closed on 2026-04-30: it has a posting of 2026-05-01",
    );
    firm.must("close", &close("1500", "2026-05-01"));
    let words = "account 1500 is not open on 2026-05-02: it is open 2026-03-01/2026-05-01";
    post(&firm, late("2026-05-02"), ("accounting.account_not_open", Refused), words);
    says(
        &firm,
        &close("5", "2026-05-01"),
        what,
        "account 5 can't be closed on 2026-05-01: account 5000 under it is open",
    );
    for code in ["5000", "5100", "5900", "5"] {
        firm.must(code, &close(code, "2026-05-01"));
    }
    let words = "there is no account 9999: open it first, or correct the code";
    says(&firm, &close("9999", "2026-05-01"), ("accounting.unknown_account", NotFound), words);
    firm.must("lock", &LockPeriod { period: 202_601 });
    firm.must("lock again", &LockPeriod { period: 202_601 });
    let words = "period 2026-01 is locked: date the entry in an open period, or unlock it";
    post(&firm, sale("2026-01-31", "1.00"), ("accounting.period_locked", Refused), words);
    firm.post("next month", sale("2026-02-01", "1.00"));
    firm.must("unlock", &UnlockPeriod { period: 202_601 });
    firm.post("now", sale("2026-01-31", "1.00"));
    firm.clean();
}

#[test]
fn years_that_meet() {
    let firm = in_memory().set_up();
    let july = FiscalCalendar::months(7, 1, fondaco_core::fiscal::YearNamedBy::Start).unwrap();
    let words = "fiscal year 2025 from 2025-07-01 to 2026-06-30 meets period 2026-01, which is open already";
    says(&firm, &OpenFiscalYear::new(july, 2025), ("accounting.periods_overlap", Conflict), words);
    let words = "fiscal year 2026 from 2026-01-01 to 2026-12-31 meets period 2026-01, which is open already";
    says(
        &firm,
        &OpenFiscalYear::calendar_year(2026),
        ("accounting.periods_overlap", Conflict),
        words,
    );
    for year in [i32::MAX, i32::MIN, 300_000, 10_000, 0, -44] {
        let error = firm.refused(&format!("{year}"), &OpenFiscalYear::calendar_year(year));
        assert_eq!(error.kind(), Invalid, "{error}");
    }
    firm.must("2024", &OpenFiscalYear::calendar_year(2024));
}

#[test]
fn reversing_once() {
    let firm = in_memory().set_up();
    let posted = firm.post("sale", sale("2026-01-05", "1.00"));
    let reversed = firm.must("reverse", &Reverse::new(posted.id, d("2026-02-01")));
    let words = format!("entry {} was reversed already, by {}", posted.id, reversed.id);
    says(
        &firm,
        &Reverse::new(posted.id, d("2026-02-02")),
        ("accounting.already_reversed", Conflict),
        &words,
    );
}

#[test]
fn an_entry_of_many_is_named() {
    let firm = in_memory().set_up();
    let many = PostMany::new(vec![sale("2026-01-05", "1.00"), sale("2027-01-05", "1.00")]);
    let words =
        "item 1 (counted from 0): no fiscal period holds 2027-01-05: open the fiscal year first";
    says(&firm, &many, ("accounting.no_period", NotFound), words);
}

#[test]
fn a_journal_by_date_does_not_go_back() {
    let firm = in_memory().set_up();
    let invoice = |date: &str| NewEntry { journal: "INV".into(), ..sale(date, "1.00") };
    firm.post("1", invoice("2026-03-10"));
    let words = "journal INV is in order of date and has an entry of 2026-03-10 already: date it 2026-03-10 or later, or use another journal";
    post(&firm, invoice("2026-03-09"), ("accounting.out_of_order", Refused), words);
    assert_eq!(firm.post("2", invoice("2026-03-10")).number.number(), Some(2));
    // Each fiscal year is a series of its own.
    firm.must("2025", &OpenFiscalYear::calendar_year(2025));
    assert_eq!(firm.post("3", invoice("2025-03-09")).number.number(), Some(1));
    let back = PostMany::new(vec![invoice("2026-04-02"), invoice("2026-04-01")]);
    assert_eq!(firm.refused("back", &back).code(), "accounting.out_of_order");
    assert_eq!(firm.post("4", invoice("2026-04-01")).number.number(), Some(3));
}

#[test]
fn texts_that_no_store_can_keep() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let text = |entry: NewEntry| {
            let error = firm.refused(&format!("{entry:?}"), &Post::new(entry));
            assert_eq!(error.kind(), Invalid);
            error.to_string()
        };
        let nul = "text: text may not hold the NUL character";
        assert_eq!(text(sale("2026-01-05", "1.00").text("a\0b")), nul);
        assert_eq!(
            text(sale("2026-01-05", "1.00").source("a\0b")),
            nul.replace("text: ", "source: ")
        );
        let posting = NewPosting::debit("1000", eur("1.00"));
        let with = |posting| entry("2026-01-05").posting(posting).credit("4000", eur("1.00"));
        assert_eq!(text(with(posting.clone().text("\0"))), format!("posting {nul}"));
        let tags = "dimensions: names and texts may not hold the NUL character";
        assert_eq!(text(with(posting.clone().dimension("si\0te", "a"))), tags);
        assert_eq!(text(with(posting.dimension("site", "\0"))), tags);
        let name = firm.refused("name", &OpenJournal::new("X", "a\0b"));
        assert_eq!((name.kind(), name.to_string().contains("name")), (Invalid, true), "{name}");
        let unknown = sale("2026-01-05", "1.00");
        let unknown = NewEntry { journal: "G\0EN".into(), ..unknown };
        assert_eq!(firm.refused_entry(unknown), "accounting.unknown_journal");
    });
}
