//! What is proposed to be cleared: pure, and always something that can be carried out.

use fondaco_accounting::ledger::*;
use fondaco_core::{Currency, Id, Money};
use proptest::prelude::*;

use crate::common::*;
use crate::firm::*;

/// An open item of so many cents.
fn row(n: u128, due: &str, cents: i64, source: Option<&str>) -> OpenItemRow {
    let open = Money::minor(cents, Currency::EUR);
    OpenItemRow {
        key: ItemKey::new(Id::from_u128(n), 1),
        party: None,
        date: d(due),
        document_date: d(due),
        due_date: d(due),
        source: source.map(Into::into),
        amount: open,
        open,
        ledger_open: open,
    }
}

/// Each proposal as `rule: item amount, ...`.
fn told(items: &[OpenItemRow], rules: &[Matching]) -> Vec<String> {
    let line = |line: &ClearLine| {
        format!("{} {}", line.entry.to_u128(), line.amount.unwrap().amount().normalize())
    };
    let told = |proposal: Proposal| {
        let lines: Vec<String> = proposal.lines.iter().map(line).collect();
        format!("{:?}: {}", proposal.by, lines.join(", "))
    };
    propose(items, rules).into_iter().map(told).collect()
}

#[test]
fn by_source_then_by_amount_then_oldest_first() {
    let items = [
        row(1, "2026-01-01", 1000, None),
        row(2, "2026-01-02", 2000, Some("order/2")),
        row(3, "2026-01-03", 500, None),
        row(4, "2026-02-01", -1500, Some("order/2")),
        row(5, "2026-02-02", -500, None),
        row(6, "2026-02-03", -700, None),
    ];
    let all = [Matching::Source, Matching::Amount, Matching::OldestFirst];
    // What is left of order 2 is of 5.00 too, and older than item 3.
    assert_eq!(
        told(&items, &all),
        ["Source: 2 15, 4 -15", "Amount: 2 5, 5 -5", "OldestFirst: 1 7, 6 -7",]
    );
    assert_eq!(told(&items, &[Matching::Amount]), ["Amount: 3 5, 5 -5"]);
    assert_eq!(
        told(&items, &[Matching::OldestFirst]),
        ["OldestFirst: 1 10, 2 17, 4 -15, 5 -5, 6 -7"]
    );
    assert_eq!(told(&items, &[]), [] as [&str; 0]);
    assert_eq!(told(&items[..3], &all), [] as [&str; 0], "one side only");
}

#[test]
fn parties_and_currencies_are_not_mixed() {
    let mut other = row(2, "2026-01-02", -1000, None);
    other.party = Some(party("ben"));
    let mut dollars = row(3, "2026-01-02", -1000, None);
    dollars.open = usd("-10");
    let items = [row(1, "2026-01-01", 1000, None), other, dollars];
    let all = [Matching::Source, Matching::Amount, Matching::OldestFirst];
    assert_eq!(told(&items, &all), [] as [&str; 0]);
}

fn rows() -> impl Strategy<Value = Vec<OpenItemRow>> {
    let drawn = (1..28u32, -5000..5000i64, prop::option::of(0..3u32));
    prop::collection::vec(drawn, 0..20).prop_map(|rows| {
        let of = |(n, (day, cents, source)): (usize, (u32, i64, Option<u32>))| {
            let source = source.map(|source| format!("order/{source}"));
            row(n as u128 + 1, &format!("2026-01-{day:02}"), cents, source.as_deref())
        };
        rows.into_iter().enumerate().map(of).collect()
    })
}

proptest! {
    /// Parts sum to zero, no item is taken beyond what is open, and after the last rule one side is left at most.
    #[test]
    fn proposals_can_be_carried_out(items in rows()) {
        let rules = [Matching::Source, Matching::Amount, Matching::OldestFirst];
        let mut open: std::collections::BTreeMap<ItemKey, rust_decimal::Decimal> =
            items.iter().map(|item| (item.key, item.open.amount())).collect();
        for proposal in propose(&items, &rules) {
            let mut sum = rust_decimal::Decimal::ZERO;
            for line in &proposal.lines {
                let part = line.amount.unwrap().amount();
                let left = open.get_mut(&line.item()).unwrap();
                prop_assert!(part.is_sign_negative() == left.is_sign_negative() && !part.is_zero());
                prop_assert!(part.abs() <= left.abs());
                *left -= part;
                sum += part;
            }
            prop_assert!(sum.is_zero() && proposal.lines.len() >= 2);
        }
        let left = open.values().filter(|left| !left.is_zero());
        let signs: std::collections::BTreeSet<bool> = left.map(|left| left.is_sign_negative()).collect();
        prop_assert!(signs.len() <= 1);
    }
}
