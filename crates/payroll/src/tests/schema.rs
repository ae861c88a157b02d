//! The schema for editors says what the loader takes: the same fields, and the files that come along keep to it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::jurisdictions::{
    canada, estonia, france, germany, united_kingdom, united_states, us_labour,
};
use crate::rules::{
    Accumulator, Argument, Arrears, Base, Callable, Check, Choice, Claim, Claims, Formula, Input,
    List, PART_SCHEMA, Parameter, ParameterVersion, Rounded, Rule, RuleFile, SCHEMA, Scaled, Step,
    Table, TableVersion, Withholding,
};

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// What is wrong with a value by the words of JSON Schema that ours uses; a word that is not known here is wrong too.
fn wrong(value: &Value, by: &Value, root: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (word, said) in by.as_object().unwrap() {
        let holds = match word.as_str() {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let path = said.as_str().unwrap().strip_prefix('#').unwrap();
                let of = root.pointer(path).unwrap_or_else(|| panic!("{path} is not there"));
                found.extend(wrong(value, of, root, at));
                true
            }
            "type" => match said {
                Value::Array(types) => types.iter().any(|said| is(value, said)),
                said => is(value, said),
            },
            "enum" => said.as_array().unwrap().contains(value),
            "pattern" => value.as_str().is_none_or(|text| matches(text, said.as_str().unwrap())),
            "minLength" => value.as_str().is_none_or(|text| text.len() >= count(said)),
            "minimum" => value.as_u64().is_none_or(|number| number >= said.as_u64().unwrap()),
            "maximum" => value.as_u64().is_none_or(|number| number <= said.as_u64().unwrap()),
            "minItems" => value.as_array().is_none_or(|items| items.len() >= count(said)),
            "maxItems" => value.as_array().is_none_or(|items| items.len() <= count(said)),
            "uniqueItems" => value.as_array().is_none_or(|items| {
                items.iter().map(Value::to_string).collect::<BTreeSet<_>>().len() == items.len()
            }),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(wrong(item, said, root, &format!("{at}/{index}")));
                }
                true
            }
            "properties" => {
                for (name, of) in said.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        found.extend(wrong(value, of, root, &format!("{at}/{name}")));
                    }
                }
                true
            }
            "required" => said
                .as_array()
                .unwrap()
                .iter()
                .all(|name| value.get(name.as_str().unwrap()).is_some()),
            "additionalProperties" => {
                let known = by["properties"].as_object().unwrap();
                value.as_object().is_none_or(|all| all.keys().all(|name| known.contains_key(name)))
            }
            "oneOf" => {
                let of = said.as_array().unwrap().iter();
                of.filter(|of| wrong(value, of, root, at).is_empty()).count() == 1
            }
            other => panic!("{other} is no word that this test knows"),
        };
        if !holds {
            found.push(format!("{at}: {word} {said}"));
        }
    }
    found
}

fn count(said: &Value) -> usize {
    usize::try_from(said.as_u64().unwrap()).unwrap()
}

fn is(value: &Value, of: &Value) -> bool {
    match of.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        other => panic!("{other} is no type that this test knows"),
    }
}

/// The three patterns of the schema.
fn matches(text: &str, pattern: &str) -> bool {
    match pattern {
        "^[a-z][a-z0-9_]*$" => {
            text.starts_with(|c: char| c.is_ascii_lowercase())
                && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        }
        "^[A-Z]{3}$" => text.len() == 3 && text.chars().all(|c| c.is_ascii_uppercase()),
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" => {
            text.len() == 10 && text.chars().all(|c| c.is_ascii_digit() || c == '-')
        }
        other => panic!("{other} is no pattern that this test knows"),
    }
}

fn problems(file: &str) -> Vec<String> {
    let value: Value = toml::from_str(file).unwrap();
    wrong(&value, &schema(), &schema(), "")
}

#[test]
fn the_files_that_come_along_keep_to_the_schema() {
    use united_states::{CALIFORNIA, PENNSYLVANIA, TEXAS};
    let with_states = [united_states::FILE, CALIFORNIA, PENNSYLVANIA, TEXAS];
    for file in [
        canada::FILE,
        estonia::FILE,
        france::FILE,
        germany::FILE,
        united_kingdom::FILE,
        united_states::FILE,
        us_labour::FILE,
        &with_states.join("\n"),
    ] {
        assert_eq!(problems(file), Vec::<String>::new());
    }
}

/// A state's file has everything but a head.
#[test]
fn parts_have_a_schema_without_a_head() {
    let part: Value = serde_json::from_str(PART_SCHEMA).unwrap();
    let said = part["properties"].as_object().unwrap();
    let mut known = fields::<RuleFile>();
    known.retain(|field| !["name", "title", "currency"].contains(&field.as_str()));
    assert_eq!(said.keys().cloned().collect::<BTreeSet<_>>(), known);
    for (field, of) in said {
        assert_eq!(of["$ref"], format!("rules.schema.json#/properties/{field}"));
    }
    for state in [united_states::CALIFORNIA, united_states::PENNSYLVANIA, united_states::TEXAS] {
        let fields: toml::Table = toml::from_str(state).unwrap();
        assert!(fields.keys().all(|field| said.contains_key(field)));
    }
}

#[test]
fn what_the_loader_refuses_for_its_shape_the_schema_refuses_too() {
    for body in [
        "",
        "name = \"demo\"",
        "name = \"demo\"\ncurrency = \"EUR\"\n[[input]]\nname = \"Pay\"\ntype = \"money\"",
        "name = \"demo\"\ncurrency = \"euro\"",
        "name = \"demo\"\ncurrency = \"EUR\"\n[[inputs]]\nname = \"pay\"\ntype = \"money\"",
        "name = \"demo\"\ncurrency = \"EUR\"\n[[input]]\nname = \"pay\"",
        "name = \"demo\"\ncurrency = \"EUR\"\n[[input]]\nname = \"pay\"\ntype = \"money\"\ndefault = 0.5",
        "name = \"demo\"\ncurrency = \"EUR\"\n[[input]]\nname = \"pay\"\ntype = \"money\"\nkind = \"wage\"",
        "name = \"demo\"\ncurrency = \"EUR\"\n[[rule]]\nname = \"tax\"\nkind = \"tax\"",
        "name = \"demo\"\ncurrency = \"EUR\"\n[[parameter]]\nname = \"a\"\ntype = \"money\"\nvalues = [{ from = \"2025\", value = 1 }]",
        "name = \"demo\"\ncurrency = \"EUR\"\n[[table]]\nname = \"a\"\nkind = \"slab\"\nof = \"money\"\nversions = [{ from = \"2025-01-01\", rows = [[1]] }]",
    ] {
        assert!(crate::RuleSet::from_toml(body).is_err(), "{body}");
        assert_ne!(problems(body), Vec::<String>::new(), "{body}");
    }
}

/// The fields that serde knows of a part of the file: it lists them when it meets one that it does not know.
fn fields<T: serde::de::DeserializeOwned>() -> BTreeSet<String> {
    let error = toml::from_str::<T>("no_such_field = 1").err().unwrap().message().to_owned();
    let (_, known) = error.split_once(", expected ").unwrap_or_else(|| panic!("{error}"));
    known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_schema_names_every_field_that_the_loader_knows_and_no_other() {
    let schema = schema();
    let said = |path: &str| -> BTreeSet<String> {
        let of = schema.pointer(path).unwrap_or_else(|| panic!("{path} is not there"));
        of["properties"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(said(""), fields::<RuleFile>());
    for (name, known) in [
        ("choice", fields::<Choice>()),
        ("input", fields::<Input>()),
        ("parameter", fields::<Parameter>()),
        ("value", fields::<ParameterVersion>()),
        ("table", fields::<Table>()),
        ("version", fields::<TableVersion>()),
        ("rounded", fields::<Rounded>()),
        ("scaled", fields::<Scaled>()),
        ("base", fields::<Base>()),
        ("accumulator", fields::<Accumulator>()),
        ("list", fields::<List>()),
        ("claims", fields::<Claims>()),
        ("claim", fields::<Claim>()),
        ("arrears", fields::<Arrears>()),
        ("withholding", fields::<Withholding>()),
        ("callable", fields::<Callable>()),
        ("argument", fields::<Argument>()),
        ("step", fields::<Step>()),
        ("rule", fields::<Rule>()),
        ("check", fields::<Check>()),
        ("dated", fields::<Formula>()),
    ] {
        assert_eq!(said(&format!("/$defs/{name}")), known, "{name}");
    }
}

#[test]
fn the_schema_names_every_value_that_the_loader_knows_of_a_kind() {
    fn values<T: serde::de::DeserializeOwned>() -> BTreeSet<String> {
        let error = serde_json::from_str::<T>("\"no_such_value\"").err().unwrap().to_string();
        let (_, known) = error.split_once(", expected ").unwrap_or_else(|| panic!("{error}"));
        known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }
    let schema = schema();
    let said = |path: &str| -> BTreeSet<String> {
        let values = schema.pointer(path).unwrap().as_array().unwrap().iter();
        values.map(|value| value.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(said("/$defs/kind/enum"), values::<crate::rules::Kind>());
    assert_eq!(said("/$defs/accumulator/properties/by/items/enum"), values::<crate::rules::Key>());
    assert_eq!(said("/$defs/withholding/properties/method/enum"), values::<crate::rules::Method>());
    assert_eq!(said("/$defs/mode/enum"), values::<fondaco_core::Rounding>());
    assert_eq!(said("/$defs/table/properties/kind/enum"), values::<crate::rules::TableKind>());
}
