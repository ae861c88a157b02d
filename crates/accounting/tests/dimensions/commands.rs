//! The commands of dimensions as JSON, and their digests, which never change.

use fondaco_core::{Act, DateRange, digest};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::*;

/// The shortest form is the command that `new` makes, and its long form comes back as it was.
fn shortest<C: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(json: &str, command: C) {
    assert_eq!(serde_json::from_str::<C>(json).unwrap(), command);
    let long = serde_json::to_string(&command).unwrap();
    assert_eq!(serde_json::from_str::<C>(&long).unwrap(), command);
}

#[test]
fn the_shortest_form_of_each_command() {
    shortest(r#"{"code":"site","name":"Sites"}"#, DefineDimension::new("site", "Sites"));
    shortest(r#"{"code":"site"}"#, ChangeDimension::new("site"));
    shortest(r#"{"use":"defined"}"#, SetDimensionUse::new(DimensionUse::Defined));
    shortest(
        r#"{"dimension":"site","values":[{"code":"a","name":"A"}]}"#,
        OpenDimensionValues::new("site", vec![NewDimensionValue::new("a", "A")]),
    );
    shortest(r#"{"dimension":"site","code":"a"}"#, ChangeDimensionValue::new("site", "a"));
    shortest(
        r#"{"dimension":"site","code":"a","from":"2026-07-01"}"#,
        MoveDimensionValue::new("site", "a", None, d("2026-07-01")),
    );
    shortest(
        r#"{"code":"r","dimension":"site","demand":"required"}"#,
        SetDimensionRule::new("r", "site", Demand::Required),
    );
    shortest(
        r#"{"code":"r","dimension":"site","demand":{"fixed":"a"},"days":"2026-07-01/.."}"#,
        SetDimensionRule::new("r", "site", Demand::Fixed("a".into()))
            .on(DateRange::from(d("2026-07-01"))),
    );
    shortest(r#"{"code":"r"}"#, RemoveDimensionRule::new("r"));
    shortest(
        r#"{"code":"c","dimension":"site","when":{"project":"P"},
            "allows":[{"value":"a"},{"between":["10","19"]},{"under":"X"},"missing"]}"#,
        SetDimensionCombination::new("c", "site")
            .when("project", "P")
            .value("a")
            .between("10", "19")
            .under("X")
            .or_none(),
    );
    shortest(r#"{"code":"c"}"#, RemoveDimensionCombination::new("c"));
}

fn hex(command: &impl Act) -> String {
    digest::hex(&command.digest().unwrap())
}

#[test]
fn digests() {
    let days = || DateRange::from(d("2026-07-01"));
    let values = vec![
        NewDimensionValue::heading("a", "A").on(days()),
        NewDimensionValue::new("b", "B").under("a"),
    ];
    let rule = SetDimensionRule::new("r", "site", Demand::Fixed("a".into()));
    let combination = SetDimensionCombination::new("c", "site").when("project", "P").account("5");
    let combination = combination.value("a").between("10", "19").under("X").or_none().deriving("a");
    let moved = MoveDimensionValue::new("site", "a", Some("b"), d("2026-07-01"));
    let told = [
        ("DefineDimension", hex(&DefineDimension::new("site", "Sites").known().on(days()))),
        (
            "ChangeDimension",
            hex(&ChangeDimension::new("site").name("S").values(DimensionValues::Free)),
        ),
        ("SetDimensionUse", hex(&SetDimensionUse::new(DimensionUse::Defined))),
        ("OpenDimensionValues", hex(&OpenDimensionValues::new("site", values))),
        ("ChangeDimensionValue", hex(&ChangeDimensionValue::new("site", "a").name("A").on(days()))),
        ("MoveDimensionValue", hex(&moved)),
        ("SetDimensionRule", hex(&rule.account("5").journal("GEN").on(days()))),
        ("RemoveDimensionRule", hex(&RemoveDimensionRule::new("r"))),
        ("SetDimensionCombination", hex(&combination.journal("GEN").on(days()))),
        ("RemoveDimensionCombination", hex(&RemoveDimensionCombination::new("c"))),
    ];
    let told = told.map(|(name, digest)| format!("{name}: {digest}")).join("\n");
    assert_eq!(told, DIGESTS.trim(), "the digests are now:\n{told}");
}

const DIGESTS: &str = "
DefineDimension: 1b2bcc0246c1fb212f7c8ed824a85d84a8b827cfe1d1f9598c54641fc000554c
ChangeDimension: aa710feb55f9230ba8cd76e048c89632f98edb7109a14da64c6d84d50d750cce
SetDimensionUse: 3615ffefd1f24ef9e6e5ead993939819d2fc7d523c5601e6143acf9e45d4167a
OpenDimensionValues: c479cb95b1cfbc12826965422545dae04d7ed6a1764e1fb5fb396ac3d328cab3
ChangeDimensionValue: 00d1ee14c99a90c852f6f6cecab03b527dc2ba6a9b455c38c60dba3309f2e4ea
MoveDimensionValue: 3c8214a04333b221ce7764a324091cb39025b65bb1af8d5852dee99809f9fce4
SetDimensionRule: 9b0f7a7ac3b83dc2579120d879ec2520de10fa6aacfc55f5029e0d74625a35a5
RemoveDimensionRule: 726c9cec96bae6a395ee28306f0a94eb94933f7a7b15d9326d4499e5fa8e8188
SetDimensionCombination: 29c7e244350be4bf5755fc949761af0a2dba79d858fb8d8f75705d9aaf2d5876
RemoveDimensionCombination: 434eeb22c6afd7a0a06da924e155ea4e8c26ea09d4289268effc1af84ee9c0d6
";
