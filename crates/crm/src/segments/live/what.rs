//! What an entry of the queue is about, in 32 bits.

const COUNTS: u32 = 1 << 31;
const PLAIN: u32 = 1 << 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A condition that is asked by itself.
    Condition(u32),
    /// The counts and sums of a kind of events.
    Plain(usize),
    /// An event of a kind counts from now on.
    Counts(usize),
}

impl What {
    pub(super) fn code(self) -> u32 {
        let kind = |kind: usize| u32::try_from(kind).unwrap_or(0) & !(COUNTS | PLAIN);
        match self {
            What::Condition(at) => at,
            What::Plain(of) => PLAIN | kind(of),
            What::Counts(of) => COUNTS | kind(of),
        }
    }

    pub(super) fn of(code: u32) -> What {
        let kind = (code & !(COUNTS | PLAIN)) as usize;
        match (code & COUNTS, code & PLAIN) {
            (0, 0) => What::Condition(code),
            (0, _) => What::Plain(kind),
            _ => What::Counts(kind),
        }
    }
}
