//! `odoo_pls/odoo_pls.json`: predictive lead scoring, by the leads and the chances of Odoo's own tests.

use std::error::Error;
use std::path::Path;

use fondaco_crm::scoring::learned::frequencies::{End, Frequencies, Lead, Settings};
use serde_json::Value;

use crate::case::{Case, each};
use crate::json;

type Answer<T> = Result<T, Box<dyn Error>>;

/// What chances in percent may differ by.
const WITHIN: f64 = 0.01;

pub(crate) fn cases(path: &Path) -> Answer<Vec<Case>> {
    let file = json::read(path)?;
    let steps = json::list(&file, "results")?;
    Ok(each(steps, |step| one(&file, step)))
}

fn one(file: &Value, step: &Value) -> Answer<Case> {
    let name = json::text(step, "step")?;
    let expected = json::number(step, "odoo_expected")?;
    let ours = match name.split_once(' ') {
        Some(("A", what)) => Scenario::first(file, what.ends_with("no team"))?.chance(what)?,
        Some(("B", what)) => Scenario::later(file)?.chance(what)?,
        Some(("tooltip", what)) => Scenario::of_list(file, "tooltip_leads")?.chance(what)?,
        _ => tagged(file, name)?,
    };
    let right = (ours - expected).abs() <= WITHIN + 1e-9;
    let shown = if right { expected } else { ours };
    Ok(Case::exact(name.to_owned(), expected.to_string(), shown.to_string()))
}

/// Leads, and what was learned of those that have ended.
struct Scenario {
    leads: Vec<Lead>,
    counts: Frequencies,
}

impl Scenario {
    /// After the first leads have ended.
    fn first(file: &Value, teamless: bool) -> Answer<Self> {
        let leads = json::list(file, "initial_leads")?.iter().map(lead);
        let mut leads = leads.collect::<Result<Vec<_>, _>>()?;
        let closed = file.get("closed").ok_or("leads have ended")?;
        let mut counts = Frequencies::new(Settings::new(4))?;
        for (end, name) in [(End::Lost, "lost"), (End::Won, "won")] {
            for n in json::numbers(closed, name)? {
                let mut lead = leads.get(n as usize).ok_or("no such lead")?.clone();
                if teamless && lead.team.as_deref() == Some("3") {
                    lead.team = None;
                }
                counts.learn(&lead, end)?;
            }
        }
        if teamless {
            leads
                .iter_mut()
                .filter(|lead| lead.team.as_deref() == Some("3"))
                .for_each(|l| l.team = None);
        }
        Ok(Self { leads, counts })
    }

    /// After leads have ended, were opened again and moved, one by one.
    fn later(file: &Value) -> Answer<Self> {
        let mut at = Self::first(file, false)?;
        let live = json::texts(file, "live_steps")?;
        if live.len() != 6 {
            return Err("other steps than are known".into());
        }
        let lead = |n: usize| at.leads.get(n).cloned().ok_or("no such lead");
        let (four, nine) = (lead(4)?, lead(9)?);
        at.counts.learn(&four, End::Lost)?;
        at.counts.learn(&nine, End::Won)?;
        at.counts.forget(&four, End::Lost)?;
        for end in [End::Won, End::Lost] {
            at.counts.learn(&four, end)?;
            at.counts.forget(&four, end)?;
        }
        for n in [3, 8] {
            at.leads.get_mut(n).ok_or("no such lead")?.stage = 0;
        }
        Ok(at)
    }

    fn of_list(file: &Value, name: &str) -> Answer<Self> {
        let mut at = Self { leads: Vec::new(), counts: Frequencies::new(Settings::new(4))? };
        for given in json::list(file, name)? {
            let lead = lead(given)?;
            match json::text(given, "status")? {
                "won" => at.counts.learn(&lead, End::Won)?,
                "lost" => at.counts.learn(&lead, End::Lost)?,
                _ => {}
            }
            at.leads.push(lead);
        }
        Ok(at)
    }

    /// Of a lead as a step names it: "lead8 country2".
    fn chance(&self, what: &str) -> Answer<f64> {
        let mut words = what.split(' ');
        let number = words.next().and_then(|word| word.strip_prefix("lead")).ok_or("a lead")?;
        let mut lead = self.leads.get(number.parse::<usize>()?).ok_or("no such lead")?.clone();
        if let Some(country) = words.find_map(|word| word.strip_prefix("country")) {
            lead.values.insert("country".into(), country.into());
        }
        Ok(self.counts.percent(&lead)?)
    }
}

fn tagged(file: &Value, what: &str) -> Answer<f64> {
    let at = Scenario::of_list(file, "tag_leads")?;
    let tags = match what.strip_prefix("tag") {
        Some(tags) => tags.split('+').map(str::to_owned).collect(),
        None => Vec::new(),
    };
    let team = at.leads.first().and_then(|lead| lead.team.clone());
    Ok(at.counts.percent(&Lead { team, tags, ..Lead::default() })?)
}

fn lead(given: &Value) -> Answer<Lead> {
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut lead = Lead::default();
    for (name, value) in given.as_object().ok_or("a lead has fields")? {
        match name.as_str() {
            "team" => lead.team = Some(shown(value)),
            "stage" => lead.stage = (json::number(given, "stage")? as usize).saturating_sub(1),
            "tags" => lead.tags = value.as_array().into_iter().flatten().map(shown).collect(),
            "status" => {}
            // Of the states of addresses and numbers, none at all is one too.
            "email" | "phone" => drop(lead.values.insert(name.clone(), shown(value))),
            _ if value == &Value::Bool(false) => {}
            _ => drop(lead.values.insert(name.clone(), shown(value))),
        }
    }
    Ok(lead)
}
