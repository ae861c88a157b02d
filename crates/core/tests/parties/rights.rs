//! Every command about parties under a policy: refused without its permission, carried out with it.

#[path = "../rights/mod.rs"]
mod office;

use fondaco_core::party::{
    AddAddress, AddContact, AddIdentifier, AddRole, AddressKind, ChangeParty, ContactKind,
    EndAddress, EndRelation, EndRole, EraseParty, IdentifierKind, MergeParties, NewAddress,
    PartyError, RegisterParty, Relate, RelationKind, RemoveAddress, RemoveContact,
    RemoveIdentifier, RemoveRelation, RemoveRole, TABLES as PARTY_TABLES,
};
use office::*;

/// Carries out commands by those who may not, and then by somebody who may.
struct Desk<'o> {
    office: &'o Office,
    tried: usize,
}

impl Desk<'_> {
    fn only<C: Act<Error = PartyError>>(&mut self, may: &str, others: &[&str], command: &C) {
        let before = self.office.commits();
        for actor in others {
            let code = self.office.send(actor, command).map_err(|error| error.code()).err();
            assert_eq!(code, Some("policy.not_held"), "{actor} on {}", self.office.name);
        }
        assert_eq!(self.office.commits(), before, "a refusal leaves nothing");
        self.office.must(may, command);
        self.tried += 1;
    }

    /// By the keeper alone: not by a cashier, nor by who may only erase.
    fn keeps<C: Act<Error = PartyError>>(&mut self, command: &C) {
        self.only("keeper", &["anna", "eraser"], command);
    }
}

fn staffed(office: &Office) {
    Driver::new(office.store.clone(), acme()).prepare(PARTY_TABLES).unwrap();
    for (name, permission) in
        [("keeper", "party.keep"), ("merger", "party.merge"), ("eraser", "party.erase")]
    {
        office.must("root", &DefineRole::new(name, name).may(NewGrant::new(permission)));
        office.must("root", &RegisterActor::person(id(name)));
        office.must("root", &AssignRole::new(id(name), name));
    }
}

#[test]
fn every_command_asks_for_its_permission() {
    on_every_host(|office| {
        staffed(&office);
        let mut desk = Desk { office: &office, tried: 0 };
        let (ada, firm) = (PartyId::named("ada"), PartyId::named("firm"));
        desk.keeps(&RegisterParty::person(ada, "Ada"));
        office.must("keeper", &RegisterParty::organisation(firm, "Engines Ltd"));
        desk.keeps(&ChangeParty::new(ada).name("Ada King"));
        desk.keeps(&AddRole::new(ada, "customer"));
        desk.keeps(&EndRole::new(ada, "customer", d("2026-12-31")));
        desk.keeps(&RemoveRole::new(ada, "customer", 1));
        let home = NewAddress::new(AddressKind::Main, "IT".parse().unwrap(), "Venezia");
        desk.keeps(&AddAddress::new(ada, home.street("Rio Terà 5")));
        desk.keeps(&EndAddress::new(ada, 1, d("2026-12-31")));
        desk.keeps(&RemoveAddress::new(ada, 1));
        desk.keeps(&AddContact::new(ada, ContactKind::Email, "ada@example.org"));
        desk.keeps(&RemoveContact { party: ada, number: 1 });
        desk.keeps(&AddIdentifier::new(ada, IdentifierKind::Iban, "GB29NWBK60161331926819"));
        desk.keeps(&RemoveIdentifier { party: ada, number: 1 });
        desk.keeps(&Relate::new(ada, RelationKind::EmployeeOf, firm));
        desk.keeps(&EndRelation::new(ada, RelationKind::EmployeeOf, firm, d("2026-12-31")));
        desk.keeps(&RemoveRelation::new(ada, RelationKind::EmployeeOf, firm, 1));
        office.must("keeper", &RegisterParty::person(PartyId::named("ada, again"), "Ada"));
        let again = MergeParties::new(ada, PartyId::named("ada, again"));
        desk.only("merger", &["anna", "keeper", "eraser"], &again);
        desk.only("eraser", &["anna", "keeper"], &EraseParty::new(ada));
        assert_eq!(desk.tried, commands(), "each command that there is");
    });
}

/// How many commands the sources have: a new one belongs into the test above.
fn commands() -> usize {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/party");
    let paths = std::fs::read_dir(folder).unwrap().map(|path| path.unwrap().path());
    let files = paths.filter(|path| path.is_file());
    files.map(|file| std::fs::read_to_string(file).unwrap().matches("impl Act for").count()).sum()
}
