//! What is booked on one machine, and what is free between.

/// How many bookings a part of the index holds before it is cut in two.
const PART: usize = 64;

/// A stretch of a machine's working time that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Booking {
    pub(super) from: i64,
    pub(super) to: i64,
    /// How much of it, at its beginning, is setting up.
    pub(super) setup: i64,
    /// How much setting up takes when it can't be said from what.
    pub(super) own_setup: i64,
    /// What the machine is set up for, if that is told.
    pub(super) family: Option<u16>,
    /// Whose it is: the order and its operation. None of a changeover that stayed.
    pub(super) owner: Option<(u32, u32)>,
}

/// A stretch that is free, and what is on either side of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) before: Option<Booking>,
    pub(super) after: Option<Booking>,
}

/// Some bookings that follow one another.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
struct Part {
    bookings: Vec<Booking>,
    /// The widest gap before one of them.
    widest: i64,
}

/// The bookings of a machine, none over another, in parts that know their widest gap: looking for room leaves out the parts that have none.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    parts: Vec<Part>,
    /// All the working time there is.
    total: i64,
}

impl PartialEq for Timeline {
    /// By what is booked, however the index is cut.
    fn eq(&self, other: &Timeline) -> bool {
        self.total == other.total && self.bookings().eq(other.bookings())
    }
}

impl Timeline {
    pub(super) fn new(total: i64) -> Timeline {
        Timeline { parts: Vec::new(), total }
    }

    pub(super) fn bookings(&self) -> impl Iterator<Item = &Booking> {
        self.parts.iter().flat_map(|part| &part.bookings)
    }

    /// The gaps that reach `least` beyond `from`, in order.
    pub(super) fn gaps_from(&self, from: i64, least: i64) -> impl Iterator<Item = Gap> {
        let first = self.parts.partition_point(|part| ends(part) < from);
        let parts = self.parts.iter().enumerate().skip(first);
        let parts = parts.filter(move |(_, part)| part.widest >= least);
        let inner = parts.flat_map(move |(at, part)| {
            let begin = part.bookings.partition_point(|booking| booking.from < from);
            (begin..part.bookings.len()).map(move |place| self.gap_before(at, place))
        });
        let wide = move |gap: &Gap| gap.to - gap.from.max(from) >= least;
        inner.chain(std::iter::once(self.last_gap())).filter(wide)
    }

    /// The gaps that begin `least` before `to`, from the last to the first.
    pub(super) fn gaps_until(&self, to: i64, least: i64) -> impl Iterator<Item = Gap> {
        let end = self.parts.partition_point(|part| begins(part) <= to);
        // The gap that holds `to` is before the first booking that begins after it.
        let last = (end + 1).min(self.parts.len());
        let parts = self.parts[..last].iter().enumerate().rev();
        let parts = parts.filter(move |(_, part)| part.widest >= least);
        let inner = parts.flat_map(move |(at, part)| {
            (0..part.bookings.len()).rev().map(move |place| self.gap_before(at, place))
        });
        let wide = move |gap: &Gap| gap.to.min(to) - gap.from >= least;
        std::iter::once(self.last_gap()).chain(inner).filter(wide)
    }

    fn gap_before(&self, part: usize, place: usize) -> Gap {
        let after = self.parts[part].bookings[place];
        let before = match place.checked_sub(1) {
            Some(before) => self.parts[part].bookings.get(before),
            None => part.checked_sub(1).and_then(|before| self.parts[before].bookings.last()),
        };
        let from = before.map_or(0, |before| before.to);
        Gap { from, to: after.from, before: before.copied(), after: Some(after) }
    }

    fn last_gap(&self) -> Gap {
        let before = self.parts.last().and_then(|part| part.bookings.last()).copied();
        let from = before.map_or(0, |before| before.to);
        Gap { from, to: self.total, before, after: None }
    }

    /// Books what lies in a gap.
    pub(super) fn book(&mut self, booking: Booking) {
        let at = self.parts.partition_point(|part| ends(part) < booking.to);
        let at = at.min(self.parts.len().saturating_sub(1));
        if self.parts.is_empty() {
            self.parts.push(Part::default());
        }
        let bookings = &mut self.parts[at].bookings;
        let place = bookings.partition_point(|other| other.from < booking.from);
        bookings.insert(place, booking);
        if bookings.len() > PART {
            let rest = bookings.split_off(PART / 2);
            self.parts.insert(at + 1, Part { bookings: rest, widest: 0 });
            self.measure(at + 1);
        }
        self.measure(at);
        self.measure(at + 1);
    }

    /// Takes a booking back: that which begins there. What the next one was set up from stays as a changeover, if it could not be set up
    /// in its time from what comes before.
    pub(super) fn free(&mut self, from: i64, stays: impl Fn(&Gap) -> bool) {
        let at = self.parts.partition_point(|part| ends(part) <= from);
        let Some(part) = self.parts.get_mut(at) else { return };
        let place = part.bookings.partition_point(|booking| booking.from < from);
        if part.bookings.get(place).is_none_or(|booking| booking.from != from) {
            return;
        }
        let booking = part.bookings.remove(place);
        if part.bookings.is_empty() {
            self.parts.remove(at);
        }
        self.measure(at);
        self.measure(at + 1);
        let around = self.gaps_from(booking.from, 0).find(|gap| gap.to >= booking.to);
        if around.is_some_and(|gap| stays(&gap)) {
            // One that takes no time needs a place all the same.
            let to = booking.from + booking.setup.max(1);
            self.book(Booking { to, owner: None, ..booking });
        }
    }

    /// Takes away the changeovers at the end of which an instant lies, as far as nothing needs them any more.
    pub(super) fn sweep(&mut self, at: i64, stays: impl Fn(&Gap) -> bool) {
        let changeover = |timeline: &Timeline| {
            let before = timeline.gaps_from(at, 0).next().and_then(|gap| gap.before);
            before.filter(|before| before.owner.is_none())
        };
        while let Some(last) = changeover(self) {
            self.free(last.from, &stays);
            if changeover(self) == Some(last) {
                return;
            }
        }
    }

    fn measure(&mut self, at: usize) {
        if at >= self.parts.len() {
            return;
        }
        let places = 0..self.parts[at].bookings.len();
        let width = |place| {
            let gap = self.gap_before(at, place);
            gap.to - gap.from
        };
        self.parts[at].widest = places.map(width).max().unwrap_or(0);
    }
}

fn ends(part: &Part) -> i64 {
    part.bookings.last().map_or(0, |booking| booking.to)
}

fn begins(part: &Part) -> i64 {
    part.bookings.first().map_or(0, |booking| booking.from)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn booking(from: i64, to: i64) -> Booking {
        Booking { from, to, setup: 0, own_setup: 0, family: None, owner: Some((0, 0)) }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Against a list of all units that are taken.
        #[test]
        fn the_first_and_the_last_room_are_those_of_a_list(
            steps in prop::collection::vec((0_i64..900, 1_i64..5, any::<bool>()), 0..200), asked in 0_i64..1000, least in 1_i64..6
        ) {
            let (mut timeline, mut taken) = (Timeline::new(1000), vec![false; 1000]);
            let mut booked: Vec<(i64, i64)> = Vec::new();
            for (from, length, frees) in steps {
                let range = from as usize..(from + length) as usize;
                if frees && !booked.is_empty() {
                    let (from, to) = booked.swap_remove(from as usize % booked.len());
                    timeline.free(from, |_| false);
                    taken[from as usize..to as usize].fill(false);
                } else if taken[range.clone()].iter().all(|taken| !taken) {
                    timeline.book(booking(from, from + length));
                    booked.push((from, from + length));
                    taken[range].fill(true);
                }
            }
            let free = |from: i64| taken[from as usize..(from + least) as usize].iter().all(|taken| !taken);
            let first = (asked..=1000 - least).find(|from| free(*from));
            let found = timeline.gaps_from(asked, least).next().map(|gap| gap.from.max(asked));
            prop_assert_eq!(found, first);
            let last = (0..=asked - least).rev().find(|from| free(*from));
            let found = timeline.gaps_until(asked, least).next().map(|gap| gap.to.min(asked) - least);
            prop_assert_eq!(found, last);
            prop_assert!(timeline.parts.iter().all(|part| (1..=PART).contains(&part.bookings.len())));
        }
    }
}
