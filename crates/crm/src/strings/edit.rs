//! Distances: how many changes make one text the other.
//!
//! Levenshtein (1966), Damerau (1964), in the implementations of the crate `strsim`; what it lacks is below.

/// How many characters have to be inserted, deleted or replaced.
///
/// ```
/// assert_eq!(fondaco_crm::strings::levenshtein("kitten", "sitting"), 3);
/// ```
#[must_use]
pub fn levenshtein(a: &str, b: &str) -> usize {
    strsim::levenshtein(a, b)
}

/// [`levenshtein`], or nothing where it is more than `most`: in time in proportion to `most`, however long the texts are.
///
/// ```
/// use fondaco_crm::strings::levenshtein_within;
///
/// assert_eq!(levenshtein_within("Jonathan", "Johnathan", 2), Some(1));
/// assert_eq!(levenshtein_within("Jonathan", "Maria", 2), None);
/// ```
#[must_use]
pub fn levenshtein_within(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b) = without_shared_ends(a, b);
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    let most = most.min(long.len());
    if long.len() - short.len() > most {
        return None;
    }
    // Only cells within `most` of the diagonal can be part of an answer (Ukkonen, 1985).
    let far = most + 1;
    let mut row: Vec<usize> = (0..=short.len()).map(|at| at.min(far)).collect();
    for (at, wanted) in long.iter().enumerate() {
        let (from, to) = (at.saturating_sub(most), (at + most + 1).min(short.len()));
        let mut diagonal = row[from];
        row[from] = if from == 0 { (at + 1).min(far) } else { far };
        let mut nearest = row[from];
        for column in from..to {
            let above = if column + 1 > at + most { far } else { row[column + 1] };
            let changed = diagonal + usize::from(short[column] != *wanted);
            let here = changed.min(above + 1).min(row[column] + 1).min(far);
            diagonal = row[column + 1];
            row[column + 1] = here;
            nearest = nearest.min(here);
        }
        if nearest > most {
            return None;
        }
    }
    row.last().copied().filter(|distance| *distance <= most)
}

/// What differs, without what both begin and end with.
fn without_shared_ends<'t>(a: &'t str, b: &'t str) -> (&'t str, &'t str) {
    let same = |(one, other): &(char, char)| one == other;
    let begins: usize = a.chars().zip(b.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let (a, b) = (a.get(begins..).unwrap_or_default(), b.get(begins..).unwrap_or_default());
    let both = a.chars().rev().zip(b.chars().rev());
    let ends: usize = both.take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let cut = |text: &'t str| text.get(..text.len() - ends).unwrap_or_default();
    (cut(a), cut(b))
}

/// [`levenshtein`], where two neighbours may also be swapped, but no place is touched twice ("optimal string alignment").
///
/// ```
/// use fondaco_crm::strings::optimal_alignment;
///
/// assert_eq!(optimal_alignment("martha", "marhta"), 1);
/// assert_eq!(optimal_alignment("ca", "abc"), 3);
/// ```
#[must_use]
pub fn optimal_alignment(a: &str, b: &str) -> usize {
    strsim::osa_distance(a, b)
}

/// [`levenshtein`], where two neighbours may also be swapped, and what lies between them inserted or deleted.
///
/// ```
/// assert_eq!(fondaco_crm::strings::damerau_levenshtein("ca", "abc"), 2);
/// ```
#[must_use]
pub fn damerau_levenshtein(a: &str, b: &str) -> usize {
    strsim::damerau_levenshtein(a, b)
}

/// How many characters have to be inserted or deleted, where none may be replaced.
///
/// ```
/// assert_eq!(fondaco_crm::strings::indel("lewenstein", "levenshtein"), 3);
/// ```
#[must_use]
pub fn indel(a: &str, b: &str) -> usize {
    a.chars().count() + b.chars().count() - 2 * longest_common_subsequence(a, b)
}

/// How many characters both texts have in the same order.
///
/// ```
/// assert_eq!(fondaco_crm::strings::longest_common_subsequence("lewenstein", "levenshtein"), 9);
/// ```
#[must_use]
pub fn longest_common_subsequence(a: &str, b: &str) -> usize {
    let (whole, (a, b)) = (a, without_shared_ends(a, b));
    let shared = whole.chars().count() - a.chars().count();
    let b: Vec<char> = b.chars().collect();
    let mut row = vec![0; b.len() + 1];
    for one in a.chars() {
        let mut diagonal = 0;
        for (at, other) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if one == *other { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    shared + row.last().copied().unwrap_or_default()
}
