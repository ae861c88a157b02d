//! The kernel against the textbook's planner, against itself on more threads, and net change against the full run.

use std::num::NonZeroUsize;

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::model::{DAYS, World, world};
use super::{day, naive};
use crate::lot_sizing::{LotCosts, LotModel, LotSizing, Stop};
use crate::mrp::{
    Action, Demand, Edit, Horizon, Item, ItemNo, LotRule, MrpError, Network, Options, Plan,
    PlannedOrder, Source, State, Supply, run,
};

fn planned(world: &World) -> (Plan, Vec<ItemNo>) {
    let (network, items) = world.network();
    let state = world.state(&network, &items);
    (run(&network, &state, World::horizon(), &world.options()).unwrap(), items)
}

fn orders(plan: &Plan) -> Vec<Vec<PlannedOrder>> {
    plan.network().items().map(|(item, _)| plan.orders(item).unwrap().collect()).collect()
}

fn shown(order: &PlannedOrder) -> naive::Order {
    let after = |date: chrono::NaiveDate| (date - day(0)).num_days();
    naive::Order {
        quantity: order.quantity,
        begun: order.begun,
        release: after(order.release),
        due: after(order.due),
        source: order.source.unwrap(),
        is_firm: order.firm.is_some(),
        whose: order.demand.map(|demand| demand.0 as usize),
    }
}

/// A change of what is there, wanted, coming or planned.
#[derive(Clone, Debug)]
enum Change {
    OnHand(usize, i64),
    Demand(usize, u32, i64),
    DropDemand(usize),
    Demanded(usize, u32),
    Supply(usize, u32, i64),
    Forecast(usize, u32, i64),
    DropSupply(usize),
    /// Planned as another part of the world is.
    Replan(usize, usize),
    /// Made of what another part is made of, as far as that lies below.
    Remake(usize, u32),
}

fn change() -> impl Strategy<Value = Change> {
    let any = 0_usize..1000;
    prop_oneof![
        (any.clone(), -5_i64..60).prop_map(|(at, much)| Change::OnHand(at, much)),
        (any.clone(), 1_u32..40, 0..DAYS).prop_map(|(at, much, due)| Change::Demand(at, much, due)),
        any.clone().prop_map(Change::DropDemand),
        (any.clone(), 0_u32..40).prop_map(|(at, much)| Change::Demanded(at, much)),
        (any.clone(), 1_u32..40, 0..DAYS).prop_map(|(at, much, due)| Change::Supply(at, much, due)),
        (any.clone(), 1_u32..40, 0..DAYS)
            .prop_map(|(at, much, due)| Change::Forecast(at, much, due)),
        any.clone().prop_map(Change::DropSupply),
        (any.clone(), any.clone()).prop_map(|(at, like)| Change::Replan(at, like)),
        (any, 0_u32..9).prop_map(|(at, lead)| Change::Remake(at, lead)),
    ]
}

fn apply(edit: &mut Edit<'_>, world: &World, items: &[ItemNo], change: &Change) {
    let item = |at: usize| items[at % items.len()];
    let picked = |at: usize, of: Vec<_>| (!of.is_empty()).then(|| of[at % of.len()]);
    let all = |edit: &Edit<'_>| {
        let of = |item: &ItemNo| edit.state().demands(*item).map(|row| row.0).collect::<Vec<_>>();
        items.iter().flat_map(of).collect::<Vec<_>>()
    };
    match *change {
        Change::OnHand(at, much) => edit.on_hand(item(at), much.into()).unwrap(),
        Change::Demand(at, much, due) => {
            edit.demand(Demand::order("new", item(at), much, day(due))).unwrap();
        }
        Change::DropDemand(at) => {
            if let Some(number) = picked(at, all(edit)) {
                edit.drop_demand(number).unwrap();
            }
        }
        Change::Demanded(at, much) => {
            if let Some(number) = picked(at, all(edit)) {
                let mut demand = edit.state().demand_of(number).unwrap().clone();
                demand.quantity = Decimal::from(much);
                demand.held = demand.held.min(demand.quantity);
                edit.change_demand(number, demand).unwrap();
            }
        }
        Change::Supply(at, much, due) => {
            edit.supply(Supply::scheduled("new", item(at), much, day(due))).unwrap();
        }
        Change::Forecast(at, much, due) => {
            let week = Demand::forecast("new", item(at), much, day(due)).through(day(due + 6));
            edit.demand(week).unwrap();
        }
        Change::DropSupply(at) => {
            let of =
                |item: &ItemNo| edit.state().supplies(*item).map(|row| row.0).collect::<Vec<_>>();
            let all: Vec<_> = items.iter().flat_map(of).collect();
            if !all.is_empty() {
                edit.drop_supply(all[at % all.len()]).unwrap();
            }
        }
        Change::Replan(at, like) => {
            let (at, like) = (at % items.len(), like % items.len());
            let mut item = world.item(like);
            item.sku = world.item(at).sku;
            // Its quantities stay as fine as they are.
            item.digits = 6;
            edit.change(items[at], item).unwrap();
        }
        Change::Remake(at, lead) => {
            let at = at % items.len();
            let mut sources = world.sources(edit.network(), at, items);
            sources[0].lead_days = lead;
            sources[0].components.truncate(1);
            edit.resource(items[at], sources).unwrap();
        }
    }
}

/// The levels by petgraph: the longest way down to each, or none where there is a cycle.
fn levels_by_petgraph(items: usize, lines: &[(usize, usize)]) -> Option<Vec<u32>> {
    let mut graph = petgraph::graph::DiGraph::<(), ()>::new();
    let nodes: Vec<_> = (0..items).map(|_| graph.add_node(())).collect();
    for (parent, child) in lines {
        graph.add_edge(nodes[*parent], nodes[*child], ());
    }
    let order = petgraph::algo::toposort(&graph, None).ok()?;
    let mut levels = vec![0; items];
    for node in order {
        for below in graph.neighbors(node) {
            levels[below.index()] = levels[below.index()].max(levels[node.index()] + 1);
        }
    }
    Some(levels)
}

proptest! {
    #[test]
    fn levels_and_cycles_are_those_of_petgraph(
        items in 1_usize..12, lines in proptest::collection::vec((0_usize..12, 0_usize..12), 0..16)
    ) {
        let lines: Vec<_> = lines.iter().map(|(a, b)| (a % items, b % items)).collect();
        let mut network = Network::new();
        let numbers: Vec<_> =
            (0..items).map(|at| network.add(Item::new(format!("P{at}"))).unwrap()).collect();
        for (parent, child) in &lines {
            network.source(numbers[*parent], Source::make(1).of(1, numbers[*child])).unwrap();
        }
        match (network.levels(), levels_by_petgraph(items, &lines)) {
            (Ok(ours), theirs) => prop_assert_eq!(Some(ours), theirs),
            (Err(MrpError::BomCycle { path }), None) => {
                let at: Vec<_> = path.iter().map(|sku| network.find(sku).unwrap().index()).collect();
                for (from, to) in at.iter().zip(at.iter().cycle().skip(1)) {
                    prop_assert!(lines.contains(&(*from, *to)), "{:?}", at);
                }
            }
            (ours, theirs) => prop_assert!(false, "{:?} {:?}", ours, theirs),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_kernel_plans_what_the_textbook_plans(world in world()) {
        let (plan, _) = planned(&world);
        let expected = naive::plan(&world);
        for (at, (actual, expected)) in orders(&plan).iter().zip(expected).enumerate() {
            let actual: Vec<naive::Order> = actual.iter().map(shown).collect();
            // Whose a firm order is, the plan's order doesn't say.
            let whose = |order: &naive::Order| order.whose.filter(|_| !order.is_firm);
            let expected: Vec<naive::Order> = expected
                .into_iter()
                .map(|order| naive::Order { whose: whose(&order), ..order })
                .collect();
            prop_assert_eq!(actual, expected, "part {}", at);
        }
    }

    #[test]
    fn net_change_gives_what_a_full_run_gives(
        world in world(), rounds in proptest::collection::vec(proptest::collection::vec(change(), 1..4), 1..4)
    ) {
        let (mut plan, items) = planned(&world);
        for changes in &rounds {
            let mut edit = plan.edit();
            for change in changes {
                apply(&mut edit, &world, &items, change);
            }
            plan = edit.replan().unwrap();
            let full = run(plan.network(), plan.state(), World::horizon(), &world.options()).unwrap();
            prop_assert_eq!(orders(&plan), orders(&full));
            for item in &items {
                prop_assert_eq!(plan.table(*item).unwrap(), full.table(*item).unwrap());
                prop_assert_eq!(plan.pegging(*item).unwrap(), full.pegging(*item).unwrap());
                prop_assert_eq!(plan.shortages(*item).unwrap(), full.shortages(*item).unwrap());
            }
            prop_assert_eq!(plan.messages().unwrap(), full.messages().unwrap());
        }
    }

    #[test]
    fn the_plan_is_the_same_on_any_number_of_threads(world in world(), threads in 1_usize..5) {
        let (plan, items) = planned(&world);
        let options = world.options().threads(NonZeroUsize::new(threads).unwrap());
        let network = plan.network();
        let other = run(network, &world.state(network, &items), World::horizon(), &options).unwrap();
        prop_assert_eq!(orders(&plan), orders(&other));
    }

    #[test]
    fn pegs_deal_out_what_there_is_and_meet_what_is_needed(world in world()) {
        let (plan, items) = planned(&world);
        for item in items {
            let pegging = plan.pegging(item).unwrap();
            for (at, need) in pegging.needs.iter().enumerate() {
                let met: Decimal = pegging.supplies_of(at).map(|(_, much)| much).sum();
                // Whatever is short is ordered in the end, unless somebody doesn't wait for it.
                let waits = world.demands.iter().all(|row| row.latest.is_none());
                prop_assert!(met == need.quantity || !waits, "{:?}", need);
                prop_assert_eq!(need.quantity - need.unmet, met);
                prop_assert_eq!(need.parts.iter().map(|part| part.1).sum::<Decimal>(), met);
            }
            for (at, supply) in pegging.supplies.iter().enumerate() {
                let used: Decimal = pegging.needs_of(at).map(|(_, much)| much).sum();
                prop_assert_eq!(used + supply.free, supply.quantity);
            }
            for order in orders(&plan)[item.index()].iter() {
                let told = plan.explain_order(item, order.number).unwrap();
                prop_assert!(told.to_string().contains(&order.due.to_string()));
                plan.demands_of(item, order.number).unwrap();
            }
            for (demand, _) in plan.state().demands(item) {
                let feasible = plan.feasible(demand).unwrap();
                let wanted = plan.state().demand_of(demand).unwrap();
                // What is held for somebody whose day is over waits for nothing.
                let is_there = wanted.held == wanted.quantity;
                prop_assert!(feasible.late_days == 0 || !feasible.chain.is_empty() || is_there);
                plan.explain_demand(demand).unwrap();
            }
        }
        for message in plan.messages().unwrap() {
            plan.explain_message(&message).unwrap();
            // Where new orders come whenever they are needed, nothing else has to come sooner than it is dated.
            let can_be_late = world.from_today || world.parts[message.item.index()].fence > 0;
            if !can_be_late && world.reschedule == 0 {
                prop_assert!(!matches!(message.action, Action::Expedite { .. }), "{:?}", message);
            }
        }
    }

    #[test]
    fn lots_by_cost_are_those_of_lot_sizing(
        needs in proptest::collection::vec(prop_oneof![1 => Just(0_u32), 2 => 1_u32..60], 30),
        setup in 1_u32..400, holding in 1_u32..9, rule in 0_usize..6
    ) {
        let rules = [
            LotSizing::SilverMeal, LotSizing::LeastUnitCost, LotSizing::WagnerWhitin,
            LotSizing::PartPeriod(Stop::Nearest), LotSizing::EconomicPeriods,
            LotSizing::EconomicQuantity(Decimal::ONE),
        ];
        let costs = LotCosts::new(Decimal::from(setup), Decimal::from(holding));
        let wanted: Vec<Decimal> = needs.iter().map(|need| Decimal::from(*need)).collect();
        let expected = rules[rule].plan(&LotModel::new(&wanted, &costs)).unwrap();
        let mut network = Network::new();
        let item = Item::new("X").lot(LotRule::ByCost { rule: rules[rule], costs });
        let item = network.add(item).unwrap();
        network.source(item, Source::buy(0)).unwrap();
        let mut state = State::of(&network);
        for (at, need) in needs.iter().enumerate() {
            state.demand(Demand::order("", item, *need, day(at as i64))).unwrap();
        }
        let horizon = Horizon::new(day(0), day(29));
        let plan = run(&network, &state, horizon, &Options::default()).unwrap();
        let mut actual = vec![Decimal::ZERO; 30];
        for order in plan.orders(item).unwrap() {
            actual[(order.due - day(0)).num_days() as usize] += order.quantity;
        }
        prop_assert_eq!(actual, expected.quantities());
    }
}
