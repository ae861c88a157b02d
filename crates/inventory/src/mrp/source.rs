//! Where an item comes from: made of components, bought, brought from another site, or replaced by something else.

use fondaco_core::{DateRange, Unit};
use rust_decimal::Decimal;

use super::{CalendarNo, ItemNo};

/// How an item is had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceKind {
    /// From a supplier; its components, if it has any, are what the supplier is given.
    Buy,
    /// Made here, of its components.
    Make,
    /// Brought from another site, where its one component lies.
    Transfer,
    /// Not had at all: its one component is used in its place.
    Substitute,
}

impl SourceKind {
    /// What people call it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            SourceKind::Buy => "buy",
            SourceKind::Make => "make",
            SourceKind::Transfer => "transfer",
            SourceKind::Substitute => "substitute",
        }
    }
}

/// One way to have an item, in a lead time.
///
/// Of several, the one with the smallest priority is taken that holds on the day on which the order is due, and, where nothing may be
/// released in the past ([`PastDue::FromToday`](super::PastDue)), can still be there by then.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Source {
    /// How it is had.
    pub kind: SourceKind,
    /// Working days of the calendar, or days where there is none, from the release of an order until it is there.
    pub lead_days: u32,
    /// By which calendar; none where each day counts.
    pub calendar: Option<CalendarNo>,
    /// The smallest comes first; of equals the one that was given first.
    pub priority: u16,
    /// On which due days it can be used; always where nothing is said.
    pub valid: Option<DateRange>,
    /// How much one bill makes: the quantities of its lines are for so much.
    pub makes: Decimal,
    /// What goes in.
    pub components: Vec<Component>,
    /// What comes out besides: by- and co-products.
    pub outputs: Vec<Output>,
}

impl Source {
    fn new(kind: SourceKind, lead_days: u32) -> Source {
        Source {
            kind,
            lead_days,
            calendar: None,
            priority: 0,
            valid: None,
            makes: Decimal::ONE,
            components: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// Bought, in so many days.
    #[must_use]
    pub fn buy(lead_days: u32) -> Source {
        Source::new(SourceKind::Buy, lead_days)
    }

    /// Made, in so many days, of the components that are added.
    #[must_use]
    pub fn make(lead_days: u32) -> Source {
        Source::new(SourceKind::Make, lead_days)
    }

    /// Brought from where it lies as another item of the network, in so many days.
    #[must_use]
    pub fn transfer(from: ItemNo, transit_days: u32) -> Source {
        Source::new(SourceKind::Transfer, transit_days)
            .component(Component::new(from, Decimal::ONE))
    }

    /// Replaced, one by so many of another.
    #[must_use]
    pub fn substitute(by: ItemNo, quantity: Decimal) -> Source {
        Source::new(SourceKind::Substitute, 0).component(Component::new(by, quantity))
    }

    /// The same, in working days of a calendar.
    #[must_use]
    pub fn calendar(mut self, calendar: CalendarNo) -> Source {
        self.calendar = Some(calendar);
        self
    }

    /// The same, with this priority; 0 is the first.
    #[must_use]
    pub fn priority(mut self, priority: u16) -> Source {
        self.priority = priority;
        self
    }

    /// The same, for orders that are due within these days.
    #[must_use]
    pub fn valid(mut self, days: DateRange) -> Source {
        self.valid = Some(days);
        self
    }

    /// The same, with lines for so much of what is made.
    #[must_use]
    pub fn makes(mut self, quantity: Decimal) -> Source {
        self.makes = quantity;
        self
    }

    /// The same, of so many of a component.
    #[must_use]
    pub fn of(self, quantity: impl Into<Decimal>, item: ItemNo) -> Source {
        self.component(Component::new(item, quantity.into()))
    }

    /// The same, with a component.
    #[must_use]
    pub fn component(mut self, component: Component) -> Source {
        self.components.push(component);
        self
    }

    /// The same, from which something comes besides.
    #[must_use]
    pub fn output(mut self, output: Output) -> Source {
        self.outputs.push(output);
        self
    }
}

/// One line of a bill of material.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Component {
    /// What goes in.
    pub item: ItemNo,
    /// How much of it.
    pub quantity: Decimal,
    /// In which unit; the item's own where nothing is said.
    pub unit: Option<Unit>,
    /// Whether the quantity is for an order, however large, rather than for what the bill makes: what is used up in setting up.
    pub per_order: bool,
    /// Which share of it is lost: at least 0, below 1.
    pub scrap: Decimal,
    /// On which days it goes in: by the day on which the order is released; always where nothing is said.
    pub valid: Option<DateRange>,
    /// How many days after the release it is needed; below zero, before.
    pub offset_days: i32,
    /// What is taken instead on days on which the line doesn't hold, the first that does.
    pub alternates: Vec<Alternate>,
}

impl Component {
    /// So much of an item.
    #[must_use]
    pub fn new(item: ItemNo, quantity: impl Into<Decimal>) -> Component {
        Component {
            item,
            quantity: quantity.into(),
            unit: None,
            per_order: false,
            scrap: Decimal::ZERO,
            valid: None,
            offset_days: 0,
            alternates: Vec::new(),
        }
    }

    /// The same, in another unit than the item's.
    #[must_use]
    pub fn unit(mut self, unit: Unit) -> Component {
        self.unit = Some(unit);
        self
    }

    /// The same, once for each order.
    #[must_use]
    pub fn per_order(mut self) -> Component {
        self.per_order = true;
        self
    }

    /// The same, of which this share is lost: 0.1 for 10 %.
    #[must_use]
    pub fn scrap(mut self, share: Decimal) -> Component {
        self.scrap = share;
        self
    }

    /// The same, for orders that are released within these days.
    #[must_use]
    pub fn valid(mut self, days: DateRange) -> Component {
        self.valid = Some(days);
        self
    }

    /// The same, needed so many days after the release.
    #[must_use]
    pub fn after_days(mut self, days: i32) -> Component {
        self.offset_days = days;
        self
    }

    /// The same, with what is taken instead when it doesn't hold.
    #[must_use]
    pub fn or(mut self, alternate: Alternate) -> Component {
        self.alternates.push(alternate);
        self
    }
}

/// What stands in for a component on days on which the line itself, and the alternates before this one, don't hold.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Alternate {
    /// What goes in.
    pub item: ItemNo,
    /// How much of it, in its own unit.
    pub quantity: Decimal,
    /// On which days it can; always where nothing is said.
    pub valid: Option<DateRange>,
}

impl Alternate {
    /// So much of another item.
    #[must_use]
    pub fn new(item: ItemNo, quantity: impl Into<Decimal>) -> Alternate {
        Alternate { item, quantity: quantity.into(), valid: None }
    }

    /// The same, for orders that are released within these days.
    #[must_use]
    pub fn valid(mut self, days: DateRange) -> Alternate {
        self.valid = Some(days);
        self
    }
}

/// What comes out of an order besides what it is for: a by-product or a co-product. It is there when the order is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Output {
    /// What comes out.
    pub item: ItemNo,
    /// How much of it, for what the bill makes; rounded down to the item's digits.
    pub quantity: Decimal,
    /// For orders that are released within these days; always where nothing is said.
    pub valid: Option<DateRange>,
}

impl Output {
    /// So much of an item.
    #[must_use]
    pub fn new(item: ItemNo, quantity: impl Into<Decimal>) -> Output {
        Output { item, quantity: quantity.into(), valid: None }
    }

    /// The same, for orders that are released within these days.
    #[must_use]
    pub fn valid(mut self, days: DateRange) -> Output {
        self.valid = Some(days);
        self
    }
}
