//! Which account plays which role: rules, of which the most specific that fits counts.

use std::collections::BTreeMap;

use fondaco_core::{ItemId, PartyId, SiteId};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Role;

/// That an account plays a role, wherever all that the rule names fits.
///
/// ```
/// use fondaco::company::posting::{AccountRule, Role};
/// let chemicals = AccountRule::new(Role::Stock, "1410").category("CHEMICALS");
/// assert_eq!(chemicals.account, "1410");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountRule {
    /// The role.
    pub role: Role,
    /// The account's code.
    pub account: SmolStr,
    /// Of items in this category, and in those under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<SmolStr>,
    /// Of parties in this group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party_group: Option<SmolStr>,
    /// At this site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// Under this tax code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_code: Option<SmolStr>,
    /// Paid by this method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<SmolStr>,
    /// In the books of this profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<SmolStr>,
}

impl AccountRule {
    /// An account plays a role wherever no rule that says more fits.
    pub fn new(role: Role, account: impl Into<SmolStr>) -> AccountRule {
        AccountRule {
            role,
            account: account.into(),
            category: None,
            party_group: None,
            site: None,
            tax_code: None,
            method: None,
            profile: None,
        }
    }

    /// Of items in a category, and in those under it.
    #[must_use]
    pub fn category(mut self, category: impl Into<SmolStr>) -> AccountRule {
        self.category = Some(category.into());
        self
    }

    /// Of parties in a group.
    #[must_use]
    pub fn party_group(mut self, group: impl Into<SmolStr>) -> AccountRule {
        self.party_group = Some(group.into());
        self
    }

    /// At a site.
    #[must_use]
    pub fn site(mut self, site: SiteId) -> AccountRule {
        self.site = Some(site);
        self
    }

    /// Under a tax code.
    #[must_use]
    pub fn tax_code(mut self, code: impl Into<SmolStr>) -> AccountRule {
        self.tax_code = Some(code.into());
        self
    }

    /// Paid by a method.
    #[must_use]
    pub fn method(mut self, method: impl Into<SmolStr>) -> AccountRule {
        self.method = Some(method.into());
        self
    }

    /// In the books of a profile.
    #[must_use]
    pub fn profile(mut self, profile: impl Into<SmolStr>) -> AccountRule {
        self.profile = Some(profile.into());
        self
    }

    /// How well it fits; `None` where something that it names is otherwise. More that is named weighs more; of as much, in this order:
    /// tax code, method, category (the nearest first), party group, site, profile.
    fn fit(&self, place: &Place, profile: &str) -> Option<(u32, u32, usize)> {
        let same = |wanted: &Option<SmolStr>, given: Option<&SmolStr>| match wanted {
            None => Some(0),
            Some(wanted) => (Some(wanted) == given).then_some(1),
        };
        let tax = same(&self.tax_code, place.tax_code.as_ref())?;
        let method = same(&self.method, place.method.as_ref())?;
        let group = same(&self.party_group, place.party_group.as_ref())?;
        let site = match self.site {
            None => 0,
            Some(site) => (place.site == Some(site)).then_some(1)?,
        };
        let of_profile = match &self.profile {
            None => 0,
            Some(wanted) => (wanted == profile).then_some(1)?,
        };
        let (category, near) = match &self.category {
            None => (0, 0),
            Some(wanted) => {
                let steps = place.categories.iter().position(|category| category == wanted)?;
                (1, usize::MAX - steps)
            }
        };
        let count = tax + method + category + group + site + of_profile;
        let order = tax << 5 | method << 4 | category << 3 | group << 2 | site << 1 | of_profile;
        Some((count, order, near))
    }
}

/// Where a figure arises: what rules of accounts may name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The categories of the item, the nearest first.
    pub categories: Vec<SmolStr>,
    /// The group of the party.
    pub party_group: Option<SmolStr>,
    /// The site.
    pub site: Option<SiteId>,
    /// The tax code.
    pub tax_code: Option<SmolStr>,
    /// The method of payment.
    pub method: Option<SmolStr>,
    /// The cost centre, by which postings are told apart. No rule names it.
    pub centre: Option<SmolStr>,
    /// The item itself. No rule names it: it is for what is counted beside the books.
    pub item: Option<ItemId>,
    /// With whom, where that is another than that of the whole document. No rule names it either.
    pub party: Option<PartyId>,
    /// The account on which what is settled stands, whatever the rules say today. Only of what is [kept by items](Role::is_kept_by_items).
    pub owed: Option<SmolStr>,
}

/// Rules of accounts, by role.
///
/// ```
/// use fondaco::company::posting::{AccountRule, Accounts, Place, Role};
/// let accounts = Accounts::new([
///     AccountRule::new(Role::Stock, "1400"),
///     AccountRule::new(Role::Stock, "1410").category("CHEMICALS"),
/// ]);
/// let acid = Place { categories: vec!["ACIDS".into(), "CHEMICALS".into()], ..Place::default() };
/// assert_eq!(accounts.find(Role::Stock, &acid, "").map(|code| code.as_str()), Some("1410"));
/// assert_eq!(accounts.find(Role::Stock, &Place::default(), "").map(|code| code.as_str()), Some("1400"));
/// assert_eq!(accounts.find(Role::Bank, &acid, ""), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accounts {
    rules: BTreeMap<Role, Vec<AccountRule>>,
}

impl Accounts {
    /// These rules. Of two that fit equally well the one that sorts first counts.
    pub fn new(rules: impl IntoIterator<Item = AccountRule>) -> Accounts {
        let mut by_role: BTreeMap<Role, Vec<AccountRule>> = BTreeMap::new();
        for rule in rules {
            by_role.entry(rule.role).or_default().push(rule);
        }
        by_role.values_mut().for_each(|rules| rules.sort());
        Accounts { rules: by_role }
    }

    /// The account that plays a role somewhere; `None` when no rule fits.
    pub fn find(&self, role: Role, place: &Place, profile: &str) -> Option<&SmolStr> {
        let mut best: Option<((u32, u32, usize), &SmolStr)> = None;
        for rule in self.rules.get(&role)? {
            let Some(fit) = rule.fit(place, profile) else { continue };
            if best.is_none_or(|(other, _)| fit > other) {
                best = Some((fit, &rule.account));
            }
        }
        best.map(|(_, account)| account)
    }

    /// All accounts that play a role somewhere, each once, by code.
    ///
    /// ```
    /// use fondaco::company::posting::{AccountRule, Accounts, Role};
    /// let accounts = Accounts::new([AccountRule::new(Role::Bank, "1200"), AccountRule::new(Role::Bank, "1210").method("card")]);
    /// assert_eq!(accounts.of(Role::Bank, ""), ["1200", "1210"]);
    /// ```
    pub fn of(&self, role: Role, profile: &str) -> Vec<SmolStr> {
        let rules = self.rules.get(&role).map_or(&[][..], Vec::as_slice);
        let here = rules.iter().filter(|rule| rule.profile.as_ref().is_none_or(|of| of == profile));
        let mut codes: Vec<SmolStr> = here.map(|rule| rule.account.clone()).collect();
        codes.sort();
        codes.dedup();
        codes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(role: &str) -> Place {
        Place { tax_code: Some(role.into()), party_group: Some("EU".into()), ..Place::default() }
    }

    #[test]
    fn the_most_specific_rule_wins_and_then_the_order_of_what_it_names() {
        let site = SiteId::named("SHOP");
        let accounts = Accounts::new([
            AccountRule::new(Role::Sales, "4000"),
            AccountRule::new(Role::Sales, "4010").party_group("EU"),
            AccountRule::new(Role::Sales, "4020").tax_code("ZERO"),
            AccountRule::new(Role::Sales, "4030").party_group("EU").site(site),
            AccountRule::new(Role::Sales, "4090").profile("ifrs"),
        ]);
        let find = |place: &Place, profile: &str| {
            accounts.find(Role::Sales, place, profile).cloned().unwrap_or_default()
        };
        assert_eq!(find(&Place::default(), ""), "4000");
        assert_eq!(find(&Place::default(), "ifrs"), "4090");
        assert_eq!(find(&named("STD"), ""), "4010");
        assert_eq!(find(&named("ZERO"), ""), "4020"); // a tax code before a group
        assert_eq!(find(&Place { site: Some(site), ..named("ZERO") }, ""), "4030"); // two named before one
        assert_eq!(accounts.of(Role::Sales, ""), ["4000", "4010", "4020", "4030"]);
    }

    #[test]
    fn of_categories_the_nearest_wins() {
        let accounts = Accounts::new([
            AccountRule::new(Role::Stock, "1").category("ALL"),
            AccountRule::new(Role::Stock, "2").category("BOLTS"),
        ]);
        let of = |categories: &[&str]| Place {
            categories: categories.iter().map(SmolStr::new).collect(),
            ..Place::default()
        };
        let find = |categories: &[&str]| accounts.find(Role::Stock, &of(categories), "").cloned();
        assert_eq!(find(&["BOLTS", "ALL"]).as_deref(), Some("2"));
        assert_eq!(find(&["NUTS", "ALL"]).as_deref(), Some("1"));
        assert_eq!(find(&["OTHER"]), None);
    }
}
