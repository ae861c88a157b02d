//! Whatever is kept on persons is exported and erased with them: a record that names a party, or has a personal column, is in
//! the holdings of some engine's `Part`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fondaco::accounting::ledger;
use fondaco::core::engine::Engine;
use fondaco::core::{calendar, due, job, party, policy::stored};

use crate::sources::{root, sources};

/// Records with JSON that can't hold a party, or is held with another: each with the reason.
const NO_PARTY: &[(&str, &str)] = &[
    ("AccrualDay", "its entries are ids of those that are taken back, of nobody"),
    ("JobState", "its cursor and report hold ids and counts, no personal data"),
    ("ZoneSetting", "its data say how far a company's clocks are from UTC"),
    ("OwnCalendar", "its data are the days on which a company does not work"),
    (
        "StoredTemplate",
        "its template says accounts, formulas and dimensions: who is meant comes with each entry",
    ),
    ("CardVersion", "its card has rules for all contacts, of nobody"),
    ("CardInUse", "its card has rules for all contacts, of nobody"),
    ("SegmentVersion", "its text says who is meant by conditions, and names nobody"),
    ("SegmentInUse", "its text says who is meant by conditions, and names nobody"),
    ("Pipeline", "its stages are those that all opportunities go through, of nobody"),
    ("Attribute", "its choices are the texts that an attribute may be, of nobody"),
    ("DueItem", "its payload is documented to hold nothing personal"),
];

/// Whose records are in which folder, with all engines that keep some there.
const ENGINES: &[(&str, &[&Engine])] = &[
    (
        "crates/core/src",
        &[&job::ENGINE, &due::ENGINE, &party::ENGINE, &calendar::ENGINE, &stored::ENGINE],
    ),
    ("crates/accounting/src", &[&ledger::ENGINE]),
    ("crates/inventory/src", &[&fondaco::inventory::ENGINE]),
    ("crates/payroll/src", &[&fondaco_payroll::ENGINE]),
    ("crates/crm/src", &[&fondaco::crm::ENGINE]),
    ("crates/fondaco/src", &[&fondaco::company::ENGINE]),
];

/// What every driver has, whichever engines join it.
const OF_DRIVERS: &[&str] = &["range_guard"];

/// A record in the sources.
struct Found {
    name: String,
    table: String,
    fields: String,
    file: PathBuf,
}

#[test]
fn what_is_kept_on_parties_is_held() {
    let (mut records, mut held) = (Vec::new(), BTreeSet::new());
    for file in sources().iter().filter(|file| !file.iter().any(|part| part == "testkit")) {
        let text = without_comments(&std::fs::read_to_string(file).unwrap());
        records.extend(records_in(&text, file));
        held.extend(held_in(&text));
    }
    assert!(records.len() > 40, "only {} records were found", records.len());
    let mut about = 0;
    for Found { name, table, fields, file } in &records {
        let says = |what: &str| fields.contains(what);
        let no_party = NO_PARTY.iter().any(|(known, _)| known == name);
        let is_about = says("PartyId") || says("Personal<") || (says("Json") && !no_party);
        about += usize::from(is_about);
        let place = file.strip_prefix(root()).unwrap_or(file);
        assert!(
            !is_about || (held.contains(name) && is_in_a_part(table, file)),
            "{} in {} names a party, has a personal column or JSON, and no Part holds it: add \
             Holding::of::<{name}>(), Holding::untied where no row can be tied to a party, or a line to NO_PARTY",
            name,
            place.display(),
        );
    }
    assert!(about >= 13, "only {about} records were found to be about parties");
}

/// Whether an engine holds a table by one of its parts, where the engine's parts are known here.
fn is_in_a_part(table: &str, file: &Path) -> bool {
    let of_file = ENGINES.iter().filter(|(folder, _)| file.starts_with(root().join(folder)));
    of_file.into_iter().all(|(_, engines)| {
        let mut holdings = engines.iter().flat_map(|engine| engine.holdings());
        holdings.any(|held| held.table().name == table)
    })
}

/// A table that no part of an engine has would not be prepared, and one that is in none of its lists not watched.
#[test]
fn every_record_is_in_a_part_of_its_engine() {
    for (folder, engines) in ENGINES {
        let tables: Vec<&str> =
            engines.iter().flat_map(|engine| engine.tables()).map(|table| table.name).collect();
        let twice: Vec<_> = tables
            .iter()
            .filter(|name| tables.iter().filter(|it| it == name).count() > 1)
            .collect();
        assert!(twice.is_empty(), "{twice:?} are in two parts of an engine");
        let folder = root().join(folder);
        for file in sources().iter().filter(|file| file.starts_with(&folder)) {
            let text = without_comments(&std::fs::read_to_string(file).unwrap());
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            for Found { name, table, .. } in records_in(text, file) {
                // Attributes of fields name no table.
                let known =
                    table.is_empty() || OF_DRIVERS.contains(&&*table) || tables.contains(&&*table);
                assert!(
                    known,
                    "{name} with its table {table} is in no Part of an engine: {tables:?}"
                );
            }
        }
    }
}

/// A part says of each table that is not asked for what watches over it instead.
#[test]
fn what_is_not_asked_for_says_why() {
    for part in ENGINES.iter().flat_map(|(_, engines)| *engines).flat_map(|engine| engine.parts) {
        let mut why = part.otherwise.iter().map(|(_, why)| why);
        assert!(why.all(|why| why.len() > 20), "{part:?}");
    }
}

fn without_comments(text: &str) -> String {
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    code.collect::<Vec<_>>().join("\n")
}

/// The structs that derive `Record`, with what stands between their braces.
fn records_in(text: &str, file: &Path) -> Vec<Found> {
    let mut found = Vec::new();
    // What a column says of itself begins no record.
    let of_columns = text.split("#[record(since").enumerate();
    let text: String = of_columns
        .map(|(at, part)| if at == 0 { part } else { part.split_once(")]").map_or("", |it| it.1) })
        .collect();
    for part in text.split("#[record(").skip(1) {
        let table = part.split_once("table = \"").and_then(|(_, rest)| rest.split('"').next());
        let table = table.unwrap_or_default().to_owned();
        let Some((_, part)) = part.split_once("struct ") else { continue };
        let ends = part.find(|c: char| !c.is_alphanumeric()).unwrap_or(part.len());
        let (name, rest) = part.split_at(ends);
        let fields = rest.split('}').next().unwrap_or_default();
        found.push(Found { name: name.into(), table, fields: fields.into(), file: file.into() });
    }
    found
}

/// The records of which a `Holding` is made.
fn held_in(text: &str) -> Vec<String> {
    let mut held = Vec::new();
    for maker in ["Holding::of::<", "Holding::untied::<"] {
        let names = text.split(maker).skip(1).filter_map(|part| part.split('>').next());
        held.extend(names.map(str::to_owned));
    }
    held
}
