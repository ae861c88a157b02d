//! Who may define dimensions, open their values and set rules; and rights within a dimension see what was filled in.

use fondaco_core::policy::stored::NewGrant;

use crate::common::staff::with_staff_everywhere;
use crate::*;

#[test]
fn each_command_is_asked_for() {
    with_staff_everywhere(|staff| {
        staff.must("chief", &DefineDimension::new("cost_centre", "Cost centres"));
        staff.must("chief", &DefineDimension::new("project", "Projects"));
        let of = |permission: &str| NewGrant::new(permission).within("dimension", ["cost_centre"]);
        staff.role(
            "controller",
            [of("ledger.open_dimension_value"), of("ledger.set_dimension_rule")],
        );
        staff.hire("carla", "controller");
        let denied = |error: LedgerError| assert!(error.code().starts_with("policy."), "{error}");
        denied(staff.refused("carla", &DefineDimension::new("site", "Sites")));
        denied(staff.refused("carla", &ChangeDimension::new("cost_centre").name("Centres")));
        denied(staff.refused("carla", &SetDimensionUse::new(DimensionUse::Defined)));
        let open = |dimension: &str| {
            let value = vec![NewDimensionValue::new("10", "Ten")];
            OpenDimensionValues::new(dimension, value)
        };
        staff.must("carla", &open("cost_centre"));
        denied(staff.refused("carla", &open("project")));
        staff.must("chief", &open("project"));
        let change = |dimension: &str| ChangeDimensionValue::new(dimension, "10").name("X");
        staff.must("carla", &change("cost_centre"));
        denied(staff.refused("carla", &change("project")));
        let moved =
            |dimension: &str| MoveDimensionValue::new(dimension, "10", None, d("2026-01-01"));
        staff.must("carla", &moved("cost_centre"));
        denied(staff.refused("carla", &moved("project")));
        let rule = |dimension: &str| {
            SetDimensionRule::new(dimension, dimension, Demand::Required).account("5000")
        };
        staff.must("carla", &rule("cost_centre"));
        denied(staff.refused("carla", &rule("project")));
        staff.must("chief", &rule("project"));
        staff.must("carla", &RemoveDimensionRule::new("cost_centre"));
        denied(staff.refused("carla", &RemoveDimensionRule::new("project")));
        staff.must("chief", &RemoveDimensionRule::new("project"));
        let combination = |dimension: &str| {
            SetDimensionCombination::new(dimension, dimension).value("10").or_none()
        };
        staff.must("carla", &combination("cost_centre"));
        denied(staff.refused("carla", &combination("project")));
        staff.must("chief", &combination("project"));
        staff.must("carla", &RemoveDimensionCombination::new("cost_centre"));
        denied(staff.refused("carla", &RemoveDimensionCombination::new("project")));
        // Somebody who posts for one cost centre alone need not name it where the account does.
        staff.role("shop", [NewGrant::new("ledger.post").within("cost_centre", ["10"])]);
        staff.hire("sara", "shop");
        denied(staff.refused("sara", &Post::new(rent("2026-03-01", &[]))));
        let ten = SetDimensionRule::new("R", "cost_centre", Demand::Default("10".into()));
        staff.must("carla", &ten);
        staff.must("sara", &Post::new(rent("2026-03-01", &[])));
        denied(staff.refused("sara", &Post::new(rent("2026-03-01", &[("cost_centre", "20")]))));
        staff.clean();
    });
}
