//! Payroll runs in the books: each slip and payment once, by component and cost centre, net pay of each employee as an open item.

use fondaco::accounting::ledger::{BalanceQuery, LockPeriod, OpenItemQuery};
use fondaco::company::posting::Profile;
use fondaco::company::*;
use fondaco::core::{DateRange, Id, Office, PartyId};
use fondaco::payroll::ENGINE;
use fondaco::payroll::runs::*;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rust_decimal::Decimal;

use crate::firm::*;

/// A tenth of what is earned is tax; the employer pays a twentieth on top.
pub const BOOK: &str = r#"
name = "house"
currency = "EUR"

[[input]]
name = "salary"
type = "money"
default = 0
min = 0
kind = "earning"
adds_to = ["taxed"]

[[base]]
name = "taxed"

[[rule]]
name = "tax"
kind = "tax"
formula = "round(taxed * 10%, 2, half_up)"

[[rule]]
name = "levy"
kind = "employer"
formula = "round(taxed * 5%, 2, half_up)"
"#;

pub fn who(number: u32) -> PartyId {
    PartyId::named(&format!("employee {number}"))
}

pub fn month(month: u32) -> (fondaco::chrono::NaiveDate, fondaco::chrono::NaiveDate) {
    let first = fondaco::chrono::NaiveDate::from_ymd_opt(2026, month, 1).unwrap();
    (first, first + fondaco::chrono::Months::new(1) - fondaco::chrono::Days::new(1))
}

/// A month's pay of an employee: a third of it is borne by the shop, the rest by the plant.
pub fn case(employee: u32, of_month: u32, salary: Decimal) -> PayInput {
    let (first, last) = month(of_month);
    let period = DateRange::new(first, last).unwrap();
    let share = |centre: &str, share: i64| CostShare { centre: centre.into(), share: share.into() };
    let mut input = PayInput::new(who(employee), employee.to_string(), period, last, "house")
        .component(PayComponent::new("SALARY", "salary", salary));
    input.shares = vec![share("PLANT", 2), share("SHOP", 1)];
    input
}

struct Staff {
    firm: Firm,
    boss: Office<'static>,
    asked: u32,
}

impl Staff {
    fn of(profile: Profile) -> Staff {
        let firm = Firm::of(&set_up().profiled(profile));
        firm.company.office().join(&ENGINE).unwrap();
        firm.must(&StoreRules::new("house", BOOK));
        let boss = firm.company.office().clone().acting_as("boss");
        Staff { firm, boss, asked: 0 }
    }

    fn name(&mut self) -> String {
        self.asked += 1;
        format!("pay {}", self.asked)
    }

    /// A month's run, computed and approved.
    fn approved(&mut self, of_month: u32, salaries: &[(u32, Decimal)]) -> Id<Run> {
        let run = self.firm.must(&CreateRun::new("MONTHLY", month(of_month), month(of_month).1));
        let cases = salaries.iter().map(|(who, salary)| case(*who, of_month, *salary)).collect();
        let mut job = CalculateRun::new(run, PaySource::given(cases).unwrap());
        let name = self.name();
        self.firm.company.office().run_job(&name, &mut job, &mut ()).unwrap();
        self.advance(AdvanceRun::approve(run, "looked at"));
        run
    }

    fn advance(&mut self, mut to: AdvanceRun) {
        let name = self.name();
        self.boss.run_job(&name, &mut to, &mut ()).unwrap();
    }

    /// Posts what there is of a run; nothing else than that there is nothing is refused.
    fn post(&self, run: Id<Run>) {
        if let Err(error) = self.firm.send(&PostPay::of(run).on(day("2026-06-01"))) {
            assert_eq!(error.code(), "company.nothing_left", "{error}");
        }
    }

    fn of_centre(&self, account: &str, centre: &str) -> String {
        let query = BalanceQuery::account(account).dimension("cost_centre", centre);
        let rows = self.firm.company.books().balances(&query).unwrap();
        let sum: Decimal = rows.iter().map(|row| row.amounts.ledger_balance()).sum();
        sum.normalize().to_string()
    }

    fn open_items(&self) -> usize {
        let query = OpenItemQuery::account("2400");
        self.firm.company.books().open_items(&query).unwrap().items.len()
    }
}

#[test]
fn a_run_is_posted_once_and_paid_in_every_profile() {
    for profile in Profile::ALL {
        let mut staff = Staff::of(profile);
        let run = staff.approved(1, &[(1, 3000.into()), (2, "1000.01".parse().unwrap())]);
        staff.firm.must(&PostPay::of(run));
        // Two thirds of each salary are the plant's, to the cent.
        let wages = ["PLANT", "SHOP"].map(|centre| staff.of_centre("6010", centre));
        assert_eq!(wages, ["2666.67", "1333.34"]);
        assert_eq!(
            staff.firm.balances(["6010", "6020", "2410", "2400"]),
            ["4000.01", "200", "-600", "-3600.01"]
        );
        assert_eq!(staff.open_items(), 2);
        let again = staff.firm.send(&PostPay::of(run)).unwrap_err();
        assert_eq!(again.code(), "company.nothing_left");
        staff.advance(AdvanceRun::post(run, "booked"));
        staff.advance(AdvanceRun::pay(run, day("2026-01-31"), "file"));
        staff.firm.must(&PostPay::of(run));
        assert_eq!(staff.firm.balances(["2400", "1000"]), ["0", "-3600.01"]);
        assert_eq!(staff.open_items(), 0);
        let tax = Remit::new("T-1", day("2026-02-10"), Remitted::Withheld, eur("600"));
        staff.firm.must(&tax);
        assert_eq!(staff.firm.balance("2410"), "0");
        let more = staff.firm.send(&Remit { code: "T-2".into(), ..tax }).unwrap_err();
        assert_eq!(more.code(), "company.pays_too_much");
        staff.firm.clean();
    }
}

#[test]
fn what_was_withheld_is_remitted_once_on_its_day_and_can_be_taken_back() {
    let mut staff = Staff::of(Profile::PerpetualAngloSaxon);
    let run = staff.approved(1, &[(1, 3000.into())]);
    staff.firm.must(&PostPay::of(run));
    let tax = |code: &str, date: &str, amount: &str| {
        Remit::new(code, day(date), Remitted::Withheld, eur(amount))
    };
    // Before the last of January nothing was withheld.
    let early = staff.firm.send(&tax("T-0", "2026-01-10", "100")).unwrap_err();
    assert_eq!(early.code(), "company.pays_too_much");
    staff.firm.must(&tax("T-1", "2026-02-10", "200"));
    let again = staff.firm.send(&tax("T-1", "2026-02-10", "200")).unwrap_err();
    assert_eq!(again.code(), "company.document_exists");
    assert_eq!(staff.firm.balance("2410"), "-250");
    // On the fifth 450 stand there, of which 200 leave later.
    let twice = staff.firm.send(&tax("T-2", "2026-02-05", "251")).unwrap_err();
    assert!(twice.to_string().contains("250"), "{twice}");
    staff.firm.must(&Cancel::one(DocumentKind::Remittance, "T-1", day("2026-02-12")));
    assert_eq!(staff.firm.balances(["2410", "1000"]), ["-450", "0"]);
    staff.firm.must(&tax("T-2", "2026-02-12", "450"));
    let taken = Cancel::one(DocumentKind::Remittance, "T-1", day("2026-02-13"));
    assert_eq!(staff.firm.send(&taken).unwrap_err().code(), "company.wrong_state");
    staff.firm.clean();
}

/// Two clerks remit all of it at once: one of them does.
#[test]
fn what_stands_there_leaves_once_whoever_sends_it() {
    for _ in 0..8 {
        let mut staff = Staff::of(Profile::PerpetualAngloSaxon);
        let run = staff.approved(1, &[(1, 3000.into())]);
        staff.firm.must(&PostPay::of(run));
        let office = staff.firm.company.office();
        let both = std::sync::Barrier::new(2);
        let send = |code: &str, date: &str| {
            let company = Company::of(office).unwrap();
            let remit = Remit::new(code, day(date), Remitted::Withheld, eur("450"));
            both.wait();
            company.send(code, &remit).is_ok()
        };
        let done = std::thread::scope(|threads| {
            let first = threads.spawn(|| send("T-1", "2026-02-10"));
            let second = threads.spawn(|| send("T-2", "2026-03-10"));
            [first, second].map(|thread| thread.join().unwrap())
        });
        assert_ne!(done[0], done[1]);
        assert_eq!(staff.firm.balance("2410"), "0");
    }
}

#[test]
fn a_month_is_not_closed_while_something_of_its_pay_is_missing() {
    let mut staff = Staff::of(Profile::PerpetualAngloSaxon);
    let run = staff.firm.must(&CreateRun::new("MONTHLY", month(1), month(1).1));
    let cases = vec![case(1, 1, 3000.into()), case(2, 1, 2000.into())];
    let mut job = CalculateRun::new(run, PaySource::given(cases).unwrap());
    staff.firm.company.office().run_job("computed", &mut job, &mut ()).unwrap();
    let (last, march) = (day("2026-01-31"), day("2026-03-31"));
    let refused = |staff: &Staff, date| {
        staff.firm.must(&PostAccruals::on(date));
        let refused = staff.firm.send(&CloseMonth::ending(date)).unwrap_err();
        assert_eq!(refused.code(), "company.open_steps");
        refused.to_string()
    };
    let why = refused(&staff, last);
    assert!(why.contains(&format!("run {run} is a calculated: AdvanceRun::approve it")), "{why}");
    staff.advance(AdvanceRun::approve(run, "looked at"));
    let open = |staff: &Staff, date| {
        let state = staff.firm.company.close_state(&CloseMonth::ending(date)).unwrap();
        state.open().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    assert!(open(&staff, last).ends_with(&format!("PostPay of run {run}: 2 slips")));
    staff.firm.must(&PostPay::of(run));
    staff.firm.must(&PostAccruals::on(last));
    assert_eq!(open(&staff, last), "");
    // Money that left on the last day is of that month; a payment of February is not.
    staff.advance(AdvanceRun::post(run, "booked"));
    staff.advance(AdvanceRun::pay(run, last, "file"));
    assert!(open(&staff, last).ends_with("2 payments"), "{}", open(&staff, last));
    staff.firm.must(&PostPay::of(run));
    staff.firm.must(&PostAccruals::on(last));
    staff.firm.must(&CloseMonth::ending(last));
    staff.boss.send("void", &VoidSlip::new(run, who(2), "never worked here")).unwrap();
    let why = open(&staff, march);
    assert!(why.contains("1 voided slips, 1 steps of what employees owe"), "{why}");
    staff.firm.must(&PostPay::of(run).on(day("2026-03-01")));
    assert!(!open(&staff, march).contains("PostPay"), "{}", open(&staff, march));
    // Money that came back on a day of the month that is closed is posted on a later one.
    let returned = RecordPayments {
        run,
        way: PaymentWay::Returned,
        lines: vec![PaymentLine::new(who(2), 1800.into())],
        day: day("2026-01-30"),
        reference: "from the bank".into(),
    };
    staff.boss.send("returned", &returned).unwrap();
    let post = PostPay::of(run).on(day("2026-03-02"));
    assert!(staff.firm.send(&post).unwrap_err().to_string().contains("lock"));
    staff.firm.must(&post.money_from(day("2026-03-02")));
    assert_eq!(staff.firm.balances(["2400", "1310", "1000"]), ["0", "0", "-2700"]);
    assert!(!open(&staff, march).contains("PostPay"));
    staff.firm.clean();
}

#[test]
fn the_outlook_knows_what_is_owed_of_pay() {
    use fondaco::company::figures::{FlowKind, OutlookQuery};
    let mut staff = Staff::of(Profile::PerpetualAngloSaxon);
    let run = staff.approved(1, &[(1, 3000.into())]);
    staff.firm.must(&PostPay::of(run));
    let flows = |query: &OutlookQuery| {
        let outlook = staff.firm.company.cash_outlook(query).unwrap();
        let pay = outlook.flows.iter().filter(|flow| flow.kind == FlowKind::Pay);
        pay.map(|flow| (flow.date.to_string(), flow.amount)).collect::<Vec<_>>()
    };
    let on = OutlookQuery::on(day("2026-01-31"));
    // What is owed to him falls due at once; what was withheld, and the levy, is remitted on the tenth.
    let expected = [("2026-02-01", eur("-2700")), ("2026-02-10", eur("-450"))];
    assert_eq!(flows(&on), expected.map(|(date, amount)| (date.to_owned(), amount)));
    let later = OutlookQuery { remit_day: 31, ..OutlookQuery::on(day("2026-02-20")) };
    assert_eq!(flows(&later)[1].0, "2026-02-28");
}

#[test]
fn a_voided_slip_is_taken_back_and_its_money_becomes_a_claim() {
    let mut staff = Staff::of(Profile::PerpetualAngloSaxon);
    let run = staff.approved(1, &[(1, 3000.into()), (2, 2000.into())]);
    staff.firm.must(&PostPay::of(run));
    staff.advance(AdvanceRun::post(run, "booked"));
    staff.advance(AdvanceRun::pay(run, day("2026-01-31"), "file"));
    staff.firm.must(&PostPay::of(run));
    staff.boss.send("void", &VoidSlip::new(run, who(2), "never worked here")).unwrap();
    staff.firm.must(&PostPay::of(run).on(day("2026-02-05")));
    assert_eq!(
        staff.firm.balances(["6010", "2410", "2400", "1310"]),
        ["3000", "-450", "0", "1800"]
    );
    assert_eq!(staff.open_items(), 0);
    let back = PaymentLine::new(who(2), 1800.into());
    let returned = RecordPayments {
        run,
        way: PaymentWay::Returned,
        lines: vec![back],
        day: day("2026-02-10"),
        reference: "from the bank".into(),
    };
    staff.boss.send("returned", &returned).unwrap();
    staff.firm.must(&PostPay::of(run).on(day("2026-02-10")));
    assert_eq!(staff.firm.balances(["2400", "1310", "1000"]), ["0", "0", "-2700"]);
    staff.firm.clean();
}

#[test]
fn what_is_not_approved_or_locked_is_refused_with_the_way_out() {
    let mut staff = Staff::of(Profile::PerpetualAngloSaxon);
    let draft = staff.firm.must(&CreateRun::new("MONTHLY", month(2), month(2).1));
    let refused = staff.firm.send(&PostPay::of(draft)).unwrap_err();
    assert!(refused.to_string().contains("AdvanceRun::approve"), "{refused}");
    let unknown = staff.firm.send(&PostPay::of(Id::from_u128(7))).unwrap_err();
    assert_eq!(unknown.code(), "company.unknown_document");
    let run = staff.approved(1, &[(1, 3000.into())]);
    let january = staff.firm.company.books().periods().unwrap()[0].period;
    staff.firm.must(&LockPeriod::new(january));
    let locked = staff.firm.send(&PostPay::of(run)).unwrap_err();
    assert!(locked.to_string().contains("lock"), "{locked}");
    staff.firm.must(&PostPay::of(run).on(day("2026-02-01")));
    staff.firm.clean();
}

#[test]
fn leave_is_brought_to_where_it_is() {
    let staff = Staff::of(Profile::PerpetualAngloSaxon);
    let owed = |date: &str, amount: &str| {
        let plant = LeaveOwed { centre: "PLANT".into(), amount: eur(amount) };
        AccrueLeave::on(day(date), vec![plant])
    };
    staff.firm.must(&owed("2026-01-31", "500"));
    staff.firm.must(&owed("2026-01-31", "500"));
    assert_eq!(staff.firm.balances(["6040", "2450"]), ["500", "-500"]);
    staff.firm.must(&owed("2026-02-28", "320"));
    assert_eq!(staff.of_centre("2450", "PLANT"), "-320");
    // Two amounts of one centre are owed together.
    let mut twice = owed("2026-02-28", "300");
    twice.owed.extend(owed("2026-02-28", "40").owed);
    staff.firm.must(&twice);
    assert_eq!(staff.of_centre("2450", "PLANT"), "-340");
    // What is said late of a day before changes nothing of the days after it.
    staff.firm.must(&owed("2026-02-14", "3000"));
    staff.firm.must(&owed("2026-01-15", "100"));
    let on = |date: &str| {
        let query = BalanceQuery::account("2450").until(day(date));
        let rows = staff.firm.company.books().balances(&query).unwrap();
        rows.iter().map(|row| row.amounts.ledger_balance()).sum::<Decimal>().normalize().to_string()
    };
    let days = ["2026-01-15", "2026-01-31", "2026-02-14", "2026-02-28", "2026-12-31"];
    assert_eq!(days.map(on), ["-100", "-500", "-3000", "-340", "-340"]);
    staff.firm.clean();
}

/// Runs of many months, posted at any moment of their lives, some slips voided, some money returned: the books have each once.
#[test]
fn whatever_happens_to_runs_the_books_have_it_once() {
    for seed in 1..5 {
        let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut below = |count: u64| dice.next_u64() % count;
        let mut staff = Staff::of(Profile::ALL[usize::try_from(seed).unwrap()]);
        let mut unpaid = Decimal::ZERO;
        for of_month in 1..5 {
            let salary = |cents: u64| Decimal::new(i64::try_from(cents).unwrap(), 2);
            let salaries = [1, 2, 3].map(|who| (who, salary(50_000 + below(400_000))));
            let run = staff.approved(of_month, &salaries);
            let (mut paid, mut voided) = (false, false);
            for _ in 0..6 {
                match below(4) {
                    0 => staff.post(run),
                    1 if !paid => {
                        staff.advance(AdvanceRun::post(run, "booked"));
                        staff.advance(AdvanceRun::pay(run, day("2026-05-31"), "file"));
                        paid = true;
                    }
                    2 if !voided => {
                        let void = VoidSlip::new(run, who(2), "a mistake");
                        let name = staff.name();
                        staff.boss.send(&name, &void).unwrap();
                        voided = true;
                    }
                    _ => {}
                }
                staff.firm.clean();
            }
            staff.post(run);
            staff.post(run);
            staff.firm.clean();
            // What is unpaid of the slips that count is what stands there.
            let all = staff.firm.company.office().view(|view| slips(view, run)).unwrap();
            let counting = all.iter().filter(|slip| slip.status.counts());
            unpaid += counting
                .map(|slip| slip.net.to_decimal() - slip.paid.to_decimal())
                .sum::<Decimal>();
            assert_eq!(staff.firm.balance("2400"), (-unpaid).normalize().to_string());
        }
    }
}
