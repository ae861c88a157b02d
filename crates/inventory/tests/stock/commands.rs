//! Commands as data: what they look like in JSON, that their digests stay for ever, and that the same one is done once.

use fondaco_core::{Act, DocumentId, Id, PartyId, UnitPrice, digest};
use fondaco_inventory::bills::*;
use fondaco_inventory::counts::*;
use fondaco_inventory::enter::*;
use fondaco_inventory::items::Item;
use fondaco_inventory::moves::*;
use fondaco_inventory::planning::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::replenish::*;
use fondaco_inventory::reserve::*;
use fondaco_inventory::valuation::{Basis, Framework, Method};
use fondaco_inventory::value::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::host::*;

fn hex(command: &impl Act) -> String {
    digest::hex(&command.digest().unwrap())
}

/// The command is this JSON, in both directions.
fn same<C: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(command: &C, json: &str) {
    assert_eq!(serde_json::to_string(command).unwrap(), json);
    assert_eq!(&serde_json::from_str::<C>(json).unwrap(), command);
}

fn full() -> NewMove {
    NewMove {
        lot: Some(Id::from_u128(1)),
        weight: Some(q("90.35 kg")),
        fulfils: Some(Id::from_u128(2)),
        receives: Some(Id::from_u128(3)),
        document: Some(DocumentId::from_u128(4)),
        party: Some(PartyId::from_u128(5)),
        reason: Some("damaged".into()),
        text: Some("à la carte".into()),
        ..NewMove::new(
            Id::from_u128(6),
            q("12 pcs"),
            Movement::Issue { from: "MAIN/A".into() },
            d("2026-03-02"),
        )
    }
}

#[test]
fn moves_are_json() {
    let short = NewMove::receipt(Id::from_u128(6), q("3 carton"), "MAIN/A", d("2026-03-02"));
    same(
        &MoveStock::new(vec![short]),
        r#"{"moves":[{"item":"00000000-0000-0000-0000-000000000006","quantity":"3 carton","movement":{"receipt":{"to":"MAIN/A"}},"date":"2026-03-02"}],"each":false}"#,
    );
    same(
        &MoveStock::each(vec![full()]),
        r#"{"moves":[{"item":"00000000-0000-0000-0000-000000000006","quantity":"12 pcs","movement":{"issue":{"from":"MAIN/A"}},"date":"2026-03-02","lot":"00000000-0000-0000-0000-000000000001","weight":"90.35 kg","fulfils":"00000000-0000-0000-0000-000000000002","receives":"00000000-0000-0000-0000-000000000003","document":"00000000-0000-0000-0000-000000000004","party":"00000000-0000-0000-0000-000000000005","reason":"damaged","text":"à la carte"}],"each":true}"#,
    );
    assert!(serde_json::from_str::<MoveStock>(r#"{"moves":[],"every":true}"#).is_err());
}

#[test]
fn what_is_entered_is_json() {
    let bolt = Item { id: Id::from_u128(6), ..Item::new("M8", "Bolt", fondaco_core::Unit::PIECE) };
    let conversions = vec!["1 carton = 12 pcs".parse().unwrap()];
    let items = EnterItems::new(vec![NewItem { item: bolt, conversions }]);
    same(
        &items,
        r#"{"items":[{"item":{"id":"00000000-0000-0000-0000-000000000006","code":"M8","name":"Bolt","unit":"pcs","tracking":"none","ownership":"own"},"conversions":["1 carton = 12 pcs"]}],"taking":"all_or_nothing"}"#,
    );
    let line = OpeningLine::new("M8", q("3 carton"), "MAIN/A").lot("7");
    let opening = EnterStock {
        taking: Taking::GoodOnes,
        reason: Some("opening".into()),
        ..EnterStock::new(d("2026-03-31"), vec![line])
    };
    same(
        &opening,
        r#"{"date":"2026-03-31","lines":[{"item":"M8","quantity":"3 carton","location":"MAIN/A","lot":"7"}],"taking":"good_ones","reason":"opening"}"#,
    );
    assert_eq!(hex(&items), "8afb1cd9586ffff833ff68d886ce03a6951b7351732620c89be8df295fffef9a");
    assert_eq!(hex(&opening), "6d0b192bdc53dcc78e4b6b96b0a6b0e5239d0c8bc9584d937883edb1b4b3f547");
}

#[test]
fn other_commands_are_json() {
    same(&LockStock::through(d("2026-03-31")), r#"{"through":"2026-03-31"}"#);
    same(
        &Release { reservations: vec![Id::from_u128(7)] },
        r#"{"reservations":["00000000-0000-0000-0000-000000000007"]}"#,
    );
    same(
        &ReleaseDocument { document: DocumentId::from_u128(4) },
        r#"{"document":"00000000-0000-0000-0000-000000000004"}"#,
    );
    let wanted = Wanted::new(Id::from_u128(6), Id::from_u128(8), q("4 pcs"));
    same(
        &Reserve::new(DocumentId::from_u128(4), vec![wanted]),
        r#"{"document":"00000000-0000-0000-0000-000000000004","lines":[{"item":"00000000-0000-0000-0000-000000000006","site":"00000000-0000-0000-0000-000000000008","quantity":"4 pcs"}],"otherwise":"refuse"}"#,
    );
    let line = ExpectedLine {
        item: Id::from_u128(6),
        site: Id::from_u128(8),
        quantity: q("4 pcs"),
        due_on: d("2026-04-01"),
    };
    same(
        &AnnounceStock { document: DocumentId::from_u128(4), party: None, lines: vec![line] },
        r#"{"document":"00000000-0000-0000-0000-000000000004","lines":[{"item":"00000000-0000-0000-0000-000000000006","site":"00000000-0000-0000-0000-000000000008","quantity":"4 pcs","due_on":"2026-04-01"}]}"#,
    );
    same(
        &CancelExpected { expected: vec![Id::from_u128(7)] },
        r#"{"expected":["00000000-0000-0000-0000-000000000007"]}"#,
    );
}

fn count_plan() -> SetCountPlan {
    SetCountPlan {
        tolerance: Some(fondaco_core::Rate::percent("0.5").unwrap()),
        from: Some(d("2026-03-02")),
        ..SetCountPlan::new(Id::from_u128(8), "A", 30, vec![Id::from_u128(6)])
    }
}

fn count() -> RecordCount {
    let place = CountedPlace::new("MAIN/A", q("4 pcs")).lot(Id::from_u128(1));
    RecordCount::new(Id::from_u128(7), d("2026-03-02"), vec![place])
}

#[test]
fn commands_of_cycle_counts_are_json() {
    same(
        &count_plan(),
        r#"{"site":"00000000-0000-0000-0000-000000000008","class":"A","every_days":30,"within_days":7,"tolerance":"0.5%","from":"2026-03-02","items":["00000000-0000-0000-0000-000000000006"]}"#,
    );
    same(
        &RemoveCountPlan::new(Id::from_u128(8), "A"),
        r#"{"site":"00000000-0000-0000-0000-000000000008","class":"A"}"#,
    );
    same(
        &count(),
        r#"{"count":"00000000-0000-0000-0000-000000000007","date":"2026-03-02","places":[{"location":"MAIN/A","lot":"00000000-0000-0000-0000-000000000001","quantity":"4 pcs"}]}"#,
    );
}

#[test]
fn digests_of_cycle_counts_never_change() {
    let removed = RemoveCountPlan::new(Id::from_u128(8), "A");
    assert_eq!([hex(&count_plan()), hex(&removed), hex(&count())], KNOWN_OF_COUNTS);
}

const KNOWN_OF_COUNTS: [&str; 3] = [
    "879582935360ce5290af692302ee822e1d04b978ec6ae03dbe0aeaf93c1024f2",
    "fd49d5ebb81a2151fd907af2dd1ed02e6d6107400e6a6ff77cb0c22e4706792a",
    "75fe74c1c44ddc2eb02402b8a0a910bf589e4ea0444927aede5a8d27a938a423",
];

#[test]
fn digests_of_value_never_change() {
    let freight =
        AddLandedCost::new(vec![Id::from_u128(7)], crate::value::euro("9.5"), Basis::Weight);
    let bill = CorrectReceiptCost::new(Id::from_u128(7), crate::value::euro("9.5"));
    let price = "3 EUR/pcs".parse().unwrap();
    let line = NetRealisable { item: Id::from_u128(6), site: Id::from_u128(8), price };
    let set_up = SetUpCosting::under(Framework::Ifrs);
    let item = SetCosting::item(Id::from_u128(6), Method::Standard).cost(price);
    let digests = [
        hex(&SetUpCosting::default()),
        hex(&set_up),
        hex(&set_up.late(LateMoves::Replay)),
        hex(&SetCosting::company(Method::Fifo)),
        hex(&SetCosting::category("BOLTS", Method::Average).on(d("2026-03-31"))),
        hex(&item),
        hex(&freight),
        hex(&bill),
        hex(&WriteDown::to(vec![line])),
    ];
    assert_eq!(digests, KNOWN_OF_VALUE);
}

const KNOWN_OF_VALUE: [&str; 9] = [
    "841dbd08648bb7989f34fa9323327eb33f450b4af3e01446e61d501c6d1368b0",
    "9a56312e2b1d55d0eab63ac0c9cb29606aeaacab953715b85302afa843e597cc",
    "1a183b9497daa1b61a04fd83543f38f48ea1b22fc46f39bdf4d6c0c1246b22a8",
    "489c91b0461fd1de88864c58caa2edaf09a8fb0553ea8ad4e5359ee8ab7ff266",
    "ff586acf30424f91f25fc034438bafe4e1ef8925664d1edea3f13b9eccb5a632",
    "1d33dc64ae4c6971f111f6423b8b247ab128763ed8ba18903928f244736a6bd9",
    "196411a7057a826a75679145848f770052f22facd4c82e25e48d8d99329c203c",
    "8a1f93eb4d2ce45f20145d16e03b9589ea034638498fc4e3a07b964d66a2cc20",
    "080b1e2dfad7c6c41aaa72d88f20a45bea67a6733cff39ad1244d0333efce9a2",
];

#[test]
fn commands_of_replenishment_are_json() {
    same(
        &rule(),
        r#"{"item":"00000000-0000-0000-0000-000000000006","site":"00000000-0000-0000-0000-000000000008","policy":{"reorder_point":{"point":"4 pcs","quantity":"1 carton"}},"source":{"buy":{"supplier":"00000000-0000-0000-0000-000000000005"}},"safety_stock":"2 pcs","minimum":"10 pcs","multiple":"5 pcs","maximum":"90 pcs","lead_time_days":3,"calendar":"DE-BY"}"#,
    );
    let kanban = ReplenishmentPolicy::Kanban { containers: 3, each: q("5 pcs") };
    same(
        &SetReorderRule {
            source: ReplenishmentSource::Transfer { from: Id::from_u128(9) },
            ..SetReorderRule::new(Id::from_u128(6), Id::from_u128(8), kanban)
        },
        r#"{"item":"00000000-0000-0000-0000-000000000006","site":"00000000-0000-0000-0000-000000000008","policy":{"kanban":{"containers":3,"each":"5 pcs"}},"source":{"transfer":{"from":"00000000-0000-0000-0000-000000000009"}},"lead_time_days":0}"#,
    );
    same(
        &RemoveReorderRule { item: Id::from_u128(6), site: Id::from_u128(8) },
        r#"{"item":"00000000-0000-0000-0000-000000000006","site":"00000000-0000-0000-0000-000000000008"}"#,
    );
    same(
        &prices(),
        r#"{"item":"00000000-0000-0000-0000-000000000006","supplier":"00000000-0000-0000-0000-000000000005","lead_time_days":2,"prices":[{"from":"100 pcs","price":"3.20 EUR/100 pcs"}]}"#,
    );
    assert!(serde_json::from_str::<Review>(r#"{"date":"2026-03-02","shop":"x"}"#).is_err());
}

#[test]
fn commands_of_value_are_json() {
    same(&SetUpCosting::default(), "{}");
    same(&SetUpCosting::under(Framework::Ifrs), r#"{"framework":"ifrs"}"#);
    same(&SetUpCosting::default().late(LateMoves::Replay), r#"{"late":"replay"}"#);
    same(&SetCosting::company(Method::Fifo), r#"{"of":"company","method":"fifo"}"#);
    same(
        &SetCosting::company(Method::Fifo).rule_alone(),
        r#"{"of":"company","method":"fifo","rule_alone":true}"#,
    );
    same(
        &SetCosting::category("BOLTS", Method::Average).on(d("2026-03-31")),
        r#"{"of":{"category":"BOLTS"},"method":"average","date":"2026-03-31"}"#,
    );
    same(
        &SetCosting::item(Id::from_u128(6), Method::Standard).cost("3 EUR/pcs".parse().unwrap()),
        r#"{"of":{"item":"00000000-0000-0000-0000-000000000006"},"method":"standard","cost":"3.00 EUR/pcs"}"#,
    );
    let freight =
        AddLandedCost::new(vec![Id::from_u128(7)], crate::value::euro("9.5"), Basis::Weight);
    same(
        &freight,
        r#"{"receipts":["00000000-0000-0000-0000-000000000007"],"cost":{"amount":"9.5","currency":"EUR"},"basis":"weight"}"#,
    );
    let bill = CorrectReceiptCost {
        date: Some(d("2026-03-31")),
        document: Some(DocumentId::from_u128(4)),
        ..CorrectReceiptCost::new(Id::from_u128(7), crate::value::euro("9.5"))
    };
    same(
        &bill,
        r#"{"of":"00000000-0000-0000-0000-000000000007","cost":{"total":{"amount":"9.5","currency":"EUR"}},"date":"2026-03-31","document":"00000000-0000-0000-0000-000000000004"}"#,
    );
    let price = "3 EUR/pcs".parse().unwrap();
    let line = NetRealisable { item: Id::from_u128(6), site: Id::from_u128(8), price };
    same(
        &WriteDown::to(vec![line]),
        r#"{"lines":[{"item":"00000000-0000-0000-0000-000000000006","site":"00000000-0000-0000-0000-000000000008","price":"3.00 EUR/pcs"}]}"#,
    );
    let new = NewMove::receipt(Id::from_u128(6), q("3 pcs"), "MAIN/A", d("2026-03-02"));
    same(
        &MoveStock::new(vec![new.clone().cost(crate::value::euro("9.60"))]),
        r#"{"moves":[{"item":"00000000-0000-0000-0000-000000000006","quantity":"3 pcs","movement":{"receipt":{"to":"MAIN/A"}},"date":"2026-03-02","cost":{"total":{"amount":"9.6","currency":"EUR"}}}],"each":false}"#,
    );
    same(
        &MoveStock::new(vec![new.cost("3.20 EUR/pcs".parse::<UnitPrice>().unwrap())]),
        r#"{"moves":[{"item":"00000000-0000-0000-0000-000000000006","quantity":"3 pcs","movement":{"receipt":{"to":"MAIN/A"}},"date":"2026-03-02","cost":{"each":"3.20 EUR/pcs"}}],"each":false}"#,
    );
}

fn rule() -> SetReorderRule {
    let policy = ReplenishmentPolicy::ReorderPoint { point: q("4 pcs"), quantity: q("1 carton") };
    SetReorderRule {
        source: ReplenishmentSource::Buy { supplier: Some(Id::from_u128(5)) },
        safety_stock: Some(q("2 pcs")),
        minimum: Some(q("10 pcs")),
        multiple: Some(q("5 pcs")),
        maximum: Some(q("90 pcs")),
        lead_time_days: 3,
        calendar: Some("DE-BY".into()),
        ..SetReorderRule::new(Id::from_u128(6), Id::from_u128(8), policy)
    }
}

fn prices() -> SetVendorPrices {
    let price = PriceBreak { from: q("100 pcs"), price: "3.20 EUR/100 pcs".parse().unwrap() };
    SetVendorPrices {
        item: Id::from_u128(6),
        supplier: Id::from_u128(5),
        lead_time_days: Some(2),
        prices: vec![price],
    }
}

#[test]
fn digests_of_replenishment_never_change() {
    let removed = RemoveReorderRule { item: Id::from_u128(6), site: Id::from_u128(8) };
    assert_eq!([hex(&rule()), hex(&removed), hex(&prices())], KNOWN_OF_REPLENISHMENT);
}

const KNOWN_OF_REPLENISHMENT: [&str; 3] = [
    "0131c2df263b4c843ccb78b99a9c39e7a2347b56131accd3a187d0cf0df4b9ff",
    "af46d613bb4f3ea43d781c07c85e2b73b4ad5ed4dbc950734eb1a7aa439e8bb1",
    "785eaa8387f231653c21b713cadee49415ea87ad74c52df9bcc995a081f15b89",
];

fn bills() -> SetBills {
    let part = NewComponent {
        scrap: Some(fondaco_core::Rate::percent("2").unwrap()),
        alternates: vec![NewAlternate::new(Id::from_u128(9), q("3 pcs"))],
        ..NewComponent::new(Id::from_u128(7), q("2.5 kg"))
    };
    let bill = NewBill {
        site: Some(Id::from_u128(8)),
        from: Some(d("2026-03-02")),
        yield_share: Some(fondaco_core::Rate::percent("95").unwrap()),
        outputs: vec![NewOutput::new(Id::from_u128(10), q("1 pcs"))],
        ..NewBill::new(Id::from_u128(6), "1", q("10 pcs"), vec![part])
    };
    SetBills::new(vec![bill])
}

fn planning() -> SetPlanning {
    SetPlanning {
        lot: LotSizing::Fixed(q("1 carton")),
        planner: Some("KH".into()),
        ..SetPlanning::new(Id::from_u128(6), Id::from_u128(8))
    }
}

fn forecast() -> RecordForecast {
    let expected = vec![Expectation::new(d("2026-03-02"), q("4 pcs"))];
    let line = ForecastLine::new(Id::from_u128(6), Id::from_u128(8), d("2026-03-02"), expected);
    RecordForecast::new(vec![line])
}

#[test]
fn commands_of_bills_and_planning_are_json() {
    same(
        &bills(),
        r#"{"bills":[{"item":"00000000-0000-0000-0000-000000000006","version":"1","makes":"10 pcs","site":"00000000-0000-0000-0000-000000000008","from":"2026-03-02","yield":"95%","priority":0,"components":[{"item":"00000000-0000-0000-0000-000000000007","quantity":"2.5 kg","scrap":"2%","offset_days":0,"alternates":[{"item":"00000000-0000-0000-0000-000000000009","quantity":"3 pcs"}]}],"outputs":[{"item":"00000000-0000-0000-0000-00000000000a","quantity":"1 pcs"}]}]}"#,
    );
    same(
        &RemoveBill::new(Id::from_u128(6), "1"),
        r#"{"item":"00000000-0000-0000-0000-000000000006","version":"1"}"#,
    );
    same(
        &planning(),
        r#"{"item":"00000000-0000-0000-0000-000000000006","site":"00000000-0000-0000-0000-000000000008","lot":{"fixed":"1 carton"},"safety_days":0,"demand_fence_days":0,"planning_fence_days":0,"consumed_days_before":0,"consumed_days_after":0,"planner":"KH"}"#,
    );
    same(
        &RemovePlanning::new(Id::from_u128(6), Id::from_u128(8)),
        r#"{"item":"00000000-0000-0000-0000-000000000006","site":"00000000-0000-0000-0000-000000000008"}"#,
    );
    same(
        &forecast(),
        r#"{"lines":[{"item":"00000000-0000-0000-0000-000000000006","site":"00000000-0000-0000-0000-000000000008","from":"2026-03-02","expected":[{"starts":"2026-03-02","quantity":"4 pcs"}]}]}"#,
    );
    same(
        &Expectation::new(d("2026-03-02"), q("4 pcs")).until(d("2026-03-08")),
        r#"{"starts":"2026-03-02","until":"2026-03-08","quantity":"4 pcs"}"#,
    );
    assert!(serde_json::from_str::<SetBills>(r#"{"bills":[],"each":true}"#).is_err());
    same(
        &FirmProposals::new(Id::from_u128(4), vec![0, 3]),
        r#"{"run":"00000000-0000-0000-0000-000000000004","orders":[0,3]}"#,
    );
    same(
        &ChangeFirmOrder::quantity(Id::from_u128(7), q("4 pcs")),
        r#"{"order":"00000000-0000-0000-0000-000000000007","quantity":"4 pcs"}"#,
    );
    same(
        &DropFirmOrder::new(Id::from_u128(7)),
        r#"{"order":"00000000-0000-0000-0000-000000000007"}"#,
    );
    same(
        &ReleaseFirmOrder::new(Id::from_u128(7), DocumentId::from_u128(4)),
        r#"{"order":"00000000-0000-0000-0000-000000000007","document":"00000000-0000-0000-0000-000000000004"}"#,
    );
    same(
        &SetWantedDay::new(DocumentId::from_u128(4), d("2026-03-02")),
        r#"{"document":"00000000-0000-0000-0000-000000000004","wanted_on":"2026-03-02"}"#,
    );
    same(
        &ForgetRuns::new(vec![Id::from_u128(4)]),
        r#"{"runs":["00000000-0000-0000-0000-000000000004"]}"#,
    );
    same(
        &PlanSettings::new(d("2026-03-02")),
        r#"{"date":"2026-03-02","days":365,"buckets":"dates","releases_in_past":false,"expedite_days":0,"defer_days":0,"release_days":0,"reschedule_days":90}"#,
    );
}

#[test]
fn digests_of_bills_and_planning_never_change() {
    let removed = RemoveBill::new(Id::from_u128(6), "1");
    let none = RemovePlanning::new(Id::from_u128(6), Id::from_u128(8));
    let now = [hex(&bills()), hex(&removed), hex(&planning()), hex(&none), hex(&forecast())];
    assert_eq!(now, KNOWN_OF_PLANNING);
}

#[test]
fn digests_of_firm_orders_never_change() {
    let firm = FirmProposals::new(Id::from_u128(4), vec![0, 3]);
    let change = ChangeFirmOrder::quantity(Id::from_u128(7), q("4 pcs"));
    let dropped = DropFirmOrder::new(Id::from_u128(7));
    let release = ReleaseFirmOrder::new(Id::from_u128(7), DocumentId::from_u128(4));
    let wanted = SetWantedDay::new(DocumentId::from_u128(4), d("2026-03-02"));
    let now = [hex(&firm), hex(&change), hex(&dropped), hex(&release), hex(&wanted)];
    assert_eq!(now, KNOWN_OF_FIRM_ORDERS);
    assert_eq!(hex(&ForgetRuns::new(vec![Id::from_u128(4)])), KNOWN_OF_FORGETTING);
}

const KNOWN_OF_FORGETTING: &str =
    "f4913e3c550c51958fded76f905705012cab9ae4138cd025a2374b816c05d5db";

const KNOWN_OF_FIRM_ORDERS: [&str; 5] = [
    "10d24375940475e474cf7cdc107b32827f8bef47db078b68b33ed2cfd3160bac",
    "36861689a719fd7b868ff492ef08554d05dfe0f955d9df78bd4b22d53284909b",
    "0db64967e0234bb032f6cebad9efc55a922b12d29a790389b5383515361121e0",
    "ff1d3842335b1964f4e83f99afc948b871ea9e1585d61784c3134e86b7eedf2c",
    "8b4c096932724eb4a42d8c49d9cf2c925f6fabefa34ffe10b6f55e6e52ad551f",
];

const KNOWN_OF_PLANNING: [&str; 5] = [
    "fe7c88909ba9a7b3232973746bb8c8f558481ed154d29f23ef47ea8cda3d9561",
    "8d5132a1744901c0db288bd055f3585da92c5f7e2ac15da8c40cc8f6c8566db7",
    "009f76aa98e396eb38d4a1921568a7e7e92348d38836c52717724704b81c25ab",
    "1d990b0cf329e2dbd7c62c98d9d8220a53e6bfc3f4ab66bfb0e2ac4cc7215991",
    "e75b362bae0cc5f40850b699655ee9c6c679ee1455eb31ecdf6e3749b80421fd",
];

/// Every kind of move has a digest of its own, and every field of it counts.
#[test]
fn digests_tell_moves_apart() {
    let (of, code) = (Id::from_u128(9), || "MAIN/A".into());
    let movements = vec![
        Movement::Receipt { to: code() },
        Movement::Issue { from: code() },
        Movement::Transfer { from: code(), to: code() },
        Movement::Dispatch { from: code(), to_site: Id::from_u128(9) },
        Movement::Arrival { of, to: code() },
        Movement::TransitLoss { of },
        Movement::Gain { at: code() },
        Movement::Loss { at: code() },
        Movement::Scrap { from: code() },
        Movement::CustomerReturn { of, to: code() },
        Movement::SupplierReturn { of, from: code() },
        Movement::Count { at: code() },
        Movement::Quarantine { from: code(), to: code() },
        Movement::Release { from: code(), to: code() },
        Movement::OwnerChange { at: code(), to_lot: Id::from_u128(9) },
        Movement::Reversal { of },
    ];
    let mut variants: Vec<NewMove> =
        movements.into_iter().map(|movement| NewMove { movement, ..full() }).collect();
    type Change = fn(&mut NewMove);
    let changes: [Change; 11] = [
        |new| new.item = Id::from_u128(7),
        |new| new.quantity = q("12 kg"),
        |new| new.quantity = q("13 pcs"),
        |new| new.date = d("2026-03-03"),
        |new| new.lot = None,
        |new| new.weight = None,
        |new| new.fulfils = None,
        |new| new.receives = None,
        |new| new.document = None,
        |new| std::mem::swap(&mut new.reason, &mut new.text),
        |new| new.party = None,
    ];
    let costs = [
        MoveCost::Total(crate::value::euro("1")),
        MoveCost::Total(crate::value::euro("2")),
        MoveCost::Each("1 EUR/pcs".parse().unwrap()),
        MoveCost::Each("1 EUR/2 pcs".parse().unwrap()),
    ];
    variants.extend(costs.map(|cost| full().cost(cost)));
    variants.extend(changes.iter().map(|change| {
        let mut new = full();
        change(&mut new);
        new
    }));
    let mut digests: Vec<String> =
        variants.iter().map(|new| hex(&MoveStock::new(vec![new.clone()]))).collect();
    digests.extend([
        hex(&MoveStock::each(vec![full()])),
        hex(&MoveStock::new(vec![])),
        hex(&MoveStock::new(vec![full(), full()])),
        hex(&MoveStock::new(vec![full(), full().cost(costs[0])])),
        hex(&MoveStock::new(vec![full().cost(costs[0]), full()])),
    ]);
    let all = digests.len();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), all);
}

#[test]
fn digests_never_change() {
    let wanted = Wanted::new(Id::from_u128(6), Id::from_u128(8), q("4 pcs"));
    let digests = [
        hex(&MoveStock::new(vec![full()])),
        hex(&LockStock::through(d("2026-03-31"))),
        hex(&Reserve::new(DocumentId::from_u128(4), vec![wanted])),
        hex(&Release { reservations: vec![Id::from_u128(7)] }),
    ];
    assert_eq!(digests, KNOWN);
}

const KNOWN: [&str; 4] = [
    "48bf86e15bb91d1d62a7e5516e81e6526fff5dc6128b4c757a692d7f66c95fea",
    "61f5b72112f82c2e8aabb1992b0db008db707a006427257f6f06ee2293879df4",
    "2f1b2f7bcad84092440d25e1c12252d92af814b7d5b6a609791bd486c5b8debb",
    "bcbd073c3783e2355098bc6411925598615a45eef6dc06388732fa5ce9e3cb9d",
];

#[test]
fn the_same_command_is_done_once() {
    on_every_store(|host| {
        let come = MoveStock::each(vec![
            receipt(bolt(), "3 pcs", "MAIN/A"),
            receipt(bolt(), "0 pcs", "MAIN/A"),
        ]);
        let first = host.send("come", &come).unwrap();
        let again = host.send("come", &come).unwrap();
        assert!(!first.replayed && again.replayed);
        assert_eq!(first.answer, again.answer);
        assert_eq!(host.figures(bolt(), main_site())[0], "3");
        let other = host.refused("come", &MoveStock::new(vec![receipt(bolt(), "4 pcs", "MAIN/A")]));
        assert_eq!(other.code(), "store.command_reused");
        let wanted = vec![Wanted::new(bolt(), main_site(), pcs(2))];
        let reserve = Reserve::new(DocumentId::named("o1"), wanted);
        let (one, two) = (host.must("reserve", &reserve), host.must("reserve", &reserve));
        assert_eq!(one, two);
        assert_eq!(host.figures(bolt(), main_site())[1], "2");
    });
}
