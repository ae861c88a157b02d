//! The bank test: many writers move money between few accounts, and not a cent is made or lost.
//!
//! After Jepsen's bank workload (Kingsbury), made harder: every transfer is asked for three times, by whoever comes first,
//! some of them at once; the payer's card counts its uses by reading and writing it, so that an update that is lost shows;
//! balances are counters under a floor; slips are numbered without gaps.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use fondaco_core::store::{Ask, Drawn, Floor, Read, Record, Reply, Store, Table};
use fondaco_core::{
    ActorId, Added, CommandId, CompanyId, Drew, Driver, Envelope, ErrorKind, Halt, Range, Reading,
    Timestamp, Tx,
};

use super::Trouble;
use crate::probe::{Verdict, ensure, lock, same};
use crate::random::Random;

/// What an account has: a counter, never below zero.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "bank_balance", kind = counter, key(account))]
struct Balance {
    account: i64,
    cents: i64,
}

/// How often an account has paid: state, read and written by each transfer.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "bank_card", kind = state, key(account))]
struct Card {
    account: i64,
    uses: i64,
}

/// A transfer that was carried out, under the number of its command.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "bank_transfer", kind = fact, key(number), index(by_payer(payer)))]
struct Transfer {
    number: i64,
    payer: i64,
    payee: i64,
    cents: i64,
    slip: Drawn,
}

/// What every account has in the beginning.
const OPENING: i64 = 100;
/// How often each transfer is asked for.
const TIMES: usize = 3;
/// How often an asking may fail before the bank gives up.
const PATIENCE: usize = 2_000;

/// A bank, and the transfers that a seed draws for it.
///
/// ```
/// use std::sync::Arc;
/// use fondaco_testkit::Model;
/// use fondaco_testkit::faults::Bank;
///
/// let bank = Bank::new(7).writers(4).transfers(40);
/// let settled = bank.run(Arc::new(Model::new()))?;
/// assert_eq!(settled.done + settled.short, 40);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Several processes, or one after another that was killed, share a bank by its seed: one calls [`Bank::open`], each
/// [`Bank::work`], and in the end somebody [`Bank::settle`].
#[derive(Debug, Clone)]
pub struct Bank {
    seed: u64,
    accounts: i64,
    writers: usize,
    transfers: usize,
}

/// What a bank came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settled {
    /// Transfers that were carried out.
    pub done: usize,
    /// Transfers whose payer had too little.
    pub short: usize,
}

/// The transfers that were answered, with what was said of each: the slip's number, or `None` for too little money.
type Answers = BTreeMap<usize, BTreeSet<(u64, Option<i64>)>>;

impl Bank {
    /// 4 accounts, 16 writers, 400 transfers.
    pub fn new(seed: u64) -> Bank {
        Bank { seed, accounts: 4, writers: 16, transfers: 400 }
    }

    /// With so many threads that write. Half of them share a driver, the others have each their own.
    #[must_use]
    pub fn writers(self, writers: usize) -> Bank {
        Bank { writers, ..self }
    }

    /// With so many transfers.
    #[must_use]
    pub fn transfers(self, transfers: usize) -> Bank {
        Bank { transfers, ..self }
    }

    /// Opens a bank in a new store, lets all writers work, and settles.
    ///
    /// # Errors
    /// [`Trouble::Broken`] with what is wrong, or [`Trouble::Failed`] when the store fails for too long.
    pub fn run(&self, store: std::sync::Arc<dyn Store>) -> Result<Settled, Trouble> {
        self.open(&store)?;
        let answers = self.answers(&store, &|_| ())?;
        let settled = self.settle(&store)?;
        self.keeps(&store, &answers).map(|()| settled)
    }

    /// That what was answered is there: no transfer that was carried out is lost, under another number, or was refused and
    /// carried out.
    fn keeps(&self, store: &dyn Store, answers: &Answers) -> Result<(), Trouble> {
        let driver = driver(store);
        patiently(|| Ok(driver.prepare(TABLES).map(|_| ())?))?;
        let books = patiently(|| driver.view(Books::read))?;
        let slip = |number: usize| {
            let mut transfers = books.transfers.iter();
            transfers.find(|kept| kept.number == number as i64).and_then(|kept| kept.slip.number())
        };
        for (number, said) in answers.iter().flat_map(|(n, said)| said.iter().map(move |s| (*n, s)))
        {
            if slip(number) != said.1 {
                let (kept, said) = (slip(number), said.1);
                let what =
                    format!("transfer {number} was answered with slip {said:?} and has {kept:?}");
                return Err(self.broken(what));
            }
        }
        Ok(())
    }

    /// Prepares the store and gives each account its money, once however often it is asked.
    ///
    /// # Errors
    /// [`Trouble::Failed`] when the store fails for too long.
    pub fn open(&self, store: &dyn Store) -> Result<(), Trouble> {
        let driver = driver(store);
        patiently(|| Ok(driver.prepare(TABLES).map(|_| ())?))?;
        let fill = |tx: &mut Tx<'_>, accounts: &i64| {
            tx.add_all(
                (0..*accounts).map(|account| Balance { account, cents: OPENING }).collect(),
            )?;
            tx.insert_all((0..*accounts).map(|account| Card { account, uses: 0 }).collect())
        };
        let id = CommandId::named("open");
        patiently(|| driver.run(envelope(id), &self.accounts, fill)).map(|_| ())
    }

    /// Carries out all transfers, each asked for three times, in an order of its own for each writer; `answered` is told
    /// the number of each transfer when it is answered.
    ///
    /// # Errors
    /// [`Trouble::Failed`] when the store fails for too long, [`Trouble::Broken`] when one transfer was answered in two ways.
    pub fn work(
        &self,
        store: &dyn Store,
        answered: &(dyn Fn(usize) + Sync),
    ) -> Result<(), Trouble> {
        self.answers(store, answered).map(drop)
    }

    fn answers(
        &self,
        store: &dyn Store,
        answered: &(dyn Fn(usize) + Sync),
    ) -> Result<Answers, Trouble> {
        let (shared, answers) = (driver(store), Mutex::new(Answers::new()));
        patiently(|| Ok(shared.prepare(TABLES).map(|_| ())?))?;
        let work = |writer: usize| {
            let own = driver(store);
            patiently(|| Ok(own.prepare(TABLES).map(|_| ())?))?;
            let driver = if writer.is_multiple_of(2) { &shared } else { &own };
            for number in self.share(writer) {
                let said = patiently(|| self.ask(driver, number))?;
                answered(number);
                lock(&answers).entry(number).or_default().insert(said);
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let writers: Vec<_> =
                (0..self.writers).map(|writer| scope.spawn(move || work(writer))).collect();
            let gone = || Err(Trouble::Broken("the store panicked".into()));
            writers.into_iter().try_for_each(|writer| writer.join().unwrap_or_else(|_| gone()))
        })?;
        let answers = answers.into_inner().unwrap_or_default();
        match answers.iter().find(|(_, said)| said.len() > 1) {
            Some((number, said)) => {
                Err(self.broken(format!("transfer {number} was answered in two ways: {said:?}")))
            }
            None => Ok(answers),
        }
    }

    /// Looks whether the money is all there: no account below zero, each what its transfers make it, no use of a card
    /// lost, slips without gaps, the chain whole.
    ///
    /// # Errors
    /// [`Trouble::Broken`] with what is wrong, or [`Trouble::Failed`] when the store fails for too long.
    pub fn settle(&self, store: &dyn Store) -> Result<Settled, Trouble> {
        let driver = driver(store);
        patiently(|| Ok(driver.prepare(TABLES).map(|_| ())?))?;
        let books = patiently(|| driver.view(Books::read))?;
        let settled = books.settle(self).map_err(|flaw| self.broken(flaw))?;
        let verified = patiently(|| Ok(driver.verify(TABLES)?))?;
        match verified.findings.first() {
            Some(finding) => Err(self.broken(format!("verify finds: {finding}"))),
            None => Ok(settled),
        }
    }

    /// Whether a transfer was asked for and answered, whichever way.
    ///
    /// # Errors
    /// [`Trouble::Failed`] when the store fails.
    pub fn knows(&self, store: &dyn Store, number: usize) -> Result<bool, Trouble> {
        let ask = Ask::Command(command(number));
        let answer = store.read(&Read::now(company(), vec![ask]))?;
        Ok(matches!(answer.replies.first(), Some(Reply::Command(Some(_)))))
    }

    /// The numbers of the transfers that a writer asks for. Each of them comes three times, somewhere.
    fn share(&self, writer: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..self.transfers).flat_map(|n| [n; TIMES]).collect();
        let mut random = Random::new(self.seed);
        for at in (1..all.len()).rev() {
            all.swap(at, random.below(at + 1));
        }
        all.into_iter().skip(writer).step_by(self.writers.max(1)).collect()
    }

    fn ask(&self, driver: &Driver<'_>, number: usize) -> Result<(u64, Option<i64>), Halt> {
        let mut random = Random::new(self.seed ^ (number as u64).wrapping_mul(0x9E37_79B9));
        let payer = random.below(self.accounts as usize) as i64;
        let payee = (payer + random.between(1, self.accounts - 1)) % self.accounts;
        let wanted = (number as i64, payer, payee, random.between(1, 60));
        let done =
            driver.run(envelope(command(number)), &wanted, |tx, wanted| transfer(tx, *wanted))?;
        Ok((done.position, done.answer.and_then(Drawn::number)))
    }

    fn broken(&self, what: impl std::fmt::Display) -> Trouble {
        Trouble::Broken(format!("bank of seed {}: {what}", self.seed))
    }
}

const TABLES: &[&Table] = &[Balance::TABLE, Card::TABLE, Transfer::TABLE];

fn company() -> CompanyId {
    CompanyId::named("bank")
}

fn command(transfer: usize) -> CommandId {
    CommandId::named(&format!("transfer/{transfer}"))
}

fn driver<'s>(store: &'s dyn Store) -> Driver<'s> {
    Driver::new(store, company())
}

fn envelope(id: CommandId) -> Envelope {
    Envelope::new(id, ActorId::new("teller"), Timestamp::EPOCH)
}

/// The slip's number; `None`, and nothing done, when the payer has too little.
fn transfer(
    tx: &mut Tx<'_>,
    (number, payer, payee, cents): (i64, i64, i64, i64),
) -> Result<Option<Drawn>, Halt> {
    let never_below_zero = [Floor::new(&[(1, 1)], 0)];
    let paid = tx.add(Balance { account: payer, cents: -cents }, &never_below_zero)?;
    if let Added::Short(_) = paid {
        return Ok(None);
    }
    tx.add(Balance { account: payee, cents }, &[])?;
    let uses = tx.get::<Card>(&payer)?.map_or(0, |card| card.uses);
    tx.put(Card { account: payer, uses: uses + 1 })?;
    let Drew::Place(slip) = tx.draw("slips", None)? else {
        return Err(Halt::Bug("a draw without a date is never late".into()));
    };
    tx.insert(Transfer { number, payer, payee, cents, slip })?;
    Ok(Some(slip))
}

/// Asks until the store neither fails nor is too busy.
fn patiently<T>(ask: impl Fn() -> Result<T, Halt>) -> Result<T, Trouble> {
    let mut tries = 0;
    loop {
        match ask() {
            Ok(done) => return Ok(done),
            Err(halt) => {
                tries += 1;
                let again = matches!(halt.kind(), ErrorKind::Unavailable | ErrorKind::Conflict);
                match halt {
                    _ if again && tries < PATIENCE => std::thread::yield_now(),
                    Halt::Store(error) => return Err(Trouble::Failed(error)),
                    other => return Err(Trouble::Broken(other.to_string())),
                }
            }
        }
    }
}

/// All that a bank has.
struct Books {
    balances: BTreeMap<i64, i64>,
    cards: BTreeMap<i64, i64>,
    transfers: Vec<Transfer>,
    last_slip: i64,
}

impl Books {
    fn read(view: &mut fondaco_core::View<'_>) -> Result<Books, Halt> {
        let balances = view.peek_scan(&Range::<Balance>::all())?;
        let cards = view.peek_scan(&Range::<Card>::all())?;
        let transfers = view.peek_scan(&Range::<Transfer>::all())?;
        Ok(Books {
            balances: balances.iter().map(|row| (row.account, row.cents)).collect(),
            cards: cards.iter().map(|row| (row.account, row.uses)).collect(),
            transfers: transfers.iter().map(|row| Transfer::clone(row)).collect(),
            last_slip: view.peek_series("slips")?.last,
        })
    }

    fn settle(&self, bank: &Bank) -> Verdict<Settled> {
        same("the total of all accounts", self.balances.values().sum(), bank.accounts * OPENING)?;
        for (account, cents) in &self.balances {
            ensure(*cents >= 0, || format!("account {account} is at {cents} cents, below zero"))?;
        }
        same("the balances", &self.balances, &self.expected(bank))?;
        let uses = |account: i64| self.transfers.iter().filter(|t| t.payer == account).count();
        let expected: BTreeMap<i64, i64> =
            (0..bank.accounts).map(|account| (account, uses(account) as i64)).collect();
        same("the uses of the cards", &self.cards, &expected)?;
        let slips: BTreeSet<i64> = self.transfers.iter().filter_map(|t| t.slip.number()).collect();
        let all: BTreeSet<i64> = (1..=self.transfers.len() as i64).collect();
        same("the numbers of the slips", slips, all)?;
        same("the last slip", self.last_slip, self.transfers.len() as i64)?;
        let done = self.transfers.len();
        Ok(Settled { done, short: bank.transfers.saturating_sub(done) })
    }

    fn expected(&self, bank: &Bank) -> BTreeMap<i64, i64> {
        let mut balances: BTreeMap<i64, i64> =
            (0..bank.accounts).map(|account| (account, OPENING)).collect();
        for Transfer { payer, payee, cents, .. } in &self.transfers {
            *balances.entry(*payer).or_default() -= cents;
            *balances.entry(*payee).or_default() += cents;
        }
        balances
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_not_kept_is_noticed() {
        let (bank, store) = (Bank::new(7).writers(2).transfers(20), crate::Model::new());
        bank.open(&store).unwrap();
        let answers = bank.answers(&store, &|_| ()).unwrap();
        bank.keeps(&store, &answers).unwrap();
        let lost = Answers::from([(99, BTreeSet::from([(9, Some(7))]))]);
        assert!(matches!(bank.keeps(&store, &lost), Err(Trouble::Broken(_))));
        let done = answers.iter().find(|(_, said)| said.iter().any(|(_, slip)| slip.is_some()));
        let refused = Answers::from([(*done.unwrap().0, BTreeSet::from([(9, None)]))]);
        assert!(matches!(bank.keeps(&store, &refused), Err(Trouble::Broken(_))));
    }
}
