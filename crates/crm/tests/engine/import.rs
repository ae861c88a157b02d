//! Files as people and programs write them: a bad line is told, and the import goes on.

use std::io::Cursor;

use fondaco_core::enter::Taking;
use fondaco_core::import::CsvFormat;
use fondaco_core::job::JobId;
use fondaco_core::party;
use fondaco_crm::attributes::*;
use fondaco_crm::clean;
use fondaco_crm::consent::{EraseContact, SetSuppressionKey, Suppress};
use fondaco_crm::contacts::*;
use fondaco_crm::import::*;
use fondaco_crm::merge::{MergeContacts, UnmergeContact};
use fondaco_testkit::Host;
use proptest::prelude::*;

use crate::firm::*;

fn mapping() -> ContactMapping {
    let mut mapping = ContactMapping::people("name")
        .key("shop", "id")
        .email("mail")
        .phone("phone")
        .country("DE".parse().unwrap())
        .value("title", ValueKind::Text, "title")
        .value("opted_in", ValueKind::Flag, "opt");
    mapping.city = Some("city".into());
    mapping
}

fn run(host: &Host, name: &str, file: &str) -> ImportReport {
    let mut import = ImportContacts::new(Cursor::new(file.to_owned()), mapping()).unwrap();
    host.run_job(name, &mut import, &mut ()).unwrap().report
}

fn notes(host: &Host, name: &str) -> Vec<(i64, String)> {
    let all = host.view(|view| import_notes(view, JobId::named(name)));
    assert!(all.iter().zip(1..).all(|(note, number)| note.number == number));
    all.iter().map(|note| (note.line, note.code.to_string())).collect()
}

#[test]
fn an_import_goes_on_and_tells_each_line() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        host.must("key", &SetSuppressionKey::new("0123 4567 89ab cdef"));
        host.must("bo", &EraseContact::new(p("bo"), "asked"));
        let long = "x".repeat(10_000_000);
        let file = format!(
            "id,name,mail,phone,city,title,opt\n\
             1,ADA   KING,Ada.King@King.EXAMPLE,030 1234567,Berlin,Dr,yes\n\
             2,Bad Mail,{long}@example.org,,,,\n\
             3,Worse Mail,no mail,,,,perhaps\n\
             4,,,,,,\n\
             5,Bo B,BO@berg.example,,,,no\n\
             6,Ada L,ada@analytical.example,,,,\n\
             7,Ada King,ada.king@king.example,,,,\n\
             8,Role One,info@king.example,,,,\n\
             9,Role Two,info@king.example,,,,\n\
             ,No Key,,,,,\n\
             too,few\n\
             1,ADA   KING,Ada.King@King.EXAMPLE,030 1234567,Berlin,Dr,yes\n"
        );
        let report = run(host, "import", &file);
        assert_eq!(
            report.to_string(),
            "12 lines: 5 added, 3 there already, 4 refused; 6 changed",
            "{:?}",
            notes(host, "import")
        );
        let told = notes(host, "import");
        assert_eq!(
            told.iter().map(|(line, code)| (*line, code.as_str())).collect::<Vec<_>>(),
            [
                (2, "crm.cleaned"),
                (2, "crm.cleaned"),
                (2, "crm.cleaned"),
                (3, "core.import_too_long"),
                (4, "import.bad_email"),
                (4, "import.bad_value"),
                (6, "crm.on_suppression_list"),
                (7, "crm.same_address"),
                (8, "crm.same_address"),
                (11, "import.missing"),
                (12, "import.field_count"),
                (13, "crm.cleaned"),
                (13, "crm.cleaned"),
                (13, "crm.cleaned"),
            ]
        );
        // Nothing that stood in the file is kept in what is told of it.
        for note in host.view(|view| import_notes(view, JobId::named("import"))) {
            assert!(!note.message.contains("xxx") && !note.message.contains("king.example"));
        }
    });
}

#[test]
fn importing_twice_adds_nobody_twice() {
    everywhere(|host| {
        let file = "id,name,mail,phone,city,title,opt\n1,Eve Adams,eve@adams.example,,,,\n2,Role,info@x.example,,,,\n";
        assert_eq!(run(host, "first", file).added, 2);
        let again = run(host, "second", file);
        assert_eq!((again.added, again.there, again.refused), (0, 2, 0));
        assert_eq!(host.rows::<Profile>().len(), 5);
    });
}

#[test]
fn a_long_file_is_taken_chunk_by_chunk() {
    let host = in_memory();
    let mut file = "id,name,mail,phone,city,title,opt\n".to_owned();
    for number in 0..9_000 {
        let mail =
            if number == 5_000 { "bad".to_owned() } else { format!("p{number}@people.example") };
        file.push_str(&format!("{number},Person {number},{mail},,,,\n"));
    }
    let report = run(&host, "many", &file);
    assert_eq!((report.lines, report.added, report.refused), (9_000, 8_999, 1));
    assert_eq!(notes(&host, "many"), [(5_002, "import.bad_email".to_owned())]);
    host.clean();
}

#[test]
fn cards_of_all_versions_are_read() {
    everywhere(|host| {
        let file = "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;\n\
             EMAIL;INTERNET:joerg@mueller.example\nTEL;CELL:0171/234567\nEND:VCARD\n\
             BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:1\r\nFN:Ana \r\n Silva\r\nitem1.EMAIL;TYPE=work:ana@silva.example\r\n\
             ADR;TYPE=home:;;Rua 1\\, 2;Porto;;4000;PT\r\nTEL;VALUE=uri:tel:+351-22-123-4567\r\nEND:VCARD\r\n\
             BEGIN:VCARD\nVERSION:3.0\nFN:Bad Mail\nEMAIL:none\nEND:VCARD\n\
             BEGIN:VCARD\nVERSION:4.0\nKIND:org\nFN:Acme; Inc\\; Ltd\nEND:VCARD\nBEGIN:VCARD\nFN:never ended\n";
        let cards = VcardFile::read(file.as_bytes(), Some("DE".parse().unwrap())).unwrap();
        let entered = host.must("cards", &cards.command(Taking::GoodOnes));
        let report = cards.report(&entered);
        assert_eq!((report.lines, report.entered, report.refusals.len()), (4, 3, 1), "{report:?}");
        assert_eq!(
            (report.refusals[0].line, report.refusals[0].code.as_str()),
            (16, "import.bad_email")
        );
        let names: Vec<String> = host
            .rows::<party::Party>()
            .iter()
            .filter_map(|row| row.name.get().map(ToString::to_string))
            .collect();
        for name in ["Jörg Müller", "Ana Silva", "Acme Inc; Ltd"] {
            assert!(names.iter().any(|known| known == name), "{name} in {names:?}");
        }
        let phones: Vec<String> = host
            .rows::<party::Contact>()
            .iter()
            .filter_map(|row| row.value.get().map(ToString::to_string))
            .collect();
        assert!(
            phones.contains(&"+49171234567".to_owned())
                && phones.contains(&"+351221234567".to_owned()),
            "{phones:?}"
        );
        // Nothing of a file with a bad card is taken where it is all or nothing.
        assert_eq!(cards.command(Taking::AllOrNothing).taking, Taking::OnlyCheck);
    });
}

#[test]
fn who_was_merged_or_writes_the_address_otherwise_is_added_by_no_file() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        let twice = NewContact::person(p("ada2"), "A. Lovelace").email("Ada@Analytical.example");
        let third = NewContact::person(p("cy"), "Cy Gmail").email("cy.b@gmail.com");
        host.must("twice", &AddContacts::new(vec![twice, third]));
        host.must("one", &MergeContacts::new(p("ada2"), p("ada"), "same"));
        let file = "id,name,mail,phone,city,title,opt\n\
            1,Ada L,ada@analytical.example,,,,\n2,Ada F,ada+fair@analytical.example,,,,\n\
            3,Cy B,cyb@googlemail.com,,,,\n";
        let report = run(host, "list", file);
        assert_eq!((report.added, report.there), (0, 3), "{:?}", notes(host, "list"));
        let card = "BEGIN:VCARD\nVERSION:4.0\nFN:Ada\nEMAIL:ADA@analytical.example\nEND:VCARD\n\
            BEGIN:VCARD\nVERSION:4.0\nFN:Dee\nEMAIL:dee@x.example\nEND:VCARD\n\
            BEGIN:VCARD\nVERSION:4.0\nFN:Dee D\nEMAIL:dee+2@x.example\nEND:VCARD\n";
        host.must("key", &SetSuppressionKey::new("0123 4567 89ab cdef"));
        host.must("never", &Suppress::email("dee@x.example", "complained"));
        let cards = VcardFile::read(card.as_bytes(), None).unwrap();
        let (cards, told) = host.view(|view| cards.compared(view));
        let why: Vec<_> = told.iter().map(|note| (note.line, note.why)).collect();
        assert_eq!(why[..2], [(1, CardWhy::SameAddress(p("ada2"))), (6, CardWhy::Suppressed)]);
        assert!(matches!(why[2..], [(11, CardWhy::SameAddress(_))]), "{why:?}");
        let entered = host.must("cards", &cards.command(Taking::GoodOnes));
        assert_eq!((entered.entered, cards.report(&entered).lines), (1, 3));
        // Two who have one address: it decides nothing.
        host.must("apart", &UnmergeContact::new(p("ada"), "sisters"));
        assert_eq!(run(host, "after", file).added, 1); // the second line is the first
    });
}

#[test]
fn a_mapping_that_names_no_column_is_refused() {
    let file = "a,b\n1,2\n";
    let refused = ImportContacts::new(Cursor::new(file), ContactMapping::people("name"));
    assert_eq!(refused.map(drop).unwrap_err().code(), "core.import_no_column");
    let format = CsvFormat::new().delimiter('"');
    assert!(
        ImportContacts::new(Cursor::new(file), ContactMapping::people("a").format(format)).is_err()
    );
}

proptest! {
    /// Whatever is cleaned stays as it is when it is cleaned again, and nothing breaks on whatever is written.
    #[test]
    fn cleaning_twice_changes_nothing(text in "\\PC{0,60}", digits in "[-+0-9 ()./]{0,24}", user in "[A-Za-z0-9.+_]{1,12}") {
        for kind in [ContactKind::Person, ContactKind::Organisation] {
            if let Ok(once) = clean::name(kind, &text) {
                prop_assert_eq!(clean::name(kind, &once.text).unwrap().text, once.text);
            }
        }
        for country in [None, Some("DE"), Some("IT"), Some("US")] {
            if let Ok(once) = clean::phone(&digits, country) && once.text.starts_with('+') {
                prop_assert_eq!(&clean::phone(&once.text, country).unwrap().text, &once.text);
            }
            drop(clean::phone(&text, country));
        }
        for address in [text.clone(), format!("{user}@{text}"), format!("{user}@Example.ORG")] {
            if let Ok(once) = clean::email(&address) {
                prop_assert_eq!(&clean::email(&once.text).unwrap().text, &once.text);
                let key = clean::email_key(&once.text);
                prop_assert_eq!(&clean::email_key(&key), &key);
            }
        }
        drop(VcardFile::read(text.as_bytes(), None));
    }
}
