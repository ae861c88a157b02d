//! How a file writes its letters: UTF-8, or Windows-1252, in which most banks and older programs of Western Europe export.
//!
//! Fields are turned into UTF-8 after the lines were taken apart: delimiters and line ends are the same bytes in both, and
//! places in the file stay what they are.

use std::borrow::Cow;

use csv::ByteRecord;
use serde::{Deserialize, Serialize};

/// How a file writes its letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    Utf8,
    /// Windows-1252, also called ANSI; what Latin-1 (ISO 8859-1) has of letters is written the same way.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

impl Encoding {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde asks so
    pub(super) fn is_utf8(&self) -> bool {
        *self == Encoding::Utf8
    }

    /// The field in UTF-8; as it is where a byte stands for nothing, which then is no text.
    pub(super) fn field(self, field: &[u8]) -> Cow<'_, [u8]> {
        if self.is_utf8() || field.is_ascii() {
            return Cow::Borrowed(field);
        }
        let text: Option<String> = field.iter().map(|byte| windows_1252(*byte)).collect();
        text.map_or(Cow::Borrowed(field), |text| Cow::Owned(text.into_bytes()))
    }

    /// All fields in UTF-8.
    pub(super) fn decode(self, record: &mut ByteRecord) {
        if self.is_utf8() || record.as_slice().is_ascii() {
            return;
        }
        let position = record.position().cloned();
        let mut decoded: ByteRecord = record.iter().map(|field| self.field(field)).collect();
        decoded.set_position(position);
        *record = decoded;
    }
}

/// The letter of a byte, by the table of <https://encoding.spec.whatwg.org/index-windows-1252.txt>; none for the five that
/// Windows leaves free.
fn windows_1252(byte: u8) -> Option<char> {
    /// 0x80 to 0x9F, with blanks for the free ones.
    const HIGH: [char; 32] = [
        '€', ' ', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', ' ', 'Ž', ' ', ' ', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', ' ', 'ž', 'Ÿ',
    ];
    let high = byte.checked_sub(0x80).and_then(|at| HIGH.get(usize::from(at)).copied());
    match high {
        Some(' ') => None,
        Some(letter) => Some(letter),
        None => Some(char::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_windows() {
        let text =
            |bytes: &[u8]| String::from_utf8(Encoding::Windows1252.field(bytes).into_owned());
        assert_eq!(text(b"M\xfcller \x80 12 \x96 \x84a\x93").as_deref(), Ok("Müller € 12 – „a“"));
        assert_eq!(text(b"\xe5\xe9\xff\xa0").as_deref(), Ok("åéÿ\u{a0}"));
        for free in [0x81, 0x8d, 0x8f, 0x90, 0x9d] {
            assert!(text(&[b'a', free]).is_err(), "{free:x}");
        }
        let all: Vec<u8> = (0..=255).filter(|byte| windows_1252(*byte).is_some()).collect();
        assert_eq!(all.len(), 251);
    }

    #[test]
    fn records_keep_their_fields() {
        let mut record = ByteRecord::from(vec![&b"\xfc"[..], b"", b"x"]);
        Encoding::Windows1252.decode(&mut record);
        assert_eq!(record, ByteRecord::from(vec!["ü".as_bytes(), b"", b"x"]));
        Encoding::Utf8.decode(&mut record);
        assert_eq!(record.get(0), Some("ü".as_bytes()));
    }
}
