//! The books in PostgreSQL as people read them: sums made in SQL are those of the reports, and another company's role sees none
//! of it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::sync::Arc;

use common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::CompanyId;
use fondaco_store::postgres::client::{Client, NoTls};
use fondaco_store::{Memory, Postgres, PostgresOptions};
use fondaco_testkit::server;
use rust_decimal::Decimal;

/// Two firms in one database, and the schema's name.
fn firms(url: &str) -> (String, Arc<Postgres>, [Firm; 2]) {
    let schema = server::name("sql");
    let options = PostgresOptions::new().schema(&schema);
    let store = Arc::new(Postgres::connect_with(url, &options).unwrap());
    let firms = ["acme", "other"].map(|name| Firm::of(name, store.clone(), name).set_up());
    for firm in &firms {
        for (n, amount) in ["19.99", "0.01", "123456789.12", "7"].into_iter().enumerate() {
            firm.post(&format!("sale/{n}"), sale("2026-03-01", amount));
        }
        let dollars = NewEntry::new("GEN", d("2026-04-01"));
        let dollars = dollars.posting(NewPosting::debit("1000", usd("10")).rate(dec("0.9137")));
        let dollars = dollars.posting(NewPosting::credit("4000", usd("10")).rate(dec("0.9137")));
        firm.post("abroad", dollars);
    }
    firms[1].post("one more", sale("2026-05-01", "1"));
    (schema, store, firms)
}

/// Account, debit, credit and balance in the ledger's currency, as SQL sums the postings it may see.
fn sums(sql: &mut Client) -> Vec<(String, Decimal, Decimal, Decimal)> {
    let rows = sql
        .query(
            "SELECT account::text, sum(greatest(ledger_amount, 0))::text, sum(greatest(-ledger_amount, 0))::text, \
             sum(ledger_amount)::text FROM ledger_posting GROUP BY account ORDER BY account",
            &[],
        )
        .unwrap();
    let number = |text: String| text.parse::<Decimal>().unwrap().normalize();
    rows.iter()
        .map(|row| (row.get(0), number(row.get(1)), number(row.get(2)), number(row.get(3))))
        .collect()
}

fn reported(firm: &Firm) -> Vec<(String, Decimal, Decimal, Decimal)> {
    let trial = firm.books.trial_balance(d("2026-12-31")).unwrap();
    let mut lines: Vec<_> = trial
        .lines
        .iter()
        .map(|line| {
            let figures = [line.debit, line.credit, line.balance].map(|figure| figure.normalize());
            (line.account.to_string(), figures[0], figures[1], figures[2])
        })
        .collect();
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    lines
}

#[test]
fn sums_in_sql_are_those_of_the_reports() {
    let Some(url) = server::postgres() else { return };
    let (schema, store, firms) = firms(url);
    let mut sql = Client::connect(url, NoTls).unwrap();
    sql.batch_execute(&format!("SET search_path = {schema}")).unwrap();
    for firm in &firms {
        let role = server::name("auditor");
        sql.batch_execute(&format!("CREATE ROLE {role}")).unwrap();
        store.let_read(CompanyId::named(firm.name), &role).unwrap();
        sql.batch_execute(&format!("SET ROLE {role}")).unwrap();
        assert_eq!(sums(&mut sql), reported(firm), "{}", firm.name);
        let counters = "SELECT sum(ledger_debit - ledger_credit)::text, sum(postings)::text FROM ledger_balance";
        let row = sql.query_one(counters, &[]).unwrap();
        let (net, postings): (String, String) = (row.get(0), row.get(1));
        assert_eq!(net.parse::<Decimal>().unwrap(), Decimal::ZERO);
        let entries = sql.query_one("SELECT count(*) FROM ledger_entry_view", &[]).unwrap();
        assert_eq!(postings.parse::<i64>().unwrap(), 2 * entries.get::<_, i64>(0));
        sql.batch_execute("RESET ROLE").unwrap();
        firm.clean();
    }
}

#[test]
fn another_companys_role_sees_no_books() {
    let Some(url) = server::postgres() else { return };
    let (schema, store, firms) = firms(url);
    let role = server::name("outsider");
    let mut sql = Client::connect(url, NoTls).unwrap();
    sql.batch_execute(&format!("CREATE ROLE {role}; SET search_path = {schema}")).unwrap();
    store.let_read(CompanyId::named(firms[1].name), &role).unwrap();
    let tables = "SELECT c.relname::text, CASE WHEN a.attname IS NULL THEN '' ELSE 'company' END FROM pg_class c \
                  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('_company', 'company') \
                  WHERE c.relnamespace = $1::text::regnamespace AND c.relkind = 'r'";
    let tables = sql.query(tables, &[&schema]).unwrap();
    assert!(tables.len() > 15, "{}", tables.len());
    let number = "SELECT company FROM fondaco_company WHERE id = (SELECT company FROM ledger_settings_view LIMIT 1)";
    let mut seen = 0;
    sql.batch_execute(&format!("SET ROLE {role}")).unwrap();
    let own: i32 = sql.query_one(number, &[]).unwrap().get(0);
    for table in &tables {
        let (name, company): (String, String) = (table.get(0), table.get(1));
        if company.is_empty() {
            continue;
        }
        let column = if name.starts_with("fondaco_") { "company" } else { "_company" };
        let foreign =
            format!("SELECT count(*) FILTER (WHERE {column} <> {own}), count(*) FROM \"{name}\"");
        let row = sql.query_one(&foreign, &[]).unwrap();
        assert_eq!(row.get::<_, i64>(0), 0, "{name} shows another company's rows");
        seen += row.get::<_, i64>(1);
    }
    assert!(seen > 20, "only {seen} rows are seen at all");
}

/// The keys that a host adds for those who read the tables: as the documentation says them.
fn keys_of_a_host() -> String {
    let page = include_str!("../../../docs/postgres.md");
    let sql = page.split("```sql").find(|part| part.contains("FOREIGN KEY")).unwrap();
    sql.split("```").next().unwrap().to_owned()
}

#[test]
fn foreign_keys_of_a_host_hold_whatever_the_books_do() {
    let Some(url) = server::postgres() else { return };
    let (schema, store, [firm, other]) = firms(url);
    let mut sql = Client::connect(url, NoTls).unwrap();
    sql.batch_execute(&keys_of_a_host().replace("fondaco.", &format!("{schema}."))).unwrap();
    let sold = firm.post("noted", sale("2026-06-01", "5").note("for Ada"));
    firm.must("reversed", &Reverse::new(sold.id, d("2026-06-02")));
    firm.must("many", &PostMany::new(vec![sale("2026-06-03", "1"), sale("2026-06-04", "2")]));
    let held = firm.must("held", &RecordPending::new(NewPending::new(sale("2026-06-05", "3"))));
    firm.must("posted", &PostPending::new(held.id));
    firm.must("forgotten", &EraseNotes::new(vec![sold.id]));
    let third = Firm::of("memory", Arc::new(Memory::new()), "third").set_up();
    third.post("sale", sale("2026-03-01", "7"));
    third.books.driver().copy_to(&*store, &mut ()).unwrap();
    let third = Firm::of("copied", store, "third");
    third.post("one more", sale("2026-03-02", "8"));
    [firm, other, third].iter().for_each(Firm::clean);
    let lost = "INSERT INTO ledger_posting SELECT (jsonb_populate_record(p, '{\"_company\": 99}')).* \
                FROM ledger_posting p LIMIT 1";
    sql.batch_execute(&format!("SET search_path = {schema}")).unwrap();
    assert!(sql.batch_execute(lost).is_err(), "a posting of no company");
}
