//! The characters that payment files may have, and how other letters are written in them.
//!
//! SEPA's banks promise to pass on the Latin letters, the digits and `/ - ? : ( ) . , ' +` (EPC implementation guidelines, 1.4);
//! for all other characters the EPC has a table of best practice (EPC217-08): a letter with a mark loses the mark, Greek and
//! Bulgarian letters are transliterated, and what has no counterpart becomes a full stop. German banks write ä, ö, ü and ß as two
//! letters, which is kept here, since payees know their names so.

/// Writes a text in SEPA's characters, its blanks joined to one each, cut to so many characters.
///
/// ```
/// use fondaco_payroll::outputs::payments::characters::sepa;
/// assert_eq!(sepa("Jürgen Weiß & Søn", 70), "Juergen Weiss + Son");
/// assert_eq!(sepa("Γιώργος Ζωή", 70), "Giorgos Zoi");
/// assert_eq!(sepa("Щедрин", 70), "Shtedrin");
/// assert_eq!(sepa("李", 70), ".");
/// ```
pub fn sepa(text: &str, most: usize) -> String {
    written(text, most, |c| "/-?:().,'+".contains(c), '.')
}

/// Writes a text in the capitals, digits and marks of fixed-width files, its blanks joined, cut to so many characters.
///
/// ```
/// use fondaco_payroll::outputs::payments::characters::capitals;
/// assert_eq!(capitals("Zoë O'Neill", 22, ".&/-"), "ZOE O NEILL");
/// ```
pub fn capitals(text: &str, most: usize, marks: &str) -> String {
    written(text, most, |c| marks.contains(c), ' ').to_ascii_uppercase()
}

/// Whether a text has a letter or digit, so that anybody can tell whose name it is.
pub(super) fn says_something(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn written(text: &str, most: usize, mark: impl Fn(char) -> bool, otherwise: char) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || mark(c) => out.push(c),
            c if c.is_whitespace() => out.push(' '),
            c => match latin(c) {
                Some(letters) => letters.chars().for_each(|c| {
                    out.push(if c.is_ascii_alphanumeric() || mark(c) { c } else { otherwise })
                }),
                None => out.push(otherwise),
            },
        }
    }
    let joined = out.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    joined.get(..most).unwrap_or(&joined).trim_end().to_owned()
}

/// What stands for a character that is not of the set.
fn latin(c: char) -> Option<&'static str> {
    let at = |table: &'static [(&'static str, &'static str)]| {
        table.iter().find(|(of, _)| of.contains(c)).map(|(_, to)| *to)
    };
    at(MARKS).or_else(|| at(LATIN)).or_else(|| at(GREEK)).or_else(|| at(CYRILLIC))
}

const MARKS: &[(&str, &str)] = &[
    ("&", "+"),
    ("‘’‚‛`´\"“”„«»", "'"),
    ("–—‐‑_~", "-"),
    ("[{<", "("),
    ("]}>", ")"),
    ("|\\", "/"),
    (";", ","),
    ("€", "E"),
    ("…", "."),
];

const LATIN: &[(&str, &str)] = &[
    ("äæ", "ae"),
    ("ÄÆ", "Ae"),
    ("öœ", "oe"),
    ("ÖŒ", "Oe"),
    ("ü", "ue"),
    ("Ü", "Ue"),
    ("ß", "ss"),
    ("ẞ", "SS"),
    ("àáâãåāăąǎ", "a"),
    ("ÀÁÂÃÅĀĂĄǍ", "A"),
    ("çćĉċč", "c"),
    ("ÇĆĈĊČ", "C"),
    ("ðďđ", "d"),
    ("ÐĎĐ", "D"),
    ("èéêëēĕėęěẽ", "e"),
    ("ÈÉÊËĒĔĖĘĚẼ", "E"),
    ("ĝğġģ", "g"),
    ("ĜĞĠĢ", "G"),
    ("ĥħ", "h"),
    ("ĤĦ", "H"),
    ("ìíîïĩīĭįı", "i"),
    ("ÌÍÎÏĨĪĬĮİ", "I"),
    ("ĵ", "j"),
    ("Ĵ", "J"),
    ("ķ", "k"),
    ("Ķ", "K"),
    ("ĺļľŀł", "l"),
    ("ĹĻĽĿŁ", "L"),
    ("ñńņňŋ", "n"),
    ("ÑŃŅŇŊ", "N"),
    ("òóôõøōŏőơ", "o"),
    ("ÒÓÔÕØŌŎŐƠ", "O"),
    ("ŕŗř", "r"),
    ("ŔŖŘ", "R"),
    ("śŝşšș", "s"),
    ("ŚŜŞŠȘ", "S"),
    ("ţťŧț", "t"),
    ("ŢŤŦȚ", "T"),
    ("þ", "th"),
    ("Þ", "TH"),
    ("ùúûũūŭůűųư", "u"),
    ("ÙÚÛŨŪŬŮŰŲƯ", "U"),
    ("ŵ", "w"),
    ("Ŵ", "W"),
    ("ýÿŷ", "y"),
    ("ÝŸŶ", "Y"),
    ("źżž", "z"),
    ("ŹŻŽ", "Z"),
];

const GREEK: &[(&str, &str)] = &[
    ("αά", "a"),
    ("ΑΆ", "A"),
    ("β", "v"),
    ("Β", "V"),
    ("γ", "g"),
    ("Γ", "G"),
    ("δ", "d"),
    ("Δ", "D"),
    ("εέ", "e"),
    ("ΕΈ", "E"),
    ("ζ", "z"),
    ("Ζ", "Z"),
    ("ηήιίϊΐ", "i"),
    ("ΗΉΙΊΪ", "I"),
    ("θ", "th"),
    ("Θ", "TH"),
    ("κ", "k"),
    ("Κ", "K"),
    ("λ", "l"),
    ("Λ", "L"),
    ("μ", "m"),
    ("Μ", "M"),
    ("ν", "n"),
    ("Ν", "N"),
    ("ξ", "x"),
    ("Ξ", "X"),
    ("οόωώ", "o"),
    ("ΟΌΩΏ", "O"),
    ("π", "p"),
    ("Π", "P"),
    ("ρ", "r"),
    ("Ρ", "R"),
    ("σς", "s"),
    ("Σ", "S"),
    ("τ", "t"),
    ("Τ", "T"),
    ("υύϋΰ", "y"),
    ("ΥΎΫ", "Y"),
    ("φ", "f"),
    ("Φ", "F"),
    ("χ", "ch"),
    ("Χ", "CH"),
    ("ψ", "ps"),
    ("Ψ", "PS"),
];

const CYRILLIC: &[(&str, &str)] = &[
    ("аъ", "a"),
    ("АЪ", "A"),
    ("б", "b"),
    ("Б", "B"),
    ("в", "v"),
    ("В", "V"),
    ("г", "g"),
    ("Г", "G"),
    ("д", "d"),
    ("Д", "D"),
    ("е", "e"),
    ("Е", "E"),
    ("ж", "zh"),
    ("Ж", "Zh"),
    ("з", "z"),
    ("З", "Z"),
    ("и", "i"),
    ("И", "I"),
    ("йь", "y"),
    ("ЙЬ", "Y"),
    ("к", "k"),
    ("К", "K"),
    ("л", "l"),
    ("Л", "L"),
    ("м", "m"),
    ("М", "M"),
    ("н", "n"),
    ("Н", "N"),
    ("о", "o"),
    ("О", "O"),
    ("п", "p"),
    ("П", "P"),
    ("р", "r"),
    ("Р", "R"),
    ("с", "s"),
    ("С", "S"),
    ("т", "t"),
    ("Т", "T"),
    ("у", "u"),
    ("У", "U"),
    ("ф", "f"),
    ("Ф", "F"),
    ("х", "h"),
    ("Х", "H"),
    ("ц", "ts"),
    ("Ц", "Ts"),
    ("ч", "ch"),
    ("Ч", "Ch"),
    ("ш", "sh"),
    ("Ш", "Sh"),
    ("щ", "sht"),
    ("Щ", "Sht"),
    ("ю", "yu"),
    ("Ю", "Yu"),
    ("я", "ya"),
    ("Я", "Ya"),
];
