//! What all kinds of files share, and each of them against what the standards say of it.

use fondaco_core::Money;

use super::nacha::{Originator, PpdFile, read_returns};
use super::sepa::{Batch, CreditTransfers, Version};
use super::*;

pub(super) fn money(text: &str) -> Money {
    Money::parse(text).unwrap()
}

fn checking(account: &str) -> BankAccount {
    BankAccount::united_states("021000021", account, UsAccountKind::Checking).unwrap()
}

fn from() -> Originator {
    let bank = RoutingNumber::parse("121042882").unwrap();
    Originator::new(bank, "Wells Fargo Bank", "1123456789", "Rialto Trading Inc")
}

fn ppd(payments: Vec<Payment>) -> PpdFile {
    let (made, day) = ("2026-03-11T10:30:00".parse().unwrap(), "2026-03-13".parse().unwrap());
    PpdFile::new(from(), made, day).pay(payments)
}

fn dollars(count: usize) -> Vec<Payment> {
    let one = |n: usize| {
        let account = checking(&format!("{n:09}"));
        Payment::new(format!("2026-03/{n}"), format!("Person {n}"), account, money("100.01 USD"))
    };
    (1..=count).map(one).collect()
}

#[test]
fn routing_numbers_of_real_banks_fit_and_a_slip_of_one_digit_never_does() {
    for real in ["021000021", "121042882", "011401533", "322271627", "091000019", "256074974"] {
        let number = RoutingNumber::parse(real).unwrap();
        assert_eq!(number.value(), real);
        for place in 0..9 {
            for digit in '0'..='9' {
                let mut slip: Vec<char> = real.chars().collect();
                slip[place] = digit;
                let slip: String = slip.into_iter().collect();
                assert_eq!(RoutingNumber::parse(&slip).is_ok(), slip == real, "{slip}");
            }
        }
    }
    assert!(RoutingNumber::parse("000000000").is_err(), "nothing is no bank");
    assert!(
        RoutingNumber::parse("990000001").is_err() && RoutingNumber::parse("02100002").is_err()
    );
}

#[test]
fn accounts_go_through_text_and_json_and_say_their_flaws_without_their_numbers() {
    for text in [
        "iban:DE89370400440532013000",
        "iban:FR1420041010050500013M02606:PSSTFRPP",
        "us:021000021:4567:savings",
        "gb:200000:55779911",
    ] {
        let account = BankAccount::from_text(text).unwrap();
        assert_eq!(account.to_text(), text);
        let json = serde_json::to_string(&account).unwrap();
        assert_eq!(serde_json::from_str::<BankAccount>(&json).unwrap(), account);
        assert!(!format!("{account:?}").contains("0000"), "{account:?}");
    }
    for wrong in [
        "iban:DE89370400440532013001",
        "us:021000022:4567",
        "us:021000021:",
        "gb:20000:55779911",
        "gb:200000:5577991",
        "xx:1:2",
    ] {
        let error = BankAccount::from_text(wrong).unwrap_err();
        assert!(error.code().starts_with("payroll.payment_"), "{wrong}");
        assert!(!error.to_string().contains("4567"), "{error}");
    }
}

#[test]
fn what_no_bank_takes_is_refused_by_the_payments_name() {
    let all = dollars(2);
    let with = |change: &dyn Fn(&mut Payment)| {
        let mut payments = all.clone();
        change(&mut payments[1]);
        ppd(payments).to_file().unwrap_err().to_string()
    };
    assert_eq!(ppd(Vec::new()).to_file().unwrap_err(), PaymentError::NoPayment);
    assert!(
        with(&|p| p.amount = money("0 USD"))
            .contains("payment 1 (2026-03/2): the amount is 0.00 USD: pay more than zero")
    );
    assert!(with(&|p| p.amount = money("1.005 USD")).contains("whole cents"));
    assert!(with(&|p| p.amount = money("1 EUR")).contains("in USD alone"));
    assert!(with(&|p| p.amount = money("100000000 USD")).contains("at most 99999999.99 USD"));
    assert!(with(&|p| p.reference = "2026-03/1".into()).contains("payments 0 and 1 both"));
    assert!(with(&|p| p.reference = "/x".into()).contains("slash"));
    assert!(with(&|p| p.payee = "李".into()).contains("payee's name of 2026-03/2"));
    assert!(
        with(&|p| p.account = BankAccount::united_kingdom("200000", "55779911").unwrap())
            .contains("a British account")
    );
}

/// The controls against what the lines themselves say, for files around the edges of a block.
#[test]
fn a_nacha_file_is_what_its_controls_say() {
    for (count, texts, offset) in
        [(1, 0, false), (6, 0, false), (7, 1, true), (6, 5, true), (29, 29, false), (100, 3, true)]
    {
        let mut payments = dollars(count);
        payments.iter_mut().take(texts).for_each(|payment| payment.text = "Wages & bonus".into());
        let mut origin = from();
        origin.offset = offset.then(|| {
            BankAccount::united_states("121042882", "77", UsAccountKind::Savings).unwrap()
        });
        let (made, day) = ("2026-03-11T10:30:00".parse().unwrap(), "2026-03-13".parse().unwrap());
        let file = PpdFile::new(origin, made, day).pay(payments).to_file().unwrap();
        let lines: Vec<&str> = file.text.lines().collect();
        assert!(file.text.is_ascii() && lines.iter().all(|line| line.len() == 94));
        assert_eq!(lines.len() % 10, 0);
        let entries: Vec<&&str> = lines.iter().filter(|line| line.starts_with('6')).collect();
        let addenda = lines.iter().filter(|line| line.starts_with('7')).count();
        let number =
            |line: &str, from: usize, to: usize| line[from - 1..to].parse::<u64>().unwrap();
        let sum = |codes: &[&str]| {
            entries
                .iter()
                .filter(|line| codes.contains(&&line[1..3]))
                .map(|line| number(line, 30, 39))
                .sum::<u64>()
        };
        let hash = entries.iter().map(|line| number(line, 4, 11)).sum::<u64>() % 10_000_000_000;
        let (batch, control) = (
            lines.iter().find(|line| line.starts_with('8')).unwrap(),
            lines.iter().find(|line| line.starts_with('9')).unwrap(),
        );
        let counted = u64::try_from(entries.len() + addenda).unwrap();
        assert_eq!(
            [
                number(batch, 5, 10),
                number(batch, 11, 20),
                number(batch, 21, 32),
                number(batch, 33, 44)
            ],
            [counted, hash, sum(&["37"]), sum(&["22"])]
        );
        assert_eq!(
            [
                number(control, 14, 21),
                number(control, 22, 31),
                number(control, 32, 43),
                number(control, 44, 55)
            ],
            [counted, hash, sum(&["37"]), sum(&["22"])]
        );
        assert_eq!(number(control, 8, 13), u64::try_from(lines.len() / 10).unwrap());
        assert_eq!(sum(&["22"]), 10_001 * u64::try_from(count).unwrap());
        assert_eq!(sum(&["37"]), if offset { sum(&["22"]) } else { 0 });
        assert_eq!(
            (&lines[1][1..4], &batch[1..4]),
            if offset { ("200", "200") } else { ("220", "220") }
        );
        assert_eq!(addenda, texts);
        for (entry, sent) in entries.iter().zip(&file.traces) {
            assert_eq!(
                (&entry[79..], &entry[39..54]),
                (sent.trace.as_str(), format!("{:<15}", sent.reference).as_str())
            );
        }
        assert_eq!(file.traces.len(), count);
    }
}

#[test]
fn a_nacha_file_letter_by_letter() {
    let savings = BankAccount::united_states("021000021", "00042", UsAccountKind::Savings).unwrap();
    let mut pay = vec![
        Payment::new("2026-03/17", "Zoë O'Neill", checking("123456789"), money("1820.55 USD"))
            .saying("Wages March"),
    ];
    let prenote = vec![Payment::new("try/18", "Bo Li", savings, money("5 USD"))];
    pay[0].amount = money("1820.55 USD");
    let text = ppd(pay).try_out(prenote).modifier('B').to_file().unwrap().text;
    assert_eq!(
        text,
        "\
101 12104288211234567892603111030B094101WELLS FARGO BANK       RIALTO TRADING INC             
5220RIALTO TRADING I                    1123456789PPDPAYROLL   260313260313   1121042880000001
63302100002100042            0000000000TRY/18         BO LI                   0121042880000001
622021000021123456789        00001820552026-03/17     ZOE O'NEILL             1121042880000002
705WAGES MARCH                                                                     00010000002
822000000300042000040000000000000000001820551123456789                         121042880000001
9000001000001000000030004200004000000000000000000182055                                       
9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999
9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999
9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999
"
    );
}

#[test]
fn returns_are_found_again_by_their_trace_numbers() {
    let sent = ppd(dollars(3)).to_file().unwrap();
    let back = |trace: &str, person: u32, (kind, code, info): (&str, &str, &str)| {
        came_back(trace, person, 10_001, (kind, code, info))
    };
    let text = back("121042880000002", 2, ("99", "R03", ""))
        + &back("121042880000003", 3, ("98", "C01", "000000033"))
        + &back("999999990000001", 2, ("99", "R02", ""));
    let returns = read_returns(&text).unwrap();
    assert_eq!(returns.returned[0].amount, money("100.01 USD"));
    assert_eq!(returns.changes[0].corrected, "000000033");
    let answers = returns.answers(&sent);
    let told: Vec<_> =
        answers.iter().map(|a| (a.reference.as_str(), a.outcome, a.code.as_str())).collect();
    assert_eq!(
        told,
        [
            ("2026-03/2", Outcome::Returned, "R03"),
            ("", Outcome::Returned, "R02"),
            ("2026-03/3", Outcome::Corrected, "C01")
        ]
    );
    assert!(!format!("{answers:?}{returns:?}").contains("000000033"), "no log shows an account");
    // A file that was cut in the middle, or is of another kind, is not read as one without returns.
    assert!(read_returns(text.lines().next().unwrap()).is_err());
    assert!(read_returns(&sent.text).is_err());
    assert!(read_returns("62102").unwrap_err().to_string().contains("line 1: it has 5 characters"));
    assert!(
        read_returns(&text.replace("99R03", "99X03")).unwrap_err().to_string().contains("line 2")
    );
}

/// An entry that comes back: a bank repeats amount and identification of what it was sent.
fn came_back(
    trace: &str,
    person: u32,
    cents: u32,
    (kind, code, info): (&str, &str, &str),
) -> String {
    let (id, name) = (format!("2026-03/{person}"), format!("PERSON {person}"));
    let entry = format!(
        "621021000021{:<17}{cents:010}{id:<15}{name:<22}  1{}",
        "000000002", "021000020000009"
    );
    format!("{entry}\n7{kind}{code}{trace}      02100002{info:<44}021000020000009\n")
}

/// All files of one bank have the same trace numbers, unless they go on.
#[test]
fn a_return_is_no_return_of_the_payment_with_the_same_number_in_another_file() {
    let sent = ppd(dollars(3)).to_file().unwrap();
    let of = |trace: &str, person: u32, cents: u32| {
        let text = came_back(trace, person, cents, ("99", "R03", ""));
        read_returns(&text).unwrap().answers(&sent)[0].reference.to_string()
    };
    assert_eq!(of("121042880000002", 2, 10_001), "2026-03/2");
    assert_eq!(of("121042880000002", 7, 10_001), "", "another payee");
    assert_eq!(of("121042880000002", 2, 9_999), "", "another amount");
    let other = came_back("121042880000003", 7, 0, ("98", "C01", "000000033"));
    assert_eq!(read_returns(&other).unwrap().answers(&sent)[0].reference, "");
    let goes_on = ppd(dollars(3)).numbered_from(4).to_file().unwrap();
    assert_eq!(goes_on.traces[0].trace, "121042880000004");
    assert!(ppd(dollars(3)).numbered_from(9_999_997).to_file().is_ok());
    for first in [0, 9_999_998] {
        let error = ppd(dollars(3)).numbered_from(first).to_file().unwrap_err();
        assert_eq!(error.code(), "payroll.payment_reference");
    }
}

fn pounds(count: usize) -> Vec<Payment> {
    let one = |n: usize| {
        let account = BankAccount::united_kingdom("404784", &format!("{n:08}")).unwrap();
        Payment::new(format!("PAY-{n}"), format!("Person {n}"), account, money("1234.56 GBP"))
    };
    (1..=count).map(one).collect()
}

fn credits() -> bacs::DirectCredits {
    let ours = BankAccount::united_kingdom("20-00-00", "55779911").unwrap();
    bacs::DirectCredits::new(
        "123456",
        "Rialto Ltd",
        ours,
        "7",
        "2026-03-25".parse().unwrap(),
        "2026-03-26".parse().unwrap(),
    )
}

#[test]
fn a_bacs_file_letter_by_letter() {
    let text = credits().pay(pounds(1)).to_text().unwrap();
    assert!(text.ends_with("\r\n"));
    assert_eq!(
        text.replace("\r\n", "\n"),
        "\
VOL1000007                               123456                                1
HDR1A123456S  112345600000700010001       26084 26085 000000                    
HDR2F0200000100                                   00                            
UHL1 26085999999    000000001 DAILY  001                                        
4047840000000109920000055779911    00000123456RIALTO LTD        PAY-1             PERSON 1          
2000005577991101720000055779911    000001234567                 CONTRA            RIALTO LTD        
EOF1A123456S  112345600000700010001       26084 26085 000000                    
EOF2F0200000100                                   00                            
UTL10000000123456000000012345600000010000001                                    
"
    );
}

#[test]
fn each_processing_day_has_its_contra_and_they_add_up() {
    let days = ["2026-03-26", "2026-03-27", "2026-03-26"].map(|day| day.parse().unwrap());
    let text = credits().pay_on(days.into_iter().zip(pounds(3)).collect()).to_text().unwrap();
    let records: Vec<&str> = text.lines().filter(|line| line.len() == 106).collect();
    let contras: Vec<&&str> = records.iter().filter(|line| &line[15..17] == "17").collect();
    assert_eq!(
        contras.iter().map(|line| (&line[35..46], &line[100..])).collect::<Vec<_>>(),
        [("00000246912", " 26085"), ("00000123456", " 26086")]
    );
    assert!(text.contains("UTL10000000370368000000037036800000020000003"));
    assert!(text.contains("4 MULTI  "));
    let late = credits().pay_on(vec![("2026-03-25".parse().unwrap(), pounds(1).remove(0))]);
    assert!(
        late.to_text()
            .unwrap_err()
            .to_string()
            .starts_with("processing day 2026-03-25: give a working day after")
    );
}

fn euros(count: usize) -> Vec<Payment> {
    let one = |n: usize| {
        let bic = n.is_multiple_of(2).then_some("PSSTFRPPXXX");
        let account = BankAccount::iban("FR1420041010050500013M02606", bic).unwrap();
        Payment::new(format!("2026-01/{n}"), format!("Zoë <{n}> & Søn"), account, money("0.07 EUR"))
            .saying("Gehalt \"Jänner\" ]]>")
    };
    (1..=count).map(one).collect()
}

pub(super) fn transfers() -> CreditTransfers {
    let ours = |bic| BankAccount::iban("DE89370400440532013000", bic).unwrap();
    let (first, second) = ("2026-01-30".parse().unwrap(), "2026-02-02".parse().unwrap());
    let mut all = euros(5);
    let late = all.split_off(3);
    let mut later = Batch::new("2026-01/b", second, ours(Some("COBADEFFXXX")), late);
    later.as_one = false;
    CreditTransfers::new(
        "2026-01",
        "2026-01-28T09:00:00".parse().unwrap(),
        "Kölner Rialto GmbH & Co. KG",
    )
    .batch(Batch::new("2026-01/a", first, ours(None), all))
    .batch(later)
}

#[test]
fn control_sums_are_of_the_file_and_of_each_batch() {
    let xml = transfers().to_xml(Version::V03).unwrap();
    let sums: Vec<&str> =
        xml.split("<CtrlSum>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(sums, ["0.35", "0.21", "0.14"]);
    let counts: Vec<&str> =
        xml.split("<NbOfTxs>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(counts, ["5", "3", "2"]);
    assert!(
        xml.contains("<Nm>Zoe (1) + Son</Nm>")
            && xml.contains("<Nm>Koelner Rialto GmbH + Co. KG</Nm>")
    );
    assert!(xml.contains("<Ustrd>Gehalt &#39;Jaenner&#39; )))</Ustrd>"));
    assert!(
        xml.contains("<Othr><Id>NOTPROVIDED</Id></Othr>") && xml.contains("<BIC>COBADEFF</BIC>")
    );
    assert!(
        xml.contains("<BtchBookg>true</BtchBookg>") && xml.contains("<BtchBookg>false</BtchBookg>")
    );
}

#[test]
fn one_reference_in_two_batches_is_refused_too() {
    let account = BankAccount::iban("DE89370400440532013000", None).unwrap();
    let twice = transfers().batch(Batch::new(
        "2026-01/c",
        "2026-02-03".parse().unwrap(),
        account.clone(),
        euros(1),
    ));
    assert!(matches!(
        twice.to_xml(Version::V09),
        Err(PaymentError::ReferenceTwice { first: 0, second: 5, .. })
    ));
    let same = transfers().batch(Batch::new(
        "2026-01/a",
        "2026-02-03".parse().unwrap(),
        account,
        euros(9).split_off(8),
    ));
    assert!(matches!(
        same.to_xml(Version::V09),
        Err(PaymentError::ReferenceTwice { first: 0, second: 2, .. })
    ));
    assert!(transfers().purpose(Some("sal")).to_xml(Version::V09).is_err());
    assert!(!transfers().purpose(None).to_xml(Version::V09).unwrap().contains("Purp"));
}

#[cfg(feature = "xml")]
mod status {
    use super::*;
    use crate::outputs::payments::sepa::read_status;

    fn report(group: &str, batch: &str) -> String {
        format!(
            "<?xml version='1.0'?>\n<n:Document xmlns:n='urn:x'><n:CstmrPmtStsRpt><n:OrgnlGrpInfAndSts><n:OrgnlMsgId>2026-01</n:OrgnlMsgId>{group}</n:OrgnlGrpInfAndSts>{batch}</n:CstmrPmtStsRpt></n:Document>"
        )
    }

    #[test]
    fn a_payments_own_answer_goes_before_its_batchs_and_the_files() {
        let batch = "<OrgnlPmtInfAndSts><OrgnlPmtInfId>2026-01/b</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts><StsRsnInf><Rsn><Prtry>X &amp; Y</Prtry></Rsn><AddtlInf>Kein &#71;eld</AddtlInf></StsRsnInf>\
            <TxInfAndSts><OrgnlEndToEndId>2026-01/5</OrgnlEndToEndId><TxSts>ACSC</TxSts><AccptncDtTm>2026-01-30T08:00:00Z</AccptncDtTm><OrgnlTxRef><Amt><InstdAmt Ccy=\"EUR\">0.07</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts>";
        let answers = read_status(&report("<GrpSts>ACSP</GrpSts>", batch)).unwrap();
        let told = transfers().answers(&answers);
        let told: Vec<_> =
            told.iter().map(|a| (a.reference.as_str(), a.outcome, a.code.as_str())).collect();
        use Outcome::{Accepted, Pending, Rejected};
        assert_eq!(
            told,
            [
                ("2026-01/1", Pending, ""),
                ("2026-01/2", Pending, ""),
                ("2026-01/3", Pending, ""),
                ("2026-01/4", Rejected, "X & Y"),
                ("2026-01/5", Accepted, "")
            ]
        );
        assert_eq!(answers[1].reason, "Kein Geld");
        assert_eq!(
            (answers[0].amount, answers[0].day),
            (Some(money("0.07 EUR").amount()), "2026-01-30".parse().ok())
        );
    }

    #[test]
    fn what_is_no_report_is_refused_by_its_line() {
        let wrong = |text: &str| read_status(text).unwrap_err().to_string();
        assert!(wrong(&transfers().to_xml(Version::V09).unwrap()).contains("no CstmrPmtStsRpt"));
        assert!(wrong(&report("<GrpSts>NOPE</GrpSts>", "")).contains("NOPE"));
        assert!(wrong("<!DOCTYPE a><CstmrPmtStsRpt/>").contains("DTD"));
        assert!(wrong("<CstmrPmtStsRpt>\n\n<GrpSts>").contains("never closed"));
        assert!(wrong("<CstmrPmtStsRpt>\n</GrpSts>").starts_with("line 2"));
        assert!(wrong(&"<CstmrPmtStsRpt>".repeat(100)).contains("deep"));
        assert!(wrong("").contains("no CstmrPmtStsRpt"));
    }
}
