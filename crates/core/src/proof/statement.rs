//! What a commit says, and what a row holds, read from the very messages whose hashes are in the log.

use smol_str::SmolStr;

use super::ProofError;
use crate::chain::{CONTENT, CanonicalReader};
use crate::store::{Event, Hash, Record, Value, ValueSource};
use crate::{ActorId, CommandId, CompanyId, Timestamp};

/// What a commit says: all that its content hash covers.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Statement {
    /// Whose commit.
    pub company: CompanyId,
    /// The command.
    pub id: CommandId,
    /// The salted digest of the command.
    pub digest: Hash,
    /// Who.
    pub actor: ActorId,
    /// The host's time when the act began.
    pub time: Timestamp,
    /// The root over the rows that it wrote.
    pub root: Hash,
    /// What happened.
    pub events: Vec<Event>,
    /// The answer that the command got.
    pub answer: Vec<Value>,
    /// The hash over which `State` rows it wrote; `None` when it wrote none, or was sealed before that was said.
    pub labels: Option<Hash>,
}

impl Statement {
    /// Reads the message that a content hash is made of.
    ///
    /// # Errors
    /// [`ProofError::Malformed`].
    pub(super) fn read(message: &[u8]) -> Result<Statement, ProofError> {
        let bad = || ProofError::malformed(0, "the commit's message is not in its form");
        let (word, reader) = CanonicalReader::new(message).ok_or_else(bad)?;
        let mut reading = Reading(reader);
        let statement = (word == CONTENT).then(|| reading.statement()).flatten();
        statement.filter(|_| reading.0.rest().is_empty()).ok_or_else(bad)
    }
}

struct Reading<'m>(CanonicalReader<'m>);

impl Reading<'_> {
    fn statement(&mut self) -> Option<Statement> {
        let company = CompanyId::from_u128(self.id()?);
        let id = CommandId::from_u128(self.id()?);
        let digest = self.hash()?;
        let actor = ActorId::new(&self.text()?);
        let Value::Instant(time) = self.0.next()? else { return None };
        let root = self.hash()?;
        let events = (0..self.count()?).map(|_| self.event()).collect::<Option<_>>()?;
        let answer = (0..self.count()?).map(|_| self.0.next()).collect::<Option<_>>()?;
        let labels = if self.0.rest().is_empty() { None } else { Some(self.hash()?) };
        Some(Statement { company, id, digest, actor, time, root, events, answer, labels })
    }

    fn event(&mut self) -> Option<Event> {
        let mut event = Event::new(self.text()?);
        for _ in 0..self.count()? {
            event = event.with(self.text()?, self.0.next()?);
        }
        Some(event)
    }

    fn count(&mut self) -> Option<u64> {
        let Value::I64(count) = self.0.next()? else { return None };
        // Nulls take no bytes, but nobody says a million of them.
        u64::try_from(count).ok().filter(|&count| count <= 1 << 20)
    }

    fn id(&mut self) -> Option<u128> {
        if let Value::Id(id) = self.0.next()? { Some(id) } else { None }
    }

    fn hash(&mut self) -> Option<Hash> {
        let Value::Bytes(bytes) = self.0.next()? else { return None };
        bytes.as_ref().try_into().ok()
    }

    fn text(&mut self) -> Option<SmolStr> {
        if let Value::Text(text) = self.0.next()? { Some(text) } else { None }
    }
}

/// A row that a commit wrote, as its hash covers it: columns by their numbers, personal values as commitments.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ProvenRow {
    /// The table.
    pub table: SmolStr,
    /// The values that are not null, with their columns' numbers, counted from 0. A personal value is
    /// [`Value::Erased`], its commitment, unless the proof opens it: then it is [`Value::Personal`].
    pub columns: Vec<(u8, Value)>,
}

impl ProvenRow {
    /// The value of a column; `None` when it is null.
    pub fn column(&self, number: u8) -> Option<&Value> {
        self.columns.iter().find(|(column, _)| *column == number).map(|(_, value)| value)
    }

    /// The row as a record, to be read in its own terms. Personal values that no proof opens are erased ones.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_core::proof::SignedCheckpoint;
    /// # let shop = shop();
    /// let mut prover = shop.prover();
    /// prover.catch_up(&mut ())?;
    /// let checkpoint = SignedCheckpoint::new(prover.checkpoint("acme.example/books")?);
    /// let proof = prover.row(&shelf(1, "door").row_key(), &checkpoint, &[])?;
    /// let row = proof.verify_against(checkpoint.unverified())?.row.ok_or("of a row")?;
    /// assert_eq!(row.record::<Shelf>()?, shelf(1, "door"));
    /// assert!(row.record::<Note>().is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ProofError::Malformed`] when the row is of another table, or not what that holds.
    pub fn record<R: Record>(&self) -> Result<R, ProofError> {
        let bad = |why: String| ProofError::malformed(0, why);
        let table = R::TABLE;
        if self.table != table.name {
            return Err(bad(format!("the row is of {}, not of {}", self.table, table.name)));
        }
        let mut values = vec![Value::Null; table.columns.len()];
        for (column, value) in &self.columns {
            let place = values.get_mut(usize::from(*column));
            let what = || bad(format!("{} has no column {column}", table.name));
            *place.ok_or_else(what)? = value.clone();
        }
        let mut source = ValueSource::new(&values);
        R::read_columns(&mut source).map_err(|error| bad(error.to_string()))
    }

    /// Reads the message that a row's hash is made of.
    ///
    /// # Errors
    /// [`ProofError::Malformed`].
    pub(super) fn read(message: &[u8]) -> Result<ProvenRow, ProofError> {
        let bad = || ProofError::malformed(0, "the row's message is not in its form");
        let (word, mut reader) = CanonicalReader::new(message).ok_or_else(bad)?;
        // Other messages begin with a word that no table is called by, so that none of them passes for a row.
        if word.is_empty() || !word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(bad());
        }
        let mut columns = Vec::new();
        while !reader.rest().is_empty() {
            columns.push(reader.next_column().ok_or_else(bad)?);
        }
        Ok(ProvenRow { table: word.into(), columns })
    }
}
