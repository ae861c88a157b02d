//! Nobody in a batch gets what is another's, whatever is wrong with one of them.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::{file, rules};
use crate::{Batch, Function, RuleSet};

/// The double of a number, and a panic at zero.
struct Careless;

impl Function for Careless {
    fn name(&self) -> &str {
        "careless"
    }

    fn takes(&self) -> Vec<&str> {
        vec!["number"]
    }

    fn gives(&self) -> (&str, u8) {
        ("number", 0)
    }

    fn call(&self, values: &[Decimal]) -> Result<Decimal, String> {
        assert!(!values[0].is_zero(), "a zero of all things");
        Ok(values[0] + values[0])
    }
}

#[test]
fn a_function_that_panics_takes_one_row_with_it_on_any_number_of_threads() {
    let text = file(
        "[[input]]\nname = \"given\"\ntype = \"number\"\n\
         [[rule]]\nname = \"twice\"\nkind = \"value\"\ntype = \"number\"\nformula = \"given\"",
    );
    let mut file = RuleSet::from_toml(&text).unwrap().file().clone();
    file.rules[0].formula = Some("careless(given)".parse().unwrap());
    let rules = RuleSet::with_functions(file, vec![Arc::new(Careless)]).unwrap();
    let program = rules.on("2026-01-01".parse().unwrap()).unwrap();
    let mut batch = Batch::new(&program, ["Ada", "Bob", "Cyd", "Dan"]);
    batch.units("given", vec![0, 1, 2, 3]).unwrap();
    for threads in [1, 2, 5] {
        let done = batch.run_on(threads, &["twice"]).unwrap();
        let amounts: Vec<_> = (0..4).map(|row| done.amount(row, 0)).collect();
        let wanted = [None, Some(2), Some(4), Some(6)].map(|amount| amount.map(Decimal::from));
        assert_eq!(amounts, wanted, "{threads} threads");
        let said: Vec<String> = done.errors.iter().map(|(_, error)| error.to_string()).collect();
        assert_eq!(
            said,
            [
                "employee Ada: twice: careless refuses: it panicked, and has to be mended: a zero of all things"
            ]
        );
    }
}

#[test]
fn a_column_has_one_value_for_each_employee_and_is_given_once() {
    let rules = rules(
        "[[input]]\nname = \"pay\"\ntype = \"money\"\n[[input]]\nname = \"credit\"\ntype = \"money\"\ndefault = 0\n\
         [[rule]]\nname = \"tax\"\nkind = \"tax\"\nformula = \"pay - credit\"",
    );
    let program = rules.on("2026-01-01".parse().unwrap()).unwrap();
    let mut batch = Batch::new(&program, ["Ada", "Bob", "Cyd"]);
    let short = batch.column("credit", ["1", "2"]).unwrap_err();
    assert_eq!(short.code(), "payroll.column_length");
    assert_eq!(
        short.to_string(),
        "column credit has 2 values, and there are 3 employees: give one for each, in their order"
    );
    let long = batch.column("credit", std::iter::repeat("1")).unwrap_err().to_string();
    assert!(long.starts_with("column credit has more than 3 values"), "{long}");
    for units in [vec![1, 2], vec![1, 2, 3, 4]] {
        let error = batch.units("credit", units.clone()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("column credit has {} values", units.len())), "{error}");
    }
    // What was refused is as if it had not been asked.
    assert!(batch.column("pay", ["bad", "2"]).is_err());
    batch.column("pay", ["100", "200", "300"]).unwrap();
    let twice = batch.units("pay", vec![1, 2, 3]).unwrap_err();
    assert_eq!(twice.code(), "payroll.column_twice");
    let done = batch.run(&["tax"]).unwrap();
    assert!(done.errors.is_empty(), "{:?}", done.errors);
    assert_eq!(done.columns, [[10_000, 20_000, 30_000]]);
}
