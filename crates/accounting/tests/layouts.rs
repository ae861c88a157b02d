//! The layout of every stored record. Files that people have are in these layouts: a change here needs a higher `layout`,
//! a nullable column with its `since`, and a store that brings older files up.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use fondaco_accounting::ledger::ENGINE;
use fondaco_core::party::PartyAlias;
use fondaco_core::store::Record;
use fondaco_core::{GuardCount, JobState, calendar, due};
use fondaco_testkit::layout;

#[test]
fn no_layout_has_changed() {
    let mut tables = ENGINE.tables();
    tables.extend([GuardCount::TABLE, JobState::TABLE, PartyAlias::TABLE]);
    tables.extend([due::TABLES, &calendar::ENGINE.tables()].concat());
    let mut now: Vec<String> = tables.into_iter().map(layout).collect();
    let mut pinned: Vec<String> =
        LAYOUTS.trim_end().split("\n\n").map(|it| format!("{it}\n")).collect();
    now.sort();
    pinned.sort();
    assert_eq!(now, pinned, "the layouts are now:\n{}", now.join("\n"));
}

const LAYOUTS: &str = "\
ledger_settings: State, layout 5
  ledger: Text
  currency: Text
  spending_limits: Bool, nullable, since 2
  soft_locked_through: Date, nullable, since 3
  locked_through: Date, nullable, since 3
  final_through: Date, nullable, since 3
  reversals: Text, nullable, since 3
  retained_earnings: Text, nullable, since 3
  closing_journal: Text, nullable, since 3
  assertions: Bool, nullable, since 3
  dimensions: Text, nullable, since 4
  parallel_ledgers: Bool, nullable, since 5
  key (ledger)

ledger_account: State, layout 4
  code: Text
  name: Text
  class: Text
  parent: Text, nullable
  currency: Text, nullable
  heading: Bool
  opens: Date, nullable
  closes: Date, nullable
  control: Text, nullable, since 2
  open_items: Text, nullable, since 3
  limit: Text, nullable, since 3
  tracked: Bool, nullable, since 3
  closed: Text, nullable, since 3
  kind: Text, nullable, since 3
  tags: Json, nullable, since 3
  recorded_at: Instant, nullable, since 3
  imported: Bool, nullable, since 3
  linked: Bool, nullable, since 3
  limit_by_day: Bool, nullable, since 4
  key (code)
  index by_parent (parent)
  index by_recorded_at (recorded_at)
  guard all ()
  guard by_parent (parent)

ledger_journal: State, layout 4
  code: Text
  name: Text
  by_date: Bool
  approvals: I64, nullable, since 2
  soft_locked_through: Date, nullable, since 3
  locked_through: Date, nullable, since 3
  final_through: Date, nullable, since 3
  reversals: Text, nullable, since 3
  ledger: Text, nullable, since 4
  key (code)

ledger_period: State, layout 3
  period: I64
  fiscal_year: I64
  number: I64
  start: Date
  end: Date
  status: Text
  kind: Text, nullable, since 3
  closed: Bool, nullable, since 3
  journals: Json, nullable, since 3
  key (period)
  guard all ()

ledger_entry: Fact, layout 1
  id: Id
  journal: Text
  fiscal_year: I64
  number: I64
  period: I64
  date: Date
  recorded_at: Instant
  document_date: Date, nullable
  due_date: Date, nullable
  text: Text, nullable
  party: Id, nullable
  source: Text, nullable
  reverses: Id, nullable
  conversion: Bool
  key (id)
  index by_number (journal, fiscal_year, number)

ledger_posting: Fact, layout 1
  entry: Id
  line: I64
  account: Text
  period: I64
  date: Date
  side: Text
  amount: Decimal { digits: 4 }
  currency: Text
  ledger_amount: Decimal { digits: 4 }
  rate: Number, nullable
  text: Text, nullable
  party: Id, nullable
  due_date: Date, nullable
  dimensions: Json, nullable
  key (entry, line)
  index by_account (account, period, date)
  guard by_account_and_period (account, period)

ledger_balance: Counter, layout 1
  account: Text
  period: I64
  currency: Text
  dimensions: Text
  debit: Decimal { digits: 4 }
  credit: Decimal { digits: 4 }
  ledger_debit: Decimal { digits: 4 }
  ledger_credit: Decimal { digits: 4 }
  postings: I64
  key (account, period, currency, dimensions)

ledger_totals: Counter, layout 1
  account: Text
  currency: Text
  debit: Decimal { digits: 4 }
  credit: Decimal { digits: 4 }
  pending_debit: Decimal { digits: 4 }
  pending_credit: Decimal { digits: 4 }
  key (account, currency)

ledger_pending: Fact, layout 1
  id: Id
  journal: Text
  date: Date
  recorded_at: Instant
  document_date: Date, nullable
  due_date: Date, nullable
  text: Text, nullable
  party: Id, nullable
  source: Text, nullable
  conversion: Bool
  lines: I64
  expires_at: Instant, nullable
  timeout_seconds: I64, nullable
  closing: Text, nullable
  key: Text, nullable
  kind: Text, nullable
  tags: Json, nullable
  balancing: Text, nullable
  asked: Decimal { digits: 4 }, nullable
  imported: Bool
  key (id)
  index by_kind (kind)

ledger_pending_posting: Fact, layout 1
  pending: Id
  line: I64
  account: Text
  side: Text
  amount: Decimal { digits: 4 }
  currency: Text
  ledger_amount: Decimal { digits: 4 }
  rate: Number, nullable
  text: Text, nullable
  party: Id, nullable
  due_date: Date, nullable
  dimensions: Json, nullable
  key (pending, line)
  index by_account (account)
  guard by_account (account)

ledger_pending_settled: Fact, layout 2
  pending: Id
  settled: Text
  at: Instant
  id: Id
  entry: Id, nullable
  key: Text, nullable
  tags: Json, nullable
  imported: Bool
  key (pending)
  index by_place (at, id)

ledger_entry_detail: Fact, layout 2
  entry: Id
  key: Text, nullable
  kind: Text, nullable
  tags: Json, nullable
  pending: Id, nullable
  balancing: Text, nullable
  asked: Decimal { digits: 4 }, nullable
  imported: Bool
  note: Text, nullable, personal, since 2
  note_about: Id, nullable, since 2
  key (entry)
  index by_kind (kind)

ledger_key: Fact, layout 1
  key: Text
  of: Text
  entry: Id, nullable
  pending: Id, nullable
  lines: I64
  linked: Bool
  failed: Text, nullable
  key (key)

ledger_import_clock: State, layout 1
  clock: Text
  latest: Instant
  key (clock)

ledger_reversal: Fact, layout 1
  entry: Id
  by: Id
  key (entry)

ledger_imported: Fact, layout 1
  origin: Text
  key: Text
  entry: Id
  job: Id
  key (origin, key)

ledger_import_key: Fact, layout 1
  job: Id
  round: I64
  key: Text
  line: I64
  key (job, round, key)

ledger_import_refusal: Fact, layout 1
  job: Id
  round: I64
  number: I64
  line: I64
  through: I64
  column: Text, nullable
  value: Text, nullable, personal
  code: Text
  message: Text, personal
  way_out: Text
  key (job, round, number)

ledger_recurring: State, layout 1
  code: Text
  status: Text
  next: Date, nullable
  done_until: Date, nullable
  end: Date, nullable
  posted: I64
  key (code)

ledger_recurring_terms: State, layout 1
  code: Text
  start: Date
  terms: Json
  key (code, start)
  guard all ()
  guard by_code (code)

ledger_occurrence: Fact, layout 1
  code: Text
  date: Date
  entry: Id, nullable
  key (code, date)

due_item: State, layout 1
  kind: Text
  subject: Text
  id: Id
  at: Instant
  try_at: Instant, nullable
  payload: Json, nullable
  tries: I64
  refused: Text, nullable
  key (kind, subject)
  index by_time (kind, try_at)

due_clock: State, layout 1
  clock: Text
  ticked: Instant
  key (clock)

currency_source: State, layout 2
  code: Text
  name: Text
  pivot: Text, nullable
  max_age_days: I64, nullable, since 2
  key (code)

currency_rate: Fact, layout 1
  source: Text
  base: Text
  quote: Text
  number: I64
  start: Date
  end: Date, nullable
  says: Text
  rate: Number, nullable
  recorded_at: Instant
  key (source, base, quote, number)
  guard all ()
  guard by_pair (source, base, quote)

currency_exchange_accounts: State, layout 1
  of_account: Text
  of_currency: Text
  journal: Text
  gain: Text
  loss: Text
  unrealised_gain: Text, nullable
  unrealised_loss: Text, nullable
  adjustment: Text, nullable
  dimensions: Json, nullable
  key (of_account, of_currency)

currency_monetary_account: State, layout 1
  account: Text
  key (account)
  guard all ()

currency_revaluation: Fact, layout 4
  date: Date
  entry: Id
  source: Text
  reverses_on: Date
  lines: I64
  difference: Decimal { digits: 4 }
  ledger: Text, nullable, since 2
  max_rate_age_days: I64, nullable, since 3
  method: Text, nullable, since 4
  key (date, entry)
  guard all ()

currency_revaluation_line: Fact, layout 1
  entry: Id
  account: Text
  currency: Text
  date: Date
  adjustment: Text, nullable
  open: Decimal { digits: 4 }
  before: Decimal { digits: 4 }
  worth: Decimal { digits: 4 }
  rate: Number, nullable
  key (entry, account, currency)

currency_monetary_before: Fact, layout 1
  account: Text
  id: Id
  monetary: Bool
  key (account, id)

ledger_account_before: Fact, layout 1
  account: Text
  id: Id
  name: Text
  parent: Text, nullable
  tags: Json, nullable
  key (account, id)

currency_revaluation_part: Fact, layout 1
  entry: Id
  account: Text
  currency: Text
  dimensions: Text
  difference: Decimal { digits: 4 }
  key (entry, account, currency, dimensions)

allocation_rule: State, layout 2
  code: Text
  name: Text
  journal: Text
  pool: Text
  dimension: Text
  pool_value: Text
  to_account: Text, nullable
  basis: Text
  basis_of: Text, nullable
  receivers: Text, nullable, since 2
  key (code)

allocation_share: State, layout 1
  rule: Text
  value: Text
  share: Number
  key (rule, value)
  guard by_rule (rule)

allocation_statistic: State, layout 3
  statistic: Text
  period: I64
  value: Text
  amount: Number
  until_next: Bool, nullable, since 2
  beside: Number, nullable, since 3
  key (statistic, period, value)
  guard by_statistic_and_period (statistic, period)

allocation_run: Fact, layout 1
  rule: Text
  period: I64
  entry: Id
  parts: I64
  amount: Decimal { digits: 4 }
  key (rule, period, entry)
  guard by_rule_and_period (rule, period)

allocation_part: Fact, layout 1
  entry: Id
  account: Text
  value: Text
  weight: Number
  amount: Decimal { digits: 4 }
  key (entry, account, value)

ledger_draft: State, layout 1
  id: Id
  status: Text
  edition: I64
  steps: I64
  prepared_by: Text
  entry: Id, nullable
  journal: Text
  date: Date
  document_date: Date, nullable
  due_date: Date, nullable
  text: Text, nullable
  party: Id, nullable
  source: Text, nullable
  conversion: Bool
  key (id)
  index by_status (status)
  index by_entry (entry)

ledger_draft_posting: State, layout 1
  draft: Id
  line: I64
  account: Text
  side: Text
  amount: Number
  currency: Text
  ledger_amount: Number, nullable
  ledger_currency: Text, nullable
  rate: Number, nullable
  text: Text, nullable
  party: Id, nullable
  due_date: Date, nullable
  dimensions: Json, nullable
  key (draft, line)

ledger_draft_step: Fact, layout 1
  draft: Id
  step: I64
  deed: Text
  edition: I64
  actor: Text
  at: Instant
  why: Text, nullable
  key (draft, step)

ledger_draft_right: Fact, layout 1
  draft: Id
  step: I64
  place: I64
  of: Text
  key (draft, step, place)

ledger_spending_limit: State, layout 2
  code: Text
  name: Text
  account: Text, nullable
  dimensions: Json, nullable
  each: Text, nullable
  measure: Text
  window: Text
  start: Date, nullable
  end: Date, nullable
  currency: Text
  warn_above: Decimal { digits: 4 }, nullable
  refuse_above: Decimal { digits: 4 }, nullable
  under: Json, nullable, since 2
  key (code)
  guard all ()

ledger_spending: Counter, layout 1
  code: Text
  value: Text
  window_start: Date
  spent: Decimal { digits: 4 }
  held: Decimal { digits: 4 }
  key (code, value, window_start)

ledger_spending_excess: Fact, layout 1
  entry: Id
  code: Text
  value: Text
  pending: Bool
  window_start: Date
  reason: Text
  total: Decimal { digits: 4 }
  line: Decimal { digits: 4 }
  actor: Text
  at: Instant
  why: Text, nullable
  key (entry, code, value)
  index by_limit (code, window_start)

ledger_open_item: State, layout 1
  entry: Id
  line: I64
  account: Text
  open_in: Text, nullable
  party: Id, nullable
  date: Date
  document_date: Date
  due_date: Date
  source: Text, nullable
  currency: Text
  amount: Decimal { digits: 4 }
  ledger_amount: Decimal { digits: 4 }
  open: Decimal { digits: 4 }
  ledger_open: Decimal { digits: 4 }
  clearable_from: Date
  key (entry, line)
  index by_account (open_in, due_date)
  index by_party (open_in, party, due_date)

ledger_clearing: Fact, layout 1
  id: Id
  account: Text
  date: Date
  recorded_at: Instant
  actor: Text
  party: Id, nullable
  lines: I64
  difference: Decimal { digits: 4 }
  text: Text, nullable
  key (id)
  index by_account (account, date)
  guard by_account (account)

ledger_clearing_line: Fact, layout 1
  clearing: Id
  number: I64
  account: Text
  date: Date
  entry: Id
  line: I64
  currency: Text
  amount: Decimal { digits: 4 }
  ledger_amount: Decimal { digits: 4 }
  key (clearing, number)
  index by_account (account, date)
  index by_item (entry, line)

ledger_unclearing: Fact, layout 1
  clearing: Id
  account: Text
  date: Date
  recorded_at: Instant
  actor: Text
  why: Text, nullable
  key (clearing)
  index by_account (account, date)
  guard by_account (account)

ledger_clearing_difference: State, layout 1
  clearing: Id
  currency: Text
  account: Text
  open_in: Text, nullable
  party: Id, nullable
  date: Date
  amount: Decimal { digits: 4 }
  ledger_amount: Decimal { digits: 4 }
  key (clearing, currency)
  index by_account (open_in, date)

ledger_realised: Fact, layout 1
  clearing: Id
  entry: Id
  account: Text
  date: Date
  difference: Decimal { digits: 4 }
  key (clearing)
  index by_entry (entry)

ledger_year: State, layout 1
  year: I64
  closed: Bool
  steps: I64
  key (year)
  guard all ()

ledger_year_step: Fact, layout 1
  year: I64
  step: I64
  deed: Text
  actor: Text
  at: Instant
  why: Text, nullable
  result: Decimal { digits: 4 }
  entries: I64
  key (year, step)

ledger_year_entry: Fact, layout 1
  year: I64
  step: I64
  number: I64
  entry: Id
  key (year, step, number)

ledger_opening_entry: Fact, layout 1
  date: Date
  entry: Id
  key (date, entry)

ledger_deferral: State, layout 1
  code: Text
  status: Text
  journal: Text
  deferred_on: Text
  recognised_on: Text
  side: Text
  currency: Text
  amount: Decimal { digits: 4 }
  ledger_amount: Decimal { digits: 4 }
  source: Text
  text: Text, nullable
  party: Id, nullable
  dimensions: Json, nullable
  parts: I64
  moved_by: Id, nullable
  key (code)
  guard all ()

ledger_deferral_part: State, layout 1
  code: Text
  number: I64
  date: Date
  due: Date, nullable
  amount: Decimal { digits: 4 }
  ledger_amount: Decimal { digits: 4 }
  entry: Id, nullable
  key (code, number)
  index by_due (due, code, number)
  guard all ()
  guard by_code (code)

ledger_assertion: State, layout 1
  id: Id
  account: Text
  subtree: Bool
  date: Date
  holds_on: Date, nullable
  currency: Text
  amount: Decimal { digits: 4 }
  tolerance: Decimal { digits: 4 }
  warns: Bool
  found: Decimal { digits: 4 }
  actor: Text
  at: Instant
  key (id)
  index by_day (holds_on, id)
  guard all ()

ledger_correction: Fact, layout 1
  entry: Id
  reversal: Id
  by: Id
  in_period: Bool
  why: Text, nullable
  actor: Text
  at: Instant
  key (entry)
  index by_correction (by)

ledger_closing_point: State, layout 1
  period: I64
  code: Text
  text: Text
  blocks: Bool
  signed_by: Text, nullable
  signed_at: Instant, nullable
  note: Text, nullable
  key (period, code)
  guard by_period (period)

ledger_dimension: State, layout 1
  code: Text
  name: Text
  takes: Text
  start: Date, nullable
  end: Date, nullable
  key (code)
  guard all ()

ledger_dimension_value: State, layout 1
  dimension: Text
  code: Text
  name: Text
  heading: Bool
  start: Date, nullable
  end: Date, nullable
  key (dimension, code)
  guard by_dimension (dimension)

ledger_dimension_place: Fact, layout 1
  dimension: Text
  value: Text
  number: I64
  start: Date
  parent: Text, nullable
  recorded_at: Instant
  key (dimension, value, number)
  guard by_dimension (dimension)
  guard by_value (dimension, value)

ledger_dimension_rule: State, layout 1
  code: Text
  dimension: Text
  account: Text, nullable
  journal: Text, nullable
  start: Date, nullable
  end: Date, nullable
  demand: Text
  value: Text, nullable
  key (code)
  guard all ()

ledger_dimension_combination: State, layout 1
  code: Text
  account: Text, nullable
  journal: Text, nullable
  conditions: Json, nullable
  start: Date, nullable
  end: Date, nullable
  dimension: Text
  allows: Json
  derives: Text, nullable
  key (code)
  guard all ()

ledger_template: State, layout 1
  code: Text
  edition: I64
  template: Json
  withdrawn: Bool
  actor: Text
  at: Instant
  key (code)

ledger_parallel: State, layout 2
  code: Text
  name: Text
  retained_earnings: Text, nullable
  closing_journal: Text, nullable
  values_all: Bool, nullable, since 2
  key (code)

party_alias: State, layout 2
  party: Id
  keep: Id
  merged_at: Instant
  name: Text, nullable, personal, since 2
  known_as: Text, nullable, personal, since 2
  key (party)
  index by_keep (keep)
  guard by_keep (keep)

range_guard: Counter, layout 2
  table: Text
  guard: I64
  part: Bytes
  changes: I64
  key (table, guard, part)

job: State, layout 1
  job: Id
  kind: Text
  input: Text
  status: Text
  chunks: I64
  cursor: Json
  exhausted: Bool
  phase: Text
  done: I64
  total: I64, nullable
  resumed: I64
  actor: Text
  begun_at: Instant
  changed_at: Instant
  failure: Text, nullable
  failure_text: Text, nullable
  report: Json, nullable
  key (job)
  index by_begun (begun_at)
  index by_status (status, begun_at)

calendar_zone: State, layout 1
  setting: Text
  zone: Json
  key (setting)
  guard all ()

calendar: State, layout 1
  code: Text
  calendar: Json
  key (code)
";
