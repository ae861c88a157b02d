//! What there will be of a material, and what of it can still be promised.

use fondaco_core::Timestamp;
use rust_decimal::Decimal;

use crate::KernelError;
use crate::exact::{add, not_negative, sub};

/// The stock of a material as it will be, by what comes and what is booked, and how much can be taken from when on without any later
/// booking falling short.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Supply {
    /// From when on there is how much; the first from ever.
    stock: Vec<(i64, Decimal)>,
    /// The least stock from each of these on.
    spare: Vec<Decimal>,
}

impl Supply {
    /// What there is now, what comes when, and what is booked for when.
    ///
    /// # Errors
    /// When a receipt or a booking is below zero, or a sum has no room in 28 digits.
    ///
    /// ```
    /// use fondaco_inventory::scheduling::Supply;
    /// let at = |text: &str| text.parse::<fondaco_core::Timestamp>();
    /// let (monday, friday) = (at("2026-01-05T06:00:00Z")?, at("2026-01-09T06:00:00Z")?);
    /// let steel = Supply::new(100.into(), &[(friday, 80.into())], &[(monday, 30.into())])?;
    /// assert_eq!(steel.promisable(monday), 70.into());
    /// assert_eq!(steel.first(71.into()), Some(friday));
    /// assert_eq!(steel.first(151.into()), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        on_hand: Decimal,
        receipts: &[(Timestamp, Decimal)],
        booked: &[(Timestamp, Decimal)],
    ) -> Result<Supply, KernelError> {
        let mut changes = Vec::with_capacity(receipts.len() + booked.len());
        for (field, rows, sign) in
            [("receipts", receipts, Decimal::ONE), ("booked", booked, Decimal::NEGATIVE_ONE)]
        {
            for (index, (at, quantity)) in rows.iter().enumerate() {
                let quantity = not_negative(field, *quantity).map_err(|error| error.at(index))?;
                changes.extend((!quantity.is_zero()).then_some((at.micros(), sign * quantity)));
            }
        }
        changes.sort_unstable();
        let (mut stock, mut sum) = (vec![(i64::MIN, on_hand)], on_hand);
        for (at, change) in changes {
            sum = add("stock", sum, change)?;
            match stock.last_mut().filter(|(last, _)| *last == at) {
                Some((_, stock)) => *stock = sum,
                None => stock.push((at, sum)),
            }
        }
        let mut supply = Supply { stock, spare: Vec::new() };
        supply.look_ahead();
        Ok(supply)
    }

    /// How much can be taken at an instant.
    #[must_use]
    pub fn promisable(&self, at: Timestamp) -> Decimal {
        let after = self.stock.partition_point(|(from, _)| *from <= at.micros());
        let spare = after.checked_sub(1).and_then(|last| self.spare.get(last));
        spare.map_or(Decimal::ZERO, |spare| (*spare).max(Decimal::ZERO))
    }

    /// The first instant at which a quantity can be taken; the beginning of time where it is there already.
    #[must_use]
    pub fn first(&self, quantity: Decimal) -> Option<Timestamp> {
        if quantity <= Decimal::ZERO {
            return Some(Timestamp::MIN);
        }
        let first = self.spare.partition_point(|spare| *spare < quantity);
        let (at, _) = self.stock.get(first)?;
        Some(Timestamp::from_micros(*at).unwrap_or(Timestamp::MIN))
    }

    /// Takes a quantity from an instant on.
    pub(super) fn take(&mut self, at: i64, quantity: Decimal) -> Result<(), KernelError> {
        self.change(at, |stock| sub("stock", stock, quantity))
    }

    /// Gives back what was taken.
    pub(super) fn give_back(&mut self, at: i64, quantity: Decimal) -> Result<(), KernelError> {
        self.change(at, |stock| add("stock", stock, quantity))
    }

    fn change(
        &mut self,
        at: i64,
        changed: impl Fn(Decimal) -> Result<Decimal, KernelError>,
    ) -> Result<(), KernelError> {
        let place = self.stock.partition_point(|(from, _)| *from < at);
        if self.stock.get(place).is_none_or(|(from, _)| *from != at) {
            let before = place.checked_sub(1).map_or(Decimal::ZERO, |last| self.stock[last].1);
            self.stock.insert(place, (at, before));
        }
        let later: Vec<Decimal> = self.stock[place..]
            .iter()
            .map(|(_, stock)| changed(*stock))
            .collect::<Result<_, _>>()?;
        for ((_, stock), changed) in self.stock[place..].iter_mut().zip(later) {
            *stock = changed;
        }
        // Where nothing changes any more there is no step.
        if place > 0 && self.stock[place].1 == self.stock[place - 1].1 {
            self.stock.remove(place);
        }
        self.look_ahead();
        Ok(())
    }

    fn look_ahead(&mut self) {
        self.spare.clear();
        self.spare.extend(self.stock.iter().map(|(_, stock)| *stock));
        for at in (1..self.spare.len()).rev() {
            self.spare[at - 1] = self.spare[at - 1].min(self.spare[at]);
        }
    }
}
