//! What refused lines quote can be erased, and nothing else is lost.

use std::fmt::Write;

use fondaco_accounting::import::*;
use fondaco_accounting::ledger::*;
use fondaco_core::job::JobId;
use fondaco_core::{Act, Id, Range, Reading, digest};

use crate::common::*;
use crate::files::*;

/// Two entries by name: of Ada there is no account.
const BY_NAME: &str = "\
key,date,account,amount
A,2026-01-05,Ada Lovelace,100.00
A,2026-01-05,4000,-100.00
B,2026-01-06,5100,7.50 to Ada Lovelace
B,2026-01-06,1000,-7.50
";

fn erase(import: &str) -> EraseRefusals {
    EraseRefusals::new(JobId::named(import))
}

/// All that is kept of refused lines.
fn kept(firm: &Firm) -> String {
    firm.view(|view| {
        let mut text = String::new();
        view.peek_each(&Range::<RefusedLine>::all(), |line| {
            let value = line.value.as_ref().and_then(|value| value.get());
            writeln!(text, "{} {value:?} {:?}", line.code, line.message.get()).unwrap();
            Ok::<(), LedgerError>(())
        })?;
        Ok(text)
    })
}

#[test]
fn what_refused_lines_quote_is_erased() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        for _ in 0..2 {
            run(&firm, "by name", &mut open(BY_NAME, mapping())).unwrap_err(); // checked twice
        }
        run(&firm, "other", &mut open(BY_NAME, mapping())).unwrap_err();
        assert_eq!(kept(&firm).matches("Ada Lovelace").count(), 6);
        let done = firm.must("mended", &erase("by name"));
        assert_eq!((done.lines, done.more), (4, false), "of both times on {}", firm.name);
        let again = firm.must_done("mended", &erase("by name"));
        assert_eq!((again.replayed, again.answer), (true, done));
        assert_eq!(firm.must("twice", &erase("by name")).lines, 0);
        assert_eq!(kept(&firm).matches("Ada Lovelace").count(), 2, "only of the other");
        let refusals = firm.books.refusals("by name").unwrap();
        let told: Vec<String> = refusals.iter().map(|refusal| refusal.to_string()).collect();
        assert_eq!(
            told,
            [
                "line 2: (erased) (accounting.unknown_account); open the account, or correct the code",
                "line 4, amount: (erased) (import.bad_amount); correct the amount, or the mapping's marks for decimals and thousands",
            ]
        );
        firm.clean();
        // The import goes on from where it is.
        let right = BY_NAME.replace("Ada Lovelace,", "1200,").replace(" to Ada Lovelace", "");
        assert_eq!(booked(&firm, "right", &right, mapping()).entries, 2);
        run(&firm, "by name", &mut open(BY_NAME, mapping())).unwrap_err();
        assert_eq!(firm.must("a third time", &erase("by name")).lines, 2);
        firm.clean();
    });
}

/// What is imported as a note is erased with its party, and alone.
#[test]
fn what_is_imported_about_a_person_is_erased() {
    const NOTED: &str = "\
key,date,account,amount,party,note
A,2026-01-05,1200,100.00,ada,Ada Lovelace of Elm Street
A,2026-01-05,4000,-100.00,ada,of the second line
B,2026-01-06,5100,7.50,,paid by her brother
B,2026-01-06,1000,-7.50,,
C,2026-01-07,5100,8.00,,
C,2026-01-07,1000,-8.00,,
";
    on_every_store(|firm| {
        let firm = firm.set_up();
        let noted = EntryMapping { party: Some("party".into()), ..mapping() }.note("note");
        assert_eq!(booked(&firm, "noted", NOTED, noted.clone()).entries, 3);
        let number = |n| firm.books.entry_by_number("GEN", 2026, n).unwrap().unwrap().entry.id;
        let ids: Vec<Id<Entry>> = [1, 2, 3].map(number).to_vec();
        let notes = || -> Vec<Option<String>> {
            let of = |id: &Id<Entry>| firm.books.note(*id).unwrap().map(|note| note.to_string());
            ids.iter().map(of).collect()
        };
        let [ada, brother] = ["Ada Lovelace of Elm Street", "paid by her brother"];
        assert_eq!(notes(), [Some(ada.into()), Some(brother.into()), None], "on {}", firm.name);
        firm.must("forget", &EraseNotes::new(vec![ids[1]]));
        assert_eq!(notes(), [Some(ada.into()), None, None]);
        firm.clean();
        let long = NOTED.replace("of Elm Street", &"x".repeat(10_000));
        let mut long = open(&long.replace("-05,", "-08,"), noted);
        let error = run(&firm, "long", &mut long).unwrap_err();
        assert!(!error.to_string().contains("Lovelace"), "{error}");
        assert!(!kept(&firm).contains("Lovelace"), "{}", kept(&firm));
    });
}

#[test]
fn only_an_import_has_refused_lines() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let error = firm.send("none", &erase("never run")).unwrap_err();
        assert_eq!(error.code(), "accounting.unknown_import");
        assert_eq!(error.kind(), fondaco_core::ErrorKind::NotFound);
        booked(&firm, "good", TWO, mapping());
        assert_eq!(firm.must("good", &erase("good")).lines, 0);
    });
}

/// More than one command takes: the host is told, and goes on.
#[test]
fn as_many_as_there_are() {
    let firm = in_memory().set_up();
    let mut file = String::from("key,date,account,amount\n");
    for n in 0..10_500 {
        file += &format!("{n},2026-01-05,Ada Lovelace,1\n{n},2026-01-05,1000,-1\n");
    }
    run(&firm, "long", &mut open(&file, mapping())).unwrap_err();
    let done = firm.must("first", &erase("long"));
    assert_eq!((done.lines, done.more), (10_000, true));
    assert_eq!(firm.books.erase_refusals("rest", "long").unwrap(), 500);
    assert_eq!(firm.books.erase_refusals("rest", "long").unwrap(), 500, "the same commands");
    assert!(!kept(&firm).contains("Ada"));
    firm.clean();
}

/// A command that is sent again after an update is still the same one.
#[test]
fn its_digest_and_its_form_do_not_change() {
    let command = EraseRefusals::new(JobId::from_u128(7));
    let json = serde_json::to_string(&command).unwrap();
    assert_eq!(json, r#"{"job":"00000000-0000-0000-0000-000000000007"}"#);
    assert_eq!(serde_json::from_str::<EraseRefusals>(&json).unwrap(), command);
    let digest = digest::hex(&command.digest().unwrap());
    assert_eq!(digest, "4fc9afa29f7de86a2ecb3c814bece82bc4ddaf6f06a6c731daf04f3a2d86b291");
}
