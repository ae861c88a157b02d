// What the examples of the policy share: a cash desk with the stored policy.
pub use fondaco_core::policy::stored::*;
pub use fondaco_core::policy::*;
pub use fondaco_core::store::*;
pub use fondaco_core::*;
pub use smol_str::SmolStr;

pub static PAY: Permission =
    Permission::new("desk.pay", "pay out cash").limited().within(&["till"]);
pub static COUNT: Permission = Permission::new("desk.count", "count a till").within(&["till"]);

pub static DESK: Engine = Engine { name: "desk", parts: &[&TILLS] };
static TILLS: engine::Part = engine::Part::new(&[Paid::TABLE]).permissions(&[&PAY, &COUNT]);

/// Cash that was paid out.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "desk_paid", kind = fact, key(id))]
pub struct Paid {
    pub id: Id<Paid>,
    pub cents: i64,
}

pub fn now() -> Timestamp {
    "2026-06-01T08:00:00Z".parse().unwrap()
}

pub fn envelope(actor: &str, command: &str) -> Envelope {
    Envelope::new(CommandId::named(command), ActorId::new(actor), now())
}

/// Pays out from a till.
pub fn pay(
    driver: &Driver<'_>,
    actor: &str,
    slip: &str,
    till: &str,
    amount: &str,
) -> Result<Done<()>, Halt> {
    let amount = Money::parse(amount).unwrap();
    driver.run(envelope(actor, slip), &(till, amount), |tx, (till, amount)| {
        tx.authorize(&Request::new(&PAY).amount(*amount).at("till", *till))?;
        let (id, cents) = (tx.id()?, amount.to_minor().unwrap_or(0));
        tx.insert(Paid { id, cents })
    })
}

/// The desk with its policy: `root` administers, `anna` and `ben` are cashiers, `carla` is a manager.
pub fn desk() -> Driver<'static> {
    let driver = Driver::new(fondaco_store::Memory::new(), CompanyId::named("acme"));
    let driver = driver.with_policy(Stored);
    driver.join(&DESK).unwrap();
    let root = ActorId::new("root");
    driver.carry_out(envelope("root", "first"), &AppointFirst::new(root)).unwrap();
    let limit = Money::parse("100 EUR").unwrap();
    let cashier = DefineRole::new("cashier", "Cashier")
        .may(NewGrant::new("desk.pay").up_to(limit).within("till", ["front"]))
        .may(NewGrant::new("desk.count").within("till", ["front"]));
    let manager = DefineRole::new("manager", "Manager")
        .may(NewGrant::new("desk.pay"))
        .may(NewGrant::new("desk.count"))
        .may(NewGrant::new("policy.delegate"));
    for role in [cashier, manager] {
        driver.carry_out(envelope("root", &role.role), &role).unwrap();
    }
    for (name, role) in [("anna", "cashier"), ("ben", "cashier"), ("carla", "manager")] {
        let actor = ActorId::new(name);
        let register = RegisterActor::person(actor.clone());
        driver.carry_out(envelope("root", name), &register).unwrap();
        let assign = AssignRole::new(actor, role);
        driver.carry_out(envelope("root", &format!("{name}: {role}")), &assign).unwrap();
    }
    driver
}
