//! Lines, and what each says.
//!
//! A value in a row is written as its column's type says: bools and integers as themselves, decimals, dates and instants as
//! text, ids and bytes in hex, JSON as the text it is, personal values with their salt. A null is left out.

use chrono::NaiveDate;
use fondaco_core::digest::hex;
use fondaco_core::store::{
    Column, Commit, Hash, KeyBytes, Kind, Meta, Row, Salt, Seal, SeriesState, StateHash, Table,
    Type, Value,
};
use fondaco_core::{ActorId, CommandId, Timestamp};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::said;

/// What comes before a line's check.
const CHECK: &str = ",\"_check\":\"";

/// A line with its check: eight digits of SHA-256 over all that comes before.
pub(super) fn line(object: Map<String, Json>) -> String {
    let text = Json::Object(object).to_string();
    let body = text.strip_suffix('}').unwrap_or(&text);
    format!("{body}{CHECK}{}\"}}\n", check(body))
}

fn check(body: &str) -> String {
    hex(Sha256::digest(body.as_bytes()).get(..4).unwrap_or_default())
}

/// What a line says, without its check.
pub(super) fn parse(line: &str) -> Result<Json, String> {
    let cut = "the line is cut, or none of an export";
    let line = line.strip_suffix('\n').ok_or(cut)?;
    let (body, rest) = line.rsplit_once(CHECK).ok_or(cut)?;
    let found = rest.strip_suffix("\"}").ok_or(cut)?;
    if check(body) != found {
        return Err(format!("the line was changed: its check is {}, not {found}", check(body)));
    }
    serde_json::from_str(&format!("{body}}}")).map_err(|error| format!("it is no JSON: {error}"))
}

pub(super) fn hash(json: &Json) -> Option<Hash> {
    said::bytes(json.as_str()?)?.try_into().ok()
}

/// A table as the manifest describes it.
pub(super) fn table(table: &Table) -> Map<String, Json> {
    let columns: Vec<Json> = table.columns.iter().map(column).collect();
    object([
        ("name", json!(table.name)),
        ("kind", json!(kind(table.kind))),
        ("layout", json!(table.layout)),
        ("key", json!(table.key)),
        ("columns", json!(columns)),
    ])
}

pub(super) fn object<const N: usize>(members: [(&str, Json); N]) -> Map<String, Json> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Fact => "fact",
        Kind::State => "state",
        Kind::Counter => "counter",
        _ => "other",
    }
}

fn column(column: &Column) -> Json {
    let (ty, digits) = match column.ty {
        Type::Decimal { digits } => ("decimal".to_owned(), Some(digits)),
        other => (format!("{other:?}").to_lowercase(), None),
    };
    let mut out = object([("name", json!(column.name)), ("type", json!(ty))]);
    out.extend(digits.map(|digits| ("digits".to_owned(), json!(digits))));
    for (name, on) in [("nullable", column.nullable), ("personal", column.personal)] {
        out.extend(on.then(|| (name.to_owned(), json!(true))));
    }
    Json::Object(out)
}

/// That a table of an export is one that this program knows, in the same layout or an older one.
pub(super) fn follows(known: &Table, described: &Json) -> bool {
    let now = Json::Object(table(known));
    let same =
        ["name", "kind", "key"].iter().all(|&member| now.get(member) == described.get(member));
    let columns =
        |of: &Json| of.get("columns").and_then(Json::as_array).cloned().unwrap_or_default();
    same && columns(&now).starts_with(&columns(described))
}

/// A row.
pub(super) fn row(row: &Row) -> Map<String, Json> {
    let table = row.stored().table();
    let mut out = object([("_version", json!(row.version))]);
    for (column, value) in table.columns.iter().zip(row.stored().values()) {
        if value != Value::Null {
            out.insert(column.name.into(), value_to_json(&value));
        }
    }
    out
}

fn value_to_json(value: &Value) -> Json {
    match value {
        Value::Bool(v) => json!(v),
        Value::I64(v) => json!(v),
        Value::Decimal(v) => json!(v.to_string()),
        Value::Text(v) => json!(v.as_str()),
        Value::Bytes(v) => json!(hex(v)),
        Value::Date(v) => json!(v.to_string()),
        Value::Instant(v) => instant_to_json(*v),
        Value::Id(v) => json!(format!("{v:032x}")),
        Value::Json(v) => json!(v.as_ref()),
        Value::Personal(v, salt) => json!({ "value": value_to_json(v), "salt": hex(salt) }),
        Value::Erased(commitment) => json!({ "erased": hex(commitment) }),
        _ => Json::Null,
    }
}

/// As RFC 3339, or in microseconds where that has no text.
fn instant_to_json(instant: Timestamp) -> Json {
    let text = instant.to_string();
    match text.parse::<Timestamp>() {
        Ok(same) if same == instant => json!(text),
        _ => json!(instant.micros()),
    }
}

fn instant(json: &Json) -> Option<Timestamp> {
    match json {
        Json::String(text) => text.parse().ok(),
        other => Timestamp::from_micros(other.as_i64()?),
    }
}

/// A row again; what is wrong with it otherwise.
pub(super) fn row_of(table: &'static Table, json: &Json) -> Result<Row, String> {
    let object = json.as_object().ok_or("it is no row")?;
    let version = object.get("_version").and_then(Json::as_u64).ok_or("it has no _version")?;
    let known = |name: &String| name == "_version" || table.column(name).is_some();
    if let Some(other) = object.keys().find(|name| !known(name)) {
        return Err(format!("table {} has no column {other}", table.name));
    }
    let value = |column: &Column| match object.get(column.name) {
        None if column.nullable || column.personal => Ok(Value::Null),
        None => Err(format!("column {} is missing", column.name)),
        Some(json) => column_value(json, column)
            .ok_or_else(|| format!("column {} holds no {:?}: {json}", column.name, column.ty)),
    };
    let values = table.columns.iter().map(value).collect::<Result<_, _>>()?;
    Ok(Row::values(version, table, values))
}

fn column_value(json: &Json, column: &Column) -> Option<Value> {
    if !column.personal {
        return value(json, column.ty);
    }
    if let Some(erased) = json.get("erased") {
        return Some(Value::Erased(hash(erased)?));
    }
    let salt: Salt = said::bytes(json.get("salt")?.as_str()?)?.try_into().ok()?;
    Some(Value::Personal(Box::new(value(json.get("value")?, column.ty)?), salt))
}

fn value(json: &Json, ty: Type) -> Option<Value> {
    Some(match ty {
        Type::Bool => Value::Bool(json.as_bool()?),
        Type::I64 => Value::I64(json.as_i64()?),
        Type::Decimal { digits } => {
            let value = Decimal::from_str_exact(json.as_str()?).ok()?;
            let units = fondaco_core::decimal::to_fixed(value, u32::from(digits))?;
            Value::Decimal(fondaco_core::decimal::from_fixed(units, u32::from(digits)))
        }
        Type::Number => Value::Decimal(Decimal::from_str_exact(json.as_str()?).ok()?),
        Type::Text => Value::text(json.as_str()?),
        Type::Bytes => Value::Bytes(said::bytes(json.as_str()?)?.into()),
        Type::Date => Value::Date(json.as_str()?.parse::<NaiveDate>().ok()?),
        Type::Instant => Value::Instant(instant(json)?),
        Type::Id => Value::Id(u128::from_str_radix(json.as_str()?, 16).ok()?),
        Type::Json => Value::Json(json.as_str()?.into()),
        _ => return None,
    })
}

/// A number series.
pub(super) fn series((name, state): &(SmolStr, SeriesState)) -> Map<String, Json> {
    let mut out = object([("series", json!(name.as_str())), ("last", json!(state.last))]);
    out.extend(state.date.map(|date| ("date".to_owned(), json!(date.to_string()))));
    out
}

pub(super) fn series_of(json: &Json) -> Result<(SmolStr, SeriesState), String> {
    let read = || {
        let date = match json.get("date") {
            Some(date) => Some(date.as_str()?.parse().ok()?),
            None => None,
        };
        let last = json.get("last")?.as_i64()?;
        Some((json.get("series")?.as_str()?.into(), SeriesState { last, date }))
    };
    read().ok_or_else(|| "it is no series".into())
}

/// A commit.
pub(super) fn commit(commit: &Commit) -> Map<String, Json> {
    let Commit { position, id, digest, meta, events, answer, .. } = commit;
    let mut out = object([
        ("position", json!(position)),
        ("command", json!(format!("{:032x}", id.to_u128()))),
        ("digest", json!(hex(digest))),
        ("actor", json!(meta.actor.as_str())),
        ("time", instant_to_json(meta.time)),
        ("events", said::events_to_json(events)),
        ("answer", said::answer_to_json(answer)),
    ]);
    out.extend(commit.salt.map(|salt| ("salt".to_owned(), json!(hex(&salt)))));
    out.extend(commit.seal.as_ref().map(|kept| ("seal".to_owned(), seal(kept))));
    out
}

fn seal(seal: &Seal) -> Json {
    let state = |state: &StateHash| {
        let (table, key) = (state.table.as_str(), hex(state.key.as_slice()));
        json!({ "table": table, "key": key, "hash": hex(&state.hash), "deleted": state.deleted })
    };
    let states: Vec<Json> = seal.states.iter().map(state).collect();
    let (root, content, link) = (hex(&seal.root), hex(&seal.content), hex(&seal.link));
    json!({ "root": root, "content": content, "link": link, "states": states })
}

pub(super) fn commit_of(json: &Json) -> Result<Commit, String> {
    commit_from(json).ok_or_else(|| "it is no commit".into())
}

fn commit_from(json: &Json) -> Option<Commit> {
    let text = |name: &str| json.get(name)?.as_str();
    let id = CommandId::from_u128(u128::from_str_radix(text("command")?, 16).ok()?);
    let meta = Meta::new(ActorId::new(text("actor")?), instant(json.get("time")?)?);
    let position = json.get("position")?.as_u64()?;
    let mut commit = Commit::new(position, id, hash(json.get("digest")?)?, meta);
    if let Some(salt) = text("salt") {
        commit.salt = Some(said::bytes(salt)?.try_into().ok()?);
    }
    commit.events = said::events_of(json.get("events")?)?;
    commit.answer = said::answer_of(json.get("answer")?)?;
    if let Some(seal) = json.get("seal") {
        commit.seal = Some(seal_from(seal)?);
    }
    Some(commit)
}

fn seal_from(json: &Json) -> Option<Seal> {
    let state = |json: &Json| {
        let key = said::bytes(json.get("key")?.as_str()?)?;
        Some(StateHash {
            table: json.get("table")?.as_str()?.into(),
            key: KeyBytes::new(&key),
            hash: hash(json.get("hash")?)?,
            deleted: json.get("deleted")?.as_bool()?,
        })
    };
    let states = json.get("states")?.as_array()?.iter().map(state).collect::<Option<_>>()?;
    let part = |name: &str| hash(json.get(name)?);
    Some(Seal { root: part("root")?, content: part("content")?, link: part("link")?, states })
}
