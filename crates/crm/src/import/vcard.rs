//! Contacts from vCards: versions 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), as telephones and mail programs write them.
//!
//! Read are the names, addresses, numbers, e-mail addresses and the organisation; all else is left out. What a card says in an encoding that
//! isn't UTF-8 or Latin-1 is refused.

use std::collections::BTreeMap;
use std::io::Read;

use fondaco_core::enter::{Entered, MOST_LINES, Taking};
use fondaco_core::import::{EnterReport, Fault, FileError, GoodLines};
use fondaco_core::party::{AddressKind, ContactKind as Reach, Country, NewAddress, Private};
use fondaco_core::{Halt, PartyId, Reading, digest};
use smol_str::{SmolStr, format_smolstr};

use super::known::Known;
use super::read::{Change, Flaw};
use crate::clean;
use crate::consent::suppressed_among;
use crate::contacts::{AddContacts, ContactKind, NewContact};

/// A file of vCards is no larger than this, in bytes.
const MOST_BYTES: usize = 256 << 20;

/// The contacts of a file of vCards, read, cleaned and judged by themselves.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let crm = crm();
/// use fondaco_crm::import::VcardFile;
///
/// let file = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Eve Adams\r\nN:Adams;Eve;;;\r\n\
///             TEL;TYPE=CELL:0170 1234567\r\nEMAIL:eve@adams.exa\r\n mple\r\nEND:VCARD\r\n";
/// let file = VcardFile::read(file.as_bytes(), Some("DE".parse()?))?;
/// let (file, known) = crm.view(|view| file.compared(view))?;
/// assert!(known.is_empty()); // nobody has that address
/// let entered = crm.send("cards", &file.command(Taking::GoodOnes))?.answer;
/// assert_eq!(file.report(&entered).to_string(), "1 lines: 1 entered, 0 there already");
/// assert_eq!(file.changed(), [(1, "TEL".into(), "brought into international form")]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct VcardFile {
    cards: GoodLines<NewContact>,
    changed: Vec<(u64, SmolStr, &'static str)>,
}

/// What is to be told of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardNote {
    /// The line on which it begins.
    pub line: u64,
    /// What.
    pub why: CardWhy,
}

/// Why something is told of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardWhy {
    /// This contact has its e-mail address: the card is left out.
    SameAddress(PartyId),
    /// Its e-mail address is on the suppression list: it is added, and not written to.
    Suppressed,
}

impl VcardFile {
    /// Reads a file, up to 100,000 cards; numbers and addresses that say no country are in `country`.
    ///
    /// # Errors
    /// What is wrong with the file as a whole. What is wrong with a card is told by [`VcardFile::report`], with the line that it begins on.
    pub fn read(mut file: impl Read, country: Option<Country>) -> Result<VcardFile, FileError> {
        let mut bytes = Vec::new();
        file.by_ref().take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > MOST_BYTES {
            return Err(FileError::Unreadable { why: "it has more than 256 MB: split it".into() });
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(other) => other.as_bytes().iter().map(|byte| char::from(*byte)).collect(),
        };
        let origin = digest::of(&text).map(|hash| digest::hex(&hash)).unwrap_or_default();
        let mut read = VcardFile { cards: GoodLines::default(), changed: Vec::new() };
        for (line, card) in cards(&text) {
            read.cards.lines += 1;
            if read.cards.lines > MOST_LINES as u64 {
                return Err(FileError::TooManyLines { most: MOST_LINES });
            }
            read.take(line, &card, &origin, country);
        }
        Ok(read)
    }

    /// Takes a card, unless something is wrong with it.
    fn take(&mut self, line: u64, card: &Card, origin: &str, country: Option<Country>) {
        let (mut changes, mut faults) = (Vec::new(), Vec::new());
        let contact = card.contact((line, origin), country, &mut changes, &mut faults);
        let refusals = faults
            .into_iter()
            .map(|(field, flaw): (SmolStr, Flaw)| Fault::from(flaw).at(line, &field, ""));
        let before = self.cards.refusals.len();
        self.cards.refusals.extend(refusals);
        if self.cards.refusals.len() == before {
            self.cards.good.push((line, contact));
            self.changed
                .extend(changes.into_iter().map(|one: Change| (line, one.column, one.done)));
        }
    }

    /// The file without those cards that have an e-mail address of one's own which one contact has already, or a card further up; and what is to be told of cards, in their
    /// order.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::import::{CardWhy, VcardFile};
    /// let file = "BEGIN:VCARD\nVERSION:4.0\nFN:Ada L\nEMAIL:Ada+fair@analytical.example\nEND:VCARD\n";
    /// let file = VcardFile::read(file.as_bytes(), None)?;
    /// let (file, notes) = crm.view(|view| file.compared(view))?;
    /// assert_eq!((notes[0].line, notes[0].why), (1, CardWhy::SameAddress(ada())));
    /// assert!(file.command(Taking::GoodOnes).contacts.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn compared(&self, read: &mut impl Reading) -> Result<(VcardFile, Vec<CardNote>), Halt> {
        let (mut file, mut notes) = (self.clone(), Vec::new());
        let cards = std::mem::take(&mut file.cards.good);
        let mut known = Known::of(read, cards.iter().map(|(_, contact)| contact))?;
        for (line, contact) in cards {
            match known.same_as(&contact) {
                Some(other) => notes.push(CardNote { line, why: CardWhy::SameAddress(other) }),
                None => file.cards.good.push((line, contact)),
            }
        }
        let emails = file.cards.good.iter().flat_map(|(line, contact)| {
            contact.emails.iter().map(|email| (*line, email.0.as_str()))
        });
        let emails: Vec<(u64, &str)> = emails.collect();
        let asked: Vec<_> = emails.iter().map(|(_, email)| (Reach::Email, *email)).collect();
        let on_list = emails.iter().zip(suppressed_among(read, &asked)?).filter(|(_, on)| *on);
        notes.extend(
            on_list.map(|((line, _), _)| CardNote { line: *line, why: CardWhy::Suppressed }),
        );
        notes.sort_by_key(|note| note.line);
        Ok((file, notes))
    }

    /// The command that adds the contacts of the cards that are good by themselves. Of a file with bad ones, all or nothing is nothing:
    /// then it is only asked what the CRM would refuse too.
    pub fn command(&self, taking: Taking) -> AddContacts {
        let contacts = self.cards.good.iter().map(|(_, contact)| contact.clone()).collect();
        AddContacts { contacts, taking: self.cards.taking(taking) }
    }

    /// What cleaning changed: the line on which the card begins, the field, and what was done to it.
    pub fn changed(&self) -> &[(u64, SmolStr, &'static str)] {
        &self.changed
    }

    /// What became of each card, by the file and by the command's answer.
    pub fn report(&self, entered: &Entered) -> EnterReport {
        self.cards.report(entered, |_| "correct the card")
    }
}

/// The fields of a card: each name with its parameters and values.
#[derive(Debug, Clone, Default)]
struct Card(BTreeMap<SmolStr, Vec<(String, String)>>);

/// The cards of a file, each with the line that it begins on.
fn cards(text: &str) -> Vec<(u64, Card)> {
    let mut all = Vec::new();
    let mut open: Option<(u64, Card)> = None;
    for (number, line) in unfolded(text) {
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, parameters) = name.split_once(';').unwrap_or((name, ""));
        // A group stands before the name: item1.EMAIL.
        let name = name.rsplit('.').next().unwrap_or(name).trim().to_uppercase();
        let value_is = |word: &str| value.trim().eq_ignore_ascii_case(word);
        match name.as_str() {
            "BEGIN" if value_is("VCARD") => open = Some((number, Card::default())),
            "END" if value_is("VCARD") => all.extend(open.take()),
            _ => {
                let Some((_, card)) = &mut open else { continue };
                let field = (parameters.to_uppercase(), value.to_owned());
                card.0.entry(name.into()).or_default().push(field);
            }
        }
    }
    all
}

/// Lines as they were before they were folded: by a blank (RFC 6350, 3.2), or by `=` at the end of what is quoted-printable.
fn unfolded(text: &str) -> Vec<(u64, String)> {
    let mut all: Vec<(u64, String)> = Vec::new();
    let mut goes_on = false;
    for (number, line) in (1u64..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let folded = line.strip_prefix([' ', '\t']);
        match (all.last_mut(), folded) {
            (Some((_, last)), _) if goes_on => {
                last.pop();
                last.push_str(line);
            }
            (Some((_, last)), Some(rest)) => last.push_str(rest),
            _ => all.push((number, line.to_owned())),
        }
        goes_on = all.last().is_some_and(|(_, last)| {
            last.ends_with('=') && last.to_uppercase().contains("QUOTED-PRINTABLE")
        });
    }
    all
}

/// What stands in a field, by its encoding.
fn decoded((parameters, value): &(String, String)) -> String {
    if !parameters.contains("QUOTED-PRINTABLE") {
        return value.clone();
    }
    let (mut bytes, mut rest) = (Vec::with_capacity(value.len()), value.as_bytes());
    while let Some((&byte, after)) = rest.split_first() {
        let hex =
            after.get(..2).filter(|_| byte == b'=').and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(coded) => {
                bytes.push(coded);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(other) => other.as_bytes().iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// The parts of a value between semicolons, with what was escaped.
fn parts(value: &str) -> Vec<String> {
    let (mut all, mut escaped) = (vec![String::new()], false);
    for c in value.chars() {
        let Some(last) = all.last_mut() else { break };
        match c {
            _ if escaped => {
                last.push(if matches!(c, 'n' | 'N') { ' ' } else { c });
                escaped = false;
            }
            '\\' => escaped = true,
            ';' => all.push(String::new()),
            _ => last.push(c),
        }
    }
    all.iter().map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

impl Card {
    fn all(&self, name: &str) -> Vec<String> {
        self.0.get(name).map(|fields| fields.iter().map(decoded).collect()).unwrap_or_default()
    }

    fn one(&self, name: &str) -> Option<Vec<String>> {
        self.all(name).first().map(|value| parts(value))
    }

    /// The contact of a card; what is wrong with it comes to `faults`.
    fn contact(
        &self,
        (line, origin): (u64, &str),
        country: Option<Country>,
        changes: &mut Vec<Change>,
        faults: &mut Vec<(SmolStr, Flaw)>,
    ) -> NewContact {
        let key =
            self.one("UID").and_then(|uid| uid.into_iter().next()).filter(|uid| !uid.is_empty());
        let key = match key {
            Some(uid) => format!("import/vcard/{uid}"),
            None => format!("import/{origin}/{line}"),
        };
        let kind = match self.one("KIND").as_deref() {
            Some([kind, ..]) if kind.eq_ignore_ascii_case("org") => ContactKind::Organisation,
            _ => ContactKind::Person,
        };
        let mut contact = NewContact { kind, ..NewContact::visitor(PartyId::named(&key)) };
        let mut note = |column: &'static str, done: Option<&'static str>| {
            changes.extend(done.map(|done| Change { column: column.into(), done }));
        };
        match clean::name(kind, &self.full_name()) {
            Ok(name) => {
                note("FN", name.done);
                contact.name = Some(Private(name.text));
            }
            Err(why) => faults.push(("FN".into(), Flaw::BadName { why })),
        }
        for email in self.all("EMAIL").iter().filter(|email| !email.trim().is_empty()) {
            match clean::email(email) {
                Ok(email) => {
                    note("EMAIL", email.done);
                    contact.emails.push(Private(email.text));
                }
                Err(why) => faults.push(("EMAIL".into(), Flaw::BadEmail { why })),
            }
        }
        for phone in self.all("TEL").iter().filter(|phone| !phone.trim().is_empty()) {
            match clean::phone(phone, country.map(Country::code)) {
                Ok(phone) => {
                    note("TEL", phone.done);
                    contact.phones.push(Private(phone.text));
                }
                Err(why) => faults.push(("TEL".into(), Flaw::BadPhone { why })),
            }
        }
        contact.emails.dedup();
        contact.phones.dedup();
        contact.address = self.address(country);
        contact
    }

    /// What it is called: in full, or by its parts, or as the organisation.
    fn full_name(&self) -> String {
        let full = self.one("FN").map(|parts| parts.join(" "));
        let of_parts = || {
            let parts = self.one("N")?;
            let part = |at: usize| parts.get(at).map(String::as_str).unwrap_or_default();
            Some([part(1), part(2), part(0)].join(" "))
        };
        let organisation = || self.one("ORG").and_then(|parts| parts.into_iter().next());
        full.filter(|full| !full.trim().is_empty())
            .or_else(of_parts)
            .filter(|full| !full.trim().is_empty())
            .or_else(organisation)
            .unwrap_or_default()
    }

    /// The address, where it has a town in a country that is known.
    fn address(&self, country: Option<Country>) -> Option<NewAddress> {
        let parts = self.one("ADR")?;
        let part = |at: usize| parts.get(at).filter(|part| !part.is_empty());
        let named = |text: &String| {
            let by_name =
                || Country::all().find(|country| country.name().eq_ignore_ascii_case(text));
            Country::from_code(&text.to_uppercase()).or_else(by_name)
        };
        let country = part(6).and_then(named).or(country)?;
        let mut address = NewAddress::new(AddressKind::Main, country, part(3)?.as_str());
        let private = |part: Option<&String>| part.map(|part| Private(format_smolstr!("{part}")));
        address.street = private(part(2));
        address.postcode = private(part(5));
        address.region = private(part(4));
        Some(address)
    }
}
