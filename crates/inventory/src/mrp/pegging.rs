//! Who gets what: the supplies of an item dealt out to its needs, worked out when somebody asks.
//!
//! Needs are served in the order of their days, of a day by priority; each takes what comes first. What is made to order goes to its
//! order. A demand's [`Delivery`](super::Delivery) says whether it takes parts, and how late.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::check::{date, later, number};
use super::compiled::{Kind, NONE};
use super::netting::Fault;
use super::plan::quantity;
use super::{DemandNo, ItemNo, MrpError, Plan, SupplyKind, SupplyNo};

/// Who needs something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NeedOf {
    /// What lies there is less than nothing.
    BelowZero,
    /// A demand.
    Demand(DemandNo),
    /// An order of something that it goes into.
    Order {
        /// Of what.
        item: ItemNo,
        /// Its number among the orders of that.
        number: usize,
    },
}

/// Where something comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SupplyOf {
    /// It lies there.
    OnHand,
    /// It is on order.
    Supply(SupplyNo),
    /// It comes out of an order of something else.
    Output {
        /// Of what.
        item: ItemNo,
        /// Its number among the orders of that.
        number: usize,
    },
    /// An order of the plan, by its number; also one that was firmed.
    Order(usize),
}

/// Something needed of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Need {
    /// By whom.
    pub of: NeedOf,
    /// On which day it leaves the shelf, if all goes well; not before the start.
    pub day: NaiveDate,
    /// How much.
    pub quantity: Decimal,
    /// How much of it there is no supply for.
    pub unmet: Decimal,
    /// When how much leaves the shelf.
    pub parts: Vec<(NaiveDate, Decimal)>,
}

/// Something that comes of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coming {
    /// Where from.
    pub of: SupplyOf,
    /// On which day it is there.
    pub day: NaiveDate,
    /// How much.
    pub quantity: Decimal,
    /// How much of it nobody needs: safety stock, or what the lot is larger.
    pub free: Decimal,
}

/// So much of a supply for a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Peg {
    /// Which of the needs.
    pub need: usize,
    /// Which of the supplies.
    pub supply: usize,
    /// How much.
    pub quantity: Decimal,
}

/// All of an item's needs and supplies, and which goes to which.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pegging {
    /// In the order in which they are served.
    pub needs: Vec<Need>,
    /// In the order in which they come.
    pub supplies: Vec<Coming>,
    /// By need, then by supply.
    pub pegs: Vec<Peg>,
}

impl Pegging {
    /// What a need is met from.
    pub fn supplies_of(&self, need: usize) -> impl Iterator<Item = (&Coming, Decimal)> {
        let pegs = self.pegs.iter().filter(move |peg| peg.need == need);
        pegs.filter_map(|peg| Some((self.supplies.get(peg.supply)?, peg.quantity)))
    }

    /// What a supply is for.
    pub fn needs_of(&self, supply: usize) -> impl Iterator<Item = (&Need, Decimal)> {
        let pegs = self.pegs.iter().filter(move |peg| peg.supply == supply);
        pegs.filter_map(|peg| Some((self.needs.get(peg.need)?, peg.quantity)))
    }

    /// Where among the needs somebody's first is.
    #[must_use]
    pub fn need(&self, of: NeedOf) -> Option<usize> {
        self.needs.iter().position(|need| need.of == of)
    }

    /// Where among the supplies one is.
    #[must_use]
    pub fn supply(&self, of: SupplyOf) -> Option<usize> {
        self.supplies.iter().position(|supply| supply.of == of)
    }
}

/// When a demand is met.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Promise {
    /// On which days how much is delivered.
    pub parts: Vec<(NaiveDate, Decimal)>,
    /// How much can't be delivered within the horizon, or in the way in which it is wanted.
    pub unmet: Decimal,
    /// How many days after its due day the last part is delivered.
    pub late_days: u32,
}

/// A need in whole numbers.
#[derive(Clone, Debug)]
pub(crate) struct Want {
    pub(crate) of: NeedOf,
    pub(crate) day: i32,
    pub(crate) quantity: i64,
    priority: u16,
    full_only: bool,
    latest: i32,
    minimum: i64,
    /// Whose alone, or [`NONE`].
    pub(crate) mark: u32,
    pub(crate) parts: Vec<(i32, i64)>,
}

/// A supply in whole numbers.
#[derive(Clone, Debug)]
pub(crate) struct Supplied {
    pub(crate) of: SupplyOf,
    pub(crate) day: i32,
    pub(crate) quantity: i64,
    pub(crate) left: i64,
    /// Whose alone, or [`NONE`].
    pub(crate) mark: u32,
}

/// What is dealt out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dealt {
    pub(crate) wants: Vec<Want>,
    pub(crate) supplied: Vec<Supplied>,
    /// Need, supply, how much.
    pub(crate) pegs: Vec<(u32, u32, i64)>,
}

impl Plan {
    /// Which of an item's supplies is for which of its needs. One step up is a need's order, one step down an order's lines, each with a
    /// pegging of their own; [`Plan::demands_of`] goes all the way up, [`Plan::explain_order`] and [`Plan::explain_demand`] tell it.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for an item that the network doesn't have.
    ///
    /// ```
    /// # use fondaco_inventory::mrp::{Demand, Horizon, Item, NeedOf, Network, Options, Source, State, SupplyOf, run};
    /// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    /// # let mut network = Network::new();
    /// let wheel = network.add(Item::new("WHEEL"))?;
    /// let bike = network.add(Item::new("BIKE"))?;
    /// network.source(wheel, Source::buy(10))?;
    /// network.source(bike, Source::make(2).of(2, wheel))?;
    /// let mut state = State::of(&network);
    /// state.on_hand(wheel, 6.into())?;
    /// state.demand(Demand::order("SO-1", bike, 20, day("2026-03-02")))?;
    /// let horizon = Horizon::new(day("2026-01-05"), day("2026-06-30"));
    /// let plan = run(&network, &state, horizon, &Options::default())?;
    /// let pegging = plan.pegging(wheel)?;
    /// assert_eq!(pegging.needs[0].of, NeedOf::Order { item: bike, number: 0 });
    /// let from: Vec<_> = pegging.supplies_of(0).map(|(supply, much)| (supply.of, much)).collect();
    /// assert_eq!(from, [(SupplyOf::OnHand, 6.into()), (SupplyOf::Order(0), 34.into())]);
    /// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
    /// ```
    pub fn pegging(&self, item: ItemNo) -> Result<Pegging, MrpError> {
        self.network.node(item)?;
        let dealt = self.dealt(item.0)?;
        let needs = dealt.wants.iter().map(|want| {
            let met: i64 = want.parts.iter().map(|(_, quantity)| quantity).sum();
            let parts = want.parts.iter().map(|(day, much)| (date(*day), quantity(*much)));
            Need {
                of: want.of,
                day: date(want.day),
                quantity: quantity(want.quantity),
                unmet: quantity(want.quantity - met),
                parts: parts.collect(),
            }
        });
        let supplies = dealt.supplied.iter().map(|supply| Coming {
            of: supply.of,
            day: date(supply.day),
            quantity: quantity(supply.quantity),
            free: quantity(supply.left),
        });
        let pegs = dealt.pegs.iter().map(|(need, supply, much)| Peg {
            need: *need as usize,
            supply: *supply as usize,
            quantity: quantity(*much),
        });
        Ok(Pegging { needs: needs.collect(), supplies: supplies.collect(), pegs: pegs.collect() })
    }

    /// When a demand is met, by what is there, coming and planned of its item, in the way in which it is wanted.
    ///
    /// A forecast that orders have consumed, or that the demand time fence leaves out, has nothing left to meet.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for a demand that is not there.
    ///
    /// ```
    /// # use fondaco_inventory::mrp::{Delivery, Demand, Horizon, Item, Network, Options, Source, State, Supply, run};
    /// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    /// # let mut network = Network::new();
    /// let bike = network.add(Item::new("BIKE"))?;
    /// let mut state = State::of(&network);
    /// state.on_hand(bike, 10.into())?;
    /// state.supply(Supply::scheduled("PO-1", bike, 10, day("2026-01-10")))?;
    /// let order = Demand::order("SO-1", bike, 20, day("2026-01-05")).delivery(Delivery::full());
    /// let order = state.demand(order)?;
    /// let horizon = Horizon::new(day("2026-01-01"), day("2026-06-30"));
    /// let plan = run(&network, &state, horizon, &Options::default())?;
    /// let promise = plan.promise(order)?;
    /// assert_eq!(promise.parts, [(day("2026-01-10"), 20.into())]);
    /// assert_eq!(promise.late_days, 5);
    /// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
    /// ```
    pub fn promise(&self, demand: DemandNo) -> Result<Promise, MrpError> {
        let wanted = self.state.demand_of(demand)?;
        let dealt = self.dealt(wanted.item.0)?;
        let want = dealt.wants.iter().find(|want| want.of == NeedOf::Demand(demand));
        let arrives = |day: i32| date(later(day, wanted.ship_days));
        let (mut parts, mut unmet) = match want {
            Some(want) => {
                let met: i64 = want.parts.iter().map(|(_, quantity)| quantity).sum();
                let parts = want.parts.iter().map(|(day, much)| (arrives(*day), quantity(*much)));
                (parts.collect(), quantity(want.quantity - met))
            }
            None if self.is_left_out(wanted) => (Vec::new(), wanted.quantity - wanted.held),
            None => (Vec::new(), Decimal::ZERO),
        };
        self.add_held(wanted, &mut parts, &mut unmet);
        let last = parts.iter().map(|(day, _)| *day).max();
        let late = last.map_or(0, |last| (last - wanted.due).num_days().max(0));
        let late_days = u32::try_from(late).unwrap_or(u32::MAX);
        Ok(Promise { parts, unmet, late_days })
    }

    /// What is held for a demand goes out as soon as it is wanted, or with all the rest, where the rest can't follow.
    fn add_held(
        &self,
        wanted: &super::Demand,
        parts: &mut Vec<(NaiveDate, Decimal)>,
        unmet: &mut Decimal,
    ) {
        if wanted.held == Decimal::ZERO {
            return;
        }
        let on = self.held_leaves(wanted);
        if self.is_over(wanted) || (wanted.delivery.full_only && *unmet > Decimal::ZERO) {
            parts.clear();
            *unmet = wanted.quantity;
        } else if let Some(first) = parts.first_mut()
            && (wanted.delivery.full_only || first.0 == on)
        {
            first.1 += wanted.held;
        } else {
            parts.insert(0, (on, wanted.held));
        }
    }

    /// When what is held for a demand is delivered: when it is wanted, or at once.
    pub(crate) fn held_leaves(&self, wanted: &super::Demand) -> NaiveDate {
        let leaves = super::check::day(wanted.due).saturating_sub(wanted.ship_days.cast_signed());
        date(later(leaves.max(super::check::day(self.horizon.start)), wanted.ship_days))
    }

    /// Whether a demand is not planned for: it leaves the shelf after the horizon, or its last day is over.
    pub(crate) fn is_left_out(&self, wanted: &super::Demand) -> bool {
        let leaves = super::check::day(wanted.due).saturating_sub(wanted.ship_days.cast_signed());
        self.compiled.grid.place(leaves).is_none() || self.is_over(wanted)
    }

    /// Whether nobody would take it any more.
    fn is_over(&self, wanted: &super::Demand) -> bool {
        let leaves = |on| super::check::day(on).saturating_sub(wanted.ship_days.cast_signed());
        let first = leaves(wanted.due).max(self.compiled.grid.origin);
        wanted.delivery.latest.is_some_and(|latest| leaves(latest) < first)
    }

    /// The demands that an order serves, through all levels, and how much of each demand rests on it: full pegging upward.
    ///
    /// Safety stock, what a lot is larger than what is needed, and stock below zero are nobody's.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for an item or an order that is not there.
    ///
    /// ```
    /// # use fondaco_inventory::mrp::{Demand, Horizon, Item, Network, Options, Source, State, run};
    /// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    /// # let mut network = Network::new();
    /// let wheel = network.add(Item::new("WHEEL"))?;
    /// let bike = network.add(Item::new("BIKE"))?;
    /// network.source(wheel, Source::buy(10))?;
    /// network.source(bike, Source::make(2).of(2, wheel))?;
    /// let mut state = State::of(&network);
    /// let order = state.demand(Demand::order("SO-1", bike, 20, day("2026-03-02")))?;
    /// let horizon = Horizon::new(day("2026-01-05"), day("2026-06-30"));
    /// let plan = run(&network, &state, horizon, &Options::default())?;
    /// assert_eq!(plan.demands_of(wheel, 0)?, [(order, 20.into())]); // for all 20 bikes
    /// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
    /// ```
    pub fn demands_of(
        &self,
        item: ItemNo,
        number: usize,
    ) -> Result<Vec<(DemandNo, Decimal)>, MrpError> {
        self.order(item, number)?;
        let mut found: BTreeMap<DemandNo, i64> = BTreeMap::new();
        // Which of an item's orders rest on it, from the bottom up: the parts are counted in what the order above is for.
        let mut level =
            BTreeMap::from([((self.compiled.level[item.index()], item.0), vec![number])]);
        while let Some(((_, item), orders)) = level.pop_last() {
            let dealt = self.dealt(item)?;
            let is_one = |supply: u32| {
                let of = dealt.supplied[supply as usize].of;
                matches!(of, SupplyOf::Order(number) if orders.contains(&number))
            };
            for (need, _, quantity) in dealt.pegs.iter().filter(|peg| is_one(peg.1)) {
                match dealt.wants[*need as usize].of {
                    NeedOf::BelowZero => {}
                    NeedOf::Demand(demand) => *found.entry(demand).or_default() += quantity,
                    NeedOf::Order { item, number } => {
                        let at = (self.compiled.level[item.index()], item.0);
                        let orders = level.entry(at).or_default();
                        if !orders.contains(&number) {
                            orders.push(number);
                        }
                    }
                }
            }
        }
        Ok(found.into_iter().map(|(demand, much)| (demand, quantity(much))).collect())
    }

    /// Deals an item's supplies out.
    pub(crate) fn dealt(&self, item: u32) -> Result<Dealt, MrpError> {
        let refused = |fault| self.ground().refused(item, fault);
        let (mut wants, mut supplied) = self.both_sides(item).map_err(refused)?;
        wants.sort_by_key(|want| (want.day, want.priority, want.of));
        supplied.sort_by_key(|supply| (supply.day, supply.of));
        let mut dealt = Dealt { wants, supplied, pegs: Vec::new() };
        dealt.deal();
        Ok(dealt)
    }

    /// What is needed and what comes, each by itself.
    fn both_sides(&self, item: u32) -> Result<(Vec<Want>, Vec<Supplied>), Fault> {
        let compiled = &self.compiled;
        let params = &compiled.params[item as usize];
        // As far back as the past is kept: the start, but where all stays dated.
        let earliest = compiled.grid.origin;
        let plain = |of, day: i32, quantity, mark| Want {
            of,
            day: day.max(earliest),
            quantity,
            priority: 0,
            full_only: false,
            latest: i32::MAX,
            minimum: 0,
            mark,
            parts: Vec::new(),
        };
        let comes = |of, day, quantity, mark| Supplied { of, day, quantity, left: quantity, mark };
        let (mut wants, mut supplied) = (Vec::new(), Vec::new());
        if let Some(ready) = self.ready_of(item) {
            match ready.on_hand {
                0 => {}
                much @ 1.. => supplied.push(comes(SupplyOf::OnHand, i32::MIN, much, NONE)),
                less => wants.push(plain(NeedOf::BelowZero, i32::MIN, -less, NONE)),
            }
            for row in &ready.required {
                if compiled.grid.place(row.day).is_none() {
                    continue;
                }
                let mark = if params.to_order && !row.is_forecast { row.demand } else { NONE };
                wants.push(Want {
                    priority: row.priority,
                    full_only: row.full_only,
                    latest: row.latest,
                    minimum: row.minimum,
                    ..plain(NeedOf::Demand(DemandNo(row.demand)), row.day, row.quantity, mark)
                });
            }
            let receipts = ready.receipts.iter().filter(|row| row.kind != SupplyKind::Firm);
            for row in receipts.filter(|row| compiled.grid.place(row.day.max(earliest)).is_some()) {
                let mark = if params.to_order { row.demand } else { NONE };
                let of = SupplyOf::Supply(SupplyNo(row.supply));
                supplied.push(comes(of, row.day.max(earliest), row.quantity, mark));
            }
        }
        for line in compiled.uses(item) {
            let (releases, dues) = self.book.of_item(line.parent);
            for (number, (release, due)) in releases.iter().zip(dues).enumerate() {
                let day = release.day.max(compiled.grid.origin);
                if release.source != line.source || !line.holds(day) {
                    continue;
                }
                let parent = ItemNo(line.parent);
                let quantity = line.quantity(release.begun);
                let quantity = quantity.ok_or(Fault::Overflow("what is needed"))?;
                if line.kind == Kind::Output {
                    let of = SupplyOf::Output { item: parent, number };
                    supplied.push(comes(of, due.day.max(earliest), quantity, NONE));
                    continue;
                }
                let is_one = params.to_order && compiled.params[line.parent as usize].to_order;
                let whose = is_one.then(|| due.mark.whose(self.ready_of(line.parent))).flatten();
                let mark = whose.unwrap_or(NONE);
                let day = day.saturating_add(line.offset);
                if compiled.grid.place(day).is_none() {
                    continue;
                }
                wants.push(plain(NeedOf::Order { item: parent, number }, day, quantity, mark));
            }
        }
        let (_, dues) = self.book.of_item(item);
        for (number, due) in dues.iter().enumerate() {
            if due.mark.supply().is_some() && compiled.grid.place(due.day.max(earliest)).is_none() {
                continue;
            }
            let whose = params.to_order.then(|| due.mark.whose(self.ready_of(item))).flatten();
            let mark = whose.unwrap_or(NONE);
            let day = if due.mark.supply().is_some() { due.day.max(earliest) } else { due.day };
            supplied.push(comes(SupplyOf::Order(number), day, due.quantity, mark));
        }
        Ok((wants, supplied))
    }
}

impl Dealt {
    /// First to each order what is its own, then to all what is left.
    fn deal(&mut self) {
        let mut own: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (at, supply) in self.supplied.iter().enumerate() {
            if supply.mark != NONE {
                own.entry(supply.mark).or_default().push(at);
            }
        }
        let all: Vec<usize> = (0..self.supplied.len()).collect();
        let whole = 0..self.wants.len();
        let (of_all, of_one): (Vec<usize>, Vec<usize>) =
            whole.partition(|at| self.wants[*at].mark == NONE);
        for need in of_one {
            self.serve(need, own.get(&self.wants[need].mark).map_or(&[], Vec::as_slice));
        }
        let mut first = 0;
        for need in of_all {
            while self.supplied.get(first).is_some_and(|supply| supply.left == 0) {
                first += 1;
            }
            self.serve(need, &all[first.min(all.len())..]);
        }
        self.pegs.sort_unstable_by_key(|peg| (peg.0, peg.1));
    }

    /// Serves one need from these supplies, in their order.
    fn serve(&mut self, need: usize, from: &[usize]) {
        let want = &self.wants[need];
        let parts = parts(want, from.iter().map(|at| &self.supplied[*at]));
        let mut rest: i64 = parts.iter().map(|(_, quantity)| quantity).sum();
        self.wants[need].parts = parts;
        for at in from {
            let supply = &mut self.supplied[*at];
            let taken = rest.min(supply.left);
            if taken > 0 {
                supply.left -= taken;
                rest -= taken;
                self.pegs.push((number(need), number(*at), taken));
            }
            if rest == 0 {
                break;
            }
        }
    }
}

/// In which parts a need is met: on which day how much leaves the shelf.
fn parts<'a>(want: &Want, supplies: impl Iterator<Item = &'a Supplied>) -> Vec<(i32, i64)> {
    let mut parts: Vec<(i32, i64)> = Vec::new();
    let (mut rest, mut waiting) = (want.quantity, 0_i64);
    for supply in supplies {
        let day = supply.day.max(want.day);
        if rest == waiting || day > want.latest {
            break;
        }
        waiting += supply.left.min(rest - waiting);
        // All of it, or as much as leaves a part behind that is not too small.
        let sent = if waiting == rest {
            rest
        } else if want.full_only {
            0
        } else {
            waiting.min(rest - want.minimum)
        };
        if sent > 0 && sent >= want.minimum {
            match parts.last_mut() {
                Some((last, sum)) if *last == day => *sum += sent,
                _ => parts.push((day, sent)),
            }
            rest -= sent;
            waiting -= sent;
        }
    }
    parts
}
