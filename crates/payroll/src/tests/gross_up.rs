//! From net to gross, against trying every gross.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::rules;
use crate::jurisdictions::{united_kingdom, united_states};
use crate::{GrossUpError, Program};

/// Falls at 300 (all of it at the higher rate) and at 700 (a fixed charge), and is flat for a while above 900.
const JUMPS: &str = r#"
[[input]]
name = "pay"
type = "money"
min = 0
max = 2000
kind = "earning"
[[table]]
name = "slab"
kind = "slab"
of = "money"
versions = [{ from = "2026-01-01", rows = [[0, "10%"], [300, "30%"]] }]
[[rule]]
name = "tax"
kind = "tax"
formula = "round(slab(pay), 2, half_up) + if(pay >= money(700), money(40), 0) + max(0, min(pay, money(950)) - money(900))"
"#;

fn nets(program: &Program) -> Vec<i128> {
    let (pay, net) = (program.input("pay").unwrap(), program.output("net").unwrap());
    let mut runner = program.runner();
    (0..=200_000)
        .map(|cents| {
            runner.set(pay, cents).unwrap();
            runner.run().unwrap();
            runner.units(net)
        })
        .collect()
}

#[test]
fn the_smallest_of_several_is_found_and_the_others_told() {
    let rules = rules(JUMPS);
    let program = rules.on("2026-01-01".parse().unwrap()).unwrap();
    let all = nets(&program);
    let mut tested = 0;
    for wanted in (0..130_000_i64).step_by(617) {
        let first = all.iter().position(|net| *net >= i128::from(wanted));
        let found = program.gross_up(&program.case("Ada"), "pay", Decimal::new(wanted, 2));
        let Some(first) = first else {
            assert!(matches!(found, Err(GrossUpError::NoSuchGross { .. })));
            continue;
        };
        let found = found.unwrap();
        assert_eq!(found.gross, fondaco_core::decimal::from_fixed(first as i64, 2), "{wanted}");
        let end = (first * 4).min(200_000);
        let falls = (first + 1..=end).find(|at| all[*at] < i128::from(wanted));
        let falls = falls.map(|at| fondaco_core::decimal::from_fixed(at as i64, 2));
        assert_eq!(found.falls_again_at, falls, "{wanted}");
        tested += usize::from(falls.is_some());
    }
    assert!(tested > 10, "few of these nets had several solutions: {tested}");
}

#[test]
fn no_gross_gives_more_than_the_most_there_is() {
    let rules = rules(JUMPS);
    let program = rules.on("2026-01-01".parse().unwrap()).unwrap();
    let error = program.gross_up(&program.case("Ada"), "pay", Decimal::from(5000)).unwrap_err();
    assert_eq!(error.code(), "payroll.no_such_gross");
    assert_eq!(error.to_string(), "employee Ada: no pay gives a net of 5000: at 2000 it is 1310");
    let unknown = program.gross_up(&program.case("Ada"), "wage", Decimal::ONE).unwrap_err();
    assert_eq!(unknown.code(), "payroll.unknown_input");
}

#[test]
fn a_gross_between_those_that_are_tried_first_is_found() {
    // Above 1,000 all but 500 is clawed back: the net is 800 at 1,000, 300 above, and falls.
    let rules = rules(
        r#"
[[input]]
name = "bonus"
type = "money"
min = 0
kind = "earning"
[[rule]]
name = "tax"
kind = "tax"
formula = "round(bonus * 20%, 2, half_up) + if(bonus > money(1000), bonus - money(500), 0)"
"#,
    );
    let program = rules.on("2026-01-01".parse().unwrap()).unwrap();
    let case = program.case("Ada");
    let found = program.gross_up(&case, "bonus", Decimal::from(780)).unwrap();
    assert_eq!((found.gross, found.net), (Decimal::from(975), Decimal::from(780)));
    assert_eq!(found.falls_again_at, Some(Decimal::new(100_001, 2)));
    let error = program.gross_up(&case, "bonus", Decimal::from(801)).unwrap_err();
    assert_eq!(error.code(), "payroll.no_such_gross");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What is found gives enough, and a cent less doesn't.
    #[test]
    fn countries_are_grossed_up_to_the_cent(net in 1_i64..3_000_000) {
        let wanted = fondaco_core::decimal::from_fixed(net, 2);
        let cent = Decimal::new(1, 2);
        let us = united_states().unwrap();
        let program = us.on("2026-06-30".parse().unwrap()).unwrap();
        let case = program.case("Ada").with("frequency", "monthly").with("medicare_wages_to_date", "195000");
        let found = program.gross_up(&case, "wages", wanted).unwrap();
        let less = program.run(&case.with("wages", found.gross - cent)).unwrap();
        prop_assert!(found.net >= wanted && less.net().unwrap() < wanted);
        let uk = united_kingdom().unwrap();
        let program = uk.on("2025-06-30".parse().unwrap()).unwrap();
        let case = program.case("Ada").with("frequency", "monthly").with("period", 3).with("code_kind", "allowance");
        let case = case.with("code_number", 1257).with("nation", "scotland").with("pay_to_date", "5000").with("loan_plan", "plan_2");
        let found = program.gross_up(&case, "salary", wanted).unwrap();
        prop_assert!(found.net >= wanted);
        if found.gross > Decimal::ZERO {
            let less = program.run(&case.with("salary", found.gross - cent)).unwrap();
            prop_assert!(less.net().unwrap() < wanted);
        }
    }
}

/// What a search runs again comes to what the whole program comes to, wherever the input decides what else is computed.
#[test]
fn the_steps_between_an_input_and_the_net_are_enough() {
    use crate::jurisdictions::{germany, united_kingdom, united_states};
    type Said<'s> = (crate::RuleSet, &'s str, &'s str, &'s [(&'s str, &'s str)]);
    let cases: [Said<'_>; 3] = [
        (united_states().unwrap(), "2026-06-30", "wages", &[("frequency", "monthly")]),
        (
            united_kingdom().unwrap(),
            "2025-06-30",
            "salary",
            &[
                ("frequency", "monthly"),
                ("period", "3"),
                ("code_kind", "allowance"),
                ("code_number", "1257"),
                ("pension_scheme", "net_pay"),
                ("loan_plan", "plan_2"),
            ],
        ),
        (
            germany().unwrap(),
            "2026-06-30",
            "wage",
            &[
                ("pay_period", "month"),
                ("tax_class", "V"),
                ("fund_rate", "2.9%"),
                ("child_allowances", "1"),
                ("church_rate", "9%"),
            ],
        ),
    ];
    for (rules, day, name, says) in &cases {
        let program = rules.on(day.parse().unwrap()).unwrap();
        let (input, net) = (program.input(name).unwrap(), program.output("net").unwrap());
        let case = says.iter().fold(program.case("Ada").with(name, "0"), |case, (name, value)| {
            case.with(name, *value)
        });
        let (mut part, mut whole) = (program.runner(), program.runner());
        part.take(&case).unwrap();
        part.run().unwrap();
        whole.take(&case).unwrap();
        let slice = program.slice(program.inputs[input.0].reg, program.outputs[net.0].reg);
        assert!(slice.ops.len() < program.ops.len());
        for row in 0..400_i64 {
            let units = row.wrapping_mul(7_919) % 97 * (row + 1) * 31;
            part.again(&slice, input, units).unwrap();
            whole.set(input, units).unwrap();
            whole.run().unwrap();
            assert_eq!(part.units(net), whole.units(net), "{name} {units}");
        }
    }
}
