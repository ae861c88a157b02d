//! One bit for each row, sixty-four at a time.

/// Rows, each in or out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
    rows: usize,
}

impl Bits {
    /// So many rows, all out or all in.
    #[must_use]
    pub fn all(rows: usize, set: bool) -> Bits {
        let mut bits =
            Bits { words: vec![if set { u64::MAX } else { 0 }; rows.div_ceil(64)], rows };
        bits.trim();
        bits
    }

    /// Rows by whether something holds for their value.
    pub(crate) fn of<T: Copy>(values: &[T], holds: impl Fn(T) -> bool) -> Bits {
        let word = |values: &[T]| {
            values.iter().rev().fold(0_u64, |word, value| word << 1 | u64::from(holds(*value)))
        };
        Bits { words: values.chunks(64).map(word).collect(), rows: values.len() }
    }

    /// Nothing beyond the last row.
    fn trim(&mut self) {
        let beyond = self.words.len() * 64 - self.rows;
        if let Some(last) = self.words.last_mut() {
            *last &= u64::MAX >> beyond;
        }
    }

    /// How many rows there are, in or out.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many are in.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether a row is in.
    #[must_use]
    #[inline]
    pub fn has(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Puts a row in.
    #[inline]
    pub(crate) fn set(&mut self, row: usize) {
        if let Some(word) = self.words.get_mut(row / 64) {
            *word |= 1 << (row % 64);
        }
    }

    /// Takes a row out.
    #[inline]
    pub(crate) fn clear(&mut self, row: usize) {
        if let Some(word) = self.words.get_mut(row / 64) {
            *word &= !(1 << (row % 64));
        }
    }

    /// The rows that are in, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.words.iter().zip(0_u32..).flat_map(|(word, at)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                left &= left.wrapping_sub(1);
                (bit < 64).then(|| at * 64 + bit)
            })
        })
    }

    /// The rows that are in, eight a byte, the first in the lowest bit.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    pub(crate) fn join(&mut self, other: &Bits, join: impl Fn(u64, u64) -> u64) {
        self.words.iter_mut().zip(&other.words).for_each(|(one, two)| *one = join(*one, *two));
    }

    pub(crate) fn flip(&mut self) {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.trim();
    }
}

/// What holds and what is unknown, row by row; the rest does not hold.
#[derive(Clone, Debug)]
pub(crate) struct Truths {
    pub(crate) yes: Bits,
    pub(crate) unknown: Option<Bits>,
}

impl Truths {
    pub(crate) fn known(yes: Bits) -> Truths {
        Truths { yes, unknown: None }
    }

    pub(crate) fn not(mut self) -> Truths {
        self.yes.flip();
        if let Some(unknown) = &self.unknown {
            self.yes.join(unknown, |yes, unknown| yes & !unknown);
        }
        self
    }

    /// Both: unknown where neither is no, and not both are yes.
    pub(crate) fn and(mut self, other: &Truths) -> Truths {
        if self.unknown.is_none() && other.unknown.is_none() {
            self.yes.join(&other.yes, |one, two| one & two);
            return self;
        }
        let (mut possible, other_possible) = (self.possible(), other.possible());
        possible.join(&other_possible, |one, two| one & two);
        self.yes.join(&other.yes, |one, two| one & two);
        possible.join(&self.yes, |possible, yes| possible & !yes);
        Truths { yes: self.yes, unknown: Some(possible) }
    }

    /// Either: unknown where neither is yes, and one is unknown.
    pub(crate) fn or(mut self, other: &Truths) -> Truths {
        if self.unknown.is_none() && other.unknown.is_none() {
            self.yes.join(&other.yes, |one, two| one | two);
            return self;
        }
        let (mut possible, other_possible) = (self.possible(), other.possible());
        possible.join(&other_possible, |one, two| one | two);
        self.yes.join(&other.yes, |one, two| one | two);
        possible.join(&self.yes, |possible, yes| possible & !yes);
        Truths { yes: self.yes, unknown: Some(possible) }
    }

    /// Yes or unknown.
    fn possible(&self) -> Bits {
        let mut bits = self.yes.clone();
        if let Some(unknown) = &self.unknown {
            bits.join(unknown, |yes, unknown| yes | unknown);
        }
        bits
    }
}
