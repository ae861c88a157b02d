//! Similarities between 0 and 1.

use super::edit::{indel, levenshtein};

/// How many first letters [`jaro_winkler`] rewards.
const PREFIX: usize = 4;
/// What part of the missing similarity it gives for each.
const REWARD: f64 = 0.1;

/// The similarity of Jaro (1989): letters that both have near the same place, less those that are out of order.
///
/// ```
/// let alike = fondaco_crm::strings::jaro("martha", "marhta");
/// assert!((alike - 0.944_444_444_444_444_4).abs() < 1e-15);
/// ```
#[must_use]
pub fn jaro(a: &str, b: &str) -> f64 {
    strsim::jaro(a, b)
}

/// [`jaro`], and more for names that begin alike (Winkler, 1990): 0.1 of what is missing for each of up to four first letters.
///
/// Winkler's own program rewards only what is more alike than 0.7; here, as in the formula that he published and in most libraries of today,
/// there is no such threshold.
///
/// ```
/// let alike = fondaco_crm::strings::jaro_winkler("dixon", "dicksonx");
/// assert!((alike - 0.813_333_333_333_333_3).abs() < 1e-15);
/// ```
#[must_use]
pub fn jaro_winkler(a: &str, b: &str) -> f64 {
    let alike = jaro(a, b);
    let both = a.chars().zip(b.chars()).take(PREFIX);
    // At most four.
    let prefix = both.take_while(|(one, other)| one == other).fold(0.0, |count, _| count + 1.0);
    alike + prefix * REWARD * (1.0 - alike)
}

/// 1 less the [`levenshtein`] distance as a part of the longer text's length; two empty texts are the same.
///
/// ```
/// let alike = fondaco_crm::strings::levenshtein_similarity("Smith", "Smyth");
/// assert!((alike - 0.8).abs() < 1e-15);
/// ```
#[must_use]
pub fn levenshtein_similarity(a: &str, b: &str) -> f64 {
    part_in_common(levenshtein(a, b), a.chars().count().max(b.chars().count()))
}

/// 1 less the [`indel`] distance as a part of both lengths together; two empty texts are the same.
///
/// ```
/// let alike = fondaco_crm::strings::indel_similarity("Müller", "Mueller");
/// assert!((alike - 10.0 / 13.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn indel_similarity(a: &str, b: &str) -> f64 {
    part_in_common(indel(a, b), a.chars().count() + b.chars().count())
}

fn part_in_common(distance: usize, most: usize) -> f64 {
    if most == 0 { 1.0 } else { 1.0 - distance as f64 / most as f64 }
}
