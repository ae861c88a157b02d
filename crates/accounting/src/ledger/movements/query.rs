//! Which movements are asked for.

use fondaco_core::{Currency, Id, Reading, Timestamp};
use smol_str::SmolStr;

use super::stream::Window;
use super::sums::Carried;
use super::walk::Whose;
use super::{Did, Lines, Movement};
use crate::ledger::{LedgerError, PendingPosting, Posting, Side};

/// Which movements are asked for, in which order, and how many.
///
/// ```
/// use fondaco_accounting::ledger::{MovementQuery, Side};
/// let query = MovementQuery::account("wallet/17")
///     .side(Side::Debit)
///     .kind("payment")
///     .tag("order", "4711")
///     .newest_first()
///     .limit(100);
/// # let _ = query;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MovementQuery {
    pub(crate) account: Option<SmolStr>,
    pub(crate) kind: Option<SmolStr>,
    side: Option<Side>,
    tags: Vec<(SmolStr, SmolStr)>,
    dimensions: Vec<(SmolStr, SmolStr)>,
    pub(super) currency: Option<Currency>,
    from: Option<Timestamp>,
    through: Option<Timestamp>,
    newest_first: bool,
    limit: Option<usize>,
    after: Option<(Timestamp, u128)>,
    since: Option<(Timestamp, u128)>,
    until: Option<(Timestamp, u128)>,
    pub(super) carried: Carried,
}

impl MovementQuery {
    /// Those of every account, the oldest first.
    pub fn all() -> MovementQuery {
        MovementQuery {
            account: None,
            kind: None,
            side: None,
            tags: Vec::new(),
            dimensions: Vec::new(),
            currency: None,
            from: None,
            through: None,
            newest_first: false,
            limit: None,
            after: None,
            since: None,
            until: None,
            carried: Carried::default(),
        }
    }

    /// Those that have a line on this account.
    pub fn account(code: impl Into<SmolStr>) -> MovementQuery {
        MovementQuery { account: Some(code.into()), ..MovementQuery::all() }
    }

    /// Only those that debit the account, or that credit it.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let paid = books.movements(&MovementQuery::account("1000").side(Side::Credit))?;
    /// assert_eq!(paid.len(), 1); // the rent
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn side(mut self, side: Side) -> MovementQuery {
        self.side = Some(side);
        self
    }

    /// Only those of this kind.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<SmolStr>) -> MovementQuery {
        self.kind = Some(kind.into());
        self
    }

    /// Only those with this tag; every call narrows it further.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let order = |n| NewEntry::new("GEN", day("2026-03-01")).debit("1000", eur("5")).credit("4000", eur("5")).tag("order", n);
    /// books.send("orders", &PostEach::new(vec![order("4711"), order("4712")]))?;
    /// let found = books.movements(&MovementQuery::all().tag("order", "4712"))?;
    /// assert_eq!((found.len(), found[0].tags.get("order")), (1, Some("4712")));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn tag(mut self, name: impl Into<SmolStr>, text: impl Into<SmolStr>) -> MovementQuery {
        self.tags.push((name.into(), text.into()));
        self
    }

    /// Only those with this dimension on a line of the account; every call narrows it further.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let rent = NewPosting::debit("5100", eur("60")).dimension("site", "Mestre");
    /// books.post("rent", NewEntry::new("GEN", day("2026-03-01")).posting(rent).credit("1000", eur("60")))?;
    /// let of_mestre = MovementQuery::account("5100").dimension("site", "Mestre");
    /// assert_eq!(books.movements(&of_mestre)?.len(), 1);
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn dimension(
        mut self,
        name: impl Into<SmolStr>,
        text: impl Into<SmolStr>,
    ) -> MovementQuery {
        self.dimensions.push((name.into(), text.into()));
        self
    }

    /// Only those whose first line is in this currency, or, of an account, that have a line there in it.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// assert!(books.movements(&MovementQuery::all().currency(Currency::USD))?.is_empty());
    /// assert_eq!(books.movements(&MovementQuery::all().currency(Currency::EUR))?.len(), 3);
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn currency(mut self, currency: Currency) -> MovementQuery {
        self.currency = Some(currency);
        self
    }

    /// Only those that were recorded at this instant or later.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let recorded: Timestamp = "2026-06-01T08:00:00Z".parse().unwrap(); // all of it
    /// assert_eq!(books.movements(&MovementQuery::all().from(recorded))?.len(), 3);
    /// let before = recorded.checked_add(chrono::TimeDelta::microseconds(-1)).unwrap();
    /// assert!(books.movements(&MovementQuery::all().through(before))?.is_empty());
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn from(mut self, instant: Timestamp) -> MovementQuery {
        self.from = Some(instant);
        self
    }

    /// Only those that were recorded at this instant or earlier.
    #[must_use]
    pub fn through(mut self, instant: Timestamp) -> MovementQuery {
        self.through = Some(instant);
        self
    }

    /// The newest first.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let newest = books.movements(&MovementQuery::account("1000").newest_first().limit(1))?;
    /// let Lines::Posted(lines) = &newest[0].lines else { panic!("it was posted") };
    /// assert_eq!(lines[0].money(), eur("-40")); // the rent
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn newest_first(mut self) -> MovementQuery {
        self.newest_first = true;
        self
    }

    /// At most so many movements.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> MovementQuery {
        self.limit = Some(limit);
        self
    }

    /// Only what comes after this one, in the order of the query: the next page. It is read from there on; a
    /// [history](super::history()) goes on from the totals that the page before ended with.
    #[must_use]
    pub fn after(mut self, last: &Movement) -> MovementQuery {
        self.after = Some(last.place());
        self.carried = last.sums.clone();
        self
    }

    /// Only this one and what was recorded after it, of one batch too.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let all = books.movements(&MovementQuery::all())?;
    /// assert_eq!(books.movements(&MovementQuery::all().since(&all[1]))?, all[1..]);
    /// assert_eq!(books.movements(&MovementQuery::all().until(&all[1]))?, all[..2]);
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn since(mut self, first: &Movement) -> MovementQuery {
        self.since = Some(first.place());
        self
    }

    /// Only this one and what was recorded before it, of one batch too.
    #[must_use]
    pub fn until(mut self, last: &Movement) -> MovementQuery {
        self.until = Some(last.place());
        self
    }

    pub(super) fn check(&self) -> Result<(), LedgerError> {
        let of_lines = self.side.is_some() || !self.dimensions.is_empty();
        if self.account.is_none() && of_lines {
            let why = "a side and dimensions are those of lines: name the account".into();
            return Err(LedgerError::BadInput { what: "query", why });
        }
        Ok(())
    }

    /// Whether a movement comes after the one that a page begins behind.
    pub(super) fn is_after(&self, movement: &Movement) -> bool {
        self.after.is_none_or(|last| match self.newest_first {
            true => movement.place() < last,
            false => movement.place() > last,
        })
    }

    /// Whether a movement is asked for, as far as it says itself.
    pub(super) fn takes(&self, movement: &Movement) -> bool {
        let (at, tag) = (movement.at, |name: &SmolStr| movement.tags.get(name));
        let kind = self.kind.is_none() || self.kind == movement.kind;
        let place = movement.place();
        kind && self.is_after(movement)
            && self.since.is_none_or(|since| since <= place)
            && self.until.is_none_or(|until| place <= until)
            && self.from.is_none_or(|from| from <= at)
            && self.through.is_none_or(|through| at <= through)
            && self.tags.iter().all(|(name, text)| tag(name) == Some(text))
            && (self.account.is_none() || movement.lines.any(|line| self.takes_line(line)))
    }

    fn takes_line(&self, line: Line<'_>) -> bool {
        self.side.is_none_or(|side| side == line.side)
            && self.currency.is_none_or(|currency| currency == line.currency)
            && self.dimensions.iter().all(|(name, text)| line.dimensions.get(name) == Some(text))
    }

    /// How many are asked for at most.
    pub(super) fn most(&self) -> usize {
        self.limit.unwrap_or(usize::MAX)
    }

    pub(super) fn limit_given(&self) -> Option<usize> {
        self.limit
    }

    pub(super) fn is_backwards(&self) -> bool {
        self.newest_first
    }

    /// Whose movements are asked for, as far as something finds them.
    pub(super) fn whose(&self) -> Whose {
        match (&self.account, &self.kind) {
            (Some(account), _) => Whose::Account(account.clone()),
            (None, Some(kind)) => Whose::Kind(kind.clone()),
            (None, None) => Whose::All,
        }
    }

    /// Where all lies that is asked for.
    pub(super) fn window(&self) -> Window {
        let after = self.after.map(|(at, _)| at);
        let (after, before) = if self.newest_first { (None, after) } else { (after, None) };
        let time = |place: Option<(Timestamp, u128)>| place.map(|(at, _)| at);
        let from = [self.from, time(self.since), after].into_iter().flatten().max();
        let through = [self.through, time(self.until), before].into_iter().flatten().min();
        Window {
            from: from.map(Timestamp::millis),
            through: through.map(Timestamp::millis).filter(|end| *end < Timestamp::MAX.millis()),
            backwards: self.newest_first,
        }
    }

    /// Of these, those that are asked for.
    pub(super) fn take_of(
        &self,
        read: &mut impl Reading,
        mut found: Vec<Movement>,
    ) -> Result<Vec<Movement>, LedgerError> {
        found.retain(|movement| self.takes(movement));
        match self.currency.filter(|_| self.account.is_none()) {
            Some(currency) => in_currency(read, found, currency),
            None => Ok(found),
        }
    }
}

/// Those whose first line is in this currency.
fn in_currency(
    read: &mut impl Reading,
    found: Vec<Movement>,
    currency: Currency,
) -> Result<Vec<Movement>, LedgerError> {
    let first = |id: Option<Id<_>>| id.map(|id| (id, 1));
    let entries: Vec<_> =
        found.iter().filter_map(|movement| first(movement.did.entry_of())).collect();
    let holds: Vec<_> = found
        .iter()
        .filter(|movement| movement.did.entry_of().is_none())
        .filter_map(|movement| movement.did.pending_of().map(|id| (id, 1)))
        .collect();
    let mut entries = read.peek_many::<Posting>(&entries)?.into_iter();
    let mut holds = read.peek_many::<PendingPosting>(&holds)?.into_iter();
    let mut taken = Vec::with_capacity(found.len());
    for movement in found {
        let of_first = match movement.did.entry_of() {
            Some(_) => entries.next().flatten().map(|line| line.currency),
            None => holds.next().flatten().map(|line| line.currency),
        };
        if of_first == Some(currency) {
            taken.push(movement);
        }
    }
    Ok(taken)
}

impl Did {
    fn entry_of(&self) -> Option<Id<crate::ledger::Entry>> {
        match self {
            Did::Post(entry) | Did::PostPending { entry, .. } => Some(*entry),
            _ => None,
        }
    }

    fn pending_of(&self) -> Option<Id<crate::ledger::PendingEntry>> {
        match self {
            Did::Post(_) => None,
            Did::Hold(pending)
            | Did::PostPending { pending, .. }
            | Did::Void(pending)
            | Did::Expire(pending) => Some(*pending),
        }
    }
}

/// What a query asks of a line.
#[derive(Clone, Copy)]
struct Line<'a> {
    side: Side,
    currency: Currency,
    dimensions: &'a fondaco_core::store::Tags,
}

impl Lines {
    fn any(&self, takes: impl Fn(Line<'_>) -> bool) -> bool {
        let posted = |line: &Posting| {
            takes(Line { side: line.side, currency: line.currency, dimensions: &line.dimensions })
        };
        let held = |line: &PendingPosting| {
            takes(Line { side: line.side, currency: line.currency, dimensions: &line.dimensions })
        };
        match self {
            Lines::None => false,
            Lines::Posted(lines) => lines.iter().any(|line| posted(line)),
            Lines::Pending(lines) | Lines::Both(lines, _) => lines.iter().any(|line| held(line)),
        }
    }
}
