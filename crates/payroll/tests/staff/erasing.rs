//! What is personal goes with the person; what was agreed stays.

use fondaco_core::CompanyId;
use fondaco_core::party::{self, EraseParty};
use fondaco_core::store::FeedFrom;
use fondaco_payroll::staff::*;

use crate::firm::*;

#[test]
fn cards_and_accounts_are_exported_and_erased_with_the_person() {
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "3000", PayPer::Month));
        let id = employee_party("1");
        let export = host.view(|view| party::export(view, id)).to_json();
        assert!(export["tables"]["payroll_private_term"].to_string().contains("021000021"));
        assert!(export["tables"]["payroll_term"].to_string().contains("SALARY"));
        host.must("erase", &EraseParty::new(id));
        let export = host.view(|view| party::export(view, id)).to_json();
        assert!(!export.to_string().contains("021000021"), "{export}");
        assert!(export["tables"]["payroll_term"].to_string().contains("SALARY"));
        let input = case(host, ("monthly", 2026, 3), "1");
        let codes: Vec<&str> = input.warnings.iter().map(|warning| warning.code.as_str()).collect();
        assert_eq!(codes, ["missing_card", "missing_account"]);
        for row in host.rows::<PrivateFact>() {
            assert!(!format!("{row:?}").contains("021000021"));
        }
    });
}

#[test]
fn no_log_shows_what_is_personal() {
    let card = Said::card("united_states", [("w4_status", "single")]);
    let accounts = Said::Accounts(vec![PayAccount::new("us:021000021:12345")]);
    for said in [card, accounts] {
        let text =
            format!("{:?}", RecordTerms::new(vec![NewTerm::from("1", d("2026-01-01"), said)]));
        assert!(!text.contains("single") && !text.contains("021000021"), "{text}");
    }
}

#[test]
fn slips_keep_what_was_paid_and_not_whom_it_was_paid_to() {
    use fondaco_core::store::Record;
    use fondaco_payroll::runs::*;
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "3000", PayPer::Month));
        let id = employee_party("1");
        let days = (d("2026-01-01"), d("2026-01-31"));
        let run = host.must("january", &CreateRun::new("monthly", days, d("2026-01-30")));
        let mut calculate = CalculateRun::new(run, PaySource::Staff);
        host.run_job("computed", &mut calculate, &mut ()).unwrap();
        let slip = || host.rows::<Slip>().into_iter().next().unwrap();
        let before = slip();
        assert_eq!((before.bank().len(), before.value("w4_status").is_some()), (1, true));
        // Nothing that is not personal shows it, and no log does.
        let said = serde_json::to_string(&*before.input).unwrap();
        assert!(!said.contains("single") && !said.contains("w4_status"), "{said}");
        assert!(!format!("{before:?}").contains("single"));
        assert!(!format!("{:?}", before.case()).contains("single"));
        let export = host.view(|view| party::export(view, id)).to_json();
        assert!(export["tables"][Slip::TABLE.name].to_string().contains("single"), "{export}");
        host.must("erase", &EraseParty::new(id));
        let after = slip();
        assert_eq!((after.bank().len(), after.value("w4_status")), (0, None));
        assert_eq!((after.lines.clone(), after.net), (before.lines.clone(), before.net));
        let export = host.view(|view| party::export(view, id)).to_json();
        assert!(!export.to_string().contains("single"), "{export}");
    });
}

#[test]
fn why_somebody_was_refused_and_why_something_was_paid_go_with_the_person() {
    use fondaco_payroll::runs::*;
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "3000", PayPer::Month));
        let id = employee_party("1");
        let item = NewItem::new("1", d("2026-01-20"), "BONUS", (-71).into(), "debt of the spouse");
        host.must("item", &RecordItems::new(vec![item]));
        let days = (d("2026-01-01"), d("2026-01-31"));
        let run = host.must("january", &CreateRun::new("monthly", days, d("2026-01-30")));
        let mut calculate = CalculateRun::new(run, PaySource::Staff);
        host.run_job("computed", &mut calculate, &mut ()).unwrap();
        let refusal = || host.view(|view| refusals(view, run)).remove(0);
        let item = || host.rows::<PayItem>().remove(0);
        assert!(refusal().why().contains("supplemental_wages is -71"), "{}", refusal().why());
        assert_eq!(item().why(), "debt of the spouse");
        let logged = format!("{:?} {:?}", refusal(), item());
        assert!(!logged.contains("wages is -71") && !logged.contains("spouse"), "{logged}");
        host.must("erase", &EraseParty::new(id));
        assert_eq!((refusal().why(), item().why()), ("", ""));
        let export = host.view(|view| party::export(view, id)).to_json().to_string();
        assert!(!export.contains("spouse") && !export.contains("wages is -71"), "{export}");
    });
}

#[test]
fn reasons_that_were_given_for_a_person_go_with_the_person() {
    use fondaco_payroll::runs::*;
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "3000", PayPer::Month));
        hire(host, "2", "monthly", "2026-01-01/..", ("SALARY", "3000", PayPer::Month));
        let id = employee_party("1");
        let sum = NewSum {
            employee: "1".into(),
            sum: "futa_wages_to_date".into(),
            year: 2026,
            amount: 1.into(),
        };
        let sums = EnterSums::new("united_states", vec![sum], "after her illness");
        assert!(host.must("sum", &sums).refused.is_empty());
        let loan = SetDeduction::loan(id, "LOAN", 500.into(), 50.into(), d("2026-01-01"));
        let deduction = host.must("loan", &loan);
        host.must("let go", &EndDeduction { deduction, reason: "a hard year at home".into() });
        let days = (d("2026-01-01"), d("2026-01-31"));
        let run = host.must("january", &CreateRun::new("monthly", days, d("2026-01-30")));
        let mut calculate = CalculateRun::new(run, PaySource::Staff);
        host.run_job("computed", &mut calculate, &mut ()).unwrap();
        for (number, reason) in [("1", "on parole"), ("2", "on a trip")] {
            let employee = employee_party(number);
            host.must(reason, &DropSlip { run, employee, reason: reason.into() });
        }
        let told = || {
            let steps = host.rows::<RunStep>().into_iter().map(|row| row.why().to_owned());
            let sums = host.rows::<OpeningSum>().into_iter().map(|row| row.why().to_owned());
            let taken = host.rows::<DeductionStep>().into_iter().map(|row| row.why().to_owned());
            steps.chain(sums).chain(taken).collect::<Vec<_>>().join("|")
        };
        let personal = ["illness", "a hard year", "parole"];
        let before = told();
        assert!(personal.iter().all(|word| before.contains(word)), "{before}");
        let logged = format!(
            "{:?} {:?} {:?}",
            host.rows::<RunStep>(),
            host.rows::<OpeningSum>(),
            host.rows::<DeductionStep>()
        );
        assert!(personal.iter().all(|word| !logged.contains(word)), "{logged}");
        host.must("erase", &EraseParty::new(id));
        let after = told();
        assert!(personal.iter().all(|word| !after.contains(word)), "{after}");
        assert!(after.contains("on a trip"), "{after}");
        host.clean();
    });
}

#[test]
fn a_refusal_of_before_it_was_personal_is_struck_out() {
    use fondaco_payroll::runs::*;
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "3000", PayPer::Month));
        hire(host, "2", "monthly", "2026-01-01/..", ("SALARY", "3000", PayPer::Month));
        let days = (d("2026-01-01"), d("2026-01-31"));
        let run = host.must("january", &CreateRun::new("monthly", days, d("2026-01-30")));
        let old = |number: &str| RunRefusal {
            run,
            employee: employee_party(number),
            number: number.into(),
            calculation: 0,
            code: "payroll.bad_input".into(),
            why: format!("employee {number}: supplemental_wages is -71"),
            said: None,
        };
        host.insert("of before", &[old("1"), old("2")]);
        host.must("erase", &EraseParty::new(employee_party("1")));
        let why: Vec<String> =
            host.rows::<RunRefusal>().iter().map(|row| row.why().into()).collect();
        assert_eq!(why.iter().filter(|why| why.is_empty()).count(), 1, "{why:?}");
        assert!(why.contains(&old("2").why), "{why:?}");
    });
}

#[test]
fn leave_is_erased_as_far_as_no_pay_rests_on_it() {
    use fondaco_payroll::leave::*;
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "3000", PayPer::Month));
        let id = employee_party("1");
        let mut wedding = NewGrant::opening("1", "VACATION", d("2026-01-02"), 3.into());
        (wedding.opening, wedding.reason) = (false, "wedding of a daughter".into());
        host.must("granted", &GrantLeave::new(vec![wedding]));
        let boss = host.acting_as("boss");
        let ask = |first: &str, last: &str| {
            host.wait(1);
            host.must(first, &RequestLeave::new("1", "VACATION", d(first), d(last)))
        };
        let decide = |request, decision, why: &str| {
            boss.must(why, &DecideLeave::new(request, decision, why));
        };
        decide(ask("2026-03-02", "2026-03-06"), LeaveDecision::Approve, "a cure");
        decide(ask("2026-04-13", "2026-04-17"), LeaveDecision::Refuse, "was ill too often");
        ask("2026-05-04", "2026-05-08");
        let all = host.view(|view| leave_requests(view, "1"));
        let why: Vec<&str> = all.iter().map(|request| request.why()).collect();
        assert_eq!(why, ["a cure", "was ill too often", ""]);
        assert_eq!(host.rows::<LeaveGrant>()[0].why(), "wedding of a daughter");
        // No event tells it, nor does a log.
        let feed = host.store().feed(&FeedFrom::new(CompanyId::named("acme"), 0, usize::MAX));
        let events: Vec<_> = feed.unwrap().into_iter().flat_map(|commit| commit.events).collect();
        assert!(events.iter().any(|event| event.name == "payroll.leave_refused"), "{events:?}");
        let told = format!("{events:?} {all:?} {:?}", host.rows::<LeaveGrant>());
        assert!(
            !told.contains("cure") && !told.contains("ill too") && !told.contains("wedding"),
            "{told}"
        );
        host.must("erase", &EraseParty::new(id));
        let left = host.rows::<LeaveRequest>();
        assert_eq!((left.len(), left[0].status, left[0].why()), (1, LeaveStatus::Approved, ""));
        assert_eq!(host.rows::<LeaveGrant>()[0].why(), "");
        let export = host.view(|view| party::export(view, id)).to_json().to_string();
        assert!(!export.contains("cure") && !export.contains("wedding"), "{export}");
        host.clean();
    });
}
