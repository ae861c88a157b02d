//! What to reserve for stock that is old, or more than will be asked for.
//!
//! IAS 2.28 to 33 want stock at no more than what it will bring. Where that is not known item by item, a reserve by rule stands in
//! for it: a share of the value by how long a layer has lain, and a share of what exceeds the demand of a horizon. Both are common
//! in practice; the larger of the two is taken, as they mean the same loss.

use fondaco_core::Rounding;
use fondaco_core::report::{Column, Kind, Phrase, Report, Row, word};
use rust_decimal::Decimal;

use crate::KernelError;
use crate::exact::{self, not_negative, part, portion};

/// From which age on which part of the value is reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgeBand {
    /// The first day of the band, in days since the receipt.
    pub from_days: u32,
    /// The part of the value, from 0 to 1.
    pub part: Decimal,
}

impl AgeBand {
    /// This part from this age on.
    #[must_use]
    pub fn new(from_days: u32, part: Decimal) -> AgeBand {
        AgeBand { from_days, part }
    }
}

/// How much is reserved.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReserveRule {
    /// By age, rising; younger layers than the first need nothing.
    pub bands: Vec<AgeBand>,
    /// The part of the value of what exceeds the demand of the horizon.
    pub excess_part: Decimal,
    /// Digits of the money.
    pub digits: u32,
    /// How each item's reserve is rounded.
    pub rounding: Rounding,
}

impl ReserveRule {
    /// By these bands alone, to cents, half up.
    pub fn new(bands: impl IntoIterator<Item = AgeBand>) -> ReserveRule {
        let bands = bands.into_iter().collect();
        let (excess_part, rounding) = (Decimal::ZERO, Rounding::HalfUp);
        ReserveRule { bands, excess_part, digits: 2, rounding }
    }

    /// The same, and this part of what exceeds the demand.
    #[must_use]
    pub fn excess(mut self, part: Decimal) -> ReserveRule {
        self.excess_part = part;
        self
    }

    /// The same, rounded so.
    #[must_use]
    pub fn rounded(mut self, digits: u32, rounding: Rounding) -> ReserveRule {
        (self.digits, self.rounding) = (digits, rounding);
        self
    }

    fn checked(&self) -> Result<(), KernelError> {
        part("excess_part", self.excess_part)?;
        let mut last = None;
        for (index, band) in self.bands.iter().enumerate() {
            part("part", band.part).map_err(|error| error.at(index))?;
            if last.is_some_and(|last| band.from_days <= last) {
                return Err(KernelError::Contradiction {
                    field: "from_days",
                    value: band.from_days.into(),
                    other: "the band before it does not begin earlier",
                    way_out: "give bands that rise",
                }
                .at(index));
            }
            last = Some(band.from_days);
        }
        Ok(())
    }

    fn part_at(&self, age_days: u32) -> Decimal {
        let after = self.bands.partition_point(|band| band.from_days <= age_days);
        after.checked_sub(1).map_or(Decimal::ZERO, |at| self.bands[at].part)
    }
}

/// A layer of an item's stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layer {
    /// Which item, by a number of the caller's.
    pub item: usize,
    /// How long it has lain, in days.
    pub age_days: u32,
    /// How much it is.
    pub quantity: Decimal,
    /// What it is worth in the books.
    pub value: Decimal,
}

impl Layer {
    /// A layer of this item.
    #[must_use]
    pub fn new(item: usize, age_days: u32, quantity: Decimal, value: Decimal) -> Layer {
        Layer { item, age_days, quantity, value }
    }
}

/// What an item needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReserveLine {
    /// Which item.
    pub item: usize,
    /// Its value in the books.
    pub value: Decimal,
    /// What its age asks for.
    pub by_age: Decimal,
    /// How much exceeds the demand.
    pub excess: Decimal,
    /// What the excess asks for.
    pub by_excess: Decimal,
    /// The larger of the two.
    pub reserve: Decimal,
}

/// What all items need.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reserve {
    /// By item, in order of their numbers; those without stock too.
    pub lines: Vec<ReserveLine>,
    /// What they are worth in the books.
    pub value: Decimal,
    /// What to reserve.
    pub reserve: Decimal,
}

/// What to reserve for these layers. `demand` says for each item, by its number, what will be asked for within the horizon that
/// stock should not outlast; what is there beyond it is the excess, valued at the item's mean cost.
///
/// All amounts are exact; each item's two figures are rounded once, as the rule says.
///
/// # Errors
/// When an amount is below zero, a part is not from 0 to 1, the bands do not rise, a layer's item has no demand in the table, or a
/// layer has value without quantity.
///
/// ```
/// use fondaco_inventory::measures::{AgeBand, Layer, ReserveRule, obsolescence_reserve};
/// use rust_decimal::Decimal;
/// let half = Decimal::new(5, 1);
/// let rule = ReserveRule::new([AgeBand::new(180, Decimal::new(2, 1)), AgeBand::new(365, half)]).excess(half);
/// let layers = [
///     Layer::new(0, 30, 10.into(), 100.into()),
///     Layer::new(0, 400, 20.into(), 200.into()),
///     Layer::new(1, 10, 40.into(), 80.into()),
/// ];
/// let reserve = obsolescence_reserve(&layers, &[50.into(), 10.into()], &rule)?;
/// assert_eq!((reserve.lines[0].by_age, reserve.lines[0].excess), (100.into(), 0.into()));
/// assert_eq!((reserve.lines[1].excess, reserve.lines[1].reserve), (30.into(), 30.into()));
/// assert_eq!(reserve.reserve, 130.into());
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn obsolescence_reserve(
    layers: &[Layer],
    demand: &[Decimal],
    rule: &ReserveRule,
) -> Result<Reserve, KernelError> {
    rule.checked()?;
    // By item: quantity, value, and what the ages ask for.
    let mut sums = vec![[Decimal::ZERO; 3]; demand.len()];
    for (index, layer) in layers.iter().enumerate() {
        let at = |error: KernelError| error.at(index);
        let sum = sums.get_mut(layer.item).ok_or(KernelError::Contradiction {
            field: "item",
            value: layer.item as f64,
            other: "demand has no such row",
            way_out: "give a demand for each item, 0 where none is expected",
        });
        let sum = sum.map_err(at)?;
        let aged = aged(layer, rule).map_err(at)?;
        for (of, value) in sum.iter_mut().zip([layer.quantity, layer.value, aged]) {
            *of = exact::add("stock", *of, value).map_err(at)?;
        }
    }
    let mut lines = Vec::with_capacity(demand.len());
    for (item, (sum, demand)) in sums.into_iter().zip(demand).enumerate() {
        lines.push(line(item, sum, *demand, rule).map_err(|error| error.at(item))?);
    }
    let value = exact::sum("value", lines.iter().map(|line: &ReserveLine| line.value))?;
    let reserve = exact::sum("reserve", lines.iter().map(|line| line.reserve))?;
    Ok(Reserve { lines, value, reserve })
}

/// What a layer's age asks for, exactly.
fn aged(layer: &Layer, rule: &ReserveRule) -> Result<Decimal, KernelError> {
    not_negative("quantity", layer.quantity)?;
    not_negative("value", layer.value)?;
    if layer.quantity.is_zero() && !layer.value.is_zero() {
        return Err(KernelError::Contradiction {
            field: "value",
            value: exact::float(layer.value),
            other: "quantity is 0",
            way_out: "nothing is worth nothing: correct the layer",
        });
    }
    exact::mul("by_age", layer.value, rule.part_at(layer.age_days))
}

fn line(
    item: usize,
    [quantity, value, aged]: [Decimal; 3],
    demand: Decimal,
    rule: &ReserveRule,
) -> Result<ReserveLine, KernelError> {
    let demand = not_negative("demand", demand)?;
    let excess = exact::sub("excess", quantity, demand)?.max(Decimal::ZERO);
    let by_age = fondaco_core::rounding::round(aged, rule.digits, rule.rounding);
    let by_excess = if excess.is_zero() {
        Decimal::ZERO
    } else {
        let of_quantity = (exact::mul("by_excess", excess, rule.excess_part)?, quantity);
        portion("by_excess", value, of_quantity, rule.digits, rule.rounding)?
    };
    Ok(ReserveLine { item, value, by_age, excess, by_excess, reserve: by_age.max(by_excess) })
}

impl Reserve {
    /// The result as text, HTML and tables show it: the items that need something. `money` says what the amounts are, `name` what
    /// an item is called.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// use fondaco_core::report::Kind;
    /// use fondaco_inventory::measures::{AgeBand, Layer, ReserveRule, obsolescence_reserve};
    /// use rust_decimal::Decimal;
    /// let rule = ReserveRule::new([AgeBand::new(365, Decimal::new(5, 1))]);
    /// let layers = [Layer::new(0, 400, 2.into(), 30.into()), Layer::new(1, 3, 2.into(), 50.into())];
    /// let reserve = obsolescence_reserve(&layers, &[9.into(), 9.into()], &rule)?;
    /// let report = reserve.to_report(Kind::Amount(Currency::EUR), |item| ["Silk", "Salt"][item].into());
    /// assert_eq!(report.to_string(), "\
    /// Reserve for obsolescence
    /// Article  Value  By age  Excess  By excess  Reserve
    /// =======  =====  ======  ======  =========  =======
    /// Silk     30.00   15.00       0       0.00    15.00
    /// -------  -----  ------  ------  ---------  -------
    /// Total    80.00                               15.00
    /// ");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn to_report(&self, money: Kind, name: impl Fn(usize) -> Phrase) -> Report {
        let amount = |heading| Column::new(word(heading), money.clone());
        let columns = [
            Column::text(word("Article")).naming_rows(),
            amount("Value"),
            amount("By age"),
            Column::count(word("Excess")),
            amount("By excess"),
            amount("Reserve"),
        ];
        let mut report = Report::new(word("Reserve for obsolescence")).columns(columns);
        for line in self.lines.iter().filter(|line| !line.reserve.is_zero()) {
            let figures = [line.value, line.by_age, line.excess, line.by_excess, line.reserve];
            let name = name(line.item).into_cell();
            report.push(Row::new(std::iter::once(name).chain(figures.map(Into::into))));
        }
        let empty = || fondaco_core::report::Cell::Empty;
        let (value, reserve) = (self.value.into(), self.reserve.into());
        report.push(Row::total([word("Total"), value, empty(), empty(), empty(), reserve]));
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_band_begins_on_its_day() {
        let rule = ReserveRule::new([AgeBand::new(90, dec("0.1")), AgeBand::new(180, dec("1"))]);
        let of = |age| {
            let layers = [Layer::new(0, age, 1.into(), 10.into())];
            obsolescence_reserve(&layers, &[1.into()], &rule).unwrap().reserve
        };
        assert_eq!([89, 90, 179, 180].map(of), [0, 1, 1, 10].map(Decimal::from));
    }

    #[test]
    fn an_items_cents_are_rounded_once() {
        let rule = ReserveRule::new([AgeBand::new(0, dec("0.5"))]);
        let layers = [Layer::new(0, 1, 1.into(), dec("0.01")); 3];
        // Three halves of a cent are 1.5 cents, not three whole ones.
        let reserve = obsolescence_reserve(&layers, &[9.into()], &rule).unwrap();
        assert_eq!(reserve.reserve, dec("0.02"));
    }

    #[test]
    fn an_excess_is_valued_at_the_mean_cost() {
        let rule = ReserveRule::new([]).excess(1.into());
        let layers = [Layer::new(0, 1, 1.into(), 10.into()), Layer::new(0, 9, 2.into(), 0.into())];
        let reserve = obsolescence_reserve(&layers, &[2.into()], &rule).unwrap();
        assert_eq!((reserve.lines[0].excess, reserve.reserve), (1.into(), dec("3.33")));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let rule = ReserveRule::new([AgeBand::new(90, dec("0.1"))]);
        let of = |layer, rule: &ReserveRule| {
            obsolescence_reserve(&[layer], &[1.into()], rule).unwrap_err().to_string()
        };
        let good = Layer::new(0, 1, 1.into(), 1.into());
        assert!(
            of(Layer::new(3, 1, 1.into(), 1.into()), &rule)
                .contains("item is 3, but demand has no")
        );
        assert!(of(Layer::new(0, 1, (-1).into(), 1.into()), &rule).contains("quantity is -1"));
        assert!(of(Layer::new(0, 1, 0.into(), 1.into()), &rule).contains("but quantity is 0"));
        assert!(of(good, &ReserveRule::new([AgeBand::new(1, 2.into())])).contains("part is 2"));
        let fall = [AgeBand::new(90, dec("0.1")), AgeBand::new(90, dec("0.2"))];
        assert!(of(good, &ReserveRule::new(fall)).contains("from_days is 90"));
    }
}
