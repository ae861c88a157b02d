//! JSON text, and maps of names to texts.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::{Field, unexpected};
use crate::store::{ColumnSink, DecodeError, Type, Value};

/// JSON text as a field, kept as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Json(pub std::sync::Arc<str>);

impl Json {
    /// A value as JSON; `None` when it is none that JSON can hold, such as a map whose keys are no texts.
    ///
    /// ```
    /// use fondaco_core::store::Json;
    /// let json = Json::of(&("door", 7)).unwrap_or_default();
    /// assert_eq!(&*json.0, r#"["door",7]"#);
    /// assert_eq!(json.to::<(String, i64)>(), Ok(("door".to_string(), 7)));
    /// ```
    pub fn of<T: serde::Serialize + ?Sized>(value: &T) -> Option<Json> {
        serde_json::to_string(value).ok().map(|text| Json(text.into()))
    }

    /// The value.
    ///
    /// # Errors
    /// When the text is none of its kind.
    pub fn to<T: serde::de::DeserializeOwned>(&self) -> Result<T, DecodeError> {
        serde_json::from_str(&self.0)
            .map_err(|error| DecodeError::unexpected(&error.to_string(), "JSON of its kind"))
    }
}

impl Field for Json {
    const TYPE: Type = Type::Json;
    fn write(&self, out: &mut dyn ColumnSink) {
        out.json(&self.0);
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Json(v) => Ok(Json(v)),
            other => unexpected(&other, "json"),
        }
    }
    fn check(&self) -> Option<&'static str> {
        self.0.contains('\0').then_some("JSON text may not hold the NUL character")
    }
}

/// A map of names to texts as a field: a JSON object with its keys in order.
///
/// ```
/// use fondaco_core::store::Tags;
/// let tags: Tags = [("project", "A"), ("cost_centre", "10")].into_iter().collect();
/// assert_eq!(tags.to_json(), r#"{"cost_centre":"10","project":"A"}"#);
/// assert_eq!(tags.get("project"), Some("A"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Tags(Option<std::sync::Arc<BTreeMap<SmolStr, SmolStr>>>);

impl serde::Serialize for Tags {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // With its length, so that a command that holds tags has a digest.
        serializer.collect_map(self.0.as_deref().unwrap_or(&BTreeMap::new()))
    }
}

impl<'de> serde::Deserialize<'de> for Tags {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::<SmolStr, SmolStr>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl Tags {
    /// The text under `name`.
    ///
    /// ```
    /// use fondaco_core::store::Tags;
    /// let tags: Tags = [("site", "Mestre")].into_iter().collect();
    /// assert_eq!((tags.get("site"), tags.get("project")), (Some("Mestre"), None));
    /// ```
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.as_ref()?.get(name).map(SmolStr::as_str)
    }

    /// Sets the text under `name`.
    ///
    /// ```
    /// use fondaco_core::store::Tags;
    /// let mut tags = Tags::default();
    /// assert!(tags.is_empty());
    /// tags.set("cost_centre", "10");
    /// tags.set("cost_centre", "20"); // in its place
    /// assert_eq!(tags.iter().collect::<Vec<_>>(), [("cost_centre", "20")]);
    /// ```
    pub fn set(&mut self, name: impl Into<SmolStr>, text: impl Into<SmolStr>) {
        std::sync::Arc::make_mut(self.0.get_or_insert_default()).insert(name.into(), text.into());
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|map| map.is_empty())
    }

    /// Names and texts, by name.
    ///
    /// ```
    /// use fondaco_core::store::Tags;
    /// let tags: Tags = [("site", "Mestre"), ("cost_centre", "10")].into_iter().collect();
    /// let names: Vec<&str> = tags.iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["cost_centre", "site"]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|map| map.iter()).map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The canonical JSON object.
    ///
    /// ```
    /// use fondaco_core::store::Tags;
    /// let tags: Tags = [("note", "the \"old\" site")].into_iter().collect();
    /// assert_eq!(tags.to_json(), r#"{"note":"the \"old\" site"}"#);
    /// assert_eq!(Tags::default().to_json(), "{}");
    /// ```
    pub fn to_json(&self) -> String {
        let mut out = String::from("{");
        for (i, (name, text)) in self.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            push_json_string(&mut out, name);
            out.push(':');
            push_json_string(&mut out, text);
        }
        out.push('}');
        out
    }
}

fn push_json_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

impl<N: Into<SmolStr>, T: Into<SmolStr>> FromIterator<(N, T)> for Tags {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(items: I) -> Tags {
        let mut tags = Tags::default();
        items.into_iter().for_each(|(name, text)| tags.set(name, text));
        tags
    }
}

impl Field for Tags {
    const TYPE: Type = Type::Json;
    const NULLABLE: bool = true;
    fn write(&self, out: &mut dyn ColumnSink) {
        if self.is_empty() { out.null() } else { out.json(&self.to_json()) }
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Null => Ok(Tags::default()),
            Value::Json(text) => serde_json::from_str(&text)
                .map_err(|_| DecodeError::out_of_range("an object of texts")),
            other => unexpected(&other, "json"),
        }
    }
    fn check(&self) -> Option<&'static str> {
        let nul = self.iter().any(|(name, text)| name.contains('\0') || text.contains('\0'));
        nul.then_some("names and texts may not hold the NUL character")
    }
}
