//! What a scorecard remembers of one person's events: whole numbers by rule and bin of time, whatever their order was.

use fondaco_core::Timestamp;

use crate::KernelError;

/// What one rule has counted in one bin of its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bin {
    pub(super) rule: u32,
    pub(super) at: i64,
    /// Events, or parts of them where they decay.
    pub(super) sum: u128,
}

/// What a version of a scorecard has counted of one person's events. Two tallies of the same events read the same, in whatever order those came, doubled,
/// corrected or were taken back; they are equal once both are [settled](super::Scorer::settle), which takes off what is too old to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    pub(super) version: u32,
    /// The latest time at which something was recorded: no event is later.
    pub(super) until: Option<Timestamp>,
    pub(super) automated: u64,
    /// By rule and time, none of them empty.
    pub(super) bins: Vec<Bin>,
}

/// How tallies are written: raised when their bytes change.
const LAYOUT: u64 = 1;

impl Tally {
    pub(super) fn new(version: u32) -> Self {
        Self { version, until: None, automated: 0, bins: Vec::new() }
    }

    /// How many events were flagged as made by machines, which give nothing.
    #[must_use]
    pub fn automated(&self) -> u64 {
        self.automated
    }

    /// The latest time at which something was recorded; it is read at that time or later.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        self.until
    }

    fn place(&self, rule: u32, at: i64) -> Result<usize, usize> {
        // What comes last is mostly newest.
        self.bins.binary_search_by(|bin| (bin.rule, bin.at).cmp(&(rule, at)))
    }

    /// Adds to a bin; with a new one, what the rule has before the first that will be read goes.
    pub(super) fn add(&mut self, rule: u32, at: i64, parts: u64, first: i64) {
        match self.place(rule, at) {
            Ok(place) => self.bins[place].sum += u128::from(parts),
            Err(place) => {
                let own =
                    self.bins[..place].iter().rev().take_while(|bin| bin.rule == rule).count();
                let begin = place - own;
                let old = self.bins[begin..place].iter().take_while(|bin| bin.at < first).count();
                self.bins.insert(place, Bin { rule, at, sum: parts.into() });
                self.bins.drain(begin..begin + old);
            }
        }
    }

    /// Whether so much can be taken back.
    pub(super) fn has(&self, rule: u32, at: i64, parts: u64) -> bool {
        self.place(rule, at).is_ok_and(|place| self.bins[place].sum >= u128::from(parts))
    }

    pub(super) fn take(&mut self, rule: u32, at: i64, parts: u64) {
        if let Ok(place) = self.place(rule, at) {
            let left = self.bins[place].sum.saturating_sub(parts.into());
            match left {
                0 => drop(self.bins.remove(place)),
                left => self.bins[place].sum = left,
            }
        }
    }

    /// Forgets what a rule has before this bin: it will never be read again.
    pub(super) fn forget_before(&mut self, rule: u32, first: i64) {
        let from = self.bins.partition_point(|bin| bin.rule < rule);
        let old = |bin: &&Bin| bin.rule == rule && bin.at < first;
        let count = self.bins.iter().skip(from).take_while(old).count();
        if count > 0 {
            self.bins.drain(from..from + count);
        }
    }

    /// Adds what the same version has counted of somebody who turned out to be the same person.
    pub fn merge(&mut self, other: &Self) {
        self.until = self.until.max(other.until);
        self.automated += other.automated;
        for bin in &other.bins {
            match self.place(bin.rule, bin.at) {
                Ok(place) => self.bins[place].sum = self.bins[place].sum.saturating_add(bin.sum),
                Err(place) => self.bins.insert(place, *bin),
            }
        }
    }

    /// As bytes, for keeping: about six for each rule and half-life in which something happened.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(16 + self.bins.len() * 10);
        for number in [LAYOUT, self.version.into(), u64::from(self.until.is_some())] {
            write(&mut out, number.into());
        }
        let until = self.until.map_or(0, Timestamp::micros);
        for number in [zigzag(until), self.automated.into()] {
            write(&mut out, number);
        }
        let (mut rule, mut at) = (0, 0);
        for bin in &self.bins {
            write(&mut out, u128::from(bin.rule - rule));
            write(&mut out, zigzag(bin.at.wrapping_sub(at)));
            // Parts of events have zeros at their end, mostly many.
            let zeros = bin.sum.trailing_zeros().min(127);
            write(&mut out, zeros.into());
            write(&mut out, bin.sum >> zeros);
            (rule, at) = (bin.rule, bin.at);
        }
        out
    }

    /// Of [bytes](Self::to_bytes).
    ///
    /// # Errors
    /// When they are not those of a tally.
    ///
    /// ```
    /// use fondaco_crm::scoring::rules::Tally;
    ///
    /// assert!(Tally::from_bytes(b"no").is_err());
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KernelError> {
        let mut bytes = Bytes(bytes);
        read(&mut bytes).filter(|_| bytes.0.is_empty()).ok_or_else(|| KernelError::BadText {
            field: "tally".into(),
            found: format!("{} bytes", bytes.0.len()),
            wanted: "the bytes that a tally was written as, or count its events anew",
        })
    }
}

fn read(bytes: &mut Bytes<'_>) -> Option<Tally> {
    if bytes.number()? != u128::from(LAYOUT) {
        return None;
    }
    let version = bytes.number()?.try_into().ok()?;
    let known = bytes.number()? == 1;
    let micros = signed(bytes.number()?)?;
    let until = if known { Some(Timestamp::from_micros(micros)?) } else { None };
    let automated = bytes.number()?.try_into().ok()?;
    let mut tally = Tally { version, until, automated, bins: Vec::new() };
    let (mut rule, mut at) = (0_u32, 0_i64);
    while !bytes.0.is_empty() {
        rule = rule.checked_add(bytes.number()?.try_into().ok()?)?;
        at = at.wrapping_add(signed(bytes.number()?)?);
        let zeros: u32 = bytes.number()?.try_into().ok()?;
        let sum = bytes.number()?.checked_shl(zeros).filter(|sum| *sum > 0)?;
        let rises = tally.bins.last().is_none_or(|last| (last.rule, last.at) < (rule, at));
        tally.bins.push(Bin { rule, at, sum });
        if !rises {
            return None;
        }
    }
    Some(tally)
}

fn zigzag(number: i64) -> u128 {
    u128::from(((number << 1) ^ (number >> 63)) as u64)
}

fn signed(number: u128) -> Option<i64> {
    let number = u64::try_from(number).ok()?;
    Some((number >> 1) as i64 ^ -((number & 1) as i64))
}

/// Seven bits a byte, the lowest first; the last one is below 128.
fn write(out: &mut Vec<u8>, mut number: u128) {
    while number >= 128 {
        out.push(number as u8 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}

struct Bytes<'b>(&'b [u8]);

impl Bytes<'_> {
    fn number(&mut self) -> Option<u128> {
        let mut number = 0_u128;
        for (index, byte) in self.0.iter().enumerate().take(19) {
            let bits = u128::from(byte & 127);
            number |= bits.checked_shl(7 * index as u32).filter(|_| index < 18 || bits < 4)?;
            if byte & 128 == 0 {
                self.0 = &self.0[index + 1..];
                return Some(number);
            }
        }
        None
    }
}
