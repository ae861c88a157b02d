//! Totals: what stands on each side of an account in all, posted and pending.
//!
//! Balances are sums by period and dimensions; a limit needs one sum over all of them. So an account that is limited, or
//! [tracked](super::Account::tracked), has one counter per currency, which every posting adds to; what is pending is kept
//! there for all accounts. Debits and credits stay apart in each layer: from a net alone nobody can tell a limit.

use std::sync::Arc;

use fondaco_core::store::Record;
use fondaco_core::{Currency, Halt, Money, Range, Reading, Tx};
use smol_str::SmolStr;

use super::{
    Account, Amount, BalanceQuery, LedgerError, Period, Posting, Side, balances, gate::Gate,
};

/// The totals of one account in one currency, over all dates and dimensions.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "ledger_totals", kind = counter, key(account, currency),
    measure(posted_debit = debit), measure(posted_credit = credit),
    measure(held_debit = pending_debit), measure(held_credit = pending_credit),
    measure(both_debit = debit + pending_debit), measure(both_credit = credit + pending_credit),
    measure(debit_room = credit - debit - pending_debit),
    measure(credit_room = debit - credit - pending_credit),
)]
pub struct Totals {
    /// The account.
    pub account: SmolStr,
    /// The currency of the amounts.
    pub currency: Currency,
    /// Sum of the posted debits; zero for an account whose totals are not kept.
    pub debit: Amount,
    /// Sum of the posted credits; zero for an account whose totals are not kept.
    pub credit: Amount,
    /// Sum of the pending debits.
    pub pending_debit: Amount,
    /// Sum of the pending credits.
    pub pending_credit: Amount,
}

impl Totals {
    /// What could be taken on one side until it equals the other: the posted sum of the other side, less what is posted
    /// and pending on this one; zero when there is nothing.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("track", &ChangeAccount::track("1000"))?; // 500 came in, 40 went out
    /// let bank = books.totals("1000")?;
    /// assert_eq!(bank[0].room(Side::Credit), eur("460"));
    /// assert_eq!(bank[0].room(Side::Debit), eur("0"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn room(&self, side: Side) -> Money {
        let units = Layers::of(self).room(side);
        Amount::from_units(units).money(self.currency)
    }
}

/// Posted or pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layer {
    Posted,
    Pending,
}

/// Sums of both sides in both layers, in smallest units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Layers {
    posted: [i64; 2],
    pending: [i64; 2],
}

impl Layers {
    pub(crate) fn of(totals: &Totals) -> Layers {
        Layers {
            posted: [totals.debit.units(), totals.credit.units()],
            pending: [totals.pending_debit.units(), totals.pending_credit.units()],
        }
    }

    /// Of posted debits and credits.
    pub(crate) fn posted(posted: [i64; 2]) -> Layers {
        Layers { posted, ..Layers::default() }
    }

    /// Of one sum alone.
    pub(crate) fn one(layer: Layer, side: Side, units: i64) -> Layers {
        let sums = if side == Side::Debit { [units, 0] } else { [0, units] };
        match layer {
            Layer::Posted => Layers::posted(sums),
            Layer::Pending => Layers { pending: sums, ..Layers::default() },
        }
    }

    pub(crate) fn get(&self, layer: Layer, side: Side) -> i64 {
        let sums = if layer == Layer::Posted { &self.posted } else { &self.pending };
        if side == Side::Debit { sums[0] } else { sums[1] }
    }

    /// Adds to one sum; `None`, and nothing added, beyond its reach.
    pub(crate) fn add(&mut self, layer: Layer, side: Side, units: i64) -> Option<()> {
        let sums = if layer == Layer::Posted { &mut self.posted } else { &mut self.pending };
        let sum = if side == Side::Debit { &mut sums[0] } else { &mut sums[1] };
        *sum = sum.checked_add(units)?;
        Some(())
    }

    /// What is posted on the side opposite to `side`, less what is posted and pending on it.
    pub(crate) fn headroom(&self, side: Side) -> i128 {
        let of = |layer, side| i128::from(self.get(layer, side));
        of(Layer::Posted, side.opposite()) - of(Layer::Posted, side) - of(Layer::Pending, side)
    }

    /// The headroom, or nothing.
    pub(crate) fn room(&self, side: Side) -> i64 {
        self.headroom(side).clamp(0, i128::from(i64::MAX)) as i64
    }

    /// With the posted sums left out, of an account that does not keep them.
    pub(crate) fn pending_only(self) -> Layers {
        Layers { posted: [0; 2], ..self }
    }

    /// The row of an account, or what is to be added to it.
    pub(crate) fn of_account(self, account: SmolStr, currency: Currency) -> Totals {
        let [debit, credit] = self.posted.map(Amount::from_units);
        let [pending_debit, pending_credit] = self.pending.map(Amount::from_units);
        Totals { account, currency, debit, credit, pending_debit, pending_credit }
    }
}

/// The totals of an account, by currency: empty when nothing is pending and they are not kept.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// books.send("track", &ChangeAccount::track("1000"))?;
/// let totals = books.view(|view| ledger::totals(view, "1000"))?;
/// assert_eq!((totals[0].debit.to_decimal(), totals[0].credit.to_decimal()), (500.into(), 40.into()));
/// assert!(books.totals("4000")?.is_empty()); // nobody asked for them
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownAccount`], or a [`Halt`](fondaco_core::Halt).
pub fn totals(read: &mut impl Reading, account: &str) -> Result<Vec<Totals>, LedgerError> {
    let code = SmolStr::new(account);
    if read.peek::<Account>(&code)?.is_none() {
        return Err(LedgerError::UnknownAccount { code });
    }
    let rows = read.peek_scan(&Range::<Totals>::by_key(&code))?;
    Ok(rows.iter().map(|row| row.as_ref().clone()).collect())
}

/// The last posting of an account in each period, where there is one; the decision rests on all of its postings.
pub(crate) fn last_of_each_period(
    tx: &mut Tx<'_>,
    account: &SmolStr,
) -> Result<Vec<Arc<Posting>>, Halt> {
    let periods = tx.scan(&Range::<Period>::all())?;
    let last = |period: &Arc<Period>| {
        let range = Range::by(Posting::BY_ACCOUNT, &(account.clone(), period.period));
        range.backwards().limit(1)
    };
    let ranges: Vec<_> = periods.iter().map(last).collect();
    Ok(tx.scan_each(&ranges)?.into_iter().flatten().collect())
}

/// Begins to keep the posted totals of an account with a past, or ends it, when its gate changes.
pub(crate) fn settle_gate(
    tx: &mut Tx<'_>,
    before: &Account,
    after: &Account,
) -> Result<(), LedgerError> {
    let (was, is) = (Gate::of(before).is_kept(), Gate::of(after).is_kept());
    if was == is {
        return Ok(());
    }
    // The sums rest on every period of the account: who posts to it meanwhile makes this act run again.
    last_of_each_period(tx, &after.code)?;
    let sign = if is { 1 } else { -1 };
    let mut deltas = Vec::new();
    for row in balances(tx, &BalanceQuery::account(after.code.clone()))? {
        let mut sums = Layers::default();
        for (side, sum) in
            [(Side::Debit, row.amounts.debit()), (Side::Credit, row.amounts.credit())]
        {
            let units = Amount::from_decimal(sum).map(Amount::units);
            let added = units.and_then(|units| sums.add(Layer::Posted, side, units * sign));
            added.ok_or_else(|| LedgerError::SumTooLarge { code: after.code.clone() })?;
        }
        deltas.push(sums.of_account(after.code.clone(), row.currency));
    }
    Ok(tx.add_all(deltas)?)
}
