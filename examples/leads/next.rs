//! Whom to speak to next, and who does.

use std::{collections::BTreeMap, error::Error};

use chrono::TimeDelta;
use fondaco::core::Timestamp;
use fondaco::core::decimal::from_fixed;
use fondaco::core::report::{Cell, Chart, Column, Explain, Grid, Kind, Report, Row};
use fondaco::crm::decay::HalfLife;
use fondaco::crm::queue::{Order, Waiting, queue};
use fondaco::crm::routing::{Loads, RoutedLead, Router, RoutingPlan};

use super::card::attributes;
use super::data::Leads;
use super::learning::{Learned, percent};

/// Who sells what: Uma is away until Monday, and takes no more than forty leads.
const PLAN: &str = r#"{
    "name": "school", "version": 1,
    "attributes": {"visits": "number", "minutes": "number", "pages_per_visit": "number",
        "origin": "text", "source": "text", "subject": "text", "occupation": "text"},
    "sellers": {"Ira": {}, "Kim": {"most_open": 40}, "Lea": {},
        "Uma": {"deputy": "Lea", "away": [["2026-02-20T00:00:00Z", "2026-03-09T00:00:00Z"]]}},
    "teams": {"all": {"Ira": 2, "Kim": 1, "Lea": 1}},
    "rules": [
        {"code": "recommended", "when": {"source": {"is": "Reference"}}, "to": {"seller": "Uma"}},
        {"code": "at work", "when": {"occupation": {"is": "Working Professional"}}, "to": {"team": "all"}}],
    "otherwise": {"team": "all"}
}"#;

struct Turn {
    row: usize,
    id: String,
    chance: f64,
    left: f64,
    expected: f64,
    seller: String,
    why: [Explain; 2],
}

/// The queue.
pub struct Next {
    turns: Vec<Turn>,
}

impl Next {
    pub fn of(leads: &Leads, learned: &Learned) -> Result<Self, Box<dyn Error>> {
        let now: Timestamp = "2026-03-04T12:00:00Z".parse()?;
        let mut waiting = Vec::new();
        for (nth, row) in learned.judged.iter().enumerate() {
            let lead = &leads.leads[*row];
            // Nobody knows when these leads came: let it be spread over a week.
            let ago = TimeDelta::minutes((nth as i64 * 7_919) % (7 * 24 * 60));
            let since = now.checked_add(-ago).ok_or("time begins")?;
            let chance = learned.chance(lead)?;
            waiting.push(Waiting { id: &lead.id, chance, value: 900.into(), since, promise: None });
        }
        let order = Order { half_life: HalfLife::from_days(2.0)?, promises_first: false };
        let places: BTreeMap<&str, usize> =
            learned.judged.iter().map(|row| (leads.leads[*row].id.as_str(), *row)).collect();
        let (router, mut loads) =
            (Router::new(serde_json::from_str::<RoutingPlan>(PLAN)?)?, Loads::default());
        let mut turns = Vec::new();
        for turn in queue(&waiting, &order, now)?.into_iter().take(200) {
            let row = places[turn.lead.id];
            let known = attributes(&leads.leads[row]);
            let given = router.assign(
                &mut loads,
                &RoutedLead { attributes: &known, ..RoutedLead::default() },
                now,
            )?;
            turns.push(Turn {
                row,
                id: turn.lead.id.to_owned(),
                chance: turn.lead.chance,
                left: turn.left,
                expected: turn.expected,
                seller: given.seller.unwrap_or("nobody").to_owned(),
                why: [turn.explain(), given.explain()],
            });
        }
        Ok(Self { turns })
    }

    /// The first of the queue.
    pub fn queue(&self, most: usize) -> Report {
        let mut report = Report::new("Who is next")
            .column(Column::text("Lead").naming_rows())
            .column(Column::percent("Chance"))
            .column(Column::percent("Still fresh"))
            .column(Column::new("Expected", Kind::Quantity { unit: "".into(), digits: 0 }))
            .column(Column::text("Seller"));
        for turn in self.turns.iter().take(most) {
            report.push(Row::new([
                Cell::text(turn.id.chars().take(13).collect::<String>()),
                percent(turn.chance),
                percent(turn.left),
                Cell::Number(from_fixed((turn.expected * 100.0).round() as i64, 2)),
                Cell::text(turn.seller.as_str()),
            ]));
        }
        report.note("Expected is chance × 900 × what is left after half is gone in two days.")
    }

    fn counts(&self) -> BTreeMap<&str, (i64, f64)> {
        let mut counts: BTreeMap<&str, (i64, f64)> = BTreeMap::new();
        for turn in &self.turns {
            let count = counts.entry(&turn.seller).or_default();
            *count = (count.0 + 1, count.1 + turn.expected);
        }
        counts
    }

    /// Who got how many.
    pub fn sellers(&self) -> Report {
        let mut report = Report::new("Who got them")
            .column(Column::text("Seller").naming_rows())
            .column(Column::count("Leads"))
            .column(Column::new("Expected", Kind::Quantity { unit: "".into(), digits: 0 }));
        for (seller, (count, expected)) in self.counts() {
            let expected = Cell::Number(from_fixed((expected * 100.0).round() as i64, 2));
            report.push(Row::new([Cell::text(seller), Cell::Count(count), expected]));
        }
        report.note("Uma is away, Lea stands in; Kim takes forty; the team is dealt to 2 : 1 : 1.")
    }

    /// As bars.
    pub fn chart(&self) -> Chart {
        let counts = self.counts();
        let grid = Grid::new(counts.keys().copied());
        Chart::bars(
            "Leads by seller",
            Kind::Count,
            grid.series("Leads", counts.values().map(|(count, _)| (*count).into())),
        )
    }

    /// Which lead stands first.
    pub fn first(&self) -> Option<usize> {
        self.turns.first().map(|turn| turn.row)
    }

    /// Why the first stands there, and goes where it goes.
    pub fn reasons(&self) -> Vec<(String, Explain)> {
        let Some(turn) = self.turns.first() else { return Vec::new() };
        let [place, seller] = turn.why.clone();
        vec![
            (format!("Why {} is next", turn.id), place),
            (format!("Why {} speaks to it", turn.seller), seller),
        ]
    }

    /// Why the first is as likely as it is.
    pub fn why(
        &self,
        leads: &Leads,
        learned: &Learned,
    ) -> Result<Option<(String, Explain)>, Box<dyn Error>> {
        let Some(row) = self.first() else { return Ok(None) };
        let lead = &leads.leads[row];
        Ok(Some((format!("Why {} is likely to buy", lead.id), learned.why(lead)?)))
    }
}
