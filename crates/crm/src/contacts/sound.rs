//! How names sound: the key by which a name that was written otherwise is found.

use fondaco_core::{Halt, PartyId, Range, Reading};
use smol_str::SmolStr;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{ContactKind, Profile};
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

/// The keys of a name: how a person's last and first word sound, or an organisation's first and second; empty where there is none.
pub(crate) fn sounds_of(kind: ContactKind, name: &str) -> (SmolStr, SmolStr) {
    let words = name_words(kind, name);
    let (telling, other) = match (kind, words.as_slice()) {
        (_, []) => (None, None),
        (_, [only]) => (Some(only), None),
        (ContactKind::Person, [first, .., last]) => (Some(last), Some(first)),
        (_, [first, second, ..]) => (Some(first), Some(second)),
    };
    let key = |word: Option<&String>| word.map(|word| sound(word)).unwrap_or_default();
    (key(telling), key(other))
}

/// So many whose names sound alike are looked at for each key.
const MOST: usize = 500;

/// Contacts of this kind whose name may be this one, of persons in whatever order its words come: those of whom two words sound alike, and those of whom
/// one does, at most 500 for each pair and for each word. So a common family name hides nobody of whom the first name is known.
pub(crate) fn sounding_alike(
    read: &mut impl Reading,
    kind: ContactKind,
    name: &str,
) -> Result<Vec<PartyId>, Halt> {
    let (telling, others) = match kind {
        ContactKind::Person => {
            let sounds = in_any_order(name);
            (sounds.clone(), sounds)
        }
        _ => {
            let (first, second) = sounds_of(kind, name);
            (vec![first], vec![second])
        }
    };
    let mut ranges: Vec<Range<Profile>> = Vec::new();
    for one in telling.iter().filter(|one| !one.is_empty()) {
        for other in others.iter().filter(|other| *other != one) {
            let both = &(kind, one.clone(), other.clone());
            ranges.push(Range::by(Profile::BY_SOUND, both).limit(MOST));
        }
        ranges.push(Range::by(Profile::BY_SOUND, &(kind, one.clone())).limit(MOST));
    }
    let found = read.peek_scans(&ranges)?;
    let mut ids: Vec<PartyId> = found.iter().flatten().map(|row| row.party).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// How the words of a person's name sound, each of which may be the telling one: they come in any order.
fn in_any_order(name: &str) -> Vec<SmolStr> {
    let words = name_words(ContactKind::Person, name);
    let mut sounds: Vec<SmolStr> =
        words.iter().map(|word| sound(word)).filter(|key| !key.is_empty()).collect();
    sounds.sort();
    sounds.dedup();
    sounds.truncate(8);
    sounds
}

/// Names of other scripts than Latin go by their letters.
fn sound(word: &str) -> SmolStr {
    match word.is_ascii() {
        true => soundex(word).into(),
        false => word.chars().take(8).collect(),
    }
}
