//! How many columns of a terminal a text takes (after Unicode's East Asian Width, UAX #11).

/// The columns that a text takes in a terminal: two for wide characters, none for marks that join the one before.
///
/// ```
/// use fondaco_core::report::display_width;
/// assert_eq!(display_width("Kasse"), 5);
/// assert_eq!(display_width("現金"), 4);
/// assert_eq!(display_width("e\u{301}"), 1); // e with a joined accent
/// ```
pub fn display_width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char_width).sum() }
}

pub(crate) fn char_width(c: char) -> usize {
    let code = u32::from(c);
    if code < 0x300 {
        return 1;
    }
    if within(JOINING, code) {
        0
    } else if within(WIDE, code) {
        2
    } else {
        1
    }
}

fn within(ranges: &[(u32, u32)], code: u32) -> bool {
    let before = ranges.partition_point(|(first, _)| *first <= code);
    before.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|(_, last)| code <= *last)
}

/// Marks without room of their own, and what only steers the writing.
const JOINING: &[(u32, u32)] = &[
    (0x300, 0x36F),
    (0x483, 0x489),
    (0x591, 0x5BD),
    (0x5BF, 0x5BF),
    (0x5C1, 0x5C2),
    (0x5C4, 0x5C5),
    (0x610, 0x61A),
    (0x64B, 0x65F),
    (0x670, 0x670),
    (0x6D6, 0x6DC),
    (0x6DF, 0x6E4),
    (0x93C, 0x93C),
    (0x941, 0x948),
    (0x94D, 0x94D),
    (0xE31, 0xE31),
    (0xE34, 0xE3A),
    (0xE47, 0xE4E),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x2064),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
    (0xFEFF, 0xFEFF),
    (0xE0100, 0xE01EF),
];

/// Chinese, Japanese and Korean writing, full-width forms, pictographs.
const WIDE: &[(u32, u32)] = &[
    (0x1100, 0x115F),
    (0x231A, 0x231B),
    (0x2329, 0x232A),
    (0x23E9, 0x23EC),
    (0x25FD, 0x25FE),
    (0x2614, 0x2615),
    (0x2648, 0x2653),
    (0x2E80, 0x303E),
    (0x3041, 0xA4CF),
    (0xA960, 0xA97F),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE6F),
    (0xFF00, 0xFF60),
    (0xFFE0, 0xFFE6),
    (0x1F300, 0x1F64F),
    (0x1F680, 0x1F6FF),
    (0x1F900, 0x1F9FF),
    (0x1FA70, 0x1FAFF),
    (0x20000, 0x3FFFD),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranges_are_in_order() {
        for ranges in [JOINING, WIDE] {
            assert!(ranges.iter().all(|(first, last)| first <= last));
            assert!(ranges.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }

    #[test]
    fn the_ends_of_ranges_belong_to_them() {
        let widths =
            ["\u{2ff}", "\u{300}", "\u{36f}", "\u{370}", "\u{3041}", "\u{ff60}", "\u{ff61}"];
        assert_eq!(widths.map(display_width), [1, 0, 0, 1, 2, 2, 1]);
    }
}
