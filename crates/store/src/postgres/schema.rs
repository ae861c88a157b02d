//! The store's own tables, and how records' tables come and grow.
//!
//! Everything of the store's own begins with `fondaco_`; a record's table is named as the record. `fondaco_table` knows the
//! layout of each, `fondaco_index` which indexes are there, and of which columns. All of it is made and changed in one transaction, under an
//! advisory lock, so that any number of programs may start at once.
//!
//! # Who sees what
//! Every table has row-level security, forced on its owner too. The role that made the tables (and roles that are members of
//! it) sees and writes the company of the transaction's setting `fondaco.company`; any other role sees what `fondaco_reader`
//! says of it, or of a role that it has the rights of. Only superusers, and roles with `BYPASSRLS`, see everything. Nobody empties a table
//! with `TRUNCATE`, which no such security holds for: that right is taken from the owner too.

use std::collections::{BTreeMap, BTreeSet};

use fondaco_core::store::{Column, Index, Kind, Prepared, StoreError, Table};
use smol_str::SmolStr;

use super::error::{Outcome, damaged, misused};
use super::form::{Form, Forms, index_name};
use super::lane::{Lane, sql_type};
use super::room::Room;
use super::trip::{Brought, Seat, Trip};
use super::wire::Wire;
use crate::sql::{index_declaration, own_in_view, quoted, salt_name};

/// The version of the store's own tables.
const FORMAT: i64 = 1;

const OWN: &str = "
CREATE TABLE @.fondaco_meta (name text PRIMARY KEY, value bigint NOT NULL);
CREATE TABLE @.fondaco_company (
    company integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL UNIQUE, position bigint NOT NULL,
    link bytea NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE @.fondaco_commit (
    company integer NOT NULL REFERENCES @.fondaco_company, position bigint NOT NULL, command uuid NOT NULL,
    digest bytea NOT NULL, salt bytea, actor text NOT NULL, time timestamptz NOT NULL, root bytea, content bytea,
    link bytea, events json NOT NULL, answer json NOT NULL, PRIMARY KEY (company, position), UNIQUE (company, command)
);
CREATE TABLE @.fondaco_state_hash (
    company integer NOT NULL, position bigint NOT NULL, place bigint NOT NULL, tbl text NOT NULL, key bytea NOT NULL,
    hash bytea, deleted boolean NOT NULL, PRIMARY KEY (company, position, place),
    FOREIGN KEY (company, position) REFERENCES @.fondaco_commit
);
CREATE TABLE @.fondaco_series (
    company integer NOT NULL REFERENCES @.fondaco_company, series text COLLATE \"C\" NOT NULL, last bigint NOT NULL,
    date date, PRIMARY KEY (company, series)
);
CREATE TABLE @.fondaco_table (name text PRIMARY KEY, layout integer NOT NULL);
CREATE TABLE @.fondaco_index (tbl text NOT NULL, name text NOT NULL, form text, PRIMARY KEY (tbl, name));
CREATE TABLE @.fondaco_reader (
    role name NOT NULL, company integer NOT NULL REFERENCES @.fondaco_company, PRIMARY KEY (role, company)
);
INSERT INTO @.fondaco_meta VALUES ('format', 1), ('generation', 1);
ALTER TABLE @.fondaco_reader ENABLE ROW LEVEL SECURITY;
ALTER TABLE @.fondaco_reader FORCE ROW LEVEL SECURITY;
CREATE POLICY fondaco_own ON @.fondaco_reader TO CURRENT_USER USING (true);
GRANT SELECT ON @.fondaco_reader TO PUBLIC;
ALTER TABLE @.fondaco_company ENABLE ROW LEVEL SECURITY;
ALTER TABLE @.fondaco_company FORCE ROW LEVEL SECURITY;
CREATE POLICY fondaco_own ON @.fondaco_company TO CURRENT_USER
    USING (id = (SELECT NULLIF(current_setting('fondaco.company', true), '')::uuid));
";

/// The roles that whoever asks has the rights of.
const HELD: &str =
    "(SELECT p.rolname FROM pg_catalog.pg_roles p WHERE pg_has_role(p.oid, 'USAGE'))";

/// How far the tables are guarded, as `fondaco_meta` says: 2 since members of readers read, and nobody truncates.
const GUARDS: i64 = 2;

/// Counters change all the time: with room on their pages they do so in place, without a new entry in an index.
const ROOM: &str = " WITH (fillfactor = 50)";

/// The own tables that have a company in each row.
const OF_COMPANIES: [&str; 3] = ["fondaco_commit", "fondaco_state_hash", "fondaco_series"];

/// All of the own tables.
const OWN_TABLES: [&str; 8] = [
    "fondaco_meta",
    "fondaco_company",
    "fondaco_commit",
    "fondaco_state_hash",
    "fondaco_series",
    "fondaco_table",
    "fondaco_index",
    "fondaco_reader",
];

/// The own tables that readers of a company may ask.
const READABLE: [&str; 5] =
    ["fondaco_company", "fondaco_commit", "fondaco_state_hash", "fondaco_series", "fondaco_reader"];

/// What [`prepare`] works in: the caller's transaction.
struct Maker<'m, W> {
    wire: &'m mut W,
    room: &'m Room,
    /// Whether views run as whoever asks them: from PostgreSQL 15 on.
    views: bool,
}

/// Creates, upgrades or refuses each of `tables`, inside the caller's transaction; their forms hold once it is committed.
pub(super) async fn prepare(
    wire: &mut impl Wire,
    room: &Room,
    tables: &[&'static Table],
) -> Outcome<(Prepared, Forms)> {
    for table in tables {
        table.check().map_err(misused)?;
        check_names(table)?;
    }
    let schema = literal(&room.schema);
    wire.run(&format!("SELECT pg_advisory_xact_lock(hashtext('fondaco ' || {schema}))")).await?;
    let views = number(wire, "SELECT current_setting('server_version_num')::bigint").await?;
    let mut maker = Maker { wire, room, views: views.is_some_and(|version| version >= 150_000) };
    maker.create_own().await?;
    let mut forms = Forms::default();
    let (mut done, mut changed) = (Prepared::default(), false);
    for table in tables {
        changed |= maker.table(table, &mut done).await?;
        forms.insert(Form::new(&room.schema, table));
    }
    if changed {
        maker.grant_to_readers().await?;
        let raise = "UPDATE @.fondaco_meta SET value = value + 1 WHERE name = 'generation'";
        maker.wire.run(&room.own(raise)).await?;
    }
    forms.generation = generation(maker.wire, room).await?;
    Ok((done, forms))
}

const GENERATION: &str = "SELECT value FROM @.fondaco_meta WHERE name = 'generation'";

async fn generation(wire: &mut impl Wire, room: &Room) -> Outcome<i64> {
    let found = number(wire, &room.own(GENERATION)).await?;
    found.ok_or_else(|| damaged("fondaco_meta has no generation"))
}

/// Asks for the generation of the tables, along with other statements.
pub(super) fn ask_generation(trip: &mut Trip<'_>, room: &Room) -> Seat {
    trip.query(room.own(GENERATION), Vec::new())
}

/// What it came to.
pub(super) fn told_generation(brought: &Brought, seat: Seat) -> Outcome<i64> {
    let row = brought.rows(seat).first();
    Ok(row.ok_or_else(|| damaged("fondaco_meta has no generation"))?.try_get(0)?)
}

/// That another program has not brought a table further than this one knows, since the forms were made.
pub(super) async fn recheck(wire: &mut impl Wire, room: &Room, forms: &Forms) -> Outcome<Forms> {
    let mut fresh = forms.clone();
    for form in forms.all() {
        match layout(wire, room, form.table).await? {
            Some(found) if found > form.table.layout => return Err(newer(form.table, found)),
            Some(_) => {}
            None => return Err(damaged(format!("table {} is gone", form.table.name))),
        }
    }
    fresh.generation = generation(wire, room).await?;
    Ok(fresh)
}

fn newer(table: &Table, found: u32) -> super::error::Failure {
    let known = table.layout;
    StoreError::NewerLayout { table: table.name.into(), found, known }.into()
}

/// The tables in which a company has rows, in order of name, whichever program prepared them.
pub(super) async fn used_tables(
    wire: &mut impl Wire,
    room: &Room,
    company: i32,
) -> Outcome<Vec<SmolStr>> {
    let all = wire.query(&room.own("SELECT name FROM @.fondaco_table"), &[]).await?;
    let any = |row: &postgres::Row| -> Outcome<String> {
        let name: &str = row.try_get(0)?;
        let rows = format!("SELECT FROM @.{} WHERE _company = $1::integer", quoted(name));
        Ok(format!("SELECT {}::text WHERE EXISTS ({rows})", literal(name)))
    };
    let any = all.iter().map(any).collect::<Outcome<Vec<_>>>()?;
    if any.is_empty() {
        return Ok(Vec::new());
    }
    let found = wire.query(&room.own(&any.join(" UNION ALL ")), &[&company]).await?;
    let names = found.iter().map(|row| Ok(row.try_get::<_, &str>(0)?.into()));
    let mut used = names.collect::<Outcome<Vec<SmolStr>>>()?;
    used.sort_unstable();
    Ok(used)
}

/// Lets a role read a company with SQL of its own, inside the caller's transaction.
pub(super) async fn let_read(
    wire: &mut impl Wire,
    room: &Room,
    role: &str,
    company: i32,
) -> Outcome<()> {
    let sql = "INSERT INTO @.fondaco_reader (role, company) VALUES ($1::text, $2::integer) \
               ON CONFLICT (role, company) DO NOTHING";
    wire.execute(&room.own(sql), &[&role, &company]).await?;
    Maker { wire, room, views: true }.grant(role).await
}

/// Takes that back, inside the caller's transaction.
pub(super) async fn forbid_read(
    wire: &mut impl Wire,
    room: &Room,
    role: &str,
    company: i32,
) -> Outcome<()> {
    let sql = "DELETE FROM @.fondaco_reader WHERE role = $1::text AND company = $2::integer";
    wire.execute(&room.own(sql), &[&role, &company]).await?;
    Ok(())
}

async fn number(wire: &mut impl Wire, sql: &str) -> Outcome<Option<i64>> {
    match wire.query(sql, &[]).await?.first() {
        Some(row) => Ok(row.try_get(0)?),
        None => Ok(None),
    }
}

async fn layout(wire: &mut impl Wire, room: &Room, table: &Table) -> Outcome<Option<u32>> {
    let sql = "SELECT layout FROM @.fondaco_table WHERE name = $1::text";
    let rows = wire.query(&room.own(sql), &[&table.name]).await?;
    let layout = rows.first().map(|row| row.try_get::<_, i32>(0)).transpose()?;
    Ok(layout.map(i32::unsigned_abs))
}

/// Names that would meet the store's own, or that PostgreSQL would cut.
fn check_names(table: &Table) -> Outcome<()> {
    let bad = |name: &str| name.starts_with("fondaco_") || name.is_empty() || name.len() > 50;
    let reserved = |column: &Column| column.name.starts_with('_') || column.name.len() > 50;
    if bad(table.name) || table.name.ends_with("_view") || table.columns.iter().any(reserved) {
        return Err(misused(format!(
            "table {}: on PostgreSQL no table is called fondaco_* or *_view, no column _*, and none has a name of more \
             than 50 bytes",
            table.name
        )));
    }
    Ok(())
}

/// A text in SQL.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn declared(column: &Column) -> Vec<String> {
    let must = if column.nullable || column.personal { "" } else { " NOT NULL" };
    let mut out = vec![format!("{} {}{must}", quoted(column.name), sql_type(column.ty))];
    if column.personal {
        out.push(format!("{} bytea", salt_name(column)));
    }
    out
}

/// An index's name in SQL; PostgreSQL would cut a longer one.
fn short_name(table: &Table, index: &str) -> String {
    let mut name = index_name(table, index);
    if name.len() > 63 {
        let sum = name.bytes().fold(0xcbf2_9ce4_8422_2325u64, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        let end = (0..=46).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
        name.truncate(end);
        name = format!("{name}_{sum:016x}");
    }
    name
}

impl<W: Wire> Maker<'_, W> {
    async fn run(&mut self, sql: &str) -> Outcome<()> {
        let sql = self.room.own(sql);
        self.wire.run(&sql).await
    }

    /// Makes the store's own tables where they are missing.
    async fn create_own(&mut self) -> Outcome<()> {
        if self.is_there("fondaco_meta").await? {
            let sql = self.room.own("SELECT value FROM @.fondaco_meta WHERE name = 'format'");
            return match number(self.wire, &sql).await? {
                Some(FORMAT) => {
                    self.note_forms().await?;
                    self.guard_again().await
                }
                Some(found) if found > FORMAT => Err(StoreError::NewerLayout {
                    table: "fondaco_meta".into(),
                    found: u32::try_from(found).unwrap_or(u32::MAX),
                    known: FORMAT as u32,
                }
                .into()),
                _ => Err(damaged("fondaco_meta names no format that is known")),
            };
        }
        let schema = self.room.schema.trim_matches('"').replace("\"\"", "\"");
        let found = "SELECT 1::bigint FROM pg_catalog.pg_namespace WHERE nspname = ";
        if number(self.wire, &format!("{found}{}", literal(&schema))).await?.is_none() {
            self.run("CREATE SCHEMA @").await?;
        }
        self.run(OWN).await?;
        for name in OF_COMPANIES {
            self.protect(&format!("@.{name}"), "company").await?;
        }
        self.guard_own().await
    }

    /// Who reads the own tables, and that nobody empties them.
    async fn guard_own(&mut self) -> Outcome<()> {
        self.run(&format!(
            "DROP POLICY IF EXISTS fondaco_read ON @.fondaco_reader; \
             CREATE POLICY fondaco_read ON @.fondaco_reader FOR SELECT TO PUBLIC USING (role IN {HELD})"
        ))
        .await?;
        for name in OF_COMPANIES.into_iter().chain(["fondaco_company"]) {
            self.let_in(&format!("@.{name}"), "company").await?;
        }
        for name in OWN_TABLES {
            self.keep(name).await?;
        }
        let note = "INSERT INTO @.fondaco_meta VALUES ('guards', $1::bigint) \
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.wire.execute(&self.room.own(note), &[&GUARDS]).await?;
        Ok(())
    }

    /// Tables of earlier versions are guarded as those of this one.
    async fn guard_again(&mut self) -> Outcome<()> {
        let guards = self.room.own("SELECT value FROM @.fondaco_meta WHERE name = 'guards'");
        if number(self.wire, &guards).await?.is_some_and(|guards| guards >= GUARDS) {
            return Ok(());
        }
        let names =
            self.wire.query(&self.room.own("SELECT name FROM @.fondaco_table"), &[]).await?;
        for name in &names {
            let name: &str = name.try_get(0)?;
            if !self.is_there(name).await? {
                continue; // somebody dropped it
            }
            self.guard(name).await?;
        }
        self.guard_own().await
    }

    /// Who reads a record's table, and that nobody empties it.
    async fn guard(&mut self, name: &str) -> Outcome<()> {
        self.let_in(&format!("@.{}", quoted(name)), "_company").await?;
        self.keep(name).await
    }

    /// Shows a table's rows to those who may read their company, themselves or as members of a role.
    async fn let_in(&mut self, table: &str, company: &str) -> Outcome<()> {
        self.run(&format!(
            "DROP POLICY IF EXISTS fondaco_read ON {table}; \
             CREATE POLICY fondaco_read ON {table} FOR SELECT TO PUBLIC USING ({company} IN (SELECT r.company \
             FROM @.fondaco_reader r WHERE r.role IN {HELD}) AND NOT (SELECT pg_has_role(c.relowner, 'USAGE') \
             FROM pg_catalog.pg_class c WHERE c.oid = {}::regclass))",
            literal(&format!("{}.fondaco_meta", self.room.schema))
        ))
        .await
    }

    /// Takes the right to empty a table from its owner.
    async fn keep(&mut self, name: &str) -> Outcome<()> {
        let sql = "SELECT pg_get_userbyid(relowner)::text FROM pg_catalog.pg_class WHERE oid = to_regclass($1::text)";
        let full = format!("{}.{}", self.room.schema, quoted(name));
        let owner = self.wire.query(sql, &[&full]).await?;
        let Some(owner) = owner.first() else { return Ok(()) };
        let owner = quoted(owner.try_get(0)?);
        self.run(&format!("REVOKE TRUNCATE ON @.{} FROM {owner}", quoted(name))).await
    }

    /// Books of earlier versions do not say of which columns an index is.
    async fn note_forms(&mut self) -> Outcome<()> {
        let name = literal(&format!("{}.fondaco_index", self.room.schema));
        let found = format!(
            "SELECT 1::bigint FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass({name}) AND attname = 'form'"
        );
        match number(self.wire, &found).await? {
            Some(_) => Ok(()),
            None => self.run("ALTER TABLE @.fondaco_index ADD COLUMN form text").await,
        }
    }

    async fn is_there(&mut self, name: &str) -> Outcome<bool> {
        let name = literal(&format!("{}.{}", self.room.schema, quoted(name)));
        let sql = format!("SELECT 1::bigint WHERE to_regclass({name}) IS NOT NULL");
        Ok(number(self.wire, &sql).await?.is_some())
    }

    /// Shows a table's rows to its owner's transaction of their company, and to nobody else yet.
    async fn protect(&mut self, table: &str, company: &str) -> Outcome<()> {
        self.run(&format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY; \
             CREATE POLICY fondaco_own ON {table} TO CURRENT_USER USING ({company} = (SELECT c.company \
             FROM @.fondaco_company c WHERE c.id = NULLIF(current_setting('fondaco.company', true), '')::uuid))"
        ))
        .await
    }

    /// Brings one table to its layout; whether anything was changed.
    async fn table(&mut self, table: &'static Table, done: &mut Prepared) -> Outcome<bool> {
        let mut changed = true;
        let layout = layout(self.wire, self.room, table).await?;
        match layout {
            Some(found) if found > table.layout => return Err(newer(table, found)),
            Some(found) if found < table.layout => {
                self.upgrade(table, found).await?;
                done.upgraded(table, found);
            }
            Some(_) => changed = false,
            None => {
                self.create(table).await?;
                done.created(table);
            }
        }
        let grows = layout.is_some_and(|found| found < table.layout);
        Ok(self.sync_indexes(table, grows).await? || changed)
    }

    async fn create(&mut self, table: &Table) -> Outcome<()> {
        for name in [table.name.to_string(), format!("{}_view", table.name)] {
            if self.is_there(&name).await? {
                return Err(misused(format!(
                    "schema {} has a {name} that is not ours, and ours is called so: rename that one, or keep the \
                     books in a schema of their own (PostgresOptions::schema)",
                    self.room.schema
                )));
            }
        }
        let columns: Vec<String> = table.columns.iter().flat_map(declared).collect();
        let keys: Vec<String> = table.key_columns().iter().map(|c| quoted(c.name)).collect();
        let name = format!("@.{}", quoted(table.name));
        self.run(&format!(
            "CREATE TABLE {name} (_company integer NOT NULL, {}, _version bigint NOT NULL, \
             PRIMARY KEY (_company, {})){}",
            columns.join(", "),
            keys.join(", "),
            if table.kind == Kind::Counter { ROOM } else { "" }
        ))
        .await?;
        self.protect(&name, "_company").await?;
        self.guard(table.name).await?;
        self.view(table).await?;
        self.note_layout(table).await
    }

    async fn note_layout(&mut self, table: &Table) -> Outcome<()> {
        let sql = "INSERT INTO @.fondaco_table VALUES ($1::text, $2::integer) \
                   ON CONFLICT (name) DO UPDATE SET layout = excluded.layout";
        let layout = i32::try_from(table.layout).unwrap_or(i32::MAX);
        self.wire.execute(&self.room.own(sql), &[&table.name, &layout]).await?;
        Ok(())
    }

    /// The view for people: the company as its id, no salts. A table's own `company` or `version` keeps its name. It runs as whoever asks it, so that it shows them no more than
    /// the table does.
    async fn view(&mut self, table: &Table) -> Outcome<()> {
        if !self.views {
            return Ok(());
        }
        let columns: Vec<String> =
            table.columns.iter().map(|column| format!("t.{}", quoted(column.name))).collect();
        self.run(&format!(
            "CREATE VIEW @.{} WITH (security_invoker = true) AS SELECT c.id AS {}, {}, t._version AS {} \
             FROM @.{} t JOIN @.fondaco_company c ON c.company = t._company",
            quoted(&format!("{}_view", table.name)),
            own_in_view(table, "company"),
            columns.join(", "),
            own_in_view(table, "version"),
            quoted(table.name)
        ))
        .await
    }

    async fn upgrade(&mut self, table: &Table, from: u32) -> Outcome<()> {
        let name = format!("@.{}", quoted(table.name));
        for column in table.columns.iter().filter(|column| column.since > from) {
            for part in declared(column) {
                self.run(&format!("ALTER TABLE {name} ADD COLUMN {part}")).await?;
            }
        }
        let view = quoted(&format!("{}_view", table.name));
        self.run(&format!("DROP VIEW IF EXISTS @.{view}")).await?;
        self.view(table).await?;
        self.note_layout(table).await
    }

    /// Drops the indexes that are no longer declared so and makes those that are new; whether there were any. Of an index of an
    /// earlier version, which did not note its form, nobody knows whether it is still so when the table `grows`: it is made anew.
    async fn sync_indexes(&mut self, table: &Table, grows: bool) -> Outcome<bool> {
        let sql = self.room.own("SELECT name, form FROM @.fondaco_index WHERE tbl = $1::text");
        let rows = self.wire.query(&sql, &[&table.name]).await?;
        let known = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
        let known: BTreeMap<String, Option<String>> = known.collect::<Outcome<_>>()?;
        let mut kept = BTreeSet::new();
        for (name, form) in &known {
            let declared = table.indexes.iter().find(|index| index.name == name);
            let declared = declared.map(|index| index_declaration(table, index));
            match (form, declared) {
                (Some(form), Some(declared)) if *form == declared => {}
                (None, Some(declared)) if !grows => self.note_form(table, name, &declared).await?,
                _ => {
                    self.drop_index(table, name).await?;
                    continue;
                }
            }
            kept.insert(name.as_str());
        }
        let mut changed = kept.len() < known.len();
        for index in table.indexes.iter().filter(|index| !kept.contains(index.name)) {
            self.create_index(table, index).await?;
            changed = true;
        }
        Ok(changed)
    }

    async fn note_form(&mut self, table: &Table, name: &str, form: &str) -> Outcome<()> {
        let sql =
            "UPDATE @.fondaco_index SET form = $3::text WHERE tbl = $1::text AND name = $2::text";
        self.wire.execute(&self.room.own(sql), &[&table.name, &name, &form]).await?;
        Ok(())
    }

    async fn drop_index(&mut self, table: &Table, name: &str) -> Outcome<()> {
        let index = quoted(&short_name(table, name));
        self.run(&format!("DROP INDEX IF EXISTS @.{index}")).await?;
        let sql = "DELETE FROM @.fondaco_index WHERE tbl = $1::text AND name = $2::text";
        self.wire.execute(&self.room.own(sql), &[&table.name, &name]).await?;
        Ok(())
    }

    /// An ordinary index, also for unique ones: two rows of one batch may swap, which a UNIQUE index refuses; the store
    /// compares before it writes, under the company's lock.
    async fn create_index(&mut self, table: &Table, index: &Index) -> Outcome<()> {
        if index.unique {
            self.check_unique(table, index).await?;
        }
        let columns = index.columns.iter().filter_map(|&at| table.columns.get(at));
        let columns: Vec<String> =
            columns.chain(table.key_columns()).map(|column| quoted(column.name)).collect();
        self.run(&format!(
            "CREATE INDEX {} ON @.{} (_company, {})",
            quoted(&short_name(table, index.name)),
            quoted(table.name),
            columns.join(", ")
        ))
        .await?;
        let sql =
            "INSERT INTO @.fondaco_index (tbl, name, form) VALUES ($1::text, $2::text, $3::text)";
        let form = index_declaration(table, index);
        self.wire.execute(&self.room.own(sql), &[&table.name, &index.name, &form]).await?;
        Ok(())
    }

    /// That no two stored rows break a new unique index, whosever they are.
    async fn check_unique(&mut self, table: &Table, index: &Index) -> Outcome<()> {
        let name = format!("@.{}", quoted(table.name));
        let columns = index.columns.iter().filter_map(|&at| table.columns.get(at));
        let columns: Vec<String> = columns.map(|column| quoted(column.name)).collect();
        let there: Vec<String> = columns.iter().map(|c| format!("{c} IS NOT NULL")).collect();
        // The owner looks at all companies for once; the transaction has the table for itself.
        self.run(&format!("ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")).await?;
        let sql = self.room.own(&format!(
            "SELECT 1::bigint FROM {name} WHERE {} GROUP BY _company, {} HAVING count(*) > 1 LIMIT 1",
            if there.is_empty() { "true".into() } else { there.join(" AND ") },
            columns.join(", ")
        ));
        let twice = number(self.wire, &sql).await?.is_some();
        self.run(&format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY")).await?;
        match twice {
            false => Ok(()),
            true => Err(crate::rules::not_unique(table, index).into()),
        }
    }

    /// Gives those who may read some company the right to ask all tables: whose rows they see, the policies say.
    async fn grant_to_readers(&mut self) -> Outcome<()> {
        // A role may have been dropped since.
        let sql = self.room.own(
            "SELECT DISTINCT r.role::text FROM @.fondaco_reader r JOIN pg_catalog.pg_roles p ON p.rolname = r.role",
        );
        let rows = self.wire.query(&sql, &[]).await?;
        for row in &rows {
            self.grant(row.try_get(0)?).await?;
        }
        Ok(())
    }

    async fn grant(&mut self, role: &str) -> Outcome<()> {
        // Not all tables of the schema: the host may have its own beside ours.
        let sql = self.room.own(
            "SELECT c.oid::regclass::text FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p', 'v') AND c.relnamespace = \
             (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = to_regclass($2::text)) AND (c.relname = \
             ANY($1::text[]) OR EXISTS (SELECT FROM @.fondaco_table t WHERE c.relname IN (t.name, t.name || '_view')))",
        );
        let own = Lane::texts(READABLE);
        let meta = format!("{}.fondaco_meta", self.room.schema);
        let rows = self.wire.query(&sql, &[&own, &meta]).await?;
        let tables = rows.iter().map(|row| row.try_get::<_, String>(0));
        let tables = tables.collect::<Result<Vec<String>, _>>()?.join(", ");
        let (schema, role) = (&self.room.schema, quoted(role));
        // The role's name is nobody's SQL: it may have any sign in it.
        let sql =
            format!("GRANT USAGE ON SCHEMA {schema} TO {role}; GRANT SELECT ON {tables} TO {role}");
        self.wire.run(&sql).await
    }
}
