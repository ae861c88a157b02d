//! The tables that are shipped, event by event: the entries that an accountant expects.

use fondaco_accounting::ledger::{NewEntry, Side};
use fondaco_core::Money;

use super::*;

fn eur(text: &str) -> Money {
    Money::parse(&format!("{text} EUR")).unwrap()
}

/// Accounts that have the names of their roles.
fn plain(table: &PostingTable) -> Accounts {
    let roles = table.all().flat_map(|(_, _, roles)| [roles.debit, roles.credit]);
    Accounts::new(roles.map(|role| AccountRule::new(role, role.code())))
}

fn entry(profile: Profile, event: BusinessEvent, figures: &[(Figure, &str)]) -> Option<NewEntry> {
    let table = profile.table().unwrap();
    let accounts = plain(&table);
    let poster =
        Poster { table: &table, accounts: &accounts, profile: "", journals: &Journals::one("GEN") };
    let facts = Facts::new(event, "2026-03-02".parse().unwrap(), "doc/1");
    let facts = figures
        .iter()
        .fold(facts, |facts, (figure, amount)| facts.fact(Fact::new(*figure, eur(amount))));
    poster.entry(&facts).unwrap()
}

fn shown(entry: Option<NewEntry>) -> String {
    let line = |posting: &fondaco_accounting::ledger::NewPosting| {
        let side = if posting.side == Side::Debit { "Dr" } else { "Cr" };
        format!("{side} {} {}", posting.account, posting.amount.amount())
    };
    entry.map_or(String::new(), |entry| {
        entry.postings.iter().map(line).collect::<Vec<_>>().join("; ")
    })
}

#[test]
fn every_shipped_table_is_read_and_balances() {
    for profile in Profile::ALL {
        let table = profile.table().unwrap();
        for (event, figure, _) in table.all().collect::<Vec<_>>() {
            for amount in ["12.34", "-12.34"] {
                let entry = entry(profile, event, &[(figure, amount)]).unwrap();
                let sum = |side| {
                    let of = entry.postings.iter().filter(|posting| posting.side == side);
                    Money::sum(fondaco_core::Currency::EUR, of.map(|posting| posting.amount))
                        .unwrap()
                };
                assert_eq!(sum(Side::Debit), sum(Side::Credit), "{profile:?} {event:?} {figure:?}");
            }
        }
    }
}

#[test]
fn goods_that_come_and_are_billed_leave_nothing_between() {
    use BusinessEvent::{Receipt, SupplierBill};
    let profile = Profile::PerpetualAngloSaxon;
    assert_eq!(
        shown(entry(profile, Receipt, &[(Figure::Cost, "16"), (Figure::Variance, "4")])),
        "Dr stock 20; Cr goods_received 16; Cr price_variance 4"
    );
    assert_eq!(
        shown(entry(
            profile,
            SupplierBill,
            &[(Figure::Goods, "16"), (Figure::Difference, "8"), (Figure::Tax, "4.8")]
        )),
        "Dr goods_received 16; Cr payable 28.8; Dr price_variance 8; Dr tax_recoverable 4.8"
    );
}

#[test]
fn below_zero_is_the_other_way_round() {
    let returned =
        entry(Profile::PerpetualAngloSaxon, BusinessEvent::CustomerReturn, &[(Figure::Cost, "-7")]);
    assert_eq!(shown(returned), "Dr stock 7; Cr goods_shipped 7");
}

#[test]
fn what_goes_to_another_site_of_one_account_is_not_posted() {
    let profile = Profile::PerpetualAngloSaxon;
    let both = [(Figure::Cost, "-7"), (Figure::Cost, "7")];
    let sent = entry(profile, BusinessEvent::Transfer, &both);
    assert_eq!(shown(sent), "");
}

#[test]
fn each_part_that_falls_due_is_an_item() {
    use fondaco_core::terms::{DateStep, PaymentTerms, Share};
    use fondaco_core::{Rate, Rounding};
    let table = Profile::BillContinental.table().unwrap();
    let accounts = plain(&table);
    let poster =
        Poster { table: &table, accounts: &accounts, profile: "", journals: &Journals::one("SAL") };
    let terms = PaymentTerms::in_parts()
        .then(Share::OfTotal(Rate::percent("30").unwrap()), [])
        .then(Share::Rest, [DateStep::Days(30)]);
    let date = "2026-03-02".parse().unwrap();
    let facts = Facts::new(BusinessEvent::CustomerInvoice, date, "invoice/1")
        .fact(Fact::new(Figure::Revenue, eur("100")))
        .fact(Fact::new(Figure::Tax, eur("19")));
    let due = |total| terms.schedule(eur(total), date, Rounding::HalfUp).unwrap();
    let entry = poster.entry(&Facts { due: due("119"), ..facts.clone() }).unwrap();
    assert_eq!(
        shown(entry),
        "Dr receivable 35.7; Dr receivable 83.3; Cr sales 100; Cr tax_payable 19"
    );
    let other = poster.entry(&Facts { due: due("100"), ..facts }).unwrap_err();
    assert_eq!(other.code(), "company.instalments");
}

#[test]
fn a_parallel_ledger_has_the_difference_alone() {
    let (leading, own) = (Profile::PerpetualAngloSaxon, Profile::BillContinental);
    let (table, other) = (leading.table().unwrap(), own.table().unwrap());
    let (accounts, others) = (plain(&table), plain(&other));
    let facts = Facts::new(BusinessEvent::SupplierBill, "2026-03-02".parse().unwrap(), "bill/1")
        .fact(Fact::new(Figure::Goods, eur("50")))
        .fact(Fact::new(Figure::Tax, eur("4.5")));
    let first =
        Poster { table: &table, accounts: &accounts, profile: "", journals: &Journals::one("PUR") };
    let second =
        Poster { table: &other, accounts: &others, profile: "", journals: &Journals::one("IFR") };
    let entry = first.entry(&facts).unwrap();
    let difference = second.difference(&facts, entry.as_ref()).unwrap();
    assert_eq!(difference.as_ref().unwrap().journal, "IFR");
    assert_eq!(shown(difference), "Dr stock 50; Cr goods_received 50");
    assert_eq!(first.difference(&facts, entry.as_ref()).unwrap(), None);
}

#[test]
fn a_role_without_an_account_is_named() {
    let table = Profile::PerpetualAngloSaxon.table().unwrap();
    let accounts = Accounts::new([AccountRule::new(Role::Receivable, "1200")]);
    let poster =
        Poster { table: &table, accounts: &accounts, profile: "", journals: &Journals::one("SAL") };
    let place = Place {
        categories: vec!["BOLTS".into()],
        tax_code: Some("STD".into()),
        ..Place::default()
    };
    let facts =
        Facts::new(BusinessEvent::CustomerInvoice, "2026-03-02".parse().unwrap(), "invoice/7")
            .fact(Fact::new(Figure::Revenue, eur("100")).at(place));
    assert_eq!(
        poster.entries(&[facts]).unwrap_err().to_string(),
        "invoice/7: the revenue of a customer_invoice goes to sales, and no rule says which account that is \
         (category BOLTS, tax code STD): add one with SetAccounts"
    );
}
