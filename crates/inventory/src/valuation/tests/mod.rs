//! What holds whatever is moved, and what each method does in small.

use chrono::NaiveDate;
use fondaco_core::{Currency, Id, Rounding};
use proptest::prelude::*;

use super::*;

mod follow;
mod late;
mod returns;
mod tables;

pub(super) fn day(n: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(n.into())
}

pub(super) fn id(n: u32) -> MoveId {
    MoveId::from_u128(n.into())
}

pub(super) fn qty(text: &str) -> Qty {
    Qty::from_decimal(text.parse().unwrap()).unwrap()
}

pub(super) fn val(text: &str) -> Val {
    Val::from_decimal(text.parse().unwrap()).unwrap()
}

pub(super) fn price(text: &str) -> Price {
    Price::from_decimal(text.parse().unwrap()).unwrap()
}

/// A stock with all that was told of it.
pub(super) struct Bench {
    pub(super) rules: CostRules,
    pub(super) state: State,
    pub(super) known: Known,
    pub(super) facts: Vec<ValueFact>,
    pub(super) next: u32,
}

impl Bench {
    pub(super) fn new(method: Method) -> Bench {
        let rules = CostRules::new(Currency::EUR);
        let state = State::new(&rules, method).unwrap();
        Bench { rules, state, known: Known::default(), facts: Vec::new(), next: 0 }
    }

    pub(super) fn carry_out(&mut self, moved: Move) -> Result<Told, ValuationError> {
        let mut told = Told::new();
        let before = self.state.clone();
        let done = self.state.apply(&self.rules, &moved, &self.known, &mut told);
        if let Err(error) = done {
            assert_eq!((&self.state, &told), (&before, &Told::new()), "{error}");
            return Err(error);
        }
        self.known.note(&moved, &told.facts);
        self.facts.extend(&told.facts);
        self.holds();
        Ok(told)
    }

    pub(super) fn send(&mut self, kind: Kind) -> Told {
        self.next += 1;
        self.carry_out(Move::new(id(self.next), day(self.next), kind)).unwrap()
    }

    pub(super) fn refused(&mut self, kind: Kind) -> ValuationError {
        self.next += 1;
        self.carry_out(Move::new(id(self.next), day(self.next), kind)).unwrap_err()
    }

    /// What must hold after every move.
    fn holds(&self) {
        self.state.check(&self.rules).unwrap();
        let value: i64 = self.facts.iter().map(|fact| fact.value.units()).sum();
        let quantity: i64 = self.facts.iter().map(|fact| fact.quantity.units()).sum();
        assert_eq!((quantity, value), (self.state.quantity.units(), self.state.value().units()));
        assert!(self.facts.iter().all(|fact| fact.value.units() % 100 == 0), "whole cents");
        let posted: Vec<_> = (1..=self.next).filter_map(|n| self.known.posted(id(n))).collect();
        for n in 1..=self.next {
            let Some(origin) = self.known.posted(id(n)) else { continue };
            let returns = posted.iter().filter(|posted| posted.returns == Some(id(n)));
            let back: i64 = returns.map(|posted| posted.quantity.units()).sum();
            assert_eq!(origin.open.units(), origin.quantity.units() + back, "open of {n}");
            assert!(origin.open.units() * origin.quantity.units() >= 0, "no more than all of {n}");
        }
    }

    pub(super) fn stands(&self, quantity: &str, value: &str) {
        assert_eq!((self.state.quantity, self.state.value()), (qty(quantity), val(value)));
    }

    /// What a move is worth, as corrected since.
    pub(super) fn worth(&self, of: u32) -> Val {
        let facts = self.facts.iter().filter(|fact| fact.of == id(of));
        Val::from_units(facts.map(|fact| fact.value.units()).sum())
    }
}

pub(super) fn receipt(quantity: &str, value: &str) -> Kind {
    Kind::receipt(qty(quantity), val(value))
}

pub(super) fn issue(quantity: &str) -> Kind {
    Kind::Issue { quantity: qty(quantity) }
}

#[test]
fn methods_differ_in_what_leaves() {
    for (method, left) in [(Method::Fifo, "100"), (Method::Lifo, "50"), (Method::Average, "75")] {
        let mut bench = Bench::new(method);
        bench.send(receipt("10", "100"));
        bench.send(receipt("10", "200"));
        bench.send(issue("15"));
        bench.stands("5", left);
    }
}

#[test]
fn a_standard_keeps_its_cost_and_tells_the_variance() {
    let mut bench = Bench::new(Method::Standard);
    bench.send(Kind::SetCost { cost: price("10") });
    let told = bench.send(receipt("4", "64"));
    let causes: Vec<_> = told.facts.iter().map(|f| (f.cause, f.value)).collect();
    assert_eq!(causes, [(Cause::Cost, val("64")), (Cause::Variance, val("-24"))]);
    bench.send(issue("1"));
    bench.send(Kind::SetCost { cost: price("15") });
    bench.stands("3", "45");
    // At what it was issued at; the stock takes it in at the standard.
    let told = bench.send(Kind::CustomerReturn { of: id(3), quantity: qty("1") });
    let causes: Vec<_> = told.facts.iter().map(|f| (f.cause, f.value)).collect();
    assert_eq!(causes, [(Cause::Cost, val("10")), (Cause::Variance, val("5"))]);
}

#[test]
fn an_issue_below_zero_is_corrected_by_name_and_returns_at_the_corrected_cost() {
    for method in [Method::Fifo, Method::Lifo, Method::Average] {
        let mut bench = Bench::new(method);
        bench.send(Kind::SetCost { cost: price("1") });
        bench.send(issue("10"));
        bench.stands("-10", "-10");
        let told = bench.send(receipt("10", "20"));
        let own = |fact: &&ValueFact| fact.cause == Cause::Correction && fact.of == id(2);
        let told: Vec<_> = told.facts.iter().filter(own).map(|f| (f.quantity, f.value)).collect();
        // From below zero, and out of the receipt.
        assert_eq!(told, [(qty("10"), val("10")), (qty("-10"), val("-20"))]);
        bench.stands("0", "0");
        bench.send(Kind::CustomerReturn { of: id(2), quantity: qty("10") });
        bench.stands("10", "20");
    }
}

#[test]
fn a_return_covers_its_own_issue_first() {
    let mut bench = Bench::new(Method::Fifo);
    bench.send(Kind::SetCost { cost: price("1") });
    bench.send(issue("5"));
    bench.send(issue("5"));
    bench.send(Kind::CustomerReturn { of: id(3), quantity: qty("5") });
    let told = bench.send(receipt("5", "50"));
    assert_eq!(told.facts[1].of, id(2));
    assert_eq!((bench.worth(2), bench.worth(3)), (val("-50"), val("-5")));
    bench.stands("0", "0");
}

#[test]
fn a_supplier_is_credited_what_he_billed() {
    let mut bench = Bench::new(Method::Average);
    bench.send(receipt("1", "10"));
    bench.send(receipt("1", "20"));
    let told = bench.send(Kind::SupplierReturn { of: id(1), quantity: qty("1") });
    let by = |cause| -> i64 {
        told.facts.iter().filter(|f| f.cause == cause).map(|f| f.value.units()).sum()
    };
    assert_eq!((by(Cause::Cost), by(Cause::Variance)), (-100_000, -50_000));
    bench.stands("1", "15");
    // What went back comes again at what it left for.
    bench.send(Kind::CustomerReturn { of: id(3), quantity: qty("1") });
    bench.stands("2", "30");
}

#[test]
fn landed_cost_goes_where_the_goods_went() {
    let mut bench = Bench::new(Method::Fifo);
    bench.send(receipt("10", "100"));
    bench.send(issue("3"));
    bench.send(issue("3"));
    bench.send(Kind::CustomerReturn { of: id(3), quantity: qty("1") });
    let told = bench.send(Kind::LandedCost { of: id(1), value: val("10") });
    let told: Vec<_> = told.facts.iter().map(|f| (f.cause, f.of, f.value)).collect();
    assert_eq!(
        told,
        [
            (Cause::Landed, id(1), val("10")),
            (Cause::Correction, id(2), val("-3")),
            (Cause::Correction, id(3), val("-3")),
            (Cause::Cost, id(4), val("1")), // what came back already
        ]
    );
    bench.stands("5", "55");
    bench.send(Kind::CustomerReturn { of: id(2), quantity: qty("3") });
    bench.stands("8", "88");
}

#[test]
fn landed_cost_of_an_average_stays_as_far_as_stock_covers_it() {
    let mut bench = Bench::new(Method::Average);
    bench.send(receipt("10", "100"));
    bench.send(issue("6"));
    bench.send(Kind::LandedCost { of: id(1), value: val("10") });
    bench.stands("4", "44");
    let mut bench = Bench::new(Method::Standard);
    bench.send(Kind::SetCost { cost: price("10") });
    bench.send(receipt("10", "100"));
    bench.send(Kind::LandedCost { of: id(2), value: val("10") });
    bench.stands("10", "100");
}

#[test]
fn a_write_down_leaves_with_the_goods_and_comes_back_up_to_cost() {
    let mut bench = Bench::new(Method::Fifo);
    bench.send(receipt("10", "100"));
    bench.send(Kind::NetRealisable { price: price("7") });
    bench.stands("10", "70");
    bench.send(issue("4"));
    bench.stands("6", "42");
    assert_eq!(bench.worth(3), val("-28"));
    bench.send(Kind::NetRealisable { price: price("9") });
    bench.stands("6", "54");
    bench.send(Kind::NetRealisable { price: price("12") });
    bench.stands("6", "60");
    bench.rules = bench.rules.under(Framework::UsGaap);
    bench.send(Kind::NetRealisable { price: price("5") });
    let refused = bench.refused(Kind::NetRealisable { price: price("6") });
    assert!(matches!(refused, ValuationError::NoReversal { .. }));
    bench.send(issue("6"));
    bench.stands("0", "0");
}

#[test]
fn lots_have_their_own_cost_and_are_never_below_zero() {
    let lot = |n: u128| Id::<Lot>::from_u128(n);
    let mut bench = Bench::new(Method::Lot);
    bench.carry_out(Move::new(id(1), day(1), receipt("5", "50")).of_lot(lot(1))).unwrap();
    bench.carry_out(Move::new(id(2), day(2), receipt("5", "100")).of_lot(lot(2))).unwrap();
    bench.carry_out(Move::new(id(3), day(3), issue("2")).of_lot(lot(2))).unwrap();
    bench.stands("8", "110");
    let short = bench.carry_out(Move::new(id(4), day(4), issue("4")).of_lot(lot(2))).unwrap_err();
    assert_eq!(
        short.to_string(),
        format!(
            "move {} takes 4 of a lot of which 3 are there: take less, or receive the lot first",
            id(4)
        )
    );
    let missing = bench.carry_out(Move::new(id(5), day(5), issue("1"))).unwrap_err();
    assert_eq!(missing, ValuationError::LotMissing { id: id(5) });
    let count = Kind::Count { counted: qty("1") };
    bench.carry_out(Move::new(id(6), day(6), count).of_lot(lot(1))).unwrap();
    bench.stands("4", "70");
}

#[test]
fn methods_change_and_standards_revalue() {
    let mut bench = Bench::new(Method::Average);
    bench.send(receipt("10", "100"));
    bench.send(receipt("10", "200"));
    bench.send(issue("1"));
    bench.send(Kind::ChangeMethod { to: Method::Fifo });
    bench.stands("19", "285");
    bench.send(receipt("1", "30"));
    bench.send(Kind::ChangeMethod { to: Method::Standard });
    bench.send(Kind::SetCost { cost: price("10") });
    bench.stands("20", "200");
    bench.send(Kind::ChangeMethod { to: Method::Lifo });
    bench.send(issue("21"));
    bench.stands("-1", "-10");
    bench.send(Kind::ChangeMethod { to: Method::Standard });
    bench.send(Kind::SetCost { cost: price("12") });
    bench.stands("-1", "-12");
    bench.send(Kind::ChangeMethod { to: Method::Average });
    bench.send(receipt("2", "20"));
    bench.stands("1", "10");
    bench.rules = bench.rules.under(Framework::Ifrs);
    let refused = bench.refused(Kind::ChangeMethod { to: Method::Lifo });
    assert_eq!(refused.to_string(), "LIFO is not allowed under IFRS: choose another method");
    let refused = bench.refused(Kind::ChangeMethod { to: Method::Lot });
    assert!(matches!(refused, ValuationError::LotsUnknown { .. }));
}

#[test]
fn what_is_wrong_is_named() {
    let mut bench = Bench::new(Method::Fifo);
    let (zero, less) = (qty("0"), qty("-1"));
    let code = |bench: &mut Bench, kind| bench.refused(kind).code();
    assert_eq!(code(&mut bench, Kind::Issue { quantity: zero }), "inventory.cost_bad_quantity");
    assert_eq!(code(&mut bench, Kind::Scrap { quantity: less }), "inventory.cost_bad_quantity");
    assert_eq!(code(&mut bench, receipt("0", "5")), "inventory.cost_bad_quantity");
    assert_eq!(code(&mut bench, receipt("1", "-5")), "inventory.cost_below_zero");
    assert_eq!(code(&mut bench, receipt("1", "5.005")), "inventory.cost_too_fine");
    let adjust = |quantity| Kind::Adjustment { quantity, value: None };
    assert_eq!(code(&mut bench, adjust(zero)), "inventory.cost_bad_quantity");
    assert_eq!(code(&mut bench, adjust(qty("1"))), "inventory.cost_unknown");
    assert_eq!(code(&mut bench, Kind::Count { counted: less }), "inventory.cost_count_below_zero");
    let cost = price("-1");
    assert_eq!(code(&mut bench, Kind::SetCost { cost }), "inventory.cost_below_zero");
    bench.send(receipt("10", "100"));
    let received = id(bench.next);
    bench.send(issue("4"));
    let issued = id(bench.next);
    let back = |of, quantity| Kind::CustomerReturn { of, quantity };
    assert_eq!(code(&mut bench, back(id(99), qty("1"))), "inventory.cost_never_issued");
    assert_eq!(code(&mut bench, back(received, qty("1"))), "inventory.cost_never_issued");
    assert_eq!(code(&mut bench, back(issued, qty("5"))), "inventory.cost_over_returned");
    let away = |of, quantity| Kind::SupplierReturn { of, quantity };
    assert_eq!(code(&mut bench, away(issued, qty("1"))), "inventory.cost_never_received");
    assert_eq!(code(&mut bench, away(received, qty("11"))), "inventory.cost_over_returned");
    let landed = |value| Kind::LandedCost { of: received, value };
    assert_eq!(code(&mut bench, landed(val("0"))), "inventory.cost_no_value");
    assert_eq!(code(&mut bench, landed(val("-101"))), "inventory.cost_below_zero");
    let mut sold = Bench::new(Method::Average);
    sold.send(receipt("1", "1"));
    sold.send(issue("1"));
    let credited = Kind::LandedCost { of: id(1), value: val("-2") };
    assert_eq!(code(&mut sold, credited), "inventory.cost_below_zero");
    let correct = |of, quantity| Kind::Correction { of, quantity };
    assert_eq!(code(&mut bench, correct(id(99), qty("1"))), "inventory.cost_unknown_move");
    bench.send(back(issued, qty("3")));
    assert_eq!(code(&mut bench, correct(issued, qty("2"))), "inventory.cost_over_returned");
    bench.send(Kind::SetCost { cost: price("1000") });
    let most = Qty::from_units(i64::MAX);
    assert_eq!(code(&mut bench, Kind::Issue { quantity: most }), "inventory.cost_overflow");
    let huge = Val::from_units(i64::MAX / 100 * 100);
    assert_eq!(code(&mut bench, Kind::receipt(qty("1"), huge)), "inventory.cost_overflow");
}

#[test]
fn rounding_is_as_the_settings_say_and_is_never_left_behind() {
    for rounding in [Rounding::HalfUp, Rounding::HalfEven, Rounding::Up, Rounding::Down] {
        for method in [Method::Fifo, Method::Average] {
            let mut bench = Bench::new(method);
            bench.rules = bench.rules.rounded(rounding);
            bench.send(receipt("7", "24.46"));
            (0..70).for_each(|_| drop(bench.send(issue("0.1"))));
            bench.stands("0", "0");
        }
    }
}

/// Odoo's pull request 119149: seven pieces carry exactly what came in, the eighth the average of the receipts.
#[test]
fn a_rounding_error_never_crosses_zero() {
    let mut bench = Bench::new(Method::Average);
    bench.send(receipt("2", "10.14"));
    bench.send(receipt("5", "15.10"));
    (0..6).for_each(|_| drop(bench.send(issue("1"))));
    let told = bench.send(issue("2"));
    let values: Vec<_> = told.facts.iter().map(|fact| (fact.quantity, fact.value)).collect();
    assert_eq!(values, [(qty("-1"), val("-3.60")), (qty("-1"), val("-3.61"))]);
    bench.stands("-1", "-3.61");
}

/// A price of more digits than the currency is rounded also where the quantity is the one that it is kept for.
#[test]
fn a_fine_price_makes_whole_cents_of_any_quantity() {
    let rules = CostRules::new(Currency::EUR);
    let worth = |quantity| rules.steps.worth(price("0.123456"), qty(quantity));
    assert_eq!(
        (worth("100"), worth("99"), worth("1")),
        (Some(val("12.35")), Some(val("12.22")), Some(val("0.12")))
    );
    let mut bench = Bench::new(Method::Standard);
    bench.send(Kind::SetCost { cost: price("0.123456") });
    bench.send(receipt("100", "13"));
    bench.stands("100", "12.35");
}

#[test]
fn a_lot_that_is_not_there_is_not_corrected_away() {
    let lot = |n: u128| Id::<Lot>::from_u128(n);
    let mut bench = Bench::new(Method::Lot);
    bench.carry_out(Move::new(id(1), day(1), receipt("5", "50")).of_lot(lot(1))).unwrap();
    bench.carry_out(Move::new(id(2), day(2), receipt("5", "60")).of_lot(lot(1))).unwrap();
    bench.carry_out(Move::new(id(3), day(3), issue("8")).of_lot(lot(1))).unwrap();
    let corrected = Kind::Correction { of: id(2), quantity: qty("1") };
    let refused = bench.carry_out(Move::new(id(4), day(4), corrected)).unwrap_err();
    assert_eq!(refused.code(), "inventory.cost_lot_short");
    let corrected = Kind::Correction { of: id(2), quantity: qty("4") };
    bench.carry_out(Move::new(id(4), day(4), corrected)).unwrap();
    bench.stands("1", "12");
}

/// A move of a random history, which names earlier ones by a number that is brought into range.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Receipt(i64, i64),
    Issue(i64),
    CustomerReturn(usize, i64),
    SupplierReturn(usize, i64),
    Adjustment(i64),
    Count(i64),
    Landed(usize, i64),
    Price(usize, i64),
    Correction(usize, i64),
    Cost(i64),
    Net(i64),
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let quantity = 1_i64..4_000;
    let step = prop_oneof![
        6 => (quantity.clone(), 0_i64..100_000).prop_map(|(q, v)| Step::Receipt(q, v)),
        6 => quantity.clone().prop_map(Step::Issue),
        2 => (any::<usize>(), quantity.clone()).prop_map(|(of, q)| Step::CustomerReturn(of, q)),
        2 => (any::<usize>(), quantity.clone()).prop_map(|(of, q)| Step::SupplierReturn(of, q)),
        1 => (-2_000_i64..2_000).prop_map(Step::Adjustment),
        1 => (0_i64..6_000).prop_map(Step::Count),
        2 => (any::<usize>(), -300_i64..2_000).prop_map(|(of, v)| Step::Landed(of, v)),
        1 => (any::<usize>(), -300_i64..2_000).prop_map(|(of, v)| Step::Price(of, v)),
        2 => (any::<usize>(), 0_i64..4_000).prop_map(|(of, q)| Step::Correction(of, q)),
        1 => (0_i64..100).prop_map(Step::Cost),
        1 => (0_i64..50).prop_map(Step::Net),
    ];
    prop::collection::vec(step, 1..40)
}

impl Step {
    /// As a move that comes after `count` others, whose ids are 1 to `count`.
    pub(super) fn kind(&self, count: u32) -> Kind {
        let of = |n: usize| id(u32::try_from(n % count.max(1) as usize).unwrap() + 1);
        let q = |n: i64| Qty::from_units(n * 1_000);
        let v = |n: i64| Val::from_units(n * 100);
        match *self {
            Step::Receipt(quantity, value) => Kind::receipt(q(quantity), v(value)),
            Step::Issue(quantity) => Kind::Issue { quantity: q(quantity) },
            Step::CustomerReturn(n, quantity) => {
                Kind::CustomerReturn { of: of(n), quantity: q(quantity) }
            }
            Step::SupplierReturn(n, quantity) => {
                Kind::SupplierReturn { of: of(n), quantity: q(quantity) }
            }
            Step::Adjustment(quantity) => Kind::Adjustment { quantity: q(quantity), value: None },
            Step::Count(counted) => Kind::Count { counted: q(counted) },
            Step::Landed(n, value) => Kind::LandedCost { of: of(n), value: v(value) },
            Step::Price(n, value) => Kind::PriceChange { of: of(n), value: v(value) },
            Step::Correction(n, quantity) => Kind::Correction { of: of(n), quantity: q(quantity) },
            Step::Cost(cost) => Kind::SetCost { cost: Price::from_units(cost * 100_000) },
            Step::Net(net) => Kind::NetRealisable { price: Price::from_units(net * 1_000_000) },
        }
    }
}

pub(super) fn methods() -> impl Strategy<Value = Method> {
    prop::sample::select(vec![Method::Fifo, Method::Lifo, Method::Average, Method::Standard])
}

proptest! {
    /// `Bench::holds` is asked after each move: value = layers = facts, nothing costs nothing, and what is refused changes nothing.
    #[test]
    fn whatever_is_moved_adds_up(method in methods(), history in steps(), to in methods(), at in 0..40_usize) {
        let mut bench = Bench::new(method);
        bench.send(Kind::SetCost { cost: price("1.25") });
        for (n, step) in history.iter().enumerate() {
            let kind = step.kind(bench.next);
            bench.next += 1;
            let _ = bench.carry_out(Move::new(id(bench.next), day(bench.next), kind));
            if n == at {
                bench.send(Kind::ChangeMethod { to });
            }
        }
    }

    #[test]
    fn fifo_and_lifo_are_single_pieces_in_a_row(lifo: bool, moves in prop::collection::vec((1_i64..6, 0_i64..50, any::<bool>()), 1..60)) {
        let mut bench = Bench::new(if lifo { Method::Lifo } else { Method::Fifo });
        let mut pieces: Vec<i64> = Vec::new();
        for (count, each, comes) in moves {
            if comes {
                let kind = Kind::receipt(Qty::from_units(count * 1_000_000), Val::from_units(count * each * 10_000));
                bench.send(kind);
                pieces.extend((0..count).map(|_| each));
            } else {
                let count = count.min(i64::try_from(pieces.len()).unwrap());
                if count == 0 { continue; }
                bench.send(Kind::Issue { quantity: Qty::from_units(count * 1_000_000) });
                let count = usize::try_from(count).unwrap();
                let from = if lifo { pieces.len() - count } else { 0 };
                pieces.drain(from..from + count);
            }
            prop_assert_eq!(bench.state.value().units(), pieces.iter().sum::<i64>() * 10_000);
        }
    }

    /// Of goods that are there.
    #[test]
    fn a_correction_and_back_changes_nothing(method in methods(), receipts in prop::collection::vec((1_000_i64..4_000, 1_i64..100_000), 2..6), sold in 1_i64..900, of in 0_u32..3, other in 0_i64..2_000) {
        let mut bench = Bench::new(method);
        bench.send(Kind::SetCost { cost: price("2") });
        for (quantity, value) in &receipts {
            bench.send(Step::Receipt(*quantity, *value).kind(0));
        }
        bench.send(Step::Issue(sold).kind(0));
        let issued = bench.next;
        let of = if of == 2 { issued } else { of + 2 };
        let was = bench.known.posted(id(of)).unwrap().quantity.units().abs();
        let other = if of == issued { other % 1_000 } else { (was / 1_000 - 100).max(other) };
        let before = (bench.state.quantity, bench.state.value(), bench.worth(of));
        bench.send(Kind::Correction { of: id(of), quantity: Qty::from_units(other * 1_000) });
        bench.send(Kind::Correction { of: id(of), quantity: Qty::from_units(was) });
        prop_assert_eq!((bench.state.quantity, bench.state.value(), bench.worth(of)), before);
    }
}
