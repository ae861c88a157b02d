//! Lines become entries: read one after another, and put together as the mapping says.

use std::io::{Read, Seek};

use chrono::NaiveDate;
use fondaco_core::import::{Cells, FileError, Finder, Lines, Place, Reader, Refusal, Slot};
use fondaco_core::{Currency, Id, Money, PartyId, decimal};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::amounts::{Amount, AmountSlots, amount, rate, worth};
use super::refusal::Fault;
use super::{EntryMapping, Grouping, ImportError};
use crate::ledger::{Entry, NewEntry, NewPosting};

/// No entry has more lines: a file that is not sorted, or doesn't balance, must not become one entry.
pub(crate) const MOST_LINES: usize = 10_000;

/// Of one entry, no more is told: a key that is the same on every line must not fill the memory.
const MOST_FAULTS: usize = 1_000;

/// Some lines that are one entry, or none.
pub(crate) struct Group {
    /// What tells it from others: its key in the file, or its first line.
    pub(crate) key: SmolStr,
    pub(crate) line: u64,
    pub(crate) through: u64,
    pub(crate) lines: i64,
    pub(crate) entry: Option<NewEntry>,
    pub(crate) faults: Vec<Refusal>,
}

/// One line.
struct Line {
    number: u64,
    place: Place,
    key: Option<SmolStr>,
    journal: Option<SmolStr>,
    date: Option<NaiveDate>,
    postings: [Option<NewPosting>; 2],
    head: Head,
    faults: Vec<Refusal>,
}

/// What the first line of an entry tells of all of it.
#[derive(Default)]
struct Head {
    text: Option<SmolStr>,
    note: Option<SmolStr>,
    party: Option<PartyId>,
    document: Option<SmolStr>,
    document_date: Option<NaiveDate>,
    due_date: Option<NaiveDate>,
}

/// The mapping's columns, found in a file.
struct Columns {
    fields: Option<usize>,
    key: Option<Slot>,
    journal: Slot,
    date: Slot,
    account: Slot,
    contra_account: Option<Slot>,
    amounts: AmountSlots,
    currency: Slot,
    rate: Option<Slot>,
    worth: Option<Slot>,
    text: Option<Slot>,
    note: Option<Slot>,
    posting_text: Option<Slot>,
    party: Option<Slot>,
    document: Option<Slot>,
    document_date: Option<Slot>,
    due_date: Option<Slot>,
    dimensions: Vec<(SmolStr, Slot)>,
}

impl Columns {
    fn find(header: Option<&[SmolStr]>, mapping: &EntryMapping) -> Result<Columns, ImportError> {
        let finder = Finder::new(header);
        let key = match &mapping.grouping {
            Grouping::Key(key) => Some(finder.find("key", key)?),
            _ => None,
        };
        let dimension = |(name, source): &(SmolStr, super::Source)| {
            Ok::<_, ImportError>((name.clone(), finder.find("dimension", source)?))
        };
        Ok(Columns {
            fields: header.map(<[SmolStr]>::len),
            key,
            journal: finder.find("journal", &mapping.journal)?,
            date: finder.find("date", &mapping.date)?,
            account: finder.find("account", &mapping.account)?,
            contra_account: finder.find_some("contra_account", &mapping.contra_account)?,
            amounts: AmountSlots::find(&finder, &mapping.amounts)?,
            currency: finder.find("currency", &mapping.currency)?,
            rate: finder.find_some("rate", &mapping.rate)?,
            worth: finder.find_some("worth", &mapping.worth)?,
            text: finder.find_some("text", &mapping.text)?,
            note: finder.find_some("note", &mapping.note)?,
            posting_text: finder.find_some("posting_text", &mapping.posting_text)?,
            party: finder.find_some("party", &mapping.party)?,
            document: finder.find_some("document", &mapping.document)?,
            document_date: finder.find_some("document_date", &mapping.document_date)?,
            due_date: finder.find_some("due_date", &mapping.due_date)?,
            dimensions: mapping.dimensions.iter().map(dimension).collect::<Result<_, _>>()?,
        })
    }
}

/// Reads a file's entries in order.
pub(crate) struct Groups<R> {
    pub(crate) lines: Lines<R>,
    columns: Columns,
    reader: Reader,
    by_balance: bool,
    conversion: bool,
    /// A line that was read and belongs to the next entry.
    ahead: Option<Line>,
}

impl<R: Read + Seek> Groups<R> {
    pub(crate) fn open(file: R, mapping: &EntryMapping) -> Result<Groups<R>, ImportError> {
        check(mapping)?;
        let lines = Lines::open(file, &mapping.format)?;
        let columns = Columns::find(lines.header.as_deref(), mapping)?;
        Ok(Groups {
            lines,
            columns,
            reader: Reader::new(&mapping.format),
            by_balance: mapping.grouping == Grouping::Balance,
            conversion: mapping.conversion,
            ahead: None,
        })
    }

    /// Where the next entry begins.
    pub(crate) fn place(&self) -> Place {
        self.ahead.as_ref().map_or_else(|| self.lines.place(), |line| line.place)
    }

    pub(crate) fn go_to(&mut self, place: Place) -> Result<(), ImportError> {
        if self.place() != place {
            self.ahead = None;
            self.lines.go_to(place)?;
        }
        Ok(())
    }

    /// The next entry; `None` at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<Group>, ImportError> {
        let first = match self.ahead.take() {
            Some(line) => Some(line),
            None => self.line()?,
        };
        let Some(first) = first else { return Ok(None) };
        let mut building = Building::begin(first, self.by_balance, self.conversion);
        while !building.is_whole(self.columns.key.is_some()) {
            match self.line()? {
                Some(line) if building.takes(&line, self.columns.key.is_some()) => {
                    building.add(line, self.columns.date.name(), self.columns.journal.name());
                }
                Some(line) => {
                    self.ahead = Some(line);
                    break;
                }
                None => break,
            }
        }
        Ok(Some(building.end()))
    }

    fn line(&mut self) -> Result<Option<Line>, ImportError> {
        let place = self.lines.place();
        let Some(record) = self.lines.next()? else { return Ok(None) };
        let (number, mut faults) = (record.number, Vec::new());
        let cells = Cells::new(&mut self.reader, record, &mut faults);
        let line = self.columns.read(cells, number, place);
        Ok(Some(Line { faults, ..line }))
    }
}

impl Columns {
    fn read(&self, mut cells: Cells<'_>, number: u64, place: Place) -> Line {
        let mut line = Line {
            number,
            place,
            key: None,
            journal: None,
            date: None,
            postings: [None, None],
            head: Head::default(),
            faults: Vec::new(),
        };
        if !self.fields.is_none_or(|fields| cells.count_fields(fields)) {
            return line;
        }
        line.key = self.key.as_ref().and_then(|key| cells.needed(key));
        line.journal = cells.needed(&self.journal);
        line.date = cells.date(&self.date);
        line.head = Head {
            text: cells.text(&self.text),
            note: cells.text(&self.note),
            party: cells.text(&self.party).map(|name| party(&name)),
            document: cells.text(&self.document),
            document_date: cells.some_date(&self.document_date),
            due_date: cells.some_date(&self.due_date),
        };
        line.postings = self.postings(&mut cells, &line.head);
        line
    }

    fn postings(&self, cells: &mut Cells<'_>, head: &Head) -> [Option<NewPosting>; 2] {
        let account = cells.needed(&self.account);
        let contra = self.contra_account.as_ref().map(|contra| cells.needed(contra));
        let mut amount = amount(cells, &self.amounts);
        let currency = cells.currency(&self.currency);
        let rate = rate(cells, &self.rate);
        let worth = worth(cells, &self.worth, &mut amount);
        let text = cells.text(&self.posting_text);
        let mut dimensions = fondaco_core::store::Tags::default();
        for (name, slot) in &self.dimensions {
            if let Some(value) = cells.text(&Some(slot.clone())) {
                dimensions.set(name.clone(), value);
            }
        }
        let (Some(account), Some(amount), Some(currency)) = (account, amount, currency) else {
            return [None, None];
        };
        let Amount { side, value, .. } = amount;
        let posting = NewPosting {
            // The worth's currency is the ledger's, which is not known here: the import fills it in.
            ledger_amount: worth.map(|worth| Money::new(worth, currency)),
            rate,
            text,
            party: head.party,
            due_date: head.due_date,
            dimensions,
            ..NewPosting::new(account, side, Money::new(value, currency))
        };
        let other = contra.flatten().map(|account| NewPosting {
            account,
            side: side.opposite(),
            ..posting.clone()
        });
        [Some(posting), other]
    }
}

/// A party by its id, as an export writes it, else by the name under which the host knows it.
fn party(text: &str) -> PartyId {
    let id = text.parse::<Id<Entry>>().map(|id| PartyId::from_u128(id.to_u128()));
    id.unwrap_or_else(|_| PartyId::named(text))
}

/// An entry that is being put together.
struct Building {
    key: SmolStr,
    /// Whether its first line has a key, or lines are told apart otherwise.
    keyed: bool,
    line: u64,
    through: u64,
    lines: i64,
    /// Those of the first line that tells them.
    date: Option<NaiveDate>,
    journal: Option<SmolStr>,
    entry: NewEntry,
    faults: Vec<Refusal>,
    /// Debits less credits by currency, when the balance tells where it ends.
    sums: Option<Vec<(Currency, Decimal)>>,
    conversion: bool,
}

impl Building {
    fn begin(first: Line, by_balance: bool, conversion: bool) -> Building {
        let head = first.head;
        let entry = NewEntry {
            text: head.text,
            party: head.party,
            source: head.document,
            document_date: head.document_date,
            due_date: head.due_date,
            conversion,
            ..NewEntry::new("", NaiveDate::default())
        };
        let entry = match head.note {
            Some(note) => entry.note(note),
            None => entry,
        };
        let keyed = first.key.is_some();
        let mut building = Building {
            key: first.key.unwrap_or_else(|| format_smolstr!("{}", first.number)),
            keyed,
            line: first.number,
            through: first.number,
            lines: 1,
            date: first.date,
            journal: first.journal,
            entry,
            faults: first.faults,
            sums: by_balance.then(Vec::new),
            conversion,
        };
        building.post(first.postings);
        building
    }

    fn post(&mut self, postings: [Option<NewPosting>; 2]) {
        for posting in postings.into_iter().flatten() {
            if let Some(sums) = &mut self.sums {
                count(sums, &posting);
            }
            self.entry.postings.push(posting);
        }
    }

    /// Whether nothing more can belong to it.
    fn is_whole(&self, by_key: bool) -> bool {
        match &self.sums {
            Some(_) if self.conversion || !self.faults.is_empty() => false,
            Some(sums) => {
                self.entry.postings.len() > 1 && sums.iter().all(|(_, sum)| sum.is_zero())
            }
            None => !by_key,
        }
    }

    fn takes(&self, line: &Line, by_key: bool) -> bool {
        if by_key {
            return self.keyed && line.key.as_ref() == Some(&self.key);
        }
        // A line without a readable date may belong to either: then the fault is the older entry's.
        line.date.is_none_or(|date| self.date.is_none_or(|known| known == date))
    }

    fn add(&mut self, line: Line, date_column: &SmolStr, journal_column: &SmolStr) {
        self.through = line.number;
        self.lines += 1;
        let room = MOST_FAULTS.saturating_sub(self.faults.len());
        self.faults.extend(line.faults.into_iter().take(room));
        if let Some(date) = line.date
            && date != *self.date.get_or_insert(date)
            && room > 0
        {
            self.faults.push(Fault::OtherDate.at(line.number, date_column, &date.to_string()));
        }
        if let Some(journal) = line.journal
            && journal != *self.journal.get_or_insert_with(|| journal.clone())
            && room > 0
        {
            self.faults.push(Fault::OtherJournal.at(line.number, journal_column, &journal));
        }
        if self.lines as usize <= MOST_LINES {
            self.post(line.postings);
        } else if self.lines as usize == MOST_LINES + 1 {
            let fault = Fault::TooManyLines { most: MOST_LINES };
            self.faults.push(fault.at(self.line, &SmolStr::default(), ""));
        }
    }

    fn end(self) -> Group {
        let Building { key, line, through, lines, date, journal, entry, mut faults, .. } = self;
        faults.iter_mut().for_each(|fault| fault.through = through.max(fault.line));
        let entry = match (date, journal) {
            (Some(date), Some(journal)) if faults.is_empty() => {
                Some(NewEntry { date, journal, ..entry })
            }
            _ => None,
        };
        Group { key, line, through, lines, entry, faults }
    }
}

fn count(sums: &mut Vec<(Currency, Decimal)>, posting: &NewPosting) {
    let currency = posting.amount.currency();
    let amount = match posting.side {
        crate::ledger::Side::Debit => posting.amount.amount(),
        crate::ledger::Side::Credit => -posting.amount.amount(),
    };
    match sums.iter_mut().find(|(known, _)| *known == currency) {
        // A sum that can't be held is not zero either: the ledger refuses the entry.
        Some((_, sum)) => *sum = decimal::add(*sum, amount).unwrap_or(Decimal::MAX),
        None => sums.push((currency, amount)),
    }
}

/// What contradicts itself.
fn check(mapping: &EntryMapping) -> Result<(), ImportError> {
    mapping.format.check()?;
    let bad = |field, why: &str| Err(FileError::Mapping { field, why: why.into() }.into());
    match &mapping.grouping {
        Grouping::Line if mapping.contra_account.is_none() => {
            bad("grouping", "an entry of one line needs a contra account: map one")
        }
        Grouping::Balance if mapping.contra_account.is_some() => bad(
            "grouping",
            "lines with a contra account balance each by itself: group by line or key",
        ),
        Grouping::Balance if mapping.conversion => {
            bad("grouping", "a conversion's amounts don't balance: group by a key")
        }
        Grouping::Key(super::Source::Constant(_)) => {
            bad("key", "a constant makes one entry of the whole file: name a column")
        }
        _ => Ok(()),
    }
}
