//! Opening many accounts, each answered by itself.

use fondaco_core::policy::Authority;
use fondaco_core::store::{DecodeError, Value};
use fondaco_core::{Act, Halt, Outcome, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::account::open;
use super::each::{check_account, check_instant, decode_one, encode_one};
use super::gate::Gate;
use super::tree::Levels;
use super::{Account, ClosedBy, LedgerError, NewAccount, RefusedItem, rights};

/// Opens accounts, in order: each is answered by itself, and linked ones stand or fall together. An account that is there
/// already is no error when it is the same.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let wallet = |code: &str| NewAccount::new(code, "Wallet", AccountClass::Liability).kind("wallet");
/// let accounts = vec![wallet("w1"), wallet("w1"), wallet("w1").kind("fees"), wallet("w 2 ")];
/// let answer = books.send("wallets", &OpenEach::new(accounts))?.answer.accounts;
/// assert_eq!((answer[0].clone()?.existed, answer[1].clone()?.existed), (false, true));
/// assert_eq!(answer[2].as_ref().unwrap_err().about.as_deref(), Some("kind"));
/// assert_eq!(answer[3].as_ref().unwrap_err().code, "accounting.bad_code");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpenEach {
    /// The accounts, in order: a heading before what stands under it.
    pub accounts: Vec<NewAccount>,
}

impl OpenEach {
    /// Opens those of `accounts` that may be opened.
    pub fn new(accounts: Vec<NewAccount>) -> OpenEach {
        OpenEach { accounts }
    }
}

/// An account that is open, now or before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Outcome)]
pub struct Opened {
    /// Whether it was there already.
    pub existed: bool,
}

/// The answers of a batch, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenedEach {
    /// One per account.
    pub accounts: Vec<Result<Opened, RefusedItem>>,
}

impl Outcome for OpenedEach {
    fn encode(&self, out: &mut Vec<Value>) {
        out.push(Value::I64(self.accounts.len() as i64));
        self.accounts.iter().for_each(|account| encode_one(account, out));
    }
    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
        let count = i64::decode(values)?;
        let accounts = (0..count).map(|_| decode_one(values)).collect::<Result<_, _>>()?;
        Ok(OpenedEach { accounts })
    }
}

impl Act for OpenEach {
    type Answer = OpenedEach;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<OpenedEach, LedgerError> {
        let authority = tx.authority(&rights::OPEN_ACCOUNT)?;
        let named = self.accounts.iter().map(|account| account.code.clone());
        let parents = self.accounts.iter().filter_map(|account| account.parent.clone());
        tx.need::<Account>(&named.chain(parents).collect::<Vec<_>>())?;
        let imported = self.accounts.first().is_some_and(|account| account.imported_at.is_some());
        let mut opening = Opening { authority, imported, latest: None, levels: Levels::default() };
        let mut answers: Vec<Answer> = Vec::with_capacity(self.accounts.len());
        while let Some(rest) = self.accounts.get(answers.len()..).filter(|rest| !rest.is_empty()) {
            let last = rest.len() - 1;
            let through = rest.iter().position(|account| !account.linked).unwrap_or(last);
            let chain = rest.get(..=through).unwrap_or_default();
            answers.extend(opening.chain(tx, chain)?);
        }
        let refused = |answer: Answer| answer.map_err(RefusedItem::from);
        Ok(OpenedEach { accounts: answers.into_iter().map(refused).collect() })
    }
}

type Answer = Result<Opened, LedgerError>;

struct Opening {
    authority: Authority,
    imported: bool,
    /// The newest instant of any account, in an importing batch.
    latest: Option<Timestamp>,
    levels: Levels,
}

impl Opening {
    /// Opens the accounts of a chain, or none; a single one stands alone.
    fn chain(&mut self, tx: &mut Tx<'_>, chain: &[NewAccount]) -> Result<Vec<Answer>, LedgerError> {
        let open = chain.last().is_some_and(|last| last.linked);
        let latest = self.latest;
        let mut answers: Vec<Answer> = Vec::new();
        let whole = tx.attempt(|tx| {
            for (at, account) in chain.iter().enumerate() {
                if open && at + 1 == chain.len() {
                    answers.push(Err(LedgerError::LinkedOpen));
                    return Err(LedgerError::LinkedOpen);
                }
                let answer = tx.attempt(|tx| self.open(tx, account))?;
                let broken = answer.as_ref().map_or(true, |opened| opened.existed);
                answers.push(answer);
                if broken && chain.len() > 1 {
                    return Err(LedgerError::LinkedFailed);
                }
            }
            Ok(())
        })?;
        if whole.is_ok() {
            return Ok(answers);
        }
        self.latest = latest;
        let cause = answers.pop();
        let mut all: Vec<Answer> = answers.iter().map(|_| Err(LedgerError::LinkedFailed)).collect();
        all.extend(cause);
        all.extend(chain.iter().skip(all.len()).map(|_| Err(LedgerError::LinkedFailed)));
        if let Some(last) = all.last_mut().filter(|_| open) {
            *last = Err(LedgerError::LinkedOpen);
        }
        Ok(all)
    }

    fn open(&mut self, tx: &mut Tx<'_>, new: &NewAccount) -> Answer {
        check_instant(self.imported, new.imported_at, tx.now())?;
        if let Some(known) = tx.get::<Account>(&new.code)? {
            return match differs(new, &known) {
                None => Ok(Opened { existed: true }),
                Some(field) => {
                    Err(LedgerError::KeyDiffers { what: "account", key: new.code.clone(), field })
                }
            };
        }
        let before = self.latest;
        if let Some(instant) = new.imported_at {
            check_account(tx, instant, &mut self.latest)?;
        }
        let opened = open(tx, &self.authority, new, &mut self.levels);
        opened.inspect_err(|_| self.latest = before)?;
        Ok(Opened { existed: false })
    }
}

/// The first field of an account that is another than what is there.
fn differs(new: &NewAccount, known: &Account) -> Option<SmolStr> {
    let flags = |account: &Account| {
        let opened_closed = account.closed == Some(ClosedBy::Command);
        (Gate::of(&Account { closed: None, ..account.clone() }), opened_closed)
    };
    let given = new.to_account(Timestamp::EPOCH);
    let imported = known.imported.unwrap_or(false) == given.imported.unwrap_or(false);
    let linked = known.linked.unwrap_or(false) == new.linked;
    if flags(&given) != flags(known) || !imported || !linked {
        return Some(SmolStr::new_static("handling"));
    }
    let mut names: Vec<&str> =
        given.tags.iter().chain(known.tags.iter()).map(|(name, _)| name).collect();
    names.sort_unstable();
    if let Some(name) = names.into_iter().find(|name| given.tags.get(name) != known.tags.get(name))
    {
        return Some(SmolStr::new(name));
    }
    let fields = [
        ("currency", given.currency == known.currency),
        ("kind", given.kind == known.kind),
        ("name", given.name == known.name),
        ("class", given.class == known.class),
        ("parent", given.parent == known.parent),
        ("heading", given.heading == known.heading),
        ("opens", given.opens == known.opens),
        ("control", given.control == known.control),
    ];
    fields.into_iter().find(|(_, same)| !same).map(|(name, _)| SmolStr::new_static(name))
}

impl From<Halt> for RefusedItem {
    fn from(halt: Halt) -> RefusedItem {
        RefusedItem::from(LedgerError::from(halt))
    }
}
