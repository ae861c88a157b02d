//! Erasing something personal: the value and all that could give it away are gone, the hash chain still holds.

use crate::common::*;
use fondaco_core::store::{Ask, Event, Personal, Read, Receipt, Reply, Value};
use fondaco_core::{CommandId, Halt, Range, Reading, Tx};
use smol_str::SmolStr;

const MAIL: &str = "ada@example.org";

fn ada(tx: &mut Tx<'_>) -> Result<(), ShopError> {
    let (mail, who) = (tx.personal(SmolStr::new(MAIL)), tx.personal(SmolStr::new(MAIL)));
    tx.insert(Person { number: 1, mail: Some(mail), points: 3 })?;
    tx.insert(Visit { number: 1, who: Some(who) })?;
    tx.emit(Event::new("person.new").with("person", Value::I64(1)));
    Ok(())
}

fn erase(tx: &mut Tx<'_>) -> Result<(), ShopError> {
    tx.erase::<Person>(&1)?;
    Ok(tx.erase::<Visit>(&1)?)
}

fn receipt(host: &Host, name: &str) -> Receipt {
    let ask = Ask::Command(CommandId::named(name));
    let answer = host.store.read(&Read::now(acme(), vec![ask])).unwrap();
    match answer.replies.into_iter().next() {
        Some(Reply::Command(Some(receipt))) => *receipt,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_value_is_gone_and_the_chain_holds() {
    on_every_host(|host| {
        host.done("ada", ada);
        host.verify();
        assert!(receipt(host, "ada").salt.is_some());
        host.done("erase", |tx| {
            erase(tx)?;
            let person = tx.get::<Person>(&1)?.unwrap();
            assert!(matches!(person.mail, Some(Personal::Erased(_))), "own erasures are visible");
            assert_eq!(person.points, 3);
            Ok(())
        });
        host.verify();
        let (person, visit) = host
            .view(|view| Ok((view.peek::<Person>(&1)?.unwrap(), view.peek::<Visit>(&1)?.unwrap())));
        assert!(matches!(person.mail, Some(Personal::Erased(_))), "on {}", host.name);
        assert!(matches!(visit.who, Some(Personal::Erased(_))));
        assert_eq!(person.points, 3);
        assert!(receipt(host, "ada").salt.is_none(), "the salt of the command's digest is gone");
        assert_eq!(host.feed()[0].salt, None);
    });
}

#[test]
fn the_two_commitments_of_one_value_differ() {
    on_every_host(|host| {
        host.done("ada", ada);
        host.done("erase", erase);
        let (person, visit) = host
            .view(|view| Ok((view.peek::<Person>(&1)?.unwrap(), view.peek::<Visit>(&1)?.unwrap())));
        let (Some(Personal::Erased(a)), Some(Personal::Erased(b))) = (&person.mail, &visit.who)
        else {
            panic!("not erased")
        };
        assert_ne!(a, b, "a salt of its own each");
    });
}

#[test]
fn a_command_whose_salt_is_gone_replays_by_its_id_alone() {
    on_every_host(|host| {
        host.run_as("ada", MAIL, |tx, _| ada(tx)).unwrap();
        let other = host.run_as("ada", "other", |tx, _| ada(tx));
        assert_eq!(halt(other).code(), "store.command_reused");
        host.done("erase", erase);
        for mail in [MAIL, "other"] {
            assert!(
                host.run_as("ada", mail, |tx, _| ada(tx)).unwrap().replayed,
                "on {}",
                host.name
            );
        }
    });
}

#[test]
fn what_was_unique_is_free_again() {
    on_every_host(|host| {
        host.done("ada", ada);
        let again = |tx: &mut Tx<'_>| -> Result<(), ShopError> {
            let mail = Some(tx.personal(SmolStr::new(MAIL)));
            if tx.unique(Person::BY_MAIL, &SmolStr::new(MAIL))?.is_some() {
                return no("that address is known");
            }
            Ok(tx.insert(Person { number: 2, mail, points: 0 })?)
        };
        let refused = refusal(host.run("again", again));
        assert_eq!(refused, "that address is known");
        assert!(!refused.contains(MAIL));
        host.done("erase", erase);
        host.done("again", again);
        let found = host.view(|view| {
            Ok(view.peek_scan(&Range::by(Person::BY_MAIL, &SmolStr::new(MAIL)))?.len())
        });
        assert_eq!(found, 1);
    });
}

#[test]
fn an_erasure_disturbs_those_who_rest_on_the_row_or_its_range() {
    for over_range in [false, true] {
        on_every_host(|host| {
            host.done("ada", ada);
            let runs = Runs::default();
            let store = host.store.clone();
            host.done("points", |tx| {
                let person = match over_range {
                    true => tx.scan(&Range::<Person>::all())?.remove(0),
                    false => tx.get::<Person>(&1)?.unwrap(),
                };
                if runs.one_more() == 1 {
                    elsewhere(&*store, "erase", erase);
                }
                Ok(tx.put(Person { points: 9, ..person.as_ref().clone() })?)
            });
            assert_eq!(runs.get(), 2);
            let person = host.view(|view| Ok(view.peek::<Person>(&1)?.unwrap()));
            assert!(matches!(person.mail, Some(Personal::Erased(_))), "the value came back");
            assert_eq!(person.points, 9);
            host.verify();
        });
    }
}

#[test]
fn one_act_does_not_both_change_and_erase_a_row() {
    on_every_host(|host| {
        host.done("ada", ada);
        let bug = |result| {
            assert!(matches!(halt(result), Halt::Bug(why) if why.contains("an act of its own")))
        };
        bug(host.run("put, erase", |tx| {
            let person = tx.get::<Person>(&1)?.unwrap();
            tx.put(Person { points: 4, ..person.as_ref().clone() })?;
            Ok(tx.erase::<Person>(&1)?)
        }));
        bug(host.run("erase, put", |tx| {
            tx.erase::<Person>(&1)?;
            let person = tx.get::<Person>(&1)?.unwrap();
            Ok(tx.put(Person { points: 4, ..person.as_ref().clone() })?)
        }));
        bug(host.run("erase, delete", |tx| {
            tx.erase::<Person>(&1)?;
            Ok(tx.delete::<Person>(&1)?)
        }));
        let absent = host.run("absent", |tx| Ok(tx.erase::<Person>(&2)?));
        assert!(matches!(halt(absent), Halt::Bug(_)));
    });
}

#[test]
fn a_row_may_be_inserted_erased() {
    on_every_host(|host| {
        host.done("act", |tx| {
            ada(tx)?;
            erase(tx)?;
            let person = tx.get::<Person>(&1)?.unwrap();
            assert!(matches!(person.mail, Some(Personal::Erased(_))));
            Ok(())
        });
        let person = host.view(|view| Ok(view.peek::<Person>(&1)?.unwrap()));
        assert!(matches!(person.mail, Some(Personal::Erased(_))));
        host.verify();
    });
}

#[test]
fn erasing_twice_and_erasing_nothing_personal_do_no_harm() {
    on_every_host(|host| {
        host.done("ada", ada);
        host.done("erase", erase);
        host.done("erase again", erase);
        host.done("shelf", |tx| Ok(tx.insert(Shelf::new(1, 1, 5))?));
        host.done("erase the shelf", |tx| Ok(tx.erase::<Shelf>(&(1, 1))?));
        let load = host.view(|view| Ok(view.peek::<Shelf>(&(1, 1))?.unwrap().load));
        assert_eq!(load, 5);
        host.verify();
    });
}

#[test]
fn debug_never_shows_what_is_personal() {
    on_every_host(|host| {
        let shown = std::sync::Mutex::new(Vec::new());
        host.done("ada", |tx| {
            ada(tx)?;
            let (person, visit) = (tx.get::<Person>(&1)?.unwrap(), tx.get::<Visit>(&1)?.unwrap());
            let mut shown = shown.lock().unwrap();
            shown.push(format!("{person:?} {visit:?} {person:#?} {tx:?}"));
            Ok(())
        });
        let rows = host.store.read(&Read::now(
            acme(),
            vec![Ask::Get(
                <Person as fondaco_core::store::Record>::TABLE,
                vec![fondaco_core::store::KeyParts::to_bytes(&1i64)],
            )],
        ));
        let mut shown = shown.into_inner().unwrap();
        shown.push(format!("{rows:?}"));
        shown.push(format!("{:?}", host.feed()));
        shown.push(format!("{:?}", Value::Personal(Box::new(Value::text(MAIL)), [7; 16])));
        assert!(shown.iter().all(|text| !text.contains("ada@")), "on {}: {shown:?}", host.name);
    });
}

/// A command that changed something else of the row carried what is erased as well, or could have.
#[test]
fn the_salts_of_all_commits_that_wrote_the_row_are_gone_and_of_no_others() {
    on_every_host(|host| {
        host.done("shelf", |tx| Ok(tx.insert(Shelf::new(1, 1, 5))?));
        host.done("ada", |tx| {
            let mail = Some(tx.personal(SmolStr::new(MAIL)));
            Ok(tx.insert(Person { number: 1, mail, points: 0 })?)
        });
        host.done("bob", |tx| {
            let mail = Some(tx.personal(SmolStr::new("bob@example.org")));
            Ok(tx.insert(Person { number: 2, mail, points: 0 })?)
        });
        for points in [5, 6] {
            host.done(&format!("points {points}"), |tx| {
                let person = tx.get::<Person>(&1)?.unwrap();
                Ok(tx.put(Person { points, ..person.as_ref().clone() })?)
            });
        }
        host.done("bob's points", |tx| {
            let person = tx.get::<Person>(&2)?.unwrap();
            Ok(tx.put(Person { points: 7, ..person.as_ref().clone() })?)
        });
        host.done("erase", |tx| Ok(tx.erase::<Person>(&1)?));
        let kept: Vec<bool> = host.feed().iter().map(|commit| commit.salt.is_some()).collect();
        assert_eq!(kept, [true, false, true, false, false, true, true], "on {}", host.name);
        for (name, salt) in [("ada", false), ("points 5", false), ("bob", true), ("shelf", true)] {
            assert_eq!(receipt(host, name).salt.is_some(), salt, "{name} on {}", host.name);
        }
        host.verify();
    });
}

/// State of another table, under the keys that persons have.
#[derive(fondaco_core::store::Record, Debug, Clone, PartialEq)]
#[record(table = "shop_badge", kind = state, key(number))]
struct Badge {
    number: i64,
}

#[test]
fn the_salt_of_a_row_with_the_same_key_in_another_table_stays() {
    use fondaco_core::store::Record;
    on_every_host(|host| {
        host.store.prepare(&[Badge::TABLE]).unwrap();
        host.done("badge", |tx| Ok(tx.insert(Badge { number: 1 })?));
        host.done("ada", ada);
        host.done("erase", erase);
        let kept: Vec<bool> = host.feed().iter().map(|commit| commit.salt.is_some()).collect();
        assert_eq!(kept, [true, false, true], "on {}", host.name);
    });
}
