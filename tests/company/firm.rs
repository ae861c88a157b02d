//! A small firm that buys and sells bolts, nuts and a service, with 19 % of tax.

use fondaco::company::posting::{AccountRule, Role};
use fondaco::company::*;
use fondaco::core::terms::{DateStep, PaymentTerms};
use fondaco::inventory::moves::NewMove;
use fondaco::inventory::valuation::Method;
use fondaco::prelude::*;

pub struct Firm {
    pub company: Company<'static>,
    sent: std::cell::Cell<u32>,
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn eur(text: &str) -> Money {
    Money::parse(&format!("{text} EUR")).unwrap()
}

pub fn bolt() -> ItemId {
    ItemId::named("BOLT")
}

pub fn nut() -> ItemId {
    ItemId::named("NUT")
}

pub fn pcs(count: &str) -> Quantity {
    format!("{count} pcs").parse().unwrap()
}

pub fn set_up() -> SetUpCompany {
    SetUpCompany::new(Currency::EUR, 2026)
}

impl Firm {
    pub fn new() -> Firm {
        Firm::of(&set_up())
    }

    pub fn of(set_up: &SetUpCompany) -> Firm {
        Firm::on(Memory::new(), set_up)
    }

    pub fn on(store: impl fondaco::core::store::Store + 'static, set_up: &SetUpCompany) -> Firm {
        let now: Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
        let office = fondaco::core::Office::open(store, CompanyId::named("acme")).unwrap();
        let company = Company::of(&office).unwrap().with_clock(move || now);
        let firm = Firm { company, sent: 0.into() };
        firm.must(set_up);
        firm.masters();
        firm
    }

    fn masters(&self) {
        let screw =
            Item { category: Some("FASTENERS".into()), ..Item::new("BOLT", "Bolt", Unit::PIECE) };
        let fasteners = Category::new("FASTENERS", "Fasteners");
        self.must(&AddCategories::new(vec![fasteners]));
        self.must(&AddItems::new(vec![screw, Item::new("NUT", "Nut", Unit::PIECE)]));
        let standard = TaxCode {
            code: "STD".into(),
            name: "Standard".into(),
            rate: Rate::percent("19").unwrap(),
        };
        self.must(&SetTaxCodes::new(vec![standard]));
        let terms =
            PaymentTerms::net(30).discount(Rate::percent("2").unwrap(), [DateStep::Days(10)]);
        let shop =
            NewPartner::customer("C-1").named("The shop").tax_code("STD").terms(terms.clone());
        let works = NewPartner::supplier("V-1").named("The works").tax_code("STD").terms(terms);
        self.must(&AddPartners::new(vec![shop, works]));
        let price =
            |item, price: &str| NewPrice::new(item, price.parse().unwrap(), day("2026-01-01"));
        let prices = vec![
            price(bolt(), "10 EUR/pcs"),
            price(bolt(), "9 EUR/pcs").from_quantity(pcs("100")),
            price(nut(), "1 EUR/pcs"),
        ];
        self.must(&SetPrices::new("LIST", prices).for_all());
    }

    pub fn send<C: fondaco::core::Act>(&self, command: &C) -> Result<C::Answer, C::Error> {
        let sent = self.sent.get();
        self.sent.set(sent + 1);
        self.company.send(&format!("command {sent}"), command).map(|done| done.answer)
    }

    pub fn must<C: fondaco::core::Act>(&self, command: &C) -> C::Answer {
        self.send(command)
            .unwrap_or_else(|error| panic!("{}: {error}", fondaco::core::ActError::code(&error)))
    }

    /// Goods of a cost come, beside any supplier.
    pub fn stocked(self, item: ItemId, count: &str, cost: &str, date: &str) -> Firm {
        let come = NewMove::receipt(item, pcs(count), "MAIN", day(date)).cost(eur(cost));
        self.must(&MoveGoods::new(vec![come]));
        self
    }

    /// An account that documents alone post to, beside those that there are.
    pub fn account(&self, class: AccountClass, code: &str, by_items: bool) {
        let account = NewAccount::new(code, code, class).control("company");
        let account = if by_items { account.open_items() } else { account };
        self.must(&fondaco::accounting::ledger::OpenAccounts::new(vec![account]));
    }

    /// What is owed by those abroad stands apart, and so does what waits for another document, by category.
    pub fn apart(&self) {
        let (asset, liability) = (AccountClass::Asset, AccountClass::Liability);
        let accounts = [
            (asset, "1201", true),
            (liability, "2001", true),
            (asset, "1421", false),
            (liability, "2051", false),
        ];
        for (class, code, by_items) in accounts {
            self.account(class, code, by_items);
        }
        self.must(&SetAccounts::new(vec![
            AccountRule::new(Role::Receivable, "1201").party_group("ABROAD"),
            AccountRule::new(Role::Payable, "2001").party_group("ABROAD"),
            AccountRule::new(Role::GoodsShipped, "1421")
                .category("FASTENERS")
                .party_group("ABROAD"),
            AccountRule::new(Role::GoodsReceived, "2051").category("FASTENERS"),
        ]));
    }

    /// What an account stands at, debits above zero.
    pub fn balance(&self, account: &str) -> String {
        let balances = self.company.books().balances(&BalanceQuery::account(account)).unwrap();
        let sum =
            Money::sum(Currency::EUR, balances.iter().map(|one| one.amounts.balance(one.currency)));
        sum.unwrap().amount().normalize().to_string()
    }

    pub fn balances<const N: usize>(&self, accounts: [&str; N]) -> [String; N] {
        accounts.map(|account| self.balance(account))
    }

    pub fn clean(&self) {
        let verified = self.company.verify().unwrap();
        assert!(verified.is_clean(), "{verified}");
    }
}

pub fn by(method: Method) -> SetUpCompany {
    set_up().costed(method)
}
