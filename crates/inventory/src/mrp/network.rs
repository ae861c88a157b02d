//! What is planned, of what it is made and where it comes from: edited by names and numbers, and checked as it is edited.
//!
//! A clone shares all that is not changed afterwards, so that a what-if of one item costs one item.

use std::sync::Arc;

use fondaco_core::DateRange;
use fondaco_core::calendar::WorkingDays;
use fondaco_core::map::HashMap;
use smol_str::SmolStr;

use super::check::{self, Field};
use super::paged::Paged;
use super::{Item, MrpError, Sku, Source};

/// An item of a network: its number, in the order in which they were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemNo(pub(crate) u32);

impl ItemNo {
    /// The number, counted from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A calendar of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CalendarNo(pub(crate) u32);

/// An item and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) item: Item,
    /// By priority; of equals the one that was given first.
    pub(crate) sources: Vec<Source>,
}

/// The items that are planned, and what each is made of.
///
/// ```
/// use fondaco_inventory::mrp::{Item, Network, Source};
///
/// let mut network = Network::new();
/// let wheel = network.add(Item::new("WHEEL"))?;
/// let bike = network.add(Item::new("BIKE"))?;
/// network.source(wheel, Source::buy(10))?;
/// network.source(bike, Source::make(2).of(2, wheel))?;
/// assert_eq!(network.find(&"BIKE".into())?, bike);
/// assert_eq!(network.levels()?, [1, 0]); // the wheel lies one level below the bike
/// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Network {
    nodes: Paged<Arc<Node>>,
    by_sku: Arc<HashMap<Sku, u32>>,
    calendars: Arc<Vec<(SmolStr, WorkingDays)>>,
}

impl Network {
    /// One without items.
    #[must_use]
    pub fn new() -> Network {
        Network::default()
    }

    /// How many items it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.len() == 0
    }

    /// Adds a calendar that lead times are counted by.
    ///
    /// # Errors
    /// [`MrpError::NoWorkingDays`] when nobody works on any day of it.
    ///
    /// ```
    /// use fondaco_core::calendar::{Calendar, WorkingWeek};
    /// use fondaco_inventory::mrp::{Network, Source};
    /// let works = Calendar::new("works", WorkingWeek::MON_FRI).over("2026-01-01/2027-12-31".parse()?)?;
    /// let mut network = Network::new();
    /// let works = network.calendar("works", works)?;
    /// let source = Source::buy(10).calendar(works); // two weeks
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn calendar(
        &mut self,
        name: impl Into<SmolStr>,
        days: WorkingDays,
    ) -> Result<CalendarNo, MrpError> {
        let (calendar, range) = (name.into(), days.range());
        if days.iter(range).next().is_none() {
            return Err(MrpError::NoWorkingDays { calendar, range });
        }
        let number = check::number(self.calendars.len());
        Arc::make_mut(&mut self.calendars).push((calendar, days));
        Ok(CalendarNo(number))
    }

    /// The calendar of a name, the first that was added under it.
    #[must_use]
    pub fn calendar_of(&self, name: &str) -> Option<CalendarNo> {
        let at = self.calendars.iter().position(|(own, _)| own == name)?;
        Some(CalendarNo(check::number(at)))
    }

    /// Adds an item.
    ///
    /// # Errors
    /// [`MrpError::PlannedAlready`], and what [`Network::change`] refuses.
    pub fn add(&mut self, item: Item) -> Result<ItemNo, MrpError> {
        check::item(&item)?;
        if self.by_sku.contains_key(&item.sku) {
            return Err(MrpError::PlannedAlready { sku: item.sku });
        }
        let number = check::number(self.nodes.len());
        Arc::make_mut(&mut self.by_sku).insert(item.sku.clone(), number);
        self.nodes.push(Arc::new(Node { item, sources: Vec::new() }));
        Ok(ItemNo(number))
    }

    /// Plans an item otherwise. Its name stays.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`], [`MrpError::NotPlanned`] when the name is another one's or nobody's, [`MrpError::Number`] and
    /// [`MrpError::TooFine`] for a number that can't be, [`MrpError::Kernel`] for order modifiers that contradict one another.
    pub fn change(&mut self, number: ItemNo, item: Item) -> Result<(), MrpError> {
        check::item(&item)?;
        if self.node(number)?.item.sku != item.sku {
            return Err(MrpError::NotPlanned { sku: item.sku });
        }
        self.node_mut(number)?.item = item;
        Ok(())
    }

    /// Adds a source of an item.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] when an item or a calendar is not of this network, [`MrpError::Number`] for a quantity below zero, a
    /// scrap that leaves nothing.
    ///
    /// Cycles are found by [`Network::levels`], and by the run.
    pub fn source(&mut self, item: ItemNo, source: Source) -> Result<(), MrpError> {
        self.check_source(item, &source)?;
        let sources = &mut self.node_mut(item)?.sources;
        let at = sources.partition_point(|other| other.priority <= source.priority);
        sources.insert(at, source);
        Ok(())
    }

    /// Gives an item these sources in the place of all it had.
    ///
    /// # Errors
    /// As [`Network::source`]; nothing is changed then.
    pub fn resource(&mut self, item: ItemNo, mut sources: Vec<Source>) -> Result<(), MrpError> {
        self.node(item)?;
        for source in &sources {
            self.check_source(item, source)?;
        }
        sources.sort_by_key(|source| source.priority);
        self.node_mut(item)?.sources = sources;
        Ok(())
    }

    fn check_source(&self, item: ItemNo, source: &Source) -> Result<(), MrpError> {
        let of = &self.node(item)?.item.sku;
        let not_negative = |field, value| Field::new(of, field).not_negative(value);
        Field::new(of, "what its bill makes").positive(source.makes)?;
        if let Some(calendar) = source.calendar {
            self.working_days(calendar)?;
        }
        for line in &source.components {
            self.node(line.item)?;
            not_negative("a component's quantity", line.quantity)?;
            Field::new(of, "a component's scrap").lost_share(line.scrap)?;
            for other in &line.alternates {
                self.node(other.item)?;
                not_negative("an alternate's quantity", other.quantity)?;
            }
        }
        for line in &source.outputs {
            self.node(line.item)?;
            not_negative("a by-product's quantity", line.quantity)?;
        }
        Ok(())
    }

    /// The number of an item.
    ///
    /// # Errors
    /// [`MrpError::NotPlanned`].
    pub fn find(&self, sku: &Sku) -> Result<ItemNo, MrpError> {
        let found = self.by_sku.get(sku).copied().map(ItemNo);
        found.ok_or_else(|| MrpError::NotPlanned { sku: sku.clone() })
    }

    /// How an item is planned.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for a number of another network.
    pub fn item(&self, number: ItemNo) -> Result<&Item, MrpError> {
        self.node(number).map(|node| &node.item)
    }

    /// Where an item comes from, by priority.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for a number of another network.
    pub fn sources(&self, number: ItemNo) -> Result<&[Source], MrpError> {
        self.node(number).map(|node| node.sources.as_slice())
    }

    /// All items, in the order of their numbers.
    pub fn items(&self) -> impl Iterator<Item = (ItemNo, &Item)> {
        (0..).map(ItemNo).zip(self.nodes.iter().map(|node| &node.item))
    }

    pub(crate) fn node(&self, number: ItemNo) -> Result<&Node, MrpError> {
        let node = self.nodes.get(number.index()).map(Arc::as_ref);
        node.ok_or(MrpError::NoSuchRow { what: "item", number: number.0 })
    }

    fn node_mut(&mut self, number: ItemNo) -> Result<&mut Node, MrpError> {
        let node = self.nodes.get_mut(number.index()).map(Arc::make_mut);
        node.ok_or(MrpError::NoSuchRow { what: "item", number: number.0 })
    }

    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().map(Arc::as_ref)
    }

    /// The name of an item, for messages.
    pub(crate) fn name(&self, number: u32) -> Sku {
        self.nodes.get(number as usize).map_or_else(|| Sku::from("?"), |node| node.item.sku.clone())
    }

    pub(crate) fn calendars(&self) -> &[(SmolStr, WorkingDays)] {
        &self.calendars
    }

    fn working_days(&self, number: CalendarNo) -> Result<&WorkingDays, MrpError> {
        let days = self.calendars.get(number.0 as usize).map(|(_, days)| days);
        days.ok_or(MrpError::NoSuchRow { what: "calendar", number: number.0 })
    }

    /// The low-level code of each item: 0 for what goes into nothing, else one more than that of the deepest that it goes into, or comes out
    /// of, whatever the dates.
    ///
    /// # Errors
    /// [`MrpError::BomCycle`] with a way round, the shortest through one of its items.
    pub fn levels(&self) -> Result<Vec<u32>, MrpError> {
        super::levels::of(self)
    }
}

/// The first and the last day of a validity, as counted days.
pub(crate) fn ends(valid: Option<DateRange>) -> (i32, i32) {
    let of = |range: DateRange| {
        (range.start().map_or(i32::MIN, check::day), range.end().map_or(i32::MAX, check::day))
    };
    valid.map_or((i32::MIN, i32::MAX), of)
}

/// What a line is about, once for all that walk over lines: the item, and on which days.
pub(crate) fn lines_of(source: &Source) -> impl Iterator<Item = ItemNo> {
    let inputs = source.components.iter().flat_map(|line| {
        std::iter::once(line.item).chain(line.alternates.iter().map(|other| other.item))
    });
    inputs.chain(source.outputs.iter().map(|line| line.item))
}
