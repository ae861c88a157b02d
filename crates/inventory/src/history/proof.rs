//! What recommended policies would have saved, on days that they were not made from.

use chrono::NaiveDate;
use fondaco_core::report::{Cell, Column, Kind, Phrase, Report, Row, word};

use super::{History, ItemTerms, Policy, Recommendation, Replay, Start, replay, same_length};
use crate::KernelError;
use crate::exact::shown;

/// What a recommendation was worth for one item.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ItemProof {
    /// What was recommended by the first part.
    pub recommendation: Recommendation,
    /// What came of it in the second.
    pub recommended: Replay,
    /// What came of today's policy in the second, where there is one.
    pub today: Option<Replay>,
    /// On how many days of the second part nothing was there to be sold. What was wanted then nobody knows: it is in neither replay, so
    /// that both served rather less than their fill rates say.
    pub days_without_stock: usize,
}

/// What the recommendations were worth for all items.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Proof {
    /// The first day that was replayed.
    pub split: NaiveDate,
    /// Per item what it was worth, or why nothing can be said of it.
    pub items: Vec<Result<ItemProof, KernelError>>,
    /// Of the items that have a policy today: what the recommended ones cost per day.
    pub recommended_cost_per_day: f64,
    /// What today's cost per day.
    pub today_cost_per_day: f64,
    /// The share of all their demand that the recommended policies served at once.
    pub recommended_fill_rate: f64,
    /// The share that today's served at once.
    pub today_fill_rate: f64,
    /// The days of all of them on which nothing was there to be sold, see [`ItemProof::days_without_stock`].
    pub days_without_stock: usize,
}

impl History {
    /// Learns from the days before the split, and replays the days from it on, with what is recommended and with today's policies.
    ///
    /// Both begin with what was on hand and on order on that day. Where the opening stock is not known, both begin with the recommended reorder point and quantity. Orders take
    /// the lead times that came in the second part, or else those of the first. The demand is what was sold then; on how many days there was no stock is said beside it
    /// ([`ItemProof::days_without_stock`]), as nobody knows what was wanted on those.
    ///
    /// # Errors
    /// When the split is not within the window, or there are not terms for each item. What is wrong with an item's own numbers is said in its place.
    pub fn prove(&self, split: NaiveDate, terms: &[ItemTerms]) -> Result<Proof, KernelError> {
        same_length("terms", terms.len(), self.items())?;
        let day = self.window.day(split);
        if day < 1 || day >= self.window.days() as i64 {
            let (field, value) = ("split", day as f64);
            let other = "days from the first day is not within the window";
            let way_out = "give a day after the first and up to the last";
            return Err(KernelError::Contradiction { field, value, other, way_out });
        }
        let prove = |(item, terms)| self.prove_item(item, terms, day);
        let items: Vec<_> = terms.iter().enumerate().map(prove).collect();
        Ok(Proof::of(split, items))
    }

    fn prove_item(
        &self,
        item: usize,
        terms: &ItemTerms,
        split: i64,
    ) -> Result<ItemProof, KernelError> {
        let recommendation = self.recommend_until(item, terms, split)?;
        let demands = self.demands_from(item, split)?;
        let lead_times = self.lead_times_from(item, split, &recommendation);
        let start = self.start(item, split, &recommendation.policy)?;
        let live = |policy: &Policy| replay(policy, terms, &start, &demands, &lead_times);
        let recommended = live(&recommendation.policy)?;
        let today = terms.today.as_ref().map(live).transpose()?;
        let days_without_stock = self.days_without_stock_from(item, split)?;
        Ok(ItemProof { recommendation, recommended, today, days_without_stock })
    }

    /// What was wanted on each day from this one on: what was sold, less what came back on the same day.
    fn demands_from(&self, item: usize, split: i64) -> Result<Vec<f64>, KernelError> {
        let count = usize::try_from(self.window.days() as i64 - split).unwrap_or(0);
        let mut demands = vec![0.0; count];
        for it in self.days_of(item)?.iter().filter(|it| it.day >= split) {
            let place = usize::try_from(it.day - split).ok();
            if let Some(demand) = place.and_then(|place| demands.get_mut(place)) {
                *demand = (it.sold - it.returned).max(0.0);
            }
        }
        Ok(demands)
    }

    fn lead_times_from(&self, item: usize, split: i64, known: &Recommendation) -> Vec<u32> {
        let days = self.seen_days(item, (split, self.window.days() as i64));
        if days.is_empty() { known.lead_time.seen_days.clone() } else { days }
    }

    pub(super) fn start(
        &self,
        item: usize,
        split: i64,
        policy: &Policy,
    ) -> Result<Start, KernelError> {
        let Some(stock) = self.stock_at(item, split) else {
            let numbers = policy.numbers()?;
            return Ok(Start::with(numbers.map_or(0.0, |(point, more)| (point + more).max(0.0))));
        };
        let arrivals = self.deliveries.get(item).map(Vec::as_slice).unwrap_or_default();
        let under_way = arrivals.iter().filter(|it| it.ordered < split && it.received >= split);
        let comes = |it: &super::Arrival| u32::try_from(it.received - split).unwrap_or(u32::MAX);
        let start = Start::with(stock);
        Ok(under_way.fold(start, |start, it| start.and_ordered(comes(it), it.quantity)))
    }
}

impl Proof {
    fn of(split: NaiveDate, items: Vec<Result<ItemProof, KernelError>>) -> Self {
        let both = || items.iter().flatten().filter_map(|it| Some((it.recommended, it.today?)));
        let share = |served: f64, wanted: f64| if wanted > 0.0 { served / wanted } else { 1.0 };
        let with_today = items.iter().flatten().filter(|it| it.today.is_some());
        let wanted: f64 = both().map(|(it, _)| it.wanted).sum();
        Self {
            split,
            recommended_cost_per_day: both().map(|(it, _)| it.cost_per_day).sum(),
            today_cost_per_day: both().map(|(_, it)| it.cost_per_day).sum(),
            recommended_fill_rate: share(both().map(|(it, _)| it.served).sum(), wanted),
            today_fill_rate: share(both().map(|(_, it)| it.served).sum(), wanted),
            days_without_stock: with_today.map(|it| it.days_without_stock).sum(),
            items,
        }
    }

    /// What the recommended policies would have saved per day; below zero where they cost more.
    #[must_use]
    pub fn saved_per_day(&self) -> f64 {
        self.today_cost_per_day - self.recommended_cost_per_day
    }

    /// As a table: of each item what is recommended and what both policies cost and serve, the sums below. Items of which nothing can be said are left out.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use fondaco_core::Currency;
    /// use fondaco_core::report::Kind;
    /// use fondaco_inventory::history::{Flow, History, ItemTerms, Move, Policy, Window};
    ///
    /// let day = |n: u64| NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(n);
    /// let moves: Vec<Move> = (0..140).map(|n| Move::new(0, day(n), 3.0, Flow::Sale)).collect();
    /// let history = History::new(1, Window::new(day(0), day(139), 7)?, &moves, &[])?;
    /// let today = Policy::ReorderPoint { reorder_point: 60.0, order_quantity: 300.0 };
    /// let terms = ItemTerms::new(20.0, 0.05, 0.5).delivered_after(7).today(today);
    /// let report = history.prove(day(70), &[terms])?
    ///     .to_report(Kind::Amount(Currency::EUR), |_| "Candles".into());
    /// assert!(report.to_string().starts_with("What the recommended policies would have saved"));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn to_report(&self, money: Kind, name: impl Fn(usize) -> Phrase) -> Report {
        let amount = |heading| Column::new(word(heading), money.clone());
        let columns = [
            Column::text(word("Item")).naming_rows(),
            Column::text(word("Recommended")),
            amount("Cost per day today"),
            amount("Cost per day as recommended"),
            amount("Saved per day"),
            Column::percent(word("Fill rate today")),
            Column::percent(word("Fill rate as recommended")),
            Column::count(word("Days without stock")),
        ];
        let title = word("What the recommended policies would have saved");
        let mut report = Report::new(title).columns(columns);
        for (item, proof) in self.items.iter().enumerate() {
            let Ok(proof) = proof else { continue };
            let policy = proof.recommendation.policy.to_phrase().into_cell();
            let (best, today) = (proof.recommended, proof.today);
            let figures = figures(
                (best.cost_per_day, best.fill_rate),
                today.map(|today| (today.cost_per_day, today.fill_rate)),
            );
            let days = days_cell(proof.days_without_stock);
            let cells = [name(item).into_cell(), policy].into_iter().chain(figures);
            report.push(Row::new(cells.chain([days])));
        }
        let figures = figures(
            (self.recommended_cost_per_day, self.recommended_fill_rate),
            Some((self.today_cost_per_day, self.today_fill_rate)),
        );
        let days = days_cell(self.days_without_stock);
        let cells = [word("Total"), Cell::Empty].into_iter().chain(figures);
        report.push(Row::total(cells.chain([days])));
        report
    }
}

fn days_cell(days: usize) -> Cell {
    Cell::Count(i64::try_from(days).unwrap_or(i64::MAX))
}

/// Costs, what is saved, and fill rates, as a row has them.
fn figures(best: (f64, f64), today: Option<(f64, f64)>) -> [Cell; 5] {
    let cost = |cost: f64| Cell::from(shown(cost, 2));
    let rate = |rate: f64| shown(rate, 4).map_or(Cell::Empty, Cell::Percent);
    [
        today.map_or(Cell::Empty, |today| cost(today.0)),
        cost(best.0),
        today.map_or(Cell::Empty, |today| cost(today.0 - best.0)),
        today.map_or(Cell::Empty, |today| rate(today.1)),
        rate(best.1),
    ]
}
