//! Customers, as the report tells of them: the pipeline that brings new ones, and the segments that all of them are in by what they bought.

use std::{collections::BTreeMap, error::Error};

use fondaco::{
    company::figures::{Measure, VelocityQuery, pipeline_velocity},
    core::report::{Cell, Chart, Column, Grid, Kind, Report, Row},
    crm::{
        CrmError,
        opportunities::{deals, forecast, visits},
        pipeline::{Outcome, funnel},
    },
    prelude::*,
};

use crate::{
    common::company::Company,
    leads::{DEALERS, Leads, SUPPOSED},
    replay::{Month, Replay, SEGMENTS},
    shop::{Purchase, Shop},
};

type Done<T> = Result<T, Box<dyn Error>>;

/// What there is to tell.
pub struct Customers {
    pub pipeline: Report,
    pub funnel: Chart,
    pub velocity: Measure,
    pub segments: Report,
    pub sizes: Chart,
}

impl Customers {
    /// Of a company between two days.
    ///
    /// # Errors
    /// The company can't be read.
    pub fn of(
        company: &Company,
        leads: &Leads,
        (first, last): (NaiveDate, NaiveDate),
        currency: Currency,
    ) -> Done<Customers> {
        let velocity = VelocityQuery::new(first, last, currency);
        let replay = Replay::of(&shop(company)?, 1)?;
        Ok(Customers {
            pipeline: pipeline(leads, currency)?,
            funnel: stages(leads, currency)?,
            velocity: leads.crm.office().view(|view| pipeline_velocity(view, &velocity))?,
            segments: segments(&replay),
            sizes: sizes(&replay.months),
        })
    }
}

// ---- The pipeline

fn pipeline(leads: &Leads, currency: Currency) -> Done<Report> {
    let mut report = Report::new("Pipeline").columns([
        Column::text("Offers to dealers").naming_rows(),
        Column::count("How many"),
        Column::new("Amount", Kind::Amount(currency)),
    ]);
    let deals = leads.crm.view(|view| Ok::<_, CrmError>(deals(view, DEALERS, currency)?))?;
    for (name, outcome) in [("Won", Outcome::Won), ("Lost", Outcome::Lost), ("Open", Outcome::Open)]
    {
        let of = || deals.iter().filter(|deal| deal.outcome == outcome);
        let amount: Decimal = of().map(|deal| deal.amount).sum();
        report.push(Row::new([name.into(), of().count().into(), Cell::Number(amount)]));
    }
    let open = leads.crm.view(|view| forecast(view, DEALERS))?;
    let weighted: Decimal = open.iter().map(|one| one.weighted.amount()).sum();
    report.push(Row::new(["Open, weighted".into(), Cell::Empty, Cell::Number(weighted)]));
    Ok(report.note(SUPPOSED))
}

/// How many leads came how far.
fn stages(leads: &Leads, currency: Currency) -> Done<Chart> {
    let steps = leads.crm.view(|view| Ok::<_, CrmError>(funnel(&visits(view, DEALERS)?, 2)?))?;
    let deals = leads.crm.view(|view| Ok::<_, CrmError>(deals(view, DEALERS, currency)?))?;
    let won = deals.iter().filter(|deal| deal.outcome == Outcome::Won).count();
    let reached = steps.iter().map(|step| step.reached);
    let counts = [leads.count].into_iter().chain(reached).chain([won]);
    let grid = Grid::new(["Came", "Judged hot", "Offered", "Bought"]);
    Ok(Chart::bars(
        "From lead to customer",
        Kind::Count,
        grid.series("Leads", counts.map(Decimal::from)),
    ))
}

// ---- Segments

/// What customers who are known bought, day by day.
fn shop(company: &Company) -> Done<Shop> {
    let mut places: BTreeMap<u32, u32> = BTreeMap::new();
    let (mut customers, mut purchases) = (Vec::new(), Vec::new());
    for sale in &company.sales {
        let Some(customer) = sale.customer else { continue };
        let next = u32::try_from(customers.len())?;
        let place = *places.entry(customer).or_insert(next);
        if place == next {
            customers.push(customer);
        }
        let (day, amount) = (sale.date, sale.booked()?.net);
        purchases.push(Purchase { customer: place, day, units: 1, amount });
    }
    purchases.sort_by_key(|bought| bought.day);
    Ok(Shop { name: "", customers, purchases })
}

fn segments(replay: &Replay) -> Report {
    let mut report = Report::new("Segments").columns([
        Column::text("Segment").naming_rows(),
        Column::text("Who is in"),
        Column::count("Customers"),
    ]);
    for (name, text) in SEGMENTS {
        let members = replay.live.members(name).map_or(0, |members| members.len());
        let members = usize::try_from(members).unwrap_or(usize::MAX);
        report.push(Row::new([name.into(), text.into(), members.into()]));
    }
    let sent = replay.decisions.iter().filter(|decision| decision.held_by.is_none()).count();
    let held = replay.decisions.len() - sent;
    report.note(
        format!("{sent} letters to those who came into \"loyal\" or are worth winning back; {held} were held back by consent, caps and quiet hours.")
            .as_str(),
    )
}

fn sizes(months: &[Month]) -> Chart {
    let of = |name: &'static str| {
        months.iter().map(move |month| month.sizes.get(name).copied().unwrap_or(0).into())
    };
    let grid = Grid::new(months.iter().map(|month| Cell::Month(month.first)));
    let grid = SEGMENTS.iter().fold(grid, |grid, (name, _)| grid.series(*name, of(name)));
    Chart::line("Customers by segment at the end of each month", Kind::Count, grid)
}
