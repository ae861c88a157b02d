//! What is wrong with one employee is told of that one, and stops nobody else.

use chrono::NaiveDate;
use fondaco_core::enter::{Entered, Taking};
use fondaco_core::timeline::Span;
use fondaco_payroll::runs::BankPart;
use fondaco_payroll::staff::*;
use fondaco_testkit::Host;

use crate::firm::*;

fn messages(entered: &Entered) -> Vec<&str> {
    entered.refused.iter().map(|line| line.message.as_str()).collect()
}

#[test]
fn employees_that_can_not_be_are_told_one_by_one() {
    everywhere(|host| {
        let tomorrow: NaiveDate = "2026-06-02".parse().unwrap(); // tests begin on 1 June
        let employees = vec![
            NewEmployee::named("1", "Ada"),
            NewEmployee::named("2", "Bo").born(tomorrow),
            NewEmployee::named("1", "Cy"),
            NewEmployee { person: None, ..NewEmployee::named("4", "-") },
            NewEmployee { party: Some(employee_party("1")), ..NewEmployee::named("5", "Ada") },
            NewEmployee {
                senior_since: Some(d("1980-01-01")),
                ..NewEmployee::named("6", "Di").born(d("1990-01-01"))
            },
            NewEmployee::named("7", "Ed"),
        ];
        let add = AddEmployees { taking: Taking::GoodOnes, ..AddEmployees::new(employees) };
        let entered = host.must("add", &add);
        assert_eq!((entered.entered, entered.there), (2, 1)); // the same number again is the same person
        assert_eq!(
            messages(&entered),
            [
                "employee 2: day of birth is 2026-06-02: it lies in the future: correct the year",
                &format!(
                    "employee 4: party is {}: nobody has that id: register the person first, or give the name",
                    employee_party("4")
                ),
                "employee 5 is the same person as employee 1: use that number",
                "employee 6: senior since is 1980-01-01: it lies before the day of birth: correct one of them",
            ]
        );
        assert_eq!(host.rows::<Employee>().len(), 2);
    });
}

#[test]
fn terms_that_can_not_be_are_told_one_by_one() {
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/2026-12-31", ("SALARY", "3000", PayPer::Month));
        let from = |said| NewTerm::from("1", d("2026-06-01"), said);
        let span: Span = "2026-06-01/2026-06-30".parse().unwrap();
        let contract = |group: &str, hours: i64| Said::Contract(Contract::new(group, hours.into()));
        let wrong_iban = || PayAccount::new("DE88370400440532013000");
        let rest_first = vec![PayAccount::new("us:021000021:1"), PayAccount::new("us:021000021:2")];
        let too_much = vec![
            PayAccount::new("us:021000021:1").takes(BankPart::Percent(60.into())),
            PayAccount::new("us:021000021:2").takes(BankPart::Percent(60.into())),
        ];
        let terms = vec![
            NewTerm { span, ..from(contract("monthly", 20)) },
            from(contract("nobody", 40)),
            from(contract("monthly", 169)),
            NewTerm { employee: "9".into(), ..from(contract("monthly", 40)) },
            from(Said::Job("b".into(), Job::new("Work", "NOTHING", 1.into(), PayPer::Hour))),
            from(Said::card("united_states", [("w4_statue", "single")])),
            from(Said::card("united_states", [("w4_status", "divorced")])),
            from(Said::Accounts(vec![wrong_iban()])),
            from(Said::Accounts(rest_first)),
            from(Said::Accounts(too_much)),
            from(Said::Ended(Topic::Job, "other".into())),
        ];
        let record = RecordTerms { taking: Taking::OnlyCheck, terms };
        let entered = host.must("terms", &record);
        let said = messages(&entered);
        let expected = [
            "employee 1: contract: 2026-06-01/2026-06-30 meets 2026-01-01/2026-12-31, recorded at ",
            "there is no pay group nobody: define it first, or correct the code",
            "employee 1: weekly hours is 169: give 0 to 168",
            "there is no employee 9: take the employee on first, or correct the number",
            "there is no pay component NOTHING: define it first, or correct the code",
            "employee 1: these rules have no w4_statue: did you mean w4_status?",
            "employee 1: w4_status is ",
            "employee 1: account is DE88…3000: IBAN: the check digits do not fit",
            "employee 1: accounts is rest: only the last account can take what is left",
            "employee 1: accounts is 120 %: shares come to more than 100 per cent",
            "employee 1: job other: nothing holds on 2026-06-01 that could end",
        ];
        assert_eq!(said.len(), expected.len(), "{said:#?}");
        for (said, expected) in said.iter().zip(expected) {
            assert!(said.starts_with(expected), "{said}\n{expected}");
        }
    });
}

#[test]
fn hours_and_items_on_days_without_contract_are_told() {
    everywhere(|host| {
        hire(host, "1", "weekly", "2026-01-05/2026-03-31", ("WAGES", "20", PayPer::Hour));
        let sheet = |number: &str, day: &str, job: &str, hours: i64| {
            NewSheet::hours(number, d(day), job, hours.into())
        };
        let sheets = vec![
            sheet("1", "2026-04-01", "main", 8),
            sheet("1", "2026-03-02", "other", 8),
            sheet("9", "2026-03-02", "main", 8),
            sheet("1", "2026-03-03", "main", -1),
            sheet("1", "2026-03-04", "main", 8),
        ];
        let entered =
            host.must("time", &RecordTime { taking: Taking::GoodOnes, ..RecordTime::new(sheets) });
        assert_eq!(entered.entered, 1);
        assert_eq!(
            messages(&entered),
            [
                "employee 1 has no contract on 2026-04-01, for which hours is 8: record the contract first, or correct the day",
                "employee 1 has no job other on 2026-03-02: record the job first, or correct the code",
                "there is no employee 9: take the employee on first, or correct the number",
                "employee 1: hours is -1: hours is -1: give zero or more",
            ]
        );
        let item = |day: &str| NewItem::new("1", d(day), "BONUS", 5.into(), "for nothing");
        let items = RecordItems {
            taking: Taking::GoodOnes,
            ..RecordItems::new(vec![item("2026-04-01"), item("2026-03-04")])
        };
        let entered = host.must("items", &items);
        assert_eq!(
            messages(&entered),
            [
                "employee 1 has no contract on 2026-04-01, for which component is BONUS 5: record the contract first, or correct the day"
            ]
        );
    });
}

#[test]
fn all_or_nothing_is_nothing_when_one_is_wrong() {
    let host = in_memory();
    let employees =
        vec![NewEmployee::named("1", "Ada"), NewEmployee::named("2", "Bo").born(d("2099-01-01"))];
    let entered = host.must("add", &AddEmployees::new(employees));
    assert_eq!((entered.entered, entered.refused.len(), host.rows::<Employee>().len()), (0, 1, 0));
}

#[test]
fn one_who_can_not_be_gathered_stops_nobody_else() {
    everywhere(|host| {
        for number in ["1", "2", "3"] {
            hire(host, number, "weekly", "2026-01-05/..", ("WAGES", "20", PayPer::Hour));
        }
        let sheets = (1..=3)
            .map(|number| NewSheet::hours(number.to_string(), d("2026-03-04"), "main", 8.into()));
        host.must("time", &RecordTime::new(sheets.collect()));
        // The second one's contract was over already, as is told too late.
        say(
            host,
            "over",
            NewTerm::from("2", d("2026-03-03"), Said::Ended(Topic::Contract, "".into())),
        );
        let all = gathered(host, ("weekly", 2026, 11), None);
        let told: Vec<String> = all
            .iter()
            .map(|one| match &one.input {
                Ok(input) => format!("{}: {}", one.number, lines(input).join(", ")),
                Err(error) => format!("{}: {} {error}", one.number, error.code()),
            })
            .collect();
        let mut told = told;
        told.sort();
        assert_eq!(
            told,
            [
                "1: WAGES 160 (8 at 20) HQ",
                "2: payroll.no_contract employee 2 has no contract on 2026-03-04, for which hours is 8: record the contract first, or correct the day",
                "3: WAGES 160 (8 at 20) HQ",
            ]
        );
    });
}

#[test]
fn what_is_missing_is_warned_of() {
    let host: Host = in_memory();
    host.must("add", &AddEmployees::new(vec![NewEmployee::named("1", "Ada")]));
    let contract = Said::Contract(Contract::new("monthly", 40.into()));
    say(&host, "contract", NewTerm::from("1", d("2026-01-01"), contract));
    let input = case(&host, ("monthly", 2026, 1), "1");
    let codes: Vec<&str> = input.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["missing_card", "missing_account"]);
}

#[test]
fn a_contract_with_its_job_is_recorded_whole_or_not_at_all() {
    everywhere(|host| {
        host.must("add", &AddEmployees::new(vec![NewEmployee::named("1", "Ada")]));
        let contract = || Said::Contract(Contract::new("monthly", 40.into()));
        let job = |component: &str| {
            Said::Job("main".into(), Job::new("Work", component, 1.into(), PayPer::Month))
        };
        let with = |also| NewTerm { also, ..NewTerm::from("1", d("2026-01-01"), contract()) };
        let terms = vec![with(vec![job("SALARY"), job("NOTHING")]), with(vec![job("SALARY")])];
        let entered = host.must("terms", &RecordTerms { taking: Taking::GoodOnes, terms });
        assert_eq!(
            (entered.entered, entered.refused[0].code.as_str()),
            (1, "payroll.unknown_component")
        );
        let told: Vec<String> = host
            .rows::<TermFact>()
            .iter()
            .map(|row| format!("{:?} {}", row.topic, row.number))
            .collect();
        assert_eq!(told, ["Contract 0", "Job 0"]);
    });
}
