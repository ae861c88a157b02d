//! Bytes as text: base64 (RFC 4648, section 4) and hex, strictly one text for the same bytes.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4usize {
            let index = (bits >> (18 - 6 * digit)) as usize & 63;
            let letter = ALPHABET.get(index).map_or('=', |&letter| char::from(letter));
            out.push(if digit <= three.len() { letter } else { '=' });
        }
    }
    out
}

pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let (fours, []) = text.as_bytes().as_chunks::<4>() else { return None };
    let mut out = Vec::with_capacity(fours.len() * 3);
    for four in fours {
        let digits = four.iter().take_while(|&&letter| letter != b'=').count();
        let mut bits = 0;
        for letter in four.iter().take(digits) {
            bits = bits << 6 | ALPHABET.iter().position(|known| known == letter)?;
        }
        let three = (bits << (6 * (4 - digits))).to_be_bytes();
        out.extend_from_slice(three.get(three.len() - 3..)?.get(..digits.checked_sub(1)?)?);
    }
    // One text only: padding at the end alone, no bits that are thrown away.
    (base64(&out) == text).then_some(out)
}

pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let digit = |letter: u8| match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    };
    pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::hex;

    /// RFC 4648, section 10.
    #[test]
    fn base64_of_the_rfc() {
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, coded) in cases {
            assert_eq!(base64(plain.as_bytes()), coded);
            assert_eq!(from_base64(coded).as_deref(), Some(plain.as_bytes()), "{coded}");
        }
        assert_eq!(from_base64(&base64(&[0, 255, 62, 63])), Some(vec![0, 255, 62, 63]));
        for bad in
            ["Zg", "Zg=", "Zh==", "Z===", "====", "Zm9=", "Zg==Zg==", "Zm 9", "Zm9v\n", "Zm9-"]
        {
            assert_eq!(from_base64(bad), None, "{bad}");
        }
    }

    #[test]
    fn hex_and_back() {
        assert_eq!(hex(&[0, 171, 255]), "00abff");
        assert_eq!(from_hex("00abff"), Some(vec![0, 171, 255]));
        for bad in ["0", "0g", "AB", "é"] {
            assert_eq!(from_hex(bad), None, "{bad}");
        }
    }
}
