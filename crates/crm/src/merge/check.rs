//! Is that somebody whom we know? A check at entry, with the reasons.

use std::collections::BTreeMap;

use fondaco_core::party::{ContactKind as Reach, Party, reached_by, resolve};
use fondaco_core::{Halt, PartyId, Reading};
use smol_str::SmolStr;

use crate::CrmError;
use crate::clean::is_role_address;
use crate::contacts::{ContactKind, name_words, sounding_alike};
use crate::strings::jaro_winkler;

/// Names that are less alike are not close.
const CLOSE: f64 = 0.92;

/// What is said of somebody at entry.
#[derive(Clone, PartialEq, Eq)]
pub struct Probe {
    /// What it is.
    pub kind: ContactKind,
    /// The name.
    pub name: Option<SmolStr>,
    /// E-mail addresses.
    pub emails: Vec<SmolStr>,
    /// Telephone numbers, best with the country's code.
    pub phones: Vec<SmolStr>,
}

/// What kind it is, and not who.
impl std::fmt::Debug for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Probe").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Probe {
    /// A person of this name.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::merge::{Probe, SameWhy, check_person};
    /// let probe = Probe::person("Lovelace, Ada").email("Ada+fair@Analytical.example");
    /// let same = crm.view(|view| check_person(view, &probe))?;
    /// assert_eq!(same[0].party, ada());
    /// assert!(same[0].is_certain); // her own address, and her name
    /// let shared = Probe::person("Bo Berg").phone("+44 20 7946 0123");
    /// let same = crm.view(|view| check_person(view, &shared))?;
    /// assert_eq!(same[0].why[0], SameWhy::Phone { shared_by: 1 });
    /// assert!(!same[0].is_certain); // her number, and another name
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn person(name: impl Into<SmolStr>) -> Probe {
        let (emails, phones) = (Vec::new(), Vec::new());
        Probe { kind: ContactKind::Person, name: Some(name.into()), emails, phones }
    }

    /// With an e-mail address.
    #[must_use]
    pub fn email(mut self, email: impl Into<SmolStr>) -> Probe {
        self.emails.push(email.into());
        self
    }

    /// With a telephone number.
    #[must_use]
    pub fn phone(mut self, phone: impl Into<SmolStr>) -> Probe {
        self.phones.push(phone.into());
        self
    }
}

/// Somebody who may be the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Same {
    /// Who: what an alias stands for.
    pub party: PartyId,
    /// Why.
    pub why: Vec<SameWhy>,
    /// Whether that decides. A role's address never does, and a number only with the same name; an address
    /// of one's own does, unless the name is another.
    pub is_certain: bool,
}

/// Why somebody may be the same.
#[derive(Debug, Clone, PartialEq)]
pub enum SameWhy {
    /// The same e-mail address, which nobody else has.
    Email,
    /// The same e-mail address, of a role or of several contacts.
    SharedEmail,
    /// The same telephone number.
    Phone {
        /// How many contacts have it.
        shared_by: usize,
    },
    /// The name is as close as this, of 1.
    CloseName(f64),
    /// The name is quite another, by this of 1.
    OtherName(f64),
}

impl SameWhy {
    /// How much it says, for the order alone.
    fn weight(&self) -> f64 {
        match self {
            SameWhy::Email => 3.0,
            SameWhy::CloseName(alike) => *alike,
            SameWhy::Phone { shared_by: 1 } => 1.0,
            SameWhy::SharedEmail | SameWhy::Phone { .. } => 0.4,
            SameWhy::OtherName(_) => -1.0,
        }
    }
}

/// Who of those that are known may be the same as somebody, the likeliest first; the reasons stand beside.
///
/// # Errors
/// A [`Halt`] to be passed on.
pub fn check_person(read: &mut impl Reading, probe: &Probe) -> Result<Vec<Same>, CrmError> {
    let mut found: BTreeMap<PartyId, Vec<SameWhy>> = BTreeMap::new();
    for email in &probe.emails {
        let holders = holders(read, Reach::Email, email)?;
        let shared = is_role_address(email) || holders.len() > 1;
        for party in holders {
            let why = if shared { SameWhy::SharedEmail } else { SameWhy::Email };
            note(&mut found, party, why);
        }
    }
    for phone in &probe.phones {
        let holders = holders(read, Reach::Phone, phone)?;
        let shared_by = holders.len();
        holders.into_iter().for_each(|party| note(&mut found, party, SameWhy::Phone { shared_by }));
    }
    names(read, probe, &mut found)?;
    let mut same: Vec<Same> = found.into_iter().filter_map(judged).collect();
    let weight = |same: &Same| same.why.iter().map(SameWhy::weight).sum::<f64>();
    same.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(a.party.cmp(&b.party)));
    Ok(same)
}

fn note(found: &mut BTreeMap<PartyId, Vec<SameWhy>>, party: PartyId, why: SameWhy) {
    let all = found.entry(party).or_default();
    if !all.contains(&why) {
        all.push(why);
    }
}

/// What the reasons together say; nobody, where there is no reason but another name.
fn judged((party, why): (PartyId, Vec<SameWhy>)) -> Option<Same> {
    let has = |wanted: fn(&SameWhy) -> bool| why.iter().any(wanted);
    let close = has(|why| matches!(why, SameWhy::CloseName(_)));
    // Who was found twice has two names: one that is close suffices.
    let other = !close && has(|why| matches!(why, SameWhy::OtherName(_)));
    let own = has(|why| *why == SameWhy::Email);
    let number = has(|why| *why == SameWhy::Phone { shared_by: 1 });
    // A household shares its number, and names in it are close: Maria and Mario. Only the same name decides.
    let equal = has(|why| matches!(why, SameWhy::CloseName(alike) if *alike >= 1.0));
    let is_certain = !other && (own || (number && equal));
    let why: Vec<SameWhy> =
        why.into_iter().filter(|why| other || !matches!(why, SameWhy::OtherName(_))).collect();
    let says = why.iter().any(|why| !matches!(why, SameWhy::OtherName(_)));
    says.then_some(Same { party, why, is_certain })
}

/// Who has an address or a number, each once, as what they stand for.
pub(crate) fn holders(
    read: &mut impl Reading,
    kind: Reach,
    address: &str,
) -> Result<Vec<PartyId>, CrmError> {
    let kinds: &[Reach] = match kind {
        Reach::Phone | Reach::Mobile => &[Reach::Phone, Reach::Mobile],
        Reach::Email | Reach::Web | Reach::Other => &[kind],
    };
    let mut all = Vec::new();
    for &kind in kinds {
        for party in reached_by(read, kind, address.trim())? {
            all.push(resolve(read, party)?);
        }
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// Whose names are close, and of those who were found otherwise, whose are not.
fn names(
    read: &mut impl Reading,
    probe: &Probe,
    found: &mut BTreeMap<PartyId, Vec<SameWhy>>,
) -> Result<(), Halt> {
    let Some(name) = &probe.name else { return Ok(()) };
    let wanted = in_order(probe.kind, name);
    let mut ids: Vec<PartyId> = found.keys().copied().collect();
    ids.extend(sounding_alike(read, probe.kind, name)?);
    ids.sort_unstable();
    ids.dedup();
    for party in read.peek_many::<Party>(&ids)?.iter().flatten() {
        let Some(name) = party.name.get() else { continue };
        let alike = jaro_winkler(&wanted, &in_order(probe.kind, name));
        let whole = resolve(read, party.id)?;
        match alike >= CLOSE {
            true => note(found, whole, SameWhy::CloseName(alike)),
            false if found.contains_key(&whole) => note(found, whole, SameWhy::OtherName(alike)),
            false => {}
        }
    }
    Ok(())
}

/// The words of a name in the order of letters, so that "Lovelace, Ada" is "Ada Lovelace".
fn in_order(kind: ContactKind, name: &str) -> String {
    let mut words = name_words(kind, name);
    words.sort();
    let mut all = words.join(" ");
    if let Some((end, _)) = all.char_indices().nth(80) {
        all.truncate(end);
    }
    all
}
