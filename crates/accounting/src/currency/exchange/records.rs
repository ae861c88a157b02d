//! What is stored of them: one state row for each naming.

use fondaco_core::Currency;
use fondaco_core::store::{Record, Tags};
use smol_str::{SmolStr, format_smolstr};

/// Which accounts take the exchange differences of an account in a currency, of all accounts, or in all currencies.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "currency_exchange_accounts", kind = state, key(of_account, of_currency))]
pub struct ExchangeAccounts {
    /// The account whose differences are meant, or a heading for all under it; empty for all.
    pub of_account: SmolStr,
    /// The currency that is meant, by its code; empty for all.
    pub of_currency: SmolStr,
    /// In which journal they are posted. What a clearing of several currencies realises is one entry, in the journal that is
    /// named for the first of them; a revaluation posts an entry in each journal.
    pub journal: SmolStr,
    /// What takes gains.
    pub gain: SmolStr,
    /// What takes losses.
    pub loss: SmolStr,
    /// What takes gains that are not realised yet; `None` for the same as those that are.
    pub unrealised_gain: Option<SmolStr>,
    /// What takes losses that are not realised yet.
    pub unrealised_loss: Option<SmolStr>,
    /// The account that stands for the valued one in the balance sheet, so that a revaluation leaves the account itself and
    /// its items as they are; `None` to post to the account itself.
    pub adjustment: Option<SmolStr>,
    /// The dimensions of gains and losses, beside those of what they arise from.
    pub dimensions: Tags,
}

impl ExchangeAccounts {
    /// What names the row of an account, or of all, in a currency, or in all.
    pub(crate) fn key_of(
        account: Option<&SmolStr>,
        currency: Option<Currency>,
    ) -> (SmolStr, SmolStr) {
        let code = |currency: Currency| SmolStr::new(currency.code());
        (account.cloned().unwrap_or_default(), currency.map(code).unwrap_or_default())
    }

    /// The dimensions of a gain or loss that arises from something with dimensions of its own: the named ones come first.
    pub(crate) fn tagged(&self, of: &Tags) -> Tags {
        match self.dimensions.is_empty() {
            true => of.clone(),
            false => of.iter().chain(self.dimensions.iter()).collect(),
        }
    }

    /// The account that takes a difference: positive for a loss, as a debit is.
    pub(crate) fn realised(&self, units: i128) -> &SmolStr {
        if units > 0 { &self.loss } else { &self.gain }
    }

    /// The account that takes a difference that is not realised.
    pub(crate) fn unrealised(&self, units: i128) -> &SmolStr {
        let own = if units > 0 { &self.unrealised_loss } else { &self.unrealised_gain };
        own.as_ref().unwrap_or(self.realised(units))
    }
}

/// What a naming is about, in words.
pub(super) fn scope(account: &str, currency: &str) -> SmolStr {
    match (account, currency) {
        ("", "") => SmolStr::new_static("of all accounts in all currencies"),
        ("", currency) => format_smolstr!("of all accounts in {currency}"),
        (account, "") => format_smolstr!("of account {account} in all currencies"),
        (account, currency) => format_smolstr!("of account {account} in {currency}"),
    }
}
