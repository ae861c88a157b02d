//! A commit: one transaction for as many batches of a company as wait for it.
//!
//! The company's line in `fondaco_company` is locked first, and nothing else is: whoever has it decides on what nobody else can
//! change, so there is no deadlock and no lost race among commits, in one program or in many. What the batches need is read in
//! a constant number of statements, they are judged in memory one after another, and what they come to is written in a
//! constant number of statements.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use fondaco_core::store::{Batch, Change, Commit, Seen, StoreError, same_command};
use fondaco_core::{CommandId, CompanyId};

use super::error::{Failure, Outcome};
use super::form::Forms;
use super::ground::{Ground, Lock, Needs};
use super::judge::{self, Judge, Verdict};
use super::log::{self, Head};
use super::room::{Mode, Room};
use super::trip::Trip;
use super::wire::Wire;
use super::{read, schema, write};

/// How often a transaction that lost to another begins anew, before its batches go back to who sent them.
const TRIES: u32 = 5;

/// With so many rows or fewer, inserted keys are looked up before they are written when several batches come together: a key
/// that is taken then concerns its batch alone.
const LOOKED_UP: usize = 2_000;

/// How the transaction begins and ends: the store's own, or part of the host's.
pub(super) trait Scope: Sync {
    fn begin(&self, company: CompanyId) -> String;
    fn end(&self) -> &'static str;
    fn undo(&self) -> &'static str;
}

/// A transaction of the store's own.
pub(super) struct Own<'r>(pub(super) &'r Room);

impl Scope for Own<'_> {
    fn begin(&self, company: CompanyId) -> String {
        self.0.begin(Mode::Write, company)
    }
    fn end(&self) -> &'static str {
        "COMMIT"
    }
    fn undo(&self) -> &'static str {
        "ROLLBACK"
    }
}

/// What became of some batches, in their order.
pub(super) struct Group {
    pub(super) verdicts: Vec<Verdict>,
    /// The connection was lost when all was to be made to last: whether these batches are stored, only the server knows.
    pub(super) unsure: Option<(Vec<Batch>, String)>,
}

/// Commits batches of one company in one transaction. After a failure nothing is stored, and `batches` are as they were.
pub(super) async fn group(
    wire: &mut impl Wire,
    room: &Room,
    scope: &impl Scope,
    company: CompanyId,
    batches: &mut Vec<Batch>,
) -> Outcome<Group> {
    let careful = batches.len() > 1 && batches.iter().map(weight).sum::<usize>() <= LOOKED_UP;
    let (forms, ground) = begin(wire, room, scope, company, batches, careful).await?;
    let mut judge = Judge::new(ground, room.chain, batches.len());
    let judged = batches.drain(..).map(|batch| {
        let fault = fault(&forms, &batch);
        judge.judge(batch, fault)
    });
    let mut verdicts: Vec<Verdict> = judged.collect();
    let stored = judge.stored();
    let mut unsure = None;
    if stored.is_empty() {
        wire.run(scope.undo()).await?;
    } else if let Err(failure) = write::all(wire, room, &forms, &judge).await {
        wire.run(scope.undo()).await?;
        let error = unfit(wire, room, scope, company, judge, failure).await?;
        fail(&mut verdicts, &stored, &error);
    } else if let Err(failure) = wire.run(scope.end()).await {
        match failure.is_of_a_statement() {
            true => fail(&mut verdicts, &stored, &failure.named()),
            false => {
                let batches = judge.accepted.into_iter().map(|one| one.batch).collect();
                unsure = Some((batches, failure.named().to_string()));
            }
        }
    } else {
        room.guesses.note(company, &judge.head);
    }
    Ok(Group { verdicts, unsure })
}

/// How many rows a batch changes: how much work it is.
pub(super) fn weight(batch: &Batch) -> usize {
    let rows = |change: &Change| match change {
        Change::Insert(rows) | Change::Add { rows, .. } => rows.len(),
        _ => 1,
    };
    batch.changes.iter().map(rows).sum()
}

/// Locks the company and reads what the batches need; after a failure the transaction is over.
async fn begin(
    wire: &mut impl Wire,
    room: &Room,
    scope: &impl Scope,
    company: CompanyId,
    batches: &[Batch],
    careful: bool,
) -> Outcome<(Arc<Forms>, Ground)> {
    let mut tries = 1;
    loop {
        match locked(wire, room, scope, company, batches, careful).await {
            Ok(ready) => return Ok(ready),
            Err(failure) if failure.is_lost() => return Err(failure),
            Err(failure) => {
                wire.run(scope.undo()).await?;
                if !failure.is_race() || tries >= TRIES {
                    return Err(failure);
                }
                wire.forget();
                tries += 1;
            }
        }
    }
}

async fn locked(
    wire: &mut impl Wire,
    room: &Room,
    scope: &impl Scope,
    company: CompanyId,
    batches: &[Batch],
    careful: bool,
) -> Outcome<(Arc<Forms>, Ground)> {
    let forms = room.forms();
    // A batch that is wrong whatever is stored may name what can't be read.
    let sound: Vec<&Batch> =
        batches.iter().filter(|batch| fault(&forms, batch).is_none()).collect();
    let ids: Vec<CommandId> = batches.iter().map(|batch| batch.id).collect();
    let needs = Needs { ids: &ids, batches: &sound, careful };
    let ground = locked_ground(wire, room, scope, company, &forms, &needs).await?;
    let forms = forms_to_write(wire, room, ground.generation).await?;
    Ok((forms, ground))
}

/// Begins, locks and reads in one trip where the company is known, else one after another.
async fn locked_ground(
    wire: &mut impl Wire,
    room: &Room,
    scope: &impl Scope,
    company: CompanyId,
    forms: &Forms,
    needs: &Needs<'_>,
) -> Outcome<Ground> {
    let begin = scope.begin(company);
    match room.guesses.of(company) {
        Some(guess) => {
            let lock = Lock { company, begin: &begin, guess };
            if let Some(ground) = Ground::lock_and_read(wire, room, forms, lock, needs).await? {
                return Ok(ground);
            }
        }
        None => wire.run(&begin).await?,
    }
    let head = Head::lock(wire, room, company).await?;
    room.guesses.note(company, &head);
    Ground::read(wire, room, forms, head, needs).await
}

/// Why the statements of batches failed, in the words of the port. The transaction is over.
async fn unfit(
    wire: &mut impl Wire,
    room: &Room,
    scope: &impl Scope,
    company: CompanyId,
    judge: Judge,
    failure: Failure,
) -> Outcome<StoreError> {
    if failure.is_lost() {
        return Ok(failure.named());
    }
    let mut batches: Vec<Batch> = judge.accepted.into_iter().map(|one| one.batch).collect();
    if batches.len() > 1 {
        // Nobody knows whose fault it is: each comes again, and alone at last.
        return Ok(StoreError::Refused(Box::default()));
    }
    if failure.is_taken_key() {
        let (_, ground) = begin(wire, room, scope, company, &batches, true).await?;
        wire.run(scope.undo()).await?;
        let batch = batches.pop();
        if let Some(error) = batch.and_then(|batch| Judge::new(ground, room.chain, 1).why(&batch)) {
            return Ok(error);
        }
    }
    Ok(failure.named())
}

/// What was to be stored is not.
fn fail(verdicts: &mut [Verdict], stored: &[CommandId], error: &StoreError) {
    unfound(verdicts, stored);
    let stored: HashSet<&CommandId> = stored.iter().collect();
    for verdict in verdicts {
        if matches!(verdict, Verdict::Done(commit) if stored.contains(&commit.id)) {
            *verdict = Verdict::Refused(error.clone());
        }
    }
}

/// What was refused over commits that nobody has stored, or nobody knows to be, was refused for nothing: it is to be decided
/// anew.
pub(super) fn unfound(verdicts: &mut [Verdict], stored: &[CommandId]) {
    let first =
        |verdict: &Verdict| matches!(verdict, Verdict::Done(commit) if stored.contains(&commit.id));
    let from = verdicts.iter().position(first).unwrap_or(verdicts.len());
    for verdict in verdicts.iter_mut().skip(from) {
        if matches!(verdict, Verdict::Refused(_)) {
            *verdict = Verdict::Refused(StoreError::Refused(Box::default()));
        }
    }
}

/// The forms as the database has them now.
pub(super) async fn forms_to_write(
    wire: &mut impl Wire,
    room: &Room,
    generation: i64,
) -> Outcome<Arc<Forms>> {
    let forms = room.forms();
    if generation == forms.generation {
        return Ok(forms);
    }
    // Another program changed tables: refuse to write what this one no longer understands.
    let fresh = schema::recheck(wire, room, &forms).await?;
    Ok(room.renew(&forms, fresh))
}

/// What is wrong with a batch whatever is stored.
fn fault(forms: &Forms, batch: &Batch) -> Option<StoreError> {
    let prepared = |table| forms.get(table).map(drop);
    let adds = || {
        batch.changes.iter().try_for_each(|change| match change {
            Change::Add { rows, .. } if !rows.is_empty() => {
                crate::rules::ascending(rows.as_ref(), rows.table())
            }
            _ => Ok(()),
        })
    };
    crate::rules::check(batch, prepared).and_then(|()| adds()).err()
}

/// Compares what a batch has seen, inside a transaction that sees one moment.
pub(super) async fn check(wire: &mut impl Wire, room: &Room, batch: &Batch) -> Outcome<Commit> {
    let head = Head::of(wire, room, batch.company).await?;
    let known = log::of_commands(wire, room, head.company, &[batch.id]).await?;
    if let Some(done) = known.into_iter().next() {
        return match same_command(batch, &done.digest, done.salt.as_ref()) {
            true => Ok(judge::replayed(done)),
            false => Err(StoreError::CommandReused { id: batch.id }.into()),
        };
    }
    let forms = room.forms();
    if let Some(fault) = fault(&forms, batch) {
        return Err(fault.into());
    }
    judge::refusal(moved(wire, &forms, &head, batch).await?).into_result()?;
    Ok(Commit::new(head.position, batch.id, batch.digest, batch.meta.clone()))
}

async fn moved(
    wire: &mut impl Wire,
    forms: &Forms,
    head: &Head,
    batch: &Batch,
) -> Outcome<Vec<Seen>> {
    let mut by_table: BTreeMap<&str, Vec<&Seen>> = BTreeMap::new();
    for seen in &batch.seen {
        by_table.entry(seen.key.table.name).or_default().push(seen);
    }
    let (mut trip, mut asked) = (Trip::default(), Vec::new());
    for seen in by_table.into_values() {
        let Some(first) = seen.first() else { continue };
        let keys = seen.iter().map(|seen| seen.key.bytes.as_slice());
        let form = forms.get(first.key.table)?;
        asked.push((read::ask_versions(&mut trip, form, head.company, keys)?, seen));
    }
    let (brought, mut out) = (trip.go(wire).await?, Vec::new());
    for (seat, seen) in asked {
        let versions = read::told_versions(&brought, seat, seen.len())?;
        let moved = seen.into_iter().zip(versions).filter(|(seen, now)| seen.version != *now);
        out.extend(moved.map(|(seen, version)| Seen { key: seen.key.clone(), version }));
    }
    Ok(out)
}

/// The commits of those commands that are stored, whoever stored them, after a connection was lost: once the company's head can be
/// locked, the lost transaction is over, so what the log says then is so for ever.
pub(super) async fn settle(
    wire: &mut impl Wire,
    room: &Room,
    company: CompanyId,
    ids: &[CommandId],
) -> Outcome<Vec<Commit>> {
    wire.run(&room.begin(Mode::Write, company)).await?;
    let head = Head::lock(wire, room, company).await?;
    let found = log::of_commands(wire, room, head.company, ids).await?;
    wire.run("ROLLBACK").await?;
    Ok(found)
}

/// Whether `found` in the log is `ours`, and not another program's commit of the same command.
pub(super) fn is_same(ours: &Commit, found: &Commit) -> bool {
    let link = |commit: &Commit| commit.seal.as_ref().map(|seal| seal.link);
    let said = |commit: &Commit| (commit.id, commit.position, commit.digest, link(commit));
    said(ours) == said(found) && (ours.salt, &ours.answer) == (found.salt, &found.answer)
}
