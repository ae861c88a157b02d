//! Every command: its JSON, its digest, its rights; and none is ever half-done.

use std::path::PathBuf;

use fondaco_core::party;
use fondaco_core::policy::stored::NewGrant as Grant;
use fondaco_core::store::Store;
use fondaco_core::{ActorId, CommandId, CompanyId, Driver, Envelope, Halt, Timestamp};
use fondaco_payroll::calendars::*;
use fondaco_payroll::leave::*;
use fondaco_payroll::runs::SetDeduction;
use fondaco_payroll::staff::*;
use fondaco_payroll::{ENGINE, PayrollError};
use fondaco_store::Memory;
use fondaco_testkit::{Case, Catalogue, Host, Model, sweep};

use crate::firm::*;

fn group() -> DefinePayGroup {
    let calendar = PayCalendar::new(PayFrequency::Monthly, d("2026-01-01"), TaxTime::germany());
    DefinePayGroup::new("g", "Group", "germany", calendar)
}

fn before(host: &Host) {
    // Who takes people on registers them.
    let all = ENGINE.permissions().chain([&party::KEEP]);
    host.role("chief", all.map(|allowed| Grant::new(allowed.name)));
    set_up(host);
    hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "3000", PayPer::Month));
}

fn catalogue() -> Catalogue {
    let term = || {
        RecordTerms::new(vec![NewTerm::from(
            "1",
            d("2026-06-01"),
            Said::Job("b".into(), Job::new("Work", "WAGES", 20.into(), PayPer::Hour)),
        )])
    };
    let item =
        || RecordItems::new(vec![NewItem::new("1", d("2026-03-31"), "BONUS", 5.into(), "fine")]);
    let sheet = || RecordTime::new(vec![NewSheet::hours("1", d("2026-03-02"), "main", 8.into())]);
    let scale = || {
        RecordScale::new(
            "TV",
            vec![NewScalePay {
                grade: "9".into(),
                step: 1,
                pay: ScalePay { amount: 3000.into(), per: PayPer::Month, months_to_next: None },
                span: "2026-01-01/..".parse().unwrap(),
            }],
        )
    };
    let employees = || AddEmployees::new(vec![NewEmployee::named("77", "Ada")]);
    let change = || ChangeEmployee {
        tax_number: Some(party::Private("11".into())),
        ..ChangeEmployee::new("1")
    };
    let components = || DefineComponents::new(vec![NewComponent::new("X", "wages")]);
    let policy = || DefineLeavePolicy::new(LeavePolicy::yearly("P", 20.into()));
    let grant =
        || GrantLeave::new(vec![NewGrant::opening("1", "VACATION", d("2026-01-01"), 3.into())]);
    let sums = || {
        let sum = |number: &str| NewSum {
            employee: number.into(),
            sum: "income_tax".into(),
            year: 2026,
            amount: 100.into(),
        };
        EnterSums::new("germany", vec![sum("1")], "the payroll before")
    };
    let deductions = || {
        let nobody = fondaco_core::PartyId::from_u128(0);
        let loan = SetDeduction::loan(nobody, "CAR", 800.into(), 100.into(), d("2026-01-01"));
        EnterDeductions::new(vec![NewDeduction::of("1", loan)])
    };
    let ask = || RequestLeave::new("1", "VACATION", d("2026-08-03"), d("2026-08-07"));
    let ask_many = move || RequestLeaves::new(vec![ask()]);
    let decide = || DecideLeave::new(fondaco_core::Id::from_u128(7), LeaveDecision::Refuse, "busy");
    Catalogue::new(&ENGINE, stores, before)
        .case(
            Case::new(move |_| change())
                .json(r#"{"employee":"1","tax_number":"11"}"#, change())
                .digest(change(), "58f29eea3c65bb469c9532767b0ad7c9a4c37c94e33351dfa17c30db5a0eab32")
                .needs(&[&rights::KEEP_STAFF]),
        )
        .case(Case::new(move |_| group())
            .json(r#"{"code":"g","title":"Group","rules":"germany","calendar":{"frequency":"monthly","anchor":"2026-01-01","pay_day":{"after_end":{"days":0}},"business_days":{"calendar":"MON-FRI","roll":"preceding"},"cut_off_days":3,"tax":{"basis":"period_end","month":1,"day":1,"numbering":"counted"}}}"#, group())
            .digest(group(), "7332d8df8c402e72d73034ae578bb2312bc66d013fd90e3a9be55405fd21d0b8").needs(&[&rights::SET_UP]))
        .case(Case::new(|_| OpenPayYear::new("monthly", 2027)).json(r#"{"group":"monthly","year":2027}"#, OpenPayYear::new("monthly", 2027))
            .digest(OpenPayYear::new("monthly", 2027), "4cfeba5a207ec7bf1a8a2a155f58230282fc1c0d9d8c3ef56a72b5fd273f375d").needs(&[&rights::SET_UP]))
        .case(Case::new(move |_| components()).json(r#"{"components":[{"code":"X","input":"wages"}]}"#, components())
            .digest(components(), "4dce8219db52646f84318f03f6371f430e1303e3db2ecf5f8c5fa2d1bc485fca").needs(&[&rights::SET_UP]))
        .case(Case::new(move |_| scale()).json(r#"{"scale":"TV","pay":[{"grade":"9","step":1,"pay":{"amount":"3000","per":"month"},"span":"2026-01-01/.."}]}"#, scale())
            .digest(scale(), "6c77be0e4cc20544946bfcb4914e081538815d322fe101781308acbba7cff3ac").needs(&[&rights::SET_UP]))
        .case(Case::new(move |_| employees()).json(r#"{"employees":[{"number":"77","person":{"name":"Ada"}}]}"#, employees())
            .digest(employees(), "b137f50b0b450e1b416efb7d3fa970ece8044279dd39fd3719f2384916924320").needs(&[&rights::KEEP_STAFF, &party::KEEP]))
        .case(Case::new(move |_| term()).json(r#"{"terms":[{"employee":"1","span":"2026-06-01/..","said":{"job":["b",{"title":"Work","component":"WAGES","pay":{"rate":{"amount":"20","per":"hour"}},"share":"1"}]}}]}"#, term())
            .digest(term(), "6d697238a6b2502c17ee05f9178a8b40cc753a83c5678ce28b4b1b91f0a9b5e2").needs(&[&rights::KEEP_STAFF]))
        .case(Case::new(move |_| item()).json(r#"{"items":[{"employee":"1","day":"2026-03-31","component":"BONUS","value":"5","reason":"fine"}]}"#, item())
            .digest(item(), "48313d4338304d28fe00ae436cb0c09039f24c1a2d132a56e0fa4879ac182b26").needs(&[&rights::ENTER_PAY]))
        .case(Case::new(move |_| sheet()).json(r#"{"sheets":[{"employee":"1","day":"2026-03-02","job":"main","sheet":{"hours":"8"}}]}"#, sheet())
            .digest(sheet(), "8c071956a7ae9612552c2ae29fe9796749d2a380fbd7be72ae74330f8ea379c5").needs(&[&rights::ENTER_TIME]))
        .case(Case::new(move |_| policy()).json(r#"{"policy":{"code":"P","accrual":{"yearly":"20"},"digits":2}}"#, policy())
            .digest(policy(), "503d75e78b74a2ca687b926a09d692bf6a05aa9d5c3c97e191ff5da91c1efb72").needs(&[&rights::SET_UP]))
        .case(Case::new(move |_| grant()).json(r#"{"grants":[{"employee":"1","policy":"VACATION","day":"2026-01-01","amount":"3","opening":true,"reason":"opening balance"}]}"#, grant())
            .digest(grant(), "b8fde127816fa41518afe696efa5e7db7f87901ce980476e3b6c4764043272ca").needs(&[&rights::KEEP_STAFF]))
        .case(Case::new(move |_| sums()).json(r#"{"rules":"germany","sums":[{"employee":"1","sum":"income_tax","year":2026,"amount":"100"}],"reason":"the payroll before"}"#, sums())
            .digest(sums(), "edb23ad572bbe587d6da75b6e1816c0f6d17e1a32859113df36978d94e4c5564").needs(&[&fondaco_payroll::runs::rights::OPEN]))
        .case(Case::new(move |_| deductions()).json(r#"{"deductions":[{"employee":"1","kind":"loan","component":"CAR","owed":"800","instalment":"100","rank":1000,"limit":"all","from":"2026-01-01"}]}"#, deductions())
            .digest(deductions(), "f93fd2f00bde5fd979903ac5088cd14521eadb6ebd3147fac807a56409896155").needs(&[&fondaco_payroll::runs::rights::DEDUCT]))
        .case(Case::new(move |_| ask()).json(r#"{"employee":"1","policy":"VACATION","first":"2026-08-03","last":"2026-08-07"}"#, ask())
            .digest(ask(), "3d96c7a6921a68db6d8890b411112aafa2e70947bf0e17ea28cfc5c8dd6d931f").needs(&[&rights::REQUEST_LEAVE]))
        .case(Case::new(move |_| ask_many()).json(r#"{"requests":[{"employee":"1","policy":"VACATION","first":"2026-08-03","last":"2026-08-07"}]}"#, ask_many())
            .digest(ask_many(), "85fabe076247892e43b159e8da305802e6d4a78eeafb436d80bbb645784905fc").needs(&[&rights::REQUEST_LEAVE]))
        .case(Case::new(move |host: &Host| {
            let name = format!("asked at {}", host.position());
            let request = host.must(&name, &RequestLeave::new("1", "VACATION", d("2026-09-07"), d("2026-09-08")));
            DecideLeave::new(request, LeaveDecision::Approve, "fine")
        })
            .json(r#"{"request":"00000000-0000-0000-0000-000000000007","decision":"refuse","reason":"busy"}"#, decide())
            .digest(decide(), "b4d8689d141099e180bc245e7573bde93747fb0dda6168a4c2d995c528e25ebb").needs(&[&rights::DECIDE_LEAVE]))
}

#[test]
fn every_command_has_its_forms() {
    let sources = |folder: &str| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
    catalogue().check_complete(&[&sources("staff"), &sources("leave"), &sources("calendars")]);
    catalogue().check_forms();
}

#[test]
fn every_command_needs_its_rights() {
    catalogue().check_rights();
}

#[test]
fn no_command_is_half_done() {
    sweep(CompanyId::named("acme"), Memory::new, |store| a_year(store)).unwrap();
    sweep(CompanyId::named("acme"), Model::new, |store| a_year(store)).unwrap();
}

/// Each command once.
fn a_year(store: &dyn Store) -> Result<(), PayrollError> {
    let driver = Driver::new(store, CompanyId::named("acme"));
    driver.join(&ENGINE).map_err(Halt::from)?;
    driver.join(&party::ENGINE).map_err(Halt::from)?;
    let time: Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let envelope =
        |name: &str, actor: &str| Envelope::new(CommandId::named(name), ActorId::new(actor), time);
    let send = |name: &str| envelope(name, "clerk");
    driver.carry_out(send("group"), &group())?;
    driver.carry_out(send("year"), &OpenPayYear::new("g", 2026))?;
    driver.carry_out(
        send("components"),
        &DefineComponents::new(vec![NewComponent::new("PAY", "wage")]),
    )?;
    let pay = ScalePay { amount: 3000.into(), per: PayPer::Month, months_to_next: None };
    let span = "2026-01-01/..".parse().unwrap();
    let pay = NewScalePay { grade: "9".into(), step: 1, pay, span };
    driver.carry_out(send("scale"), &RecordScale::new("TV", vec![pay]))?;
    driver
        .carry_out(send("policy"), &DefineLeavePolicy::new(LeavePolicy::yearly("P", 20.into())))?;
    driver.carry_out(send("staff"), &AddEmployees::new(vec![NewEmployee::named("1", "Ada")]))?;
    let change = ChangeEmployee { senior_since: Some(d("2020-01-01")), ..ChangeEmployee::new("1") };
    driver.carry_out(send("change"), &change)?;
    let from = |said| NewTerm::from("1", d("2026-01-01"), said);
    let terms = vec![
        from(Said::Contract(Contract::new("g", 40.into()))),
        from(Said::Job("main".into(), Job::new("Work", "PAY", 20.into(), PayPer::Hour))),
        from(Said::card("germany", [("tax_class", "I")])),
        from(Said::Accounts(vec![PayAccount::new("DE89370400440532013000")])),
        from(Said::Leave("P".into(), LeaveRight::default())),
    ];
    let entered = driver.carry_out(send("terms"), &RecordTerms::new(terms))?.answer;
    assert!(entered.refused.is_empty(), "{entered:?}");
    driver.carry_out(
        send("items"),
        &RecordItems::new(vec![NewItem::new("1", d("2026-03-31"), "PAY", 5.into(), "fine")]),
    )?;
    driver.carry_out(
        send("time"),
        &RecordTime::new(vec![NewSheet::hours("1", d("2026-03-02"), "main", 8.into())]),
    )?;
    driver.carry_out(
        send("grant"),
        &GrantLeave::new(vec![NewGrant::opening("1", "P", d("2026-01-01"), 9.into())]),
    )?;
    let sum =
        NewSum { employee: "1".into(), sum: "income_tax".into(), year: 2026, amount: 5.into() };
    driver.carry_out(send("sums"), &EnterSums::new("germany", vec![sum], "before"))?;
    let nobody = fondaco_core::PartyId::from_u128(0);
    let loan = SetDeduction::loan(nobody, "CAR", 800.into(), 100.into(), d("2026-01-01"));
    driver.carry_out(send("loans"), &EnterDeductions::new(vec![NewDeduction::of("1", loan)]))?;
    let ask = RequestLeave::new("1", "P", d("2026-08-03"), d("2026-08-07"));
    let request = driver.carry_out(send("ask"), &ask)?.answer;
    let more = RequestLeave::new("1", "P", d("2026-09-07"), d("2026-09-08"));
    driver.carry_out(send("more"), &RequestLeaves::new(vec![more]))?;
    let yes = DecideLeave::new(request, LeaveDecision::Approve, "fine");
    driver.carry_out(envelope("yes", "boss"), &yes)?;
    Ok(())
}

#[test]
fn what_earlier_versions_left_is_brought_up() {
    // But those that runs write.
    catalogue().check_older(&["payroll_slip", "payroll_run_refusal", "payroll_run_step"]);
}
