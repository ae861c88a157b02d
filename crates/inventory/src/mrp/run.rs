//! The run: level by level from the top, each item once, those of a level on several threads.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use fondaco_core::{Progress, Progressed};

use super::book::{Book, Chunk};
use super::check::{date, number};
use super::compiled::Compiled;
use super::netting::{Fault, MOST_ORDERS, Netting};
use super::paged::Paged;
use super::ready::Ready;
use super::{MrpError, Network, Options};
use crate::threads::in_parts;

/// Of each item what it begins with, if it has anything.
pub(crate) type Readies = Paged<Option<Arc<Ready>>>;

/// So many items a thread takes at once; in tests so few that small networks use threads.
const PART: usize = if cfg!(test) { 2 } else { 512 };
/// So many items are planned before the one who watches is asked again.
const TOLD: usize = 4096;

/// What all threads of a run look at.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) network: &'a Network,
    pub(crate) compiled: &'a Compiled,
    pub(crate) ready: &'a Readies,
    pub(crate) options: &'a Options,
    pub(crate) places: &'a [u32],
}

impl<'a> Ground<'a> {
    pub(crate) fn netting(&self) -> Netting<'a> {
        let options = self.options;
        let (past_due, days) = (options.past_due, options.reschedule_days);
        Netting::new(self.compiled, self.ready, past_due, days, self.places)
    }

    fn ready_of(&self, item: u32) -> Option<&'a Ready> {
        self.ready.get(item as usize)?.as_deref()
    }

    fn plan(&self, netting: &mut Netting<'a>, item: u32, book: &Book) -> Result<(), MrpError> {
        let planned = netting.plan(item, self.ready_of(item), book);
        planned.map_err(|fault| self.refused(item, fault))
    }

    /// What is wrong, with the item's name.
    pub(crate) fn refused(&self, item: u32, fault: Fault) -> MrpError {
        let sku = self.network.name(item);
        match fault {
            Fault::Overflow(what) => MrpError::Overflow { sku, what },
            Fault::TooMany(day) => {
                MrpError::TooManyOrders { sku, day: date(day), most: MOST_ORDERS }
            }
            Fault::Lots(error) => MrpError::Kernel { sku, error: *error },
            Fault::Calendar(day) => {
                let known = self.network.calendars().iter().map(|(_, days)| days.range());
                let days = known.reduce(|a, b| a.intersect(b).unwrap_or(a));
                let days = days.unwrap_or(fondaco_core::DateRange::day(date(day)));
                let error = fondaco_core::calendar::CalendarError::Beyond { date: date(day), days };
                MrpError::Calendar { sku, error }
            }
        }
    }
}

/// Who is told how far a run is.
struct Watch<'a> {
    progress: &'a mut dyn Progress,
    done: usize,
    told: usize,
    total: usize,
}

impl Watch<'_> {
    fn did(&mut self, items: usize) -> Result<(), MrpError> {
        self.done += items;
        if self.done < self.told + TOLD && self.done < self.total {
            return Ok(());
        }
        self.told = self.done;
        let wide = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let at = Progressed::new("netting", wide(self.done)).of(wide(self.total));
        if self.progress.tell(&at).is_continue() {
            return Ok(());
        }
        Err(MrpError::Stopped { done: number(self.done), total: number(self.total) })
    }
}

/// Plans all items.
pub(crate) fn all(ground: Ground<'_>, progress: &mut dyn Progress) -> Result<Book, MrpError> {
    let compiled = ground.compiled;
    let total = compiled.order.len();
    let mut watch = Watch { progress, done: 0, told: 0, total };
    let mut book = Book::of(total);
    let mut netting = ground.netting();
    for level in 0..compiled.levels() {
        let items = compiled.level_items(level);
        let threads = threads_for(items.len(), ground.options.threads);
        if threads == 1 {
            for &item in items {
                ground.plan(&mut netting, item, &book)?;
                book.write(item, &netting.orders);
                watch.did(1)?;
            }
            continue;
        }
        let parts: Vec<&[u32]> = items.chunks(PART).collect();
        let planned = on_threads(threads, &parts, || {
            let mut netting = ground.netting();
            let book = &book;
            move |items: &[u32]| {
                let (mut chunk, mut counts) = (Chunk::default(), Vec::with_capacity(items.len()));
                for &item in items {
                    ground.plan(&mut netting, item, book)?;
                    counts.push(number(netting.orders.len()));
                    chunk.extend(&netting.orders);
                }
                Ok((counts, chunk))
            }
        })?;
        for (items, (counts, chunk)) in parts.iter().zip(planned) {
            book.write_all(items, &counts, chunk);
        }
        watch.did(items.len())?;
    }
    book.close();
    Ok(book)
}

/// Plans these items again, and all below them whose orders above change. How many were planned.
pub(crate) fn again(
    ground: Ground<'_>,
    book: &mut Book,
    first: impl IntoIterator<Item = u32>,
    progress: &mut dyn Progress,
) -> Result<usize, MrpError> {
    let compiled = ground.compiled;
    let mut waits = vec![false; compiled.order.len()];
    let mut levels: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut wait = |item: u32, levels: &mut BTreeMap<u32, Vec<u32>>| {
        if !std::mem::replace(&mut waits[item as usize], true) {
            levels.entry(compiled.level[item as usize]).or_default().push(item);
        }
    };
    for item in first {
        wait(item, &mut levels);
    }
    let mut watch = Watch { progress, done: 0, told: 0, total: compiled.order.len() };
    let mut netting = ground.netting();
    let mut count = 0;
    while let Some((_, items)) = levels.pop_first() {
        count += items.len();
        let mut changed = Vec::new();
        let threads = threads_for(items.len(), ground.options.threads);
        if threads == 1 {
            for item in &items {
                ground.plan(&mut netting, *item, book)?;
                if book.of_item(*item) != netting.orders.both() {
                    book.write(*item, &netting.orders);
                    changed.push(*item);
                }
            }
        } else {
            let parts: Vec<&[u32]> = items.chunks(PART).collect();
            let planned = on_threads(threads, &parts, || {
                let (mut netting, book) = (ground.netting(), &*book);
                move |items: &[u32]| {
                    let mut changed = (Vec::new(), Vec::new(), Chunk::default());
                    for &item in items {
                        ground.plan(&mut netting, item, book)?;
                        if book.of_item(item) != netting.orders.both() {
                            changed.0.push(item);
                            changed.1.push(number(netting.orders.len()));
                            changed.2.extend(&netting.orders);
                        }
                    }
                    Ok(changed)
                }
            })?;
            for (items, counts, chunk) in planned {
                book.write_all(&items, &counts, chunk);
                changed.extend(items);
            }
        }
        for item in changed {
            for below in compiled.below(item) {
                wait(below, &mut levels);
            }
        }
        watch.did(items.len())?;
    }
    book.tidy();
    Ok(count)
}

/// No more threads than there is work for.
fn threads_for(items: usize, threads: NonZeroUsize) -> usize {
    threads.get().min(items.div_ceil(PART)).max(1)
}

/// Each part's answer, in the order of the parts, whoever worked it out; of several refusals, that of the first part.
fn on_threads<T: Send, W: FnMut(&[u32]) -> Result<T, MrpError>>(
    threads: usize,
    parts: &[&[u32]],
    worker: impl Fn() -> W + Sync,
) -> Result<Vec<T>, MrpError> {
    in_parts(threads, parts, worker).into_iter().collect()
}
