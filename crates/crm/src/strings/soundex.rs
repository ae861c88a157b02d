//! Soundex, as the National Archives of the United States describe it (Russell, 1918).

use super::plain;

/// A letter and three digits that names of like sound share; nothing for an empty text.
///
/// Consonants of one group that stand together, or with H or W between them, count once.
///
/// ```
/// use fondaco_crm::strings::soundex;
///
/// assert_eq!(soundex("Ashcroft"), "A261");
/// assert_eq!(soundex("Robert"), soundex("Rupert"));
/// ```
#[must_use]
pub fn soundex(name: &str) -> String {
    let mut letters = plain(name).into_iter();
    let Some(first) = letters.next() else { return String::new() };
    let mut code = String::from(first);
    let (mut last, mut digits) = (group(first), 0);
    for letter in letters {
        match group(letter) {
            Some(digit) => {
                if last != Some(digit) {
                    code.push(digit);
                    digits += 1;
                }
                last = Some(digit);
            }
            None if matches!(letter, 'H' | 'W') => {}
            None => last = None,
        }
        if digits == 3 {
            return code;
        }
    }
    code.extend(std::iter::repeat_n('0', 3 - digits));
    code
}

/// Consonants that are mistaken for one another.
fn group(letter: char) -> Option<char> {
    Some(match letter {
        'B' | 'F' | 'P' | 'V' => '1',
        'C' | 'G' | 'J' | 'K' | 'Q' | 'S' | 'X' | 'Z' => '2',
        'D' | 'T' => '3',
        'L' => '4',
        'M' | 'N' => '5',
        'R' => '6',
        _ => return None,
    })
}
