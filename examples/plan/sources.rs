//! Where articles come from, as a plan reads it: what each is made of, who sells it or how long making it takes, and how much of it is ordered
//! at a time.

use std::{collections::BTreeMap, error::Error};

use fondaco::{
    inventory::{
        bills::{NewBill, NewComponent, SetBills},
        planning::{LotSizing, SetPlanning},
        replenish::{ReplenishmentPolicy, ReplenishmentSource, SetReorderRule},
    },
    prelude::*,
};

use super::goods::{Goods, Offer};
use crate::common::company::{Company, Product};

/// How long making takes where no work order tells it.
const USUAL_DAYS: u32 = 10;

/// A company's sources at the site that keeps all of it.
pub struct Sources<'s> {
    pub company: &'s Company,
    pub goods: &'s Goods,
    pub site: SiteId,
    /// Who a vendor of the files is.
    pub vendor: fn(u32) -> PartyId,
}

fn item(number: &str) -> ItemId {
    ItemId::named(number)
}

fn pieces(quantity: Decimal) -> Quantity {
    Quantity::new(quantity, Unit::PIECE)
}

impl<'s> Sources<'s> {
    /// The articles that lie somewhere, come or go.
    pub fn products(&self) -> impl Iterator<Item = &'s Product> + use<'s> {
        let company = self.company;
        self.goods.by_product.keys().filter_map(|id| company.products.get(id))
    }

    /// What articles are made of.
    ///
    /// # Errors
    /// A list names a product that is none.
    pub fn bills(&self) -> Result<SetBills, Box<dyn Error>> {
        let article = |id: &u32| self.company.products.get(id).ok_or("no article has such an id");
        let is_kept = |id: &u32| self.goods.by_product.contains_key(id);
        let mut bills = Vec::new();
        for (made, parts) in self.goods.parts.iter().filter(|(made, _)| is_kept(made)) {
            // A part may be named twice, and what nobody keeps or makes is no article here.
            let mut sums: BTreeMap<u32, Decimal> = BTreeMap::new();
            for part in parts.iter().filter(|part| is_kept(&part.product)) {
                *sums.entry(part.product).or_default() += part.quantity;
            }
            if sums.is_empty() {
                continue;
            }
            let mut components = Vec::new();
            for (id, quantity) in sums {
                components.push(NewComponent::new(item(&article(&id)?.number), pieces(quantity)));
            }
            bills.push(NewBill::new(
                item(&article(made)?.number),
                "1",
                pieces(Decimal::ONE),
                components,
            ));
        }
        Ok(SetBills::new(bills))
    }

    /// Where an article comes from, how long that takes, and what is kept of it for safety.
    pub fn rule(&self, product: &Product) -> SetReorderRule {
        let good = self.goods.by_product.get(&product.id);
        let offer = self.offer(product.id);
        let supplier = offer.map(|offer| (self.vendor)(offer.vendor));
        SetReorderRule {
            source: match product.made {
                true => ReplenishmentSource::Make,
                false => ReplenishmentSource::Buy { supplier },
            },
            safety_stock: good.map(|good| pieces(good.safety_stock)),
            minimum: offer.filter(|_| !product.made).map(|offer| pieces(offer.minimum)),
            lead_time_days: self.lead_days(product.id),
            ..SetReorderRule::new(item(&product.number), self.site, ReplenishmentPolicy::Planned)
        }
    }

    /// A week's needs to an order.
    pub fn parameters(&self, product: &Product) -> SetPlanning {
        SetPlanning {
            lot: LotSizing::Days(7),
            consumed_days_before: 6,
            consumed_days_after: 6,
            ..SetPlanning::new(item(&product.number), self.site)
        }
    }

    /// The cheapest of an article's offers, of equals the quickest.
    pub fn offer(&self, id: u32) -> Option<&'s Offer> {
        let offers = self.goods.by_product.get(&id).map_or(&[][..], |good| &good.offers);
        offers.iter().min_by_key(|offer| (offer.price, offer.lead_days, offer.vendor))
    }

    /// How many days an article takes: the cheapest vendor's, or the middle of its work orders'.
    pub fn lead_days(&self, id: u32) -> u32 {
        let made = self.company.products.get(&id).is_some_and(|product| product.made);
        if let Some(offer) = self.offer(id).filter(|_| !made) {
            return offer.lead_days;
        }
        let own = self.company.work_orders.iter().filter(|work| work.product == id);
        let mut days: Vec<i64> =
            own.map(|work| (work.ended_on - work.started_on).num_days()).collect();
        days.sort_unstable();
        let middle = days.get(days.len() / 2).and_then(|days| u32::try_from(*days).ok());
        middle.unwrap_or(USUAL_DAYS)
    }
}
