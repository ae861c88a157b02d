//! Proofs on every store: what is there is proven, what was changed is found, and what was lawfully erased breaks nothing.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::sync::Arc;

use common::altered::Altered;
use common::*;
use fondaco_core::chain::{self, Finding};
use fondaco_core::proof::{
    Checkpoint, Growth, LogTree, NoteKey, Proof, ProofError, Proofs, ProvenRow, Prover,
    SignedCheckpoint, Statement, WholeLog,
};
use fondaco_core::store::{
    Commit, Event, Hash, Key, KeyParts, Kind, Moment as Held, Record, Row, Scan, Store, Stored,
    Value,
};
use fondaco_core::{ActorId, Halt, Tx};
use smol_str::SmolStr;

const ORIGIN: &str = "acme.example/books";

/// Seventy commits and more: shelves put and deleted, hundreds of facts at once, persons.
fn history(store: &Arc<dyn Store>) -> Host {
    let host = Host::sync("any", store.clone());
    host.done("many", |tx| {
        let moves = (1..=70).map(|number| Move::new(1, number, 1, 5)).collect();
        tx.insert_all::<Move>(moves)?;
        tx.insert(Shelf::new(1, 1, 10))?;
        tx.emit(Event::new("shop.opened").with("moves", Value::I64(70)).with("by", Value::Null));
        Ok(70_i64)
    });
    host.done("person", |tx| {
        let (mail, who) = (SmolStr::new("ada@example.org"), SmolStr::new("Ada"));
        let (mail, who) = (tx.personal(mail), tx.personal(who));
        tx.insert(Person { number: 1, mail: Some(mail), points: 3 })?;
        Ok(tx.insert(Visit { number: 1, who: Some(who) })?)
    });
    for number in 2..=68 {
        host.done(&format!("shelf {number}"), |tx| Ok(tx.insert(Shelf::new(1, number, 1))?));
    }
    host.done("change", |tx| {
        let shelf = tx.get::<Shelf>(&(1, 2))?.unwrap();
        Ok(tx.put(Shelf { load: 11, ..shelf.as_ref().clone() })?)
    });
    host.done("delete", |tx| {
        tx.get::<Shelf>(&(1, 3))?;
        Ok(tx.delete::<Shelf>(&(1, 3))?)
    });
    host
}

fn prover(store: &dyn Store) -> Prover<'_> {
    let mut prover = Prover::new(store, acme(), &all_tables());
    prover.catch_up(&mut ()).unwrap();
    prover
}

fn checkpoint(prover: &Prover<'_>) -> SignedCheckpoint {
    SignedCheckpoint::new(prover.checkpoint(ORIGIN).unwrap())
}

/// All keys of facts and states.
fn keys(store: &dyn Store) -> Vec<Key> {
    let held = Held::hold(store, acme()).unwrap();
    let mut keys = Vec::new();
    for table in all_tables().into_iter().filter(|table| table.kind != Kind::Counter) {
        let page = |rows: Vec<Row>| {
            keys.extend(rows.iter().map(Row::key));
            Ok::<_, ProofError>(())
        };
        held.rows(table, page).unwrap();
    }
    keys
}

#[test]
fn every_commit_and_every_row_is_proven() {
    let mut texts = Vec::new();
    for (name, store) in stores() {
        let host = history(&store);
        let prover = prover(&*store);
        let checkpoint = checkpoint(&prover);
        let head = checkpoint.unverified();
        let feed = host.feed();
        for commit in &feed {
            let proof = prover.commit(commit.position, &checkpoint).unwrap();
            let proven = parsed(&proof).verify_against(head).unwrap();
            assert_eq!((proven.position, proven.row), (commit.position, None), "on {name}");
            let said = proven.statement;
            assert_eq!(
                (said.company, said.id, said.actor),
                (acme(), commit.id, ActorId::new("clerk"))
            );
            assert_eq!((said.digest, said.time), (commit.digest, commit.meta.time));
            assert_eq!((said.events, said.answer), (commit.events.clone(), commit.answer.clone()));
        }
        let keys = keys(&*store);
        let proofs = prover.rows(&keys, &checkpoint, &[]).unwrap();
        assert!(keys.len() > 130 && keys.len() == proofs.len());
        let shared = serde_json::to_string(&prover.proofs(&keys, &checkpoint).unwrap()).unwrap();
        let shared: Proofs = serde_json::from_str(&shared).unwrap();
        let shared = shared.verify_against(head).unwrap();
        assert!(shared.commits.len() <= feed.len() && shared.rows.len() == keys.len());
        for ((key, proof), (place, shared_row)) in keys.iter().zip(&proofs).zip(&shared.rows) {
            let proven = parsed(proof).verify_against(head).unwrap();
            assert_eq!(
                (proven.position, proven.row.as_ref()),
                (shared.commits[*place].0, Some(shared_row))
            );
            let row = parsed(proof).verify_against(head).unwrap().row.unwrap();
            assert_eq!(row.table, key.table.name, "on {name}");
            let shown = row.columns.iter().take(key.table.key).map(|(_, value)| value.clone());
            assert_eq!(shown.collect::<Vec<_>>(), key.values().unwrap(), "on {name}");
        }
        texts.push(proofs.iter().map(Proof::to_string).collect::<Vec<_>>());
    }
    let (first, others) = texts.split_first().unwrap();
    others.iter().for_each(|other| assert_eq!(other, first, "the same history, the same proofs"));
}

/// The proof as it comes back from its text.
fn parsed(proof: &Proof) -> Proof {
    let text = proof.to_string();
    let parsed: Proof = text.parse().unwrap();
    assert_eq!((&parsed, parsed.to_string()), (proof, text));
    parsed
}

#[test]
fn the_log_is_proven_to_have_grown() {
    for (name, store) in stores() {
        let host = history(&store);
        let mut prover = Prover::new(&*store, acme(), &all_tables());
        let mut kept: Vec<Checkpoint> = Vec::new();
        let commits = host.feed();
        let mut tree = LogTree::new(acme());
        for commit in &commits {
            tree.append(std::slice::from_ref(commit)).unwrap();
            kept.push(tree.checkpoint(ORIGIN).unwrap());
        }
        prover.catch_up(&mut ()).unwrap();
        let newest = checkpoint(&prover);
        assert_eq!(kept.last().unwrap(), newest.unverified());
        for old in &kept {
            let growth = prover.growth(old, &newest).unwrap();
            let text = growth.to_string();
            let growth: Growth = text.parse().unwrap();
            assert_eq!(growth.to_string(), text);
            let later = growth.verify_against(old, newest.unverified()).unwrap();
            assert_eq!(&later, newest.unverified(), "on {name}");
            let mut other = old.clone();
            other.root[5] ^= 1;
            let refused = prover.growth(&other, &newest).unwrap_err();
            assert_eq!(refused.code(), "proof.inconsistent", "asked for before signing");
            let error = growth.verify_against(&other, newest.unverified()).unwrap_err();
            assert_eq!(error.code(), "proof.inconsistent");
            other = Checkpoint::new("else.example/books", old.size, old.root).unwrap();
            let error = growth.verify_against(&other, newest.unverified()).unwrap_err();
            assert_eq!(error.code(), "proof.other_log");
        }
    }
}

/// The whole log shows every row, also of an erased person, and nothing can be missing.
#[test]
fn a_whole_log_lacks_nothing() {
    for (name, store) in stores() {
        history(&store);
        let prover = prover(&*store);
        let head = prover.checkpoint(ORIGIN).unwrap();
        let log = prover.whole_log(&head).unwrap();
        let text = serde_json::to_string(&log).unwrap();
        let log: WholeLog = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&log).unwrap(), text);
        let mut seen = Vec::new();
        let each = |position, _: &Statement, row: &ProvenRow| {
            seen.push((position, row.table.clone()));
            Ok(())
        };
        let closed = log.verify_against(&head, each).unwrap();
        // A shelf before it was changed, another before it was deleted, and its deletion.
        assert_eq!((seen.len(), closed), (keys(&*store).len(), 3), "on {name}");
        assert!(seen.is_sorted_by_key(|(position, _)| *position) && !text.contains("Ada"));
        for (was, other, code) in [
            ("{\"row\":\"", "{\"row\":\"00", "proof.row_not_included"),
            ("{\"message\":\"", "{\"message\":\"00", "proof.not_included"),
            ("{\"closed\":\"", "{\"closed\":\"zz", "no hex"),
        ] {
            match serde_json::from_str::<WholeLog>(&text.replacen(was, other, 1)) {
                Ok(log) => assert_eq!(
                    log.verify_against(&head, |_, _, _| Ok(())).unwrap_err().code(),
                    code
                ),
                Err(error) => assert!(error.to_string().contains(code), "{error}"),
            }
        }
        let shorter = prover.tree().root_of(70, &[]).map(|root| Checkpoint::new(ORIGIN, 70, root));
        if let Ok(Ok(shorter)) = shorter {
            assert_eq!(
                log.verify_against(&shorter, |_, _, _| Ok(())).unwrap_err().code(),
                "proof.not_included"
            );
        }
        let lost = Altered::new(
            store.clone(),
            |_| {},
            |scan, rows| {
                if scan.table.name == Move::TABLE.name {
                    rows.remove(3);
                }
            },
        );
        let error = self::prover(&lost).whole_log(&head).unwrap_err();
        assert_eq!(error.code(), "proof.log_changed", "on {name}");
    }
}

/// What is lawfully erased is gone from new proofs, and every old one holds.
#[test]
fn erasure_breaks_nothing() {
    for (name, store) in stores() {
        let host = history(&store);
        let mut prover = prover(&*store);
        let before = checkpoint(&prover);
        let (person, visit) = (Person::TABLE, Visit::TABLE);
        let key = |table| Key { table, bytes: 1i64.to_bytes() };
        let opened = prover.row(&key(visit), &before, &["who"]).unwrap();
        let closed = prover.row(&key(visit), &before, &[]).unwrap();
        let of_state = prover.row(&key(person), &before, &["mail"]).unwrap();
        assert!(!closed.to_string().contains("Ada"));
        host.done("erase", |tx| {
            tx.erase::<Person>(&1)?;
            Ok(tx.erase::<Visit>(&1)?)
        });
        for (proof, value) in [(&opened, "Ada"), (&of_state, "ada@example.org")] {
            let row = parsed(proof).verify_against(before.unverified()).unwrap().row.unwrap();
            let Some(Value::Personal(shown, _)) = row.column(1) else { panic!("not opened") };
            assert_eq!(**shown, Value::text(value));
        }
        assert!(
            chain::audit(&*store, acme(), &all_tables(), before.unverified())
                .unwrap()
                .findings
                .is_empty()
        );
        prover.catch_up(&mut ()).unwrap();
        let after = checkpoint(&prover);
        let grown = prover.growth(before.unverified(), &after).unwrap();
        grown.verify_against(before.unverified(), after.unverified()).unwrap();
        // A fact keeps its commit: the same proof to the letter; a state row is now as the erasing commit left it.
        assert_eq!(prover.row(&key(visit), &before, &[]).unwrap(), closed, "on {name}");
        let row = prover.row(&key(person), &after, &[]).unwrap();
        let proven = row.verify_against(after.unverified()).unwrap();
        assert_eq!(proven.position, after.unverified().size);
        assert!(matches!(proven.row.unwrap().column(1), Some(Value::Erased(_))));
        let error = prover.row(&key(visit), &after, &["who"]).unwrap_err();
        assert_eq!(error.code(), "proof.nothing_to_open");
    }
}

#[test]
fn what_is_opened_must_be_what_was_committed_to() {
    let (_, store) = stores().remove(0);
    history(&store);
    let prover = prover(&*store);
    let checkpoint = checkpoint(&prover);
    let key = Key { table: Visit::TABLE, bytes: 1i64.to_bytes() };
    let text = prover.row(&key, &checkpoint, &["who"]).unwrap().to_string();
    let forged = in_extra(&text, |json| json.replace("416461", "457661")); // Ada, Eva
    let error =
        forged.parse::<Proof>().unwrap().verify_against(checkpoint.unverified()).unwrap_err();
    assert_eq!(error.to_string(), "line 0: column 1 is not what is opened");
}

/// The text with its `extra` line changed inside.
fn in_extra(text: &str, change: impl Fn(&str) -> String) -> String {
    let line = text.lines().nth(1).unwrap();
    let json = String::from_utf8(base64(line.strip_prefix("extra ").unwrap())).unwrap();
    let changed = change(&json);
    assert_ne!(json, changed);
    text.replace(line, &format!("extra {}", to_base64(changed.as_bytes())))
}

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(text: &str) -> Vec<u8> {
    let digits: Vec<u32> =
        text.bytes().filter_map(|b| ALPHABET.find(char::from(b))).map(|d| d as u32).collect();
    let four = |four: &[u32]| {
        let bits = (0..4).fold(0, |bits, at| bits << 6 | four.get(at).unwrap_or(&0));
        bits.to_be_bytes()[1..four.len()].to_vec()
    };
    digits.chunks(4).flat_map(four).collect()
}

fn to_base64(bytes: &[u8]) -> String {
    let three = |three: &[u8]| {
        let bits =
            (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(*three.get(at).unwrap_or(&0)));
        let digit = |at: usize| {
            let letter = &ALPHABET[(bits >> (18 - 6 * at)) as usize & 63..][..1];
            if at <= three.len() { letter.to_owned() } else { "=".to_owned() }
        };
        (0..4).map(digit).collect::<String>()
    };
    bytes.chunks(3).map(three).collect()
}

/// One byte of a proof changed, anywhere: it does not parse, or it proves nothing.
#[test]
fn every_changed_character_is_noticed() {
    let (_, store) = stores().remove(0);
    history(&store);
    let prover = prover(&*store);
    let checkpoint = checkpoint(&prover);
    let key = Key { table: Move::TABLE, bytes: (1i64, 40i64).to_bytes() };
    let text = prover.row(&key, &checkpoint, &[]).unwrap().to_string();
    for (at, old) in text.char_indices().filter(|(at, _)| at % 7 == 0) {
        for new in ['A', 'B', '0', '\n', ' '].into_iter().filter(|new| *new != old) {
            let changed = format!("{}{new}{}", &text[..at], &text[at + old.len_utf8()..]);
            let proven =
                changed.parse::<Proof>().and_then(|p| p.verify_against(checkpoint.unverified()));
            assert!(proven.is_err(), "character {at}: {old:?} as {new:?}");
        }
        assert!(text[..at].parse::<Proof>().is_err() || at == 0, "cut at {at}");
    }
}

/// Another row in a row's place, a node in a row's place, a path that leads elsewhere.
#[test]
fn a_path_proves_its_row_alone() {
    let (_, store) = stores().remove(0);
    history(&store);
    let prover = prover(&*store);
    let checkpoint = checkpoint(&prover);
    let key = |number: i64| Key { table: Move::TABLE, bytes: (1i64, number).to_bytes() };
    let proofs = prover.rows(&[key(40), key(41)], &checkpoint, &[]).unwrap();
    let texts: Vec<String> = proofs.iter().map(Proof::to_string).collect();
    let extra = |text: &str| text.lines().nth(1).unwrap().to_owned();
    let json = |text: &str| String::from_utf8(base64(&extra(text)["extra ".len()..])).unwrap();
    let message = |text: &str| {
        json(text).split("\"message\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let code = |text: &str| {
        let proof: Proof = text.parse().unwrap();
        proof.verify_against(checkpoint.unverified()).map_err(|error| error.code())
    };
    let swapped =
        in_extra(&texts[0], |json| json.replace(&message(&texts[0]), &message(&texts[1])));
    assert_eq!(code(&swapped), Err("proof.row_not_included"));
    let place = in_extra(&texts[0], |json| json.replacen("[7,", "[8,", 1));
    assert_eq!(code(&place), Err("proof.row_not_included"));
    // The whole first node as if it were a row, with the path from it: its hash is right, its form is none of a row.
    let (path, others) = (json(&texts[0]), "\"path\":[[7,[");
    let siblings: Vec<&str> =
        path.split(others).nth(1).unwrap().split("]]").next().unwrap().split(',').collect();
    let own = hex(&chain::row_hash(&Move::new(1, 40, 1, 5)));
    let mut node: Vec<String> = siblings.iter().map(|s| s.trim_matches('"').to_owned()).collect();
    node.insert(7, own);
    let word: String = hex(b"fondaco node\0");
    let first_step = format!("[7,[{}]],", siblings.join(","));
    let as_row = in_extra(&texts[0], |json| {
        json.replace(&first_step, "")
            .replace(&message(&texts[0]), &format!("{word}{}", node.concat()))
    });
    assert_eq!(code(&as_row), Err("proof.malformed"), "a node is no row");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Gives every commit a seal again as if it had always been so, and positions without gaps.
fn sealed_anew(commits: &mut [Commit]) {
    let mut previous = chain::GENESIS;
    for (commit, position) in commits.iter_mut().zip(1..) {
        commit.position = position;
        let seal = commit.seal.as_mut().unwrap();
        let (id, digest, meta) = (commit.id, &commit.digest, &commit.meta);
        let (events, answer) = (&commit.events, &commit.answer);
        let states = &seal.states;
        let said = chain::Said { company: acme(), id, digest, meta, events, answer, states };
        seal.content = chain::content(&said, &seal.root);
        seal.link = chain::link(&previous, position, &seal.content);
        previous = seal.link;
    }
}

/// The root over the first commits of a forger's log.
fn forged_root(forger: &Prover<'_>, store: &dyn Store, size: u64) -> Hash {
    let read = forger.tree().reads(&[size]);
    let read: Vec<Commit> = read.iter().flat_map(|from| store.feed(from).unwrap()).collect();
    forger.tree().root_of(size, &read).unwrap()
}

/// Whoever writes the file of a saved tree gets no checkpoint over commits that nobody made.
#[test]
fn a_forged_tree_is_not_signed() {
    for (name, store) in stores() {
        let host = history(&store);
        for number in 0..64 {
            host.done(&format!("more {number}"), |tx| {
                tx.insert(Move::new(9, number, 1, 5))?;
                Ok(())
            });
        }
        let honest = prover(&*store);
        let signed = honest.checkpoint(ORIGIN).unwrap();
        let with = |tree: &LogTree, signed: &Checkpoint| {
            let tree = LogTree::from_bytes(&tree.to_bytes()).unwrap();
            Prover::new(&*store, acme(), &all_tables()).with_tree(tree, signed).map(|mut prover| {
                prover.catch_up(&mut ()).unwrap();
                prover.checkpoint(ORIGIN).unwrap()
            })
        };
        let code = |made: Result<Checkpoint, ProofError>| made.map_err(|error| error.code());
        assert_eq!(code(with(honest.tree(), &signed)), Ok(signed.clone()), "on {name}");
        let mut log = host.feed();
        log[4].meta.actor = ActorId::new("else");
        let mut forged = LogTree::new(acme());
        forged.append(&log).unwrap();
        assert_eq!(code(with(&forged, &signed)), Err("proof.other_log"), "on {name}");
        // One that was saved with less than was signed has to be built anew.
        let mut short = LogTree::new(acme());
        short.append(&host.feed()[..40]).unwrap();
        assert_eq!(code(with(&short, &signed)), Err("proof.out_of_range"), "on {name}");
        // What it has beyond the checkpoint is not believed, in whole blocks or in part.
        for size in [0, 1, 2, 31, 32, 33, 40] {
            let mut early = LogTree::new(acme());
            early.append(&host.feed()[..size]).unwrap();
            let early = early.checkpoint(ORIGIN).unwrap();
            let mut log = host.feed();
            for commit in &mut log[size..] {
                commit.meta.actor = ActorId::new("else");
            }
            let mut forged = LogTree::new(acme());
            forged.append(&log).unwrap();
            assert_eq!(code(with(&forged, &early)), Ok(signed.clone()), "from {size} on {name}");
        }
    }
}

/// What the checkpoint finds after somebody rewrote the log so well that the chain is whole.
fn rewritten(change: fn(&mut Vec<Commit>), rows: fn(&Scan, &mut Vec<Row>)) {
    for (name, inner) in stores() {
        let host = history(&inner);
        let honest = prover(&*inner);
        let kept = checkpoint(&honest);
        let original = host.feed();
        let mut forged = original.clone();
        change(&mut forged);
        sealed_anew(&mut forged);
        let feed = move |commits: &mut Vec<Commit>| {
            let Some(after) = commits.first().map(|commit| commit.position) else { return };
            let count = commits.len();
            *commits = forged.iter().skip(after as usize - 1).take(count).cloned().collect();
        };
        let altered = Altered::new(inner.clone(), feed, rows);
        let plain = chain::verify(&altered, acme(), &all_tables()).unwrap();
        let chained = plain
            .findings
            .iter()
            .filter(|f| matches!(f, Finding::Content { .. } | Finding::Link { .. }));
        assert_eq!(chained.count(), 0, "the forger's chain is whole on {name}");
        let size = kept.unverified().size;
        let audited = chain::audit(&altered, acme(), &all_tables(), kept.unverified()).unwrap();
        assert!(audited.findings.contains(&Finding::Checkpoint { size }), "on {name}: {audited:?}");

        // Without access: no proof of growth from what the auditor kept to what the forger publishes.
        let mut forger = Prover::new(&altered, acme(), &all_tables());
        if forger.catch_up(&mut ()).is_ok() {
            let published = checkpoint(&forger);
            let to_sign = forger.growth(kept.unverified(), &published).map_err(|e| e.code());
            let size = size.min(published.unverified().size);
            let own = Checkpoint::new(ORIGIN, size, forged_root(&forger, &altered, size)).unwrap();
            let growth = forger.growth(&own, &published).unwrap();
            let verified = growth.verify_against(kept.unverified(), published.unverified());
            let code = verified.unwrap_err().code();
            assert!(code == "proof.inconsistent" || code == "proof.other_log", "{code} on {name}");
            let shorter = size < kept.unverified().size;
            let refused = if shorter { "proof.out_of_range" } else { "proof.inconsistent" };
            assert_eq!(
                to_sign.map(drop),
                Err(refused),
                "a host is told before it signs, on {name}"
            );
        }
        // And the tree of an honest day notices it when it makes a proof.
        let tree = LogTree::from_bytes(&honest.tree().to_bytes()).unwrap();
        let old = Prover::new(&altered, acme(), &all_tables()).with_tree(tree, kept.unverified());
        let notices = |old: Prover<'_>| (1..=size).any(|at| old.commit(at, &kept).is_err());
        assert!(old.map_or(true, notices), "on {name}");
    }
}

#[test]
fn a_commit_changed_and_all_sealed_anew() {
    rewritten(|commits| commits[4].meta.actor = ActorId::new("else"), |_, _| {});
    rewritten(|commits| commits[0].events[0].data[0].1 = Value::I64(71), |_, _| {});
    rewritten(|commits| commits.last_mut().unwrap().answer.push(Value::I64(1)), |_, _| {});
}

#[test]
fn a_commit_removed_inserted_or_moved_and_all_sealed_anew() {
    rewritten(|commits| commits.swap(10, 11), |_, _| {});
    rewritten(
        |commits| {
            let last = commits.len() - 1;
            commits[last] = commits[4].clone();
        },
        |_, _| {},
    );
    rewritten(
        |commits| {
            let (fifth, last) = (commits[4].clone(), commits.len() - 1);
            commits.remove(last);
            commits.insert(4, fifth);
        },
        |_, _| {},
    );
}

/// A single fact changed, and the root of its commit with it.
#[test]
fn a_row_changed_and_all_sealed_anew() {
    fn forged(row: &Move) -> Move {
        Move { pieces: 6, ..row.clone() }
    }
    rewritten(
        |commits| {
            let rows = (1..=70).map(|number| Move::new(1, number, 1, 5));
            let rows = rows.map(|row| if row.number == 40 { forged(&row) } else { row });
            let mut hashes: Vec<_> = rows.map(|row| chain::row_hash(&row)).collect();
            hashes.extend(commits[0].seal.as_ref().unwrap().states.iter().map(|state| state.hash));
            commits[0].seal.as_mut().unwrap().root = chain::root(&hashes);
        },
        |scan, rows| {
            if scan.table == Move::TABLE && scan.index.is_none() {
                for row in rows {
                    let found = row.record::<Move>().unwrap();
                    if found.number == 40 {
                        *row = Row::one(row.version, Arc::new(forged(&found)));
                    }
                }
            }
        },
    );
}

/// A log whose end is gone, and one whose seals are gone.
#[test]
fn a_log_cut_or_stripped_of_its_seals() {
    let changes: [fn(&mut Vec<Commit>); 3] = [
        |commits| commits.retain(|commit| commit.position < 60),
        |commits| commits.iter_mut().for_each(|commit| commit.seal = None),
        |commits| commits.iter_mut().filter(|c| c.position == 9).for_each(|c| c.seal = None),
    ];
    for change in changes {
        for (name, inner) in stores() {
            history(&inner);
            let honest = prover(&*inner);
            let kept = checkpoint(&honest);
            let size = kept.unverified().size;
            let altered = Altered::new(inner.clone(), change, |_, _| {});
            let audited = chain::audit(&altered, acme(), &all_tables(), kept.unverified()).unwrap();
            assert!(audited.findings.contains(&Finding::Checkpoint { size }), "on {name}");
            assert!(Prover::new(&altered, acme(), &all_tables()).catch_up(&mut ()).is_err());
        }
    }
}

#[test]
fn what_can_not_be_proven_is_refused_by_name() {
    let (_, store) = stores().remove(0);
    let host = history(&store);
    host.done("stock", |tx| Ok(tx.add(Stock::of(1, 1, 5), &[]).map(drop)?));
    let mut stale = prover(&*store);
    let checkpoint = checkpoint(&stale);
    let size = checkpoint.unverified().size;
    let code = |error: ProofError| error.code();
    for position in [0, size + 1] {
        assert_eq!(stale.commit(position, &checkpoint).map_err(code), Err("proof.out_of_range"));
    }
    let counter = Key { table: Stock::TABLE, bytes: (1i64, 1i64).to_bytes() };
    assert_eq!(stale.row(&counter, &checkpoint, &[]).map_err(code), Err("proof.no_row"));
    let nowhere = Key { table: Shelf::TABLE, bytes: (1i64, 3i64).to_bytes() };
    assert_eq!(stale.row(&nowhere, &checkpoint, &[]).map_err(code), Err("proof.no_row"));
    let open = stale.row(&Shelf::new(1, 1, 0).row_key(), &checkpoint, &["load"]);
    assert_eq!(open.map_err(code), Err("proof.nothing_to_open"));
    let other = SignedCheckpoint::new(Checkpoint::new(ORIGIN, size, [1; 32]).unwrap());
    assert_eq!(stale.commit(1, &other).map_err(code), Err("proof.other_log"));
    // A row that was changed after the checkpoint is in a later commit.
    host.done("again", |tx| {
        let shelf = tx.get::<Shelf>(&(1, 1))?.unwrap();
        Ok(tx.put(Shelf { load: 12, ..shelf.as_ref().clone() })?)
    });
    let changed = stale.row(&Shelf::new(1, 1, 0).row_key(), &checkpoint, &[]);
    assert_eq!(changed.map_err(code), Err("proof.out_of_range"));
    let mut told = 0;
    let mut stop = |_: &fondaco_core::Progressed| {
        told += 1;
        std::ops::ControlFlow::Break(())
    };
    assert_eq!(stale.catch_up(&mut stop).map_err(code), Err("proof.stopped"));
    assert_eq!((told, stale.catch_up(&mut ()).unwrap()), (1, size + 1));
    let of_another = LogTree::new(fondaco_core::CompanyId::named("else"));
    assert_eq!(
        prover(&*store).with_tree(of_another, checkpoint.unverified()).map(drop).map_err(code),
        Err("proof.other_log")
    );
    let bare = fondaco_store::Memory::without_chain();
    let driver = fondaco_core::Driver::new(bare, acme());
    driver.run(envelope("one"), "one", |_: &mut Tx<'_>, _| Ok::<(), Halt>(())).unwrap();
    assert_eq!(driver.prover().catch_up(&mut ()).map_err(code), Err("proof.unsealed"));
}

/// The script of the documentation knows nothing of this crate, and agrees with it.
#[test]
fn python_checks_what_we_prove() {
    let python = |args: &[&std::path::Path]| {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/verify_proof.py");
        std::process::Command::new("python3").arg(script).args(args).output()
    };
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: there is no python3");
        return;
    }
    let (_, store) = stores().remove(0);
    history(&store);
    let prover = prover(&*store);
    let checkpoint = checkpoint(&prover);
    let folder = std::env::temp_dir().join(format!("fondaco-proofs-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (proof, kept) = (folder.join("row.tlog-proof"), folder.join("checkpoint"));
    std::fs::write(&kept, checkpoint.to_string()).unwrap();
    let said = |text: &str| {
        std::fs::write(&proof, text).unwrap();
        let out = python(&[&proof, &kept]).unwrap();
        (
            out.status.success(),
            String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned(),
        )
    };
    for position in [1, 2, 40, 70, 71] {
        let (good, words) = said(&prover.commit(position, &checkpoint).unwrap().to_string());
        assert!(good && words.contains(&format!("commit {position} of 71")), "{words}");
    }
    let key = Key { table: Move::TABLE, bytes: (1i64, 40i64).to_bytes() };
    let text = prover.row(&key, &checkpoint, &[]).unwrap().to_string();
    let (good, words) = said(&text);
    assert!(good && words.contains("the row of shop_move: {0: 1, 1: 40,"), "{words}");
    let bad = [
        text.replace("\nindex 0\n", "\nindex 1\n"),
        in_extra(&text, |json| json.replacen("[7,", "[8,", 1)),
        in_extra(&text, |json| json.replacen("636c65726b", "636c65726c", 1)), // clerk, clerl
        text.replacen("\n71\n", "\n70\n", 1),
    ];
    for text in bad {
        let (good, words) = said(&text);
        assert!(!good && words.contains("NOT PROVEN"), "{words}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A toy in place of a signature scheme: a hash with a secret.
fn toy(secret: u8) -> impl Fn(&[u8]) -> Vec<u8> {
    move |text| {
        let value = Value::Bytes(text.into());
        chain::commitment(&value, &[secret; 16]).to_vec()
    }
}

#[test]
fn signatures_are_the_host_s() {
    let (_, store) = stores().remove(0);
    history(&store);
    let prover = prover(&*store);
    let key = |name: &str| NoteKey::new(name, NoteKey::OTHER, b"toy").unwrap();
    let (own, witness, stranger) = (key(ORIGIN), key("witness.example"), key("stranger.example"));
    let sign = |secret| move |text: &[u8]| Ok::<_, String>(toy(secret)(text));
    let signed = checkpoint(&prover).sign(&own, sign(1)).unwrap().sign(&witness, sign(2)).unwrap();
    let read: SignedCheckpoint = signed.to_string().parse().unwrap();
    assert_eq!(read, signed);
    let check = |secret| move |text: &[u8], signature: &[u8]| toy(secret)(text) == signature;
    assert!(read.verified(&own, check(1)).is_ok() && read.verified(&witness, check(2)).is_ok());
    for (key, secret) in [(&own, 2), (&witness, 1), (&stranger, 1)] {
        assert_eq!(read.verified(key, check(secret)).unwrap_err().code(), "proof.not_signed");
    }
    let proof = prover.commit(5, &signed).unwrap();
    assert_eq!(parsed(&proof).verify(&own, check(1)).unwrap().position, 5);
    assert_eq!(parsed(&proof).verify(&own, check(9)).unwrap_err().code(), "proof.not_signed");
    // Another size in the text: the signature is not for that.
    let longer = signed.to_string().replacen("\n71\n", "\n72\n", 1);
    let longer: SignedCheckpoint = longer.parse().unwrap();
    assert_eq!(longer.verified(&own, check(1)).unwrap_err().code(), "proof.not_signed");
    let failed = checkpoint(&prover).sign(&own, |_| Err("the card is not in the reader"));
    assert_eq!(
        failed.unwrap_err().to_string(),
        "the checkpoint was not signed: the card is not in the reader"
    );
}

#[test]
fn checkpoints_not_in_their_form() {
    let good = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
    let parsed: SignedCheckpoint = good.parse().unwrap();
    assert_eq!((parsed.to_string().as_str(), parsed.unverified().size), (good, 20_852_163));
    let bad = [
        ("\n20852163", "\n020852163", "line 2: the size is no number"),
        ("\n20852163", "\n+20852163", "line 2: the size is no number"),
        ("CsUY", "CsU", "line 3: the root is no base64 of 32 bytes"),
        ("2I=\n\n", "2I=\nmore\n\n\n", "line 5: the line is empty"),
        (
            "example.com/behind-the-sofa\n",
            "\n",
            "line 1: \"\" is no name: it needs characters, and no white space and no +",
        ),
        ("— example.com/", "- example.com/", "line 5: a signature is: — name base64"),
        ("Az3grl", "Az3gr*", "line 5: a signature is: — name base64"),
        ("AYQ8=\n", "AYQ8=", "line 5: signatures are lines, 64 at the most"),
        ("2I=\n\n", "2I=\n", "line 1: a checkpoint is a text, an empty line, and signatures"),
    ];
    for (from, to, expected) in bad {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good);
        assert_eq!(text.parse::<SignedCheckpoint>().unwrap_err().to_string(), expected);
    }
    for key in [
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "a+b",
        "a+00000000+",
        "",
    ] {
        assert_eq!(key.parse::<NoteKey>().unwrap_err().code(), "proof.malformed", "{key}");
    }
    let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(key.parse::<NoteKey>().unwrap().to_string(), key);
}
