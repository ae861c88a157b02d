//! Batches of accounts and transfers.

use std::error::Error;

use fondaco::core::Timestamp;
use fondaco::core::store::Tags;
use fondaco_accounting::ledger::{
    AccountClass, Balancing, Closing, EntryOptions, Expected, Item, NewAccount, NewEntry,
    NewPending, OpenEach, Part, PendingRef, PostPending, RecordEach, SettleOptions, VoidPending,
};
use serde_json::Value;

use super::world::{Told, World, has_flag, limit_of, number, transfer};
use super::{held, status};
use crate::json;

impl World {
    pub(super) fn commit(&mut self, operation: &str) -> Result<Told, Box<dyn Error>> {
        let (batch, expected) =
            (std::mem::take(&mut self.batch), std::mem::take(&mut self.expected));
        match operation {
            "create_accounts" => self.create_accounts(&batch),
            "create_transfers" => self.create_transfers(&batch),
            "lookup_accounts" => expected.iter().map(|step| self.lookup_account(step)).collect(),
            "lookup_transfers" => expected.iter().map(|step| self.lookup_transfer(step)).collect(),
            "get_account_transfers" => self.account_transfers(&batch, &expected),
            "get_account_balances" => self.account_balances(&batch, &expected),
            "query_transfers" => self.query_transfers(&batch, &expected),
            "get_change_events" => self.change_events(&batch, &expected),
            other => Err(format!("no operation {other}").into()),
        }
    }

    fn create_accounts(&mut self, batch: &[Value]) -> Result<Told, Box<dyn Error>> {
        let mut accounts = Vec::new();
        for step in batch {
            accounts.push(self.account_of(step)?);
        }
        let name = self.next(batch.len());
        let answers = self.books.send(&name, &OpenEach::new(accounts))?.answer.accounts;
        let mut told = Vec::new();
        for (step, answer) in batch.iter().zip(answers) {
            let answer = answer.as_ref().map(|opened| opened.existed);
            let actual = status::of(answer, held::account(step)?, "");
            if actual == "created" {
                let ledger = u64::try_from(number(step, "ledger")?)?;
                self.ledgers.insert(json::text(step, "id")?.to_owned(), ledger);
            }
            told.push((json::text(step, "expected_status")?.to_owned(), actual));
        }
        Ok(told)
    }

    fn account_of(&mut self, step: &Value) -> Result<NewAccount, Box<dyn Error>> {
        let id = json::text(step, "id")?;
        // What TigerBeetle refuses goes under a name that no account has.
        let wrong = held::account(step)?;
        let name = if wrong.is_some() { "" } else { "Account" };
        let code = if wrong.is_some_and(|(_, before)| before) { "wrong" } else { id };
        let mut account = NewAccount::new(code, name, AccountClass::Asset).tracked();
        account.currency = Some(self.currency(u64::try_from(number(step, "ledger")?)?)?);
        account.limit = limit_of(step);
        account.closed = has_flag(step, "closed");
        account.linked = has_flag(step, "linked");
        account.kind = kind(step)?;
        account.tags = tags(step)?;
        if has_flag(step, "history") {
            account.tags.set("0_history", "kept");
        }
        account.imported_at = imported_at(step)?;
        Ok(account)
    }

    fn create_transfers(&mut self, batch: &[Value]) -> Result<Told, Box<dyn Error>> {
        let mut items = Vec::new();
        for step in batch {
            items.push(self.item_of(step)?);
        }
        let name = self.next(batch.len());
        let answers = self.books.send(&name, &RecordEach::new(items))?.answer.items;
        let mut told = Vec::new();
        for (step, answer) in batch.iter().zip(answers) {
            let credit = self.credited(step)?;
            let answer = answer.as_ref().map(|recorded| recorded.existed);
            let actual = status::of(answer, held::transfer(step)?, &credit);
            told.push((json::text(step, "expected_status")?.to_owned(), actual));
        }
        Ok(told)
    }

    /// The credited account of a transfer, or of the pending one that it is about.
    fn credited(&self, step: &Value) -> Result<String, Box<dyn Error>> {
        let named = json::text(step, "credit_account_id")?;
        let pending = number(step, "pending_id")?;
        if pending == 0 {
            return Ok(named.to_owned());
        }
        let lines = self.lines(&pending.to_string())?;
        Ok(lines.map_or(named.to_owned(), |(_, credit, _)| credit))
    }

    fn item_of(&mut self, step: &Value) -> Result<Item, Box<dyn Error>> {
        let wrong = held::transfer(step)?;
        let id = json::text(step, "id")?;
        let known = !wrong.is_some_and(|(_, before)| before);
        let key = known.then(|| id.into());
        let (linked, imported_at) = (has_flag(step, "linked"), imported_at(step)?);
        let settles =
            has_flag(step, "post_pending_transfer") || has_flag(step, "void_pending_transfer");
        if settles && wrong.is_none() {
            let options = SettleOptions {
                key,
                linked,
                tags: tags(step)?,
                imported_at,
                expected: Some(Box::new(self.expected(step)?)),
            };
            return self.settling(step, options);
        }
        let ledger = u64::try_from(number(step, "ledger")?)?;
        let amount = self.amount(number(step, "amount")?, ledger)?;
        let debit = json::text(step, "debit_account_id")?;
        let credit = json::text(step, "credit_account_id")?;
        let mut entry = transfer(debit, credit, amount)?;
        if wrong.is_some() {
            entry.journal = "not there".into();
        }
        let balancing =
            match (has_flag(step, "balancing_debit"), has_flag(step, "balancing_credit")) {
                (true, true) => Some(Balancing::Both),
                (true, false) => Some(Balancing::Debit),
                (false, true) => Some(Balancing::Credit),
                (false, false) => None,
            };
        let (kind, tags) = (kind(step)?, tags(step)?);
        let options =
            EntryOptions { key, linked, kind, tags, balancing, imported_at, ..Default::default() };
        let entry = NewEntry { options: Some(Box::new(options)), ..entry };
        Ok(match has_flag(step, "pending") {
            true => Item::Pending(pending(step, entry)?),
            false => Item::Entry(entry),
        })
    }

    fn settling(&mut self, step: &Value, options: SettleOptions) -> Result<Item, Box<dyn Error>> {
        let named = PendingRef::Key(json::text(step, "pending_id")?.into());
        if has_flag(step, "void_pending_transfer") {
            return Ok(Item::Void(VoidPending { options, ..VoidPending::new(named) }));
        }
        let units = number(step, "amount")?;
        let part = match units {
            u128::MAX => Part::All,
            _ => {
                let pending = json::text(step, "pending_id")?;
                let currency = self.lines(pending)?.map(|(_, _, amount)| amount.currency());
                let whole = self.amount(units, 1)?.amount();
                Part::Amount(fondaco::core::Money::new(
                    whole,
                    currency.unwrap_or(self.currency(1)?),
                ))
            }
        };
        Ok(Item::Post(PostPending { part, options, ..PostPending::new(named) }))
    }

    /// What a transfer that posts or voids says of the pending one.
    fn expected(&mut self, step: &Value) -> Result<Expected, Box<dyn Error>> {
        let account = |name| -> Result<_, Box<dyn Error>> {
            let id = json::text(step, name)?;
            Ok((id != "0").then(|| id.into()))
        };
        let ledger = u64::try_from(number(step, "ledger")?)?;
        let currency = if ledger == 0 { None } else { Some(self.currency(ledger)?) };
        let units = number(step, "amount")?;
        let voids = has_flag(step, "void_pending_transfer") && units != 0;
        let pending = json::text(step, "pending_id")?;
        let held = self.lines(pending)?.map(|(_, _, amount)| amount.currency());
        let amount = match held.or(currency).filter(|_| voids) {
            None => None,
            Some(currency) => {
                Some(fondaco::core::Money::new(self.amount(units, 1)?.amount(), currency))
            }
        };
        let (debit, credit) = (account("debit_account_id")?, account("credit_account_id")?);
        Ok(Expected { debit, credit, currency, kind: kind(step)?, amount })
    }
}

fn pending(step: &Value, entry: NewEntry) -> Result<NewPending, Box<dyn Error>> {
    let mut pending = NewPending::new(entry);
    let timeout = number(step, "timeout")?;
    if timeout != 0 {
        pending = pending.expires_after(u32::try_from(timeout * 1000).unwrap_or(u32::MAX));
    }
    pending.closing = match (has_flag(step, "closing_debit"), has_flag(step, "closing_credit")) {
        (true, true) => Some(Closing::Both),
        (true, false) => Some(Closing::Debit),
        (false, true) => Some(Closing::Credit),
        (false, false) => None,
    };
    Ok(pending)
}

/// The kind of a `code`; none for zero.
pub(super) fn kind(step: &Value) -> Result<Option<smol_str::SmolStr>, Box<dyn Error>> {
    let code = number(step, "code")?;
    Ok((code != 0).then(|| code.to_string().into()))
}

/// Tags of the user data, whose names are in the order in which TigerBeetle compares them; none for zero.
pub(super) fn tags(step: &Value) -> Result<Tags, Box<dyn Error>> {
    let mut tags = Tags::default();
    for (field, name) in [
        ("user_data_128", "1_user_data_128"),
        ("user_data_64", "2_user_data_64"),
        ("user_data_32", "3_user_data_32"),
    ] {
        let data = number(step, field)?;
        if data != 0 {
            tags.set(name, data.to_string());
        }
    }
    Ok(tags)
}

fn imported_at(step: &Value) -> Result<Option<Timestamp>, Box<dyn Error>> {
    if !has_flag(step, "imported") {
        return Ok(None);
    }
    let micros = i64::try_from(number(step, "timestamp")?).unwrap_or(i64::MAX);
    Ok(Some(Timestamp::from_micros(micros).unwrap_or(Timestamp::MAX)))
}
