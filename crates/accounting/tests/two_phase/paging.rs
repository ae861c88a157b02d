//! Random movements, asked for in pages, against the whole of them put in order; and how much of the books a page reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::*;
use chrono::Days;
use fondaco_core::{Currency, Id, Range, Reading, Timestamp};
use fondaco_store::{Memory, Redb, Sqlite};
use fondaco_testkit::{Counting, Model};
use proptest::prelude::*;

const ACCOUNTS: [&str; 4] = ["tracked", "plain", "other", "rare"];

#[derive(Debug, Clone)]
struct Sent {
    debit: usize,
    credit: usize,
    cents: i64,
    day: u64,
    dollars: bool,
    kind: Option<usize>,
    order: Option<usize>,
    site: bool,
}

#[derive(Debug, Clone)]
enum Step {
    Post(Sent),
    Hold(Sent, Option<u32>),
    Settle(usize, Option<i64>),
    Void(usize),
    /// Many on one account, on days all over the year.
    Crowd(usize, u64),
    Reverse(usize),
    Micros(i64),
}

#[derive(Debug, Clone)]
struct Asked {
    account: Option<usize>,
    kind: Option<usize>,
    side: Option<Side>,
    order: Option<usize>,
    site: bool,
    dollars: Option<bool>,
    from: Option<usize>,
    through: Option<usize>,
    since: Option<usize>,
    until: Option<usize>,
    newest: bool,
    page: usize,
}

const KINDS: [&str; 2] = ["payment", "fee"];
const ORDERS: [&str; 2] = ["4711", "4712"];

fn sent() -> impl Strategy<Value = Sent> {
    let parts = (0..3usize, 1..4usize, 1..60i64, 0..300u64, prop::bool::weighted(0.2));
    let said = (prop::option::of(0..2usize), prop::option::of(0..2usize), any::<bool>());
    (parts, said).prop_map(|((debit, other, cents, day, dollars), (kind, order, site))| {
        let credit = (debit + other) % 4;
        Sent { debit, credit, cents, day, dollars, kind, order, site }
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let micros = prop_oneof![Just(1), Just(300), Just(1_000), Just(70_000_000)];
    let step = prop_oneof![
        4 => sent().prop_map(Step::Post),
        3 => (sent(), prop::option::weighted(0.4, 1..4u32)).prop_map(|(sent, s)| Step::Hold(sent, s)),
        2 => (0..20usize, prop::option::weighted(0.6, 0..60i64)).prop_map(|(n, c)| Step::Settle(n, c)),
        1 => (0..20usize).prop_map(Step::Void),
        1 => (0..3usize, 0..240u64).prop_map(|(account, day)| Step::Crowd(account, day)),
        1 => (0..20usize).prop_map(Step::Reverse),
        3 => micros.prop_map(Step::Micros),
    ];
    prop::collection::vec(step, 1..30)
}

fn asked() -> impl Strategy<Value = Asked> {
    let lines = (
        prop::option::weighted(0.7, 0..4usize),
        prop::option::weighted(0.2, prop_oneof![Just(Side::Debit), Just(Side::Credit)]),
        prop::bool::weighted(0.2),
        prop::option::weighted(0.2, any::<bool>()),
    );
    let at = || prop::option::weighted(0.2, 0..200usize);
    let said = (prop::option::weighted(0.3, 0..2usize), prop::option::weighted(0.2, 0..2usize));
    let page = prop_oneof![3 => 1..5usize, 2 => 5..80usize, 1 => Just(1_000)];
    (lines, said, (at(), at(), at(), at()), any::<bool>(), page).prop_map(
        |(
            (account, side, site, dollars),
            (kind, order),
            (from, through, since, until),
            newest,
            page,
        )| {
            let side = side.filter(|_| account.is_some());
            let site = site && account.is_some();
            Asked {
                account,
                kind,
                side,
                order,
                site,
                dollars,
                from,
                through,
                since,
                until,
                newest,
                page,
            }
        },
    )
}

fn opened(firm: Firm) -> Firm {
    let firm = firm.set_up();
    let account = |code: &str| NewAccount::new(code, code, AccountClass::Asset);
    let tracked = account("tracked").tracked();
    firm.must(
        "accounts",
        &OpenAccounts::new(vec![tracked, account("plain"), account("other"), account("rare")]),
    );
    firm
}

fn entry(sent: &Sent) -> NewEntry {
    let amount = match sent.dollars {
        true => fondaco_core::Money::minor(sent.cents, Currency::USD),
        false => fondaco_core::Money::minor(sent.cents, Currency::EUR),
    };
    let mut entry = NewEntry::new("GEN", d("2026-01-01") + Days::new(sent.day))
        .debit(ACCOUNTS[sent.debit], amount)
        .credit(ACCOUNTS[sent.credit], amount);
    for posting in &mut entry.postings {
        if sent.dollars {
            posting.ledger_amount = Some(fondaco_core::Money::minor(sent.cents, Currency::EUR));
        }
        if sent.site {
            posting.dimensions.set("site", "Mestre");
        }
    }
    if let Some(kind) = sent.kind {
        entry = entry.kind(KINDS[kind]);
    }
    if let Some(order) = sent.order {
        entry = entry.tag("order", ORDERS[order]);
    }
    entry
}

/// Does what comes next; what is refused did nothing.
fn play(firm: &Firm, steps: &[Step]) {
    let (mut now, mut held, mut posted) = (minute(0).micros(), Vec::new(), Vec::new());
    for (n, step) in steps.iter().enumerate() {
        let name = format!("step {n}");
        match step {
            Step::Post(sent) => posted.push(firm.must(&name, &Post::new(entry(sent))).id),
            Step::Hold(sent, seconds) => {
                let hold = NewPending::new(entry(sent));
                let hold = seconds.map_or(hold.clone(), |seconds| hold.expires_after(seconds));
                held.push(firm.must(&name, &RecordPending::new(hold)).id);
            }
            Step::Settle(of, cents) => {
                let Some(id) = held.get(*of) else { continue };
                let whole = PostPending::new(*id).key(name.clone());
                let settle = cents.map_or(whole.clone(), |cents| {
                    whole.amount(fondaco_core::Money::minor(cents, Currency::EUR))
                });
                let _ = firm.send(&name, &settle);
            }
            Step::Void(of) => {
                let Some(id) = held.get(*of) else { continue };
                let _ = firm.send(&name, &VoidPending::new(*id));
            }
            Step::Crowd(account, day) => {
                let sent = |n: u64| Sent {
                    debit: *account,
                    credit: (account + 1) % 3,
                    cents: 1 + n as i64,
                    // Within a month, so that days are read beside each other, or over the year.
                    day: day + (n * n) % if day.is_multiple_of(2) { 25 } else { 60 },
                    dollars: false,
                    kind: None,
                    order: None,
                    site: n.is_multiple_of(3),
                };
                let crowd: Vec<_> = (0..70).map(|n| entry(&sent(n))).collect();
                firm.must(&name, &PostMany::new(crowd));
            }
            Step::Reverse(of) => {
                let Some(id) = posted.get(*of) else { continue };
                let _ = firm.send(&name, &Reverse::new(*id, d("2026-12-01")));
            }
            Step::Micros(micros) => {
                now += micros;
                let now = Timestamp::from_micros(now).unwrap();
                firm.host.at_time(now);
                firm.host.tick_at(now);
            }
        }
    }
}

/// All movements of an account, or of the books, put in order of recording: from all facts there are.
fn all(firm: &Firm, account: Option<&str>) -> Vec<Naive> {
    firm.view(|view| {
        let mut all = Vec::new();
        let mut lines: BTreeMap<Id<Entry>, Vec<Arc<Posting>>> = BTreeMap::new();
        for line in view.peek_scan(&Range::<Posting>::all())? {
            lines.entry(line.entry).or_default().push(line);
        }
        let mut held: BTreeMap<Id<PendingEntry>, Vec<Arc<PendingPosting>>> = BTreeMap::new();
        for line in view.peek_scan(&Range::<PendingPosting>::all())? {
            held.entry(line.pending).or_default().push(line);
        }
        let mine = |line: &Arc<Posting>| account.is_none_or(|code| line.account == code);
        let mine_held =
            |line: &Arc<PendingPosting>| account.is_none_or(|code| line.account == code);
        for entry in view.peek_scan(&Range::<Entry>::all())? {
            let detail = view.peek::<EntryDetail>(&entry.id)?;
            if detail.as_ref().is_some_and(|detail| detail.pending.is_some()) {
                continue;
            }
            all.push(Naive {
                place: (entry.recorded_at, entry.id.to_u128()),
                did: Did::Post(entry.id),
                key: detail.as_ref().and_then(|detail| detail.key.clone()),
                kind: detail.as_ref().and_then(|detail| detail.kind.clone()),
                order: detail.and_then(|detail| detail.tags.get("order").map(str::to_owned)),
                posted: lines[&entry.id].iter().filter(|line| mine(line)).cloned().collect(),
                held: Vec::new(),
                first: lines[&entry.id][0].currency,
            });
        }
        for hold in view.peek_scan(&Range::<PendingEntry>::all())? {
            let held = |all: bool| -> Vec<Arc<PendingPosting>> {
                held[&hold.id].iter().filter(|line| all || mine_held(line)).cloned().collect()
            };
            let order = |tags: &fondaco_core::store::Tags| tags.get("order").map(str::to_owned);
            let of_hold = Naive {
                place: (hold.recorded_at, hold.id.to_u128()),
                did: Did::Hold(hold.id),
                key: hold.key.clone(),
                kind: hold.kind.clone(),
                order: order(&hold.tags),
                posted: Vec::new(),
                held: held(false),
                first: held(true)[0].currency,
            };
            if let Some(settled) = view.peek::<PendingSettled>(&hold.id)? {
                let did = match (settled.settled, settled.entry) {
                    (Settled::Posted, Some(entry)) => Did::PostPending { pending: hold.id, entry },
                    (Settled::Expired, _) => Did::Expire(hold.id),
                    _ => Did::Void(hold.id),
                };
                let posted = settled.entry.map_or(Vec::new(), |entry| lines[&entry].clone());
                all.push(Naive {
                    place: (settled.at, settled.id.to_u128()),
                    did,
                    key: settled.key.clone(),
                    order: order(&settled.tags),
                    posted: posted.into_iter().filter(mine).collect(),
                    ..of_hold.clone()
                });
            }
            all.push(of_hold);
        }
        all.retain(|one| !one.posted.is_empty() || !one.held.is_empty());
        all.sort_by_key(|one| one.place);
        Ok(all)
    })
}

#[derive(Debug, Clone)]
struct Naive {
    place: (Timestamp, u128),
    did: Did,
    key: Option<smol_str::SmolStr>,
    kind: Option<smol_str::SmolStr>,
    order: Option<String>,
    posted: Vec<Arc<Posting>>,
    held: Vec<Arc<PendingPosting>>,
    first: Currency,
}

impl Naive {
    fn is_asked_for(&self, asked: &Asked, all: &[Naive]) -> bool {
        let place = |at: Option<usize>| at.and_then(|at| all.get(at)).map(|one| one.place);
        let currency =
            asked.dollars.map(|dollars| if dollars { Currency::USD } else { Currency::EUR });
        // Of what was held and posted, the lines that were held say what it was.
        let line = |side, of, site: Option<&str>| {
            asked.side.is_none_or(|asked| asked == side)
                && currency.is_none_or(|currency| currency == of)
                && (!asked.site || site == Some("Mestre"))
        };
        let lines = match self.held.is_empty() {
            true => self.posted.iter().any(|l| line(l.side, l.currency, l.dimensions.get("site"))),
            false => self.held.iter().any(|l| line(l.side, l.currency, l.dimensions.get("site"))),
        };
        (asked.account.is_none() || lines)
            && (asked.account.is_some() || currency.is_none_or(|currency| currency == self.first))
            && asked.kind.is_none_or(|kind| self.kind.as_deref() == Some(KINDS[kind]))
            && asked.order.is_none_or(|order| self.order.as_deref() == Some(ORDERS[order]))
            && place(asked.from).is_none_or(|(from, _)| from <= self.place.0)
            && place(asked.through).is_none_or(|(through, _)| self.place.0 <= through)
            && place(asked.since).is_none_or(|since| since <= self.place)
            && place(asked.until).is_none_or(|until| self.place <= until)
    }

    fn is(&self, movement: &Movement, of_account: bool) -> bool {
        let lines = match &movement.lines {
            Lines::None => !of_account,
            Lines::Posted(posted) => *posted == self.posted && self.held.is_empty(),
            Lines::Pending(held) => *held == self.held && self.posted.is_empty(),
            Lines::Both(held, posted) => *held == self.held && *posted == self.posted,
        };
        lines
            && (movement.did, &movement.key, &movement.kind) == (self.did, &self.key, &self.kind)
            && movement.at == self.place.0
    }
}

/// Posted debits and credits, pending debits and credits, in ten-thousandths, by currency.
type Sides = BTreeMap<Currency, [i64; 4]>;

/// What stood after each.
fn totals_after(all: &[Naive]) -> Vec<Sides> {
    let mut sums = Sides::new();
    let after = all.iter().map(|one| {
        let side = |side| usize::from(side == Side::Credit);
        let sign = if matches!(one.did, Did::Hold(_)) { 1 } else { -1 };
        for line in &one.held {
            let sum = &mut sums.entry(line.currency).or_default()[2 + side(line.side)];
            *sum += sign * line.amount.units().abs();
        }
        for line in &one.posted {
            let units = line.amount.units();
            let sum = &mut sums.entry(line.currency).or_default()[side(line.side)];
            *sum += if line.side == Side::Debit { units } else { -units };
        }
        sums.clone()
    });
    after.collect()
}

fn check(firm: &Firm, asked: &Asked) {
    let account = asked.account.map(|account| ACCOUNTS[account]);
    let all = all(firm, account);
    let whole = firm.view(|view| {
        let query = account.map_or(MovementQuery::all(), MovementQuery::account);
        movements(view, &query)
    });
    assert_eq!(whole.len(), all.len(), "on {}", firm.name);
    let mut query = account.map_or(MovementQuery::all(), MovementQuery::account);
    let at = |at: Option<usize>| at.and_then(|at| whole.get(at));
    let currency = asked.dollars.map(|dollars| if dollars { Currency::USD } else { Currency::EUR });
    query = asked.kind.map_or(query.clone(), |kind| query.kind(KINDS[kind]));
    query = asked.order.map_or(query.clone(), |order| query.tag("order", ORDERS[order]));
    query = asked.side.map_or(query.clone(), |side| query.side(side));
    query = currency.map_or(query.clone(), |currency| query.currency(currency));
    query = at(asked.from).map_or(query.clone(), |one| query.from(one.at));
    query = at(asked.through).map_or(query.clone(), |one| query.through(one.at));
    query = at(asked.since).map_or(query.clone(), |one| query.since(one));
    query = at(asked.until).map_or(query.clone(), |one| query.until(one));
    query = if asked.site { query.dimension("site", "Mestre") } else { query };
    query = if asked.newest { query.newest_first() } else { query };
    let after = totals_after(&all);
    let mut expected: Vec<_> =
        all.iter().zip(after).filter(|(one, _)| one.is_asked_for(asked, &all)).collect();
    if asked.newest {
        expected.reverse();
    }
    let is_expected = |found: &[Movement]| {
        assert_eq!(found.len(), expected.len(), "{query:?} on {}", firm.name);
        for ((one, _), movement) in expected.iter().zip(found) {
            assert!(
                one.is(movement, account.is_some()),
                "{one:#?}\n{movement:#?}\non {}",
                firm.name
            );
        }
    };
    is_expected(&firm.view(|view| movements(view, &query)));
    let (mut pages, mut page) = (Vec::new(), query.clone().limit(asked.page));
    loop {
        let found = firm.view(|view| movements(view, &page));
        let last = found.len() < asked.page;
        pages.extend(found);
        match pages.last() {
            Some(last_one) if !last => page = page.after(last_one),
            _ => break,
        }
    }
    is_expected(&pages);
    if account.is_none() {
        return;
    }
    let rows: Vec<(Did, Currency, [i64; 4])> = expected
        .iter()
        .flat_map(|(one, after)| {
            let held = one.held.iter().map(|line| line.currency);
            let mut of: Vec<_> = held.chain(one.posted.iter().map(|line| line.currency)).collect();
            of.sort_unstable();
            of.dedup();
            of.retain(|of| currency.is_none_or(|currency| currency == *of));
            of.into_iter().map(|of| (one.did, of, after[&of]))
        })
        .collect();
    let told = |rows: &[HistoryRow]| -> Vec<(Did, Currency, [i64; 4])> {
        let sides =
            |t: &Totals| [t.debit, t.credit, t.pending_debit, t.pending_credit].map(Amount::units);
        rows.iter().map(|row| (row.movement.did, row.totals.currency, sides(&row.totals))).collect()
    };
    assert_eq!(told(&firm.view(|view| history(view, &query))), rows, "on {}", firm.name);
    let (mut pages, mut page) = (Vec::new(), query.limit(asked.page));
    // Also from a movement that no history gave: then all before it is reckoned again.
    for plain in [false, true] {
        let (mut found, mut page) = (Vec::new(), page.clone());
        loop {
            let some = firm.view(|view| history(view, &page));
            let Some(last) = some.last().map(|row| row.movement.clone()) else { break };
            let same = |movement: &&Movement| movement.did == last.did;
            let last = if plain { whole.iter().find(same).cloned().unwrap() } else { last };
            page = page.after(&last);
            found.extend(some);
        }
        assert_eq!(told(&found), rows, "on {}, {plain}", firm.name);
        pages.push(found);
    }
    page = page.limit(0);
    assert!(firm.view(|view| history(view, &page)).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn pages_are_the_whole_in_order(steps in steps(), asked in prop::collection::vec(asked(), 1..6)) {
        let firm = opened(Firm::on("memory", Arc::new(Memory::new())));
        play(&firm, &steps);
        asked.iter().for_each(|asked| check(&firm, asked));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5))]

    #[test]
    fn on_files_and_behind_an_asynchronous_host_too(
        steps in steps(),
        asked in prop::collection::vec(asked(), 1..4),
    ) {
        for firm in [
            Firm::on("sqlite", Arc::new(Sqlite::in_memory().unwrap())),
            Firm::on("redb", Arc::new(Redb::in_memory().unwrap())),
            Firm::unloaded("model, not loaded", Arc::new(Model::new())),
        ] {
            let firm = opened(firm);
            play(&firm, &steps);
            asked.iter().for_each(|asked| check(&firm, asked));
        }
    }
}

/// Five thousand postings over a year on one account, a thousand of them held before: what a page reads depends on neither.
#[test]
fn a_page_reads_about_a_page() {
    let store = Counting::over(Arc::new(Memory::new()));
    let firm = opened(Firm::on("memory", store.clone()));
    let of_day = |day: u64| Sent {
        debit: 0,
        credit: 1,
        cents: 1,
        day,
        dollars: false,
        kind: day.is_multiple_of(2).then_some(0),
        order: None,
        site: false,
    };
    for batch in 0..100u64 {
        firm.at_minute(batch as i64);
        let crowd: Vec<_> = (0..40).map(|n| entry(&of_day((batch * 40 + n) % 300))).collect();
        firm.must(&format!("crowd {batch}"), &PostMany::new(crowd));
        let held = (0..10)
            .map(|n| Item::Pending(NewPending::new(entry(&of_day(n)).key(format!("{batch}/{n}")))));
        firm.must(&format!("held {batch}"), &RecordEach::new(held.collect()));
        let of = |n| PendingRef::Key(format!("{batch}/{n}").into());
        let settled = (0..10).map(|n| match n % 2 {
            0 => Item::Post(PostPending::new(of(n))),
            _ => Item::Void(VoidPending::new(of(n))),
        });
        firm.must(&format!("settled {batch}"), &RecordEach::new(settled.collect()));
    }
    let rows = |what: &dyn Fn() -> usize| {
        let before = store.rows();
        let found = what();
        (found, store.rows() - before)
    };
    let days = 300;
    let of_bank = MovementQuery::account("tracked");
    let queries = [
        (of_bank.clone().newest_first(), 4 * days),
        (of_bank, 4 * days),
        (MovementQuery::all(), 0),
        (MovementQuery::all().newest_first(), 0),
        (MovementQuery::all().kind("payment"), 0),
        (MovementQuery::all().from(minute(90)), 0),
    ];
    for (query, looks) in queries {
        for limit in [1, 20] {
            // Batches of forty and of ten lie in one millisecond.
            let most = looks + 700 + 20 * limit;
            let mut page = query.clone().limit(limit);
            for _ in 0..3 {
                let (found, read) = rows(&|| firm.view(|view| movements(view, &page)).len());
                assert_eq!(found, limit, "{page:?}");
                assert!(read < most, "{read} rows for {page:?}");
                let last = firm.view(|view| movements(view, &page)).pop().unwrap();
                page = page.after(&last);
            }
            if looks == 0 {
                continue;
            }
            let mut page = query.clone().limit(limit);
            for _ in 0..3 {
                let (_, read) = rows(&|| firm.view(|view| history(view, &page)).len());
                assert!(read < most, "{read} rows for the history {page:?}");
                let last = firm.view(|view| history(view, &page)).pop().unwrap();
                page = page.after(&last.movement);
            }
        }
    }
}
