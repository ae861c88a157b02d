//! The digests of the ledger's commands never change: a command that is sent again after an update is still the same one.
//!
//! `digests/expected.py` builds those of the batches from the documentation alone.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use common::*;
use fondaco_accounting::allocation::*;
use fondaco_accounting::currency::*;
use fondaco_accounting::ledger::*;
use fondaco_core::calendar::{BusinessDays, Roll};
use fondaco_core::{Act, Currency, Id, Money, Residual, digest};

fn hex(command: &impl Act) -> String {
    digest::hex(&command.digest().unwrap())
}

fn full() -> NewEntry {
    let line = NewPosting::debit("1010", usd("12.00"))
        .worth(eur("10.50"))
        .rate(dec("0.8750"))
        .text("line")
        .party(Id::from_u128(43))
        .due_date(d("2026-05-01"))
        .dimension("site", "Mestre")
        .dimension("cost", "a");
    NewEntry::new("INV", d("2026-03-31"))
        .posting(line)
        .credit("1000", eur("10.50"))
        .conversion()
        .text("bought à la carte")
        .party(Id::from_u128(42))
        .source("sales_order/51921")
        .document_date(d("2026-03-30"))
        .due_date(d("2026-04-30"))
}

#[test]
fn entries_to_be_posted() {
    let one = || sale("2026-01-05", "1.00");
    assert_eq!(hex(&Post::new(one())), ONE);
    assert_eq!(hex(&PostMany::new(vec![one(), full()])), MANY);
    assert_eq!(hex(&PostEach::new(vec![one(), full()])), EACH);
    assert_eq!(hex(&PostMany::new(vec![])), NONE);
    assert_eq!(hex(&PostMany::new(vec![one(); 1000])), THOUSAND, "longer than the buffer");
    assert_eq!(hex(&Post::new(sale("2026-01-05", "1"))), ONE, "the same amount");
}

/// Whichever field is another, the command is.
#[test]
fn every_field_of_an_entry_counts() {
    type Change = fn(&mut NewEntry);
    let changes: [(&str, Change); 32] = [
        ("journal", |entry| entry.journal = "GEN".into()),
        ("date", |entry| entry.date = d("2026-04-01")),
        ("document date", |entry| entry.document_date = None),
        ("due date", |entry| entry.due_date = None),
        ("both dates", |entry| std::mem::swap(&mut entry.document_date, &mut entry.due_date)),
        ("text", |entry| entry.text = None),
        ("party", |entry| entry.party = None),
        ("source", |entry| entry.source = None),
        ("text for source", |entry| std::mem::swap(&mut entry.text, &mut entry.source)),
        ("conversion", |entry| entry.conversion = false),
        ("fewer postings", |entry| drop(entry.postings.pop())),
        ("order of postings", |entry| entry.postings.swap(0, 1)),
        ("account", |entry| entry.postings[0].account = "1000".into()),
        ("side", |entry| entry.postings[0].side = Side::Credit),
        ("amount", |entry| entry.postings[0].amount = usd("12.01")),
        ("currency", |entry| entry.postings[0].amount = eur("12.00")),
        ("worth", |entry| entry.postings[0].ledger_amount = None),
        ("worth in another currency", |entry| entry.postings[0].ledger_amount = Some(usd("10.50"))),
        ("rate", |entry| entry.postings[0].rate = Some(dec("0.8751"))),
        ("text of a posting", |entry| entry.postings[0].text = None),
        ("party of a posting", |entry| entry.postings[0].party = None),
        ("due date of a posting", |entry| entry.postings[0].due_date = None),
        ("dimensions", |entry| entry.postings[0].dimensions.set("site", "Venice")),
        ("no dimensions", |entry| entry.postings[0].dimensions = Default::default()),
        ("key", |entry| *entry = entry.clone().key("k")),
        ("linked", |entry| *entry = entry.clone().linked()),
        ("kind", |entry| *entry = entry.clone().kind("k")),
        ("tag", |entry| *entry = entry.clone().tag("k", "")),
        ("balancing", |entry| *entry = entry.clone().balancing(Balancing::Debit)),
        ("balancing otherwise", |entry| *entry = entry.clone().balancing(Balancing::Both)),
        ("instant", |entry| *entry = entry.clone().imported_at(minute(0))),
        ("empty options", |entry| entry.options = Some(Box::default())),
    ];
    let mut seen = std::collections::BTreeMap::from([(hex(&Post::new(full())), "as it was")]);
    for (what, change) in changes {
        let mut entry = full();
        change(&mut entry);
        assert_ne!(entry, full(), "{what}");
        let other = seen.insert(hex(&Post::new(entry)), what);
        assert_eq!(other, None, "{what}");
    }
}

/// Every other command, with all its fields set, as `serde` tells it.
#[test]
fn all_other_commands() {
    let account = NewAccount::new("1010", "Dollars", AccountClass::Asset)
        .parent("1")
        .currency(Currency::USD)
        .opens(d("2026-01-01"));
    let accounts = vec![NewAccount::heading("1", "What we have", AccountClass::Asset), account];
    let reverse =
        Reverse { text: Some("wrong".into()), ..Reverse::new(Id::from_u128(7), d("2026-02-01")) };
    let weights = vec![dec("1.50"), dec("2")];
    let amounts = AmountRule::Spread { weights, residual: Residual::LargestRemainder };
    let days = BusinessDays::new("DE-BY", Roll::ModifiedFollowing);
    let terms = RecurringTerms::new(full(), "FREQ=MONTHLY;COUNT=2".parse().unwrap())
        .amounts(amounts)
        .on_business_days(days)
        .late(LateRule::OwnPeriod)
        .reversing();
    let (eur, usd) = (Currency::EUR, Currency::USD);
    let january = "2026-01-01/2026-01-31".parse().unwrap();
    let rate = NewRate::new(eur, usd, dec("1.2500"), d("2026-01-02"));
    let average = rate.clone().on(january);
    let correction = RateCorrection::new(eur, usd, Some(dec("1.26")), d("2026-01-02"));
    let never = RateCorrection::new(eur, usd, None, d("2026-01-01")).on(january);
    let draft = Id::from_u128(8);
    let limit = SetSpendingLimit::new("L", "Limit", eur)
        .account("5")
        .dimension("site", "Mestre")
        .each("card")
        .measure(Measure::Debits)
        .over(Window::Day)
        .from(d("2026-01-01"))
        .until(d("2026-12-31"))
        .warn_above(Money::minor(8000, eur))
        .refuse_above(Money::minor(10000, eur));
    let lines = ChangeSpendingLimit::new("L").warn_above(Money::minor(9000, eur));
    let by_items = NewAccount::new("1200", "Customers", AccountClass::Asset).open_items();
    let (item, other) = (ItemKey::new(Id::from_u128(7), 1), ItemKey::new(Id::from_u128(8), 2));
    let clear = Clear::new("1200").part(item, self::usd("1.50")).all(other);
    let clear = clear.on(d("2026-05-01")).text("as agreed").across_parties();
    let pays = Pays::new(2).part(item, self::usd("1.50")).all(other).with(self::eur("2"));
    let within = AccountLimit::DebitsWithinCredits;
    let wallet = NewAccount::new("w1", "Wallet", AccountClass::Liability)
        .limit(within)
        .tracked()
        .closed()
        .kind("wallet")
        .tag("customer", "17")
        .imported_at(minute(0))
        .linked();
    let keyed = || full().key("k").linked().kind("fee").tag("a", "b");
    let keyed = || keyed().balancing(Balancing::Both).imported_at(minute(0));
    let held = NewPending::new(keyed()).expires_after(60).closing(Closing::Both);
    let mut post = PostPending::new(Id::from_u128(9)).amount(money("5.00 USD")).key("p");
    post.date = Some(d("2026-05-01"));
    let expected = Expected { kind: Some("fee".into()), ..Expected::default() };
    post.options.expected = Some(Box::new(expected));
    let void = VoidPending::new(PendingRef::Key("k".into())).key("v");
    let items = vec![
        Item::Entry(keyed()),
        Item::Pending(held.clone()),
        Item::Post(post.clone()),
        Item::Void(void.clone()),
    ];
    let exchange = SetExchangeAccounts::new("GEN", "4900", "5900")
        .of_account("1200")
        .of_currency(usd)
        .unrealised("4901", "5901")
        .adjustment("1209")
        .dimension("desk", "x");
    let allocation = || SetAllocation::new("rent", "Rent", "GEN", "5100", "cost_centre", "900");
    let of_account = allocation().by_account("4000");
    let allocation = allocation().to_account("5900").share("10", dec("1.50"));
    let told = [
        ("SetUp", hex(&SetUp::new(Currency::EUR))),
        ("OpenAccounts", hex(&OpenAccounts::new(accounts))),
        ("ChangeAccount, name", hex(&ChangeAccount::rename("1010", "US dollars"))),
        ("ChangeAccount, place", hex(&ChangeAccount::move_under("1010", Some("2".into())))),
        ("ChangeAccount, top", hex(&ChangeAccount::move_under("1010", None))),
        ("CloseAccount", hex(&CloseAccount::new("1010", d("2026-06-30")))),
        ("OpenJournal", hex(&OpenJournal::new("INV", "Invoices").by_date())),
        ("OpenFiscalYear", hex(&OpenFiscalYear::calendar_year(2026))),
        ("LockPeriod", hex(&LockPeriod::new(202_601))),
        ("UnlockPeriod", hex(&UnlockPeriod::new(202_601))),
        ("Reverse", hex(&reverse)),
        ("PostReversing", hex(&PostReversing::new(full()).on(d("2026-05-01")))),
        ("PlanReversal", hex(&PlanReversal::new(Id::from_u128(7), d("2026-05-01")))),
        ("CancelReversal", hex(&CancelReversal::new(Id::from_u128(7)))),
        ("StartRecurring", hex(&StartRecurring::new("rent", terms.clone()))),
        ("ChangeRecurring", hex(&ChangeRecurring::new("rent", terms))),
        ("PauseRecurring", hex(&PauseRecurring::new("rent"))),
        ("ResumeRecurring", hex(&ResumeRecurring::new("rent", Missed::Skip))),
        ("EndRecurring", hex(&EndRecurring::new("rent", d("2026-05-01")))),
        ("SkipRecurring", hex(&SkipRecurring::new("rent", d("2026-05-01")))),
        ("OpenRateSource", hex(&OpenRateSource::new("SPOT", "Central bank").pivot(eur))),
        ("LimitRateAge", hex(&LimitRateAge::new("SPOT", Some(7)))),
        ("RecordRates", hex(&RecordRates::new("SPOT", vec![rate, average]))),
        ("CorrectRates", hex(&CorrectRates::new("SPOT", vec![correction, never]))),
        ("EndRate", hex(&EndRate::new("SPOT", eur, usd, d("2026-02-01")))),
        ("SetExchangeAccounts", hex(&exchange)),
        (
            "RemoveExchangeAccounts",
            hex(&RemoveExchangeAccounts::new(Some("1200".into()), Some(usd))),
        ),
        ("MarkMonetary", hex(&MarkMonetary::not(["1200"]))),
        (
            "Revalue",
            hex(&Revalue::at(d("2026-03-31"))
                .source("ECB")
                .reversing_on(d("2026-04-02"))
                .text("March")),
        ),
        ("RealiseExchange", hex(&RealiseExchange::on(d("2026-03-31")))),
        ("SetAllocation", hex(&allocation)),
        ("SetAllocation, by an account", hex(&of_account)),
        ("RemoveAllocation", hex(&RemoveAllocation::new("rent"))),
        (
            "RecordStatistics",
            hex(&RecordStatistics::new("heads", 202_603).value("10", dec("1.50"))),
        ),
        ("Allocate", hex(&Allocate::new("rent", 202_603))),
        ("UndoAllocation", hex(&UndoAllocation::new("rent", 202_603))),
        ("SoftLockPeriod", hex(&SoftLockPeriod::new(202_601))),
        ("ChangeAccount, control", hex(&ChangeAccount::control("1200", Some("receivable".into())))),
        ("ChangeAccount, no control", hex(&ChangeAccount::control("1200", None))),
        ("OpenJournal, approvals", hex(&OpenJournal::new("TRE", "Treasury").approvals(2))),
        ("PrepareDraft", hex(&PrepareDraft::new(full()))),
        ("ChangeDraft", hex(&ChangeDraft::new(draft, full()))),
        ("SubmitDraft", hex(&SubmitDraft::new(draft))),
        ("ApproveDraft", hex(&ApproveDraft::new(draft, 2))),
        ("RejectDraft", hex(&RejectDraft::new(draft, "wrong account"))),
        ("DeleteDraft", hex(&DeleteDraft::new(draft))),
        ("SetSpendingLimit", hex(&limit)),
        ("ChangeSpendingLimit", hex(&lines)),
        ("EndSpendingLimit", hex(&EndSpendingLimit::new("L", d("2026-05-01")))),
        ("PostExceeding", hex(&PostExceeding::new(full(), "urgent"))),
        ("OpenAccounts, by items", hex(&OpenAccounts::new(vec![by_items]))),
        ("ChangeAccount, by items", hex(&ChangeAccount::open_items("1200", true))),
        ("Clear", hex(&clear)),
        ("Unclear", hex(&Unclear::new(Id::from_u128(9)).on(d("2026-05-01")).why("wrong"))),
        (
            "PostClearing",
            hex(&PostClearing::new(full()).pays(pays).on(d("2026-05-01")).across_parties()),
        ),
        ("OpenEach", hex(&OpenEach::new(vec![wallet]))),
        ("ReopenAccount", hex(&ReopenAccount::new("1010"))),
        ("ChangeAccount, limit", hex(&ChangeAccount::limit("1010", within))),
        ("ChangeAccount, no limit", hex(&ChangeAccount::unlimited("1010"))),
        ("ChangeAccount, tracked", hex(&ChangeAccount::track("1010"))),
        ("PostEach, options", hex(&PostEach::new(vec![keyed()]))),
        ("RecordPending", hex(&RecordPending::new(held.clone()))),
        ("PostPending", hex(&post)),
        ("VoidPending", hex(&void)),
        ("RecordEach", hex(&RecordEach::new(items))),
    ];
    let told = told.map(|(name, digest)| format!("{name}: {digest}"));
    assert_eq!(told.join("\n"), OTHERS, "the digests are now:\n{}", told.join("\n"));
}

const ONE: &str = "bb4ad2abc96b7f6ce0e293f9a69e3d47a44759b4ce2824cccd538236da859c0c";
const MANY: &str = "1ee7f40cbb0c121962b5e90f6f1c6001341366005d284a8e6c2dd86929e770e8";
const EACH: &str = "3de1009f2b998a5b20ebe44e986232876a5f2d0dc6fcb96e9c9310999f3bc51a";
const NONE: &str = "03666dd90a8c02f0bf2922fa3f9c1b3142c60ad7a3151431f9e1fbfc690fd308";
const THOUSAND: &str = "e191084d5398beb2eb6efad4efc0b3d014bf931801275516c7578b434ed8648a";
const OTHERS: &str = "\
SetUp: d7f3a39a126cac4c068b838dbd44a8711fcce09550181156d86e4da60f34b077
OpenAccounts: d127461a1c83242f045454d5bc70d377ea375f1a02424e82094db64dcbf19fda
ChangeAccount, name: c8c75ec5c783e30d84954850f25f4747e04c5379d88c2d5be17dd70ca27c91e2
ChangeAccount, place: f5943983b36b60e45018c0df66987419aed434d8da9eab4798494232e6cc8691
ChangeAccount, top: 4fa2b5e7a046d6644c43de85904136245c2d401e06d925de7392df89ced201b8
CloseAccount: 80634b243a969e897507c4eb84626e411236b2bb3e51957b8d697dc641d4bf44
OpenJournal: d6fc26bc158b8ed9e4e098cea00db17ea263ed90e2050ea4e0de548311fca41c
OpenFiscalYear: b6fecdf8854b257c2ac137a75af3662a81453f9f71642234562891d67f33c5e9
LockPeriod: 7322ae2e678b23656ea0edd7c966cb19bc2dd161e6c0e481ba735bd630f3889e
UnlockPeriod: 31180e5feef50110de837884df7824c597bd56a122af64bd40300b43904111d4
Reverse: 5c3c835a5b22a6df8284d628162af22c262f2b89e467e812aae8317a312fde48
PostReversing: 3fc133fce4ab1b75d16c1c045f8a3db5ac921c30715b240f4799054cfd298939
PlanReversal: 12be5dd92e2711a9c83c4afaca5bc3b3f2dae0ef89aee5accb7a371948b96818
CancelReversal: e7ef2a765e2968fa727096deb73270689e007bb3f36a33f822585ecb36bc499b
StartRecurring: 9eafcdbe4871fb6d86eaa8f677fad4c146d93fcf7d0afffe2821d0731ec120fb
ChangeRecurring: f302f6edf54bca0efb49d3f854dcccc579e2f994a10153a6555de434a7700f38
PauseRecurring: 630f4ccac86333dfcc45ae9b50e58837a4ac94187f0432d1eb398d18bbd8fa57
ResumeRecurring: 8ce231b10c22ed03e30a39ee2db18944cfc43273459900715a0c09f4e6281204
EndRecurring: 78a396f7ebffc8a0aa3480a630edfb740228fc1099571b1cc9b52b121fb7e31b
SkipRecurring: 130ca2f0c72fb2c6143560e43850317573513ef70b844e673e8cd889e362ef3c
OpenRateSource: a05687642e7e87b620bbe5400bf4d3324ed6bf30de4de07ba3b7b47c53d7c28c
LimitRateAge: 40aa5848f1ef0ad02d70749a1c9040e22d1da5e0249ba70ae4398c812790d70a
RecordRates: be5341d047d560b00e23b19ed7ebb8db71cad8d70d9b9a382f51a4786ad57695
CorrectRates: 2dfd74ba5bc53b77433d7a3bbcc67c7da848bb0bd3b801185210bc91651c8ff6
EndRate: de5c15d455413999550f7063036062e1ff377915ee17722d35959dd1a740d9e3
SetExchangeAccounts: 99301b1136f46532c339a5fe4d149fde918b9624ae7c272fd2fb08e97dffd4f7
RemoveExchangeAccounts: 77c1884c03cb180d0dcd41ca12a0b871c2fcc2f436089d0f28c78bed0190505e
MarkMonetary: 96b3668a1899d10a7a372c9556fdd912122ffcc91bb402546354b403dbbfb553
Revalue: 6abcada9fbb2791b57a99d41e9cf13887d676d303cae8361e81288359deff58b
RealiseExchange: 005ea26b6d9f70d6ff958a3c8f86108298db9a92d014154c6459b69782bb6062
SetAllocation: e017a04e93a0648638fd2382fd5bac0352182fb5cace98811574382b796a67c3
SetAllocation, by an account: cbbc285f3344e9df245d2ecdf710b35eeb44ec24f9fa7452d70790748a456790
RemoveAllocation: e2f0b4429f53fa4ee9abb5c02b6eaf89cd07a11559175b9659ff8adbebfc215d
RecordStatistics: e239ae422babf68fad1580b679c7660c26d24c4513790df6b74976f688f59693
Allocate: 1ce3d60a1d11f507fc4c7a4d26635da143a185367349a85d7436fe1a9bd6807c
UndoAllocation: 67c19f65268271af696e4edd84b3c23777a2e466ac14169ee706438d787e6dd8
SoftLockPeriod: f72885e8cd71120b03804c753d33d4c6f978e1af63491399d36112e0aad63c92
ChangeAccount, control: b133de1fb6262b0f0a5e1fe5491a1821aca887a346d9b6f147519efc0a10a6c0
ChangeAccount, no control: 70df4a4d8ef3b67c623d36063ae5050ebd664976a594571266a9f1e466da24e2
OpenJournal, approvals: ee321668185ba249c49e1abd15f42478ed7b123d2c69886bd631e95b7ae735c1
PrepareDraft: 36eb7bd325f7d62ab25e373089ef05e153044fd3692b199f4a0773957af4ef6c
ChangeDraft: 35ff11956e8a689c1c11406a38dbab718d9b829c959cf3f31166e69a3d6f50b5
SubmitDraft: 780c3b80928cf7520c5a826e06e51733011e36439b54ee1dd736e7f4d9192bde
ApproveDraft: dc1e7b9201cdf5a7e770260c01f0b4c09893a1a1d8125a85346e3d83a2b20178
RejectDraft: 4c983194bfb98181e00af25655f732acba537d731553b6495e6c7a5a86aa39e8
DeleteDraft: 08343c1428c43620abbdfd0d8f1ec97b675ffde62ff800a9a78b956add95e140
SetSpendingLimit: 1474eb43d016fd5c0bf950de0da2d09173dc087fd63b3d3f979334d3aa4c12a9
ChangeSpendingLimit: a81d9deeba5b502eb07c4b7ccd46e5264264b847726c30e615d567219ac7b19e
EndSpendingLimit: b03d03ef0bae57932ac56b77879a071e222671621c195f853fde7a49a172f30e
PostExceeding: 870ad4890ff1b5dcbb2de16f5b3a7ab466004f803193902894f2d001f78aa5d8
OpenAccounts, by items: 578d0084fd8567ce822a1fd6bcd6ed21e8b789a98f595c7fa4746d7485d846f7
ChangeAccount, by items: 54898ffac82d3100168a58bcd2fa0bf309baabe4373ce460511fb1e53f5745cf
Clear: 8807c5d4f2e92804df520a02ee9ab317251245561079f02a0aa7c03153ff98fc
Unclear: 55a4d740d3af3074ec4522291676d7f5cf3c0d6194d87effefc60bde50dadd1e
PostClearing: 56ff474cf6094c8933d3bcf24326e93ba21e35a56623bf93a394c137fd747132
OpenEach: 485c1a9bfe895104a8d351dd02c50c905731de879f293fae92ee2d6d562ebfa3
ReopenAccount: 454cb52543fb08a0d89f7267d49083dd8f8651ea9573318bd9b1ff2790578ee2
ChangeAccount, limit: 97c42193971d771f295def198a753364b510934784174f045a74201918ddfad9
ChangeAccount, no limit: fad86de11e9d3eb32e9c2f6f63d35505881e407fa278eee58ecf0659262254ea
ChangeAccount, tracked: 8bcc235cec3e15d4bb1549ff5f635189eb25bcd219114a54353fb36666135c79
PostEach, options: df34a28d8158b85fe65c57a93ec4f81a58ec7e61a671e91e4e41055022ee9e66
RecordPending: e35984a8ea7c08213cd9d6765c3dc24d228ba01077dcd48f6b8385e986e9f66b
PostPending: b3343d69999799dcadbb328a17d3c6a2bb38925ee0caa0998406d7b2943d7745
VoidPending: f10c8e12362b8b53b0af41016f029eb311ce76e03e63604f26cccaa08ccf3f1a
RecordEach: 3b6d2b9289781ced23dc134dc321d834579fe506b9e84add5f2505b0c272d18e";
