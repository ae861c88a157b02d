//! The closing checklist: every sort of point, and those of the host.

use crate::common::*;
use fondaco_accounting::close::*;
use fondaco_accounting::ledger::*;
use fondaco_core::ActError;

fn told(firm: &Firm, period: PeriodKey) -> Vec<String> {
    let list = firm.view(|view| checklist(view, period));
    list.points.iter().map(Point::to_string).collect()
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
