//! What a document tells the books: an event, and figures with the places in which they arise.

use chrono::NaiveDate;
use fondaco_core::terms::DueAmount;
use fondaco_core::{Money, PartyId};
use smol_str::SmolStr;

use super::{BusinessEvent, Figure, Place, Role};

/// What happened, as far as books are told of it: the facts of one document on one day.
///
/// ```
/// use fondaco::company::posting::{BusinessEvent, Fact, Facts, Figure};
/// use fondaco::core::Money;
/// let shipped = Facts::new(BusinessEvent::Delivery, "2026-03-02".parse()?, "delivery/7")
///     .fact(Fact::new(Figure::Cost, Money::parse("50 EUR")?));
/// assert_eq!(shipped.facts.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// What happened.
    pub event: BusinessEvent,
    /// The day on which it counts.
    pub date: NaiveDate,
    /// The document, in words that the ledger keeps as the entry's source.
    pub document: SmolStr,
    /// The day of the document, where that is another.
    pub document_date: Option<NaiveDate>,
    /// What people read.
    pub text: Option<SmolStr>,
    /// With whom.
    pub party: Option<PartyId>,
    /// The account of what is to be paid, one for the whole document; by the rules at each figure's place where it is left out.
    pub owed: Option<SmolStr>,
    /// What falls due when, of what is to be paid; empty where all of it does at once.
    pub due: Vec<DueAmount>,
    /// To whom what is owed goes, where it is to many: amounts above zero, which come to it.
    pub owed_to: Vec<(PartyId, Money)>,
    /// The figures.
    pub facts: Vec<Fact>,
}

/// A figure, and where it arises.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Which figure.
    pub figure: Figure,
    /// How much: below zero where it goes the other way.
    pub amount: Money,
    /// How much that is in the currency of the books, where it is in another and not left to the rates on record.
    pub worth: Option<Money>,
    /// What rules of accounts may name.
    pub place: Place,
    /// A role that stands elsewhere than all others, and where: goods that lie at another site than their document's.
    pub apart: Option<Box<(Role, Place)>>,
}

impl Facts {
    /// An event of a document on a day, without figures yet.
    pub fn new(event: BusinessEvent, date: NaiveDate, document: impl Into<SmolStr>) -> Facts {
        Facts {
            event,
            date,
            document: document.into(),
            document_date: None,
            text: None,
            party: None,
            owed: None,
            due: Vec::new(),
            owed_to: Vec::new(),
            facts: Vec::new(),
        }
    }

    /// With a figure.
    #[must_use]
    pub fn fact(mut self, fact: Fact) -> Facts {
        self.facts.push(fact);
        self
    }

    /// With whom.
    #[must_use]
    pub fn party(mut self, party: PartyId) -> Facts {
        self.party = Some(party);
        self
    }
}

impl Fact {
    /// A figure that arises anywhere.
    pub fn new(figure: Figure, amount: Money) -> Fact {
        Fact { figure, amount, worth: None, place: Place::default(), apart: None }
    }

    /// That arises there.
    #[must_use]
    pub fn at(mut self, place: Place) -> Fact {
        self.place = place;
        self
    }

    /// But for one role, which stands there.
    ///
    /// ```
    /// use fondaco::company::posting::{Fact, Figure, Place, Role};
    /// use fondaco::core::Money;
    /// let gears = Place { categories: vec!["gears".into()], ..Place::default() };
    /// let bolts = Place { categories: vec!["bolts".into()], ..Place::default() };
    /// // Bolts that go into gears: out of the stock of bolts, into the gears in progress.
    /// let issued = Fact::new(Figure::Cost, Money::parse("90 EUR")?).at(gears.clone()).but(Role::Stock, bolts.clone());
    /// assert_eq!((issued.place_of(Role::Stock), issued.place_of(Role::WorkInProgress)), (&bolts, &gears));
    /// # Ok::<(), fondaco::core::MoneyError>(())
    /// ```
    #[must_use]
    pub fn but(mut self, role: Role, place: Place) -> Fact {
        self.apart = Some(Box::new((role, place))).filter(|apart| apart.1 != self.place);
        self
    }

    /// Where a role of it stands.
    pub fn place_of(&self, role: Role) -> &Place {
        match self.apart.as_deref() {
            Some((apart, place)) if *apart == role => place,
            _ => &self.place,
        }
    }

    /// That is worth so much in the currency of the books.
    #[must_use]
    pub fn worth(mut self, worth: Money) -> Fact {
        self.worth = Some(worth);
        self
    }
}
