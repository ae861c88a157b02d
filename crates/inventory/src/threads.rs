//! Many rows at once, each by itself.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What `of` makes of each row, in their order, on so many threads. `of` is given room of its thread's own, made by `room`.
///
/// No row knows of another, so the result is the same on any number of threads.
pub(crate) fn each<'r, Row: Sync, Room, Made: Send>(
    rows: &'r [Row],
    threads: NonZeroUsize,
    room: impl Fn() -> Room + Sync,
    of: impl Fn(&mut Room, &'r Row) -> Made + Sync,
) -> Vec<Made> {
    // Small parts in turn, so that a part with long rows doesn't keep all waiting.
    let part = rows.len().div_ceil(threads.get().saturating_mul(8)).max(1);
    let threads = threads.get().min(rows.len().div_ceil(part));
    if threads <= 1 {
        let mut room = room();
        return rows.iter().map(|row| of(&mut room, row)).collect();
    }
    let parts: Vec<&[Row]> = rows.chunks(part).collect();
    let done = in_parts(threads, &parts, || {
        let (mut room, of) = (room(), &of);
        move |part: &'r [Row]| part.iter().map(|row| of(&mut room, row)).collect::<Vec<_>>()
    });
    done.into_iter().flatten().collect()
}

/// What a worker makes of each part, in the order of the parts, whoever made it. Each thread has a worker of its own.
pub(crate) fn in_parts<'r, Row: Sync, Made: Send, Worker: FnMut(&'r [Row]) -> Made>(
    threads: usize,
    parts: &[&'r [Row]],
    worker: impl Fn() -> Worker + Sync,
) -> Vec<Made> {
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut worker, mut done) = (worker(), Vec::new());
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(part) = parts.get(at)
        {
            done.push((at, worker(part)));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for helper in helpers {
            match helper.join() {
                Ok(parts) => done.extend(parts),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, made)| made).collect()
}
