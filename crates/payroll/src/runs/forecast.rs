//! What is to come: slips of periods ahead, computed one after the other and never stored.
//!
//! Each begins with the sums that the ones before it leave, so that ceilings are reached when they will be. Loans, orders and claims are left
//! out: they take from what employees get, and change no cost.

use std::collections::BTreeSet;
use std::sync::Arc;

use fondaco_core::{Id, Reading, Timestamp};

use super::books::Books;
use super::compute::{self, Place};
use super::sums::{SumKey, Sums};
use super::{PayInput, Refused, RunKind, Slip};
use crate::PayrollError;

/// The slips that cases of periods ahead come to, in the order of payment, each with the sums that those before it leave; who can't be computed
/// is told by itself. Nothing is stored. [`CostReport`](crate::outputs::CostReport) adds them up by month or by cost centre.
///
/// ```
/// use fondaco_core::{CompanyId, PartyId};
/// use fondaco_payroll::Payroll;
/// use fondaco_payroll::outputs::CostReport;
/// use fondaco_payroll::runs::{PayComponent, PayInput, forecast};
/// use fondaco_store::Memory;
///
/// let payroll = Payroll::open(Memory::new(), CompanyId::named("acme"))?;
/// let month = |days: &str, paid: &str| -> Result<PayInput, Box<dyn std::error::Error>> {
///     let case = PayInput::new(PartyId::named("ada"), "1001", days.parse()?, paid.parse()?, "united_states");
///     let case = case.with("frequency", "monthly").component(PayComponent::new("SALARY", "wages", "5000".parse()?));
///     Ok(case)
/// };
/// let ahead = [month("2026-01-01/2026-01-31", "2026-01-30")?, month("2026-02-01/2026-02-28", "2026-02-27")?];
/// let (slips, refused) = payroll.view(|view| forecast(view, &ahead))?;
/// assert!(refused.is_empty());
/// // Unemployment tax is on the first 7,000 of the year: on 5,000 in January, on 2,000 in February.
/// let cost: Vec<String> = CostReport::by_month(&slips)?.of.values().map(|cost| cost.contributions.to_string()).collect();
/// assert_eq!(cost, ["412.5", "394.5"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn forecast(
    read: &mut impl Reading,
    cases: &[PayInput],
) -> Result<(Vec<Slip>, Vec<Refused>), PayrollError> {
    let mut cases: Vec<&PayInput> = cases.iter().collect();
    cases.sort_by_key(|case| (case.pay_date, case.from, case.employee));
    let books = Books::read(read)?;
    let mut sums = begun(read, &books, &cases)?;
    let (mut slips, mut refused) = (Vec::with_capacity(cases.len()), Vec::new());
    for case in cases {
        let (employee, number) = (case.employee, case.number.clone());
        match ahead(&books, &mut sums, Arc::new(case.clone())) {
            Ok(slip) => slips.push(slip),
            Err(error) => refused.push(Refused::new(employee, &number, &error)),
        }
    }
    Ok((slips, refused))
}

/// The sums as they stand, of all that the cases add to, in one trip.
fn begun(
    read: &mut impl Reading,
    books: &Books,
    cases: &[&PayInput],
) -> Result<Sums, PayrollError> {
    let mut keys: BTreeSet<SumKey> = BTreeSet::new();
    for case in cases {
        // Who can't be computed is told when that is tried.
        if let Ok(rules) = books.rules(&case.number, &case.rules, case.rules_on, None) {
            keys.extend(compute::sum_keys(&rules, case).flatten());
        }
    }
    Sums::read(read, &keys.into_iter().collect::<Vec<_>>())
}

fn ahead(books: &Books, sums: &mut Sums, case: Arc<PayInput>) -> Result<Slip, PayrollError> {
    let rules = books.rules(&case.number, &case.rules, case.rules_on, None)?;
    let figures = compute::figures(&rules, &mut rules.program.runner(), &case, sums)?;
    for sum in &figures.sums {
        sums.set((case.employee, sum.sum.clone(), sum.year), sum.after);
    }
    let (run, kind, known_at) = (Id::from_u128(0), RunKind::Regular, Timestamp::EPOCH);
    let place = Place { run, kind, calculation: 0, edition: 0, known_at, replaces: None };
    compute::slip(place, &rules, case, figures, &[])
}
