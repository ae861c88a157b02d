//! What the codes of texts and lists stand for: each is held once, as long as a row has it.

use std::borrow::Borrow;
use std::hash::Hash;

use fondaco_core::map::HashMap;

use crate::segments::{Kind, Value};

/// What codes stand for.
#[derive(Clone, Debug)]
pub(super) enum Dictionary {
    None,
    Words(Words<String>),
    Lists(Words<Vec<String>>),
}

/// Values by their codes, with how many rows have each. A code of which no row is left is used again.
#[derive(Clone, Debug)]
pub(super) struct Words<T> {
    list: Vec<T>,
    codes: HashMap<T, u32>,
    rows: Vec<u32>,
    free: Vec<u32>,
}

impl<T: Clone + Default + Eq + Hash> Words<T> {
    fn new() -> Words<T> {
        Words { list: Vec::new(), codes: HashMap::default(), rows: Vec::new(), free: Vec::new() }
    }

    /// All of them, by their codes; of a code that is free, nothing.
    pub(super) fn list(&self) -> &[T] {
        &self.list
    }

    fn find<Q: Eq + Hash + ?Sized>(&self, value: &Q) -> Option<u32>
    where
        T: Borrow<Q>,
    {
        self.codes.get(value).copied()
    }

    fn hold<Q: Eq + Hash + ToOwned<Owned = T> + ?Sized>(&mut self, value: &Q) -> u32
    where
        T: Borrow<Q>,
    {
        let code = self.find(value).unwrap_or_else(|| self.add(value.to_owned()));
        if let Some(rows) = self.rows.get_mut(code as usize) {
            *rows = rows.saturating_add(1);
        }
        code
    }

    fn add(&mut self, value: T) -> u32 {
        let code = self.free.pop().unwrap_or_else(|| {
            self.list.push(T::default());
            self.rows.push(0);
            u32::try_from(self.list.len() - 1).unwrap_or(u32::MAX)
        });
        if let Some(there) = self.list.get_mut(code as usize) {
            *there = value.clone();
        }
        self.codes.insert(value, code);
        code
    }

    fn release(&mut self, code: u32) {
        let Some(rows) = self.rows.get_mut(code as usize) else { return };
        *rows = rows.saturating_sub(1);
        if *rows == 0 {
            let value = self.list.get_mut(code as usize).map(std::mem::take);
            if value.and_then(|value| self.codes.remove(&value)).is_some() {
                self.free.push(code);
            }
        }
    }
}

impl Dictionary {
    pub(super) fn of(kind: Kind) -> Dictionary {
        match kind {
            Kind::Text => Dictionary::Words(Words::new()),
            Kind::Texts => Dictionary::Lists(Words::new()),
            _ => Dictionary::None,
        }
    }

    /// The code of a text or a list, if a row has it.
    pub(super) fn find(&self, value: &Value) -> Option<u32> {
        match (self, value) {
            (Dictionary::Words(words), Value::Text(text)) => words.find(text.as_str()),
            (Dictionary::Lists(lists), Value::Texts(texts)) => lists.find(sorted(texts).as_slice()),
            _ => None,
        }
    }

    /// The code of a text or a list, which one more row has.
    pub(super) fn hold(&mut self, value: &Value) -> Option<u32> {
        match (self, value) {
            (Dictionary::Words(words), Value::Text(text)) => Some(words.hold(text.as_str())),
            (Dictionary::Lists(lists), Value::Texts(texts)) => {
                Some(lists.hold(sorted(texts).as_slice()))
            }
            _ => None,
        }
    }

    /// A row has what a code stands for no more.
    pub(super) fn release(&mut self, code: i64) {
        let Ok(code) = u32::try_from(code) else { return };
        match self {
            Dictionary::None => {}
            Dictionary::Words(words) => words.release(code),
            Dictionary::Lists(lists) => lists.release(code),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        let text = |text: &String| text.len() + size_of::<String>();
        let each = |capacity: usize| capacity * 9;
        match self {
            Dictionary::None => 0,
            Dictionary::Words(words) => {
                let held = words.list.iter().map(|word| 2 * text(word)).sum::<usize>();
                held + each(words.codes.capacity())
            }
            Dictionary::Lists(lists) => {
                let list = |list: &Vec<String>| 48 + 2 * list.iter().map(text).sum::<usize>();
                lists.list.iter().map(list).sum::<usize>() + each(lists.codes.capacity())
            }
        }
    }
}

/// A list as a set: in order, each once.
pub(crate) fn sorted(texts: &[String]) -> Vec<String> {
    let mut sorted = texts.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}
