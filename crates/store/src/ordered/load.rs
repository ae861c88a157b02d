//! A company that another store had: written bit by bit under a number that nobody knows yet; its head, written last,
//! makes it visible.

use std::collections::{HashMap, HashSet};

use fondaco_core::CompanyId;
use fondaco_core::chain::GENESIS;
use fondaco_core::store::{
    Commit, Hash, Kind, LoadCheck, Piece, Pieces, Row, SeriesState, StoreError,
};
use smol_str::SmolStr;

use super::catalog::{Form, Forms, Header};
use super::form::damaged;
use super::index::Entries;
use super::log::{self, Head};
use super::place::{self, Part};
use super::{KeyRange, MapSnapshot, Ordered, Put, Written, row};

/// So many puts go into one write.
const PUTS: usize = 4096;

/// What is written of a company that is being loaded.
pub(super) struct Loading<'l> {
    forms: &'l Forms,
    company: i64,
    check: LoadCheck,
    puts: Vec<Put>,
    /// Entries of unique indexes that are taken, by table and index.
    taken: HashMap<(&'static str, usize), HashSet<Vec<u8>>>,
    link: Hash,
}

impl<'l> Loading<'l> {
    pub(super) fn new(forms: &'l Forms, company: i64) -> Loading<'l> {
        let (check, puts, taken) = (LoadCheck::default(), Vec::new(), HashMap::new());
        Loading { forms, company, check, puts, taken, link: GENESIS }
    }

    /// Takes all pieces and writes them, `PUTS` at a time; the head to make them visible with.
    pub(super) fn all(
        mut self,
        pieces: &mut Pieces<'_>,
        mut write: impl FnMut(Vec<Put>) -> Result<(), StoreError>,
    ) -> Result<Head, StoreError> {
        while let Some(piece) = pieces()? {
            self.check.piece(&piece)?;
            match piece {
                Piece::Rows(rows) => self.rows(&rows)?,
                Piece::Series(series) => self.series(&series),
                Piece::Commits(commits) => {
                    commits.iter().try_for_each(|commit| self.commit(commit))?
                }
                _ => return Err(StoreError::Unsupported { ask: "a piece it does not know" }),
            }
            while self.puts.len() >= PUTS {
                let rest = self.puts.split_off(PUTS);
                write(std::mem::replace(&mut self.puts, rest))?;
            }
        }
        if !self.puts.is_empty() {
            write(self.puts)?;
        }
        Ok(Head { company: self.company, position: self.check.finish()?, link: self.link })
    }

    /// Rows of one table.
    fn rows(&mut self, rows: &[Row]) -> Result<(), StoreError> {
        let Some(table) = rows.first().map(|row| row.stored().table()) else { return Ok(()) };
        let form = self.forms.get(table)?;
        let indexes = Entries::of(form, self.company);
        let prefix = place::numbered(self.company, Part::Row, form.number);
        for row in rows {
            let key = [prefix.as_slice(), row.key().bytes.as_slice()].concat();
            self.puts.push(Put::new(key, row::encode(row.stored(), row.version)?));
            for index in &indexes {
                self.entry(form, index, row)?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, form: &Form, index: &Entries, row: &Row) -> Result<(), StoreError> {
        let Some(entry) = index.entry(row.stored()) else { return Ok(()) };
        if let Some(declared) = form.table.indexes.get(index.at).filter(|_| index.unique) {
            let taken = self.taken.entry((form.table.name, index.at)).or_default();
            if !taken.insert(entry.part().to_vec()) {
                return Err(crate::rules::taken(form.table, declared));
            }
        }
        self.puts.push(entry.put());
        Ok(())
    }

    fn series(&mut self, series: &[(SmolStr, SeriesState)]) {
        let put =
            |(name, state): &(SmolStr, SeriesState)| log::keep_series(self.company, name, state);
        self.puts.extend(series.iter().map(put));
    }

    fn commit(&mut self, commit: &Commit) -> Result<(), StoreError> {
        log::keep(self.company, commit, &mut self.puts);
        let Some(seal) = &commit.seal else { return Ok(()) };
        self.link = seal.link;
        for state in &seal.states {
            let unprepared = || StoreError::Unprepared { table: state.table.clone() };
            let form = self.forms.named(&state.table).ok_or_else(unprepared)?;
            debug_assert!(form.table.kind == Kind::State, "no other row is named in a seal");
            let (key, position) = (state.key.as_slice(), commit.position);
            self.puts.push(log::wrote(self.company, form.number, key, position));
        }
        Ok(())
    }
}

/// Writes puts whatever moved the map meanwhile: they are under a number that is nobody else's.
pub(super) fn write(map: &dyn Ordered, mut puts: Vec<Put>) -> Result<(), StoreError> {
    puts.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    loop {
        let position = map.snapshot()?.position();
        if map.write(position, puts.clone())? == Written::Done {
            return Ok(());
        }
    }
}

/// Gives a company a number, which is noted so that it is never given again, and so that what is written under it is found
/// if whoever loads is killed. What earlier ones left is taken away.
pub(super) fn number(map: &dyn Ordered, company: CompanyId) -> Result<i64, StoreError> {
    loop {
        let now = map.snapshot()?;
        let position = now.position();
        if Head::of(now.as_ref(), company)?.position > 0 {
            return Err(StoreError::Occupied { company });
        }
        let mut header = Header::of(now.as_ref())?;
        let number = header.new_company();
        let left = loadings(now.as_ref(), company)?;
        drop(now);
        let noted = Put::new(place::loading(company, number), Vec::new());
        if map.write(position, vec![header.put(), noted])? == Written::Done {
            left.into_iter().try_for_each(|number| forget(map, company, number))?;
            return Ok(number);
        }
    }
}

/// The numbers under which a company is being loaded, in order.
fn loadings(map: &dyn MapSnapshot, company: CompanyId) -> Result<Vec<i64>, StoreError> {
    let prefix = place::loadings(company);
    let end = place::after(&prefix);
    let range = KeyRange { from: &prefix, to: end.as_deref(), backwards: false, limit: usize::MAX };
    let number = |(key, _): &(Vec<u8>, Vec<u8>)| {
        let bytes = key.last_chunk().filter(|_| key.len() == prefix.len() + 8);
        bytes.map(|bytes| i64::from_be_bytes(*bytes)).ok_or_else(|| damaged("a load's number"))
    };
    map.range(&range)?.iter().map(number).collect()
}

/// Makes a loaded company visible, unless somebody began it meanwhile, or to load it, or changed the tables.
pub(super) fn reveal(
    map: &dyn Ordered,
    forms: &Forms,
    company: CompanyId,
    head: Head,
) -> Result<(), StoreError> {
    loop {
        let now = map.snapshot()?;
        let position = now.position();
        if Head::of(now.as_ref(), company)?.position > 0 {
            return Err(StoreError::Occupied { company });
        }
        if !forms.fit(&Header::of(now.as_ref())?) {
            let why = "a table was changed while the company was loaded: load it again";
            return Err(StoreError::Unavailable(why.into()));
        }
        // Who came later took away what was written here.
        if loadings(now.as_ref(), company)?.last() != Some(&head.company) {
            let why = "somebody else began to load the company meanwhile";
            return Err(StoreError::Unavailable(why.into()));
        }
        drop(now);
        let noted = Put::delete(place::loading(company, head.company));
        if map.write(position, vec![head.put(company), noted])? == Written::Done {
            return Ok(());
        }
    }
}

/// Takes away what was written of a company under a number that nobody knows. Where this fails, whoever loads the company next
/// does it.
pub(super) fn forget(map: &dyn Ordered, company: CompanyId, number: i64) -> Result<(), StoreError> {
    let prefix = place::company(number);
    let end = place::after(&prefix);
    loop {
        let now = map.snapshot()?;
        let range = KeyRange { from: &prefix, to: end.as_deref(), backwards: false, limit: PUTS };
        let found = now.range(&range)?;
        drop(now);
        if found.is_empty() {
            return write(map, vec![Put::delete(place::loading(company, number))]);
        }
        write(map, found.into_iter().map(|(key, _)| Put::delete(key)).collect())?;
    }
}

/// All series of a company, in order of name.
pub(super) fn all_series(
    map: &dyn MapSnapshot,
    company: i64,
) -> Result<Vec<(SmolStr, SeriesState)>, StoreError> {
    let prefix = place::part(company, Part::Series);
    let end = place::after(&prefix);
    let range = KeyRange { from: &prefix, to: end.as_deref(), backwards: false, limit: usize::MAX };
    let mut all = Vec::new();
    super::read::each(map, range, super::read::PAGE, |key, bytes| {
        let name = key.get(prefix.len()..).and_then(|name| std::str::from_utf8(name).ok());
        let name = name.ok_or_else(|| damaged("a series' name"))?;
        all.push((name.into(), log::series_state(&bytes)?));
        Ok(())
    })?;
    all.retain(|(_, state)| *state != SeriesState::default());
    Ok(all)
}
