//! Looking up accounts and transfers, queries, balances, and change events.

use std::collections::BTreeMap;
use std::error::Error;

use fondaco::core::{Money, Reading};
use fondaco_accounting::ledger::{
    Account, Closing, Did, Entry, EntryKey, HistoryRow, KeyOf, Movement, MovementQuery,
    PendingEntry, Side, deeds, entry, pending,
};
use serde_json::Value;

use super::batch::{kind, tags};
use super::world::{Told, World, has_flag, number, scaled, sums};
use crate::json;

/// A transfer's debited and credited account, and its amount.
type Lines = (String, String, Money);

impl World {
    fn key(&self, id: &str) -> Result<Option<EntryKey>, Box<dyn Error>> {
        let key = id.into();
        let found = self.books.view(|view| Ok(view.peek::<EntryKey>(&key)?))?;
        Ok(found.map(|key| key.as_ref().clone()).filter(|key| key.of != KeyOf::Failed))
    }

    /// What a transfer moves, or holds, or releases.
    pub(super) fn lines(&self, id: &str) -> Result<Option<Lines>, Box<dyn Error>> {
        let Some(key) = self.key(id)? else { return Ok(None) };
        let lines: Vec<(String, Money)> = match (key.entry, key.pending) {
            (Some(id), _) => {
                let whole = self.books.view(|view| entry(view, id))?.ok_or("no entry")?;
                let line = |line: &std::sync::Arc<fondaco_accounting::ledger::Posting>| {
                    (line.account.to_string(), line.money().abs())
                };
                whole.postings.iter().map(line).collect()
            }
            (None, Some(id)) => {
                let whole = self.books.view(|view| pending(view, id))?.ok_or("no pending entry")?;
                let line = |line: &std::sync::Arc<fondaco_accounting::ledger::PendingPosting>| {
                    (line.account.to_string(), line.money().abs())
                };
                whole.lines.iter().map(line).collect()
            }
            (None, None) => return Ok(None),
        };
        match lines.as_slice() {
            [(debit, amount), (credit, _)] => Ok(Some((debit.clone(), credit.clone(), *amount))),
            _ => Err(format!("transfer {id} has {} lines", lines.len()).into()),
        }
    }

    pub(super) fn lookup_account(&self, step: &Value) -> Result<(String, String), Box<dyn Error>> {
        let id = json::text(step, "id")?;
        let actual = self.account(id)?.unwrap_or_else(|| format!("no account {id}"));
        if step.get("exists") == Some(&Value::Bool(false)) {
            return Ok((format!("no account {id}"), actual));
        }
        let closed = step.get("closed").and_then(Value::as_bool).unwrap_or(false);
        Ok((format!("account {id}: {}, closed {closed}", expected_sums(step)?), actual))
    }

    pub(super) fn lookup_transfer(&self, step: &Value) -> Result<(String, String), Box<dyn Error>> {
        let id = json::text(step, "id")?;
        let found = self.lines(id)?;
        let exists = step.get("exists").and_then(Value::as_bool).unwrap_or(true);
        let (mut expected, mut actual) =
            (format!("transfer {id}: {exists}"), format!("transfer {id}: {}", found.is_some()));
        if let Some(amount) = step.get("amount").filter(|amount| !amount.is_null()) {
            let amount: u128 = amount.as_str().ok_or("an amount is a text")?.parse()?;
            expected.push_str(&format!(", amount {}", scaled(amount)));
            let ours = found.map(|(_, _, amount)| amount.amount().normalize().to_string());
            actual.push_str(&format!(", amount {}", ours.unwrap_or_default()));
        }
        if step.get("timestamp").is_some_and(|timestamp| !timestamp.is_null()) {
            expected.push_str(&format!(", at {}", number(step, "timestamp")?));
            let at = self.movement(id)?.map(|movement| movement.at.micros());
            actual.push_str(&format!(", at {}", at.unwrap_or_default()));
        }
        Ok((expected, actual))
    }

    /// A transfer as a movement.
    fn movement(&self, id: &str) -> Result<Option<Movement>, Box<dyn Error>> {
        let all = self.books.movements(&MovementQuery::all())?;
        Ok(all.into_iter().find(|movement| movement.key.as_deref() == Some(id)))
    }

    /// The part of a query that both kinds of filter share; `None` for one that TigerBeetle takes for invalid.
    fn filter(
        &mut self,
        step: &Value,
        mut query: MovementQuery,
    ) -> Result<Option<MovementQuery>, Box<dyn Error>> {
        let limit = number(step, "limit")?;
        let bound = |name: &str| -> Result<Option<Movement>, Box<dyn Error>> {
            match number(step, name)? {
                0 => Ok(None),
                id => self.movement(&id.to_string()),
            }
        };
        let (min, max) = (bound("timestamp_min_transfer_id")?, bound("timestamp_max_transfer_id")?);
        let rank = |movement: &Movement| -> Result<usize, Box<dyn Error>> {
            Ok(self.books.movements(&MovementQuery::all().until(movement))?.len())
        };
        if let (Some(min), Some(max)) = (&min, &max)
            && rank(min)? > rank(max)?
        {
            return Ok(None);
        }
        if limit == 0 {
            return Ok(None);
        }
        for (name, text) in tags(step)?.iter() {
            query = query.tag(name, text);
        }
        if let Some(kind) = kind(step)? {
            query = query.kind(kind);
        }
        if let Some(min) = &min {
            query = query.since(min);
        }
        if let Some(max) = &max {
            query = query.until(max);
        }
        if has_flag(step, "reversed") {
            query = query.newest_first();
        }
        Ok(Some(query))
    }

    fn account_filter(&mut self, step: &Value) -> Result<Option<MovementQuery>, Box<dyn Error>> {
        let id = json::text(step, "account_id")?;
        let code = id.into();
        if self.books.view(|view| Ok(view.peek::<Account>(&code)?))?.is_none() {
            return Ok(None);
        }
        let query = match (has_flag(step, "debits"), has_flag(step, "credits")) {
            (true, true) => MovementQuery::account(id),
            (true, false) => MovementQuery::account(id).side(Side::Debit),
            (false, true) => MovementQuery::account(id).side(Side::Credit),
            (false, false) => return Ok(None),
        };
        self.filter(step, query)
    }

    pub(super) fn account_transfers(
        &mut self,
        batch: &[Value],
        expected: &[Value],
    ) -> Result<Told, Box<dyn Error>> {
        let [step] = batch else { return Err("a query is a batch of one".into()) };
        let query = self.account_filter(step)?;
        self.transfers(step, query, expected)
    }

    pub(super) fn query_transfers(
        &mut self,
        batch: &[Value],
        expected: &[Value],
    ) -> Result<Told, Box<dyn Error>> {
        let [step] = batch else { return Err("a query is a batch of one".into()) };
        let ledger = u64::try_from(number(step, "ledger")?)?;
        let mut query = MovementQuery::all();
        if ledger != 0 {
            query = query.currency(self.currency(ledger)?);
        }
        let query = self.filter(step, query)?;
        self.transfers(step, query, expected)
    }

    fn transfers(
        &self,
        step: &Value,
        query: Option<MovementQuery>,
        expected: &[Value],
    ) -> Result<Told, Box<dyn Error>> {
        let found = match query {
            None => Vec::new(),
            Some(query) => self.books.movements(&query)?,
        };
        let rows = expected.iter().map(|row| json::text(row, "transfer_id"));
        let rows: Vec<&str> = rows.collect::<Result<_, _>>()?;
        // What was recorded to set balances up has no key.
        let ours = found.iter().filter_map(|movement| movement.key.as_deref());
        let ours: Vec<&str> = ours.take(limit(step)?).collect();
        Ok(vec![(format!("transfers {}", rows.join(" ")), format!("transfers {}", ours.join(" ")))])
    }

    pub(super) fn account_balances(
        &mut self,
        batch: &[Value],
        expected: &[Value],
    ) -> Result<Told, Box<dyn Error>> {
        let [step] = batch else { return Err("a query is a batch of one".into()) };
        let code = json::text(step, "account_id")?.into();
        let account = self.books.view(|view| Ok(view.peek::<Account>(&code)?))?;
        let kept = account.is_some_and(|account| account.tags.get("0_history").is_some());
        let query = self.account_filter(step)?.filter(|_| kept);
        let found = match query {
            None => Vec::new(),
            Some(query) => self.books.history(&query)?,
        };
        let row = |row: &HistoryRow| {
            let key = row.movement.key.as_deref()?;
            Some(format!("after {key}: {}", sums(Some(&row.totals))))
        };
        let ours: Vec<String> = found.iter().filter_map(row).take(limit(step)?).collect();
        let row = |row: &Value| -> Result<String, Box<dyn Error>> {
            Ok(format!("after {}: {}", json::text(row, "transfer_id")?, expected_sums(row)?))
        };
        let theirs: Vec<String> = expected.iter().map(row).collect::<Result<_, _>>()?;
        Ok(vec![(theirs.join("; "), ours.join("; "))])
    }

    /// Change events are read off the feed; the sums after each are those of the accounts' histories.
    pub(super) fn change_events(
        &mut self,
        batch: &[Value],
        expected: &[Value],
    ) -> Result<Told, Box<dyn Error>> {
        let [step] = batch else { return Err("a query is a batch of one".into()) };
        let [min, max, limit] = [raw(step, 0)?, raw(step, 1)?, raw(step, 2)?];
        let commits = self.books.driver().feed(0, 100_000)?;
        let all: Vec<Did> = commits.iter().flat_map(deeds).collect();
        let mut closed = BTreeMap::new();
        let mut rows = Vec::new();
        for did in &all {
            rows.extend(self.change_event(*did, &mut closed)?);
        }
        let at = |name: &str| rows.iter().position(|(key, _)| name.get(1..) == Some(key.as_str()));
        let from = if min == "_" { 0 } else { at(&min).ok_or("no such transfer")? };
        let through = if max == "_" { rows.len() } else { at(&max).ok_or("no such transfer")? + 1 };
        let limit = limit.parse().ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
        let span = rows.get(from..through).unwrap_or_default();
        let ours: Vec<&str> = span.iter().take(limit).map(|(_, row)| row.as_str()).collect();
        let theirs: Vec<String> = expected.iter().map(event_row).collect::<Result<_, _>>()?;
        Ok(vec![(theirs.join("; "), ours.join("; "))])
    }

    /// A change event, under the id of its transfer.
    fn change_event(
        &self,
        did: Did,
        closed: &mut BTreeMap<String, bool>,
    ) -> Result<Option<(String, String)>, Box<dyn Error>> {
        let (word, held, posted) = match did {
            Did::Post(id) => ("_", None, Some(id)),
            Did::Hold(id) => ("PEN", Some(id), None),
            Did::PostPending { pending, entry } => ("POS", Some(pending), Some(entry)),
            Did::Void(id) => ("VOI", Some(id), None),
            Did::Expire(id) => ("EXP", Some(id), None),
        };
        let all = self.books.movements(&MovementQuery::all())?;
        let movement = all.into_iter().find(|movement| movement.did == did);
        let movement = movement.ok_or("a deed without a movement")?;
        let whole = held.map(|id| self.books.pending(id)).transpose()?.flatten();
        let of_hold = whole.as_ref().map(|whole| whole.pending.as_ref());
        // What was recorded to set balances up has no key.
        let held_key = of_hold.and_then(|held: &PendingEntry| held.key.clone());
        let Some(key) = movement.key.clone().or(held_key.clone()) else { return Ok(None) };
        let lines = match posted {
            Some(id) => self.posted_lines(id)?,
            None => self.lines(held_key.as_deref().unwrap_or_default())?.ok_or("no lines")?,
        };
        if let Some(closing) = of_hold.and_then(|held| held.closing) {
            let closes = matches!(did, Did::Hold(_));
            if closing != Closing::Credit {
                closed.insert(lines.0.clone(), closes);
            }
            if closing != Closing::Debit {
                closed.insert(lines.1.clone(), closes);
            }
        }
        let account = |id: &str| -> Result<String, Box<dyn Error>> {
            let history = self.books.history(&MovementQuery::account(id))?;
            let row = history.iter().find(|row| row.movement.did == did);
            let flag = if closed.get(id) == Some(&true) { "CLSD" } else { "_" };
            Ok(format!("{id} {} {flag}", sums(row.map(|row| &row.totals))))
        };
        let (transfer, pending) = match did {
            Did::Post(_) | Did::Hold(_) => (key.to_string(), "_".to_owned()),
            Did::Expire(_) => ("_".to_owned(), held_key.unwrap_or_default().to_string()),
            _ => (key.to_string(), held_key.unwrap_or_default().to_string()),
        };
        let amount = lines.2.amount().normalize();
        let (debit, credit) = (account(&lines.0)?, account(&lines.1)?);
        Ok(Some((
            transfer.clone(),
            format!("{word} {transfer} {amount} {pending} {debit} {credit}"),
        )))
    }

    fn posted_lines(&self, id: fondaco::core::Id<Entry>) -> Result<Lines, Box<dyn Error>> {
        let whole = self.books.entry(id)?.ok_or("no entry")?;
        match whole.postings.as_slice() {
            [debit, credit] => {
                Ok((debit.account.to_string(), credit.account.to_string(), debit.money().abs()))
            }
            _ => Err("an entry of other than two lines".into()),
        }
    }
}

fn expected_sums(step: &Value) -> Result<String, Box<dyn Error>> {
    let of = |name| -> Result<u128, Box<dyn Error>> { Ok(scaled(number(step, name)?)) };
    Ok(format!(
        "{} {} {} {}",
        of("debits_pending")?,
        of("debits_posted")?,
        of("credits_pending")?,
        of("credits_posted")?
    ))
}

fn limit(step: &Value) -> Result<usize, Box<dyn Error>> {
    Ok(usize::try_from(number(step, "limit")?)?)
}

fn raw(step: &Value, at: usize) -> Result<String, Box<dyn Error>> {
    let raw = json::list(step, "raw")?;
    let word = raw.get(at).and_then(Value::as_str);
    Ok(word.ok_or_else(|| format!("no word {at} in {step}"))?.to_owned())
}

/// A row as the file has it: what happened, the transfer, its amount, the pending one, and twice an account, its four sums
/// and whether it is closed. The letter before an id is what it is called there.
fn event_row(step: &Value) -> Result<String, Box<dyn Error>> {
    let word = |at| raw(step, at);
    let id = |at| -> Result<String, Box<dyn Error>> {
        let word = word(at)?;
        Ok(word.trim_start_matches(|c: char| c.is_ascii_uppercase()).to_owned())
    };
    let account = |at| -> Result<String, Box<dyn Error>> {
        let sums: Vec<String> = (at + 1..at + 6).map(word).collect::<Result<_, _>>()?;
        Ok(format!("{} {}", id(at)?, sums.join(" ")))
    };
    Ok(format!("{} {} {} {} {} {}", word(0)?, id(1)?, word(2)?, id(3)?, account(4)?, account(10)?))
}
