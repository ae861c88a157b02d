//! The declared table: business event and figure to debit role and credit role.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{BusinessEvent, Figure, PostingError, Role};

/// What is posted for a figure: debit and credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// The side on which a figure above zero is debited.
    pub debit: Role,
    /// The other.
    pub credit: Role,
}

/// What is posted for each event: a text of lines, each an event, a figure, a debit role and a credit role. A figure below zero is posted
/// the other way round; what has no line is not posted; a figure with several lines is posted by each.
///
/// ```
/// use fondaco::company::posting::{BusinessEvent, Figure, PostingTable, Role};
/// let table: PostingTable = "
///     ## Deliveries go straight to cost of sales.
///     delivery  cost  cogs  stock
/// ".parse()?;
/// let lines = table.lines(BusinessEvent::Delivery, Figure::Cost);
/// assert_eq!((lines[0].debit, lines[0].credit), (Role::Cogs, Role::Stock));
/// assert!(table.lines(BusinessEvent::Receipt, Figure::Cost).is_empty());
/// # Ok::<(), fondaco::company::posting::PostingError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostingTable {
    lines: BTreeMap<(BusinessEvent, Figure), Vec<Roles>>,
}

impl PostingTable {
    /// What is posted for a figure of an event; empty where nothing is.
    pub fn lines(&self, event: BusinessEvent, figure: Figure) -> &[Roles] {
        self.lines.get(&(event, figure)).map_or(&[], Vec::as_slice)
    }

    /// All lines, by event and figure.
    ///
    /// ```
    /// use fondaco::company::posting::Profile;
    /// let table = Profile::PerpetualAngloSaxon.table()?;
    /// assert!(table.all().count() > 40);
    /// # Ok::<(), fondaco::company::posting::PostingError>(())
    /// ```
    pub fn all(&self) -> impl Iterator<Item = (BusinessEvent, Figure, Roles)> + '_ {
        let each = |(key, roles): (&(BusinessEvent, Figure), &Vec<Roles>)| {
            let (event, figure) = *key;
            roles.clone().into_iter().map(move |roles| (event, figure, roles))
        };
        self.lines.iter().flat_map(each)
    }

    /// Whether moves of stock are posted when they happen: then the accounts of stock follow its value.
    pub fn is_perpetual(&self) -> bool {
        !self.lines(BusinessEvent::Delivery, Figure::Cost).is_empty()
    }
}

impl FromStr for PostingTable {
    type Err = PostingError;

    fn from_str(text: &str) -> Result<PostingTable, PostingError> {
        let mut table = PostingTable::default();
        for (line, number) in text.lines().zip(1..) {
            let said = line.split('#').next().unwrap_or_default();
            let words: Vec<&str> = said.split_whitespace().collect();
            let [event, figure, debit, credit] = words.as_slice() else {
                if words.is_empty() {
                    continue;
                }
                let why = "a line is an event, a figure, a debit role and a credit role".into();
                return Err(PostingError::BadTable { line: number, why });
            };
            let unknown = |what: &str, word: &str| PostingError::BadTable {
                line: number,
                why: format!("there is no {what} {word:?}"),
            };
            let role = |word: &str| Role::from_code(word).ok_or_else(|| unknown("role", word));
            let key = (
                BusinessEvent::from_code(event).ok_or_else(|| unknown("event", event))?,
                Figure::from_code(figure).ok_or_else(|| unknown("figure", figure))?,
            );
            let roles = Roles { debit: role(debit)?, credit: role(credit)? };
            table.lines.entry(key).or_default().push(roles);
        }
        Ok(table)
    }
}

impl fmt::Display for PostingTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (event, figure, Roles { debit, credit }) in self.all() {
            let (event, figure) = (event.code(), figure.code());
            writeln!(f, "{event:<21} {figure:<12} {:<22} {}", debit.code(), credit.code())?;
        }
        Ok(())
    }
}

impl Serialize for PostingTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PostingTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PostingTable, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let table: PostingTable = "receipt cost stock goods_received".parse().unwrap();
        assert_eq!(table.to_string().parse::<PostingTable>().unwrap(), table);
        let json = serde_json::to_string(&table).unwrap();
        assert_eq!(serde_json::from_str::<PostingTable>(&json).unwrap(), table);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, wrong) in [
            ("receipt cost stock", "line 1: a line is an event"),
            ("# fine\nreceit cost stock bank", "line 2: there is no event \"receit\""),
            ("receipt price stock bank", "there is no figure \"price\""),
            ("receipt cost stock till", "there is no role \"till\""),
        ] {
            let error = text.parse::<PostingTable>().unwrap_err();
            assert!(error.to_string().contains(wrong), "{error}");
            assert_eq!(error.code(), "company.bad_table");
        }
    }
}
