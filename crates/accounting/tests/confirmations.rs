//! Confirmations: what is there is confirmed, on every store and after an erasure; whatever is changed in one is found.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::path::Path;

use common::*;
use fondaco_accounting::confirmation::{Completeness, Confirmation, ConfirmationError};
use fondaco_accounting::ledger::*;
use fondaco_accounting::reports::StatementQuery;
use fondaco_core::party::{self, EraseParty, RegisterParty};
use fondaco_core::proof::{Checkpoint, NoteKey, Prover, SignedCheckpoint, merkle};
use fondaco_core::{DateRange, PartyId};
use serde_json::Value as Json;

const ORIGIN: &str = "acme.example/books";

fn ada() -> PartyId {
    PartyId::named("customer/ada")
}

/// Invoices and payments in two currencies, a batch, and an account that was renamed.
fn firm(firm: Firm) -> Firm {
    let firm = firm.set_up();
    let invoice = |date: &str, amount: &str| {
        NewEntry::new("INV", d(date)).debit("1200", eur(amount)).credit("4000", eur(amount))
    };
    firm.post("i1", invoice("2026-01-05", "119.00").party(ada()).text("Lantern \"Ca' d'Oro\", ×2"));
    let many = (1..=40).map(|n| sale(&format!("2026-01-{:02}", n % 28 + 1), "1.00"));
    firm.must("many", &PostMany::new(many.collect()));
    let dollars = NewEntry::new("INV", d("2026-02-10"))
        .posting(NewPosting::debit("1200", usd("100")).worth(eur("92")))
        .posting(NewPosting::credit("4000", usd("100")).worth(eur("92")));
    firm.post("i2", dollars);
    let paid = NewEntry::new("GEN", d("2026-02-28"))
        .debit("1000", eur("119"))
        .posting(NewPosting::credit("1200", eur("119")).dimension("site", "Mestre"));
    firm.post("p1", paid);
    firm.must("rename", &ChangeAccount::rename("4000", "Sales of glass"));
    firm
}

fn prover(firm: &Firm) -> Prover<'_> {
    let mut prover = firm.books.driver().prover();
    prover.catch_up(&mut ()).unwrap();
    prover
}

fn checkpoint(prover: &Prover<'_>) -> SignedCheckpoint {
    SignedCheckpoint::new(prover.checkpoint(ORIGIN).unwrap())
}

fn customers() -> StatementQuery {
    StatementQuery::new("1200", DateRange::always())
}

/// A confirmation's text, and the checkpoint that the auditor has.
fn made(firm: &Firm, query: &StatementQuery, with_log: bool) -> (String, Checkpoint) {
    let prover = prover(firm);
    let checkpoint = checkpoint(&prover);
    let made = match with_log {
        true => firm.books.confirm_with_log(query, &prover, &checkpoint),
        false => firm.books.confirm(query, &prover, &checkpoint),
    };
    (made.unwrap().to_string(), checkpoint.unverified().clone())
}

fn checked(text: &str, kept: &Checkpoint) -> Result<Completeness, ConfirmationError> {
    let confirmed = text.parse::<Confirmation>()?.verify_against(kept)?;
    Ok(confirmed.completeness)
}

#[test]
fn it_is_confirmed_on_every_store() {
    on_every_store(|stored| {
        let firm = firm(stored);
        let queries = [
            customers(),
            customers().party(ada()),
            customers().dimension("site", "Mestre"),
            StatementQuery::new("1000", "2026-01-15/2026-01-31".parse().unwrap()),
            StatementQuery::new("1010", DateRange::always()),
            customers().known_at(minute(0)).currency(fondaco_core::Currency::USD),
        ];
        for (query, with_log) in queries.iter().flat_map(|query| [(query, false), (query, true)]) {
            let (text, kept) = made(&firm, query, with_log);
            let confirmation: Confirmation = text.parse().unwrap();
            assert_eq!(confirmation.to_string(), text, "it comes back from its text");
            let confirmed = confirmation.verify_against(&kept).unwrap();
            let mut statement = firm.books.statement(query).unwrap();
            let sections = statement.currencies.iter_mut();
            sections.flat_map(|s| &mut s.movements).for_each(|m| m.counter_accounts.clear());
            assert_eq!(confirmed.statement, statement, "on {}", firm.name);
            assert_eq!(confirmed.commits.len(), statement.movements());
            assert_eq!(confirmed.company, firm.books.driver().company());
            let expected = match with_log {
                // The account before it was renamed.
                true => Completeness::Proven { closed_rows: 1 },
                false => Completeness::Said,
            };
            assert_eq!(confirmed.completeness, expected, "on {}", firm.name);
        }
    });
}

#[test]
fn what_can_not_be_confirmed() {
    let firm = firm(in_memory());
    let prover = prover(&firm);
    let early = checkpoint(&prover);
    let code = |query: &StatementQuery| {
        let error = firm.books.confirm(query, &prover, &early).unwrap_err();
        error.code().to_owned()
    };
    assert_eq!(
        code(&StatementQuery::new("9999", DateRange::always())),
        "accounting.unknown_account"
    );
    assert_eq!(code(&StatementQuery::new("1", DateRange::always())), "accounting.bad_input");
    firm.post("later", sale("2026-03-01", "1.00"));
    let later = StatementQuery::new("1000", DateRange::always());
    assert_eq!(code(&later), "proof.out_of_range", "a newer checkpoint is needed");
    let before = StatementQuery::new("1000", "2026-01-01/2026-02-28".parse().unwrap());
    firm.books.confirm(&before, &prover, &early).unwrap();
}

// ---- What was changed

/// Every line of the text changed in its turn: a figure, a letter, a word; the line left out; it and the next in the other
/// order. What still parses and still says something else is found.
#[test]
fn whatever_is_changed_is_found() {
    for with_log in [false, true] {
        let firm = firm(in_memory());
        let query = StatementQuery::new("1200", "2026-02-01/2026-12-31".parse().unwrap());
        let (text, kept) = made(&firm, &query, with_log);
        checked(&text, &kept).unwrap();
        let whole: Confirmation = text.parse().unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let mut changed = 0;
        for at in 0..lines.len() {
            for other in others(&lines, at) {
                let Ok(forged) = other.parse::<Confirmation>() else { continue };
                if forged == whole {
                    continue;
                }
                changed += 1;
                let found = forged.verify_against(&kept);
                assert!(found.is_err(), "line {}: {}", at + 1, lines[at]);
            }
        }
        assert!(changed > 100, "{changed} of {} lines", lines.len());
    }
}

/// A text with one line another.
fn others(lines: &[&str], at: usize) -> Vec<String> {
    let with = |line: &str| {
        let mut lines = lines.to_vec();
        lines[at] = line;
        lines.join("\n")
    };
    let mut all: Vec<String> = altered(lines[at]).iter().map(|line| with(line)).collect();
    let mut without = lines.to_vec();
    without.remove(at);
    all.push(without.join("\n"));
    if at + 1 < lines.len() {
        let mut swapped = lines.to_vec();
        swapped.swap(at, at + 1);
        all.push(swapped.join("\n"));
    }
    all
}

/// A line with its last digit or letter another.
fn altered(line: &str) -> Vec<String> {
    let value = line.split_once("\": ").map_or(line, |(_, value)| value);
    let Some(place) = value.rfind(|c: char| c.is_ascii_alphanumeric()) else { return Vec::new() };
    let place = line.len() - value.len() + place;
    let letter = line.as_bytes()[place];
    let others: &[u8] = match letter {
        b'0'..=b'8' => &[letter + 1],
        b'9' => b"0",
        _ => b"a0",
    };
    let other = |with: &u8| {
        let mut bytes = line.as_bytes().to_vec();
        bytes[place] = *with;
        String::from_utf8(bytes).unwrap()
    };
    let mut all: Vec<String> = others.iter().map(other).collect();
    for (word, instead) in [("null", "\"2026-01-01\""), ("false", "true"), ("true", "false")] {
        if value.starts_with(word) {
            all.push(line.replace(word, instead));
        }
    }
    all
}

/// Changes by somebody who makes the seal anew: what is proven contradicts each figure of the statement.
#[test]
fn a_new_seal_does_not_help() {
    let firm = firm(in_memory());
    let query = StatementQuery::new("1200", "2026-02-01/2026-12-31".parse().unwrap());
    let (text, kept) = made(&firm, &query, false);
    let (before, statement) = text.split_once("\"statement\": {").unwrap();
    let end = statement.find("\"seal\":").unwrap();
    let lines: Vec<&str> = statement[..end].lines().collect();
    let mut found = 0;
    for (at, line) in lines.iter().enumerate() {
        for line in altered(line) {
            let mut lines = lines.clone();
            lines[at] = &line;
            let forged =
                format!("{before}\"statement\": {{{}{}", lines.join("\n"), &statement[end..]);
            let Ok(forged) = resealed(&forged) else { continue };
            let error = checked(&forged, &kept).unwrap_err();
            assert_eq!(error.code(), "accounting.confirmation_differs", "{line}: {error}");
            found += 1;
        }
    }
    assert!(found > 40, "{found} figures");
    let (forged, _) = made(&firm, &query, false);
    let forged = resealed(&forged.replace("\"100\"", "\"100.5\"")).unwrap();
    let error = checked(&forged, &kept).unwrap_err().to_string();
    assert!(error.starts_with("statement.currencies[1]"), "{error}");
    assert!(error.contains("\"100.5\"") && error.contains("\"100\""), "{error}");
}

/// The same text with a seal over what it says now.
fn resealed(text: &str) -> Result<String, ConfirmationError> {
    let text = text.parse::<Confirmation>()?.to_string();
    let from = text.find("\"said\": ").unwrap() + "\"said\": ".len();
    let said = &text[from..text.find("\"seal\":").unwrap()];
    let said = said.trim_end().trim_end_matches(',');
    let line = fondaco_core::digest::hex(&merkle::leaf(compact(said).as_bytes()));
    let json: Json = serde_json::from_str(&text).unwrap();
    let seal = json["seal"].as_str().unwrap();
    let old = seal.lines().nth(3).unwrap().rsplit(' ').next().unwrap();
    Ok(text.replace(old, &line))
}

/// JSON without white space between its parts.
fn compact(json: &str) -> String {
    let (mut out, mut inside, mut escaped) = (String::new(), false, false);
    for c in json.chars() {
        if inside || !c.is_whitespace() {
            out.push(c);
        }
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => inside = !inside,
            _ => {}
        }
    }
    out
}

/// What is only said can be changed by whoever makes a new seal. A signature finds it, and so does the whole log.
#[test]
fn what_is_only_said_is_bound_by_the_signature_and_proven_by_the_log() {
    let firm = firm(in_memory());
    let query = StatementQuery::new("1200", "2026-02-11/2026-12-31".parse().unwrap());
    let (text, kept) = made(&firm, &query, false);
    let raise = |text: &str| {
        let mut json: Json = serde_json::from_str(text).unwrap();
        let euros = &mut json["said"]["statement"]["currencies"][0];
        assert_eq!(euros["sums"]["opening"], "119");
        for sums in ["sums", "ledger"] {
            euros[sums]["opening"] = "1119".into();
            euros[sums]["closing"] = "1000".into();
        }
        euros["movements"][0]["balance"] = "1000".into();
        euros["movements"][0]["ledger_balance"] = "1000".into();
        json["said"]["statement"]["ledger"]["opening"] = "1211".into();
        json["said"]["statement"]["ledger"]["closing"] = "1092".into();
        resealed(&json.to_string()).unwrap()
    };
    assert_eq!(checked(&raise(&text), &kept).unwrap(), Completeness::Said);
    // Under the old seal it is found without a signature or the log.
    let old = |text: &str| serde_json::from_str::<Json>(text).unwrap()["seal"].clone();
    let mut under_old_seal: Json = serde_json::from_str(&raise(&text)).unwrap();
    under_old_seal["seal"] = old(&text);
    let error = checked(&under_old_seal.to_string(), &kept).unwrap_err();
    assert!(error.to_string().contains("the seal is not over what is said"), "{error}");
    let (with_log, kept) = made(&firm, &query, true);
    let error = checked(&raise(&with_log), &kept).unwrap_err();
    assert_eq!(error.code(), "accounting.confirmation_differs");
    // A statement that goes back to the first posting has nothing to say of an opening.
    let (always, kept) = made(&firm, &customers(), false);
    let mut json: Json = serde_json::from_str(&always).unwrap();
    json["said"]["statement"]["currencies"][0]["sums"]["opening"] = "1".into();
    let error = checked(&resealed(&json.to_string()).unwrap(), &kept).unwrap_err();
    assert!(error.to_string().contains("nothing is before"), "{error}");
}

/// A movement that is left out with its proofs, all sums made to fit: only the log tells.
#[test]
fn a_movement_that_was_left_out() {
    let firm = firm(in_memory());
    let left_out = |text: &str| {
        let mut json: Json = serde_json::from_str(text).unwrap();
        let dollars =
            json["said"]["statement"]["currencies"].as_array_mut().unwrap().pop().unwrap();
        assert_eq!(dollars["currency"], "USD");
        let gone = dollars["movements"][0]["entry"].as_str().unwrap().replace('-', "");
        let rows = json["proofs"]["rows"].as_array_mut().unwrap();
        rows.retain(|row| !row["message"].as_str().unwrap().contains(&gone));
        let euros = json["said"]["statement"]["currencies"][0]["ledger"].clone();
        json["said"]["statement"]["ledger"] = euros;
        resealed(&json.to_string()).unwrap()
    };
    let (text, kept) = made(&firm, &customers(), false);
    assert_eq!(checked(&left_out(&text), &kept).unwrap(), Completeness::Said);
    let (text, kept) = made(&firm, &customers(), true);
    let error = checked(&left_out(&text), &kept).unwrap_err().to_string();
    assert!(error.starts_with("statement.currencies[1] is said to be nothing"), "{error}");
    // Without the commit the log is another.
    let mut json: Json = serde_json::from_str(&text).unwrap();
    json["log"].as_array_mut().unwrap().remove(7);
    assert_eq!(checked(&json.to_string(), &kept).unwrap_err().code(), "proof.not_included");
}

#[test]
fn a_proof_of_something_else_is_refused() {
    let firm = firm(in_memory());
    let (text, kept) = made(&firm, &customers(), false);
    let (other, _) = made(&firm, &StatementQuery::new("1000", DateRange::always()), false);
    let (mine, other): (Json, Json) =
        (serde_json::from_str(&text).unwrap(), serde_json::from_str(&other).unwrap());
    let mut forged = mine.clone();
    forged["proofs"] = other["proofs"].clone();
    let error = checked(&forged.to_string(), &kept).unwrap_err();
    assert_eq!(error.code(), "accounting.confirmation_malformed");
    let twice = |name: &str| {
        let mut forged = mine.clone();
        let rows = forged["proofs"]["rows"].as_array_mut().unwrap();
        let row = rows.iter().find(|row| row["message"].as_str().unwrap().starts_with(&hex(name)));
        let row = row.unwrap().clone();
        rows.push(row);
        checked(&forged.to_string(), &kept)
    };
    let error = twice("ledger_posting").unwrap_err();
    assert_eq!(error.code(), "accounting.confirmation_differs", "a posting counts once: {error}");
    for (form, why) in [("fondaco.confirmation/v2", "the form is"), ("", "the form is")] {
        let mut other = mine.clone();
        other["form"] = form.into();
        let error = checked(&other.to_string(), &kept).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

fn hex(text: &str) -> String {
    fondaco_core::digest::hex(text.as_bytes())
}

// ---- Signatures, erasure

#[test]
fn signatures_hold_for_all_that_is_said() {
    let firm = firm(in_memory());
    let prover = prover(&firm);
    let head = prover.checkpoint(ORIGIN).unwrap();
    let key = NoteKey::new("acme.example", 255, b"our key").unwrap();
    let other = NoteKey::new("else.example", 255, b"their key").unwrap();
    let mac = |key: &'static str| {
        move |text: &[u8]| merkle::leaf(&[key.as_bytes(), text].concat()).to_vec()
    };
    let (ours, theirs) = (mac("ours"), mac("theirs"));
    let check = |text: &[u8], signature: &[u8]| ours(text) == signature;
    let made =
        firm.books.confirm(&customers(), &prover, &SignedCheckpoint::new(head.clone())).unwrap();
    assert_eq!(made.verify(&key, check).unwrap_err().code(), "proof.not_signed");
    let signed = made.clone().sign(&key, |text| Ok::<_, String>(ours(text))).unwrap();
    let text = signed.to_string();
    let signed: Confirmation = text.parse().unwrap();
    let confirmed = signed.verify(&key, check).unwrap();
    assert_eq!((confirmed.checkpoint, confirmed.statement.movements()), (head.clone(), 3));
    assert_eq!(signed.verify(&other, check).unwrap_err().code(), "proof.not_signed");
    let forged = made.clone().sign(&key, |text| Ok::<_, String>(theirs(text))).unwrap();
    assert_eq!(forged.verify(&key, check).unwrap_err().code(), "proof.not_signed");
    let failed = made.sign(&key, |_| Err("no hardware")).unwrap_err();
    assert_eq!(failed.code(), "proof.signer");
    // A seal over something else, signed as it should be, and a seal under another checkpoint.
    let resealed = resealed(&text.replace("Ca' d'Oro", "Ca' d'Argento")).unwrap();
    let error = resealed.parse::<Confirmation>().unwrap().verify(&key, check).unwrap_err();
    assert_eq!(error.code(), "proof.not_signed");
    let mut json: Json = serde_json::from_str(&text).unwrap();
    firm.post("later", sale("2026-03-01", "1.00"));
    let mut longer = firm.books.driver().prover();
    longer.catch_up(&mut ()).unwrap();
    let mut newer = longer.checkpoint(ORIGIN).unwrap();
    newer.extensions = vec![json["seal"].as_str().unwrap().lines().nth(3).unwrap().into()];
    let newer =
        SignedCheckpoint::new(newer).sign(&key, |text| Ok::<_, String>(ours(text))).unwrap();
    json["seal"] = newer.to_string().into();
    let error = json.to_string().parse::<Confirmation>().unwrap().verify(&key, check).unwrap_err();
    assert!(error.to_string().contains("another checkpoint"), "{error}");
}

#[test]
fn after_an_erasure_old_ones_hold_and_new_ones_are_made() {
    on_every_store(|stored| {
        let firm = firm(stored);
        let books = &firm.books;
        books.driver().prepare(party::TABLES).unwrap();
        let envelope = |name: &str| books.envelope(name);
        let ada_s = RegisterParty::person(ada(), "Ada Lovelace");
        books.driver().carry_out(envelope("ada"), &ada_s).unwrap();
        let texts = [made(&firm, &customers(), false), made(&firm, &customers(), true)];
        books.driver().carry_out(envelope("erase"), &EraseParty::new(ada())).unwrap();
        for (text, kept) in &texts {
            checked(text, kept).unwrap();
            assert!(!text.contains("Lovelace") && !text.contains(&hex("Lovelace")));
        }
        for with_log in [false, true] {
            let (text, kept) = made(&firm, &customers(), with_log);
            checked(&text, &kept).unwrap();
        }
        firm.clean();
    });
}

// ---- Without Rust

/// The script of the documentation knows nothing of this crate, and agrees with it.
#[test]
fn python_checks_what_we_confirm() {
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: there is no python3");
        return;
    }
    let firm = firm(in_memory());
    let folder = std::env::temp_dir().join(format!("fondaco-confirmed-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let february = StatementQuery::new("1200", "2026-02-01/2026-12-31".parse().unwrap());
    for (query, with_log) in [(customers(), false), (customers(), true), (february, false)] {
        let (text, kept) = made(&firm, &query, with_log);
        let (good, words) = python(&folder, &text, &kept);
        assert!(good && words.contains("account 1200 Customers"), "{words}");
        let closed = "but for 1 rows that stay closed";
        assert_eq!(words.contains(closed), with_log, "{words}");
        let forged = [
            text.replacen("\"100\"", "\"101\"", 1),
            text.replacen("2026-02-28", "2026-02-27", 1),
            text.replacen("\"index\": ", "\"index\": 1", 1),
        ];
        for forged in forged {
            assert_ne!(forged, text);
            assert!(checked(&forged, &kept).is_err());
            let (good, words) = python(&folder, &forged, &kept);
            assert!(!good && words.contains("NOT PROVEN"), "{words}");
        }
        let lines: Vec<&str> = text.split_once("\"seal\"").unwrap().0.lines().collect();
        let rest = &text[text.find("\"seal\"").unwrap()..];
        for (at, line) in lines.iter().enumerate().filter(|(at, _)| at % 9 == 0) {
            for line in altered(line) {
                let mut lines = lines.clone();
                lines[at] = &line;
                let forged = format!("{}\n{rest}", lines.join("\n"));
                let forged = forged.replace("\n\"seal\"", "\"seal\"");
                let Ok(forged) = resealed(&forged) else { continue };
                let ours = checked(&forged, &kept);
                let (good, words) = python(&folder, &forged, &kept);
                assert_eq!(good, ours.is_ok(), "{line}: {words} / {ours:?}");
            }
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

fn python(folder: &Path, text: &str, kept: &Checkpoint) -> (bool, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/verify_proof.py");
    let (confirmation, checkpoint) = (folder.join("confirmation.json"), folder.join("checkpoint"));
    std::fs::write(&confirmation, text).unwrap();
    std::fs::write(&checkpoint, kept.to_string()).unwrap();
    let out = std::process::Command::new("python3")
        .arg(script)
        .args([&confirmation, &checkpoint])
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned();
    (out.status.success(), words)
}
