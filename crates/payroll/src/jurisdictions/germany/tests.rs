//! Contributions as others published them worked out, and what must hold of all of them; the tax as the ministry's program has it.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::rules::{Figure, RuleFile};
use crate::{Program, Slip};

fn on(day: &str) -> Program {
    germany().unwrap().on(day.parse().unwrap()).unwrap()
}

static IN_2025: LazyLock<Program> = LazyLock::new(|| on("2025-06-30"));
static IN_2026: LazyLock<Program> = LazyLock::new(|| on("2026-06-30"));

/// The rules of 2025 with other figures of the law: examples of other years.
fn with_figures(figures: &[(&str, &str)]) -> Program {
    let mut file: RuleFile = germany().unwrap().file().clone();
    for (name, value) in figures {
        let parameter =
            file.parameters.iter_mut().find(|parameter| parameter.name == *name).unwrap();
        parameter.values.iter_mut().for_each(|version| version.value = Figure((*value).into()));
    }
    RuleSet::new(file).unwrap().on("2025-06-30".parse().unwrap()).unwrap()
}

fn monthly<'p>(program: &'p Program, said: &[(&str, &str)]) -> Slip<'p> {
    let case = program.case("Ada").with("pay_period", "month").with("tax_class", "I");
    let case = case.with("expected_wage", "60000").with("fund_rate", "0%");
    program.run(&said.iter().fold(case, |case, (name, value)| case.with(name, *value))).unwrap()
}

fn said(slip: &Slip<'_>, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("{:.2}", slip.amount(name).unwrap())).collect()
}

#[test]
fn inputs_that_do_not_go_together_are_refused() {
    let program = &*IN_2026;
    let refused = |said: &[(&str, &str)]| {
        let case = program.case("Ada").with("pay_period", "month").with("tax_class", "I");
        let case = case.with("fund_rate", "2.9%");
        let case = said.iter().fold(case, |case, (name, value)| case.with(name, *value));
        program.run(&case).map(|_| String::new()).unwrap_or_else(|error| error.to_string())
    };
    for (given, why) in [
        (&[("wage", "5000"), ("bonus", "5000")][..], "give expected_wage"),
        (&[("wage", "2000"), ("age_relief", "true")], "give age_relief_year"),
        (&[("wage", "2000"), ("pension", "500")], "give pension_first_year"),
        (
            &[("wage", "2000"), ("pay_period", "week"), ("insured_days", "30")],
            "(insured_days 30, pay_period week): give the insured days",
        ),
        (
            &[("wage", "1206.02"), ("employment", "minijob")],
            "no month of a minijob pays more than twice",
        ),
        (&[("wage", "325.01"), ("employment", "low_paid_apprentice")], "no more than 325 euros"),
        (
            &[("wage", "170"), ("employment", "low_paid_apprentice"), ("insured_days", "15")],
            "give regular above it",
        ),
        (&[("wage", "2000.01"), ("employment", "midijob")], "not in the transition range"),
        (&[("wage", "602.99"), ("employment", "midijob")], "not in the transition range"),
        (
            &[("wage", "1000.01"), ("employment", "midijob"), ("insured_days", "15")],
            "not in the transition range",
        ),
    ] {
        assert!(refused(given).contains(why), "{given:?}: {}", refused(given));
    }
    for given in [
        &[("wage", "0"), ("bonus", "5000")][..],
        &[("wage", "1206"), ("employment", "minijob")],
        &[("wage", "2000"), ("employment", "midijob")],
        &[("wage", "162.50"), ("employment", "low_paid_apprentice"), ("insured_days", "15")],
        &[("wage", "400"), ("employment", "midijob"), ("insured_days", "15")],
    ] {
        assert_eq!(refused(given), "", "{given:?}");
    }
    // 7 of 360 days of the ceiling of 66,150: 1,286.25, of which 7.3 %.
    let slip =
        monthly(&IN_2025, &[("pay_period", "week"), ("wage", "2000"), ("insured_days", "7")]);
    assert_eq!(said(&slip, &["health_insurance_employee"]), ["93.90"]);
    assert_eq!(said(&slip, &["pension_insurance_employee"]), ["174.68"]);
}

/// Nothing of what contributions rest on is guessed: the days are those of the pay period, and the fund's rate has to be given.
#[test]
fn a_pay_period_is_insured_for_all_its_days() {
    for (period, days, wage, pension) in [
        ("year", "360", "60000", "5580.00"), // 9.3 % of all of it
        ("month", "30", "5000", "465.00"),
        ("week", "7", "3000", "183.37"), // of 7 of 360 days of 101,400
        ("day", "1", "100", "9.30"),
    ] {
        let slip = monthly(&IN_2026, &[("pay_period", period), ("wage", wage)]);
        assert_eq!(said(&slip, &["pension_insurance_employee"]), [pension], "{period}");
        let given = [("pay_period", period), ("wage", wage), ("insured_days", days)];
        assert_eq!(monthly(&IN_2026, &given).net().unwrap(), slip.net().unwrap());
    }
    let case = IN_2026.case("Ada").with("pay_period", "month").with("tax_class", "I");
    let error = IN_2026.run(&case.with("wage", "5000")).unwrap_err().to_string();
    assert!(error.contains("fund_rate"), "{error}");
}

const BRANCHES: &[&str] = &[
    "health_insurance",
    "health_additional",
    "care_insurance",
    "pension_insurance",
    "unemployment_insurance",
];

fn parts(slip: &Slip<'_>, of: &str) -> Vec<String> {
    let names: Vec<String> = BRANCHES.iter().map(|branch| format!("{branch}_{of}")).collect();
    said(slip, &names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The Minijob-Zentrale's example of 521 euros from October 2022 on: limits 520 and 1,600, factor 0.7009, care 3.05 %, unemployment 2.4 %,
/// an additional rate of 1.3 %. Each branch for the employee and the employer.
#[test]
fn a_midijob_pays_as_the_minijob_zentrale_worked_it_out() {
    let program = with_figures(&[
        ("minor_limit", "520"),
        ("transition_end", "1600"),
        ("transition_factor", "0.7009"),
        ("care_employee", "1.525%"),
        ("care_employer", "1.525%"),
        ("unemployment_half", "1.2%"),
    ]);
    let slip =
        monthly(&program, &[("wage", "521"), ("employment", "midijob"), ("fund_rate", "1.3%")]);
    assert_eq!(said(&slip, &["midijob_pay", "midijob_employee_pay"]), ["365.61", "1.48"]);
    assert_eq!(parts(&slip, "employee"), ["0.11", "0.01", "0.02", "0.14", "0.02"]);
    assert_eq!(parts(&slip, "employer"), ["53.27", "4.75", "11.14", "67.86", "8.76"]);
}

/// What is published of both years as a shortened formula: 1.127718283 x AE - 255.4365651 and 1.385041551 x AE - 770.0831025 (2025),
/// 1.145937223 x AE - 291.8744452 and 1.431639227 x AE - 863.2784538 (2026).
#[test]
fn the_transition_range_follows_the_published_formulas() {
    let shortened = [
        (&*IN_2025, [1.127_718_283, 255.436_565_1], [1.385_041_551, 770.083_102_5], 556),
        (&*IN_2026, [1.145_937_223, 291.874_445_2], [1.431_639_227, 863.278_453_8], 603),
    ];
    for (program, whole, own, limit) in shortened {
        for wage in (limit + 1..=2_000).step_by(13) {
            let slip = monthly(program, &[("wage", &wage.to_string()), ("employment", "midijob")]);
            for (name, [factor, less]) in [("midijob_pay", whole), ("midijob_employee_pay", own)] {
                let ours: f64 = slip.amount(name).unwrap().to_string().parse().unwrap();
                let published = factor * f64::from(wage) - less;
                assert!(
                    (ours - published).abs() < 0.005_01,
                    "{name} of {wage}: {ours}, published {published}"
                );
            }
        }
    }
}

/// Who earns 2,000 pays as everybody does; who earns a cent above the limit, nothing of it, and the employer 28 %, as of a minijob.
#[test]
fn the_transition_range_joins_what_lies_beside_it() {
    let above = [("wage", "2000"), ("fund_rate", "2.9%")];
    let regular = monthly(&IN_2026, &above);
    let midijob = monthly(&IN_2026, &[above[0], above[1], ("employment", "midijob")]);
    assert_eq!(
        (parts(&regular, "employee"), parts(&regular, "employer")),
        (parts(&midijob, "employee"), parts(&midijob, "employer"))
    );
    let lowest =
        monthly(&IN_2026, &[("wage", "603.01"), ("fund_rate", "2.9%"), ("employment", "midijob")]);
    assert_eq!(parts(&lowest, "employee"), ["0.00"; 5]);
    let employer: Decimal =
        parts(&lowest, "employer").iter().map(|part| part.parse::<Decimal>().unwrap()).sum();
    assert!((employer - Decimal::new(16_884, 2)).abs() <= Decimal::new(5, 2), "{employer}");
}

/// informationsportal.de on 2025: 5,000 a month and 6,000 in April leave 2,050 of it, of a ceiling of 22,050 up to then.
#[test]
fn other_pay_is_held_against_the_ceiling_of_the_year_so_far() {
    let before = [
        ("insured_days_to_date", "90"),
        ("health_pay_to_date", "15000"),
        ("pension_pay_to_date", "15000"),
    ];
    let april = [
        &before[..],
        &[("wage", "5000"), ("bonus", "6000"), ("pay_month", "4"), ("employed_last_year", "true")],
    ]
    .concat();
    let slip = monthly(&IN_2025, &april);
    assert_eq!(said(&slip, &["health_bonus", "pension_bonus"]), ["2050.00", "6000.00"]);
    assert_eq!(
        said(&slip, &["health_insurance_employee", "pension_insurance_employee"]),
        ["514.65", "1023.00"]
    );
    assert_eq!(
        said(&slip, &["health_pay_to_date", "insured_days_to_date"]),
        ["22050.00", "120.00"]
    );
}

/// personal-experts.com on March 2024, with a ceiling of 5,175 a month: 4,250 a month and 3,000 in March are more than the 2,775 that are left,
/// so that the 3,000 belong to December. With 2,775 they would not.
#[test]
fn what_is_paid_up_to_march_may_belong_to_the_year_before() {
    let program = with_figures(&[("health_ceiling_year", "62100")]);
    let before = [
        ("insured_days_to_date", "60"),
        ("health_pay_to_date", "8500"),
        ("pension_pay_to_date", "8500"),
    ];
    let march = |bonus, month, employed| {
        let said = [
            ("wage", "4250"),
            ("bonus", bonus),
            ("pay_month", month),
            ("employed_last_year", employed),
        ];
        monthly(&program, &[&before[..], &said].concat())
    };
    let moved = march("3000", "3", "true");
    assert_eq!(
        said(&moved, &["health_room", "of_last_year", "health_bonus", "pension_bonus"]),
        ["2775.00", "1.00", "0.00", "0.00"]
    );
    for stays in
        [march("2775", "3", "true"), march("3000", "4", "true"), march("3000", "3", "false")]
    {
        assert_eq!(said(&stays, &["of_last_year", "health_bonus"]), ["0.00", "2775.00"]);
    }
}

/// Examples of personal-experts.com and others: 150 and 125 euros a month at 18.6 %. And what the Minijob-Zentrale lists of 2025: 13 %, 15 %,
/// 2 %, 1.1 %, 0.22 %, 0.15 %.
#[test]
fn a_minijob_pays_flat_and_on_175_euros_at_least() {
    for (wage, employer, employee) in
        [("150", "22.50", "10.05"), ("125", "18.75", "13.80"), ("556", "83.40", "20.02")]
    {
        let slip = monthly(&IN_2025, &[("wage", wage), ("employment", "minijob")]);
        assert_eq!(
            said(&slip, &["minijob_pension_employer", "minijob_pension_employee"]),
            [employer, employee],
            "{wage}"
        );
    }
    let minijob =
        [("wage", "556"), ("employment", "minijob"), ("u1_rate", "1.1%"), ("u2_rate", "0.22%")];
    let slip = monthly(&IN_2025, &minijob);
    let names = [
        "minijob_health",
        "minijob_tax",
        "levy_illness",
        "levy_maternity",
        "levy_insolvency",
        "income_tax",
    ];
    assert_eq!(said(&slip, &names), ["72.28", "11.12", "6.12", "1.22", "0.83", "0.00"]);
    assert_eq!(parts(&slip, "employee"), ["0.00"; 5]);
    let exempt = monthly(&IN_2025, &[&minijob[..], &[("pension_insured", "false")]].concat());
    assert_eq!(exempt.net().unwrap(), Decimal::from(556));
}

/// The most that is paid in 2026, as published of the employer's part for the privately insured, which is the same: 508.59 and 104.63.
#[test]
fn nobody_pays_on_more_than_the_ceiling() {
    let slip = monthly(&IN_2026, &[("wage", "9000"), ("fund_rate", "2.9%")]);
    assert_eq!(parts(&slip, "employer"), ["424.31", "84.28", "104.63", "785.85", "109.85"]);
    let half =
        monthly(&IN_2026, &[("wage", "9000"), ("fund_rate", "2.9%"), ("insured_days", "15")]);
    assert_eq!(said(&half, &["health_wage", "pension_wage"]), ["2906.25", "4225.00"]);
}

/// § 55 Abs. 3 and § 58 Abs. 3 SGB XI: 2.4 % without children, 1.8 % with one, 0.25 less for each more; in Saxony half a point more, and the
/// employer half a point less.
#[test]
fn care_depends_on_children_and_on_saxony() {
    let of = |said_of: &[(&str, &str)]| {
        let slip = monthly(&IN_2026, &[&[("wage", "4000")], said_of].concat());
        said(&slip, &["care_insurance_employee", "care_insurance_employer"]).join(" ")
    };
    assert_eq!(of(&[("care_childless", "true")]), "96.00 72.00");
    assert_eq!(of(&[]), "72.00 72.00");
    assert_eq!(of(&[("care_discounts", "1")]), "62.00 72.00");
    assert_eq!(of(&[("care_discounts", "4")]), "32.00 72.00");
    assert_eq!(of(&[("care_saxony", "true"), ("care_childless", "true")]), "116.00 52.00");
}

/// Of a midijob the surcharge is on what the whole contribution is on, the discounts on what the employee's part is on (heimat-krankenkasse.de,
/// 4/2023); the employer pays the same either way.
#[test]
fn care_of_a_midijob_has_two_bases() {
    let of = |said_of: &[(&str, &str)]| {
        let slip =
            monthly(&IN_2026, &[&[("wage", "1200"), ("employment", "midijob")], said_of].concat());
        said(&slip, &["care_insurance_employee", "care_insurance_employer"]).join(" ")
    };
    assert_eq!(of(&[]), "15.38 23.62");
    assert_eq!(of(&[("care_childless", "true")]), "21.88 23.62");
    assert_eq!(of(&[("care_discounts", "2")]), "11.11 23.62");
}

#[test]
fn an_apprentice_of_low_pay_pays_nothing() {
    let slip = monthly(
        &IN_2026,
        &[
            ("wage", "325"),
            ("employment", "low_paid_apprentice"),
            ("fund_rate", "4%"),
            ("care_childless", "true"),
        ],
    );
    assert_eq!(slip.net().unwrap(), Decimal::from(325));
    // All of it, at the average additional rate (§ 242 Abs. 3 SGB V).
    assert_eq!(parts(&slip, "employer"), ["47.46", "9.42", "13.65", "60.46", "8.46"]);
}

#[test]
fn what_these_rules_leave_out_is_refused_by_name() {
    let unknown = by_pap_names(IN_2026.case("Ada"), &[("ENTSCH", Decimal::ONE)]).unwrap();
    assert_eq!(IN_2026.run(&unknown).unwrap_err().code(), "payroll.unknown_input");
    for (name, value) in [("STKL", 7), ("LZZ", 0), ("RE4", -1)] {
        let wrong = by_pap_names(IN_2026.case("Ada"), &[(name, Decimal::from(value))]).unwrap();
        assert!(IN_2026.run(&wrong).is_err(), "{name} {value}");
    }
}

#[test]
fn a_year_without_figures_is_refused() {
    for day in ["2024-12-31", "2027-01-01"] {
        assert_eq!(
            germany().unwrap().on(day.parse().unwrap()).unwrap_err().code(),
            "payroll.no_version",
            "{day}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// More pay is never less contribution, both parts are the whole one, and what is withheld is never more than what is earned.
    #[test]
    fn contributions_add_up_and_rise_with_pay(cents in 60_301i64..1_200_000, more in 0i64..50_000, childless: bool, midijob: bool) {
        let cents = if midijob { 60_301 + cents % 139_000 } else { cents };
        let more = if midijob { more.min(200_000 - cents) } else { more };
        let of = |cents: i64| {
            let kind = if midijob { "midijob" } else { "regular" };
            let said = [("wage", Decimal::new(cents, 2).to_string()), ("employment", kind.to_owned()), ("care_childless", childless.to_string())];
            let said: Vec<(&str, &str)> = said.iter().map(|(name, value)| (*name, value.as_str())).collect();
            monthly(&IN_2026, &[&said[..], &[("fund_rate", "2.9%")]].concat())
        };
        let (less, more) = (of(cents), of(cents + more));
        for branch in BRANCHES {
            let (employee, employer) = (format!("{branch}_employee"), format!("{branch}_employer"));
            prop_assert!(less.amount(&employee).unwrap() <= more.amount(&employee).unwrap(), "{employee}");
            prop_assert!(less.amount(&employer).unwrap() >= Decimal::ZERO, "{employer}");
            if *branch != "care_insurance" {
                let whole = less.amount(&format!("{branch}_whole")).unwrap();
                prop_assert_eq!(less.amount(&employee).unwrap() + less.amount(&employer).unwrap(), whole);
            }
        }
        prop_assert!(less.net().unwrap() > Decimal::ZERO);
    }
}

#[cfg(feature = "pap")]
mod beside_the_program {
    use super::*;
    use crate::pap::{Pap, shipped};

    const PAIRS: &[(&str, &str)] = &[
        ("LSTLZZ", "income_tax"),
        ("SOLZLZZ", "solidarity_surcharge"),
        ("BK", "church_base"),
        ("STS", "bonus_tax"),
        ("SOLZS", "bonus_surcharge"),
        ("BKS", "bonus_church_base"),
    ];

    static PAPS: LazyLock<[Pap; 2]> = LazyLock::new(|| {
        [shipped::LOHNSTEUER_2025, shipped::LOHNSTEUER_2026].map(|file| Pap::read(file).unwrap())
    });

    /// One of these, mostly zero: an amount that only some employees have.
    fn rare(most: i64) -> impl Strategy<Value = i64> {
        prop_oneof![3 => Just(0), 1 => 0..most]
    }

    prop_compose! {
        fn card()(period in 1i64..=4, class in 1i64..=6, fund in 0i64..=450, kids in 0i64..=8, factor in 1i64..=1000, with_factor: bool,
            church in 0i64..=1, age in rare(2), year in 2003i64..2030, flags in 0i64..32, care in 0i64..=4, health in 0i64..=2)
            -> Vec<(&'static str, Decimal)> {
            let whole = |name, value| (name, Decimal::from(value));
            vec![
                whole("LZZ", period), whole("STKL", class), ("KVZ", Decimal::new(fund, 2)), ("ZKF", Decimal::new(kids * 5, 1)),
                whole("af", i64::from(with_factor)), ("f", Decimal::new(factor, 3)), whole("R", church), whole("ALTER1", age),
                whole("AJAHR", year), whole("KRV", flags & 1), whole("PVS", flags >> 1 & 1), whole("PVZ", flags >> 2 & 1),
                whole("PVA", care), whole("PKV", if flags & 24 == 24 { health } else { 0 }),
            ]
        }
    }

    prop_compose! {
        fn pay()(wage in 0i64..4_000_000, bonus in rare(3_000_000), expected in 0i64..20_000_000, premium in 0i64..90_000,
            allowance in rare(300_000), addition in rare(300_000), yearly in rare(900_000), compensation in rare(200_000),
            pension in rare(400_000), first in 0i64..400_000, special in rare(100_000), since in 2003i64..2030, months in 0i64..=12, death in rare(500_000))
            -> Vec<(&'static str, Decimal)> {
            [("RE4", wage), ("SONSTB", bonus), ("JRE4", expected), ("PKPV", premium), ("LZZFREIB", allowance), ("LZZHINZU", addition),
                ("JFREIB", yearly), ("JHINZU", addition), ("JRE4ENT", compensation), ("SONSTENT", compensation.min(bonus)),
                ("VBEZ", pension.min(wage)), ("VBEZM", first), ("VBEZS", special), ("JVBEZ", pension.min(expected)),
                ("VBS", pension.min(bonus)), ("VJAHR", since), ("ZMVB", months), ("STERBE", death.min(bonus))]
                .map(|(name, value)| (name, Decimal::from(value))).to_vec()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(160))]

        #[test]
        fn the_tax_is_that_of_the_ministrys_program_to_the_cent(next_year: bool, card in card(), pay in pay(), uninsured: bool, subsidy in 0i64..50_000) {
            let (pap, program) = (&PAPS[usize::from(next_year)], if next_year { &*IN_2026 } else { &*IN_2025 });
            let mut inputs = [card, pay].concat();
            if next_year {
                inputs.extend([("ALV", Decimal::from(i64::from(uninsured))), ("PKPVAGZ", Decimal::from(subsidy))]);
            }
            let mut case = pap.case();
            for (name, value) in &inputs {
                case.set(name, *value).unwrap();
            }
            let outcome = case.rest_zero().run().unwrap();
            let slip = program.run(&by_pap_names(program.case("Ada"), &inputs).unwrap()).unwrap();
            for (theirs, ours) in PAIRS {
                let cents = slip.amount(ours).unwrap() * Decimal::ONE_HUNDRED;
                prop_assert_eq!(outcome.get(theirs).unwrap(), cents.normalize(), "{} of {:?}", theirs, inputs);
            }
        }
    }
}

/// The ministry's own program, with shares that are not taxed yet (§ 19a EStG): they raise the allowance for contributions, so that the tax
/// of the year falls, and that of the current wage with it.
#[cfg(feature = "pap")]
#[test]
fn untaxed_shares_lower_tax_as_the_ministry_has_it() {
    use crate::pap::{Pap, shipped};
    let pap = Pap::read(shipped::LOHNSTEUER_2026).unwrap();
    let mut lowered = 0;
    for row in 0_i64..360 {
        let wage = 150_000 + row.wrapping_mul(7_919) % 700_000;
        let inputs: Vec<(&str, Decimal)> = [
            ("LZZ", 2),
            ("STKL", 1 + row % 6),
            ("RE4", wage),
            ("JRE4", wage * 12),
            ("SONSTB", row % 3 * 20_000),
            ("MBV", row % 5 * 70_000),
            ("R", row % 2),
            ("PKV", i64::from(row % 7 == 0)),
            ("ZKF", row % 4),
            ("PVZ", i64::from(row % 4 == 0)),
        ]
        .map(|(name, value)| (name, Decimal::from(value)))
        .into();
        let inputs = [inputs, vec![("KVZ", Decimal::new(29, 1))]].concat();
        let mut case = pap.case();
        for (name, value) in &inputs {
            case.set(name, *value).unwrap();
        }
        let theirs = case.rest_zero().run().unwrap();
        let slip = IN_2026.run(&by_pap_names(IN_2026.case("Ada"), &inputs).unwrap()).unwrap();
        for (name, ours) in [
            ("LSTLZZ", "income_tax"),
            ("SOLZLZZ", "solidarity_surcharge"),
            ("BK", "church_base"),
            ("STS", "bonus_tax"),
            ("SOLZS", "bonus_surcharge"),
            ("BKS", "bonus_church_base"),
        ] {
            let cents = slip.amount(ours).unwrap() * Decimal::ONE_HUNDRED;
            assert_eq!(cents, theirs.get(name).unwrap(), "{row}: {name} of {inputs:?}");
        }
        lowered += i32::from(!slip.amount("shares_relief").unwrap().is_zero());
    }
    assert!(lowered > 100, "{lowered} are lowered");
}
