//! How alike texts are, and how they sound.

use fondaco::crm::strings;
use pyo3::prelude::*;

use super::no_such;

const ALIKE: &[&str] = &[
    "jaro",
    "jaro_winkler",
    "levenshtein",
    "indel",
    "levenshtein_distance",
    "damerau_levenshtein_distance",
    "optimal_alignment_distance",
    "indel_distance",
    "longest_common_subsequence",
];

/// How alike two texts are, from 0 to 1, or how far apart (`..._distance`).
#[pyfunction]
#[pyo3(signature = (one, other, method="jaro_winkler"))]
pub(crate) fn similarity(py: Python<'_>, one: &str, other: &str, method: &str) -> PyResult<f64> {
    Ok(match method {
        "jaro" => strings::jaro(one, other),
        "jaro_winkler" => strings::jaro_winkler(one, other),
        "levenshtein" => strings::levenshtein_similarity(one, other),
        "indel" => strings::indel_similarity(one, other),
        "levenshtein_distance" => strings::levenshtein(one, other) as f64,
        "damerau_levenshtein_distance" => strings::damerau_levenshtein(one, other) as f64,
        "optimal_alignment_distance" => strings::optimal_alignment(one, other) as f64,
        "indel_distance" => strings::indel(one, other) as f64,
        "longest_common_subsequence" => strings::longest_common_subsequence(one, other) as f64,
        _ => return Err(no_such("method", method, ALIKE).into_error(py)),
    })
}

/// The code of how a name sounds.
#[pyfunction]
#[pyo3(signature = (name, method="metaphone"))]
pub(crate) fn sound(py: Python<'_>, name: &str, method: &str) -> PyResult<String> {
    Ok(match method {
        "metaphone" => strings::metaphone(name),
        "soundex" => strings::soundex(name),
        "nysiis" => strings::nysiis(name),
        "match_rating" => {
            strings::match_rating(name).map_err(|error| super::of_crm(error).into_error(py))?
        }
        _ => {
            let known = ["metaphone", "soundex", "nysiis", "match_rating"];
            return Err(no_such("method", method, &known).into_error(py));
        }
    })
}
