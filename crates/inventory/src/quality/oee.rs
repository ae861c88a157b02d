//! Overall equipment effectiveness: of the time that was planned, how much made good pieces at the ideal speed.
//!
//! S. Nakajima, *Introduction to TPM* (1988): availability x performance x quality. What is lost is told in minutes, so that the parts
//! add up to the planned time.

use fondaco_core::report::{Cell, Chart, Column, Kind, Report, Row, Step, word};
use smol_str::SmolStr;

use crate::KernelError;
use crate::error::{not_negative, positive};
use crate::exact::shown;

/// A shift of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct OeeInput {
    /// How long the shift is.
    pub shift_minutes: f64,
    /// How much of it nothing was planned: breaks, meetings, no orders.
    pub breaks_minutes: f64,
    /// How long it stood in planned time: failures, setting up.
    pub down_minutes: f64,
    /// How long a piece takes at the best speed.
    pub ideal_cycle_seconds: f64,
    /// How many pieces were made, good and bad.
    pub total_count: u64,
    /// How many of them were not good at the first go.
    pub reject_count: u64,
}

impl OeeInput {
    /// So many pieces, in a shift without breaks or stops.
    #[must_use]
    pub fn new(shift_minutes: f64, ideal_cycle_seconds: f64, total_count: u64) -> OeeInput {
        OeeInput { shift_minutes, ideal_cycle_seconds, total_count, ..OeeInput::default() }
    }

    /// The same, with breaks.
    #[must_use]
    pub fn breaks(mut self, minutes: f64) -> OeeInput {
        self.breaks_minutes = minutes;
        self
    }

    /// The same, with stops.
    #[must_use]
    pub fn down(mut self, minutes: f64) -> OeeInput {
        self.down_minutes = minutes;
        self
    }

    /// The same, with rejects.
    #[must_use]
    pub fn rejects(mut self, count: u64) -> OeeInput {
        self.reject_count = count;
        self
    }
}

/// Effectiveness, its parts, and what was lost.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Oee {
    /// The shift without its breaks.
    pub planned_minutes: f64,
    /// The planned time without the stops.
    pub run_minutes: f64,
    /// The running time over the planned time.
    pub availability: f64,
    /// The ideal time of all pieces over the running time. Above 1 the ideal cycle is not the ideal one.
    pub performance: f64,
    /// The good pieces over all pieces.
    pub quality: f64,
    /// The product of the three: the ideal time of the good pieces over the planned time.
    pub oee: f64,
    /// The same over the whole shift, breaks included (TEEP, where the shift is all the time there is).
    pub of_shift: f64,
    /// Minutes lost by standing.
    pub availability_loss_minutes: f64,
    /// Minutes lost by small stops and slow running.
    pub performance_loss_minutes: f64,
    /// Minutes lost by making what was not good.
    pub quality_loss_minutes: f64,
    /// Minutes in which good pieces were made at the ideal speed.
    pub effective_minutes: f64,
}

/// The overall equipment effectiveness of a shift. Where nothing was made, performance and quality are 0.
///
/// # Errors
/// When a time is below zero, breaks and stops take more than the shift leaves, more pieces were rejected than made, or pieces were made
/// in no time.
///
/// ```
/// use fondaco_inventory::quality::{OeeInput, oee};
/// let shift = OeeInput::new(480.0, 1.0, 19_271).breaks(60.0).down(47.0).rejects(423);
/// let found = oee(&shift)?;
/// assert_eq!((found.planned_minutes, found.run_minutes), (420.0, 373.0));
/// assert!((found.oee - 0.747_936_507_936_508).abs() < 1e-12);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn oee(input: &OeeInput) -> Result<Oee, KernelError> {
    let shift = positive("shift_minutes", input.shift_minutes)?;
    let breaks = not_negative("breaks_minutes", input.breaks_minutes)?;
    let down = not_negative("down_minutes", input.down_minutes)?;
    let cycle = positive("ideal_cycle_seconds", input.ideal_cycle_seconds)? / 60.0;
    let contradicts = |field, value, other, way_out| {
        Err(KernelError::Contradiction { field, value, other, way_out })
    };
    let planned = shift - breaks;
    if planned <= 0.0 {
        let other = "shift_minutes are no more";
        return contradicts("breaks_minutes", breaks, other, "give breaks within the shift");
    }
    let run = planned - down;
    if run < 0.0 {
        let other = "the planned time is less";
        return contradicts("down_minutes", down, other, "give stops within the planned time");
    }
    let (total, rejects) = (input.total_count as f64, input.reject_count as f64);
    if rejects > total {
        let way_out = "count each piece once";
        return contradicts("reject_count", rejects, "fewer pieces were made", way_out);
    }
    if total > 0.0 && run <= 0.0 {
        let other = "the machine never ran";
        return contradicts("total_count", total, other, "correct stops or pieces");
    }
    let ratio = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let (ideal, effective) = (cycle * total, cycle * (total - rejects));
    let availability = run / planned;
    let (performance, quality) = (ratio(ideal, run), ratio(total - rejects, total));
    Ok(Oee {
        planned_minutes: planned,
        run_minutes: run,
        availability,
        performance,
        quality,
        oee: availability * performance * quality,
        of_shift: effective / shift,
        availability_loss_minutes: down,
        performance_loss_minutes: run - ideal,
        quality_loss_minutes: cycle * rejects,
        effective_minutes: effective,
    })
}

impl Oee {
    /// The result as text, HTML and tables show it, with the minutes from the planned time to the effective one as a waterfall.
    ///
    /// ```
    /// use fondaco_inventory::quality::{OeeInput, oee};
    /// let shift = OeeInput::new(480.0, 1.0, 19_271).breaks(60.0).down(47.0).rejects(423);
    /// assert_eq!(oee(&shift)?.to_report().to_string(), "\
    /// Overall equipment effectiveness
    ///               Share  Minutes lost
    /// ============  =====  ============
    /// Availability  88.8%          47.0
    /// Performance   86.1%          51.8
    /// Quality       97.8%           7.1
    /// ------------  -----  ------------
    /// Total         74.8%         105.9
    /// ");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn to_report(&self) -> Report {
        let minutes = Kind::Quantity { unit: SmolStr::default(), digits: 1 };
        let parts = [
            ("Availability", self.availability, self.availability_loss_minutes),
            ("Performance", self.performance, self.performance_loss_minutes),
            ("Quality", self.quality, self.quality_loss_minutes),
        ];
        let figure = |value: f64| shown(value, 6).unwrap_or_default();
        let mut steps = vec![Step::change(word("Planned time"), figure(self.planned_minutes))];
        steps.extend(parts.map(|(name, _, lost)| Step::change(word(name), figure(-lost))));
        steps.push(Step::total(word("Effective time")));
        let chart =
            Chart::waterfall(word("From planned to effective time"), minutes.clone(), steps);
        let columns = [
            Column::text("").naming_rows(),
            Column::percent(word("Share")),
            Column::new(word("Minutes lost"), minutes),
        ];
        let title = word("Overall equipment effectiveness");
        let mut report = Report::new(title).columns(columns).chart(chart);
        for (name, share, lost) in parts {
            report.push(Row::new([word(name), Cell::Percent(figure(share)), figure(lost).into()]));
        }
        let lost = figure(self.planned_minutes - self.effective_minutes);
        report.push(Row::total([word("Total"), Cell::Percent(figure(self.oee)), lost.into()]));
        report
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_shift_that_cannot_be_is_refused_by_name() {
        let of = |input: OeeInput| oee(&input).unwrap_err().to_string();
        let shift = OeeInput::new(480.0, 1.0, 100);
        assert!(of(shift.breaks(480.0)).starts_with("breaks_minutes is 480, but"));
        assert!(of(shift.down(481.0)).starts_with("down_minutes is 481, but"));
        assert!(of(shift.down(480.0)).starts_with("total_count is 100, but the machine never ran"));
        assert!(of(shift.rejects(101)).starts_with("reject_count is 101, but"));
        assert!(of(shift.down(-1.0)).starts_with("down_minutes is -1"));
        assert!(of(OeeInput::new(0.0, 1.0, 1)).starts_with("shift_minutes is 0"));
        assert!(of(OeeInput::new(480.0, f64::NAN, 1)).starts_with("ideal_cycle_seconds is NaN"));
    }

    #[test]
    fn a_machine_that_stood_all_day_has_none() {
        let stood = oee(&OeeInput::new(480.0, 1.0, 0).down(480.0)).unwrap();
        assert_eq!((stood.availability, stood.oee, stood.performance), (0.0, 0.0, 0.0));
    }

    proptest! {
        #[test]
        fn parts_and_losses_add_up_to_the_planned_time(
            breaks in 0.0f64..100.0, down in 0.0f64..200.0, cycle in 0.1f64..20.0, total in 0u64..2000, bad in 0.0f64..1.0
        ) {
            let rejects = (total as f64 * bad) as u64;
            let input = OeeInput::new(480.0, cycle, total).breaks(breaks).down(down).rejects(rejects);
            let found = oee(&input).unwrap();
            let parts = found.availability_loss_minutes + found.performance_loss_minutes
                + found.quality_loss_minutes + found.effective_minutes;
            prop_assert!((parts - found.planned_minutes).abs() < 1e-6);
            prop_assert!((found.oee - found.effective_minutes / found.planned_minutes).abs() < 1e-9);
            prop_assert!((found.of_shift * 480.0 - found.effective_minutes).abs() < 1e-6);
        }
    }
}
