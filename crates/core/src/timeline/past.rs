//! What was known of a stretch of days, newest first: a list whose tails are shared.
//!
//! Each link also holds a jump to an older one, so that the newest that is old enough is found in
//! O(log n) steps (Myers, *An applicative random-access stack*, 1983: the jumps of skew-binary numbers).

use super::TimelineError;

/// The place of no link: nothing was recorded.
pub(super) const NOTHING: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Link {
    recording: u32,
    before: u32,
    jump: u32,
    depth: u32,
}

/// All links of a timeline.
#[derive(Clone, Default)]
pub(super) struct Past {
    links: Vec<Link>,
}

impl Past {
    #[inline]
    fn link(&self, at: u32) -> Option<&Link> {
        self.links.get(at as usize)
    }

    fn depth(&self, at: u32) -> u32 {
        self.link(at).map_or(0, |link| link.depth)
    }

    fn jump(&self, at: u32) -> u32 {
        self.link(at).map_or(NOTHING, |link| link.jump)
    }

    /// The place of a new link, by which `recording` comes after all that is known at `before`.
    pub(super) fn after(&mut self, before: u32, recording: u32) -> Result<u32, TimelineError> {
        let place = u32::try_from(self.links.len()).ok().filter(|place| *place != NOTHING);
        let place = place.ok_or(TimelineError::Full)?;
        let (depth, near) = (self.depth(before), self.jump(before));
        let far = self.jump(near);
        let even = depth - self.depth(near) == self.depth(near) - self.depth(far);
        let jump = if even && near != NOTHING { far } else { before };
        self.links.push(Link { recording, before, jump, depth: depth + 1 });
        Ok(place)
    }

    /// The newest recording.
    #[inline]
    pub(super) fn latest(&self, at: u32) -> Option<u32> {
        self.link(at).map(|link| link.recording)
    }

    /// The newest recording that is old enough. What is older than an old enough one is old enough.
    pub(super) fn latest_where(&self, at: u32, old_enough: impl Fn(u32) -> bool) -> Option<u32> {
        let mut at = self.link(at);
        while let Some(link) = at {
            if old_enough(link.recording) {
                return Some(link.recording);
            }
            let jump = self.link(link.jump).filter(|jump| !old_enough(jump.recording));
            at = jump.or_else(|| self.link(link.before));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn the_newest_that_is_old_enough_is_found_in_few_steps() {
        let mut past = Past::default();
        let (mut head, count) = (NOTHING, 10_000);
        for recording in 0..count {
            head = past.after(head, recording).unwrap();
        }
        for wanted in 0..count {
            let steps = Cell::new(0);
            let old_enough = |recording| {
                steps.set(steps.get() + 1);
                recording <= wanted
            };
            assert_eq!(past.latest_where(head, old_enough), Some(wanted));
            assert!(steps.get() < 80, "{wanted}: {} steps", steps.get());
        }
        assert_eq!(past.latest_where(head, |_| false), None);
        assert_eq!(past.latest(NOTHING), None);
    }
}
