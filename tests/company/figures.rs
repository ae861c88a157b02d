//! The owner's figures: exact, not defined where nothing is there, explained down to documents, and what a full recomputation gives.

use fondaco::company::figures::*;
use fondaco::company::*;
use fondaco::core::report::{Cell, Explain, Locale};
use rust_decimal::Decimal;

use crate::firm::*;

fn number(text: &str) -> Option<Decimal> {
    Some(text.parse().unwrap())
}

fn spring() -> FiguresQuery {
    FiguresQuery::new(day("2026-03-01"), day("2026-03-31"))
}

/// Forty bolts for 160; an order of ten for 119 with tax, shipped two days late, invoiced, half of it paid five days late.
fn trade() -> Firm {
    let firm = Firm::new();
    let line = NewLine::new(bolt(), pcs("40")).price("4 EUR/pcs".parse().unwrap());
    let order = NewOrder::new("PO-1", "V-1", day("2026-03-02")).line(line);
    firm.must(&OrderGoods::new(vec![NewOrder { wanted_on: Some(day("2026-03-04")), ..order }]));
    let some = ReceivedLine { refused: Some(pcs("10")), ..ReceivedLine::new(1, pcs("40")) };
    firm.must(&Receive::new(vec![NewReceipt::new("R-1", "PO-1", day("2026-03-04")).line(some)]));
    firm.must(&EnterBills::new(vec![NewBill::new("B-1", "V-1", day("2026-03-05")).order("PO-1")]));
    let line = NewLine::new(bolt(), pcs("10"));
    let order = NewOrder::new("SO-1", "C-1", day("2026-03-06")).line(line);
    firm.must(&PlaceOrders::new(vec![NewOrder { wanted_on: Some(day("2026-03-08")), ..order }]));
    firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-03-10"))]));
    firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("I-1", "SO-1", day("2026-03-10"))]));
    firm
}

#[test]
fn a_month_in_figures() {
    let figures = trade().company.figures(&spring()).unwrap();
    let value = |code: &str| figures.get(code).unwrap().number();
    // Receivables 119, stock 120, tax on what was bought 30.40; owed 190.40 and tax 19.
    assert_eq!(value("current_ratio").map(|ratio| ratio.round_dp(4)), number("1.2865"));
    assert_eq!(value("quick_ratio").map(|ratio| ratio.round_dp(4)), number("0.5683"));
    assert_eq!(value("cash_ratio"), number("0"));
    // Half of 119 over 100 in 31 days; half of 120 over 40; half of 190.40 over 40.
    assert_eq!(value("days_sales"), number("18.445"));
    assert_eq!(value("days_inventory"), number("46.5"));
    assert_eq!(value("days_payables"), number("73.78"));
    assert_eq!(value("operating_cycle"), number("64.945"));
    assert_eq!(value("cash_conversion_cycle"), number("-8.835"));
    assert_eq!(value("gross_margin"), number("0.6"));
    assert_eq!(value("profit"), number("60"));
    assert_eq!(value("inventory_turns").map(|turns| turns.round_dp(4)), number("0.6667"));
    assert_eq!(value("line_fill_rate"), number("1"));
    assert_eq!(value("on_time_delivery"), number("0"));
    assert_eq!(value("supplier_on_time"), number("1"));
    assert_eq!(value("reject_rate"), number("0.2"));
    let year = Basis { balances: Balances::Closing, days: DaysOfYear::Year365, ..Basis::default() };
    let figures = trade().company.figures(&spring().basis(year)).unwrap();
    assert_eq!(figures.get("days_sales").unwrap().number(), number("434.35"));
    let credit = Basis { sales: SalesBasis::CreditSales, ..year };
    let figures = trade().company.figures(&spring().basis(credit)).unwrap();
    assert_eq!(figures.get("days_sales").unwrap().number(), number("365"));
}

#[test]
fn over_an_empty_period_nothing_is_divided_by_nothing() {
    let query = FiguresQuery::new(day("2026-02-01"), day("2026-02-28"));
    let figures = trade().company.figures(&query).unwrap();
    for measure in figures.measures.iter().filter(|measure| measure.code != "profit") {
        let why = measure.value.as_ref().unwrap_err().to_string();
        assert!(why.starts_with("not defined, because "), "{}: {why}", measure.code);
    }
    let turned = FiguresQuery::new(day("2026-02-28"), day("2026-02-01"));
    let error = trade().company.figures(&turned).unwrap_err();
    assert!(error.to_string().contains("last day"), "{error}");
}

/// What a tree of amounts says adds up, wherever it says of accounts and documents that they are its parts.
fn adds_up(why: &Explain) {
    let rule = why.rule.as_ref().map(ToString::to_string).unwrap_or_default();
    let is_sum = rule.is_empty() || rule.starts_with("balance") || rule.starts_with("from");
    let parts: Option<Vec<Decimal>> = why
        .inputs
        .iter()
        .map(|part| match &part.value {
            Cell::Money(money) => Some(money.amount()),
            _ => None,
        })
        .collect();
    if let (Cell::Money(whole), Some(parts)) = (&why.value, parts)
        && is_sum
        && !why.inputs.is_empty()
    {
        assert_eq!(parts.iter().sum::<Decimal>(), whole.amount(), "{why}");
    }
    why.inputs.iter().for_each(adds_up);
}

#[test]
fn each_explains_itself_down_to_documents() {
    let firm = trade();
    for measure in firm.company.figures(&spring()).unwrap().measures {
        let why = firm.company.explain_figure(&spring(), &measure.code).unwrap();
        assert_eq!(why.value, measure.explain.value, "{}", measure.code);
        adds_up(&why);
    }
    let why = firm.company.explain_figure(&spring(), "gross_margin").unwrap().to_string();
    assert!(why.contains("2026-03-10: 100.00 EUR (invoice/I-1)"), "{why}");
    let late = firm.company.explain_figure(&spring(), "on_time_delivery").unwrap().to_string();
    assert!(late.contains("delivery/D-1 days late: 2"), "{late}");
    let error = firm.company.explain_figure(&spring(), "happiness").unwrap_err();
    assert_eq!(error.code(), "company.unknown");
}

#[test]
fn profit_by_product_and_customer_comes_to_that_of_the_books() {
    let firm = trade();
    firm.must(&Pay::new(vec![
        NewPayment::received("P-1", "C-1", day("2026-03-15"), eur("116.62"))
            .settles(Settles::invoice("I-1").discounted()),
    ]));
    let of = |by| {
        let query = ProfitQuery::new(day("2026-03-01"), day("2026-03-31"), by);
        firm.company.profitability(&query).unwrap()
    };
    let products = of(ProfitBy::Product);
    let row = &products.rows[0];
    assert_eq!((row.code.as_str(), row.gross), ("BOLT", eur("60")));
    // Two percent are let off, told by customer, and so shared out among products by what is beside them.
    assert_eq!(products.total.net, eur("58"));
    let customers = of(ProfitBy::Customer);
    assert_eq!(
        (customers.rows[0].code.as_str(), customers.rows[0].contribution),
        ("C-1", eur("58"))
    );
    assert_eq!(customers.rows[0].gross_margin().unwrap(), "0.6".parse().unwrap());
    assert_eq!(customers.beside.net, eur("0"));
    assert!(products.to_report().to_string().contains("BOLT"));
    firm.clean();
}

#[test]
fn the_outlook_goes_by_how_late_the_customer_pays() {
    let firm = trade();
    firm.must(&Pay::new(vec![
        NewPayment::received("P-1", "C-1", day("2026-04-14"), eur("59.50"))
            .settles(Settles::invoice("I-1").amount(eur("59.50"))),
    ]));
    // Due on April 9th, and he pays five days late: the rest is late by his own habit.
    let worse = Scenario { later_days: 7, ..Scenario::new("worse") };
    let wages = PlannedFlow {
        date: day("2026-04-20"),
        amount: eur("-20"),
        kind: FlowKind::Pay,
        text: "wages".into(),
    };
    let query = OutlookQuery::on(day("2026-04-14")).planned(wages).scenario(worse);
    let outlook = firm.company.cash_outlook(&query).unwrap();
    assert_eq!((outlook.cash, outlook.weeks.len()), (eur("59.50"), 13));
    let first = &outlook.weeks[0];
    // The bill of 190.40 was due on April 4th.
    assert_eq!(
        (first.inflow, first.outflow, first.closing),
        (eur("59.50"), eur("210.40"), eur("-91.40"))
    );
    assert_eq!(outlook.scenarios[0].1[0].inflow, eur("0"));
    assert_eq!(outlook.scenarios[0].1[1].inflow, eur("59.50"));
    let before = firm.company.cash_outlook(&OutlookQuery::on(day("2026-03-31"))).unwrap();
    let receivable = before.flows.iter().find(|flow| flow.kind == FlowKind::Receivable).unwrap();
    // As of March he had not paid yet.
    assert_eq!((receivable.amount, receivable.date), (eur("119"), day("2026-04-09")));
    adds_up(&outlook.explain());
    assert!(outlook.to_report().to_html(&Locale::en()).contains("svg"));
    firm.must(&Cancel::one(DocumentKind::CustomerPayment, "P-1", day("2026-04-20")));
    firm.clean();
}

/// Profit by whatever is the profit of the books; by customer nothing is beside documents where books follow them.
pub fn figures_agree(firm: &Firm, in_full: bool) {
    let (from, on) = (day("2026-01-01"), day("2026-06-30"));
    let result = firm.company.books().income_statement(from, on).unwrap().result;
    for by in [ProfitBy::Product, ProfitBy::Customer, ProfitBy::Channel, ProfitBy::Site] {
        let found = firm.company.profitability(&ProfitQuery::new(from, on, by)).unwrap();
        assert_eq!(found.total.net.amount(), result.normalize(), "{by:?}");
        let parts = found.rows.iter().chain([&found.beside]);
        assert_eq!(parts.map(|row| row.net.amount()).sum::<Decimal>(), result);
        if in_full {
            assert_eq!((found.beside.revenue, found.beside.cost), (eur("0"), eur("0")), "{by:?}");
        }
    }
    for on in ["2026-02-28", "2026-06-30"].map(day) {
        let query = FiguresQuery::new(from, on);
        for measure in firm.company.figures(&query).unwrap().measures {
            let why = firm.company.explain_figure(&query, &measure.code).unwrap();
            assert_eq!(why.value, measure.explain.value);
            adds_up(&why);
        }
    }
}
