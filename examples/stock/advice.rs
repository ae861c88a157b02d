//! What should be done otherwise: policies that are made from four months of the stored moves, and proven on the two that they did not see;
//! which articles matter, and how steadily they are wanted.

use std::{collections::BTreeMap, error::Error};

use fondaco::{
    core::report::{Cell, Column, Report, Row},
    inventory::{
        history::{ItemProof, ItemTerms, Policy, Proof, Recommendation, Window},
        measures::{AbcRule, Matrix, XyzRule, abc, matrix, xyz},
        replenish::{past, reorder_rules},
    },
    prelude::*,
};

use super::{
    booking::{Booking, item_of},
    goods::Goods,
    plan::Plan,
};
use crate::common::company::{Company, Product};

/// What nobody has published of these companies, and the example supposes.
pub const SUPPOSED: &str = "Only policies that are expected to cost less than today's, and none of articles that had an opening adjustment. Supposed: an order costs 25 to send to a vendor and 60 to set up in the workshop, \
     keeping stock costs 20 % of its value a year, and 95 % of what is wanted is to be served at once.";
const ORDER_COST: [f64; 2] = [25.0, 60.0];
const HOLDING_A_YEAR: f64 = 0.20;
const SERVICE: f64 = 0.95;
/// How many articles are shown: those that save the most, and those that turned out to cost more.
const SHOWN: [usize; 2] = [12, 6];

/// What changed policies come to, by today's and as recommended.
#[derive(Default)]
pub struct Totals {
    pub articles: usize,
    pub cost_per_day: [f64; 2],
    pub fill_rate: [f64; 2],
}

/// What came of it.
pub struct Advice<'a> {
    products: Vec<&'a Product>,
    /// How each is ordered today.
    today: Vec<Option<Policy>>,
    proof: Proof,
    /// The articles that were wanted, by value and steadiness.
    pub matrix: Matrix,
}

impl<'a> Advice<'a> {
    /// Asks the stock for its past.
    ///
    /// # Errors
    /// The stock can't be read.
    pub fn of(
        booking: &Booking<'_>,
        company: &'a Company,
        goods: &Goods,
        plan: &Plan,
    ) -> Result<Advice<'a>, Box<dyn Error>> {
        let stock = &booking.stock;
        let products: BTreeMap<ItemId, &Product> =
            company.products.values().map(|product| (item_of(product), product)).collect();
        let (mut of, mut terms, mut advised) = (Vec::new(), Vec::new(), Vec::new());
        let mut today = Vec::new();
        for rule in stock.view(|view| reorder_rules(view))? {
            let Some(product) = products.get(&rule.item) else { continue };
            // What had to be adjusted lived on stock that never was: nothing is learnt from that.
            if plan.missing.get(&product.id).is_none_or(|missing| !missing.is_zero()) {
                continue;
            }
            let cost = company.unit_cost(product.id).0;
            let cost: f64 = cost.to_string().parse()?;
            let order = ORDER_COST[usize::from(product.made)];
            // Costs of a shortage follow from the service that is asked for.
            let mut item = ItemTerms::new(order, cost * HOLDING_A_YEAR / 365.0, 1.0)
                .serving(SERVICE)
                .delivered_after(rule.lead_time_days);
            let policy = rule.as_policy();
            if let Some(policy) = policy {
                item = item.today(policy);
            }
            today.push(policy);
            of.push((rule.item, rule.site));
            terms.push(item);
            advised.push(*product);
        }
        let window = Window::new(plan.sold.0, plan.sold.1, 7)?;
        let history = stock.view(|view| past(view, &of, window))?;
        let learnt = chrono::Days::new(window.days() as u64 * 2 / 3);
        let proof = history.prove(plan.sold.0 + learnt, &terms)?;
        let matrix = classes(company, goods, plan)?;
        Ok(Advice { products: advised, today, proof, matrix })
    }

    /// The articles whose policy is to be changed, as it is expected to cost less than today's by what was learnt; those that have saved the
    /// most on the days that were not seen first.
    fn proven(&self) -> Vec<(&'a Product, &ItemProof, f64)> {
        let items = self.products.iter().zip(&self.proof.items);
        let saved = |it: &ItemProof| Some(it.today?.cost_per_day - it.recommended.cost_per_day);
        let mut proven: Vec<_> = items
            .filter_map(|(product, proof)| {
                let proof = proof.as_ref().ok()?;
                let (best, today) = (proof.recommendation.expected, proof.recommendation.today?);
                let better = best.cost_per_day < today.cost_per_day;
                better.then_some((*product, proof, saved(proof)?))
            })
            .collect();
        proven.sort_by(|a, b| b.2.total_cmp(&a.2));
        proven
    }

    /// What all of them come to.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        let (mut wanted, mut served) = (0.0, [0.0; 2]);
        for (_, proof, _) in self.proven() {
            let today = proof.today.unwrap_or(proof.recommended);
            totals.articles += 1;
            totals.cost_per_day[0] += today.cost_per_day;
            totals.cost_per_day[1] += proof.recommended.cost_per_day;
            wanted += today.wanted;
            served[0] += today.served;
            served[1] += proof.recommended.served;
        }
        totals.fill_rate = served.map(|served| if wanted > 0.0 { served / wanted } else { 1.0 });
        totals
    }

    /// The recommendation that saves the most.
    pub fn best(&self) -> Option<(&'a Product, &Recommendation)> {
        self.proven().first().map(|(product, proof, _)| (*product, &proof.recommendation))
    }

    /// What the recommendations would have saved.
    pub fn saved(&self, currency: Currency) -> Report {
        let columns = [
            Column::text("Article").naming_rows(),
            Column::text("Today"),
            Column::text("Recommended"),
            Column::amount("Cost per day today", currency),
            Column::amount("As recommended", currency),
            Column::amount("Saved per day", currency),
            Column::percent("Served today"),
            Column::percent("Served as recommended"),
        ];
        let title =
            format!("What the recommended policies would have saved from {} on", self.proof.split);
        let mut report = Report::new(title.as_str()).columns(columns);
        let all = self.proven();
        let [best, worst] = SHOWN;
        let shown = |place: usize| place < best || place + worst >= all.len();
        let mut hidden = false;
        for (place, (product, proof, saved)) in all.iter().enumerate() {
            if !shown(place) {
                hidden = true;
                continue;
            }
            let today = proof.today.unwrap_or(proof.recommended);
            let (best, policy) = (proof.recommended, &proof.recommendation.policy);
            let before = self.today_of(product).unwrap_or_default();
            let row = Row::new([
                product.number.as_str().into(),
                before,
                whole(policy),
                money(today.cost_per_day),
                money(best.cost_per_day),
                money(*saved),
                percent(today.fill_rate),
                percent(best.fill_rate),
            ]);
            report.push(if std::mem::take(&mut hidden) { row.starting_group() } else { row });
        }
        let Totals { articles, cost_per_day, fill_rate } = self.totals();
        let total = format!("All {articles}");
        report.push(Row::total([
            total.as_str().into(),
            Cell::Empty,
            Cell::Empty,
            money(cost_per_day[0]),
            money(cost_per_day[1]),
            money(cost_per_day[0] - cost_per_day[1]),
            percent(fill_rate[0]),
            percent(fill_rate[1]),
        ]));
        report.note(SUPPOSED)
    }

    fn today_of(&self, product: &Product) -> Option<Cell> {
        let place = self.products.iter().position(|it| it.id == product.id)?;
        Some(self.today.get(place)?.as_ref()?.to_phrase().into_cell())
    }
}

/// In whole pieces, as a rule would have it.
fn whole(policy: &Policy) -> Cell {
    let up = f64::ceil;
    let policy = match *policy {
        Policy::ReorderPoint { reorder_point, order_quantity } => Policy::ReorderPoint {
            reorder_point: up(reorder_point),
            order_quantity: up(order_quantity),
        },
        Policy::MinMax { reorder_point, order_up_to } => {
            Policy::MinMax { reorder_point: up(reorder_point), order_up_to: up(order_up_to) }
        }
        Policy::OnDemand => Policy::OnDemand,
    };
    policy.to_phrase().into_cell()
}

fn money(amount: f64) -> Cell {
    Decimal::try_from(amount).map_or(Cell::Empty, |it| it.round_dp(2).into())
}

/// A share, to a hundredth of a percent.
pub fn percent(share: f64) -> Cell {
    Decimal::try_from(share).map_or(Cell::Empty, |it| Cell::Percent(it.round_dp(4)))
}

/// By what was sold and used up of each article, at cost, and how that went from week to week.
fn classes(company: &Company, goods: &Goods, plan: &Plan) -> Result<Matrix, Box<dyn Error>> {
    let weeks = usize::try_from((plan.sold.1 - plan.sold.0).num_days() / 7 + 1)?;
    let mut wanted: BTreeMap<u32, (Decimal, Vec<f64>)> = BTreeMap::new();
    for (day, of_day) in plan.days.range(plan.sold.0..=plan.sold.1) {
        let week = usize::try_from((*day - plan.sold.0).num_days() / 7)?;
        for gone in &of_day.issued {
            let (all, by_week) =
                wanted.entry(gone.product).or_insert_with(|| (Decimal::ZERO, vec![0.0; weeks]));
            *all += gone.quantity;
            let pieces: f64 = gone.quantity.to_string().parse()?;
            by_week.get_mut(week).into_iter().for_each(|sum| *sum += pieces);
        }
    }
    wanted.retain(|product, _| goods.by_product.contains_key(product));
    let mut values = Vec::with_capacity(wanted.len());
    let mut steadiness = Vec::with_capacity(wanted.len());
    for (product, (all, by_week)) in &wanted {
        values.push(company.cost_of(*product, *all)?);
        steadiness.push(xyz(by_week, &XyzRule::default())?.class);
    }
    let ranked = abc(&values, &AbcRule::default())?;
    Ok(matrix(&ranked.by_item(), &steadiness, &values)?)
}
