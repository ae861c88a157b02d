//! Whatever is given of an employee, within what the files allow or beyond it: there is a slip that explains each of its lines, or a refusal
//! that names the employee. Nothing panics.

use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::*;
use crate::rules::Input;
use crate::{Program, RuleSet};

/// Numbers from a seed, the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % count
    }

    fn of<'v>(&mut self, values: &[&'v str]) -> &'v str {
        let at = self.below(values.len() as u64);
        usize::try_from(at).ok().and_then(|at| values.get(at)).copied().unwrap_or("0")
    }

    fn amount(&mut self) -> String {
        match self.below(8) {
            0 => "0".into(),
            1 => self
                .of(&["0.01", "-1", "99999999999.99", "1000000", "12345678901234567890123456789"])
                .into(),
            _ => Decimal::new(i64::try_from(self.below(1_500_000)).unwrap_or_default(), 2)
                .to_string(),
        }
    }

    fn value(&mut self, set: &RuleSet, input: &Input) -> String {
        let choice = set.file().choices.iter().find(|choice| choice.name == input.of);
        if let Some(choice) = choice {
            let values: Vec<&str> = choice.values.iter().map(SmolStr::as_str).collect();
            return self.of(&values).into();
        }
        let bounds: Vec<&str> = [&input.min, &input.max, &input.default]
            .into_iter()
            .flatten()
            .map(|figure| figure.0.as_str())
            .collect();
        match input.of.as_str() {
            "bool" => self.of(&["true", "false"]).into(),
            "date" => self.of(&["1955-03-01", "1980-02-29", "2007-12-31", "2026-01-01"]).into(),
            "rate" => self.of(&["0", "0.5%", "1.7%", "7%", "9.3%", "100%"]).into(),
            "money" => self.amount(),
            _ if !bounds.is_empty() && self.below(3) == 0 => self.of(&bounds).into(),
            _ => self.below(60).to_string(),
        }
    }
}

fn roll(set: &RuleSet, program: &Program, dice: &mut Dice, refused: &mut Vec<String>) -> bool {
    let mut case = program.case("Ada");
    for input in &set.file().inputs {
        if input.default.is_none() || dice.below(6) == 0 {
            case = case.with(&input.name, dice.value(set, input));
        }
    }
    let slip = match program.run(&case) {
        Ok(slip) => slip,
        Err(error) => {
            refused.push(error.to_string());
            return false;
        }
    };
    for name in ["net", "employer_cost"] {
        assert!(slip.explain(name).is_ok(), "{name} of {case:?}");
    }
    true
}

#[test]
fn whatever_is_given_there_is_a_slip_or_a_refusal_with_its_name() {
    let states = [united_states::CALIFORNIA, united_states::PENNSYLVANIA, united_states::TEXAS];
    for (set, days) in [
        (canada(), vec!["2021-02-01"]),
        (estonia(), vec!["2025-06-30", "2026-06-30"]),
        (france(), vec!["2024-06-30", "2025-03-31", "2025-06-30", "2026-07-31"]),
        (germany(), vec!["2025-06-30", "2026-06-30"]),
        (united_kingdom(), vec!["2025-06-30"]),
        (united_states(), vec!["2025-06-30"]),
        (united_states::with_states(&states), vec!["2026-06-30"]),
    ] {
        let set = set.unwrap();
        for day in days {
            let program = set.on(day.parse().unwrap()).unwrap();
            let (mut dice, mut refused) = (Dice(7), Vec::new());
            let paid = (0..300).filter(|_| roll(&set, &program, &mut dice, &mut refused)).count();
            assert!(
                paid > 25,
                "{} on {day}: {paid} slips, and {:?}",
                set.file().name,
                refused.first()
            );
            let unnamed: Vec<_> = refused.iter().filter(|error| !error.contains("Ada")).collect();
            assert_eq!(unnamed, Vec::<&String>::new());
        }
    }
}
