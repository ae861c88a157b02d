//! Drafts: what they may hold, who may say yes to them, and what becomes of those that are stale.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::sync::Arc;

use common::staff::*;
use common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::policy::stored::{AssignRole, Delegate, NewGrant, Part, RegisterActor};
use fondaco_core::store::Store;
use fondaco_core::{ErrorKind, Id};
use fondaco_store::Memory;

/// `anna` and `ben` prepare; `carla`, `dora` and `emil` approve, `carla` up to 100 EUR.
fn staffed(staff: Staff) -> Staff {
    staff.role("preparer", [NewGrant::new("ledger.draft")]);
    staff.role("checker", [NewGrant::new("ledger.approve").up_to(eur("100")).up_to(usd("100"))]);
    let partner = ["ledger.draft", "ledger.approve", "policy.delegate"];
    staff.role("partner", partner.map(NewGrant::new));
    for (who, role) in [
        ("anna", "preparer"),
        ("ben", "preparer"),
        ("carla", "checker"),
        ("dora", "partner"),
        ("emil", "partner"),
    ] {
        staff.hire(who, role);
    }
    staff
}

fn everywhere(test: impl Fn(Staff)) {
    with_staff_everywhere(|staff| test(staffed(staff)));
}

fn one() -> NewEntry {
    sale("2026-01-05", "1.00")
}

fn full() -> NewEntry {
    let line = NewPosting::debit("1010", usd("12.00"))
        .worth(eur("10.50"))
        .rate(dec("0.8750"))
        .text("line")
        .party(Id::from_u128(43))
        .due_date(d("2026-05-01"))
        .dimension("site", "Mestre");
    NewEntry::new("GEN", d("2026-03-31"))
        .posting(line)
        .credit("1000", eur("10.50"))
        .conversion()
        .text("bought à la carte")
        .party(Id::from_u128(42))
        .source("sales_order/51921")
        .document_date(d("2026-03-30"))
        .due_date(d("2026-04-30"))
}

fn deeds(staff: &Staff, draft: Id<Draft>) -> Vec<(Deed, u32, String)> {
    let steps = staff.draft(draft).steps;
    steps.iter().map(|step| (step.deed, step.edition, step.actor.to_string())).collect()
}

#[test]
fn from_the_first_line_to_the_posted_entry() {
    everywhere(|staff| {
        let draft = staff.must("anna", &PrepareDraft::new(full()));
        assert_eq!(staff.draft(draft).entry(), full(), "as it was given, on {}", staff.name);
        assert_eq!(
            staff.refused("carla", &ApproveDraft::new(draft, 1)).code(),
            "accounting.draft_not_submitted"
        );
        staff.must("anna", &SubmitDraft::new(draft));
        assert_eq!(
            staff.refused("anna", &SubmitDraft::new(draft)).code(),
            "accounting.draft_submitted"
        );
        let other = staff.must("chief", &Post::new(sale("2026-02-01", "5.00")));
        assert_eq!(other.number.number(), Some(1), "a draft takes no number");
        let approved = staff.must("carla", &ApproveDraft::new(draft, 1));
        let posted = approved.posted.unwrap();
        assert_eq!((approved.approvals, approved.needed, posted.number.number()), (1, 1, Some(2)));
        let whole = staff.view(|view| entry(view, posted.id)).unwrap();
        assert_eq!(
            (whole.postings.len(), whole.entry.text.as_deref()),
            (2, Some("bought à la carte"))
        );
        let of = staff.view(|view| draft_of(view, posted.id)).unwrap();
        assert_eq!(
            (of.draft.id, of.draft.status, of.draft.prepared_by.as_str()),
            (draft, DraftStatus::Posted, "anna")
        );
        assert_eq!(staff.view(|view| draft_of(view, other.id)), None);
        use Deed::*;
        let told = [(Prepared, 1, "anna"), (Submitted, 1, "anna"), (Approved, 1, "carla")];
        assert_eq!(
            deeds(&staff, draft),
            told.map(|(deed, edition, who)| (deed, edition, who.to_owned()))
        );
        for refused in [
            staff.refused("carla", &ApproveDraft::new(draft, 1)),
            staff.refused("anna", &ChangeDraft::new(draft, one())),
            staff.refused("anna", &DeleteDraft::new(draft)),
            staff.refused("anna", &SubmitDraft::new(draft)),
            staff.refused("carla", &RejectDraft::new(draft, "no")),
        ] {
            assert_eq!(
                (refused.code(), refused.kind()),
                ("accounting.draft_posted", ErrorKind::Conflict)
            );
        }
        staff.clean();
    });
}

#[test]
fn changing_rejecting_and_deleting() {
    everywhere(|staff| {
        let draft = staff.must("anna", &PrepareDraft::new(NewEntry::new("GEN", d("2026-01-05"))));
        assert_eq!(
            staff.refused("anna", &SubmitDraft::new(draft)).code(),
            "accounting.too_few_postings"
        );
        assert_eq!(staff.must("anna", &ChangeDraft::new(draft, full())), 2);
        assert_eq!(staff.must("ben", &ChangeDraft::new(draft, one())), 3);
        assert_eq!(staff.draft(draft).entry(), one(), "fewer and other lines");
        staff.must("anna", &SubmitDraft::new(draft));
        let changed = staff.refused("carla", &ApproveDraft::new(draft, 2));
        assert_eq!(
            changed.to_string(),
            format!("draft {draft} was changed: it is at edition 3, not 2; look at it again")
        );
        staff.must("carla", &RejectDraft::new(draft, "wrong account"));
        let whole = staff.draft(draft);
        assert_eq!(whole.draft.status, DraftStatus::Open);
        assert_eq!(whole.steps.last().unwrap().why.as_deref(), Some("wrong account"));
        staff.must("anna", &SubmitDraft::new(draft));
        // A change takes it back from those who look at it.
        staff.must("anna", &ChangeDraft::new(draft, sale("2026-01-06", "2.00")));
        assert_eq!(
            staff.refused("carla", &ApproveDraft::new(draft, 3)).code(),
            "accounting.draft_not_submitted"
        );
        let open = staff.view(|view| drafts(view, DraftStatus::Open));
        assert_eq!(open.iter().map(|draft| draft.id).collect::<Vec<_>>(), [draft]);
        staff.must("ben", &DeleteDraft::new(draft));
        assert!(staff.view(|view| super_draft(view, draft)).is_none());
        let unknown = staff.refused("anna", &SubmitDraft::new(draft));
        assert_eq!(
            (unknown.code(), unknown.kind()),
            ("accounting.unknown_draft", ErrorKind::NotFound)
        );
        let nul = staff.refused("anna", &PrepareDraft::new(one().text("a\0b")));
        assert_eq!(nul.code(), "accounting.bad_input");
        let nameless = NewEntry::new("", d("2026-01-05"));
        assert_eq!(
            staff.refused("anna", &PrepareDraft::new(nameless)).code(),
            "accounting.bad_code"
        );
        let draft = staff.submitted("anna", one());
        assert_eq!(
            staff.refused("carla", &RejectDraft::new(draft, "\0")).code(),
            "accounting.bad_input"
        );
    });
}

fn super_draft(
    view: &mut fondaco_core::View<'_>,
    id: Id<Draft>,
) -> Result<Option<WholeDraft>, LedgerError> {
    draft(view, id)
}

#[test]
fn nobody_approves_what_went_through_his_own_hands() {
    everywhere(|staff| {
        let approve = |draft| ApproveDraft::new(draft, 1);
        let prepared = staff.submitted("dora", one());
        let own = staff.refused("dora", &approve(prepared));
        assert_eq!(own.code(), "policy.four_eyes");
        let reject = |draft| RejectDraft::new(draft, "no");
        assert_eq!(staff.refused("dora", &reject(prepared)).code(), "policy.four_eyes");
        staff.must("emil", &approve(prepared));
        // Who changed it, and who only submitted it.
        let draft = staff.must("anna", &PrepareDraft::new(one()));
        staff.must("dora", &ChangeDraft::new(draft, one()));
        staff.must("emil", &SubmitDraft::new(draft));
        for who in ["dora", "emil"] {
            assert_eq!(staff.refused(who, &ApproveDraft::new(draft, 2)).code(), "policy.four_eyes");
            assert_eq!(staff.refused(who, &reject(draft)).code(), "policy.four_eyes");
        }
        staff.must("carla", &ApproveDraft::new(draft, 2));
        // A program is no pair of eyes.
        staff.must("root", &RegisterActor::system(id("robot")));
        staff.must("root", &AssignRole::new(id("robot"), "partner"));
        let draft = staff.submitted("robot", one());
        assert_eq!(staff.refused("robot", &approve(draft)).code(), "policy.not_a_person");
        assert_eq!(staff.refused("robot", &reject(draft)).code(), "policy.not_a_person");
        staff.must("carla", &approve(draft));
        staff.clean();
    });
}

#[test]
fn who_lends_a_right_and_who_uses_it_are_one_pair_of_eyes() {
    everywhere(|staff| {
        let lend = |from: &str, to: &str, part: &str| {
            let days = (d("2026-06-01"), d("2026-06-30"));
            Delegate::new(id(from), id(to), days.0, days.1).only(Part::Permission(part.into()))
        };
        // anna approves by the right of dora: not what dora prepared, and not what anna did.
        let lent = staff.must("dora", &lend("dora", "anna", "ledger.approve"));
        let by_dora = staff.submitted("dora", one());
        let denied = staff.refused("anna", &ApproveDraft::new(by_dora, 1)).to_string();
        assert!(
            denied.contains("another pair of eyes is needed, and dora had a hand in it"),
            "{denied}"
        );
        let by_ben = staff.submitted("ben", one());
        staff.must("anna", &ApproveDraft::new(by_ben, 1));
        let whole = staff.draft(by_ben);
        let rights: Vec<_> =
            whole.rights.iter().map(|right| (right.step, right.of.as_str())).collect();
        assert_eq!(rights, [(3, "dora")], "on record by whose right");
        let by_anna = staff.submitted("anna", one());
        assert_eq!(
            staff.refused("anna", &ApproveDraft::new(by_anna, 1)).code(),
            "policy.four_eyes"
        );
        staff.must("dora", &ApproveDraft::new(by_anna, 1)); // anna prepared it by a right of her own
        staff.must("dora", &fondaco_core::policy::stored::EndDelegation::new(lent));
        // carla prepares by the right of emil: emil does not approve it.
        staff.must("emil", &lend("emil", "carla", "ledger.draft"));
        let for_emil = staff.submitted("carla", one());
        assert_eq!(
            staff.refused("emil", &ApproveDraft::new(for_emil, 1)).code(),
            "policy.four_eyes"
        );
        staff.must("dora", &ApproveDraft::new(for_emil, 1));
    });
}

#[test]
fn as_many_approvals_as_the_journal_needs() {
    everywhere(|staff| {
        let treasury = || NewEntry { journal: "TRE".into(), ..one() };
        let draft = staff.submitted("dora", treasury());
        let first = staff.must("emil", &ApproveDraft::new(draft, 1));
        assert_eq!((first.approvals, first.needed, first.posted), (1, 2, None));
        assert_eq!(staff.refused("emil", &ApproveDraft::new(draft, 1)).code(), "policy.four_eyes");
        assert_eq!(staff.refused("dora", &ApproveDraft::new(draft, 1)).code(), "policy.four_eyes");
        // After a rejection all have to say yes anew.
        staff.must("emil", &RejectDraft::new(draft, "I thought better of it"));
        staff.must("dora", &SubmitDraft::new(draft));
        assert_eq!(staff.must("emil", &ApproveDraft::new(draft, 1)).approvals, 1);
        let second = staff.must("carla", &ApproveDraft::new(draft, 1));
        assert_eq!((second.approvals, second.posted.is_some()), (2, true));
        // A journal of one's own needs nobody else.
        let own = staff.submitted("dora", NewEntry { journal: "OWN".into(), ..one() });
        let own = staff.must("dora", &ApproveDraft::new(own, 1));
        assert_eq!((own.needed, own.posted.is_some()), (0, true));
        let own = staff.submitted("dora", NewEntry { journal: "OWN".into(), ..one() });
        staff.must("dora", &RejectDraft::new(own, "no"));
        staff.clean();
    });
}

#[test]
fn approvals_have_limits() {
    everywhere(|staff| {
        let at = staff.submitted("anna", sale("2026-01-05", "100.00"));
        let over = staff.submitted("anna", sale("2026-01-05", "100.01"));
        staff.must("carla", &ApproveDraft::new(at, 1));
        let refused = staff.refused("carla", &ApproveDraft::new(over, 1));
        assert_eq!(
            refused.to_string(),
            "carla may not ledger.approve (GEN, 2026-01-05): 100.01 EUR is more than the limit of 100.00 EUR; who has one of the roles chief, partner may"
        );
        staff.must("dora", &ApproveDraft::new(over, 1));
        // The first of two approvals is as limited as the second.
        let large = staff
            .submitted("anna", NewEntry { journal: "TRE".into(), ..sale("2026-01-05", "200") });
        assert_eq!(
            staff.refused("carla", &ApproveDraft::new(large, 1)).code(),
            "policy.over_limit"
        );
    });
}

#[test]
fn a_stale_draft_is_refused_with_the_reason_and_stays() {
    everywhere(|staff| {
        let draft = staff.submitted("anna", one());
        let stays = |code: &str| {
            let refused = staff.refused("carla", &ApproveDraft::new(draft, 1));
            assert_eq!(refused.code(), code, "on {}", staff.name);
            assert_eq!(staff.draft(draft).draft.status, DraftStatus::Submitted);
        };
        staff.must("chief", &LockPeriod::new(202_601));
        stays("accounting.period_locked");
        staff.must("chief", &SoftLockPeriod::new(202_601));
        stays("policy.not_held");
        staff.must("chief", &UnlockPeriod::new(202_601));
        staff.must("chief", &CloseAccount::new("4000", d("2026-01-04")));
        stays("accounting.account_not_open");
        let other =
            NewEntry::new("GEN", d("2026-01-05")).debit("1000", eur("1")).credit("2000", eur("1"));
        staff.must("anna", &ChangeDraft::new(draft, other));
        staff.must("anna", &SubmitDraft::new(draft));
        assert!(staff.must("carla", &ApproveDraft::new(draft, 2)).posted.is_some());
        staff.clean();
    });
}

#[test]
fn a_posted_draft_without_its_entry_is_found() {
    let store: Arc<dyn Store> = Arc::new(Memory::new());
    let staff = staffed(Staff::sync("memory", store.clone()).set_up());
    let draft = staff.submitted("anna", one());
    let forge = fondaco_core::Driver::new(store, fondaco_core::CompanyId::named("acme"));
    let name = fondaco_core::CommandId::named("forge");
    forge
        .run(fondaco_core::Envelope::new(name, id("x"), minute(1)), "forge", |tx, _| {
            let forged = tx.get::<Draft>(&draft)?.unwrap();
            let entry = Some(Id::from_u128(7));
            tx.put(Draft { status: DraftStatus::Posted, entry, ..forged.as_ref().clone() })
        })
        .unwrap();
    let found = staff.view(|view| verify(view));
    assert_eq!(found, [Discrepancy::Draft { draft }]);
    assert!(found[0].to_string().contains("entry or approval is missing"));
}
