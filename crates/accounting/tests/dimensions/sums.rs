//! Whatever the tree and whatever is posted: figures by headings are the sums of those by values, whichever order it was
//! defined in.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::*;

/// Values V0, V1, ... of which each stands under an earlier one or none, moves with days, and amounts on values.
type Case = (Vec<Option<usize>>, Vec<(usize, Option<usize>, u32)>, Vec<(usize, u32, i64)>);

fn case() -> impl Strategy<Value = Case> {
    (2..8usize).prop_flat_map(|count| {
        let parents = (0..count)
            .map(|n| if n == 0 { Just(None).boxed() } else { prop::option::of(0..n).boxed() })
            .collect::<Vec<_>>();
        let moves = prop::collection::vec((0..count, prop::option::of(0..count), 1..12u32), 0..6);
        let amounts = prop::collection::vec((0..count, 1..12u32, 1..99_999i64), 1..12);
        (parents, moves, amounts)
    })
}

fn code(n: usize) -> String {
    format!("V{n}")
}

fn opened(parents: &[Option<usize>], backwards: bool) -> Firm {
    let firm = in_memory().set_up();
    firm.must("define", &DefineDimension::new("unit", "Units").known());
    let value = |(n, parent): (usize, &Option<usize>)| {
        let value = NewDimensionValue::new(code(n), code(n));
        match parent {
            Some(parent) => value.under(code(*parent)),
            None => value,
        }
    };
    let mut values: Vec<NewDimensionValue> = parents.iter().enumerate().map(value).collect();
    if backwards {
        values.reverse();
    }
    firm.must("values", &OpenDimensionValues::new("unit", values));
    firm
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn headings_sum_what_stands_under_them((parents, moves, amounts) in case()) {
        let firm = opened(&parents, false);
        // A plain model: the parent of each value by day of the month's first.
        let mut model: Vec<BTreeMap<u32, Option<usize>>> =
            parents.iter().map(|parent| BTreeMap::from([(0, *parent)])).collect();
        let parent_on = |model: &[BTreeMap<u32, Option<usize>>], n: usize, month: u32| {
            model[n].range(..=month).next_back().and_then(|(_, parent)| *parent)
        };
        for (at, (value, parent, month)) in moves.iter().enumerate() {
            let to = parent.map(code);
            let moved = MoveDimensionValue::new("unit", code(*value), to.as_deref(), d(&format!("2026-{month:02}-01")));
            let mut with = model.clone();
            with[*value].insert(*month, *parent);
            let circle = (*month..=12).any(|month| {
                let mut next = parent_on(&with, *value, month);
                let mut steps = 0;
                while let Some(n) = next.filter(|n| n != value && steps < 99) {
                    next = parent_on(&with, n, month);
                    steps += 1;
                }
                next.is_some()
            });
            let done = firm.send(&format!("move {at}"), &moved);
            prop_assert_eq!(done.is_err(), circle, "{:?}", moved);
            if !circle {
                model = with;
            }
        }
        for (at, (value, month, cents)) in amounts.iter().enumerate() {
            let amount = fondaco_core::Money::minor(*cents, fondaco_core::Currency::EUR);
            let posting = NewPosting::debit("5100", amount).dimension("unit", code(*value));
            let entry = NewEntry::new("GEN", d(&format!("2026-{month:02}-15")));
            firm.post(&format!("cost {at}"), entry.posting(posting).credit("1000", amount));
        }
        for month in [1, 4, 7, 12u32] {
            let until = d(&format!("2026-{month:02}-20")); // within a period
            let flat = |n: usize| {
                let query = BalanceQuery::account("5100").dimension("unit", code(n)).until(until);
                dec(&firm.sum(&query))
            };
            let tree = firm.view(|view| dimension_tree(view, "unit", Some(until)));
            let mut tops = Decimal::ZERO;
            for n in 0..parents.len() {
                let is_under = |other: usize| {
                    let mut at = Some(other);
                    while let Some(value) = at.filter(|value| *value != n) {
                        at = parent_on(&model, value, month);
                    }
                    at.is_some()
                };
                let expected: Decimal = (0..parents.len()).filter(|other| is_under(*other)).map(flat).sum();
                let query = BalanceQuery::account("5100").under("unit", code(n)).until(until);
                prop_assert_eq!(dec(&firm.sum(&query)), expected, "{} on {}", code(n), until);
                if tree.parent(&code(n)).is_none() {
                    tops += expected;
                }
            }
            prop_assert_eq!(tops, dec(&firm.sum(&BalanceQuery::account("5100").until(until))));
        }
        firm.clean();
    }

    #[test]
    fn the_order_of_definitions_does_not_matter(
        parents in case().prop_map(|(parents, ..)| parents),
        demands in prop::collection::vec((0..3usize, 0..4usize), 1..6),
        allowed in prop::collection::vec(0..4usize, 0..3),
        order in any::<u64>(),
    ) {
        let (one, other) = (opened(&parents, false), opened(&parents, true));
        let demand = |(account, demand): &(usize, usize)| {
            let value = code(0).into();
            let demands = [Demand::Required, Demand::Optional, Demand::Default(value), Demand::Forbidden];
            let rule = SetDimensionRule::new(format!("R{account}"), "unit", demands[*demand].clone());
            match account { 0 => rule, 1 => rule.account("5"), _ => rule.account("5100") }
        };
        // One rule for each place: the first that is drawn.
        let mut rules: Vec<SetDimensionRule> = Vec::new();
        for rule in demands.iter().map(demand) {
            if !rules.iter().any(|known| known.code == rule.code) {
                rules.push(rule);
            }
        }
        let combination = |(n, value): (usize, &usize)| {
            SetDimensionCombination::new(format!("C{n}"), "unit").account("5100").under(code(value % parents.len()))
        };
        let combinations: Vec<_> = allowed.iter().enumerate().map(combination).collect();
        let set = |firm: &Firm, turned: bool| {
            let mut names: Vec<usize> = (0..rules.len() + combinations.len()).collect();
            if turned {
                names.sort_by_key(|n| (*n as u64 + 1).wrapping_mul(order | 1));
            }
            for n in names {
                match rules.get(n) {
                    Some(rule) => firm.must(&format!("set {n}"), rule),
                    None => firm.must(&format!("set {n}"), &combinations[n - rules.len()]),
                }
            }
        };
        set(&one, false);
        set(&other, true);
        for account in ["5000", "5100", "2000"] {
            for value in [None, Some(0), Some(1)] {
                let value = value.map(code);
                let dimensions: Vec<_> = value.iter().map(|value| ("unit", value.as_str())).collect();
                let entry = cost(account, "2026-03-01", &dimensions);
                let name = format!("{account} {value:?}");
                let post = |firm: &Firm| match firm.send(&name, &Post::new(entry.clone())) {
                    Ok(done) => first_line(firm, done.answer.id),
                    Err(error) => error.to_string(),
                };
                prop_assert_eq!(post(&one), post(&other));
            }
        }
    }
}
