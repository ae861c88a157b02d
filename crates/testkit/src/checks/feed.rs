//! The feed: all commits, in order, without gaps.

use std::sync::atomic::{AtomicUsize, Ordering};

use fondaco_core::store::{Event, FeedFrom, Value};

use crate::probe::{Probe, Verdict, broken, ensure, home, same, together};
use crate::records::{Item, Sample, Stock};
use crate::stage::Stage;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "feed.as_committed",
        promise: "the feed shows each commit as commit answered it",
        run: as_committed,
    },
    Check {
        name: "feed.pages",
        promise: "the feed begins after the position asked for and shows at most `limit` commits, in order",
        run: pages,
    },
    Check {
        name: "feed.no_gaps",
        promise: "under concurrent commits the feed never shows a commit while an earlier one may still appear",
        run: no_gaps,
    },
];

fn as_committed(probe: &Probe<'_>) -> Verdict {
    let drawn = Value::Drawn { draw: 0, offset: 0 };
    let batch = probe.batch().insert(vec![Item::new(1, "a")]).draw("s", 1).answers(drawn);
    let first = probe.done(batch.tells(Event::new("kit.first").with("n", Value::I64(-1))))?;
    let batch = probe.batch().put(Item { level: 1, ..Item::new(1, "a") }, 1);
    let second = probe.done(batch.tells(Event::new("kit.a")).tells(Event::new("kit.b")))?;
    let third = probe.done(probe.batch().add(vec![Stock::of("a", 1, 0)]))?;
    same("the feed", probe.feed(home(), 0)?, vec![first, second, third])
}

fn pages(probe: &Probe<'_>) -> Verdict {
    for number in 0..7 {
        probe.done(probe.batch().insert(vec![Sample::new(1, number)]))?;
    }
    for (after, limit, wanted) in [
        (0, 3, vec![1, 2, 3]),
        (3, 3, vec![4, 5, 6]),
        (6, 3, vec![7]),
        (7, 3, vec![]),
        (100, 3, vec![]),
        (0, usize::MAX, (1..=7).collect()),
    ] {
        let feed = probe.feed_page(&FeedFrom::new(home(), after, limit))?;
        let positions: Vec<u64> = feed.iter().map(|commit| commit.position).collect();
        same(&format!("at most {limit} commits after {after}"), positions, wanted)?;
    }
    Ok(())
}

fn no_gaps(probe: &Probe<'_>) -> Verdict {
    let (writers, each) = (3, 12);
    let working = AtomicUsize::new(writers);
    let shown = together(writers + 1, |thread| {
        if thread < writers {
            let done = (0..each).try_for_each(|number| {
                let row = Sample::new(thread as i64, number);
                probe.done(probe.batch().insert(vec![row])).map(|_| ())
            });
            working.fetch_sub(1, Ordering::SeqCst);
            return done.map(|()| 0);
        }
        follow(probe, &working)
    })?;
    same("commits shown", shown.iter().sum::<u64>(), writers as u64 * each as u64)
}

/// Follows the feed until the writers are done: each commit must be the next.
fn follow(probe: &Probe<'_>, working: &AtomicUsize) -> Verdict<u64> {
    let mut last = 0;
    loop {
        let over = working.load(Ordering::SeqCst) == 0;
        for commit in probe.store.feed(&FeedFrom::new(home(), last, usize::MAX))? {
            let next = last + 1;
            let why = || format!("commit {} is shown where {next} was due", commit.position);
            ensure(commit.position == next, why)?;
            last = next;
        }
        if over {
            let seen = probe.position()?;
            let why = || broken(format!("the feed ends at {last}, the company is at {seen}"));
            return if last == seen { Ok(last) } else { Err(why()) };
        }
        std::thread::yield_now();
    }
}
