//! Telephone numbers (E.164): with the country's code where the country is known.
//!
//! The codes are those of ITU-T E.164's list, with what people dial before a number within the country and abroad. Whether a number has
//! the length that its country gives it is not asked: plans change.

use smol_str::SmolStr;

use super::{Cleaned, Unclean};

/// Country (ISO 3166-1), its code, and what is dialled before a number within it and left out from abroad.
const CODES: &[(&str, &str, &str)] = &[
    ("AE", "971", "0"),
    ("AR", "54", "0"),
    ("AT", "43", "0"),
    ("AU", "61", "0"),
    ("BE", "32", "0"),
    ("BG", "359", "0"),
    ("BR", "55", "0"),
    ("CA", "1", "1"),
    ("CH", "41", "0"),
    ("CL", "56", ""),
    ("CN", "86", "0"),
    ("CO", "57", ""),
    ("CY", "357", ""),
    ("CZ", "420", ""),
    ("DE", "49", "0"),
    ("DK", "45", ""),
    ("EE", "372", ""),
    ("EG", "20", "0"),
    ("ES", "34", ""),
    ("FI", "358", "0"),
    ("FR", "33", "0"),
    ("GB", "44", "0"),
    ("GR", "30", ""),
    ("HK", "852", ""),
    ("HR", "385", "0"),
    ("HU", "36", "06"),
    ("ID", "62", "0"),
    ("IE", "353", "0"),
    ("IL", "972", "0"),
    ("IN", "91", "0"),
    ("IS", "354", ""),
    ("IT", "39", ""),
    ("JP", "81", "0"),
    ("KE", "254", "0"),
    ("KR", "82", "0"),
    ("LI", "423", ""),
    ("LT", "370", "0"),
    ("LU", "352", ""),
    ("LV", "371", ""),
    ("MT", "356", ""),
    ("MX", "52", ""),
    ("MY", "60", "0"),
    ("NG", "234", "0"),
    ("NL", "31", "0"),
    ("NO", "47", ""),
    ("NZ", "64", "0"),
    ("PE", "51", "0"),
    ("PH", "63", "0"),
    ("PL", "48", ""),
    ("PT", "351", ""),
    ("RO", "40", "0"),
    ("RS", "381", "0"),
    ("RU", "7", "8"),
    ("SA", "966", "0"),
    ("SE", "46", "0"),
    ("SG", "65", ""),
    ("SI", "386", "0"),
    ("SK", "421", "0"),
    ("TH", "66", "0"),
    ("TR", "90", "0"),
    ("TW", "886", "0"),
    ("UA", "380", "0"),
    ("US", "1", "1"),
    ("VN", "84", "0"),
    ("ZA", "27", "0"),
];

/// What is dialled before a number to call abroad, where that is not `00`.
const ABROAD: &[(&str, &str)] = &[("AU", "0011"), ("CA", "011"), ("JP", "010"), ("US", "011")];

/// A number as it is kept: `+`, the country's code and digits; as it stands, without blanks, where it has no code and no country is given.
///
/// ```
/// use fondaco_crm::clean::phone;
/// assert_eq!(phone("(020) 7946-0123", Some("GB"))?.text, "+442079460123");
/// assert_eq!(phone("0049 (0)30 123456", None)?.text, "+4930123456");
/// assert_eq!(phone("011 44 20 7946 0123", Some("US"))?.text, "+442079460123");
/// assert_eq!(phone("02 1234567", Some("IT"))?.text, "+39021234567"); // Italy keeps its zero
/// assert_eq!(phone("8 (812) 123-45-67", Some("RU"))?.text, "+78121234567");
/// assert_eq!(phone("812 123-45-67", Some("RU"))?.text, "+78121234567"); // St Petersburg, without what is dialled before it
/// assert_eq!(phone("030/123456", None)?.text, "030123456");
/// assert!(phone("call me", None).is_err() && phone("+49", None).is_err());
/// # Ok::<(), &'static str>(())
/// ```
///
/// # Errors
/// Why it is no telephone number.
pub fn phone(text: &str, country: Option<&str>) -> Result<Cleaned, Unclean> {
    if text.len() > 200 {
        return Err("that is longer than any telephone number: correct it");
    }
    let lower = text.to_lowercase();
    let lower = lower.trim().trim_start_matches("tel:").trim();
    let end = ["ext", "x", ";", "#", "durchwahl"].iter().filter_map(|mark| lower.find(mark)).min();
    let main = end.map_or(lower, |end| lower.get(..end).unwrap_or(lower));
    let plain =
        |c: char| c.is_ascii_digit() || " +()-./\u{a0}\u{2010}\u{2011}\u{2012}\u{2013}".contains(c);
    if !main.chars().all(plain) || main.chars().skip(1).any(|c| c == '+') {
        return Err("that is no telephone number: write digits, such as +39 041 123 4567");
    }
    let digits = digits_of(main);
    let number = international(&digits, country).unwrap_or(digits);
    let count = number.chars().filter(char::is_ascii_digit).count();
    let least = if number.starts_with('+') { 7 } else { 3 };
    if !(least..=15).contains(&count) {
        return Err("a telephone number has 7 to 15 digits with its country's code: correct it");
    }
    Ok(Cleaned::of(number, text, "brought into international form"))
}

/// `+` and digits, without a zero in brackets that is left out from abroad.
fn digits_of(text: &str) -> String {
    let kept: String =
        text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '+' | '(' | ')')).collect();
    let abroad = kept.strip_prefix('+').or(kept.strip_prefix("00"));
    let number = match abroad {
        Some(number) if !number.starts_with("39") => format!("+{}", number.replacen("(0)", "", 1)),
        Some(number) => format!("+{number}"),
        None => kept,
    };
    number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// The number from abroad, where the country is known.
fn international(digits: &str, country: Option<&str>) -> Option<String> {
    if digits.starts_with('+') {
        return None;
    }
    let country = country?;
    let abroad = ABROAD.iter().find(|(known, _)| *known == country).map(|(_, dial)| *dial);
    if let Some(rest) = abroad.and_then(|dial| digits.strip_prefix(dial)) {
        return Some(format!("+{rest}"));
    }
    let (_, code, trunk) = CODES.iter().find(|(known, _, _)| *known == country)?;
    // Numbers within the country may begin with 8 and with 1 themselves: in Russia and America they have ten digits.
    let is_long = trunk.starts_with('0') || digits.len() == 11;
    let rest = match trunk.is_empty() || !is_long {
        true => digits,
        false => digits.strip_prefix(trunk).unwrap_or(digits),
    };
    Some(format!("+{code}{rest}"))
}

/// What a number is compared by: its digits, after `+` where it has a country's code.
///
/// ```
/// use fondaco_crm::clean::phone_key;
/// assert_eq!(phone_key("+44 (0)20 7946 0123"), phone_key("0044 20 79460123"));
/// ```
pub fn phone_key(number: &str) -> SmolStr {
    digits_of(number).into()
}
