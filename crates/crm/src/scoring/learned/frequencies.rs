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

/// Leads won and lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Count {
    won: f64,
    lost: f64,
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
    fn add(&mut self, value: &str, end: End, by: f64, smoothing: f64) -> bool {
        let new = !self.values.contains_key(value);
        if new {
            self.values.insert(value.to_owned(), Count::default());
            self.begin(value, smoothing);
        }
        if let Some(count) = self.values.get_mut(value) {
            count.add(end, by);
            self.total.add(end, by);
        }
        new
    }

    /// What a count begins at, once per team that has it.
    fn begin(&mut self, value: &str, smoothing: f64) {
        let count = self.values.entry(value.to_owned()).or_default();
        for end in [End::Won, End::Lost] {
            count.add(end, smoothing);
            self.total.add(end, smoothing);
        }
    }

    /// What part of the won and of the lost ones had this value.
    fn shares(&self, value: &str, least: f64) -> Option<(f64, f64)> {
        let count = self.values.get(value).filter(|count| count.won + count.lost >= least)?;
        count.over(self.total)
    }
}

impl Count {
    fn add(&mut self, end: End, by: f64) {
        match end {
            End::Won => self.won += by,
            End::Lost => self.lost += by,
        }
    }

    fn over(self, total: Count) -> Option<(f64, f64)> {
        let there = total.won > 0.0 && total.lost > 0.0;
        there.then(|| (self.won / total.won, self.lost / total.lost))
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
        self.count(lead, end, 1.0)
    }

    /// A lead that had ended is open again, or was entered by mistake: as if it had not been learned.
    ///
    /// # Errors
    /// As [`learn`](Self::learn).
    pub fn forget(&mut self, lead: &Lead, end: End) -> Result<(), KernelError> {
        self.count(lead, end, -1.0)
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
        let all = first.won + first.lost;
        let (mut won, mut lost) = (first.won / all, first.lost / all);
        let stage = counts.stages.get(&lead.stage).and_then(|count| count.over(*first));
        let values = lead.values.iter();
        let values =
            values.filter_map(|(field, value)| counts.fields.get(field)?.shares(value, 0.0));
        let tags = lead.tags.iter();
        let tags = tags.filter_map(|tag| counts.tags.shares(tag, self.settings.tags_from));
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
        counts.fields.get(field)?.values.get(value).map(|count| (count.won, count.lost))
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

    fn count(&mut self, lead: &Lead, end: End, by: f64) -> Result<(), KernelError> {
        self.check(lead)?;
        let at = match self.teams.iter().position(|(team, _)| *team == lead.team) {
            Some(at) => at,
            None => {
                self.teams.push((lead.team.clone(), Counts::default()));
                self.teams.len() - 1
            }
        };
        let Some((_, own)) = self.teams.get_mut(at) else { return Ok(()) };
        let (all, smoothing) = (&mut self.all, self.settings.smoothing);
        let reached = match end {
            End::Won => self.settings.stages,
            End::Lost => lead.stage + 1,
        };
        for stage in 0..reached {
            let new = !own.stages.contains_key(&stage);
            let begins = if new { smoothing } else { 0.0 };
            for counts in [&mut *own, &mut *all] {
                let count = counts.stages.entry(stage).or_default();
                count.add(End::Won, begins);
                count.add(End::Lost, begins);
                count.add(end, by);
            }
        }
        for (field, value) in &lead.values {
            let of_all = all.fields.entry(field.clone()).or_default();
            both(own.fields.entry(field.clone()).or_default(), of_all, value, end, by, smoothing);
        }
        for tag in &lead.tags {
            both(&mut own.tags, &mut all.tags, tag, end, by, smoothing);
        }
        Ok(())
    }
}

/// Counts a value of a team, and of all teams together, where the smoothing of each team adds up.
fn both(own: &mut Field, all: &mut Field, value: &str, end: End, by: f64, smoothing: f64) {
    let new = own.add(value, end, by, smoothing);
    let known = all.values.contains_key(value);
    all.add(value, end, by, smoothing);
    if new && known {
        all.begin(value, smoothing);
    }
}
