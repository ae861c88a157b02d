//! Changing a deferral midway, ending it early, and taking it back.

use chrono::NaiveDate;
use fondaco_core::store::Event;
use fondaco_core::{Act, Id, Money, Range, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::SpreadPlan;
use super::recognise::{existing, finish, open_parts, settle};
use super::records::{Deferral, DeferralPart, DeferralStatus};
use super::start::{exact, plan};
use super::taken::taken_now;
use crate::close::CloseError;
use crate::close::assertion::{Judging, as_one};
use crate::close::correction::Standing;
use crate::ledger::rights::{self, Asking};
use crate::ledger::{
    Amount, Entry, LedgerError, Posted, PostedMany, Reverse, Settings, Within, post_now,
    reverse_within,
};

/// Spreads what is left of a deferral anew: by another plan, and of another total where that changed. What is left is what its
/// entries have not taken: a part that was corrected counts as it is now, and one that was taken back by hand is left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeDeferral {
    /// The deferral.
    pub code: SmolStr,
    /// How what is left is spread.
    pub plan: SpreadPlan,
    /// The new total; `None` leaves it. What it differs by is posted to the account by whatever changed it: a credit note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// What a new foreign total is worth in the ledger's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<Money>,
}

impl ChangeDeferral {
    /// Spreads the rest of `code` by `plan`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::*;
    /// let year = SpreadPlan::periods(day("2026-01-01"), 12);
    /// let power = StartDeferral::expense("power", "GEN", ("2200", "5100"), eur("120"), year);
    /// books.send("power", &power)?;
    /// books.send("January", &RecogniseDeferrals::through(day("2026-01-31")))?;
    /// let half = SpreadPlan::periods(day("2026-02-01"), 5); // it ends in June
    /// books.send("ends early", &ChangeDeferral::new("power", half))?;
    /// let parts = books.view(|view| deferral_parts(view, "power"))?;
    /// assert_eq!(parts[1].amount.to_decimal(), 22.into()); // 110 in five
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, plan: SpreadPlan) -> ChangeDeferral {
        ChangeDeferral { code: code.into(), plan, amount: None, worth: None }
    }

    /// Of this total.
    #[must_use]
    pub fn amount(mut self, amount: Money) -> ChangeDeferral {
        self.amount = Some(amount);
        self
    }

    /// Which is worth so much.
    #[must_use]
    pub fn worth(mut self, worth: Money) -> ChangeDeferral {
        self.worth = Some(worth);
        self
    }
}

/// Ends a deferral: what is left is recognised on one day, with what was taken back by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelDeferral {
    /// The deferral.
    pub code: SmolStr,
    /// The day.
    pub date: NaiveDate,
}

impl CancelDeferral {
    /// Recognises the rest of `code` on `date`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::*;
    /// let year = SpreadPlan::periods(day("2026-01-01"), 12);
    /// let power = StartDeferral::expense("power", "GEN", ("2200", "5100"), eur("120"), year);
    /// books.send("power", &power)?;
    /// books.send("January", &RecogniseDeferrals::through(day("2026-01-31")))?;
    /// let rest = books.send("moved out", &CancelDeferral::new("power", day("2026-02-10")))?.answer;
    /// let entry = books.entry(rest.id)?.expect("it was posted");
    /// assert_eq!(entry.postings[0].money(), eur("110"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, date: NaiveDate) -> CancelDeferral {
        CancelDeferral { code: code.into(), date }
    }
}

/// Takes a deferral back: every entry that it posted, or what that was corrected to, is reversed on one day, and nothing more
/// comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReverseDeferral {
    /// The deferral.
    pub code: SmolStr,
    /// The day of the reversals, not before any of the entries.
    pub date: NaiveDate,
}

impl ReverseDeferral {
    /// Takes `code` back on `date`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::*;
    /// let year = SpreadPlan::periods(day("2026-01-01"), 12);
    /// let power = StartDeferral::expense("power", "GEN", ("2200", "5100"), eur("120"), year);
    /// books.send("power", &power)?;
    /// books.send("January", &RecogniseDeferrals::through(day("2026-01-31")))?;
    /// books.send("it was another firm's", &ReverseDeferral::new("power", day("2026-02-10")))?;
    /// assert_eq!(books.deferred("2200", day("2026-02-10"))?.total, eur("-19").amount()); // tax, as before
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, date: NaiveDate) -> ReverseDeferral {
        ReverseDeferral { code: code.into(), date }
    }
}

impl Act for ChangeDeferral {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let mut asking = Asking::new(tx, &rights::PLAN)?;
        let ledger = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?.currency;
        let (mut deferral, taken) = unfinished(tx, &self.code)?;
        if let Some(amount) = self.amount {
            if amount.currency() != deferral.currency {
                let (code, found) = (deferral.deferred_on.clone(), amount.currency());
                let expected = deferral.currency;
                return Err(LedgerError::WrongCurrency { code, expected, found });
            }
            let worth = if amount.currency() == ledger { Some(amount) } else { self.worth };
            let worth = worth.filter(|worth| worth.currency() == ledger);
            let worth = worth.ok_or_else(|| LedgerError::BadInput {
                what: "worth",
                why: format!("{amount} is worth something in {ledger}: give that"),
            })?;
            deferral.amount = exact(&deferral.deferred_on, amount)?;
            deferral.ledger_amount = exact(&deferral.deferred_on, worth)?;
        }
        let today = tx.today()?;
        asking.allow_plan(tx, &deferral.moving(ledger, today))?;
        let (amount, worth) = rest(&deferral, taken)?;
        let amount = Money::new(amount.to_decimal(), deferral.currency);
        let worth = Money::new(worth.to_decimal(), ledger);
        for part in open_parts(tx, &self.code)? {
            tx.delete::<DeferralPart>(&(part.code, part.number))?;
        }
        deferral.status = DeferralStatus::Active;
        let parts = plan(&mut deferral, &self.plan, (amount, worth))?;
        settle(tx, &deferral, parts.iter().map(|part| part.date).min(), None)?;
        tx.insert_all(parts)?;
        tx.emit(event("ledger.deferral_changed", &self.code));
        Ok(tx.put(deferral)?)
    }
}

impl Act for CancelDeferral {
    type Answer = Posted;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Posted, LedgerError> {
        let ledger = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?.currency;
        let (mut deferral, taken) = unfinished(tx, &self.code)?;
        let rest = rest(&deferral, taken)?;
        for part in open_parts(tx, &self.code)? {
            tx.delete::<DeferralPart>(&(part.code, part.number))?;
        }
        let posted = post_now(tx, &deferral.recognition(ledger, self.date, rest))?;
        deferral.parts += 1;
        tx.insert(DeferralPart {
            code: self.code.clone(),
            number: deferral.parts,
            date: self.date,
            due: None,
            amount: rest.0,
            ledger_amount: rest.1,
            entry: Some(posted.id),
        })?;
        tx.emit(event("ledger.deferral_cancelled", &self.code));
        finish(tx, deferral, None)?;
        Ok(posted)
    }
}

impl Act for ReverseDeferral {
    type Answer = PostedMany;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<PostedMany, LedgerError> {
        let mut deferral = existing(tx, &self.code)?;
        if deferral.status == DeferralStatus::Reversed {
            return Err(CloseError::DeferralEnded { code: self.code.clone() }.into());
        }
        let parts = tx.scan(&Range::<DeferralPart>::by_key(&self.code))?;
        let entries = deferral.moved_by.into_iter().chain(parts.iter().filter_map(|of| of.entry));
        let mut standing = Vec::new();
        for entry in entries {
            standing.extend(Standing::rest_on(tx, entry)?.standing());
        }
        let posted = as_one(tx, self.date, |tx| {
            let posted = self.take_back(tx, &standing)?;
            let ids = posted.iter().map(|posted| posted.id).rev().collect();
            Ok((posted, ids))
        })?;
        for part in open_parts(tx, &self.code)? {
            tx.delete::<DeferralPart>(&(part.code, part.number))?;
        }
        deferral.status = DeferralStatus::Reversed;
        tx.emit(event("ledger.deferral_reversed", &self.code));
        settle(tx, &deferral, None, None)?;
        if posted.is_empty() {
            Asking::new(tx, &rights::REVERSE)?; // as whoever takes entries back is asked
        }
        tx.put(deferral)?;
        Ok(PostedMany { entries: posted })
    }
}

impl ReverseDeferral {
    fn take_back(
        &self,
        tx: &mut Tx<'_>,
        entries: &[Id<Entry>],
    ) -> Result<Vec<Posted>, LedgerError> {
        let within = Within { judging: Judging::Outside, ..Within::default() };
        let reverse =
            |entry: &Id<Entry>| reverse_within(tx, &Reverse::new(*entry, self.date), None, within);
        entries.iter().map(reverse).collect()
    }
}

/// A deferral of which something is left, and what its entries have taken so far: also one that had come to its end, and of
/// which something was taken back by hand.
fn unfinished(
    tx: &mut Tx<'_>,
    code: &SmolStr,
) -> Result<(Deferral, (Amount, Amount)), LedgerError> {
    let deferral = existing(tx, code)?;
    let ended = || LedgerError::from(CloseError::DeferralEnded { code: code.clone() });
    if deferral.status == DeferralStatus::Reversed {
        return Err(ended());
    }
    let taken = taken_now(tx, &deferral)?;
    match deferral.status {
        DeferralStatus::Done if deferral.amount <= taken.0 => Err(ended()),
        _ => Ok((deferral, taken)),
    }
}

/// What is left of a deferral, in its currency and in the ledger's; the worth may be used up before the amount.
fn rest(deferral: &Deferral, taken: (Amount, Amount)) -> Result<(Amount, Amount), CloseError> {
    let less = |all: Amount, taken: Amount| all.units().checked_sub(taken.units());
    let amount = less(deferral.amount, taken.0).filter(|rest| *rest > 0);
    let worth = less(deferral.ledger_amount, taken.1).filter(|rest| *rest >= 0);
    let nothing = || CloseError::BadSpread {
        why: format!(
            "{taken} of deferral {code} is recognised, and the whole is {all}: nothing is left to spread; give a whole above that, or take it back with ReverseDeferral",
            code = deferral.code,
            taken = taken.0.to_decimal(),
            all = deferral.amount.to_decimal()
        ),
    };
    let (amount, worth) = amount.zip(worth).ok_or_else(nothing)?;
    Ok((Amount::from_units(amount), Amount::from_units(worth)))
}

fn event(name: &'static str, code: &SmolStr) -> Event {
    Event::new(name).with("code", code.clone())
}
