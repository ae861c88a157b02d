//! Who of those in a file is known already, by an e-mail address of one's own.

use std::collections::BTreeMap;

use fondaco_core::party::{Contact, ContactKind as Reach, PartyAlias};
use fondaco_core::{Halt, PartyId, Range, Reading};
use smol_str::SmolStr;

use crate::clean::{email_key, is_role_address};
use crate::contacts::NewContact;

/// Of more rows with one address it is not asked who has them: several have it.
const MOST_ROWS: usize = 50;

/// The mailboxes that one contact alone has, and whom the ids of a file stand for.
#[derive(Default)]
pub(super) struct Known {
    mailboxes: BTreeMap<SmolStr, PartyId>,
    stands_for: BTreeMap<PartyId, PartyId>,
}

/// The mailboxes of a contact that are its own, as they are compared: without tags, and as all who write to them may write them.
fn own(contact: &NewContact) -> Vec<SmolStr> {
    let own = contact.emails.iter().filter(|email| !is_role_address(&email.0));
    own.map(|email| email_key(&email.0)).collect()
}

impl Known {
    /// Of these contacts, in a fixed number of trips.
    pub(super) fn of<'c>(
        read: &mut impl Reading,
        contacts: impl Iterator<Item = &'c NewContact> + Clone,
    ) -> Result<Known, Halt> {
        let mailboxes: Vec<SmolStr> = contacts.clone().flat_map(own).collect();
        let of = |mailbox: &SmolStr| (Reach::Email, mailbox.clone());
        let by = mailboxes.iter().map(|one| Range::by(Contact::BY_FOUND_BY, &of(one)));
        // Rows of before there was such a key are found as they are written.
        let old = mailboxes.iter().map(|one| Range::by(Contact::BY_NORMAL, &of(one)));
        let ranges: Vec<_> = by.chain(old).map(|range| range.limit(MOST_ROWS)).collect();
        let found = read.peek_scans(&ranges)?;
        let mut ids: Vec<PartyId> = found.iter().flatten().map(|row| row.party).collect();
        ids.extend(contacts.map(|contact| contact.party));
        ids.sort_unstable();
        ids.dedup();
        let aliases = read.peek_many::<PartyAlias>(&ids)?;
        let aliases = aliases.into_iter().flatten().map(|alias| (alias.party, alias.keep));
        let mut known = Known { mailboxes: BTreeMap::new(), stands_for: aliases.collect() };
        let (by, old) = found.split_at(mailboxes.len());
        for (mailbox, rows) in mailboxes.into_iter().zip(by.iter().zip(old)) {
            let old = rows.1.iter().filter(|row| row.found_by.is_none());
            let mut whose: Vec<PartyId> =
                rows.0.iter().chain(old).map(|row| known.whole(row.party)).collect();
            whose.sort_unstable();
            whose.dedup();
            if let [one] = whose.as_slice() {
                known.mailboxes.insert(mailbox, *one);
            }
        }
        Ok(known)
    }

    fn whole(&self, party: PartyId) -> PartyId {
        self.stands_for.get(&party).copied().unwrap_or(party)
    }

    /// Who else has a mailbox of a contact already, in the store or further up in the file; where nobody has, it is known from now on.
    pub(super) fn same_as(&mut self, contact: &NewContact) -> Option<PartyId> {
        let (own, whole) = (own(contact), self.whole(contact.party));
        let other = own.iter().find_map(|mailbox| self.mailboxes.get(mailbox));
        let other = other.copied().filter(|other| *other != whole);
        if other.is_none() {
            self.mailboxes.extend(own.into_iter().map(|mailbox| (mailbox, whole)));
        }
        other
    }
}
