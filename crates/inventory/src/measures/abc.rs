//! ABC: the few items that make up most of a value, and the many that make up little.
//!
//! After V. Pareto and H. F. Dickie, "ABC Inventory Analysis Shoots for Dollars, not Pennies", Factory Management and Maintenance
//! 109 (1951). The items are ranked by a measure, most often the value used up in a year; the shares are added up from the top, and
//! cut, most often at 80 % and 95 %.

use std::fmt;

use fondaco_core::report::{Cell, Chart, Column, Kind, Phrase, Report, Row, word};
use rust_decimal::Decimal;

use crate::KernelError;
use crate::error::share;
use crate::exact::{self, decimal_of, float, not_negative, shown};

/// A class: 0 is A (or X), 1 is B (or Y), and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(
    /// Its place, counted from 0.
    pub u8,
);

impl Class {
    /// Its letter where the first class is called `first`.
    ///
    /// ```
    /// use fondaco_inventory::measures::Class;
    /// assert_eq!((Class(2).letter('A'), Class(0).letter('X')), ('C', 'X'));
    /// ```
    #[must_use]
    pub fn letter(self, first: char) -> char {
        char::from_u32(u32::from(first) + u32::from(self.0)).unwrap_or('?')
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.letter('A'))
    }
}

/// Where an item belongs whose value reaches over a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Border {
    /// To the class above: the share of all items before it decides, so the first item is always A.
    #[default]
    Above,
    /// To the class below: the share with the item decides, so A never exceeds its cut.
    Below,
    /// To where most of its own value lies.
    Nearest,
}

/// What becomes of items with the same value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Ties {
    /// They are ranked in the order they were given, and a cut may come between them.
    #[default]
    AsGiven,
    /// They are all of the class that the first of them is of.
    Together,
}

/// How items are classed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AbcRule {
    /// Shares of the whole at which a class ends, rising: two make three classes.
    pub cuts: Vec<f64>,
    /// Where an item belongs that reaches over a cut.
    pub border: Border,
    /// What becomes of items with the same value.
    pub ties: Ties,
}

impl AbcRule {
    /// Cuts at these shares; an item that reaches over one belongs above it, and items of one value stay in the order given.
    ///
    /// ```
    /// use fondaco_inventory::measures::AbcRule;
    /// assert_eq!(AbcRule::default().cuts, [0.8, 0.95]);
    /// assert_eq!(AbcRule::new([0.7, 0.9, 0.98]).cuts.len(), 3); // A to D
    /// ```
    pub fn new(cuts: impl IntoIterator<Item = f64>) -> AbcRule {
        let cuts = cuts.into_iter().collect();
        AbcRule { cuts, border: Border::default(), ties: Ties::default() }
    }

    /// The same with another border.
    #[must_use]
    pub fn border(mut self, border: Border) -> AbcRule {
        self.border = border;
        self
    }

    /// The same with another rule for items of one value.
    #[must_use]
    pub fn ties(mut self, ties: Ties) -> AbcRule {
        self.ties = ties;
        self
    }

    /// The cuts as amounts of a whole.
    fn amounts(&self, total: Decimal) -> Result<Vec<Decimal>, KernelError> {
        let mut amounts = Vec::with_capacity(self.cuts.len());
        if self.cuts.is_empty() || self.cuts.len() > 25 {
            let value = self.cuts.len() as f64;
            return Err(KernelError::Contradiction {
                field: "cuts",
                value,
                other: "classes are called A to Z",
                way_out: "give 1 to 25 cuts",
            });
        }
        for (index, cut) in self.cuts.iter().enumerate() {
            let cut = decimal_of("cuts", share("cuts", *cut).map_err(|error| error.at(index))?)?;
            let amount = exact::mul("cuts", cut, total)?;
            if !total.is_zero() && amounts.last().is_some_and(|last| amount <= *last) {
                return Err(KernelError::Contradiction {
                    field: "cuts",
                    value: float(cut),
                    other: "the cut before it is not below it",
                    way_out: "give cuts that rise",
                }
                .at(index));
            }
            amounts.push(amount);
        }
        Ok(amounts)
    }
}

impl Default for AbcRule {
    /// Cuts at 80 % and 95 %.
    fn default() -> AbcRule {
        AbcRule::new([0.8, 0.95])
    }
}

/// An item in its place.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct AbcLine {
    /// Which item, by its place in what was given.
    pub item: usize,
    /// Its value.
    pub value: Decimal,
    /// Its share of the whole, from 0 to 1.
    pub share: f64,
    /// The share of all items up to it, from 0 to 1.
    pub cumulative: f64,
    /// Its class.
    pub class: Class,
}

/// Items by value, each with its class.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Abc {
    /// The items, the largest first.
    pub lines: Vec<AbcLine>,
    /// What they add up to.
    pub total: Decimal,
    /// How many classes there are, empty ones too.
    pub classes: usize,
}

/// What a class adds up to.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ClassSum {
    /// The class.
    pub class: Class,
    /// How many items it has.
    pub items: usize,
    /// Their value.
    pub value: Decimal,
    /// Their share of the whole value, from 0 to 1.
    pub share: f64,
}

/// Classes items by what they are worth, or by any other measure: one value for each item, none below zero.
///
/// Shares are compared exactly, without rounding. Where all values are zero, all items are of the last class.
///
/// # Errors
/// When there are no items, one has a value below zero, or the cuts are not shares that rise.
///
/// ```
/// use fondaco_inventory::measures::{AbcRule, abc};
/// let used: Vec<_> = [105_000, 5_625, 17_500, 81_600].map(Into::into).to_vec();
/// let abc = abc(&used, &AbcRule::default())?;
/// let ranked: Vec<_> = abc.lines.iter().map(|line| (line.item, line.class.letter('A'))).collect();
/// assert_eq!(ranked, [(0, 'A'), (3, 'A'), (2, 'B'), (1, 'C')]);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn abc(values: &[Decimal], rule: &AbcRule) -> Result<Abc, KernelError> {
    if values.is_empty() {
        return Err(KernelError::TooFew { field: "values", count: 0, least: 1 });
    }
    for (index, value) in values.iter().enumerate() {
        not_negative("values", *value).map_err(|error| error.at(index))?;
    }
    let total = exact::sum("values", values.iter().copied())?;
    let cuts = rule.amounts(total)?;
    let mut ranked: Vec<usize> = (0..values.len()).collect();
    ranked.sort_by(|a, b| values[*b].cmp(&values[*a]));
    let (mut before, mut lines) = (Decimal::ZERO, Vec::<AbcLine>::with_capacity(values.len()));
    for item in ranked {
        let value = values[item];
        let with = exact::add("values", before, value)?;
        let class = match lines.last() {
            Some(last) if rule.ties == Ties::Together && last.value == value => last.class,
            _ => class(&cuts, rule.border, before, with)?,
        };
        let (share, cumulative) = (quotient(value, total), quotient(with, total));
        lines.push(AbcLine { item, value, share, cumulative, class });
        before = with;
    }
    Ok(Abc { lines, total, classes: cuts.len() + 1 })
}

/// The class of an item that reaches from one sum to another.
fn class(
    cuts: &[Decimal],
    border: Border,
    before: Decimal,
    with: Decimal,
) -> Result<Class, KernelError> {
    let place = match border {
        Border::Above => cuts.partition_point(|cut| before >= *cut),
        Border::Below => cuts.partition_point(|cut| with > *cut),
        Border::Nearest => {
            let (both, two) = (exact::add("values", before, with)?, Decimal::TWO);
            let mut place = 0;
            for cut in cuts {
                place += usize::from(both >= exact::mul("cuts", *cut, two)?);
            }
            place
        }
    };
    Ok(Class(u8::try_from(place).unwrap_or(u8::MAX)))
}

fn quotient(part: Decimal, whole: Decimal) -> f64 {
    if whole.is_zero() { 0.0 } else { float(part) / float(whole) }
}

impl Abc {
    /// The class of each item, in the order they were given.
    ///
    /// ```
    /// use fondaco_inventory::measures::{AbcRule, Class, abc};
    /// let abc = abc(&[1.into(), 90.into(), 9.into()], &AbcRule::default())?;
    /// assert_eq!(abc.by_item(), [Class(2), Class(0), Class(1)]);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn by_item(&self) -> Vec<Class> {
        let mut classes = vec![Class(0); self.lines.len()];
        for line in &self.lines {
            if let Some(class) = classes.get_mut(line.item) {
                *class = line.class;
            }
        }
        classes
    }

    /// What each class adds up to, the first one first.
    ///
    /// ```
    /// use fondaco_inventory::measures::{AbcRule, abc};
    /// let abc = abc(&[1.into(), 90.into(), 9.into()], &AbcRule::default())?;
    /// let sums = abc.sums();
    /// assert_eq!((sums[0].items, sums[0].value, sums[0].share), (1, 90.into(), 0.9));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn sums(&self) -> Vec<ClassSum> {
        let sum = |place: usize| {
            let class = Class(u8::try_from(place).unwrap_or(u8::MAX));
            let within = || self.lines.iter().filter(move |line| line.class == class);
            let value = within().fold(Decimal::ZERO, |sum, line| sum.saturating_add(line.value));
            ClassSum { class, items: within().count(), value, share: quotient(value, self.total) }
        };
        (0..self.classes).map(sum).collect()
    }

    /// The result as text, HTML and tables show it, with its Pareto chart. `values` says what the values are, and `name` what
    /// each item is called, by its place in what was given.
    ///
    /// ```
    /// use fondaco_core::report::Kind;
    /// use fondaco_inventory::measures::{AbcRule, abc};
    /// let names = ["Rice", "Salt", "Silk"];
    /// let abc = abc(&[60.into(), 10.into(), 130.into()], &AbcRule::default())?;
    /// assert_eq!(abc.to_report(Kind::Count, |item| names[item].into()).to_string(), "\
    /// ABC
    /// Article  Value   Share  Share of all up to here  Class
    /// =======  =====  ======  =======================  =============
    /// Silk       130   65.0%                    65.0%  A
    /// Rice        60   30.0%                    95.0%  A
    /// Salt        10    5.0%                   100.0%  C
    /// -------  -----  ------  -----------------------  -------------
    /// Total      200  100.0%                           A 2, B 0, C 1
    /// ");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn to_report(&self, values: Kind, name: impl Fn(usize) -> Phrase) -> Report {
        let columns = [
            Column::text(word("Article")).naming_rows(),
            Column::new(word("Value"), values.clone()),
            Column::percent(word("Share")),
            Column::percent(word("Share of all up to here")),
            Column::text(word("Class")),
        ];
        let bars = self.lines.iter().map(|line| (name(line.item), line.value));
        let chart = Chart::pareto(word("Value by article"), values, bars);
        let mut report = Report::new(word("ABC")).columns(columns).chart(chart);
        let percent = |share| shown(share, 6).map_or(Cell::Empty, Cell::Percent);
        for line in &self.lines {
            let (share, cumulative) = (percent(line.share), percent(line.cumulative));
            let class = line.class.to_string();
            let name = name(line.item).into_cell();
            report.push(Row::new([name, line.value.into(), share, cumulative, class.into()]));
        }
        let counts = self.sums().into_iter().map(|sum| format!("{} {}", sum.class, sum.items));
        let counts = counts.collect::<Vec<_>>().join(", ");
        let all = if self.total.is_zero() { Cell::Empty } else { Cell::Percent(Decimal::ONE) };
        let total = [word("Total"), self.total.into(), all, Cell::Empty, counts.into()];
        report.push(Row::total(total));
        report
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn classes(values: &[i64], rule: &AbcRule) -> String {
        let values: Vec<Decimal> = values.iter().map(|value| Decimal::from(*value)).collect();
        abc(&values, rule).unwrap().by_item().iter().map(Class::to_string).collect()
    }

    #[test]
    fn an_item_over_the_border_goes_where_the_rule_says() {
        let (values, rule) = ([70, 20, 10], AbcRule::new([0.8]));
        assert_eq!(classes(&values, &rule), "AAB");
        assert_eq!(classes(&values, &rule.clone().border(Border::Below)), "ABB");
        assert_eq!(classes(&[70, 24, 6], &rule.clone().border(Border::Nearest)), "ABB");
        assert_eq!(classes(&[70, 19, 11], &rule.border(Border::Nearest)), "AAB");
    }

    #[test]
    fn a_share_that_is_the_cut_ends_the_class_exactly() {
        // Three times 0.1 is not 0.3 in floats.
        assert_eq!(classes(&[1; 10], &AbcRule::new([0.3, 0.7])), "AAABBBBCCC");
        assert_eq!(
            classes(&[1; 10], &AbcRule::new([0.3, 0.7]).border(Border::Below)),
            "AAABBBBCCC"
        );
    }

    #[test]
    fn items_of_one_value_stay_together_when_asked_to() {
        let rule = AbcRule::new([0.5]);
        assert_eq!(classes(&[1, 1, 1, 1], &rule), "AABB");
        assert_eq!(classes(&[1, 1, 1, 1], &rule.ties(Ties::Together)), "AAAA");
    }

    #[test]
    fn where_nothing_has_value_all_are_of_the_last_class() {
        assert_eq!(classes(&[0, 0], &AbcRule::default()), "CC");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let abc = |values: &[i64], cuts: &[f64]| {
            let values: Vec<Decimal> = values.iter().map(|value| Decimal::from(*value)).collect();
            abc(&values, &AbcRule::new(cuts.iter().copied())).unwrap_err().to_string()
        };
        assert_eq!(abc(&[], &[0.8]), "values has 0 values: give at least 1");
        assert_eq!(
            abc(&[1, -2], &[0.8]),
            "row 1 (counted from 0): values is -2: give zero or a number above it"
        );
        assert!(abc(&[1], &[0.8, 0.7]).contains("cuts is 0.7, but the cut before it"));
        assert!(abc(&[1], &[1.0]).contains("cuts is 1: give a number above 0 and below 1"));
        assert!(abc(&[1], &[f64::NAN]).contains("NaN"));
        assert!(abc(&[1], &[]).contains("cuts is 0"));
    }

    proptest! {
        #[test]
        fn classes_cover_all_items_and_are_cut_at_the_shares(
            values in prop::collection::vec(0i64..1000, 1..60), first in 0.05f64..0.9, border in 0..2
        ) {
            let cuts = [first, first + (1.0 - first) / 2.0];
            let border = [Border::Above, Border::Below][border as usize];
            let given: Vec<Decimal> = values.iter().map(|value| Decimal::from(*value)).collect();
            let abc = abc(&given, &AbcRule::new(cuts).border(border)).unwrap();
            let mut items: Vec<usize> = abc.lines.iter().map(|line| line.item).collect();
            items.sort_unstable();
            prop_assert_eq!(items, (0..values.len()).collect::<Vec<_>>());
            prop_assert!(abc.lines.is_sorted_by(|a, b| a.value >= b.value && a.class <= b.class));
            prop_assert_eq!(abc.sums().iter().map(|sum| sum.items).sum::<usize>(), values.len());
            let total: i64 = values.iter().sum();
            prop_assume!(total > 0);
            let mut before = 0.0;
            for line in &abc.lines {
                let with = before + float(line.value) / total as f64;
                let deciding = if border == Border::Above { before } else { with };
                let near = cuts.iter().any(|cut| (deciding - cut).abs() < 1e-9);
                let class = cuts.iter().filter(|cut| deciding >= **cut).count();
                prop_assert!(near || usize::from(line.class.0) == class);
                before = with;
            }
        }
    }
}
