//! TigerBeetle's status codes, and ours: one for one, with what an error is about where our code stands for several.

use fondaco_accounting::ledger::RefusedItem;

/// `(ours, about, theirs)`; an empty `about` stands for any.
const STATUSES: &[(&str, &str, &str)] = &[
    ("accounting.linked_failed", "", "linked_event_failed"),
    ("accounting.linked_open", "", "linked_event_chain_open"),
    ("accounting.import_expected", "", "imported_event_expected"),
    ("accounting.import_not_expected", "", "imported_event_not_expected"),
    ("accounting.import_out_of_range", "", "imported_event_timestamp_out_of_range"),
    ("accounting.import_in_future", "", "imported_event_timestamp_must_not_advance"),
    ("accounting.import_regresses", "", "imported_event_timestamp_must_not_regress"),
    (
        "accounting.import_before_account",
        "debit",
        "imported_event_timestamp_must_postdate_debit_account",
    ),
    (
        "accounting.import_before_account",
        "credit",
        "imported_event_timestamp_must_postdate_credit_account",
    ),
    ("accounting.import_expires", "", "imported_event_timeout_must_be_zero"),
    ("accounting.key_differs", "handling", "exists_with_different_flags"),
    ("accounting.key_differs", "0_history", "exists_with_different_flags"),
    ("accounting.key_differs", "pending", "exists_with_different_pending_id"),
    ("accounting.key_differs", "timeout", "exists_with_different_timeout"),
    ("accounting.key_differs", "debit_account", "exists_with_different_debit_account_id"),
    ("accounting.key_differs", "credit_account", "exists_with_different_credit_account_id"),
    ("accounting.key_differs", "amount", "exists_with_different_amount"),
    ("accounting.key_differs", "1_user_data_128", "exists_with_different_user_data_128"),
    ("accounting.key_differs", "2_user_data_64", "exists_with_different_user_data_64"),
    ("accounting.key_differs", "3_user_data_32", "exists_with_different_user_data_32"),
    ("accounting.key_differs", "currency", "exists_with_different_ledger"),
    ("accounting.key_differs", "kind", "exists_with_different_code"),
    ("accounting.key_failed", "", "id_already_failed"),
    ("accounting.unknown_account", "debit", "debit_account_not_found"),
    ("accounting.unknown_account", "credit", "credit_account_not_found"),
    ("accounting.currencies_differ", "", "accounts_must_have_the_same_ledger"),
    ("accounting.wrong_currency", "", "transfer_must_have_the_same_ledger_as_accounts"),
    ("accounting.unknown_pending", "", "pending_transfer_not_found"),
    ("accounting.not_pending", "", "pending_transfer_not_pending"),
    (
        "accounting.pending_differs",
        "debit_account",
        "pending_transfer_has_different_debit_account_id",
    ),
    (
        "accounting.pending_differs",
        "credit_account",
        "pending_transfer_has_different_credit_account_id",
    ),
    ("accounting.pending_differs", "currency", "pending_transfer_has_different_ledger"),
    ("accounting.pending_differs", "kind", "pending_transfer_has_different_code"),
    ("accounting.pending_differs", "amount", "pending_transfer_has_different_amount"),
    ("accounting.exceeds_pending", "", "exceeds_pending_transfer_amount"),
    ("accounting.pending_already_posted", "", "pending_transfer_already_posted"),
    ("accounting.pending_already_voided", "", "pending_transfer_already_voided"),
    ("accounting.pending_expired", "", "pending_transfer_expired"),
    ("accounting.account_closed", "debit", "debit_account_already_closed"),
    ("accounting.account_closed", "credit", "credit_account_already_closed"),
    ("accounting.total_too_large", "pending debits", "overflows_debits_pending"),
    ("accounting.total_too_large", "pending credits", "overflows_credits_pending"),
    ("accounting.total_too_large", "posted debits", "overflows_debits_posted"),
    ("accounting.total_too_large", "posted credits", "overflows_credits_posted"),
    ("accounting.total_too_large", "posted and pending debits", "overflows_debits"),
    ("accounting.total_too_large", "posted and pending credits", "overflows_credits"),
    ("accounting.expires_too_late", "", "overflows_timeout"),
    ("accounting.exceeds_credits", "", "exceeds_credits"),
    ("accounting.exceeds_debits", "", "exceeds_debits"),
];

/// Those that come before anything of the item itself.
const OF_THE_BATCH: &[&str] = &[
    "linked_event_failed",
    "linked_event_chain_open",
    "imported_event_expected",
    "imported_event_not_expected",
];

/// Their status of an answer of ours: whether the item was there before, or why it was refused. `wrong` is what TigerBeetle
/// would say of an item that our types can't hold, before or after its id is looked up; `credit` is its credited account.
pub(super) fn of(
    answer: Result<bool, &RefusedItem>,
    wrong: super::held::Wrong,
    credit: &str,
) -> String {
    let found = match answer {
        Ok(true) => "exists".to_owned(),
        Ok(false) => "created".to_owned(),
        Err(refused) => refusal(refused, credit),
    };
    match wrong {
        None => found,
        Some(_) if OF_THE_BATCH.contains(&found.as_str()) => found,
        Some((_, false)) if found.starts_with("exists") || found == "id_already_failed" => found,
        Some((status, _)) => status.to_owned(),
    }
}

fn refusal(refused: &RefusedItem, credit: &str) -> String {
    let about = refused.about.as_deref().unwrap_or_default();
    // An account is the one that is credited, or else the one that is debited.
    let side = if about == credit { "credit" } else { "debit" };
    let fits = |(ours, of, _): &&(&str, &str, &str)| {
        *ours == refused.code && (of.is_empty() || *of == about || *of == side)
    };
    let status = STATUSES.iter().find(fits).map(|(_, _, theirs)| (*theirs).to_owned());
    status.unwrap_or_else(|| format!("{} ({about}): {}", refused.code, refused.message))
}
