//! `verify` finds what does not follow from the facts: totals, settlings, closed accounts, keys.

use crate::*;
use fondaco_core::store::{Batch, Change, Meta, Record, Rows};
use fondaco_core::{ActorId, CommandId, CompanyId, Currency, Id};

/// Books with everything of two phases, and a write past the ledger.
fn tampered(change: impl Fn(&Firm) -> Change) -> Vec<String> {
    let firm = wallets(in_memory());
    firm.post("in", pay("1000", "w1", "10").key("in"));
    let held = firm.must("hold", &RecordPending::new(hold("w1", "4000", "4"))).id;
    firm.must("post", &PostPending::new(held));
    firm.must("hold more", &RecordPending::new(hold("w1", "4000", "2")));
    firm.must("close", &RecordPending::new(hold("w2", "w3", "0").closing(Closing::Debit)));
    firm.clean();
    let meta = Meta::new(ActorId::new("nobody"), minute(0));
    let mut batch = Batch::new(CompanyId::named("acme"), CommandId::named("tamper"), meta);
    batch.changes.push(change(&firm));
    firm.store.commit(batch).unwrap();
    firm.view(|view| verify(view)).iter().map(ToString::to_string).collect()
}

fn insert<R: Record>(row: R) -> Change {
    Change::Insert(Box::new(vec![row]))
}

fn holds(firm: &Firm) -> Vec<std::sync::Arc<PendingEntry>> {
    use fondaco_core::{Range, Reading};
    firm.view(|view| Ok(view.peek_scan(&Range::<PendingEntry>::all())?))
}

#[test]
fn totals_that_are_not_the_sums() {
    for column in 0..4 {
        let found = tampered(|_| {
            let mut amounts = [Amount::ZERO; 4];
            amounts[column] = Amount::from_units(1);
            let [debit, credit, pending_debit, pending_credit] = amounts;
            let (account, currency) = ("w1".into(), Currency::EUR);
            let row = Totals { account, currency, debit, credit, pending_debit, pending_credit };
            let rows: Box<dyn Rows> = Box::new(vec![row]);
            Change::Add { rows, floors: Vec::new() }
        });
        assert_eq!(found, ["the totals of w1 in EUR are not the sums of its postings"]);
    }
}

#[test]
fn a_settling_without_its_entry() {
    let found = tampered(|firm| {
        let open = |id| firm.view(|view| pending(view, id)).unwrap().settled.is_none();
        let pending = holds(firm).iter().map(|hold| hold.id).find(|id| open(*id)).unwrap();
        let (settled, id) = (Settled::Posted, Id::from_u128(9));
        let (at, tags) = (minute(0), Default::default());
        let (entry, key, imported) = (None, None, false);
        insert(PendingSettled { pending, settled, at, id, entry, key, tags, imported })
    });
    assert!(found.iter().any(|found| found.contains("does not stand as what became of it says")));
}

#[test]
fn a_line_of_no_pending_entry() {
    let found = tampered(|firm| {
        let id = holds(firm)[0].id;
        let lines = firm.view(|view| pending(view, id)).unwrap().lines;
        insert(PendingPosting { pending: Id::from_u128(9), ..lines[0].as_ref().clone() })
    });
    assert!(found.iter().any(|found| found.starts_with("pending entry 00000000")), "{found:?}");
}

#[test]
fn an_account_that_nothing_closes() {
    let found = tampered(|firm| {
        use fondaco_core::Reading;
        let account = firm.view(|view| Ok(view.peek::<Account>(&"w1".into())?)).unwrap();
        let closed = Some(ClosedBy::Pending);
        let row = std::sync::Arc::new(Account { closed, ..account.as_ref().clone() });
        Change::Put { row, seen: version(firm, "w1") }
    });
    assert_eq!(found, ["account w1 is not closed as its pending entries say"]);
}

#[test]
fn a_key_of_nothing() {
    let found = tampered(|_| {
        insert(EntryKey {
            key: "lost".into(),
            of: KeyOf::Entry,
            entry: Some(Id::from_u128(9)),
            pending: None,
            lines: 2,
            linked: false,
            failed: None,
        })
    });
    assert_eq!(found, ["what came under the key \"lost\" is not there"]);
}

/// The version of an account's row.
fn version(firm: &Firm, code: &str) -> u64 {
    use fondaco_core::store::{Ask, KeyParts, Read, Reply};
    let key = smol_str::SmolStr::new(code).to_bytes();
    let asks = vec![Ask::Get(Account::TABLE, vec![key])];
    match firm.store.read(&Read::now(CompanyId::named("acme"), asks)).unwrap().replies.remove(0) {
        Reply::Got(rows) => rows[0].as_ref().unwrap().version,
        other => panic!("{other:?}"),
    }
}
