//! The owner's figures: exact, not defined where nothing is there, explained down to documents, and what a full recomputation gives.

use fondaco::company::figures::*;
use fondaco::company::posting::Profile;
use fondaco::company::*;
use fondaco::core::report::{Cell, Explain, Locale};
use fondaco::prelude::*;
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

/// Figures of some days by their codes, as text.
fn shown(firm: &Firm, codes: &[&str]) -> Vec<String> {
    let figures = firm.company.figures(&spring()).unwrap();
    let text = |code: &&str| match &figures.get(code).unwrap().value {
        Ok(_) => figures.get(code).unwrap().number().unwrap().round_dp(4).normalize().to_string(),
        Err(why) => why.to_string(),
    };
    codes.iter().map(text).collect()
}

/// Those that are made of what was sold and what that cost.
const OF_SALES: [&str; 7] = [
    "gross_margin",
    "net_margin",
    "inventory_turns",
    "days_inventory",
    "days_payables",
    "days_sales",
    "cash_conversion_cycle",
];

#[test]
fn every_profile_shows_the_same_figures_of_what_is_made_and_sold() {
    for standard in [None, Some("20")] {
        let mut seen: Vec<(Profile, Vec<String>, Profitability)> = Vec::new();
        for profile in Profile::ALL {
            let firm = crate::plan_to_produce::six_gears_sold(profile, standard);
            let (from, on) = (day("2026-03-01"), day("2026-03-31"));
            let query = ProfitQuery::new(from, on, ProfitBy::Product);
            let earned = firm.company.profitability(&query).unwrap();
            seen.push((profile, shown(&firm, &OF_SALES), earned));
        }
        let (_, figures, earned) = &seen[0];
        // Six gears of 20.20, or of 20, for 300.
        let margin = if standard.is_none() { "0.596" } else { "0.6" };
        assert_eq!(figures[0], margin);
        for (profile, others, same) in &seen {
            assert_eq!((others, same), (figures, earned), "{profile:?} {standard:?}");
        }
    }
}

#[test]
fn every_profile_accrues_what_was_shipped_with_what_it_cost() {
    for profile in Profile::ALL {
        let firm = crate::closing::quarter(profile);
        let query = FiguresQuery::new(day("2026-01-01"), day("2026-03-31"));
        let figures = firm.company.figures(&query).unwrap();
        // Eight for 80 that cost 4.30 each; over April nothing is left of what was accrued.
        assert_eq!(figures.get("gross_margin").unwrap().number(), number("0.57"), "{profile:?}");
        let later = ProfitQuery::new(day("2026-01-01"), day("2026-04-30"), ProfitBy::Product);
        let sold = firm.company.profitability(&later).unwrap();
        assert_eq!((sold.beside.revenue, sold.beside.cost), (eur("0"), eur("0")), "{profile:?}");
    }
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

/// Each amount that is made of nothing else in a tree says where it is recorded.
fn is_sourced(why: &Explain) {
    if let (Cell::Money(amount), true) = (&why.value, why.inputs.is_empty()) {
        assert!(why.source.is_some() || amount.is_zero(), "{why}");
    }
    why.inputs.iter().for_each(is_sourced);
}

#[test]
fn each_explains_itself_down_to_documents() {
    let firm = trade();
    for measure in firm.company.figures(&spring()).unwrap().measures {
        let why = firm.company.explain_figure(&spring(), &measure.code).unwrap();
        assert_eq!(why.value, measure.explain.value, "{}", measure.code);
        adds_up(&why);
        is_sourced(&why);
    }
    let why = firm.company.explain_figure(&spring(), "gross_margin").unwrap().to_string();
    assert!(why.contains("2026-03-10: 100.00 EUR (invoice/I-1)"), "{why}");
    assert!(why.contains("2026-03-10: 40.00 EUR (invoice/I-1, delivery/D-1)"), "{why}");
    let late = firm.company.explain_figure(&spring(), "on_time_delivery").unwrap().to_string();
    assert!(late.contains("delivery/D-1 days late: 2"), "{late}");
    let whole = firm.company.explain_figure(&spring(), "line_fill_rate").unwrap().to_string();
    assert!(whole.contains("sales_order/SO-1 line 1"), "{whole}");
    let full = firm.company.figures_in_full(&spring()).unwrap();
    assert_eq!(full.get("on_time_delivery").unwrap().explain.to_string(), late);
    let error = firm.company.explain_figure(&spring(), "happiness").unwrap_err();
    assert_eq!(error.code(), "company.unknown");
}

#[test]
fn what_never_came_is_late_and_kilograms_and_pieces_add_up_at_their_price() {
    let firm = trade();
    let value = |code: &str, on: &str| {
        let query = FiguresQuery::new(day("2026-03-01"), day(on));
        firm.company.figures(&query).unwrap().get(code).unwrap().number()
    };
    // D-1 came two days late.
    assert_eq!(value("on_time_delivery", "2026-03-31"), number("0"));
    let line = |count: &str| NewLine::new(bolt(), pcs(count));
    let wanted = |code: &str, date: &str, count: &str| {
        let order = NewOrder::new(code, "C-1", day("2026-03-09")).line(line(count));
        NewOrder { wanted_on: Some(day(date)), ..order }
    };
    firm.must(&PlaceOrders::new(vec![
        wanted("SO-2", "2026-03-15", "5"),
        wanted("SO-3", "2026-03-16", "4"),
        wanted("SO-4", "2026-04-20", "4"),
    ]));
    firm.must(&Deliver::new(vec![NewDelivery::new("D-2", "SO-2", day("2026-03-15"))]));
    // One of two deliveries was late, and SO-3 never came.
    assert_eq!(
        value("on_time_delivery", "2026-03-31").map(|part| part.round_dp(4)),
        number("0.3333")
    );
    // As of the 15th it was not late yet; that it comes in April changes nothing of March.
    assert_eq!(value("on_time_delivery", "2026-03-15"), number("0.5"));
    firm.must(&Deliver::new(vec![NewDelivery::new("D-3", "SO-3", day("2026-04-02"))]));
    assert_eq!(
        value("on_time_delivery", "2026-03-31").map(|part| part.round_dp(4)),
        number("0.3333")
    );
    // Orders of services alone are not shipped, and so not filled either.
    let service = NewLine::service("Advice", pcs("1"), "50 EUR/pcs".parse().unwrap());
    let before = value("order_fill_rate", "2026-03-31");
    let advice = NewOrder::new("SO-5", "C-1", day("2026-03-09")).line(service);
    firm.must(&PlaceOrders::new(vec![advice]));
    assert_eq!(value("order_fill_rate", "2026-03-31"), before);
    // Forty bolts of 4 came and ten did not pass; ten thousand nuts of a cent hide nothing of it. Then eight bolts go back.
    let nuts = NewLine::new(nut(), pcs("10000")).price("0.01 EUR/pcs".parse().unwrap());
    firm.must(&OrderGoods::new(vec![NewOrder::new("PO-2", "V-1", day("2026-03-10")).line(nuts)]));
    firm.must(&Receive::new(vec![NewReceipt::new("R-2", "PO-2", day("2026-03-11"))]));
    let rejects = || value("reject_rate", "2026-03-31").map(|part| part.round_dp(4));
    assert_eq!(rejects(), number("0.1333")); // 40 of 300
    let back = NewReturn::new("SR-1", "R-1", day("2026-03-20")).line(PartLine::new(1, pcs("8")));
    firm.must(&SendBack::new(vec![back]));
    assert_eq!(rejects(), number("0.24")); // 72 of 300
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
    let query = ProfitQuery::new(day("2026-03-01"), day("2026-03-31"), ProfitBy::Customer);
    let why = firm.company.explain_profit(&query, "C-1").unwrap();
    assert_eq!(why.value, Cell::from(customers.rows[0].net));
    adds_up(&why);
    is_sourced(&why);
    let text = why.to_string();
    assert!(text.contains("2026-03-15: 2.00 EUR (customer_payment/P-1)"), "{text}");
    firm.clean();
}

#[test]
fn what_is_spent_on_selling_is_named_once_and_is_no_cost_of_goods() {
    let firm = trade();
    let query = ProfitQuery::new(day("2026-03-01"), day("2026-03-31"), ProfitBy::Product);
    let once = firm.company.profitability(&query.clone().selling("6000")).unwrap();
    let twice = query.clone().selling("6000").selling("6000");
    assert_eq!(firm.company.profitability(&twice).unwrap(), once);
    // Nobody knows the first; the second is income, the third the cost of sales.
    for code in ["6999", "4000", "5000"] {
        let refused = firm.company.profitability(&query.clone().selling(code)).unwrap_err();
        assert_eq!(refused.code(), "company.unknown", "{code}");
    }
}

#[test]
fn what_was_paid_ahead_does_not_come_again() {
    let firm = trade();
    let line = NewLine::new(bolt(), pcs("10"));
    firm.must(&PlaceOrders::new(vec![NewOrder::new("SO-2", "C-1", day("2026-03-20")).line(line)]));
    let bought = NewLine::new(bolt(), pcs("10")).price("10 EUR/pcs".parse().unwrap());
    let bought = NewOrder::new("PO-2", "V-1", day("2026-03-20")).line(bought);
    firm.must(&OrderGoods::new(vec![bought]));
    firm.must(&PayAhead::new(vec![
        NewDeposit::received("A-1", "SO-2", day("2026-03-21"), eur("119")).taxed("STD"),
        NewDeposit::made("A-2", "PO-2", day("2026-03-21"), eur("50")),
    ]));
    let expected = |on: &str| {
        let outlook = firm.company.cash_outlook(&OutlookQuery::on(day(on))).unwrap();
        let of = |kind| {
            let flows = outlook.flows.iter().filter(|flow| flow.kind == kind);
            flows.map(|flow| flow.amount.amount()).sum::<Decimal>().normalize().to_string()
        };
        (of(FlowKind::SalesOrder), of(FlowKind::PurchaseOrder))
    };
    assert_eq!(expected("2026-03-31"), ("0".into(), "-69".into()));
    // The day before nothing had been paid.
    assert_eq!(expected("2026-03-20"), ("119".into(), "-119".into()));
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

/// Figures that are counted along with documents, or added up of kept sums, counted again from each posting of the books.
fn counted_by_hand(firm: &Firm, (from, on): (NaiveDate, NaiveDate), in_full: bool) {
    use fondaco::accounting::ledger::{Account, Posting};
    let rows = firm.company.office().view(|view| {
        let accounts = view.peek_scan(&Range::<Account>::all())?;
        Ok::<_, fondaco::core::Halt>((accounts, view.peek_scan(&Range::<Posting>::all())?))
    });
    let (accounts, postings) = rows.unwrap();
    let sum = |since: NaiveDate, fits: &dyn Fn(&Account) -> bool| {
        let codes: Vec<_> = accounts.iter().filter(|one| fits(one)).map(|one| &one.code).collect();
        let of = postings.iter().filter(|one| since <= one.date && one.date <= on);
        let of = of.filter(|one| codes.contains(&&one.account));
        of.map(|one| one.ledger_amount.to_decimal()).sum::<Decimal>()
    };
    let figures = firm.company.figures(&FiguresQuery::new(from, on)).unwrap();
    let get = |code: &str| figures.get(code).unwrap();
    let class = |since, class| sum(since, &|one: &Account| one.class == class);
    let profit = -class(from, AccountClass::Income) - class(from, AccountClass::Expense);
    assert_eq!(get("profit").number(), Some(profit.normalize()), "{on}");
    let begun = day("2026-01-01");
    let (assets, debts) =
        (class(begun, AccountClass::Asset), -class(begun, AccountClass::Liability));
    let over = |top: Decimal, bottom: Decimal| {
        (bottom > Decimal::ZERO).then(|| {
            let ratio = top / bottom;
            ratio.round_dp_with_strategy(8, rust_decimal::RoundingStrategy::MidpointNearestEven)
        })
    };
    assert_eq!(get("current_ratio").number(), over(assets, debts).map(|ratio| ratio.normalize()));
    let sales = -sum(from, &|one: &Account| ["4000", "4100"].contains(&one.code.as_str()));
    let margin = get("gross_margin");
    let Cell::Money(cost) = margin.explain.inputs[1].value.clone() else { panic!("{margin:?}") };
    let ratio = over(sales - cost.amount(), sales).map(|ratio| ratio.normalize());
    assert_eq!(margin.number(), ratio, "{on}");
    if in_full {
        // The perpetual anglo-saxon books have the cost of sales on an account of its own.
        assert_eq!(
            cost.amount(),
            sum(from, &|one: &Account| one.code == "5000").normalize(),
            "{on}"
        );
    }
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
    for on in ["2026-01-31", "2026-02-14", "2026-03-31", "2026-04-01", "2026-06-30"].map(day) {
        counted_by_hand(firm, (from, on), in_full);
    }
    for on in ["2026-02-28", "2026-06-30"].map(day) {
        let query = FiguresQuery::new(from, on);
        for measure in firm.company.figures(&query).unwrap().measures {
            let why = firm.company.explain_figure(&query, &measure.code).unwrap();
            assert_eq!(why.value, measure.explain.value);
            adds_up(&why);
            is_sourced(&why);
        }
    }
}

/// Who pays each instalment to the day is on time, and half of an invoice is late where half of it is.
#[test]
fn instalments_are_each_held_against_their_own_day() {
    use fondaco::core::terms::{DateStep, PaymentTerms, Share};
    let firm = Firm::new().stocked(bolt(), "20", "80", "2026-01-02");
    let tenth = Share::OfTotal(Rate::percent("10").unwrap());
    let parts = PaymentTerms::in_parts().then(tenth, []).then(Share::Rest, [DateStep::Days(60)]);
    for (code, paid) in [("1", ["11.90", "107.10"]), ("2", ["107.10", "11.90"])] {
        let date = day("2026-01-05");
        let order = NewOrder::new(code, "C-1", date).line(NewLine::new(bolt(), pcs("10")));
        firm.must(&PlaceOrders::new(vec![NewOrder { terms: Some(parts.clone()), ..order }]));
        firm.must(&Deliver::new(vec![NewDelivery::new(code, code, date)]));
        firm.must(&InvoiceCustomers::new(vec![NewInvoice::new(code, code, date)]));
        for (at, amount) in paid.into_iter().enumerate() {
            let date = if at == 0 { day("2026-01-05") } else { day("2026-03-06") };
            let pay = NewPayment::received(format!("{code}-{at}"), "C-1", date, eur(amount));
            firm.must(&Pay::new(vec![pay.settles(Settles::invoice(code))]));
        }
        firm.clean();
        // Of the second invoice most is paid 60 days ahead: in the middle of 11.90 now and 95.20 then, 53 days.
        let late = firm.company.party_page("C-1", false).unwrap().days_late;
        let expected = if code == "1" { "0" } else { "-13.2" };
        assert_eq!(late.map(|late| late.normalize().to_string()).as_deref(), Some(expected));
    }
    firm.must(&Cancel::one(DocumentKind::CustomerPayment, "2-1", day("2026-03-07")));
    firm.clean();
}

#[test]
fn orders_are_filled_by_when_they_were_due() {
    let firm = Firm::new().stocked(bolt(), "20", "80", "2026-01-02");
    let line = NewLine::new(bolt(), pcs("10"));
    let order = NewOrder::new("1", "C-1", day("2026-03-30")).line(line);
    firm.must(&PlaceOrders::new(vec![order.wanted_on(day("2026-04-10"))]));
    firm.must(&Deliver::new(vec![NewDelivery::new("1", "1", day("2026-04-09"))]));
    let value = |from: &str, on: &str| {
        let figures = firm.company.figures(&FiguresQuery::new(day(from), day(on))).unwrap();
        figures.get("order_fill_rate").unwrap().number()
    };
    assert_eq!(value("2026-03-01", "2026-03-31"), None);
    assert_eq!(value("2026-04-01", "2026-04-30"), number("1"));
}
