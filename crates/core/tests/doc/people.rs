// What the examples of `party` share: a driver over a store in memory that knows Ada, a customer with an address, an e-mail
// address and an IBAN, and the firm she works for. `send` carries out a command under a name.

pub use fondaco_core::party::*;
pub use fondaco_core::{
    Act, ActError, ActorId, CommandId, CompanyId, DateRange, Driver, Envelope, PartyId, Timestamp,
};
pub use fondaco_store::Memory;

pub fn ada() -> PartyId {
    PartyId::named("ada")
}

pub fn firm() -> PartyId {
    PartyId::named("firm")
}

pub fn send<C: Act>(people: &Driver<'_>, name: &str, command: &C) -> Result<C::Answer, C::Error> {
    let envelope =
        Envelope::new(CommandId::named(name), ActorId::new("clerk-7"), Timestamp::EPOCH);
    people.carry_out(envelope, command).map(|done| done.answer)
}

pub fn people() -> Driver<'static> {
    let people = Driver::new(Memory::new(), CompanyId::named("acme"));
    people.prepare(TABLES).unwrap();
    send(&people, "ada", &RegisterParty::person(ada(), "Ada Lovelace")).unwrap();
    send(&people, "firm", &RegisterParty::organisation(firm(), "Engines Ltd")).unwrap();
    send(&people, "role", &AddRole::new(ada(), "customer")).unwrap();
    let home = NewAddress::new(AddressKind::Main, "IT".parse().unwrap(), "Venezia");
    send(&people, "home", &AddAddress::new(ada(), home.street("Rio Terà 5"))).unwrap();
    send(&people, "mail", &AddContact::new(ada(), ContactKind::Email, "ada@example.org")).unwrap();
    let iban = AddIdentifier::new(ada(), IdentifierKind::Iban, "GB29NWBK60161331926819");
    send(&people, "iban", &iban).unwrap();
    send(&people, "job", &Relate::new(ada(), RelationKind::EmployeeOf, firm())).unwrap();
    people
}
