//! How names sound: the key by which a name that was written otherwise is found.

use smol_str::SmolStr;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::ContactKind;
use crate::strings::soundex;

/// What stands in names of organisations and says nothing of which it is.
const LEGAL: &[&str] = &[
    "ag",
    "and",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "der",
    "die",
    "eg",
    "ev",
    "gbr",
    "gmbh",
    "group",
    "holding",
    "inc",
    "incorporated",
    "kg",
    "la",
    "le",
    "limited",
    "llc",
    "llp",
    "ltd",
    "mbh",
    "nv",
    "of",
    "ohg",
    "oy",
    "plc",
    "pty",
    "sa",
    "sarl",
    "sas",
    "se",
    "sl",
    "spa",
    "srl",
    "the",
    "ug",
    "und",
];

/// A name in small letters without accents, points and the like, word by word; organisations without their legal form.
///
/// ```
/// use fondaco_crm::contacts::{ContactKind, name_words};
/// assert_eq!(name_words(ContactKind::Person, "Dr. José  García-López"), ["dr", "jose", "garcia", "lopez"]);
/// assert_eq!(name_words(ContactKind::Organisation, "Müller & Söhne GmbH & Co. KG"), ["muller", "sohne"]);
/// ```
pub fn name_words(kind: ContactKind, name: &str) -> Vec<String> {
    let plain: String = name
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let words: Vec<String> = plain.split_whitespace().map(str::to_owned).collect();
    if kind == ContactKind::Person {
        return words;
    }
    let telling: Vec<String> =
        words.iter().filter(|word| !LEGAL.contains(&word.as_str())).cloned().collect();
    if telling.is_empty() { words } else { telling }
}

/// The key of a name: how a person's last word sounds, or an organisation's first; empty without a name.
pub(crate) fn sound_of(kind: ContactKind, name: &str) -> SmolStr {
    let words = name_words(kind, name);
    let telling = if kind == ContactKind::Person { words.last() } else { words.first() };
    telling.map(|word| sound(word)).unwrap_or_default()
}

/// Names of other scripts than Latin go by their letters.
fn sound(word: &str) -> SmolStr {
    match word.is_ascii() {
        true => soundex(word).into(),
        false => word.chars().take(8).collect(),
    }
}
/// The keys under which a name may be stored: a person's names come in any order.
pub(crate) fn sounds_of(kind: ContactKind, name: &str) -> Vec<SmolStr> {
    let mut sounds: Vec<SmolStr> = name_words(kind, name)
        .iter()
        .map(|word| sound(word))
        .filter(|key| !key.is_empty())
        .collect();
    if kind != ContactKind::Person {
        sounds.truncate(1);
    }
    sounds.sort();
    sounds.dedup();
    sounds.truncate(8);
    sounds
}
