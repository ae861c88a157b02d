//! What an act gives back, small enough to be kept with the command for a later replay.

use chrono::NaiveDate;
use smol_str::SmolStr;

use crate::store::{DecodeError, Drawn, Field, Fixed, Value, ValueSink};
use crate::{Id, JobStatus, Money, Quantity};

/// An act's answer as values. A first run and a replay are one path: what the caller gets is always decoded from what
/// was stored. Mostly derived: the fields' values, in order.
///
/// ```
/// use fondaco_core::store::DecodeError;
/// use fondaco_core::{Currency, Money, Outcome};
///
/// #[derive(Debug, PartialEq, Outcome)]
/// struct Picked { pieces: i64, shelf: String, worth: Option<Money> }
///
/// let picked = Picked { pieces: 3, shelf: "door".into(), worth: Some(Money::minor(1250, Currency::EUR)) };
/// let mut kept = Vec::new();
/// picked.encode(&mut kept);
/// assert_eq!(Picked::decode(&mut kept.into_iter())?, picked);
/// # Ok::<(), DecodeError>(())
/// ```
pub trait Outcome: Sized {
    /// Appends the answer's values.
    fn encode(&self, out: &mut Vec<Value>);
    /// Takes the values back.
    ///
    /// # Errors
    /// When they are not those of this answer.
    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError>;
}

impl Outcome for () {
    fn encode(&self, _: &mut Vec<Value>) {}
    fn decode(_: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
        Ok(())
    }
}

macro_rules! field_outcome {
    ($([$($generic:ident)?] $type:ty),* $(,)?) => { $(
        impl $(<$generic>)? Outcome for $type {
            fn encode(&self, out: &mut Vec<Value>) {
                let mut sink = ValueSink { values: std::mem::take(out) };
                self.write(&mut sink);
                *out = sink.values;
            }
            fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
                let value = values.next().ok_or_else(|| DecodeError::unexpected("the end", "a value"))?;
                <$type as Field>::read(value)
            }
        }
    )* };
}

field_outcome!(
    [] bool, [] i64, [] u32, [] SmolStr, [] String, [] Drawn, [] JobStatus, [] Quantity, [] NaiveDate,
    [T] Id<T>
);

/// As people write it: short, exact, and with its currency.
impl Outcome for Money {
    fn encode(&self, out: &mut Vec<Value>) {
        self.to_string().encode(out);
    }
    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
        Money::parse(&SmolStr::decode(values)?).map_err(|_| DecodeError::out_of_range("money"))
    }
}

/// Its units.
impl<const DIGITS: u8> Outcome for Fixed<DIGITS> {
    fn encode(&self, out: &mut Vec<Value>) {
        Fixed::units(*self).encode(out);
    }
    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
        i64::decode(values).map(Fixed::from_units)
    }
}

impl<T: Outcome> Outcome for Vec<T> {
    fn encode(&self, out: &mut Vec<Value>) {
        out.push(Value::I64(self.len() as i64));
        self.iter().for_each(|item| item.encode(out));
    }
    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
        let count = i64::decode(values)?;
        (0..count).map(|_| T::decode(values)).collect()
    }
}

impl<T: Outcome> Outcome for Option<T> {
    fn encode(&self, out: &mut Vec<Value>) {
        out.push(Value::Bool(self.is_some()));
        self.iter().for_each(|item| item.encode(out));
    }
    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
        if bool::decode(values)? { T::decode(values).map(Some) } else { Ok(None) }
    }
}

impl<A: Outcome, B: Outcome> Outcome for (A, B) {
    fn encode(&self, out: &mut Vec<Value>) {
        self.0.encode(out);
        self.1.encode(out);
    }
    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
        Ok((A::decode(values)?, B::decode(values)?))
    }
}
