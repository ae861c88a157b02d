//! Reasons are true, and turning what they say would turn the answer; sizes, overlaps, profiles.

use std::collections::BTreeMap;

use proptest::prelude::*;
use roaring::RoaringBitmap;

use super::against_naive::columns;
use super::any;
use crate::rfm::{Scale, cell_of, standard_cells, summarise};
use crate::segments::naive::World;
use crate::segments::{
    Bits, ColumnsBuilder, Explanation, Kind, Node, Overlap, Predicate, Schema, SegmentSet, Truth,
    Value,
};

/// All parts without parts: the conditions.
fn leaves(explanation: &Explanation) -> Vec<&Explanation> {
    match explanation.parts.as_slice() {
        [] => vec![explanation],
        parts => parts.iter().flat_map(leaves).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn reasons_are_true_and_turning_them_turns_the_answer(
        contacts in prop::collection::vec(any::contact(), 3),
        events in prop::collection::vec(any::event(3), 0..40),
        predicate in any::predicate(Vec::new()),
        now in 0_i64..any::MOST_HALF_HOURS,
        later in 0.0_f64..1.0,
    ) {
        let schema = any::schema();
        let now = any::half_hours(now);
        let columns = columns(&contacts, &events);
        let set = SegmentSet::compile(&schema, [("it", predicate.clone())]).unwrap();
        let segments = BTreeMap::new();
        let world = |now| World { schema: &schema, contacts: &contacts, events: &events, segments: &segments, now };
        for contact in 0..contacts.len() {
            let why = columns.explain(&set, "it", contact.try_into().unwrap(), now).unwrap();
            prop_assert_eq!(why.explanation.truth, world(now).truth(&predicate, contact));
            let mut said = std::collections::HashMap::new();
            for leaf in leaves(&why.explanation) {
                let part: Predicate = leaf.part.parse().unwrap();
                prop_assert_eq!(leaf.truth, world(now).truth(&part, contact), "{}", leaf.part);
                said.insert(part.clone(), leaf.truth);
                if matches!(part.nodes().last(), Some(Node::People(_))) {
                    continue;
                }
                // Until then, time alone changes nothing.
                let end = leaf.until.unwrap_or_else(|| any::half_hours(2 * any::MOST_HALF_HOURS));
                let micros = (end.since(now).num_microseconds().unwrap() - 1) as f64 * later;
                let then = now.checked_add(chrono::TimeDelta::microseconds(micros as i64)).unwrap();
                prop_assert_eq!(leaf.truth, world(then).truth(&part, contact), "{} at {}, until {:?}", leaf.part, then, leaf.until);
            }
            // The answer with the flips made.
            for flip in &why.flips {
                said.insert(flip.part.parse().unwrap(), Truth::from(flip.to_hold));
            }
            let turned = predicate.fold(|at, node, parts: Vec<(usize, Truth)>| {
                let first = parts.first().map_or(at, |(first, _)| *first);
                let alone = Predicate::of_nodes(predicate.nodes()[first..=at].to_vec());
                let truths = parts.into_iter().map(|(_, truth)| truth);
                (first, match node {
                    Node::Leaf(_) | Node::People(_) => *said.get(&alone).unwrap_or(&Truth::Unknown),
                    Node::All(_) => truths.min().unwrap_or(Truth::Yes),
                    Node::Any(_) => truths.max().unwrap_or(Truth::No),
                    Node::Not => truths.map(|truth| !truth).next().unwrap(),
                })
            });
            // A condition that stands there twice can't be turned one way and the other.
            let mut flipped: Vec<&str> = why.flips.iter().map(|flip| flip.part.as_str()).collect();
            flipped.sort_unstable();
            let again = flipped.len();
            flipped.dedup();
            let once = leaves(&why.explanation).iter().filter(|leaf| flipped.contains(&leaf.part.as_str())).count() == flipped.len();
            if again == flipped.len() && once {
                prop_assert_eq!(turned.unwrap().1.is_yes(), !why.is_member(), "{}", why);
            }
        }
    }

    /// Regions add up to what they are regions of.
    #[test]
    fn overlaps_add_up(sets in prop::collection::vec(prop::collection::btree_set(0_u32..40, 0..30), 1..5)) {
        let sets: Vec<RoaringBitmap> = sets.into_iter().map(|set| set.into_iter().collect()).collect();
        let overlap = Overlap::of(sets.iter().map(|set| ("s", set))).unwrap();
        for (one, set) in sets.iter().enumerate() {
            for (other, second) in sets.iter().enumerate() {
                prop_assert_eq!(overlap.both(one, other), set.intersection_len(second));
            }
        }
    }
}

fn shop() -> ColumnsBuilder {
    let schema = Schema::new()
        .attribute("country", Kind::Text)
        .attribute("cell", Kind::Text)
        .event("buy", [("amount", Kind::Number { decimals: 2 })]);
    let mut builder = ColumnsBuilder::new(&schema);
    for n in 0_u32..2_000 {
        let country = if n % 3 == 0 { "FR" } else { "DE" };
        let who = builder.contact(None, None, &[Value::Text(country.into())]).unwrap();
        // Every other contact buys, the French mostly lately.
        let day = if n % 3 == 0 { 360 + i64::from(n % 5) } else { i64::from(n % 365) };
        if n % 2 == 0 {
            let at = any::half_hours(48 * day);
            builder.event(who, "buy", at, &[Value::Number(n.into())]).unwrap();
        }
    }
    builder
}

#[test]
fn a_size_is_estimated_with_its_error() {
    let columns = shop().finish();
    let text: Predicate = "done(buy) in 30 days".parse().unwrap();
    let set = SegmentSet::compile(columns.schema(), [("lately", text)]).unwrap();
    let now = any::half_hours(48 * 365);
    let size = columns.members(&set, "lately", now).unwrap().count() as f64;
    let mut held = 0;
    for seed in 0..200 {
        let estimate = columns.estimate(&set, "lately", now, 300, 0.95, seed).unwrap();
        held += i32::from(estimate.low <= size && size <= estimate.high);
        assert!(estimate.high - estimate.low < 0.12 * 2_000.0);
    }
    assert!((180..=199).contains(&held), "{held} of 200 hold the size");
    let all = columns.estimate(&set, "lately", now, 5_000, 0.95, 1).unwrap();
    assert!(
        (all.size - size).abs() < 1e-9 && all.asked == 2_000 && (all.high - all.low).abs() < 1e-9
    );
    let trend = columns.trend(&set, "lately", &[any::half_hours(0), now]).unwrap();
    assert_eq!(trend.iter().map(|(_, size)| *size).collect::<Vec<_>>(), [0, size as usize]);
    let difference = columns.difference(&set, "lately", any::half_hours(48 * 200), now).unwrap();
    assert_eq!(difference.entered.len() + difference.stayed.len(), size as u64);
}

#[test]
fn a_profile_says_what_sets_members_apart() {
    let columns = shop().finish();
    let text: Predicate = "done(buy) in 30 days".parse().unwrap();
    let set = SegmentSet::compile(columns.schema(), [("lately", text)]).unwrap();
    let members = columns.members(&set, "lately", any::half_hours(48 * 365)).unwrap();
    let profile = columns.profile(&members, 10).unwrap();
    let french = profile.iter().find(|share| share.value == "\"FR\"").unwrap();
    assert!(french.lift.unwrap() > 1.5 && french.adjusted_p < 1e-6, "{french:?}");
    assert_eq!(columns.profile(&Bits::all(2_000, false), 10).unwrap(), []);
    // By chance alone, hardly anything is sure.
    let mut random = Bits::all(2_000, false);
    (0..2_000).filter(|n| n * 7 % 11 == 0).for_each(|n| random.set(n));
    assert!(columns.profile(&random, 10).unwrap().iter().all(|share| share.adjusted_p > 0.05));
}

#[test]
fn cells_of_rfm_are_asked_like_any_attribute() {
    let mut columns = shop().finish();
    let now = any::half_hours(48 * 365);
    let customers =
        summarise(columns.purchases("buy", "amount", now).unwrap(), now.date_utc()).unwrap();
    let scores = Scale::tiles(5).unwrap().scores(&customers).unwrap();
    let cells = standard_cells();
    let named = customers.iter().zip(scores).filter_map(|(customer, scores)| {
        Some((customer.customer, Value::Text(cell_of(&cells, scores)?.name.clone())))
    });
    let named: Vec<(u32, Value)> = named.collect();
    columns.fill("cell", named.clone()).unwrap();
    let name = named.iter().find_map(|(_, value)| {
        if let Value::Text(name) = value { Some(name.clone()) } else { None }
    });
    let name = name.unwrap();
    let set = SegmentSet::compile(
        columns.schema(),
        [("cell", Predicate::attribute("cell").equals(name.as_str()))],
    )
    .unwrap();
    let wanted = named.iter().filter(|(_, value)| *value == Value::Text(name.clone())).count();
    assert_eq!(columns.members(&set, "cell", now).unwrap().count(), wanted);
    assert!(
        columns.fill("cel", []).is_err() && columns.fill("cell", [(9_999, Value::Null)]).is_err()
    );
}
