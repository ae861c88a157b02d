//! Two commands of the ledger at once end as one after the other, wherever the second slips in between the calls of the
//! first to its store.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use common::*;
use fondaco_accounting::currency::*;
use fondaco_accounting::ledger::*;
use fondaco_core::fiscal::{FiscalCalendar, YearNamedBy};
use fondaco_core::store::Record;
use fondaco_core::{Act, Currency, Id, Range, Reading, View};
use fondaco_testkit::{Host, Race, Sent};

fn sent<C>(name: &'static str, command: C) -> Sent
where
    C: Act<Error = LedgerError, Answer: std::fmt::Debug> + Send + Sync + 'static,
{
    Sent::new(name, command)
}

fn show<R: Record + std::fmt::Debug>(
    view: &mut View<'_>,
    rows: &mut Vec<String>,
) -> Result<(), LedgerError> {
    view.peek_each(&Range::<R>::all(), |row| {
        rows.push(format!("{row:?}"));
        Ok(())
    })
}

fn rows(firm: &Firm) -> Vec<String> {
    firm.view(|view| {
        let mut rows = Vec::new();
        show::<Settings>(view, &mut rows)?;
        show::<Account>(view, &mut rows)?;
        show::<Journal>(view, &mut rows)?;
        show::<Period>(view, &mut rows)?;
        show::<Entry>(view, &mut rows)?;
        show::<Posting>(view, &mut rows)?;
        show::<Balance>(view, &mut rows)?;
        show::<Reversal>(view, &mut rows)?;
        show::<OpenItem>(view, &mut rows)?;
        show::<Clearing>(view, &mut rows)?;
        show::<ClearingLine>(view, &mut rows)?;
        show::<ClearingDifference>(view, &mut rows)?;
        show::<Unclearing>(view, &mut rows)?;
        show::<RateSource>(view, &mut rows)?;
        show::<ExchangeRate>(view, &mut rows)?;
        Ok(rows)
    })
}

/// Each of the two in the other's way, at every call, on every store, blocking and not.
fn race(before: impl Fn(Firm) -> Firm, a: Sent, b: Sent) {
    with(before, |race| race.race(&a, &b));
}

/// The same of two that end alike in either order, where neither may miss the other.
fn meet(before: impl Fn(Firm) -> Firm, a: Sent, b: Sent) {
    with(before, |race| race.meet(&a, &b));
}

fn with(before: impl Fn(Firm) -> Firm, race: impl Fn(Race<'_>)) {
    let firm = |host: &Host| Firm::over(host.clone());
    race(Race {
        engine: &ENGINE,
        stores: &in_process,
        before: &|host| drop(before(firm(host))),
        rows: &|host| rows(&firm(host)),
    });
}

fn set_up(firm: Firm) -> Firm {
    firm.set_up()
}

fn rent(date: &str) -> NewEntry {
    NewEntry::new("GEN", d(date)).debit("5100", eur("7.00")).credit("1000", eur("7.00"))
}

#[test]
fn a_posting_and_the_lock_of_its_period() {
    let post = sent("post", Post::new(sale("2026-01-05", "1.00")));
    race(set_up, post, sent("lock", LockPeriod { period: 202_601 }));
}

#[test]
fn a_batch_and_the_lock_of_one_of_its_periods() {
    let entries = vec![sale("2026-01-05", "1.00"), sale("2026-02-05", "2.00")];
    let lock = || sent("lock", LockPeriod { period: 202_602 });
    race(set_up, sent("many", PostMany::new(entries.clone())), lock());
    race(set_up, sent("each", PostEach::new(entries)), lock());
}

/// The lock finds its period locked and changes nothing: it rests on that all the same.
#[test]
fn a_lock_that_changes_nothing_and_an_unlock() {
    let before = |firm: Firm| {
        let firm = firm.set_up();
        firm.must("locked before", &LockPeriod::new(202_601));
        firm
    };
    let lock = sent("lock", LockPeriod::new(202_601));
    race(before, lock, sent("unlock", UnlockPeriod::new(202_601)));
}

#[test]
fn a_closing_and_a_posting_after_it() {
    let close = sent("close", CloseAccount::new("5100", d("2026-06-30")));
    race(set_up, close, sent("post", Post::new(rent("2026-07-01"))));
}

#[test]
fn a_closing_and_a_posting_that_leaves_a_balance() {
    let close = sent("close", CloseAccount::new("5100", d("2026-06-30")));
    race(set_up, close, sent("post", Post::new(rent("2026-03-05"))));
}

#[test]
fn two_years_that_overlap() {
    let july = FiscalCalendar::months(7, 1, YearNamedBy::Start).unwrap();
    let calendar = sent("2027", OpenFiscalYear::calendar_year(2027));
    race(set_up, calendar, sent("july 2027", OpenFiscalYear::new(july, 2027)));
}

#[test]
fn the_same_year_twice() {
    let year = |name| sent(name, OpenFiscalYear::calendar_year(2027));
    race(set_up, year("one"), year("two"));
}

#[test]
fn two_reversals_of_one_entry() {
    let before = |firm: Firm| {
        let firm = firm.set_up();
        firm.post("sale", sale("2026-01-05", "1.00"));
        firm
    };
    let id = before(in_memory()).view(|view| {
        let entries = view.peek_scan(&Range::<Entry>::all())?;
        Ok(entries[0].id)
    });
    let reverse = |name, date: &str| sent(name, Reverse::new(id, d(date)));
    race(before, reverse("march", "2026-03-01"), reverse("april", "2026-04-01"));
}

#[test]
fn a_reversal_and_the_lock_of_its_period() {
    let before = |firm: Firm| {
        let firm = firm.set_up();
        firm.post("sale", sale("2026-01-05", "1.00"));
        firm
    };
    let id: Id<Entry> =
        before(in_memory()).view(|view| Ok(view.peek_scan(&Range::<Entry>::all())?[0].id));
    let reverse = sent("reverse", Reverse::new(id, d("2026-03-01")));
    race(before, reverse, sent("lock", LockPeriod { period: 202_603 }));
}

#[test]
fn two_postings_in_one_journal_take_two_numbers() {
    let post = |name, date| sent(name, Post::new(sale(date, "1.00")));
    race(set_up, post("one", "2026-01-05"), post("two", "2026-01-06"));
}

#[test]
fn two_invoices_in_order_of_date() {
    let post = |name, date| {
        sent(name, Post::new(NewEntry { journal: "INV".into(), ..sale(date, "1.00") }))
    };
    race(set_up, post("early", "2026-01-05"), post("late", "2026-01-06"));
}

#[test]
fn two_accounts_of_one_code_and_two_journals() {
    let open =
        |name, class| sent(name, OpenAccounts::new(vec![NewAccount::new("7000", name, class)]));
    race(set_up, open("one", AccountClass::Income), open("two", AccountClass::Expense));
    let open = |name| sent(name, OpenJournal::new("BANK", name));
    race(set_up, open("one"), open("two"));
}

#[test]
fn an_account_and_the_closing_of_its_heading() {
    let before = |firm: Firm| {
        let firm = firm.set_up();
        firm.must(
            "9",
            &OpenAccounts::new(vec![NewAccount::heading("9", "Nine", AccountClass::Asset)]),
        );
        firm
    };
    let open =
        OpenAccounts::new(vec![NewAccount::new("9000", "Under", AccountClass::Asset).parent("9")]);
    race(before, sent("open", open), sent("close", CloseAccount::new("9", d("2026-06-30"))));
}

#[test]
fn a_move_and_the_closing_of_the_new_heading() {
    let before = |firm: Firm| {
        let firm = firm.set_up();
        let nine = NewAccount::heading("9", "Nine", AccountClass::Asset);
        firm.must("9", &OpenAccounts::new(vec![nine]));
        firm
    };
    let move_under = ChangeAccount::move_under("1200", Some("9".into()));
    race(before, sent("move", move_under), sent("close", CloseAccount::new("9", d("2026-06-30"))));
}

/// So many postings that the chart is read as a whole and kept: the first such batch, and one that finds it kept.
#[test]
fn a_large_batch_and_the_closing_of_its_account() {
    let rents = |name, date: &str| {
        let rent = |n| {
            let amount = eur(&format!("{n}.00"));
            NewEntry::new("GEN", d(date)).debit("5100", amount).credit("1000", amount)
        };
        sent(name, PostMany::new((1..=40).map(rent).collect()))
    };
    let kept = |firm: Firm| {
        let firm = firm.set_up();
        let sales = (1..=40).map(|n| sale("2026-01-05", &format!("{n}.00")));
        firm.must("sales", &PostMany::new(sales.collect()));
        firm
    };
    let close = || sent("close", CloseAccount::new("5100", d("2026-06-30")));
    race(set_up, rents("after it", "2026-07-01"), close());
    race(kept, rents("after it", "2026-07-01"), close());
    race(kept, rents("leaves a balance", "2026-06-30"), close());
}

/// Each alone is fine; both together would be a circle.
#[test]
fn two_moves_that_would_make_a_circle() {
    let before = |firm: Firm| {
        let firm = firm.set_up();
        let headings = ["8", "9"].map(|code| NewAccount::heading(code, code, AccountClass::Asset));
        firm.must("8 and 9", &OpenAccounts::new(headings.to_vec()));
        firm
    };
    let under = |name, code: &str, parent: &str| {
        sent(name, ChangeAccount::move_under(code, Some(parent.into())))
    };
    race(before, under("8 under 9", "8", "9"), under("9 under 8", "9", "8"));
}

/// The circle closes over a heading that only stands above.
#[test]
fn two_moves_that_would_make_a_circle_of_three() {
    let before = |firm: Firm| {
        let firm = firm.set_up();
        let heading = |code| NewAccount::heading(code, code, AccountClass::Asset);
        let headings = vec![heading("7"), heading("8").parent("9"), heading("9")];
        firm.must("7, 8 and 9", &OpenAccounts::new(headings));
        firm
    };
    let under = |name, code: &str, parent: &str| {
        sent(name, ChangeAccount::move_under(code, Some(parent.into())))
    };
    race(before, under("7 under 8", "7", "8"), under("9 under 7", "9", "7"));
}

#[test]
fn two_ways_to_set_up() {
    let set_up = |name, currency| sent(name, SetUp::new(currency));
    race(|firm| firm, set_up("euro", Currency::EUR), set_up("dollar", Currency::USD));
}

/// Books with a source of rates, and dollars at 0.80 from 2 January on.
fn with_rates(firm: Firm) -> Firm {
    let firm = with_source(firm);
    firm.must("rate", &one_rate("0.80", "2026-01-02"));
    firm
}

fn with_source(firm: Firm) -> Firm {
    let firm = firm.set_up();
    firm.must("source", &OpenRateSource::new("SPOT", "Central bank"));
    firm
}

fn one_rate(rate: &str, date: &str) -> RecordRates {
    let rate = NewRate::new(Currency::USD, Currency::EUR, dec(rate), d(date));
    RecordRates::new("SPOT", vec![rate])
}

fn in_dollars(date: &str) -> NewEntry {
    NewEntry::new("GEN", d(date)).debit("1010", usd("1.00")).credit("4000", usd("1.00"))
}

#[test]
fn a_posting_and_a_correction_of_its_rate() {
    let correction = RateCorrection::new(Currency::USD, Currency::EUR, None, d("2026-01-02"));
    let post = || sent("post", Post::new(in_dollars("2026-01-05")));
    race(with_rates, post(), sent("correct", CorrectRates::new("SPOT", vec![correction])));
    race(with_rates, post(), sent("record", one_rate("0.90", "2026-01-05")));
}

#[test]
fn a_posting_without_a_rate_and_the_first_one() {
    let post = || sent("post", Post::new(in_dollars("2026-01-05")));
    race(with_source, post(), sent("record", one_rate("0.80", "2026-01-02")));
}

#[test]
fn two_rates_for_the_same_days() {
    let record = |name, rate| sent(name, one_rate(rate, "2026-01-02"));
    race(with_source, record("one", "0.80"), record("two", "0.90"));
}

/// Customers kept by open items: an invoice of 50, and two payments of 50 each.
fn with_items(firm: Firm) -> Firm {
    let firm = firm.set_up();
    firm.must("by items", &ChangeAccount::open_items("1200", true));
    let bill =
        NewEntry::new("GEN", d("2026-01-05")).debit("1200", eur("50")).credit("4000", eur("50"));
    let paid =
        NewEntry::new("GEN", d("2026-01-06")).debit("1000", eur("50")).credit("1200", eur("50"));
    firm.must("items", &PostMany::new(vec![bill, paid.clone(), paid]));
    firm
}

/// The invoice and the payments.
fn items(before: impl Fn(Firm) -> Firm) -> Vec<ItemKey> {
    let open = before(in_memory()).view(|view| open_items(view, &OpenItemQuery::account("1200")));
    open.items.iter().map(|item| item.key).collect()
}

#[test]
fn two_clearings_of_one_item() {
    let keys = items(with_items);
    let clear = |name, with| sent(name, Clear::new("1200").all(keys[0]).all(with));
    race(with_items, clear("one", keys[1]), clear("two", keys[2]));
}

#[test]
fn a_clearing_and_what_else_may_become_of_its_items() {
    let keys = items(with_items);
    let clear = || sent("clear", Clear::new("1200").all(keys[0]).all(keys[1]));
    let reverse = Reverse::new(keys[0].entry, d("2026-01-10"));
    race(with_items, clear(), sent("reverse", reverse));
    race(with_items, clear(), sent("lock", LockPeriod::new(202_601)));
    race(with_items, clear(), sent("no items", ChangeAccount::open_items("1200", false)));
    race(with_items, clear(), sent("control", ChangeAccount::control("1200", Some("x".into()))));
}

#[test]
fn two_who_undo_one_clearing_and_one_who_clears_again() {
    let keys = items(with_items);
    let before = |firm: Firm| {
        let firm = with_items(firm);
        firm.must("cleared", &Clear::new("1200").all(keys[0]).all(keys[1]));
        firm
    };
    let history = before(in_memory()).view(|view| clearings_of(view, keys[0]));
    let id = history[0].clearing.id;
    let undo = |name, date: &str| sent(name, Unclear::new(id).on(d(date)));
    race(before, undo("march", "2026-03-01"), undo("april", "2026-04-01"));
    let other = sent("other", Clear::new("1200").all(keys[0]).all(keys[2]));
    race(before, undo("march", "2026-03-01"), other);
}

#[test]
fn an_account_that_becomes_one_of_items_and_a_posting() {
    let post = || {
        let entry =
            NewEntry::new("GEN", d("2026-01-05")).debit("1200", eur("5")).credit("4000", eur("5"));
        sent("post", Post::new(entry))
    };
    meet(set_up, post(), sent("by items", ChangeAccount::open_items("1200", true)));
    let kept = |firm: Firm| {
        let firm = firm.set_up();
        firm.must("by items", &ChangeAccount::open_items("1200", true));
        firm
    };
    meet(kept, post(), sent("no longer", ChangeAccount::open_items("1200", false)));
}

/// Dollars of customers, whose differences are not posted to their own account where one stands for it.
fn with_dollars(firm: Firm, adjusted: bool) -> Firm {
    let firm = firm.set_up();
    firm.must("by items", &ChangeAccount::open_items("1200", true));
    let valued = NewAccount::new("1209", "Customers, valued", AccountClass::Asset);
    firm.must("accounts", &OpenAccounts::new(vec![valued]));
    let named = SetExchangeAccounts::new("GEN", "5900", "5900").of_account("1200");
    firm.must("named", &if adjusted { named.adjustment("1209") } else { named });
    firm.must("source", &OpenRateSource::new("SPOT", "Bank"));
    let rate = NewRate::new(Currency::USD, Currency::EUR, dec("0.50"), d("2026-01-01"));
    firm.must("rates", &RecordRates::new("SPOT", vec![rate]));
    firm.must("monetary", &MarkMonetary::new(["1200"]));
    for (name, side, cents) in [
        ("bill", Side::Debit, "0.02"),
        ("paid", Side::Credit, "0.01"),
        ("more", Side::Debit, "0.01"),
    ] {
        let line =
            |account: &str, side| NewPosting::new(account, side, usd(cents)).worth(eur("0.01"));
        let entry = NewEntry::new("GEN", d("2026-01-05"));
        let entry = entry.posting(line("1200", side)).posting(line("4000", side.opposite()));
        firm.post(name, entry);
    }
    firm
}

fn march() -> Sent {
    sent("march", Revalue::at(d("2026-03-31")))
}

/// A clearing posts nothing here, but the run values other items after it: two halves of a cent round to a cent each.
#[test]
fn a_revaluation_and_a_clearing() {
    let before = |firm: Firm| with_dollars(firm, false);
    let open = before(in_memory()).view(|view| open_items(view, &OpenItemQuery::account("1200")));
    let of = |amount: &str| open.items.iter().find(|item| item.open == usd(amount)).unwrap().key;
    let clear = Clear::new("1200").part(of("0.02"), usd("0.01")).all(of("-0.01"));
    race(before, march(), sent("clear", clear));
}

/// With an account that stands for the valued one the reversal of an earlier run touches nothing that is valued.
#[test]
fn a_revaluation_and_the_reversal_of_an_earlier_one() {
    let before = |firm: Firm| {
        let firm = with_dollars(firm, true);
        let line = |account: &str, side| NewPosting::new(account, side, usd("10")).worth(eur("7"));
        let dear = NewEntry::new("GEN", d("2026-01-05"));
        firm.post(
            "dear",
            dear.posting(line("1200", Side::Debit)).posting(line("4000", Side::Credit)),
        );
        firm.must("first", &Revalue::at(d("2026-03-31")));
        firm
    };
    let run = before(in_memory()).view(|view| revaluations(view))[0].entry;
    race(before, march(), sent("reverse", Reverse::new(run, d("2026-03-31"))));
}
