//! Where items come from, as the kernel's sources: by the rule, by the bills that hold, and of what was firmed by what it was firmed by.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fondaco_core::{DateRange, Id, ItemId, PartyId, Rate, SiteId};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::record::PlanReason;
use super::said::{Key, Said};
use crate::bills::{BillLine, BillOf, LineKind};
use crate::mrp::{Alternate, CalendarNo, Component, Horizon, ItemNo, Output, Source};
use crate::planning::FirmOrder;
use crate::replenish::SourceKind;
use crate::{StockError, exact};

/// One way in which an item comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) kind: SourceKind,
    pub(super) supplier: Option<PartyId>,
    pub(super) from_site: Option<SiteId>,
    pub(super) version: Option<SmolStr>,
}

impl Way {
    /// Whether it is the one that an order was firmed by.
    pub(super) fn is_of(&self, firm: &FirmOrder) -> bool {
        Some(self.kind) == firm.source
            && (self.from_site, &self.version) == (firm.from_site, &firm.version)
    }
}

/// What is said that a run can't plan by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) reason: PlanReason,
    /// The component.
    pub(super) about: Option<ItemId>,
    /// The firm order.
    pub(super) firm: Option<Id<FirmOrder>>,
}

/// The numbers of what is planned.
pub(super) type Numbers = BTreeMap<Key, ItemNo>;

/// The ways of one item at a site.
pub(super) struct Sourcing<'s> {
    said: &'s Said,
    numbers: &'s Numbers,
    key: Key,
    calendar: Option<CalendarNo>,
    /// The days that are planned.
    days: DateRange,
    /// In the order of priority.
    pub(super) ways: Vec<(Source, Way)>,
    pub(super) faults: Vec<Fault>,
}

impl<'s> Sourcing<'s> {
    pub(super) fn new(
        said: &'s Said,
        numbers: &'s Numbers,
        key: Key,
        calendar: Option<CalendarNo>,
        horizon: Horizon,
    ) -> Sourcing<'s> {
        let days = DateRange::new(horizon.start, horizon.end);
        let days = days.unwrap_or(DateRange::day(horizon.start));
        Sourcing { said, numbers, key, calendar, days, ways: Vec::new(), faults: Vec::new() }
    }

    /// By what is said now.
    pub(super) fn sources(&mut self) -> Result<(), StockError> {
        let said = self.said;
        let Some(kind) = said.source(self.key) else { return Ok(()) };
        let way = self.way(kind);
        match kind {
            SourceKind::Buy => self.push(Source::buy(self.buying_days()), way),
            SourceKind::Transfer => match self.sent_from(way.from_site) {
                None => self.fault(PlanReason::NoSendingSite, None, None),
                Some(number) => self.push(Source::transfer(number, self.rule_days()), way),
            },
            SourceKind::Make => {
                let bills = said.bills_at(self.key);
                if bills.is_empty() {
                    self.push(Source::make(self.rule_days()), way);
                    return Ok(());
                }
                for (rank, one) in (0_u16..).zip(bills) {
                    let version = Some(one.bill.version.clone());
                    let source = self.made_by(one, None)?.priority(rank);
                    self.push(source, Way { version, ..way.clone() });
                }
            }
        }
        Ok(())
    }

    /// By what orders were firmed by that stand, where nothing else comes that way any more: whatever is said since, they take what they
    /// took.
    pub(super) fn of_firm_orders(&mut self) -> Result<(), StockError> {
        let said = self.said;
        for firm in said.firm.get(&self.key).into_iter().flatten() {
            let Some(kind) = firm.source else { continue };
            if self.ways.iter().any(|(_, way)| way.is_of(firm)) {
                self.check_ended(firm)?;
                continue;
            }
            let source = match (kind, &firm.version) {
                (SourceKind::Buy, _) => Source::buy(self.buying_days()),
                (SourceKind::Transfer, _) => match self.sent_from(firm.from_site) {
                    Some(number) if !self.is_supplied_from_here(firm.from_site) => {
                        Source::transfer(number, self.rule_days())
                    }
                    _ => {
                        self.fault(PlanReason::NoSendingSite, None, Some(firm.id));
                        continue;
                    }
                },
                (SourceKind::Make, None) => Source::make(self.rule_days()),
                (SourceKind::Make, Some(version)) => match said.bill(self.key.0, version) {
                    Some(one) => self.made_by(one, Some(firm.id))?,
                    None => {
                        self.fault(PlanReason::NoBill, None, Some(firm.id));
                        Source::make(self.rule_days())
                    }
                },
            };
            // Nothing new is ordered that way.
            let never = DateRange::day(NaiveDate::MIN);
            let (supplier, from_site) = (firm.supplier, firm.from_site);
            let way = Way { kind, supplier, from_site, version: firm.version.clone() };
            self.push(source.valid(never).priority(u16::MAX), way);
        }
        Ok(())
    }

    /// Whether the order can still take all that it was firmed with, when the bill has ended since.
    fn check_ended(&mut self, firm: &FirmOrder) -> Result<(), StockError> {
        let said = self.said;
        let bill = firm.version.as_ref().and_then(|version| said.bill(self.key.0, version));
        let ended = bill.filter(|one| one.bill.days().intersect(self.days).is_none());
        match ended {
            Some(one) => self.made_by(one, Some(firm.id)).map(drop),
            None => Ok(()),
        }
    }

    fn way(&self, kind: SourceKind) -> Way {
        let rule = self.said.rules.get(&self.key);
        let supplier = rule.and_then(|rule| rule.supplier).filter(|_| kind == SourceKind::Buy);
        let from_site = rule.and_then(|rule| rule.from_site);
        let from_site = from_site.filter(|_| kind == SourceKind::Transfer);
        Way { kind, supplier, from_site, version: None }
    }

    fn push(&mut self, source: Source, way: Way) {
        let source = match self.calendar {
            Some(calendar) => source.calendar(calendar),
            None => source,
        };
        self.ways.push((source, way));
    }

    fn fault(&mut self, reason: PlanReason, about: Option<ItemId>, firm: Option<Id<FirmOrder>>) {
        let fault = Fault { reason, about, firm };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn rule_days(&self) -> u32 {
        self.said.rules.get(&self.key).map_or(0, |rule| rule.lead_time_days)
    }

    fn buying_days(&self) -> u32 {
        let vendor = self.said.vendors.get(&self.key);
        vendor.and_then(|vendor| vendor.lead_time_days).unwrap_or_else(|| self.rule_days())
    }

    fn sent_from(&self, site: Option<SiteId>) -> Option<ItemNo> {
        self.numbers.get(&(self.key.0, site?)).copied()
    }

    /// Whether a site gets the item from here by now, be it by others.
    fn is_supplied_from_here(&self, site: Option<SiteId>) -> bool {
        let (mut met, mut next) = (BTreeSet::new(), site);
        while let Some(site) = next.filter(|site| met.insert(*site)) {
            if site == self.key.1 {
                return true;
            }
            let rule = self.said.rules.get(&(self.key.0, site));
            let rule = rule.filter(|rule| rule.source == SourceKind::Transfer);
            next = rule.and_then(|rule| rule.from_site);
        }
        false
    }

    /// A source with the lines of a bill, be it for a firm order alone.
    fn made_by(&mut self, one: &BillOf, firm: Option<Id<FirmOrder>>) -> Result<Source, StockError> {
        let share = one.bill.yield_share.map_or(Decimal::ONE, Rate::factor);
        let makes = exact::mul("what a batch makes", one.bill.makes.to_decimal(), share)?;
        let days = one.bill.lead_time_days.unwrap_or_else(|| self.rule_days());
        let mut source = Source::make(days).valid(one.bill.days()).makes(makes);
        for group in one.lines.chunk_by(|a, b| a.line == b.line) {
            let number = |line: &BillLine| self.numbers.get(&(line.component, self.key.1)).copied();
            let mut known = group.iter().filter_map(|line| Some((line, number(line)?)));
            let Some((first, number)) = known.next() else {
                self.missing(one, group.first().map(AsRef::as_ref), firm);
                continue;
            };
            if first.kind == LineKind::Output {
                let output = Output::new(number, first.quantity);
                source = source.output(output.valid(first.days()));
                continue;
            }
            let mut component = Component::new(number, first.quantity).valid(first.days());
            component = component.after_days(first.offset_days);
            component = component.scrap(first.scrap.map_or(Decimal::ZERO, Rate::factor));
            if first.per_order {
                component = component.per_order();
            }
            for (line, number) in known {
                component = component.or(Alternate::new(number, line.quantity).valid(line.days()));
            }
            source = source.component(component);
        }
        Ok(source)
    }

    /// A component that nobody may use any more, in a bill by which something is still made: it is planned without it, and that is said.
    fn missing(&mut self, one: &BillOf, line: Option<&BillLine>, firm: Option<Id<FirmOrder>>) {
        let Some(line) = line.filter(|line| line.kind == LineKind::Component) else { return };
        let made = if firm.is_some() { DateRange::always() } else { one.bill.days() };
        let both = made.intersect(line.days());
        if both.and_then(|days| days.intersect(self.days)).is_some() {
            self.fault(PlanReason::ComponentClosed, Some(line.component), firm);
        }
    }
}
