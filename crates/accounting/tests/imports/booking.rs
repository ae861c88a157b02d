//! What is booked, as the mapping says.

use fondaco_accounting::import::*;
use fondaco_accounting::ledger::*;
use fondaco_core::ActError;

use crate::common::*;
use crate::files::*;

#[test]
fn entries_are_booked_as_the_mapping_says() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let report = booked(&firm, "two", TWO, mapping());
        let expected =
            ImportReport { lines: 5, entries: 2, postings: 5, ..ImportReport::default() };
        assert_eq!(report, expected);
        let entries = entries(&firm);
        assert_eq!(entries.iter().map(|entry| entry.postings.len()).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(entries[0].postings[1].side, Side::Credit);
        assert_eq!(firm.sum(&BalanceQuery::account("1000")), "95");
        let again = run(&firm, "two", &mut open(TWO, mapping())).unwrap();
        assert!(again.replayed);
        assert_eq!((again.report, self::entries(&firm).len()), (expected, 2));
        firm.clean();
    });
}

/// Every field there is, in another language.
#[test]
fn every_field_of_an_entry_can_come_from_a_column() {
    let file = "\u{feff}Kontoauszug;;;\r\n\r\n\
        Beleg;Datum;Konto;Betrag;S/H;Währung;Kurs;Text;\"Kommentar;\nlang\";Partner;Fällig;Kst\r\n\
        R1;5.1.26;1010;1.000,00;S;usd;0,9;Verkauf;erste;kunde/7;31.01.2026;10\r\n\
        R1;5.1.26;4000;1.000,00;Haben;USD;0,9;egal;\"zweite \"\"Zeile\"\",\r\nlang\";kunde/7;;\r\n\
        ;;;;;;;;;;;\r\n";
    let mapping = EntryMapping {
        currency: "Währung".into(),
        rate: Some("Kurs".into()),
        posting_text: Some("Kommentar;\nlang".into()),
        party: Some("Partner".into()),
        document: Some("Beleg".into()),
        due_date: Some("Fällig".into()),
        ..EntryMapping::new("Datum", "Konto", AmountColumns::sided("Betrag", "S/H"))
    };
    let mut format = CsvFormat::new().delimiter(';').numbers(NumberFormat::COMMA).skip_lines(2);
    format.dates = vec!["D.M.YY".into(), "DD.MM.YYYY".into()];
    let mapping = mapping.format(format).key("Beleg").text("Text").dimension("cost_centre", "Kst");
    on_every_store(|firm| {
        let firm = firm.set_up();
        assert_eq!(booked(&firm, "german", file, mapping.clone()).entries, 1);
        let whole = entries(&firm).remove(0);
        assert_eq!(whole.entry.text.as_deref(), Some("Verkauf"));
        assert_eq!(whole.entry.source.as_deref(), Some("R1"));
        assert_eq!(whole.entry.due_date, Some(d("2026-01-31")));
        assert_eq!(whole.entry.party, Some(fondaco_core::PartyId::named("kunde/7")));
        let [first, second] = &whole.postings[..] else { panic!("two lines") };
        assert_eq!(first.dimensions.get("cost_centre"), Some("10"));
        assert!(second.dimensions.is_empty());
        assert_eq!(first.ledger_amount.to_decimal(), dec("900"));
        assert_eq!(second.text, Some("zweite \"Zeile\",\r\nlang".into()));
    });
}

/// As banks export: the same bytes mean other letters, and a file that is not what the mapping says is refused.
#[test]
fn files_in_windows_1252_are_read_when_the_mapping_says_so() {
    let firm = in_memory().set_up();
    let file = b"Beleg;Tag;Konto;Betrag \x80;Empf\xe4nger\n\
        M\xfcller \x96 1;05.01.2026;1000;1,50;Stra\xdfe\n\
        M\xfcller \x96 1;05.01.2026;4000;-1,50;Stra\xdfe\n";
    let german = CsvFormat::new().delimiter(';').numbers(NumberFormat::COMMA).date("DD.MM.YYYY");
    let mapping = EntryMapping::new("Tag", "Konto", AmountColumns::signed("Betrag €"));
    let mapping =
        EntryMapping { document: Some("Beleg".into()), ..mapping.key("Beleg").text("Empfänger") };
    let windows = mapping.clone().format(german.clone().encoding(Encoding::Windows1252));
    let mut import = bytes(file, windows).unwrap();
    assert_eq!(run(&firm, "bank", &mut import).unwrap().report.entries, 1);
    let whole = entries(&firm).remove(0);
    assert_eq!(whole.entry.source.as_deref(), Some("Müller – 1"));
    assert_eq!(whole.entry.text.as_deref(), Some("Straße"));
    let error = bytes(file, mapping.format(german)).err().unwrap();
    assert_eq!(error.code(), "core.import_encoding");
    assert!(error.to_string().contains("name its encoding"), "{error}");
}

#[test]
fn the_ways_of_telling_sides_tell_the_same() {
    let firm = in_memory().set_up();
    let files = [
        ("k,d,a,x\nA,2026-01-05,1000,5\nA,2026-01-05,4000,-5\n", AmountColumns::signed("x")),
        (
            "k,d,a,x\nA,2026-01-05,1000,-5\nA,2026-01-05,4000,5\n",
            AmountColumns::Signed { amount: "x".into(), positive: Side::Credit },
        ),
        (
            "k,d,a,x,y\nA,2026-01-05,1000,5,\nA,2026-01-05,4000,0.00,5\n",
            AmountColumns::columns("x", "y"),
        ),
        (
            "k,d,a,x,y\nA,2026-01-05,1000,,-5\nA,2026-01-05,4000,-5,0\n",
            AmountColumns::columns("x", "y"),
        ),
        (
            "k,d,a,x,y\nA,2026-01-05,1000,5,dr\nA,2026-01-05,4000,5,C\n",
            AmountColumns::sided("x", "y"),
        ),
        (
            "k,d,a,x,y\nA,2026-01-05,1000,5,in\nA,2026-01-05,4000,5,OUT\n",
            AmountColumns::Sided {
                amount: "x".into(),
                side: "y".into(),
                debit_words: vec!["in".into()],
                credit_words: vec!["out".into()],
            },
        ),
    ];
    for (at, (file, amounts)) in files.into_iter().enumerate() {
        let mapping = EntryMapping::new("d", "a", amounts).key("k");
        booked(&firm, &format!("{at}"), file, mapping);
        assert_eq!(firm.sum(&BalanceQuery::account("1000")), (5 * (at + 1)).to_string());
    }
}

#[test]
fn lines_are_put_together_by_balance_by_key_or_stand_alone() {
    let firm = in_memory().set_up();
    let balance = "d,a,x\n2026-01-05,1000,5\n2026-01-05,5100,1\n2026-01-05,4000,-6\n2026-01-05,1000,1\n2026-01-05,4000,-1\n";
    let by_balance = || EntryMapping::new("d", "a", AmountColumns::signed("x"));
    assert_eq!(booked(&firm, "balance", balance, by_balance()).entries, 2);
    let contra = by_balance().contra("c");
    let lines = "d,a,c,x\n2026-01-05,1000,4000,5\n2026-01-05,1000,4000,5\n";
    let report = booked(&firm, "contra", lines, contra);
    assert_eq!((report.entries, report.postings), (2, 4));
    let no_header = EntryMapping::new(1, 2, AmountColumns::signed(3))
        .format(CsvFormat::new().without_header())
        .contra(Source::constant("4000"));
    assert_eq!(booked(&firm, "positions", "2026-01-05,1000,5", no_header).entries, 1);
    firm.clean();
}

/// A tab, a comma or a semicolon; with BOM or without; with any ending of lines, and none at the end.
#[test]
fn the_same_in_every_spelling() {
    for delimiter in [',', ';', '\t'] {
        for (bom, ending, last) in [
            ("", "\n", ""),
            ("\u{feff}", "\r\n", "\r\n"),
            ("", "\r\n", ""),
            ("\u{feff}", "\n", "\n\n\n"),
        ] {
            let firm = in_memory().set_up();
            let file = format!(
                "{bom}{}{last}",
                TWO.trim_end().replace(',', &delimiter.to_string()).replace('\n', ending)
            );
            let format = CsvFormat::new().delimiter(delimiter);
            let report = booked(&firm, "spelled", &file, mapping().format(format));
            assert_eq!((report.entries, report.lines), (2, 5), "{delimiter:?} {ending:?}");
        }
    }
}

/// Amounts in dollars with their worth in the ledger's currency, and lines that turn one into the other.
#[test]
fn foreign_amounts_come_with_their_worth() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let file = "key,date,account,amount,c,worth\nA,2026-01-05,1010,100,USD,92.13\nA,2026-01-05,4000,-100,USD,92.13\n";
        let with_worth = || EntryMapping { worth: Some("worth".into()), ..mapping().currency("c") };
        let without = mapping().currency("c");
        assert_eq!(refused(&firm, file.as_bytes(), without), ["2 - accounting.no_rate"]);
        assert_eq!(booked(&firm, "worth", file, with_worth()).entries, 1);
        assert_eq!(firm.sum(&BalanceQuery::account("1010")), "92.13");
        let sold = "key,date,account,amount,c,worth\nB,2026-01-06,1010,-100,USD,92.13\nB,2026-01-06,1000,92.13,EUR,\n";
        assert_eq!(refused(&firm, sold.as_bytes(), with_worth()), ["2 - accounting.unbalanced"]);
        let conversion = EntryMapping { conversion: true, ..with_worth() };
        assert_eq!(booked(&firm, "conversion", sold, conversion).entries, 1);
        assert_eq!(firm.sum(&BalanceQuery::account("1010")), "0");
        firm.clean();
    });
}

/// A mapping that a host keeps in a file.
#[test]
fn mappings_have_a_form_that_can_be_kept() {
    let mapping = mapping().dimension("site", 3).format(CsvFormat::new().delimiter('\t'));
    let json = serde_json::to_string(&mapping).unwrap();
    assert_eq!(serde_json::from_str::<EntryMapping>(&json).unwrap(), mapping);
    assert!(json.contains(r#""date":{"column":"date"}"#), "{json}");
    assert!(
        serde_json::from_str::<EntryMapping>(&json.replace("\"journal\"", "\"jornal\"")).is_err()
    );
}
