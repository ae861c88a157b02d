//! What the cases of URSSAF's model and openfisca in `tests/oracles/payroll` don't ask: figures of the same model for other inputs, and how
//! months of a year go together.

use rust_decimal::Decimal;

use super::*;
use crate::{Case, Program};

fn program(day: &str) -> Program {
    france().unwrap().on(day.parse().unwrap()).unwrap()
}

/// July 2026 as it was known before the decree of 12 June, which URSSAF's model 11.1.0 does not have.
fn as_the_model_knows() -> Program {
    let (day, known) = ("2026-07-01".parse().unwrap(), "2026-06-01T00:00:00Z".parse().unwrap());
    france().unwrap().known_at(day, known).unwrap()
}

fn usual<'p>(program: &'p Program, salary: &str) -> Case<'p> {
    let case = program.case("Ada").with("salary", salary).with("headcount", 15);
    case.with("accident_rate", "2.08%")
}

fn amount(program: &Program, case: &Case<'_>, name: &str) -> Decimal {
    program.run(case).unwrap().amount(name).unwrap()
}

/// Each figure of the model to 2 cents: employer's and employee's contributions, general reduction, CSG and CRDS, taxable and net pay.
fn agree(case: &Case<'_>, program: &Program, figures: [&str; 6]) {
    let slip = program.run(case).unwrap();
    let csg = ["csg_deductible", "csg_taxed", "csg_overtime", "crds"];
    let csg: Decimal = csg.iter().map(|name| slip.amount(name).unwrap()).sum();
    let ours = [
        slip.amount("employer_contributions").unwrap(),
        slip.amount("all_contributions").unwrap(),
        -slip.amount("general_reduction").unwrap(),
        csg,
        slip.amount("taxable_net").unwrap(),
        slip.amount("net_before_tax").unwrap(),
    ];
    for (ours, theirs) in ours.iter().zip(figures) {
        let theirs: Decimal = theirs.parse().unwrap();
        assert!((ours - theirs).abs() <= Decimal::new(2, 2), "{ours}, and the model has {theirs}");
    }
}

#[test]
fn overtime_is_relieved_of_contributions_and_of_tax() {
    let program = as_the_model_knows();
    let case = usual(&program, "3000").with("overtime_pay", "247.25").with("overtime_hours", 10);
    // The model takes whole euros of overtime from taxable pay: 247, and so has 2,460.51.
    let net = ["648.77", "333.17", "309.47", "2460.26", "2598.48"];
    let with = |employer| [employer, net[0], net[1], net[2], net[3], net[4]];
    agree(&case, &program, with("1059.39"));
    agree(&case.with("headcount", 25), &program, with("1069.39"));
}

#[test]
fn part_of_a_month_has_its_part_of_ceiling_and_minimum_wage() {
    let program = as_the_model_knows();
    let case = usual(&program, "2000").with("working_share", "80%");
    agree(&case, &program, ["499.12", "416.81", "367.80", "190.61", "1640.18", "1583.20"]);
}

#[test]
fn the_local_scheme_of_alsace_moselle_has_its_own_rates() {
    let program = as_the_model_knows();
    let case = usual(&program, "3000").with("alsace_moselle", true);
    agree(&case, &program, ["970.38", "664.21", "322.80", "285.91", "2421.27", "2335.79"]);
}

#[test]
fn fixed_terms_pay_for_training_accounts() {
    let program = as_the_model_knows();
    let case = usual(&program, "3300").with("fixed_term", true);
    agree(&case, &program, ["1200.08", "687.73", "263.34", "314.50", "2706.30", "2612.27"]);
}

/// The model's taxable pay takes the death cover in; the law (CGI, art. 83, 1° quater) does so with health covers alone, and counts the
/// employer's death cover against what is free: 60.08 more that is no pay, and as much more above the limit.
#[test]
fn covers_above_what_is_free_are_contributed_on() {
    let program = as_the_model_knows();
    let case = usual(&program, "5000").with("executive", true).with("death_cover_rate", "1.5%");
    let case = case.with("health_cover", "600").with("employer_health_cover", "600");
    agree(&case, &program, ["2931.47", "1737.86", "110.10", "540.54", "4383.57", "3262.14"]);
}

#[test]
fn a_later_decree_holds_from_when_it_is_known() {
    let now = program("2026-07-01");
    let raised =
        amount(&as_the_model_knows(), &usual(&as_the_model_knows(), "2250"), "general_reduction");
    let kept = amount(&now, &usual(&now, "2250"), "general_reduction");
    assert_eq!((raised.to_string(), kept.to_string()), ("-552.83".into(), "-518.4".into()));
}

/// CSS D. 241-7: 1.6 SMIC and the rate T, of 2024 and from May 2025 on, where a month has 151 2/3 hours; openfisca, which has 151.67, gives
/// 0.2812 in place of 0.2811, and the same in 2025.
#[test]
fn the_reduction_before_2026_falls_to_nothing_at_1_6_minimum_wages() {
    let reduction = |day: &str, salary: &str| {
        let program = program(day);
        amount(&program, &usual(&program, salary), "general_reduction").to_string()
    };
    assert_eq!(reduction("2024-06-30", "1850"), "-520.04");
    assert_eq!(reduction("2025-06-30", "1850"), "-549.64");
    assert_eq!(reduction("2025-06-30", "2882.95"), "0");
    assert_eq!(reduction("2025-06-30", "1000"), "-319.3");
}

/// The reduced rates hold at their ceilings and not above: 2.25 and 3.3 times 1,801.80.
#[test]
fn the_reduced_rates_end_at_their_ceilings() {
    let program = program("2025-06-30");
    let relief =
        |salary: &str, name: &str| amount(&program, &usual(&program, salary), name).to_string();
    assert_eq!(relief("4054.05", "health_relief"), "-243.24");
    assert_eq!(relief("4054.06", "health_relief"), "0");
    assert_eq!(relief("5945.94", "family_relief"), "-107.03");
    assert_eq!(relief("5945.95", "family_relief"), "0");
}

/// A bonus above the ceiling in one month is below it in the year: at the end all is as of the year's sums.
#[test]
fn months_of_a_year_come_to_what_the_year_does() {
    let program = program("2026-07-01");
    let sums: Vec<String> =
        program.outputs().filter(|name| name.ends_with("_to_date")).map(Into::into).collect();
    assert!(sums.len() >= 10, "{sums:?}");
    let mut to_date: Vec<(String, Decimal)> = Vec::new();
    let (mut agirc, mut cet) = (Decimal::ZERO, Decimal::ZERO);
    for salary in [
        "3500", "3500", "9000", "3500", "3500", "3500", "3500", "3500", "3500", "3500", "3500",
        "3500",
    ] {
        let mut case = usual(&program, salary);
        for (name, sum) in &to_date {
            case = case.with(name, *sum);
        }
        let slip = program.run(&case).unwrap();
        agirc += slip.amount("agirc").unwrap();
        cet += slip.amount("cet").unwrap();
        to_date = sums.iter().map(|name| (name.clone(), slip.amount(name).unwrap())).collect();
    }
    // 47,500 are below the year's 48,060: all in the first band, and no CET.
    assert!((agirc - Decimal::new(149_625, 2)).abs() <= Decimal::new(6, 2), "{agirc}");
    assert_eq!(cet, Decimal::ZERO);
    let reduction = to_date.iter().find(|(name, _)| name == "general_reduction_to_date").unwrap().1;
    // (3 x 21,876.40 / 47,500 - 1) / 2 = 0.190830, to the power of 1.75 is 0.0551, times 0.3781, and 0.02.
    assert_eq!(
        reduction.to_string(),
        (-Decimal::from(47_500) * Decimal::new(408, 4)).normalize().to_string()
    );
}

#[test]
fn tax_is_by_the_grid_where_no_rate_was_sent() {
    let program = program("2026-07-01");
    let tax = |salary: &str, method: &str, rate: &str, territory: &str| {
        let case = usual(&program, salary).with("tax_method", method).with("own_tax_rate", rate);
        let slip = program.run(&case.with("territory", territory)).unwrap();
        let of = |name| slip.amount(name).unwrap().to_string();
        (of("taxable_net"), of("income_tax"))
    };
    assert_eq!(tax("2500", "neutral", "0", "mainland"), ("2050.22".into(), "59.46".into())); // 2.9 %
    assert_eq!(tax("2500", "neutral", "0", "antilles_reunion"), ("2050.22".into(), "26.65".into())); // 1.3 %
    assert_eq!(tax("2500", "neutral", "0", "guyana_mayotte"), ("2050.22".into(), "10.25".into())); // 0.5 %
    assert_eq!(tax("2500", "own", "7.1%", "mainland"), ("2050.22".into(), "145.57".into()));
    assert_eq!(tax("2500", "none", "0", "mainland"), ("2050.22".into(), "0".into()));
    let both = usual(&program, "2500").with("own_tax_rate", "1%");
    assert!(program.run(&both).unwrap_err().to_string().contains("give tax_method own"));
}

#[test]
fn the_net_that_is_wanted_is_found() {
    let program = program("2026-07-01");
    let wanted = Decimal::from(1925);
    let found = program.gross_up(&usual(&program, "0"), "salary", wanted).unwrap();
    let less = usual(&program, &(found.gross - Decimal::new(1, 2)).to_string());
    assert!(found.net >= wanted && program.run(&less).unwrap().net().unwrap() < wanted);
    assert!(found.falls_again_at.is_some(), "the grid takes more from each of its steps on");
}
