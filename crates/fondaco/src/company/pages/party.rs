//! A customer's or supplier's page.

use chrono::NaiveDate;
use fondaco_accounting::ledger::{Account, OpenItemQuery, open_items};
use fondaco_core::report::{Column, Figure, Page, Phrase, Report, Row, word};
use fondaco_core::{Currency, Halt, Money, PartyId, Range, Reading};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Moment, history, in_order};
use crate::company::CompanyError;
use crate::company::document::{Document, DocumentKind, Status};
use crate::company::figures::{PaidDay, SoldDay};
use crate::company::masters::Partner;
use crate::company::posting::Role;
use crate::company::setup::{Profiles, Settings, seen_accounts};

/// Points that a contact has by a scorecard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyScore {
    /// The scorecard.
    pub card: SmolStr,
    /// What the points led to.
    pub stage: Option<SmolStr>,
    /// Points for what it is, when it was looked at last.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub fit: Decimal,
    /// Points for what it did.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub engagement: Decimal,
}

/// Something to be paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenLine {
    /// The document.
    pub source: SmolStr,
    /// When it falls due.
    pub due: NaiveDate,
    /// How much is open: above zero of what the party owes.
    pub open: Money,
}

/// All that is known of a customer or supplier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartyPage {
    /// Who.
    pub party: PartyId,
    /// The code.
    pub code: SmolStr,
    /// The group.
    pub group: Option<SmolStr>,
    /// The currency of the books.
    pub currency: Currency,
    /// What was sold to it in all, without tax.
    pub sold: Money,
    /// What is left of that after its cost.
    pub gross: Money,
    /// What it billed in all, without tax, less what it credited.
    pub bought: Money,
    /// How many days late it pays on average; `None` where it never paid.
    #[serde(with = "fondaco_core::decimal::as_text::option")]
    pub days_late: Option<Decimal>,
    /// What is to be paid, the first to fall due first.
    pub open: Vec<OpenLine>,
    /// Its scores.
    pub scores: Vec<PartyScore>,
    /// What happened, in order of time.
    pub moments: Vec<Moment>,
}

impl PartyPage {
    /// Reads it, as [`Company::party_page`](crate::company::Company::party_page).
    ///
    /// # Errors
    /// [`CompanyError::UnknownPartner`], [`CompanyError::NotSetUp`]; of the store.
    pub fn read(
        read: &mut impl Reading,
        code: &str,
        with_crm: bool,
    ) -> Result<PartyPage, CompanyError> {
        let settings = read.peek::<Settings>(&Settings::key())?.ok_or(CompanyError::NotSetUp)?;
        let code = SmolStr::new(code);
        let found = read.peek_scan(&Range::by(Partner::BY_CODE, &code))?;
        let unknown = || CompanyError::UnknownPartner { partner: code.clone() };
        let partner = found.into_iter().next().ok_or_else(unknown)?;
        let (party, currency) = (partner.party, settings.currency);
        let (mut sold, mut cost) = (Decimal::ZERO, Decimal::ZERO);
        read.peek_each(&Range::<SoldDay>::by_key(&party), |row: &SoldDay| {
            sold += row.revenue.to_decimal();
            cost += row.cost.to_decimal();
            Ok::<(), Halt>(())
        })?;
        let (mut paid, mut late) = (0_i64, 0_i64);
        read.peek_each(&Range::<PaidDay>::by_key(&party), |row: &PaidDay| {
            (paid, late) = (paid + row.paid, late + row.days_late);
            Ok::<(), Halt>(())
        })?;
        let mean =
            (paid > 0).then(|| (Decimal::from(late) / Decimal::from(paid)).round_dp(1).normalize());
        let (mut moments, bought) = documents(read, party)?;
        let scores = if with_crm { of_crm(read, party, &mut moments)? } else { Vec::new() };
        let money = |amount: Decimal| Money::new(amount.normalize(), currency);
        Ok(PartyPage {
            party,
            code,
            group: partner.party_group.clone(),
            currency,
            sold: money(sold),
            gross: money(sold - cost),
            bought: money(bought),
            days_late: mean,
            open: open(read, party)?,
            scores,
            moments: in_order(moments),
        })
    }

    /// The page: figures, what is open, scores, and what happened.
    pub fn to_page(&self) -> Page {
        let mut open = Report::new(word("Open items"))
            .column(Column::text(word("Document")).naming_rows())
            .column(Column::date(word("Due")))
            .column(Column::amount(word("Open"), self.currency));
        for line in &self.open {
            open.push(Row::new([
                line.source.clone().into(),
                line.due.into(),
                line.open.amount().into(),
            ]));
        }
        let mut page = Page::new(Phrase::from(self.code.clone()))
            .about(self.group.clone().unwrap_or_default())
            .figures([
                Figure::new(word("Sales"), self.sold),
                Figure::new(word("Gross"), self.gross),
                Figure::new(word("Bought"), self.bought),
                Figure::new(word("days late"), self.days_late),
            ])
            .report(open);
        if !self.scores.is_empty() {
            let mut scores = Report::new(word("Scores"))
                .column(Column::text(word("Scorecard")).naming_rows())
                .column(Column::text(word("Stage")))
                .column(Column::text(word("Fit")))
                .column(Column::text(word("Engagement")));
            for score in &self.scores {
                let stage = score.stage.clone();
                scores.push(Row::new([
                    score.card.clone().into(),
                    stage.into(),
                    score.fit.into(),
                    score.engagement.into(),
                ]));
            }
            page = page.report(scores);
        }
        page.report(history(&self.moments))
    }
}

/// Its documents, each on its day and where it was taken back also on that; and what it billed.
fn documents(
    read: &mut impl Reading,
    party: PartyId,
) -> Result<(Vec<Moment>, Decimal), CompanyError> {
    let rows = read.peek_scan(&Range::by(Document::BY_PARTY, &party))?;
    let (mut moments, mut bought) = (Vec::with_capacity(rows.len()), Decimal::ZERO);
    for document in rows {
        let moment = |date, note: &'static str| Moment {
            date,
            kind: SmolStr::new_static(document.kind.code()),
            name: document.code.clone(),
            note: SmolStr::new_static(note),
            value: document.money(document.gross()).into(),
        };
        moments.push(moment(document.date, document.status.code()));
        if let Some(date) = document.cancelled_on.copied() {
            moments.push(moment(date, "taken back"));
        }
        let net = document.net.to_decimal();
        match (document.kind, document.status) {
            (_, Status::Cancelled) => {}
            (DocumentKind::Bill, _) => bought += net,
            (DocumentKind::SupplierCredit, _) => bought -= net,
            _ => {}
        }
    }
    Ok((moments, bought))
}

/// What of its items is open, on accounts that are kept by them.
fn open(read: &mut impl Reading, party: PartyId) -> Result<Vec<OpenLine>, CompanyError> {
    let (profiles, rules) = (Profiles::seen(read)?, seen_accounts(read)?);
    let profile = profiles.leading()?.code.clone();
    let mut lines = Vec::new();
    for role in [Role::Receivable, Role::Payable] {
        for code in rules.of(role, &profile) {
            if read.peek::<Account>(&code)?.is_none_or(|account| account.open_items.is_none()) {
                continue;
            }
            let found = open_items(read, &OpenItemQuery::account(code).party(party))?.items;
            lines.extend(found.into_iter().map(|item| OpenLine {
                source: item.source.unwrap_or_default(),
                due: item.due_date,
                open: item.ledger_open,
            }));
        }
    }
    lines.sort_by(|one, other| (one.due, &one.source).cmp(&(other.due, &other.source)));
    Ok(lines)
}

#[cfg(not(feature = "crm"))]
fn of_crm(
    _: &mut impl Reading,
    _: PartyId,
    _: &mut Vec<Moment>,
) -> Result<Vec<PartyScore>, CompanyError> {
    Ok(Vec::new())
}

/// What the customers' engine knows: events, opportunities, scores.
#[cfg(feature = "crm")]
fn of_crm(
    read: &mut impl Reading,
    party: PartyId,
    moments: &mut Vec<Moment>,
) -> Result<Vec<PartyScore>, CompanyError> {
    use fondaco_core::report::Cell;
    use fondaco_crm::events::BehaviourEvent;
    use fondaco_crm::opportunities::{Opportunity, OpportunityStep};
    use fondaco_crm::scores::ContactScore;
    for event in read.peek_scan(&Range::by(BehaviourEvent::BY_PARTY, &party))? {
        moments.push(Moment {
            date: event.at.date_utc(),
            kind: event.kind.clone(),
            name: event.source.clone(),
            note: SmolStr::default(),
            value: Cell::Empty,
        });
    }
    for deal in read.peek_scan(&Range::by(Opportunity::BY_PARTY, &party))? {
        // Each step as it was then: its stage, and what it was thought to bring.
        for step in read.peek_scan(&Range::<OpportunityStep>::by_key(&deal.opportunity))? {
            moments.push(Moment {
                date: if step.step == 1 { deal.opened_on } else { step.at.date_utc() },
                kind: SmolStr::new_static("opportunity"),
                name: deal.name.clone(),
                note: step.stage.clone(),
                value: Money::new(step.amount, deal.currency).into(),
            });
        }
    }
    let rows = read.peek_scan(&Range::<ContactScore>::by_key(&party))?;
    let score = |row: &std::sync::Arc<ContactScore>| PartyScore {
        card: row.card.clone(),
        stage: row.stage.clone(),
        fit: row.fit,
        engagement: row.engagement,
    };
    Ok(rows.iter().map(score).collect())
}
