//! Identifiers: published examples, many generated ones with their verdict by another library, every slip of one character.

use proptest::prelude::*;

use super::IdentifierKind::*;
use super::*;

fn good(kind: IdentifierKind, text: &str) -> Identifier {
    Identifier::parse(kind, text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn flaw(kind: IdentifierKind, text: &str) -> Flaw {
    match Identifier::parse(kind, text) {
        Ok(_) => panic!("{text} is no {}", kind.name()),
        Err(error) => {
            let shown = format!("{error} {error:?} {}", error.code());
            let compact: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
            assert!(compact.len() < 6 || !shown.contains(&compact[compact.len() - 6..]), "{shown}");
            error.flaw
        }
    }
}

/// The examples of SWIFT's IBAN registry.
const IBANS: [&str; 45] = [
    "AD1200012030200359100100",
    "AE070331234567890123456",
    "AT611904300234573201",
    "BE68539007547034",
    "BG80BNBG96611020345678",
    "BR9700360305000010009795493P1",
    "CH9300762011623852957",
    "CY17002001280000001200527600",
    "CZ6508000000192000145399",
    "DE89370400440532013000",
    "DK5000400440116243",
    "EE382200221020145685",
    "ES9121000418450200051332",
    "FI2112345600000785",
    "FR1420041010050500013M02606",
    "GB29NWBK60161331926819",
    "GE29NB0000000101904917",
    "GR1601101250000000012300695",
    "HR1210010051863000160",
    "HU42117730161111101800000000",
    "IE29AIBK93115212345678",
    "IS140159260076545510730339",
    "IT60X0542811101000000123456",
    "KW81CBKU0000000000001234560101",
    "LC55HEMM000100010012001200023015",
    "LI21088100002324013AA",
    "LT121000011101001000",
    "LU280019400644750000",
    "LV80BANK0000435195001",
    "MC5811222000010123456789030",
    "MT84MALT011000012345MTLCAST001S",
    "MU17BOMM0101101030300200000MUR",
    "NL91ABNA0417164300",
    "NO9386011117947",
    "PL61109010140000071219812874",
    "PT50000201231234567890154",
    "RO49AAAA1B31007593840000",
    "SA0380000000608010167519",
    "SC18SSCB11010000000000001497USD",
    "SE4550000000058398257466",
    "SI56263300012039086",
    "SK3112000000198742637541",
    "SM86U0322509800000000270100",
    "TR330006100519786457841326",
    "VA59001123000012345678",
];

#[test]
fn the_registry_s_examples_are_ibans() {
    for iban in IBANS {
        let iban = good(Iban, iban);
        assert_eq!(good(Iban, &iban.written()), iban);
        assert_eq!(good(Iban, &iban.value().to_lowercase()), iban);
        assert_eq!(iban.country().map(Country::code), iban.value().get(..2));
    }
    assert_eq!(good(Iban, "XK05 1212 0123 4567 8906").country(), None, "Kosovo is not in ISO 3166");
}

/// Whatever single character of an IBAN is another, it is found: MOD 97-10 promises that of digits, and of letters it almost
/// does.
#[test]
fn a_wrong_digit_is_always_found() {
    for iban in IBANS {
        for (at, byte) in iban.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
            for other in (b'0'..=b'9').filter(|other| *other != byte) {
                let mut wrong = iban.as_bytes().to_vec();
                wrong[at] = other;
                let wrong = String::from_utf8(wrong).unwrap();
                assert_eq!(flaw(Iban, &wrong), Flaw::CheckDigits, "{iban} at {at}");
            }
        }
        let mut swapped = iban.as_bytes().to_vec();
        let end = swapped.len();
        swapped.swap(end - 2, end - 1);
        if swapped != iban.as_bytes() && swapped.ends_with(b"0123456789") {
            assert_eq!(flaw(Iban, &String::from_utf8(swapped).unwrap()), Flaw::CheckDigits);
        }
    }
}

#[test]
fn what_is_wrong_is_said_and_the_number_is_not() {
    let length = |found, expected: &str, of| Flaw::Length { found, expected: expected.into(), of };
    for (kind, text, expected) in [
        (Iban, "DE8937040044053201300", length(21, "22", "DE")),
        (Iban, "DE893704004405320130000", length(23, "22", "DE")),
        (Iban, "DE89370400440532O13000", Flaw::Character { at: 17 }),
        (Iban, "GB29NW8K60161331926819", Flaw::Character { at: 7 }),
        (Iban, "D€89370400440532013000", Flaw::Character { at: 2 }),
        (Iban, "ZZ89370400440532013000", Flaw::Country { at: 1 }),
        (Iban, "US89370400440532013000", Flaw::Country { at: 1 }),
        (Iban, "D", Flaw::Country { at: 1 }),
        (Iban, "", Flaw::Country { at: 1 }),
        (Vat, "DE13669597", length(8, "9", "DE")),
        (Vat, "DE1366959766", length(10, "9", "DE")),
        (Vat, "DE13669597X", Flaw::Character { at: 11 }),
        (Vat, "DE136695978", Flaw::CheckDigits),
        (Vat, "AT13585627", length(8, "9", "AT")),
        (Vat, "ATX13585627", Flaw::Character { at: 3 }),
        (Vat, "CZ123", length(3, "8 or 9 or 10", "CZ")),
        (Vat, "NL004495445C01", Flaw::Character { at: 12 }),
        (Vat, "US123456789", Flaw::Country { at: 1 }),
        (Vat, "", Flaw::Country { at: 1 }),
        (Vat, "CH107787577", Flaw::Country { at: 1 }),
        (Vat, "NO995525828", length(9, "12", "NO")),
        (Lei, "5493006MHB84DD0ZWV1", length(19, "20", "it")),
        (Lei, "5493006MHB84DD0ZWV19", Flaw::CheckDigits),
        (Bic, "DEUTDEF", length(7, "8 or 11", "it")),
        (Bic, "DEUTZZFF", Flaw::Country { at: 5 }),
        (Bic, "DEUT1EFF", Flaw::Character { at: 5 }),
        (Gln, "4006381333932", Flaw::CheckDigits),
        (Gtin, "40063813339", length(11, "8 or 12 or 13 or 14", "it")),
        (Siren, "732829321", Flaw::CheckDigits),
        (Siret, "73282932000075", Flaw::CheckDigits),
    ] {
        assert_eq!(flaw(kind, text), expected, "{kind:?} {text}");
    }
}

/// Numbers that tax offices, VIES and registers give as examples, or that companies print.
#[test]
fn published_numbers_are_read() {
    for text in [
        "AT U13585627",
        "BE 428759497",
        "BE0428759497",
        "BG 175 074 752",
        "CY-10259033P",
        "CZ 25123891",
        "CZ7103192745",
        "CZ640903926",
        "DE 136695976",
        "DK 13585628",
        "EE 100931558",
        "EE100594102",
        "EL 094259216",
        "GR 94259216",
        "ES B64717838",
        "ES54362315K",
        "ESX5253868R",
        "ESM1234567L",
        "FI 20774740",
        "FR 40 303 265 045",
        "FR23334175221",
        "FRK7399859412",
        "FR4Z123456782",
        "GB 980 7806 84",
        "XI980780684",
        "HR 33392005961",
        "HU-12892312",
        "IE 6433435F",
        "IE6433435OA",
        "IE8D79739I",
        "IT 00743110157",
        "LT119511515",
        "LT 100001919017",
        "LT100004801610",
        "LU 150 274 42",
        "LV 4000 3521 600",
        "LV161175-19997",
        "LV328673-00679",
        "MT 1167-9112",
        "NL004495445B01",
        "NL002455799B11",
        "NO 995 525 828 MVA",
        "PL 8567346215",
        "PT 501 964 843",
        "RO 18547290",
        "SE 123456789701",
        "SI 5022 3054",
        "SK 202 274 96 19",
        "CHE-107.787.577 IVA",
        "CHE107787577",
        "CHE-107.787.577 MWST",
    ] {
        let read = good(Vat, text);
        assert_eq!(good(Vat, read.value()), read);
        assert_eq!(good(Vat, &read.written()), read);
        assert!(read.country().is_some());
    }
    for (kind, text, value) in [
        (Vat, "GR 94259216", "EL094259216"),
        (Vat, "BE 428759497", "BE0428759497"),
        (Vat, "CHE-107.787.577 MWST", "CHE107787577"),
        (Lei, "5493006MHB84DD0ZWV18", "5493006MHB84DD0ZWV18"),
        (Lei, "506700GE1G29325QX363", "506700GE1G29325QX363"),
        (Lei, "213800kud8lajwsq9d15", "213800KUD8LAJWSQ9D15"),
        (Bic, "DEUTDEFF", "DEUTDEFF"),
        (Bic, "DEUT DE FF XXX", "DEUTDEFF"),
        (Bic, "DEUTDEFF500", "DEUTDEFF500"),
        (Gln, "4006381333931", "4006381333931"),
        (Gtin, "96385074", "96385074"),
        (Gtin, "614141000036", "614141000036"),
        (Gtin, "9501101530003", "9501101530003"),
        (Gtin, "10614141000415", "10614141000415"),
        (Siren, "732 829 320", "732829320"),
        (Siret, "732 829 320 00074", "73282932000074"),
        (Siret, "356 000 000 00048", "35600000000048"),
    ] {
        assert_eq!(good(kind, text).value(), value);
    }
}

/// Generated numbers with the verdict of python-stdnum 2.2: of VAT numbers up to ten good and four bad ones for each way that
/// a country has (by length, first character, second way to check), IBANs of all countries, LEIs and GTINs.
#[test]
fn another_library_comes_to_the_same_verdict() {
    let (mut cases, mut wrong) = (0, Vec::new());
    for line in include_str!("tests/cases.csv").lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [kind, text, verdict] = fields[..] else { panic!("{line}") };
        let kind = IdentifierKind::from_code(kind).unwrap();
        cases += 1;
        if Identifier::parse(kind, text).is_ok() != (verdict == "1") {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "of {cases}: {wrong:#?}");
    assert_eq!(cases, 1264);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_or_comes_back_in_an_error(text in "\\PC{0,40}", prefixed in "(AT|BE|BG|CHE|CZ|ES|FR|GB|IE|LV|NL|NO|RO|SK|DE)[A-Z0-9+*]{0,13}") {
        for kind in [Iban, Bic, Vat, Lei, Gln, Gtin, Siren, Siret] {
            for text in [&text, &prefixed] {
                if let Err(error) = Identifier::parse(kind, text) {
                    let shown = format!("{error:?}{error}");
                    prop_assert!(text.len() < 7 || !shown.contains(text.as_str()));
                }
            }
        }
    }

    #[test]
    fn a_normal_form_is_its_own(digits in "[0-9]{9}", country in 0usize..4) {
        let prefix = ["DE", "EL", "PT", "CHE"][country];
        if let Ok(read) = Identifier::parse(Vat, &format!("{prefix}{digits}")) {
            prop_assert_eq!(Identifier::parse(Vat, read.value()).unwrap(), read);
        }
    }
}

/// Check digits are 98 less a remainder, so never 00, 01 or 99, though these leave the remainder that 97, 98 and 02 leave.
#[test]
fn check_digits_that_no_issuer_writes_are_refused() {
    let rest = |kind, text: &str, twin: &str| {
        good(kind, twin);
        assert_eq!(flaw(kind, text), Flaw::CheckDigits, "{text}");
    };
    rest(Iban, "DE01370400440532013032", "DE98370400440532013032");
    let with_digits = |digits: u32, account: u64| format!("DE{digits:02}{account:018}");
    let twin = |digits: u32| {
        let fits = |account: &u64| {
            let moved = format!("{account:018}DE{digits:02}");
            check::rest_97(moved.bytes()) == 1
        };
        (370_400_440_532_013_000_u64..).find(fits).unwrap()
    };
    rest(Iban, &with_digits(0, twin(97)), &with_digits(97, twin(97)));
    rest(Iban, &with_digits(99, twin(2)), &with_digits(2, twin(2)));
    let lei = |digits: u32| {
        let fits = |n: &u32| check::rest_97(format!("5493006MHB{n:08}{digits:02}").bytes()) == 1;
        (0..).find(fits).map(|n| format!("5493006MHB{n:08}")).unwrap()
    };
    for (none, digits) in [(0, 97), (1, 98), (99, 2)] {
        let body = lei(digits);
        rest(Lei, &format!("{body}{none:02}"), &format!("{body}{digits:02}"));
    }
}

/// Check digits count the noughts of an account and of a SIREN, so those differ from noughts while the number itself is none.
#[test]
fn noughts_behind_check_digits_are_noughts() {
    for (kind, text) in [
        (Iban, "DE36 0000 0000 0000 0000 00"),
        (Vat, "FR12 000 000 000"),
        (Vat, "DE000000000"),
        (Lei, "00000000000000000098"),
    ] {
        let flaw = Identifier::parse(kind, text).unwrap_err().flaw;
        assert!(matches!(flaw, Flaw::Noughts | Flaw::CheckDigits), "{text}: {flaw}");
    }
    for text in ["DE36 0000 0000 0000 0000 00", "FR12 000 000 000"] {
        let kind = if text.starts_with("DE") { Iban } else { Vat };
        assert_eq!(Identifier::parse(kind, text).unwrap_err().flaw, Flaw::Noughts, "{text}");
    }
}

/// Letters name somebody, whatever digits stand among them.
#[test]
fn an_lei_with_no_digit_but_noughts_is_somebodys() {
    for text in ["HWUPKR0MPOUXFGXBTZ85", "FKBLXVKDTSQ0ORKLKX42", "ABCD00EFGHIJKLMNOP33"] {
        assert!(Identifier::parse(Lei, text).is_ok(), "{text}");
    }
}
