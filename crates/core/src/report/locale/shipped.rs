//! The locales that come with the library.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::Locale;
use crate::Currency;

impl Locale {
    /// For terminals, logs and tests: English marks, dates by ISO 8601, codes of currencies, nothing beyond ASCII.
    ///
    /// ```
    /// use fondaco_core::report::Locale;
    /// let plain = Locale::plain();
    /// assert_eq!(plain.date("2026-03-05".parse()?), "2026-03-05");
    /// assert_eq!(plain.number((-1234).into(), 1), "-1,234.0");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn plain() -> Locale {
        Locale {
            tag: "en-001".into(),
            minus: "-".into(),
            currency_first: false,
            code_gap: " ".into(),
            symbols: BTreeMap::new(),
            date: "yyyy-MM-dd".into(),
            month: "yyyy-MM".into(),
            ..Locale::en()
        }
    }

    /// English, with dates that both sides of the Atlantic read alike.
    pub fn en() -> Locale {
        Locale {
            tag: "en".into(),
            decimal_mark: ".".into(),
            group_mark: ",".into(),
            groups: vec![3],
            least_leading: 1,
            minus: MINUS.into(),
            percent: "%".into(),
            currency_first: true,
            symbol_gap: SmolStr::default(),
            code_gap: NARROW.into(),
            symbols: symbols(),
            powers: named([(3, "K"), (6, "M"), (9, "B"), (12, "T")]),
            date: "d MMM yyyy".into(),
            month: "MMM yyyy".into(),
            months: names(
                "January February March April May June July August September October November December",
            ),
            short_months: names("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
            words: BTreeMap::new(),
        }
    }

    /// German, as in Germany.
    pub fn de() -> Locale {
        let gap = SmolStr::new(NARROW);
        Locale {
            tag: "de".into(),
            decimal_mark: ",".into(),
            group_mark: ".".into(),
            groups: vec![3],
            least_leading: 1,
            minus: MINUS.into(),
            percent: format!("{NARROW}%").into(),
            currency_first: false,
            symbol_gap: gap.clone(),
            code_gap: gap,
            symbols: symbols(),
            powers: named([
                (3, "\u{202f}Tsd."),
                (6, "\u{202f}Mio."),
                (9, "\u{202f}Mrd."),
                (12, "\u{202f}Bio."),
            ]),
            date: "dd.MM.yyyy".into(),
            month: "MMM yyyy".into(),
            months: names(
                "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
            ),
            short_months: names("Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez."),
            words: super::german::words(),
        }
    }

    /// The shipped locale of a BCP 47 tag: of its language, where there is none of its region.
    ///
    /// ```
    /// use fondaco_core::report::Locale;
    /// assert_eq!(Locale::of_tag("de-AT"), Some(Locale::de()));
    /// assert_eq!(Locale::of_tag("EN-us"), Some(Locale::en())); // tags have no case
    /// assert_eq!(Locale::of_tag("fr"), None); // a host's own: all fields are public
    /// ```
    pub fn of_tag(tag: &str) -> Option<Locale> {
        let language = tag.split(['-', '_']).next()?.to_ascii_lowercase();
        match language.as_str() {
            "en" => Some(Locale::en()),
            "de" => Some(Locale::de()),
            _ => None,
        }
    }
}

/// The sign of subtraction, as wide as a plus.
const MINUS: &str = "\u{2212}";
/// A narrow blank at which no line breaks.
const NARROW: &str = "\u{202f}";

fn symbols() -> BTreeMap<Currency, SmolStr> {
    let symbols =
        [(Currency::EUR, "€"), (Currency::GBP, "£"), (Currency::JPY, "¥"), (Currency::USD, "$")];
    symbols.into_iter().map(|(currency, symbol)| (currency, symbol.into())).collect()
}

fn named<const N: usize>(powers: [(u8, &str); N]) -> Vec<(u8, SmolStr)> {
    powers.into_iter().map(|(power, name)| (power, name.into())).collect()
}

/// Twelve words.
fn names(words: &str) -> [SmolStr; 12] {
    let mut words = words.split(' ').map(SmolStr::new);
    std::array::from_fn(|_| words.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_month_has_a_name() {
        for locale in [Locale::en(), Locale::de(), Locale::plain()] {
            assert!(locale.months.iter().chain(&locale.short_months).all(|name| !name.is_empty()));
        }
    }

    #[test]
    fn a_locale_is_data() {
        let json = serde_json::to_string(&Locale::de()).unwrap();
        assert_eq!(serde_json::from_str::<Locale>(&json).unwrap(), Locale::de());
        assert!(json.contains(r#""EUR":"€""#), "{json}");
    }
}
