//! Reports on credits that came back, against the file that was sent.

use fondaco_core::Money;

use super::super::{DirectCredits, read_unapplied};
use crate::outputs::payments::{BankAccount, Outcome, Payment};

fn report(items: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<BACSDocument><Data><ARUCS><Header adviceNumber="012"/><Advice><OriginatingAccountRecords><OriginatingAccountRecord>
<OriginatingAccount name="RIALTO LTD" number="55779911" sortCode="20-00-00"/>
{items}
<Totals numberOf="3" valueOf="3000.00" currency="GBP"/>
</OriginatingAccountRecord></OriginatingAccountRecords></Advice></ARUCS></Data></BACSDocument>"#
    )
}

fn item(reference: &str, amount: &str, code: &str, account: &str) -> String {
    let of_account = match account {
        "" => String::new(),
        number => {
            format!(r#"<ReceiverAccount name="A &amp; B" sortCode="40-47-84" number="{number}"/>"#)
        }
    };
    format!(
        r#"<ReturnedCreditItem ref="{reference}" transCode="99" returnCode="{code}" returnDescription="as is" originalProcessingDate="2026-03-26" valueOf="{amount}" currency="GBP">{of_account}</ReturnedCreditItem>"#
    )
}

fn sent() -> DirectCredits {
    let ours = BankAccount::united_kingdom("20-00-00", "55779911").unwrap();
    let pay = |reference: &str, account: &str, amount: &str| {
        let account = BankAccount::united_kingdom("40-47-84", account).unwrap();
        let mut pay = Payment::new(reference, "Somebody", account, Money::parse(amount).unwrap());
        pay.text = "Salary March".into();
        pay
    };
    let payments = vec![
        pay("2026-03/17", "70872490", "1000.00 GBP"),
        pay("2026-03/18", "70872491", "1000.00 GBP"),
        pay("2026-03/19", "70872490", "1250.00 GBP"),
    ];
    let (made, day) = ("2026-03-25".parse().unwrap(), "2026-03-26".parse().unwrap());
    DirectCredits::new("123456", "Rialto Ltd", ours, "000001", made, day).pay(payments)
}

#[test]
fn what_came_back_is_found_by_text_amount_and_account() {
    let told = |items: &[String]| {
        let back = read_unapplied(&report(&items.join("\n"))).unwrap();
        let answers = sent().answers(&back);
        assert!(answers.iter().all(|answer| answer.outcome == Outcome::Returned));
        answers
            .iter()
            .map(|answer| format!("{} {}", answer.reference, answer.reason))
            .collect::<Vec<_>>()
    };
    let text = "SALARY MARCH";
    let known = [
        item(text, "1000.00", "5", "70872491"),
        item(text, "1250.00", "2", ""),
        item(text, "1250", "Z", "70872490"),
    ];
    assert_eq!(
        told(&known),
        ["2026-03/18 there is no such account", "2026-03/19 the payee died", "2026-03/19 as is"]
    );
    // Two of one amount and text, without an account; none of this amount, text or account.
    let unknown = [
        item(text, "1000.00", "0", ""),
        item(text, "999.99", "0", "70872490"),
        item("BONUS", "1250.00", "0", "70872490"),
        item(text, "1250.00", "0", "70872491"),
    ];
    assert_eq!(told(&unknown), [" the account is not recognised"; 4]);
    // Each is one item that was not found, and no word on the file.
    let answers = sent().answers(&read_unapplied(&report(&unknown.join(""))).unwrap());
    assert!(answers.iter().all(|answer| !answer.is_whole && answer.amount.is_some()));
    assert_eq!((answers[0].of.as_str(), answers[2].of.as_str()), (text, "BONUS"));
    // The payer's own account, and totals, are of no item.
    assert!(read_unapplied(&report("")).unwrap().is_empty());
}

#[test]
fn what_stands_beside_an_arucs_is_none_of_it() {
    let beside = |debits: &str| {
        let credits = report(&item("R", "1", "5", ""));
        credits.replace("</ARUCS>", &format!("</ARUCS><ARUDD>{debits}</ARUDD>"))
    };
    let debit = item("DEBIT", "2", "1", "");
    assert_eq!(read_unapplied(&beside(&debit)).unwrap().len(), 1);
    // Whatever it holds.
    assert_eq!(read_unapplied(&beside(&debit.replace("2026", "when"))).unwrap().len(), 1);
    let before = report("").replace("<ARUCS>", &format!("<ARUCS/><ARUDD>{debit}</ARUDD><ARUCS>"));
    assert!(read_unapplied(&before).unwrap().is_empty());
}

#[test]
fn a_report_that_can_not_be_read_is_refused_with_its_line() {
    let refused = |xml: &str| read_unapplied(xml).unwrap_err().to_string();
    let debits = report("").replace("ARUCS", "ARUDD");
    assert!(
        refused(&debits).ends_with("there is no ARUCS: give a report on credits that came back")
    );
    let odd = report(&item("R", "much", "5", ""));
    assert_eq!(refused(&odd), "line 4: valueOf \"much\" is no amount");
    let odd = report(&item("R", "1", "", ""));
    assert_eq!(refused(&odd), "line 4: an item has an empty returnCode");
    let odd = report(&item("R", "1", "5", "").replace("2026-03-26", "26/03/2026"));
    assert!(refused(&odd).contains("is no day"), "{}", refused(&odd));
    let cut = report("");
    assert!(
        refused(&cut[..cut.len() - 20]).contains("line "),
        "{}",
        refused(&cut[..cut.len() - 20])
    );
    assert!(refused("<!DOCTYPE a []><a/>").contains("DTD"));
    let deep = "<a>".repeat(70);
    assert!(refused(&deep).contains("64 deep"), "{}", refused(&deep));
    assert!(refused("").contains("no ARUCS"));
}
