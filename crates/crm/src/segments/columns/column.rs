//! Columns of typed values: numbers as they are, texts and lists as codes of what a dictionary holds once.

use foldhash::HashMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::{Bits, Ints, Truths};
use crate::segments::compile::{Check, scaled};
use crate::segments::schema::{Field, Fields};
use crate::segments::{Kind, SegmentError, Truth, Value};

/// What codes stand for.
#[derive(Clone, Debug)]
enum Dictionary {
    None,
    Words(Vec<String>, HashMap<String, u32>),
    Lists(Vec<Vec<String>>, HashMap<Vec<String>, u32>),
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
        let dictionary = match field.kind {
            Kind::Text => Dictionary::Words(Vec::new(), HashMap::default()),
            Kind::Texts => Dictionary::Lists(Vec::new(), HashMap::default()),
            _ => Dictionary::None,
        };
        Column { field: field.clone(), ints: Ints::default(), dictionary, missing: 0 }
    }

    /// A value as the number that stands for it.
    fn encoded(&mut self, value: &Value) -> Result<Option<i64>, SegmentError> {
        let held = match (self.field.kind, value) {
            (_, Value::Null) => return Ok(None),
            (Kind::Number { decimals }, Value::Number(number)) => self.number(*number, decimals)?,
            (Kind::Flag, Value::Flag(flag)) => i64::from(*flag),
            (Kind::Day, Value::Day(day)) => day.num_days_from_ce().into(),
            (Kind::Instant, Value::Instant(at)) => at.micros(),
            (Kind::Text, Value::Text(text)) => self.word(text).into(),
            (Kind::Texts, Value::Texts(texts)) => self.list(texts).into(),
            (kind, other) => return Err(self.bad(format!("{other:?}"), kind.name().into())),
        };
        Ok(Some(held))
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

    fn word(&mut self, text: &str) -> u32 {
        let Dictionary::Words(words, codes) = &mut self.dictionary else { return 0 };
        if let Some(code) = codes.get(text) {
            return *code;
        }
        let code = u32::try_from(words.len()).unwrap_or(u32::MAX);
        words.push(text.to_owned());
        codes.insert(text.to_owned(), code);
        code
    }

    fn list(&mut self, texts: &[String]) -> u32 {
        let Dictionary::Lists(lists, codes) = &mut self.dictionary else { return 0 };
        let mut sorted = texts.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        if let Some(code) = codes.get(&sorted) {
            return *code;
        }
        let code = u32::try_from(lists.len()).unwrap_or(u32::MAX);
        lists.push(sorted.clone());
        codes.insert(sorted, code);
        code
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
            (_, Dictionary::Words(words, _)) => {
                words.get(code).map_or(Value::Null, |word| Value::Text(word.clone()))
            }
            (_, Dictionary::Lists(lists, _)) => {
                lists.get(code).map_or(Value::Null, |list| Value::Texts(list.clone()))
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
            (Check::Word(check), Dictionary::Words(words, _)) => {
                words.get(code()).is_some_and(|word| check.holds(word))
            }
            (Check::List(check), Dictionary::Lists(lists, _)) => {
                lists.get(code()).is_some_and(|list| check.holds(list))
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
            (Check::Word(check), Dictionary::Words(words, _)) => {
                let table: Vec<bool> = words.iter().map(|word| check.holds(word)).collect();
                self.ints.in_table(&table)
            }
            (Check::List(check), Dictionary::Lists(lists, _)) => {
                let table: Vec<bool> = lists.iter().map(|list| check.holds(list)).collect();
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
        let text = |text: &String| text.len() + 2 * size_of::<String>() + 8;
        self.ints.bytes()
            + match &self.dictionary {
                Dictionary::None => 0,
                Dictionary::Words(words, _) => words.iter().map(|word| 2 * text(word)).sum(),
                Dictionary::Lists(lists, _) => {
                    lists.iter().map(|list| 64 + 2 * list.iter().map(text).sum::<usize>()).sum()
                }
            }
    }
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

    /// Encodes a row before anything of it is stored: missing values at its end are null.
    fn encoded(&mut self, values: &[Value]) -> Result<Vec<Option<i64>>, SegmentError> {
        if values.len() > self.columns.len() {
            return Err(SegmentError::BadValue {
                what: "row",
                name: "values".into(),
                found: format!("{} values", values.len()),
                wanted: format!("{} at most, one for each attribute", self.columns.len()),
            });
        }
        let columns = self.columns.iter_mut().enumerate();
        columns.map(|(at, column)| column.encoded(values.get(at).unwrap_or(&Value::Null))).collect()
    }

    pub(crate) fn push(&mut self, values: &[Value]) -> Result<usize, SegmentError> {
        let held = self.encoded(values)?;
        for (column, held) in self.columns.iter_mut().zip(held) {
            column.missing += usize::from(held.is_none());
            column.ints.push(held);
        }
        self.rows += 1;
        Ok(self.rows - 1)
    }

    /// Other values for a row; gives back the places of those that changed.
    pub(crate) fn set(&mut self, row: usize, values: &[Value]) -> Result<Vec<usize>, SegmentError> {
        let held = self.encoded(values)?;
        let mut changed = Vec::new();
        for (place, (column, held)) in self.columns.iter_mut().zip(held).enumerate() {
            let before = column.get(row);
            if before != held {
                column.count_missing(before, held);
                column.ints.set(row, held);
                changed.push(place);
            }
        }
        Ok(changed)
    }

    /// Another value for one cell.
    pub(crate) fn fill(
        &mut self,
        field: usize,
        row: usize,
        value: &Value,
    ) -> Result<(), SegmentError> {
        if let Some(column) = self.columns.get_mut(field) {
            let before = column.get(row);
            let held = column.encoded(value)?;
            column.count_missing(before, held);
            column.ints.set(row, held);
        }
        Ok(())
    }

    pub(crate) fn column(&self, place: usize) -> Option<&Column> {
        self.columns.get(place)
    }

    /// Whether a row is as these values are.
    pub(crate) fn is(&mut self, row: usize, values: &[Value]) -> Result<bool, SegmentError> {
        let held = self.encoded(values)?;
        Ok(self.columns.iter().zip(held).all(|(column, held)| column.get(row) == held))
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
