//! The bytes that the hash chain and the digests are made of never change: hashes kept here, and elsewhere, stay true.
//!
//! `golden/expected.py` builds the same messages from the documentation alone, with Python's SHA-256.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::sync::Arc;

use chrono::NaiveDate;
use common::*;
use fondaco_core::chain::{self, GENESIS, Said, content, link, root, row_hash};
use fondaco_core::store::{
    Blob, Event, Fixed, Hash, Json, KeyBytes, Meta, Personal, Record, StateHash, Stored, Value,
    ValueRow,
};
use fondaco_core::{ActorId, CommandId, CompanyId, Id, Timestamp, digest};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::Model;
use rust_decimal::Decimal;
use serde::Serialize;
use smol_str::SmolStr;

fn hex(hash: Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A column of every type, and of every sort of absence.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "golden", kind = fact, key(number))]
struct Golden {
    number: i64,
    yes: bool,
    amount: Fixed<2>,
    rate: Decimal,
    text: SmolStr,
    blob: Blob,
    day: NaiveDate,
    at: Timestamp,
    id: Id<Golden>,
    json: Json,
    nothing: Option<SmolStr>,
    name: Personal<SmolStr>,
    points: Option<Personal<i64>>,
    last: Option<i64>,
}

fn golden() -> Golden {
    Golden {
        number: -7,
        yes: true,
        amount: Fixed::from_units(-12_345),
        rate: "1.2500".parse().unwrap(),
        text: "Rio Terà".into(),
        blob: Blob(Arc::from(&[0u8, 255][..])),
        day: day(21),
        at: "2026-03-01T08:00:00.000001Z".parse().unwrap(),
        id: Id::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
        json: Json(r#"{"a":1}"#.into()),
        nothing: None,
        name: Personal::Kept("Marietta".into(), [7; 16]),
        points: None,
        last: Some(i64::MAX),
    }
}

#[test]
fn a_row_of_every_type() {
    let row = golden();
    let expected = ROW;
    assert_eq!(hex(row_hash(&row)), expected);
    assert_eq!(hex(row_hash(&ValueRow::new(Golden::TABLE, row.values()))), expected, "as values");
    let mut erased = row.clone();
    Record::erase(&mut erased);
    assert_eq!(hex(row_hash(&erased)), expected, "erased");
    let rate = Golden { rate: "1.25".parse().unwrap(), ..row.clone() };
    assert_eq!(hex(row_hash(&rate)), expected, "zeros at the end of a number");
    let zero = |rate: &str| hex(row_hash(&Golden { rate: rate.parse().unwrap(), ..row.clone() }));
    assert_eq!(zero("-0.00"), zero("0"));
}

#[test]
fn commitments() {
    assert_eq!(hex(chain::commitment(&Value::text("Marietta"), &[7; 16])), COMMITTED_TEXT);
    assert_eq!(hex(chain::commitment(&Value::I64(-1), &[0; 16])), COMMITTED_I64);
}

#[test]
fn roots_of_one_level_two_and_three() {
    let hashes: Vec<Hash> = (0..1025u32)
        .map(|n| {
            let mut hash = [0; 32];
            hash[..4].copy_from_slice(&n.to_be_bytes());
            hash
        })
        .collect();
    for (count, expected) in ROOTS {
        assert_eq!(hex(root(&hashes[..count])), expected, "of {count}");
    }
}

#[test]
fn what_a_commit_says_and_its_link() {
    let events = [
        Event::new("shelf.filled").with("shelf", Value::I64(1)).with("label", Value::text("door")),
        Event::new("nothing.else"),
    ];
    let answer = [Value::Null, Value::I64(17), Value::Decimal("1.50".parse().unwrap())];
    let meta = Meta::new(ActorId::new("clerk"), "2026-03-01T08:00:00Z".parse().unwrap());
    let said = Said {
        company: CompanyId::from_u128(1),
        id: CommandId::from_u128(2),
        digest: &[3; 32],
        meta: &meta,
        events: &events,
        answer: &answer,
        states: &[],
    };
    let key = KeyBytes::new(&[1, 2]);
    let states = [
        StateHash { table: "shelf".into(), key: key.clone(), hash: [6; 32], deleted: false },
        StateHash { table: "shelf".into(), key, hash: [7; 32], deleted: true },
    ];
    assert_eq!(hex(content(&Said { states: &states, ..said }, &[4; 32])), LABELLED);
    let content = content(&said, &[4; 32]);
    assert_eq!(hex(content), CONTENT);
    assert_eq!(hex(link(&GENESIS, 1, &content)), LINK);
    assert_eq!(hex(link(&[5; 32], u64::MAX, &content)), LATE_LINK);
}

#[derive(Serialize)]
enum Shape {
    Point,
    Circle(u32),
    Line(i8, i64),
    Box { wide: u64, high: Option<u64> },
}

#[derive(Serialize)]
struct Draw<'a> {
    shape: Shape,
    title: &'a str,
    note: Option<&'a str>,
    tags: Vec<char>,
    ready: bool,
    pair: (i32, ()),
}

#[derive(Serialize)]
struct Wrapped(u8);

#[derive(Serialize)]
struct Both(u8, u8);

#[derive(Serialize)]
struct Nothing;

fn draw(shape: Shape) -> Draw<'static> {
    let (tags, pair) = (vec!['a', '€'], (-1, ()));
    Draw { shape, title: "x", note: None, tags, ready: true, pair }
}

#[test]
fn digests() {
    let of = |command: &dyn Fn() -> Result<Hash, digest::DigestError>| hex(command().unwrap());
    let shapes = [
        Shape::Point,
        Shape::Circle(7),
        Shape::Line(-1, 1),
        Shape::Box { wide: 1, high: None },
        Shape::Box { wide: 1, high: Some(2) },
    ];
    for (shape, expected) in shapes.into_iter().zip(DRAWS) {
        let draw = draw(shape);
        assert_eq!(of(&|| digest::of(&draw)), expected);
    }
    let noted = Draw { note: Some(""), ..draw(Shape::Point) };
    assert_eq!(of(&|| digest::of(&noted)), NOTED);
    assert_eq!(of(&|| digest::of("pay")), TEXT);
    assert_eq!(of(&|| digest::of(&Wrapped(7))), WRAPPED);
    assert_eq!(of(&|| digest::of(&Both(7, 8))), BOTH);
    assert_eq!(of(&|| digest::of(&Nothing)), NOTHING);
    assert_eq!(hex(digest::salted(&[1; 32], &[2; 16])), SALTED);
}

#[test]
fn two_commands_of_the_same_fields_are_two() {
    #[derive(Serialize)]
    struct Lock {
        period: i32,
    }
    #[derive(Serialize)]
    struct Unlock {
        period: i32,
    }
    #[derive(Serialize)]
    struct Other(u8);
    #[derive(Serialize)]
    struct Others(u8, u8);
    #[derive(Serialize)]
    struct None;
    assert_ne!(digest::of(&Lock { period: 1 }), digest::of(&Unlock { period: 1 }));
    assert_ne!(digest::of(&Wrapped(7)), digest::of(&Other(7)));
    assert_ne!(digest::of(&Both(7, 8)), digest::of(&Others(7, 8)));
    assert_ne!(digest::of(&Nothing), digest::of(&None));
}

/// Acts of every sort, on every store, with salts from the commands' ids.
#[test]
fn a_small_history() {
    use common::acts::{Act, act};
    let history = [
        Act::Label(1, 1, 0),
        Act::Label(1, 2, 1),
        Act::Deliver(1, 1, 5),
        Act::Take(1, vec![3, 9]),
        Act::Double(1, 2),
        Act::Slip(1, 3),
        Act::Person(1, 1),
        Act::Forget(1),
        Act::Remove(1, 1),
    ];
    let hosts = [
        Host::sync("memory", Arc::new(Memory::new())),
        Host::sync("model", Arc::new(Model::new())),
        Host::sync("sqlite", Arc::new(Sqlite::in_memory().unwrap())),
        Host::asynchronous("model, not loaded", Arc::new(Model::new())),
    ];
    let server = common::server::postgres().map(|(name, store)| Host::sync(name, store));
    for host in hosts.into_iter().chain(server) {
        for (n, command) in history.iter().enumerate() {
            host.run_as(&format!("act {n}"), command, act).unwrap();
        }
        let verified = chain::verify(&*host.store, acme(), &all_tables()).unwrap();
        assert_eq!(verified.findings, []);
        assert_eq!((verified.commits, hex(verified.link).as_str()), (9, HISTORY), "{}", host.name);
    }
}

const ROW: &str = "d85f181b9e1c50ce98610402ae300c1313d022223f90b91fb774b8bb285f8b39";
const COMMITTED_TEXT: &str = "8790109f77e38bd5ce1b342ccb8014f50e7f70d031d09708b3dd76891acf78e0";
const COMMITTED_I64: &str = "4b947d958f7d89ad290ac808c3740f4791778796d928fd2a8fa35ef615ce4f48";
const ROOTS: [(usize, &str); 6] = [
    (0, "db931dbab7b02089fff221806b099f81fb3ffb600d2b77e6ccf38db02c5ede9e"),
    (1, "fa16d423535fe81e938bdf465bb89aaebf03e2712cf1561b302abe3b685f1311"),
    (32, "3365c4ee03cedf0d3c7a719e5ae60f7acbc4ca28dee45e35b476ae4aa6e0a331"),
    (33, "3c06629e4cb004382727155c70e1cbc468e40a333ba4429387a06b0947e4208d"),
    (1024, "c6775c5f8b18228759977f1b0a0439718fc79d2624b949f52abd3a108bcd3dde"),
    (1025, "4838468293cb40f1aa1634ed7b36c920781e8eea104f766d8093c580231d2c5a"),
];
const CONTENT: &str = "81fae5405cec9b7cf4c5c838005dc02504994c2c9e62185ae3c342a3ac40f2a7";
const LABELLED: &str = "b30f2584cb22fcc6d5ff21eb9ee92905b63a57f7a0fc67406ef9ae5f8528905d";
const LINK: &str = "f931b91ba8103062cc3d88d0f496da1addbb9e8de997cf71dc34b0e7633a4114";
const LATE_LINK: &str = "51f4c3127dc3d1f929bc958feb94765dfc2a32df9f3bdf627f84af024ce74707";
const DRAWS: [&str; 5] = [
    "6b0a18273dd07232b54c09b627498906c527bd83b2b49ca8a2becae107faad2e",
    "6e80c1258f93fdbe85cf4877aa6290da42371eeaecd0e38bb5577fe9c5e9eb31",
    "486d1456415acd286ec789300e8efe5f617074cada8d17c3f5cbd8b85b8c2ad5",
    "2b70b0ec8d321798e38ad70364ed6a369ed54d451170486a9d9b22c61d856d20",
    "b173e97013d8385cf8413715e58e3e170631c8e5b9a7905583fb74d9d38a810f",
];
const NOTED: &str = "05f0ba19040af975ca962a0ddeb738c83d6ae2b6aebe618bde4aa8657180c77d";
const TEXT: &str = "45db2a288be7456e616ab4dc4c53b82b6114d3999d8e80d5b5a0107215667f8d";
const WRAPPED: &str = "71bf45513e4cd62ab059abfd48ad83cc828b3dfe82f94bf951d60be583353ac6";
const BOTH: &str = "425494093f00036191030ae6287dcd985a282cd9c5ebd13aa3fe8019050363e1";
const NOTHING: &str = "df5c89905e110b824a7fd229b8fdf11e3468f889846c60449c551ca86e988fa6";
const SALTED: &str = "c41e7fc9a2e0f9f080cb2d6c0cbf7fba2043e4f7c4dd260076e30e3994c73f7a";

/// Of all bytes of a history; only a change of what a commit holds may change it.
const HISTORY: &str = "659c74e349b341e2eba0c4b9207a916ce18d1d070dc0e8b4ab8007f21f843232";
