//! The half year, run by run: computed, approved by somebody else, posted, paid; with what doesn't go as planned.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco::core::{CompanyId, Id, PartyId};
use fondaco::payroll::garnishment::{Limit, PayPeriod};
use fondaco::payroll::outputs::payments::{BankAccount, Payment, UsAccountKind};
use fondaco::payroll::outputs::{Differences, OutputError, transfers};
use fondaco::payroll::runs::{
    AdvanceRun, CalculateRun, CreateRun, Deduction, DeductionKind, PayInput, PaySource, RetroLaw,
    RetroRun, Run, RunKind, SetDeduction, Slip, VoidSlip, slips,
};
use fondaco::payroll::{Payroll, PayrollError};
use smol_str::SmolStr;

use super::cases::{self, Period};
use super::common::args::StoreChoice;
use super::people::{Group, People, Person};

/// From when on the payroll knows of rises in July.
const RISES_KNOWN: &str = "2013-08-01";
/// From when on it knows who has left.
const LEAVER_KNOWN: &str = "2013-11-04";

/// What was made up, because the files have nothing of it.
pub struct Story {
    pub joiner: String,
    pub leaver: String,
    pub garnished: String,
    /// Whose rates changed in July: those of the files.
    pub raised: Vec<String>,
}

/// One run that was carried out.
pub struct Done {
    pub name: String,
    pub run: Id<Run>,
    pub period: Period,
    pub slips: Vec<Arc<Slip>>,
    /// What left for the bank; nothing where it had left before.
    pub payments: Vec<Payment>,
}

pub struct HalfYear {
    pub people: People,
    pub story: Story,
    pub runs: Vec<Done>,
    pub payroll: Payroll<'static>,
    pub deductions: BTreeMap<Id<Deduction>, DeductionKind>,
    chief: Payroll<'static>,
    /// The file for the bank: of the last run that had one.
    pub bank: PathBuf,
}

impl HalfYear {
    /// Opens the payroll, and adds to the people what the story needs.
    ///
    /// # Errors
    /// The store can't be opened, or too few people are paid for a story.
    pub fn open(
        store: &StoreChoice,
        mut people: People,
        bank: PathBuf,
    ) -> Result<HalfYear, Box<dyn Error>> {
        let company = CompanyId::named(people.company);
        let payroll = Payroll::of(&crate::common::store::office(store, company)?)?;
        let story = Story::told(&mut people)?;
        let chief = payroll.clone().acting_as("chief of payroll");
        let payroll = payroll.acting_as("payroll clerk");
        Ok(HalfYear {
            people,
            story,
            runs: Vec::new(),
            payroll,
            deductions: BTreeMap::new(),
            chief,
            bank,
        })
    }

    /// Pays everybody from July to December.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn pay(&mut self) -> Result<(), Box<dyn Error>> {
        let first = NaiveDate::from_ymd_opt(2013, 7, 1).ok_or("a day")?;
        let last = NaiveDate::from_ymd_opt(2013, 12, 31).ok_or("a day")?;
        self.garnish()?;
        let known: NaiveDate = RISES_KNOWN.parse()?;
        for period in Period::between(first, last) {
            let before = self
                .runs
                .iter()
                .any(|done| done.period.group == period.group && done.period.pay_date >= known);
            if period.pay_date >= known && !before {
                self.pay_arrears(&period)?;
            }
            self.pay_period(&period)?;
        }
        Ok(())
    }

    /// A court's order for 1,800 dollars, served as far as federal law lets it.
    fn garnish(&mut self) -> Result<(), Box<dyn Error>> {
        let person = self.person(&self.story.garnished)?;
        let paid = match person.group {
            Group::Biweekly => PayPeriod::Weeks(2),
            Group::Monthly => PayPeriod::Months(1),
        };
        let limit = Limit::ordinary("7.25".parse()?, paid)?;
        let party = PartyId::named(&person.number);
        let order = SetDeduction::debt(
            party,
            "GARNISHMENT",
            "1800".parse()?,
            (1, limit),
            "2013-09-01".parse()?,
        );
        let id = self.payroll.send("garnishment", &order)?.answer;
        self.deductions.insert(id, DeductionKind::Order);
        Ok(())
    }

    fn pay_period(&mut self, period: &Period) -> Result<(), Box<dyn Error>> {
        let mut cases = Vec::new();
        for person in self.people.all.iter().filter(|person| person.group == period.group) {
            cases.extend(self.case(person, period)?);
        }
        let create = CreateRun::new(period.calendar(), (period.from, period.to), period.pay_date);
        let name = period.name();
        let run = self.payroll.send(&format!("{name} created"), &create)?.answer;
        let mut calculate = CalculateRun::new(run, PaySource::given(cases)?);
        self.payroll.run_job(&format!("{name} computed"), &mut calculate, &mut ())?;
        let leaves = self.leaves_in(period)?;
        self.settle(name, run, period, leaves.as_ref())?;
        match leaves {
            Some(leaver) => self.pay_final(&leaver, period),
            None => Ok(()),
        }
    }

    /// What a case says by what was known when it was made: not of rises that nobody had told, and not of who had left.
    fn case(&self, person: &Person, period: &Period) -> Result<Option<PayInput>, Box<dyn Error>> {
        let (told, left): (NaiveDate, NaiveDate) = (RISES_KNOWN.parse()?, LEAVER_KNOWN.parse()?);
        let first = NaiveDate::from_ymd_opt(2013, 7, 1).ok_or("a day")?;
        let known = move |from: NaiveDate| from < first || period.pay_date >= told;
        match person.left.filter(|_| period.pay_date < left) {
            Some(_) => cases::case(&Person { left: None, ..person.clone() }, period, &known),
            None => cases::case(person, period, &known),
        }
    }

    /// Who leaves in a period and is still paid for the whole of it.
    fn leaves_in(&self, period: &Period) -> Result<Option<Person>, Box<dyn Error>> {
        let known: NaiveDate = LEAVER_KNOWN.parse()?;
        let person = self.person(&self.story.leaver)?;
        let within = |left: &NaiveDate| *left >= period.from && *left <= period.to;
        let leaves = person.group == period.group
            && period.pay_date < known
            && person.left.as_ref().is_some_and(within);
        Ok(leaves.then(|| person.clone()))
    }

    /// Approves, posts and pays a run that is computed; a slip that shouldn't be is voided before money leaves.
    fn settle(
        &mut self,
        name: String,
        run: Id<Run>,
        period: &Period,
        void: Option<&Person>,
    ) -> Result<(), Box<dyn Error>> {
        self.chief.run_job(
            &format!("{name} approved"),
            &mut AdvanceRun::approve(run, "looked at"),
            &mut (),
        )?;
        self.payroll.run_job(
            &format!("{name} posted"),
            &mut AdvanceRun::post(run, "taken by the books"),
            &mut (),
        )?;
        if let Some(person) = void {
            let party = PartyId::named(&person.number);
            let void = VoidSlip::new(run, party, "left in the middle of the period");
            self.chief.send(&format!("{name} voided"), &void)?;
        }
        let payments = transfers(&self.slips(run)?, &account)?;
        if period.group == Group::Biweekly && name == period.name() {
            self.write_file(period, &payments)?;
        }
        let reference = format!("payroll {name}");
        self.payroll.run_job(
            &format!("{name} paid"),
            &mut AdvanceRun::pay(run, period.pay_date, reference),
            &mut (),
        )?;
        let slips = self.slips(run)?;
        self.runs.push(Done { name, run, period: *period, slips, payments });
        Ok(())
    }

    /// The file for the bank, which is there before anything is recorded as paid: who is stopped in between makes the same file again.
    fn write_file(&self, period: &Period, payments: &[Payment]) -> Result<(), Box<dyn Error>> {
        let Some(file) = bank_file(self.people.company, period, payments)? else { return Ok(()) };
        if let Some(folder) = self.bank.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(&self.bank, &file.text)?)
    }

    /// The final pay of who left, for the days until then.
    fn pay_final(&mut self, leaver: &Person, period: &Period) -> Result<(), Box<dyn Error>> {
        let case =
            cases::case(leaver, period, &|_| true)?.ok_or("who left has days to be paid for")?;
        let create = CreateRun {
            kind: RunKind::Final,
            ..CreateRun::new(period.calendar(), (period.from, period.to), period.pay_date)
        };
        let name = format!("{} final", period.name());
        let run = self.payroll.send(&format!("{name} created"), &create)?.answer;
        let mut calculate = CalculateRun::new(run, PaySource::given(vec![case])?);
        self.payroll.run_job(&format!("{name} computed"), &mut calculate, &mut ())?;
        self.settle(name, run, period, None)
    }

    /// What the rises of July should have paid before they were known, as supplemental wages of the day of payment.
    fn pay_arrears(&mut self, next: &Period) -> Result<(), Box<dyn Error>> {
        let group = next.group;
        let raised: Vec<Person> = self
            .people
            .all
            .iter()
            .filter(|person| self.story.raised.contains(&person.number) && person.group == group)
            .cloned()
            .collect();
        let paid: Vec<Period> = self
            .runs
            .iter()
            .map(|done| done.period)
            .filter(|period| period.group == group)
            .collect();
        let mut cases = Vec::new();
        for person in &raised {
            for period in &paid {
                cases.extend(cases::case(person, period, &|_| true)?);
            }
            // The card, and no regular wages besides.
            let mut now = cases::case(person, next, &|_| true)?
                .ok_or("who is raised is employed")?
                .with("wages", "0");
            now.components.clear();
            cases.push(now);
        }
        if raised.is_empty() || paid.is_empty() {
            return Ok(());
        }
        let create = CreateRun {
            kind: RunKind::Retro,
            ..CreateRun::new(next.calendar(), (next.from, next.to), next.pay_date)
        };
        let name = format!("{} arrears", next.name());
        let run = self.payroll.send(&format!("{name} created"), &create)?.answer;
        let law = RetroLaw::PayDate { input: Some("supplemental_wages".into()) };
        let mut retro = RetroRun::new(run, cases, law, "rises of July, told in August");
        self.payroll.run_job(&format!("{name} computed"), &mut retro, &mut ())?;
        self.settle(name, run, next, None)
    }

    pub fn slips(&self, run: Id<Run>) -> Result<Vec<Arc<Slip>>, PayrollError> {
        self.payroll.view(|view| slips(view, run))
    }

    pub fn person(&self, number: &str) -> Result<&Person, Box<dyn Error>> {
        let found = self.people.all.iter().find(|person| person.number == number);
        found.ok_or_else(|| format!("nobody has the number {number}").into())
    }

    /// All slips, in the order in which they were paid.
    pub fn all_slips(&self) -> Vec<Arc<Slip>> {
        self.runs.iter().flat_map(|done| done.slips.iter().cloned()).collect()
    }

    /// The last regular run of a group.
    pub fn last(&self, group: Group) -> Option<&Done> {
        self.runs.iter().rfind(|done| done.period.group == group && done.name == done.period.name())
    }

    /// The regular run of a group in which pay moved for most people, with the one before it.
    ///
    /// # Errors
    /// There are no two runs of the group.
    pub fn most_changed(&self, group: Group) -> Result<Differences, Box<dyn Error>> {
        let regular = |done: &&Done| done.period.group == group && done.name == done.period.name();
        let runs: Vec<&Done> = self.runs.iter().filter(regular).collect();
        let mut most: Option<Differences> = None;
        for pair in runs.windows(2) {
            let [before, now] = pair else { continue };
            let differences = Differences::between(&before.slips, &now.slips)?;
            if most.as_ref().is_none_or(|most| differences.of.len() > most.of.len()) {
                most = Some(differences);
            }
        }
        most.ok_or_else(|| "nobody is paid twice by this calendar".into())
    }

    pub fn name_of(&self, party: PartyId) -> Option<SmolStr> {
        let found = self.people.all.iter().find(|person| PartyId::named(&person.number) == party);
        found.map(|person| person.name.as_str().into())
    }
}

impl Story {
    /// Adds a joiner, and lets somebody leave. Who it is follows from the people, so that it is the same on every run.
    fn told(people: &mut People) -> Result<Story, Box<dyn Error>> {
        let july: NaiveDate = "2013-07-01".parse()?;
        let raised: Vec<String> = people
            .all
            .iter()
            .filter(|person| person.rates.iter().any(|(from, _)| *from > july))
            .map(|person| person.number.clone())
            .collect();
        let usual = |person: &&Person| !raised.contains(&person.number);
        let model = people
            .all
            .iter()
            .filter(usual)
            .rfind(|person| !person.is_salaried)
            .ok_or("nobody is paid by the hour")?;
        let joined = "2013-09-16".parse()?;
        let joiner = Person {
            number: "N1".into(),
            name: "somebody new".into(),
            hired: joined,
            rates: vec![(joined, model.rate_on(joined, |_| true))],
            departments: vec![(joined, model.department_on(joined).into())],
            ..model.clone()
        };
        let garnished = model.number.clone();
        let salaried = |person: &&mut Person| person.is_salaried && person.group == Group::Biweekly;
        let leaver = people.all.iter_mut().rfind(salaried).ok_or("nobody has a salary")?;
        leaver.left = Some("2013-10-16".parse()?);
        let story = Story {
            joiner: joiner.number.clone(),
            leaver: leaver.number.clone(),
            garnished,
            raised,
        };
        people.all.push(joiner);
        Ok(story)
    }
}

/// Made up: the files have no accounts. All are checking accounts with one bank.
fn account(slip: &Slip, _: &str) -> Option<(SmolStr, BankAccount)> {
    let number = format!("{:0>9}", slip.number.replace(|c: char| !c.is_ascii_digit(), ""));
    let account = BankAccount::united_states("021000021", &number, UsAccountKind::Checking).ok()?;
    Some((format!("Employee {}", slip.number).into(), account))
}

/// The whole of a run's transfers as a file for the bank.
///
/// # Errors
/// What no bank would take.
fn bank_file(
    company: &str,
    period: &Period,
    payments: &[Payment],
) -> Result<Option<fondaco::payroll::outputs::payments::nacha::NachaFile>, Box<dyn Error>> {
    use fondaco::payroll::outputs::payments::{RoutingNumber, nacha};
    if payments.is_empty() {
        return Ok(None);
    }
    let from = nacha::Originator::new(
        RoutingNumber::parse("121042882")?,
        "First Bank of the West",
        "1123456789",
        company,
    );
    let made = period
        .pay_date
        .pred_opt()
        .and_then(|day| day.and_hms_opt(12, 0, 0))
        .ok_or("a day before")?;
    let file = nacha::PpdFile::new(from, made, period.pay_date).pay(payments.to_vec());
    Ok(Some(file.to_file().map_err(OutputError::from)?))
}
