//! The commands of closing as JSON, and their digests, which never change.

use crate::common::*;
use fondaco_accounting::close::*;
use fondaco_accounting::ledger::ReversalStyle;
use fondaco_core::{Act, Id, digest};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The shortest form is the command that `new` makes, and its long form comes back as it was.
fn shortest<C: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(json: &str, command: C) {
    assert_eq!(serde_json::from_str::<C>(json).unwrap(), command);
    let long = serde_json::to_string(&command).unwrap();
    assert_eq!(serde_json::from_str::<C>(&long).unwrap(), command);
}

#[test]
fn the_shortest_form_of_each_command() {
    shortest(r#"{"scope":{"period":202601}}"#, LockBooks::period(202_601));
    shortest(r#"{"scope":{"through":"2026-01-31"}}"#, LockBooks::through(d("2026-01-31")));
    shortest(r#"{"scope":{"period":202601}}"#, UnlockBooks::period(202_601));
    shortest(r#"{"year":2026,"count":1}"#, OpenAdjustmentPeriods::new(2026, 1));
    shortest(r#"{"style":"same_side"}"#, SetReversalStyle::new(ReversalStyle::SameSide));
    shortest(r#"{"retained_earnings":"3900","journal":"GEN"}"#, SetClosing::new("3900", "GEN"));
    shortest(r#"{"year":2026}"#, CloseYear::new(2026));
    shortest(r#"{"year":2026,"why":"late"}"#, ReopenYear::new(2026, "late"));
    shortest(r#"{"journal":"GEN","date":"2026-01-01"}"#, PostOpening::new("GEN", d("2026-01-01")));
    shortest(
        r#"{"code":"d","journal":"GEN","deferred_on":"1900","recognised_on":"5000","side":"debit",
            "amount":{"amount":"5.00","currency":"EUR"},
            "plan":{"periods":{"from":"2026-01-01","count":3}}}"#,
        deferral(),
    );
    shortest(r#"{"through":"2026-01-31"}"#, RecogniseDeferrals::through(d("2026-01-31")));
    let shares = SpreadPlan::shares([(d("2026-01-31"), dec("2"))]);
    shortest(
        r#"{"code":"d","plan":{"shares":[{"date":"2026-01-31","weight":"2"}]}}"#,
        ChangeDeferral::new("d", shares),
    );
    let cancel = CancelDeferral::new("d", d("2026-01-31"));
    shortest(r#"{"code":"d","date":"2026-01-31"}"#, cancel);
    let back = ReverseDeferral::new("d", d("2026-01-31"));
    shortest(r#"{"code":"d","date":"2026-01-31"}"#, back);
}

#[test]
fn the_shortest_form_of_corrections_and_assertions() {
    let amount = r#"{"amount":"5.00","currency":"EUR"}"#;
    shortest(
        &format!(r#"{{"account":"1000","date":"2026-01-31","amount":{amount}}}"#),
        AssertBalance::new("1000", d("2026-01-31"), eur("5.00")),
    );
    let id = r#""00000000-0000-0000-0000-000000000007""#;
    shortest(&format!(r#"{{"assertion":{id}}}"#), WithdrawAssertion::new(seven()));
    let with = serde_json::to_string(&sale("2026-01-05", "5.00")).unwrap();
    let correct = Correct::new(seven(), sale("2026-01-05", "5.00"));
    shortest(&format!(r#"{{"entry":{id},"with":{with}}}"#), correct);
    let point = AddClosingPoint::new(202_601, "stock", "count");
    shortest(r#"{"period":202601,"code":"stock","text":"count"}"#, point);
    shortest(r#"{"period":202601,"code":"stock"}"#, SignOff::new(202_601, "stock"));
    let template = serde_json::to_string(&rent()).unwrap();
    assert!(template.contains(r#"{"account":"5100","side":"debit","amount":"rent"}"#));
    let store = StoreTemplate::new("rent", rent());
    shortest(&format!(r#"{{"code":"rent","template":{template}}}"#), store);
    shortest(r#"{"code":"rent"}"#, WithdrawTemplate::new("rent"));
    let post = PostTemplate::new("rent", d("2026-01-05"));
    shortest(r#"{"code":"rent","date":"2026-01-05"}"#, post.clone());
    shortest(
        r#"{"code":"rent","date":"2026-01-05","inputs":[{"name":"rent","value":"4"}]}"#,
        post.input("rent", dec("4")),
    );
}

fn rent() -> EntryTemplate {
    let template = EntryTemplate::new("GEN", fondaco_core::Currency::EUR);
    template.debit("5100", "rent").unwrap().credit("1000", "rent").unwrap()
}

fn seven<T>() -> Id<T> {
    Id::from_u128(7)
}

fn deferral() -> StartDeferral {
    let plan = SpreadPlan::periods(d("2026-01-01"), 3);
    StartDeferral::expense("d", "GEN", ("1900", "5000"), eur("5.00"), plan)
}

fn hex(command: &impl Act) -> String {
    digest::hex(&command.digest().unwrap())
}

#[test]
fn digests() {
    let stated = AssertBalance::new("1", d("2026-01-31"), eur("5.00"));
    let day = || d("2026-01-05");
    let told = [
        ("LockBooks", hex(&LockBooks::period(202_601).journal("INV").for_ever())),
        ("UnlockBooks", hex(&UnlockBooks::after(d("2026-01-31")))),
        ("OpenAdjustmentPeriods", hex(&OpenAdjustmentPeriods::new(2026, 1))),
        ("SetReversalStyle", hex(&SetReversalStyle::new(ReversalStyle::SameSide).journal("INV"))),
        ("SetClosing", hex(&SetClosing::new("3900", "GEN"))),
        ("CloseYear", hex(&CloseYear::new(2026).keep("site").why("done"))),
        ("ReopenYear", hex(&ReopenYear::new(2026, "late"))),
        ("PostOpening", hex(&PostOpening::new("GEN", d("2026-01-01")).difference_to("3000"))),
        ("StartDeferral", hex(&deferral().moved_on(d("2026-01-01")).dimension("site", "Lido"))),
        ("RecogniseDeferrals", hex(&RecogniseDeferrals::through(d("2026-01-31")).of("d"))),
        ("ChangeDeferral", hex(&ChangeDeferral::new("d", deferral().plan).amount(eur("6")))),
        ("CancelDeferral", hex(&CancelDeferral::new("d", d("2026-01-31")))),
        ("ReverseDeferral", hex(&ReverseDeferral::new("d", d("2026-01-31")))),
        ("Correct", hex(&Correct::new(seven(), sale("2026-01-05", "5.00")).why("swapped"))),
        ("AssertBalance", hex(&stated.subtree().within(dec("1")).warning())),
        ("WithdrawAssertion", hex(&WithdrawAssertion::new(seven()))),
        ("AddClosingPoint", hex(&AddClosingPoint::new(202_601, "stock", "count").blocking())),
        ("SignOff", hex(&SignOff::new(202_601, "stock").note("by two"))),
        ("StoreTemplate", hex(&StoreTemplate::new("rent", rent()))),
        ("WithdrawTemplate", hex(&WithdrawTemplate::new("rent"))),
        ("PostTemplate", hex(&PostTemplate::new("rent", day()).input("rent", dec("4")))),
    ];
    let told = told.map(|(name, digest)| format!("{name}: {digest}")).join("\n");
    assert_eq!(told, DIGESTS.trim(), "the digests are now:\n{told}");
}

const DIGESTS: &str = "
LockBooks: d05601a0fe2e1a5964e0a1044dd83b46778fb99786cb95f80c367bb1211273db
UnlockBooks: 1da8f7f5ffe9623c4f488a5aa4df72e7d258aa9c519c732ae1a18463173eff0d
OpenAdjustmentPeriods: a761c66131f0053d5c2898ca025c1586d8c232c592f1df5cfdb2b91097462204
SetReversalStyle: ca27499a592e4594a00dc09daff1d73400e40b89b30973cbbeee0d632c045af9
SetClosing: 1e7c6bf546fc9439d2684141e299166a88e33e6b0d6df51bd00fe3a0d547ed9b
CloseYear: d8d1bf5ea7665c06934bdd60afc8987fdecfb6fedbda7ffb98fd9dbba4f32634
ReopenYear: a9261e0cd4e7d48adf1d23f6e7750dcfd9c17f74561c47cef678f50289d20c4b
PostOpening: e7fafa4b7b71c0a96fa9aae40657b7db8baa2ee72da3637fd2afa7fd1e2a46c2
StartDeferral: 3f942a0776be8a1dea43bccc678342b7b90198a912925db1f4969a6efd97b814
RecogniseDeferrals: 98e0c5adba7e7b277bef6d1cfa8fb23333164cba5460fba7a03101cd9757126f
ChangeDeferral: cde71099dc1ac2fc7f644fbcc5e5f161dcb59ae1511a142acb3a8e564ce4b79d
CancelDeferral: e2915379fdeab2e5ef0c9a38e1fdfeaa8cd8c105bc02585b5820f39d06dcb1ea
ReverseDeferral: 7611c30e873dae2d40e4b27cbe73941961b00b43fed3b297161c12040cd03fa9
Correct: cf3a2b00eb7a8c7dc0961b1f771c3e6127a8b5aa6bd10f3626af0131ef794173
AssertBalance: f05f883345298da83e84bf2e975003597e97c4e04818f35860cd6a275f6e959c
WithdrawAssertion: 768cc87c78c1d9a7fc2a85011a2f9f27e2d87c7c6751c496bf6d1de76687c2c6
AddClosingPoint: cff3884c7878e77bd7003ffd5576740c3be5148eb370783471dac0d68ebacd13
SignOff: 3a88f16581802aa63de78d874c79af7908a3d177d8b6e9c3f037787ff59219e1
StoreTemplate: b148978327cec43e335ebfff3a9c3c97118738c35d49f6e5109dee3dea6c6763
WithdrawTemplate: 4d7d56f78788bc2e4b1c8bc59915bc5b47587f27d23fe94c90222140d64448aa
PostTemplate: 22d09d386cbfec15f0005e910986c525f353b571c4714614cde4f31d26f267bc
";
