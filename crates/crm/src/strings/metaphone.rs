//! Metaphone (Philips, 1990): English spelling to how it sounds.

use super::{is_vowel, plain};

/// What stands behind the end.
const END: char = '\0';

/// The consonants that a text sounds like; vowels only where a word begins with one. `0` is the sound of "th", `X` that of "sh".
///
/// ```
/// use fondaco_crm::strings::metaphone;
///
/// assert_eq!(metaphone("Thomas"), "0MS");
/// assert_eq!(metaphone("Catherine"), metaphone("Kathryn"));
/// ```
#[must_use]
pub fn metaphone(text: &str) -> String {
    let text = plain(text);
    // A first letter that is not heard.
    let silent = matches!(text.as_slice(), [first, second, ..]
        if matches!((first, second), ('K' | 'G' | 'P', 'N') | ('W', 'R') | ('A', 'E')));
    let text = text.get(usize::from(silent)..).unwrap_or_default();
    let (mut sounds, mut at) = (String::new(), 0);
    while at < text.len() {
        at += step(text, at, &mut sounds);
    }
    sounds
}

/// Adds the sound of what stands there, and says how many letters that took.
fn step(text: &[char], at: usize, sounds: &mut String) -> usize {
    let letter = |ahead: usize| text.get(at + ahead).copied().unwrap_or(END);
    let (here, next, third) = (letter(0), letter(1), letter(2));
    let before = at.checked_sub(1).and_then(|at| text.get(at)).copied();
    // Of two the same, the second is heard.
    if here == next && here != 'C' {
        return 1;
    }
    let soft = |c: char| matches!(c, 'I' | 'E' | 'Y');
    let is_shun = next == 'I' && matches!(third, 'O' | 'A');
    let (sound, taken) = match here {
        'A' | 'E' | 'I' | 'O' | 'U' if before.is_none_or(|c| c == ' ') => return put(sounds, here),
        'B' if before == Some('M') && next == END => ("", 1),
        'B' => ("B", 1),
        'C' if next == 'H' || (next == 'I' && third == 'A') => ("X", 2),
        'C' if soft(next) => ("S", 2),
        'C' => ("K", 1),
        'D' if next == 'G' && soft(third) => ("J", 3),
        'D' => ("T", 1),
        'F' | 'J' | 'L' | 'M' | 'N' | 'R' => return put(sounds, here),
        'G' if soft(next) => ("J", 1),
        'G' if next == 'H' && third != END && !is_vowel(third) => ("", 2),
        'G' if next == 'N' && third == END => ("", 2),
        'G' | 'Q' => ("K", 1),
        'H' if is_vowel(next) || before.is_none_or(|c| !is_vowel(c)) => ("H", 1),
        'K' if before != Some('C') => ("K", 1),
        'P' if next == 'H' => ("F", 2),
        'P' => ("P", 1),
        'S' if next == 'H' => ("X", 2),
        'S' if is_shun => ("X", 3),
        'S' | 'Z' => ("S", 1),
        'T' if is_shun => ("X", 1),
        'T' if next == 'H' => ("0", 2),
        'T' if next == 'C' && third == 'H' => ("", 1),
        'T' => ("T", 1),
        'V' => ("F", 1),
        'W' if before.is_none() && next == 'H' => ("W", 2),
        'W' if is_vowel(next) => ("W", 1),
        'X' if before.is_some() => ("KS", 1),
        'X' if next == 'H' || is_shun => ("X", 1),
        'X' => ("S", 1),
        'Y' if is_vowel(next) => ("Y", 1),
        ' ' if !sounds.is_empty() && !sounds.ends_with(' ') => (" ", 1),
        _ => ("", 1),
    };
    sounds.push_str(sound);
    taken
}

fn put(sounds: &mut String, letter: char) -> usize {
    sounds.push(letter);
    1
}
