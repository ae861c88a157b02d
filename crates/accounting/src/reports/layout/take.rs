//! What a row of a layout takes: accounts, a side, dimensions, and which of their figures.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::LayoutError;
use crate::ledger::{AccountClass, Side};

/// Which figure of an account a row shows. Each is debits less credits in the ledger's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The balance at the end of the column's last day.
    Closing,
    /// The balance before the column's first day.
    Opening,
    /// What was posted on the column's days.
    Movement,
    /// What cash was paid for on the column's days: the direct cash flow. It is what the other postings of an entry that moves cash
    /// come to, as far as cash moved, each on cash's other side by its share; what was paid for an invoice is shown as what the
    /// layout [follows](super::Layout::follows). Of accounts that are no cash only. The sum of it over all of them is, with the other sign, what cash moved.
    Paid,
    /// What cash became worth more or less on the column's days without moving: exchange differences on balances in other
    /// currencies (IAS 7.28, DRS 21.35). Of accounts that are cash only.
    Exchange,
    /// What corrections of balances that were [brought over](crate::close::PostOpening) posted on the column's days, in a later fiscal
    /// year than that of the opening. The year before had closed without it, so it is a movement of these days; but nobody paid it,
    /// and of [`Paid`](Measure::Paid) it is none.
    Corrected,
}

/// Accounts, as a layout names them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pick {
    /// One by its code: `1000`.
    Code(SmolStr),
    /// Those from one code through another: `1000..1999`. Between two numbers of as many digits lie numbers of as many digits,
    /// and what is written under them, such as `1050.7`; not 10500, which is another account, in many charts a customer's. Other
    /// codes lie between in the order of their texts, with what begins with the last.
    Range(SmolStr, SmolStr),
    /// Those whose code begins so: `10*`.
    Prefix(SmolStr),
    /// One and all that stand under it in the chart of accounts: `under 1`.
    Under(SmolStr),
    /// Those of a class: `class asset`.
    Class(AccountClass),
    /// Those of a kind of the host's ([`Account::kind`](crate::ledger::Account::kind)): `kind bank`.
    Kind(SmolStr),
    /// Those with a tag ([`Account::tags`](crate::ledger::Account::tags)): `tag hgb=A.I.1`.
    Tag(SmolStr, SmolStr),
    /// Those that the layout calls [cash](super::Layout::cash): `cash`.
    Cash,
    /// What was earned less what was spent in the fiscal year of the column's last day, whether closed or not: `result`.
    Result,
    /// The same of all fiscal years before, as far as it was not closed to equity: `earlier results`.
    EarlierResults,
}

/// What a row takes.
///
/// As text: which figure, where it is not the layout's; the side, where only accounts with a balance on it are meant; the
/// accounts; those among them that are not meant; and the dimensions that a posting must have.
///
/// ```
/// use fondaco_accounting::reports::{Measure, Take};
/// let take: Take = "closing debit 1200..1299, class asset except 1210, 125* where site=Mestre".parse()?;
/// assert_eq!(take.measure, Some(Measure::Closing));
/// assert_eq!((take.picks.len(), take.except.len(), take.dimensions.len()), (2, 2, 1));
/// assert_eq!(take.to_string(), "closing debit 1200..1299, class asset except 1210, 125* where site=Mestre");
/// # Ok::<(), fondaco_accounting::reports::LayoutError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Take {
    /// Which figure; `None` for the layout's [`measure`](super::Layout::measure).
    pub measure: Option<Measure>,
    /// Only accounts whose balance in the column is on this side: for those that stand on either side of the balance sheet.
    pub side: Option<Side>,
    /// The accounts.
    pub picks: Vec<Pick>,
    /// Those that are not meant.
    pub except: Vec<Pick>,
    /// Only postings with all of these dimensions; a value that is empty means those without the dimension.
    pub dimensions: Vec<(SmolStr, SmolStr)>,
}

impl Take {
    /// Whether it takes an account, as far as its code tells.
    pub(super) fn takes_code(&self, code: &str) -> bool {
        let any = |picks: &[Pick]| picks.iter().any(|pick| pick.has_code(code) == Some(true));
        any(&self.picks) && !any(&self.except)
    }

    /// Whether no posting can be in both, whatever the account: another figure, another side, another value of a dimension.
    pub(crate) fn is_apart_from(&self, other: &Take, measure: Measure) -> bool {
        let figure = |take: &Take| take.measure.unwrap_or(measure);
        let sides = self.side.zip(other.side).is_some_and(|(a, b)| a != b);
        let dimensions = self.dimensions.iter().any(|(name, value)| {
            other.dimensions.iter().any(|(known, of)| known == name && of != value)
        });
        figure(self) != figure(other) || sides || dimensions
    }
}

impl Pick {
    /// Whether it has an account of this code; `None` where a code alone does not tell.
    pub(crate) fn has_code(&self, code: &str) -> Option<bool> {
        match self {
            Pick::Code(one) => Some(one == code),
            Pick::Range(first, last) => Some(is_between(code, first, last)),
            Pick::Prefix(prefix) => Some(code.starts_with(prefix.as_str())),
            _ => None,
        }
    }

    /// Codes that it has, if any are: for looking whether two meet. Of those that begin alike, the first of each length up to
    /// the longest that a range has.
    pub(super) fn samples(&self, longest: usize) -> Vec<SmolStr> {
        match self {
            Pick::Code(code) | Pick::Range(code, _) => vec![code.clone()],
            Pick::Prefix(begun) => (begun.len()..=longest.max(begun.len()))
                .map(|length| format_smolstr!("{begun:0<length$}"))
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// Whether a code lies in a range: see [`Pick::Range`].
fn is_between(code: &str, first: &str, last: &str) -> bool {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if first.len() == last.len() && is_number(first) && is_number(last) {
        let digits = code.bytes().take_while(u8::is_ascii_digit).count();
        let number = code.get(..digits).unwrap_or_default();
        return digits == first.len() && first <= number && number <= last;
    }
    first <= code && (code <= last || code.starts_with(last))
}

pub(crate) fn class_name(class: AccountClass) -> &'static str {
    match class {
        AccountClass::Asset => "asset",
        AccountClass::Liability => "liability",
        AccountClass::Equity => "equity",
        AccountClass::Income => "income",
        AccountClass::Expense => "expense",
    }
}

pub(super) fn class_of(name: &str) -> Option<AccountClass> {
    super::super::chart::CLASSES.into_iter().find(|class| class_name(*class) == name)
}

impl fmt::Display for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pick::Code(code) => f.write_str(code),
            Pick::Range(first, last) => write!(f, "{first}..{last}"),
            Pick::Prefix(prefix) => write!(f, "{prefix}*"),
            Pick::Under(code) => write!(f, "under {code}"),
            Pick::Class(class) => write!(f, "class {}", class_name(*class)),
            Pick::Kind(kind) => write!(f, "kind {kind}"),
            Pick::Tag(name, value) => write!(f, "tag {name}={value}"),
            Pick::Cash => f.write_str("cash"),
            Pick::Result => f.write_str("result"),
            Pick::EarlierResults => f.write_str("earlier results"),
        }
    }
}

impl FromStr for Pick {
    type Err = String;

    fn from_str(text: &str) -> Result<Pick, String> {
        match text {
            "cash" => return Ok(Pick::Cash),
            "result" => return Ok(Pick::Result),
            "earlier results" => return Ok(Pick::EarlierResults),
            "" => return Err("an account is missing between two commas, or at the end".to_owned()),
            _ => {}
        }
        if let Some((word, rest)) = text.split_once(' ') {
            return by_word(word, rest.trim());
        }
        if let Some((first, last)) = text.split_once("..") {
            return match first <= last && !first.is_empty() {
                true => Ok(Pick::Range(first.into(), last.into())),
                false => Err(format!("{text} goes backwards: give the lower code first")),
            };
        }
        match text.strip_suffix('*') {
            Some("") => Err("* takes everything: say `class` and which".to_owned()),
            Some(prefix) => Ok(Pick::Prefix(prefix.into())),
            None => Ok(Pick::Code(text.into())),
        }
    }
}

fn by_word(word: &str, rest: &str) -> Result<Pick, String> {
    match word {
        "under" => Ok(Pick::Under(rest.into())),
        "kind" => Ok(Pick::Kind(rest.into())),
        "class" => class_of(rest).map(Pick::Class).ok_or_else(|| {
            format!("{rest} is no class: say asset, liability, equity, income or expense")
        }),
        "tag" => equation(rest).map(|(name, value)| Pick::Tag(name, value)),
        _ => Err(format!(
            "{word} {rest}: codes stand between commas; words are under, class, kind, tag, cash, result, earlier results"
        )),
    }
}

fn equation(text: &str) -> Result<(SmolStr, SmolStr), String> {
    let parts = text.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
    let whole = parts.filter(|(name, value)| !name.is_empty() && !value.is_empty());
    let (name, value) = whole.ok_or_else(|| format!("{text} is not name=value"))?;
    Ok((name.into(), value.into()))
}

/// A dimension that a posting must have; with nothing after `=`, one that it must not have at all.
fn dimension(text: &str) -> Result<(SmolStr, SmolStr), String> {
    let parts = text.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
    let (name, value) = parts
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| format!("{text} is not name=value"))?;
    Ok((name.into(), value.into()))
}

/// Picks with commas between them.
pub(super) fn picks(text: &str) -> Result<Vec<Pick>, String> {
    text.split(',').map(|pick| pick.trim().parse()).collect()
}

impl Measure {
    /// All of them, as an error says them.
    pub(super) const WORDS: &str = "closing, opening, movement, paid, exchange or corrected";

    fn word(self) -> &'static str {
        match self {
            Measure::Closing => "closing",
            Measure::Opening => "opening",
            Measure::Movement => "movement",
            Measure::Paid => "paid",
            Measure::Exchange => "exchange",
            Measure::Corrected => "corrected",
        }
    }

    /// Whether it is of what happened on days; else it is a balance.
    pub(crate) fn is_flow(self) -> bool {
        !matches!(self, Measure::Closing | Measure::Opening)
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Measure {
    type Err = String;

    fn from_str(text: &str) -> Result<Measure, String> {
        use Measure::{Closing, Corrected, Exchange, Movement, Opening, Paid};
        let mut all = [Closing, Opening, Movement, Paid, Exchange, Corrected].into_iter();
        let found = all.find(|measure| measure.word() == text);
        found.ok_or_else(|| format!("{text} is no figure: say {}", Measure::WORDS))
    }
}

/// As layouts write a side.
pub(super) fn side_word(side: Side) -> &'static str {
    match side {
        Side::Debit => "debit",
        Side::Credit => "credit",
    }
}

pub(super) fn side_of(word: &str) -> Option<Side> {
    [Side::Debit, Side::Credit].into_iter().find(|side| side_word(*side) == word)
}

/// The first word, if it is one of those that are looked for, and the rest.
fn leading<T>(text: &str, known: impl Fn(&str) -> Option<T>) -> (Option<T>, &str) {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    match known(word) {
        Some(found) => (Some(found), rest.trim_start()),
        None => (None, text),
    }
}

impl FromStr for Take {
    type Err = LayoutError;

    fn from_str(text: &str) -> Result<Take, LayoutError> {
        let wrong = |why: String| LayoutError::Take { text: text.to_owned(), why };
        let (measure, rest) = leading(text.trim(), |word| word.parse::<Measure>().ok());
        let (side, rest) = leading(rest, side_of);
        let (rest, dimensions) = match rest.split_once(" where ") {
            Some((rest, dimensions)) => {
                let all = dimensions.split(',').map(|one| dimension(one.trim()));
                (rest, all.collect::<Result<Vec<_>, _>>().map_err(wrong)?)
            }
            None => (rest, Vec::new()),
        };
        let (taken, except) = match rest.split_once(" except ") {
            Some((taken, except)) => (taken, picks(except).map_err(wrong)?),
            None => (rest, Vec::new()),
        };
        let picks = picks(taken).map_err(wrong)?;
        Ok(Take { measure, side, picks, except, dimensions })
    }
}

impl fmt::Display for Take {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(measure) = self.measure {
            write!(f, "{measure} ")?;
        }
        if let Some(side) = self.side {
            write!(f, "{} ", side_word(side))?;
        }
        f.write_str(&listed(&self.picks))?;
        if !self.except.is_empty() {
            write!(f, " except {}", listed(&self.except))?;
        }
        if !self.dimensions.is_empty() {
            let all = self.dimensions.iter().map(|(name, value)| format!("{name}={value}"));
            write!(f, " where {}", all.collect::<Vec<_>>().join(", "))?;
        }
        Ok(())
    }
}

/// Picks with commas between them.
pub(super) fn listed(picks: &[Pick]) -> String {
    picks.iter().map(Pick::to_string).collect::<Vec<_>>().join(", ")
}

impl TryFrom<String> for Take {
    type Error = LayoutError;

    fn try_from(text: String) -> Result<Take, LayoutError> {
        text.parse()
    }
}

impl From<Take> for String {
    fn from(take: Take) -> String {
        take.to_string()
    }
}

impl Serialize for Pick {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Pick {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Pick, D::Error> {
        let text = SmolStr::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_numbers_have_numbers_of_as_many_digits() {
        let range: Pick = "1000..1099".parse().unwrap();
        let has = |code: &str| range.has_code(code) == Some(true);
        assert!(has("1000") && has("1050.7") && has("1099") && has("1099-EU"));
        assert!(!has("0999") && !has("1100") && !has("100") && !has("10000") && !has("10995"));
    }

    #[test]
    fn other_ranges_have_what_begins_with_their_last_code() {
        for (range, inside, outside) in [
            ("A1..A3", ["A1", "A25", "A39"], ["A0", "A4", "B"]),
            ("9..10a", ["9", "10", "10a"], ["", "", ""]),
            ("10..2", ["100", "11", "29"], ["0", "1", "3"]),
        ] {
            let Ok(range) = range.parse::<Pick>() else {
                assert_eq!(range, "9..10a", "goes backwards");
                continue;
            };
            for code in inside {
                assert_eq!(range.has_code(code), Some(true), "{code}");
            }
            for code in outside {
                assert_eq!(range.has_code(code), Some(false), "{code}");
            }
        }
    }

    #[test]
    fn what_takes_nothing_is_refused_with_the_way_out() {
        let why = |text: &str| text.parse::<Take>().unwrap_err().to_string();
        assert!(why("1999..1000").contains("goes backwards"));
        assert!(why("1000,").contains("missing between two commas"));
        assert!(why("").contains("missing"));
        assert!(why("*").contains("takes everything"));
        assert!(why("class debt").contains("is no class"));
        assert!(why("tag hgb").contains("not name=value"));
        assert!(why("every 1000").contains("words are under"));
        assert!(why("1000 where site").contains("not name=value"));
    }
}
