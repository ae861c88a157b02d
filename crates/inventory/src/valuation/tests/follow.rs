//! What comes upon goods later finds them wherever they are by then: laid with others by another method, come back, or sold again.

use rust_decimal::Decimal;

use super::*;

fn freight(of: u32, value: &str) -> Kind {
    Kind::LandedCost { of: id(of), value: val(value) }
}

fn back(of: u32, quantity: &str) -> Kind {
    Kind::CustomerReturn { of: id(of), quantity: qty(quantity) }
}

#[test]
fn freight_finds_goods_that_another_method_laid_as_one() {
    for (from, to) in [
        (Method::Average, Method::Fifo),
        (Method::Average, Method::Lifo),
        (Method::Standard, Method::Fifo),
        (Method::Standard, Method::Lifo),
    ] {
        let mut bench = Bench::new(from);
        bench.send(Kind::SetCost { cost: price("10") });
        bench.send(receipt("10", "100"));
        bench.send(Kind::ChangeMethod { to });
        bench.send(freight(2, "20"));
        bench.stands("10", "120");
        bench.send(Kind::PriceChange { of: id(2), value: val("-40") });
        bench.stands("10", "80");
        bench.send(issue("5"));
        bench.stands("5", "40");
        // Of what came on top half is gone.
        bench.send(freight(2, "10"));
        bench.stands("5", "45");
        // What came after the change has a layer of its own.
        bench.send(receipt("5", "50"));
        bench.send(freight(8, "5"));
        bench.stands("10", "100");
    }
}

/// What came before a change but lies in its own layer again, as its issue was taken back, bears its share there.
#[test]
fn freight_finds_both_parts_of_a_receipt() {
    let mut bench = Bench::new(Method::Fifo);
    bench.send(receipt("10", "100"));
    bench.send(issue("4"));
    bench.send(Kind::ChangeMethod { to: Method::Average });
    bench.send(Kind::ChangeMethod { to: Method::Fifo });
    bench.send(Kind::Correction { of: id(2), quantity: qty("0") });
    bench.send(freight(1, "20"));
    bench.stands("10", "120");
}

#[test]
fn freight_follows_what_came_back() {
    for method in [Method::Fifo, Method::Lifo, Method::Average] {
        let mut bench = Bench::new(method);
        bench.send(receipt("10", "100"));
        bench.send(issue("10"));
        bench.send(back(2, "5"));
        bench.send(freight(1, "20"));
        bench.stands("5", "60");
    }
    let mut bench = Bench::new(Method::Fifo);
    bench.send(receipt("10", "100"));
    bench.send(issue("10"));
    bench.send(back(2, "5"));
    bench.send(issue("3")); // of what came back
    bench.send(back(4, "1"));
    bench.send(freight(1, "20"));
    // Three lie there: two of the first return and one that came back again.
    bench.stands("3", "36");
    assert_eq!((bench.worth(2), bench.worth(3)), (val("-120"), val("60")));
    assert_eq!((bench.worth(4), bench.worth(5), bench.worth(6)), (val("-36"), val("12"), val("0")));
    // What is still out comes back at what it cost after all.
    bench.send(back(2, "5"));
    bench.send(back(4, "2"));
    bench.stands("10", "120");
}

#[test]
fn a_book_that_is_costed_again_says_the_same() {
    let replay = Backdating::Replay { open_from: None };
    let kinds = [receipt("10", "100"), issue("10"), back(2, "5"), issue("3"), freight(1, "20")];
    for policy in [Backdating::Keep, replay] {
        let mut book = Book::new(CostRules::new(Currency::EUR), Method::Fifo).unwrap();
        for (n, kind) in (1..).zip(kinds) {
            book.record(Move::new(id(n), day(n), kind), policy).unwrap();
        }
        assert_eq!(book.state().value(), val("24"));
        let worth = |of| book.facts_of(id(of)).map(|fact| fact.value.units()).sum::<i64>();
        let found = [2, 3, 4].map(|of| worth(of) / 10_000);
        assert_eq!(found, [-120, 60, -36]);
    }
}

/// IAS 2.33: back up to what the goods cost, also where they were out in between.
#[test]
fn what_comes_back_is_written_down_as_it_left() {
    for method in [Method::Fifo, Method::Lifo, Method::Average] {
        let mut bench = Bench::new(method);
        bench.send(receipt("10", "100"));
        bench.send(Kind::NetRealisable { price: price("8") });
        bench.send(issue("10"));
        bench.send(back(3, "4"));
        bench.stands("4", "32");
        bench.send(back(3, "3"));
        bench.send(Kind::Correction { of: id(3), quantity: qty("7") });
        bench.stands("10", "80");
        assert_eq!((bench.state.cost, bench.state.written_down), (val("100"), val("20")));
        bench.send(Kind::NetRealisable { price: price("12") });
        bench.stands("10", "100");
    }
    // What only covers what was missing was never there to be written down.
    let mut bench = Bench::new(Method::Fifo);
    bench.send(receipt("5", "50"));
    bench.send(Kind::NetRealisable { price: price("8") });
    bench.send(issue("10"));
    bench.send(back(3, "10"));
    bench.stands("5", "40");
}

#[test]
fn a_count_is_corrected_to_nothing_and_again() {
    let replay = Backdating::Replay { open_from: None };
    let mut book = Book::new(CostRules::new(Currency::EUR), Method::Fifo).unwrap();
    let correct = |quantity| Kind::Correction { of: id(2), quantity: qty(quantity) };
    let kinds = [
        (receipt("10", "100"), "10"),
        (Kind::Count { counted: qty("8") }, "8"),
        (correct("0"), "10"),
        (correct("1"), "9"),
        (correct("3"), "7"),
    ];
    for (n, (kind, left)) in (1..).zip(kinds) {
        book.record(Move::new(id(n), day(n), kind), replay).unwrap();
        assert_eq!(book.state().quantity, qty(left), "after {n}");
    }
}

/// What a step of a history of pieces does; numbers are brought into range.
#[derive(Clone, Copy, Debug)]
enum Piece {
    Receipt(i64, i64),
    Issue(i64),
    Back(usize, i64),
    Freight(usize, i64),
    Method(Method),
}

fn pieces(receives: bool, changes: Vec<Method>) -> impl Strategy<Value = Vec<Piece>> {
    let step = prop_oneof![
        if receives { 4 } else { 0 } => (1_i64..7, 0_i64..9_000).prop_map(|(q, v)| Piece::Receipt(q, v)),
        4 => (1_i64..7).prop_map(Piece::Issue),
        4 => (any::<usize>(), 1_i64..5).prop_map(|(of, q)| Piece::Back(of, q)),
        3 => (any::<usize>(), 1_i64..3_000).prop_map(|(of, v)| Piece::Freight(of, v)),
        1 => prop::sample::select(changes).prop_map(Piece::Method),
    ];
    prop::collection::vec(step, 1..40)
}

/// Each piece by how much of it is of which receipt: what comes back is a mixture of what its issue took.
type Mix = Vec<(usize, Decimal)>;

/// Goods piece by piece, and what each receipt cost in cents by now: nothing else is known of when what came upon it.
#[derive(Default)]
struct Pieces {
    receipts: Vec<(u32, i64, i64)>,
    there: Vec<Mix>,
    issues: Vec<(u32, Vec<Mix>, i64)>,
}

impl Pieces {
    fn value(&self, goods: &[Mix]) -> Decimal {
        let unit = |receipt: usize| {
            let (_, count, cost) = self.receipts[receipt];
            Decimal::from(cost) / Decimal::from(count)
        };
        goods.iter().flatten().map(|(receipt, share)| share * unit(*receipt)).sum()
    }

    fn take(&mut self, count: usize, last_first: bool) -> Vec<Mix> {
        let from = if last_first { self.there.len() - count } else { 0 };
        self.there.drain(from..from + count).collect()
    }

    /// One of what an issue took: the same part of each.
    fn one_of(taken: &[Mix]) -> Mix {
        let all = Decimal::from(taken.len());
        let mut mix: Mix = Vec::new();
        for (receipt, share) in taken.iter().flatten() {
            match mix.iter_mut().find(|(of, _)| of == receipt) {
                Some((_, sum)) => *sum += share / all,
                None => mix.push((*receipt, share / all)),
            }
        }
        mix
    }
}

/// Carries a step out on both; `None` where it is of nothing.
fn carry_out(bench: &mut Bench, naive: &mut Pieces, step: Piece) -> Option<()> {
    let whole = |count: i64| Qty::from_units(count * 1_000_000);
    let at = |of: usize, len: usize| of.checked_rem(len);
    match step {
        Piece::Receipt(count, cents) => {
            bench.send(Kind::receipt(whole(count), Val::from_units(cents * 100)));
            let receipt = naive.receipts.len();
            naive.receipts.push((bench.next, count, cents));
            naive.there.extend((0..count).map(|_| vec![(receipt, Decimal::ONE)]));
        }
        Piece::Issue(count) => {
            let count = count.min(i64::try_from(naive.there.len()).ok()?);
            if count == 0 {
                return None;
            }
            bench.send(Kind::Issue { quantity: whole(count) });
            let taken =
                naive.take(usize::try_from(count).ok()?, bench.state.method == Method::Lifo);
            naive.issues.push((bench.next, taken, count));
        }
        Piece::Back(of, count) => {
            let at = at(of, naive.issues.len())?;
            let (of, taken, open) = &mut naive.issues[at];
            let count = count.min(*open);
            if count == 0 {
                return None;
            }
            bench.send(Kind::CustomerReturn { of: id(*of), quantity: whole(count) });
            *open -= count;
            let one = Pieces::one_of(taken);
            naive.there.extend((0..count).map(|_| one.clone()));
        }
        Piece::Freight(of, cents) => {
            let at = at(of, naive.receipts.len())?;
            let (of, _, cost) = &mut naive.receipts[at];
            *cost += cents;
            bench.send(Kind::LandedCost { of: id(*of), value: Val::from_units(cents * 100) });
        }
        Piece::Method(to) => drop(bench.send(Kind::ChangeMethod { to })),
    }
    Some(())
}

proptest! {
    /// What lies there costs what its pieces cost, whenever what came upon their receipt was known: a cent for each step that rounds.
    #[test]
    fn fifo_and_lifo_are_pieces_of_receipts(lifo: bool, history in pieces(true, vec![Method::Fifo, Method::Lifo])) {
        let mut bench = Bench::new(if lifo { Method::Lifo } else { Method::Fifo });
        let mut naive = Pieces::default();
        for (step, rounded) in history.into_iter().zip(1_i64..) {
            let _ = carry_out(&mut bench, &mut naive, step);
            let value = Decimal::from(bench.state.value().units()) / Decimal::from(100);
            let differs = (value - naive.value(&naive.there)).abs();
            prop_assert!(differs <= Decimal::from(rounded), "{differs} cents after {step:?}");
        }
    }

    /// All goods are of one receipt, so each costs the same, whichever methods they went through. Of an average nobody can tell by which
    /// issue what is gone went, so nothing leaves while there is one, what left before does not come back after, and there is one at most.
    #[test]
    fn goods_of_one_receipt_cost_the_same_by_any_method(count in 1_i64..40, cents in 0_i64..90_000, first in 0..3_usize, history in pieces(false, vec![Method::Fifo, Method::Lifo, Method::Average])) {
        let mut bench = Bench::new([Method::Fifo, Method::Lifo, Method::Average][first]);
        let mut naive = Pieces::default();
        let _ = carry_out(&mut bench, &mut naive, Piece::Receipt(count, cents));
        let mut was_average = first == 2;
        let mut averages = 0; // how often one began or ended
        let history = history.into_iter().filter(|step| !matches!(step, Piece::Receipt(..)));
        for (step, rounded) in history.zip(2_i64..) {
            let leaves = matches!(step, Piece::Issue(_) | Piece::Back(..));
            if was_average && leaves || averages > 0 && matches!(step, Piece::Method(Method::Average)) {
                continue;
            }
            let _ = carry_out(&mut bench, &mut naive, step);
            let is_average = bench.state.method == Method::Average;
            if is_average != was_average {
                averages += 1;
                naive.issues.clear();
            }
            was_average = is_average;
            let value = Decimal::from(bench.state.value().units()) / Decimal::from(100);
            let differs = (value - naive.value(&naive.there)).abs();
            prop_assert!(differs <= Decimal::from(rounded), "{differs} cents after {step:?}");
        }
    }
}
