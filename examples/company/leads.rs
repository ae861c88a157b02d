//! Where dealers come from: one is interested, is scored by what he does, gets an offer, and buys or does not. Who buys is a customer from that
//! day on, under the id that he had as a lead.
//!
//! The files have no leads: they are made up backwards. A dealer whose first order comes in the seventh week or later was interested forty days
//! before it, and for each third such dealer there was one who never bought. What becomes of leads on a day is a command of our own that is made
//! of the engine's: it reads the scores that are kept as things happen, and decides by them.

use std::{collections::BTreeMap, error::Error};

use chrono::{Days, TimeDelta};
use fondaco::{
    company::{AddPartners, Company as Firm, NewPartner},
    core::{Act, Tx},
    crm::{
        Crm, CrmError,
        contacts::{AddContacts, LifecycleStage, MoveStages, NewContact},
        events::{NewEvent, RecordEvents},
        leads::{LeadMove, LeadStatus, MoveLeads, NewLead, OpenLeads},
        opportunities::{
            ChangeOpportunity, EndOpportunity, ForecastCategory, OpenOpportunity, OpportunityId,
            SetPipeline, opportunity,
        },
        scores::{PutScorecard, UseScorecard, contact_score},
    },
    prelude::*,
};
use serde::Serialize;

use crate::{
    common::company::{Company, SalesDocument},
    papers::Papers,
};

type Done<T> = Result<T, Box<dyn Error>>;

/// What a reader must know of the leads.
pub const SUPPOSED: &str = "The data has no leads: that dealers were interested forty days before their first order, and others who never bought, \
     is made up.";

/// The pipeline and the scorecard have this name.
pub const DEALERS: &str = "dealers";

const CARD: &str = r#"{
    "name": "dealers", "version": 1, "digits": 1,
    "events": {"visit": {}, "call": {}},
    "engagement": {"rules": [
        {"code": "visit", "says": "came to the site", "points": "4", "of": {"each": {"kind": "visit", "half_life_days": 30}}},
        {"code": "call", "says": "called", "points": "10", "of": {"each": {"kind": "call", "half_life_days": 30}}}]},
    "stages": [{"stage": "hot", "enter": {"total": "12"}}]
}"#;

/// Dealers who order earlier have always been customers.
const FROM: Days = Days::new(42);

/// How many days before the first order what becomes of a lead.
const STEPS: [(Step, Days); 4] = [
    (Step::Comes, Days::new(40)),
    (Step::IsJudged, Days::new(30)),
    (Step::IsOffered, Days::new(12)),
    (Step::Ends, Days::new(0)),
];

/// What becomes of a lead, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Step {
    Comes,
    IsJudged,
    IsOffered,
    Ends,
}

/// Somebody who may become a customer.
#[derive(Debug, Clone, Serialize)]
pub struct Lead {
    code: String,
    name: String,
    seller: String,
    /// What he would order first, and when.
    amount: Money,
    ends_on: NaiveDate,
    /// Whether he asks for something, and whether he buys it.
    calls: bool,
    buys: bool,
}

/// The leads of a company. Who comes as one is no customer of its papers' first day any more.
///
/// # Errors
/// An amount is too large.
pub fn taken_from(company: &Company, papers: &mut Papers) -> Done<Vec<Lead>> {
    let currency = Currency::from_code(&company.currency).ok_or("the currency is unknown")?;
    let (first, _) = company.days().ok_or("the company has no documents")?;
    let mut firsts: BTreeMap<u32, &SalesDocument> = BTreeMap::new();
    for sale in &company.sales {
        let Some(customer) = sale.customer else { continue };
        let known = firsts.entry(customer).or_insert(sale);
        if sale.date < known.date {
            *known = sale;
        }
    }
    let late = firsts.into_iter().filter(|(_, sale)| !sale.online && sale.date >= first + FROM);
    let mut leads = Vec::new();
    for (nth, (customer, sale)) in late.enumerate() {
        let Some(party) = company.customers.get(&customer) else { continue };
        let lead = Lead {
            code: party.number.clone(),
            name: party.name.clone(),
            seller: format!("seller-{}", sale.sales_person.unwrap_or_default()),
            amount: Money::new(sale.booked()?.net, currency),
            ends_on: sale.date,
            calls: true,
            buys: true,
        };
        papers.customers.remove(&lead.code);
        if nth % 3 == 0 {
            // Some think about it until the half year is over.
            let later = Days::new(if nth % 12 == 6 { 90 } else { 35 });
            leads.push(Lead {
                code: format!("LEAD-{nth}"),
                name: format!("Prospect {nth}"),
                ends_on: sale.date + later,
                calls: nth % 2 == 0,
                buys: false,
                ..lead.clone()
            });
        }
        leads.push(lead);
    }
    Ok(leads)
}

/// The leads, by the days on which something becomes of them.
pub struct Leads {
    pub crm: Crm<'static>,
    pub count: usize,
    days: BTreeMap<NaiveDate, Vec<(Step, Lead)>>,
}

impl Leads {
    /// Sets up what they go through; the engine of customers joins the company's store.
    ///
    /// # Errors
    /// The engine refuses it.
    pub fn of(firm: &Firm<'static>, leads: Vec<Lead>) -> Done<Leads> {
        let crm = Crm::of(firm.office())?;
        let stages =
            [("asked", 20, ForecastCategory::Pipeline), ("offer", 60, ForecastCategory::BestCase)];
        crm.send("leads/pipeline", &SetPipeline::new(DEALERS, stages))?;
        crm.send("leads/card", &PutScorecard::new(serde_json::from_str(CARD)?))?;
        crm.send("leads/card in use", &UseScorecard::new(DEALERS, Some(1)))?;
        let (count, mut days) = (leads.len(), BTreeMap::<_, Vec<_>>::new());
        for lead in leads {
            for (step, before) in STEPS {
                days.entry(lead.ends_on - before).or_default().push((step, lead.clone()));
            }
        }
        Ok(Leads { crm, count, days })
    }

    /// What becomes of leads on a day; who buys is a customer before it is his order's turn.
    ///
    /// # Errors
    /// The engines refuse it.
    pub fn live(&self, firm: &Firm<'_>, day: NaiveDate) -> Done<()> {
        let Some(steps) = self.days.get(&day) else { return Ok(()) };
        self.crm.send(&format!("leads/{day}"), &Today { steps: steps.clone() })?;
        let buys = steps.iter().filter(|(step, lead)| *step == Step::Ends && lead.buys);
        let new = |(_, lead): &(Step, Lead)| NewPartner::customer(&lead.code).group("reseller");
        let customers: Vec<NewPartner> = buys.map(new).collect();
        if !customers.is_empty() {
            firm.send(&format!("leads/{day}/customers"), &AddPartners::new(customers))?;
        }
        Ok(())
    }
}

/// What becomes of leads on a day, in one commit.
#[derive(Serialize)]
struct Today {
    steps: Vec<(Step, Lead)>,
}

impl Act for Today {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        self.steps.iter().try_for_each(|(step, lead)| match step {
            Step::Comes => lead.comes(tx),
            Step::IsJudged => lead.is_judged(tx),
            Step::IsOffered => lead.is_offered(tx),
            Step::Ends => lead.ends(tx),
        })
    }
}

impl Lead {
    fn party(&self) -> PartyId {
        PartyId::named(&self.code)
    }

    fn opportunity(&self) -> OpportunityId {
        OpportunityId::named(&self.code)
    }

    fn comes(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        let (party, now) = (self.party(), tx.now());
        let contact = NewContact::organisation(party, &self.name).source("web").owner(&self.seller);
        AddContacts::new(vec![contact]).act(tx)?;
        let kinds = ["visit", "visit", "call"].into_iter().take(if self.calls { 3 } else { 1 });
        let did = kinds.zip(0..).map(|(kind, hours)| {
            let at = now.checked_add(TimeDelta::hours(hours - 3)).unwrap_or(now);
            NewEvent::new(party, kind, ("web", format!("{}/{hours}", self.code)), at)
        });
        RecordEvents::new(did.collect()).act(tx)?;
        OpenLeads::new(vec![NewLead::new(party, "web")]).act(tx).map(drop)
    }

    /// Who is hot is worth an offer.
    fn is_judged(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        let (party, now) = (self.party(), tx.now());
        let score = contact_score(tx, party, DEALERS, now)?;
        if score.and_then(|score| score.stage).is_none_or(|stage| stage != "hot") {
            let cold = LeadMove::new(party, LeadStatus::Disqualified).because("cold");
            return MoveLeads::new(vec![cold]).act(tx).map(drop);
        }
        MoveLeads::new(vec![LeadMove::new(party, LeadStatus::Qualified)]).act(tx)?;
        let what = (DEALERS, "first order");
        let open = OpenOpportunity::new(self.opportunity(), party, what, self.amount, self.ends_on);
        OpenOpportunity { owner: Some((&self.seller).into()), ..open }.act(tx)
    }

    fn is_offered(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        match opportunity(tx, self.opportunity())? {
            Some(_) => ChangeOpportunity::to(self.opportunity(), "offer").act(tx),
            None => Ok(()),
        }
    }

    fn ends(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        let (id, on) = (self.opportunity(), self.ends_on);
        if opportunity(tx, id)?.is_none() {
            return Ok(());
        }
        if !self.buys {
            return EndOpportunity::lost(id, on, "price").act(tx);
        }
        EndOpportunity::won(id, on).act(tx)?;
        MoveStages::up(self.party(), LifecycleStage::Customer).act(tx).map(drop)
    }
}
