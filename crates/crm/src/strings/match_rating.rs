//! The match rating approach (Moore, Western Airlines, 1977): a short code, and a rule for how alike two must be.

use super::{is_vowel, plain};
use crate::KernelError;

/// The consonants of a name without doubles, and its vowel if it begins with one; of more than six the first and the last three.
///
/// # Errors
/// When the name has something else than letters and spaces, such as an apostrophe: take it out first.
///
/// ```
/// use fondaco_crm::strings::match_rating;
///
/// assert_eq!(match_rating("MacDonald")?, "MCDNLD");
/// assert!(match_rating("O'Brien").is_err());
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn match_rating(name: &str) -> Result<String, KernelError> {
    Ok(codex(name)?.into_iter().collect())
}

fn codex(name: &str) -> Result<Vec<char>, KernelError> {
    let letters = plain(name);
    if let Some(found) = letters.iter().find(|c| !c.is_alphabetic() && **c != ' ') {
        return Err(KernelError::BadText {
            field: "name".into(),
            found: found.to_string(),
            wanted: "letters and spaces alone",
        });
    }
    let mut codex = Vec::new();
    let mut before = None;
    for (at, letter) in letters.into_iter().enumerate() {
        let heard = if is_vowel(letter) { at == 0 } else { before != Some(letter) };
        if heard && letter != ' ' {
            codex.push(letter);
        }
        before = Some(letter);
    }
    if codex.len() > 6 {
        codex.drain(3..codex.len() - 3);
    }
    Ok(codex)
}

/// Whether two names sound alike by their codes; codes whose lengths differ by three or more never do.
///
/// # Errors
/// As [`match_rating`].
///
/// ```
/// use fondaco_crm::strings::sounds_alike;
///
/// assert!(sounds_alike("Catherine", "Kathryn")?);
/// assert!(!sounds_alike("Michael", "Mike")?);
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn sounds_alike(a: &str, b: &str) -> Result<bool, KernelError> {
    let (a, b) = (codex(a)?, codex(b)?);
    if a.len().abs_diff(b.len()) >= 3 {
        return Ok(false);
    }
    let least = match a.len() + b.len() {
        0..=4 => 5,
        5..=7 => 4,
        8..=11 => 3,
        _ => 2,
    };
    // What is the same at the same place is taken out, from the front and then from the back.
    let (a, b) = differing(a.into_iter(), b.into_iter());
    let (a, b) = differing(a.into_iter().rev(), b.into_iter().rev());
    Ok(6_usize.saturating_sub(a.len().max(b.len())) >= least)
}

fn differing(
    a: impl Iterator<Item = char>,
    b: impl Iterator<Item = char>,
) -> (Vec<char>, Vec<char>) {
    let (mut a, mut b) = (a.fuse(), b.fuse());
    let mut left = (Vec::new(), Vec::new());
    loop {
        match (a.next(), b.next()) {
            (None, None) => return left,
            (one, other) if one == other => {}
            (one, other) => {
                left.0.extend(one);
                left.1.extend(other);
            }
        }
    }
}
