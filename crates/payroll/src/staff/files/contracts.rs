//! Contracts, with a job, an account and a card each, from a CSV file.

use std::io::{Read, Seek};

use fondaco_core::enter::{Entered, Taking};
use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, FileError, Finder, GoodLines, Slot, Source,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{span, way_out};
use crate::runs::CostShare;
use crate::staff::{Contract, Job, NewTerm, PayAccount, PayPer, RecordTerms, Said};

/// How the lines of a file become contracts with their jobs. It has a `serde` form, so that a host can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The employee's number.
    pub employee: Source,
    /// The first day.
    pub from: Source,
    /// The last day; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Source>,
    /// The pay group.
    pub group: Source,
    /// Hours a week.
    pub weekly_hours: Source,
    /// Days a week; five where it is left out or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekly_days: Option<Source>,
    /// The cost centre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_centre: Option<Source>,
    /// The job's code.
    pub job: Source,
    /// What the job is called; its code where that is left out or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Source>,
    /// The component that pays it.
    pub component: Source,
    /// What it pays.
    pub amount: Source,
    /// For what: `hour`, `contract_hour`, `day`, `week`, `month`, `period`, `year`, or a word of the file's.
    pub per: Source,
    /// The file's own words for that; small and capital letters are the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub per_words: Vec<(SmolStr, PayPer)>,
    /// The account that is paid to; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Source>,
    /// The card: the code of its rules, and inputs with their values; empty ones are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<(SmolStr, Vec<(SmolStr, Source)>)>,
}

impl ContractMapping {
    /// Contracts whose job is called `main` and is paid by a component: for an amount per unit of time, both columns of the file.
    pub fn new(
        employee: impl Into<Source>,
        from: impl Into<Source>,
        group: impl Into<Source>,
        (component, amount, per): (impl Into<Source>, impl Into<Source>, impl Into<Source>),
    ) -> ContractMapping {
        ContractMapping {
            format: CsvFormat::new(),
            employee: employee.into(),
            from: from.into(),
            until: None,
            group: group.into(),
            weekly_hours: Source::constant("40"),
            weekly_days: None,
            cost_centre: None,
            job: Source::constant("main"),
            title: None,
            component: component.into(),
            amount: amount.into(),
            per: per.into(),
            per_words: Vec::new(),
            account: None,
            card: None,
        }
    }
}

/// The contracts of a CSV file, read and judged by themselves.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// use fondaco_core::import::Source;
/// # let payroll = payroll();
/// let file = "\
/// number,from,until,pay,per,account
/// 1001,2027-01-01,2027-12-31,5200,month,us:021000021:777
/// 1001,2027-06-01,2027-08-31,10,month,
/// 1002,2027-01-01,,22.50,hour,us:021000021:888
/// 1002,2028-01-01,,22.50,fortnight,us:021000021:888
/// 1009,2027-01-01,,22.50,hour,
/// ";
/// let pay = (Source::constant("SALARY"), "pay", "per");
/// let mapping = ContractMapping {
///     until: Some("until".into()),
///     account: Some("account".into()),
///     ..ContractMapping::new("number", "from", Source::constant("monthly"), pay)
/// };
/// let file = ContractFile::read(std::io::Cursor::new(file), &mapping)?;
/// let entered = payroll.send("contracts.csv", &file.command(Taking::GoodOnes))?.answer;
/// let report = file.report(&entered);
/// let lines: Vec<u64> = report.refusals.iter().map(|refusal| refusal.line).collect();
/// assert_eq!(lines, [3, 5, 6]); // contracts overlap; no such unit; nobody has that number
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ContractFile(GoodLines<NewTerm>);

struct Columns<'m> {
    mapping: &'m ContractMapping,
    employee: Slot,
    from: Slot,
    until: Option<Slot>,
    group: Slot,
    weekly_hours: Slot,
    weekly_days: Option<Slot>,
    cost_centre: Option<Slot>,
    job: Slot,
    title: Option<Slot>,
    component: Slot,
    amount: Slot,
    per: Slot,
    account: Option<Slot>,
    card: Vec<(SmolStr, Slot)>,
}

impl ContractFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// ```
    /// use std::io::Cursor;
    /// use fondaco_core::import::Source;
    /// use fondaco_payroll::staff::{ContractFile, ContractMapping};
    /// let mapping = ContractMapping::new("who", "from", "group", (Source::constant("SALARY"), "pay", "per"));
    /// let gone = ContractFile::read(Cursor::new("other\n1\n"), &mapping).unwrap_err();
    /// assert!(gone.to_string().contains("who"), "{gone}"); // a column that the file has not
    /// ```
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`ContractFile::report`].
    pub fn read(
        file: impl Read + Seek,
        mapping: &ContractMapping,
    ) -> Result<ContractFile, FileError> {
        let find = |finder: &Finder<'_>| Columns::find(finder, mapping);
        super::read(file, &mapping.format, find, Columns::read).map(ContractFile)
    }

    /// The command that records the contracts, jobs, accounts and cards of the lines that are good by themselves.
    pub fn command(&self, taking: Taking) -> RecordTerms {
        super::record(&self.0, taking)
    }

    /// What became of each line, by the file and by the command's answer: of a line all is recorded, or nothing.
    pub fn report(&self, entered: &Entered) -> EnterReport {
        self.0.report(entered, way_out)
    }
}

impl<'m> Columns<'m> {
    fn find(finder: &Finder<'_>, mapping: &'m ContractMapping) -> Result<Columns<'m>, FileError> {
        let values = mapping.card.iter().flat_map(|(_, values)| values);
        let value =
            |(input, source): &(SmolStr, Source)| Ok((input.clone(), finder.find("card", source)?));
        Ok(Columns {
            mapping,
            employee: finder.find("employee", &mapping.employee)?,
            from: finder.find("from", &mapping.from)?,
            until: finder.find_some("until", &mapping.until)?,
            group: finder.find("group", &mapping.group)?,
            weekly_hours: finder.find("weekly_hours", &mapping.weekly_hours)?,
            weekly_days: finder.find_some("weekly_days", &mapping.weekly_days)?,
            cost_centre: finder.find_some("cost_centre", &mapping.cost_centre)?,
            job: finder.find("job", &mapping.job)?,
            title: finder.find_some("title", &mapping.title)?,
            component: finder.find("component", &mapping.component)?,
            amount: finder.find("amount", &mapping.amount)?,
            per: finder.find("per", &mapping.per)?,
            account: finder.find_some("account", &mapping.account)?,
            card: values.map(value).collect::<Result<_, FileError>>()?,
        })
    }

    fn read(&self, cells: &mut Cells<'_>) -> Option<Vec<NewTerm>> {
        let employee = cells.needed(&self.employee);
        let span = span(cells, &self.from, self.until.as_ref());
        let contract = self.contract(cells);
        let job = self.job(cells);
        let account = cells.text(&self.account);
        let card: Vec<(SmolStr, SmolStr)> = self
            .card
            .iter()
            .filter_map(|(input, slot)| Some((input.clone(), cells.text(&Some(slot.clone()))?)))
            .collect();
        let (employee, span) = (employee?, span?);
        let (said, mut also) = (Said::Contract(contract?), vec![job?]);
        also.extend(account.map(|account| Said::Accounts(vec![PayAccount::new(account)])));
        if let Some((rules, _)) = self.mapping.card.as_ref().filter(|_| !card.is_empty()) {
            also.push(Said::card(rules.clone(), card));
        }
        Some(vec![NewTerm { also, ..super::term(employee, span, said) }])
    }

    fn contract(&self, cells: &mut Cells<'_>) -> Option<Contract> {
        let group = cells.needed(&self.group);
        let weekly_hours = cells.needed_number(&self.weekly_hours);
        let weekly_days = cells.some_number(&self.weekly_days);
        let centre = cells.text(&self.cost_centre);
        let mut contract = Contract::new(group?, weekly_hours?);
        contract.weekly_days = weekly_days.unwrap_or(contract.weekly_days);
        let share = |centre| CostShare { centre, share: Decimal::ONE };
        contract.cost_centres = centre.map(share).into_iter().collect();
        Some(contract)
    }

    fn job(&self, cells: &mut Cells<'_>) -> Option<Said> {
        let code = cells.needed(&self.job);
        let title = cells.text(&self.title);
        let component = cells.needed(&self.component);
        let amount = cells.needed_number(&self.amount);
        let per = super::per(cells, &self.per, &self.mapping.per_words);
        let code = code?;
        let title = title.unwrap_or_else(|| code.clone());
        Some(Said::Job(code, Job::new(title, component?, amount?, per?)))
    }
}
