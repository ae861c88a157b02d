//! Templates: what their formulas come to, and what is told where one is wrong.

use crate::common::*;
use fondaco_accounting::close::*;
use fondaco_accounting::ledger::*;
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
        // Rounded is all before it in its bracket; more may be added.
        ("net / 3 rounded half up + 0.01", "33.34"),
        ("net / 3 + net / 3 rounded half up", "66.67"),
        ("(net / 3 rounded half up) + (net / 3 rounded half up)", "66.66"),
        ("net / 3 rounded half up + net / 3 rounded half up", "66.66"),
        ("(net / 3 rounded down) * 2", "66.66"),
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
        (
            "net rounded up * 2",
            "place 16: put what is rounded in brackets, to multiply or divide it",
        ),
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
    assert_eq!(firm.sum(&BalanceQuery::account("1000")), "-5");
}

fn sale_at(rate: &str) -> EntryTemplate {
    let tax = format!("net * {rate} rounded half up");
    let template = EntryTemplate::new("GEN", Currency::EUR).text("A sale");
    let template = template.debit("1000", &format!("net + {tax}")).unwrap();
    let template = template.credit("4000", "net").unwrap().dimension("site", "Lido");
    template.credit("2000", &tax).unwrap()
}

#[test]
fn a_template_is_stored_changed_and_withdrawn_under_its_code() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("store", &StoreTemplate::new("sale", sale_at("0.19")));
        let post = |net: &str| PostTemplate::new("sale", d("2026-01-05")).input("net", dec(net));
        let first = firm.must("first", &post("10")).id;
        firm.must("the rate is another", &StoreTemplate::new("sale", sale_at("0.2")));
        let second = post("10").source("invoice/7").text("Invoice 7").due_date(d("2026-02-05"));
        let second = firm.must("second", &second).id;
        let whole = |id| firm.view(|view| entry(view, id)).unwrap();
        let (first, second) = (whole(first), whole(second));
        assert_eq!(first.entry.source.as_deref(), Some("template/sale/1"));
        assert_eq!(first.entry.text.as_deref(), Some("A sale"));
        assert_eq!(first.postings[1].dimensions.get("site"), Some("Lido"));
        let paid = |of: &WholeEntry| of.postings[0].money();
        assert_eq!((paid(&first), paid(&second)), (eur("11.90"), eur("12.00")));
        assert_eq!(second.entry.source.as_deref(), Some("invoice/7"));
        assert_eq!(second.entry.due_date, Some(d("2026-02-05")));
        let draft = firm.view(|view| post("1").entry(view));
        firm.must("as a draft", &PrepareDraft::new(draft));
        firm.must("withdraw", &WithdrawTemplate::new("sale"));
        for (name, refused) in [
            ("no more", firm.send("no more", &post("1")).map(|_| ())),
            ("twice", firm.send("twice", &WithdrawTemplate::new("sale")).map(|_| ())),
        ] {
            assert_eq!(refused.unwrap_err().code(), "accounting.unknown_template", "{name}");
        }
        firm.must("again", &StoreTemplate::new("sale", sale_at("0.19")));
        let stored = firm.view(|view| templates(view));
        assert_eq!((stored[0].edition, stored[0].withdrawn), (3, false));
        firm.must("third", &post("1"));
        assert_eq!(firm.sum(&BalanceQuery::account("4000")), "-21");
        firm.clean();
    });
}

#[test]
fn a_template_that_could_never_be_posted_is_not_stored() {
    let firm = in_memory().set_up();
    let lines = |debit: &str, credit: &str| {
        let template = EntryTemplate::new("GEN", Currency::EUR);
        template.debit(debit, "net").unwrap().credit(credit, "net").unwrap()
    };
    let alone = EntryTemplate::new("GEN", Currency::EUR).debit("1000", "net").unwrap();
    for (n, (code, template, refused)) in [
        ("", lines("1000", "4000"), "bad_code"),
        ("x", alone, "too_few_postings"),
        ("x", lines("9999", "4000"), "unknown_account"),
        ("x", lines("1", "4000"), "heading"),
        ("x", lines("1010", "4000"), "wrong_currency"),
        ("x", lines("1000", "4000").dimension("", "Lido"), "bad_input"),
        ("x", EntryTemplate { journal: "XXX".into(), ..lines("1000", "4000") }, "unknown_journal"),
    ]
    .into_iter()
    .enumerate()
    {
        let told = firm.refused(&n.to_string(), &StoreTemplate::new(code, template));
        assert_eq!(told.code(), format!("accounting.{refused}"), "{n}: {told}");
    }
    firm.must("store", &StoreTemplate::new("sale", lines("1000", "4000")));
    let post = || PostTemplate::new("sale", d("2026-01-05"));
    let net = || post().input("net", dec("1"));
    for (n, (post, said)) in [
        (post(), "input net of the template: give it a value"),
        (
            net().input("gross", dec("1")),
            "input gross of the template: no formula names it: correct the name",
        ),
        (
            net().input("net", dec("2")),
            "input net of the template: it is given twice: give it once",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let told = firm.refused(&format!("post {n}"), &post);
        assert_eq!(told.code(), "accounting.template_input");
        assert_eq!(told.to_string(), said);
    }
    assert_eq!(firm.entries().len(), 0);
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
