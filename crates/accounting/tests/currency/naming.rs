//! Which accounts take what: the closest naming counts, and one that can't be is refused.

use crate::common::*;
use crate::firm::*;

/// A gain of one in a currency on an account.
fn gain(firm: &Firm, account: &str, name: &str, currency: &str) -> ItemKey {
    let (amount, back) = (format!("10 {currency}"), format!("-10 {currency}"));
    let bill = item_on(firm, account, &format!("{name} bill"), "2026-01-05", &amount, "9 EUR");
    let paid = item_on(firm, account, &format!("{name} paid"), "2026-01-06", &back, "-10 EUR");
    let clear = Clear::new(account).all(bill).all(paid);
    let cleared = firm.must(&format!("{name} clear"), &clear);
    ItemKey::new(realised_of(firm, cleared.clearing).unwrap().entry, 2)
}

#[test]
fn the_closest_naming_counts() {
    on_every_store(|firm| {
        let firm = named(firm);
        let set = |name: &str, set: SetExchangeAccounts| firm.must(name, &set);
        let to = |code: &str| SetExchangeAccounts::new("GEN", code, "5900");
        set("in dollars", to("5000").of_currency(Currency::USD));
        set("of customers", to("5100").of_account("1200"));
        set(
            "both",
            to("4000").of_account("1200").of_currency(Currency::USD).dimension("desk", "x"),
        );
        for (account, currency, taken) in [
            ("2000", "GBP", "4900"),
            ("2000", "USD", "5000"),
            ("1200", "GBP", "5100"),
            ("1200", "USD", "4000"),
        ] {
            let line = gain(&firm, account, &format!("{account} {currency}"), currency);
            let whole =
                firm.view(|view| fondaco_accounting::ledger::entry(view, line.entry)).unwrap();
            assert_eq!(whole.postings[1].account, taken, "{account} in {currency}");
            let desk = (taken == "4000").then_some("x");
            assert_eq!(whole.postings[1].dimensions.get("desk"), desk);
        }
        let scopes = firm.view(|view| exchange_accounts(view));
        let scopes: Vec<_> =
            scopes.iter().map(|row| (row.of_account.as_str(), row.of_currency.as_str())).collect();
        assert_eq!(scopes, [("", ""), ("", "USD"), ("1200", ""), ("1200", "USD")]);
        let remove = RemoveExchangeAccounts::new(Some("1200".into()), Some(Currency::USD));
        firm.must("remove", &remove);
        let line = gain(&firm, "1200", "after", "USD");
        let whole = firm.view(|view| fondaco_accounting::ledger::entry(view, line.entry)).unwrap();
        assert_eq!(whole.postings[1].account, "5100");
        firm.clean();
    });
}

#[test]
fn what_can_t_be_named() {
    let firm = with_items(in_memory());
    let foreign =
        NewAccount::new("4910", "Dollar gains", AccountClass::Income).currency(Currency::USD);
    firm.must("dollar gains", &OpenAccounts::new(vec![foreign]));
    let to = |gain: &str| SetExchangeAccounts::new("GEN", gain, "5900");
    let cases = [
        ("unknown", to("9999"), "accounting.unknown_account"),
        ("heading", to("5"), "accounting.bad_exchange_account"),
        ("foreign", to("4910"), "accounting.bad_exchange_account"),
        ("items", to("1200"), "accounting.bad_exchange_account"),
        ("journal", SetExchangeAccounts::new("NONE", "4900", "5900"), "accounting.unknown_journal"),
        ("of nothing", to("4900").of_account("9999"), "accounting.unknown_account"),
        ("own", to("4900").of_currency(Currency::EUR), "accounting.exchange_of_own_currency"),
        ("unrealised", to("4900").unrealised("4900", "5"), "accounting.bad_exchange_account"),
        ("adjustment", to("4900").adjustment("1200"), "accounting.bad_exchange_account"),
        ("heading for", to("4900").adjustment("1"), "accounting.bad_exchange_account"),
        (
            "itself",
            to("4900").of_account("1010").adjustment("1010"),
            "accounting.bad_exchange_account",
        ),
        ("dimension", to("4900").dimension("", "x"), "accounting.bad_input"),
    ];
    for (name, command, code) in cases {
        let error = firm.refused(name, &command);
        assert_eq!(error.code(), code, "{name}: {error}");
    }
    assert!(firm.view(|view| exchange_accounts(view)).is_empty());
    let error = firm.refused("remove", &RemoveExchangeAccounts::new(Some("1200".into()), None));
    assert_eq!(
        error.to_string(),
        "no accounts are named for exchange differences of account 1200 in all currencies: \
         look at those that are by exchange_accounts",
    );
}

/// A heading names for all under it, unless something closer is named.
#[test]
fn a_heading_names_for_what_stands_under_it() {
    let firm = named(in_memory());
    firm.must(
        "all",
        &OpenAccounts::new(vec![
            NewAccount::heading("12", "Claims", AccountClass::Asset).parent("1"),
            NewAccount::new("1250", "Loans", AccountClass::Asset).parent("12").open_items(),
        ]),
    );
    let to = |code: &str| SetExchangeAccounts::new("GEN", code, "5900");
    firm.must("what we have", &to("5000").of_account("1"));
    let taken = |name: &str, account: &str, currency: &str| {
        let line = gain(&firm, account, name, currency);
        let whole = firm.view(|view| fondaco_accounting::ledger::entry(view, line.entry)).unwrap();
        whole.postings[1].account.clone()
    };
    assert_eq!(taken("before", "1250", "USD"), "5000");
    firm.must("dollars of claims", &to("5100").of_account("12").of_currency(Currency::USD));
    assert_eq!(taken("closer", "1250", "USD"), "5100");
    assert_eq!(taken("other currency", "1250", "GBP"), "5000");
    firm.must("of the ledger", &to("4000").of_currency(Currency::GBP));
    assert_eq!(taken("a heading first", "1250", "GBP"), "5000");
    assert_eq!(taken("not under it", "2000", "GBP"), "4000");
    firm.clean();
}

#[test]
fn accounts_of_no_fitting_class() {
    let firm = named(in_memory());
    firm.must(
        "more",
        &OpenAccounts::new(vec![
            NewAccount::new("1209", "Customers, valued", AccountClass::Asset),
            NewAccount::new("4760", "Differences not realised", AccountClass::Liability),
        ]),
    );
    let all = |gain: &str, loss: &str| SetExchangeAccounts::new("GEN", gain, loss);
    let refused = |name: &str, set: &SetExchangeAccounts| {
        let error = firm.refused(name, set);
        assert_eq!(error.code(), "accounting.bad_exchange_account", "{name}: {error}");
        error.to_string()
    };
    refused("gain", &all("1209", "5900"));
    refused("loss", &all("4900", "4760"));
    let error = refused("adjustment", &all("4900", "5900").adjustment("4900"));
    assert!(error.contains("no asset or liability"), "{error}");
    let error = refused("dollars", &all("4900", "5900").adjustment("1010"));
    assert!(error.contains("holds another currency"), "{error}");
    // Equity takes those of a net investment, and the balance sheet what is not realised.
    firm.must("equity", &all("3000", "3000"));
    firm.must("not realised", &all("4900", "5900").unrealised("4760", "1209"));
}
