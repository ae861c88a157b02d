//! Proofs over a long log: `cargo bench -p fondaco --bench proofs -- [COMMITS]`.
//!
//! A log of so many commits (default: a million), each a command with one event, is loaded into a store in memory and into
//! an SQLite file; then the tree over it is built, saved and read again, and proofs are made and checked: of commits at random
//! positions, for random checkpoints, each read from the store and written as text. Last, the whole log is audited.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::time::{Duration, Instant};

use fondaco_core::proof::{Checkpoint, Growth, LogTree, Proof, Prover, SignedCheckpoint};
use fondaco_core::store::{Batch, Commit, Event, Meta, Piece, Store, Value};
use fondaco_core::{ActorId, CommandId, CompanyId, Timestamp, chain, digest};
use fondaco_store::{Memory, Sqlite};

const ORIGIN: &str = "acme.example/books";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let commits =
        args.first().map_or(1_000_000, |count| count.parse().expect("a number of commits"));
    println!("{commits} commits");
    run("memory", &Memory::new(), commits);
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench/proofs.db");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    run("SQLite", &Sqlite::open(&path).unwrap(), commits);
}

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

/// The commits of the log, a page at a time.
fn page(from: u64, to: u64, link: &mut [u8; 32]) -> Vec<Commit> {
    let one = |position: u64| {
        let time = Timestamp::from_micros(1_750_000_000_000_000 + position as i64).unwrap();
        let id = CommandId::from_u128(u128::from(position) << 64 | 1);
        let mut batch = Batch::new(acme(), id, Meta::new(ActorId::new("clerk-7"), time));
        batch.digest = [position as u8; 32];
        batch.events = vec![Event::new("sale.made").with("number", Value::I64(position as i64))];
        let digest = digest::salted(&batch.digest, &batch.salt);
        let mut commit = Commit::new(position, id, digest, batch.meta.clone());
        let seal = chain::seal(&batch, &[], position, link);
        *link = seal.link;
        (commit.salt, commit.events, commit.seal) = (Some(batch.salt), batch.events, Some(seal));
        commit
    };
    (from..=to).map(one).collect()
}

fn run(name: &str, store: &dyn Store, commits: u64) {
    let (mut next, mut link) = (1, chain::GENESIS);
    let begun = Instant::now();
    store
        .load(acme(), &mut || {
            let (from, to) = (next, (next + 4095).min(commits));
            next = to + 1;
            Ok((from <= to).then(|| Piece::Commits(page(from, to, &mut link))))
        })
        .unwrap();
    println!("{name}: loaded in {:.1} s", begun.elapsed().as_secs_f64());

    let begun = Instant::now();
    let mut prover = Prover::new(store, acme(), &[]);
    prover.catch_up(&mut ()).unwrap();
    println!("{name}: tree built from the feed in {:.1} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let built = prover.checkpoint(ORIGIN).unwrap();
    let bytes = prover.tree().to_bytes();
    let tree = LogTree::from_bytes(&bytes).unwrap();
    println!("{name}: tree of {} bytes saved and read in {:.1?}", bytes.len(), begun.elapsed());
    let prover = Prover::new(store, acme(), &[]).with_tree(tree, &built).unwrap();

    let newest = SignedCheckpoint::new(prover.checkpoint(ORIGIN).unwrap());
    let mut state = 7u64;
    let mut random = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut texts = Vec::new();
    let made = times(2_000, || {
        texts.push(prover.commit(1 + random(commits), &newest).unwrap().to_string());
    });
    tell(name, "one proof of a commit made, as text", made);
    let mut proofs = texts.iter();
    let checked = times(2_000, || {
        let proof: Proof = proofs.next().unwrap().parse().unwrap();
        proof.verify_against(newest.unverified()).unwrap();
    });
    tell(name, "one proof read and checked", checked);
    let mut grown = Vec::new();
    let earlier = |size: u64| {
        let read = prover.tree().reads(&[size]);
        let read: Vec<Commit> = read.iter().flat_map(|from| store.feed(from).unwrap()).collect();
        Checkpoint::new(ORIGIN, size, prover.tree().root_of(size, &read).unwrap()).unwrap()
    };
    let mut olds: Vec<Checkpoint> = (0..2_000).map(|_| earlier(1 + random(commits))).collect();
    let made = times(2_000, || {
        let old = olds.pop().unwrap();
        grown.push(prover.growth(&old, &newest).unwrap().to_string());
    });
    tell(name, "one proof of growth made, as text", made);
    assert!(grown.iter().all(|text| text.parse::<Growth>().is_ok()));
    println!("{name}: a proof is {} bytes of text", texts.iter().map(String::len).max().unwrap());

    let begun = Instant::now();
    let audited = chain::audit(store, acme(), &[], newest.unverified()).unwrap();
    assert!(audited.findings.is_empty() && audited.commits == commits);
    println!("{name}: audited in {:.1} s", begun.elapsed().as_secs_f64());
}

fn times(count: usize, mut act: impl FnMut()) -> Vec<Duration> {
    let mut times: Vec<Duration> = (0..count)
        .map(|_| {
            let begun = Instant::now();
            act();
            begun.elapsed()
        })
        .collect();
    times.sort();
    times
}

fn tell(name: &str, what: &str, times: Vec<Duration>) {
    let at = |part: usize| times[(times.len() - 1) * part / 100];
    println!("{name}: {what}: p50 {:.1?}, p99 {:.1?}, longest {:.1?}", at(50), at(99), at(100));
}
