//! Check digits. Each function gets a number that fits its pattern, in capitals, and says whether its check digits fit.

/// A number without check digits.
pub(super) fn any(_: &[u8]) -> bool {
    true
}

/// The value of a digit; of a letter, its place after 9, as ISO 7064 counts.
pub(super) fn value(byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    }
}

/// The sum of digits times weights, as far as there are both.
pub(super) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| value(*digit) * weight).sum()
}

/// The number that digits are; at most 18 of them.
pub(super) fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(value(*digit)))
}

/// The last digit as a number.
pub(super) fn last(digits: &[u8]) -> u32 {
    digits.last().map_or(0, |digit| value(*digit))
}

/// All digits but the last.
pub(super) fn head(digits: &[u8]) -> &[u8] {
    digits.split_last().map_or(&[], |(_, head)| head)
}

/// The remainder by 97 of a text of digits and letters, letters as two digits: ISO 7064.
pub(super) fn rest_97(text: impl IntoIterator<Item = u8>) -> u32 {
    text.into_iter()
        .map(value)
        .fold(0, |rest, digit| (rest * if digit > 9 { 100 } else { 10 } + digit) % 97)
}

/// ISO 7064 MOD 97-10 over a text, its two check digits, and where they stand in it: at its end. They are 98 less a remainder, so 02 to
/// 98: 00, 01 and 99 leave the same remainder as 97, 98 and 02, and no issuer writes them (ISO 13616-1, 17442-1).
pub(super) fn mod_97(text: impl IntoIterator<Item = u8>, digits: &[u8]) -> bool {
    rest_97(text) == 1 && (2..=98).contains(&number(digits))
}

/// A LEI: its last two characters are the check digits.
pub(super) fn lei(text: &[u8]) -> bool {
    mod_97(text.iter().copied(), text.get(18..).unwrap_or_default())
}

/// ISO 7064 MOD 11,10.
pub(super) fn mod_11_10(digits: &[u8]) -> bool {
    let after = head(digits).iter().fold(10, |product, digit| {
        let sum = (product + value(*digit)) % 10;
        if sum == 0 { 9 } else { sum * 2 % 11 }
    });
    (after + last(digits)) % 10 == 1
}

/// The sum of Luhn, ISO/IEC 7812-1: every second digit from the right is doubled, its own digits added.
pub(super) fn luhn_sum(digits: &[u8]) -> u32 {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let place = |(at, digit): (usize, &u8)| {
        if at % 2 == 1 { doubled(value(*digit)) } else { value(*digit) }
    };
    digits.iter().rev().enumerate().map(place).sum()
}

/// Luhn's check digit.
pub(super) fn luhn(digits: &[u8]) -> bool {
    luhn_sum(digits).is_multiple_of(10)
}

/// GS1: weights 3 and 1 from the right, mod 10.
pub(super) fn gs1(digits: &[u8]) -> bool {
    let place = |(at, digit): (usize, &u8)| value(*digit) * if at % 2 == 1 { 3 } else { 1 };
    digits.iter().rev().enumerate().map(place).sum::<u32>().is_multiple_of(10)
}

/// Luhn; the post offices of La Poste, which are more than its digits can number, have a plain sum divisible by five.
pub(super) fn siret(digits: &[u8]) -> bool {
    let post_office = digits.starts_with(b"356000000")
        && digits.iter().map(|digit| value(*digit)).sum::<u32>().is_multiple_of(5);
    luhn(digits) || post_office
}
