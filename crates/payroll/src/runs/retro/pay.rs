//! The slip of an employee's retro pay: what differs, by the law of old periods or of the day of payment.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::Timestamp;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::super::advance::changes_of;
use super::super::books::{Books, Rules};
use super::super::compute::{self, Figures, Place};
use super::super::deductions::{Earlier, Owed};
use super::super::sums::Sums;
use super::super::{PayComponent, PayInput, Run, Slip, SlipLine, SlipSum};
use super::RetroLaw;
use super::ledger::Ledger;
use super::past::{Anew, Around, Past};
use crate::PayrollError;
use crate::rules::{Kind, RuleFile};

pub(super) struct Retro<'r> {
    pub(super) law: &'r RetroLaw,
    pub(super) books: &'r Books,
    pub(super) around: &'r Around,
    pub(super) run: &'r Run,
    pub(super) sums: &'r Sums,
    pub(super) now: Timestamp,
}

impl Retro<'_> {
    pub(super) fn slip(
        &self,
        place: Place,
        cases: &[Arc<PayInput>],
        slips: &[Arc<Slip>],
        owed: (&[Owed], Option<Earlier>),
    ) -> Result<Option<Slip>, PayrollError> {
        let rests_on = Some(changes_of(slips));
        let past = Past::of(self.around, (self.run, cases), slips)?;
        let (ledger, chain) = self.anew(&past)?;
        let now = cases.iter().find(|case| case.from == self.run.period_start);
        let Some(case) = now.or(cases.last()) else { return Ok(None) };
        let by_pay_date = matches!(self.law, RetroLaw::PayDate { .. });
        let mut lines = ledger.lines(&case.shares);
        lines.retain(|line| !by_pay_date || line.kind.is_earned());
        if lines.is_empty() {
            return Ok(None);
        }
        let made_good = past.with_case().into_iter();
        let made_good =
            made_good.filter(|day| lines.iter().any(|line| line.original == Some(*day)));
        let made_good: Vec<NaiveDate> = made_good.collect();
        let items = past.items(&made_good, slips);
        let input = PayInput { made_good, items, ..self.of_now(case) };
        let slip = match self.law {
            RetroLaw::PayDate { input: feeds } => {
                let feeds = (feeds.as_ref(), &past);
                self.paid_now(place, (input, &case.components), lines, feeds, owed)?
            }
            _ => self.paid_anew(place, (input, case), lines, chain, owed)?,
        };
        Ok(Some(Slip { rests_on, ..slip }))
    }

    /// What all slips should come to less what they came to, and the sums as they should be.
    fn anew(&self, past: &Past<'_>) -> Result<(Ledger, Vec<SlipSum>), PayrollError> {
        let mut ledger = Ledger::default();
        let mut chain = Sums::default();
        let mut now = BTreeMap::new();
        // What was so far is taken away: the sums are then as they stood before.
        for slip in past.anew.iter().filter_map(|of| of.slip).chain(past.retro.iter().copied()) {
            for sum in slip.sums.iter().filter(|sum| past.is_sum_anew(sum)) {
                let key = (slip.employee, sum.sum.clone(), sum.year);
                if !now.contains_key(&key) {
                    now.insert(key.clone(), self.sums.get(&key));
                    chain.set(key.clone(), self.sums.get(&key));
                }
                let before = chain.get(&key) - (sum.after - sum.before);
                chain.set(key, before);
            }
            for line in slip.lines.iter().filter(|line| past.is_line_anew(line, slip)) {
                let of = (slip.period_start, slip.input.shares.as_slice());
                ledger.add(line, of, Decimal::NEGATIVE_ONE);
            }
        }
        for of in &past.anew {
            let Some((case, figures)) = self.figures(of, &mut chain, &mut now)? else { continue };
            for line in &figures.lines {
                ledger.add(line, (of.period(), &case.shares), Decimal::ONE);
            }
            for sum in figures.sums {
                chain.set((case.employee, sum.sum, sum.year), sum.after);
            }
        }
        let sums = now.into_iter().map(|(key, before)| {
            let after = chain.get(&key);
            SlipSum { sum: key.1, year: key.2, before, after }
        });
        Ok((ledger, sums.collect()))
    }

    /// What one period should have come to. Sums that nothing of the past touched begin as they stand now.
    fn figures(
        &self,
        of: &Anew<'_>,
        chain: &mut Sums,
        now: &mut BTreeMap<super::super::sums::SumKey, Decimal>,
    ) -> Result<Option<(Arc<PayInput>, Figures)>, PayrollError> {
        let own = of.slip.map(|slip| Arc::new(slip.case()));
        let Some(case) = of.case.cloned().or(own) else { return Ok(None) };
        let known = match (self.law, of.slip) {
            (RetroLaw::OldPeriodsAsKnown, Some(slip)) => Some(slip.known_at),
            _ => Some(self.now),
        };
        let rules = self.books.rules(&case.number, &case.rules, case.rules_on, known)?;
        for key in compute::sum_keys(&rules, &case) {
            let key = key?;
            if !now.contains_key(&key) {
                now.insert(key.clone(), self.sums.get(&key));
                chain.set(key.clone(), self.sums.get(&key));
            }
        }
        let figures = compute::figures(&rules, &mut rules.program.runner(), &case, chain)?;
        Ok(Some((case, figures)))
    }

    /// Where the law is that of old periods: their differences, as they are.
    fn paid_anew(
        &self,
        place: Place,
        (input, case): (PayInput, &PayInput),
        lines: Vec<SlipLine>,
        sums: Vec<SlipSum>,
        owed: (&[Owed], Option<Earlier>),
    ) -> Result<Slip, PayrollError> {
        let mut figures = Figures {
            sums: sums.into_iter().filter(|sum| sum.before != sum.after).collect(),
            ..Figures::default()
        };
        add_lines(&mut figures, lines);
        let rules = self.books.rules(&case.number, &case.rules, case.rules_on, Some(self.now))?;
        compute::slip(place, &rules, Arc::new(input), figures, owed)
    }

    /// Where the law is that of the day of payment: what was earned too little is earned now, benefits and expenses as what they are. What was
    /// paid too much of an input in all is taken back as it was paid, outside the rules: what was withheld of it stays withheld. Pay of the
    /// same year leaves the year's sums, too.
    fn paid_now(
        &self,
        place: Place,
        (mut input, others): (PayInput, &[PayComponent]),
        lines: Vec<SlipLine>,
        (feeds, past): (Option<&SmolStr>, &Past<'_>),
        owed: (&[Owed], Option<Earlier>),
    ) -> Result<Slip, PayrollError> {
        let feeds = |line: &SlipLine| {
            let feeds = feeds.filter(|_| line.kind == Kind::Earning);
            feeds.cloned().unwrap_or_else(|| line.rule().into())
        };
        let mut fed: BTreeMap<SmolStr, Decimal> = BTreeMap::new();
        for line in &lines {
            *fed.entry(feeds(line)).or_default() += line.amount;
        }
        let (more, less): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| {
            fed.get(&feeds(line)).is_none_or(|sum| !sum.is_sign_negative() || sum.is_zero())
        });
        let components = more.iter().map(|line| PayComponent {
            original: line.original,
            shares: line.shares.clone(),
            ..PayComponent::new(line.component.clone(), feeds(line), line.amount)
        });
        input.components = components.collect();
        // What else is paid is paid by the regular run; the rules may ask for it all the same.
        for other in others {
            if !input.components.iter().any(|component| component.input == other.input) {
                let nothing =
                    PayComponent::new(other.code.clone(), other.input.clone(), Decimal::ZERO);
                input.components.push(nothing);
            }
        }
        let rules =
            self.books.rules(&input.number, &input.rules, input.rules_on, Some(self.now))?;
        let mut figures = compute::figures(&rules, &mut rules.program.runner(), &input, self.sums)?;
        self.leave_sums(&rules, (&input, past), &less, &mut figures)?;
        add_lines(&mut figures, less);
        compute::slip(place, &rules, Arc::new(input), figures, owed)
    }

    /// Takes pay that is taken back out of the sums that it was added to, where it counts to the same year: a repayment within the year is no
    /// pay of it (IRS, Publication 15, section 13), one of an earlier year was pay of that.
    fn leave_sums(
        &self,
        rules: &Rules,
        (input, past): (&PayInput, &Past<'_>),
        less: &[SlipLine],
        figures: &mut Figures,
    ) -> Result<(), PayrollError> {
        if less.is_empty() {
            return Ok(());
        }
        let file = self.books.file(&input.number, &input.rules)?;
        for sum in &mut figures.sums {
            let Some(slot) = rules.sums.iter().find(|slot| slot.name == sum.sum) else { continue };
            let accumulator = file.file().accumulators.iter().find(|one| one.name == slot.name);
            let Some(of) = accumulator.map(|one| &one.of) else { continue };
            let same_year = |line: &&SlipLine| {
                let year = line.original.and_then(|day| past.year(day, &slot.over));
                slot.over.is_empty() || year == Some(sum.year)
            };
            for line in less.iter().filter(same_year) {
                sum.after += line.amount * weight(file.file(), line.rule(), of);
            }
        }
        Ok(())
    }

    /// A case of the run's period and day of payment, which pays nothing yet.
    fn of_now(&self, case: &PayInput) -> PayInput {
        let Run { period_start, period_end, pay_date, .. } = *self.run;
        let case = match self.law {
            RetroLaw::PayDate { .. } => case.clone().into_pay_of(pay_date),
            _ => case.clone().paid_on(pay_date),
        };
        PayInput { from: period_start, to: period_end, components: Vec::new(), ..case }
    }
}

/// How often an input or a rule is part of a sum: once, not at all, or taken from it.
fn weight(file: &RuleFile, name: &str, of: &SmolStr) -> Decimal {
    let input = file.inputs.iter().find(|input| input.name == name);
    let rule = file.rules.iter().find(|rule| rule.name == name);
    let own = input.map(|input| (&input.adds_to, &input.takes_from));
    match own.or(rule.map(|rule| (&rule.adds_to, &rule.takes_from))) {
        _ if name == of => Decimal::ONE,
        Some((adds, _)) if adds.contains(of) => Decimal::ONE,
        Some((_, takes)) if takes.contains(of) => Decimal::NEGATIVE_ONE,
        _ => Decimal::ZERO,
    }
}

/// Adds lines to what the rules made.
fn add_lines(figures: &mut Figures, lines: Vec<SlipLine>) {
    for line in &lines {
        let (gross, cost) = match line.kind {
            Kind::Earning => (line.amount, line.amount),
            Kind::Reimbursement | Kind::Employer => (Decimal::ZERO, line.amount),
            _ => (Decimal::ZERO, Decimal::ZERO),
        };
        figures.gross += gross;
        figures.employer_cost += cost;
        figures.net += Decimal::from(line.kind.on_net()) * line.amount;
    }
    figures.lines.extend(lines);
}
