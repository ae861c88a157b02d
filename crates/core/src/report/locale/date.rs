//! Dates by pattern.

use std::fmt::Write;

use chrono::{Datelike, NaiveDate};

use super::Locale;

impl Locale {
    /// A date by a pattern, see [`Locale::date`](field@Locale::date).
    pub(super) fn by_pattern(&self, pattern: &str, date: NaiveDate) -> String {
        let mut out = String::new();
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            let run = rest.len() - rest.trim_start_matches(first).len();
            if first == '\'' {
                let quoted = rest.get(1..).unwrap_or_default();
                let (literal, after) = quoted.split_once('\'').unwrap_or((quoted, ""));
                // Two apostrophes stand for one.
                out.push_str(if literal.is_empty() { "'" } else { literal });
                rest = after;
                continue;
            }
            let (field, after) = rest.split_at(run);
            self.push_field(&mut out, field, date);
            rest = after;
        }
        out
    }

    fn push_field(&self, out: &mut String, field: &str, date: NaiveDate) {
        let name = |names: &[_; 12]| {
            let name: Option<&smol_str::SmolStr> = names.get(date.month0() as usize);
            name.cloned().unwrap_or_default()
        };
        // Writing to a text can't fail.
        let _ = match field {
            "d" => write!(out, "{}", date.day()),
            "dd" => write!(out, "{:02}", date.day()),
            "M" => write!(out, "{}", date.month()),
            "MM" => write!(out, "{:02}", date.month()),
            "MMM" => write!(out, "{}", name(&self.short_months)),
            "MMMM" => write!(out, "{}", name(&self.months)),
            "yy" => write!(out, "{:02}", date.year().rem_euclid(100)),
            "y" | "yyyy" => write!(out, "{:04}", date.year()),
            literal => write!(out, "{literal}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_what_stands_for_itself() {
        let en = Locale::en();
        let day = NaiveDate::from_ymd_opt(2009, 4, 5).unwrap();
        for (pattern, expected) in [
            ("yyyy-MM-dd", "2009-04-05"),
            ("d/M/yy", "5/4/09"),
            ("d. MMMM yyyy", "5. April 2009"),
            ("'day' d", "day 5"),
            ("d ''yy", "5 '09"),
            ("MMM, 'unclosed d", "Apr, unclosed d"),
            ("yyyy年M月d日", "2009年4月5日"),
            ("ddd", "ddd"),
            ("", ""),
        ] {
            assert_eq!(en.by_pattern(pattern, day), expected);
        }
    }
}
