//! Trees of codes: rows that stand under others of their kind, such as locations and categories.
//!
//! A row names its parent by its code, or none; the same idea for every tree, so that each is opened in any order, walked in few
//! trips, and kept free of circles by the same lines:
//! - an act opens branches in [`opening_order`], and asks [`Levels::under`] of each;
//! - it moves one after [`check_move`];
//! - it asks for what stands above by [`rest_above`], below by [`rest_below`], so that its decision rests on them;
//! - a report walks by [`above`] and [`below`];
//! - who asks often takes a [`Tree`], made of all rows at once ([`Tx::compiled`]), in which "stands under" is two comparisons.

mod compiled;
mod error;

use std::marker::PhantomData;
use std::sync::Arc;

use crate::map::{HashMap, HashSet};
use smol_str::SmolStr;

pub use compiled::Tree;
pub use error::TreeError;

use crate::store::Record;
use crate::{Halt, IndexOf, Range, Reading, Tx};

/// A tree has at most so many levels: more is a mistake of whoever made it, and every list of it would drown in it.
pub const MAX_LEVELS: usize = 64;

/// A row that may stand under another of its kind.
///
/// Its table has an index and a guard by the parent, and for [`Tree`]s a guard of all rows.
///
/// ```
/// use fondaco_core::store::Record;
/// use fondaco_core::tree::Branch;
/// use fondaco_core::IndexOf;
/// use smol_str::SmolStr;
///
/// #[derive(Record, Debug, Clone)]
/// #[record(table = "zone", kind = state, key(code), index(by_parent(parent)), guard(all()), guard(by_parent(parent)))]
/// struct Zone { code: SmolStr, parent: Option<SmolStr> }
///
/// impl Branch for Zone {
///     const WHAT: &'static str = "zone";
///     const UNDER: IndexOf<Zone> = Zone::BY_PARENT;
///     fn code(&self) -> &SmolStr { &self.code }
///     fn parent(&self) -> Option<&SmolStr> { self.parent.as_ref() }
/// }
/// # let _ = Zone { code: "A".into(), parent: None }.parent();
/// ```
pub trait Branch: Record<Key = SmolStr> {
    /// What people call one of them: `location`.
    const WHAT: &'static str;
    /// The index by parent.
    const UNDER: IndexOf<Self>;
    /// Its code, which is its key.
    fn code(&self) -> &SmolStr;
    /// The code of what it stands under.
    fn parent(&self) -> Option<&SmolStr>;
}

/// The places of `rows` in an order in which each parent that is among them comes before what stands under it.
///
/// ```
/// # use fondaco_core::store::Record;
/// # use fondaco_core::tree::{Branch, opening_order};
/// # use fondaco_core::IndexOf;
/// # use smol_str::SmolStr;
/// # #[derive(Record, Debug, Clone)]
/// # #[record(table = "zone", kind = state, key(code), index(by_parent(parent)), guard(by_parent(parent)))]
/// # struct Zone { code: SmolStr, parent: Option<SmolStr> }
/// # impl Branch for Zone {
/// #     const WHAT: &'static str = "zone";
/// #     const UNDER: IndexOf<Zone> = Zone::BY_PARENT;
/// #     fn code(&self) -> &SmolStr { &self.code }
/// #     fn parent(&self) -> Option<&SmolStr> { self.parent.as_ref() }
/// # }
/// let zone = |code: &str, parent: Option<&str>| Zone { code: code.into(), parent: parent.map(Into::into) };
/// let order = opening_order(&[zone("A/1", Some("A")), zone("A", None), zone("B/1", Some("B"))]);
/// assert_eq!(order.ok(), Some(vec![1, 2, 0])); // B stands already, or will be missed
/// let (at, circle) = opening_order(&[zone("A", Some("B")), zone("B", Some("A"))]).unwrap_err();
/// assert_eq!((at, circle.code()), (0, "core.tree_circle"));
/// ```
///
/// # Errors
/// The first whose parents form a circle, and [`TreeError::Circle`].
pub fn opening_order<B: Branch>(rows: &[B]) -> Result<Vec<usize>, (usize, TreeError)> {
    let coming: HashSet<&SmolStr> = rows.iter().map(Branch::code).collect();
    let mut under: Places<'_> = HashMap::default();
    let mut order = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        match row.parent().filter(|parent| coming.contains(parent)) {
            Some(parent) => under.entry(parent).or_default().push(at),
            None => order.push(at),
        }
    }
    let mut next = 0;
    while let Some(row) = order.get(next).and_then(|&at| rows.get(at)) {
        order.extend(under.remove(row.code()).unwrap_or_default());
        next += 1;
    }
    match under.into_values().flatten().min().and_then(|at| Some((at, rows.get(at)?))) {
        Some((at, row)) => Err((at, TreeError::circle(row, row.parent().unwrap_or(row.code())))),
        None => Ok(order),
    }
}

type Places<'a> = HashMap<&'a SmolStr, Vec<usize>>;

/// The levels of branches that an act has looked up, the topmost 1, so that a batch walks up once.
#[derive(Debug)]
pub struct Levels<B> {
    known: HashMap<SmolStr, usize>,
    of: PhantomData<fn() -> B>,
}

impl<B> Default for Levels<B> {
    fn default() -> Levels<B> {
        Levels { known: HashMap::default(), of: PhantomData }
    }
}

impl<B: Branch> Levels<B> {
    /// What a new row comes to stand under; `None` for nothing. The decision rests on all above it.
    ///
    /// # Errors
    /// [`TreeError::UnknownParent`], [`TreeError::TooDeep`], or a [`Halt`] to be passed on.
    pub fn under<E>(&mut self, tx: &mut Tx<'_>, row: &B) -> Result<Option<Arc<B>>, E>
    where
        E: From<TreeError> + From<Halt>,
    {
        let Some(code) = row.parent() else {
            self.known.insert(row.code().clone(), 1);
            return Ok(None);
        };
        let parent = tx.get::<B>(code)?.ok_or_else(|| TreeError::unknown_parent(row, code))?;
        let level = self.level(tx, &parent)? + 1;
        if level > MAX_LEVELS {
            return Err(TreeError::too_deep(row).into());
        }
        self.known.insert(row.code().clone(), level);
        Ok(Some(parent))
    }

    /// The level of a branch that stands; more than there are for one in a circle.
    fn level(&mut self, tx: &mut Tx<'_>, row: &Arc<B>) -> Result<usize, Halt> {
        let (mut path, mut at) = (Vec::new(), row.clone());
        let base = loop {
            if let Some(&known) = self.known.get(at.code()) {
                break known;
            }
            path.push(at.code().clone());
            let above = match at.parent() {
                Some(parent) if path.len() <= MAX_LEVELS => tx.get::<B>(parent)?,
                _ => None,
            };
            match above {
                Some(above) => at = above,
                None => break 0,
            }
        };
        let level = base + path.len();
        for (up, code) in path.into_iter().enumerate() {
            self.known.insert(code, level - up);
        }
        Ok(level)
    }
}

/// What a branch that stands can be moved under, with all that stands under it; `None` for nothing. The decision rests on all
/// above and below.
///
/// # Errors
/// [`TreeError::UnknownParent`], [`TreeError::Circle`] when it would stand under itself, [`TreeError::TooDeep`], or a [`Halt`] to be
/// passed on.
pub fn check_move<B: Branch, E>(
    tx: &mut Tx<'_>,
    row: &B,
    parent: Option<&SmolStr>,
) -> Result<Option<Arc<B>>, E>
where
    E: From<TreeError> + From<Halt>,
{
    let Some(code) = parent else { return Ok(None) };
    let found = tx.get::<B>(code)?.ok_or_else(|| TreeError::unknown_parent(row, code))?;
    let above = rest_above::<B>(tx, Some(code))?;
    if above.contains(row.code()) {
        return Err(TreeError::circle(row, code).into());
    }
    if above.len() + 1 + height::<B>(tx, row.code())? > MAX_LEVELS {
        return Err(TreeError::too_deep(row).into());
    }
    Ok(Some(found))
}

/// How many levels stand under a branch.
fn height<B: Branch>(tx: &mut Tx<'_>, code: &SmolStr) -> Result<usize, Halt> {
    let (mut height, mut level) = (0, vec![code.clone()]);
    loop {
        level = rest_on_level::<B>(tx, &level)?.iter().map(|row| row.code().clone()).collect();
        if level.is_empty() || height > MAX_LEVELS {
            return Ok(height);
        }
        height += 1;
    }
}

/// What stands directly under any of these, in one trip.
fn rest_on_level<B: Branch>(tx: &mut Tx<'_>, codes: &[SmolStr]) -> Result<Vec<Arc<B>>, Halt> {
    let ranges: Vec<Range<B>> = codes.iter().map(|code| Range::by(B::UNDER, code)).collect();
    Ok(tx.scan_each(&ranges)?.into_iter().flatten().collect())
}

/// A parent, what it stands under, what that stands under, and so on: what rights are asked with. The decision rests on it.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn rest_above<B: Branch>(
    tx: &mut Tx<'_>,
    parent: Option<&SmolStr>,
) -> Result<Vec<SmolStr>, Halt> {
    walk_up(parent, |code| tx.get::<B>(code))
}

/// The same, for reports: nothing rests on it.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn above<B: Branch>(
    read: &mut impl Reading,
    parent: Option<&SmolStr>,
) -> Result<Vec<SmolStr>, Halt> {
    walk_up(parent, |code| read.peek::<B>(code))
}

/// At most so far up as a tree is deep, so that a circle ends.
fn walk_up<B: Branch>(
    parent: Option<&SmolStr>,
    mut look: impl FnMut(&SmolStr) -> Result<Option<Arc<B>>, Halt>,
) -> Result<Vec<SmolStr>, Halt> {
    let (mut path, mut next) = (Vec::new(), parent.cloned());
    while let Some(code) = next.filter(|_| path.len() < MAX_LEVELS) {
        next = look(&code)?.and_then(|row| row.parent().cloned());
        path.push(code);
    }
    Ok(path)
}

/// All that stands under a branch, level by level, each level in one trip. The decision rests on all of it.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn rest_below<B: Branch>(tx: &mut Tx<'_>, code: &SmolStr) -> Result<Vec<Arc<B>>, Halt> {
    walk_down(code, |codes| rest_on_level(tx, codes))
}

/// The same, for reports: nothing rests on it.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn below<B: Branch>(read: &mut impl Reading, code: &SmolStr) -> Result<Vec<Arc<B>>, Halt> {
    walk_down(code, |codes| {
        let ranges: Vec<Range<B>> = codes.iter().map(|code| Range::by(B::UNDER, code)).collect();
        Ok(read.peek_scans(&ranges)?.into_iter().flatten().collect())
    })
}

fn walk_down<B: Branch>(
    code: &SmolStr,
    mut under: impl FnMut(&[SmolStr]) -> Result<Vec<Arc<B>>, Halt>,
) -> Result<Vec<Arc<B>>, Halt> {
    let (mut found, mut level) = (Vec::new(), vec![code.clone()]);
    for _ in 0..MAX_LEVELS {
        let rows = under(&level)?;
        if rows.is_empty() {
            break;
        }
        level = rows.iter().map(|row| row.code().clone()).collect();
        found.extend(rows);
    }
    Ok(found)
}
