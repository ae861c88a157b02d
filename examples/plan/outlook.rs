//! What will be wanted: the weeks of the stored moves, drawn on by the method that suits each article's demand.

use std::error::Error;

use chrono::Days;
use fondaco::{
    core::report::{Cell, Column, Kind, Report, Row},
    inventory::{
        forecast::{Method, Pattern, Series, classify},
        moves::Move,
        planning::{Expectation, ForecastLine, RecordForecast},
    },
    prelude::*,
};

use super::today::{SOLD, Today, item_of, pieces, site};

/// How many weeks are forecast.
const WEEKS: usize = 13;
/// For what is wanted now and then: what was wanted once, long ago, is not expected for ever.
const NOW_AND_THEN: Method = Method::Tsb { size: 0.1, probability: 0.1 };

/// What is expected of an article.
pub struct Expected {
    pub product: u32,
    method: Method,
    /// What was sold, week by week.
    sold: Vec<f64>,
    /// What is expected to be, in whole pieces.
    coming: Vec<Decimal>,
}

/// The forecasts, those of which most is expected first.
pub struct Outlook {
    pub articles: Vec<Expected>,
}

impl Outlook {
    /// Forecasts what is sold, and tells the stock.
    ///
    /// # Errors
    /// The stock can't be read or written, or a series has no forecast.
    pub fn record(today: &Today<'_>) -> Result<Outlook, Box<dyn Error>> {
        let (mut articles, mut lines) = (Vec::new(), Vec::new());
        for (product, sold) in weeks(today)? {
            let series = Series::new(&sold)?;
            let method = match classify(&series)?.pattern {
                Pattern::None => continue,
                Pattern::Intermittent | Pattern::Lumpy => NOW_AND_THEN,
                _ => Method::Theta,
            };
            let coming = whole(&method.forecast(&series, WEEKS)?.points)?;
            let weeks = coming.iter().zip(0_u64..).map(|(quantity, week)| {
                Expectation::new(today.date + Days::new(7 * week), pieces(*quantity))
            });
            let item = item_of(today.product(product)?);
            lines.push(ForecastLine::new(item, site(), today.date, weeks.collect()));
            articles.push(Expected { product, method, sold, coming });
        }
        today.once("plan/forecast", &RecordForecast::new(lines))?;
        articles.sort_by_key(|it| std::cmp::Reverse(it.coming.iter().sum::<Decimal>()));
        Ok(Outlook { articles })
    }

    /// The first of the articles.
    pub fn report(&self, today: &Today<'_>, most: usize) -> Report {
        let whole = Kind::Quantity { unit: "pcs".into(), digits: 0 };
        let part = Kind::Quantity { unit: "pcs".into(), digits: 1 };
        let columns = [
            Column::text("Article").naming_rows(),
            Column::text("Name"),
            Column::text("Method"),
            Column::new("Sold a week", part),
            Column::new("Next week", whole.clone()),
            Column::new("Next quarter", whole),
        ];
        let mut report = Report::new("What is expected to be sold").columns(columns);
        for it in self.articles.iter().take(most) {
            let Ok(product) = today.product(it.product) else { continue };
            let mean = it.sold.iter().sum::<f64>() / it.sold.len().max(1) as f64;
            report.push(Row::new([
                product.number.as_str().into(),
                product.name.as_str().into(),
                it.method.name().into(),
                Decimal::try_from(mean).map_or(Cell::Empty, Cell::Number),
                it.coming.first().copied().into(),
                it.coming.iter().sum::<Decimal>().into(),
            ]));
        }
        let hidden = self.articles.len().saturating_sub(most);
        match hidden {
            0 => report,
            _ => report.note(format!("And {hidden} more.").as_str()),
        }
    }
}

/// A product, and how much of it was sold in each week.
type Sold = (u32, Vec<f64>);

/// What was sold of each product, week by week, as the stock has it.
fn weeks(today: &Today<'_>) -> Result<Vec<Sold>, Box<dyn Error>> {
    let mut of = Vec::new();
    for id in &today.sold {
        of.push((*id, (item_of(today.product(*id)?), site())));
    }
    let range = |key| Range::by(Move::BY_ITEM, key).from(&today.since).before(&today.date);
    let ranges: Vec<_> = of.iter().map(|(_, key)| range(key)).collect();
    let moves = today.stock.view(|view| Ok::<_, StockError>(view.peek_scans(&ranges)?))?;
    let count = usize::try_from((today.date - today.since).num_weeks())?;
    let series = of.iter().zip(moves).map(|((id, _), moves)| {
        let mut weeks = vec![0.0; count];
        for leg in moves.iter().filter(|leg| leg.reason.get().is_some_and(|it| it == SOLD)) {
            let week = usize::try_from((leg.date - today.since).num_weeks()).ok();
            if let Some(week) = week.and_then(|week| weeks.get_mut(week)) {
                *week -= f64::try_from(leg.quantity.to_decimal()).unwrap_or_default();
            }
        }
        (*id, weeks)
    });
    Ok(series.collect())
}

/// Whole pieces, so that the sums stay what they are: of a third a week, one every three weeks.
fn whole(points: &[f64]) -> Result<Vec<Decimal>, Box<dyn Error>> {
    let (mut sum, mut given) = (Decimal::ZERO, Decimal::ZERO);
    let mut pieces = Vec::with_capacity(points.len());
    for point in points {
        sum += Decimal::try_from(point.max(0.0))?;
        let next = (sum.round() - given).max(Decimal::ZERO);
        given += next;
        pieces.push(next);
    }
    Ok(pieces)
}
