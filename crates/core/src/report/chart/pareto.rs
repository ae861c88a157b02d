//! Bars by size, and what the largest add up to.

use rust_decimal::Decimal;

use super::super::{Phrase, Row, word};
use super::axis::Axis;
use super::canvas::Canvas;
use super::label;
use crate::Rounding;
use crate::decimal::div_round;

/// Items from the largest to the smallest, each with the share that all up to it have. Without a share where the whole
/// is not above zero: then there is no such thing.
fn ranked(items: &[(Phrase, Decimal)]) -> Vec<(Phrase, Decimal, Option<Decimal>)> {
    let mut ranked = items.to_vec();
    ranked.sort_by(|(_, a), (_, b)| b.cmp(a));
    let whole = ranked.iter().fold(Decimal::ZERO, |sum, (_, value)| sum.saturating_add(*value));
    let mut sum = Decimal::ZERO;
    let mut share = |value: Decimal| {
        sum = sum.saturating_add(value);
        div_round(sum, whole, 6, Rounding::HalfUp).ok().filter(|_| whole > Decimal::ZERO)
    };
    ranked.into_iter().map(|(name, value)| (name, value, share(value))).collect()
}

pub(super) fn rows(items: &[(Phrase, Decimal)]) -> Vec<Row> {
    let row = |(name, value, share): (Phrase, Decimal, Option<Decimal>)| {
        Row::new([label(&name), value.into(), share.into()])
    };
    ranked(items).into_iter().map(row).collect()
}

/// The items that have room, the rest as one.
fn shown(items: &[(Phrase, Decimal)], room: usize) -> Vec<(Phrase, Decimal, Option<Decimal>)> {
    let mut shown = ranked(items);
    if shown.len() > room {
        let rest = shown.split_off(room.saturating_sub(1));
        let value =
            rest.iter().fold(Decimal::ZERO, |sum, (_, value, _)| sum.saturating_add(*value));
        let share = rest.last().and_then(|(_, _, share)| *share);
        shown.push((Phrase::from(rest.len()).and(word("others")), value, share));
    }
    shown
}

pub(super) fn draw(canvas: &mut Canvas<'_>, items: &[(Phrase, Decimal)]) {
    let items = shown(items, canvas.size.most_bars());
    if items.is_empty() {
        return canvas.nothing();
    }
    let axis = Axis::of(items.iter().map(|(_, value, _)| *value), 4, true);
    let shares = Axis::of_shares();
    let names: Vec<String> = items.iter().map(|(name, ..)| canvas.show(name)).collect();
    let with_shares = items.iter().any(|(_, _, share)| share.is_some());
    canvas.right -= if with_shares { 38.0 } else { 0.0 };
    let middles = canvas.frame(&axis, &names, false);
    let width = ((canvas.right - canvas.left) / items.len() as f64 * 0.78).min(56.0);
    for ((name, value, _), middle) in items.iter().zip(&middles) {
        let tip = format!("{}: {}", canvas.show(name), canvas.figure(*value));
        canvas.bar(&axis, "s1", (*middle, width), (Decimal::ZERO, *value), &tip);
    }
    if with_shares {
        draw_shares(canvas, &shares, &items, &middles);
    }
}

/// The rising line, with its own axis at the right.
fn draw_shares(
    canvas: &mut Canvas<'_>,
    axis: &Axis,
    items: &[(Phrase, Decimal, Option<Decimal>)],
    middles: &[f64],
) {
    for tick in &axis.ticks {
        let place = (canvas.right + 5.0, canvas.y(axis, *tick) + 4.0);
        let shown = canvas.locale.percent(*tick, 0);
        canvas.text(&shown, place, "start");
    }
    let point = |((_, _, share), x): (&(Phrase, Decimal, Option<Decimal>), &f64)| {
        share.map(|share| (*x, canvas.y(axis, share), share))
    };
    let points: Vec<_> = items.iter().zip(middles).filter_map(point).collect();
    let places: Vec<_> = points.iter().map(|(x, y, _)| (*x, *y)).collect();
    canvas.path("l l2", &places);
    for ((x, y, share), (name, ..)) in points.iter().zip(items) {
        let tip = format!("up to {}: {}", canvas.show(name), canvas.locale.percent(*share, 1));
        canvas.point("s2", (*x, *y), 3.0, &tip);
    }
}
