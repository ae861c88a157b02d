//! Columns of typed values: numbers as they are, texts and lists as codes of what a dictionary holds once.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::dictionary::Dictionary;
use super::{Bits, Ints, Truths};
use crate::segments::compile::{Check, scaled};
use crate::segments::schema::{Field, Fields};
use crate::segments::{Kind, SegmentError, Truth, Value};

/// A value on its way into a column.
#[derive(Clone, Copy)]
enum Held<'v> {
    Nothing,
    Number(i64),
    /// A text, or a list of them.
    Word(&'v Value),
}

#[derive(Clone, Debug)]
pub(crate) struct Column {
    field: Field,
    ints: Ints,
    dictionary: Dictionary,
    missing: usize,
}

impl Column {
    fn new(field: &Field) -> Column {
        let dictionary = Dictionary::of(field.kind);
        Column { field: field.clone(), ints: Ints::default(), dictionary, missing: 0 }
    }

    /// A value as it is held: the number that stands for it, or what is to be looked up. Nothing is stored.
    fn held<'v>(&self, value: &'v Value) -> Result<Held<'v>, SegmentError> {
        Ok(match (self.field.kind, value) {
            (_, Value::Null) => Held::Nothing,
            (Kind::Number { decimals }, Value::Number(number)) => {
                Held::Number(self.number(*number, decimals)?)
            }
            (Kind::Flag, Value::Flag(flag)) => Held::Number(i64::from(*flag)),
            (Kind::Day, Value::Day(day)) => Held::Number(day.num_days_from_ce().into()),
            (Kind::Instant, Value::Instant(at)) => Held::Number(at.micros()),
            (Kind::Text, Value::Text(_)) | (Kind::Texts, Value::Texts(_)) => Held::Word(value),
            (kind, other) => return Err(self.bad(format!("{other:?}"), kind.name().into())),
        })
    }

    /// The code that stands for it, which is held once more.
    fn code(&mut self, held: Held<'_>) -> Option<i64> {
        match held {
            Held::Nothing => None,
            Held::Number(number) => Some(number),
            Held::Word(value) => self.dictionary.hold(value).map(i64::from),
        }
    }

    /// The code that stands for it already; of a word that nobody holds, one that no row has.
    fn known(&self, held: Held<'_>) -> Option<i64> {
        match held {
            Held::Nothing => None,
            Held::Number(number) => Some(number),
            Held::Word(value) => Some(self.dictionary.find(value).map_or(-1, i64::from)),
        }
    }

    fn push(&mut self, held: Held<'_>) {
        let code = self.code(held);
        self.missing += usize::from(code.is_none());
        self.ints.push(code);
    }

    /// Another value for a row; whether it is another.
    fn set(&mut self, row: usize, held: Held<'_>) -> bool {
        let before = self.get(row);
        if before == self.known(held) {
            return false;
        }
        let after = self.code(held);
        self.count_missing(before, after);
        self.ints.set(row, after);
        if let Some(before) = before {
            self.dictionary.release(before);
        }
        true
    }

    fn bad(&self, found: String, wanted: String) -> SegmentError {
        let name = self.field.name.clone();
        SegmentError::BadValue { what: "attribute", name, found, wanted }
    }

    fn number(&self, number: Decimal, decimals: u8) -> Result<i64, SegmentError> {
        let (held, exact) = scaled(number, decimals);
        let held = i64::try_from(held).ok().filter(|held| exact && *held != i64::MIN);
        held.ok_or_else(|| {
            let wanted =
                format!("a number with {decimals} decimals at most, within 64 bits of them");
            self.bad(number.to_string(), wanted)
        })
    }

    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        self.ints.get(row)
    }

    /// A value as hosts know it.
    pub(crate) fn value(&self, row: usize) -> Value {
        let Some(held) = self.get(row) else { return Value::Null };
        let code = usize::try_from(held).unwrap_or(usize::MAX);
        match (self.field.kind, &self.dictionary) {
            (Kind::Number { decimals }, _) => {
                Value::Number(Decimal::new(held, decimals.into()).normalize())
            }
            (Kind::Flag, _) => Value::Flag(held != 0),
            (Kind::Day, _) => {
                let day = i32::try_from(held).ok().and_then(NaiveDate::from_num_days_from_ce_opt);
                day.map_or(Value::Null, Value::Day)
            }
            (Kind::Instant, _) => {
                fondaco_core::Timestamp::from_micros(held).map_or(Value::Null, Value::Instant)
            }
            (_, Dictionary::Words(words)) => {
                words.list().get(code).map_or(Value::Null, |word| Value::Text(word.clone()))
            }
            (_, Dictionary::Lists(lists)) => {
                lists.list().get(code).map_or(Value::Null, |list| Value::Texts(list.clone()))
            }
            _ => Value::Null,
        }
    }

    /// Whether one value passes; `bounds` are those of the check at this moment, if it has such.
    #[inline]
    pub(crate) fn truth(
        &self,
        check: &Check,
        row: usize,
        now: i64,
        today: impl FnOnce() -> NaiveDate,
    ) -> Truth {
        let held = self.get(row);
        let Some(held) = held else {
            return if *check == Check::Null { Truth::Yes } else { Truth::Unknown };
        };
        let code = || usize::try_from(held).unwrap_or(usize::MAX);
        let holds = match (check, &self.dictionary) {
            (Check::Null, _) => false,
            (Check::OneOf(sorted), _) => sorted.binary_search(&held).is_ok(),
            (Check::Word(check), Dictionary::Words(words)) => {
                words.list().get(code()).is_some_and(|word| check.holds(word))
            }
            (Check::List(check), Dictionary::Lists(lists)) => {
                lists.list().get(code()).is_some_and(|list| check.holds(list))
            }
            _ => check.bounds_at(now, today).is_some_and(|bounds| bounds.holds(held.into())),
        };
        holds.into()
    }

    /// Which rows pass, for a check that rests on no clock but `now`, or on a `today` that is the same for all.
    pub(crate) fn truths(&self, check: &Check, now: i64, today: NaiveDate) -> Truths {
        if *check == Check::Null {
            return Truths::known(self.ints.missing());
        }
        let unknown = (self.missing > 0).then(|| self.ints.missing());
        let mut yes = match (check, &self.dictionary) {
            (Check::OneOf(sorted), _) => self.ints.one_of(sorted),
            (Check::Word(check), Dictionary::Words(words)) => {
                let table: Vec<bool> = words.list().iter().map(|word| check.holds(word)).collect();
                self.ints.in_table(&table)
            }
            (Check::List(check), Dictionary::Lists(lists)) => {
                let table: Vec<bool> = lists.list().iter().map(|list| check.holds(list)).collect();
                self.ints.in_table(&table)
            }
            _ => self.bounded(check, now, today),
        };
        if let Some(unknown) = &unknown {
            yes.join(unknown, |yes, unknown| yes & !unknown);
        }
        Truths { yes, unknown }
    }

    fn bounded(&self, check: &Check, now: i64, today: NaiveDate) -> Bits {
        let Some(bounds) = check.bounds_at(now, || today) else {
            return Bits::all(self.ints.len(), false);
        };
        let (low, high) = bounds.narrow();
        let mut bits = self.ints.within(low, high);
        if bounds.negated {
            bits.flip();
        }
        bits
    }

    fn count_missing(&mut self, before: Option<i64>, after: Option<i64>) {
        self.missing += usize::from(after.is_none());
        self.missing -= usize::from(before.is_none());
    }

    fn bytes(&self) -> usize {
        self.ints.bytes() + self.dictionary.bytes()
    }
}

/// A row's values, of which the last may be left out: they are null.
fn padded(values: &[Value]) -> impl Iterator<Item = &Value> {
    values.iter().chain(std::iter::repeat(&Value::Null))
}

/// Columns of as many rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: usize,
}

impl Table {
    pub(crate) fn new(fields: &Fields) -> Table {
        Table { columns: fields.list().iter().map(Column::new).collect(), rows: 0 }
    }

    /// A row as it is held, before anything of it is stored.
    fn held<'v>(
        &self,
        values: &'v [Value],
    ) -> Result<impl Iterator<Item = Result<Held<'v>, SegmentError>>, SegmentError> {
        if values.len() > self.columns.len() {
            return Err(SegmentError::BadValue {
                what: "row",
                name: "values".into(),
                found: format!("{} values", values.len()),
                wanted: format!("{} at most, one for each attribute", self.columns.len()),
            });
        }
        Ok(self.columns.iter().zip(padded(values)).map(|(column, value)| column.held(value)))
    }

    /// Whether a row can be stored.
    fn check(&self, values: &[Value]) -> Result<(), SegmentError> {
        self.held(values)?.try_for_each(|held| held.map(drop))
    }

    pub(crate) fn push(&mut self, values: &[Value]) -> Result<usize, SegmentError> {
        self.check(values)?;
        for (column, value) in self.columns.iter_mut().zip(padded(values)) {
            let held = column.held(value)?;
            column.push(held);
        }
        self.rows += 1;
        Ok(self.rows - 1)
    }

    /// Other values for a row; gives back the places of those that changed.
    pub(crate) fn set(&mut self, row: usize, values: &[Value]) -> Result<Vec<usize>, SegmentError> {
        self.check(values)?;
        let mut changed = Vec::new();
        for (place, (column, value)) in self.columns.iter_mut().zip(padded(values)).enumerate() {
            let held = column.held(value)?;
            if column.set(row, held) {
                changed.push(place);
            }
        }
        Ok(changed)
    }

    /// Forgets a row's values; words that no other row has go with them.
    pub(crate) fn clear(&mut self, row: usize) {
        for column in &mut self.columns {
            column.set(row, Held::Nothing);
        }
    }

    /// Another value for one cell.
    pub(crate) fn fill(
        &mut self,
        field: usize,
        row: usize,
        value: &Value,
    ) -> Result<(), SegmentError> {
        if let Some(column) = self.columns.get_mut(field) {
            let held = column.held(value)?;
            column.set(row, held);
        }
        Ok(())
    }

    /// A row's values.
    pub(crate) fn values(&self, row: usize) -> Vec<Value> {
        self.columns.iter().map(|column| column.value(row)).collect()
    }

    pub(crate) fn column(&self, place: usize) -> Option<&Column> {
        self.columns.get(place)
    }

    /// Whether a row is as these values are.
    pub(crate) fn is(&self, row: usize, values: &[Value]) -> Result<bool, SegmentError> {
        let mut pairs = self.columns.iter().zip(self.held(values)?);
        // What can't be stored is told wherever it stands.
        pairs.try_fold(true, |is, (column, held)| {
            let held = held?;
            Ok(is && column.get(row) == column.known(held))
        })
    }

    pub(crate) fn permute(&mut self, order: &[u32]) {
        for column in &mut self.columns {
            column.ints = column.ints.permuted(order);
        }
        self.rows = order.len();
    }

    pub(crate) fn bytes(&self) -> usize {
        self.columns.iter().map(Column::bytes).sum()
    }
}
