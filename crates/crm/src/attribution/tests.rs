//! Credits against definitions written down: all sets of channels, chains walked step by step.

use proptest::prelude::*;

use super::*;
use crate::KernelError;

fn journeys() -> impl Strategy<Value = Vec<Journey<u8>>> {
    let one = (prop::collection::vec(0u8..4, 1..6), 1u8..20, 0u8..50);
    let made = one.prop_map(|(channels, conversions, nothing)| Journey {
        channels,
        conversions: conversions.into(),
        nothing: nothing.into(),
        worth: f64::from(conversions) * 10.0,
    });
    prop::collection::vec(made, 1..8)
}

/// Shapley's sum over all sets.
fn naive_shapley(journeys: &[Journey<u8>], channel: u8) -> f64 {
    let worth = |set: u8| -> f64 {
        let within = journeys.iter().filter(|j| j.channels.iter().all(|c| set >> c & 1 == 1));
        within.map(|journey| journey.conversions).sum()
    };
    let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
    (0_u8..16)
        .filter(|set| set >> channel & 1 == 0)
        .map(|set| {
            let size = set.count_ones();
            let often = factorial(size) * factorial(3 - size) / factorial(4);
            often * (worth(set | 1 << channel) - worth(set))
        })
        .sum()
}

/// How likely a conversion is within ten thousand steps, where one channel leads nowhere.
fn walked(chain: &Markov<u8>, without: Option<u8>) -> f64 {
    let mut at: Vec<f64> = chain.channels().iter().map(|c| chain.goes(None, *c).unwrap()).collect();
    let mut likely = 0.0;
    for _ in 0..10_000 {
        let mut next = vec![0.0; at.len()];
        for (channel, here) in
            chain.channels().iter().zip(&at).filter(|(c, _)| Some(**c) != without)
        {
            likely += here * chain.converts(*channel).unwrap();
            for (next, to) in next.iter_mut().zip(chain.channels()) {
                *next += here * chain.goes(Some(*channel), *to).unwrap();
            }
        }
        at = next;
        if at.iter().sum::<f64>() < 1e-14 {
            break;
        }
    }
    likely
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn credits_add_up_to_all_conversions(journeys in journeys()) {
        let all: f64 = journeys.iter().map(|journey| journey.conversions).sum();
        let rules = [
            Rule::First, Rule::Last, Rule::Linear, Rule::USUAL_POSITION, Rule::Decay { half_life: 1.5 },
        ];
        let shared = rules.iter().map(|rule| credits(&journeys, *rule).unwrap());
        let shared = shared.chain([shapley(&journeys).unwrap(), Markov::of(&journeys).unwrap().credits()]);
        for credits in shared {
            prop_assert!((credits.iter().map(|c| c.conversions).sum::<f64>() - all).abs() < 1e-9);
            prop_assert!((credits.iter().map(|c| c.worth).sum::<f64>() - 10.0 * all).abs() < 1e-8);
        }
    }

    #[test]
    fn shapley_is_the_sum_over_all_sets(journeys in journeys()) {
        for credit in shapley(&journeys).unwrap() {
            prop_assert!((credit.conversions - naive_shapley(&journeys, credit.channel)).abs() < 1e-9);
        }
    }

    #[test]
    fn removal_is_what_a_walk_without_the_channel_loses(journeys in journeys()) {
        for chain in [Markov::of(&journeys).unwrap(), Markov::without_repeats(&journeys).unwrap()] {
            prop_assert!((chain.conversion() - walked(&chain, None)).abs() < 1e-9);
            for (channel, effect) in chain.removal_effects() {
                let left = walked(&chain, Some(channel)) / chain.conversion();
                prop_assert!((effect - (1.0 - left)).abs() < 1e-8, "{effect} {left}");
            }
        }
    }
}

#[test]
fn what_can_not_be_is_refused_by_its_row() {
    let journey = |channels: Vec<u8>, conversions: f64| Journey {
        channels,
        conversions,
        nothing: 1.0,
        worth: 0.0,
    };
    let error = credits(&[journey(vec![1], 1.0), journey(vec![], 1.0)], Rule::First).unwrap_err();
    assert!(error.to_string().starts_with("row 1 (counted from 0): channels has 0"), "{error}");
    let error = shapley(&[journey(vec![1], f64::NAN)]).unwrap_err();
    assert!(error.to_string().starts_with("row 0 (counted from 0): conversions is NaN"), "{error}");
    let none = Markov::of(&[journey(vec![1], 0.0)]);
    assert!(matches!(none, Err(KernelError::OutOfRange { .. })), "{none:?}");
    let whole = Rule::Position { first: 0.6, last: 0.6 };
    assert!(credits(&[journey(vec![1, 2], 1.0)], whole).is_err());
}
