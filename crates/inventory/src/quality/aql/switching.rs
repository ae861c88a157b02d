//! When to inspect more strictly, and when less: the switching rules of ISO 2859-1:1999, clause 9.3.

use super::{SamplingPlan, Severity, Verdict};

/// The score at which reduced inspection may begin.
const ENOUGH: u32 = 30;
/// So many lots in a row are looked at, or needed.
const FIVE: u32 = 5;

/// Where a supplier's inspection stands: begin with [`Switching::default`], and go on with what each lot in turn showed on its
/// original inspection.
///
/// - Normal to tightened: two of five lots in a row, or of fewer, are not accepted.
/// - Tightened to normal: five in a row are accepted. Five that are not, altogether, end inspection until the supplier mends.
/// - Normal to reduced: the switching score has reached 30, production is steady, and the host agrees
///   ([`Switching::reduced`]). A lot scores 3 when it would be accepted at the next tighter AQL too (acceptance numbers of 2
///   and more), or 2 when it is accepted (0 and 1); else the score begins anew.
/// - Reduced to normal: a lot is not accepted, or lies in the gap of its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Switching {
    /// How the next lot is inspected.
    pub severity: Severity,
    /// Whether inspection is discontinued: five lots were not accepted under tightened inspection.
    pub discontinued: bool,
    /// The switching score, under normal inspection.
    pub score: u32,
    /// The last lots under normal inspection, the latest as the lowest bit: 1 is not accepted.
    recent: u8,
    /// Lots accepted in a row under tightened inspection.
    accepted: u32,
    /// Lots not accepted under tightened inspection.
    not_accepted: u32,
}

impl Switching {
    /// Where inspection stands after a lot, inspected by this plan with so many nonconforming in its sample. A plan of another
    /// severity than the one that was due counts by its own numbers.
    ///
    /// ```
    /// use fondaco_inventory::quality::{InspectionLevel, Severity, Switching, single_plan};
    /// let plan = single_plan(1_000, InspectionLevel::II, 1.0, Severity::Normal)?; // accepts 2 of 80
    /// let begun = Switching::default();
    /// let after = [0, 3, 1, 5].iter().fold(begun, |so_far, found| so_far.after(&plan, *found));
    /// assert_eq!(after.severity, Severity::Tightened); // the second and the fourth of four
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn after(self, plan: &SamplingPlan, nonconforming: u32) -> Switching {
        let verdict = plan.verdict(nonconforming);
        match self.severity {
            _ if self.discontinued => self,
            Severity::Normal => self.after_normal(plan, nonconforming, verdict),
            Severity::Tightened => self.after_tightened(verdict),
            Severity::Reduced if verdict == Verdict::Accepted => self,
            Severity::Reduced => Switching::default(),
        }
    }

    /// Whether the score allows reduced inspection.
    #[must_use]
    pub fn may_be_reduced(&self) -> bool {
        self.severity == Severity::Normal && !self.discontinued && self.score >= ENOUGH
    }

    /// Reduced inspection from now on, where the score allows it: that production is steady and that less will do is for the host to
    /// judge.
    ///
    /// ```
    /// use fondaco_inventory::quality::{InspectionLevel, Severity, Switching, single_plan};
    /// let plan = single_plan(1_000, InspectionLevel::II, 1.0, Severity::Normal)?;
    /// let ten_good = (0..10).fold(Switching::default(), |so_far, _| so_far.after(&plan, 0));
    /// assert_eq!((ten_good.score, ten_good.reduced().severity), (30, Severity::Reduced));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn reduced(self) -> Switching {
        if !self.may_be_reduced() {
            return self;
        }
        Switching { severity: Severity::Reduced, ..Switching::default() }
    }

    fn after_normal(self, plan: &SamplingPlan, found: u32, verdict: Verdict) -> Switching {
        let failed = verdict == Verdict::NotAccepted;
        let recent = (self.recent << 1 | u8::from(failed)) & 0b1_1111;
        if recent.count_ones() >= 2 {
            return Switching { severity: Severity::Tightened, ..Switching::default() };
        }
        let scored = match plan.accept_one_step_tighter {
            Some(tighter) => (found <= tighter).then_some(3),
            None => (!failed).then_some(2),
        };
        let score = scored.map_or(0, |points| self.score.saturating_add(points));
        Switching { recent, score, ..self }
    }

    fn after_tightened(self, verdict: Verdict) -> Switching {
        if verdict != Verdict::NotAccepted {
            let accepted = self.accepted + 1;
            return if accepted >= FIVE {
                Switching::default()
            } else {
                Switching { accepted, ..self }
            };
        }
        let not_accepted = self.not_accepted + 1;
        Switching { accepted: 0, not_accepted, discontinued: not_accepted >= FIVE, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{InspectionLevel, single_plan};
    use super::*;

    fn after(aql: f64, found: &[u32]) -> Switching {
        found.iter().fold(Switching::default(), |so_far, found| {
            let plan = single_plan(1_000, InspectionLevel::II, aql, so_far.severity).unwrap();
            so_far.after(&plan, *found)
        })
    }

    #[test]
    fn two_of_five_are_tightened_and_two_of_six_are_not() {
        assert_eq!(after(1.0, &[9, 0, 0, 0, 9]).severity, Severity::Tightened);
        assert_eq!(after(1.0, &[9, 0, 0, 0, 0, 9]).severity, Severity::Normal);
    }

    #[test]
    fn five_good_ones_in_a_row_come_back_to_normal() {
        let mut lots = vec![9, 9];
        lots.extend([0, 0, 0, 0, 9, 0, 0, 0, 0]);
        assert_eq!(after(1.0, &lots).severity, Severity::Tightened);
        lots.push(0);
        assert_eq!(after(1.0, &lots), Switching::default());
    }

    #[test]
    fn five_bad_ones_end_it() {
        let lots = [9, 9, 9, 9, 0, 9, 0, 9, 9];
        assert!(!after(1.0, &lots[..8]).discontinued);
        assert!(after(1.0, &lots).discontinued);
        assert!(after(1.0, &[&lots[..], &[0; 9]].concat()).discontinued);
    }

    #[test]
    fn the_score_counts_as_the_plan_demands() {
        // Accepts 2, and 1 at the next tighter AQL.
        assert_eq!([0, 1, 2].map(|found| after(1.0, &[0, found]).score), [6, 6, 0]);
        // Accepts 0.
        assert_eq!(after(0.15, &[0, 0, 0]).score, 6);
    }

    #[test]
    fn reduced_inspection_ends_in_the_gap() {
        let reduced = after(1.0, &[0; 10]).reduced();
        let plan = single_plan(1_000, InspectionLevel::II, 1.0, Severity::Reduced).unwrap();
        assert_eq!(reduced.after(&plan, 1).severity, Severity::Reduced);
        assert_eq!(reduced.after(&plan, 2).severity, Severity::Normal);
        assert_eq!(after(1.0, &[0; 9]).reduced().severity, Severity::Normal);
    }
}
