//! Commands: each is carried out at most once.

use fondaco_core::CommandId;
use fondaco_core::store::{Batch, Event, Personal, Value};

use crate::probe::{Probe, Verdict, broken, ensure, home, key, same, together};
use crate::records::{Item, Stock, Visitor};
use crate::stage::Stage;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "commands.replayed",
        promise: "the same command again gets the first answer and does nothing, whatever has happened since",
        run: replayed,
    },
    Check {
        name: "commands.reused",
        promise: "the id of a command with other content is CommandReused, and nothing is stored",
        run: reused,
    },
    Check {
        name: "commands.whole_ids",
        promise: "ids of commands that differ in any bit are different commands",
        run: whole_ids,
    },
    Check {
        name: "commands.never_forgotten",
        promise: "a command is known, and its commit in the feed, however many came since",
        run: never_forgotten,
    },
    Check {
        name: "commands.receipt",
        promise: "the receipt of a command holds position, salted digest, salt and answer, and is in no older snapshot",
        run: receipt,
    },
    Check {
        name: "commands.refused_are_free",
        promise: "a command that was refused was not carried out: the same id may come again with other content",
        run: refused_are_free,
    },
    Check {
        name: "commands.forgotten_salt",
        promise: "after an erase the salt of the command that wrote the row is forgotten, and that command is known by its id alone",
        run: forgotten_salt,
    },
    Check {
        name: "commands.once_under_threads",
        promise: "one command sent by many threads at once is carried out once, and all get the same answer",
        run: once_under_threads,
    },
];

fn order(probe: &Probe<'_>) -> Batch {
    let batch = probe.batch().insert(vec![Item::new(1, "a")]).add(vec![Stock::of("a", 1, 0)]);
    let drawn = Value::Drawn { draw: 0, offset: 1 };
    batch.draw("s", 2).tells(Event::new("kit.ordered").with("no", drawn.clone())).answers(drawn)
}

/// The same command once more, with the changes it would make now.
fn again(probe: &Probe<'_>, id: fondaco_core::CommandId, digest: [u8; 32]) -> Batch {
    let mut batch = order(probe);
    (batch.id, batch.digest) = (id, digest);
    batch
}

fn replayed(probe: &Probe<'_>) -> Verdict {
    let batch = order(probe);
    let (id, digest) = (batch.id, batch.digest);
    let first = probe.done(batch)?;
    probe.done(probe.batch().delete(key::<Item>((1, "a".into())), 1))?;
    let second = probe.commit(again(probe, id, digest))?;
    ensure(second.replayed, || "the same command was carried out again".into())?;
    same("the position", second.position, first.position)?;
    same("the answer", second.answer, first.answer)?;
    same("the events", second.events, first.events)?;
    ensure(probe.get::<Item>((1, "a".into()))?.is_none(), || "a replay wrote a row".into())?;
    same("the counter", probe.record::<Stock>((1, "a".into()))?.on_hand, 1)?;
    same("the series", probe.series("s")?.last, 2)?;
    same("the position of the company", probe.position()?, 2)?;
    // Nothing else of a replay is looked at, not even what it has seen.
    let stale = again(probe, id, digest).sees(key::<Item>((9, "z".into())), 77);
    ensure(probe.commit(stale)?.replayed, || "a replay was judged by what it saw".into())
}

fn reused(probe: &Probe<'_>) -> Verdict {
    let batch = order(probe);
    let id = batch.id;
    probe.done(batch)?;
    let mut other = probe.batch().insert(vec![Item::new(1, "b")]);
    (other.id, other.digest) = (id, [0xEE; 32]);
    probe.fails(other, "store.command_reused")?;
    ensure(probe.get::<Item>((1, "b".into()))?.is_none(), || "its row was stored".into())?;
    same("the position", probe.position()?, 1)
}

fn whole_ids(probe: &Probe<'_>) -> Verdict {
    let ids = || (0..128).step_by(3).map(|bit| CommandId::from_u128(7 ^ (1 << bit)));
    for (position, id) in (1..).zip(ids()) {
        let mut batch = probe.batch();
        batch.id = id;
        let commit = probe.done(batch)?;
        same("the position", commit.position, position)?;
    }
    for (position, id) in (1..).zip(ids()) {
        let found = probe.receipt(home(), id)?.map(|receipt| receipt.position);
        same("the position in the receipt", found, Some(position))?;
    }
    Ok(())
}

fn never_forgotten(probe: &Probe<'_>) -> Verdict {
    const MORE: u64 = 120;
    let batch = order(probe);
    let (id, digest) = (batch.id, batch.digest);
    let first = probe.done(batch)?;
    for _ in 0..MORE {
        probe.done(probe.batch())?;
    }
    let again = probe.commit(again(probe, id, digest))?;
    ensure(again.replayed, || "the first command was carried out again".into())?;
    same("the answer", again.answer, first.answer)?;
    let positions: Vec<u64> = probe.feed(home(), 0)?.iter().map(|it| it.position).collect();
    same("the feed", positions, (1..=MORE + 1).collect())
}

fn receipt(probe: &Probe<'_>) -> Verdict {
    let batch = order(probe);
    let (id, digest, salt) = (batch.id, batch.digest, batch.salt);
    same("the receipt before the command", probe.receipt(home(), id)?, None)?;
    let commit = probe.done(batch)?;
    let receipt = probe.receipt(home(), id)?.ok_or_else(|| broken("no receipt"))?;
    same("the position", receipt.position, 1)?;
    same("the answer", receipt.answer, vec![Value::I64(2)])?;
    same("the salt", receipt.salt, Some(salt))?;
    let salted = fondaco_core::digest::salted(&digest, &salt);
    same("the digest, salted", (receipt.digest, commit.digest), (salted, salted))
}

fn refused_are_free(probe: &Probe<'_>) -> Verdict {
    let batch = probe.batch().insert(vec![Item::new(1, "a")]).sees(key::<Item>((1, "x".into())), 3);
    let id = batch.id;
    probe.refused(batch)?;
    same("the receipt of a refused command", probe.receipt(home(), id)?, None)?;
    let mut other = probe.batch().insert(vec![Item::new(1, "b")]);
    other.id = id;
    same("the position", probe.done(other)?.position, 1)
}

fn forgotten_salt(probe: &Probe<'_>) -> Verdict {
    let visitor = Visitor { number: 1, mail: Some(Personal::Kept("a@b".into(), [7; 16])) };
    let batch = probe.batch().insert(vec![visitor]);
    let id = batch.id;
    probe.done(batch)?;
    let eraser = probe.done(probe.batch().erase(key::<Visitor>(1)))?;
    let receipt = probe.receipt(home(), id)?.ok_or_else(|| broken("no receipt"))?;
    same("the salt after the erase", receipt.salt, None)?;
    let feed = probe.feed(home(), 0)?;
    same(
        "the salts in the feed",
        feed.iter().map(|c| c.salt.is_some()).collect(),
        vec![false, true],
    )?;
    let mut same_id = probe.batch().insert(vec![Item::new(1, "a")]);
    same_id.id = id;
    ensure(probe.commit(same_id)?.replayed, || "not known by its id alone".into())?;
    let mut other = probe.batch().insert(vec![Item::new(1, "a")]);
    (other.id, other.digest) = (eraser.id, [0xEE; 32]);
    probe.fails(other, "store.command_reused")
}

fn once_under_threads(probe: &Probe<'_>) -> Verdict {
    let batch = order(probe);
    let (id, digest) = (batch.id, batch.digest);
    let commits = together(4, |_| Ok(probe.commit(again(probe, id, digest))?))?;
    same("new commits", commits.iter().filter(|commit| !commit.replayed).count(), 1)?;
    for commit in &commits {
        same("the answer", commit.answer.clone(), vec![Value::I64(2)])?;
    }
    same("the counter", probe.record::<Stock>((1, "a".into()))?.on_hand, 1)?;
    same("the series", probe.series("s")?.last, 2)
}
