//! `linkage/`: what Splink learns of pairs, and whom Febrl's made-up persons are the same as.

use std::error::Error;
use std::path::Path;

use fondaco_crm::KernelError;
use fondaco_crm::linkage::{
    Comparison, Learning, Level, Linker, Records, best_matches, candidates, candidates_between,
};
use serde_json::{Value, json};

use crate::case::Case;
use crate::json;

type Answer<T> = Result<T, Box<dyn Error>>;

/// Vectors of levels whose shares are known: what is learned of them, without a hint.
pub(crate) fn known(path: &Path) -> Answer<Vec<Case>> {
    let rows = table(path)?;
    let mut pairs: Vec<(Vec<Option<usize>>, f64)> = Vec::new();
    let mut expected: Vec<f64> = Vec::new();
    for row in &rows {
        let cell = |n: usize| row.get(n).ok_or("a vector has nine cells");
        // A level of 1 is the best here; ours are counted from the best.
        let level = |n: usize| Ok::<_, Box<dyn Error>>(1 - cell(n)?.parse::<usize>()?);
        let levels = vec![Some(level(0)?), Some(level(1)?), Some(level(2)?)];
        let truth: f64 = cell(7)?.parse()?;
        match pairs.iter_mut().find(|(known, _)| *known == levels) {
            Some((_, count)) => *count += 1.0,
            None => {
                pairs.push((levels, 1.0));
                expected.push(truth);
            }
        }
    }
    let names = ["gamma_col_1", "gamma_col_2", "gamma_col_3"];
    let mut linker = Linker::new(names.map(|name| Comparison::new(name, [Level::Exact])))?;
    let how = Learning { rounds: 100_000, tolerance: 1e-14, ..Learning::default() };
    linker.learn_of_levels(&pairs, how)?;
    let case = |((levels, count), truth): (&(Vec<Option<usize>>, f64), &f64)| {
        let id = format!("{count} vectors of {levels:?}");
        Case::near(id, *truth, 1e-6, linker.probability_of_levels(levels))
    };
    Ok(pairs.iter().zip(&expected).map(case).collect())
}

/// The rounds in which everything is learned.
pub(crate) fn rounds(path: &Path) -> Answer<Vec<Case>> {
    shares(path, false)
}

/// The rounds in which how often two persons agree stays as it is.
pub(crate) fn rounds_fixed(path: &Path) -> Answer<Vec<Case>> {
    shares(path, true)
}

pub(crate) fn proportion(path: &Path) -> Answer<Vec<Case>> {
    proportions(path, false)
}

pub(crate) fn proportion_fixed(path: &Path) -> Answer<Vec<Case>> {
    proportions(path, true)
}

/// Splink's demo persons, with how many rounds.
fn splink(path: &Path, keep_u: bool, rounds: usize) -> Answer<Linker> {
    let people = fake(path)?;
    let mut linker = splink_linker()?;
    let pairs = candidates(&people, &[&["surname"]])?;
    if rounds > 0 {
        linker.learn(&people, &pairs, Learning { rounds, tolerance: 0.0, keep_u })?;
    }
    Ok(linker)
}

fn fake(beside: &Path) -> Answer<Records> {
    let rows = table(&beside.with_file_name("fake_1000_from_splink_demos.csv"))?;
    let columns = ["unique_id", "first_name", "surname", "dob", "city", "email"];
    let cells =
        rows.iter().map(|row| (0..6).map(|n| row.get(n).map(String::as_str)).collect::<Vec<_>>());
    Ok(Records::new(columns, cells)?)
}

fn splink_linker() -> Result<Linker, KernelError> {
    let exact =
        |name: &str| Comparison::new(name, [Level::Exact]).starting(vec![0.9, 0.1], vec![0.1, 0.9]);
    let name = Comparison::new("first_name", [Level::Exact, Level::Levenshtein(2)])
        .starting(vec![0.7, 0.2, 0.1], vec![0.1, 0.1, 0.8])
        .rarity(0.6);
    Linker::new([name, exact("dob"), exact("city"), exact("email")])
}

fn shares(path: &Path, keep_u: bool) -> Answer<Vec<Case>> {
    let mut reader = csv::Reader::from_path(path)?;
    let header = reader.headers()?.clone();
    let at = |name: &str| header.iter().position(|it| it == name).ok_or(format!("no {name}"));
    let [column, value, m, u, round] = [
        at("column_name")?,
        at("comparison_vector_value")?,
        at("m_probability")?,
        at("u_probability")?,
        at("iteration")?,
    ];
    let mut cases = Vec::new();
    for row in reader.records() {
        let row = row?;
        let cell = |n: usize| row.get(n).ok_or("a row has all cells");
        let rounds: usize = cell(round)?.parse()?;
        let linker = splink(path, keep_u, rounds)?;
        let (name, level) = (cell(column)?, cell(value)?.parse::<usize>()?);
        let found = linker.levels().find(|(known, ..)| *known == name).ok_or("no such column")?;
        // Theirs are counted from the worst.
        let own = found.1.len().checked_sub(1 + level).ok_or("no such level")?;
        for (what, expected, ours) in [("m", cell(m)?, found.1), ("u", cell(u)?, found.2)] {
            let id = format!("{what} of {name}, level {level}, after {rounds}");
            let ours = ours.get(own).copied().ok_or("no such level");
            cases.push(Case::near(id, expected.parse()?, 1e-12, ours));
        }
    }
    Ok(cases)
}

fn proportions(path: &Path, keep_u: bool) -> Answer<Vec<Case>> {
    let one = |row: &Vec<String>| -> Answer<Case> {
        let cell = |n: usize| row.get(n).ok_or("a round has two cells");
        let (expected, rounds): (f64, usize) = (cell(0)?.parse()?, cell(1)?.parse()?);
        let ours = splink(path, keep_u, rounds)?.share_of_matches();
        Ok(Case::near(format!("after {rounds}"), expected, 1e-12, Ok::<_, KernelError>(ours)))
    };
    table(path)?.iter().map(one).collect()
}

/// One pair, weighed before anything is learned.
pub(crate) fn pair(path: &Path) -> Answer<Vec<Case>> {
    let rows = table(path)?;
    let row = rows.first().ok_or("a pair")?;
    let number = |n: usize| -> Answer<f64> { Ok(row.get(n).ok_or("a cell")?.parse()?) };
    let people = fake(path)?;
    let pair = (number(2)? as usize, number(3)? as usize);
    let weighed = splink_linker()?.weigh(&people, pair)?;
    let wanted = json!({"weight": number(0)?, "probability": number(1)?});
    let ours = json!({"weight": weighed.weight, "probability": weighed.probability});
    Ok(vec![Case::fields_near("479 and 481".into(), &wanted, Ok::<_, KernelError>(ours), 1e-9)])
}

/// Who is whom: at least as well as `recordlinkage`, by F1.
pub(crate) fn febrl(path: &Path) -> Answer<Vec<Case>> {
    let file = json::read(path)?;
    let mut cases = Vec::new();
    for (name, files) in [
        ("febrl1", &["febrl_dataset1.csv"][..]),
        ("febrl2", &["febrl_dataset2.csv"]),
        ("febrl3", &["febrl_dataset3.csv"]),
        ("febrl4", &["febrl_dataset4a.csv", "febrl_dataset4b.csv"]),
    ] {
        let wanted =
            file.pointer(&format!("/{name}/ecm/f1")).and_then(Value::as_f64).ok_or("an F1")?;
        let paths: Vec<_> = files.iter().map(|file| path.with_file_name(file)).collect();
        if paths.iter().any(|path| !path.is_file()) {
            cases.push(Case::unsupported(name.into(), "the data set is not here"));
            continue;
        }
        let reached = f1(&paths)?;
        let shown = if reached >= wanted { wanted } else { reached };
        cases.push(Case::exact(
            name.into(),
            format!("{wanted} or more"),
            format!("{shown} or more"),
        ));
    }
    Ok(cases)
}

fn f1(paths: &[std::path::PathBuf]) -> Answer<f64> {
    let (mut rows, mut second_from) = (Vec::new(), 0);
    for path in paths {
        second_from = rows.len();
        rows.extend(table(path)?);
    }
    let (people, persons) = persons(&rows)?;
    let keys: &[&[&str]] = &[
        &["given_name"],
        &["surname"],
        &["date_of_birth"],
        &["soc_sec_id"],
        &["address_1"],
        &["postcode"],
    ];
    let pairs = match paths {
        [_] => candidates(&people, keys)?,
        _ => candidates_between(&people, second_from, keys)?,
    };
    let mut linker = febrl_linker()?;
    linker.learn(&people, &pairs, Learning::default())?;
    let likely = linker.probabilities(&people, &pairs)?;
    let found = match paths {
        [_] => {
            pairs.iter().zip(&likely).filter(|(_, p)| **p >= 0.5).map(|(pair, _)| *pair).collect()
        }
        // Nobody is on a list twice.
        _ => best_matches(&pairs, &likely, 0.5),
    };
    let right = found.iter().filter(|(a, b)| persons[*a] == persons[*b]).count() as f64;
    let mut sizes = std::collections::BTreeMap::new();
    persons.iter().for_each(|person| *sizes.entry(person).or_insert(0_usize) += 1);
    let all: usize = sizes.values().map(|size| size * (size - 1) / 2).sum();
    Ok(2.0 * right / (found.len() as f64 + all as f64))
}

fn febrl_linker() -> Result<Linker, KernelError> {
    let name = |column: &str| {
        Comparison::new(column, [Level::Exact, Level::JaroWinkler(0.92), Level::JaroWinkler(0.8)])
    };
    let number = |column: &str| {
        Comparison::new(column, [Level::Exact, Level::Levenshtein(1), Level::Levenshtein(2)])
    };
    Linker::new([
        name("given_name"),
        name("surname"),
        name("address_1"),
        name("suburb"),
        number("date_of_birth"),
        number("soc_sec_id"),
        number("postcode"),
        Comparison::new("street_number", [Level::Exact]),
        Comparison::new("state", [Level::Exact]),
    ])
}

/// Records, and the number of the person in each record's name: `rec-712-dup-0` is of 712.
fn persons(rows: &[Vec<String>]) -> Answer<(Records, Vec<String>)> {
    let columns = [
        "rec_id",
        "given_name",
        "surname",
        "street_number",
        "address_1",
        "address_2",
        "suburb",
        "postcode",
        "state",
        "date_of_birth",
        "soc_sec_id",
    ];
    let cells =
        rows.iter().map(|row| row.iter().map(|cell| Some(cell.as_str())).collect::<Vec<_>>());
    let person = |row: &Vec<String>| -> Answer<String> {
        Ok(row.first().and_then(|id| id.split('-').nth(1)).ok_or("a record's name")?.to_owned())
    };
    let persons = rows.iter().map(person).collect::<Answer<_>>()?;
    Ok((Records::new(columns, cells)?, persons))
}

/// All rows but the header; cells of Febrl's files begin with a space, those of Splink's may end with one.
fn table(path: &Path) -> Answer<Vec<Vec<String>>> {
    let mut rows = Vec::new();
    for row in csv::Reader::from_path(path)?.records() {
        rows.push(row?.iter().map(|cell| cell.trim_start().to_owned()).collect());
    }
    Ok(rows)
}
