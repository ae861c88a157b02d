//! Germany: what the law of each of the sixteen states gives. Days that a state leaves to its
//! communities are not here (Bavaria's Assumption, Augsburg's peace festival, Corpus Christi in
//! parts of Saxony and Thuringia).

use chrono::Weekday;

use super::{
    ALL_SAINTS, ASCENSION, ASSUMPTION, ByYear, CHRISTMAS, CORPUS_CHRISTI, EASTER_MONDAY,
    EASTER_SUNDAY, EPIPHANY, GOOD_FRIDAY, LABOUR_DAY, NEW_YEAR, ST_STEPHEN, WHIT_MONDAY,
    WHIT_SUNDAY, holiday, once,
};
use crate::calendar::{DayRule, HolidayRule};

/// A state's code and its law.
const STATES: [(&str, &str); 16] = [
    ("DE-BW", "FTG BW § 1"),
    ("DE-BY", "FTG BY Art. 1"),
    ("DE-BE", "FeiertG BE § 1"),
    ("DE-BB", "FTG BB § 2"),
    ("DE-HB", "FeiertG HB § 2"),
    ("DE-HH", "FeiertG HH § 1"),
    ("DE-HE", "HFeiertG § 1"),
    ("DE-MV", "FTG M-V § 2"),
    ("DE-NI", "NFeiertagsG § 2"),
    ("DE-NW", "FeiertG NW § 2"),
    ("DE-RP", "LFtG RP § 2"),
    ("DE-SL", "SFG SL § 2"),
    ("DE-SN", "SächsSFG § 1"),
    ("DE-ST", "FeiertG LSA § 2"),
    ("DE-SH", "SFTG SH § 2"),
    ("DE-TH", "ThürFGtG § 2"),
];

pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    std::iter::once("DE").chain(STATES.iter().map(|(code, _)| *code))
}

/// The rules of all states together (`DE`) or of one (`DE-BY`).
pub(super) fn rules(code: &str) -> Option<Vec<HolidayRule>> {
    if code == "DE" {
        return Some(common("the holiday laws of all sixteen states"));
    }
    let (state, law) = STATES.iter().find(|(state, _)| *state == code)?;
    let mut rules = common(law);
    rules.extend(of_state(state.strip_prefix("DE-")?, law));
    Some(rules)
}

fn common(law: &'static str) -> Vec<HolidayRule> {
    let unity =
        holiday("Tag der Deutschen Einheit", DayRule::fixed(10, 3), "EinigVtr Art. 2 Abs. 2");
    let mut rules = vec![
        holiday("Neujahr", NEW_YEAR, law),
        holiday("Karfreitag", GOOD_FRIDAY, law),
        holiday("Ostermontag", EASTER_MONDAY, law),
        holiday("Tag der Arbeit", LABOUR_DAY, law),
        holiday("Christi Himmelfahrt", ASCENSION, law),
        holiday("Pfingstmontag", WHIT_MONDAY, law),
        unity.since_year(1990),
        holiday("1. Weihnachtstag", CHRISTMAS, law),
        holiday("2. Weihnachtstag", ST_STEPHEN, law),
    ];
    rules.extend(once(
        "500. Reformationstag",
        (2017, 10, 31),
        "laws of the states of 2012 to 2016",
    ));
    rules
}

fn of_state(state: &str, law: &'static str) -> Vec<HolidayRule> {
    let in_states = |states: &[&str], rule: HolidayRule| states.contains(&state).then_some(rule);
    let reformation =
        |year| holiday("Reformationstag", DayRule::fixed(10, 31), law).since_year(year);
    let reformation = |year| reformation(year).except([2017]); // free everywhere
    let repentance = DayRule::OnOrBefore { weekday: Weekday::Wed, month: 11, day: 22 };
    let women =
        |year| holiday("Internationaler Frauentag", DayRule::fixed(3, 8), law).since_year(year);
    let children = holiday("Weltkindertag", DayRule::fixed(9, 20), law).since_year(2019);
    let rules = [
        in_states(&["BW", "BY", "ST"], holiday("Heilige Drei Könige", EPIPHANY, law)),
        in_states(&["BE"], women(2019)),
        in_states(&["MV"], women(2023)),
        in_states(&["BB", "HE"], holiday("Ostersonntag", EASTER_SUNDAY, law)),
        in_states(&["BB", "HE"], holiday("Pfingstsonntag", WHIT_SUNDAY, law)),
        in_states(
            &["BW", "BY", "HE", "NW", "RP", "SL"],
            holiday("Fronleichnam", CORPUS_CHRISTI, law),
        ),
        in_states(&["SL"], holiday("Mariä Himmelfahrt", ASSUMPTION, law)),
        in_states(&["TH"], children),
        in_states(&["BB", "MV", "SN", "ST", "TH"], reformation(1991)),
        in_states(&["HB", "HH", "NI", "SH"], reformation(2018)),
        in_states(&["BW", "BY", "NW", "RP", "SL"], holiday("Allerheiligen", ALL_SAINTS, law)),
        in_states(&["SN"], holiday("Buß- und Bettag", repentance, law)),
    ];
    let berlin = [
        once("75. Jahrestag der Befreiung", (2020, 5, 8), "FeiertG BE § 1 Abs. 2"),
        once("80. Jahrestag der Befreiung", (2025, 5, 8), "FeiertG BE § 1 Abs. 2"),
        once("75. Jahrestag des Volksaufstands", (2028, 6, 17), "FeiertG BE § 1 Abs. 2"),
    ];
    let berlin = berlin.into_iter().flatten().filter(|_| state == "BE");
    rules.into_iter().flatten().chain(berlin).collect()
}
