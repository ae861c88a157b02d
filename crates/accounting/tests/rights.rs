//! Who may do what in the ledger: every command without its permission and with it, limits, scopes, softly locked periods
//! and control accounts.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::collections::BTreeSet;

use common::staff::*;
use common::*;
use fondaco_accounting::allocation::*;
use fondaco_accounting::close::*;
use fondaco_accounting::currency::*;
use fondaco_accounting::dimensions::{
    DefineDimension, Demand, NewDimensionValue, OpenDimensionValues, SetDimensionRule,
};
use fondaco_accounting::import::EraseRefusals;
use fondaco_accounting::ledger::*;
use fondaco_accounting::parallel::DefineLedger;
use fondaco_core::engine::{Engine, Part};
use fondaco_core::job::JobId;
use fondaco_core::policy::stored::{Delegate, NewGrant, WithdrawRole};
use fondaco_core::policy::{Permission, Request};
use fondaco_core::{Act, Currency, ErrorKind, Halt, Money, Tx};

type Case = (&'static Permission, &'static str, fn(&Staff, &str) -> Result<(), LedgerError>);

fn done<T>(result: Result<T, LedgerError>) -> Result<(), LedgerError> {
    result.map(|_| ())
}

fn account(code: &str) -> OpenAccounts {
    OpenAccounts::new(vec![NewAccount::new(code, "x", AccountClass::Asset)])
}

fn one() -> NewEntry {
    sale("2026-01-05", "1.00")
}

/// Every command of the ledger, with what it needs.
const CASES: &[Case] = &[
    (&rights::CLOSE_YEAR, "say where the result goes", |staff, who| {
        done(staff.send(who, &SetClosing::new("3000", "GEN")))
    }),
    (&rights::CLOSE_YEAR, "close a year", |staff, who| {
        done(staff.send(who, &CloseYear::new(2026).early()))
    }),
    (&rights::REOPEN_YEAR, "reopen a year", |staff, who| {
        done(staff.send(who, &ReopenYear::new(2026, "late")))
    }),
    (&rights::OPEN_ACCOUNT, "open accounts", |staff, who| done(staff.send(who, &account("7")))),
    (&rights::CHANGE_ACCOUNT, "change an account", |staff, who| {
        done(staff.send(who, &ChangeAccount::rename("1000", "Bank of Venice")))
    }),
    (&rights::CLOSE_ACCOUNT, "close an account", |staff, who| {
        done(staff.send(who, &CloseAccount::new("1010", d("2026-12-31"))))
    }),
    (&rights::DEFINE_DIMENSION, "define a dimension", |staff, who| {
        done(staff.send(who, &DefineDimension::new("site", "Sites")))
    }),
    (&rights::OPEN_DIMENSION_VALUE, "open values of a dimension", |staff, who| {
        let value = NewDimensionValue::new("north", "North");
        done(staff.send(who, &OpenDimensionValues::new("site", vec![value])))
    }),
    (&rights::SET_DIMENSION_RULE, "set a rule of dimensions", |staff, who| {
        let never = SetDimensionRule::new("NO", "site", Demand::Default("north".into()));
        done(staff.send(who, &never.journal("OWN")))
    }),
    (&rights::CHANGE_JOURNAL, "change a journal", |staff, who| {
        done(staff.send(who, &ChangeJournal::rename("OWN", "Own book")))
    }),
    (&rights::OPEN_ACCOUNT, "open each", |staff, who| {
        let account = NewAccount::new("8", "x", AccountClass::Asset);
        done(staff.send(who, &OpenEach::new(vec![account])))
    }),
    (&rights::REOPEN_ACCOUNT, "reopen an account", |staff, who| {
        done(staff.send(who, &ReopenAccount::new("1010")))
    }),
    (&rights::HOLD, "hold", |staff, who| {
        done(staff.send(who, &RecordPending::new(NewPending::new(one()))))
    }),
    (&rights::HOLD, "hold each", |staff, who| {
        let items = vec![Item::Pending(NewPending::new(one()))];
        done(staff.send(who, &RecordEach::new(items)))
    }),
    (&rights::POST_PENDING, "post what is held", |staff, who| {
        let held = staff.must("chief", &RecordPending::new(NewPending::new(one())));
        done(staff.send(who, &PostPending::new(held.id)))
    }),
    (&rights::VOID_PENDING, "void what is held", |staff, who| {
        let held = staff.must("chief", &RecordPending::new(NewPending::new(one())));
        done(staff.send(who, &VoidPending::new(held.id)))
    }),
    (&rights::OPEN_JOURNAL, "open a journal", |staff, who| {
        done(staff.send(who, &OpenJournal::new("NEW", "x")))
    }),
    (&rights::DEFINE_LEDGER, "define a ledger", |staff, who| {
        done(staff.send(who, &DefineLedger::new("ifrs", "IFRS")))
    }),
    (&rights::OPEN_FISCAL_YEAR, "open a year", |staff, who| {
        done(staff.send(who, &OpenFiscalYear::calendar_year(2027)))
    }),
    (&rights::LOCK_PERIOD, "lock a period", |staff, who| {
        done(staff.send(who, &LockPeriod::new(202_612)))
    }),
    (&rights::LOCK_PERIOD, "lock a period softly", |staff, who| {
        done(staff.send(who, &SoftLockPeriod::new(202_611)))
    }),
    (&rights::UNLOCK_PERIOD, "unlock a period", |staff, who| {
        done(staff.send(who, &UnlockPeriod::new(202_612)))
    }),
    (&rights::LOCK_PERIOD, "lock days", |staff, who| {
        done(staff.send(who, &LockBooks::through(d("2025-12-31"))))
    }),
    (&rights::UNLOCK_PERIOD, "unlock days", |staff, who| {
        done(staff.send(who, &UnlockBooks::after(d("2025-12-31"))))
    }),
    (&rights::LOCK_FOR_EVER, "lock for ever", |staff, who| {
        done(staff.send(who, &LockBooks::through(d("2025-12-31")).for_ever()))
    }),
    (&rights::OPEN_FISCAL_YEAR, "open adjustment periods", |staff, who| {
        done(staff.send(who, &OpenAdjustmentPeriods::new(2026, 1)))
    }),
    (&rights::OPEN_JOURNAL, "say how entries are reversed", |staff, who| {
        done(staff.send(who, &SetReversalStyle::new(ReversalStyle::OtherSide)))
    }),
    (&rights::ASSERT_BALANCE, "state a balance", |staff, who| {
        done(staff.send(who, &AssertBalance::new("3000", d("2026-01-31"), eur("0"))))
    }),
    (&rights::POST, "recognise what is deferred", |staff, who| {
        done(staff.send(who, &RecogniseDeferrals::through(d("2026-01-31"))))
    }),
    (&rights::CLOSING_POINTS, "put a point on a checklist", |staff, who| {
        done(staff.send(who, &AddClosingPoint::of_year(2026, "stock", "count the stock")))
    }),
    (&rights::SET_TEMPLATE, "store a template", |staff, who| {
        let template = EntryTemplate::new("GEN", Currency::EUR);
        let template = template.debit("5100", "rent").unwrap().credit("1000", "rent").unwrap();
        done(staff.send(who, &StoreTemplate::new("rent", template)))
    }),
    (&rights::SIGN_OFF, "sign a point off", |staff, who| {
        done(staff.send(who, &SignOff::of_year(2026, "stock")))
    }),
    (&rights::POST, "post", |staff, who| done(staff.send(who, &Post::new(one())))),
    (&rights::POST, "post many", |staff, who| done(staff.send(who, &PostMany::new(vec![one()])))),
    (&rights::POST, "post each", |staff, who| done(staff.send(who, &PostEach::new(vec![one()])))),
    (&rights::REVERSE, "reverse", |staff, who| {
        let posted = staff.must("chief", &Post::new(one()));
        done(staff.send(who, &Reverse::new(posted.id, d("2026-01-06"))))
    }),
    (&rights::PLAN, "plan a recurring entry", |staff, who| {
        let monthly = RecurringTerms::new(one(), "FREQ=MONTHLY".parse().unwrap());
        done(staff.send(who, &StartRecurring::new("rent", monthly)))
    }),
    (&rights::PLAN, "change a recurring entry", |staff, who| {
        let monthly =
            RecurringTerms::new(sale("2026-03-05", "2.00"), "FREQ=MONTHLY".parse().unwrap());
        done(staff.send(who, &ChangeRecurring::new("rent", monthly)))
    }),
    (&rights::PLAN, "skip an occurrence", |staff, who| {
        done(staff.send(who, &SkipRecurring::new("rent", d("2026-02-05"))))
    }),
    (&rights::PLAN, "pause a recurring entry", |staff, who| {
        done(staff.send(who, &PauseRecurring::new("rent")))
    }),
    (&rights::PLAN, "resume a recurring entry", |staff, who| {
        done(staff.send(who, &ResumeRecurring::new("rent", Missed::Post)))
    }),
    (&rights::PLAN, "plan a reversal", |staff, who| {
        let posted = staff.must("chief", &Post::new(one()));
        done(staff.send(who, &PlanReversal::new(posted.id, d("2026-07-01"))))
    }),
    (&rights::PLAN, "cancel a reversal", |staff, who| {
        let posted = staff.must("chief", &PostReversing::new(one()));
        done(staff.send(who, &CancelReversal::new(posted.id)))
    }),
    (&rights::PLAN, "end a recurring entry", |staff, who| {
        done(staff.send(who, &EndRecurring::new("rent", d("2026-05-01"))))
    }),
    (&rights::DRAFT, "prepare", |staff, who| done(staff.send(who, &PrepareDraft::new(one())))),
    (&rights::DRAFT, "change", |staff, who| {
        let draft = staff.must("chief", &PrepareDraft::new(one()));
        done(staff.send(who, &ChangeDraft::new(draft, one())))
    }),
    (&rights::DRAFT, "submit", |staff, who| {
        let draft = staff.must("chief", &PrepareDraft::new(one()));
        done(staff.send(who, &SubmitDraft::new(draft)))
    }),
    (&rights::DRAFT, "delete", |staff, who| {
        let draft = staff.must("chief", &PrepareDraft::new(one()));
        done(staff.send(who, &DeleteDraft::new(draft)))
    }),
    (&rights::RECORD_RATE, "open a rate source", |staff, who| {
        done(staff.send(who, &OpenRateSource::new("SPOT", "Central bank")))
    }),
    (&rights::RECORD_RATE, "limit the age of rates", |staff, who| {
        done(staff.send(who, &LimitRateAge::new("SPOT", Some(7))))
    }),
    (&rights::RECORD_RATE, "record a rate", |staff, who| {
        let rate = NewRate::new(Currency::EUR, Currency::USD, dec("1.25"), d("2026-01-02"));
        done(staff.send(who, &RecordRates::new("SPOT", vec![rate])))
    }),
    (&rights::RECORD_RATE, "correct a rate", |staff, who| {
        let (eur, usd) = (Currency::EUR, Currency::USD);
        let correction = RateCorrection::new(eur, usd, Some(dec("1.26")), d("2026-01-02"));
        done(staff.send(who, &CorrectRates::new("SPOT", vec![correction])))
    }),
    (&rights::RECORD_RATE, "end a rate", |staff, who| {
        done(staff.send(who, &EndRate::new("SPOT", Currency::EUR, Currency::USD, d("2026-01-31"))))
    }),
    (&rights::SET_EXCHANGE_ACCOUNTS, "name exchange accounts", |staff, who| {
        done(staff.send(who, &SetExchangeAccounts::new("GEN", "5900", "5900")))
    }),
    (&rights::SET_EXCHANGE_ACCOUNTS, "take a naming back", |staff, who| {
        staff.must("chief", &SetExchangeAccounts::new("GEN", "5900", "5900"));
        done(staff.send(who, &RemoveExchangeAccounts::new(None, None)))
    }),
    (&rights::CHANGE_ACCOUNT, "mark as monetary", |staff, who| {
        done(staff.send(who, &MarkMonetary::new(["1000"])))
    }),
    (&rights::REVALUE, "revalue", |staff, who| {
        match staff.send(who, &Revalue::at(d("2026-03-31")).source("NEVER")) {
            Err(error) if error.code() == "accounting.unknown_rate_source" => Ok(()),
            told => done(told),
        }
    }),
    (&rights::REVALUE, "realise what is gone", |staff, who| {
        done(staff.send(who, &RealiseExchange::on(d("2026-03-31"))))
    }),
    (&rights::SET_ALLOCATION, "set an allocation", |staff, who| {
        let rule = SetAllocation::new("a", "A", "GEN", "5100", "cost_centre", "900");
        done(staff.send(who, &rule.share("10", dec("1"))))
    }),
    (&rights::SET_ALLOCATION, "record statistics", |staff, who| {
        done(staff.send(who, &RecordStatistics::new("heads", 202_603).value("10", dec("1"))))
    }),
    (&rights::ALLOCATE, "run an allocation", |staff, who| {
        done(staff.send(who, &Allocate::new("a", 202_603)))
    }),
    (&rights::ALLOCATE, "undo an allocation", |staff, who| {
        match staff.send(who, &UndoAllocation::new("a", 202_603)) {
            Err(error) if error.code() == "accounting.allocation_not_run" => Ok(()),
            told => done(told),
        }
    }),
    (&rights::SET_ALLOCATION, "remove an allocation", |staff, who| {
        done(staff.send(who, &RemoveAllocation::new("a")))
    }),
    (&rights::ERASE, "erase refused lines", |staff, who| {
        match staff.send(who, &EraseRefusals::new(JobId::named("never imported"))) {
            Err(error) if error.code() == "accounting.unknown_import" => Ok(()),
            told => done(told),
        }
    }),
    (&rights::ERASE_NOTES, "erase notes", |staff, who| {
        done(staff.send(who, &EraseNotes::new(Vec::new())))
    }),
    (&rights::SET_SPENDING_LIMIT, "set a spending limit", |staff, who| {
        done(staff.send(who, &SetSpendingLimit::new("L", "Limit", Currency::EUR).account("5000")))
    }),
    (&rights::SET_SPENDING_LIMIT, "change a spending limit", |staff, who| {
        done(staff.send(who, &ChangeSpendingLimit::new("L").refuse_above(eur("5"))))
    }),
    (&rights::SET_SPENDING_LIMIT, "end a spending limit", |staff, who| {
        done(staff.send(who, &EndSpendingLimit::new("L", d("2026-03-01"))))
    }),
    (&rights::CLEAR, "clear", |staff, who| {
        let [bill, paid] = staff.items(one());
        done(staff.send(who, &Clear::new("1000").all(bill).all(paid)))
    }),
    (&rights::UNCLEAR, "undo a clearing", |staff, who| {
        let [bill, paid] = staff.items(one());
        let cleared = staff.must("chief", &Clear::new("1000").all(bill).all(paid));
        done(staff.send(who, &Unclear::new(cleared.clearing)))
    }),
    (&rights::APPROVE, "approve", |staff, who| {
        let draft = staff.submitted("chief", one());
        done(staff.send(who, &ApproveDraft::new(draft, 1)))
    }),
    (&rights::APPROVE, "reject", |staff, who| {
        let draft = staff.submitted("chief", one());
        done(staff.send(who, &RejectDraft::new(draft, "no")))
    }),
];

#[test]
fn every_command_without_its_permission_and_with_it() {
    with_staff_everywhere(|staff| {
        for name in ["with", "without"] {
            staff.role(name, []);
            staff.hire(name, name);
        }
        for (permission, what, send) in CASES {
            let others = ENGINE.permissions().filter(|other| other.name != permission.name);
            staff.role("without", others.map(|other| NewGrant::new(other.name)));
            staff.role("with", [NewGrant::new(permission.name)]);
            let before = staff.commits();
            let error = match send(&staff, "without") {
                Ok(()) => panic!("{what}, without {}, on {}", permission.name, staff.name),
                Err(error) => error,
            };
            // What the chief prepared for the command.
            let prepared = match (permission.name, *what) {
                ("ledger.approve", _) | ("ledger.clear", _) => 2,
                ("ledger.unclear", _) => 3,
                ("ledger.post_pending" | "ledger.void_pending", _) => 1,
                ("ledger.set_exchange_accounts", "take a naming back") => 1,
                ("ledger.reverse", _) | ("ledger.draft", "change" | "submit" | "delete") => 1,
                ("ledger.plan", "plan a reversal" | "cancel a reversal") => 1,
                _ => 0,
            };
            assert_eq!(
                (error.code(), error.kind()),
                ("policy.not_held", ErrorKind::Refused),
                "{what}"
            );
            let who_may_not = format!("without may not {}", permission.name);
            let why = ": no role that this actor has today allows it; who has one of the roles chief, with may";
            let said = error.to_string();
            assert!(said.starts_with(&who_may_not) && said.ends_with(why), "{said}");
            assert_eq!(
                staff.commits(),
                before + prepared,
                "{what} left something on {}",
                staff.name
            );
            send(&staff, "with")
                .unwrap_or_else(|error| panic!("{what} on {}: {error}", staff.name));
        }
        staff.clean();
    });
}

/// Who tells the clock needs the right to end what is held; what he may not end waits for who may.
#[test]
fn who_tells_the_clock_ends_what_is_held() {
    with_staff_everywhere(|staff| {
        let tick = || NewGrant::new("due.tick");
        staff.role("waker", [tick()]);
        staff.role("clock", [tick(), NewGrant::new("ledger.expire_pending")]);
        staff.hire("waker", "waker");
        staff.hire("clock", "clock");
        let hold = NewPending::new(one()).expires_after(60);
        staff.must("chief", &RecordPending::new(hold));
        let later = minute(100_000);
        let ticked = staff.tick("waker", later);
        assert_eq!((ticked.carried_out.len(), ticked.denied.len()), (0, 1), "{}", staff.name);
        let ticked = staff.tick("clock", minute(100_001));
        assert_eq!((ticked.carried_out.len(), ticked.denied.len()), (1, 0), "{}", staff.name);
        staff.clean();
    });
}

#[test]
fn no_permission_is_without_a_test() {
    let mut tested: BTreeSet<&str> = CASES.iter().map(|(permission, ..)| permission.name).collect();
    let below = ["ledger.set_up", "ledger.post_soft_locked", "ledger.exceed_spending_limit"];
    tested.extend(below);
    tested.insert("ledger.clear_across_parties");
    tested.extend(["ledger.expire_pending", "ledger.post_unapproved"]);
    let declared: BTreeSet<&str> = ENGINE.permissions().map(|known| known.name).collect();
    assert_eq!(tested, declared);
}

/// Who may clear and undo needs no right to post or to reverse what that realises.
#[test]
fn what_is_realised_follows_from_the_clearing() {
    with_staff_everywhere(|staff| {
        let clear = NewGrant::new("ledger.clear").within("account", ["1"]);
        staff.role("clerk", [clear, NewGrant::new("ledger.unclear")]);
        staff.hire("clerk", "clerk");
        staff.must("chief", &SetExchangeAccounts::new("GEN", "5900", "5900"));
        staff.must("chief", &ChangeAccount::open_items("1200", true));
        let item = |side: Side, worth: &str| {
            let line =
                |account: &str, side| NewPosting::new(account, side, usd("10")).worth(eur(worth));
            let entry = NewEntry::new("GEN", d("2026-01-05"));
            let entry = entry.posting(line("1200", side)).posting(line("4000", side.opposite()));
            ItemKey::new(staff.must("chief", &Post::new(entry)).id, 1)
        };
        let (bill, paid) = (item(Side::Debit, "9"), item(Side::Credit, "8"));
        let clear = Clear::new("1200").all(bill).all(paid);
        let cleared = staff.send("clerk", &clear).unwrap();
        let sum = || {
            let rows = staff.view(|view| balances(view, &BalanceQuery::account("5900")));
            rows.iter()
                .map(|row| row.amounts.ledger_balance().normalize())
                .sum::<rust_decimal::Decimal>()
        };
        assert_eq!(sum(), dec("1"), "on {}", staff.name);
        staff.send("clerk", &Unclear::new(cleared.clearing)).unwrap();
        assert_eq!(sum(), dec("0"));
        // A period that is softly locked still asks for its right.
        staff.must("chief", &SoftLockPeriod::new(202_601));
        assert_eq!(staff.send("clerk", &clear).unwrap_err().code(), "policy.not_held");
        staff.clean();
    });
}

#[test]
fn clearing_goes_by_amount_account_and_parties() {
    with_staff_everywhere(|staff| {
        let limited = NewGrant::new("ledger.clear").up_to(eur("100.00")).up_to_in_all(eur("110"));
        let limited = limited.within("account", ["1"]);
        staff.role("clerk", [limited, NewGrant::new("ledger.post")]);
        staff.hire("anna", "clerk");
        staff.role("head", ["ledger.clear", "ledger.clear_across_parties"].map(NewGrant::new));
        staff.hire("ben", "head");
        let clear = |[bill, paid]: [ItemKey; 2]| Clear::new("1000").all(bill).all(paid);
        let small = clear(staff.items(sale("2026-01-05", "100.00")));
        staff.must("anna", &small);
        let large = clear(staff.items(sale("2026-01-05", "100.01")));
        assert_eq!(staff.refused("anna", &large).code(), "policy.over_limit");
        staff.must("ben", &large);
        // An account under no heading that she may clear in.
        staff.must("chief", &ChangeAccount::move_under("1000", None));
        let small = clear(staff.items(sale("2026-01-05", "1.00")));
        assert_eq!(staff.refused("anna", &small).code(), "policy.out_of_scope");
        staff.must("chief", &ChangeAccount::move_under("1000", Some("1".into())));
        // While posting, both rights are asked for, and what is cleared adds up.
        let bills = [
            staff.items(sale("2026-01-05", "60.00"))[0],
            staff.items(sale("2026-01-05", "60.00"))[0],
        ];
        let pays = |line, bill| Pays::new(line).all(bill);
        let paid = NewEntry::new("GEN", d("2026-01-06"))
            .credit("1000", eur("60"))
            .credit("1000", eur("60"))
            .debit("5100", eur("120"));
        let paid = PostClearing::new(paid).pays(pays(1, bills[0])).pays(pays(2, bills[1]));
        assert_eq!(staff.refused("anna", &paid).code(), "policy.over_total");
        assert_eq!(staff.refused("ben", &paid).code(), "policy.not_held");
        // Two parties need a right of their own.
        let party = |who: &str| fondaco_core::PartyId::named(who);
        let [ada, _] = staff.items(sale("2026-01-05", "5.00").party(party("ada")));
        let [_, ben] = staff.items(sale("2026-01-05", "5.00").party(party("ben")));
        let across = clear([ada, ben]).across_parties();
        assert_eq!(staff.refused("anna", &across).code(), "policy.not_held");
        staff.must("ben", &across);
        staff.clean();
    });
}

#[test]
fn setting_up() {
    for (name, store) in stores() {
        let staff = Staff::sync(name, store);
        assert_eq!(staff.refused("root", &SetUp::new(Currency::EUR)).code(), "policy.not_set_up");
        let staff = staff.set_up(); // by the chief, who may
        let again = staff.refused("root", &SetUp::new(Currency::EUR));
        assert_eq!(again.code(), "policy.not_held", "before it is said that there is a ledger");
    }
}

#[test]
fn spending_limits_are_exceeded_by_those_who_may() {
    with_staff_everywhere(|staff| {
        staff.role("clerk", [NewGrant::new("ledger.post")]);
        let a_little = NewGrant::new("ledger.exceed_spending_limit").up_to(eur("5"));
        staff.role("manager", [NewGrant::new("ledger.post"), a_little]);
        staff.role("owner", [NewGrant::new("ledger.exceed_spending_limit")]);
        staff.hire("anna", "clerk");
        staff.hire("ben", "manager");
        staff.hire("carla", "owner");
        let limit = SetSpendingLimit::new("GOODS", "Goods", Currency::EUR).account("5000");
        staff.must("chief", &limit.refuse_above(eur("10")));
        let buy = |amount: &str| {
            let entry = NewEntry::new("GEN", d("2026-01-05"));
            entry.debit("5000", eur(amount)).credit("1000", eur(amount))
        };
        let exceeding = |amount: &str| PostExceeding::new(buy(amount), "urgent");
        // The right to exceed limits is nothing that one has silently.
        let refused = staff.refused("ben", &Post::new(buy("12")));
        assert_eq!(refused.code(), "accounting.spending_limit");
        assert_eq!(staff.refused("anna", &exceeding("12")).code(), "policy.not_held");
        assert_eq!(staff.refused("carla", &exceeding("12")).code(), "policy.not_held"); // to post
        assert_eq!(staff.refused("ben", &exceeding("15.01")).code(), "policy.over_limit");
        staff.must("ben", &exceeding("12"));
        staff.must("anna", &PostExceeding::new(sale("2026-01-05", "1.00"), "no limit at all"));
        let kept = staff.view(|view| spending_excesses(view, "GOODS"));
        let kept: Vec<_> = kept.iter().map(|kept| (kept.actor.to_string(), kept.total)).collect();
        assert_eq!(kept, [("ben".to_owned(), Amount::from_units(120_000))]);
        staff.clean();
    });
}

/// Who exceeds a limit twice in an act adds the second part, and not all that is over once more.
#[test]
fn an_act_exceeds_a_limit_by_what_its_entries_add() {
    with_staff_everywhere(|staff| {
        let over = NewGrant::new("ledger.exceed_spending_limit");
        let over = over.up_to(eur("50")).up_to_in_all(eur("40"));
        staff.role("manager", [NewGrant::new("ledger.post"), over]);
        staff.hire("ben", "manager");
        let limit = SetSpendingLimit::new("GOODS", "Goods", Currency::EUR).account("5000");
        staff.must("chief", &limit.refuse_above(eur("100")));
        let buy = |amount: &str| {
            let entry = NewEntry::new("GEN", d("2026-01-05"));
            PostExceeding::new(
                entry.debit("5000", eur(amount)).credit("1000", eur(amount)),
                "urgent",
            )
        };
        let over = staff.refused("ben", &All(vec![buy("120"), buy("20.01")]));
        assert_eq!(over.code(), "policy.over_total", "20 and 20.01");
        staff.must("ben", &All(vec![buy("120"), buy("20")]));
        // Each document stands for all that is over with it, another act for what it adds.
        assert_eq!(staff.refused("ben", &buy("10.01")).code(), "policy.over_limit");
        staff.must("ben", &buy("10"));
        staff.clean();
    });
}

/// However many batches an act of a host's posts, it is one act.
#[test]
fn all_that_an_act_posts_counts_towards_its_limit() {
    with_staff_everywhere(|staff| {
        let post = NewGrant::new("ledger.post").up_to(eur("100")).up_to_in_all(eur("150"));
        staff.role("clerk", [post, NewGrant::new("ledger.draft")]);
        staff.hire("anna", "clerk");
        let post = |amount: &str| Post::new(sale("2026-01-31", amount));
        staff.must("anna", &All(vec![post("100"), post("50")]));
        let over = staff.refused("anna", &All(vec![post("100"), post("50.01")]));
        assert_eq!(over.code(), "policy.over_total");
        staff.clean();
    });
}

/// Several acts in one.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct All<A>(Vec<A>);

impl<A: Act> Act for All<A> {
    type Answer = ();
    type Error = A::Error;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), A::Error> {
        self.0.iter().try_for_each(|act| act.act(tx).map(drop))
    }
}

#[test]
fn softly_locked_periods_are_for_those_who_may() {
    with_staff_everywhere(|staff| {
        staff.role("clerk", ["ledger.post", "ledger.draft"].map(NewGrant::new));
        let january = NewGrant::new("ledger.post_soft_locked").within("period", ["2026-01"]);
        staff.role("closer", [NewGrant::new("ledger.post"), january]);
        staff.hire("anna", "clerk");
        staff.hire("ben", "closer");
        let january = || Post::new(sale("2026-01-31", "5.00"));
        let february = || Post::new(sale("2026-02-01", "5.00"));
        staff.must("anna", &january());
        staff.must("chief", &SoftLockPeriod::new(202_601));
        staff.must("chief", &SoftLockPeriod::new(202_602));
        let denied = staff.refused("anna", &january());
        assert_eq!(
            denied.to_string(),
            "anna may not ledger.post_soft_locked (2026-01): no role that this actor has today allows it; who has one of the roles chief, closer may"
        );
        staff.must("ben", &january());
        assert_eq!(staff.refused("ben", &february()).code(), "policy.out_of_scope");
        staff.must("anna", &Post::new(sale("2026-03-01", "5.00")));
        // In a batch the item is named, and of entries that stand alone only that one is refused.
        let both = || vec![sale("2026-03-01", "1.00"), sale("2026-01-01", "1.00")];
        let many = staff.refused("anna", &PostMany::new(both()));
        assert!(many.to_string().starts_with("item 1 (counted from 0): anna may not"), "{many}");
        let each = staff.must("anna", &PostEach::new(both())).entries;
        assert!(each[0].is_ok());
        let refused = each[1].as_ref().unwrap_err();
        assert_eq!((refused.code.as_str(), refused.invalid), ("policy.not_held", false));
        // In one journal is not in another.
        let journal = NewGrant::new("ledger.post_soft_locked").within("journal", ["GEN"]);
        staff.role("closer", [NewGrant::new("ledger.post"), journal]);
        let of = |journal: &str| NewEntry { journal: journal.into(), ..sale("2026-01-05", "1.00") };
        staff.must("ben", &PostMany::new(vec![of("GEN"), of("GEN")]));
        let other = staff.refused("ben", &PostMany::new(vec![of("GEN"), of("GEN"), of("OWN")]));
        assert_eq!(
            other.to_string(),
            "item 2 (counted from 0): ben may not ledger.post_soft_locked (2026-01): journal OWN is not within the right; who has the role chief may"
        );
        // Who prepares what another posts there needs no right to post there.
        let draft = staff.submitted("anna", sale("2026-01-31", "5.00"));
        staff.role("approver", [NewGrant::new("ledger.approve")]);
        staff.hire("carla", "approver");
        let denied = staff.refused("carla", &ApproveDraft::new(draft, 1)).to_string();
        assert!(denied.starts_with("carla may not ledger.post_soft_locked (2026-01)"), "{denied}");
        staff.must("chief", &ApproveDraft::new(draft, 1));
        // A locked period is locked for everybody.
        staff.must("chief", &LockPeriod::new(202_601));
        assert_eq!(staff.refused("chief", &january()).code(), "accounting.period_locked");
        staff.must("chief", &UnlockPeriod::new(202_601));
        staff.must("anna", &january());
        staff.clean();
    });
}

#[test]
fn limits_of_entries_and_of_acts() {
    with_staff_everywhere(|staff| {
        let post = NewGrant::new("ledger.post").up_to(eur("100")).up_to_in_all(eur("250"));
        let reverse = NewGrant::new("ledger.reverse").up_to(eur("50"));
        staff.role("clerk", [post, reverse]);
        staff.hire("anna", "clerk");
        let entry = |amount: &str| sale("2026-01-05", amount);
        staff.must("anna", &Post::new(entry("100.00")));
        let over = staff.refused("anna", &Post::new(entry("100.01")));
        assert_eq!(
            over.to_string(),
            "anna may not ledger.post (GEN, 2026-01-05): 100.01 EUR is more than the limit of 100.00 EUR; who has the role chief may"
        );
        staff.must("anna", &PostMany::new(vec![entry("100"), entry("100"), entry("50")]));
        let total =
            staff.refused("anna", &PostMany::new(vec![entry("100"), entry("100"), entry("50.01")]));
        assert_eq!(total.code(), "policy.over_total");
        assert!(total.to_string().starts_with("item 2 (counted from 0): "), "{total}");
        let each = ["100", "101", "100", "60", "50"].map(entry).to_vec();
        let each = staff.must("anna", &PostEach::new(each)).entries;
        let codes: Vec<_> = each
            .iter()
            .map(|entry| entry.as_ref().map_or_else(|no| no.code.as_str(), |_| ""))
            .collect();
        assert_eq!(codes, ["", "policy.over_limit", "", "policy.over_total", ""]);
        // What is refused for another reason does not count.
        let late = |amount: &str| NewEntry { journal: "INV".into(), ..entry(amount) };
        let early = |amount: &str| NewEntry { journal: "INV".into(), ..sale("2026-01-04", amount) };
        let each = vec![late("100"), early("100"), entry("100"), entry("50")];
        let each = staff.must("anna", &PostEach::new(each)).entries;
        assert_eq!(each[1].as_ref().unwrap_err().code, "accounting.out_of_order");
        assert!(each[2].is_ok() && each[3].is_ok());
        // Foreign amounts count by their worth; several debits by their sum.
        dollars_at(&staff, "0.2");
        let dollars = |worth: &str| {
            NewEntry::new("GEN", d("2026-01-05"))
                .posting(NewPosting::debit("1010", usd("500")).worth(eur(worth)))
                .posting(NewPosting::credit("4000", usd("500")).worth(eur(worth)))
        };
        staff.must("anna", &Post::new(dollars("100")));
        assert_eq!(
            staff.refused("anna", &Post::new(dollars("100.01"))).code(),
            "policy.over_limit"
        );
        let split = NewEntry::new("GEN", d("2026-01-05"))
            .debit("1000", eur("60"))
            .debit("1200", eur("60"))
            .credit("4000", eur("120"));
        assert_eq!(staff.refused("anna", &Post::new(split)).code(), "policy.over_limit");
        let small = staff.must("chief", &Post::new(entry("50")));
        let large = staff.must("chief", &Post::new(entry("50.01")));
        staff.must("anna", &Reverse::new(small.id, d("2026-01-06")));
        let over = staff.refused("anna", &Reverse::new(large.id, d("2026-01-06")));
        assert_eq!(over.code(), "policy.over_limit");
        staff.clean();
    });
}

/// A dollar is worth so many euros, by the rate on record.
fn dollars_at(staff: &Staff, rate: &str) {
    staff.must("chief", &OpenRateSource::new("SPOT", "Central bank"));
    let rate = NewRate::new(Currency::USD, Currency::EUR, dec(rate), d("2026-01-01"));
    staff.must("chief", &RecordRates::new("SPOT", vec![rate]));
}

/// Of so many dollars, said to be worth so many euros.
fn said_worth(dollars: &str, worth: &str) -> NewEntry {
    NewEntry::new("GEN", d("2026-01-05"))
        .posting(NewPosting::debit("1010", usd(dollars)).worth(eur(worth)))
        .posting(NewPosting::credit("4000", usd(dollars)).worth(eur(worth)))
}

#[test]
fn nobody_gets_under_a_limit_by_a_worth_of_his_own() {
    with_staff_everywhere(|staff| {
        let up_to = |name: &'static str| NewGrant::new(name).up_to(eur("100"));
        let clerk =
            ["ledger.post", "ledger.reverse", "ledger.hold", "ledger.plan", "ledger.approve"];
        staff.role("clerk", clerk.map(up_to).into_iter().chain([NewGrant::new("ledger.draft")]));
        staff.hire("anna", "clerk");
        // Without a rate on record nobody but the poster knows what it is worth.
        let unknown = staff.refused("anna", &Post::new(said_worth("1000000", "0.01")));
        assert_eq!(unknown.code(), "policy.no_limit");
        dollars_at(&staff, "0.2");
        let cheat = || said_worth("1000000", "0.01");
        let no = |error: LedgerError| assert_eq!(error.code(), "policy.over_limit", "{error}");
        no(staff.refused("anna", &Post::new(cheat())));
        no(staff.refused("anna", &PostMany::new(vec![cheat()])).at_its_place());
        let each = staff.must("anna", &PostEach::new(vec![cheat()])).entries;
        assert_eq!(each[0].as_ref().unwrap_err().code, "policy.over_limit");
        no(staff.refused("anna", &RecordPending::new(NewPending::new(cheat()))));
        no(staff.refused("anna", &StartRecurring::new("x", monthly(cheat()))));
        no(staff.refused("anna", &Post::new(cheat().key("k"))));
        // A low rate is a low worth.
        let rate = |posting: NewPosting| NewPosting { rate: Some(dec("0.00001")), ..posting };
        let low = NewEntry::new("GEN", d("2026-01-05"))
            .posting(rate(NewPosting::debit("1010", usd("1000000"))))
            .posting(rate(NewPosting::credit("4000", usd("1000000"))));
        no(staff.refused("anna", &Post::new(low)));
        // Nor by giving dollars away for a cent.
        let mut given_away = NewEntry::new("GEN", d("2026-01-05"))
            .debit("5100", eur("0.01"))
            .posting(NewPosting::credit("1010", usd("1000000")).worth(eur("0.01")));
        given_away.conversion = true;
        no(staff.refused("anna", &Post::new(given_away)));
        let draft = staff.submitted("chief", cheat());
        no(staff.refused("anna", &ApproveDraft::new(draft, 1)));
        let posted = staff.must("chief", &Post::new(cheat()));
        no(staff.refused("anna", &Reverse::new(posted.id, d("2026-01-06"))));
        // By the bank's rate what is within the limit by both is posted, at that rate.
        let by_bank = staff.must("anna", &Post::new(said_worth("480", "99.40")));
        assert_eq!(
            staff.view(|view| entry(view, by_bank.id)).unwrap().postings[0]
                .ledger_amount
                .to_decimal(),
            dec("99.40")
        );
        staff.clean();
    });
}

#[test]
fn who_has_a_limit_in_a_currency_needs_no_rate_for_it() {
    with_staff_everywhere(|staff| {
        let post = NewGrant::new("ledger.post").up_to(eur("100")).up_to(usd("500"));
        staff.role("clerk", [post]);
        staff.hire("anna", "clerk");
        staff.must("anna", &Post::new(said_worth("500", "99")));
        let over = staff.refused("anna", &Post::new(said_worth("500.01", "1"))).to_string();
        assert!(over.contains("500.01 USD is more than the limit of 500.00 USD"), "{over}");
        assert_eq!(
            staff.refused("anna", &Post::new(said_worth("1", "101"))).code(),
            "policy.over_limit"
        );
    });
}

#[test]
fn a_journal_that_demands_approvals_takes_nothing_at_once() {
    with_staff_everywhere(|staff| {
        let all =
            ["ledger.post", "ledger.hold", "ledger.post_pending", "ledger.plan", "ledger.reverse"];
        staff.role(
            "clerk",
            all.map(NewGrant::new).into_iter().chain([NewGrant::new("ledger.draft")]),
        );
        staff.hire("anna", "clerk");
        let entry = || NewEntry { journal: "TRE".into(), ..one() };
        let no =
            |error: LedgerError| assert_eq!(error.code(), "accounting.needs_approval", "{error}");
        no(staff.refused("anna", &Post::new(entry())));
        no(staff.refused("anna", &Post::new(entry().key("k"))));
        no(staff.refused("anna", &PostMany::new(vec![entry()])).at_its_place());
        let each = staff.must("anna", &PostEach::new(vec![entry(), one()])).entries;
        assert_eq!(each[0].as_ref().unwrap_err().code, "accounting.needs_approval");
        assert!(each[1].is_ok());
        no(staff.refused("anna", &RecordPending::new(NewPending::new(entry()))));
        no(staff.refused("anna", &StartRecurring::new("x", monthly(entry()))));
        no(staff.refused("anna", &PostReversing::new(entry()).on(d("2026-07-01"))));
        // By two others it is posted; and taken back by who may reverse.
        let draft = staff.submitted("anna", entry());
        staff.role("partner", [NewGrant::new("ledger.approve")]);
        staff.hire("ben", "partner");
        staff.must("chief", &ApproveDraft::new(draft, 1));
        let posted = staff.must("ben", &ApproveDraft::new(draft, 1)).posted.unwrap();
        staff.must("anna", &Reverse::new(posted.id, d("2026-01-06")));
        // A journal that demands none takes all; and who has the right posts there without them.
        staff.must("anna", &Post::new(NewEntry { journal: "OWN".into(), ..one() }));
        let feed = NewGrant::new("ledger.post_unapproved").within("journal", ["INV"]);
        staff.role("feed", [NewGrant::new("ledger.post"), feed]);
        staff.hire("carla", "feed");
        no(staff.refused("carla", &Post::new(entry())));
        staff.must("chief", &Post::new(entry()));
        staff.clean();
    });
}

#[test]
fn a_journal_comes_to_demand_approvals_and_demands_fewer() {
    with_staff_everywhere(|staff| {
        staff.role("clerk", ["ledger.post", "ledger.draft"].map(NewGrant::new));
        staff.hire("anna", "clerk");
        staff.role("keeper", [NewGrant::new("ledger.change_journal").within("journal", ["GEN"])]);
        staff.hire("ben", "keeper");
        let change = |code: &str, approvals| ChangeJournal::approvals(code, approvals);
        let none = staff.refused("anna", &change("TRE", ApprovalsChange::Drafts));
        assert_eq!(none.code(), "policy.not_held");
        let outside = staff.refused("ben", &change("TRE", ApprovalsChange::Drafts));
        assert_eq!(outside.code(), "policy.out_of_scope");
        staff.must("ben", &change("GEN", ApprovalsChange::To(2)));
        let draft = staff.submitted("anna", one());
        assert_eq!(staff.refused("anna", &Post::new(one())).code(), "accounting.needs_approval");
        staff.must("ben", &change("GEN", ApprovalsChange::To(1)));
        // What waits for approval goes by what is demanded when it is approved.
        assert!(staff.must("chief", &ApproveDraft::new(draft, 1)).posted.is_some());
        staff.must("ben", &change("GEN", ApprovalsChange::Drafts));
        staff.must("anna", &Post::new(one()));
        let unknown = staff.refused("chief", &ChangeJournal::rename("OLD", "Old"));
        assert_eq!(unknown.code(), "accounting.unknown_journal");
        let bad = staff.refused("chief", &ChangeJournal::rename("GEN", " "));
        assert_eq!(bad.code(), "accounting.bad_input");
        staff.clean();
    });
}

#[test]
fn one_posting_in_a_cost_centre_opens_no_others() {
    with_staff_everywhere(|staff| {
        let within = |name: &'static str| NewGrant::new(name).within("cost_centre", ["10"]);
        staff.role("spender", ["ledger.post", "ledger.draft", "ledger.plan"].map(within));
        staff.hire("anna", "spender");
        let entry = |inside: &str, outside: &str| {
            let (inside, outside) = (eur(inside), eur(outside));
            NewEntry::new("GEN", d("2026-01-05"))
                .posting(NewPosting::debit("5100", inside).dimension("cost_centre", "10"))
                .debit("5000", outside)
                .credit("1000", inside.add(outside).unwrap())
        };
        for inside in ["0", "0.01"] {
            let cheat = || entry(inside, "9999");
            let no = staff.refused("anna", &Post::new(cheat()));
            assert_eq!(no.code(), "policy.out_of_scope");
            assert!(no.to_string().contains("cost_centre, and not all of it names one"), "{no}");
            assert_eq!(
                staff.refused("anna", &PrepareDraft::new(cheat())).code(),
                "policy.out_of_scope"
            );
            let plan = StartRecurring::new("x", monthly(cheat()));
            assert_eq!(staff.refused("anna", &plan).code(), "policy.out_of_scope");
            // Large batches keep the whole chart.
            let many = PostMany::new((0..30).map(|_| cheat()).collect());
            assert_eq!(staff.refused("anna", &many).code(), "policy.out_of_scope");
        }
        // What is bought on account is of the cost centre; the account is of none.
        let bought = NewEntry::new("GEN", d("2026-01-05"))
            .posting(NewPosting::debit("5100", eur("100")).dimension("cost_centre", "10"))
            .debit("1200", eur("19"))
            .credit("1000", eur("119"));
        staff.must("anna", &Post::new(bought));
        staff.clean();
    });
}

#[test]
fn accounts_are_moved_by_who_may_change_both_places() {
    with_staff_everywhere(|staff| {
        staff.role("keeper", [NewGrant::new("ledger.change_account").within("account", ["5"])]);
        staff.hire("ben", "keeper");
        staff.must(
            "chief",
            &OpenAccounts::new(vec![NewAccount::heading("6", "Others", AccountClass::Expense)]),
        );
        let no = |parent: Option<&str>| {
            let moved = ChangeAccount::move_under("5100", parent.map(Into::into));
            assert_eq!(staff.refused("ben", &moved).code(), "policy.out_of_scope");
        };
        no(Some("6"));
        no(None);
        staff.must(
            "chief",
            &OpenAccounts::new(vec![
                NewAccount::heading("51", "Rooms", AccountClass::Expense).parent("5"),
            ]),
        );
        staff.must("ben", &ChangeAccount::move_under("5100", Some("51".into())));
        staff.must("chief", &ChangeAccount::move_under("5100", Some("6".into())));
        let back = ChangeAccount::move_under("5100", Some("5".into()));
        assert_eq!(staff.refused("ben", &back).code(), "policy.out_of_scope");
    });
}

trait Placed {
    fn at_its_place(self) -> LedgerError;
}

impl Placed for LedgerError {
    /// The error of the item.
    fn at_its_place(self) -> LedgerError {
        match self {
            LedgerError::At { error, .. } => *error,
            error => error,
        }
    }
}

/// What recurs each month, starting with this entry.
fn monthly(entry: NewEntry) -> RecurringTerms {
    RecurringTerms::new(entry, "FREQ=MONTHLY".parse().unwrap())
}

/// `anna` plans up to 100 EUR in the general journal.
fn planner(staff: &Staff, more: &[&str]) {
    let plan = NewGrant::new("ledger.plan").up_to(eur("100")).within("journal", ["GEN"]);
    let more = more.iter().map(|name| NewGrant::new(*name));
    staff.role("planner", more.chain([plan]));
    staff.hire("anna", "planner");
}

#[test]
fn what_recurs_is_planned_by_who_may_plan_all_of_it() {
    with_staff_everywhere(|staff| {
        planner(&staff, &[]);
        let no = |terms| staff.refused("anna", &StartRecurring::new("x", terms)).code();
        // Also where it can't be posted yet, and so is not judged.
        for year in ["2026", "2031"] {
            let entry = |amount: &str| sale(&format!("{year}-01-05"), amount);
            let elsewhere = NewEntry { journal: "INV".into(), ..entry("1") };
            assert_eq!(no(monthly(elsewhere)), "policy.out_of_scope", "{year}");
            assert_eq!(no(monthly(entry("1000000"))), "policy.over_limit", "{year}");
            let twice = || "FREQ=MONTHLY;COUNT=2".parse().unwrap();
            let spread = |amount: &str| {
                let weights = vec![dec("1"), dec("99")];
                let residual = fondaco_core::Residual::FirstParts;
                RecurringTerms::new(entry(amount), twice())
                    .amounts(AmountRule::Spread { weights, residual })
            };
            assert_eq!(no(spread("100.01")), "policy.over_limit", "{year}");
            let dollars = |rate: Option<&str>| {
                let of = |posting: NewPosting| NewPosting { rate: rate.map(dec), ..posting };
                NewEntry::new("GEN", d(&format!("{year}-01-05")))
                    .posting(of(NewPosting::debit("1010", usd("500"))))
                    .posting(of(NewPosting::credit("4000", usd("500"))))
            };
            assert_eq!(no(monthly(dollars(Some("0.21")))), "policy.over_limit", "{year}");
            assert_eq!(no(monthly(dollars(None))), "policy.no_limit", "nobody knows its worth");
            assert_eq!(
                no(monthly(dollars(Some("0.2")))),
                "policy.no_limit",
                "only its planner says so"
            );
            for (what, terms) in [("fixed", monthly(entry("100"))), ("spread", spread("100"))] {
                staff.must("anna", &StartRecurring::new(format!("{what}-{year}"), terms));
            }
        }
        staff.clean();
    });
}

#[test]
fn what_others_planned_is_touched_by_who_may_plan_all_of_it() {
    with_staff_everywhere(|staff| {
        planner(&staff, &[]);
        let rent = |from: &str, amount: &str| monthly(sale(from, amount));
        staff.must("chief", &StartRecurring::new("rent", rent("2026-07-05", "50")));
        staff.must("anna", &PauseRecurring::new("rent"));
        staff.must("anna", &ResumeRecurring::new("rent", Missed::Post));
        // From September on it is beyond her.
        staff.must("chief", &ChangeRecurring::new("rent", rent("2026-09-05", "500")));
        let change = ChangeRecurring::new("rent", rent("2026-08-05", "50"));
        assert_eq!(staff.refused("anna", &change).code(), "policy.over_limit");
        let pause = PauseRecurring::new("rent");
        assert_eq!(staff.refused("anna", &pause).code(), "policy.over_limit");
        let skip = SkipRecurring::new("rent", d("2026-10-05"));
        assert_eq!(staff.refused("anna", &skip).code(), "policy.over_limit");
        let end = EndRecurring::new("rent", d("2026-10-05"));
        assert_eq!(staff.refused("anna", &end).code(), "policy.over_limit");
        staff.must("chief", &pause);
        let resume = ResumeRecurring::new("rent", Missed::Skip);
        assert_eq!(staff.refused("anna", &resume).code(), "policy.over_limit");
        // What is hers by its amount can't become more than that.
        staff.must("chief", &ChangeRecurring::new("rent", rent("2026-08-05", "50")));
        let raise = ChangeRecurring::new("rent", rent("2026-09-05", "101"));
        assert_eq!(staff.refused("anna", &raise).code(), "policy.over_limit");
        staff.must("anna", &ChangeRecurring::new("rent", rent("2026-09-05", "100")));
        staff.clean();
    });
}

#[test]
fn reversals_are_planned_by_who_may_plan_all_of_the_entry() {
    with_staff_everywhere(|staff| {
        planner(&staff, &[]);
        let on = d("2026-07-01");
        let elsewhere = NewEntry { journal: "INV".into(), ..one() };
        let large = sale("2026-01-05", "100.01");
        for (entry, code) in [(elsewhere, "policy.out_of_scope"), (large, "policy.over_limit")] {
            let posted = staff.must("chief", &PostReversing::new(entry).on(on));
            let moved = PlanReversal::new(posted.id, d("2026-08-01"));
            assert_eq!(staff.refused("anna", &moved).code(), code);
            assert_eq!(staff.refused("anna", &CancelReversal::new(posted.id)).code(), code);
        }
        let posted = staff.must("chief", &Post::new(sale("2026-01-05", "100")));
        // Who posts an entry with its reversal plans that.
        staff.role("clerk", [NewGrant::new("ledger.post")]);
        staff.hire("ben", "clerk");
        let both = |amount: &str| PostReversing::new(sale("2026-01-05", amount)).on(on);
        assert_eq!(staff.refused("ben", &both("1")).code(), "policy.not_held");
        assert_eq!(
            staff.refused("anna", &both("1")).code(),
            "policy.not_held",
            "nor may anna post"
        );
        staff.must("root", &fondaco_core::policy::stored::AssignRole::new(id("anna"), "clerk"));
        assert_eq!(staff.refused("anna", &both("100.01")).code(), "policy.over_limit");
        staff.must("anna", &both("100"));
        staff.must("anna", &PlanReversal::new(posted.id, on));
        staff.must("anna", &CancelReversal::new(posted.id));
        staff.clean();
    });
}

#[test]
fn rights_within_journals_headings_and_cost_centres() {
    with_staff_everywhere(|staff| {
        let spend = NewGrant::new("ledger.post")
            .within("journal", ["GEN"])
            .within("account", ["5", "1000"])
            .within("cost_centre", ["10", "20"]);
        staff.role("spender", [spend]);
        staff.role("renamer", [NewGrant::new("ledger.change_account").within("account", ["5"])]);
        staff.hire("anna", "spender");
        staff.hire("ben", "renamer");
        let entry = |journal: &str, account: &str, centre: Option<&str>| {
            let debit = NewPosting::debit(account, eur("5"));
            let debit = match centre {
                Some(centre) => debit.dimension("cost_centre", centre),
                None => debit,
            };
            Post::new(
                NewEntry::new(journal, d("2026-01-05")).posting(debit).credit("1000", eur("5")),
            )
        };
        staff.must("anna", &entry("GEN", "5100", Some("10")));
        staff.must("anna", &entry("GEN", "5000", Some("20")));
        let no = |entry: &Post| staff.refused("anna", entry).to_string();
        assert!(no(&entry("INV", "5100", Some("10"))).contains("journal INV is not within"));
        assert!(no(&entry("GEN", "1200", Some("10"))).contains("account 1200 is not within"));
        assert!(no(&entry("GEN", "5100", Some("30"))).contains("cost_centre 30 is not within"));
        assert!(no(&entry("GEN", "5100", None)).contains("certain places in cost_centre"));
        staff.must("ben", &ChangeAccount::rename("5100", "Rents"));
        staff.must("ben", &ChangeAccount::rename("5", "Spent"));
        let other = staff.refused("ben", &ChangeAccount::rename("1000", "x"));
        assert_eq!(other.code(), "policy.out_of_scope");
    });
}

static RECEIVABLE: Engine =
    Engine { name: "receivable", parts: &[&Part::new(&[]).permissions(&[&INVOICE])] };
const INVOICE: Permission = Permission::new("receivable.invoice", "issue invoices");

/// An engine's command that posts to the account it keeps.
#[derive(serde::Serialize)]
struct Invoice;

impl Act for Invoice {
    type Answer = PostedMany;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<PostedMany, LedgerError> {
        tx.authorize(&Request::new(&INVOICE))?;
        let ten = Money::minor(1000, Currency::EUR);
        let entry = NewEntry::new("INV", d("2026-01-05")).debit("1200", ten).credit("4000", ten);
        tx.as_engine(&RECEIVABLE, |tx| post_many(tx, &[entry]))
    }
}

#[test]
fn control_accounts_are_for_their_engine() {
    with_staff_everywhere(|staff| {
        staff.must("chief", &ChangeAccount::control("1200", Some("receivable".into())));
        let by_hand = || {
            NewEntry::new("GEN", d("2026-01-05")).debit("1200", eur("1")).credit("4000", eur("1"))
        };
        let refused = staff.refused("chief", &Post::new(by_hand()));
        assert_eq!(refused.kind(), ErrorKind::Refused);
        assert_eq!(
            refused.to_string(),
            "account 1200 is kept by receivable alone: use a command of receivable, or another account"
        );
        // Not as a draft either, and not in large batches, which keep the whole chart.
        let draft = staff.must("chief", &PrepareDraft::new(by_hand()));
        assert_eq!(
            staff.refused("chief", &SubmitDraft::new(draft)).code(),
            "accounting.control_account"
        );
        let bad = staff.refused("chief", &ChangeAccount::control("1200", Some(" ".into())));
        assert_eq!(bad.code(), "accounting.bad_code");
        // Its own command may, by who may do that command: he needs no right to post.
        staff.role("invoicer", [NewGrant::new("ledger.draft")]);
        staff.hire("anna", "invoicer");
        assert_eq!(staff.refused("anna", &Invoice).code(), "policy.not_held");
        let driver =
            fondaco_core::Driver::new(staff.store.clone(), fondaco_core::CompanyId::named("acme"))
                .with_policy(fondaco_core::policy::Stored);
        driver.join(&ENGINE).unwrap();
        driver.join(&RECEIVABLE).unwrap();
        let envelope = |who: &str, name: &str| {
            fondaco_core::Envelope::new(fondaco_core::CommandId::named(name), id(who), minute(1))
        };
        let role = fondaco_core::policy::stored::DefineRole::new("invoicer", "x")
            .may(NewGrant::new("receivable.invoice"));
        driver.carry_out(envelope("root", "role"), &role).unwrap();
        let posted = driver.carry_out(envelope("anna", "invoice"), &Invoice).unwrap().answer;
        // Nor is it taken back by hand.
        let reverse = Reverse::new(posted.entries[0].id, d("2026-01-06"));
        assert_eq!(staff.refused("chief", &reverse).code(), "accounting.control_account");
        staff.must("chief", &ChangeAccount::control("1200", None));
        staff.must("chief", &Post::new(by_hand()));
        staff.clean();
    });
}

#[test]
fn lent_rights_post_and_withdrawn_ones_do_not() {
    with_staff_everywhere(|staff| {
        staff.role("clerk", [NewGrant::new("ledger.post").up_to(eur("10"))]);
        staff.hire("anna", "clerk");
        let large = || Post::new(sale("2026-01-05", "500"));
        assert_eq!(staff.refused("anna", &large()).code(), "policy.over_limit");
        let lend = Delegate::new(id("chief"), id("anna"), d("2026-06-01"), d("2026-06-02"));
        staff.must("root", &lend);
        staff.must("anna", &large());
        let batch = PostMany::new(vec![sale("2026-01-05", "500"); 70]);
        staff.must("anna", &batch);
        let small = Post::new(sale("2026-01-05", "5"));
        let first = staff.send_at(minute(0), ("anna", "small"), &small).unwrap();
        staff.must("root", &WithdrawRole::new(id("anna"), "clerk"));
        let late = minute(3 * 24 * 60);
        let again = staff.send_at(late, ("anna", "small"), &small).unwrap();
        assert!(
            again.replayed && again.answer == first.answer,
            "what was allowed is answered again"
        );
        let denied = staff.send_at(late, ("anna", "another"), &small).unwrap_err();
        assert!(matches!(denied, LedgerError::Halt(Halt::Denied(_))), "{denied}");
    });
}
