//! Tables of many stocks, and transfers between them.

use fondaco_core::Currency;
use proptest::prelude::*;

use super::*;

fn moved(n: u32, kind: Kind) -> Move {
    Move::new(id(n), day(n), kind)
}

#[test]
fn a_refused_row_is_named() {
    let rules = CostRules::new(Currency::EUR);
    let rows = [Row::new(0, moved(1, receipt("1", "1"))), Row::new(3, moved(2, issue("1")))];
    let error = replay(&rules, &[Method::Fifo], &rows).unwrap_err();
    assert_eq!(
        error.to_string(),
        "row 1 (counted from 0): there is no stock at place 3: give the method of each"
    );
    let same = Row::transfer(0, 0, moved(2, issue("1")));
    let error = replay(&rules, &[Method::Fifo], &[rows[0], same]).unwrap_err();
    assert_eq!(error.code(), "inventory.cost_same_stock");
    let framed = rules.under(Framework::Ifrs);
    assert!(replay(&framed, &[Method::Lifo], &[]).is_err());
}

#[test]
fn customers_may_bring_goods_back_elsewhere() {
    let rows = [
        Row::new(0, moved(1, receipt("2", "20"))),
        Row::new(0, moved(2, issue("2"))),
        Row::new(1, moved(3, Kind::CustomerReturn { of: id(2), quantity: qty("1") })),
    ];
    let done = replay(&CostRules::new(Currency::EUR), &[Method::Fifo; 2], &rows).unwrap();
    assert_eq!(done.stocks[1].value(), val("10"));
}

#[test]
fn what_is_written_down_stays_so_at_the_other_site() {
    let rows = [
        Row::new(0, moved(1, receipt("10", "100"))),
        Row::new(0, moved(2, Kind::NetRealisable { price: price("6") })),
        Row::transfer(0, 1, moved(3, issue("5"))),
        Row::new(1, moved(4, Kind::NetRealisable { price: price("10") })),
    ];
    let mut facts = Vec::new();
    let rules = CostRules::new(Currency::EUR);
    let done = replay_each(&rules, &[Method::Average; 2], &rows, |stock, told| {
        facts.extend(told.iter().map(|fact| (stock, fact.number, fact.by)));
    })
    .unwrap();
    assert_eq!(done.values, [val("100"), val("-40"), val("0"), val("20")]);
    assert_eq!((done.stocks[0].value(), done.stocks[1].value()), (val("30"), val("50")));
    let transfer: Vec<_> = facts.iter().filter(|fact| fact.2 == id(3)).collect();
    assert_eq!(transfer, [&(0, 0, id(3)), &(0, 1, id(3)), &(1, 2, id(3)), &(1, 3, id(3))]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Transfers make no value and lose none, whatever the methods on both sides.
    #[test]
    fn what_moves_between_sites_keeps_its_value(methods in prop::collection::vec(methods(), 3), moves in prop::collection::vec((0_usize..3, 0_usize..3, 1_i64..50, 0_i64..500), 1..40)) {
        let rules = CostRules::new(Currency::EUR);
        let mut rows: Vec<Row> = (0..3)
            .map(|n| Row::new(usize::try_from(n).unwrap(), moved(n + 1, Kind::SetCost { cost: price("7.03") })))
            .collect();
        for (n, (from, to, quantity, value)) in (4..).zip(&moves) {
            let quantity = Qty::from_units(quantity * 100_000);
            rows.push(if from == to {
                Row::new(*from, moved(n, Kind::receipt(quantity, Val::from_units(value * 100))))
            } else {
                Row::transfer(*from, *to, moved(n, Kind::Issue { quantity }))
            });
        }
        let mut causes = 0;
        let done = replay_each(&rules, &methods, &rows, |_, facts| {
            let own = |fact: &&ValueFact| fact.cause == Cause::Cost || fact.cause == Cause::WriteDown;
            causes += facts.iter().filter(|fact| !own(fact)).map(|fact| fact.value.units()).sum::<i64>();
        }).unwrap();
        let came: i64 = moves.iter().filter(|m| m.0 == m.1).map(|m| m.3 * 100).sum();
        let there: i64 = done.stocks.iter().map(|stock| stock.value().units()).sum();
        prop_assert_eq!(there, came + causes);
        for stock in &done.stocks {
            stock.check(&rules).unwrap();
        }
    }
}
