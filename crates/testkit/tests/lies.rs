//! The suite must be able to fail: each store here tells one lie, and the report must name the promise that it breaks.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends here")]

mod liar;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use fondaco_core::store::{
    Answer, Batch, Commit, FeedFrom, Prepared, Read, Store, StoreError, Table,
};
use fondaco_testkit::{Model, Outcome, Report, Suite};
use liar::loads::Lie as LoadLie;
use liar::{Liar, Lie};

fn report(lie: Lie) -> Report {
    Suite::new(move || Liar::new(lie)).run()
}

/// That these checks, run on a store which tells `lie`, are broken, each with a reason and a history.
#[track_caller]
fn found(lie: Lie, names: &[&str]) {
    for name in names {
        let report = Suite::new(move || Liar::new(lie)).only(name).run();
        let check = report.check(name).unwrap_or_else(|| panic!("no check is called {name}"));
        let Outcome::Broken { what, history, .. } = &check.outcome else {
            panic!("{lie:?} was not found by {name}");
        };
        if std::env::var_os("SHOW").is_some() {
            println!("{lie:?}\n{report}\n");
        }
        assert!(!what.is_empty() && !history.is_empty(), "{name} tells nothing: {what}");
        assert!(report.to_string().contains(&format!("BROKEN       {name}:")));
    }
}

#[test]
fn a_liar_without_a_lie_is_believed() {
    report(Lie::None).assert();
}

#[test]
fn half_a_refused_batch_is_found() {
    found(
        Lie::HalfARefusedBatch,
        &["atomic.moved", "atomic.short", "atomic.late", "histories.short"],
    );
}

#[test]
fn a_batch_without_its_last_change_is_found() {
    found(Lie::LastChangeLost, &["commits.read_yours", "histories.short"]);
}

#[test]
fn forgotten_floors_are_found() {
    found(
        Lie::NoFloors,
        &["counters.floors", "counters.short", "counters.sellers", "atomic.short"],
    );
}

#[test]
fn floors_judged_term_by_term_are_found() {
    found(Lie::FloorsByTerm, &["counters.floors"]);
}

#[test]
fn floors_of_the_first_counter_for_all_are_found() {
    found(Lie::FloorsOfTheFirst, &["counters.floors_each"]);
}

#[test]
fn reused_versions_are_found() {
    found(Lie::VersionsReused, &["seen.versions_never_reused"]);
}

#[test]
fn ignored_seen_is_found() {
    found(Lie::SeenIgnored, &["seen.moved", "seen.write_skew", "atomic.moved", "histories.short"]);
}

#[test]
fn a_hint_that_is_trusted_blindly_is_found() {
    found(Lie::HintTrusted, &["seen.hint"]);
}

#[test]
fn entries_that_an_erase_does_not_free_for_its_own_batch_are_found() {
    found(Lie::ErasedEntriesTaken, &["unique.freed_in_batch", "histories.long"]);
}

#[test]
fn ignored_absence_is_found() {
    found(Lie::AbsenceIgnored, &["seen.absent", "seen.exists", "seen.absence_under_threads"]);
}

#[test]
fn seen_that_is_not_compared_under_threads_is_found() {
    found(Lie::SeenIgnoredInRaces, &["seen.write_skew"]);
}

#[test]
fn lost_adds_are_found() {
    found(Lie::AddsLostInRaces, &["counters.no_lost_adds"]);
}

#[test]
fn one_company_for_all_is_found() {
    found(Lie::OneCompany, &["companies.separate"]);
}

#[test]
fn one_set_of_series_for_all_companies_is_found_by_histories_too() {
    found(Lie::OneCompany, &["histories.short", "histories.long"]);
}

#[test]
fn holds_that_hold_nothing_are_found() {
    found(
        Lie::HoldsNothing,
        &["snapshots.held_rows", "snapshots.held_order", "snapshots.many_holds"],
    );
}

#[test]
fn held_rows_in_the_wrong_order_are_found() {
    found(Lie::HeldByKey, &["snapshots.held_order"]);
}

#[test]
fn holds_that_are_never_released_are_found() {
    found(Lie::NeverReleases, &["snapshots.released"]);
}

#[test]
fn a_store_without_holds_may_say_so() {
    let report = report(Lie::NoHolds);
    let check = report.check("snapshots.held_rows").unwrap();
    assert!(matches!(check.outcome, Outcome::NotOffered { .. }), "{report}");
    report.assert();
}

#[test]
fn a_chain_that_is_switched_off_is_not_offered_and_nothing_is_broken() {
    let report = report(Lie::NoChain);
    let check = report.check("chain.same_links").unwrap();
    assert!(matches!(check.outcome, Outcome::NotOffered { .. }), "{report}");
    report.assert();
}

/// What `promises` says that a store may do without is what the suite lets it do without, and no more.
#[test]
fn what_is_optional_is_not_offered_and_nothing_else() {
    let needs = |lie: Lie| {
        let report = report(lie);
        let gone =
            |check: &&fondaco_testkit::Checked| matches!(check.outcome, Outcome::NotOffered { .. });
        report.checks.iter().filter(gone).map(|check| check.name).collect::<Vec<_>>()
    };
    let all = fondaco_testkit::promises();
    let of = |word: &str| {
        let needs = |it: &&fondaco_testkit::Promise| it.needs.is_some_and(|it| it.contains(word));
        all.iter().filter(needs).map(|it| it.name).collect::<Vec<_>>()
    };
    assert_eq!(needs(Lie::NoChain), of("chain"));
    // Verifying reads from a held snapshot.
    let holds = needs(Lie::NoHolds);
    assert_eq!(
        holds.iter().filter(|it| !of("chain").contains(it)).copied().collect::<Vec<_>>(),
        of("held")
    );
    let verifies = of("the hash chain").into_iter().filter(|it| it.starts_with("chain."));
    let mut verifies = verifies.filter(|it| *it != "chain.same_links");
    assert!(verifies.all(|it| holds.contains(&it)), "{holds:?}");
    assert_eq!(needs(Lie::NoLoads), of("loading"));
}

#[test]
fn torn_reads_are_found() {
    found(Lie::TornReads, &["snapshots.one_per_read"]);
}

#[test]
fn stale_reads_are_found() {
    found(Lie::StaleReads, &["commits.read_yours", "snapshots.not_older"]);
}

#[test]
fn scans_in_no_order_are_found() {
    found(Lie::ScansReversed, &["scans.key_order", "scans.index_order", "scans.limit"]);
}

#[test]
fn texts_ordered_as_people_do_are_found() {
    found(Lie::TextsWithoutCase, &["scans.index_order"]);
}

#[test]
fn a_row_too_many_is_found() {
    found(Lie::OneRowMore, &["scans.limit", "histories.short"]);
}

#[test]
fn an_inclusive_end_is_found() {
    found(Lie::EndInclusive, &["scans.bounds", "scans.pages", "histories.short"]);
}

#[test]
fn sums_that_lack_something_are_found() {
    found(Lie::SumsCut, &["scans.sums", "scans.sums_held"]);
    found(Lie::SumsOfNow, &["scans.sums_held"]);
}

#[test]
fn gaps_in_numbers_are_found() {
    found(Lie::NumberGaps, &["numbers.refused_take_none", "numbers.under_threads"]);
}

#[test]
fn dates_that_run_backwards_are_found() {
    found(Lie::NoDates, &["numbers.late", "atomic.late"]);
}

#[test]
fn dates_of_series_that_are_not_told_are_found() {
    found(Lie::SeriesWithoutDates, &["loads.all_series"]);
}

#[test]
fn counters_that_are_not_told_are_found() {
    found(Lie::AllTablesWithoutCounters, &["loads.all_tables", "loads.tables_held"]);
}

#[test]
fn places_that_are_not_filled_in_answers_are_found() {
    found(Lie::AnswersUnfilled, &["numbers.filled"]);
}

/// Two stores that know nothing of one another are no two objects on one database.
#[test]
fn store_objects_that_do_not_share_their_database_are_found() {
    let report = Suite::new(Model::new).beside(|_| Model::new()).only("beside").run();
    for name in ["beside.seen", "beside.moved", "beside.older"] {
        let check = report.check(name).unwrap();
        assert!(matches!(check.outcome, Outcome::Broken { .. }), "{name} was believed");
    }
}

#[test]
fn an_index_that_is_known_by_its_name_alone_is_found() {
    found(Lie::IndexesByName, &["tables.index_changed"]);
}

#[test]
fn no_uniqueness_is_found() {
    found(
        Lie::NotUnique,
        &[
            "unique.clash",
            "unique.within_batch",
            "unique.under_threads",
            "unique.swap",
            "unique.on_the_key",
            "tables.new_unique",
        ],
    );
}

#[test]
fn uniqueness_row_by_row_is_found() {
    found(Lie::UniqueRowByRow, &["unique.swap"]);
}

#[test]
fn uniqueness_that_is_forgotten_after_a_swap_is_found() {
    let lie = Lie::UniqueForgottenAfterSwap;
    found(lie, &["unique.swap"]);
    let report = Suite::new(move || Liar::new(lie)).only("unique.freed").run();
    report.assert();
}

#[test]
fn one_clash_of_many_is_found() {
    let names = ["unique.all_named", "counters.short", "seen.moved", "numbers.late"];
    found(Lie::FirstOnly, &names);
}

#[test]
fn short_rows_without_their_row_are_found() {
    found(Lie::ShortWithoutRow, &["counters.short"]);
}

#[test]
fn replays_of_other_content_are_found() {
    found(Lie::ReplaysAnything, &["commands.reused"]);
}

#[test]
fn commands_carried_out_twice_are_found() {
    found(Lie::CarriesOutTwice, &["commands.replayed", "commands.once_under_threads"]);
}

#[test]
fn ids_that_are_cut_are_found() {
    found(Lie::IdsCut, &["commands.whole_ids"]);
}

#[test]
fn texts_that_are_cut_are_found() {
    found(Lie::TextsCut, &["values.long"]);
}

#[test]
fn texts_compared_without_case_are_found() {
    for lie in [Lie::KeysWithoutCase, Lie::UniqueWithoutCase, Lie::SeriesWithoutCase] {
        found(lie, &["values.exact_texts"]);
    }
}

#[test]
fn events_in_another_order_are_found() {
    found(Lie::EventsReordered, &["commits.answer"]);
}

#[test]
fn salts_that_are_kept_are_found() {
    found(Lie::SaltsKept, &["commands.forgotten_salt"]);
}

#[test]
fn checks_that_are_stored_are_found() {
    found(Lie::ChecksStored, &["atomic.check_stores_nothing"]);
}

#[test]
fn erasures_that_erase_nothing_are_found() {
    found(Lie::ErasesNothing, &["values.personal", "unique.freed", "scans.nulls", "chain.erased"]);
}

#[test]
fn decimals_through_floats_are_found() {
    found(Lie::Floats, &["values.edges", "values.random"]);
}

#[test]
fn a_feed_with_holes_is_found() {
    found(Lie::FeedSkips, &["feed.pages", "feed.no_gaps"]);
}

#[test]
fn a_feed_that_forgets_what_is_old_is_found() {
    found(Lie::FeedForgets, &["commands.never_forgotten"]);
}

#[test]
fn a_company_that_is_not_loaded_as_it_was_is_found() {
    let as_it_was = [
        LoadLie::AtLastVersion,
        LoadLie::WithoutAnswers,
        LoadLie::WithoutCounters,
        LoadLie::WithoutDates,
        LoadLie::WithoutEvents,
        LoadLie::WithoutSalts,
        LoadLie::WithoutSeries,
        LoadLie::WithoutStates,
        LoadLie::WithoutTime,
    ];
    as_it_was.into_iter().for_each(|lie| found(Lie::Loads(lie), &["loads.as_it_was"]));
    found(Lie::Loads(LoadLie::WithoutDates), &["loads.goes_on"]);
    found(Lie::Loads(LoadLie::WithoutStates), &["loads.forgets"]);
    found(Lie::Loads(LoadLie::NothingOverOthers), &["loads.once"]);
    for lie in [LoadLie::Half, LoadLie::EndsAtFailures, LoadLie::NotUnique] {
        found(Lie::Loads(lie), &["loads.all_or_nothing"]);
    }
}

#[test]
fn a_feed_that_tells_another_story_is_found() {
    found(Lie::FeedForged, &["feed.as_committed", "chain.verifies", "histories.long"]);
}

#[test]
fn a_newer_layout_that_is_accepted_is_found() {
    found(Lie::AnyLayout, &["tables.newer_layout"]);
}

#[test]
fn bad_declarations_that_are_accepted_are_found() {
    found(Lie::AnyDeclaration, &["tables.bad_declaration"]);
}

#[test]
fn tables_that_prepare_themselves_are_found() {
    found(Lie::PreparesItself, &["tables.unprepared", "atomic.unprepared"]);
}

#[test]
fn misuse_that_is_tolerated_is_found() {
    found(Lie::ToleratesTwice, &["misuse.one_key_twice"]);
}

#[test]
fn overflow_that_saturates_is_found() {
    found(Lie::Saturates, &["counters.overflow", "atomic.overflow"]);
}

#[test]
fn a_panic_is_reported_and_the_other_checks_go_on() {
    let report = report(Lie::PanicsOnErase);
    let Outcome::Broken { came, .. } = &report.check("values.personal").unwrap().outcome else {
        panic!("{report}");
    };
    assert_eq!(came, "a panic");
    assert_eq!(report.check("scans.get").unwrap().outcome, Outcome::Kept);
}

#[test]
fn a_store_that_forgets_when_it_is_closed_is_found() {
    let report = Suite::new(Model::new).reopen(|_| Model::new()).only("reopen").run();
    assert!(!report.is_kept());
}

/// Keeps commits in memory, and writes them down when it is closed: what it answers is lost when its program is killed.
struct Late {
    live: Arc<Model>,
    disk: Arc<Mutex<Model>>,
    /// How many commits it lets stand in memory before it writes them down all the same.
    most: u64,
    commits: AtomicU64,
}

impl Late {
    fn new(most: u64) -> Late {
        Late::on(Arc::default(), most)
    }

    fn on(disk: Arc<Mutex<Model>>, most: u64) -> Late {
        let live = Arc::new(disk.lock().unwrap().copy());
        Late { live, disk, most, commits: AtomicU64::new(0) }
    }

    fn flush(&self) {
        *self.disk.lock().unwrap() = self.live.copy();
    }

    fn close_and_open(self) -> Late {
        let (disk, most) = (self.disk.clone(), self.most);
        drop(self);
        Late::on(disk, most)
    }

    /// What a kill leaves: the disk as it is.
    fn killed(&self) -> Late {
        let left = self.disk.lock().unwrap().copy();
        Late::on(Arc::new(Mutex::new(left)), self.most)
    }
}

impl Drop for Late {
    fn drop(&mut self) {
        self.flush();
    }
}

impl Store for Late {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        let prepared = self.live.prepare(tables);
        self.flush();
        prepared
    }
    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        self.live.read(read)
    }
    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        let done = self.live.commit(batch);
        if self.commits.fetch_add(1, Ordering::SeqCst) >= self.most {
            self.flush();
            self.commits.store(0, Ordering::SeqCst);
        }
        done
    }
    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        self.live.feed(from)
    }
}

#[test]
fn a_store_that_writes_when_it_is_closed_is_found() {
    for most in [u64::MAX, 1] {
        let suite = Suite::new(move || Late::new(most)).reopen(Late::close_and_open);
        let report = suite.crash(Late::killed).only("survives").run();
        let kept =
            |name: &str| report.check(name).is_none_or(|check| check.outcome == Outcome::Kept);
        assert!(!report.is_kept() && !kept("crash.survives"), "{report}");
    }
    let closed = || Suite::new(|| Late::new(u64::MAX)).reopen(Late::close_and_open);
    closed().only("reopen.survives").run().assert(); // which alone would believe it
    let honest = Suite::new(|| Late::new(0)).crash(Late::killed).only("crash.survives").run();
    assert_eq!(honest.checks.len(), 1);
    honest.assert();
}

#[test]
fn a_random_history_is_shortened_and_names_its_seed() {
    let report = Suite::new(|| Liar::new(Lie::EndInclusive)).only("histories.long").run();
    let Outcome::Broken { what, history, .. } = &report.check("histories.long").unwrap().outcome
    else {
        panic!("{report}");
    };
    assert!(what.starts_with("seed 2"), "{what}");
    assert!(history.len() <= 8, "{} calls are left: {history:#?}", history.len());
}

#[test]
#[should_panic(expected = "BROKEN       counters.floors")]
fn assert_ends_a_test_with_the_broken_promise() {
    Suite::new(|| Liar::new(Lie::NoFloors)).only("counters").run().assert();
}
