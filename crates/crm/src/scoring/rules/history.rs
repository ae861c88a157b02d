//! One person's events by the ids of their sources: doubled, corrected and erased as they come, counted once.

use std::collections::BTreeMap;

use fondaco_core::Timestamp;

use super::score::{Person, Score};
use super::scorer::{Event, Scorer};
use super::tally::Tally;
use crate::KernelError;

/// One person's events, with what a scorecard counts of them, kept up to date event by event.
#[derive(Clone, Debug)]
pub struct History<'h> {
    events: BTreeMap<&'h str, Event<'h>>,
    tally: Tally,
}

impl<'h> History<'h> {
    /// Without events.
    #[must_use]
    pub fn new(scorer: &Scorer) -> Self {
        Self { events: BTreeMap::new(), tally: scorer.tally() }
    }

    /// What is counted.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The events that count, in the order of their ids.
    pub fn events(&self) -> impl Iterator<Item = (&'h str, &Event<'h>)> {
        self.events.iter().map(|(id, event)| (*id, event))
    }

    /// Records an event; one that is there already with the same content changes nothing. Says whether it was new.
    ///
    /// # Errors
    /// As [`Scorer::record`], and when there is one of that id with other content: [`correct`](Self::correct) it where that is meant.
    ///
    /// ```
    /// use fondaco_crm::scoring::rules::{Event, History, Scorecard, Scorer};
    ///
    /// let card: Scorecard = serde_json::from_str(r#"{"name": "leads", "version": 1, "events": {"visit": {}}}"#)?;
    /// let scorer = Scorer::new(card)?;
    /// let mut history = History::new(&scorer);
    /// let now = "2026-03-02T12:00:00Z".parse()?;
    /// let visit = Event::new("visit", "2026-03-02T10:00:00Z".parse()?);
    /// assert!(history.record(&scorer, "web/1", visit, now)?);
    /// assert!(!history.record(&scorer, "web/1", visit, now)?);
    /// let other = Event { at: now, ..visit };
    /// assert!(history.record(&scorer, "web/1", other, now).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn record(
        &mut self,
        scorer: &Scorer,
        id: &'h str,
        event: Event<'h>,
        now: Timestamp,
    ) -> Result<bool, KernelError> {
        match self.events.get(id) {
            Some(known) if *known == event => Ok(false),
            Some(_) => Err(KernelError::Contradiction {
                field: "event".into(),
                found: id.to_owned(),
                other: "it was recorded with other content",
                way_out: "give a new event an id of its own, or correct the one that is there",
            }),
            None => {
                scorer.record(&mut self.tally, &event, now)?;
                self.events.insert(id, event);
                Ok(true)
            }
        }
    }

    /// Puts an event in the place of the one of that id.
    ///
    /// # Errors
    /// As [`Scorer::record`], and when there is none of that id: nothing has changed then.
    pub fn correct(
        &mut self,
        scorer: &Scorer,
        id: &'h str,
        event: Event<'h>,
        now: Timestamp,
    ) -> Result<(), KernelError> {
        let known = self.known(id)?;
        let mut tally = self.tally.clone();
        scorer.take_back(&mut tally, &known, now)?;
        scorer.record(&mut tally, &event, now)?;
        self.tally = tally;
        self.events.insert(id, event);
        Ok(())
    }

    /// Takes an event out.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn erase(&mut self, scorer: &Scorer, id: &str, now: Timestamp) -> Result<(), KernelError> {
        let known = self.known(id)?;
        scorer.take_back(&mut self.tally, &known, now)?;
        self.events.remove(id);
        Ok(())
    }

    fn known(&self, id: &str) -> Result<Event<'h>, KernelError> {
        self.events.get(id).copied().ok_or_else(|| KernelError::Unknown {
            what: "event",
            name: id.chars().take(40).collect(),
            way_out: "record it first",
        })
    }

    /// Points and stage at each of some rising times, from the events that were known by then: how a score went. Somebody begins in no stage.
    ///
    /// # Errors
    /// As [`Scorer::score`], and when times fall.
    pub fn course<'s>(
        &self,
        scorer: &'s Scorer,
        person: &Person<'_>,
        times: &[Timestamp],
    ) -> Result<Vec<(Score<'s>, Option<&'s str>)>, KernelError> {
        let mut events: Vec<&Event<'_>> = self.events.values().collect();
        events.sort_by_key(|event| event.known_at());
        let mut next = events.into_iter().peekable();
        let (mut tally, mut stage) = (scorer.tally(), None);
        let mut course = Vec::with_capacity(times.len());
        for at in times {
            while let Some(event) = next.next_if(|event| event.known_at() <= *at) {
                scorer.record(&mut tally, event, *at)?;
            }
            let score = scorer.score(&tally, person, *at)?;
            stage = scorer.stage(stage, &score)?;
            course.push((score, stage));
        }
        Ok(course)
    }
}
