//! The tree of accounts: what may stand under what, how deep, and in which order a tree is opened.

use fondaco_core::map::{HashMap, HashSet};
use fondaco_core::{Range, Tx};
use smol_str::SmolStr;

use super::account::Account;
use super::{AccountClass, LedgerError, NewAccount};

/// A chart has at most so many levels: more is a mistake of whoever made it, and every report would drown in it.
pub const MAX_LEVELS: usize = 64;

const TOO_DEEP: &str = "a chart has at most 64 levels";

/// Why `parent` can't be the heading of an account of this class, if it can't.
pub(crate) fn why_not(parent: Option<&Account>, class: AccountClass) -> Option<&'static str> {
    match parent {
        None => Some("there is no such account"),
        Some(parent) if !parent.heading => Some("that account is no heading"),
        Some(parent) if parent.closes.is_some() => Some("that heading is closed"),
        Some(parent) if parent.class != class => Some("its class is another"),
        Some(_) => None,
    }
}

/// The levels of accounts that were looked up, the topmost 1.
#[derive(Default)]
pub(crate) struct Levels(HashMap<SmolStr, usize>);

impl Levels {
    /// The level of an account under `parent`.
    ///
    /// # Errors
    /// Why there is none: the chart is too deep, or, when `moved` comes to stand there, it would stand under itself.
    pub(crate) fn under(
        &mut self,
        tx: &mut Tx<'_>,
        parent: &SmolStr,
        moved: Option<&SmolStr>,
    ) -> Result<Result<usize, &'static str>, LedgerError> {
        let (mut above, mut at) = (0, Some(parent.clone()));
        while let Some(code) = at {
            if moved == Some(&code) {
                return Ok(Err("it stands under that account itself"));
            }
            if let Some(known) = self.0.get(&code) {
                above += known;
                break;
            }
            above += 1;
            if above >= MAX_LEVELS {
                break;
            }
            at = tx.get::<Account>(&code)?.and_then(|account| account.parent.clone());
        }
        Ok(if above < MAX_LEVELS { Ok(above + 1) } else { Err(TOO_DEEP) })
    }

    /// Notes the level of an account.
    pub(crate) fn note(&mut self, code: &SmolStr, level: usize) {
        self.0.insert(code.clone(), level);
    }
}

/// Why an account, with all that stands under it, can't come to stand under `parent`, if it can't.
pub(crate) fn why_not_move(
    tx: &mut Tx<'_>,
    account: &Account,
    parent: &SmolStr,
) -> Result<Option<&'static str>, LedgerError> {
    let heading = tx.get::<Account>(parent)?;
    if let Some(why) = why_not(heading.as_deref(), account.class) {
        return Ok(Some(why));
    }
    match Levels::default().under(tx, parent, Some(&account.code))? {
        Err(why) => Ok(Some(why)),
        Ok(level) if level + levels_below(tx, account)? > MAX_LEVELS => Ok(Some(TOO_DEEP)),
        Ok(_) => Ok(None),
    }
}

/// How many levels stand under an account.
fn levels_below(tx: &mut Tx<'_>, account: &Account) -> Result<usize, LedgerError> {
    let (mut level, mut headings) = (0, vec![account.code.clone()]);
    if !account.heading {
        return Ok(0);
    }
    while !headings.is_empty() && level <= MAX_LEVELS {
        let mut under = Vec::new();
        for heading in &headings {
            under.extend(tx.scan(&Range::by(Account::BY_PARENT, heading))?);
        }
        level += usize::from(!under.is_empty());
        let deeper = under.iter().filter(|account| account.heading);
        headings = deeper.map(|account| account.code.clone()).collect();
    }
    Ok(level)
}

/// The places of `accounts` in an order in which every heading comes before what stands under it; headings first.
///
/// # Errors
/// The place of one whose parents form a circle.
pub(crate) fn opening_order(accounts: &[NewAccount]) -> Result<Vec<usize>, usize> {
    let accounts: Vec<&NewAccount> = accounts.iter().collect();
    let (order, circle) = ordered(&accounts);
    circle.first().map_or(Ok(order), |first| Err(*first))
}

/// The same, and apart those whose parents form a circle, with what stands under them.
pub(crate) fn ordered(accounts: &[&NewAccount]) -> (Vec<usize>, Vec<usize>) {
    let mut sorted: Vec<usize> = (0..accounts.len()).collect();
    sorted.sort_by_key(|&at| accounts.get(at).is_some_and(|account| !account.heading));
    let coming: HashSet<&SmolStr> = accounts.iter().map(|account| &account.code).collect();
    let mut under: HashMap<&SmolStr, Vec<usize>> = HashMap::default();
    let mut order = Vec::with_capacity(accounts.len());
    for (at, account) in sorted.iter().filter_map(|&at| Some((at, accounts.get(at)?))) {
        match account.parent.as_ref().filter(|parent| coming.contains(parent)) {
            Some(parent) => under.entry(parent).or_default().push(at),
            None => order.push(at),
        }
    }
    let mut next = 0;
    while let Some(account) = order.get(next).and_then(|&at| accounts.get(at)) {
        order.extend(under.remove(&account.code).unwrap_or_default());
        next += 1;
    }
    let in_circle = |at: &usize| {
        let parent = accounts.get(*at).and_then(|account| account.parent.as_ref());
        parent.is_some_and(|parent| under.contains_key(parent))
    };
    let circle =
        if under.is_empty() { Vec::new() } else { sorted.into_iter().filter(in_circle).collect() };
    (order, circle)
}
