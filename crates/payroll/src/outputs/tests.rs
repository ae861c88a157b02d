//! Outputs of slips that are made by hand: what they say, and that nothing is lost on the way.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Datelike;
use fondaco_core::report::Locale;
use fondaco_core::{Currency, DateRange, Id, PartyId, Timestamp, decimal};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::payments::BankAccount;
use super::year::{Lohnsteuerbescheinigung, P60, W2};
use super::*;
use crate::Amt;
use crate::rules::Kind;
use crate::runs::{
    BankPart, BankShare, CostShare, DeductionKind, OpeningSum, Parts, PayInput, RunKind, Slip,
    SlipLine, SlipStatus, SlipSum, Whole,
};

fn d(text: &str) -> Decimal {
    decimal::parse(text).unwrap()
}

fn amt(value: Decimal) -> Amt {
    Amt::from_decimal(value).unwrap()
}

fn shares(of: &[(&str, &str)]) -> Vec<CostShare> {
    of.iter()
        .map(|(centre, share)| CostShare { centre: (*centre).into(), share: d(share) })
        .collect()
}

/// A slip whose net pay is what its lines come to.
fn slip(number: &str, month: u32, rules: &str, currency: Currency, lines: Vec<SlipLine>) -> Slip {
    let start = chrono::NaiveDate::from_ymd_opt(2026, month, 1).unwrap();
    let end = start.with_day(28).unwrap();
    let input = PayInput::new(
        PartyId::named(number),
        number,
        DateRange::new(start, end).unwrap(),
        end,
        rules,
    );
    let sum = |kind: Kind| {
        lines.iter().filter(|line| line.kind == kind).map(|line| line.amount).sum::<Decimal>()
    };
    Slip {
        run: Id::from_u128(u128::from(month)),
        employee: input.employee,
        number: number.into(),
        kind: RunKind::Regular,
        paid_to: Default::default(),
        told: None,
        status: SlipStatus::Approved,
        calculation: 1,
        edition: 1,
        period_start: start,
        period_end: end,
        pay_date: end,
        rules: rules.into(),
        rules_version: 0,
        rules_on: end,
        known_at: Timestamp::from_micros(i64::from(month)).unwrap(),
        currency,
        gross: amt(sum(Kind::Earning)),
        net: amt(lines.iter().map(on_net).sum()),
        employer_cost: amt(sum(Kind::Earning) + sum(Kind::Employer)),
        paid: Amt::ZERO,
        input: Whole::new(input),
        lines: lines.into(),
        sums: Vec::new().into(),
        takings: Vec::new().into(),
        replaces: None,
        rests_on: None,
        earlier: None,
    }
}

fn with(slip: Slip, change: impl FnOnce(&mut PayInput)) -> Slip {
    let mut input = (*slip.input).clone();
    change(&mut input);
    Slip { input: Whole::new(input), ..slip }
}

fn line(component: &str, kind: Kind, amount: &str) -> SlipLine {
    SlipLine::new(component, kind, d(amount))
}

fn american(number: &str, month: u32) -> Slip {
    let mut salary = line("SALARY", Kind::Earning, "5000.00");
    salary.rule = Some("wages".into());
    let mut loan = line("LOAN", Kind::PostTax, "100.00");
    loan.deduction = Some(Id::from_u128(7));
    let lines = vec![
        salary,
        line("retirement_deferrals", Kind::PreTax, "250.00"),
        line("federal_income_tax", Kind::Tax, "612.41"),
        line("social_security", Kind::Tax, "310.00"),
        line("medicare", Kind::Tax, "72.50"),
        loan,
        line("reimbursements", Kind::Reimbursement, "33.33"),
        line("fringe_benefits", Kind::Benefit, "10.00"),
        line("employer_social_security", Kind::Employer, "310.00"),
        line("employer_medicare", Kind::Employer, "72.50"),
    ];
    let slip = slip(number, month, "united_states", Currency::USD, lines);
    let sum = |name: &str| SlipSum {
        sum: name.into(),
        year: 2026,
        before: d("5010") * Decimal::from(month - 1) + d("1000"),
        after: d("5010") * Decimal::from(month) + d("1000"),
    };
    Slip {
        sums: vec![sum("social_security_wages_to_date"), sum("medicare_wages_to_date")].into(),
        ..slip
    }
}

fn loans() -> BTreeMap<Id<crate::runs::Deduction>, DeductionKind> {
    [(Id::from_u128(7), DeductionKind::Loan)].into()
}

#[test]
fn a_journal_names_roles_and_centres_and_comes_to_net_pay() {
    let slip =
        with(american("17", 1), |input| input.shares = shares(&[("DEV", "2"), ("OPS", "1")]));
    let journal = Journal::of(std::slice::from_ref(&slip), &loans()).unwrap();
    assert_eq!(journal.balance(AccountRole::NetPay).unwrap(), -slip.net.to_decimal());
    assert_eq!(journal.balance(AccountRole::Loans).unwrap(), d("-100"));
    assert_eq!(journal.balance(AccountRole::Withheld).unwrap(), d("-1627.41"));
    let wages: Vec<_> =
        journal.lines.iter().filter(|line| line.role == AccountRole::Wages).collect();
    let told: Vec<_> = wages
        .iter()
        .map(|line| (line.centre.as_deref().unwrap(), line.debit.to_string()))
        .collect();
    assert_eq!(told, [("DEV", "3333.33".to_owned()), ("OPS", "1666.67".to_owned())]);
    assert_eq!(journal.reversed().balance(AccountRole::NetPay).unwrap(), slip.net.to_decimal());
    assert!(journal.to_report().unwrap().to_string().contains("Net pay payable"));
    // Without knowing the loan, what is withheld for it is a claim: never lost.
    assert_eq!(
        Journal::of(&[slip], &BTreeMap::new()).unwrap().balance(AccountRole::Claims).unwrap(),
        d("-100")
    );
}

#[test]
fn a_slip_that_contradicts_itself_is_not_posted() {
    let mut wrong = american("17", 1);
    wrong.net = amt(d("1"));
    let error = Journal::of(&[wrong], &loans()).unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        ("payroll.output_unbalanced", fondaco_core::ErrorKind::Corrupt)
    );
    assert!(
        error.to_string().starts_with(
            "employee 17: the lines of the slip come to 3688.42, and its net pay is 1"
        )
    );
    assert_eq!(Journal::of(&[] as &[Slip], &loans()).unwrap_err(), OutputError::NoSlip);
    let euro = slip("18", 1, "germany", Currency::EUR, vec![]);
    assert_eq!(
        Register::of(&[american("17", 1), euro]).unwrap_err().code(),
        "payroll.output_currency"
    );
    let none =
        with(american("17", 1), |input| input.shares = shares(&[("DEV", "0"), ("OPS", "0")]));
    assert_eq!(Journal::of(&[none], &loans()).unwrap_err().code(), "payroll.output_shares");
}

proptest! {
    /// Whatever is paid and withheld, and whoever bears it: the lines balance, and each cost comes to what the slips say.
    #[test]
    fn journals_balance_and_lose_no_cent(
        slips in prop::collection::vec(
            (prop::collection::vec((0usize..7, -900_000i64..900_000), 1..8), prop::collection::vec(1u32..50, 0..5)),
            1..6,
        ),
    ) {
        let kinds = [Kind::Earning, Kind::PreTax, Kind::Tax, Kind::PostTax, Kind::Reimbursement, Kind::Employer, Kind::Benefit];
        let slips: Vec<Slip> = slips.iter().zip(1..).map(|((lines, weights), number)| {
            let lines = lines.iter().map(|(kind, cents)| {
                SlipLine::new(format!("C{kind}"), kinds[*kind], Decimal::new(*cents, 2))
            });
            let slip = slip(&format!("{number}"), 1, "own", Currency::USD, lines.collect());
            with(slip, |input| input.shares = weights.iter().zip(0..).map(|(share, centre)| CostShare {
                centre: format!("K{centre}").into(),
                share: Decimal::from(*share),
            }).collect())
        }).collect();
        let journal = Journal::of(&slips, &BTreeMap::new()).unwrap();
        let side = |of: fn(&JournalLine) -> Decimal| journal.lines.iter().map(of).sum::<Decimal>();
        prop_assert_eq!(side(|line| line.debit), side(|line| line.credit));
        prop_assert!(journal.lines.iter().all(|line| line.debit.is_zero() != line.credit.is_zero()));
        prop_assert!(journal.lines.iter().all(|line| line.debit.scale() <= 2 && line.credit.scale() <= 2));
        let sum = |kind: Kind| slips.iter().flat_map(|slip| slip.lines.iter()).filter(|line| line.kind == kind).map(|line| line.amount).sum::<Decimal>();
        prop_assert_eq!(journal.balance(AccountRole::Wages).unwrap(), sum(Kind::Earning));
        prop_assert_eq!(journal.balance(AccountRole::EmployerContributions).unwrap(), sum(Kind::Employer));
        prop_assert_eq!(journal.balance(AccountRole::Reimbursements).unwrap(), sum(Kind::Reimbursement));
        let net = slips.iter().map(|slip| slip.net.to_decimal()).sum::<Decimal>();
        prop_assert_eq!(journal.balance(AccountRole::NetPay).unwrap(), -net);
        let cost = CostReport::by_centre(&slips).unwrap().total().unwrap();
        prop_assert_eq!(cost.total().unwrap(), sum(Kind::Earning) + sum(Kind::Employer) + sum(Kind::Reimbursement));
    }

    /// Net pay goes to accounts whole, whatever parts were said.
    #[test]
    fn accounts_get_all_of_net_pay(cents in 1i64..10_000_000, parts in prop::collection::vec((0u8..3, 0i64..1_000_000), 1..5)) {
        let one = slip("17", 1, "own", Currency::USD, vec![SlipLine::new("SALARY", Kind::Earning, Decimal::new(cents, 2))]);
        let bank = parts.iter().zip(0..).map(|((kind, n), at)| BankShare {
            account: format!("A{at}").into(),
            part: match kind {
                0 => BankPart::Amount(Decimal::new(*n, 2)),
                1 => BankPart::Percent(Decimal::new(n % 10_001, 2)),
                _ => BankPart::Rest,
            },
        });
        let one = with(one, |input| input.bank = bank.collect());
        let account = BankAccount::iban("DE89370400440532013000", None).unwrap();
        let payments = transfers(&[one], &|_, _| Some(("Ada".into(), account.clone()))).unwrap();
        let sum = payments.iter().map(|payment| payment.amount.amount()).sum::<Decimal>();
        prop_assert_eq!(sum, Decimal::new(cents, 2));
        prop_assert!(payments.iter().all(|payment| payment.amount.is_positive() && payment.amount.is_rounded()));
    }
}

#[test]
fn fixed_parts_go_first_and_the_last_account_takes_what_is_left() {
    let bank = |parts: &[(&str, BankPart)]| {
        let parts = parts
            .iter()
            .map(|(account, part)| BankShare { account: (*account).into(), part: *part })
            .collect();
        with(american("17", 1), |input| input.bank = parts)
    };
    let account = |_: &Slip, name: &str| {
        (name != "GONE").then(|| {
            ("Ada Weber".into(), BankAccount::iban("DE89370400440532013000", None).unwrap())
        })
    };
    let split = bank(&[
        ("SAVE", BankPart::Amount(d("500"))),
        ("JOINT", BankPart::Percent(d("33.33"))),
        ("MAIN", BankPart::Rest),
    ]);
    let paid = transfers(std::slice::from_ref(&split), &account).unwrap();
    let told: Vec<_> = paid
        .iter()
        .map(|payment| {
            let (code, rest) = payment.reference.split_at(7);
            assert!(code.chars().all(|letter| letter.is_ascii_alphanumeric()));
            (rest.to_owned(), payment.amount.to_string())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("/17/1".to_owned(), "500.00 USD".to_owned()),
            ("/17/2".into(), "1229.35 USD".into()),
            ("/17/3".into(), "1959.07 USD".into())
        ]
    );
    let part_paid = Slip { paid: amt(d("3000")), ..split.clone() };
    let rest: Decimal = transfers(&[part_paid], &account)
        .unwrap()
        .iter()
        .map(|payment| payment.amount.amount())
        .sum();
    assert_eq!(rest, d("688.42"));
    let code = |slip: Slip| transfers(&[slip], &account).unwrap_err().code();
    assert_eq!(code(bank(&[("GONE", BankPart::Rest)])), "payroll.output_account");
    assert_eq!(code(bank(&[])), "payroll.output_no_bank");
    assert_eq!(
        code(bank(&[("SAVE", BankPart::Percent(d("101"))), ("MAIN", BankPart::Rest)])),
        "payroll.output_bank_part"
    );
    assert!(
        transfers(&[Slip { status: SlipStatus::Voided, ..split }], &account).unwrap().is_empty()
    );
}

#[test]
fn a_payslip_as_text_letter_by_letter() {
    let mut slip = with(american("17", 2), |input| {
        input.bank = vec![BankShare { account: "MAIN".into(), part: BankPart::Rest }]
    });
    let mut lines = slip.lines.to_vec();
    lines[0].quantity = Some(d("160"));
    lines[0].rate = Some(d("31.25"));
    let mut back = line("SALARY", Kind::Earning, "50");
    back.original = chrono::NaiveDate::from_ymd_opt(2026, 1, 1);
    lines.insert(1, back);
    slip.lines = lines.into();
    (slip.gross, slip.net) = (amt(d("5050")), amt(slip.net.to_decimal() + d("50")));
    let head = PayslipHead {
        employer: vec!["Rialto Inc".into(), "1 Main Street".into()],
        employee: vec!["Ada Weber".into()],
        details: vec![("W-4".into(), "single".into())],
        accounts: [("MAIN".into(), "ends in 6789".into())].into(),
    };
    let labels = Labels::shipped().with("SALARY", "en", "Salary").with("LOAN", "en", "Loan");
    let mut year = YearToDate::of(&[american("17", 1)]).unwrap();
    year.take(&slip).unwrap();
    let payslip = Payslip::of(&slip, head, &labels).with_year(year);
    assert_eq!(payslip.to_text(&Locale::plain()).unwrap(), include_str!("payslip/expected.txt"));
    let page = payslip.to_page(&Locale::de()).unwrap().to_html(&Locale::de());
    assert!(
        page.contains("Bundeseinkommensteuer") && page.contains("Salary"),
        "one language for what has it, English else"
    );
    assert!(!page.contains("<script"));
}

#[test]
fn a_register_adds_up_and_differences_say_who_moved() {
    let january = [american("17", 1), american("18", 1), american("19", 1)];
    let mut raised = american("18", 2);
    let mut lines = raised.lines.to_vec();
    lines[0].amount = d("5500");
    raised.lines = lines.into();
    raised.net = amt(raised.net.to_decimal() + d("500"));
    let gone = Slip { status: SlipStatus::Voided, ..american("19", 2) };
    let february = [raised, american("17", 2), gone, american("20", 2)];
    let register = Register::of(&february).unwrap();
    assert_eq!(
        register.rows.iter().map(|row| row.number.as_str()).collect::<Vec<_>>(),
        ["17", "18", "20"]
    );
    assert_eq!((register.total.gross, register.total.net), (d("15500"), d("11565.26")));
    assert_eq!(register.voided, ["19"]);
    let names = |_: PartyId| Some("Somebody".into());
    let text = register.to_report(&names).to_string();
    assert!(text.starts_with("Payroll register · 2026-02-01 – 2026-02-28"), "{text}");
    assert!(text.contains("Payment date 2026-02-28") && text.contains("Voided: 19"), "{text}");
    let of_two = Register::of(&[american("17", 2), american("9", 1)]).unwrap();
    let numbers: Vec<&str> = of_two.rows.iter().map(|row| row.number.as_str()).collect();
    assert_eq!(numbers, ["9", "17"]);
    assert_eq!(of_two.days.0.to_string(), "2026-01-01");
    let differences = Differences::between(&january, &february).unwrap();
    let told: Vec<_> = differences
        .of
        .iter()
        .map(|of| (of.number.as_str(), of.change().to_string(), of.moved.len()))
        .collect();
    assert_eq!(
        told,
        [("19", "-3688.42".to_owned(), 8), ("20", "3688.42".into(), 8), ("18", "500".into(), 1)]
    );
    assert_eq!(differences.same, 1);
    assert_eq!(differences.of[2].moved[0].component, "SALARY");
    let text = differences.to_report(&names).to_string();
    assert!(text.contains("Somebody · Not paid any more"), "{text}");
    assert!(text.contains("1 are paid the same") && text.contains("social_security"), "{text}");
    let labels = Labels::shipped().with("SALARY", "de", "Gehalt");
    let german = differences.to_report_with(&|_| None, (&labels, &Locale::de()));
    let german = german.to_text(&Locale::de(), None);
    assert!(german.contains("Gehalt") && !german.contains("social_security"), "{german}");
    assert_eq!(Differences::between(&february, &[]).unwrap().of.len(), 3);
}

#[test]
fn costs_go_by_centre_and_by_month() {
    let split =
        with(american("17", 1), |input| input.shares = shares(&[("DEV", "1"), ("OPS", "2")]));
    let slips = [split, american("17", 2), american("18", 2)];
    let by_centre = CostReport::by_centre(&slips).unwrap();
    assert_eq!(by_centre.of[&Some("DEV".into())].wages, d("1666.67"));
    assert_eq!(by_centre.of[&None].people.len(), 2);
    let by_month = CostReport::by_month(&slips).unwrap();
    let totals: Vec<_> =
        by_month.of.values().map(|cost| cost.total().unwrap().to_string()).collect();
    assert_eq!(totals, ["5415.83", "10831.66"]);
    assert_eq!(by_month.total().unwrap().total(), by_centre.total().unwrap().total());
    assert!(by_centre.to_report(&|_| None).unwrap().to_string().contains("Without a cost centre"));
    assert!(by_month.to_report().unwrap().to_html(&Locale::de()).contains("<svg"));
}

#[test]
fn the_boxes_of_a_w2() {
    let year: Vec<Slip> = (1..=12).map(|month| american("17", month)).collect();
    let before = |sum: &str| {
        Arc::new(OpeningSum {
            employee: PartyId::named("17"),
            id: Id::from_u128(1),
            sum: sum.into(),
            year: 2026,
            amount: amt(d("1000")),
            reason: "the payroll before".into(),
            recorded_at: Timestamp::EPOCH,
            recorded_by: Parts::default(),
            said: None,
        })
    };
    let opened = [before("social_security_wages_to_date"), before("medicare_wages_to_date")];
    let w2 = W2::of(&year, &opened, 2026).unwrap();
    assert_eq!((w2.wages, w2.federal_income_tax), (d("57120"), d("7348.92")));
    // With the thousand that the year began with.
    assert_eq!((w2.social_security_wages, w2.medicare_wages), (d("61120"), d("61120")));
    assert_eq!(
        (w2.social_security_tax, w2.medicare_tax, w2.elective_deferrals),
        (d("3720"), d("870"), d("3000"))
    );
    assert!(w2.retirement_plan);
    assert_eq!(
        w2.boxes().iter().map(|of| of.code).collect::<Vec<_>>(),
        ["1", "2", "3", "4", "5", "6", "12a D", "14"]
    );
    assert!(w2.to_report().to_string().starts_with("Form W-2 2026 · 17"));
    let mut rich = american("17", 1);
    rich.sums = vec![SlipSum {
        sum: "social_security_wages_to_date".into(),
        year: 2026,
        before: Decimal::ZERO,
        after: d("250000"),
    }]
    .into();
    assert_eq!(W2::of(&[rich], &[], 2026).unwrap().social_security_wages, d("184500"));
    assert_eq!(W2::of(&year, &[], 2025).unwrap_err(), OutputError::NoSlip);
    assert_eq!(
        W2::of(&[american("17", 1), american("18", 2)], &[], 2026).unwrap_err().code(),
        "payroll.output_mixed"
    );
    let other = slip("17", 3, "germany", Currency::EUR, vec![]);
    assert_eq!(
        W2::of(&[american("17", 1), other], &[], 2026).unwrap_err().code(),
        "payroll.output_mixed"
    );
    let voided = Slip { status: SlipStatus::Voided, ..american("17", 2) };
    assert_eq!(W2::of(&[american("17", 1), voided], &[], 2026).unwrap().wages, d("4760"));
}

#[test]
fn a_p60_tells_this_employment_from_the_ones_before() {
    let month = |month: u32, letter: &str| {
        let lines = vec![
            line("salary", Kind::Earning, "3000"),
            line("income_tax", Kind::Tax, "390"),
            line("employee_ni", Kind::Tax, "156.16"),
            line("employer_ni", Kind::Employer, "387.45"),
            line("student_loan", Kind::PostTax, "45"),
        ];
        let slip = slip("17", month, "united_kingdom", Currency::GBP, lines);
        let sum = |name: &str, begun: &str, each: &str| SlipSum {
            sum: name.into(),
            year: 2025,
            before: d(begun) + d(each) * Decimal::from(month - 1),
            after: d(begun) + d(each) * Decimal::from(month),
        };
        let sums = vec![
            sum("pay_to_date", "8000", "3000"),
            sum("tax_to_date", "700", "390"),
            sum("ni_pay_to_date", "0", "3000"),
        ];
        let slip = with(slip, |input| {
            *input = input.clone().in_year("tax_year", 2025).with("ni_letter", letter)
        });
        Slip { sums: sums.into(), ..slip }
    };
    let p45 = |sum: &str, amount: &str| {
        Arc::new(OpeningSum {
            employee: PartyId::named("17"),
            id: Id::from_u128(1),
            sum: sum.into(),
            year: 2025,
            amount: amt(d(amount)),
            reason: "P45".into(),
            recorded_at: Timestamp::EPOCH,
            recorded_by: Parts::default(),
            said: None,
        })
    };
    let opened = [p45("pay_to_date", "8000"), p45("tax_to_date", "700")];
    let p60 = P60::of(&[month(2, "A"), month(1, "M"), month(3, "A")], &opened, 2025).unwrap();
    assert_eq!(
        (p60.previous_pay, p60.previous_tax, p60.pay, p60.tax),
        (d("8000"), d("700"), d("9000"), d("1170"))
    );
    assert_eq!(p60.total_pay().unwrap(), d("17000"));
    let letters: Vec<_> = p60
        .national_insurance
        .iter()
        .map(|ni| (ni.letter.as_str(), ni.earnings.to_string(), ni.employee.to_string()))
        .collect();
    assert_eq!(
        letters,
        [("A", "6000".to_owned(), "312.32".to_owned()), ("M", "3000".into(), "156.16".into())]
    );
    assert_eq!(p60.student_loan, d("135"));
    assert!(p60.to_report().unwrap().to_string().contains("Total for year: tax deducted"));
}

#[test]
fn a_lohnsteuerbescheinigung_leaves_out_what_is_free_of_tax() {
    let month = |month: u32| {
        let lines = vec![
            line("wage", Kind::Earning, "4000"),
            line("tax_free_pay", Kind::Earning, "120"),
            line("benefits_in_kind", Kind::Benefit, "50"),
            line("income_tax", Kind::Tax, "561.25"),
            line("bonus_tax", Kind::Tax, "10"),
            line("church_tax", Kind::Tax, "50.51"),
            line("pension_insurance_employee", Kind::Tax, "376.65"),
            line("pension_insurance_employer", Kind::Employer, "376.65"),
            line("health_insurance_employee", Kind::Tax, "295.65"),
            line("health_additional_employee", Kind::Tax, "50.63"),
        ];
        slip("17", month, "germany", Currency::EUR, lines)
    };
    let year: Vec<Slip> = (1..=3).map(month).collect();
    let employed = |days: &str| days.parse::<DateRange>().unwrap();
    let always = employed("2020-04-01/..");
    let figures = Lohnsteuerbescheinigung::of(&year, always, 2026).unwrap();
    assert_eq!(
        (figures.gross, figures.wage_tax, figures.church_tax),
        (d("12150"), d("1713.75"), d("151.53"))
    );
    assert_eq!((figures.health_employee, figures.pension_employer), (d("1038.84"), d("1129.95")));
    assert_eq!(
        figures.boxes().iter().map(|of| of.code).collect::<Vec<_>>(),
        ["3", "4", "6", "22a", "23a", "25"]
    );
    assert!(figures.to_report().to_string().contains("Bruttoarbeitslohn"));
    // A rise of December that is paid in January, as wages of December: they belong to the old year's certificate.
    let december = with(month(1), |input| *input = input.clone().in_year("calendar_year", 2025));
    let start = chrono::NaiveDate::from_ymd_opt(2025, 12, 1).unwrap();
    let december = Slip { period_start: start, run: Id::from_u128(99), ..december };
    let more = SlipLine { original: Some(start), ..line("wage", Kind::Earning, "500") };
    let late = slip("17", 2, "germany", Currency::EUR, vec![more]);
    let late = Slip { rests_on: Some(2), ..late };
    let gross = |year| {
        Lohnsteuerbescheinigung::of(&[&december, &late, &month(1)], always, year).unwrap().gross
    };
    assert_eq!((gross(2025), gross(2026)), (d("4550"), d("4050")));
    // Line 1 is of the employment, whatever the periods are.
    let line_1 = |slips: &[Slip], days: &str| {
        let of = Lohnsteuerbescheinigung::of(slips, employed(days), 2026)?;
        Ok::<_, OutputError>(format!("{} {}", of.from, of.to))
    };
    let of = |days: &str| line_1(&year, days).unwrap();
    assert_eq!(of("2020-04-01/.."), "2026-01-01 2026-12-31");
    assert_eq!(of("2026-01-10/2026-03-12"), "2026-01-10 2026-03-12");
    // What is paid after the end alone has the month of payment; a whole that begins later has none.
    assert_eq!(line_1(&year[2..], "2024-01-01/2025-12-31").unwrap(), "2026-03-01 2026-03-31");
    // Wages of December that are paid in February, too late to be December's, to whom left at New Year.
    let arrears = Slip { period_start: start, run: Id::from_u128(98), ..month(2) };
    let left = "2024-01-01/2025-12-31";
    assert_eq!(line_1(&[arrears], left).unwrap(), "2026-02-01 2026-02-28");
    // A bonus that is paid in March for the last period of whom left in January.
    let bonus = Slip {
        kind: RunKind::Bonus,
        period_start: month(1).period_start,
        period_end: month(1).period_end,
        ..month(3)
    };
    let left = "2024-01-01/2026-01-31";
    assert_eq!(line_1(std::slice::from_ref(&bonus), left).unwrap(), "2026-03-01 2026-03-31");
    assert_eq!(line_1(&[month(1), bonus], left).unwrap(), "2026-01-01 2026-01-31");
    let refused = line_1(&year, "2027-01-01/..").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "employee 17: the employment 2027-01-01/.. has no day in 2026: give the days of the one that these slips pay"
    );
}

#[cfg(feature = "pdf")]
#[test]
fn a_payslip_as_pdf_is_a_file_of_one_page() {
    let slip = american("17", 1);
    let labels = Labels::shipped();
    let head = PayslipHead {
        employer: vec!["Rialto".into()],
        employee: vec!["Zoë Müller".into()],
        ..PayslipHead::default()
    };
    let pdf = Payslip::of(&slip, head, &labels).to_pdf(&Locale::en()).unwrap();
    assert!(pdf.starts_with(b"%PDF-1.7") && pdf.ends_with(b"%%EOF"));
    assert_eq!(pdf.windows(12).filter(|at| at == b"/Type /Page\n").count(), 1);
    std::fs::write(std::env::temp_dir().join("fondaco-payslip.pdf"), &pdf).unwrap();
}

#[test]
fn what_does_not_count_is_added_to_nothing_that_does() {
    let counted = american("17", 1);
    let open = Slip { status: SlipStatus::Calculated, ..american("18", 2) };
    let register = |slips: &[Slip]| Register::of(slips).unwrap();
    let both = register(&[counted.clone(), open.clone()]);
    assert_eq!((both.rows.len(), both.open.len(), both.is_draft), (1, 1, false));
    assert_eq!(both.total, register(std::slice::from_ref(&counted)).total);
    let text = both.to_report(&|_| None).to_string();
    assert!(text.contains("Not approved: 18"), "{text}");
    let draft = register(std::slice::from_ref(&open));
    assert_eq!((draft.rows.len(), draft.open.len(), draft.is_draft), (1, 0, true));
    let cost = |slips: &[Slip]| CostReport::by_centre(slips).unwrap();
    assert_eq!(cost(&[counted.clone(), open.clone()]), cost(&[counted]));
}
