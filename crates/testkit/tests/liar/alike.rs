//! Texts taken for the same because they differ in nothing but case: as some databases compare, unless they are told.

use fondaco_core::store::{
    Ask, Batch, Change, Clash, KeyBytes, Read, Refusal, Reply, Row, Scan, Store, StoreError, Value,
};
use fondaco_testkit::Model;

/// Columns of a row without the case of texts; `None` where one of them is null.
fn folded(values: &[Value], columns: &[usize]) -> Option<Vec<String>> {
    let fold = |&column: &usize| match values.get(column)? {
        Value::Null | Value::Erased(_) | Value::Drawn { .. } => None,
        Value::Text(text) => Some(text.to_lowercase()),
        other => Some(format!("{other:?}")),
    };
    columns.iter().map(fold).collect()
}

fn rows(model: &Model, batch: &Batch, scan: Scan) -> Vec<Row> {
    let answer = model.read(&Read::now(batch.company, vec![Ask::Scan(scan)]));
    match answer.map(|mut answer| answer.replies.pop()) {
        Ok(Some(Reply::Rows(rows))) => rows,
        _ => Vec::new(), // it is told when it commits
    }
}

/// Refuses a row that is to be inserted beside one with the same columns, but for case.
fn refuse(
    model: &Model,
    batch: &Batch,
    of: impl Fn(&fondaco_core::store::Table) -> Vec<(usize, Vec<usize>)>,
    why: impl Fn(Clash) -> StoreError,
) -> Result<(), StoreError> {
    for change in &batch.changes {
        let Change::Insert(wanted) = change else { continue };
        let table = wanted.table();
        let from = KeyBytes::new(&[]);
        let whole =
            Scan { table, index: None, from, to: None, backwards: false, limit: usize::MAX };
        let there = rows(model, batch, whole);
        for row in (0..wanted.len()).filter_map(|at| wanted.row(at)) {
            for (index, columns) in of(table) {
                let part = folded(&row.values(), &columns);
                let holds = |other: &&Row| folded(&other.stored().values(), &columns) == part;
                let holder = part.as_ref().and_then(|_| there.iter().find(holds));
                if let Some(holder) = holder {
                    let (part, holder) = (KeyBytes::new(&[]), holder.key());
                    return Err(why(Clash { index, part, holder, wanted: row.row_key() }));
                }
            }
        }
    }
    Ok(())
}

/// Judges keys.
pub(super) fn keys(model: &Model, batch: &Batch) -> Result<(), StoreError> {
    let key = |table: &fondaco_core::store::Table| vec![(0, (0..table.key).collect())];
    refuse(model, batch, key, |clash| StoreError::Exists { key: clash.holder })
}

/// Judges unique indexes.
pub(super) fn entries(model: &Model, batch: &Batch) -> Result<(), StoreError> {
    let unique = |table: &fondaco_core::store::Table| {
        let indexes = table.indexes.iter().enumerate().filter(|(_, index)| index.unique);
        indexes.map(|(at, index)| (at, index.columns.to_vec())).collect()
    };
    refuse(model, batch, unique, |clash| {
        let mut refusal = Refusal::default();
        refusal.clashes.push(clash);
        StoreError::Refused(Box::new(refusal))
    })
}
