//! What counts as the same: answers to the last digit, refusals as far as the contract binds them.

use std::collections::BTreeSet;

use fondaco_core::CompanyId;
use fondaco_core::store::{
    Answer, Clash, Commit, FeedFrom, Refusal, Reply, Row, Store, StoreError, Value,
};

use crate::Model;
use crate::notes;
use crate::probe::{Verdict, differs, ensure, exactly, same};

/// The answer to a batch: the model names all that is wrong with it, the store any of that first.
pub(crate) fn commits(
    found: Result<Commit, StoreError>,
    wanted: Result<Commit, Vec<StoreError>>,
    check: bool,
) -> Verdict {
    match (found, wanted) {
        (Ok(found), Ok(wanted)) if check && !wanted.replayed => {
            same("the position a check answers with", found.position, wanted.position)
        }
        (Ok(found), Ok(wanted)) => commit(&found, &wanted),
        (Err(found), Err(wanted)) => {
            let agrees = wanted.iter().any(|wanted| error(&found, wanted));
            let agrees = agrees || beside_exists(&found, &wanted);
            if agrees { Ok(()) } else { Err(differs(BATCH, named(&found), any_of(&wanted))) }
        }
        (Ok(found), Err(wanted)) => Err(differs(BATCH, stored(&found), any_of(&wanted))),
        (Err(found), Ok(wanted)) => Err(differs(BATCH, named(&found), stored(&wanted))),
    }
}

const BATCH: &str = "the answer to a batch";

fn stored(commit: &Commit) -> String {
    format!("stored as commit {}", commit.position)
}

fn any_of(errors: &[StoreError]) -> String {
    errors.iter().map(named).collect::<Vec<_>>().join(" or ")
}

fn named(error: &StoreError) -> String {
    match error {
        StoreError::Refused(refusal) => format!("refused ({})", notes::refused(refusal)),
        other => format!("{} ({other})", other.code()),
    }
}

fn commit(found: &Commit, wanted: &Commit) -> Verdict {
    let mut wanted = wanted.clone();
    if found.seal.is_none() {
        wanted.seal = None;
    }
    if *found != wanted {
        let (came, due) = notes::apart(found, &wanted);
        return Err(differs("the commit", came, due));
    }
    let told = |commit: &Commit| -> Vec<Value> {
        let data = commit.events.iter().flat_map(|event| event.data.iter().map(|(_, v)| v.clone()));
        data.chain(commit.answer.iter().cloned()).collect()
    };
    let exact = told(found).iter().zip(told(&wanted)).all(|(a, b)| exactly(a, &b));
    ensure(exact, || "a decimal in events or answer has other digits".into())
}

fn error(found: &StoreError, wanted: &StoreError) -> bool {
    match (found, wanted) {
        (StoreError::Refused(found), StoreError::Refused(wanted)) => refusal(found, wanted),
        (StoreError::Exists { key: a }, StoreError::Exists { key: b }) => a == b,
        (
            StoreError::Overflow { key: a, column: x },
            StoreError::Overflow { key: b, column: y },
        ) => a == b && x == y,
        (found, wanted) => found.code() == wanted.code(),
    }
}

/// Whether `found` may be named where rows exist already: what clashes with what when such a row is inserted all the
/// same, the contract does not say.
fn beside_exists(found: &StoreError, wanted: &[StoreError]) -> bool {
    let exists = wanted.iter().any(|wanted| matches!(wanted, StoreError::Exists { .. }));
    exists && matches!(found, StoreError::Refused(refusal) if refusal.moved.is_empty())
}

/// Everything of the first kind that was refused must be named. What comes after it in the order of the contract may be
/// left out, since a store need not get to know it.
fn refusal(found: &Refusal, wanted: &Refusal) -> bool {
    let parts = [
        (texts(&found.moved), texts(&wanted.moved)),
        (found.clashes.iter().map(clash).collect(), wanted.clashes.iter().map(clash).collect()),
        (texts(&found.short), texts(&wanted.short)),
        (texts(&found.late), texts(&wanted.late)),
    ];
    let mut before = false;
    parts.iter().all(|(found, wanted): &(BTreeSet<String>, BTreeSet<String>)| {
        // Clashes and sums of a batch that does not fit anyway are judged on rows that are not there.
        let agrees = found == wanted || before;
        before |= !wanted.is_empty();
        agrees
    })
}

fn texts<T: std::fmt::Debug>(items: &[T]) -> BTreeSet<String> {
    items.iter().map(|item| format!("{item:?}")).collect()
}

/// A clash without saying which of two rows of one batch was there first.
fn clash(clash: &Clash) -> String {
    format!("{} {} {:?}", clash.holder.table.name, clash.index, clash.part)
}

/// The answers to one read; `held` when it was of a held snapshot.
pub(crate) fn answers(found: &Answer, wanted: &Answer, held: bool) -> Verdict {
    same("the position", found.at.position, wanted.at.position)?;
    same("the number of replies", found.replies.len(), wanted.replies.len())?;
    let mut pairs = found.replies.iter().zip(&wanted.replies);
    pairs.try_for_each(|(found, wanted)| match (found, wanted) {
        (Reply::Command(Some(found)), Reply::Command(Some(wanted))) if held => {
            // An erase may forget a salt in snapshots that are held, too.
            let mut wanted = wanted.clone();
            wanted.salt = wanted.salt.filter(|_| found.salt.is_some());
            same("the receipt", found, &wanted)
        }
        _ => reply(found, wanted),
    })
}

fn reply(found: &Reply, wanted: &Reply) -> Verdict {
    match (found, wanted) {
        (Reply::Command(a), Reply::Command(b)) => same("the receipt", a, b),
        (Reply::Series(a), Reply::Series(b)) => same("the series", a, b),
        (Reply::Rows(a), Reply::Rows(b)) => {
            let some = |rows: &[Row]| rows.iter().cloned().map(Some).collect::<Vec<_>>();
            rows(&some(a), &some(b))
        }
        (Reply::Got(a), Reply::Got(b)) => rows(a, b),
        (a, b) => Err(differs("the reply", format!("{a:?}"), format!("{b:?}"))),
    }
}

fn rows(found: &[Option<Row>], wanted: &[Option<Row>]) -> Verdict {
    let agree = found.len() == wanted.len() && found.iter().zip(wanted).all(|(a, b)| row(a, b));
    if agree {
        return Ok(());
    }
    // One row among many that are right: that one.
    let one = found.iter().zip(wanted).find(|(a, b)| !row(a, b));
    Err(match one {
        Some((Some(a), Some(b))) if found.len() == wanted.len() => {
            differs("a row", notes::row(a), notes::row(b))
        }
        _ => differs("the rows", notes::rows_found(found), notes::rows_found(wanted)),
    })
}

fn row(a: &Option<Row>, b: &Option<Row>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => {
            let (x, y) = (a.stored().values(), b.stored().values());
            let same = x.len() == y.len() && x.iter().zip(&y).all(|(x, y)| exactly(x, y));
            a.version == b.version && a.key() == b.key() && same
        }
        (None, None) => true,
        _ => false,
    }
}

pub(super) fn feeds(found: Vec<Commit>, model: &Model, company: CompanyId) -> Verdict {
    same_feed(found, model.feed(&FeedFrom::new(company, 0, usize::MAX))?)
}

pub(crate) fn same_feed(found: Vec<Commit>, wanted: Vec<Commit>) -> Verdict {
    let positions = |feed: &[Commit]| feed.iter().map(|it| it.position).collect::<Vec<_>>();
    same("the commits in the feed", positions(&found), positions(&wanted))?;
    found.iter().zip(&wanted).try_for_each(|(found, wanted)| commit(found, wanted))
}

/// That the chain verifies, if the store keeps one.
pub(super) fn chain(store: &dyn Store, company: CompanyId) -> Verdict {
    let feed = store.feed(&FeedFrom::new(company, 0, usize::MAX))?;
    if feed.iter().any(|commit| commit.seal.is_none()) {
        return Ok(());
    }
    let tables = crate::records::TABLES;
    let verified = match fondaco_core::chain::verify(store, company, tables) {
        Err(StoreError::SnapshotGone) => return Ok(()),
        other => other?,
    };
    let findings: Vec<String> = verified.findings.iter().map(ToString::to_string).collect();
    ensure(findings.is_empty(), || format!("verify finds: {}", findings.join("; ")))
}
