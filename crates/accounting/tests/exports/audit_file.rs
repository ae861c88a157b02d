//! SAF-T in Norway's form, checked against the schema that its tax administration publishes.

use std::collections::BTreeMap;

use fondaco_accounting::close::{CloseYear, SetClosing};
use fondaco_accounting::export::{SaftAddress, SaftCompany, SaftContact, SaftQuery};
use fondaco_accounting::ledger::*;
use fondaco_core::{PartyId, party};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::again::firm;
use crate::common::*;
use crate::schema::{Element, Schema};

fn company() -> SaftCompany {
    SaftCompany {
        registration_number: "999999999".into(),
        name: "Møller & Sønn <AS>".into(),
        address: SaftAddress {
            street: Some("Karl Johans gate 1".into()),
            city: Some("Oslo".into()),
            postal_code: Some("0154".into()),
            country: Some("NO".into()),
        },
        contact: SaftContact {
            first_name: "Ada".into(),
            last_name: "Lovelace".into(),
            telephone: Some("+47 22 00 00 00".into()),
            email: Some("ada@example.com".into()),
        },
        tax_registration: Some("999999999MVA".into()),
    }
}

fn by_code(account: &Account) -> Option<(SmolStr, SmolStr)> {
    Some(("RF-1167".into(), account.code.clone()))
}

fn file(firm: &Firm, start: &str, end: &str) -> String {
    let names = |party| (party == PartyId::named("ada")).then(|| "Ada Lovelace".into());
    let trail = firm.books.audit_trail().unwrap();
    let query = SaftQuery::new(company(), d(start), d(end), d("2027-01-15"))
        .trail(&trail)
        .grouping(&by_code)
        .name_parties(&names)
        .user("clerk-7");
    firm.books.export_saft(&query).unwrap()
}

#[test]
fn it_is_as_the_schema_says() {
    let schema = Schema::norwegian();
    let firm = firm();
    for (start, end) in
        [("2026-01-01", "2026-12-31"), ("2026-03-02", "2027-06-30"), ("2025-01-01", "2025-12-31")]
    {
        let xml = file(&firm, start, end);
        let mistakes = schema.mistakes(&Element::read(&xml));
        assert!(mistakes.is_empty(), "{mistakes:#?}\n{xml}");
    }
}

#[test]
fn the_checker_finds_what_is_wrong() {
    let (schema, xml) = (Schema::norwegian(), file(&firm(), "2026-01-01", "2026-12-31"));
    for (from, to, says) in [
        ("<AuditFileCountry>NO</AuditFileCountry>", "", "AuditFileCountry is missing"),
        ("<AccountType>GL</AccountType>", "<AccountType>XX</AccountType>", "is none of"),
        ("<TotalDebit>", "<TotalDebit>x", "is no decimal"),
        ("<Type>GL</Type>", "<Type>GENERAL LEDGER</Type>", "longer than 9"),
        ("</Header>", "<More/></Header>", "More is not expected"),
        ("<TaxAccountingBasis>A</TaxAccountingBasis>", "", "UserID is not expected"),
        ("<TransactionDate>2026", "<TransactionDate>26", "is no date"),
    ] {
        let broken = xml.replacen(from, to, 1);
        assert_ne!(broken, xml, "{from}");
        let mistakes = schema.mistakes(&Element::read(&broken)).join("; ");
        assert!(mistakes.contains(says), "{from}: {mistakes}");
    }
}

#[test]
fn it_says_what_the_books_say() {
    let firm = firm();
    let root = Element::read(&file(&firm, "2026-03-01", "2026-12-31"));
    let accounts = root.all("MasterFiles/GeneralLedgerAccounts/Account");
    assert_eq!(accounts.len(), 9, "headings have no balance");
    let customers = accounts.iter().find(|account| account.text("AccountID") == "1200").unwrap();
    assert_eq!(customers.text("OpeningDebitBalance"), "119.50");
    assert_eq!(customers.text("ClosingDebitBalance"), "119.50");
    let bank = accounts.iter().find(|account| account.text("AccountID") == "1000").unwrap();
    assert_eq!(
        (bank.text("OpeningDebitBalance"), bank.text("ClosingCreditBalance")),
        ("0.00", "92.00")
    );
    let customer = &root.all("MasterFiles/Customers/Customer")[0];
    assert_eq!(customer.text("Name"), "Ada Lovelace");
    assert_eq!(root.all("GeneralLedgerEntries")[0].text("NumberOfEntries"), "4");
    let lines = root.all("GeneralLedgerEntries/Journal/Transaction/Line");
    let sum = |side: &str| -> rust_decimal::Decimal {
        lines.iter().flat_map(|line| line.all(side)).map(|amount| dec(amount.text("Amount"))).sum()
    };
    assert_eq!(sum("DebitAmount"), sum("CreditAmount"));
    assert_eq!(dec(root.all("GeneralLedgerEntries")[0].text("TotalDebit")), sum("DebitAmount"));
    let dollars: Vec<_> = lines
        .iter()
        .flat_map(|line| line.all("DebitAmount"))
        .filter(|amount| amount.text("CurrencyCode") == "USD")
        .collect();
    assert_eq!((dollars[0].text("Amount"), dollars[0].text("CurrencyAmount")), ("92.00", "100.00"));
    assert_eq!(
        root.all("Header/Company")[0].text("Name"),
        "Møller & Sønn <AS>",
        "escaped, and read again"
    );
}

#[test]
fn who_owes_stands_on_the_accounts_of_parties_alone() {
    let firm = firm();
    use AccountClass::{Asset, Liability};
    let accounts = vec![
        NewAccount::new("1210", "Shops", Asset).kind("receivable"),
        NewAccount::new("1300", "Input VAT", Asset),
        NewAccount::new("2010", "Landlords", Liability).kind("payable"),
        NewAccount::new("2200", "VAT", Liability),
    ];
    firm.must("more", &OpenAccounts::new(accounts));
    let (bob, eve) = (PartyId::named("bob"), PartyId::named("eve"));
    let entry = |date: &str| NewEntry::new("GEN", d(date));
    let sale = entry("2026-05-02").debit("1210", eur("119")).credit("4000", eur("100"));
    firm.post("sale to bob", sale.credit("2200", eur("19")).party(bob));
    let paid = entry("2026-06-02").debit("1000", eur("19")).credit("1210", eur("19"));
    firm.post("paid by bob", paid.party(bob));
    let bill = entry("2026-05-03").debit("5100", eur("50")).debit("1300", eur("9.5"));
    firm.post("bill of eve", bill.credit("2010", eur("59.5")).party(eve));
    let root = Element::read(&file(&firm, "2026-06-01", "2026-12-31"));
    assert_eq!(Schema::norwegian().mistakes(&root), Vec::<String>::new());
    let told = |path: &str, id: &str| {
        let balance = |line: &&Element| {
            let of = |name: &str| line.all(name).first().map_or("", |amount| &*amount.text).into();
            let ends = ["OpeningDebitBalance", "OpeningCreditBalance"].map(of);
            let ends = [ends, ["ClosingDebitBalance", "ClosingCreditBalance"].map(of)];
            (line.text("AccountID").to_owned(), ends.map(|two: [String; 2]| two.concat()))
        };
        let of = |party: &&Element| {
            let lines: Vec<_> = party.all("BalanceAccount");
            (party.text(id).to_owned(), lines.iter().map(balance).collect::<Vec<_>>())
        };
        root.all(path).iter().map(of).collect::<Vec<_>>()
    };
    let id = |party: PartyId| format!("{:032x}", party.to_u128());
    let line = |account: &str, opening: &str, closing: &str| {
        vec![(account.to_owned(), [opening.to_owned(), closing.to_owned()])]
    };
    let mut customers = told("MasterFiles/Customers/Customer", "CustomerID");
    customers.retain(|(party, _)| *party != id(PartyId::named("ada")));
    assert_eq!(customers, [(id(bob), line("1210", "119.00", "100.00"))]);
    let suppliers = told("MasterFiles/Suppliers/Supplier", "SupplierID");
    assert_eq!(suppliers, [(id(eve), line("2010", "59.50", "59.50"))]);
    let lines = root.all("GeneralLedgerEntries/Journal/Transaction/Line");
    let named = |name: &str| {
        let of = lines.iter().filter(|line| !line.all(name).is_empty());
        of.map(|line| line.text("AccountID")).collect::<Vec<_>>()
    };
    assert_eq!(named("CustomerID"), ["1210"], "not the bank on which he paid");
    assert_eq!(named("SupplierID"), [""; 0]);
}

/// Whose two records became one stands once, on the lines too.
#[test]
fn who_was_merged_stands_once() {
    let firm = firm();
    let (ada, web) = (PartyId::named("ada"), PartyId::named("ada, on the web"));
    firm.books.driver().prepare(party::TABLES).unwrap();
    for (id, name) in [(ada, "ada"), (web, "web")] {
        firm.books.send(name, &party::RegisterParty::person(id, "Ada")).unwrap();
    }
    firm.post("from the web", sale("2026-05-02", "1.00").party(web));
    let bill = NewEntry::new("GEN", d("2026-05-03")).debit("1200", eur("10"));
    firm.post("bill", bill.credit("4000", eur("10")).party(web));
    firm.books.send("one", &party::MergeParties::new(ada, web)).unwrap();
    let root = Element::read(&file(&firm, "2026-05-01", "2026-12-31"));
    let customers = root.all("MasterFiles/Customers/Customer");
    assert_eq!(customers.len(), 1);
    let id = format!("{:032x}", ada.to_u128());
    assert_eq!(customers[0].text("CustomerID"), id);
    let balance = customers[0].all("BalanceAccount");
    assert_eq!(balance[0].text("ClosingDebitBalance"), "129.50");
    let lines = root.all("GeneralLedgerEntries/Journal/Transaction/Line");
    let named: Vec<_> = lines.iter().flat_map(|line| line.all("CustomerID")).collect();
    assert!(!named.is_empty() && named.iter().all(|line| line.text == id));
}

/// The file of a year opens with nothing earned, whether the year before it was closed or is to be.
#[test]
fn a_year_opens_without_the_result_of_the_one_before() {
    let firm = firm();
    let whole = ("2027-01-01", "2027-12-31");
    let query = SaftQuery::new(company(), d(whole.0), d(whole.1), d("2028-01-15"));
    let refused = firm.books.export_saft(&query.grouping(&by_code)).unwrap_err();
    assert_eq!(refused.code(), "accounting.export_no_retained");
    firm.must("closing", &SetClosing::new("3000", "GEN"));
    let told = || {
        let root = Element::read(&file(&firm, whole.0, whole.1));
        let amount = |account: &Element, side: &str| {
            let amount = account.all(side).first().map(|amount| dec(&amount.text));
            amount.unwrap_or_default()
        };
        let accounts = root.all("MasterFiles/GeneralLedgerAccounts/Account");
        let line = |account: &&Element| {
            let [opening, closing] = ["Opening", "Closing"].map(|end| {
                let [debit, credit] = ["Debit", "Credit"].map(|side| format!("{end}{side}Balance"));
                amount(account, &debit) - amount(account, &credit)
            });
            (account.text("AccountID").to_owned(), (opening, closing))
        };
        accounts.iter().map(line).collect::<BTreeMap<_, _>>()
    };
    let open = told();
    assert_eq!(open["4000"], (dec("0"), dec("-11")), "what 2027 earned alone");
    assert_eq!(open["5000"], (dec("0"), dec("0")));
    assert_eq!(open["3000"].0, dec("-91.89"), "119.50 earned and 27.61 spent");
    assert_eq!(open.values().map(|(opening, _)| opening).sum::<Decimal>(), dec("0"));
    assert_eq!(open.values().map(|(_, closing)| closing).sum::<Decimal>(), dec("0"));
    firm.must("close", &CloseYear::new(2026).early());
    assert_eq!(told(), open, "closing it changes nothing of what the file says");
}

/// Accounts of a kind of their own are nobody's debts, though open items keep them.
#[test]
fn what_open_items_keep_is_of_parties_only_where_no_kind_says_otherwise() {
    let firm = firm();
    use AccountClass::{Asset, Liability};
    let kept = |account: NewAccount| account.open_items();
    let accounts = vec![
        kept(NewAccount::new("1250", "Deposits", Asset)),
        kept(NewAccount::new("1360", "Money in transit", Asset).kind("transit")),
        kept(NewAccount::new("2200", "VAT", Liability).kind("tax")),
    ];
    firm.must("more", &OpenAccounts::new(accounts));
    let bob = PartyId::named("bob");
    let sale = NewEntry::new("GEN", d("2026-05-02"))
        .debit("1250", eur("100"))
        .debit("1360", eur("19"))
        .credit("4000", eur("100"))
        .credit("2200", eur("19"));
    firm.post("sale to bob", sale.party(bob));
    let root = Element::read(&file(&firm, "2026-05-01", "2026-12-31"));
    assert_eq!(Schema::norwegian().mistakes(&root), Vec::<String>::new());
    let lines = root.all("GeneralLedgerEntries/Journal/Transaction/Line");
    let named = |name: &str| {
        let of = lines.iter().filter(|line| !line.all(name).is_empty());
        of.map(|line| line.text("AccountID")).filter(|code| *code != "1200").collect::<Vec<_>>()
    };
    assert_eq!(named("CustomerID"), ["1250"]);
    assert_eq!(named("SupplierID"), [""; 0]);
}

#[test]
fn long_dimensions_get_short_codes_that_differ() {
    let firm = firm();
    let entry = |name: &str, value: &str| {
        NewEntry::new("GEN", d("2026-05-01"))
            .posting(NewPosting::debit("5000", eur("1")).dimension(name, value))
            .credit("1000", eur("1"))
    };
    let long = "a very long name of a project that goes on";
    firm.post("a", entry("cost centre group", &format!("{long} A")));
    firm.post("b", entry("cost centre", &format!("{long} B")));
    firm.post("c", entry("cost centre", &format!("{long} C")));
    let root = Element::read(&file(&firm, "2026-01-01", "2026-12-31"));
    assert!(Schema::norwegian().mistakes(&root).is_empty());
    let types = root.all("MasterFiles/AnalysisTypeTable/AnalysisTypeTableEntry");
    let pairs: std::collections::BTreeSet<_> =
        types.iter().map(|entry| (entry.text("AnalysisType"), entry.text("AnalysisID"))).collect();
    assert_eq!(pairs.len(), types.len(), "each value has a pair of its own");
}

#[test]
fn what_the_form_has_no_room_for_is_refused() {
    let firm = firm();
    let query = SaftQuery::new(company(), d("2026-01-01"), d("2026-12-31"), d("2027-01-15"));
    let error = firm.books.export_saft(&query).unwrap_err();
    assert_eq!(error.code(), "accounting.export_no_grouping");
    assert!(error.to_string().starts_with("account 1000 has no grouping"), "{error}");
    let query = query.grouping(&by_code);
    let backwards = SaftQuery::new(company(), d("2026-12-31"), d("2026-01-01"), d("2027-01-15"));
    assert_eq!(firm.books.export_saft(&backwards).unwrap_err().code(), "accounting.bad_input");
    let dinars = |date: &str, worth: &str| {
        NewEntry::new("GEN", d(date))
            .posting(NewPosting::debit("5000", money("1.234 BHD")).worth(money(worth)))
            .posting(NewPosting::credit("5100", money("1.234 BHD")).worth(money(worth)))
    };
    firm.post("dinars", dinars("2026-06-01", "3 EUR"));
    let xml = firm.books.export_saft(&query).unwrap();
    assert!(Schema::norwegian().mistakes(&Element::read(&xml)).is_empty());
    let rounded = "<CurrencyCode>BHD</CurrencyCode><CurrencyAmount>1.23</CurrencyAmount>";
    assert!(xml.contains(rounded) && !xml.contains("1.234"));
    let far = SaftCompany {
        address: SaftAddress { country: Some("Norway".into()), ..SaftAddress::default() },
        ..company()
    };
    let far =
        SaftQuery::new(far, d("2026-01-01"), d("2026-12-31"), d("2027-01-15")).grouping(&by_code);
    let error = firm.books.export_saft(&far).unwrap_err();
    assert_eq!(error.code(), "accounting.export_too_long", "a country is never cut");
    let kuwait = Firm::of("memory", std::sync::Arc::new(fondaco_store::Memory::new()), "kuwait");
    kuwait.must("set up", &SetUp::new(money("1 KWD").currency()));
    let accounts = ["1000", "5000"].map(|code| NewAccount::new(code, code, AccountClass::Asset));
    kuwait.must("accounts", &OpenAccounts::new(accounts.to_vec()));
    kuwait.must("gen", &OpenJournal::new("GEN", "General"));
    kuwait.must("2026", &OpenFiscalYear::calendar_year(2026));
    let fine = NewEntry::new("GEN", d("2026-06-02"));
    kuwait.post("fine", fine.debit("5000", money("3.001 KWD")).credit("1000", money("3.001 KWD")));
    let error = kuwait.books.export_saft(&query).unwrap_err();
    assert_eq!(error.code(), "accounting.export_too_fine");
    assert!(error.to_string().contains("3.001 has more than the two digits"), "{error}");
    firm.must("long", &OpenJournal::new("a journal with a long code", "Long"));
    let error = firm.books.export_saft(&query).unwrap_err();
    assert_eq!(error.code(), "accounting.export_too_long");
}
