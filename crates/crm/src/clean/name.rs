//! Names of persons and organisations.

use unicode_normalization::UnicodeNormalization;

use super::{Cleaned, Unclean, is_unseen};
use crate::contacts::ContactKind;

/// The longest name, in bytes.
const MAX_NAME: usize = 400;

/// Words within a name that stay small.
const SMALL: &[&str] = &[
    "af", "al", "av", "bin", "da", "dal", "de", "degli", "dei", "del", "della", "den", "der",
    "des", "di", "do", "dos", "du", "el", "ibn", "la", "le", "ten", "ter", "und", "van", "vom",
    "von", "y", "zu", "zum", "zur",
];

/// A name with single blanks between its words. A person's name that is written in capital or in small letters alone gets its capital
/// letters back; who writes it as it is spelt is left alone.
///
/// ```
/// use fondaco_crm::clean::name;
/// use fondaco_crm::contacts::ContactKind;
/// let person = |text| name(ContactKind::Person, text).map(|cleaned| cleaned.text);
/// assert_eq!(person("  ADA   LOVELACE ")?, "Ada Lovelace");
/// assert_eq!(person("jean-luc o'brien van der berg")?, "Jean-Luc O'Brien van der Berg");
/// assert_eq!(person("Ada McDonald")?, "Ada McDonald");
/// assert_eq!(name(ContactKind::Organisation, "IBM  Ltd")?.text, "IBM Ltd");
/// # Ok::<(), &'static str>(())
/// ```
///
/// # Errors
/// Why it is no name.
pub fn name(kind: ContactKind, text: &str) -> Result<Cleaned, Unclean> {
    if text.len() > 4 * MAX_NAME {
        return Err("that is longer than any name: correct it");
    }
    let seen: String = text
        .nfc()
        .filter(|c| !is_unseen(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let words: Vec<&str> = seen.split_whitespace().collect();
    let plain = words.join(" ");
    if !plain.chars().any(char::is_alphanumeric) {
        return Err("there is no letter in it: give the name, or leave it out");
    }
    if plain.contains('@') && !plain.contains(' ') {
        return Err("that is an e-mail address: give the name, or leave it out");
    }
    if plain.len() > MAX_NAME {
        return Err("that is longer than 400 bytes: shorten it");
    }
    let one_case = !plain.chars().any(char::is_lowercase) || !plain.chars().any(char::is_uppercase);
    let long = plain.chars().filter(|c| c.is_alphabetic()).count() > 3;
    if kind != ContactKind::Person || !one_case || !long {
        return Ok(Cleaned::of(plain, text, "blanks brought into order"));
    }
    let spelt = words.iter().enumerate().map(|(at, word)| spell(word, at > 0)).collect::<Vec<_>>();
    Ok(Cleaned::of(spelt.join(" "), text, "capital letters brought into order"))
}

/// A word with its capital letter, and one after each hyphen and apostrophe.
fn spell(word: &str, within: bool) -> String {
    let small = word.to_lowercase();
    if within && SMALL.contains(&small.as_str()) {
        return small;
    }
    let mut begins = true;
    let mut spelt = String::with_capacity(small.len());
    for (at, c) in small.char_indices() {
        match begins {
            true => spelt.extend(c.to_uppercase()),
            false => spelt.push(c),
        }
        // O'Brien and D'Angelo, and not Chi'ro.
        begins = c == '-' || c == '.' || (matches!(c, '\'' | '\u{2019}') && at == 1);
    }
    spelt
}
