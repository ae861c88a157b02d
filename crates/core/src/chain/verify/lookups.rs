//! Whether what is there is also found: each command by its id, each counter by its key.
//!
//! A store finds these through indexes of its own, which no scan goes by. One that lost an entry would carry a command out
//! twice, or begin a sum anew.

use std::collections::BTreeSet;

use super::{Finding, PAGE, Verifier, next_page};
use crate::store::{
    Answer, Ask, At, Commit, Key, KeyBytes, Read, Reply, Row, Scan, StoreError, Table,
};

impl Verifier<'_> {
    /// That each commit is found by its command, with the answer that was given.
    pub(super) async fn compare_receipts(&mut self, page: &[Commit]) -> Result<(), StoreError> {
        let asks = page.iter().map(|commit| Ask::Command(commit.id)).collect();
        let Some(replies) = self.asked(asks).await? else { return Ok(()) };
        for (commit, reply) in page.iter().zip(replies) {
            let found = matches!(&reply, Reply::Command(Some(receipt))
                if receipt.position == commit.position && receipt.digest == commit.digest
                    && receipt.answer == commit.answer);
            if !found {
                self.out.findings.push(Finding::Command { position: commit.position });
            }
        }
        Ok(())
    }

    /// A commit that was changed is not what its receipt says: that is one finding.
    pub(super) fn blame_once(&mut self) {
        let changed: BTreeSet<u64> = self.out.findings.iter().filter_map(changed).collect();
        self.out.findings.retain(|finding| {
            !matches!(finding, Finding::Command { position } if changed.contains(position))
        });
    }

    /// That each counter of a table is found by its key, as it is found by going through all of them.
    pub(super) async fn compare_counters(
        &mut self,
        table: &'static Table,
    ) -> Result<(), StoreError> {
        let mut from = KeyBytes::new(&[]);
        loop {
            let start = from.clone();
            let scan =
                Scan { table, index: None, from: start, to: None, backwards: false, limit: PAGE };
            let rows = self.scan(scan).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            from = next_page(table, &from, last)?;
            let keys: Vec<KeyBytes> = rows.iter().map(|row| row.key().bytes).collect();
            let Some(replies) = self.asked(vec![Ask::Get(table, keys.clone())]).await? else {
                return Ok(());
            };
            let Some(Reply::Got(found)) = replies.into_iter().next() else { return Ok(()) };
            let pairs = rows.iter().zip(keys).zip(found);
            let lost = pairs.filter(|((row, _), found)| !same(row, found.as_ref()));
            let lost: Vec<_> = lost.map(|((_, bytes), _)| Key { table, bytes }).collect();
            self.out.findings.extend(lost.into_iter().map(|key| Finding::Counter { key }));
        }
    }

    /// The replies at the moment that is verified; `None` when the store does not know a question.
    async fn asked(&self, asks: Vec<Ask>) -> Result<Option<Vec<Reply>>, StoreError> {
        match self.store.read(&Read::at(self.company, At::Held(self.at), asks)).await {
            Ok(Answer { replies, .. }) => Ok(Some(replies)),
            Err(StoreError::Unsupported { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn changed(finding: &Finding) -> Option<u64> {
    match finding {
        Finding::Content { position }
        | Finding::Link { position }
        | Finding::Missing { position } => Some(*position),
        _ => None,
    }
}

fn same(row: &Row, found: Option<&Row>) -> bool {
    found.is_some_and(|found| {
        found.version == row.version && found.stored().values() == row.stored().values()
    })
}
