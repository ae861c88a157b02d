//! Templates: what their formulas come to, and what is told where one is wrong.

use crate::common::*;
use fondaco_accounting::close::*;
use fondaco_core::Currency;
use proptest::prelude::*;

fn template(debit: &str, credit: &str) -> Result<EntryTemplate, CloseError> {
    EntryTemplate::new("GEN", Currency::EUR).debit("1000", debit)?.credit("4000", credit)
}

#[test]
fn formulas_come_to_exact_amounts() {
    for (formula, value) in [
        ("net", "100"),
        ("net * 0.19", "19"),
        ("-net + 2 * net", "100"),
        ("(net + 1) / 4 rounded half up", "25.25"),
        ("net / 3 rounded down", "33.33"),
        ("net / 3 rounded up", "33.34"),
        ("net / 3 * 3", "100"),
        ("net / 8 rounded half even", "12.5"),
        ("0.125 rounded half up to 2", "0.13"),
        ("0.125 rounded half even", "0.12"),
        ("0.125 rounded half down", "0.12"),
        ("1000 / 7 rounded half up to 0", "143"),
    ] {
        let entry = template(formula, formula).unwrap();
        let inputs = [("net", dec("100"))];
        let inputs = if formula.contains("net") { &inputs[..] } else { &[] };
        let entry = entry.entry(d("2026-01-01"), inputs).unwrap();
        assert_eq!(entry.postings[0].amount, eur(value), "{formula}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (formula, said) in [
        ("", "place 1: a number, an input or a bracket is expected at the end"),
        ("net *", "place 6: a number, an input or a bracket is expected at the end"),
        ("net ! 2", "place 5: here nothing more is expected"),
        ("(net", "place 5: a bracket is not closed"),
        ("1.2.3", "place 6: this is no number"),
        ("né * 2 rounded", "place 15: a rule is expected: half up, half down, half even, up, down"),
        ("net * 0.12345678901234567890123456789012", "place 41: this is no number"),
        ("net rounded half up to 99", "place 26: a number of digits up to 12 is expected"),
        ("rounded up", "place 8: an amount is expected before this word"),
    ] {
        let error = formula.parse::<AmountFormula>().unwrap_err();
        assert_eq!(error.to_string(), format!("formula {formula:?}, {said}"));
        assert_eq!(error.code(), "accounting.bad_formula");
    }
    // Long ones are refused before anything that walks them could go too deep.
    let most = format!("{}1", "1+".repeat(255)).parse::<AmountFormula>().unwrap();
    assert_eq!(most.clone(), most);
    for (start, more) in [("1", "+1"), ("1", " * net"), ("1", " rounded up"), ("1", "-(1+1)")] {
        let long = format!("{start}{}", more.repeat(1_000_000));
        let Err(CloseError::BadFormula { place, why, .. }) = long.parse::<AmountFormula>() else {
            panic!("a million of {more:?} is no formula")
        };
        assert_eq!(why, "it has more than 256 terms: make two of it");
        assert!((256..4000).contains(&place), "{more:?} at {place}");
    }
    let deep = "(".repeat(100);
    assert!(deep.parse::<AmountFormula>().is_err());
    assert!("-".repeat(100).parse::<AmountFormula>().is_err());
    let entry = |template: EntryTemplate, inputs: &[(&str, rust_decimal::Decimal)]| {
        template.entry(d("2026-01-01"), inputs).unwrap_err()
    };
    let net = [("net", dec("1"))];
    let told = entry(template("net / 3", "net / 3").unwrap(), &net);
    assert!(told.to_string().contains("it has more digits than its currency"), "{told}");
    let zero = entry(template("1 / (net - 1)", "net").unwrap(), &net);
    assert!(zero.to_string().contains("it divides by zero"), "{zero}");
    let unbalanced = entry(template("net", "net * 2").unwrap(), &net);
    assert_eq!(
        unbalanced.to_string(),
        "the template's debits and credits differ by -1.00 EUR: mend its formulas"
    );
    let other = entry(template("net", "net").unwrap(), &[("gross", dec("1"))]);
    assert_eq!(other.code(), "accounting.template_input");
}

#[test]
fn a_template_is_data_and_what_is_negative_changes_sides() {
    let sale = template("net", "net").unwrap().text("sale");
    let json = serde_json::to_string(&sale).unwrap();
    assert_eq!(serde_json::from_str::<EntryTemplate>(&json).unwrap(), sale);
    let wrong = json.replace("\"net\"", "\"net +\"");
    assert!(serde_json::from_str::<EntryTemplate>(&wrong).is_err());
    let firm = in_memory().set_up();
    let back = sale.entry(d("2026-01-05"), &[("net", dec("-5"))]).unwrap();
    firm.post("back", back);
    assert_eq!(firm.sum(&fondaco_accounting::ledger::BalanceQuery::account("1000")), "-5");
}

proptest! {
    /// Whatever is typed, it is a formula or an error, and never anything else.
    #[test]
    fn anything_is_a_formula_or_an_error(text in "[a-z0-9 .+*/()-]{0,40}|.{0,20}") {
        if let Ok(formula) = text.parse::<AmountFormula>() {
            prop_assert_eq!(formula.to_string(), text);
        }
    }
}
