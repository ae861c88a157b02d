//! Why an order is planned, and how a demand is met, as trees of reasons: figures, parameters, and what they rest on, down to demands and up from
//! components.

use fondaco_core::Quantity;
use fondaco_core::report::{Cell, Explain, Parameter, Phrase, word};
use rust_decimal::Decimal;

use super::pegging::{NeedOf, SupplyOf};
use super::{
    Action, DemandKind, DemandNo, Help, Item, ItemNo, Link, LotRule, Message, MrpError, Plan,
    PlannedOrder, Reason, SourceKind,
};

/// So many steps are told, down or up; what lies beyond is asked for by itself.
const DEEPEST: usize = 32;
/// So many figures are told in all.
const MOST: usize = 500;

impl Plan {
    /// Why an order is planned: what was short on which day, how the lot, the source and the dates came about, and what it is for, up to
    /// the demands.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for an item or an order that is not there.
    ///
    /// ```
    /// # use fondaco_inventory::mrp::{Demand, Horizon, Item, Network, Options, Source, State, run};
    /// # use fondaco_inventory::ordering::OrderModifiers;
    /// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    /// # let mut network = Network::new();
    /// let in_tens = OrderModifiers::default().in_multiples_of(10.into());
    /// let wheel = network.add(Item::new("WHEEL").digits(0).modifiers(in_tens))?;
    /// let bike = network.add(Item::new("BIKE").digits(0))?;
    /// network.source(wheel, Source::buy(10))?;
    /// network.source(bike, Source::make(2).of(2, wheel))?;
    /// let mut state = State::of(&network);
    /// state.on_hand(wheel, 6.into())?;
    /// state.demand(Demand::order("SO-1", bike, 20, day("2026-03-02")))?;
    /// let horizon = Horizon::new(day("2026-01-05"), day("2026-06-30"));
    /// let plan = run(&network, &state, horizon, &Options::default())?;
    /// assert_eq!(plan.explain_order(wheel, 0)?.to_string(), "\
    /// Planned order of WHEEL: 40 pcs
    /// │ lot for lot
    /// │ Multiple: 10
    /// │ Source: buy
    /// │ Lead time in days: 10
    /// │ Due: 2026-02-28
    /// │ Release: 2026-02-18
    /// ├─ Short on 2026-02-28: 34 pcs
    /// │  ├─ Left before: 6 pcs
    /// │  └─ Needed: 40 pcs
    /// └─ For planned order of BIKE, released on 2026-02-28: 34 pcs
    ///    └─ For demand SO-1, due on 2026-03-02: 20 pcs
    /// ");
    /// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
    /// ```
    pub fn explain_order(&self, item: ItemNo, number: usize) -> Result<Explain, MrpError> {
        let order = self.order(item, number)?;
        let planned = self.network.item(item)?;
        let title = if order.firm.is_some() { "Firm planned order of" } else { "Planned order of" };
        let what = Phrase::from(word(title)).and(planned.sku.to_string());
        let mut told = Explain::new(what, amount(planned, order.quantity)).rule(lot_rule(planned));
        for parameter in self.parameters(planned, &order)? {
            told = told.parameter(parameter);
        }
        if let Some(short) = self.explain_short(item, number)? {
            told = told.input(short);
        }
        let mut left = MOST;
        let of = SupplyOf::Order(number);
        Ok(told.inputs(self.explain_needs(item, of, 0, &mut left)?))
    }

    fn parameters(&self, item: &Item, order: &PlannedOrder) -> Result<Vec<Parameter>, MrpError> {
        let mut all = Vec::new();
        let mut push =
            |name: &'static str, value: Cell| all.push(Parameter::new(word(name), value));
        let modifiers = &item.modifiers;
        if !matches!(item.lot, LotRule::Fixed { .. }) {
            if modifiers.minimum > Decimal::ZERO {
                push("Minimum", modifiers.minimum.into());
            }
            if let Some(multiple) = modifiers.multiple {
                push("Multiple", multiple.into());
            }
            if let Some(maximum) = modifiers.maximum {
                push("Maximum", maximum.into());
            }
        }
        if order.begun != order.quantity {
            push("Yield", Cell::Percent(item.yield_share));
            push("Begun", order.begun.into());
        }
        if item.safety_days > 0 {
            push("Safety time in days", i64::from(item.safety_days).into());
        }
        if item.planning_fence_days > 0 {
            push("Planning time fence in days", i64::from(item.planning_fence_days).into());
        }
        let sources = self.network.sources(order.item)?;
        if let Some(source) = order.source.and_then(|source| sources.get(source)) {
            push("Source", word(source.kind.word()));
            if source.kind == SourceKind::Transfer
                && let Some(from) = source.components.first()
            {
                push("From", self.network.item(from.item)?.sku.to_string().into());
            }
            let name = match source.calendar {
                Some(_) => "Lead time in working days",
                None => "Lead time in days",
            };
            push(name, i64::from(source.lead_days).into());
        }
        push("Due", order.due.into());
        push("Release", order.release.into());
        if order.release < self.horizon.start {
            let days = (self.horizon.start - order.release).num_days();
            push("Days past due", days.into());
        }
        Ok(all)
    }

    /// What was short on the day for which an order was planned; nothing of what was firmed.
    fn explain_short(&self, item: ItemNo, number: usize) -> Result<Option<Explain>, MrpError> {
        let shortages = self.shortages(item)?;
        let Some(short) = shortages.iter().find(|short| short.orders.contains(&number)) else {
            return Ok(None);
        };
        let of = self.network.item(item)?;
        let figure = |quantity| amount(of, quantity);
        let what = Phrase::from(word("Short on")).and(short.on);
        let mut told = Explain::new(what, figure(short.quantity))
            .input(Explain::new(word("Left before"), figure(short.left)));
        if short.coming != Decimal::ZERO {
            told = told.input(Explain::new(word("Comes"), figure(short.coming)));
        }
        told = told.input(Explain::new(word("Needed"), figure(short.needed)));
        if short.safety_stock != Decimal::ZERO {
            told = told.input(Explain::new(word("Safety stock"), figure(short.safety_stock)));
        }
        if short.later != Decimal::ZERO {
            let what = Phrase::from(word("Short later, until")).and(short.until);
            told = told.input(Explain::new(what, figure(short.later)));
        }
        Ok(Some(told))
    }

    /// What a supply is for, up to the demands.
    fn explain_needs(
        &self,
        item: ItemNo,
        of: SupplyOf,
        depth: usize,
        left: &mut usize,
    ) -> Result<Vec<Explain>, MrpError> {
        let pegging = self.pegging(item)?;
        let Some(supply) = pegging.supply(of) else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for (need, much) in pegging.needs_of(supply) {
            if *left == 0 {
                all.push(more());
                return Ok(all);
            }
            *left -= 1;
            let figure = amount(self.network.item(item)?, much);
            all.push(match need.of {
                NeedOf::BelowZero => Explain::new(word("For stock below zero"), figure),
                NeedOf::Demand(demand) => Explain::new(self.named_demand("For", demand)?, figure),
                NeedOf::Order { item: parent, number } => {
                    let order = self.order(parent, number)?;
                    let what = Phrase::from(word("For planned order of"))
                        .and(Cell::text(format!("{},", self.network.item(parent)?.sku)))
                        .and(word("released on"))
                        .and(order.release);
                    let told = Explain::new(what, figure);
                    let of = SupplyOf::Order(number);
                    if depth >= DEEPEST {
                        told.input(more())
                    } else {
                        told.inputs(self.explain_needs(parent, of, depth + 1, left)?)
                    }
                }
            });
        }
        let free = pegging.supplies.get(supply).map_or(Decimal::ZERO, |supply| supply.free);
        let safety = self.network.item(item)?.safety_stock > Decimal::ZERO
            || !self.network.item(item)?.safety_steps.is_empty();
        if free > Decimal::ZERO && depth == 0 && safety {
            let figure = amount(self.network.item(item)?, free);
            all.push(Explain::new(word("For safety stock, or left over"), figure));
        }
        Ok(all)
    }

    /// `For demand SO-1, due on 2026-03-02`.
    fn named_demand(&self, begins: &str, demand: DemandNo) -> Result<Phrase, MrpError> {
        let demand = self.state.demand_of(demand)?;
        let what = match (begins, demand.kind) {
            ("For", DemandKind::Forecast) => "For forecast",
            ("For", _) => "For demand",
            (_, DemandKind::Forecast) => "Forecast",
            _ => "Demand",
        };
        let what = Phrase::from(word(what)).and(Cell::text(format!("{},", demand.id)));
        Ok(what.and(word("due on")).and(demand.due))
    }

    /// How a demand is met: what of it from stock, from what is on order, from which orders of the plan, and what those rest on, down to what is
    /// bought; and when it is late, what it waits for and what would help.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for a demand that is not there.
    ///
    /// ```
    /// # use fondaco_inventory::mrp::{Demand, Horizon, Item, Network, Options, Source, State, run};
    /// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    /// # let mut network = Network::new();
    /// let wheel = network.add(Item::new("WHEEL").digits(0))?;
    /// let bike = network.add(Item::new("BIKE").digits(0))?;
    /// network.source(wheel, Source::buy(10))?;
    /// network.source(bike, Source::make(2).of(2, wheel))?;
    /// let mut state = State::of(&network);
    /// state.on_hand(bike, 5.into())?;
    /// let order = state.demand(Demand::order("SO-1", bike, 20, day("2026-01-08")))?;
    /// let horizon = Horizon::new(day("2026-01-05"), day("2026-06-30"));
    /// let plan = run(&network, &state, horizon, &Options::default())?;
    /// assert_eq!(plan.explain_demand(order)?.to_string(), "\
    /// Demand SO-1, due on 2026-01-08: 20 pcs
    /// │ Can be met on: 2026-01-17
    /// │ Days late: 9
    /// ├─ From stock: 5 pcs
    /// ├─ From planned order of BIKE, 2026-01-06 to 2026-01-08: 15 pcs
    /// │  └─ WHEEL, from planned order, 2025-12-27 to 2026-01-06: 30 pcs
    /// └─ Waits for: 2026-01-17
    ///    ├─ BIKE needed on 2026-01-08 can be there on: 2026-01-17
    ///    │    its components come too late
    ///    └─ WHEEL needed on 2026-01-06 can be there on: 2026-01-15
    ///         would help: a lead time shorter by 9 days
    /// ");
    /// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
    /// ```
    pub fn explain_demand(&self, demand: DemandNo) -> Result<Explain, MrpError> {
        let wanted = self.state.demand_of(demand)?;
        let item = wanted.item;
        let figure = amount(self.network.item(item)?, wanted.quantity);
        let mut told = Explain::new(self.named_demand("", demand)?, figure);
        let feasible = self.feasible(demand)?;
        if let Some(on) = feasible.day {
            told = told.parameter(Parameter::new(word("Can be met on"), on));
        }
        if feasible.late_days > 0 {
            told = told.parameter(Parameter::new(word("Days late"), i64::from(feasible.late_days)));
        }
        if wanted.held > Decimal::ZERO {
            let figure = amount(self.network.item(item)?, wanted.held);
            told = told.input(Explain::new(word("Held for it"), figure));
        }
        let mut left = MOST;
        told = told.inputs(self.explain_supplies(item, NeedOf::Demand(demand), 0, &mut left)?);
        let unmet = self.promise(demand)?.unmet;
        if unmet > Decimal::ZERO {
            let figure = amount(self.network.item(item)?, unmet);
            told = told.input(Explain::new(word("Can't be met"), figure));
        }
        if !feasible.chain.is_empty() {
            let on = feasible.day.map_or(word("not within the horizon"), Cell::from);
            let links = feasible.chain.iter().map(|link| self.explain_link(link));
            let links: Result<Vec<Explain>, MrpError> = links.collect();
            told = told.input(Explain::new(word("Waits for"), on).inputs(links?));
        }
        Ok(told)
    }

    /// What a need is met from, down to what is bought.
    fn explain_supplies(
        &self,
        item: ItemNo,
        need: NeedOf,
        depth: usize,
        left: &mut usize,
    ) -> Result<Vec<Explain>, MrpError> {
        let pegging = self.pegging(item)?;
        let named = self.network.item(item)?;
        let mut all = Vec::new();
        for at in (0..pegging.needs.len()).filter(|at| pegging.needs[*at].of == need) {
            for (supply, much) in pegging.supplies_of(at) {
                if *left == 0 {
                    all.push(more());
                    return Ok(all);
                }
                *left -= 1;
                // Below the top, the component's name comes first.
                let from = |top: &'static str, below: &'static str| {
                    if depth == 0 {
                        return Phrase::from(word(top));
                    }
                    Phrase::from(Cell::text(format!("{},", named.sku))).and(word(below))
                };
                let what = match supply.of {
                    SupplyOf::OnHand => from("From stock", "from stock"),
                    SupplyOf::Supply(number) => {
                        let id = &self.state.supply_of(number)?.id;
                        from("From what is on order:", "from what is on order:")
                            .and(Cell::text(format!("{id},")))
                            .and(supply.day)
                    }
                    SupplyOf::Output { item: of, .. } => {
                        let of = &self.network.item(of)?.sku;
                        from("From what comes out of", "from what comes out of")
                            .and(Cell::text(format!("{of},")))
                            .and(supply.day)
                    }
                    SupplyOf::Order(number) => {
                        let order = self.order(item, number)?;
                        let what = if depth == 0 {
                            from("From planned order of", "")
                                .and(Cell::text(format!("{},", named.sku)))
                        } else {
                            Phrase::from(Cell::text(format!("{},", named.sku)))
                                .and(word("from planned order,"))
                        };
                        what.and(order.release).and(word("to")).and(order.due)
                    }
                };
                let mut told = Explain::new(what, amount(named, much));
                if let SupplyOf::Order(number) = supply.of
                    && depth < DEEPEST
                {
                    for part in self.parts_of(item, number) {
                        let of = NeedOf::Order { item, number };
                        told = told.inputs(self.explain_supplies(part, of, depth + 1, left)?);
                    }
                }
                all.push(told);
            }
        }
        Ok(all)
    }

    /// What goes into an order, each once.
    fn parts_of(&self, item: ItemNo, number: usize) -> Vec<ItemNo> {
        let (releases, _) = self.book.of_item(item.0);
        let Some(release) = releases.get(number) else { return Vec::new() };
        let parts = self.compiled.parts(item.0, release.source);
        let mut parts: Vec<ItemNo> = parts.map(|line| ItemNo(line.item)).collect();
        parts.sort_unstable();
        parts.dedup();
        parts
    }

    fn explain_link(&self, link: &Link) -> Result<Explain, MrpError> {
        let what = Phrase::from(Cell::text(self.network.item(link.item)?.sku.to_string()))
            .and(word("needed on"))
            .and(link.needed)
            .and(word("can be there on"));
        let help = match link.help {
            Help::CallIn { to } => Phrase::from(word("would help: call it in to")).and(to),
            Help::ShortenLeadTime { days } => {
                let what = Phrase::from(word("would help: a lead time shorter by"));
                what.and(i64::from(days)).and(word("days"))
            }
            Help::OpenFence { ends } => {
                Phrase::from(word("would help: planning within the time fence that ends")).and(ends)
            }
            Help::AddSource => word("would help: a source").into(),
            Help::Next => word("its components come too late").into(),
        };
        let comes = link.comes.map_or(word("not within the horizon"), Cell::from);
        Ok(Explain::new(what, comes).rule(help))
    }

    /// A message in words.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for a message of another plan.
    pub fn explain_message(&self, message: &Message) -> Result<Explain, MrpError> {
        let item = self.network.item(message.item)?;
        let (action, value): (&'static str, Cell) = match message.action {
            Action::Release => ("Release", message.day.into()),
            Action::ReleaseLate { days } => ("Release at once, days late", i64::from(days).into()),
            Action::Expedite { to } => ("Call in to", to.into()),
            Action::Defer { to } => ("Put off to", to.into()),
            Action::Cancel => ("Cancel", amount(item, message.quantity)),
            Action::Overdue { days } => ("Overdue for days", i64::from(days).into()),
            Action::Short { quantity, .. } => ("Short", amount(item, quantity)),
        };
        let mut what = Phrase::from(Cell::text(format!("{}:", item.sku))).and(word(action));
        if let Some(SupplyOf::Supply(number)) = message.of {
            let id = &self.state.supply_of(number)?.id;
            what = Phrase::from(Cell::text(format!("{}, {id}:", item.sku))).and(word(action));
        }
        let reason = match message.reason {
            Reason::Needed { by: NeedOf::Demand(demand), .. } => {
                self.named_demand("For", demand)?
            }
            Reason::Needed { by: NeedOf::Order { item, .. }, on } => {
                let name = format!("{},", self.network.item(item)?.sku);
                Phrase::from(word("For planned order of"))
                    .and(name)
                    .and(word("released on"))
                    .and(on)
            }
            Reason::Needed { by: NeedOf::BelowZero, .. } => word("For stock below zero").into(),
            Reason::SafetyStock => word("For safety stock").into(),
            Reason::NotNeeded => word("Not needed within the horizon").into(),
            Reason::NoSource => word("No source on that day").into(),
            Reason::Fence { ends } => Phrase::from(word("Planning time fence until")).and(ends),
            Reason::LeadTime { comes } => {
                Phrase::from(word("Ordered today it comes on")).and(comes)
            }
        };
        let day = Parameter::new(word("Day"), message.day);
        Ok(Explain::new(what, value).rule(reason).parameter(day))
    }
}

/// Says that there is more than is told: ask for the order above or below by itself.
fn more() -> Explain {
    Explain::new(word("And more"), Cell::Empty)
}

fn amount(item: &Item, quantity: Decimal) -> Cell {
    Quantity::new(quantity, item.unit).into()
}

fn lot_rule(item: &Item) -> Phrase {
    match &item.lot {
        _ if item.phantom => word("made in passing").into(),
        LotRule::LotForLot => word("lot for lot").into(),
        LotRule::Fixed { quantity } => Phrase::from(word("in lots of")).and(*quantity),
        LotRule::Days { days } => Phrase::from(word("for so many days:")).and(i64::from(*days)),
        LotRule::ByCost { rule, .. } => {
            Phrase::from(word("by cost:")).and(Cell::text(format!("{rule:?}")))
        }
        LotRule::Periods { periods } => {
            Phrase::from(word("for so many periods:")).and(i64::from(*periods))
        }
    }
}
