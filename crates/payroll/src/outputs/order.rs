//! The order in which people look employees up.

use std::cmp::Ordering;

/// Employees' numbers as people count: 9 before 10, `A9` before `A10`.
pub(crate) fn by_number(a: &str, b: &str) -> Ordering {
    let (mut one, mut other) = (a, b);
    while let (Some((x, rest)), Some((y, others))) = (part(one), part(other)) {
        let by_value = || {
            let (x, y) = (x.trim_start_matches('0'), y.trim_start_matches('0'));
            x.len().cmp(&y.len()).then_with(|| x.cmp(y))
        };
        let digits = is_digits(x) && is_digits(y);
        let order = if digits { by_value() } else { x.cmp(y) };
        if order != Ordering::Equal {
            return order;
        }
        (one, other) = (rest, others);
    }
    one.len().cmp(&other.len()).then_with(|| a.cmp(b))
}

fn is_digits(part: &str) -> bool {
    part.starts_with(|c: char| c.is_ascii_digit())
}

/// What a number begins with, digits or none, and what is behind it.
fn part(text: &str) -> Option<(&str, &str)> {
    let digits = is_digits(text);
    let end = text.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(text.len());
    (!text.is_empty()).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_as_people_count() {
        let mut all = ["10", "B-2", "9", "A10", "A9x", "009", "A9", "", "B-10", "9-1", "Ä1"];
        all.sort_by(|a, b| by_number(a, b));
        assert_eq!(all, ["", "009", "9", "9-1", "10", "A9", "A9x", "A10", "B-2", "B-10", "Ä1"]);
    }
}
