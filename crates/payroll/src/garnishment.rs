//! Garnishments: how much of pay may be taken, and by whom.
//!
//! Orders are served by their rank. Those of one rank share what there is in proportion to what they want, to the cent. Each kind of order
//! has its limit, a part of disposable earnings (what is left after what the law requires to be withheld), and what was taken before counts
//! against it: where support takes more than a quarter, nothing is left for an ordinary creditor (15 USC 1673; DOL Fact Sheet 30). What an
//! order wants and doesn't get is said, so that it can be carried on as arrears.

use fondaco_core::decimal::DecimalError;
use fondaco_core::{Residual, Rounding, allocation, decimal, rounding};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::kernel_error::{KernelError, exact, not_negative, positive};

/// How much of disposable earnings an order may take, together with all that were served before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// A part of them: 0.5 for half.
    Part(Decimal),
    /// Of an ordinary creditor: nothing up to a protected amount, what is above it up to a second one, a part of all from there on.
    Protected {
        /// Up to this nothing may be taken.
        free: Decimal,
        /// From this on a part of all may be.
        full_from: Decimal,
        /// Which part.
        part: Decimal,
    },
    /// All of them: a tax levy that states itself what is exempt, by its amount.
    All,
}

/// How often wages are paid, for limits that are said by the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayPeriod {
    /// Each week, or for so many weeks.
    Weeks(u32),
    /// Twice a month.
    Semimonthly,
    /// Once a month, or for so many months.
    Months(u32),
}

impl PayPeriod {
    /// Its weeks, over what: 52 of a year in 24 halves of months, or in 12 months (29 CFR 778.113(b), 870.10(c)).
    pub(crate) fn weeks(self) -> (u32, u32) {
        match self {
            PayPeriod::Weeks(weeks) => (weeks, 1),
            PayPeriod::Semimonthly => (52, 24),
            PayPeriod::Months(months) => (52_u32.saturating_mul(months), 12),
        }
    }
}

impl Limit {
    /// The limit of the Consumer Credit Protection Act for ordinary garnishments: the lesser of a quarter of disposable earnings, and what is
    /// above 30 times the federal minimum wage an hour, for each week (15 USC 1673(a)). Of other periods the multiples are those of 29 CFR
    /// 870.10(c), and the amount from which a quarter applies is 40 times the wage, cut to cents as Fact Sheet 30 publishes it.
    ///
    /// ```
    /// use fondaco_payroll::garnishment::{Limit, PayPeriod};
    /// use rust_decimal::Decimal;
    /// let wage: Decimal = "7.25".parse()?;
    /// let limit = Limit::ordinary(wage, PayPeriod::Months(1))?;
    /// let Limit::Protected { free, full_from, .. } = limit else { panic!("it protects an amount") };
    /// assert_eq!((free.to_string(), full_from.to_string()), ("942.5".into(), "1256.66".into()));
    /// assert_eq!(Limit::ordinary(wage, PayPeriod::Weeks(1))?.most("233.00".parse()?)?.to_string(), "15.5");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`KernelError::NotPositive`] and [`KernelError::Exact`].
    pub fn ordinary(minimum_wage: Decimal, period: PayPeriod) -> Result<Limit, KernelError> {
        positive("minimum_wage", minimum_wage)?;
        let (times, over) = period.weeks();
        positive("period", times.into())?;
        let amount = |hours: u32| {
            let week = exact("protected amount", decimal::mul_exact(minimum_wage, hours.into()))?;
            let all = exact("protected amount", decimal::mul_exact(week, times.into()))?;
            exact("protected amount", decimal::div_round(all, over.into(), 2, Rounding::Down))
        };
        Ok(Limit::Protected {
            free: amount(30)?,
            full_from: amount(40)?,
            part: Decimal::new(25, 2),
        })
    }

    /// The limit of the same act for support: half of disposable earnings of who supports another spouse or child, else six tenths; and
    /// a twentieth more for what is more than twelve weeks in arrears (15 USC 1673(b)(2)).
    ///
    /// ```
    /// use fondaco_payroll::garnishment::Limit;
    /// assert_eq!(Limit::support(true, false).most(1000.into())?, 500.into());
    /// assert_eq!(Limit::support(false, true).most(1000.into())?, 650.into());
    /// # Ok::<(), fondaco_payroll::KernelError>(())
    /// ```
    #[must_use]
    pub fn support(supports_others: bool, arrears_over_12_weeks: bool) -> Limit {
        let part = if supports_others { 50 } else { 60 };
        Limit::Part(Decimal::new(part + if arrears_over_12_weeks { 5 } else { 0 }, 2))
    }

    /// The most that may be taken of disposable earnings, cut to cents.
    ///
    /// # Errors
    /// [`KernelError::Negative`] and [`KernelError::Exact`].
    pub fn most(self, disposable: Decimal) -> Result<Decimal, KernelError> {
        not_negative("disposable", disposable)?;
        let part = |part| exact("limit", decimal::mul_round(disposable, part, 2, Rounding::Down));
        match self {
            Limit::All => Ok(disposable),
            Limit::Part(share) => part(share),
            Limit::Protected { free, .. } if disposable <= free => Ok(Decimal::ZERO),
            Limit::Protected { free, full_from, .. } if disposable < full_from => {
                exact("limit", decimal::sub(disposable, free))
            }
            Limit::Protected { part: share, .. } => part(share),
        }
    }
}

/// What somebody may take of an employee's pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which order, by the host's name for it.
    pub id: SmolStr,
    /// How much it wants this period, its arrears included.
    pub wanted: Decimal,
    /// What it is served by: the least first; those of one rank share.
    pub rank: u32,
    /// How much it may take.
    pub limit: Limit,
}

/// What an order gets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Taken {
    /// Which order.
    pub id: SmolStr,
    /// What it gets.
    pub amount: Decimal,
    /// What it wanted besides: its arrears.
    pub short: Decimal,
}

/// Serves orders out of disposable earnings, of which `keep` stays with the employee whatever they say: a floor under net pay.
///
/// ```
/// use fondaco_payroll::garnishment::{Limit, Order, serve};
/// use rust_decimal::Decimal;
/// let order = |id: &str, wanted: i64, rank, limit| Order { id: id.into(), wanted: wanted.into(), rank, limit };
/// let creditor = Limit::ordinary("7.25".parse()?, fondaco_payroll::garnishment::PayPeriod::Weeks(1))?;
/// let orders = [
///     order("creditor", 200, 2, creditor),
///     order("first child", 300, 1, Limit::support(true, false)),
///     order("second child", 150, 1, Limit::support(true, false)),
/// ];
/// let taken = serve(Decimal::from(800), &orders, Decimal::ZERO)?;
/// // Support may take half of 800, in proportion to 300 and 150; that is more than a creditor's quarter.
/// let amounts: Vec<String> = taken.iter().map(|taken| taken.amount.to_string()).collect();
/// assert_eq!(amounts, ["0", "266.67", "133.33"]);
/// assert_eq!(taken[1].short.to_string(), "33.33");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`KernelError::Negative`] and [`KernelError::Exact`].
pub fn serve(
    disposable: Decimal,
    orders: &[Order],
    keep: Decimal,
) -> Result<Vec<Taken>, KernelError> {
    serve_in(disposable, orders, keep, 2)
}

/// [`serve`] in coins of a currency with so many digits behind the point: none of the yen, three of the dinar.
///
/// ```
/// use fondaco_payroll::garnishment::{Limit, Order, serve_in};
/// let order = Order { id: "levy".into(), wanted: 900.into(), rank: 1, limit: Limit::Part("0.25".parse()?) };
/// let taken = serve_in("1001".parse()?, &[order], 0.into(), 0)?;
/// assert_eq!(taken[0].amount, 250.into()); // of 250.25 yen
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`serve`].
pub fn serve_in(
    disposable: Decimal,
    orders: &[Order],
    keep: Decimal,
    digits: u32,
) -> Result<Vec<Taken>, KernelError> {
    serve_after((Decimal::ZERO, Decimal::ZERO), disposable, orders, keep, digits)
}

/// The same where earlier slips of the period had disposable earnings, of which orders took some: a limit is of all of them, and its protected
/// amount stays free once (15 USC 1673 is of a workweek's or pay period's earnings).
pub(crate) fn serve_after(
    (earlier, gone): (Decimal, Decimal),
    disposable: Decimal,
    orders: &[Order],
    keep: Decimal,
    digits: u32,
) -> Result<Vec<Taken>, KernelError> {
    let all = exact("disposable", decimal::add(not_negative("disposable", disposable)?, earlier))?;
    let cents = |what, amount| cents(what, amount, digits);
    not_negative("keep", keep)?;
    let there = cents("disposable", not_negative("disposable", disposable)?)?;
    let most_of_all = (there - cents("keep", keep)?).max(0);
    let mut wants = Vec::with_capacity(orders.len());
    for order in orders {
        let amount = cents("wanted", not_negative("wanted", order.wanted)?)?;
        let most = exact("limit", decimal::sub(order.limit.most(all)?, gone))?;
        let most = cents("limit", most.max(Decimal::ZERO))?.min(most_of_all);
        wants.push(Wanted { amount, rank: order.rank.into(), most });
    }
    let overflow = || KernelError::Exact { what: "wanted", error: DecimalError::Overflow };
    let taken = serve_units(&wants).ok_or_else(overflow)?;
    let amount = |cents: i128| {
        let amount = i64::try_from(cents).map(|cents| decimal::from_fixed(cents, digits));
        amount.map(decimal::normalize).map_err(|_| overflow())
    };
    let each = orders.iter().zip(&wants).zip(taken);
    each.map(|((order, want), taken)| {
        Ok(Taken {
            id: order.id.clone(),
            amount: amount(taken)?,
            short: amount(want.amount - taken)?,
        })
    })
    .collect()
}

/// An amount in the smallest coin, what is less than that left out.
fn cents(what: &'static str, amount: Decimal, digits: u32) -> Result<i128, KernelError> {
    let cut = rounding::round(amount, digits, Rounding::Down);
    let cents = decimal::to_fixed(cut, digits);
    cents.map(i128::from).ok_or(KernelError::Exact { what, error: DecimalError::Overflow })
}

/// What one order wants, in the smallest coin, with the most it may take together with all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) amount: i128,
    pub(crate) rank: i128,
    pub(crate) most: i128,
}

/// What each gets, in their order; nothing where figures have no room.
pub(crate) fn serve_units(wants: &[Wanted]) -> Option<Vec<i128>> {
    let mut taken = vec![0; wants.len()];
    let mut order: Vec<usize> = (0..wants.len()).filter(|at| wants[*at].amount > 0).collect();
    order.sort_by_key(|at| wants[*at].rank);
    let mut gone = 0_i128;
    for peers in order.chunk_by(|a, b| wants[*a].rank == wants[*b].rank) {
        match peers {
            [one] => {
                let want = wants[*one];
                taken[*one] = want.amount.min(want.most.checked_sub(gone)?.max(0));
                gone = gone.checked_add(taken[*one])?;
            }
            peers => gone = share(peers, wants, &mut taken, gone)?,
        }
    }
    Some(taken)
}

/// Shares what is left among orders of one rank. Where their limits differ, those of the least are served within it first, and what the
/// others may take above it is shared among them.
fn share(peers: &[usize], wants: &[Wanted], taken: &mut [i128], gone: i128) -> Option<i128> {
    let mut steps: Vec<i128> = peers.iter().map(|at| wants[*at].most).collect();
    steps.sort_unstable();
    steps.dedup();
    let mut gone = gone;
    for step in steps {
        let sharing: Vec<usize> =
            peers.iter().copied().filter(|at| wants[*at].most >= step).collect();
        let lacks = |at: &usize| wants[*at].amount - taken[*at];
        let all = sharing.iter().try_fold(0_i128, |sum, at| sum.checked_add(lacks(at)))?;
        let there = step.checked_sub(gone)?.max(0).min(all);
        if there == 0 {
            continue;
        }
        let weight = |at: &usize| Decimal::try_from_i128_with_scale(lacks(at), 0).ok();
        let weights = sharing.iter().map(weight).collect::<Option<Vec<_>>>()?;
        let parts = allocation::allocate_units(there, &weights, Residual::LargestRemainder).ok()?;
        for (at, part) in sharing.iter().zip(parts) {
            taken[*at] += part;
        }
        gone = gone.checked_add(there)?;
    }
    Some(gone)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(id: &str, wanted: i64, rank: u32, limit: Limit) -> Order {
        Order { id: id.into(), wanted: wanted.into(), rank, limit }
    }

    #[test]
    fn a_floor_keeps_what_no_order_may_take() {
        let orders = [order("levy", 900, 1, Limit::All), order("loan", 100, 2, Limit::All)];
        let taken = serve(1000.into(), &orders, 300.into()).unwrap();
        assert_eq!((taken[0].amount, taken[0].short), (700.into(), 200.into()));
        assert_eq!((taken[1].amount, taken[1].short), (0.into(), 100.into()));
    }

    #[test]
    fn an_amount_below_zero_is_refused() {
        let error = serve(Decimal::from(-1), &[], Decimal::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "disposable is -1: give zero or more");
        let error =
            serve(Decimal::ONE, &[order("a", -5, 1, Limit::All)], Decimal::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "wanted is -5: give zero or more");
    }

    #[test]
    fn orders_beyond_all_figures_are_refused() {
        let order = |id: &str| Order { wanted: Decimal::MAX, ..order(id, 0, 1, Limit::All) };
        for (disposable, what) in [(Decimal::MAX, "disposable: "), (1000.into(), "wanted: ")] {
            let error = serve(disposable, &[order("a"), order("b")], Decimal::ZERO).unwrap_err();
            assert_eq!(error.code(), "payroll.exact");
            assert!(error.to_string().starts_with(what), "{error}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn what_is_taken_and_what_is_short_is_what_was_wanted(
            disposable in 0_i64..500_000,
            wants in prop::collection::vec((0_i64..200_000, 0_u32..3, 0_usize..4), 0..6),
        ) {
            let limits = [Limit::All, Limit::support(true, false), Limit::support(false, true), Limit::Part(Decimal::new(25, 2))];
            let cents = |units: i64| decimal::from_fixed(units, 2);
            let orders: Vec<Order> = wants.iter().enumerate().map(|(at, (wanted, rank, limit))| Order {
                id: at.to_string().into(), wanted: cents(*wanted), rank: *rank, limit: limits[*limit],
            }).collect();
            let taken = serve(cents(disposable), &orders, Decimal::ZERO).unwrap();
            let mut sum = Decimal::ZERO;
            for (order, taken) in orders.iter().zip(&taken) {
                prop_assert_eq!(taken.amount + taken.short, order.wanted);
                prop_assert!(taken.amount <= order.limit.most(cents(disposable)).unwrap() && !taken.amount.is_sign_negative());
                sum += taken.amount;
            }
            prop_assert!(sum <= cents(disposable));
        }
    }
}
