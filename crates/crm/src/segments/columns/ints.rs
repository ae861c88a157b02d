//! Whole numbers in as few bytes as the widest of them needs; the least value of a width means that there is none.

use super::Bits;

/// A list of numbers, some of them missing.
#[derive(Clone, Debug)]
pub(crate) enum Ints {
    Byte(Vec<i8>),
    Short(Vec<i16>),
    Half(Vec<i32>),
    Whole(Vec<i64>),
}

/// The same for each width.
macro_rules! each {
    ($ints:expr, $values:ident => $do:expr) => {
        match $ints {
            Ints::Byte($values) => $do,
            Ints::Short($values) => $do,
            Ints::Half($values) => $do,
            Ints::Whole($values) => $do,
        }
    };
}

/// A width of numbers.
pub(crate) trait Width: Copy + Ord + Into<i64> + TryFrom<i64> {
    const NONE: Self;
}

macro_rules! width {
    ($($type:ty),*) => { $(impl Width for $type { const NONE: Self = <$type>::MIN; })* };
}
width!(i8, i16, i32, i64);

/// The value in this width, if it fits.
fn fits<W: Width>(value: Option<i64>) -> Option<W> {
    match value {
        None => Some(W::NONE),
        Some(value) => W::try_from(value).ok().filter(|held| *held != W::NONE),
    }
}

fn widened<F: Width, T: Width>(values: &[F]) -> Vec<T> {
    let one = |value: &F| (*value != F::NONE).then(|| (*value).into());
    values.iter().map(|value| fits(one(value)).unwrap_or(T::NONE)).collect()
}

fn pushed<W: Width>(values: &mut Vec<W>, value: Option<i64>) -> bool {
    fits(value).map(|held| values.push(held)).is_some()
}

fn stored<W: Width>(values: &mut [W], row: usize, value: Option<i64>) -> bool {
    let held = fits(value);
    let place = values.get_mut(row);
    held.zip(place).map(|(held, place)| *place = held).is_some()
}

impl Default for Ints {
    fn default() -> Ints {
        Ints::Byte(Vec::new())
    }
}

impl Ints {
    pub(crate) fn len(&self) -> usize {
        each!(self, values => values.len())
    }

    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        fn one<W: Width>(values: &[W], row: usize) -> Option<i64> {
            values.get(row).filter(|value| **value != W::NONE).map(|value| (*value).into())
        }
        each!(self, values => one(values, row))
    }

    /// Appends a value; one that has no room makes all wider. The least of 64 bits is no value.
    pub(crate) fn push(&mut self, value: Option<i64>) {
        let value = value.filter(|value| *value != i64::NONE);
        while !each!(self, values => pushed(values, value)) {
            self.widen();
        }
    }

    /// Stores a value in a row that is there.
    pub(crate) fn set(&mut self, row: usize, value: Option<i64>) {
        let value = value.filter(|value| *value != i64::NONE);
        while row < self.len() && !each!(self, values => stored(values, row, value)) {
            self.widen();
        }
    }

    fn widen(&mut self) {
        *self = match std::mem::take(self) {
            Ints::Byte(values) => Ints::Short(widened(&values)),
            Ints::Short(values) => Ints::Half(widened(&values)),
            Ints::Half(values) => Ints::Whole(widened(&values)),
            widest => widest,
        };
    }

    /// The values in another order: at each place, which comes there.
    pub(crate) fn permuted(&self, order: &[u32]) -> Ints {
        fn one<W: Width>(values: &[W], order: &[u32]) -> Vec<W> {
            order
                .iter()
                .map(|from| values.get(*from as usize).copied().unwrap_or(W::NONE))
                .collect()
        }
        match self {
            Ints::Byte(values) => Ints::Byte(one(values, order)),
            Ints::Short(values) => Ints::Short(one(values, order)),
            Ints::Half(values) => Ints::Half(one(values, order)),
            Ints::Whole(values) => Ints::Whole(one(values, order)),
        }
    }

    /// Rows whose value is within, ends included.
    pub(crate) fn within(&self, low: i64, high: i64) -> Bits {
        fn one<W: Width>(values: &[W], low: i64, high: i64) -> Bits {
            // Bounds in the width itself, so that as many as possible are compared at once.
            let least = W::try_from(low.max(least_of::<W>())).unwrap_or(W::NONE);
            let most = W::try_from(high.min(most_of::<W>())).unwrap_or(W::NONE);
            let none = low > high || low > most_of::<W>() || high < least_of::<W>();
            match none {
                true => Bits::all(values.len(), false),
                false => Bits::of(values, |value| (least <= value) & (value <= most)),
            }
        }
        each!(self, values => one(values, low, high))
    }

    /// Rows whose value says yes in a table over values from 0 on.
    pub(crate) fn in_table(&self, table: &[bool]) -> Bits {
        fn one<W: Width>(values: &[W], table: &[bool]) -> Bits {
            Bits::of(values, |value| {
                let place = usize::try_from(value.into()).unwrap_or(usize::MAX);
                table.get(place).copied().unwrap_or(false)
            })
        }
        if let (Ints::Byte(values), true) = (self, table.len() <= 128) {
            let mut whole = [false; 256];
            whole.iter_mut().zip(table).for_each(|(place, yes)| *place = *yes);
            return Bits::of(values, |value| whole[usize::from(value.cast_unsigned())]);
        }
        each!(self, values => one(values, table))
    }

    /// Rows whose value is one of these, which are in order.
    pub(crate) fn one_of(&self, sorted: &[i64]) -> Bits {
        fn one<W: Width>(values: &[W], sorted: &[i64]) -> Bits {
            Bits::of(values, |value| sorted.binary_search(&value.into()).is_ok())
        }
        each!(self, values => one(values, sorted))
    }

    /// Rows without a value.
    pub(crate) fn missing(&self) -> Bits {
        fn one<W: Width>(values: &[W]) -> Bits {
            Bits::of(values, |value| value == W::NONE)
        }
        each!(self, values => one(values))
    }

    pub(crate) fn bytes(&self) -> usize {
        fn one<W: Width>(values: &Vec<W>) -> usize {
            values.capacity() * size_of::<W>()
        }
        each!(self, values => one(values))
    }
}

fn least_of<W: Width>() -> i64 {
    let none: i64 = W::NONE.into();
    none.saturating_add(1)
}

fn most_of<W: Width>() -> i64 {
    -least_of::<W>()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Option<i64>> {
        prop_oneof![
            Just(None),
            (-130_i64..130).prop_map(Some),
            (-40_000_i64..40_000).prop_map(Some),
            (-3_000_000_000_i64..3_000_000_000).prop_map(Some),
            Just(Some(i64::MAX)),
            Just(Some(i64::MIN + 1)),
        ]
    }

    proptest! {
        #[test]
        fn every_width_keeps_and_compares_its_values(
            values in prop::collection::vec(value(), 1..150),
            stored in value(),
            low in -200_i64..200, high in -200_i64..50_000,
        ) {
            let mut ints = Ints::default();
            values.iter().for_each(|value| ints.push(*value));
            let mut plain = values.clone();
            ints.set(plain.len() / 2, stored);
            let middle = plain.len() / 2;
            plain[middle] = stored;
            ints.set(plain.len(), Some(i64::MAX));
            let rows: Vec<_> = (0..=plain.len()).map(|row| ints.get(row)).collect();
            prop_assert_eq!(&rows[..plain.len()], &plain[..]);
            prop_assert_eq!(rows[plain.len()], None);
            let within = ints.within(low, high);
            let one_of = ints.one_of(&[-5, 0, 7]);
            let missing = ints.missing();
            let table = ints.in_table(&[true, false, true]);
            for (row, value) in plain.iter().enumerate() {
                prop_assert_eq!(within.has(row), value.is_some_and(|v| low <= v && v <= high));
                prop_assert_eq!(one_of.has(row), value.is_some_and(|v| [-5, 0, 7].contains(&v)));
                prop_assert_eq!(table.has(row), value.is_some_and(|v| v == 0 || v == 2));
                prop_assert_eq!(missing.has(row), value.is_none());
            }
            let order: Vec<u32> = (0..u32::try_from(plain.len()).unwrap()).rev().collect();
            let turned = ints.permuted(&order);
            prop_assert_eq!(turned.get(0), plain[plain.len() - 1]);
        }
    }
}
