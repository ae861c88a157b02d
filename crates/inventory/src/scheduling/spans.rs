//! When a work centre is open, and instants as its working time.

use fondaco_core::Timestamp;

/// The stretches in which a work centre is open, over the horizon. Working time is counted from the first of them on; of the instants that
/// it is the same at, since the work centre is closed between them, work begins at the last and ends at the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spans {
    /// From and to, in microseconds, rising and apart.
    open: Vec<(i64, i64)>,
    /// How much working time there was before each, and in all.
    before: Vec<i64>,
}

impl Spans {
    /// Of stretches that rise and are not empty.
    pub(super) fn new(open: Vec<(i64, i64)>) -> Spans {
        let mut before = vec![0];
        let mut sum = 0;
        for (from, to) in &open {
            sum += to - from;
            before.push(sum);
        }
        Spans { open, before }
    }

    /// All the working time there is.
    pub(super) fn total(&self) -> i64 {
        self.before.last().copied().unwrap_or(0)
    }

    /// How much working time has passed at an instant.
    pub(super) fn worked(&self, at: i64) -> i64 {
        let next = self.open.partition_point(|(from, _)| *from <= at);
        match next.checked_sub(1) {
            Some(last) => self.before[last] + at.min(self.open[last].1) - self.open[last].0,
            None => 0,
        }
    }

    /// When work begins before which so much working time has passed.
    pub(super) fn begins(&self, worked: i64) -> Timestamp {
        let next = self.before.partition_point(|before| *before <= worked);
        self.instant(next.min(self.open.len()) - 1, worked)
    }

    /// When work ends by which so much working time has passed.
    pub(super) fn ends(&self, worked: i64) -> Timestamp {
        let next = self.before.partition_point(|before| *before < worked);
        self.instant(next.clamp(1, self.open.len()) - 1, worked)
    }

    fn instant(&self, span: usize, worked: i64) -> Timestamp {
        let at = self.open[span].0 + worked - self.before[span];
        Timestamp::from_micros(at).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_hours_take_no_working_time() {
        let spans = Spans::new(vec![(10, 14), (20, 23)]);
        let worked: Vec<i64> =
            [0, 10, 12, 14, 17, 20, 22, 23, 99].map(|at| spans.worked(at)).into();
        assert_eq!(worked, [0, 0, 2, 4, 4, 4, 6, 7, 7]);
        let at = |at: Timestamp| at.micros();
        assert_eq!([0, 2, 4, 6, 7].map(|worked| at(spans.begins(worked))), [10, 12, 20, 22, 23]);
        assert_eq!([0, 2, 4, 6, 7].map(|worked| at(spans.ends(worked))), [10, 12, 14, 22, 23]);
        assert_eq!(spans.total(), 7);
    }
}
