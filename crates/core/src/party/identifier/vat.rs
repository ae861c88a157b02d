//! Numbers for value added tax of the European Union, Northern Ireland, Great Britain, Switzerland and Norway.
//!
//! Patterns are those of the European Commission's VIES; the check digits follow each state's own rule, as published by its
//! tax office or by the Commission ("VIES VAT number validation algorithms"). Where a state gives persons their personal
//! number as VAT number (Bulgaria, Czechia, Latvia, Romania, Slovakia), its rule holds, the date of birth in it included.

use chrono::NaiveDate;
use smol_str::{SmolStr, format_smolstr};

use super::Flaw;
use super::check::{head, last, luhn, luhn_sum, mod_11_10, number, rest_97, value, weighted};
use super::shape::{self, Shape};

/// A country's prefix and its patterns, each with its check.
static COUNTRIES: &[(&str, &[Shape])] = &[
    ("AT", &[("#U99999999", austria)]),
    ("BE", &[("9999999999", belgium)]),
    ("BG", &[("999999999", bulgaria), ("9999999999", bulgaria_person)]),
    ("CHE", &[("999999999", switzerland)]),
    ("CY", &[("99999999A", cyprus)]),
    ("CZ", &[("99999999", czechia), ("999999999", czechia_other), ("9999999999", birth_number)]),
    ("DE", &[("999999999", |digits| digits[0] != b'0' && mod_11_10(digits))]),
    ("DK", &[("99999999", denmark)]),
    (
        "EE",
        &[("999999999", |digits| {
            weighted(digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
        })],
    ),
    ("EL", &[("999999999", greece)]),
    ("ES", &[("X9999999X", spain)]),
    (
        "FI",
        &[("99999999", |digits| weighted(digits, &[7, 9, 10, 5, 8, 4, 2, 1]).is_multiple_of(11))],
    ),
    ("FR", &[("XX999999999", france)]),
    ("GB", BRITAIN),
    ("HR", &[("99999999999", mod_11_10)]),
    (
        "HU",
        &[("99999999", |digits| weighted(digits, &[9, 7, 3, 1, 9, 7, 3, 1]).is_multiple_of(10))],
    ),
    ("IE", &[("9?99999A", ireland), ("9999999AA", ireland)]),
    ("IT", &[("99999999999", italy)]),
    ("LT", &[("999999999", lithuania), ("999999999999", lithuania)]),
    ("LU", &[("99999999", |digits| number(&digits[..6]) % 89 == number(&digits[6..]))]),
    ("LV", &[("99999999999", latvia)]),
    ("MT", &[("99999999", malta)]),
    ("NL", &[("999999999#B99", netherlands)]),
    ("NO", &[("999999999MV#A", norway)]),
    ("PL", &[("9999999999", poland)]),
    ("PT", &[("999999999", portugal)]),
    (
        "RO",
        &[
            ("99", romania),
            ("999", romania),
            ("9999", romania),
            ("99999", romania),
            ("999999", romania),
            ("9999999", romania),
            ("99999999", romania),
            ("999999999", romania),
            ("9999999999", romania),
            ("9999999999999", romania_person),
        ],
    ),
    ("SE", &[("999999999999", sweden)]),
    ("SI", &[("99999999", slovenia)]),
    ("SK", &[("9999999999", slovakia)]),
    ("XI", BRITAIN),
];

const BRITAIN: &[Shape] = &[
    ("999999999", britain),
    ("999999999999", |digits| britain(&digits[..9])), // and a branch
    ("GD999", |office| number(&office[2..]) < 500),
    ("H#A999", |office| number(&office[2..]) >= 500),
];

/// The normal form of a VAT number with its country's prefix.
pub(super) fn normal(text: &str) -> Result<SmolStr, Flaw> {
    // Greece is EL here, and GR elsewhere.
    let text =
        text.strip_prefix("GR").map_or_else(|| text.into(), |rest| format_smolstr!("EL{rest}"));
    let (prefix, shapes) = COUNTRIES
        .iter()
        .find(|(prefix, _)| text.starts_with(prefix))
        .ok_or(Flaw::Country { at: 1 })?;
    let body = body(prefix, &text[prefix.len()..]);
    shape::fit(shapes, prefix, &body).map_err(|flaw| match flaw {
        Flaw::Character { at } => Flaw::Character { at: at + prefix.len() },
        flaw => flaw,
    })?;
    Ok(format_smolstr!("{prefix}{body}"))
}

/// What follows the prefix, in the form that the state writes today.
fn body(prefix: &str, text: &str) -> SmolStr {
    match (prefix, text.len()) {
        // Belgium and Greece put a nought before their older numbers.
        ("BE", 9) | ("EL", 8) => format_smolstr!("0{text}"),
        ("CHE", _) => {
            let what =
                ["MWST", "TVA", "IVA", "TPV"].iter().find_map(|what| text.strip_suffix(what));
            what.unwrap_or(text).into()
        }
        _ => text.into(),
    }
}

/// Eleven less a weighted sum modulo eleven, from 1 to 11.
fn from_11(digits: &[u8], weights: &[u32]) -> u32 {
    11 - weighted(digits, weights) % 11
}

fn austria(text: &[u8]) -> bool {
    let digits = &text[1..];
    (6 + 100 - luhn_sum(head(digits))) % 10 == last(digits)
}

fn belgium(digits: &[u8]) -> bool {
    digits[0] <= b'1'
        && number(digits) > 0
        && (number(&digits[..8]) + number(&digits[8..])).is_multiple_of(97)
}

fn bulgaria(digits: &[u8]) -> bool {
    let first = weighted(head(digits), &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
    let sum =
        if first == 10 { weighted(head(digits), &[3, 4, 5, 6, 7, 8, 9, 10]) % 11 } else { first };
    sum % 10 == last(digits)
}

fn bulgaria_person(digits: &[u8]) -> bool {
    let (year, month, day) = date_parts(digits);
    let (year, month) = match month {
        41.. => (year + 2000, month - 40),
        21.. => (year + 1800, month - 20),
        _ => (year + 1900, month),
    };
    let citizen = is_date(year, month, day)
        && weighted(head(digits), &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == last(digits);
    let foreigner = weighted(head(digits), &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 == last(digits);
    let other = from_11(head(digits), &[4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 == last(digits);
    citizen || foreigner || other
}

fn switzerland(digits: &[u8]) -> bool {
    from_11(head(digits), &[5, 4, 3, 2, 7, 6, 5, 4]) % 11 == last(digits)
}

fn cyprus(text: &[u8]) -> bool {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let place = |(at, digit): (usize, &u8)| match at % 2 {
        0 => ODD[value(*digit) as usize],
        _ => value(*digit),
    };
    let sum: u32 = head(text).iter().enumerate().map(place).sum();
    !text.starts_with(b"12") && sum % 26 + 10 == last(text)
}

fn czechia(digits: &[u8]) -> bool {
    let check = match from_11(head(digits), &[8, 7, 6, 5, 4, 3, 2]) {
        10 => 0,
        11 => 1,
        check => check,
    };
    digits[0] != b'9' && check == last(digits)
}

/// Nine digits: special ones begin with 6, the others are birth numbers of before 1954, which have no check digit.
fn czechia_other(digits: &[u8]) -> bool {
    let special = || {
        let sum = weighted(&digits[1..8], &[8, 7, 6, 5, 4, 3, 2]) % 11;
        (8 + 10 - (10 + 11 - sum) % 11) % 10 == last(digits)
    };
    if digits[0] == b'6' { special() } else { birth_number(digits) }
}

/// The birth number of Czechs and Slovaks; women's months are 50 later, and 20 were added when numbers ran out.
fn birth_number(digits: &[u8]) -> bool {
    let (year, month, day) = date_parts(digits);
    let year = match (digits.len(), year) {
        (9, 80..) => year + 1800,
        (9, 54..) => return false,
        (10, ..54) => year + 2000,
        _ => year + 1900,
    };
    let checked = digits.len() == 9 || number(head(digits)) % 11 % 10 == u64::from(last(digits));
    checked && is_date(year, month % 50 % 20, day)
}

fn denmark(digits: &[u8]) -> bool {
    digits[0] != b'0' && weighted(digits, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

fn greece(digits: &[u8]) -> bool {
    let sum = head(digits).iter().fold(0, |sum, digit| sum * 2 + value(*digit));
    sum * 2 % 11 % 10 == last(digits)
}

/// Persons have a letter over all their digits, modulo 23; organisations begin with a letter and end in Luhn's digit, or
/// the letter that stands for it.
fn spain(text: &[u8]) -> bool {
    let letter = |number: u64| text[8] == b"TRWAGMYFPDXBNJZSQVHLCKE"[(number % 23) as usize];
    let middle = &text[1..8];
    match text[0] {
        b'0'..=b'9' => letter(number(&text[..8])),
        b'K' | b'L' | b'M' => letter(number(middle)),
        first @ b'X'..=b'Z' => letter(u64::from(first - b'X') * 10_000_000 + number(middle)),
        b'A'..=b'H' | b'J' | b'N' | b'P'..=b'S' | b'U'..=b'W' => {
            let check = (10 - luhn_sum(&[middle, b"0"].concat()) % 10) % 10;
            value(text[8]) == check || text[8] == b"JABCDEFGHI"[check as usize]
        }
        _ => false,
    }
}

/// A SIREN behind two characters over it; numbers of Monaco are no SIREN.
fn france(text: &[u8]) -> bool {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"; // without I and O
    let siren = &text[2..];
    if !siren.starts_with(b"000") && !luhn(siren) {
        return false;
    }
    let place = |byte: u8| LETTERS.iter().position(|letter| *letter == byte).map(|at| at as u64);
    let Some((first, second)) = place(text[0]).zip(place(text[1])) else { return false };
    match (text[0].is_ascii_digit(), text[1].is_ascii_digit()) {
        (true, true) => first * 10 + second == (number(siren) * 100 + 12) % 97,
        (digit, _) => {
            let key = if digit { first * 24 + second - 10 } else { first * 34 + second - 100 };
            (number(siren) + 1 + key / 11) % 11 == key % 11
        }
    }
}

/// Old numbers sum to 0 modulo 97; since 2010 also to 42 (or 55), from 100 on.
fn britain(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97;
    rest == 0 || (digits[0] != b'0' && (rest == 42 || rest == 55))
}

/// Seven digits and a letter over them, weighed from 8 down; a second letter counts 9 times. In old numbers the second
/// character is no digit, and the first stands last.
fn ireland(text: &[u8]) -> bool {
    const LETTERS: &[u8] = b"WABCDEFGHIJKLMNOPQRSTUV";
    let place = |byte: u8| LETTERS.iter().position(|letter| *letter == byte).map(|at| at as u32);
    let old = !text[1].is_ascii_digit();
    let digits = if old { [b"0", &text[2..7], &text[..1]].concat() } else { text[..7].to_vec() };
    let second = text.get(8).map_or(Some(0), |byte| place(*byte));
    let check = |second| (weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23;
    second.is_some_and(|second| place(text[7]) == Some(check(second)))
}

fn italy(digits: &[u8]) -> bool {
    let office = number(&digits[7..10]);
    let known = matches!(office, 1..=100 | 120 | 121 | 888 | 999);
    known && number(&digits[..7]) > 0 && luhn(digits)
}

/// The last but one digit is 1; the check goes over in a second way when the first gives 10.
fn lithuania(digits: &[u8]) -> bool {
    let over = |from: u32| -> u32 {
        let weight = |at: usize| 1 + (at as u32 + from) % 9;
        head(digits).iter().enumerate().map(|(at, digit)| value(*digit) * weight(at)).sum::<u32>()
            % 11
    };
    let check = if over(0) == 10 { over(2) } else { over(0) };
    digits[digits.len() - 2] == b'1' && check % 10 == last(digits)
}

fn latvia(digits: &[u8]) -> bool {
    if digits[0] > b'3' {
        return weighted(digits, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3;
    }
    let (day, month, year) = date_parts(digits);
    let year = (year + 1800 + 100 * value(digits[6])) as i32;
    let dated = digits.starts_with(b"32") || is_date(year, month, day as u32);
    let check = (1 + weighted(head(digits), &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10;
    dated && check == last(digits)
}

fn malta(digits: &[u8]) -> bool {
    digits[0] != b'0' && weighted(digits, &[3, 4, 6, 7, 8, 9, 10, 1]).is_multiple_of(37)
}

/// Companies' numbers hold the citizens' "eleven proof"; since 2020 those of sole traders are random, and fit modulo 97.
fn netherlands(text: &[u8]) -> bool {
    let digits = &text[..9];
    let sum = weighted(head(digits), &[9, 8, 7, 6, 5, 4, 3, 2]);
    let eleven_proof = sum % 11 == last(digits);
    let random = rest_97(b"NL".iter().chain(text).copied()) == 1;
    number(digits) > 0 && number(&text[10..]) > 0 && (eleven_proof || random)
}

fn norway(text: &[u8]) -> bool {
    weighted(text, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

fn poland(digits: &[u8]) -> bool {
    weighted(head(digits), &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == last(digits)
}

fn portugal(digits: &[u8]) -> bool {
    digits[0] != b'0' && from_11(head(digits), &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 % 10 == last(digits)
}

fn romania(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 9] = [7, 5, 3, 2, 1, 7, 5, 3, 2];
    let weights = &WEIGHTS[WEIGHTS.len() - head(digits).len()..];
    digits[0] != b'0' && weighted(head(digits), weights) * 10 % 11 % 10 == last(digits)
}

fn romania_person(digits: &[u8]) -> bool {
    let (year, month, day) = date_parts(&digits[1..]);
    let century = match digits[0] {
        b'3' | b'4' => 1800,
        b'5' | b'6' => 2000,
        _ => 1900,
    };
    let check = match weighted(head(digits), &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11 {
        10 => 1,
        check => check,
    };
    digits[0] != b'0' && is_date(year + century, month, day) && check == last(digits)
}

/// An organisation's number with Luhn's digit, and its place among the owner's: 01 to 94.
fn sweden(digits: &[u8]) -> bool {
    (1..=94).contains(&number(&digits[10..])) && luhn(&digits[..10])
}

fn slovenia(digits: &[u8]) -> bool {
    let check = from_11(head(digits), &[8, 7, 6, 5, 4, 3, 2]);
    digits[0] != b'0' && check != 11 && check % 10 == last(digits)
}

fn slovakia(digits: &[u8]) -> bool {
    let company =
        digits[0] != b'0' && b"234789".contains(&digits[2]) && number(digits).is_multiple_of(11);
    company || birth_number(digits)
}

/// Three numbers of two digits.
fn date_parts(digits: &[u8]) -> (i32, u32, u32) {
    let two = |at: usize| value(digits[at]) * 10 + value(digits[at + 1]);
    (two(0) as i32, two(2), two(4))
}

fn is_date(year: i32, month: u32, day: u32) -> bool {
    NaiveDate::from_ymd_opt(year, month, day).is_some()
}
