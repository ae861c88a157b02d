//! What one currency cleared against another left: nobody owes anything, so all of it together is worth nothing.

use crate::common::*;
use crate::firm::*;

/// A firm with rates and a monetary account of customers, whose differences have no accounts yet.
fn firm_of(firm: Firm) -> Firm {
    let firm = with_items(firm);
    firm.must("source", &OpenRateSource::new("SPOT", "Bank"));
    let rate = |of, rate: &str| NewRate::new(of, Currency::EUR, dec(rate), d("2026-01-01"));
    let rates = vec![rate(Currency::USD, "1.00"), rate(Currency::GBP, "1.10")];
    firm.must("rates", &RecordRates::new("SPOT", rates));
    firm.must("monetary", &MarkMonetary::new(["1200"]));
    firm
}

fn name(firm: &Firm) {
    firm.must("differences", &SetExchangeAccounts::new("GEN", "4900", "5900"));
}

fn at(firm: &Firm, day: &str) -> String {
    firm.sum(&BalanceQuery::account("1200").until(d(day)))
}

#[test]
fn dollars_paid_in_euros() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        let bill = item(&firm, "bill", "2026-01-05", "100 USD", "80 EUR");
        let paid = item(&firm, "paid", "2026-02-05", "-85 EUR", "-85 EUR");
        let cleared = firm.must("clear", &Clear::new("1200").all(bill).all(paid));
        assert_eq!(cleared.difference.to_decimal(), dec("-5"));
        assert_eq!(open(&firm, "1200").differences.len(), 2, "it stands beside the items");
        name(&firm);
        let run = Revalue::at(d("2026-03-31"));
        let preview = firm.view(|view| revaluation(view, &run));
        assert_eq!(preview.lines[0].open, usd("0"), "nobody owes anything");
        let done = firm.must("March", &run);
        assert_eq!(done.difference.to_decimal(), dec("5"), "and not 20, on {}", firm.name);
        assert_eq!(preview.difference(), eur("5"));
        assert_eq!(at(&firm, "2026-03-31"), "0");
        assert_eq!(firm.must("again", &run).entry(), None);
        let job = firm.run_job("again", &mut run.clone(), &mut ()).unwrap();
        assert_eq!(job.report.entry(), None);
        firm.tick("2026-04-01");
        assert_eq!(at(&firm, "2026-04-01"), "-5");
        // Undone and made again it is realised, and nothing is left to value.
        firm.must("undo", &Unclear::new(cleared.clearing).on(d("2026-04-10")));
        firm.must("anew", &Clear::new("1200").all(bill).all(paid));
        assert_eq!(firm.must("April", &Revalue::at(d("2026-04-30"))).entry(), None);
        assert_eq!((at(&firm, "2026-04-30"), balance(&firm, "4900")), ("0".into(), "-5".into()));
        firm.clean();
    });
}

/// Two foreign currencies against one another, of a bill that is open in part: the rest is valued as any item.
#[test]
fn dollars_against_pounds_in_part() {
    let firm = firm_of(in_memory());
    let bill = item(&firm, "bill", "2026-01-05", "100 USD", "80 EUR");
    let paid = item(&firm, "paid", "2026-02-05", "-50 GBP", "-55 EUR");
    firm.must("clear", &Clear::new("1200").part(bill, usd("60")).all(paid));
    name(&firm);
    let run = Revalue::at(d("2026-03-31"));
    let preview = firm.view(|view| revaluation(view, &run));
    let lines: Vec<_> =
        preview.lines.iter().map(|line| (line.open, line.before, line.worth)).collect();
    // 40 USD of 32 are worth 40. 60 of 48 stand against 55: -7, said of the first currency by its code.
    assert_eq!(lines, [(money("0 GBP"), eur("-7"), eur("0")), (usd("40"), eur("32"), eur("40"))]);
    assert_eq!(firm.must("March", &run).difference.to_decimal(), dec("15"));
    assert_eq!(at(&firm, "2026-03-31"), "40");
    assert_eq!(firm.must("again", &run).entry(), None);
    firm.tick("2026-04-01");
    assert_eq!(at(&firm, "2026-04-30"), "25");
    firm.clean();
}

/// Two of one currency leave a worth alone, which was right before.
#[test]
fn one_currency_leaves_a_worth_alone() {
    let firm = firm_of(in_memory());
    let bill = item(&firm, "bill", "2026-01-05", "100 USD", "80 EUR");
    let paid = item(&firm, "paid", "2026-02-05", "-100 USD", "-85 EUR");
    firm.must("clear", &Clear::new("1200").all(bill).all(paid));
    name(&firm);
    let done = firm.must("March", &Revalue::at(d("2026-03-31")));
    assert_eq!(done.difference.to_decimal(), dec("5"));
    assert_eq!(at(&firm, "2026-03-31"), "0");
}
