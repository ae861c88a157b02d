//! `strings/strings.json`: distances, similarities and phonetic codes, as `rapidfuzz` and `jellyfish` find them.

use std::error::Error;
use std::path::Path;

use fondaco_crm::KernelError;
use fondaco_crm::strings::{
    damerau_levenshtein, indel_similarity, jaro, jaro_winkler, levenshtein, match_rating,
    metaphone, nysiis, optimal_alignment, soundex,
};
use serde_json::Value;

use crate::case::Case;
use crate::json;

/// What the file's numbers may differ by.
const WITHIN: f64 = 1e-12;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    let mut cases = Vec::new();
    for pair in json::list(&file, "pairs")? {
        pair_cases(pair, &mut cases)?;
    }
    for name in json::list(&file, "phonetic")? {
        phonetic_cases(name, &mut cases)?;
    }
    published(file.get("published").ok_or("nothing is published")?, &mut cases)?;
    Ok(cases)
}

fn pair_cases(pair: &Value, cases: &mut Vec<Case>) -> Result<(), Box<dyn Error>> {
    let [a, b] = [at(pair, 0)?, at(pair, 1)?];
    let number = |n: usize| pair.get(n).and_then(Value::as_f64).ok_or("a pair has numbers");
    let float = |name: &str, n: usize, ours: f64| -> Result<Case, Box<dyn Error>> {
        let id = format!("{name} of {a} and {b}");
        Ok(Case::near(id, number(n)?, WITHIN, Ok::<_, KernelError>(ours)))
    };
    cases.push(float("jaro", 2, jaro(a, b))?);
    cases.push(float("jaro_winkler", 3, jaro_winkler(a, b))?);
    cases.push(float("indel", 7, indel_similarity(a, b))?);
    for (name, n, ours) in [
        ("levenshtein", 4, levenshtein(a, b)),
        ("damerau", 5, damerau_levenshtein(a, b)),
        ("osa", 6, optimal_alignment(a, b)),
    ] {
        let expected = pair.get(n).ok_or("a pair has distances")?.to_string();
        cases.push(Case::exact(format!("{name} of {a} and {b}"), expected, ours.to_string()));
    }
    Ok(())
}

fn phonetic_cases(name: &Value, cases: &mut Vec<Case>) -> Result<(), Box<dyn Error>> {
    let text = at(name, 0)?;
    // What has no code is refused.
    let rating = match_rating(text).unwrap_or_else(|_| "null".into());
    for (what, n, ours) in [
        ("soundex", 1, soundex(text)),
        ("metaphone", 2, metaphone(text)),
        ("nysiis", 3, nysiis(text)),
        ("match_rating", 4, rating),
    ] {
        let expected = name.get(n).and_then(Value::as_str).unwrap_or("null");
        cases.push(Case::exact(format!("{what} of {text}"), expected.into(), ours));
    }
    Ok(())
}

type Code = fn(&str) -> String;

fn published(file: &Value, cases: &mut Vec<Case>) -> Result<(), Box<dyn Error>> {
    for pair in json::list(file, "jaro_winkler")? {
        let [a, b] = [at(pair, 0)?, at(pair, 1)?];
        let expected = pair.get(2).ok_or("a pair has a similarity")?;
        // As it was published: to three digits.
        let ours = (jaro_winkler(a, b) * 1e3).round() / 1e3;
        let expected = expected.as_f64().ok_or("a similarity is a number")?;
        let id = format!("published jaro_winkler of {a} and {b}");
        cases.push(Case::near(id, expected, WITHIN, Ok::<_, KernelError>(ours)));
    }
    let codes: [(&str, Code); 3] =
        [("soundex", soundex), ("metaphone", metaphone), ("nysiis", nysiis)];
    for (what, code) in codes {
        let words = file.get(what).and_then(Value::as_object).ok_or("words with codes")?;
        for (word, expected) in words {
            let expected = expected.as_str().ok_or("a code is a text")?;
            let id = format!("published {what} of {word}");
            cases.push(Case::exact(id, expected.into(), code(word)));
        }
    }
    Ok(())
}

fn at(row: &Value, n: usize) -> Result<&str, Box<dyn Error>> {
    Ok(row.get(n).and_then(Value::as_str).ok_or("a row begins with texts")?)
}
