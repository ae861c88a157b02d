//! The commits of a company, for replay, receipts and the feed.

use fondaco_core::CommandId;
use fondaco_core::chain::GENESIS;
use fondaco_core::store::{
    Batch, Commit, FeedFrom, Hash, Key, Receipt, StateHash, StoreError, Version, same_command,
};

use super::KeyMap;

#[derive(Default)]
pub(super) struct Log {
    /// The commit at position `n` lies at `n - 1`.
    commits: Vec<Commit>,
    by_command: KeyMap<CommandId, u64>,
}

impl Log {
    /// The position of the newest commit.
    pub(super) fn position(&self) -> u64 {
        self.commits.len() as u64
    }

    /// The link of the newest sealed commit.
    pub(super) fn link(&self) -> Hash {
        self.commits.last().and_then(|commit| commit.seal.as_ref()).map_or(GENESIS, |s| s.link)
    }

    fn at(&self, position: u64) -> Option<&Commit> {
        self.commits.get(usize::try_from(position).ok()?.checked_sub(1)?)
    }

    /// The commit of the batch's command, if it was carried out before.
    pub(super) fn replay(&self, batch: &Batch) -> Result<Option<Commit>, StoreError> {
        let found = self.by_command.get(&batch.id).and_then(|&position| self.at(position));
        let Some(commit) = found else { return Ok(None) };
        if !same_command(batch, &commit.digest, commit.salt.as_ref()) {
            return Err(StoreError::CommandReused { id: batch.id });
        }
        let mut commit = commit.clone();
        commit.replayed = true;
        Ok(Some(commit))
    }

    /// The receipt of a command, if its commit is not after `until`.
    pub(super) fn receipt(&self, id: CommandId, until: u64) -> Option<Receipt> {
        let commit = self.at(*self.by_command.get(&id)?).filter(|c| c.position <= until)?;
        let (digest, answer) = (commit.digest, commit.answer.clone());
        Some(Receipt { position: commit.position, digest, salt: commit.salt, answer })
    }

    pub(super) fn push(&mut self, commit: Commit) {
        self.by_command.insert(commit.id, commit.position);
        self.commits.push(commit);
    }

    /// Forgets the salts of the commits that wrote the row: the one of its version, and those whose seals name it.
    pub(super) fn forget_salts(&mut self, key: &Key, version: Version) {
        for commit in self.commits.iter_mut().filter(|commit| wrote(commit, key, version)) {
            commit.salt = None;
        }
    }

    pub(super) fn feed(&self, from: &FeedFrom) -> Vec<Commit> {
        let after = usize::try_from(from.after).unwrap_or(usize::MAX);
        self.commits.iter().skip(after).take(from.limit).cloned().collect()
    }
}

fn wrote(commit: &Commit, key: &Key, version: Version) -> bool {
    let mine = |state: &StateHash| state.key == key.bytes && state.table == key.table.name;
    commit.position == version || commit.seal.iter().flat_map(|seal| &seal.states).any(mine)
}
