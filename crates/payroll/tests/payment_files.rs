//! SEPA files against ISO's schemas, read by a validator of others: Python's `xmlschema`, with the schemas that the PyPI package `sepaxml`
//! carries. The first run makes a virtual environment below the target folder and installs that package; where there is no Python at all,
//! the test says so and passes. `FONDACO_OFFLINE=1` lets it pass where nothing can be installed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers may fail the test")]

use std::path::{Path, PathBuf};
use std::process::Command;

use fondaco_core::Money;
use fondaco_payroll::outputs::payments::sepa::{Batch, CreditTransfers, Version};
use fondaco_payroll::outputs::payments::{BankAccount, Payment};

const VALIDATE: &str = "
import sys, pathlib, sepaxml, xmlschema
folder = pathlib.Path(sepaxml.__file__).parent / 'schemas'
schemas = {v: xmlschema.XMLSchema(str(folder / f'pain.001.001.{v}.xsd')) for v in ('03', '09')}
for path in sys.argv[1:]:
    version = path[-6:-4]
    for error in schemas[version].iter_errors(path):
        print(path, error.path, error.reason)
print('checked', len(sys.argv) - 1)
";

/// A Python with the validator; nothing where there is none to be had.
fn python() -> Option<PathBuf> {
    let found = |path: &Path| {
        let run = Command::new(path).args(["-c", "import sepaxml, xmlschema"]).output();
        run.is_ok_and(|out| out.status.success())
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sepa-python");
    let python = folder.join("bin/python");
    if found(&python) {
        return Some(python);
    }
    if found(Path::new("python3")) {
        return Some("python3".into());
    }
    let Ok(made) = Command::new("python3").args(["-m", "venv"]).arg(&folder).output() else {
        eprintln!("SKIPPED: there is no python3, so no payment file was held against its schema");
        return None;
    };
    let install =
        Command::new(&python).args(["-m", "pip", "install", "-q", "sepaxml==2.7.0"]).output();
    if made.status.success() && install.as_ref().is_ok_and(|out| out.status.success()) {
        return Some(python);
    }
    if std::env::var_os("FONDACO_OFFLINE").is_some() {
        eprintln!(
            "SKIPPED: sepaxml can't be installed, so no payment file was held against its schema"
        );
        return None;
    }
    panic!(
        "sepaxml can't be installed for python3 (set FONDACO_OFFLINE=1 to go without): {made:?} {install:?}"
    );
}

fn transfers() -> CreditTransfers {
    let names = [
        "Zoë <1> & Søn",
        "Γιώργος \"Ζωή\"",
        "A\u{0}B\u{fffe}C",
        "]]>x",
        "x".repeat(200).leak(),
        "O'Neill\n\tJr.",
        "Ада Щедрин 李",
        "&amp;",
    ];
    let bics = [None, Some("PSSTFRPPXXX"), Some("COBADEFF"), None];
    let payment = |(n, name): (usize, &&str)| {
        let account = BankAccount::iban("FR1420041010050500013M02606", bics[n % 4]).unwrap();
        let reference = format!("2026-01/{n}-?:().,'+ x");
        Payment::new(reference, *name, account, Money::parse("999999999.99 EUR").unwrap())
            .saying(*name)
    };
    let mut all: Vec<Payment> = names.iter().enumerate().map(payment).collect();
    all[0].amount = Money::parse("0.01 EUR").unwrap();
    all[1].text = "".into();
    let ours = |bic| BankAccount::iban("DE89370400440532013000", bic).unwrap();
    let mut later =
        Batch::new("b", "2026-02-02".parse().unwrap(), ours(Some("COBADEFFXXX")), all.split_off(5));
    later.as_one = false;
    CreditTransfers::new(
        "2026-01",
        "2026-01-28T09:00:00".parse().unwrap(),
        "Kölner Rialto GmbH & Co. KG",
    )
    .batch(Batch::new("a", "2026-01-30".parse().unwrap(), ours(None), all))
    .batch(later)
}

fn validate(python: &Path, files: &[(String, String)]) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sepa-files");
    std::fs::create_dir_all(&folder).unwrap();
    let paths = files.iter().map(|(name, text)| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    });
    let out = Command::new(python).args(["-c", VALIDATE]).args(paths).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn files_for_sepa_are_valid_by_the_schemas_of_iso_20022() {
    let Some(python) = python() else { return };
    let mut files = Vec::new();
    for (version, digits) in [(Version::V03, "03"), (Version::V09, "09")] {
        for (kind, transfers) in [("wages", transfers()), ("plain", transfers().purpose(None))] {
            files.push((format!("{kind}-{digits}.xml"), transfers.to_xml(version).unwrap()));
        }
    }
    assert_eq!(validate(&python, &files), "checked 4\n");
    // The validator is one that finds what is wrong.
    let (_, xml) = &files[0];
    let wrong = [
        ("two-days-03.xml", xml.replacen("<ReqdExctnDt>2026-01-30", "<ReqdExctnDt>30.01.2026", 1)),
        ("no-name-03.xml", xml.replacen("<ChrgBr>SLEV</ChrgBr>", "<ChrgBr>SELF</ChrgBr>", 1)),
        ("as-nine-09.xml", xml.clone()),
    ];
    let wrong = wrong.map(|(name, text)| (name.to_owned(), text));
    let found = validate(&python, &wrong);
    for (name, _) in &wrong {
        assert!(found.contains(name), "{name} is found valid: {found}");
    }
}
