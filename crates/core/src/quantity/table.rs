//! The common units: code, code of UNECE Recommendation 20, dimension, exact factor, name.
//!
//! The codes are those of Recommendation 20, revision 17 (2021). The factors are not: the list
//! rounds them, where law and treaty define them exactly. The sources are the SI brochure (9th
//! edition); the international yard and pound agreement of 1959 (1 yd = 0.9144 m, 1 lb =
//! 0.45359237 kg) and what follows from it (the acre here is the international one, 4840 yd²);
//! NIST Handbook 44, appendix C, for the measures of the United States; the UK Weights and
//! Measures Act 1985 for the imperial ones; and for the British thermal unit the international
//! steam table calorie of 4.1868 J.
//!
//! Temperatures are missing on purpose: degrees convert with an offset, which no factor does. Months
//! and years are a dimension of their own, as a month is no fixed number of days.

use super::unit::{Dimension, Unit};
use crate::ratio::Ratio;

/// One row of the table.
pub(super) struct Row {
    pub(super) code: &'static str,
    pub(super) rec20: &'static str,
    pub(super) dimension: Dimension,
    pub(super) factor: Ratio,
    pub(super) name: &'static str,
}

/// The ratio that a plain decimal or a fraction of two of them is. Anything else ends the
/// compilation, as the table is made then.
const fn exact(text: &str) -> Ratio {
    let bytes = text.as_bytes();
    let (mut terms, mut term, mut points, mut point, mut at) = ([0u64, 1], 0, [1u64, 1], false, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'.' => point = true,
            b'/' => (term, point, terms[1]) = (1, false, 0),
            digit => {
                assert!(digit.is_ascii_digit());
                terms[term] = terms[term] * 10 + (digit - b'0') as u64;
                points[term] *= if point { 10 } else { 1 };
            }
        }
        at += 1;
    }
    Ratio::of(terms[0] * points[1], terms[1] * points[0])
}

/// Writes each row once and takes the constant, its position and its facts from it, so that they
/// cannot drift apart.
macro_rules! units {
    ($($name:ident, $code:literal, $rec20:literal, $dimension:ident, $factor:literal, $text:literal;)*) => {
        #[expect(
            non_camel_case_types,
            clippy::upper_case_acronyms,
            reason = "the names are those of the constants"
        )]
        enum Position { $($name),* }

        impl Unit {
            $(
                #[doc = concat!("`", $code, "`: ", $text)]
                pub const $name: Unit = Unit::listed(Position::$name as u8);
            )*
        }

        /// The table, by dimension.
        pub(super) static ROWS: &[Row] = &[
            $(Row {
                code: $code,
                rec20: $rec20,
                dimension: Dimension::$dimension,
                factor: exact($factor),
                name: $text,
            }),*
        ];
    };
}

units! {
    KILOGRAM, "kg", "KGM", Mass, "1", "kilogram";
    MICROGRAM, "µg", "MC", Mass, "0.000000001", "microgram";
    MILLIGRAM, "mg", "MGM", Mass, "0.000001", "milligram";
    GRAM, "g", "GRM", Mass, "0.001", "gram";
    DECITONNE, "dt", "DTN", Mass, "100", "decitonne (metric quintal)";
    TONNE, "t", "TNE", Mass, "1000", "tonne";
    KILOTONNE, "kt", "KTN", Mass, "1000000", "kilotonne";
    CARAT, "ct", "CTM", Mass, "0.0002", "metric carat";
    GRAIN, "gr", "GRN", Mass, "0.00006479891", "grain";
    OUNCE, "oz", "ONZ", Mass, "0.028349523125", "ounce (avoirdupois)";
    TROY_OUNCE, "oz_t", "APZ", Mass, "0.0311034768", "troy ounce";
    POUND, "lb", "LBR", Mass, "0.45359237", "pound";
    STONE, "st", "STI", Mass, "6.35029318", "stone (UK)";
    HUNDREDWEIGHT_US, "cwt_us", "CWA", Mass, "45.359237", "hundredweight (US)";
    HUNDREDWEIGHT_UK, "cwt_uk", "CWI", Mass, "50.80234544", "hundredweight (UK)";
    TON_US, "ton_us", "STN", Mass, "907.18474", "ton (US), short ton";
    TON_UK, "ton_uk", "LTN", Mass, "1016.0469088", "ton (UK), long ton";

    METRE, "m", "MTR", Length, "1", "metre";
    NANOMETRE, "nm", "C45", Length, "0.000000001", "nanometre";
    MICROMETRE, "µm", "4H", Length, "0.000001", "micrometre";
    MILLIMETRE, "mm", "MMT", Length, "0.001", "millimetre";
    CENTIMETRE, "cm", "CMT", Length, "0.01", "centimetre";
    DECIMETRE, "dm", "DMT", Length, "0.1", "decimetre";
    KILOMETRE, "km", "KMT", Length, "1000", "kilometre";
    INCH, "in", "INH", Length, "0.0254", "inch";
    FOOT, "ft", "FOT", Length, "0.3048", "foot";
    YARD, "yd", "YRD", Length, "0.9144", "yard";
    MILE, "mi", "SMI", Length, "1609.344", "mile (statute mile)";
    NAUTICAL_MILE, "nmi", "NMI", Length, "1852", "nautical mile";

    SQUARE_METRE, "m2", "MTK", Area, "1", "square metre";
    SQUARE_MILLIMETRE, "mm2", "MMK", Area, "0.000001", "square millimetre";
    SQUARE_CENTIMETRE, "cm2", "CMK", Area, "0.0001", "square centimetre";
    SQUARE_DECIMETRE, "dm2", "DMK", Area, "0.01", "square decimetre";
    ARE, "are", "ARE", Area, "100", "are";
    HECTARE, "ha", "HAR", Area, "10000", "hectare";
    SQUARE_KILOMETRE, "km2", "KMK", Area, "1000000", "square kilometre";
    SQUARE_INCH, "in2", "INK", Area, "0.00064516", "square inch";
    SQUARE_FOOT, "ft2", "FTK", Area, "0.09290304", "square foot";
    SQUARE_YARD, "yd2", "YDK", Area, "0.83612736", "square yard";
    ACRE, "ac", "ACR", Area, "4046.8564224", "acre (international)";
    SQUARE_MILE, "mi2", "MIK", Area, "2589988.110336", "square mile";

    CUBIC_METRE, "m3", "MTQ", Volume, "1", "cubic metre";
    CUBIC_MILLIMETRE, "mm3", "MMQ", Volume, "0.000000001", "cubic millimetre";
    CUBIC_CENTIMETRE, "cm3", "CMQ", Volume, "0.000001", "cubic centimetre";
    CUBIC_DECIMETRE, "dm3", "DMQ", Volume, "0.001", "cubic decimetre";
    MILLILITRE, "ml", "MLT", Volume, "0.000001", "millilitre";
    CENTILITRE, "cl", "CLT", Volume, "0.00001", "centilitre";
    DECILITRE, "dl", "DLT", Volume, "0.0001", "decilitre";
    LITRE, "l", "LTR", Volume, "0.001", "litre";
    HECTOLITRE, "hl", "HLT", Volume, "0.1", "hectolitre";
    KILOLITRE, "kl", "K6", Volume, "1", "kilolitre";
    CUBIC_INCH, "in3", "INQ", Volume, "0.000016387064", "cubic inch";
    CUBIC_FOOT, "ft3", "FTQ", Volume, "0.028316846592", "cubic foot";
    CUBIC_YARD, "yd3", "YDQ", Volume, "0.764554857984", "cubic yard";
    FLUID_OUNCE_US, "fl_oz_us", "OZA", Volume, "0.0000295735295625", "fluid ounce (US)";
    PINT_US, "pt_us", "PTL", Volume, "0.000473176473", "liquid pint (US)";
    QUART_US, "qt_us", "QTL", Volume, "0.000946352946", "liquid quart (US)";
    GALLON_US, "gal_us", "GLL", Volume, "0.003785411784", "gallon (US)";
    BARREL, "bbl", "BLL", Volume, "0.158987294928", "barrel (US petroleum, 42 gallons)";
    BUSHEL_US, "bu_us", "BUA", Volume, "0.03523907016688", "bushel (US)";
    FLUID_OUNCE_UK, "fl_oz_uk", "OZI", Volume, "0.0000284130625", "fluid ounce (UK)";
    PINT_UK, "pt_uk", "PTI", Volume, "0.00056826125", "pint (UK)";
    QUART_UK, "qt_uk", "QTI", Volume, "0.0011365225", "quart (UK)";
    GALLON_UK, "gal_uk", "GLI", Volume, "0.00454609", "gallon (UK)";
    BUSHEL_UK, "bu_uk", "BUI", Volume, "0.03636872", "bushel (UK)";

    SECOND, "s", "SEC", Time, "1", "second";
    MICROSECOND, "µs", "B98", Time, "0.000001", "microsecond";
    MILLISECOND, "ms", "C26", Time, "0.001", "millisecond";
    MINUTE, "min", "MIN", Time, "60", "minute";
    HOUR, "h", "HUR", Time, "3600", "hour";
    DAY, "d", "DAY", Time, "86400", "day";
    WEEK, "wk", "WEE", Time, "604800", "week";

    MONTH, "mo", "MON", Months, "1", "calendar month";
    QUARTER, "qr", "QAN", Months, "3", "quarter of a year";
    YEAR, "yr", "ANN", Months, "12", "calendar year";

    PIECE, "pcs", "H87", Count, "1", "piece";
    ONE, "one", "C62", Count, "1", "one";
    EACH, "ea", "EA", Count, "1", "each";
    PAIR, "pr", "PR", Count, "2", "pair";
    DOZEN, "doz", "DZN", Count, "12", "dozen";
    SCORE, "score", "SCO", Count, "20", "score";
    HUNDRED, "hundred", "CEN", Count, "100", "hundred";
    GROSS, "gross", "GRO", Count, "144", "gross, twelve dozen";
    THOUSAND, "thousand", "MIL", Count, "1000", "thousand";
    GREAT_GROSS, "great_gross", "GGR", Count, "1728", "great gross, twelve gross";
    MILLION, "million", "MIO", Count, "1000000", "million";

    JOULE, "J", "JOU", Energy, "1", "joule";
    KILOJOULE, "kJ", "KJO", Energy, "1000", "kilojoule";
    MEGAJOULE, "MJ", "3B", Energy, "1000000", "megajoule";
    GIGAJOULE, "GJ", "GV", Energy, "1000000000", "gigajoule";
    WATT_HOUR, "Wh", "WHR", Energy, "3600", "watt hour";
    KILOWATT_HOUR, "kWh", "KWH", Energy, "3600000", "kilowatt hour";
    MEGAWATT_HOUR, "MWh", "MWH", Energy, "3600000000", "megawatt hour";
    GIGAWATT_HOUR, "GWh", "GWH", Energy, "3600000000000", "gigawatt hour";
    TERAWATT_HOUR, "TWh", "D32", Energy, "3600000000000000", "terawatt hour";
    KILOCALORIE, "kcal", "K53", Energy, "4184", "kilocalorie (thermochemical), of food";
    KILOCALORIE_IT, "kcal_it", "E14", Energy, "4186.8", "kilocalorie (international table)";
    BRITISH_THERMAL_UNIT, "Btu", "BTU", Energy, "1055.05585262", "British thermal unit (international table)";
    THERM, "therm", "N71", Energy, "105505585.262", "therm, 100,000 British thermal units";

    WATT, "W", "WTT", Power, "1", "watt";
    KILOWATT, "kW", "KWT", Power, "1000", "kilowatt";
    MEGAWATT, "MW", "MAW", Power, "1000000", "megawatt";
    GIGAWATT, "GW", "A90", Power, "1000000000", "gigawatt";

    BYTE, "B", "AD", Data, "1", "byte";
    BIT, "bit", "A99", Data, "1/8", "bit";
    KILOBYTE, "kB", "2P", Data, "1000", "kilobyte, 10^3 bytes";
    MEGABYTE, "MB", "4L", Data, "1000000", "megabyte, 10^6 bytes";
    GIGABYTE, "GB", "E34", Data, "1000000000", "gigabyte, 10^9 bytes";
    TERABYTE, "TB", "E35", Data, "1000000000000", "terabyte, 10^12 bytes";
    KIBIBYTE, "KiB", "E64", Data, "1024", "kibibyte, 2^10 bytes";
    MEBIBYTE, "MiB", "E63", Data, "1048576", "mebibyte, 2^20 bytes";
    GIBIBYTE, "GiB", "E62", Data, "1073741824", "gibibyte, 2^30 bytes";
    TEBIBYTE, "TiB", "E61", Data, "1099511627776", "tebibyte, 2^40 bytes";
}

/// Positions in the table in the order of their codes, for looking up.
pub(super) static BY_CODE: [u8; ROWS.len()] = sorted();

const fn sorted() -> [u8; ROWS.len()] {
    let mut order = [0u8; ROWS.len()];
    let mut count = 0;
    while count < order.len() {
        let mut at = count;
        while at > 0 && less(ROWS[count].code, ROWS[order[at - 1] as usize].code) {
            order[at] = order[at - 1];
            at -= 1;
        }
        order[at] = count as u8;
        count += 1;
    }
    order
}

const fn less(a: &str, b: &str) -> bool {
    let (a, b, mut at) = (a.as_bytes(), b.as_bytes(), 0);
    while at < a.len() && at < b.len() {
        if a[at] != b[at] {
            return a[at] < b[at];
        }
        at += 1;
    }
    a.len() < b.len()
}
