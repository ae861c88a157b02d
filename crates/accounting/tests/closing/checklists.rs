//! The closing checklist: every sort of point, and those of the host.

use crate::common::*;
use fondaco_accounting::allocation::{Allocate, SetAllocation};
use fondaco_accounting::close::*;
use fondaco_accounting::currency::*;
use fondaco_accounting::ledger::*;
use fondaco_core::Currency;

fn told(firm: &Firm, period: PeriodKey) -> Vec<String> {
    let list = firm.view(|view| checklist(view, period));
    list.points.iter().map(Point::to_string).collect()
}

/// What was revalued at rates that are older on purpose is revalued.
#[test]
fn a_run_that_lets_rates_be_older_is_done() {
    on_every_store(|firm| {
        let firm = crate::years::with_two_years(firm);
        firm.must("spot", &OpenRateSource::new("SPOT", "Spot").no_older_than(7));
        let rate = NewRate::new(Currency::USD, Currency::EUR, dec("0.5"), d("2025-01-02"));
        firm.must("rate", &RecordRates::new("SPOT", vec![rate]));
        firm.must("monetary", &MarkMonetary::new(["1010"]));
        firm.must("differences", &SetExchangeAccounts::new("GEN", "4000", "5100"));
        let dollars = NewEntry::new("GEN", d("2025-01-07"))
            .posting(NewPosting::debit("1010", usd("5")).worth(eur("4")))
            .posting(NewPosting::credit("4000", usd("5")).worth(eur("4")));
        firm.post("dollars", dollars);
        let point = "currencies not revalued: 1, such as USD; revalue them";
        assert_eq!(told(&firm, 202_501), [point], "on {}", firm.name);
        let run = Revalue::at(d("2025-01-31"));
        assert_eq!(firm.refused("too old", &run).code(), "accounting.old_rate");
        firm.must("on purpose", &run.rates_no_older_than(30));
        assert_eq!(told(&firm, 202_501), [""; 0]);
        firm.clean();
    });
}

#[test]
fn every_sort_of_point_is_named_and_goes_away_when_it_is_done() {
    on_every_store(|firm| {
        let firm = crate::years::with_two_years(firm);
        assert_eq!(told(&firm, 202_501), [""; 0]);
        let clearing =
            NewAccount::new("1360", "Money in transit", AccountClass::Asset).kind("clearing");
        firm.must("clearing", &OpenAccounts::new(vec![clearing]));
        let transit = |debit: &str, credit: &str| {
            NewEntry::new("GEN", d("2025-02-10")).debit(debit, eur("5")).credit(credit, eur("5"))
        };
        firm.post("in transit", transit("1360", "1000"));
        let draft = firm.must("draft", &PrepareDraft::new(sale("2025-02-01", "1.00")));
        let terms =
            RecurringTerms::new(sale("2025-02-05", "1.00"), "FREQ=MONTHLY".parse().unwrap());
        firm.must("rent", &StartRecurring::new("rent", terms));
        let reversing = PostReversing::new(sale("2025-02-06", "1.00")).on(d("2025-02-20"));
        let accrued = firm.must("accrued", &reversing);
        let plan = SpreadPlan::periods(d("2025-02-01"), 2);
        let start = StartDeferral::expense("d", "GEN", ("1200", "5100"), eur("10"), plan);
        firm.must("defer", &start);
        let dollars = NewEntry::new("GEN", d("2025-02-07"))
            .posting(NewPosting::debit("1010", usd("5")).worth(eur("4")))
            .posting(NewPosting::credit("4000", usd("5")).worth(eur("4")));
        firm.post("dollars", dollars);
        assert_eq!(
            told(&firm, 202_502),
            [
                format!("drafts not posted: 1, such as {draft}; post or delete them"),
                "earlier periods open: 1, such as 2025-01; lock them".into(),
                "recurring entries not carried out: 1, such as rent; let the clock bring them, or end them"
                    .into(),
                format!(
                    "planned reversals not carried out: 1, such as that of {}; let the clock bring them",
                    accrued.id
                ),
                "parts of deferrals not recognised: 1, such as of d; recognise them".into(),
                "clearing accounts with something left: 1, such as 1360; clear them".into(),
                "currencies not revalued: 1, such as USD; revalue them".into(),
            ]
        );
        firm.must("lock", &LockBooks::through(d("2025-01-31")));
        firm.must("delete", &DeleteDraft::new(draft));
        firm.must("end", &EndRecurring::new("rent", d("2025-02-01")));
        firm.must("keep", &CancelReversal::new(accrued.id));
        firm.must("recognise", &RecogniseDeferrals::through(d("2025-02-28")));
        firm.post("arrived", transit("1000", "1360"));
        let sell = NewEntry::new("GEN", d("2025-02-20"))
            .posting(NewPosting::credit("1010", usd("5")).worth(eur("4")))
            .debit("1000", eur("4"))
            .conversion();
        firm.post("sell", sell);
        assert_eq!(told(&firm, 202_502), [""; 0]);
        assert_eq!(
            told(&firm, 202_600),
            [
                "earlier years open: 1, such as 2025; close them",
                "parts of deferrals not recognised: 1, such as of d; recognise them" // of March 2025
            ]
        );
        firm.clean();
    });
}

/// A bill that is paid at another rate leaves a difference, which is posted where accounts are named for it.
#[test]
fn differences_posted_nowhere_and_pools_not_shared_out_are_told() {
    on_every_store(|firm| {
        let firm = crate::years::with_two_years(firm);
        firm.must("by items", &ChangeAccount::open_items("1200", true));
        let worth = |posting: NewPosting, euros: &str| posting.worth(eur(euros));
        let bill = NewEntry::new("GEN", d("2025-02-01"))
            .posting(worth(NewPosting::debit("1200", usd("100")), "80"))
            .posting(worth(NewPosting::credit("4000", usd("100")), "80"));
        let bill = ItemKey::new(firm.post("bill", bill).id, 1);
        let paid = NewEntry::new("GEN", d("2025-03-01"))
            .posting(worth(NewPosting::debit("1000", usd("100")), "83"))
            .posting(worth(NewPosting::credit("1200", usd("100")), "83"));
        let paid = firm.must("paid", &PostClearing::new(paid).pays(Pays::new(2).all(bill)));
        let power = NewEntry::new("GEN", d("2025-03-05"))
            .posting(NewPosting::debit("5100", eur("9")).dimension("cost_centre", "900"))
            .credit("1000", eur("9"));
        firm.post("power", power);
        let rule = SetAllocation::new("power", "Power", "GEN", "5100", "cost_centre", "900");
        firm.must("rule", &rule.share("10", 1.into()));

        let difference = "clearings with an exchange difference that is posted nowhere: 1, such as on 1200; name accounts for it by SetExchangeAccounts and clear anew";
        let pool =
            "pools not shared out: 1, such as by power in 2025-03; run their rules by Allocate";
        let has = |period: PeriodKey, point: &str| told(&firm, period).iter().any(|of| of == point);
        assert!(!has(202_502, difference) && !has(202_502, pool), "neither was there yet");
        for period in [202_503, 202_500] {
            assert!(has(period, difference) && has(period, pool), "{:?}", told(&firm, period));
        }
        let strict = firm.refused("strict", &CloseYear::new(2025).strict());
        assert!(strict.to_string().contains(pool), "{strict}");

        firm.must("undo", &Unclear::new(paid.clearings[0].clearing));
        firm.must("differences", &SetExchangeAccounts::new("GEN", "4000", "5100"));
        let both = Clear::new("1200").all(bill).all(ItemKey::new(paid.posted.id, 2));
        firm.must("anew", &both.on(d("2025-03-01")));
        firm.must("March", &Allocate::new("power", 202_503));
        assert!(!has(202_500, difference) && !has(202_500, pool), "{:?}", told(&firm, 202_500));
        firm.clean();
    });
}

#[test]
fn points_of_the_host_are_signed_off() {
    on_every_store(|firm| {
        let firm = crate::years::with_two_years(firm);
        let add = AddClosingPoint::of_year(2025, "stock", "count the stock").blocking();
        firm.must("add", &add);
        firm.must("look", &AddClosingPoint::of_year(2025, "look", "look at it again"));
        let list = firm.view(|view| checklist(view, 202_500));
        assert!(!list.is_ready() && list.signed.len() == 2);
        let refused = firm.refused("close", &CloseYear::new(2025));
        assert_eq!(refused.code(), "accounting.not_ready_to_close");
        let unknown = firm.refused("none", &SignOff::of_year(2025, "none"));
        assert_eq!(unknown.code(), "accounting.unknown_closing_point");
        firm.must("sign", &SignOff::of_year(2025, "stock").note("12 missing"));
        let list = firm.view(|view| checklist(view, 202_500));
        assert!(list.is_ready(), "{list}");
        let signed = list.signed.iter().find(|point| point.code == "stock").unwrap();
        assert_eq!(signed.note.as_deref(), Some("12 missing"));
        assert!(list.to_string().contains("stock: count the stock"));
        firm.must("anew", &add); // it is to be done again
        assert!(firm.send("close, again", &CloseYear::new(2025)).is_err());
        firm.must("sign again", &SignOff::of_year(2025, "stock"));
        firm.must("closed", &CloseYear::new(2025));
        for (name, period, code) in [
            ("year", 203_100, "accounting.unknown_year"),
            ("period", 203_101, "accounting.unknown_period"),
        ] {
            let refused = firm.refused(name, &AddClosingPoint::new(period, "x", "x"));
            assert_eq!(refused.code(), code);
        }
        firm.clean();
    });
}

#[test]
fn a_year_is_ready_only_when_closing_would_go_through() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("2025", &OpenFiscalYear::calendar_year(2025));
        firm.post("sale", sale("2025-03-01", "5.00"));
        assert_eq!(
            told(&firm, 202_500),
            ["no account for the result of 2025: say with SetClosing where it goes"]
        );
        let retained = NewAccount::new("3900", "Retained earnings", AccountClass::Equity);
        firm.must("retained", &OpenAccounts::new(vec![retained]));
        firm.must("closing", &SetClosing::new("3900", "GEN"));
        let on = |account: &str, date: &str, amount: &str| {
            AssertBalance::new(account, d(date), eur(amount))
        };
        firm.must("of the year", &on("4000", "2025-12-31", "-5"));
        let later = firm.must("of the next", &on("4000", "2026-01-31", "-5"));
        let equity = firm.must("equity", &on("3900", "2026-01-31", "0").within(dec("5")));
        firm.must("noted", &on("3900", "2026-01-31", "0").warning());
        assert_eq!(
            told(&firm, 202_500),
            ["assertions that closing would break: 1, such as of 4000; withdraw them"]
        );
        let refused = firm.refused("close", &CloseYear::new(2025));
        assert_eq!(refused.code(), "accounting.breaks_assertion");
        firm.must("withdraw", &WithdrawAssertion::new(later));
        firm.must("withdraw equity", &WithdrawAssertion::new(equity));
        let point = AddClosingPoint::new(202_506, "bank", "reconcile").blocking();
        firm.must("bank", &point);
        assert_eq!(told(&firm, 202_500), ["bank: reconcile; sign it off when it is done"]);
        firm.must("reconciled", &SignOff::new(202_506, "bank"));
        // An account that takes nothing more is closed with the year all the same.
        let last = NewPending::new(sale("2026-04-01", "1.00")).closing(Closing::Credit);
        firm.must("last sale", &RecordPending::new(last));
        assert_eq!(firm.refused_entry(sale("2025-04-02", "1.00")), "accounting.account_closed");
        assert!(firm.view(|view| checklist(view, 202_500)).is_ready());
        firm.must("close, now", &CloseYear::new(2025));
        assert_eq!(firm.sum(&BalanceQuery::account("3900")), "-5");
        assert_eq!(told(&firm, 202_500)[0], "2025 is closed already: reopen it to close it again");
        firm.clean();
    });
}

#[test]
fn an_adjustment_period_comes_after_the_months() {
    let firm = in_memory().set_up();
    firm.must("two", &OpenAdjustmentPeriods::new(2026, 2));
    firm.must("lock", &LockBooks::through(d("2026-11-30")));
    assert_eq!(told(&firm, 202_612), [""; 0]);
    let open = |what: &str| format!("earlier periods open: {what}; lock them");
    assert_eq!(told(&firm, 202_613), [open("1, such as 2026-12")]);
    assert_eq!(told(&firm, 202_614), [open("2, such as 2026-12")]);
}

#[test]
fn currencies_are_to_be_revalued_while_they_are_worth_something_else() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let usd_on = |account: &str, date: &str, dollars: &str, worth: &str| {
            NewEntry::new("GEN", d(date))
                .posting(NewPosting::debit(account, usd(dollars)).worth(eur(worth)))
                .posting(NewPosting::credit("4000", usd(dollars)).worth(eur(worth)))
        };
        let machine = NewAccount::new("0400", "Machines", AccountClass::Asset);
        firm.must("machines", &OpenAccounts::new(vec![machine]));
        firm.must("machine", &Post::new(usd_on("0400", "2026-01-05", "1000", "900")));
        firm.must("lock", &LockBooks::through(d("2025-12-31")));
        let told = |firm: &Firm| told(firm, 202_601);
        let to_do = || ["currencies not revalued: 1, such as USD; revalue them".to_owned()];
        assert_eq!(told(&firm), to_do()); // nobody has said what is monetary
        firm.must("monetary", &MarkMonetary::new(["1010"]));
        assert_eq!(told(&firm), [""; 0]); // a machine is worth what it cost
        firm.must("dollars", &Post::new(usd_on("1010", "2026-01-06", "100", "90")));
        assert_eq!(told(&firm), to_do()); // there is no rate to tell it by
        firm.must("spot", &OpenRateSource::new("SPOT", "Central bank").pivot(Currency::EUR));
        let rate = |date: &str, rate: &str| {
            let rate = NewRate::new(Currency::USD, Currency::EUR, dec(rate), d(date));
            RecordRates::new("SPOT", vec![rate])
        };
        firm.must("as in the books", &rate("2026-01-02", "0.9"));
        assert_eq!(told(&firm), [""; 0]);
        firm.must("otherwise", &rate("2026-01-31", "0.95"));
        assert_eq!(told(&firm), to_do());
        firm.must("accounts", &SetExchangeAccounts::new("GEN", "4000", "5900"));
        let run = firm.must("run", &Revalue::at(d("2026-01-31")));
        assert_eq!(told(&firm), [""; 0]);
        // A bill of that month comes after the run, or the run is taken back.
        firm.must("late", &Post::new(usd_on("1010", "2026-01-20", "10", "9")));
        assert_eq!(told(&firm), to_do());
        firm.must("late, back", &Post::new(usd_on("1010", "2026-01-20", "10", "9.5")));
        let late = firm.entries().last().unwrap().id;
        firm.must("and that", &Reverse::new(late, d("2026-01-20")));
        firm.must("run again", &Revalue::at(d("2026-01-31")));
        assert_eq!(told(&firm), [""; 0]);
        firm.must("taken back", &Reverse::new(run.entry().unwrap(), d("2026-01-31")));
        assert_eq!(told(&firm), to_do());
        firm.clean();
    });
}

/// A clearing that was undone leaves nothing: its row is there still, without an account, and no scan over all accounts may find it.
#[test]
fn differences_of_an_undone_clearing_are_none() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("items", &ChangeAccount::open_items("1200", true));
        firm.must("lock", &LockBooks::through(d("2025-12-31")));
        let dollars = |name: &str, line: u32, worth: &str| {
            let (bill, sale) = match line {
                1 => {
                    (NewPosting::debit("1200", usd("100")), NewPosting::credit("4000", usd("100")))
                }
                _ => {
                    (NewPosting::credit("1200", usd("100")), NewPosting::debit("1010", usd("100")))
                }
            };
            let entry = NewEntry::new("GEN", d("2026-01-10"));
            let entry = entry.posting(bill.worth(eur(worth))).posting(sale.worth(eur(worth)));
            ItemKey::new(firm.post(name, entry).id, 1)
        };
        let (bill, paid) = (dollars("bill", 1, "90"), dollars("paid", 2, "80"));
        let unrealised = || -> Vec<u64> {
            let list = firm.view(|view| checklist(view, 202_601));
            let points = list.points.iter().filter(|of| of.kind == PointKind::Unrealised);
            points.map(|point| point.count).collect()
        };
        assert!(unrealised().is_empty(), "on {}", firm.name);
        let cleared = firm.must("clear", &Clear::new("1200").all(bill).all(paid));
        assert_eq!(unrealised(), [1], "on {}", firm.name);
        firm.must("undo", &Unclear::new(cleared.clearing));
        assert!(unrealised().is_empty(), "on {}", firm.name);
        firm.must("clear again", &Clear::new("1200").all(bill).all(paid));
        assert_eq!(unrealised(), [1], "on {}", firm.name);
        firm.clean();
    });
}
