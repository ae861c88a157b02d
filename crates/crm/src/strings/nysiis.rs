//! NYSIIS, the code of the New York State Identification and Intelligence System (Taft, 1970).

use super::{is_vowel, plain};

/// A code for surnames that keeps where vowels are: finer than [`soundex`](super::soundex). Nothing for an empty text.
///
/// ```
/// use fondaco_crm::strings::nysiis;
///
/// assert_eq!(nysiis("Montgomery"), "MANTGANARY");
/// assert_eq!(nysiis("Jonathan"), nysiis("Johnathan"));
/// ```
#[must_use]
pub fn nysiis(name: &str) -> String {
    let name = with_ends(plain(name));
    let Some(first) = name.first() else { return String::new() };
    let mut code = vec![*first];
    let mut at = 1;
    while at < name.len() {
        let (sound, taken) = step(&name, at);
        if sound.last() != code.last() {
            code.extend(sound);
        }
        at += taken;
    }
    if code.len() > 1 && code.ends_with(&['S']) {
        code.pop();
    }
    if code.ends_with(&['A', 'Y']) {
        code.truncate(code.len() - 2);
        code.push('Y');
    }
    if code.len() > 1 && code.ends_with(&['A']) {
        code.pop();
    }
    code.into_iter().collect()
}

/// The name with its beginning and end as they sound.
fn with_ends(mut name: Vec<char>) -> Vec<char> {
    let begins: &[(&str, &str)] =
        &[("MAC", "MCC"), ("KN", "N"), ("K", "C"), ("PH", "FF"), ("PF", "FF"), ("SCH", "SSS")];
    let starts = |name: &[char], with: &str| name.iter().take(with.len()).copied().eq(with.chars());
    if let Some((with, sound)) = begins.iter().find(|(with, _)| starts(&name, with)) {
        name.splice(..with.len(), sound.chars());
    }
    let sound = match name.as_slice() {
        [.., 'I' | 'E', 'E'] => 'Y',
        [.., 'D' | 'R' | 'N', 'T'] | [.., 'R' | 'N', 'D'] => 'D',
        _ => return name,
    };
    name.truncate(name.len() - 2);
    name.push(sound);
    name
}

/// What the letter there sounds like, and how many letters that took.
fn step(name: &[char], at: usize) -> (Vec<char>, usize) {
    let rest = name.get(at..).unwrap_or_default();
    let before = at.checked_sub(1).and_then(|at| name.get(at)).copied().unwrap_or('-');
    let (sound, taken) = match rest {
        ['E', 'V', ..] => return (vec!['A', 'F'], 2),
        ['S', 'C', 'H', ..] => return (vec!['S', 'S'], 3),
        ['P', 'H', ..] => ('F', 2),
        ['K', 'N', ..] => ('N', 1),
        [c, ..] if is_vowel(*c) => ('A', 1),
        ['Q', ..] => ('G', 1),
        ['Z', ..] => ('S', 1),
        ['M', ..] => ('N', 1),
        ['K', ..] => ('C', 1),
        // Heard only between vowels; else it is as what stands before it.
        ['H', ..] if !is_vowel(before) => (before, 1),
        ['H', after @ ..] if !after.first().is_some_and(|c| is_vowel(*c)) => ('A', 1),
        ['W', ..] if is_vowel(before) => (before, 1),
        [c, ..] => (*c, 1),
        [] => ('-', 1),
    };
    (vec![sound], taken)
}
