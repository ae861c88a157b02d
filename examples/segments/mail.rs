//! A mail service that fails at random, before and after it has taken a message, and what still brings each message once.
//!
//! The sender goes on to the next message only when the service has said that it took this one; when it doesn't, the same message goes again under
//! the same id. The service keeps the ids of what it took. So a message that was taken, but not acknowledged, is not sent twice.

use std::collections::BTreeSet;
use std::fmt;

use fondaco::crm::campaigns::{Decision, Reason};

/// A service with a random mood.
struct Service {
    mood: u64,
    taken: BTreeSet<String>,
    letters: Vec<String>,
}

impl Service {
    fn fails(&mut self) -> bool {
        self.mood = self
            .mood
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.mood >> 33).is_multiple_of(4)
    }

    /// Takes a message; says whether it did. It may have, and not say so.
    fn send(&mut self, id: &str) -> bool {
        if self.fails() {
            return false;
        }
        if self.taken.insert(id.to_owned()) {
            self.letters.push(id.to_owned());
        }
        !self.fails()
    }
}

/// What became of all messages.
pub struct Outcome {
    pub sent: usize,
    pub tries: usize,
    pub delivered: usize,
    pub held: Vec<(Reason, usize)>,
}

/// Delivers what was decided to be sent, in order.
pub fn deliver(decisions: &[Decision]) -> Outcome {
    let mut service = Service { mood: 1, taken: BTreeSet::new(), letters: Vec::new() };
    let outbox = decisions.iter().filter(|one| one.held_by.is_none());
    let (mut sent, mut tries) = (0, 0);
    for decision in outbox {
        sent += 1;
        let id = decision.message.id();
        loop {
            tries += 1;
            if service.send(&id) {
                break;
            }
        }
    }
    let mut held: Vec<(Reason, usize)> = Vec::new();
    for reason in decisions.iter().filter_map(|one| one.held_by) {
        match held.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => held.push((reason, 1)),
        }
    }
    held.sort();
    Outcome { sent, tries, delivered: service.letters.len(), held }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sent, tries, delivered, held } = self;
        write!(
            f,
            "{sent} messages sent in {tries} tries, {delivered} delivered, each once; held back:"
        )?;
        for (reason, count) in held {
            write!(f, " {} {count}", named(*reason))?;
        }
        Ok(())
    }
}

/// A reason in words.
pub fn named(reason: Reason) -> &'static str {
    match reason {
        Reason::Suppressed => "suppressed",
        Reason::NoConsent => "without consent",
        Reason::NoLonger => "no longer so",
        Reason::Again => "written lately",
        Reason::Capped => "too many lately",
        _ => "otherwise",
    }
}
