//! Where a party is: structured addresses, each of a kind and for certain days.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::record::{check_line, event, living, personal};
use super::{Country, PartyError, Private};
use crate::policy::Request;
use crate::store::{Field, Personal, Record, Value};
use crate::{Act, DateRange, PartyId, Range, Tx};

/// What an address is for.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressKind {
    /// Where somebody lives, or an organisation has its rooms.
    Main,
    /// Where the register says that an organisation has its seat.
    Registered,
    /// Where invoices go.
    Billing,
    /// Where goods go.
    Delivery,
    /// Where letters go.
    Postal,
}

/// An address of a party.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "party_address", kind = state, key(party, number), guard(by_party(party)))]
pub struct Address {
    /// Whose.
    pub party: PartyId,
    /// Counts the party's addresses, from 1; never given again.
    pub number: u32,
    /// What it is for.
    pub kind: AddressKind,
    /// The country.
    pub country: Country,
    /// The first day on which it is right; always, if there is none.
    pub start: Option<NaiveDate>,
    /// The last day; until further notice, if there is none.
    pub end: Option<NaiveDate>,
    /// Street and number, or what stands in their place; also of several lines.
    pub street: Option<Personal<SmolStr>>,
    /// What else has to stand above the street: care of, building, floor.
    pub extra: Option<Personal<SmolStr>>,
    /// The post code, as the country writes it.
    pub postcode: Option<Personal<SmolStr>>,
    /// The town.
    pub city: Personal<SmolStr>,
    /// State, province or canton, where letters need it: a code of ISO 3166-2 or a name.
    pub region: Option<Personal<SmolStr>>,
}

impl Address {
    /// The days on which it is right.
    pub fn days(&self) -> DateRange {
        super::role::days(self.start, self.end)
    }

    /// Whether it was removed or erased.
    pub fn is_erased(&self) -> bool {
        self.city.get().is_none()
    }
}

/// An address to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAddress {
    /// See [`Address::kind`].
    pub kind: AddressKind,
    /// See [`Address::country`].
    pub country: Country,
    /// See [`Address::city`].
    pub city: Private<SmolStr>,
    /// See [`Address::street`].
    #[serde(default)]
    pub street: Option<Private<SmolStr>>,
    /// See [`Address::extra`].
    #[serde(default)]
    pub extra: Option<Private<SmolStr>>,
    /// See [`Address::postcode`].
    #[serde(default)]
    pub postcode: Option<Private<SmolStr>>,
    /// See [`Address::region`].
    #[serde(default)]
    pub region: Option<Private<SmolStr>>,
    /// On which days it is right.
    pub days: DateRange,
}

impl NewAddress {
    /// An address in a town.
    ///
    /// ```
    /// use fondaco_core::party::{AddressKind, Country, NewAddress};
    /// let country = Country::from_code("IT").ok_or("there is no such country")?;
    /// let home = NewAddress::new(AddressKind::Main, country, "Venezia").street("Rio Terà 5").postcode("30123");
    /// assert!(!format!("{home:?}").contains("Rio"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(kind: AddressKind, country: Country, city: impl Into<SmolStr>) -> NewAddress {
        NewAddress {
            kind,
            country,
            city: Private(city.into()),
            street: None,
            extra: None,
            postcode: None,
            region: None,
            days: DateRange::always(),
        }
    }

    /// With street and number.
    #[must_use]
    pub fn street(mut self, street: impl Into<SmolStr>) -> NewAddress {
        self.street = Some(Private(street.into()));
        self
    }

    /// With what stands above the street.
    #[must_use]
    pub fn extra(mut self, extra: impl Into<SmolStr>) -> NewAddress {
        self.extra = Some(Private(extra.into()));
        self
    }

    /// With a post code.
    #[must_use]
    pub fn postcode(mut self, postcode: impl Into<SmolStr>) -> NewAddress {
        self.postcode = Some(Private(postcode.into()));
        self
    }

    /// In a state, province or canton.
    #[must_use]
    pub fn region(mut self, region: impl Into<SmolStr>) -> NewAddress {
        self.region = Some(Private(region.into()));
        self
    }

    /// Right on these days.
    #[must_use]
    pub fn on(mut self, days: DateRange) -> NewAddress {
        self.days = days;
        self
    }

    fn check(&self) -> Result<(), PartyError> {
        check_line("city", &self.city.0)?;
        let fields = [
            ("street", &self.street),
            ("extra", &self.extra),
            ("postcode", &self.postcode),
            ("region", &self.region),
        ];
        fields.iter().try_for_each(|(field, text)| match text {
            Some(text) => text.0.split('\n').try_for_each(|line| check_line(field, line)),
            None => Ok(()),
        })
    }
}

/// Adds an address; answers its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddAddress {
    /// Which party.
    pub party: PartyId,
    /// The address.
    pub address: NewAddress,
}

impl AddAddress {
    /// Adds `address` to `party`.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let people = people();
    /// let works = NewAddress::new(AddressKind::Delivery, "IT".parse()?, "Mestre").postcode("30170");
    /// let number = send(&people, "works", &AddAddress::new(ada(), works))?;
    /// assert_eq!(number, 2); // her second
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId, address: NewAddress) -> AddAddress {
        AddAddress { party, address }
    }
}

impl Act for AddAddress {
    type Answer = u32;
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<u32, PartyError> {
        tx.authorize(&Request::new(&super::KEEP))?;
        self.address.check()?;
        living(tx, self.party)?;
        let there = tx.scan(&Range::<Address>::by_key(&self.party))?;
        let number = there.last().map_or(1, |last| last.number.saturating_add(1));
        let NewAddress { kind, country, city, street, extra, postcode, region, days } =
            &self.address;
        let address = Address {
            party: self.party,
            number,
            kind: *kind,
            country: *country,
            start: days.start(),
            end: days.end(),
            street: personal(tx, street),
            extra: personal(tx, extra),
            postcode: personal(tx, postcode),
            city: tx.personal(city.0.clone()),
            region: personal(tx, region),
        };
        tx.emit(
            event("party.address_added", self.party).with("address", Value::I64(number.into())),
        );
        tx.insert(address)?;
        Ok(number)
    }
}

/// The address, if it is there and was not erased.
fn found(tx: &mut Tx<'_>, party: PartyId, number: u32) -> Result<Arc<Address>, PartyError> {
    let address = tx.get::<Address>(&(party, number))?.filter(|address| !address.is_erased());
    address.ok_or(PartyError::NoSuch { party, what: "address", number })
}

/// Says until when an address is right. It stays, for what was sent there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndAddress {
    /// Whose.
    pub party: PartyId,
    /// See [`Address::number`].
    pub number: u32,
    /// The last day on which it is right.
    pub end: NaiveDate,
}

impl EndAddress {
    /// Ends address `number` of `party` after `end`.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let people = people();
    /// send(&people, "moves", &EndAddress::new(ada(), 1, "2026-06-30".parse()?))?;
    /// let whole = people.view(|view| whole_party(view, ada()))?.ok_or("she is there")?;
    /// assert_eq!(whole.addresses[0].days().to_string(), "../2026-06-30");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId, number: u32, end: NaiveDate) -> EndAddress {
        EndAddress { party, number, end }
    }
}

impl Act for EndAddress {
    type Answer = ();
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PartyError> {
        tx.authorize(&Request::new(&super::KEEP))?;
        let address = found(tx, self.party, self.number)?;
        DateRange::between(address.start, Some(self.end)).map_err(|_| PartyError::Reversed)?;
        let number = Value::I64(self.number.into());
        tx.emit(event("party.address_ended", self.party).with("address", number));
        Ok(tx.put(Address { end: Some(self.end), ..address.as_ref().clone() })?)
    }
}

/// Erases an address that should not have been kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveAddress {
    /// Whose.
    pub party: PartyId,
    /// See [`Address::number`].
    pub number: u32,
}

impl RemoveAddress {
    /// Erases address `number` of `party`.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let people = people();
    /// send(&people, "not hers", &RemoveAddress::new(ada(), 1))?;
    /// let again = send(&people, "again", &RemoveAddress::new(ada(), 1)).unwrap_err();
    /// assert_eq!(again.code(), "party.no_such");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId, number: u32) -> RemoveAddress {
        RemoveAddress { party, number }
    }
}

impl Act for RemoveAddress {
    type Answer = ();
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PartyError> {
        tx.authorize(&Request::new(&super::KEEP))?;
        found(tx, self.party, self.number)?;
        let number = Value::I64(self.number.into());
        tx.emit(event("party.address_removed", self.party).with("address", number));
        Ok(tx.erase::<Address>(&(self.party, self.number))?)
    }
}
