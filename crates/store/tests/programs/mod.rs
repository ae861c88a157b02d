//! Two programs on one database at the wrong moment, and callers that may not block.

use super::*;
use fondaco_core::store::Commit;

/// A command as one program sends it: others salt it otherwise.
fn salted(id: u128, salt: u8, amount: i64) -> Batch {
    let mut batch = add(id, "stock", amount);
    batch.salt = [salt; 16];
    batch
}

/// What two programs are answered, the first of which loses its connection at the end of its commit while the second waits for it
/// with the `other` batch.
///
/// PostgreSQL may let who asks what became of it in before who waited longer. The first is then told that nothing is stored, as is
/// right, and it is tried again.
fn taken_over(
    part: &str,
    mine: fn() -> Batch,
    other: fn() -> Batch,
) -> [Result<Commit, StoreError>; 2] {
    let lost = |answers: &[Result<Commit, StoreError>; 2]| {
        matches!(&answers[0], Err(StoreError::Unavailable(_)))
    };
    let mut tries = (0..5).map(|_| lose_and_wait(part, mine(), other()));
    tries.find(|answers| !lost(answers)).unwrap()
}

fn lose_and_wait(part: &str, mine: Batch, other: Batch) -> [Result<Commit, StoreError>; 2] {
    let (schema, options) = home(part);
    let url = server::url().unwrap();
    let proxy = Proxy::before(url);
    let (first, second) = (open(proxy.url(), &options), open(url, &options));
    first.commit(add(1, "stock", 5)).unwrap();
    let answers = thread::scope(|scope| {
        let (mut here, mut there) = (None, None);
        while_locked(&schema, |queue| {
            proxy.cut_next(Cut::Before("COMMIT"));
            here = Some(scope.spawn(|| first.commit(mine)));
            queue.until(1);
            there = Some(scope.spawn(|| second.commit(other)));
            queue.until(2);
        });
        [here, there].map(|act| act.unwrap().join().unwrap())
    });
    assert!(proxy.has_cut());
    is_clean(&second);
    answers
}

#[test]
fn a_command_that_another_program_carried_out_meanwhile_is_answered_as_that_did() {
    if server::url().is_none() {
        return;
    }
    let [mine, theirs] =
        taken_over("taken", || salted(2, 1, 1), || salted(2, 2, 1)).map(Result::unwrap);
    assert_eq!((theirs.position, theirs.replayed), (2, false));
    assert!(mine.replayed, "it was not this program that stored it");
    assert_eq!((mine.position, mine.salt), (2, Some([2; 16])));
    // The same name for something else: nothing of the first is stored.
    let other = || {
        let mut other = salted(2, 2, 7);
        other.digest = [9; 32];
        other
    };
    let [mine, theirs] = taken_over("reused", || salted(2, 1, 1), other);
    assert_eq!(mine.unwrap_err().code(), "store.command_reused");
    assert_eq!(theirs.unwrap().position, 2);
}

/// Another program's first commit for a company is not the load that was lost.
#[test]
fn a_load_that_was_lost_is_not_taken_for_another_programs_company() {
    let Some(url) = server::url() else { return };
    let source = open(url, &home("origin").1);
    source.commit(batch_of(acme(), 1)).unwrap();
    let commits = source.feed(&FeedFrom::new(acme(), 0, 9)).unwrap();
    let (schema, options) = home("loads");
    let proxy = Proxy::before(url);
    let (first, second) = (open(proxy.url(), &options), open(url, &options));
    thread::scope(|scope| {
        let there = {
            // Whoever asks what became of the load waits for this commit.
            let mut sql = server::admin();
            let queue = Queue::behind(&mut sql);
            let mut lock = sql.transaction().unwrap();
            lock.execute(&format!("LOCK TABLE {schema}.fondaco_commit IN SHARE MODE"), &[])
                .unwrap();
            proxy.cut_next(Cut::Before("COMMIT"));
            let mut pieces = vec![Piece::Commits(commits.clone())].into_iter();
            let first = &first;
            let here = scope.spawn(move || first.load(acme(), &mut || Ok(pieces.next())));
            queue.until(1);
            let there = scope.spawn(|| second.commit(add(7, "stock", 1)));
            queue.until(2);
            lock.commit().unwrap();
            assert_eq!(here.join().unwrap().unwrap_err().code(), "store.unavailable");
            there
        };
        assert_eq!(there.join().unwrap().unwrap().position, 1);
    });
    assert!(proxy.has_cut());
}

mod indexed {
    use super::*;

    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "line", kind = fact, layout = 2, key(entry, line), index(by_account(account, day)), index(by_item(item)))]
    pub(super) struct Line {
        pub(super) entry: i64,
        pub(super) line: i64,
        pub(super) account: SmolStr,
        pub(super) day: NaiveDate,
        pub(super) amount: Fixed<2>,
        pub(super) at: Timestamp,
        pub(super) item: u128,
        pub(super) who: Option<Personal<SmolStr>>,
    }
}

/// Somebody writes one table and reads another, which an upgrade takes in the other order: PostgreSQL ends one of the two, and here
/// that is the upgrade.
#[test]
fn an_upgrade_that_meets_a_deadlock_begins_anew() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("deadlock");
    let store = open(url, &options);
    let mut sql = server::admin();
    let queue = Queue::behind(&mut sql);
    let mut writer = sql.transaction().unwrap();
    let first = "SET LOCAL deadlock_timeout = '1h'; LOCK TABLE @.line IN ROW EXCLUSIVE MODE";
    writer.batch_execute(&first.replace('@', &schema)).unwrap();
    thread::scope(|scope| {
        let upgrade = scope.spawn(|| store.prepare(&[later::Person::TABLE, indexed::Line::TABLE]));
        queue.until(1);
        writer.execute(&format!("SELECT FROM {schema}.person"), &[]).unwrap();
        writer.commit().unwrap();
        let prepared = upgrade.join().unwrap().unwrap();
        assert_eq!(prepared.upgraded, [("person", 1), ("line", 1)]);
    });
}

/// A writer that asked for the generation before an upgrade, and wrote after it, would put into a table what its new indexes forbid.
#[test]
fn a_writer_that_comes_to_a_table_after_its_upgrade_is_refused() {
    let Some(url) = server::url() else { return };
    let (schema, options) = home("overtaken");
    let (old, new) = (open(url, &options), Postgres::connect_with(url, &options).unwrap());
    let person = |id| Person { id, name: Some("Ann".into()) };
    old.commit(insert(1, vec![person(1)])).unwrap();
    let mut sql = server::admin();
    let queue = Queue::behind(&mut sql);
    let mut lock = sql.transaction().unwrap();
    // The writer has judged its batch, and waits for the first table that it writes, which is not the one that grows.
    lock.execute(&format!("LOCK TABLE {schema}.balance IN EXCLUSIVE MODE"), &[]).unwrap();
    thread::scope(|scope| {
        let mut batch = insert(2, vec![person(2)]);
        batch.changes.extend(add(2, "all", 1).changes);
        let writes = scope.spawn(|| old.commit(batch));
        queue.until(1);
        new.prepare(&[later::Person::TABLE]).unwrap();
        lock.commit().unwrap();
        let refused = writes.join().unwrap().unwrap_err();
        assert!(matches!(&refused, StoreError::Refused(why) if why.is_empty()), "{refused}");
    });
    // And once more, knowing better.
    let again = old.commit(insert(2, vec![person(2)])).unwrap_err();
    assert_eq!(again.code(), "store.newer_layout");
}

/// A thread of a runtime may not wait, and the store says so, instead of ending the process by a second panic.
#[test]
fn a_blocking_store_on_a_runtimes_thread_is_misused() {
    let Some(url) = server::url() else { return };
    let store = Arc::new(open(url, &home("runtime").1));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let read = Read::now(acme(), vec![]);
    for id in 1..3 {
        let (read, written) =
            runtime.block_on(async { (store.read(&read), store.commit(add(id, "all", 1))) });
        assert_eq!(read.unwrap_err().code(), "store.misused");
        assert_eq!(written.unwrap_err().code(), "store.misused");
        assert!(runtime.block_on(async { Postgres::connect(url) }).is_err());
        // Where waiting is allowed all goes on.
        let there = store.clone();
        let waited = runtime.block_on(async {
            tokio::task::spawn_blocking(move || there.commit(add(id, "all", 1))).await
        });
        assert_eq!(waited.unwrap().unwrap().position, id as u64);
    }
    assert_eq!(balance(store.as_ref(), "all"), 2);
}

/// The host's own client panics there, as it does without us; its connection comes back, and the process lives.
#[test]
fn a_panic_of_the_hosts_client_is_one_panic() {
    let Some(url) = server::url() else { return };
    let options = home("client").1.connections(2);
    let store = Postgres::with(&options, move || Client::connect(url, NoTls).map(Box::new));
    store.prepare(TABLES).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for id in 1..4 {
        let commit = || store.commit(add(9, "all", 1));
        let panics = std::panic::AssertUnwindSafe(|| runtime.block_on(async { commit() }));
        std::panic::catch_unwind(panics).unwrap_err();
        assert_eq!(store.commit(add(id, "all", 1)).unwrap().position, id as u64);
    }
}

/// A store that outlives its runtime answers, however little it can still do.
#[cfg(feature = "postgres-async")]
#[test]
fn an_asynchronous_store_whose_runtime_is_gone_does_not_hang() {
    use fondaco_core::store::AsyncStore;
    let Some(url) = server::url() else { return };
    let made = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let options = home("orphan").1;
    let first = made();
    let store = first.block_on(fondaco_store::AsyncPostgres::connect_with(url, &options)).unwrap();
    first.block_on(store.prepare(TABLES)).unwrap();
    drop(first);
    for id in 1..3 {
        let commit = store.commit(add(id, "all", 1));
        let waiting =
            async { tokio::time::timeout(std::time::Duration::from_secs(5), commit).await };
        let answer = made().block_on(waiting).unwrap();
        assert_eq!(answer.unwrap_err().code(), "store.unknown");
    }
}
