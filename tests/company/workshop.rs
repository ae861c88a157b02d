//! The firm makes something too: gears of bolts and nuts, at a saw that costs 30 an hour and whose machines cost 12.

use fondaco::company::*;
use fondaco::inventory::bills::{NewBill, NewComponent, NewOutput, SetBills};
use fondaco::inventory::valuation::Method;
use fondaco::inventory::value::SetCosting;
use fondaco::prelude::*;

use crate::firm::*;

pub fn gear() -> ItemId {
    ItemId::named("GEAR")
}

pub fn chips() -> ItemId {
    ItemId::named("CHIPS")
}

pub fn hours(count: &str) -> Quantity {
    format!("{count} h").parse().unwrap()
}

impl Firm {
    /// A gear takes two bolts and four nuts, and leaves a piece of chips.
    pub fn workshop(self) -> Firm {
        self.must(&AddItems::new(vec![
            Item::new("GEAR", "Gear", Unit::PIECE),
            Item::new("CHIPS", "Chips", Unit::PIECE),
        ]));
        let made_of = vec![NewComponent::new(bolt(), pcs("2")), NewComponent::new(nut(), pcs("4"))];
        let bill = NewBill::new(gear(), "1", pcs("1"), made_of);
        self.must(&SetBills::new(vec![bill]));
        let saw = WorkCentre {
            code: "SAW".into(),
            name: "Saw".into(),
            labour_rate: Some("30 EUR/h".parse().unwrap()),
            overhead_rate: Some("12 EUR/h".parse().unwrap()),
        };
        self.must(&SetWorkCentres::new(vec![saw]));
        self
    }

    /// The same with what a gear costs by standard.
    pub fn gears_at(self, cost: &str) -> Firm {
        let costing = SetCosting::item(gear(), Method::Standard)
            .cost(format!("{cost} EUR/pcs").parse().unwrap());
        self.must(&costing);
        self
    }

    /// Ten gears are ordered to be made: twenty bolts of 4 and forty nuts of 0.50 lie there, three hours are planned.
    pub fn ten_gears(self) -> Firm {
        let firm = self.stocked(bolt(), "40", "160", "2026-02-01").stocked(
            nut(),
            "80",
            "40",
            "2026-02-01",
        );
        let order = NewWorkOrder::new("W-1", gear(), pcs("10"), day("2026-03-02"));
        let order = order.labour("SAW", hours("3")).overhead("SAW", hours("1"));
        firm.must(&PlanWorkOrders::new(vec![order.released()]));
        firm
    }

    pub fn status(&self, code: &str) -> Status {
        self.company.document(DocumentKind::WorkOrder, code).unwrap().unwrap().status
    }

    pub fn worth(&self, item: ItemId) -> String {
        let query = fondaco::inventory::value::ValueQuery::item(item);
        self.company.stock().value(&query).unwrap().total().amount().normalize().to_string()
    }
}

/// A by-product that a bill says.
pub fn leaves_chips() -> NewOutput {
    NewOutput::new(chips(), pcs("1"))
}
