//! Posting: currencies, batches, numbers, reversals, racing commands, and several commands in one commit.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::collections::BTreeSet;

use common::*;
use fondaco_accounting::Books;
use fondaco_accounting::ledger::*;
use fondaco_core::{Act, CompanyId, Currency, Id, PartyId, Range, Reading};
use rust_decimal::Decimal;

fn entry(date: &str) -> NewEntry {
    NewEntry::new("GEN", d(date))
}

fn dollars(amount: &str) -> NewPosting {
    NewPosting::debit("1010", usd(amount))
}

fn lines(firm: &Firm, id: Id<Entry>) -> Vec<Posting> {
    firm.view(|view| {
        let rows = view.peek_scan(&Range::<Posting>::by_key(&id))?;
        Ok(rows.iter().map(|row| row.as_ref().clone()).collect())
    })
}

fn stored(firm: &Firm, id: Id<Entry>) -> Entry {
    firm.view(|view| Ok(view.peek::<Entry>(&id)?.unwrap().as_ref().clone()))
}

/// Amount, worth in the ledger's currency and rate of the first line.
fn first(
    firm: &Firm,
    name: &str,
    posting: NewPosting,
    worth: &str,
) -> (String, String, Option<Decimal>) {
    let posted = firm
        .post(name, entry("2026-01-05").posting(posting).credit("1000", eur(worth)).conversion());
    let line = lines(firm, posted.id).remove(0);
    let text = |amount: Amount| amount.to_decimal().normalize().to_string();
    (text(line.amount), text(line.ledger_amount), line.rate.copied())
}

#[test]
fn a_foreign_amount_is_worth_what_its_rate_or_its_worth_says() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let by = |name, posting, worth| first(&firm, name, posting, worth);
        let (amount, worth, rate) = by("rate", dollars("100.00").rate(dec("0.90")), "90.00");
        assert_eq!((amount.as_str(), worth.as_str(), rate), ("100", "90", Some(dec("0.9"))));
        let (_, worth, rate) = by("worth", dollars("100.00").worth(eur("90.00")), "90.00");
        assert_eq!((worth.as_str(), rate), ("90", Some(dec("0.9"))), "the implied rate");
        let both = dollars("100.00").worth(eur("90.01")).rate(dec("0.90"));
        let (_, worth, rate) = by("both", both, "90.01");
        assert_eq!((worth.as_str(), rate), ("90.01", Some(dec("0.9"))), "as the document says");
        let (_, worth, rate) = by("third", dollars("3.00").worth(eur("1.00")), "1.00");
        assert_eq!((worth.as_str(), rate), ("1", Some(dec("0.333333333333"))));
        // Half a cent goes up, on either side.
        let (_, worth, _) = by("half", dollars("0.05").rate(dec("0.1")), "0.01");
        assert_eq!(worth, "0.01");
        let (_, worth, _) = by("less", dollars("0.04").rate(dec("0.1")), "0.00");
        assert_eq!(worth, "0");
        let (amount, worth, rate) = by("nothing", dollars("0.00").worth(eur("5.00")), "5.00");
        assert_eq!(
            (amount.as_str(), worth.as_str(), rate),
            ("0", "5", None),
            "only its worth changes"
        );
        let (_, _, rate) = by("worthless", dollars("5.00").worth(eur("0.00")), "0.00");
        assert_eq!(rate, None);
        firm.clean();
    });
}

#[test]
fn every_foreign_currency_balances_unless_the_entry_converts() {
    let firm = in_memory().set_up();
    let credit =
        |amount: &str, worth: &str| NewPosting::credit("1200", usd(amount)).worth(eur(worth));
    let debit = |amount: &str, worth: &str| dollars(amount).worth(eur(worth));
    let two = |a, b| entry("2026-01-05").posting(a).posting(b);
    firm.post("moved", two(debit("100", "90"), credit("100", "90")));
    let unequal = two(debit("100", "90"), credit("99", "90"));
    let error = firm.refused("unequal", &Post::new(unequal.clone()));
    assert_eq!(
        error.to_string(),
        "the entry does not balance: debits exceed credits by 1.00 USD: correct an amount, or add a posting of the difference"
    );
    firm.post("as a conversion", unequal.conversion());
    let error = firm
        .refused("worth", &Post::new(two(debit("100", "90"), credit("100", "89")).conversion()));
    assert_eq!(
        error.to_string(),
        "the entry does not balance: debits exceed credits by 1.00 EUR: correct an amount, or add a posting of the difference"
    );
    // The dollars clear; what is left in euro is an exchange difference.
    let cleared = two(debit("100", "92"), credit("100", "90")).credit("5900", eur("2"));
    firm.post("exchange difference", cleared);
    // A revaluation changes no amount, only its worth.
    let revalued = entry("2026-01-31").posting(debit("0.00", "3")).credit("5900", eur("3"));
    firm.post("revaluation", revalued);
    let only_dollars = entry("2026-01-05").posting(debit("10", "9")).credit("1000", eur("9"));
    assert_eq!(firm.refused_entry(only_dollars), "accounting.unbalanced");
    firm.clean();
    let balance = firm.balances(&BalanceQuery::account("1010"));
    assert_eq!(balance.len(), 1);
    let amounts = &balance[0].amounts;
    assert_eq!(amounts.balance(Currency::USD), usd("300.00"));
    assert_eq!(amounts.ledger_balance(), dec("275"));
    assert_eq!(firm.sum(&BalanceQuery::all()), "0");
}

#[test]
fn currencies_of_no_three_and_four_digits() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let with = |money: fondaco_core::Money, worth: &str| {
            // The largest fills a period's sum by itself.
            let large = money.amount() > dec("1000000");
            entry(if large { "2026-02-05" } else { "2026-01-05" })
                .posting(NewPosting::debit("1000", money).worth(eur(worth)))
                .posting(NewPosting::credit("1200", money).worth(eur(worth)))
        };
        for text in ["1500 JPY", "1.234 BHD", "1.2345 CLF", "922337203685477.5807 CLF"] {
            firm.post(text, with(money(text), "1.00"));
        }
        for text in ["0.5 JPY", "1.2345 BHD"] {
            assert_eq!(firm.refused_entry(with(money(text), "1.00")), "accounting.too_many_digits");
        }
        let rows = firm
            .balances(&BalanceQuery::account("1000").currency(Currency::from_code("BHD").unwrap()));
        assert_eq!(rows[0].amounts.debit(), dec("1.234"));
        firm.clean();
    });
}

#[test]
fn a_ledger_in_yen() {
    let firm = in_memory();
    let jpy = Currency::from_code("JPY").unwrap();
    firm.must("set up", &SetUp::new(jpy));
    firm.must("chart", &OpenAccounts::new(chart()));
    firm.must("gen", &OpenJournal::new("GEN", "General"));
    firm.must("2026", &OpenFiscalYear::calendar_year(2026));
    let sale = entry("2026-01-05")
        .posting(dollars("10.01").rate(dec("150.5")))
        .credit("4000", money("1507 JPY"));
    firm.post("sale", sale.conversion());
    assert_eq!(firm.sum(&BalanceQuery::account("1010")), "1507", "1506.505 yen, half up");
}

#[test]
fn amounts_up_to_the_very_last_unit() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let most = "922337203685477.58";
        firm.post("most", sale("2026-01-05", most));
        assert_eq!(firm.sum(&BalanceQuery::account("1000")), most);
        // One more in the same batch and period: the sum is named.
        firm.post("other month", sale("2026-02-05", most));
        assert_eq!(
            firm.sum(&BalanceQuery::account("1000")),
            "1844674407370955.16",
            "sums over periods are wider"
        );
        assert_eq!(
            firm.sum(&BalanceQuery::account("4000").from(d("2026-01-03"))),
            "-1844674407370955.16"
        );
        let twice = PostMany::new(vec![sale("2026-03-05", most), sale("2026-03-05", most)]);
        let error = firm.refused("twice", &twice);
        assert_eq!(
            (error.code(), firm.sum(&BalanceQuery::account("1000"))),
            ("accounting.sum_too_large", "1844674407370955.16".into())
        );
        assert!(error.to_string().contains("the sums of account 1000 would go beyond"), "{error}");
        let more = firm.refused("more", &Post::new(sale("2026-01-05", "0.01")));
        assert_eq!(more.kind(), fondaco_core::ErrorKind::Invalid, "{more}");
        firm.post("nothing", sale("2026-01-05", "0.00"));
        firm.clean();
    });
}

#[test]
fn every_field_comes_back_as_it_was_given() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let party = Id::from_u128(42);
        let posting = NewPosting::debit("1200", eur("119.00"))
            .text("line \u{1F4B6} – \"q\" \\ \n")
            .party(party)
            .due_date(d("9999-12-31"))
            .dimension("site", "Mestre")
            .dimension("empty", "")
            .dimension("cost\ncentre", "\u{1}\"\\");
        let new = NewEntry { journal: "INV".into(), ..entry("2026-03-31") }
            .posting(posting.clone())
            .credit("4000", eur("119.00"))
            .text("x".repeat(10_000))
            .party(party)
            .source("sales_order/51921")
            .document_date(d("0001-01-01"))
            .due_date(d("2026-04-30"));
        firm.at_minute(7);
        let posted = firm.post("invoice", new.clone());
        let entry = stored(&firm, posted.id);
        assert_eq!((entry.number.number(), posted.number.number()), (Some(1), Some(1)));
        assert_eq!((entry.fiscal_year, entry.period, entry.date), (2026, 202_603, d("2026-03-31")));
        assert_eq!((entry.recorded_at, entry.reverses.copied()), (minute(7), None));
        assert_eq!((entry.text, entry.source, entry.party), (new.text, new.source, new.party));
        assert_eq!((entry.document_date, entry.due_date), (new.document_date, new.due_date));
        let lines = lines(&firm, posted.id);
        assert_eq!((lines[0].line, lines[1].line), (1, 2));
        assert_eq!(
            (lines[0].text.cloned(), lines[0].party.copied(), lines[0].due_date),
            (posting.text, posting.party, posting.due_date)
        );
        assert_eq!(lines[0].dimensions, posting.dimensions, "on {}", firm.name);
        assert_eq!(lines[0].money(), eur("119.00"));
        assert_eq!(lines[1].money(), eur("-119.00"));
        assert_eq!(lines[0].recorded_at(), Some(minute(7)));
        assert_eq!(firm.sum(&BalanceQuery::all().dimension("cost\ncentre", "\u{1}\"\\")), "119");
        firm.clean();
    });
}

#[test]
fn a_batch_is_posted_whole_or_not_at_all() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let mut entries: Vec<NewEntry> =
            (0..200).map(|n| sale("2026-01-05", &format!("{n}.00"))).collect();
        let posted = firm.must("all", &PostMany::new(entries.clone()));
        let numbers: Vec<_> = posted.entries.iter().map(|posted| posted.number.number()).collect();
        assert_eq!(numbers, (1..=200).map(Some).collect::<Vec<_>>());
        assert_eq!(
            firm.send("all", &PostMany::new(entries.clone())).unwrap().answer,
            posted,
            "replayed"
        );
        entries[150].postings[0].account = "nowhere".into();
        let error = firm.refused("one bad", &PostMany::new(entries.clone()));
        assert!(
            error.to_string().starts_with("item 150 (counted from 0): there is no account nowhere")
        );
        assert_eq!(firm.sum(&BalanceQuery::account("1000")), "19900");
        assert_eq!(firm.must("none", &PostMany::new(vec![])).entries, vec![]);
        assert_eq!(firm.post("next", sale("2026-01-05", "1.00")).number.number(), Some(201));
        firm.clean();
    });
}

#[test]
fn numbers_of_mixed_journals_and_years_in_one_batch() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("2027", &OpenFiscalYear::calendar_year(2027));
        let invoice = |date: &str| NewEntry { journal: "INV".into(), ..sale(date, "1.00") };
        let batch = vec![
            sale("2026-01-05", "1.00"),
            invoice("2026-01-05"),
            sale("2027-01-05", "1.00"),
            sale("2026-05-05", "1.00"),
            invoice("2026-02-05"),
            invoice("2027-01-01"),
        ];
        let posted = firm.must("batch", &PostMany::new(batch));
        let numbers: Vec<_> =
            posted.entries.iter().map(|posted| posted.number.number().unwrap()).collect();
        assert_eq!(numbers, [1, 1, 1, 2, 2, 1]);
        let ids: Vec<_> = posted.entries.iter().map(|posted| posted.id).collect();
        assert!(ids.is_sorted() && ids.iter().collect::<BTreeSet<_>>().len() == 6);
        firm.clean();
    });
}

#[test]
fn each_entry_for_itself() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let invoice = |date: &str| NewEntry { journal: "INV".into(), ..sale(date, "1.00") };
        firm.post("before", invoice("2026-02-01"));
        let mut unbalanced = sale("2026-01-05", "1.00");
        unbalanced.postings[0].amount = eur("2.00");
        let batch = vec![
            sale("2026-01-05", "1.00"),
            unbalanced,
            invoice("2026-01-31"),
            invoice("2026-03-01"),
            invoice("2026-02-15"),
            sale("2025-01-01", "1.00"),
            sale("2026-01-06", "4.00").text("a\0"),
            NewEntry { journal: "N\0".into(), ..sale("2026-01-06", "4.00") },
            sale("2026-01-06", "4.00"),
        ];
        let posted = firm.must("each", &PostEach::new(batch.clone()));
        let told: Vec<String> = posted
            .entries
            .iter()
            .map(|each| match each {
                Ok(posted) => format!("{}", posted.number.number().unwrap()),
                Err(refused) => format!("{} {}", refused.code, refused.invalid),
            })
            .collect();
        assert_eq!(
            told,
            [
                "1",
                "accounting.unbalanced true",
                "accounting.out_of_order false",
                "2",
                "accounting.out_of_order false",
                "accounting.no_period false",
                "accounting.bad_input true",
                "accounting.unknown_journal false",
                "2",
            ],
            "on {}",
            firm.name
        );
        let Err(late) = &posted.entries[2] else { panic!() };
        assert!(late.to_string().contains("has an entry of 2026-02-01 already"), "{late}");
        let again = firm.send("each", &PostEach::new(batch)).unwrap();
        assert!(again.replayed);
        assert_eq!(again.answer, posted);
        let none = firm.must("none of them", &PostEach::new(vec![sale("2025-01-01", "1.00")]));
        assert!(none.entries[0].is_err());
        firm.clean();
    });
}

#[test]
fn a_reversal_takes_back_everything_once() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let mixed = entry("2026-01-05")
            .posting(
                dollars("100")
                    .worth(eur("91.23"))
                    .dimension("site", "A")
                    .party(PartyId::named("bank"))
                    .text("spot")
                    .due_date(d("2026-01-07")),
            )
            .posting(NewPosting::debit("5900", eur("0.00")))
            .credit("1000", eur("91.23"))
            .text("bought dollars")
            .party(PartyId::named("broker"))
            .source("deal/7")
            .document_date(d("2026-01-04"))
            .due_date(d("2026-01-06"))
            .conversion();
        let posted = firm.post("conversion", mixed);
        let first = stored(&firm, posted.id);
        let reversed = firm.must("reverse", &Reverse::new(posted.id, d("2026-03-05")));
        let back = stored(&firm, reversed.id);
        assert_eq!(
            (back.reverses.copied(), back.conversion, back.period),
            (Some(posted.id), true, 202_603)
        );
        assert_eq!(back.text.as_deref(), Some("bought dollars"));
        assert_eq!(
            (&back.journal, back.party, &back.source, back.document_date),
            (&first.journal, first.party, &first.source, first.document_date)
        );
        assert_eq!(back.due_date, None); // what is taken back falls due no more
        let (there, here) = (lines(&firm, posted.id), lines(&firm, reversed.id));
        for (a, b) in there.iter().zip(&here) {
            assert_eq!(
                (a.amount.units(), a.ledger_amount.units()),
                (-b.amount.units(), -b.ledger_amount.units())
            );
            assert_eq!(
                (a.side, &a.dimensions, &a.rate),
                (b.side.opposite(), &b.dimensions, &b.rate)
            );
            assert_eq!(
                (&a.account, a.line, a.currency, &a.party, &a.text, b.due_date),
                (&b.account, b.line, b.currency, &b.party, &b.text, None)
            );
        }
        assert!(firm.balances(&BalanceQuery::all()).iter().all(|row| row.amounts.is_zero()));
        assert_eq!(firm.sum(&BalanceQuery::account("1010").until(d("2026-03-04"))), "91.23");
        let error = firm.refused("twice", &Reverse::new(posted.id, d("2026-03-05")));
        assert_eq!(error.code(), "accounting.already_reversed");
        // A reversal is an entry, and may itself be taken back.
        let text = Reverse {
            text: Some("it was right after all".into()),
            ..Reverse::new(reversed.id, d("2026-03-06"))
        };
        let again = firm.must("the reversal", &text);
        assert_eq!(stored(&firm, again.id).text.as_deref(), Some("it was right after all"));
        assert_eq!(firm.sum(&BalanceQuery::account("1010")), "91.23");
        assert!(firm.send("reverse", &Reverse::new(posted.id, d("2026-03-05"))).unwrap().replayed);
        firm.must("lock", &LockPeriod { period: 202_604 });
        let locked = firm.refused("locked", &Reverse::new(again.id, d("2026-04-01")));
        assert_eq!(locked.code(), "accounting.period_locked");
        firm.clean();
    });
}

/// Every command is a function over a unit of work: a whole firm in one commit, each reading what the others staged.
#[test]
fn several_commands_in_one_commit() {
    on_every_store(|firm| {
        #[derive(serde::Serialize)]
        struct Founded;
        impl Act for Founded {
            type Answer = Posted;
            type Error = LedgerError;
            fn act(&self, tx: &mut fondaco_core::Tx<'_>) -> Result<Posted, LedgerError> {
                SetUp::new(Currency::EUR).act(tx)?;
                OpenAccounts::new(chart()).act(tx)?;
                OpenJournal::new("GEN", "General").act(tx)?;
                OpenFiscalYear::calendar_year(2026).act(tx)?;
                let first = Post::new(sale("2026-01-05", "10.00")).act(tx)?;
                Post::new(sale("2026-02-05", "20.00")).act(tx)?;
                post_many(tx, &[sale("2026-02-06", "30.00"), sale("2026-01-06", "40.00")])?;
                let seen = balances(tx, &BalanceQuery::account("1000").until(d("2026-02-05")))?;
                assert_eq!(seen[0].amounts.debit(), dec("70"));
                LockPeriod { period: 202_601 }.act(tx)?;
                let locked = tx.attempt(|tx| Post::new(sale("2026-01-07", "50.00")).act(tx))?;
                assert_eq!(locked.unwrap_err().code(), "accounting.period_locked");
                let reversal = Reverse::new(first.id, d("2026-03-01")).act(tx)?;
                let twice = tx.attempt(|tx| Reverse::new(first.id, d("2026-03-01")).act(tx))?;
                assert_eq!(twice.unwrap_err().code(), "accounting.already_reversed");
                let open = tx.attempt(|tx| CloseAccount::new("4000", d("2026-12-31")).act(tx))?;
                assert_eq!(open.unwrap_err().code(), "accounting.cannot_close");
                CloseAccount::new("5000", d("2026-01-31")).act(tx)?;
                Ok(reversal)
            }
        }
        let posted = firm.must("founded", &Founded);
        assert_eq!(posted.number.number(), Some(5));
        assert_eq!(firm.sum(&BalanceQuery::account("1000")), "90");
        assert_eq!(firm.balances(&BalanceQuery::account("1000"))[0].amounts.credit(), dec("10"));
        assert_eq!(firm.post("next", sale("2026-02-01", "1.00")).number.number(), Some(6));
        firm.clean();
    });
}

#[test]
fn closing_an_account_and_posting_to_it_at_once_never_both_succeed() {
    for (name, store) in stores() {
        let firm = Firm::on(name, store.clone()).set_up();
        for round in 0..15 {
            let code = format!("X{round}");
            firm.must(
                &code,
                &OpenAccounts::new(vec![NewAccount::new(&code, "x", AccountClass::Asset)]),
            );
            let rival = Books::open(store.clone(), CompanyId::named("acme")).unwrap();
            let entry = entry("2026-05-05").debit(&code, eur("1.00")).credit("4000", eur("1.00"));
            let (closed, posted) = std::thread::scope(|scope| {
                let close = scope.spawn(|| {
                    firm.send(&format!("close {code}"), &CloseAccount::new(&code, d("2026-04-30")))
                        .is_ok()
                });
                let posted = rival.post(&format!("post {code}"), entry).is_ok();
                (close.join().unwrap(), posted)
            });
            assert!(closed != posted, "on {name}: closed {closed}, posted {posted}");
        }
        firm.clean();
    }
}

#[test]
fn many_threads_lose_nothing() {
    for (name, store) in stores() {
        let firm = Firm::on(name, store.clone()).set_up();
        let each: i32 = if name == "memory" { 60 } else { 20 };
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (books, store) = (&firm.books, store.clone());
                scope.spawn(move || {
                    // Two share a handle, two have their own.
                    let own = Books::open(store, CompanyId::named("acme")).unwrap();
                    let books = if thread % 2 == 0 { books } else { &own };
                    for n in 0..each {
                        let name = format!("{thread}/{n}");
                        if n % 10 == 3 {
                            let mut bad = sale("2026-01-05", "1.00");
                            bad.postings.pop();
                            assert!(books.post(&name, bad).is_err());
                            continue;
                        }
                        let sale =
                            sale(if n % 2 == 0 { "2026-01-05" } else { "2026-07-05" }, "1.00");
                        let posted = books.post(&name, sale.clone()).unwrap();
                        assert_eq!(books.post(&name, sale).unwrap().answer, posted.answer);
                    }
                });
            }
        });
        let posted = 4 * (each - each / 10);
        assert_eq!(firm.sum(&BalanceQuery::account("1000")), posted.to_string(), "on {name}");
        assert_eq!(firm.sum(&BalanceQuery::all()), "0");
        let numbers: BTreeSet<i64> = firm.view(|view| {
            let entries = view.peek_scan(&Range::<Entry>::all())?;
            Ok(entries.iter().filter_map(|entry| entry.number.number()).collect())
        });
        assert_eq!(numbers, (1..=i64::from(posted)).collect());
        firm.clean();
    }
}

#[test]
fn two_companies_in_one_store_know_nothing_of_each_other() {
    for (name, store) in stores() {
        let (a, b) =
            (Firm::of(name, store.clone(), "a").set_up(), Firm::of(name, store, "b").set_up());
        let first = a.post("sale", sale("2026-01-05", "1.00"));
        let second = b.post("sale", sale("2026-01-05", "2.00"));
        assert_eq!((first.number.number(), second.number.number()), (Some(1), Some(1)));
        a.must("lock", &LockPeriod { period: 202_601 });
        b.post("open here", sale("2026-01-06", "2.00"));
        a.must(
            "close",
            &OpenAccounts::new(vec![NewAccount::new("only a", "x", AccountClass::Asset)]),
        );
        assert!(b.books.balances(&BalanceQuery::account("only a")).is_err());
        assert_eq!(
            (a.sum(&BalanceQuery::account("1000")), b.sum(&BalanceQuery::account("1000"))),
            ("1".into(), "4".into())
        );
        // The same command and time give the same id in each: neither can reverse the other's number two.
        assert_eq!(
            b.refused("x", &Reverse::new(Id::from_u128(first.id.to_u128() + 1), d("2026-02-01")))
                .code(),
            "accounting.unknown_entry"
        );
        a.clean();
        b.clean();
    }
}
