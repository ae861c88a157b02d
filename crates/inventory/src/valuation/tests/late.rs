//! Moves that come late: both policies, and what stock was worth on any day.

use std::collections::BTreeMap;

use fondaco_core::Currency;
use proptest::prelude::*;

use super::*;

const REPLAY: Backdating = Backdating::Replay { open_from: None };

fn book(method: Method) -> Book {
    Book::new(CostRules::new(Currency::EUR), method).unwrap()
}

fn moved(n: u32, date: u32, kind: Kind) -> Move {
    Move::new(id(n), day(date), kind)
}

/// What a fact says, but for who and where.
fn said(facts: &[ValueFact]) -> Vec<(Cause, MoveId, Qty, Val)> {
    facts.iter().map(|fact| (fact.cause, fact.of, fact.quantity, fact.value)).collect()
}

#[test]
fn what_was_posted_is_kept_or_costed_again() {
    for (policy, after) in [(Backdating::Keep, "100"), (REPLAY, "150")] {
        let mut book = book(Method::Fifo);
        book.record(moved(1, 1, receipt("10", "100")), policy).unwrap();
        book.record(moved(2, 2, receipt("10", "150")), policy).unwrap();
        book.record(moved(3, 3, issue("20")), policy).unwrap();
        let corrected = Kind::Correction { of: id(1), quantity: qty("20") };
        let facts = said(book.record(moved(4, 4, corrected), policy).unwrap());
        assert_eq!((book.state().quantity, book.state().value()), (qty("10"), val(after)));
        let own = (Cause::Cost, id(1), qty("10"), val("100"));
        match policy {
            Backdating::Keep => assert_eq!(facts, [own]),
            // The issue took ten more of the first, and ten less of the second.
            _ => assert_eq!(facts, [own, (Cause::Correction, id(3), qty("0"), val("50"))]),
        }
    }
}

#[test]
fn an_issue_that_was_below_zero_by_its_day_is_so_when_costed_again() {
    let mut book = book(Method::Average);
    book.record(moved(1, 1, receipt("1", "100")), REPLAY).unwrap();
    book.record(moved(2, 5, receipt("2", "260")), REPLAY).unwrap();
    book.record(moved(3, 3, issue("2")), REPLAY).unwrap();
    // One at 100 and one at what came next.
    let worth = |book: &Book| book.facts_of(id(3)).map(|fact| fact.value.units()).sum::<i64>();
    assert_eq!(worth(&book), -2_300_000);
    assert_eq!((book.value_on(day(4)), book.value_on(day(5))), (val("-100"), val("130")));
    let cheaper = Kind::PriceChange { of: id(2), value: val("-20") };
    book.record(moved(4, 9, cheaper), REPLAY).unwrap();
    assert_eq!((worth(&book), book.state().value()), (-2_200_000, val("120")));
}

#[test]
fn a_landed_cost_costed_again_goes_with_the_goods() {
    let mut book = book(Method::Average);
    book.record(moved(1, 1, receipt("10", "100")), REPLAY).unwrap();
    book.record(moved(2, 2, issue("6")), REPLAY).unwrap();
    book.record(moved(3, 3, receipt("4", "80")), REPLAY).unwrap();
    let landed = Kind::LandedCost { of: id(1), value: val("10") };
    let facts = said(book.record(moved(4, 9, landed), REPLAY).unwrap());
    let expected = [
        (Cause::Landed, id(1), qty("0"), val("10")),
        (Cause::Correction, id(2), qty("0"), val("-6")),
    ];
    assert_eq!(facts, expected);
    assert_eq!(book.state().value(), val("124"));
    let back = Kind::CustomerReturn { of: id(2), quantity: qty("6") };
    book.record(moved(5, 10, back), REPLAY).unwrap();
    assert_eq!(book.state().value(), val("190"));
}

#[test]
fn closed_days_keep_what_they_have() {
    let mut book = book(Method::Fifo);
    let policy = Backdating::Replay { open_from: Some(day(10)) };
    book.record(moved(1, 2, receipt("10", "200")), REPLAY).unwrap();
    book.record(moved(2, 5, issue("5")), REPLAY).unwrap();
    let before: Vec<_> = (0..10).map(|n| book.value_on(day(n))).collect();
    let facts = book.record(moved(3, 1, receipt("10", "100")), policy).unwrap();
    assert!(facts.iter().all(|fact| fact.date == day(10)));
    let after: Vec<_> = (0..10).map(|n| book.value_on(day(n))).collect();
    assert_eq!((before, book.value_on(day(10))), (after, val("250")));
    // What was posted late is not posted again.
    let facts = book.record(moved(4, 1, receipt("1", "10")), policy).unwrap();
    let changed: i64 = facts.iter().map(|fact| fact.value.units()).sum();
    assert_eq!(changed, val("10").units());
}

#[test]
fn what_can_t_be_costed_again_changes_nothing() {
    let mut book = book(Method::Fifo);
    book.record(moved(1, 1, receipt("10", "100")), REPLAY).unwrap();
    book.record(moved(2, 5, issue("5")), REPLAY).unwrap();
    let back = Kind::CustomerReturn { of: id(2), quantity: qty("1") };
    let early = book.record(moved(3, 4, back), REPLAY).unwrap_err();
    assert_eq!(early, ValuationError::NeverIssued { id: id(3), of: id(2) });
    assert_eq!((book.facts().len(), book.state().value()), (2, val("50")));
    let again = book.record(moved(2, 6, back), REPLAY).unwrap_err();
    assert_eq!(again.code(), "inventory.cost_move_repeated");
    book.record(moved(3, 6, back), REPLAY).unwrap();
}

#[test]
fn a_count_finds_what_was_there_on_its_day() {
    let mut book = book(Method::Average);
    book.record(moved(1, 1, receipt("10", "100")), REPLAY).unwrap();
    book.record(moved(2, 5, Kind::Count { counted: qty("8") }), REPLAY).unwrap();
    let facts = said(book.record(moved(3, 3, issue("1")), REPLAY).unwrap());
    let expected =
        [(Cause::Cost, id(3), qty("-1"), val("-10")), (Cause::Cost, id(2), qty("1"), val("10"))];
    assert_eq!(facts, expected);
    assert_eq!(book.state().quantity, qty("8"));
}

/// A history that goes through when it is recorded in the order of days. No move is corrected twice, as the correction that is
/// recorded last counts, nor a count, which a correction makes an adjustment by what it had found then.
fn history(method: Method, steps: &[Step]) -> (Book, Vec<Move>) {
    let mut book = book(method);
    let mut moves = vec![moved(1, 0, Kind::SetCost { cost: price("1.25") })];
    book.record(moves[0], REPLAY).unwrap();
    for step in steps {
        let n = u32::try_from(moves.len()).unwrap() + 1;
        let next = moved(n, n * 2, step.kind(n - 1));
        let corrects =
            |kind: &Kind| matches!(kind, Kind::Correction { .. } | Kind::PriceChange { .. });
        let about = next.kind.of().filter(|_| corrects(&next.kind));
        let again = moves.iter().any(|moved| {
            let count = Some(moved.id) == about && matches!(moved.kind, Kind::Count { .. });
            count || about.is_some() && corrects(&moved.kind) && moved.kind.of() == about
        });
        if again || book.record(next, REPLAY).is_err() {
            moves.push(moved(n, n * 2, issue("0.5")));
            book.record(moves[moves.len() - 1], REPLAY).unwrap();
        } else {
            moves.push(next);
        }
    }
    (book, moves)
}

/// Where what was posted is kept, too, no day is worth less than nothing while something earlier lies there.
#[test]
fn what_is_recorded_late_takes_what_had_come_by_its_day() {
    let mut book = book(Method::Lifo);
    book.record(moved(1, 1, receipt("6", "6")), Backdating::Keep).unwrap();
    book.record(moved(2, 5, receipt("10", "200")), Backdating::Keep).unwrap();
    book.record(moved(3, 3, issue("4")), Backdating::Keep).unwrap();
    assert_eq!((book.value_on(day(3)), book.state().value()), (val("2"), val("202")));
    // Then what came next after that day, and the last goes with the last.
    book.record(moved(4, 4, issue("3")), Backdating::Keep).unwrap();
    assert_eq!(book.state().value(), val("180"));
    book.record(moved(5, 6, issue("9")), Backdating::Keep).unwrap();
    assert_eq!(book.state().value(), val("0"));
    book.state().check(&CostRules::new(Currency::EUR)).unwrap();
}

/// What each move is worth, and the stock.
fn standing(book: &Book) -> (BTreeMap<MoveId, (i64, i64)>, &State) {
    let mut sums: BTreeMap<MoveId, (i64, i64)> = BTreeMap::new();
    for fact in book.facts() {
        let sum = sums.entry(fact.of).or_default();
        *sum = (sum.0 + fact.quantity.units(), sum.1 + fact.value.units());
    }
    sums.retain(|_, sum| *sum != (0, 0));
    (sums, book.state())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn costed_again_any_order_is_the_order_of_days(method in methods(), steps in steps(), seed in prop::collection::vec(any::<u32>(), 41)) {
        let (right, moves) = history(method, &steps);
        let mut shuffled: Vec<_> = moves.iter().zip(&seed).map(|(moved, key)| (key, *moved)).collect();
        shuffled[0].0 = &0; // the cost that is known first
        shuffled.sort_by_key(|(key, moved)| (**key, moved.date));
        let mut book = book(method);
        let mut waiting: Vec<Move> = shuffled.into_iter().map(|(_, moved)| moved).collect();
        // What is refused because something is not there yet is recorded later.
        while !waiting.is_empty() {
            let count = waiting.len();
            waiting.retain(|moved| book.record(*moved, REPLAY).is_err());
            if waiting.len() == count {
                return Err(TestCaseError::reject("refused in this order"));
            }
        }
        prop_assert_eq!(standing(&book), standing(&right));
        for n in 0..90 {
            prop_assert_eq!(book.value_on(day(n)), right.value_on(day(n)));
        }
    }

    #[test]
    fn the_value_of_every_day_is_that_of_its_layers(method in methods(), steps in steps()) {
        let (book, moves) = history(method, &steps);
        for moved in moves {
            let state = book.state_on(moved.date).unwrap();
            state.check(&CostRules::new(Currency::EUR)).unwrap();
            prop_assert_eq!(state.value(), book.value_on(moved.date));
            prop_assert_eq!(state.quantity, book.quantity_on(moved.date));
        }
    }

    #[test]
    fn keeping_changes_nothing_that_was_posted(method in methods(), steps in steps(), dates in prop::collection::vec(0_u32..100, 41)) {
        let mut book = book(method);
        book.record(moved(1, 0, Kind::SetCost { cost: price("1.25") }), Backdating::Keep).unwrap();
        for (n, (step, date)) in (2..).zip(steps.iter().zip(dates)) {
            let posted = book.facts().to_vec();
            let before = book.state().value().units();
            let kind = step.kind(n - 1);
            let concerns = kind.of();
            let Ok(facts) = book.record(moved(n, date, kind), Backdating::Keep) else { continue };
            let change: i64 = facts.iter().map(|fact| fact.value.units()).sum();
            prop_assert!(facts.iter().all(|fact| fact.by == id(n)));
            // Only what goods bear that left on a later day counts from there.
            let dated = |fact: &ValueFact| match fact.cause {
                Cause::Correction => fact.date >= day(date),
                // As does what came back on a later day.
                Cause::Cost if Some(fact.of) != concerns && fact.of != fact.by => fact.date >= day(date),
                _ => fact.date == day(date),
            };
            prop_assert!(facts.iter().all(dated));
            if concerns.is_none() && method == Method::Standard {
                prop_assert!(facts.iter().all(|fact| fact.of == id(n)));
            }
            prop_assert_eq!(&book.facts()[..posted.len()], &posted[..]);
            prop_assert_eq!(book.state().value().units(), before + change);
            book.state().check(&CostRules::new(Currency::EUR)).unwrap();
        }
    }
}
