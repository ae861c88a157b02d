//! The United Kingdom: income tax by PAYE, National Insurance, student loans, workplace pensions, from 2025-26 on.

use crate::{Case, PayError, RuleError, RuleSet};

/// The rules, as a file.
pub const FILE: &str = include_str!("../../jurisdictions/united_kingdom.toml");

/// The rules.
///
/// ```
/// use fondaco_payroll::jurisdictions::united_kingdom::{TaxCode, united_kingdom};
/// let program = united_kingdom()?.on("2025-05-31".parse()?)?;
/// let case = program.case("Ada").with("frequency", "monthly").with("period", 2).with("salary", "3000.00");
/// let case = TaxCode::parse("1257L")?.say(case).with("pay_to_date", "3000.00").with("tax_to_date", "390.20");
/// let slip = program.run(&case)?;
/// assert_eq!(slip.amount("income_tax")?.to_string(), "390.4");
/// assert_eq!(slip.amount("employee_ni")?.to_string(), "156.16");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// None, as the file is tested; it is read anew at each call, so keep what it gives.
pub fn united_kingdom() -> Result<RuleSet, RuleError> {
    RuleSet::from_toml(FILE)
}

/// A tax code, such as `1257L`, `SK475`, `BR M1` or `NT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxCode {
    nation: &'static str,
    kind: &'static str,
    number: u32,
    week_1: bool,
}

impl TaxCode {
    /// Reads a code as it stands on a notice: an S or C before it for Scotland or Wales; `W1`, `M1` or `X` behind it for week 1 / month 1.
    ///
    /// # Errors
    /// [`PayError::BadInput`], with the code.
    pub fn parse(code: &str) -> Result<TaxCode, PayError> {
        read(code).ok_or_else(|| PayError::BadInput {
            employee: "-".into(),
            field: "tax_code".into(),
            value: code.to_owned(),
            wanted: "tax code: write 1257L, K475, 0T, BR, D0, D1 or NT, with S or C before and W1, M1 or X behind it".into(),
    })
    }

    /// Says it in a case: `nation`, `code_kind`, `code_number` and `week_1`.
    #[must_use]
    pub fn say(self, case: Case<'_>) -> Case<'_> {
        let case = case.with("nation", self.nation).with("code_kind", self.kind);
        case.with("code_number", self.number).with("week_1", self.week_1)
    }
}

fn read(code: &str) -> Option<TaxCode> {
    let code: String =
        code.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    let behind =
        ["W1/M1", "W1M1", "W1", "M1", "X"].into_iter().find_map(|mark| code.strip_suffix(mark));
    let (code, week_1) = (behind.unwrap_or(&code), behind.is_some());
    let (nation, code) = match (code.strip_prefix('S'), code.strip_prefix('C')) {
        (Some(rest), _) => ("scotland", rest),
        (_, Some(rest)) => ("wales", rest),
        _ => ("rest_of_uk", code),
    };
    let scottish = nation == "scotland";
    let flat = |kind| Some(TaxCode { nation, kind, number: 0, week_1 });
    match code {
        "NT" => return flat("no_tax"),
        "BR" => return flat("br"),
        "0T" => return flat("allowance"),
        "D0" => return flat(if scottish { "sd0" } else { "d0" }),
        "D1" => return flat(if scottish { "sd1" } else { "d1" }),
        "D2" if scottish => return flat("sd2"),
        "D3" if scottish => return flat("sd3"),
        _ => {}
    }
    let (kind, digits) = match code.strip_prefix('K') {
        Some(digits) => ("addition", digits),
        None => ("allowance", code.strip_suffix(['L', 'M', 'N', 'T'])?),
    };
    let plain =
        !digits.is_empty() && digits.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| plain)?;
    Some(TaxCode { nation, kind, number, week_1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_stand_on_notices() {
        let read = |code| {
            let TaxCode { nation, kind, number, week_1 } = TaxCode::parse(code).unwrap();
            (nation, kind, number, week_1)
        };
        assert_eq!(read("1257L"), ("rest_of_uk", "allowance", 1257, false));
        assert_eq!(read("s1257l M1"), ("scotland", "allowance", 1257, true));
        assert_eq!(read("SK475X"), ("scotland", "addition", 475, true));
        assert_eq!(read("C0T"), ("wales", "allowance", 0, false));
        assert_eq!(
            (read("D0"), read("SD2")),
            (("rest_of_uk", "d0", 0, false), ("scotland", "sd2", 0, false))
        );
    }

    /// Half of salary after the pension: 852.00, not 886.86 of 2,000; half of 500 where 1,500 are given up.
    #[test]
    fn no_more_than_half_of_what_is_paid_is_tax() {
        let rules = united_kingdom().unwrap();
        let program = rules.on("2025-04-30".parse().unwrap()).unwrap();
        let tax = |scheme: &str, rate: &str| {
            let case = program.case("Ada").with("frequency", "monthly").with("period", 1);
            let case = case.with("code_kind", "addition").with("code_number", 2500);
            let case = case.with("salary", "2000").with("pension_scheme", scheme);
            let slip = program.run(&case.with("pension_rate", rate)).unwrap();
            let paid = slip.amount("salary").unwrap()
                - slip.amount("pension_before_tax").unwrap()
                - slip.amount("pension_sacrifice").unwrap();
            (paid.to_string(), slip.amount("income_tax").unwrap().to_string())
        };
        assert_eq!(tax("net_pay", "20%"), ("1704".into(), "852".into()));
        assert_eq!(tax("salary_sacrifice", "100%"), ("520".into(), "260".into()));
    }

    #[test]
    fn what_is_no_code_is_refused_by_itself() {
        for code in ["", "1257", "L", "12,57L", "D2", "K", "1257Q", "-5L", "123456L"] {
            let error = TaxCode::parse(code).unwrap_err().to_string();
            assert!(
                error.contains(&format!("tax_code is {code:?}, which is no tax code: write 1257L")),
                "{error}"
            );
        }
    }
}
