//! Uniqueness as the liar judges it, over a model that judges none.

use std::collections::BTreeSet;

use fondaco_core::CompanyId;
use fondaco_core::store::{
    Ask, Batch, Change, Clash, Key, KeyWriter, Read, Refusal, Reply, Row, Scan, Store, StoreError,
    Stored, Table,
};
use fondaco_testkit::Model;

use super::keys_of;

/// Refuses a batch whose new rows clash with rows whose entries the batch does not free by a change that `frees` them, and
/// that are not among `forgotten`.
pub(super) fn judge(
    model: &Model,
    batch: &Batch,
    forgotten: &BTreeSet<Key>,
    frees: impl Fn(&Change) -> bool,
) -> Result<(), StoreError> {
    let freeing = batch.changes.iter().filter(|change| frees(change));
    let touched: BTreeSet<Key> = freeing.flat_map(keys_of).collect();
    let mut refusal = Refusal::default();
    for row in batch.changes.iter().flat_map(written) {
        for (index, _) in row.table().indexes.iter().enumerate().filter(|(_, it)| it.unique) {
            let mut part = KeyWriter::new();
            if !row.write_index(index, &mut part) {
                continue;
            }
            let holders = holders(model, batch.company, row.table(), index, &part);
            let holders = holders.iter().map(Row::key);
            let judged = holders.filter(|key| !touched.contains(key) && !forgotten.contains(key));
            refusal.clashes.extend(judged.map(|holder| {
                let (part, wanted) = (part.to_key(), row.row_key());
                Clash { index, part, holder, wanted }
            }));
        }
    }
    refusal.into_result()
}

fn written(change: &Change) -> Vec<&dyn Stored> {
    match change {
        Change::Insert(rows) => (0..rows.len()).filter_map(|at| rows.row(at)).collect(),
        Change::Put { row, .. } => vec![row.as_ref()],
        _ => vec![],
    }
}

fn holders(
    model: &Model,
    company: CompanyId,
    table: &'static Table,
    index: usize,
    part: &KeyWriter,
) -> Vec<Row> {
    let from = part.to_key();
    let (index, to) = (Some(index), from.after_prefix());
    let scan = Scan { table, index, from, to, backwards: false, limit: usize::MAX };
    let answer = model.read(&Read::now(company, vec![Ask::Scan(scan)])).unwrap();
    match answer.replies.into_iter().next() {
        Some(Reply::Rows(rows)) => rows,
        other => panic!("a scan was answered with {other:?}"),
    }
}
