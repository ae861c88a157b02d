//! Which attributes there are.

use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::input::{check_code, check_line};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Json, Record};
use fondaco_core::{Act, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{AttributeError, Value, ValueKind};
use crate::contacts::ContactKind;
use crate::contacts::rights::SET_UP;
use crate::{CrmError, check_count};

/// So many choices are named where another was given.
const MOST_SAID: usize = 12;

/// Something that may be known of contacts.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_attribute", kind = state, key(code))]
pub struct Attribute {
    /// What names it: `company_size`.
    pub code: SmolStr,
    /// What people read.
    pub title: SmolStr,
    /// Which type its values have.
    pub kind: ValueKind,
    /// Of whom it is known; of all where nothing is said.
    pub of: Option<ContactKind>,
    /// What it may be, of a choice: a list of texts.
    pub choices: Option<Json>,
}

impl Attribute {
    /// The texts that a choice may be.
    pub fn choices(&self) -> Vec<SmolStr> {
        self.choices.as_ref().and_then(|choices| choices.to().ok()).unwrap_or_default()
    }

    /// Whether a value fits.
    ///
    /// # Errors
    /// [`AttributeError`], which names the attribute and what it takes.
    pub fn check(&self, of: ContactKind, value: &Value) -> Result<(), AttributeError> {
        let attribute = || self.code.clone();
        value.check(&self.code)?;
        if let Some(only) = self.of.filter(|only| *only != of) {
            return Err(AttributeError::NotOfThese { attribute: attribute(), of: only.says() });
        }
        match (self.kind, value) {
            (ValueKind::Choice, Value::Text(text)) => {
                let choices = self.choices();
                if choices.contains(text) {
                    return Ok(());
                }
                let mut said: Vec<String> =
                    choices.iter().take(MOST_SAID).map(SmolStr::to_string).collect();
                if let Some(more) = choices.len().checked_sub(MOST_SAID).filter(|more| *more > 0) {
                    said.push(format!("{more} more"));
                }
                let choices = said.join(", ").into();
                Err(AttributeError::NoSuchChoice { attribute: attribute(), choices })
            }
            (wanted, value) if wanted == value.kind() => Ok(()),
            (wanted, value) => Err(AttributeError::WrongType {
                attribute: attribute(),
                wanted: wanted.says(),
                found: value.kind().says(),
            }),
        }
    }
}

/// An attribute to be defined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAttribute {
    /// See [`Attribute::code`].
    pub code: SmolStr,
    /// See [`Attribute::title`].
    pub title: SmolStr,
    /// See [`Attribute::kind`].
    pub kind: ValueKind,
    /// See [`Attribute::of`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<ContactKind>,
    /// See [`Attribute::choices`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<SmolStr>,
}

impl NewAttribute {
    /// An attribute of all contacts.
    ///
    /// ```
    /// use fondaco_crm::attributes::{NewAttribute, ValueKind};
    /// let size = NewAttribute::new("employees", "Number of employees", ValueKind::Number);
    /// let country = NewAttribute::choice("segment", "Segment", ["small", "large"]);
    /// assert_eq!((size.choices.len(), country.choices.len()), (0, 2));
    /// ```
    pub fn new(
        code: impl Into<SmolStr>,
        title: impl Into<SmolStr>,
        kind: ValueKind,
    ) -> NewAttribute {
        NewAttribute { code: code.into(), title: title.into(), kind, of: None, choices: Vec::new() }
    }

    /// One of a list of texts.
    pub fn choice<T: Into<SmolStr>>(
        code: impl Into<SmolStr>,
        title: impl Into<SmolStr>,
        choices: impl IntoIterator<Item = T>,
    ) -> NewAttribute {
        let choices = choices.into_iter().map(Into::into).collect();
        NewAttribute { choices, ..NewAttribute::new(code, title, ValueKind::Choice) }
    }

    /// Of these alone.
    #[must_use]
    pub fn of(mut self, kind: ContactKind) -> NewAttribute {
        self.of = Some(kind);
        self
    }

    fn row(&self) -> Attribute {
        let NewAttribute { code, title, kind, of, choices } = self.clone();
        let choices = if choices.is_empty() { None } else { Json::of(&choices) };
        Attribute { code, title, kind, of, choices }
    }

    fn check(&self) -> Result<(), AttributeError> {
        check_code("attribute", &self.code)?;
        check_line("title", &self.title)?;
        self.choices.iter().try_for_each(|choice| check_line("choice", choice))?;
        let why = match (self.kind == ValueKind::Choice, self.choices.is_empty()) {
            (true, true) => "there is nothing to choose from: list the choices",
            (false, false) => "only a choice has choices: leave them out, or make it one",
            _ => return Ok(()),
        };
        Err(AttributeError::BadValue { attribute: self.code.clone(), why })
    }
}

/// Defines attributes, or changes their titles and lists of choices. Their types stay. What is taken off a list can't be chosen any more; who has
/// it keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefineAttributes {
    /// The attributes.
    pub attributes: Vec<NewAttribute>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl DefineAttributes {
    /// Defines all of these, or none.
    ///
    /// ```
    /// use fondaco_core::CompanyId;
    /// use fondaco_crm::Crm;
    /// use fondaco_crm::attributes::{DefineAttributes, NewAttribute, ValueKind};
    /// # use fondaco_store::Memory;
    /// let crm = Crm::open(Memory::new(), CompanyId::named("acme"))?;
    /// let size = NewAttribute::new("employees", "Number of employees", ValueKind::Number);
    /// assert_eq!(crm.send("attributes", &DefineAttributes::new(vec![size]))?.answer.entered, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(attributes: Vec<NewAttribute>) -> DefineAttributes {
        DefineAttributes { attributes, taking: Taking::AllOrNothing }
    }
}

impl Act for DefineAttributes {
    type Answer = Entered;
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, CrmError> {
        tx.authorize(&Request::new(&SET_UP))?;
        check_count(self.attributes.len())?;
        let codes: Vec<SmolStr> = self.attributes.iter().map(|new| new.code.clone()).collect();
        tx.need::<Attribute>(&codes)?;
        take(tx, self.taking, |tx| {
            let mut entered = Entered::default();
            for (at, new) in self.attributes.iter().enumerate() {
                let done = tx.attempt(|tx| define(tx, new))?;
                entered.note(at, done);
            }
            Ok(entered)
        })
    }
}

/// What segments know of each contact without being an attribute.
const RESERVED: &[&str] = &["kind", "source", "owner", "territory", "created", "stage"];

fn define(tx: &mut Tx<'_>, new: &NewAttribute) -> Result<bool, CrmError> {
    new.check()?;
    let row = new.row();
    let there = tx.get::<Attribute>(&new.code)?;
    if there.is_none() && RESERVED.contains(&new.code.as_str()) {
        let why = "it is what contacts have without attributes, and segments ask it by that name: take another code";
        return Err(AttributeError::BadValue { attribute: new.code.clone(), why }.into());
    }
    if let Some(there) = &there {
        if **there == row {
            return Ok(false);
        }
        if (there.kind, there.of) != (row.kind, row.of) {
            let (attribute, kind) = (new.code.clone(), there.kind.says());
            return Err(AttributeError::AttributeDefined { attribute, kind }.into());
        }
    }
    tx.emit(Event::new("crm.attribute_defined").with("attribute", new.code.clone()));
    tx.upsert(row)?;
    Ok(true)
}
