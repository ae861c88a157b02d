//! Every command on a store that fails at each of its steps.

use fondaco_core::party::*;
use fondaco_core::store::Store;
use fondaco_core::{ActError, Driver, Halt};
use fondaco_store::Memory;
use fondaco_testkit::{Model, sweep};

use crate::host::*;

/// Every command on a store that fails at its first step, its second, and so on: nothing is half-done, and sending the same
/// again completes it.
fn a_party_s_life(store: &dyn Store) -> Result<(), PartyError> {
    let driver = Driver::new(store, acme());
    driver.prepare(TABLES).map_err(Halt::from)?;
    let (ada, firm) = (id("ada"), id("firm"));
    driver.carry_out(envelope("ada"), &RegisterParty::person(ada, "Ada"))?;
    driver.carry_out(envelope("firm"), &RegisterParty::organisation(firm, "Firm"))?;
    driver.carry_out(envelope("change"), &ChangeParty::new(ada).name("Ada L."))?;
    driver.carry_out(envelope("role"), &AddRole::new(ada, "customer"))?;
    driver.carry_out(envelope("end role"), &EndRole::new(ada, "customer", day("2026-01-01")))?;
    driver.carry_out(envelope("address"), &AddAddress::new(ada, home()))?;
    driver.carry_out(envelope("end address"), &EndAddress::new(ada, 1, day("2026-01-01")))?;
    driver.carry_out(envelope("no address"), &RemoveAddress::new(ada, 1))?;
    driver.carry_out(envelope("mail"), &AddContact::new(ada, ContactKind::Email, "a@b.c"))?;
    driver.carry_out(envelope("no mail"), &RemoveContact { party: ada, number: 1 })?;
    driver.carry_out(envelope("iban"), &AddIdentifier::new(ada, IdentifierKind::Iban, IBAN))?;
    driver.carry_out(envelope("no iban"), &RemoveIdentifier { party: ada, number: 1 })?;
    driver.carry_out(envelope("iban 3"), &AddIdentifier::new(firm, IdentifierKind::Iban, IBAN))?;
    let taken =
        driver.carry_out(envelope("iban 2"), &AddIdentifier::new(firm, IdentifierKind::Iban, IBAN));
    match taken {
        Err(error) if error.code() == "party.identifier_taken" => {}
        Err(error) if error.halt().is_some() => return Err(error),
        other => panic!("{other:?}"),
    }
    driver.carry_out(envelope("relate"), &Relate::new(ada, RelationKind::EmployeeOf, firm))?;
    let end = EndRelation::new(ada, RelationKind::EmployeeOf, firm, day("2026-01-01"));
    driver.carry_out(envelope("end"), &end)?;
    driver.carry_out(envelope("no role"), &RemoveRole::new(ada, "customer", 1))?;
    let never = RemoveRelation::new(ada, RelationKind::EmployeeOf, firm, 1);
    driver.carry_out(envelope("never"), &never)?;
    driver.carry_out(envelope("web"), &RegisterParty::person(id("web"), "Ada L."))?;
    driver.carry_out(
        envelope("web mail"),
        &AddContact::new(id("web"), ContactKind::Email, "w@b.c"),
    )?;
    driver.carry_out(
        envelope("web iban"),
        &AddIdentifier::new(id("web"), IdentifierKind::Vat, VAT),
    )?;
    driver.carry_out(envelope("web role"), &AddRole::new(id("web"), "lead"))?;
    driver.carry_out(envelope("one"), &MergeParties::new(ada, id("web")))?;
    driver.carry_out(envelope("erase"), &EraseParty::new(ada))?;
    assert!(driver.verify(TABLES).map_err(Halt::from)?.findings.is_empty());
    Ok(())
}

#[test]
fn each_step_of_each_command_may_fail() {
    let swept = sweep(acme(), Memory::new, a_party_s_life).unwrap();
    assert_eq!(swept.commits, 23);
    assert!(swept.failures > 60, "{} steps failed", swept.failures);
    assert_eq!(sweep(acme(), Model::new, a_party_s_life).unwrap().commits, 23);
}
