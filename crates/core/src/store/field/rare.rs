//! Values that most rows don't have.

use super::{Field, Numbers};
use crate::store::{ColumnSink, ColumnSource, DecodeError, KeyWriter, Type, Value};

/// A value that most rows don't have, as a field: the column of an [`Option`], in eight bytes of each row. A row that has
/// the value has it elsewhere in memory.
///
/// ```
/// use fondaco_core::store::Rare;
/// let (none, some): (Rare<u128>, _) = (Rare::default(), Rare::from(Some(7u128)));
/// assert_eq!((none.get(), some.copied()), (None, Some(7)));
/// assert_eq!(some, Some(7)); // compares as the option that it is
/// assert_eq!((size_of::<Rare<u128>>(), size_of::<Option<u128>>()), (8, 32));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rare<T>(Option<Box<T>>);

impl<T> Rare<T> {
    /// The value, if there is one.
    pub fn get(&self) -> Option<&T> {
        self.0.as_deref()
    }

    /// A copy of the value, if there is one.
    pub fn copied(&self) -> Option<T>
    where
        T: Copy,
    {
        self.get().copied()
    }

    /// A clone of the value, if there is one.
    ///
    /// ```
    /// use fondaco_core::store::Rare;
    /// let note = Rare::from(Some("in two parts".to_string()));
    /// assert_eq!(note.cloned().as_deref(), Some("in two parts"));
    /// ```
    pub fn cloned(&self) -> Option<T>
    where
        T: Clone,
    {
        self.get().cloned()
    }
}

impl<T> Default for Rare<T> {
    fn default() -> Rare<T> {
        Rare(None)
    }
}

impl<T> From<Option<T>> for Rare<T> {
    fn from(value: Option<T>) -> Rare<T> {
        Rare(value.map(Box::new))
    }
}

impl<T: PartialEq> PartialEq<Option<T>> for Rare<T> {
    fn eq(&self, other: &Option<T>) -> bool {
        self.get() == other.as_ref()
    }
}

impl<T: Field> Field for Rare<T> {
    const TYPE: Type = T::TYPE;
    const NULLABLE: bool = true;
    const PERSONAL: bool = T::PERSONAL;
    fn write(&self, out: &mut dyn ColumnSink) {
        match self.get() {
            Some(value) => value.write(out),
            None => out.null(),
        }
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        Option::<T>::read(value).map(Rare::from)
    }
    fn take(from: &mut dyn ColumnSource) -> Result<Self, DecodeError> {
        <Option<T> as Field>::take(from).map(Rare::from)
    }
    fn check(&self) -> Option<&'static str> {
        self.get().and_then(T::check)
    }
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.get().is_some_and(|value| value.write_part(out))
    }
    fn fill(&mut self, numbers: &Numbers) {
        if let Some(value) = &mut self.0 {
            value.fill(numbers);
        }
    }
    fn erase(&mut self) {
        if let Some(value) = &mut self.0 {
            value.erase();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Drawn, Personal, ValueSink};

    fn columns<F: Field>(field: &F) -> Vec<Value> {
        let mut sink = ValueSink::default();
        field.write(&mut sink);
        sink.values
    }

    /// All that a field does, as an `Option` does it.
    fn is_an_option<T: Field + Clone + PartialEq + std::fmt::Debug>(value: Option<T>) {
        let (mut rare, mut option) = (Rare::from(value.clone()), value);
        let numbers = Numbers { first: vec![17] };
        for step in 0..3 {
            assert_eq!(columns(&rare), columns(&option));
            assert_eq!(rare.check(), option.check());
            let part = |write: &dyn Fn(&mut KeyWriter) -> bool| {
                let mut out = KeyWriter::new();
                (write(&mut out), out.to_key())
            };
            assert_eq!(part(&|out| rare.write_part(out)), part(&|out| option.write_part(out)));
            let read = columns(&rare).pop().map(Rare::<T>::read);
            assert_eq!(read, Some(Ok(rare.clone())));
            match step {
                0 => (rare.fill(&numbers), option.fill(&numbers)),
                _ => (rare.erase(), option.erase()),
            };
            assert_eq!(rare, option);
        }
    }

    #[test]
    fn a_rare_value_is_the_column_of_an_option() {
        is_an_option(None::<u128>);
        is_an_option(Some(7u128));
        is_an_option(Some("a\0b".to_string()));
        is_an_option(Some(Drawn::Place { draw: 0, offset: 2 }));
        is_an_option(Some(Personal::Kept("Marietta".to_string(), [7; 16])));
        assert_eq!(<Rare<Drawn> as Field>::TYPE, <Option<Drawn> as Field>::TYPE);
        const { assert!(<Rare<Drawn> as Field>::NULLABLE && !<Rare<Drawn> as Field>::PERSONAL) };
    }
}
