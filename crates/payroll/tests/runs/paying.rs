//! Net pay is split over accounts once, whatever leaves in parts and comes back; and one who can't be paid stops nobody's file.

use fondaco_core::Id;
use fondaco_payroll::outputs::payments::BankAccount;
use fondaco_payroll::outputs::{OutputError, transfers, transfers_each};
use fondaco_payroll::runs::*;

use crate::house::*;

fn share(account: &str, part: BankPart) -> BankShare {
    BankShare { account: account.into(), part }
}

/// 700 net, of which 500 go to A and the rest to B; posted.
fn split(house: &House) -> Id<Run> {
    let mut case = case(1, 1, dec("1000"));
    case.bank = vec![share("A", BankPart::Amount(dec("500"))), share("B", BankPart::Rest)];
    let run = house.create(RunKind::Regular, 1, "january");
    house.calculate(run, "calculate", vec![case]).unwrap();
    house.approve(run).unwrap();
    house.post(run).unwrap();
    run
}

fn account() -> BankAccount {
    BankAccount::iban("DE89370400440532013000", None).unwrap()
}

/// What would be paid now, by the place of the account.
fn file(house: &House, run: Id<Run>) -> Vec<String> {
    let slips = house.host.view(|view| slips(view, run));
    let payments = transfers(&slips, &|_, _| Some(("Ada".into(), account()))).unwrap();
    let told = payments.iter().map(|payment| {
        let place = payment.reference.rsplit('/').next().unwrap();
        format!("{place}: {}", payment.amount.amount().normalize())
    });
    told.collect()
}

fn record(run: Id<Run>, way: PaymentWay, line: PaymentLine) -> RecordPayments {
    let (lines, day) = (vec![line], d("2026-02-02"));
    RecordPayments { run, way, lines, day, reference: "bank".into() }
}

#[test]
fn what_is_left_goes_to_the_accounts_that_lack_it() {
    House::everywhere(|house| {
        let run = split(&house);
        assert_eq!(file(&house, run), ["1: 500", "2: 200"]);
        let part = PaymentLine::new(who(1), dec("350"));
        house.host.must("part", &record(run, PaymentWay::Paid, part));
        assert_eq!(file(&house, run), ["1: 150", "2: 200"]);
        let much = PaymentLine::new(who(1), dec("150.01")).at(1);
        let much = house.host.refused("much", &record(run, PaymentWay::Paid, much));
        assert_eq!(much.code(), "payroll.too_much");
        house.pay(run).unwrap();
        let places: Vec<_> = house
            .host
            .view(|view| payments_of(view, run, who(1)))
            .iter()
            .map(|one| one.place)
            .collect();
        assert_eq!(places, [Some(1), Some(1), Some(2)]);
        // B's money comes back, and goes to B again.
        let back = PaymentLine::new(who(1), dec("200"));
        house.host.must("back", &record(run, PaymentWay::Returned, back));
        assert_eq!(file(&house, run), ["2: 200"]);
        // Part of one of two accounts has to be named.
        house.advance("pay again", AdvanceRun::pay(run, d("2026-02-03"), "file 2")).unwrap();
        let some = PaymentLine::new(who(1), dec("100"));
        let unsaid = house.host.refused("some", &record(run, PaymentWay::Returned, some.clone()));
        assert_eq!(unsaid.code(), "payroll.bad_run");
        house.host.must("some of A", &record(run, PaymentWay::Returned, some.at(1)));
        assert_eq!(file(&house, run), ["1: 100"]);
        house.clean();
    });
}

#[test]
fn what_the_bank_answers_is_recorded_account_by_account() {
    use fondaco_payroll::outputs::came_back;
    use fondaco_payroll::outputs::payments::{Answer, Outcome};
    let house = House::memory();
    let run = split(&house);
    let slips = house.host.view(|view| slips(view, run));
    let payments = transfers(&slips, &|_, _| Some(("Ada".into(), account()))).unwrap();
    house.pay(run).unwrap();
    let answer = |at: usize, outcome: Outcome| Answer {
        reference: payments[at].reference.clone(),
        is_whole: false,
        of: "".into(),
        outcome,
        code: "AC04".into(),
        reason: "closed".into(),
        amount: None,
        day: None,
    };
    let answers = [answer(0, Outcome::Accepted), answer(1, Outcome::Returned)];
    let lines = came_back(&slips, &payments, &answers).unwrap();
    assert_eq!(lines, [PaymentLine::new(who(1), dec("200.00")).at(2)]);
    let (way, day, reference) = (PaymentWay::Returned, d("2026-02-04"), "pain.002".into());
    house.host.must("back", &RecordPayments { run, way, lines, day, reference });
    assert_eq!(file(&house, run), ["2: 200"]);
    house.clean();
}

#[test]
fn no_two_payments_have_one_reference_however_often_money_comes_back() {
    House::everywhere(|house| {
        let run = split(&house);
        let mut seen = std::collections::BTreeSet::new();
        for time in 1..=4 {
            let slips = house.host.view(|view| slips(view, run));
            let payments = transfers(&slips, &|_, _| Some(("Ada".into(), account()))).unwrap();
            assert!(payments.iter().all(|one| seen.insert(one.reference.clone())), "{time}");
            house
                .advance(&format!("pay {time}"), AdvanceRun::pay(run, d("2026-02-01"), "file"))
                .unwrap();
            for (place, amount) in [(1, "500"), (2, "200")] {
                // Of the third file one payment comes back alone.
                if time < 3 || place == 1 {
                    let back = PaymentLine::new(who(1), dec(amount)).at(place);
                    let name = format!("back {time} {place}");
                    house.host.must(&name, &record(run, PaymentWay::Returned, back));
                }
            }
        }
        house.clean();
    });
}

#[test]
fn what_is_in_a_file_is_recorded_as_paid_and_nothing_else() {
    use fondaco_payroll::outputs::left;
    let house = House::memory();
    let run = house.create(RunKind::Regular, 1, "january");
    let mut with = case(1, 1, dec("1000"));
    with.bank = vec![share("A", BankPart::Amount(dec("500"))), share("B", BankPart::Rest)];
    house.calculate(run, "calculate", vec![with, case(2, 1, dec("1000"))]).unwrap();
    house.approve(run).unwrap();
    house.post(run).unwrap();
    let slips = house.host.view(|view| slips(view, run));
    let (payments, refused) = transfers_each(&slips, &|_, _| Some(("Ada".into(), account())));
    assert_eq!((payments.len(), refused.len()), (2, 1));
    let lines = left(&slips, &payments).unwrap();
    let none = left(&slips[..0], &payments).unwrap_err();
    assert_eq!(none.code(), "payroll.output_of_no_slip");
    let of = |amount, place| PaymentLine::new(who(1), dec(amount)).at(place);
    assert_eq!(lines, [of("500.00", 1), of("200.00", 2)]);
    let (way, day, reference) = (PaymentWay::Paid, d("2026-02-02"), "file 1".into());
    house.host.must("paid", &RecordPayments { run, way, lines, day, reference });
    assert_eq!(house.run(run).status, RunStatus::PartPaid);
    assert_eq!(house.slip(run, 1).status, SlipStatus::Paid);
    assert_eq!(house.slip(run, 2).status, SlipStatus::Posted);
    house.clean();
}

#[test]
fn one_who_can_not_be_paid_stops_nobody() {
    let house = House::memory();
    let run = house.create(RunKind::Regular, 1, "january");
    let mut with = case(1, 1, dec("1000"));
    with.bank = vec![share("A", BankPart::Rest)];
    let mut odd = with.clone();
    (odd.employee, odd.number) = (who(2), "Müller_0000000000000000000001".into());
    house.calculate(run, "calculate", vec![with, odd, case(3, 1, dec("1000"))]).unwrap();
    house.approve(run).unwrap();
    let slips = house.host.view(|view| slips(view, run));
    let accounts = |_: &Slip, _: &str| Some(("Ada".into(), account()));
    let (payments, refused) = transfers_each(&slips, &accounts);
    assert!(matches!(&refused[..], [OutputError::NoBank { number, .. }] if number == "3"));
    assert_eq!(payments.len(), 2);
    let references: std::collections::BTreeSet<&str> =
        payments.iter().map(|payment| payment.reference.as_str()).collect();
    assert_eq!(references.len(), 2);
    for reference in references {
        assert!(reference.len() <= 17, "{reference}");
        assert!(reference.chars().all(|c| c.is_ascii_alphanumeric() || c == '/'), "{reference}");
    }
    assert!(transfers(&slips, &accounts).is_err());
}

#[test]
fn what_is_taken_is_whole_coins_of_the_currency() {
    let house = House::memory();
    let yen = BOOK
        .replace("\"EUR\"", "\"JPY\"")
        .replace(", 2, ", ", 0, ")
        .replace("\"house\"", "\"yen\"");
    house.host.must("yen", &StoreRules::new("yen", yen));
    let limit = fondaco_payroll::garnishment::Limit::Part(dec("0.25"));
    house.host.must(
        "order",
        &SetDeduction::order(who(1), "LEVY", dec("9000"), (1, limit), d("2026-01-01")),
    );
    let mut case = case(1, 1, dec("1003"));
    case.rules = "yen".into();
    let run = house.paid(1, vec![case]);
    // 1,003 less 100 and 200 of tax are 703, a quarter of which is 175.75.
    assert_eq!(line(&house.slip(run, 1), "LEVY"), dec("175"));
}

#[test]
fn rules_of_states_run_by_their_code_and_have_the_form_of_the_federal_ones() {
    let house = House::memory();
    let mut case = case(1, 1, dec("0")).with("frequency", "monthly").with("w4_status", "single");
    case.rules = "united_states+texas".into();
    let mut case = case.with("tx_unemployment_rate", "2.7%");
    case.components = vec![PayComponent::new("SALARY", "wages", dec("5000"))];
    let run = house.paid(1, vec![case]);
    let slip = house.slip(run, 1);
    assert_eq!(line(&slip, "tx_unemployment"), dec("135"));
    let w2 = fondaco_payroll::outputs::year::W2::of(&[&*slip], &[], 2026).unwrap();
    assert_eq!(w2.medicare_wages, dec("5000"));
}
