//! Predictive lead scoring by counts: naive Bayes (each value by itself) over what won and lost leads were like, as Odoo does it.
//!
//! For each team, field and value it is counted how many leads were won and lost, beginning at 0.1 each, so that nothing is impossible for having
//! been seen once. A lead that is won counts in every stage, one that is lost in all stages up to its own. The chance of a lead is the
//! share won of all that reached the first stage, times, for each of its values, what part of the won ones had it; against the same of the lost
//! ones. Values that were never seen say nothing, and tags say nothing before they are on fifty leads. Learned and forgotten lead by lead, in time with the
//! lead's values.
//!
//! Source: what the tests of Odoo's `crm` module expect.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::KernelError;
use crate::error::positive;

/// What is known of a lead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lead {
    /// Whose it is.
    pub team: Option<String>,
    /// The stage that it is in, or was when it was lost, counted from 0.
    pub stage: usize,
    /// Fields with their values; what is not known is left out.
    pub values: BTreeMap<String, String>,
    /// Tags.
    pub tags: Vec<String>,
}

/// How a lead ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// It bought.
    Won,
    /// It did not.
    Lost,
}

/// How counts are made and read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How many stages there are.
    pub stages: usize,
    /// Which of them is where leads are won, if one is.
    pub won_stage: Option<usize>,
    /// What each count begins at.
    pub smoothing: f64,
    /// How many leads a tag has to be on before it says something.
    pub tags_from: f64,
}

impl Settings {
    /// So many stages, the last of which is where leads are won; Odoo's smoothing of 0.1 and fifty leads for a tag.
    #[must_use]
    pub fn new(stages: usize) -> Self {
        Self { stages, won_stage: stages.checked_sub(1), smoothing: 0.1, tags_from: 50.0 }
    }
}

/// Leads won and lost, and in how many teams some were: each team begins both at the smoothing. Whole numbers, so that what is forgotten leaves no trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Count {
    won: u64,
    lost: u64,
    teams: u64,
}

/// The values of one field, with their counts and what they come to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Field {
    values: BTreeMap<String, Count>,
    total: Count,
}

/// All fields of one team. Tags are a field of their own, beside those of the same name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Counts {
    stages: BTreeMap<usize, Count>,
    fields: BTreeMap<String, Field>,
    tags: Field,
}

/// Counts of won and lost leads. It can be stored as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frequencies {
    settings: Settings,
    /// Leads without a team under nothing.
    teams: Vec<(Option<String>, Counts)>,
    /// Of all teams together.
    all: Counts,
}

impl Field {
    /// Counts a lead with a value, of a team that is new to it or not.
    fn learn(&mut self, value: &str, end: End, is_new: bool) {
        if !self.values.contains_key(value) {
            self.values.insert(value.to_owned(), Count::default());
        }
        if let Some(count) = self.values.get_mut(value) {
            count.learn(end, is_new);
            self.total.learn(end, is_new);
        }
    }

    /// Takes a lead back that was counted; of a team that has no other with that value, or has.
    fn forget(&mut self, value: &str, end: End, is_last: bool) {
        let Some(count) = self.values.get_mut(value) else { return };
        count.forget(end, is_last);
        self.total.forget(end, is_last);
        if count.teams == 0 {
            self.values.remove(value);
        }
    }

    /// Whether so many leads with a value ended so.
    fn has(&self, value: &str, end: End, least: u64) -> bool {
        self.values.get(value).is_some_and(|count| count.of(end) >= least)
    }

    /// What part of the won and of the lost ones had this value.
    fn shares(&self, value: &str, least: f64, smoothing: f64) -> Option<(f64, f64)> {
        let count = self.values.get(value)?;
        let (won, lost) = count.read(smoothing);
        (won + lost >= least).then(|| count.over(self.total, smoothing))?
    }
}

impl Count {
    fn of(self, end: End) -> u64 {
        match end {
            End::Won => self.won,
            End::Lost => self.lost,
        }
    }

    fn of_mut(&mut self, end: End) -> &mut u64 {
        match end {
            End::Won => &mut self.won,
            End::Lost => &mut self.lost,
        }
    }

    fn learn(&mut self, end: End, is_new: bool) {
        *self.of_mut(end) += 1;
        self.teams += u64::from(is_new);
    }

    fn forget(&mut self, end: End, is_last: bool) {
        let count = self.of_mut(end);
        *count = count.saturating_sub(1);
        self.teams = self.teams.saturating_sub(u64::from(is_last));
    }

    /// Whether one lead is all there is.
    fn is_one(self) -> bool {
        self.won + self.lost == 1
    }

    /// With what each team begins at.
    fn read(self, smoothing: f64) -> (f64, f64) {
        let begins = self.teams as f64 * smoothing;
        (self.won as f64 + begins, self.lost as f64 + begins)
    }

    fn over(self, total: Count, smoothing: f64) -> Option<(f64, f64)> {
        let ((won, lost), (all_won, all_lost)) = (self.read(smoothing), total.read(smoothing));
        (all_won > 0.0 && all_lost > 0.0).then(|| (won / all_won, lost / all_lost))
    }
}

impl Frequencies {
    /// No leads yet.
    ///
    /// # Errors
    /// When there is no stage, or the smoothing is not above zero.
    pub fn new(settings: Settings) -> Result<Self, KernelError> {
        positive("smoothing", settings.smoothing)?;
        positive("stages", settings.stages as f64)?;
        Ok(Self { settings, teams: Vec::new(), all: Counts::default() })
    }

    /// A lead has ended.
    ///
    /// # Errors
    /// When its stage is none of the stages.
    ///
    /// ```
    /// use fondaco_crm::scoring::learned::frequencies::{End, Frequencies, Lead, Settings};
    ///
    /// let lead = |source: &str| Lead {
    ///     values: [("source".to_owned(), source.to_owned())].into(),
    ///     ..Lead::default()
    /// };
    /// let mut counts = Frequencies::new(Settings::new(3))?;
    /// counts.learn(&lead("fair"), End::Won)?;
    /// counts.learn(&lead("web"), End::Lost)?;
    /// assert!(counts.chance(&lead("fair"))? > 0.9);
    /// assert!(counts.percent(&lead("phone"))? == 50.0);
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn learn(&mut self, lead: &Lead, end: End) -> Result<(), KernelError> {
        self.check(lead)?;
        let at = match self.teams.iter().position(|(team, _)| *team == lead.team) {
            Some(at) => at,
            None => {
                self.teams.push((lead.team.clone(), Counts::default()));
                self.teams.len() - 1
            }
        };
        let Some((_, own)) = self.teams.get_mut(at) else { return Ok(()) };
        let all = &mut self.all;
        for stage in 0..self.settings.reached(lead, end) {
            let is_new = !own.stages.contains_key(&stage);
            for counts in [&mut *own, &mut *all] {
                counts.stages.entry(stage).or_default().learn(end, is_new);
            }
        }
        for (field, value) in &lead.values {
            let of_all = all.fields.entry(field.clone()).or_default();
            learn(own.fields.entry(field.clone()).or_default(), of_all, value, end);
        }
        for tag in &lead.tags {
            learn(&mut own.tags, &mut all.tags, tag, end);
        }
        Ok(())
    }

    /// A lead that had ended is open again, or was entered by mistake: as if it had not been learned.
    ///
    /// # Errors
    /// As [`learn`](Self::learn), and when no such lead was learned: nothing is forgotten then. Counts are no leads: others with the same values can't be told from it.
    pub fn forget(&mut self, lead: &Lead, end: End) -> Result<(), KernelError> {
        self.check(lead)?;
        let at = self.teams.iter().position(|(team, _)| *team == lead.team);
        let found = at.and_then(|at| Some((at, self.teams.get_mut(at)?)));
        let reached = self.settings.reached(lead, end);
        let Some((at, (_, own))) = found.filter(|(_, (_, own))| own.has(lead, end, reached)) else {
            return Err(KernelError::Unknown {
                what: "lead that was learned",
                name: lead.team.clone().unwrap_or_else(|| "one without a team".into()),
                way_out: "forget what was learned, with the values that it had and as it ended",
            });
        };
        let all = &mut self.all;
        for stage in 0..reached {
            let is_last = own.stages.get(&stage).is_some_and(|count| count.is_one());
            for counts in [&mut *own, &mut *all] {
                let Some(count) = counts.stages.get_mut(&stage) else { continue };
                count.forget(end, is_last);
                if count.teams == 0 {
                    counts.stages.remove(&stage);
                }
            }
        }
        for (field, value) in &lead.values {
            if let (Some(own), Some(all)) = (own.fields.get_mut(field), all.fields.get_mut(field)) {
                forget(own, all, value, end);
            }
        }
        for tag in &lead.tags {
            forget(&mut own.tags, &mut all.tags, tag, end);
        }
        own.fields.retain(|_, field| !field.values.is_empty());
        all.fields.retain(|_, field| !field.values.is_empty());
        if own.stages.is_empty() {
            self.teams.remove(at);
        }
        Ok(())
    }

    /// How likely it is that a lead is won, from 0 to 1; even where nothing was learned yet, one half.
    ///
    /// # Errors
    /// When its stage is none of the stages.
    pub fn chance(&self, lead: &Lead) -> Result<f64, KernelError> {
        self.check(lead)?;
        if self.settings.won_stage == Some(lead.stage) {
            return Ok(1.0);
        }
        let own = self.teams.iter().find(|(team, _)| team.is_some() && *team == lead.team);
        let counts = own.map_or(&self.all, |(_, counts)| counts);
        let Some(first) = counts.stages.get(&0) else { return Ok(0.5) };
        let smoothing = self.settings.smoothing;
        let (first_won, first_lost) = first.read(smoothing);
        let all = first_won + first_lost;
        let (mut won, mut lost) = (first_won / all, first_lost / all);
        let stage = counts.stages.get(&lead.stage);
        let stage = stage.and_then(|count| count.over(*first, smoothing));
        let values = lead.values.iter();
        let values = values
            .filter_map(|(field, value)| counts.fields.get(field)?.shares(value, 0.0, smoothing));
        let least = self.settings.tags_from;
        let tags = lead.tags.iter().filter_map(|tag| counts.tags.shares(tag, least, smoothing));
        for (of_won, of_lost) in stage.into_iter().chain(values).chain(tags) {
            won *= of_won;
            lost *= of_lost;
            // Hundreds of values would leave nothing of either.
            let most = f64::max(won, lost);
            if most > 0.0 {
                (won, lost) = (won / most, lost / most);
            }
        }
        Ok(won / (won + lost))
    }

    /// [`chance`](Self::chance) as people see it: percent with two digits, from 0.01 to 99.99 while it is open, 100 when it is won.
    ///
    /// # Errors
    /// As [`chance`](Self::chance).
    pub fn percent(&self, lead: &Lead) -> Result<f64, KernelError> {
        let chance = self.chance(lead)?;
        let rounded = (chance * 1e4).round() / 100.0;
        let won = self.settings.won_stage == Some(lead.stage);
        Ok(if won { 100.0 } else { rounded.clamp(0.01, 99.99) })
    }

    /// The counts of won and of lost leads of a team with a value, smoothing included; of all teams where none is named.
    #[must_use]
    pub fn counts(&self, team: Option<&str>, field: &str, value: &str) -> Option<(f64, f64)> {
        let own = |name: &str| self.teams.iter().find(|(team, _)| team.as_deref() == Some(name));
        let counts = match team {
            None => &self.all,
            Some(name) => &own(name)?.1,
        };
        counts.fields.get(field)?.values.get(value).map(|count| count.read(self.settings.smoothing))
    }

    fn check(&self, lead: &Lead) -> Result<(), KernelError> {
        if lead.stage < self.settings.stages {
            return Ok(());
        }
        Err(KernelError::Unknown {
            what: "stage",
            name: lead.stage.to_string(),
            way_out: "stages are counted from 0 to one below their number",
        })
    }
}

impl Counts {
    /// Whether such a lead may have been counted.
    fn has(&self, lead: &Lead, end: End, reached: usize) -> bool {
        let in_stage = |stage| self.stages.get(&stage).is_some_and(|count| count.of(end) > 0);
        let of_tag = |tag: &String| lead.tags.iter().filter(|other| *other == tag).count() as u64;
        (0..reached).all(in_stage)
            && lead.values.iter().all(|(field, value)| {
                self.fields.get(field).is_some_and(|field| field.has(value, end, 1))
            })
            && lead.tags.iter().all(|tag| self.tags.has(tag, end, of_tag(tag)))
    }
}

impl Settings {
    /// How many stages a lead counts in.
    fn reached(&self, lead: &Lead, end: End) -> usize {
        match end {
            End::Won => self.stages,
            End::Lost => lead.stage + 1,
        }
    }
}

/// Counts a value of a team, and of all teams together.
fn learn(own: &mut Field, all: &mut Field, value: &str, end: End) {
    let is_new = !own.values.contains_key(value);
    own.learn(value, end, is_new);
    all.learn(value, end, is_new);
}

/// Takes a value of a team back, and of all teams together.
fn forget(own: &mut Field, all: &mut Field, value: &str, end: End) {
    let is_last = own.values.get(value).is_some_and(|count| count.is_one());
    own.forget(value, end, is_last);
    all.forget(value, end, is_last);
}
