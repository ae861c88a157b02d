//! Payment files as programs of others read them: SEPA files against ISO's schemas, by Python's `xmlschema` with the schemas that the PyPI
//! package `sepaxml` carries; NACHA files by the PyPI package `achkit`. The first run makes a virtual environment below the target folder and
//! installs them; where there is no Python at all, the tests say so and pass. `FONDACO_OFFLINE=1` lets them pass where nothing can be
//! installed. Of Bacs no reader is free: its files are held letter by letter to the standard's own layout, beside the code.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers may fail the test")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use fondaco_core::Money;
use fondaco_payroll::outputs::payments::nacha::{NachaFile, Originator, PpdFile};
use fondaco_payroll::outputs::payments::sepa::{Batch, CreditTransfers, Version};
use fondaco_payroll::outputs::payments::{BankAccount, Payment, RoutingNumber, UsAccountKind};

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

/// What is wrong with a NACHA file, a line each; then what its records say.
const VALIDATE_NACHA: &str = "
import sys, achkit
for path in sys.argv[1:]:
    text = open(path, newline='').read()
    for error in achkit.validate(text)['errors']:
        print(path, error['code'], error['message'])
    for batch in achkit.parse(text)['batches']:
        for entry in batch['entries']:
            print(entry['txn_code'], entry['routing'], entry['account'].strip(), entry['amount_cents'], entry['name'].strip())
print('checked', len(sys.argv) - 1)
";

/// A Python with the validators, made once; nothing where there is none to be had.
static PYTHON: LazyLock<Option<PathBuf>> = LazyLock::new(python);

fn python() -> Option<PathBuf> {
    let found = |path: &Path| {
        let run = Command::new(path).args(["-c", "import sepaxml, xmlschema, achkit"]).output();
        run.is_ok_and(|out| out.status.success())
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("payments-python");
    let python = folder.join("bin/python");
    if found(&python) {
        return Some(python);
    }
    if found(Path::new("python3")) {
        return Some("python3".into());
    }
    let Ok(made) = Command::new("python3").args(["-m", "venv"]).arg(&folder).output() else {
        eprintln!("SKIPPED: there is no python3, so no payment file was held against a validator");
        return None;
    };
    let packages = ["sepaxml==2.7.0", "achkit==0.2.0"];
    let install =
        Command::new(&python).args(["-m", "pip", "install", "-q"]).args(packages).output();
    if made.status.success() && install.as_ref().is_ok_and(|out| out.status.success()) {
        return Some(python);
    }
    if std::env::var_os("FONDACO_OFFLINE").is_some() {
        eprintln!(
            "SKIPPED: no validator can be installed, so no payment file was held against one"
        );
        return None;
    }
    panic!(
        "sepaxml and achkit can't be installed for python3 (set FONDACO_OFFLINE=1 to go without): {made:?} {install:?}"
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

fn validate(program: &str, python: &Path, files: &[(String, String)]) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("payment-files");
    std::fs::create_dir_all(&folder).unwrap();
    let paths = files.iter().map(|(name, text)| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    });
    let out = Command::new(python).args(["-c", program]).args(paths).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn files_for_sepa_are_valid_by_the_schemas_of_iso_20022() {
    let Some(python) = &*PYTHON else { return };
    let mut files = Vec::new();
    for (version, digits) in [(Version::V03, "03"), (Version::V09, "09")] {
        for (kind, transfers) in [("wages", transfers()), ("plain", transfers().purpose(None))] {
            files.push((format!("{kind}-{digits}.xml"), transfers.to_xml(version).unwrap()));
        }
    }
    assert_eq!(validate(VALIDATE, python, &files), "checked 4\n");
    // The validator is one that finds what is wrong.
    let (_, xml) = &files[0];
    let wrong = [
        ("two-days-03.xml", xml.replacen("<ReqdExctnDt>2026-01-30", "<ReqdExctnDt>30.01.2026", 1)),
        ("no-name-03.xml", xml.replacen("<ChrgBr>SLEV</ChrgBr>", "<ChrgBr>SELF</ChrgBr>", 1)),
        ("as-nine-09.xml", xml.clone()),
    ];
    let wrong = wrong.map(|(name, text)| (name.to_owned(), text));
    let found = validate(VALIDATE, python, &wrong);
    for (name, _) in &wrong {
        assert!(found.contains(name), "{name} is found valid: {found}");
    }
}

fn wages() -> NachaFile {
    let bank = RoutingNumber::parse("121042882").unwrap();
    let mut from = Originator::new(bank, "Wells Fargo Bank", "1123456789", "Rialto Trading Inc");
    let own =
        BankAccount::united_states("121042882", "0000998877", UsAccountKind::Checking).unwrap();
    from.offset = Some(own);
    let routing = ["021000021", "011000015", "121000358", "322271627"];
    let kinds = [UsAccountKind::Checking, UsAccountKind::Savings];
    let pay = (1..=250_usize).map(|n| {
        let account = format!("{:09}", n * 7_919);
        let account = BankAccount::united_states(routing[n % 4], &account, kinds[n % 2]).unwrap();
        let amount = format!("{}.{:02} USD", 1_000 + n, n % 100);
        let payment = Payment::new(
            format!("K3M9QF2/{n}/1"),
            format!("Person {n}"),
            account,
            Money::parse(&amount).unwrap(),
        );
        if n.is_multiple_of(10) { payment.saying("Wages March") } else { payment }
    });
    let (made, day) = ("2026-03-11T10:30:00".parse().unwrap(), "2026-03-13".parse().unwrap());
    PpdFile::new(from, made, day).pay(pay.collect()).to_file().unwrap()
}

#[test]
fn files_for_nacha_are_what_a_reader_of_others_finds_in_them() {
    let Some(python) = &*PYTHON else { return };
    let text = wages().text;
    let told = validate(VALIDATE_NACHA, python, &[("wages.ach".into(), text.clone())]);
    let lines: Vec<&str> = told.lines().collect();
    // 250 wages, the sum of them out of the company's own account, and nothing is wrong.
    assert_eq!(lines.len(), 252, "{told}");
    assert_eq!(lines[0], "32 011000015 000007919 100101 PERSON 1");
    let cents: u64 = (1..=250).map(|n| (1_000 + n) * 100 + n % 100).sum();
    assert!(lines[250].starts_with(&format!("27 121042882 0000998877 {cents} ")), "{}", lines[250]);
    assert_eq!(lines[251], "checked 1");
    // The reader is one that finds what is wrong: another amount, a bank's number, a line that is lost.
    let entry = text.lines().find(|line| line.starts_with('6')).unwrap();
    let wrong = [
        ("amount.ach", text.replacen("0000100101", "0000100201", 1)),
        ("bank.ach", text.replacen("632011000015", "632011000016", 1)),
        ("lost.ach", text.replacen(&format!("{entry}\n"), "", 1)),
    ];
    let wrong = wrong.map(|(name, text)| (name.to_owned(), text));
    let found = validate(VALIDATE_NACHA, python, &wrong);
    for (name, _) in &wrong {
        assert!(found.contains(name), "{name} is found valid");
    }
}
