//! Whatever is cleared, undone and reversed in whatever order: no residue stays on the account, and exchange accounts hold what
//! the clearings that stand realised.

use std::sync::Arc;

use fondaco_testkit::Model;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::common::*;
use crate::firm::*;

#[derive(Debug, Clone)]
enum Step {
    /// Cents, and their worth in hundredths of the rate; dollars or pounds.
    Post(i64, i64, bool),
    /// Two items of all, with tenths of what is open of the first.
    Clear(usize, usize, i64),
    Unclear(usize),
    Reverse(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let cents = prop_oneof![-99_999..-1i64, 1..99_999i64];
    prop_oneof![
        4 => (cents, 50..150i64, any::<bool>()).prop_map(|(cents, rate, pounds)| Step::Post(cents, rate, pounds)),
        6 => (0..30usize, 0..30usize, 1..=10i64).prop_map(|(a, b, part)| Step::Clear(a, b, part)),
        2 => (0..10usize).prop_map(Step::Unclear),
        1 => (0..10usize).prop_map(Step::Reverse),
    ]
}

#[derive(Default)]
struct Known {
    items: Vec<ItemKey>,
    standing: Vec<(Id<Clearing>, Decimal)>,
}

fn posted(firm: &Firm, n: usize, known: &mut Known, (cents, rate, pounds): (i64, i64, bool)) {
    let currency = if pounds { Currency::GBP } else { Currency::USD };
    let amount = Money::minor(cents, currency);
    let worth = Money::minor(cents * rate / 100, Currency::EUR);
    let day = format!("2026-0{}-01", 1 + n % 6);
    let entry = entry("1200", &day, &amount.to_string(), &worth.to_string());
    known.items.push(ItemKey::new(firm.post(&format!("post {n}"), entry).id, 1));
}

/// As much as both have, at most a part of the first: items of one currency are settled, of two exchanged.
fn clear(firm: &Firm, n: usize, known: &mut Known, (a, b, part): (usize, usize, i64)) {
    if known.items.is_empty() {
        return;
    }
    let pick = |n: usize| known.items[n % known.items.len()];
    let (a, b) = (pick(a), pick(b));
    let open = open(firm, "1200");
    let of = |key: ItemKey| open.items.iter().find(|item| item.key == key).map(|item| item.open);
    let mut command = Clear::new("1200").all(a).all(b);
    if let (Some(first), Some(second)) = (of(a), of(b)) {
        let same = first.currency() == second.currency();
        let most = if same {
            first.amount().abs().min(second.amount().abs())
        } else {
            first.amount().abs()
        };
        let taken = (most * Decimal::from(part) / Decimal::TEN).round_dp(2);
        let signed = |of: Money, taken: Decimal| {
            Money::new(if of.is_negative() { -taken } else { taken }, of.currency())
        };
        command = Clear::new("1200").part(a, signed(first, taken));
        command = if same { command.part(b, signed(second, taken)) } else { command.all(b) };
    }
    if let Ok(done) = firm.send(&format!("clear {n}"), &command) {
        known.standing.push((done.answer.clearing, done.answer.difference.to_decimal()));
    }
}

fn step_of(firm: &Firm, n: usize, known: &mut Known, step: &Step) {
    match *step {
        Step::Post(cents, rate, pounds) => posted(firm, n, known, (cents, rate, pounds)),
        Step::Clear(a, b, part) => clear(firm, n, known, (a, b, part)),
        Step::Unclear(at) if !known.standing.is_empty() => {
            let (clearing, _) = known.standing.remove(at % known.standing.len());
            firm.must(&format!("undo {n}"), &Unclear::new(clearing));
        }
        Step::Reverse(at) if !known.items.is_empty() => {
            let item = known.items[at % known.items.len()];
            let _ = firm.send(&format!("reverse {n}"), &Reverse::new(item.entry, d("2026-07-01")));
        }
        _ => {}
    }
}

fn holds(firm: &Firm, known: &Known) {
    let open = open(firm, "1200");
    assert!(open.differences.is_empty());
    let residue = open.items.iter().find(|item| item.open.is_zero());
    assert_eq!(residue, None, "an item of which only worth is open");
    let realised: Decimal = known.standing.iter().map(|(_, difference)| difference).sum();
    let taken: Decimal = ["4900", "5900"].map(|code| dec(&balance(firm, code))).iter().sum();
    assert_eq!(taken, realised);
    let balance = firm.balances(&BalanceQuery::account("1200"));
    for total in open.totals() {
        let row = balance.iter().find(|row| row.currency == total.open.currency()).unwrap();
        assert_eq!(row.amounts.balance(row.currency), total.open);
        assert_eq!(row.amounts.ledger_balance(), total.ledger_open.amount());
    }
}

fn live(firm: Firm, steps: &[Step]) {
    let firm = named(firm);
    let mut known = Known::default();
    for (n, step) in steps.iter().enumerate() {
        step_of(&firm, n, &mut known, step);
        holds(&firm, &known);
    }
    while let Some((clearing, _)) = known.standing.pop() {
        firm.must(&format!("undo {clearing}"), &Unclear::new(clearing));
    }
    holds(&firm, &known);
    firm.clean();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn exchange_accounts_hold_what_was_realised(steps in prop::collection::vec(step(), 1..20)) {
        live(in_memory(), &steps);
    }

    #[test]
    fn so_on_a_store_of_values(steps in prop::collection::vec(step(), 1..10)) {
        live(Firm::on("model", Arc::new(Model::new())), &steps);
    }
}
