//! Conversions that hold for one company or one item: how many pieces are in a carton, what a piece
//! weighs.
//!
//! A conversion says that two quantities are as much: `1 carton = 12 pcs`, `1 pcs = 0.35 kg`. Some
//! of them together form a net of units, in which a factor is found over any chain. The listed
//! units of one dimension are one knot of that net, so `1 pcs = 0.35 kg` also converts dozens into
//! ounces. A conversion that closes a circle must say what the circle says already.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;

use super::{Dimension, Quantity, QuantityError, Unit, UnitPrice};
use crate::money::Money;
use crate::ratio::{Ratio, RatioError};
use crate::rounding::Rounding;

/// The factor from one unit to another as the table alone knows it.
pub(super) fn listed_factor(from: Unit, to: Unit) -> Result<Ratio, QuantityError> {
    if from == to {
        return Ok(Ratio::ONE);
    }
    let ((from_knot, in_from), (to_knot, in_to)) = (Knot::of(from), Knot::of(to));
    if from_knot != to_knot {
        return Err(QuantityError::NoFactor { item: None, from, to });
    }
    Ok(in_from.div(in_to)?)
}

/// Two quantities that are as much as one another, `1 carton = 12 pcs`: that is its text, also in
/// serde.
///
/// ```
/// use fondaco_core::Conversion;
/// let carton: Conversion = "1 carton = 12 pcs".parse()?;
/// assert_eq!(carton.left().to_string(), "1 carton");
/// assert!("1 carton = 0 pcs".parse::<Conversion>().is_err());
/// # Ok::<(), fondaco_core::QuantityError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Conversion {
    left: Quantity,
    right: Quantity,
}

impl Conversion {
    /// `left` is as much as `right`.
    ///
    /// ```
    /// use fondaco_core::{Conversion, Quantity, Unit};
    /// let (piece, weight) = (Quantity::new(1, Unit::PIECE), Quantity::parse("0.35 kg")?);
    /// assert_eq!(Conversion::new(piece, weight)?.to_string(), "1 pcs = 0.35 kg");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::BadConversion`] when an amount is not above zero, or the units are the same.
    pub fn new(left: Quantity, right: Quantity) -> Result<Conversion, QuantityError> {
        let conversion = Conversion { left, right };
        let good = left.is_positive() && right.is_positive() && left.unit() != right.unit();
        let given = || QuantityError::BadConversion { given: conversion.to_string() };
        good.then_some(conversion).ok_or_else(given)
    }

    /// The conversion that a store kept.
    pub(crate) fn stored(text: &str) -> Option<Conversion> {
        let (left, right) = text.split_once(" = ")?;
        Conversion::new(Quantity::stored(left)?, Quantity::stored(right)?).ok()
    }

    /// The quantity on the left.
    pub const fn left(self) -> Quantity {
        self.left
    }

    /// The quantity on the right, which is as much.
    pub const fn right(self) -> Quantity {
        self.right
    }
}

impl fmt::Display for Conversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.left, self.right)
    }
}

impl fmt::Debug for Conversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Conversion {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Conversion, QuantityError> {
        let (left, right) = text
            .split_once(" = ")
            .ok_or_else(|| QuantityError::BadConversion { given: text.into() })?;
        Conversion::new(left.parse()?, right.parse()?)
    }
}

serde_as_text!(Conversion);

/// Units between which no conversion needs to be given: those listed of one dimension, or one own
/// unit alone.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Knot {
    Listed(Dimension),
    Own(Unit),
}

impl Knot {
    /// The knot of a unit, and how many of the knot's base units it is.
    fn of(unit: Unit) -> (Knot, Ratio) {
        match (unit.dimension(), unit.factor()) {
            (Some(dimension), Some(factor)) => (Knot::Listed(dimension), factor),
            _ => (Knot::Own(unit), Ratio::ONE),
        }
    }
}

/// A knot that conversions have tied to others: one of its base units is `factor` of the root's.
#[derive(Clone, Debug)]
struct Tied {
    knot: Knot,
    root: usize,
    factor: Ratio,
}

/// The conversions of one item, or of a whole company, checked when they are given.
///
/// ```
/// use fondaco_core::{Conversions, Quantity, Rounding, Unit};
/// // Of the company: what a pallet is in cartons. Of the item: the rest.
/// let company = Conversions::new().with("1 crate = 2 carton".parse()?)?;
/// let screws = company
///     .of_item("screw M4")
///     .with("1 carton = 12 pcs".parse()?)?
///     .with("1 pcs = 0.35 kg".parse()?)?;
/// let crates = Quantity::parse("3 crate")?;
/// assert_eq!(screws.convert(crates, Unit::KILOGRAM)?.to_string(), "25.2 kg");
/// assert_eq!(screws.convert(crates, Unit::DOZEN)?.to_string(), "6 doz");
///
/// let circle = screws.clone().with("1 kg = 3 pcs".parse()?).unwrap_err();
/// assert_eq!(
///     circle.to_string(),
///     "screw M4: 1 kg = 3 pcs does not fit: by what was given before, 1 kg = 20/7 pcs; correct one of them",
/// );
/// let unknown = screws.convert(crates, Unit::LITRE).unwrap_err();
/// assert_eq!(
///     unknown.to_string(),
///     "screw M4: there is no factor from crate to l: give a conversion, such as 1 crate = 12 l",
/// );
/// # Ok::<(), fondaco_core::QuantityError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Conversions {
    item: Option<SmolStr>,
    given: Vec<Conversion>,
    tied: Vec<Tied>,
}

impl Conversions {
    /// No conversions yet: the listed units convert all the same.
    ///
    /// ```
    /// use fondaco_core::{Conversions, Quantity, Unit};
    /// let dozens = Conversions::new().convert(Quantity::parse("2 gross")?, Unit::DOZEN)?;
    /// assert_eq!(dozens.to_string(), "24 doz");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    pub fn new() -> Conversions {
        Conversions::default()
    }

    /// These conversions, of an item that may add its own. The name is what errors begin with.
    pub fn of_item(&self, item: impl Into<SmolStr>) -> Conversions {
        Conversions { item: Some(item.into()), ..self.clone() }
    }

    /// These conversions and one more.
    ///
    /// ```
    /// use fondaco_core::Conversions;
    /// let beer = Conversions::new().with("1 keg = 50 l".parse()?)?;
    /// assert!(beer.clone().with("2 keg = 100 l".parse()?).is_ok()); // says the same again
    /// assert!(beer.with("1 keg = 30 l".parse()?).is_err());
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// An item's conversions add to the company's and never differ from them: a crate that is two cartons everywhere and three for one
    /// item is a unit of its own (`crate_of_3`), else a quantity in crates would say another thing wherever it is read.
    ///
    /// # Errors
    /// [`QuantityError::FactorsDisagree`] when the others say something else, over whatever chain;
    /// [`QuantityError::Factor`] when an exact factor has no room.
    pub fn with(mut self, conversion: Conversion) -> Result<Conversions, QuantityError> {
        self.tie(conversion)?;
        self.given.push(conversion);
        Ok(self)
    }

    /// The conversions as they were given, those of the company first.
    ///
    /// ```
    /// use fondaco_core::Conversions;
    /// let beer = Conversions::new().with("1 keg = 50 l".parse()?)?;
    /// assert_eq!(beer.given()[0].to_string(), "1 keg = 50 l");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    pub fn given(&self) -> &[Conversion] {
        &self.given
    }

    /// How many `to` one `from` is, exactly.
    ///
    /// ```
    /// use fondaco_core::{Conversions, Ratio, Unit};
    /// let beer = Conversions::new().with("1 keg = 50 l".parse()?)?;
    /// assert_eq!(beer.factor("keg".parse()?, Unit::HECTOLITRE)?, Ratio::new(1, 2)?);
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::NoFactor`] when no chain leads there, [`QuantityError::Factor`] when the
    /// exact factor has no room.
    pub fn factor(&self, from: Unit, to: Unit) -> Result<Ratio, QuantityError> {
        if from == to {
            return Ok(Ratio::ONE);
        }
        let ((from_knot, in_from), (to_knot, in_to)) = (Knot::of(from), Knot::of(to));
        if from_knot == to_knot {
            return Ok(in_from.div(in_to)?);
        }
        let no_factor = || QuantityError::NoFactor { item: self.item.clone(), from, to };
        let (left, right) = self.find(from_knot).zip(self.find(to_knot)).ok_or_else(no_factor)?;
        if left.root != right.root {
            return Err(no_factor());
        }
        Ok(in_from.div(in_to)?.mul(left.factor.div(right.factor)?)?)
    }

    fn find(&self, knot: Knot) -> Option<&Tied> {
        self.tied.iter().find(|tied| tied.knot == knot)
    }

    /// The place of a knot, its own root if nothing tied it before.
    fn place(&mut self, knot: Knot) -> usize {
        let known = self.tied.iter().position(|tied| tied.knot == knot);
        known.unwrap_or_else(|| {
            let root = self.tied.len();
            self.tied.push(Tied { knot, root, factor: Ratio::ONE });
            root
        })
    }

    fn tie(&mut self, given: Conversion) -> Result<(), QuantityError> {
        let (left, right) = (given.left, given.right);
        match self.factor(left.unit(), right.unit()) {
            Ok(implied) => return self.agree(given, implied),
            Err(QuantityError::NoFactor { .. }) => {}
            Err(error) => return Err(error),
        }
        let ((left_knot, in_left), (right_knot, in_right)) =
            (Knot::of(left.unit()), Knot::of(right.unit()));
        // One base unit of the left knot in those of the right.
        let base = ratio(right.amount()).mul(in_right)?.div(ratio(left.amount()).mul(in_left)?)?;
        let (left, right) = (self.place(left_knot), self.place(right_knot));
        self.join(left, right, base)
    }

    /// A conversion between units that are tied already must say what is known.
    fn agree(&self, given: Conversion, implied: Ratio) -> Result<(), QuantityError> {
        let says = ratio(given.right.amount()).div(ratio(given.left.amount()))?;
        let item = self.item.clone();
        let given = Box::new(given);
        let differ = QuantityError::FactorsDisagree { item, given, implied };
        (says == implied).then_some(()).ok_or(differ)
    }

    /// Hangs all that is tied to one place under the root of another.
    fn join(&mut self, left: usize, right: usize, base: Ratio) -> Result<(), QuantityError> {
        let (from, to) = (&self.tied[left], &self.tied[right]);
        let (old, root) = (from.root, to.root);
        let shift = base.mul(to.factor)?.div(from.factor)?;
        let moved = |tied: &Tied| Ok((tied.root == old).then_some(tied.factor.mul(shift)?));
        let factors: Result<Vec<Option<Ratio>>, RatioError> = self.tied.iter().map(moved).collect();
        for (tied, factor) in self.tied.iter_mut().zip(factors?) {
            if let Some(factor) = factor {
                (tied.root, tied.factor) = (root, factor);
            }
        }
        Ok(())
    }

    /// As much in another unit, exactly.
    ///
    /// ```
    /// use fondaco_core::{Conversions, Quantity, Unit};
    /// let flour = Conversions::new().with("1 l = 0.55 kg".parse()?)?; // by volume
    /// assert_eq!(flour.convert(Quantity::parse("2 l")?, Unit::GRAM)?.to_string(), "1100 g");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Conversions::factor`]; [`QuantityError::Inexact`] with what would be lost;
    /// [`QuantityError::Amount`] when the amount is too large to be held.
    pub fn convert(&self, quantity: Quantity, to: Unit) -> Result<Quantity, QuantityError> {
        quantity.times_factor(to, self.factor(quantity.unit(), to)?)
    }

    /// As much in another unit, rounded once, from the exact amount, to a number of digits.
    ///
    /// ```
    /// use fondaco_core::{Conversions, Quantity, Rounding, Unit};
    /// let flour = Conversions::new().with("1 l = 0.55 kg".parse()?)?;
    /// let kilo = Quantity::parse("1 kg")?;
    /// assert_eq!(flour.convert_round(kilo, Unit::LITRE, 2, Rounding::HalfUp)?.to_string(), "1.82 l");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Conversions::convert`], but for [`QuantityError::Inexact`].
    pub fn convert_round(
        &self,
        quantity: Quantity,
        to: Unit,
        digits: u32,
        rounding: Rounding,
    ) -> Result<Quantity, QuantityError> {
        quantity
            .mul_round(self.factor(quantity.unit(), to)?, digits, rounding)
            .map(|rounded| Quantity::new(rounded.amount(), to))
    }

    /// What a quantity costs at a price per some unit of the item, rounded once, from the exact
    /// product, to the currency's digits.
    ///
    /// ```
    /// use fondaco_core::{Conversions, Money, Quantity, Rounding, UnitPrice};
    /// let cheese = Conversions::new().with("1 wheel = 7.5 kg".parse()?)?;
    /// let price: UnitPrice = "14.2505 EUR/kg".parse()?;
    /// let cost = cheese.total(price, Quantity::parse("2 wheel")?, Rounding::HalfUp)?;
    /// assert_eq!(cost, Money::parse("213.76 EUR")?);
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Conversions::factor`], and [`QuantityError::Amount`] when the amount is too large.
    pub fn total(
        &self,
        price: UnitPrice,
        quantity: Quantity,
        rounding: Rounding,
    ) -> Result<Money, QuantityError> {
        self.total_round(price, quantity, price.digits(), rounding)
    }

    /// The same to a number of digits: for values that are kept finer than the currency's.
    ///
    /// ```
    /// use fondaco_core::{Conversions, Money, Quantity, Rounding, UnitPrice};
    /// let (price, screws): (UnitPrice, _) = ("0.0015 EUR/pcs".parse()?, Quantity::parse("7 pcs")?);
    /// let cost = Conversions::new().total_round(price, screws, 4, Rounding::HalfUp)?;
    /// assert_eq!(cost, Money::parse("0.0105 EUR")?);
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Conversions::total`].
    pub fn total_round(
        &self,
        price: UnitPrice,
        quantity: Quantity,
        digits: u32,
        rounding: Rounding,
    ) -> Result<Money, QuantityError> {
        let factor = self.factor(quantity.unit(), price.per().unit())?;
        price.total_by(quantity, factor, (digits, rounding))
    }

    /// A price in terms of another unit of the item, exactly.
    ///
    /// ```
    /// use fondaco_core::{Conversions, Unit, UnitPrice};
    /// let screws = Conversions::new().with("1 carton = 12 pcs".parse()?)?;
    /// let a_piece: UnitPrice = "0.0325 EUR/pcs".parse()?;
    /// assert_eq!(screws.convert_price(a_piece, "carton".parse()?)?.to_string(), "0.39 EUR/carton");
    /// let a_carton: UnitPrice = "1 EUR/carton".parse()?;
    /// assert!(screws.convert_price(a_carton, Unit::PIECE).is_err()); // 1/12 has no last digit
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Conversions::factor`]; [`QuantityError::InexactPrice`].
    pub fn convert_price(&self, price: UnitPrice, to: Unit) -> Result<UnitPrice, QuantityError> {
        price.in_unit(to, self.factor(to, price.per().unit())?)
    }

    /// A price in terms of another unit of the item, rounded once, from its exact value, to a number
    /// of digits.
    ///
    /// ```
    /// use fondaco_core::{Conversions, Rounding, Unit, UnitPrice};
    /// let screws = Conversions::new().with("1 carton = 12 pcs".parse()?)?;
    /// let a_carton: UnitPrice = "1 EUR/carton".parse()?;
    /// let a_piece = screws.convert_price_round(a_carton, Unit::PIECE, 10, Rounding::HalfUp)?;
    /// assert_eq!(a_piece.to_string(), "0.0833333333 EUR/pcs");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Conversions::factor`], and [`QuantityError::Amount`] when the amount is too large.
    pub fn convert_price_round(
        &self,
        price: UnitPrice,
        to: Unit,
        digits: u32,
        rounding: Rounding,
    ) -> Result<UnitPrice, QuantityError> {
        price.in_unit_round(to, self.factor(to, price.per().unit())?, digits, rounding)
    }
}

fn ratio(amount: Decimal) -> Ratio {
    Ratio::from_decimal(amount)
}

/// What was given for the same item is the same conversions.
impl PartialEq for Conversions {
    fn eq(&self, other: &Conversions) -> bool {
        self.item == other.item && self.given == other.given
    }
}

impl Eq for Conversions {}

/// As data: the item's name, and the conversions as they were given.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AsGiven {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    item: Option<SmolStr>,
    given: Vec<Conversion>,
}

impl Serialize for Conversions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        AsGiven { item: self.item.clone(), given: self.given.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Conversions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Conversions, D::Error> {
        let AsGiven { item, given } = AsGiven::deserialize(deserializer)?;
        let none = Conversions { item, ..Conversions::default() };
        given.into_iter().try_fold(none, Conversions::with).map_err(de::Error::custom)
    }
}
