//! From the fields of a line to values, and what is wrong with them.

use chrono::NaiveDate;
use csv::ByteRecord;
use fondaco_core::Currency;
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::format::DateFormat;
use super::refusal::{Fault, Refusal};
use super::{CsvFormat, ImportError, NumberFormat, Source};
use crate::ledger::Side;

/// Where a value comes from, found in the file's header.
#[derive(Debug, Clone)]
pub(crate) enum Slot {
    At(usize, SmolStr),
    Constant(SmolStr),
}

impl Slot {
    /// The name that a report shows.
    pub(crate) fn name(&self) -> &SmolStr {
        static NONE: SmolStr = SmolStr::new_static("");
        match self {
            Slot::At(_, name) => name,
            Slot::Constant(_) => &NONE,
        }
    }
}

/// Finds columns in a header.
pub(crate) struct Finder<'h> {
    pub(crate) header: Option<&'h [SmolStr]>,
}

impl Finder<'_> {
    pub(crate) fn find(&self, field: &'static str, source: &Source) -> Result<Slot, ImportError> {
        match source {
            Source::Constant(text) => Ok(Slot::Constant(text.clone())),
            Source::Column(name) => self.by_name(field, name),
            Source::Position(position) => {
                let at = (*position as usize).checked_sub(1).ok_or_else(|| {
                    ImportError::Mapping { field, why: "columns are counted from 1".into() }
                })?;
                let Some(header) = self.header else {
                    return Ok(Slot::At(at, format_smolstr!("{position}")));
                };
                let name = header
                    .get(at)
                    .ok_or_else(|| self.missing(field, &format_smolstr!("{position}")))?;
                Ok(Slot::At(at, name.clone()))
            }
        }
    }

    fn by_name(&self, field: &'static str, name: &SmolStr) -> Result<Slot, ImportError> {
        let Some(header) = self.header else {
            let why =
                format!("the file has no header, so {name:?} names nothing: give its position");
            return Err(ImportError::Mapping { field, why });
        };
        let mut found = header.iter().enumerate().filter(|(_, known)| *known == name);
        match (found.next(), found.next()) {
            (Some((at, name)), None) => Ok(Slot::At(at, name.clone())),
            (Some(_), Some(_)) => Err(ImportError::AmbiguousColumn { column: name.clone() }),
            (None, _) => Err(self.missing(field, name)),
        }
    }

    fn missing(&self, field: &'static str, column: &SmolStr) -> ImportError {
        let known = self.header.unwrap_or_default().join(", ").into();
        ImportError::NoColumn { column: column.clone(), field, known }
    }

    pub(crate) fn find_some(
        &self,
        field: &'static str,
        source: &Option<Source>,
    ) -> Result<Option<Slot>, ImportError> {
        source.as_ref().map(|source| self.find(field, source)).transpose()
    }
}

/// How values of this file are written.
pub(crate) struct Reader {
    numbers: NumberFormat,
    dates: Vec<DateFormat>,
    patterns: SmolStr,
    /// Dates mostly repeat from line to line.
    last_date: Option<(SmolStr, NaiveDate)>,
}

impl Reader {
    pub(crate) fn new(format: &CsvFormat) -> Reader {
        Reader {
            numbers: format.numbers,
            dates: format.dates.iter().filter_map(|pattern| DateFormat::parse(pattern)).collect(),
            patterns: format.dates.join(" or ").into(),
            last_date: None,
        }
    }
}

/// An amount as a line tells it.
pub(crate) struct Amount {
    pub(crate) side: Side,
    /// Without its sign.
    pub(crate) value: Decimal,
    /// Whether it stands there with a minus.
    pub(crate) negative: bool,
}

/// One line, and everything found wrong with it.
pub(crate) struct Cells<'r> {
    pub(crate) reader: &'r mut Reader,
    pub(crate) record: &'r ByteRecord,
    pub(crate) line: u64,
    pub(crate) faults: &'r mut Vec<Refusal>,
}

impl Cells<'_> {
    /// Whether the line has as many fields as the header; more are fine when they are empty.
    pub(crate) fn count_fields(&mut self, expected: usize) -> bool {
        let found = self.record.len();
        let more = self.record.iter().skip(expected).any(|field| !matches!(field, b"" | b"\r"));
        if found >= expected && !more {
            return true;
        }
        self.faults.push(Fault::Fields { found, expected }.at(self.line, &SmolStr::default(), ""));
        false
    }

    /// What stands there, without blanks around it; `""` when it is not there or no text, which is noted.
    fn raw(&mut self, slot: &Slot) -> SmolStr {
        let (at, name) = match slot {
            Slot::Constant(text) => return text.clone(),
            Slot::At(at, name) => (*at, name),
        };
        let mut field = self.record.get(at).unwrap_or_default();
        if at + 1 == self.record.len() {
            field = field.strip_suffix(b"\r").unwrap_or(field);
        }
        match std::str::from_utf8(field) {
            Ok(text) => SmolStr::new(text.trim()),
            Err(_) => {
                let shown = String::from_utf8_lossy(field);
                self.faults.push(Fault::NotText.at(self.line, name, &shown));
                SmolStr::default()
            }
        }
    }

    pub(crate) fn fault(&mut self, fault: Fault, slot: &Slot, value: &str) {
        self.faults.push(fault.at(self.line, slot.name(), value));
    }

    /// A text, if there is one.
    pub(crate) fn text(&mut self, slot: &Option<Slot>) -> Option<SmolStr> {
        let text = self.raw(slot.as_ref()?);
        (!text.is_empty()).then_some(text)
    }

    /// A text that must be there.
    pub(crate) fn needed(&mut self, slot: &Slot) -> Option<SmolStr> {
        let before = self.faults.len();
        let text = self.raw(slot);
        if text.is_empty() && self.faults.len() == before {
            self.fault(Fault::Missing, slot, "");
        }
        (!text.is_empty()).then_some(text)
    }

    pub(crate) fn date(&mut self, slot: &Slot) -> Option<NaiveDate> {
        let text = self.needed(slot)?;
        self.as_date(slot, text)
    }

    pub(crate) fn some_date(&mut self, slot: &Option<Slot>) -> Option<NaiveDate> {
        let text = self.text(slot)?;
        self.as_date(slot.as_ref()?, text)
    }

    fn as_date(&mut self, slot: &Slot, text: SmolStr) -> Option<NaiveDate> {
        if let Some((last, date)) = &self.reader.last_date
            && *last == text
        {
            return Some(*date);
        }
        let date = self.reader.dates.iter().find_map(|format| format.read(&text));
        match date {
            Some(date) => self.reader.last_date = Some((text, date)),
            None => {
                let patterns = self.reader.patterns.clone();
                self.fault(Fault::BadDate { patterns }, slot, &text);
            }
        }
        date
    }

    /// A number, if there is one; `Err` when what is there is none.
    fn number(&mut self, slot: &Slot, fault: Fault) -> Result<Option<Decimal>, ()> {
        let before = self.faults.len();
        let text = self.raw(slot);
        if text.is_empty() {
            return if self.faults.len() == before { Ok(None) } else { Err(()) };
        }
        match self.reader.numbers.read(&text) {
            Some(number) => Ok(Some(number)),
            None => {
                self.fault(fault, slot, &text);
                Err(())
            }
        }
    }

    /// A number above zero, if there is one.
    pub(crate) fn rate(&mut self, slot: &Option<Slot>) -> Option<Decimal> {
        let slot = slot.as_ref()?;
        let rate = self.number(slot, Fault::BadRate).ok()??;
        if rate > Decimal::ZERO {
            return Some(rate);
        }
        self.fault(Fault::BadRate, slot, &rate.to_string());
        None
    }

    /// An amount, if there is one.
    pub(crate) fn some_amount(&mut self, slot: &Option<Slot>) -> Option<Decimal> {
        self.number(slot.as_ref()?, Fault::BadAmount).ok()?
    }

    /// What an amount is worth, positive, if that is told: a sign of its own would leave open which of both is right. Where the
    /// amount is nothing, as a revaluation posts it, the worth says the side.
    pub(crate) fn worth(
        &mut self,
        slot: &Option<Slot>,
        amount: &mut Option<Amount>,
    ) -> Option<Decimal> {
        let worth = self.some_amount(slot)?;
        if worth < Decimal::ZERO {
            match amount {
                Some(amount) if amount.value.is_zero() => amount.side = amount.side.opposite(),
                Some(amount) if !amount.negative => {
                    self.fault(Fault::OtherSign, slot.as_ref()?, &worth.to_string());
                }
                // Without an amount there is no sign to differ from.
                _ => {}
            }
        }
        Some(worth.abs())
    }

    pub(crate) fn currency(&mut self, slot: &Slot) -> Option<Currency> {
        let text = self.needed(slot)?;
        self.as_currency(slot, &text)
    }

    pub(crate) fn some_currency(&mut self, slot: &Option<Slot>) -> Option<Currency> {
        let text = self.text(slot)?;
        self.as_currency(slot.as_ref()?, &text)
    }

    fn as_currency(&mut self, slot: &Slot, text: &str) -> Option<Currency> {
        let currency =
            Currency::from_code(text).or_else(|| Currency::from_code(&text.to_ascii_uppercase()));
        if currency.is_none() {
            self.fault(Fault::BadCurrency, slot, text);
        }
        currency
    }

    /// The amount that a line tells.
    pub(crate) fn amount(&mut self, amounts: &AmountSlots) -> Option<Amount> {
        let (side, amount) = match amounts {
            AmountSlots::Signed { amount, positive } => (*positive, self.needed_amount(amount)?),
            AmountSlots::Sided { amount, side, debit, credit } => {
                let amount = self.needed_amount(amount);
                let word = self.needed(side)?;
                (self.side(side, &word, debit, credit)?, amount?)
            }
            AmountSlots::Columns { debit, credit } => self.either(debit, credit)?,
        };
        let negative = amount.is_sign_negative() && !amount.is_zero();
        let side = if negative { side.opposite() } else { side };
        Some(Amount { side, value: amount.abs(), negative })
    }

    fn needed_amount(&mut self, slot: &Slot) -> Option<Decimal> {
        let amount = self.number(slot, Fault::BadAmount).ok()?;
        if amount.is_none() {
            self.fault(Fault::Missing, slot, "");
        }
        amount
    }

    fn either(&mut self, debit: &Slot, credit: &Slot) -> Option<(Side, Decimal)> {
        let left = self.number(debit, Fault::BadAmount);
        let right = self.number(credit, Fault::BadAmount);
        match (left.ok()?, right.ok()?) {
            (None, None) => {
                self.fault(Fault::NoAmount, debit, "");
                None
            }
            (Some(left), Some(right)) if !left.is_zero() && !right.is_zero() => {
                self.fault(Fault::TwoAmounts, credit, &right.to_string());
                None
            }
            (Some(left), None) => Some((Side::Debit, left)),
            (Some(left), Some(_)) if !left.is_zero() => Some((Side::Debit, left)),
            (_, Some(right)) => Some((Side::Credit, right)),
        }
    }

    fn side(
        &mut self,
        slot: &Slot,
        word: &str,
        debit: &[SmolStr],
        credit: &[SmolStr],
    ) -> Option<Side> {
        let is = |words: &[SmolStr]| words.iter().any(|known| same_word(known, word));
        match (is(debit), is(credit)) {
            (true, false) => Some(Side::Debit),
            (false, true) => Some(Side::Credit),
            _ => {
                self.fault(Fault::BadSide, slot, word);
                None
            }
        }
    }
}

/// Small and capital letters are the same.
pub(crate) fn same_word(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || a.to_lowercase() == b.to_lowercase()
}

/// [`AmountColumns`](super::AmountColumns), found in the header.
pub(crate) enum AmountSlots {
    Signed { amount: Slot, positive: Side },
    Columns { debit: Slot, credit: Slot },
    Sided { amount: Slot, side: Slot, debit: Vec<SmolStr>, credit: Vec<SmolStr> },
}

const DEBIT: [&str; 6] = ["D", "DR", "DEBIT", "S", "SOLL", "+"];
const CREDIT: [&str; 6] = ["C", "CR", "CREDIT", "H", "HABEN", "-"];

impl AmountSlots {
    pub(crate) fn find(
        finder: &Finder<'_>,
        amounts: &super::AmountColumns,
    ) -> Result<AmountSlots, ImportError> {
        use super::AmountColumns;
        Ok(match amounts {
            AmountColumns::Signed { amount, positive } => {
                AmountSlots::Signed { amount: finder.find("amount", amount)?, positive: *positive }
            }
            AmountColumns::Columns { debit, credit } => AmountSlots::Columns {
                debit: finder.find("debit", debit)?,
                credit: finder.find("credit", credit)?,
            },
            AmountColumns::Sided { amount, side, debit_words, credit_words } => {
                AmountSlots::Sided {
                    amount: finder.find("amount", amount)?,
                    side: finder.find("side", side)?,
                    debit: words(debit_words, &DEBIT),
                    credit: words(credit_words, &CREDIT),
                }
            }
        })
    }
}

fn words(own: &[SmolStr], usual: &[&'static str]) -> Vec<SmolStr> {
    if own.is_empty() {
        return usual.iter().map(|word| SmolStr::new_static(word)).collect();
    }
    own.to_vec()
}
