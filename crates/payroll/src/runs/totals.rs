//! What a run comes to, added up as its slips come, change and go.

use super::{Run, RunTotal, Slip, SlipStatus};
use crate::Amt;

impl RunTotal {
    /// Nothing yet.
    pub(super) fn none(run: &Run) -> RunTotal {
        let (run, calculation) = (run.id, run.calculation);
        let (gross, net, employer_cost, paid) = Default::default();
        RunTotal {
            run,
            calculation,
            slips: 0,
            refused: 0,
            approved: 0,
            voided: 0,
            gross,
            net,
            employer_cost,
            paid,
        }
    }

    /// Adds what a slip comes to.
    pub(super) fn plus(&mut self, slip: &Slip) {
        self.change(slip, 1);
    }

    /// Takes back what a slip came to.
    pub(super) fn minus(&mut self, slip: &Slip) {
        self.change(slip, -1);
    }

    fn change(&mut self, slip: &Slip, times: i64) {
        self.slips += times;
        self.approved += times * i64::from(slip.status.counts());
        if slip.status == SlipStatus::Voided {
            self.voided += times;
            return;
        }
        // Beyond the reach the counter itself refuses what is added to it.
        let add = |to: &mut Amt, amount: Amt| {
            *to = Amt::from_units(to.units().saturating_add(amount.units().saturating_mul(times)));
        };
        add(&mut self.gross, slip.gross);
        add(&mut self.net, slip.net);
        add(&mut self.employer_cost, slip.employer_cost);
        add(&mut self.paid, slip.paid);
    }

    /// Whether it changes nothing.
    pub(super) fn is_nothing(&self) -> bool {
        let counts = [self.slips, self.refused, self.approved, self.voided];
        let amounts = [self.gross, self.net, self.employer_cost, self.paid];
        counts.iter().all(|count| *count == 0) && amounts.iter().all(|amount| *amount == Amt::ZERO)
    }
}
