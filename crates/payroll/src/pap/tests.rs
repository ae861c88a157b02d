use super::*;
use proptest::prelude::*;

/// A file with this main method, two decimals X and Y, a whole number N, a double D and a table T of three.
fn file(main: &str) -> String {
    let variables = r#"<VARIABLES><INPUTS>
        <!-- Betrag in Cent --><INPUT name="RE4" type="BigDecimal"/>
        <INPUT name="N" type="int" default="2"/><INPUT name="f" type="double" default="1.0"/>
        </INPUTS><OUTPUTS type="STANDARD">
        <OUTPUT name="X" type="BigDecimal" default="new BigDecimal(0)"/><OUTPUT name="M" type="long"/>
        </OUTPUTS><INTERNALS><INTERNAL name="Y" type="BigDecimal" default="ZAHL12"/><INTERNAL name="B" type="boolean"/>
        </INTERNALS></VARIABLES><CONSTANTS>
        <CONSTANT name="ZAHL12" type="BigDecimal" value="BigDecimal.valueOf(12)"/>
        <CONSTANT name="T" type="BigDecimal[]" value="{BigDecimal.ZERO, BigDecimal.valueOf (0.4), new BigDecimal(&quot;3.50&quot;)}"/>
        </CONSTANTS>"#;
    format!(
        "\u{feff}<PAP name=\"Test\" version=\"1.0\">{variables}<METHODS><MAIN>{main}</MAIN></METHODS></PAP>"
    )
}

fn eval(code: &str) -> String {
    file(&format!("<EVAL exec=\"{code}\"/>"))
}

/// What X comes to when this is done with RE4 = 1000.
fn x(code: &str) -> String {
    outcome(&eval(code), "X")
}

fn outcome(file: &str, output: &str) -> String {
    let pap = Pap::read(file).unwrap();
    let mut case = pap.case();
    let run = case.set("RE4", 1000).unwrap().run();
    run.map_or_else(|error| error.to_string(), |run| run.get(output).unwrap().to_string())
}

fn refusal(file: &str) -> String {
    Pap::read(file).unwrap_err().to_string()
}

#[test]
fn expressions_mean_what_java_means_by_them() {
    for (code, expected) in [
        ("X = RE4.divide(ZAHL12, 2, BigDecimal.ROUND_UP)", "83.34"),
        (
            "X= (RE4 . multiply (BigDecimal.valueOf(0.0045+0.07))).setScale (0, BigDecimal.ROUND_DOWN);",
            "74",
        ),
        ("X = RE4.divide(BigDecimal.valueOf(7), BigDecimal.ROUND_HALF_UP)", "143"),
        ("X = RE4.divide(ZAHL12, 3, RoundingMode.CEILING)", "83.334"),
        ("X = RE4.divide(ZAHL12, 1, 4)", "83.3"),
        ("X = T[N].add(T[1])", "3.9"),
        ("X = T[N - 1].negate().abs()", "0.4"),
        ("X = BigDecimal.valueOf(RE4.longValue() / 7 * N % 100)", "84"),
        ("X = BigDecimal.valueOf(N > 1 ? 5 : 6)", "5"),
        ("X = BigDecimal.valueOf(Math.max(N, 3) + (int) 2.9)", "5"),
        ("X = BigDecimal.valueOf(f)", "1"),
        ("f = 1; X = BigDecimal.valueOf(f * 0.5)", "0.5"),
        ("N += 3; X = BigDecimal.valueOf(-N)", "-5"),
        ("X = BigDecimal.valueOf(12345, 2)", "123.45"),
        ("X = RE4.min(Y).max(BigDecimal.TEN).pow(2)", "144"),
        ("X = RE4.remainder(BigDecimal.valueOf(7)).movePointLeft(2)", "0.06"),
        ("X = BigDecimal.valueOf(0.1).add(new BigDecimal(0.5)).stripTrailingZeros()", "0.6"),
        ("X = Test.ZAHL12.subtract(this.Y)", "0"),
        ("x = re4.add(zahl12)", "1012"),
        ("B = RE4.signum() == 1; X = BigDecimal.valueOf(B ? 1 : 0)", "1"),
        ("B = ZAHL12.equals(BigDecimal.valueOf(12.0)); X = BigDecimal.valueOf(B ? 1 : 0)", "0"),
    ] {
        assert_eq!(x(code), expected, "{code}");
    }
}

#[test]
fn conditions_decide_as_java_decides() {
    for (condition, holds) in [
        ("RE4.compareTo(ZAHL12) == 1", true),
        ("RE4.compareTo (ZAHL12) &gt;= 0 &amp;&amp; N == 2", true),
        ("(ZAHL12.subtract(RE4)).compareTo(BigDecimal.ZERO) == -1", true),
        ("ZAHL12.compareTo(Y) != 0", false),
        ("ZAHL12.compareTo(RE4) == N", false),
        ("N < 2 || N > 1", true),
        ("!(N < 2 || N > 1)", false),
        ("N < 2 || N == 3 &amp;&amp; N == 2", false),
        ("!(N == 2 &amp;&amp; f == 1.0)", false),
        ("f <= N", true),
        ("B", false),
        ("!B == true", true),
        ("RE4.equals(RE4)", true),
    ] {
        let chosen = format!(
            "<IF expr=\"{condition}\"><THEN><EVAL exec=\"X = BigDecimal.ONE\"/></THEN><ELSE><EVAL exec=\"X = BigDecimal.TEN\"/></ELSE></IF>"
        );
        assert_eq!(outcome(&file(&chosen), "X"), if holds { "1" } else { "10" }, "{condition}");
        let as_value = eval(&format!("B = {condition}; M = B ? 1 : 0"));
        assert_eq!(
            outcome(&as_value, "M"),
            if holds { "1" } else { "0" },
            "{condition} as a value"
        );
    }
}

#[test]
fn an_else_may_stand_behind_its_if_as_in_the_file_of_2010() {
    let chosen = |number: i32| {
        file(&format!(
            "<IF expr=\"N == {number}\"><THEN><EVAL exec=\"X = BigDecimal.ONE\"/></THEN></IF><ELSE><EVAL exec=\"X = BigDecimal.TEN\"/></ELSE>"
        ))
    };
    assert_eq!(
        (outcome(&chosen(2), "X"), outcome(&chosen(3), "X")),
        ("1".to_owned(), "10".to_owned())
    );
}

#[test]
fn elements_and_methods_are_known_in_any_case_and_by_comments_between() {
    let text = eval("X = RE4")
        .replace("<MAIN>", "<main><!-- a < b --> <Execute METHOD=\"mpara\"/>")
        .replace("</MAIN>", "</main><METHOD name=\"MPARA\"><!-- NOP --></METHOD>");
    assert_eq!(outcome(&text, "X"), "1000");
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_line() {
    for (file, why) in [
        (eval("X = Z"), "there is no variable and no constant Z"),
        (eval("Z = X"), "there is no variable Z"),
        (eval("ZAHL12 = X"), "ZAHL12 is a constant: nothing can be assigned to it"),
        (
            eval("X = 1"),
            "this is a whole number, where a BigDecimal is needed: write BigDecimal.valueOf(...)",
        ),
        (eval("N = X"), "this is a BigDecimal, where a whole number is needed"),
        (eval("X = X + Y"), "BigDecimals are reckoned with by methods, such as x.add(y)"),
        (eval("X = T"), "T is a table: say which entry, T[...]"),
        (eval("X = X.root(Y)"), "a BigDecimal has no method root of 1 arguments here"),
        (
            eval("X = X.setScale(N, BigDecimal.ROUND_UP)"),
            "a scale has to be a constant from -60 to 60",
        ),
        (eval("X = X.setScale(2, BigDecimal.ROUND_SIDEWAYS)"), "this is no rounding"),
        (eval("X = X.add(Y"), "it ends where , or the closing bracket is expected"),
        (eval("X = X.add(Y))"), "there is ) where a variable to assign to is expected"),
        (eval("X = X # Y"), "'#' has no meaning here"),
        (eval(""), "there is nothing to do"),
        (eval("X = ZAHL12.divide(BigDecimal.ZERO)"), "it divides by zero"),
        (eval(&format!("X = {}X{}", "(".repeat(500), ")".repeat(500))), "lies too deep in itself"),
        (eval(&format!("X = X{}", ".add(X)".repeat(700))), "lies too deep in itself"),
        (
            file("<IF expr=\"N\"><THEN/></IF>"),
            "this is a whole number, where a condition is needed",
        ),
        (
            file("<IF expr=\"X == Y\"><THEN/></IF>"),
            "BigDecimals are compared by x.compareTo(y), and that with 0",
        ),
        (file("<IF expr=\"N == 1\"><ELSE/></IF>"), "an <IF> has one <THEN>"),
        (file("<WHILE/>"), "a method has <EVAL>, <IF> and <EXECUTE>, and nothing else"),
        (file("<EXECUTE method=\"MX\"/>"), "there is no method \"MX\""),
        (file("<EVAL/>"), "give it the attribute \"exec\""),
        (file("text"), "\"text\" stands between the elements"),
    ] {
        let said = refusal(&file);
        assert!(said.contains(why), "{said} does not say {why}");
        assert!(said.starts_with("line 10: "), "{said} is not of line 10");
    }
}

#[test]
fn what_is_no_pap_is_refused() {
    for (file, why) in [
        ("", "line 1: the file is empty"),
        ("<PAP>", "<PAP> of line 1 is never closed"),
        ("<PAP></POP>", "line 1: "),
        ("<HTML/>", "a PAP begins with the element <PAP>"),
        ("<PAP/>", "it has no <MAIN>"),
        ("<PAP/>\n<PAP/>", "line 2: there is a second element beside the first"),
        ("<!DOCTYPE PAP [<!ENTITY a \"b\">]><PAP/>", "there is a DTD"),
        ("<PAP>&a;</PAP>", "line 1: "),
        ("<PAP><MAIN/><MAIN/></PAP>", "there is another <MAIN>"),
        ("<PAP><SOMETHING/></PAP>", "it is no part of a PAP"),
        (
            "<PAP><INPUT name=\"A\" type=\"String\"/><MAIN/></PAP>",
            "the type \"String\" is not known",
        ),
        (
            "<PAP><INPUT name=\"A\" type=\"int\"/><INPUT name=\"A\" type=\"int\"/><MAIN/></PAP>",
            "there is another of this name",
        ),
        (
            "<PAP><INPUT name=\"A\" type=\"int\" default=\"1.5\"/><MAIN/></PAP>",
            "this is a double, where a whole number is needed",
        ),
        (
            "<PAP><INPUT name=\"A\" type=\"int\"/><CONSTANT name=\"B\" type=\"int\" value=\"A\"/><MAIN/></PAP>",
            "may name constants only",
        ),
        (
            "<PAP><CONSTANT name=\"B\" type=\"int[]\" value=\"1\"/><MAIN/></PAP>",
            "a table is written {a, b, c}",
        ),
    ] {
        let said = refusal(file);
        assert!(said.contains(why), "{said} does not say {why}");
    }
    let deep = format!("<PAP>{}{}</PAP>", "<METHODS>".repeat(300), "</METHODS>".repeat(300));
    assert!(refusal(&deep).contains("more than 200 deep"));
    let wide: String = (0..60).map(|number| format!(" a{number}=\"\"")).collect();
    assert!(refusal(&format!("<PAP{wide}/>")).contains("more than 50 attributes"));
    assert!(refusal(&" ".repeat(2 << 20)).contains("the file has 2097152 bytes"));
}

#[test]
fn no_program_runs_in_a_circle_or_for_ever() {
    let methods = |bodies: &[(&str, &str)]| {
        let method = |(name, calls): &(&str, &str)| {
            let calls: String = calls
                .split_whitespace()
                .map(|call| format!("<EXECUTE method=\"{call}\"/>"))
                .collect();
            format!("<METHOD name=\"{name}\">{calls}</METHOD>")
        };
        let bodies: String = bodies.iter().map(method).collect();
        format!(
            "<PAP name=\"P\"><METHODS><MAIN><EXECUTE method=\"M0\"/></MAIN>{bodies}</METHODS></PAP>"
        )
    };
    let circle = methods(&[("M0", "M1 M2"), ("M1", ""), ("M2", "M1 M3"), ("M3", "M2")]);
    assert_eq!(
        refusal(&circle),
        "methods execute one another in a circle: M2 -> M3 -> M2: break it"
    );
    assert_eq!(
        refusal(&methods(&[("M0", "M0")])),
        "methods execute one another in a circle: M0 -> M0: break it"
    );
    // Each executes the next one ten times: 10^9 steps in ten short methods.
    let names: Vec<String> = (0..10).map(|number| format!("M{number}")).collect();
    let calls: Vec<String> = (1..=10)
        .map(|next| if next < 10 { format!("M{next} ").repeat(10) } else { String::new() })
        .collect();
    let all: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(calls.iter().map(String::as_str)).collect();
    assert!(matches!(Pap::read(&methods(&all)), Err(PapError::TooLong { .. })));
    assert!(Pap::read(&methods(&all[4..]).replace("M0", "M4")).is_ok());
}

#[test]
fn inputs_are_held_to_what_the_file_documents() {
    let pap = Pap::read(shipped::LOHNSTEUER_2026).unwrap();
    let mut case = pap.case();
    for (name, value, why) in [
        ("STKL", "7", "STKL is 7: give a number from 1 to 6"),
        ("LZZ", "0", "LZZ is 0: give a number from 1 to 4"),
        ("STKL", "1.5", "STKL is 1.5: give a whole number"),
        ("RE4", "-1", "RE4 is -1: give a number from 0 to 1000000000000, in cents"),
        ("RE4", "500.5", "RE4 is 500.5: give whole cents"),
        ("f", "1.5", "f is 1.5: give a number from 0 to 1"),
        ("KVZ", "2.901", "KVZ is 2.901: give at most 2 digits after the point"),
        ("RE4", "123456789012345678901234567890", "has more digits than can be held"),
        ("RE4", "1e3", "is not a decimal"),
        (
            "RE5",
            "1",
            "\"RE5\" is no input of Lohnsteuer2026: its inputs are af, AJAHR, ALTER1, ALV, f, JFREIB",
        ),
        ("LSTLZZ", "1", "\"LSTLZZ\" is no input of Lohnsteuer2026"),
    ] {
        let said = case.set_text(name, value).unwrap_err().to_string();
        assert!(said.contains(why), "{said} does not say {why}");
    }
    // What was refused changed nothing.
    let unchanged =
        case.set("RE4", 3_000_000).unwrap().rest_zero().run().unwrap().get("LSTLZZ").unwrap();
    let fresh =
        pap.case().set("RE4", 3_000_000).unwrap().rest_zero().run().unwrap().get("LSTLZZ").unwrap();
    assert_eq!(unchanged, fresh);
    assert_eq!(case.run().unwrap().get("RE4").unwrap_err().code(), "payroll.pap_unknown_name");
}

#[test]
fn a_sum_without_an_answer_names_its_line() {
    let endless = eval("X = RE4.divide(BigDecimal.valueOf(7))");
    assert_eq!(
        outcome(&endless, "X"),
        "line 10: the exact quotient has no last digit: the file has to say a scale and a rounding"
    );
    let beyond = eval("X = T[RE4.intValue()]");
    assert!(outcome(&beyond, "X").starts_with("line 10: the table has no entry of this number"));
    let large = eval("X = RE4.pow(15)");
    assert!(outcome(&large, "X").starts_with("line 10: the result has more than 38 digits"));
}

#[test]
fn the_largest_inputs_have_room() {
    let pap = Pap::read(shipped::LOHNSTEUER_2026).unwrap();
    let mut case = pap.case();
    for name in ["RE4", "SONSTB", "JRE4", "VBEZ", "PKPV", "LZZHINZU"] {
        case.set(name, 1_000_000_000_000_i64).unwrap();
    }
    for class in 1..=6 {
        case.set("LZZ", 4).unwrap().set("STKL", class).unwrap().rest_zero();
        assert!(case.run().unwrap().get("LSTLZZ").unwrap() > Decimal::ZERO, "{class}");
    }
}

#[test]
fn a_case_runs_as_often_as_it_is_asked_and_forgets_what_it_made() {
    // The program itself sets LZZ, f and ZMVB: a second run must not begin with them.
    let pap = Pap::read(shipped::LOHNSTEUER_2026).unwrap();
    let mut case = pap.case();
    case.set("LZZ", 2)
        .unwrap()
        .set("RE4", 400_000)
        .unwrap()
        .set("SONSTB", 100_000)
        .unwrap()
        .set("JRE4", 4_800_000)
        .unwrap();
    let first = case
        .rest_zero()
        .run()
        .unwrap()
        .all()
        .unwrap()
        .iter()
        .map(|(_, value)| *value)
        .collect::<Vec<_>>();
    let second =
        case.run().unwrap().all().unwrap().iter().map(|(_, value)| *value).collect::<Vec<_>>();
    assert_eq!(first, second);
    assert!(first.iter().any(|value| !value.is_zero()));
}

/// § 32a Abs. 1 EStG: basic allowance, ends of the second and third zone, and what the formulas of each zone multiply and add.
struct Tariff {
    free: i64,
    ends: [i64; 3],
    second: &'static str,
    third: [&'static str; 2],
    less: [&'static str; 2],
}

/// As of the act of 23 December 2024 (BGBl. 2024 I Nr. 449).
const TARIFF_2025: Tariff = Tariff {
    free: 12_096,
    ends: [17_443, 68_480, 277_825],
    second: "932.30",
    third: ["176.64", "1015.13"],
    less: ["10911.92", "19246.67"],
};

const TARIFF_2026: Tariff = Tariff {
    free: 12_348,
    ends: [17_799, 69_878, 277_825],
    second: "914.51",
    third: ["173.10", "1034.87"],
    less: ["11135.63", "19470.38"],
};

impl Tariff {
    /// The tax in whole euros on a taxable income in whole euros.
    fn tax(&self, income: i64) -> Decimal {
        let number = |text: &str| -> Decimal { text.parse().unwrap() };
        let x = Decimal::from(income);
        let over = |from: i64| (x - Decimal::from(from)) / Decimal::from(10_000);
        let [second, third, fourth] = self.ends;
        let tax = if income <= self.free {
            Decimal::ZERO
        } else if income <= second {
            let y = over(self.free);
            (number(self.second) * y + Decimal::from(1_400)) * y
        } else if income <= third {
            let z = over(second);
            (number(self.third[0]) * z + Decimal::from(2_397)) * z + number(self.third[1])
        } else if income <= fourth {
            number("0.42") * x - number(self.less[0])
        } else {
            number("0.45") * x - number(self.less[1])
        };
        tax.floor()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// The income that the program taxes, which it gives as what is over the basic allowance, is taxed as the act says.
    #[test]
    fn a_year_is_taxed_by_the_formula_of_the_act(year in 2025i32..=2026, wage in 1_500_000_i64..40_000_000, splitting: bool) {
        let (text, tariff) = match year {
            2025 => (shipped::LOHNSTEUER_2025, TARIFF_2025),
            _ => (shipped::LOHNSTEUER_2026, TARIFF_2026),
        };
        let pap = Pap::read(text).unwrap();
        let mut case = pap.case();
        case.set("LZZ", 1).unwrap().set("STKL", if splitting { 3 } else { 1 }).unwrap().set("RE4", wage).unwrap();
        let outcome = case.rest_zero().run().unwrap();
        let over = outcome.get("WVFRB").unwrap();
        prop_assume!(over > Decimal::ZERO);
        let income = over / Decimal::from(100) + Decimal::from(tariff.free);
        let share = if splitting { 2 } else { 1 };
        let one = (income / Decimal::from(share)).floor();
        let tax = tariff.tax(i64::try_from(one).unwrap()) * Decimal::from(share);
        prop_assert_eq!(outcome.get("LSTLZZ").unwrap(), tax * Decimal::from(100));
    }

    /// A file that somebody has damaged is read or refused; nothing else happens.
    #[test]
    fn a_damaged_file_is_refused_and_never_a_panic(from in 0.0f64..1.0, length in 0usize..60, put in "[<>&\"{}().=A-Z0-9/]{0,8}") {
        let text = shipped::LOHNSTEUER_2026;
        let mut at = (from * text.len() as f64) as usize;
        while !text.is_char_boundary(at) {
            at += 1;
        }
        let mut end = (at + length).min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        if let Ok(pap) = Pap::read(&format!("{}{put}{}", &text[..at], &text[end..])) {
            let _ = pap.case().rest_zero().run();
        }
    }
}
