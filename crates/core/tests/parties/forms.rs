//! What is kept of parties, and how their commands are told apart: neither changes under people who use them. A change of a
//! layout needs a higher `layout` and nullable columns with their `since`.

use fondaco_core::party::*;
use fondaco_core::{Act, PartyId, digest};
use fondaco_testkit::layout;

#[test]
fn no_layout_has_changed() {
    let now: Vec<String> = TABLES.iter().map(|table| layout(table)).collect();
    assert_eq!(now.join("\n"), LAYOUTS, "the layouts are now:\n{}", now.join("\n"));
}

fn hex(command: &impl Act) -> String {
    digest::hex(&command.digest().unwrap())
}

/// Every command, with all its fields set.
#[test]
fn no_digest_has_changed() {
    let (ada, firm) = (PartyId::from_u128(7), PartyId::from_u128(8));
    let day = "2026-03-15".parse().unwrap();
    let days = "2026-01-01/2026-12-31".parse().unwrap();
    let register = RegisterParty::person(ada, "Ada Lovelace")
        .names("Ada", "Lovelace")
        .known_as("Countess")
        .born("1815-12-10".parse().unwrap())
        .language("en-GB");
    let change = ChangeParty {
        given_name: register.given_name.clone(),
        family_name: register.family_name.clone(),
        known_as: register.known_as.clone(),
        born: register.born.clone(),
        language: register.language.clone(),
        ..ChangeParty::new(ada)
            .name("Ada King")
            .status(PartyStatus::Inactive)
            .clear(PartyField::Born)
    };
    let home = NewAddress::new(AddressKind::Main, "IT".parse().unwrap(), "Venezia")
        .street("Rio Terà 5")
        .extra("c/o Bruno")
        .postcode("30123")
        .region("VE")
        .on(days);
    let told = [
        ("RegisterParty", hex(&register)),
        ("RegisterParty, organisation", hex(&RegisterParty::organisation(firm, "Firm"))),
        ("ChangeParty", hex(&change)),
        ("AddRole", hex(&AddRole::new(ada, "customer").on(days))),
        ("RemoveRole", hex(&RemoveRole::new(ada, "customer", 1))),
        ("EndRole", hex(&EndRole::new(ada, "customer", day))),
        ("AddAddress", hex(&AddAddress::new(ada, home))),
        ("EndAddress", hex(&EndAddress::new(ada, 1, day))),
        ("RemoveAddress", hex(&RemoveAddress::new(ada, 1))),
        ("AddContact", hex(&AddContact::new(ada, ContactKind::Email, "a@b.c").label("work"))),
        ("RemoveContact", hex(&RemoveContact { party: ada, number: 1 })),
        (
            "AddIdentifier",
            hex(&AddIdentifier::new(ada, IdentifierKind::Lei, "5493006MHB84DD0ZWV18")),
        ),
        ("RemoveIdentifier", hex(&RemoveIdentifier { party: ada, number: 1 })),
        ("Relate", hex(&Relate::new(ada, RelationKind::EmployeeOf, firm).on(days))),
        ("EndRelation", hex(&EndRelation::new(ada, RelationKind::EmployeeOf, firm, day))),
        ("RemoveRelation", hex(&RemoveRelation::new(ada, RelationKind::EmployeeOf, firm, 1))),
        ("MergeParties", hex(&MergeParties::new(ada, firm))),
        ("EraseParty", hex(&EraseParty::new(ada))),
    ];
    let told = told.map(|(name, digest)| format!("{name}: {digest}"));
    assert_eq!(told.join("\n"), DIGESTS, "the digests are now:\n{}", told.join("\n"));
}

const LAYOUTS: &str = "\
party: State, layout 1
  id: Id
  kind: Text
  status: Text
  language: Text, nullable
  name: Text, personal
  given_name: Text, nullable, personal
  family_name: Text, nullable, personal
  known_as: Text, nullable, personal
  born: Date, nullable, personal
  key (id)

party_role: State, layout 1
  party: Id
  role: Text
  number: I64
  start: Date, nullable
  end: Date, nullable
  key (party, role, number)
  index by_role (role)
  guard by_party (party)

party_address: State, layout 1
  party: Id
  number: I64
  kind: Text
  country: Text
  start: Date, nullable
  end: Date, nullable
  street: Text, nullable, personal
  extra: Text, nullable, personal
  postcode: Text, nullable, personal
  city: Text, personal
  region: Text, nullable, personal
  key (party, number)
  guard by_party (party)

party_contact: State, layout 3
  party: Id
  number: I64
  kind: Text
  value: Text, personal
  normal: Text, personal
  label: Text, nullable, personal
  found_by: Text, nullable, personal, since 2
  key (party, number)
  index by_normal (kind, normal)
  index by_found_by (kind, found_by)
  guard by_party (party)

party_identifier: State, layout 1
  party: Id
  number: I64
  kind: Text
  value: Text, personal
  key (party, number)
  index by_value (kind, value), unique
  guard by_party (party)

party_relation: State, layout 1
  party: Id
  kind: Text
  other: Id
  number: I64
  start: Date, nullable
  end: Date, nullable
  key (party, kind, other, number)
  index by_other (other, kind)
  guard by_party (party)
  guard by_other (other, kind)

party_alias: State, layout 2
  party: Id
  keep: Id
  merged_at: Instant
  name: Text, nullable, personal, since 2
  known_as: Text, nullable, personal, since 2
  key (party)
  index by_keep (keep)
  guard by_keep (keep)
";

const DIGESTS: &str = "\
RegisterParty: 43af610e5fd55a2335fa45524a011687eee3c090d6476a214a2ed59c3ce5e78b
RegisterParty, organisation: f92d6bd2a2c2e99a5788485881cb3b865cd26f3aeddab1f025cc1051ad9bfc12
ChangeParty: 8cae3d4d77d5cd2e92bb76a987a6347ecc276a757d43f7e1d68fdc669b2e19b7
AddRole: d64b816d633863ac68d5038f08a2d26185d79713d737da0c749effb9baeb7770
RemoveRole: 4bcf87a2d73079e06908dfdeb5fbe57c22c9d44314b1c33a88e758ada332d5f0
EndRole: 6163de06943e429dcbc26b7c6c7e0a3082b6548f164ce2339e2f4fba31b4d113
AddAddress: be89edc0b01082a85c404bf79ba280676d65b399d26804ff354d1606ad52482b
EndAddress: 66e28638e2faf70202d5274d2e816e0d3bb325792fcde1a21ad32cb044846996
RemoveAddress: efe37356e927b3547da29b67d16d575cdd7fc5a75b42c0d5f74e99fc74e80a72
AddContact: e1193e5635d0ddf2969af145291ffb7997ce07a1d1eed3269630509499780c1b
RemoveContact: 3a475d07afbba7222ea841e123482acc44b2bbfa8ff4426dc7a4bda488c09f6f
AddIdentifier: 5ff9129a525280b4c5289a168f2c281e3b1995de27dd10f20078e1c29ba2f26d
RemoveIdentifier: 897708b7efd68bab622f73ed0e602d02847383791aeb5f914d31255f10215e2a
Relate: eadcdbf6cfd6242ebeadb06bf6268e42d4af0b9b00769fb4e24eac6f3e0a21df
EndRelation: 6be95bdd66d5038b786d4fbb815b84718e3435faa477f7f90d9b905011739629
RemoveRelation: b883366a08504e3a1670ce1d40964c454b143109cb76e762f40f219372b0574b
MergeParties: 3877eba099d76dc86462862883479117bf895e0308e86fda49ce312318a683dc
EraseParty: 794c65641dd573de5fb1a86fcfb6c01bbb04558df156ef922f532ea4347235cb";
