//! Who may move what, where.

use fondaco_core::policy::{Denial, Inquiry, Judge, Permission, Policy, Reason, Standing, Why};
use fondaco_core::*;
use fondaco_inventory::moves::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::reserve::*;
use fondaco_inventory::{ENGINE, StockError};
use fondaco_store::Memory;

use crate::host::*;

/// `root` may everything; `clerk` moves and promises at the shop; `counter` counts; nobody else may anything.
struct House;

impl Policy for House {
    fn standing(
        &self,
        inquiry: &mut Inquiry<'_, '_>,
        permission: &'static Permission,
    ) -> Result<Standing, Halt> {
        let actor = inquiry.actor().clone();
        let (moves, promises) =
            (permission.name == "stock.move", permission.name == "stock.reserve");
        let none = Denial::new(permission, actor.clone(), Why::Other("no".into()));
        Ok(match actor.as_str() {
            "root" => Standing::Full(Reason::new("root")),
            "counter" if permission.name == "stock.adjust" => Standing::Full(Reason::new("counts")),
            "clerk" if moves || promises => Standing::Judged(Judge::new(move |request| {
                let at_shop =
                    |place: &policy::Place| place.dimension != "site" || place.place == "SHOP";
                match request.places.iter().all(at_shop) {
                    true => Ok(Reason::new("at the shop")),
                    false => Err(Box::new(none.clone())),
                }
            })),
            _ => Standing::None(none),
        })
    }
}

fn send<C: Act<Error = StockError>>(
    driver: &Driver<'_>,
    actor: &str,
    name: &str,
    command: &C,
) -> Result<C::Answer, StockError> {
    let time: Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let envelope = Envelope::new(CommandId::named(name), ActorId::new(actor), time);
    Ok(driver.carry_out(envelope, command)?.answer)
}

fn code<T: std::fmt::Debug>(result: Result<T, StockError>) -> String {
    result.unwrap_err().code().to_owned()
}

#[test]
fn a_right_reaches_as_far_as_its_site() {
    let store = std::sync::Arc::new(Memory::new());
    let _ = Host::on("memory", store.clone()).set_up();
    let driver = Driver::new(store, CompanyId::named("acme")).with_policy(House);
    driver.join(&ENGINE).unwrap();
    let come = |to: &str| receipt(bolt(), "5 pcs", to);
    let all = |moves| MoveStock::new(moves);
    send(&driver, "clerk", "shop", &all(vec![come("SHOP")])).unwrap();
    assert_eq!(code(send(&driver, "clerk", "main", &all(vec![come("MAIN/A")]))), "policy.denied");
    assert_eq!(code(send(&driver, "counter", "count", &all(vec![come("SHOP")]))), "policy.denied");
    let count = NewMove::count(bolt(), pcs(4), "SHOP", today());
    assert_eq!(code(send(&driver, "clerk", "counts", &all(vec![count.clone()]))), "policy.denied");
    send(&driver, "counter", "counts too", &all(vec![count])).unwrap();
    // Each by itself: who may a part makes that part.
    let put = NewMove::transfer(bolt(), pcs(1), ("SHOP", "MAIN/A"), today());
    let each = MoveStock::each(vec![put, issue(bolt(), "1 pcs", "SHOP")]);
    let made = send(&driver, "clerk", "each", &each).unwrap();
    assert_eq!(made.moves[0].as_ref().unwrap_err().code, "policy.denied");
    assert!(made.moves[1].is_ok());
    let wanted = |site| vec![Wanted::new(bolt(), site, pcs(1))];
    send(&driver, "clerk", "promise", &Reserve::new(DocumentId::named("o1"), wanted(shop())))
        .unwrap();
    let elsewhere = Reserve::new(DocumentId::named("o2"), wanted(main_site()));
    assert_eq!(code(send(&driver, "clerk", "elsewhere", &elsewhere)), "policy.denied");
    let release = ReleaseDocument { document: DocumentId::named("o1") };
    assert_eq!(code(send(&driver, "clerk", "release", &release)), "policy.denied");
    assert_eq!(send(&driver, "root", "release too", &release).unwrap(), 1);
    let lock = LockStock::through(d("2026-01-31"));
    assert_eq!(code(send(&driver, "clerk", "lock", &lock)), "policy.denied");
    send(&driver, "root", "lock too", &lock).unwrap();
    let nothing = all(vec![]);
    assert_eq!(code(send(&driver, "nobody", "nothing", &nothing)), "policy.denied");
}

/// Who plans counts has a right of his own; who records one needs that of who adjusts stock.
#[test]
fn counts_are_planned_and_recorded_by_right() {
    use fondaco_inventory::counts::*;
    let store = std::sync::Arc::new(Memory::new());
    let _ = Host::on("memory", store.clone()).set_up();
    let driver = Driver::new(store, CompanyId::named("acme")).with_policy(House);
    driver.join(&ENGINE).unwrap();
    let plan = SetCountPlan::new(shop(), "A", 7, vec![bolt()]);
    assert_eq!(code(send(&driver, "clerk", "plan", &plan)), "policy.denied");
    send(&driver, "root", "plan", &plan).unwrap();
    let gone = RemoveCountPlan::new(shop(), "A");
    assert_eq!(code(send(&driver, "counter", "gone", &gone)), "policy.denied");
    let count = RecordCount::new(Id::from_u128(7), today(), vec![]);
    assert_eq!(code(send(&driver, "clerk", "count", &count)), "policy.denied");
    assert_eq!(code(send(&driver, "counter", "count", &count)), "inventory.unknown_count");
    send(&driver, "root", "gone", &gone).unwrap();
}

/// Without the right nothing is set, even by who may all else.
#[test]
fn replenishment_has_rights_of_its_own() {
    use fondaco_inventory::replenish::*;
    let store = std::sync::Arc::new(Memory::new());
    let _ = Host::on("memory", store.clone()).set_up();
    let driver = Driver::new(store, CompanyId::named("acme")).with_policy(House);
    driver.join(&ENGINE).unwrap();
    let policy = ReplenishmentPolicy::OrderUpTo { point: pcs(1), up_to: pcs(9) };
    let rule = SetReorderRule::new(bolt(), shop(), policy);
    let (supplier, prices) = (PartyId::named("s"), Vec::new());
    let prices = SetVendorPrices { item: bolt(), supplier, lead_time_days: None, prices };
    let gone = RemoveReorderRule { item: bolt(), site: shop() };
    assert_eq!(code(send(&driver, "clerk", "rule", &rule)), "policy.denied");
    assert_eq!(code(send(&driver, "clerk", "prices", &prices)), "policy.denied");
    send(&driver, "root", "rule", &rule).unwrap();
    send(&driver, "root", "prices", &prices).unwrap();
    assert_eq!(code(send(&driver, "clerk", "gone", &gone)), "policy.denied");
    // Who moves goods tells what that makes short, without a right of its own.
    send(&driver, "clerk", "come", &MoveStock::new(vec![receipt(bolt(), "5 pcs", "SHOP")]))
        .unwrap();
    send(&driver, "clerk", "go", &MoveStock::new(vec![issue(bolt(), "4 pcs", "SHOP")])).unwrap();
    let short = driver.view(|view| shortages(view)).unwrap();
    assert_eq!(short.len(), 1);
    let review = |actor: &str| {
        let (actor, time) = (ActorId::new(actor), || "2026-06-30T12:00:00Z".parse().unwrap());
        let call = job::JobCall::new(job::JobId::named("review"), &actor, &time);
        driver.run_job(&call, &mut Review::of(today()), &mut ()).map(|done| done.report.proposals)
    };
    assert!(review("clerk").is_err());
    assert_eq!(review("root").unwrap(), 1);
    send(&driver, "root", "gone", &gone).unwrap();
}

/// Who moves goods costs them without a right of its own; who says how they are costed needs one.
#[test]
fn costing_has_a_right_of_its_own() {
    use fondaco_inventory::valuation::{Basis, Method};
    use fondaco_inventory::value::*;
    let store = std::sync::Arc::new(Memory::new());
    let _ = Host::on("memory", store.clone()).set_up();
    let driver = Driver::new(store, CompanyId::named("acme")).with_policy(House);
    driver.join(&ENGINE).unwrap();
    let begin = SetUpCosting::default();
    assert_eq!(code(send(&driver, "clerk", "begin", &begin)), "policy.denied");
    send(&driver, "root", "begin too", &begin).unwrap();
    let fifo = SetCosting::item(bolt(), Method::Fifo);
    assert_eq!(code(send(&driver, "clerk", "fifo", &fifo)), "policy.denied");
    let company = SetCosting::company(Method::Average);
    assert_eq!(code(send(&driver, "clerk", "company", &company)), "policy.denied");
    send(&driver, "root", "fifo too", &fifo).unwrap();
    let come = receipt(bolt(), "5 pcs", "SHOP").cost(crate::value::euro("5"));
    let come = send(&driver, "clerk", "come", &MoveStock::new(vec![come])).unwrap();
    let came = come.ids().next().unwrap();
    let freight = AddLandedCost::new(vec![came], crate::value::euro("1"), Basis::Value);
    let bill = CorrectReceiptCost::new(came, crate::value::euro("6"));
    let price = "1 EUR/pcs".parse().unwrap();
    let less = WriteDown::to(vec![NetRealisable { item: bolt(), site: shop(), price }]);
    assert_eq!(code(send(&driver, "clerk", "freight", &freight)), "policy.denied");
    assert_eq!(code(send(&driver, "clerk", "bill", &bill)), "policy.denied");
    assert_eq!(code(send(&driver, "clerk", "less", &less)), "policy.denied");
    assert_eq!(send(&driver, "root", "freight too", &freight).unwrap().len(), 1);
    assert!(send(&driver, "root", "bill too", &bill).unwrap().is_some());
    assert_eq!(send(&driver, "root", "less too", &less).unwrap().len(), 1);
}
