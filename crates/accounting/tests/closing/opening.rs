//! Opening balances: by account and by open item, balanced or with an account for the difference.

use crate::common::*;
use fondaco_accounting::close::*;
use fondaco_accounting::ledger::*;
use fondaco_core::PartyId;

fn with_debtors(firm: Firm) -> Firm {
    let firm = firm.set_up();
    let debtors = NewAccount::new("1250", "Debtors", AccountClass::Asset).open_items();
    let passing = NewAccount::new("9000", "Opening balances", AccountClass::Equity);
    firm.must("debtors", &OpenAccounts::new(vec![debtors, passing]));
    firm
}

fn bill(amount: &str, date: &str) -> OpeningItem {
    let party = PartyId::named("customer/17");
    let posting = NewPosting::debit("1250", eur(amount)).party(party).due_date(d("2026-02-01"));
    OpeningItem::new(posting, d(date)).source(format!("invoice of {date}"))
}

#[test]
fn balances_and_open_items_with_their_dates() {
    on_every_store(|firm| {
        let firm = with_debtors(firm);
        let dollars = NewPosting::debit("1010", usd("100")).worth(eur("90"));
        let opening = PostOpening::new("GEN", d("2026-01-01"))
            .line(NewPosting::debit("1000", eur("500")).dimension("site", "Mestre"))
            .line(dollars)
            .line(NewPosting::credit("2000", eur("40")))
            .item(bill("119", "2025-12-02"))
            .item(bill("31", "2025-12-20"))
            .through("9000");
        let short = firm.refused("short", &opening);
        assert_eq!(short.code(), "accounting.opening_unbalanced");
        assert!(short.to_string().contains("debits exceed credits by 700.00 EUR"), "{short}");
        assert_eq!(firm.entries().len(), 0);
        let posted = firm.must("opening", &opening.difference_to("3000"));
        assert_eq!(posted.entries.len(), 3);
        let sum = |account: &str| firm.sum(&BalanceQuery::account(account));
        assert_eq!(["1000", "1010", "2000", "3000"].map(sum), ["500", "90", "-40", "-700"]);
        assert_eq!((sum("1250"), sum("9000")), ("150".into(), "0".into()));
        let items = firm.view(|view| open_items(view, &OpenItemQuery::account("1250")));
        let dates: Vec<String> =
            items.items.iter().map(|item| item.document_date.to_string()).collect();
        assert_eq!(dates, ["2025-12-02", "2025-12-20"]);
        assert!(items.items.iter().all(|item| item.party == Some(PartyId::named("customer/17"))));
        firm.clean();
    });
}

#[test]
fn what_can_t_be_opened_stores_nothing() {
    let firm = with_debtors(in_memory());
    let empty = || PostOpening::new("GEN", d("2026-01-01"));
    let without = empty().item(bill("1", "2025-12-02")).line(NewPosting::credit("3000", eur("1")));
    assert_eq!(firm.refused("no account to pass", &without).code(), "accounting.bad_input");
    let worthless = empty().line(NewPosting::debit("1010", usd("1"))).difference_to("3000");
    let refused = firm.refused("no worth", &worthless);
    assert!(refused.to_string().contains("1.00 USD on account 1010"), "{refused}");
    let unknown = empty().line(NewPosting::debit("7777", eur("1"))).difference_to("3000");
    assert_eq!(firm.refused("unknown", &unknown).code(), "accounting.unknown_account");
    let early = PostOpening::new("GEN", d("2024-12-31")).line(NewPosting::debit("1000", eur("1")));
    assert_eq!(firm.refused("early", &early.difference_to("3000")).code(), "accounting.no_period");
    assert_eq!(firm.must("nothing", &empty()).entries.len(), 0);
    assert_eq!(firm.entries().len(), 0);
    firm.clean();
}
