//! IBAN: ISO 13616. Countries and their patterns as SWIFT's registry lists them (release 101, and Brazil's of 2026, whose
//! banks may have letters); the check is ISO 7064
//! MOD 97-10 over the number with its first four characters moved to the end.
//!
//! Countries that check the account number inside by a rule of their own keep that rule to themselves here: banks publish
//! exceptions, and a payment is not refused for one.

use super::{Flaw, check};

/// Country, and the pattern behind its check digits: counts of `n` digits, `a` letters, `c` either.
static COUNTRIES: [(&str, &str); 89] = [
    ("AD", "8n12c"),
    ("AE", "19n"),
    ("AL", "8n16c"),
    ("AT", "16n"),
    ("AZ", "4a20c"),
    ("BA", "16n"),
    ("BE", "12n"),
    ("BG", "4a6n8c"),
    ("BH", "4a14c"),
    ("BI", "23n"),
    ("BR", "8c15n2c"),
    ("BY", "4c4n16c"),
    ("CH", "5n12c"),
    ("CR", "18n"),
    ("CY", "8n16c"),
    ("CZ", "20n"),
    ("DE", "18n"),
    ("DJ", "23n"),
    ("DK", "14n"),
    ("DO", "4c20n"),
    ("EE", "16n"),
    ("EG", "25n"),
    ("ES", "20n"),
    ("FI", "14n"),
    ("FK", "2a12n"),
    ("FO", "14n"),
    ("FR", "10n11c2n"),
    ("GB", "4a14n"),
    ("GE", "2a16n"),
    ("GI", "4a15c"),
    ("GL", "14n"),
    ("GR", "7n16c"),
    ("GT", "24c"),
    ("HN", "4a20n"),
    ("HR", "17n"),
    ("HU", "24n"),
    ("IE", "4a14n"),
    ("IL", "19n"),
    ("IQ", "4a15n"),
    ("IS", "22n"),
    ("IT", "1a10n12c"),
    ("JO", "4a4n18c"),
    ("KW", "4a22c"),
    ("KZ", "3n13c"),
    ("LB", "4n20c"),
    ("LC", "4a24c"),
    ("LI", "5n12c"),
    ("LT", "16n"),
    ("LU", "3n13c"),
    ("LV", "4a13c"),
    ("LY", "21n"),
    ("MC", "10n11c2n"),
    ("MD", "20c"),
    ("ME", "18n"),
    ("MK", "3n10c2n"),
    ("MN", "16n"),
    ("MR", "23n"),
    ("MT", "4a5n18c"),
    ("MU", "4a19n3a"),
    ("NI", "4a20n"),
    ("NL", "4a10n"),
    ("NO", "11n"),
    ("OM", "3n16c"),
    ("PK", "4a16c"),
    ("PL", "24n"),
    ("PS", "4a21c"),
    ("PT", "21n"),
    ("QA", "4a21c"),
    ("RO", "4a16c"),
    ("RS", "18n"),
    ("RU", "14n15c"),
    ("SA", "2n18c"),
    ("SC", "4a20n3a"),
    ("SD", "14n"),
    ("SE", "20n"),
    ("SI", "15n"),
    ("SK", "20n"),
    ("SM", "1a10n12c"),
    ("SO", "19n"),
    ("ST", "21n"),
    ("SV", "4a20n"),
    ("TL", "19n"),
    ("TN", "20n"),
    ("TR", "6n16c"),
    ("UA", "6n19c"),
    ("VA", "18n"),
    ("VG", "4a16n"),
    ("XK", "16n"),
    ("YE", "4a4n18c"),
];

/// Whether a text in capitals, without blanks, is an IBAN.
pub(super) fn check(text: &str) -> Result<(), Flaw> {
    let unknown = Flaw::Country { at: 1 };
    let (country, account) = text.split_at_checked(2).ok_or(unknown.clone())?;
    let at = COUNTRIES.binary_search_by_key(&country, |(code, _)| code).map_err(|_| unknown)?;
    let (country, pattern) = COUNTRIES[at];
    let expected = 4 + parts(pattern).map(|(count, _)| count).sum::<usize>();
    if text.len() != expected {
        let expected = expected.to_string().into();
        return Err(Flaw::Length { found: text.len(), expected, of: country });
    }
    let wanted = [(2, 'n')].into_iter().chain(parts(pattern));
    let wanted = wanted.flat_map(|(count, class)| std::iter::repeat_n(class, count));
    let stands = |(byte, class): (u8, char)| match class {
        'n' => byte.is_ascii_digit(),
        'a' => byte.is_ascii_uppercase(),
        _ => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
    };
    if let Some(at) = account.bytes().zip(wanted).position(|pair| !stands(pair)) {
        return Err(Flaw::Character { at: at + 3 });
    }
    let moved = text.bytes().skip(4).chain(text.bytes().take(4));
    let digits = text.as_bytes().get(2..4).unwrap_or_default();
    check::mod_97(moved, digits).then_some(()).ok_or(Flaw::CheckDigits)
}

/// The counts and classes of a pattern: `4n6a` is four digits and six letters.
fn parts(pattern: &'static str) -> impl Iterator<Item = (usize, char)> {
    pattern.split_inclusive(char::is_alphabetic).filter_map(|part| {
        let class = part.chars().last()?;
        Some((part.get(..part.len() - 1)?.parse().ok()?, class))
    })
}
