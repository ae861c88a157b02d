//! All commands of runs, each once: their JSON, their digests, the rights they need, and that none is half done.

use std::path::Path;

use fondaco_core::policy::Request;
use fondaco_core::policy::stored::NewGrant;
use fondaco_core::{Id, Timestamp};
use fondaco_payroll::ENGINE;
use fondaco_payroll::garnishment::Limit;
use fondaco_payroll::runs::*;
use fondaco_testkit::{Case, Catalogue, Host};

use crate::house::*;

/// Sets a company up, with somebody who approves what others compute.
fn set_up(host: &Host) {
    host.must("rules", &StoreRules::new("house", BOOK));
    let restricted = !host.acting_as("boss").may(&Request::new(&rights::APPROVE)).is_allowed();
    if restricted {
        let grants = ["payroll.approve", "payroll.post", "payroll.pay", "job.run"];
        host.role("boss", grants.map(NewGrant::new));
        host.hire("boss", "boss");
        host.role("clerk", ["payroll.calculate", "job.run"].map(NewGrant::new));
        host.hire("clerk", "clerk");
    }
}

/// The same, and of a run somebody could not be computed.
fn with_refusal(host: &Host) {
    set_up(host);
    let run = created(host, RunKind::OffCycle);
    let source = PaySource::given(vec![case(2, 1, dec("-5"))]).unwrap();
    let clerk = host.acting_as("clerk");
    clerk.run_job("one refused", &mut CalculateRun::new(run, source), &mut ()).unwrap();
}

/// A name that was not used yet.
fn name(host: &Host, what: &str) -> String {
    format!("{what} {}", host.rows::<RunStep>().len())
}

fn created(host: &Host, kind: RunKind) -> Id<Run> {
    let create = CreateRun { kind, ..CreateRun::new("MONTHLY", month(1), month(1).1) };
    host.must(&name(host, "create"), &create)
}

fn calculated(host: &Host) -> Id<Run> {
    let run = created(host, RunKind::OffCycle);
    let source = PaySource::given(vec![case(1, 1, dec("2000"))]).unwrap();
    let name = format!("calculate {run}");
    let clerk = host.acting_as("clerk");
    clerk.run_job(&name, &mut CalculateRun::new(run, source), &mut ()).unwrap();
    run
}

fn paid(host: &Host) -> Id<Run> {
    let run = calculated(host);
    let boss = host.acting_as("boss");
    let pay = AdvanceRun::pay(run, d("2026-01-31"), "file");
    for (what, mut to) in [
        ("approve", AdvanceRun::approve(run, "looked at")),
        ("post", AdvanceRun::post(run, "booked")),
        ("pay", pay),
    ] {
        boss.run_job(&format!("{what} {run}"), &mut to, &mut ()).unwrap();
    }
    run
}

fn loan() -> SetDeduction {
    SetDeduction::loan(who(9), "CAR", dec("500"), dec("300"), d("2026-01-01"))
}

fn set(host: &Host) -> Id<Deduction> {
    host.must(&format!("loan {}", host.rows::<Deduction>().len()), &loan())
}

fn run_7() -> Id<Run> {
    Id::from_u128(7)
}

const RUN: &str = "00000000-0000-0000-0000-000000000007";

fn who_1() -> String {
    who(1).to_string()
}

fn text(json: String) -> &'static str {
    Box::leak(json.into_boxed_str())
}

fn full_case() -> PayInput {
    let mut full = case(1, 1, dec("2000")).with("bonus", "5").with("flag", true);
    let share = || CostShare { centre: "100".into(), share: dec("1") };
    let component = full.components.first_mut().unwrap();
    component.quantity = Some(dec("160"));
    component.unit = Some("hour".into());
    component.rate = Some(dec("12.5"));
    component.original = Some(d("2025-12-01"));
    component.shares = vec![share()];
    full.segments =
        vec![PaySegment { from: d("2026-01-01"), to: d("2026-01-31"), about: "job 1".into() }];
    full.shares = vec![share()];
    let parts = [BankPart::Amount(dec("100")), BankPart::Percent(dec("50")), BankPart::Rest];
    full.bank = parts.map(|part| BankShare { account: "A-7".into(), part }).to_vec();
    full.net_floor = dec("10");
    full.warnings = vec![InputWarning { code: "missing_card".into(), about: "no card".into() }];
    full
}

fn catalogue() -> Catalogue {
    catalogue_after(set_up)
}

fn catalogue_after(set_up: fn(&Host)) -> Catalogue {
    let period = r#""calendar":"MONTHLY","period_start":"2026-01-01","period_end":"2026-01-31","pay_date":"2026-01-31""#;
    let create = CreateRun::new("MONTHLY", month(1), month(1).1);
    let bonus = CreateRun { kind: RunKind::Bonus, ..create.clone() };
    let who_1 = who_1();
    let of_slip = format!(r#""run":"{RUN}","employee":"{who_1}""#);
    let change = |run| ChangeSlip::again(run, who(1), "again");
    let full = ChangeSlip {
        case: Some(Box::new(full_case())),
        set: [("bonus".into(), "7".into()), ("flag".into(), false.into())].into(),
        ..change(run_7())
    };
    let correct = |run, into| CorrectSlip {
        run,
        employee: who(1),
        into,
        case: None,
        set: Default::default(),
        reason: "hours".into(),
    };
    let full_correct =
        CorrectSlip { case: full.case.clone(), set: full.set.clone(), ..correct(run_7(), run_7()) };
    let lines = |amount| vec![PaymentLine::new(who(1), dec(amount))];
    let back = move |run, amount| RecordPayments {
        run,
        way: PaymentWay::Returned,
        lines: lines(amount),
        day: d("2026-02-01"),
        reference: "bank".into(),
    };
    let drop = |run| DropSlip { run, employee: who(1), reason: "left out".into() };
    let reopen = |run| ReopenRun { run, reason: "again".into() };
    let cancel = |run| CancelRun { run, reason: "no".into() };
    let end = |deduction| EndDeduction { deduction, reason: "a gift".into() };
    let changed = |deduction| {
        let (instalment, rank, limit) = (Some(dec("50")), 7, OrderLimit::All);
        let terms = DeductionTerms { instalment, rank, limit, from: d("2026-02-01"), to: None };
        ChangeDeduction { deduction, terms, reason: "as agreed".into() }
    };
    let repay = |deduction| RepayDeduction { deduction, amount: dec("100"), reason: "cash".into() };
    let opening = || {
        let (employee, sum, amount) = (who(1), "taxed_to_date".into(), dec("100"));
        OpenSums::new("house", vec![OpeningLine { employee, sum, year: 2025, amount }], "before")
    };
    let protected =
        Limit::ordinary(dec("7.25"), fondaco_payroll::garnishment::PayPeriod::Months(1)).unwrap();
    let order = SetDeduction {
        to: Some(d("2026-12-31")),
        ..SetDeduction::order(who(1), "CHILD", dec("300"), (1, protected), d("2026-01-01"))
    };
    Catalogue::new(&ENGINE, stores, set_up)
        .case(
            Case::new(|_| StoreRules::new("other", BOOK))
                .json(r#"{"code":"a","text":"b"}"#, StoreRules::new("a", "b"))
                .digest(StoreRules::new("a", "b"), "74cd18dc594fa5c9c60f5ef4a83bdc2109582938c68660fe5301ee924e68c5cb")
                .needs(&[&rights::KEEP_RULES]),
        )
        .case({
            let made = bonus.clone();
            Case::new(move |_| made.clone())
                .json(text(format!(r#"{{{period},"kind":"regular"}}"#)), create)
                .digest(CreateRun { reason: "a bonus".into(), ..bonus }, "845a548241f9d87426690f78be359c81585d4794db49ae265219330099277b72")
                .needs(&[&rights::CALCULATE])
        })
        .case(
            Case::new(move |host| reopen(calculated(host)))
                .json(text(format!(r#"{{"run":"{RUN}","reason":"again"}}"#)), reopen(run_7()))
                .digest(reopen(run_7()), "8ed2b2b96de40abb41fd8799151dbc0c36e043196afbe411fc554cffca5b0cff")
                .needs(&[&rights::CALCULATE]),
        )
        .case(
            Case::new(move |host| cancel(created(host, RunKind::Bonus)))
                .json(text(format!(r#"{{"run":"{RUN}","reason":"no"}}"#)), cancel(run_7()))
                .digest(cancel(run_7()), "ca5ef1e887d38d20c70c2fb0ddab4161cd6ed0b8b711e8cbf523edd90ea0483e")
                .needs(&[&rights::CALCULATE]),
        )
        .case(
            Case::new(move |host| change(calculated(host)))
                .json(text(format!(r#"{{{of_slip},"reason":"again"}}"#)), change(run_7()))
                .digest(full, "cee4cb90915185e6692882aec6ea4749d63881596fb62061f51fd8db71540663")
                .needs(&[&rights::CALCULATE]),
        )
        .case(
            Case::new(move |host| drop(calculated(host)))
                .json(text(format!(r#"{{{of_slip},"reason":"left out"}}"#)), drop(run_7()))
                .digest(drop(run_7()), "d920a49078b06dc2846e78f5522ecc1c6255af22db41bf7d68ab276040c34107")
                .needs(&[&rights::CALCULATE]),
        )
        // Before what leaves claims on the employee.
        .case(
            Case::new(move |host| back(paid(host), "100"))
                .json(
                    text(format!(
                        r#"{{"run":"{RUN}","way":"returned","lines":[{{"employee":"{who_1}","amount":"1"}}],"day":"2026-02-01","reference":"bank"}}"#
                    )),
                    back(run_7(), "1"),
                )
                .digest(back(run_7(), "1"), "5e4959fe897721b842874f43885791d59ee05996ded36b78746557e8fc0c97a9")
                .needs(&[&rights::PAY]),
        )
        .case(
            Case::new(move |host| correct(paid(host), created(host, RunKind::Correction)))
                .json(
                    text(format!(r#"{{{of_slip},"into":"{RUN}","reason":"hours"}}"#)),
                    correct(run_7(), run_7()),
                )
                .digest(full_correct, "bc27c31d1489c34b45e17d14c53841a4d551747cb0652fec0b7326963e13b3c3")
                .needs(&[&rights::VOID, &rights::CALCULATE]),
        )
        .case(
            Case::new(|host| VoidSlip::new(paid(host), who(1), "wrong"))
                .json(
                    text(format!(r#"{{{of_slip},"reason":"wrong"}}"#)),
                    VoidSlip::new(run_7(), who(1), "wrong"),
                )
                .digest(VoidSlip::new(run_7(), who(1), "wrong"), "45f30331312ac5b7158d99ccf66749cf41f188633a7c2a1588927c3da13336c2")
                .needs(&[&rights::VOID]),
        )
        .case({
            let debt = SetDeduction::debt(who(1), "D", dec("9"), (2, Limit::Part(dec("0.25"))), d("2026-01-01"));
            Case::new(|_| loan())
                .json(
                    text(format!(
                        r#"{{"employee":"{who_1}","kind":"order","component":"D","owed":"9","rank":2,"limit":{{"part":"0.25"}},"from":"2026-01-01"}}"#
                    )),
                    debt,
                )
                .digest(order, "d3804727d5c6bc9b6581b91ffffc25c8e800064c0a24c52844a75bcc126a293d")
                .needs(&[&rights::DEDUCT])
        })
        .case(
            Case::new(move |host| end(set(host)))
                .json(text(format!(r#"{{"deduction":"{RUN}","reason":"a gift"}}"#)), end(Id::from_u128(7)))
                .digest(end(Id::from_u128(7)), "0d0a09fd77cfe43e756dfb379d99e9c12e50ccce16e26984d448e6c53d031551")
                .needs(&[&rights::DEDUCT]),
        )
        .case(
            Case::new(move |host| changed(set(host)))
                .json(
                    text(format!(
                        r#"{{"deduction":"{RUN}","terms":{{"instalment":"50","rank":7,"limit":"all","from":"2026-02-01"}},"reason":"as agreed"}}"#
                    )),
                    changed(Id::from_u128(7)),
                )
                .digest(changed(Id::from_u128(7)), "3ea8e70ce4049633cc9c234f11fde68dd8e00dfcc7e2c105e8f27c860aea6679")
                .needs(&[&rights::DEDUCT]),
        )
        .case(
            Case::new(move |host| repay(set(host)))
                .json(
                    text(format!(r#"{{"deduction":"{RUN}","amount":"100","reason":"cash"}}"#)),
                    repay(Id::from_u128(7)),
                )
                .digest(repay(Id::from_u128(7)), "64372beaefef2a1ce67cc509588b0d6ec4aa96d3cd3640d5d4b9d2f0cf364cff")
                .needs(&[&rights::DEDUCT]),
        )
        .case(
            Case::new(move |_| opening())
                .json(
                    text(format!(
                        r#"{{"rules":"house","lines":[{{"employee":"{who_1}","sum":"taxed_to_date","year":2025,"amount":"100"}}],"reason":"before"}}"#
                    )),
                    opening(),
                )
                .digest(opening(), "de76ed9880f23561c69cc59a3a0110ae2e062793d35e7d7e1be9564ef1850819")
                .needs(&[&rights::OPEN]),
        )
}

#[test]
fn every_command_has_its_json_and_its_digest() {
    let commands = catalogue();
    commands.check_forms();
    commands.check_complete(&[&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/runs")]);
}

#[test]
fn every_command_needs_its_rights() {
    catalogue().check_rights();
}

#[test]
fn no_command_is_half_done() {
    catalogue().check_swept();
}

#[test]
fn jobs_need_the_rights_of_what_they_do() {
    Host::everywhere_staffed(stores(), &ENGINE, |chief| {
        set_up(&chief);
        chief.role("runner", [NewGrant::new("job.run")]);
        chief.hire("anna", "runner");
        let anna = chief.acting_as("anna");
        let run = calculated(&chief);
        let code = |what: &str, mut to: AdvanceRun| {
            let refused = anna.run_job(what, &mut to, &mut ()).unwrap_err();
            fondaco_core::ActError::code(&refused).to_owned()
        };
        assert_eq!(code("approve", AdvanceRun::approve(run, "looked at")), "policy.not_held");
        assert_eq!(code("post", AdvanceRun::post(run, "booked")), "policy.not_held");
        let other = created(&chief, RunKind::Bonus);
        let source = PaySource::given(vec![case(1, 1, dec("2000"))]).unwrap();
        let computed = anna.run_job("compute", &mut CalculateRun::new(other, source), &mut ());
        assert_eq!(fondaco_core::ActError::code(&computed.unwrap_err()), "policy.not_held");
        let retro = created(&chief, RunKind::Retro);
        let mut job = RetroRun::new(retro, Vec::new(), RetroLaw::OldPeriods, "none");
        let computed = anna.run_job("retro", &mut job, &mut ());
        assert_eq!(fondaco_core::ActError::code(&computed.unwrap_err()), "policy.not_held");
        // An approver may be limited in amount.
        let limit = fondaco_core::Money::parse("1000 EUR").unwrap();
        chief.role(
            "small",
            [NewGrant::new("job.run"), NewGrant::new("payroll.approve").up_to(limit)],
        );
        chief.hire("ben", "small");
        let ben = chief.acting_as("ben");
        let refused = ben.run_job("too much", &mut AdvanceRun::approve(run, "looked at"), &mut ());
        assert_eq!(fondaco_core::ActError::code(&refused.unwrap_err()), "policy.over_limit");
        let _: Timestamp = chief.now();
    });
}

#[test]
fn what_earlier_versions_left_is_brought_up() {
    // Those that the commands of staff write.
    let staff = ["group", "term", "private_term", "component", "scale", "item", "sheet"];
    let leave = ["leave_policy", "leave_grant", "leave_request"];
    let elsewhere = staff.iter().chain(&leave).map(|name| format!("payroll_{name}"));
    let elsewhere: Vec<String> = elsewhere.collect();
    let catalogue = catalogue_after(with_refusal);
    catalogue.check_older(&elsewhere.iter().map(String::as_str).collect::<Vec<_>>());
}
