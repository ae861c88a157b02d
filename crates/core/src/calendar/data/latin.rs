//! France, Italy, Spain.

use super::{
    ALL_SAINTS, ASCENSION, ASSUMPTION, ByYear, CHRISTMAS, EASTER_MONDAY, EASTER_SUNDAY, EPIPHANY,
    GOOD_FRIDAY, IMMACULATE_CONCEPTION, LABOUR_DAY, NEW_YEAR, ST_STEPHEN, WHIT_MONDAY, holiday,
    once,
};
use crate::calendar::{DayRule, HolidayRule};

/// Without what Alsace and Moselle have beside it (Code du travail L3134-13: Good Friday, 26 December).
pub(super) fn france() -> Vec<HolidayRule> {
    const LAW: &str = "Code du travail L3133-1";
    vec![
        holiday("Jour de l'an", NEW_YEAR, LAW),
        holiday("Lundi de Pâques", EASTER_MONDAY, LAW),
        holiday("Fête du travail", LABOUR_DAY, LAW),
        holiday("Fête de la Victoire", DayRule::fixed(5, 8), LAW).since_year(1982),
        holiday("Ascension", ASCENSION, LAW),
        // From 2005 to 2007 worked as the day of solidarity, unless agreed otherwise (L. 2004-626 art. 2).
        holiday("Lundi de Pentecôte", WHIT_MONDAY, LAW).except([2005, 2006, 2007]),
        holiday("Fête nationale", DayRule::fixed(7, 14), LAW),
        holiday("Assomption", ASSUMPTION, LAW),
        holiday("Toussaint", ALL_SAINTS, LAW),
        holiday("Armistice", DayRule::fixed(11, 11), LAW),
        holiday("Noël", CHRISTMAS, LAW),
    ]
}

pub(super) fn italy() -> Vec<HolidayRule> {
    const LAW: &str = "L. 260/1949 art. 2";
    let republic = holiday("Festa della Repubblica", DayRule::fixed(6, 2), "L. 336/2000 art. 1");
    let francis = holiday("San Francesco d'Assisi", DayRule::fixed(10, 4), "L. 151/2025 art. 1");
    let mut rules = vec![
        holiday("Capodanno", NEW_YEAR, LAW),
        holiday("Epifania", EPIPHANY, "D.P.R. 792/1985 art. 1").since_year(1986),
        holiday("Pasqua", EASTER_SUNDAY, LAW),
        holiday("Lunedì dell'Angelo", EASTER_MONDAY, LAW),
        holiday("Festa della Liberazione", DayRule::fixed(4, 25), LAW),
        holiday("Festa del Lavoro", LABOUR_DAY, LAW),
        republic.since_year(2001),
        holiday("Assunzione", ASSUMPTION, LAW),
        francis.since_year(2026),
        holiday("Ognissanti", ALL_SAINTS, LAW),
        holiday("Immacolata Concezione", IMMACULATE_CONCEPTION, LAW),
        holiday("Natale", CHRISTMAS, LAW),
        holiday("Santo Stefano", ST_STEPHEN, LAW),
    ];
    rules.extend(once("150° dell'Unità d'Italia", (2011, 3, 17), "D.L. 5/2011 art. 1"));
    rules
}

/// What all regions keep. Each moves days that fall on a Sunday, and adds its own, by a decree a year.
pub(super) fn spain() -> Vec<HolidayRule> {
    const LAW: &str = "RD 2001/1983 art. 45.1; ET art. 37.2";
    vec![
        holiday("Año Nuevo", NEW_YEAR, LAW),
        holiday("Epifanía del Señor", EPIPHANY, LAW),
        holiday("Viernes Santo", GOOD_FRIDAY, LAW),
        holiday("Fiesta del Trabajo", LABOUR_DAY, LAW),
        holiday("Asunción de la Virgen", ASSUMPTION, LAW),
        holiday("Fiesta Nacional de España", DayRule::fixed(10, 12), LAW),
        holiday("Todos los Santos", ALL_SAINTS, LAW),
        holiday("Día de la Constitución", DayRule::fixed(12, 6), LAW).since_year(1986),
        holiday("Inmaculada Concepción", IMMACULATE_CONCEPTION, LAW),
        holiday("Natividad del Señor", CHRISTMAS, LAW),
    ]
}
