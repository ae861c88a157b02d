//! Committing: a batch becomes the puts of one write.

use std::collections::BTreeSet;

use fondaco_core::store::{Batch, Commit, Refusal, StoreError, Stored, same_command};
use fondaco_core::{chain, digest};

use super::catalog::{Forms, Header};
use super::draw::Drawing;
use super::log::{self, Head};
use super::{MapSnapshot, Put, judge, place};

/// What a batch comes to at one moment of the map.
pub(super) enum Verdict {
    /// Nothing is to be written: it was done before, or only to be checked.
    Known(Commit),
    /// These puts, and the commit they make.
    Write(Vec<Put>, Commit),
}

/// Judges a batch in the order of the contract. Its numbers are filled in afterwards.
///
/// # Errors
/// Everything that keeps it from being stored.
pub(super) fn commit(
    map: &dyn MapSnapshot,
    forms: &Forms,
    header: Header,
    batch: &mut Batch,
    sealed: bool,
) -> Result<Verdict, StoreError> {
    let head = Head::of(map, batch.company)?;
    if let Some(done) = replay(map, &head, batch)? {
        return Ok(Verdict::Known(done));
    }
    crate::rules::check(batch, |table| forms.get(table).map(|_| ()))?;
    let unmoved = batch.at.position == head.position && head.position > 0 && !batch.check;
    let mut refusal = Refusal::default();
    refusal.moved = judge::compare(map, forms, head.company, batch, unmoved)?;
    if batch.check {
        refusal.into_result()?;
        let digest = digest::salted(&batch.digest, &batch.salt);
        let commit = Commit::new(head.position, batch.id, digest, batch.meta.clone());
        return Ok(Verdict::Known(commit));
    }
    let drawing = Drawing::of(map, head.company, batch, &mut refusal)?;
    chain::fill(batch, &drawing.numbers);
    let (head, new_header) = head.or_new(header);
    let position = head.position + 1;
    let plan = judge::judge(map, forms, head.company, position, batch, &mut refusal)?;
    refusal.into_result()?;
    let erased: Vec<&dyn Stored> = plan.erased.iter().map(|row| row as &dyn Stored).collect();
    let mut commit = unsealed(batch, position);
    commit.seal = sealed.then(|| chain::seal(batch, &erased, position, &head.link));
    let mut puts = plan.puts;
    drawing.keep(head.company, &mut puts);
    forget(map, head.company, &plan.forget, &mut puts)?;
    log::keep(head.company, &commit, &mut puts);
    let link = commit.seal.as_ref().map_or(head.link, |seal| seal.link);
    puts.push(Head { position, link, ..head }.put(batch.company));
    puts.extend(new_header.map(|header| header.put()));
    puts.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    Ok(Verdict::Write(puts, commit))
}

impl Head {
    /// The head to write under: a company that is not there yet gets a number, which the header must note.
    fn or_new(self, mut header: Header) -> (Head, Option<Header>) {
        if self.company != 0 {
            return (self, None);
        }
        let company = header.new_company();
        (Head { company, ..self }, Some(header))
    }
}

/// The commit of the batch's command, if it was carried out before.
fn replay(map: &dyn MapSnapshot, head: &Head, batch: &Batch) -> Result<Option<Commit>, StoreError> {
    let Some(position) = log::position(map, head.company, batch.id)? else { return Ok(None) };
    let mut commit = log::commit(map, head.company, position)?;
    if !same_command(batch, &commit.digest, commit.salt.as_ref()) {
        return Err(StoreError::CommandReused { id: batch.id });
    }
    commit.replayed = true;
    Ok(Some(commit))
}

/// The commit without its seal.
fn unsealed(batch: &Batch, position: u64) -> Commit {
    let digest = digest::salted(&batch.digest, &batch.salt);
    let mut commit = Commit::new(position, batch.id, digest, batch.meta.clone());
    commit.salt = Some(batch.salt);
    (commit.events, commit.answer) = (batch.events.clone(), batch.answer.clone());
    commit
}

/// Writes the commits at `positions` without their salts.
fn forget(
    map: &dyn MapSnapshot,
    company: i64,
    positions: &BTreeSet<u64>,
    puts: &mut Vec<Put>,
) -> Result<(), StoreError> {
    for &position in positions {
        let mut commit = log::commit(map, company, position)?;
        if commit.salt.take().is_some() {
            puts.push(Put::new(place::commit(company, position), log::encode(&commit)));
        }
    }
    Ok(())
}
