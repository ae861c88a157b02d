//! Commands come as JSON too, from queues and over HTTP: what `new` leaves at its default may be left out.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use common::*;
use fondaco_accounting::allocation::*;
use fondaco_accounting::currency::*;
use fondaco_accounting::ledger::*;
use fondaco_accounting::parallel::DefineLedger;
use fondaco_core::recurrence::Recurrence;
use fondaco_core::{Currency, Id};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The shortest form is the command that `new` makes, and its long form comes back as it was.
fn shortest<C: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(json: &str, command: C) {
    assert_eq!(serde_json::from_str::<C>(json).unwrap(), command);
    let long = serde_json::to_string(&command).unwrap();
    assert_eq!(serde_json::from_str::<C>(&long).unwrap(), command);
}

#[test]
fn the_shortest_form_of_each_command() {
    shortest(r#"{"currency":"EUR"}"#, SetUp::new(Currency::EUR));
    let account = NewAccount::new("1000", "Bank", AccountClass::Asset);
    shortest(
        r#"{"accounts":[{"code":"1000","name":"Bank","class":"asset"}]}"#,
        OpenAccounts::new(vec![account]),
    );
    shortest(r#"{"code":"1000","name":"The bank"}"#, ChangeAccount::rename("1000", "The bank"));
    shortest(r#"{"code":"1000","place":"top"}"#, ChangeAccount::move_under("1000", None));
    let close = CloseAccount::new("1000", d("2026-06-30"));
    shortest(r#"{"code":"1000","end":"2026-06-30"}"#, close);
    shortest(r#"{"code":"GEN","name":"General"}"#, OpenJournal::new("GEN", "General"));
    shortest(r#"{"code":"GEN","name":"Day book"}"#, ChangeJournal::rename("GEN", "Day book"));
    let approvals = ChangeJournal::approvals("GEN", ApprovalsChange::To(2));
    shortest(r#"{"code":"GEN","approvals":{"to":2}}"#, approvals);
    shortest(r#"{"code":"ifrs","name":"IFRS"}"#, DefineLedger::new("ifrs", "IFRS"));
    let valuing = DefineLedger::new("ifrs", "IFRS").valuing_all();
    shortest(r#"{"code":"ifrs","name":"IFRS","values_all":true}"#, valuing);
    shortest(
        r#"{"code":"IFR","name":"IFRS","ledger":"ifrs"}"#,
        OpenJournal::new("IFR", "IFRS").in_ledger("ifrs"),
    );
    shortest(r#"{"period":202601}"#, LockPeriod::new(202_601));
    shortest(r#"{"period":202601}"#, UnlockPeriod::new(202_601));
    let id = Id::from_u128(7);
    let reverse = r#"{"entry":"00000000-0000-0000-0000-000000000007","date":"2026-01-05"}"#;
    shortest(reverse, Reverse::new(id, d("2026-01-05")));
    let item = ItemKey::new(id, 1);
    let line = r#"{"entry":"00000000-0000-0000-0000-000000000007","line":1}"#;
    let clear = format!(r#"{{"account":"1200","lines":[{line}]}}"#);
    shortest(&clear, Clear::new("1200").all(item));
    let unclear = r#"{"clearing":"00000000-0000-0000-0000-000000000007"}"#;
    shortest(unclear, Unclear::new(Id::from_u128(7)));
    shortest(r#"{"code":"1200","open_items":true}"#, ChangeAccount::open_items("1200", true));
    let kept = NewAccount::new("1200", "Customers", AccountClass::Asset).open_items();
    shortest(
        r#"{"accounts":[{"code":"1200","name":"Customers","class":"asset","open_items":true}]}"#,
        OpenAccounts::new(vec![kept]),
    );
    shortest(r#"{"code":"SPOT","name":"Bank"}"#, OpenRateSource::new("SPOT", "Bank"));
    shortest(r#"{"source":"SPOT","days":7}"#, LimitRateAge::new("SPOT", Some(7)));
    let (eur, usd) = (Currency::EUR, Currency::USD);
    let rate = NewRate::new(eur, usd, dec("1.25"), d("2026-01-02"));
    shortest(
        r#"{"source":"SPOT","rates":[{"base":"EUR","quote":"USD","rate":"1.25","span":"2026-01-02/.."}]}"#,
        RecordRates::new("SPOT", vec![rate]),
    );
    let never = RateCorrection::new(eur, usd, None, d("2026-01-02"));
    shortest(
        r#"{"source":"SPOT","rates":[{"base":"EUR","quote":"USD","span":"2026-01-02/.."}]}"#,
        CorrectRates::new("SPOT", vec![never]),
    );
    shortest(
        r#"{"source":"SPOT","base":"EUR","quote":"USD","end":"2026-02-28"}"#,
        EndRate::new("SPOT", eur, usd, d("2026-02-28")),
    );
    shortest(
        r#"{"journal":"GEN","gain":"4900","loss":"5900"}"#,
        SetExchangeAccounts::new("GEN", "4900", "5900"),
    );
    shortest(r#"{"accounts":["1200"]}"#, MarkMonetary::new(["1200"]));
    shortest(r#"{"date":"2026-03-31"}"#, Revalue::at(d("2026-03-31")));
    shortest(r#"{"date":"2026-03-31"}"#, RealiseExchange::on(d("2026-03-31")));
    shortest(
        r#"{"code":"a","name":"A","journal":"GEN","pool":"5","dimension":"site","pool_value":"X"}"#,
        SetAllocation::new("a", "A", "GEN", "5", "site", "X"),
    );
    shortest(r#"{"code":"a"}"#, RemoveAllocation::new("a"));
    shortest(r#"{"code":"a","period":202603}"#, Allocate::new("a", 202_603));
    shortest(r#"{"code":"a","period":202603}"#, UndoAllocation::new("a", 202_603));
    shortest(
        r#"{"statistic":"heads","period":202603,"values":[{"value":"10","weight":"4"}]}"#,
        RecordStatistics::new("heads", 202_603).value("10", dec("4")),
    );
    shortest("{}", RemoveExchangeAccounts::new(None, None));
    let entry = r#"{"journal":"GEN","date":"2026-01-05","postings":[
        {"account":"1000","side":"debit","amount":{"amount":"5.00","currency":"EUR"}},
        {"account":"4000","side":"credit","amount":{"amount":"5.00","currency":"EUR"}}]}"#;
    shortest(entry, Post::new(sale("2026-01-05", "5.00")));
    shortest(&format!("[{entry}]"), PostMany::new(vec![sale("2026-01-05", "5.00")]));
    shortest(&format!("[{entry}]"), PostEach::new(vec![sale("2026-01-05", "5.00")]));
    let paying = format!(r#"{{"entry":{entry},"pays":[{{"line":2,"items":[{line}]}}]}}"#);
    let pays = Pays::new(2).all(item);
    shortest(&paying, PostClearing::new(sale("2026-01-05", "5.00")).pays(pays));
    let accrual = format!(r#"{{"entry":{entry}}}"#);
    shortest(&accrual, PostReversing::new(sale("2026-01-05", "5.00")));
    let plan = r#"{"entry":"00000000-0000-0000-0000-000000000007","on":"2026-02-01"}"#;
    shortest(plan, PlanReversal::new(id, d("2026-02-01")));
    let cancel = r#"{"entry":"00000000-0000-0000-0000-000000000007"}"#;
    shortest(cancel, CancelReversal::new(id));
    let terms = RecurringTerms::new(sale("2026-01-05", "5.00"), Recurrence::monthly());
    let start =
        format!(r#"{{"code":"rent","terms":{{"entry":{entry},"recurrence":"FREQ=MONTHLY"}}}}"#);
    shortest(&start, StartRecurring::new("rent", terms.clone()));
    shortest(&start, ChangeRecurring::new("rent", terms));
    shortest(r#"{"code":"rent"}"#, PauseRecurring::new("rent"));
    shortest(r#"{"code":"rent","missed":"skip"}"#, ResumeRecurring::new("rent", Missed::Skip));
    let end = EndRecurring::new("rent", d("2026-06-30"));
    shortest(r#"{"code":"rent","end":"2026-06-30"}"#, end);
    shortest(
        r#"{"code":"L","name":"Limit","currency":"EUR"}"#,
        SetSpendingLimit::new("L", "Limit", Currency::EUR),
    );
    shortest(r#"{"code":"L"}"#, ChangeSpendingLimit::new("L"));
    shortest(r#"{"code":"L","end":"2026-06-30"}"#, EndSpendingLimit::new("L", d("2026-06-30")));
    let exceeding = format!(r#"{{"entry":{entry},"why":"urgent"}}"#);
    shortest(&exceeding, PostExceeding::new(sale("2026-01-05", "5.00"), "urgent"));
    let wallet = NewAccount::new("w1", "Wallet", AccountClass::Liability);
    shortest(r#"[{"code":"w1","name":"Wallet","class":"liability"}]"#, OpenEach::new(vec![wallet]));
    shortest(r#"{"code":"1000"}"#, ReopenAccount::new("1000"));
    let pending = || NewPending::new(sale("2026-01-05", "5.00"));
    let held = format!(r#"{{"entry":{entry}}}"#);
    shortest(&held, RecordPending::new(pending()));
    let id = Id::from_u128(7);
    let named = r#"{"pending":{"id":"00000000-0000-0000-0000-000000000007"}}"#;
    shortest(named, PostPending::new(id));
    shortest(named, VoidPending::new(id));
    let items = format!(
        r#"[{{"entry":{entry}}},{{"pending":{held}}},{{"post":{named}}},{{"void":{named}}}]"#
    );
    let each = vec![
        Item::Entry(sale("2026-01-05", "5.00")),
        Item::Pending(pending()),
        Item::Post(PostPending::new(id)),
        Item::Void(VoidPending::new(id)),
    ];
    shortest(&items, RecordEach::new(each));
    let full = sale("2026-01-05", "5.00").key("k").linked().kind("fee").tag("a", "b");
    let full = full.balancing(Balancing::Both).imported_at(minute(0));
    let full = NewPending::new(full).expires_after(60).closing(Closing::Both);
    let long = serde_json::to_string(&full).unwrap();
    assert_eq!(serde_json::from_str::<NewPending>(&long).unwrap(), full);
    let skip = SkipRecurring::new("rent", d("2026-06-30"));
    shortest(r#"{"code":"rent","date":"2026-06-30"}"#, skip);
}
