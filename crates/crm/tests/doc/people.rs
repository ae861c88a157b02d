// What the examples of the documentation share: a firm with attributes, and Ada, who works there.
pub use fondaco_core::enter::Taking;
pub use fondaco_core::{CompanyId, PartyId, Timestamp};
pub use fondaco_crm::attributes::{DefineAttributes, NewAttribute, ValueKind};
pub use fondaco_crm::contacts::{AddContacts, NewContact};
pub use fondaco_crm::{Crm, CrmError};
pub use fondaco_store::Memory;

pub fn ada() -> PartyId {
    PartyId::named("web/ada")
}

pub fn firm() -> PartyId {
    PartyId::named("firm/analytical")
}

/// On 2026-06-01: the firm Analytical Engines, and Ada Lovelace, ada@analytical.example, who works for it and is looked after by seller-1.
pub fn crm() -> Crm<'static> {
    let time: Timestamp = "2026-06-01T08:00:00Z".parse().unwrap();
    let crm = Crm::open(Memory::new(), CompanyId::named("acme")).unwrap();
    let crm = crm.with_clock(move || time);
    let attributes = vec![
        NewAttribute::new("employees", "Number of employees", ValueKind::Number),
        NewAttribute::choice("segment", "Segment", ["small", "large"]),
    ];
    crm.send("attributes", &DefineAttributes::new(attributes)).unwrap();
    let contacts = vec![
        NewContact::organisation(firm(), "Analytical Engines Ltd").owner("seller-1"),
        NewContact::person(ada(), "Ada Lovelace")
            .email("ada@analytical.example")
            .phone("+44 20 7946 0123")
            .works_for(firm())
            .owner("seller-1"),
    ];
    crm.send("people", &AddContacts::new(contacts)).unwrap();
    crm
}
