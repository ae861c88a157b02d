//! Partners: the parties that a company sells to and buys from, under a code, with what is agreed with them.

use std::sync::Arc;

use fondaco_accounting::ledger::Amount;
use fondaco_core::party::{AddRole, HeldOnParty, Private, RegisterParty};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Json, Record};
use fondaco_core::terms::PaymentTerms;
use fondaco_core::{Act, Halt, PartyId, Range, Rate, Reading, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::company::document::beyond;
use crate::company::{CompanyError, rights};

/// A party that the company sells to or buys from. Its names and addresses are core's ([`fondaco_core::party`]), under the same id.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "company_partner", kind = state, key(party), index(by_code(code), unique))]
pub struct Partner {
    /// Who.
    pub party: PartyId,
    /// What people call it by: a number. No two have the same.
    pub code: SmolStr,
    /// Whether it is sold to.
    pub customer: bool,
    /// Whether it is bought from.
    pub supplier: bool,
    /// The group that rules of accounts and rights may name.
    pub party_group: Option<SmolStr>,
    /// The tax code of what is sold to it or bought from it, where a line says none.
    pub tax_code: Option<SmolStr>,
    /// The price list.
    pub price_list: Option<SmolStr>,
    /// What is taken off all prices of lists.
    pub discount: Option<Rate>,
    /// When it pays, and is paid.
    pub terms: Option<Json>,
    /// How much it may owe, orders included, in the currency of the books; `None` for any.
    pub credit_limit: Option<Amount>,
    /// Whether nothing is done with it for now.
    pub blocked: bool,
}

impl Partner {
    /// When it pays, and is paid; at once where nothing was agreed.
    pub fn payment_terms(&self) -> PaymentTerms {
        let agreed = self.terms.as_ref().and_then(|terms| terms.to::<PaymentTerms>().ok());
        agreed.unwrap_or_else(|| PaymentTerms::net(0))
    }
}

impl HeldOnParty for Partner {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Partner>>, Halt> {
        Ok(read.peek::<Partner>(&party)?.into_iter().collect())
    }
}

/// What a customer has ordered and owes: what a credit limit is held against. In the currency of the books.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "company_exposure", kind = counter, key(party))]
pub struct Exposure {
    /// Who.
    pub party: PartyId,
    /// What is ordered and not invoiced, with tax.
    pub ordered: Amount,
    /// What is invoiced and not paid, less what stands on account.
    pub owed: Amount,
}

impl HeldOnParty for Exposure {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Exposure>>, Halt> {
        Ok(read.peek::<Exposure>(&party)?.into_iter().collect())
    }
}

/// A partner to be added.
///
/// ```
/// use fondaco::company::NewPartner;
/// let shop = NewPartner::customer("C-100").named("The corner shop").credit_limit("5000".parse()?);
/// assert!(shop.customer && !shop.supplier);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPartner {
    /// Its code; its id is made of it.
    pub code: SmolStr,
    /// Its name, of an organisation: it is registered as a party. Without a name it is one already, or is nobody's business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Private<SmolStr>>,
    /// Whether it is sold to.
    #[serde(default)]
    pub customer: bool,
    /// Whether it is bought from.
    #[serde(default)]
    pub supplier: bool,
    /// See [`Partner::party_group`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party_group: Option<SmolStr>,
    /// See [`Partner::tax_code`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_code: Option<SmolStr>,
    /// See [`Partner::price_list`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_list: Option<SmolStr>,
    /// See [`Partner::discount`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Rate>,
    /// See [`Partner::terms`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<PaymentTerms>,
    /// See [`Partner::credit_limit`].
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "fondaco_core::decimal::as_text::option"
    )]
    pub credit_limit: Option<Decimal>,
}

impl NewPartner {
    fn new(code: impl Into<SmolStr>) -> NewPartner {
        NewPartner {
            code: code.into(),
            name: None,
            customer: false,
            supplier: false,
            party_group: None,
            tax_code: None,
            price_list: None,
            discount: None,
            terms: None,
            credit_limit: None,
        }
    }

    /// Who is sold to.
    pub fn customer(code: impl Into<SmolStr>) -> NewPartner {
        NewPartner { customer: true, ..NewPartner::new(code) }
    }

    /// Who is bought from.
    pub fn supplier(code: impl Into<SmolStr>) -> NewPartner {
        NewPartner { supplier: true, ..NewPartner::new(code) }
    }

    /// An organisation of that name.
    #[must_use]
    pub fn named(self, name: impl Into<SmolStr>) -> NewPartner {
        NewPartner { name: Some(Private(name.into())), ..self }
    }

    /// In a group.
    #[must_use]
    pub fn group(self, group: impl Into<SmolStr>) -> NewPartner {
        NewPartner { party_group: Some(group.into()), ..self }
    }

    /// That pays, and is paid, by these terms.
    #[must_use]
    pub fn terms(self, terms: PaymentTerms) -> NewPartner {
        NewPartner { terms: Some(terms), ..self }
    }

    /// Under this tax code, where a line says none.
    #[must_use]
    pub fn tax_code(self, code: impl Into<SmolStr>) -> NewPartner {
        NewPartner { tax_code: Some(code.into()), ..self }
    }

    /// That may owe so much.
    #[must_use]
    pub fn credit_limit(self, limit: Decimal) -> NewPartner {
        NewPartner { credit_limit: Some(limit), ..self }
    }

    /// Its id.
    pub fn party(&self) -> PartyId {
        PartyId::named(&self.code)
    }

    fn row(&self) -> Result<Partner, CompanyError> {
        let document: SmolStr = format!("partner {}", self.code).into();
        let too_large = |limit| beyond::<4>((0, "credit limit"), limit).of(&document);
        let credit_limit = match self.credit_limit {
            Some(limit) => Some(Amount::from_decimal(limit).ok_or_else(|| too_large(limit))?),
            None => None,
        };
        Ok(Partner {
            party: self.party(),
            code: self.code.clone(),
            customer: self.customer,
            supplier: self.supplier,
            party_group: self.party_group.clone(),
            tax_code: self.tax_code.clone(),
            price_list: self.price_list.clone(),
            discount: self.discount,
            terms: self.terms.as_ref().and_then(Json::of),
            credit_limit,
            blocked: false,
        })
    }
}

/// Adds customers and suppliers. One with a name is registered as a party with its roles, which needs the right `party.keep` too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddPartners {
    /// The partners.
    pub partners: Vec<NewPartner>,
}

impl AddPartners {
    /// Adds these.
    ///
    /// ```
    /// use fondaco::company::{AddPartners, NewPartner};
    /// assert_eq!(AddPartners::new(vec![NewPartner::supplier("V-7")]).partners.len(), 1);
    /// ```
    pub fn new(partners: Vec<NewPartner>) -> AddPartners {
        AddPartners { partners }
    }
}

impl Act for AddPartners {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        tx.authorize(&Request::new(&rights::KEEP_PARTNERS))?;
        for (index, new) in self.partners.iter().enumerate() {
            add(tx, new).map_err(|error| error.at(index))?;
        }
        tx.emit(Event::new("company.partners_added").with("partners", self.partners.len() as i64));
        Ok(())
    }
}

fn add(tx: &mut Tx<'_>, new: &NewPartner) -> Result<(), CompanyError> {
    let row = new.row()?;
    let taken = tx.get::<Partner>(&row.party)?.is_some();
    if taken || tx.unique::<Partner, _>(Partner::BY_CODE, &row.code)?.is_some() {
        return Err(CompanyError::Exists { what: "partner", code: row.code });
    }
    if let Some(name) = &new.name {
        RegisterParty::organisation(row.party, name.0.clone()).act(tx)?;
        for (role, has) in [("customer", new.customer), ("supplier", new.supplier)] {
            if has {
                AddRole::new(row.party, role).act(tx)?;
            }
        }
    }
    Ok(tx.insert(row)?)
}

/// Changes what is agreed with a partner: all of it, but its code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangePartner {
    /// As it shall be.
    pub partner: NewPartner,
    /// Whether nothing is done with it for now.
    #[serde(default)]
    pub blocked: bool,
}

impl ChangePartner {
    /// To this.
    ///
    /// ```
    /// use fondaco::company::{ChangePartner, NewPartner};
    /// let stopped = ChangePartner { blocked: true, ..ChangePartner::to(NewPartner::customer("C-100")) };
    /// assert!(stopped.blocked);
    /// ```
    pub fn to(partner: NewPartner) -> ChangePartner {
        ChangePartner { partner, blocked: false }
    }
}

impl Act for ChangePartner {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        tx.authorize(&Request::new(&rights::KEEP_PARTNERS))?;
        let row = Partner { blocked: self.blocked, ..self.partner.row()? };
        let unknown = || CompanyError::UnknownPartner { partner: row.code.clone() };
        tx.get::<Partner>(&row.party)?.ok_or_else(unknown)?;
        tx.emit(Event::new("company.partner_changed").with("party", row.party));
        Ok(tx.put(row)?)
    }
}

/// The partner of a code; the act rests on it.
pub(crate) fn partner_by_code(
    tx: &mut Tx<'_>,
    code: &SmolStr,
) -> Result<Arc<Partner>, CompanyError> {
    let unknown = || CompanyError::UnknownPartner { partner: code.clone() };
    // Who was added by us has an id made of the code; of others an index says it.
    if let Some(partner) = tx.get::<Partner>(&PartyId::named(code))? {
        return Ok(partner);
    }
    let found = tx.peek_scan(&Range::by(Partner::BY_CODE, code))?;
    let party = found.first().ok_or_else(unknown)?.party;
    tx.require::<Partner, CompanyError>(&party, unknown)
}

/// The partner of a party; the act rests on it.
pub(crate) fn partner_of(tx: &mut Tx<'_>, party: PartyId) -> Result<Arc<Partner>, CompanyError> {
    let unknown =
        || CompanyError::UnknownPartner { partner: smol_str::ToSmolStr::to_smolstr(&party) };
    tx.require::<Partner, CompanyError>(&party, unknown)
}
