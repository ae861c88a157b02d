//! Austria, Switzerland, Belgium, the Netherlands, Poland, and the euro's payments.

use super::{
    ALL_SAINTS, ASCENSION, ASSUMPTION, ByYear, CHRISTMAS, CORPUS_CHRISTI, EASTER_MONDAY,
    EASTER_SUNDAY, EPIPHANY, GOOD_FRIDAY, IMMACULATE_CONCEPTION, LABOUR_DAY, NEW_YEAR, ST_STEPHEN,
    WHIT_MONDAY, WHIT_SUNDAY, holiday, once,
};
use crate::calendar::{DayRule, HolidayRule, Observance};

pub(super) fn austria() -> Vec<HolidayRule> {
    const LAW: &str = "ARG § 7 Abs. 2, BGBl. 144/1983; FeiertagsruheG 1957";
    vec![
        holiday("Neujahr", NEW_YEAR, LAW),
        holiday("Heilige Drei Könige", EPIPHANY, LAW),
        holiday("Ostermontag", EASTER_MONDAY, LAW),
        holiday("Staatsfeiertag", LABOUR_DAY, LAW),
        holiday("Christi Himmelfahrt", ASCENSION, LAW),
        holiday("Pfingstmontag", WHIT_MONDAY, LAW),
        holiday("Fronleichnam", CORPUS_CHRISTI, LAW),
        holiday("Mariä Himmelfahrt", ASSUMPTION, LAW),
        holiday("Nationalfeiertag", DayRule::fixed(10, 26), LAW).since_year(1967),
        holiday("Allerheiligen", ALL_SAINTS, LAW),
        holiday("Mariä Empfängnis", IMMACULATE_CONCEPTION, LAW),
        holiday("Weihnachten", CHRISTMAS, LAW),
        holiday("Stefanitag", ST_STEPHEN, LAW),
    ]
}

/// The national day, and the days that every canton has: all else is the cantons' (ArG Art. 20a Abs. 1).
pub(super) fn switzerland() -> Vec<HolidayRule> {
    const CANTONS: &str = "the law of every canton, by ArG Art. 20a Abs. 1";
    let national = holiday("Bundesfeier", DayRule::fixed(8, 1), "BV Art. 110 Abs. 3");
    vec![
        holiday("Neujahr", NEW_YEAR, CANTONS),
        holiday("Auffahrt", ASCENSION, CANTONS),
        national.since_year(1994),
        holiday("Weihnachten", CHRISTMAS, CANTONS),
    ]
}

/// On a weekend the employer gives another day (law of 4 January 1974, art. 6): no common rule.
pub(super) fn belgium() -> Vec<HolidayRule> {
    const LAW: &str = "AR/KB of 18 April 1974, art. 1";
    vec![
        holiday("Jour de l'an / Nieuwjaar", NEW_YEAR, LAW),
        holiday("Lundi de Pâques / Paasmaandag", EASTER_MONDAY, LAW),
        holiday("Fête du travail / Dag van de arbeid", LABOUR_DAY, LAW),
        holiday("Ascension / O.L.H. Hemelvaart", ASCENSION, LAW),
        holiday("Lundi de Pentecôte / Pinkstermaandag", WHIT_MONDAY, LAW),
        holiday("Fête nationale / Nationale feestdag", DayRule::fixed(7, 21), LAW),
        holiday("Assomption / O.L.V. Hemelvaart", ASSUMPTION, LAW),
        holiday("Toussaint / Allerheiligen", ALL_SAINTS, LAW),
        holiday("Armistice / Wapenstilstand", DayRule::fixed(11, 11), LAW),
        holiday("Noël / Kerstmis", CHRISTMAS, LAW),
    ]
}

/// The generally recognised holidays of the Algemene termijnenwet, which sets no one free: many work
/// on 5 May but every fifth year ([`Calendar::without`](crate::calendar::Calendar::without)), and
/// few on Good Friday, which the law only puts on a par.
pub(super) fn netherlands() -> Vec<HolidayRule> {
    const LAW: &str = "Algemene termijnenwet art. 3 lid 1";
    let moves = Observance::SundayMovesToSaturday;
    let queen = holiday("Koninginnedag", DayRule::fixed(4, 30), LAW).observed(moves);
    let king = holiday("Koningsdag", DayRule::fixed(4, 27), LAW).observed(moves);
    vec![
        holiday("Nieuwjaarsdag", NEW_YEAR, LAW),
        holiday("Tweede paasdag", EASTER_MONDAY, LAW),
        queen.through_year(2013),
        king.since_year(2014),
        holiday("Bevrijdingsdag", DayRule::fixed(5, 5), LAW),
        holiday("Hemelvaartsdag", ASCENSION, LAW),
        holiday("Tweede pinksterdag", WHIT_MONDAY, LAW),
        holiday("Eerste kerstdag", CHRISTMAS, LAW),
        holiday("Tweede kerstdag", ST_STEPHEN, LAW),
    ]
}

pub(super) fn poland() -> Vec<HolidayRule> {
    const LAW: &str = "Ustawa z dnia 18 stycznia 1951 r. o dniach wolnych od pracy, art. 1";
    let mut rules = vec![
        holiday("Nowy Rok", NEW_YEAR, LAW),
        holiday("Święto Trzech Króli", EPIPHANY, LAW).since_year(2011),
        holiday("Wielkanoc", EASTER_SUNDAY, LAW),
        holiday("Poniedziałek Wielkanocny", EASTER_MONDAY, LAW),
        holiday("Święto Państwowe", LABOUR_DAY, LAW),
        holiday("Święto Narodowe Trzeciego Maja", DayRule::fixed(5, 3), LAW).since_year(1990),
        holiday("Zielone Świątki", WHIT_SUNDAY, LAW),
        holiday("Boże Ciało", CORPUS_CHRISTI, LAW),
        holiday("Wniebowzięcie Najświętszej Maryi Panny", ASSUMPTION, LAW).since_year(1989),
        holiday("Wszystkich Świętych", ALL_SAINTS, LAW),
        holiday("Narodowe Święto Niepodległości", DayRule::fixed(11, 11), LAW).since_year(1989),
        holiday("Wigilia Bożego Narodzenia", DayRule::fixed(12, 24), LAW).since_year(2025),
        holiday("Boże Narodzenie (pierwszy dzień)", CHRISTMAS, LAW),
        holiday("Boże Narodzenie (drugi dzień)", ST_STEPHEN, LAW),
    ];
    let hundred = "Ustawa z dnia 7 listopada 2018 r. (Dz.U. 2018 poz. 2117)";
    rules.extend(once("Święto Narodowe z okazji Setnej Rocznicy", (2018, 11, 12), hundred));
    rules
}

/// The days on which euro payments are not settled.
pub(super) fn target() -> Vec<HolidayRule> {
    const RULE: &str =
        "ECB press release of 14 December 2000: long-term calendar for TARGET closing days";
    let mut rules = vec![
        holiday("New Year's Day", NEW_YEAR, RULE),
        holiday("Good Friday", GOOD_FRIDAY, RULE),
        holiday("Easter Monday", EASTER_MONDAY, RULE),
        holiday("Labour Day", LABOUR_DAY, RULE),
        holiday("Christmas Day", CHRISTMAS, RULE),
        holiday("Christmas Holiday", ST_STEPHEN, RULE),
    ];
    rules.extend(once(
        "Changeover to euro cash",
        (2001, 12, 31),
        "ECB press release of 25 May 2000",
    ));
    rules
}
