//! What is known of each contact, in as few bits as it takes: two for each condition, one for each segment, side by side for one contact.

use super::blocks::make_room;
use crate::segments::Truth;

#[derive(Clone, Debug)]
pub(super) struct State {
    words: Vec<u64>,
    for_conditions: usize,
    for_each: usize,
}

impl State {
    pub(super) fn new(conditions: usize, segments: usize) -> State {
        let for_conditions = conditions.div_ceil(32);
        let for_each = (for_conditions + segments.div_ceil(64)).max(1);
        State { words: Vec::new(), for_conditions, for_each }
    }

    /// One contact more, of whom nothing is known.
    pub(super) fn push(&mut self) {
        make_room(&mut self.words, self.for_each);
        // 1 for each condition: unknown.
        self.words.extend(std::iter::repeat_n(0x5555_5555_5555_5555, self.for_conditions));
        self.words.extend(std::iter::repeat_n(0, self.for_each - self.for_conditions));
    }

    #[inline]
    pub(super) fn truth(&self, contact: u32, condition: usize) -> Truth {
        let word = self.words.get(contact as usize * self.for_each + condition / 32);
        match word.map_or(1, |word| word >> (condition % 32 * 2) & 3) {
            0 => Truth::No,
            1 => Truth::Unknown,
            _ => Truth::Yes,
        }
    }

    /// Stores a truth; whether it is another than before.
    #[inline]
    pub(super) fn set_truth(&mut self, contact: u32, condition: usize, truth: Truth) -> bool {
        let place = contact as usize * self.for_each + condition / 32;
        let Some(word) = self.words.get_mut(place) else { return false };
        let shift = condition % 32 * 2;
        let before = *word;
        *word = before & !(3 << shift) | (truth as u64) << shift;
        *word != before
    }

    /// Looks at what is known of a contact, so that it is near when it is asked about: a number that means nothing.
    pub(super) fn touch(&self, contact: u32) -> u64 {
        self.words.get(contact as usize * self.for_each).copied().unwrap_or(0)
    }

    /// Who is a member of a segment.
    pub(super) fn members(&self, segment: usize) -> impl Iterator<Item = u32> {
        let place = self.for_conditions + segment / 64;
        let is = move |words: &[u64]| {
            words.get(place).is_some_and(|word| word >> (segment % 64) & 1 == 1)
        };
        let contacts = (0_u32..).zip(self.words.chunks_exact(self.for_each));
        contacts.filter(move |(_, words)| is(words)).map(|(contact, _)| contact)
    }

    /// Stores whether a contact is a member; whether that is another than before.
    pub(super) fn set_member(&mut self, contact: u32, segment: usize, is: bool) -> bool {
        let place = contact as usize * self.for_each + self.for_conditions + segment / 64;
        let Some(word) = self.words.get_mut(place) else { return false };
        let before = *word;
        *word = before & !(1 << (segment % 64)) | u64::from(is) << (segment % 64);
        *word != before
    }

    #[inline]
    pub(super) fn is_member(&self, contact: u32, segment: usize) -> bool {
        let place = contact as usize * self.for_each + self.for_conditions + segment / 64;
        self.words.get(place).is_some_and(|word| word >> (segment % 64) & 1 == 1)
    }

    pub(super) fn bytes(&self) -> usize {
        8 * self.words.capacity()
    }
}
