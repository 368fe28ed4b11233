//! The database of a survey: one row a run.
//!
//! Rows are written in transactions, so that whatever ends the program leaves whole rows; a row that is there is
//! never written again. What rows are about is kept once: a *cell* is a function, a domain, widths, and settings
//! with their hash; a *class* is a circuit class with its features.

use std::collections::HashMap;
use std::path::Path;

use pellucid_core::{Error, Rational};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::row::{About, Row};
use crate::verdict::{Judged, Verdict};

/// What the file of a survey says of itself: "PLCD".
const APPLICATION: i64 = 0x504C_4344;
/// The tables' version.
const VERSION: i64 = 1;

const TABLES: &str = "
    CREATE TABLE cell (
        id INTEGER PRIMARY KEY, function TEXT NOT NULL, formula TEXT NOT NULL, domain TEXT NOT NULL,
        widths TEXT NOT NULL, hash TEXT NOT NULL, tolerance TEXT NOT NULL, regimen TEXT NOT NULL,
        settings TEXT NOT NULL, UNIQUE (function, formula, domain, widths, hash, tolerance)
    );
    CREATE TABLE class (id INTEGER PRIMARY KEY, text TEXT NOT NULL, features TEXT NOT NULL, UNIQUE (text, features));
    CREATE TABLE cause (id INTEGER PRIMARY KEY, cause TEXT NOT NULL, detail TEXT NOT NULL, UNIQUE (cause, detail));
    CREATE TABLE run (
        cell INTEGER NOT NULL REFERENCES cell, seed INTEGER NOT NULL, start_loss REAL, final_loss REAL,
        tries INTEGER NOT NULL, steps INTEGER NOT NULL, good_after INTEGER, verdict INTEGER NOT NULL,
        cause INTEGER NOT NULL REFERENCES cause, class INTEGER NOT NULL REFERENCES class, n_live INTEGER NOT NULL,
        deviation TEXT, is_largest INTEGER NOT NULL, weights BLOB NOT NULL,
        PRIMARY KEY (cell, seed)
    ) WITHOUT ROWID;
";

/// A survey's database.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: String,
}

impl Store {
    /// Opens a database, or makes one.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is no survey's database.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::with(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens a database that is there, to read it.
    ///
    /// # Errors
    /// When there is none, or it is no survey's database.
    pub fn open_existing(path: &Path) -> Result<Self, Error> {
        if !path.is_file() {
            return Err(Error::input(format!("there is no survey's database at {}", path.display())));
        }
        // A journal that a killed run left is played back, so even readers may write.
        Self::with(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    fn with(path: &Path, flags: OpenFlags) -> Result<Self, Error> {
        let shown = path.display().to_string();
        let failed = |e: rusqlite::Error| Error::input(format!("cannot use the database {shown}: {e}"));
        let mut connection =
            Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(failed)?;
        connection.busy_timeout(std::time::Duration::from_secs(30)).map_err(failed)?;
        let number = |connection: &Connection, name: &str| -> Result<i64, Error> {
            connection.pragma_query_value(None, name, |row| row.get(0)).map_err(failed)
        };
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
        let n_tables: i64 =
            transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
        if n_tables == 0 {
            transaction.execute_batch(TABLES).map_err(failed)?;
            transaction.pragma_update(None, "application_id", APPLICATION).map_err(failed)?;
            transaction.pragma_update(None, "user_version", VERSION).map_err(failed)?;
        } else if number(&transaction, "application_id")? != APPLICATION {
            return Err(Error::input(format!("{shown} is a database, but no survey's")));
        } else if number(&transaction, "user_version")? != VERSION {
            return Err(Error::input(format!("{shown} was written by another version of pellucid")));
        }
        transaction.commit().map_err(failed)?;
        Ok(Store { connection, path: shown })
    }

    fn failed(&self, error: rusqlite::Error) -> Error {
        failed(&self.path, error)
    }

    /// The seeds of a cell that have a row, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn seeds_done(&self, about: &About) -> Result<Vec<u64>, Error> {
        let failed = |e| self.failed(e);
        let Some(cell) = find_cell(&self.connection, about).map_err(failed)? else { return Ok(Vec::new()) };
        let mut query = self.connection.prepare("SELECT seed FROM run WHERE cell = ? ORDER BY seed").map_err(failed)?;
        let seeds = query.query_map([cell], |row| row.get::<_, i64>(0)).map_err(failed)?;
        seeds.map(|seed| Ok(seed.map_err(failed)?.cast_unsigned())).collect()
    }

    /// The number of rows.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn n_rows(&self) -> Result<u64, Error> {
        let count = self.connection.query_row("SELECT count(*) FROM run", [], |row| row.get::<_, i64>(0));
        Ok(count.map_err(|e| self.failed(e))?.cast_unsigned())
    }

    /// Writes rows, all or none, and tells how many are new. Rows whose seed is there already are left as they are.
    ///
    /// # Errors
    /// When the disk is full or the database cannot be written; nothing of the rows is there then.
    pub fn insert<'r>(&mut self, rows: impl IntoIterator<Item = (&'r About, &'r Row)>) -> Result<u64, Error> {
        let path = self.path.clone();
        let failed = |e| failed(&path, e);
        let transaction = self.connection.transaction().map_err(failed)?;
        let mut n_new = 0;
        {
            let mut cells: HashMap<&About, i64> = HashMap::new();
            let mut insert = transaction
                .prepare("INSERT OR IGNORE INTO run VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
                .map_err(failed)?;
            for (about, row) in rows {
                let cell = match cells.get(about) {
                    Some(cell) => *cell,
                    None => {
                        let cell = cell_of(&transaction, about).map_err(failed)?;
                        cells.insert(about, cell);
                        cell
                    }
                };
                let judged = &row.judged;
                let class =
                    pair_of(&transaction, "class", ["text", "features"], [&judged.class, &list(&judged.features)])
                        .map_err(failed)?;
                let cause = pair_of(&transaction, "cause", ["cause", "detail"], [&judged.cause, &judged.detail])
                    .map_err(failed)?;
                let verdict = Verdict::ALL.iter().position(|verdict| *verdict == judged.verdict).unwrap_or_default();
                let weights: Vec<u8> = row.weights.iter().flat_map(|weight| weight.to_le_bytes()).collect();
                n_new += insert
                    .execute(params![
                        cell,
                        row.seed.cast_signed(),
                        // SQLite keeps NaN as NULL.
                        row.start_loss,
                        row.final_loss,
                        row.tries as i64,
                        row.steps as i64,
                        row.good_after.map(|step| step as i64),
                        verdict as i64,
                        cause,
                        class,
                        judged.n_live as i64,
                        judged.deviation.as_ref().map(Rational::to_string),
                        judged.is_largest,
                        weights,
                    ])
                    .map_err(failed)? as u64;
            }
        }
        transaction.commit().map_err(failed)?;
        Ok(n_new)
    }

    /// Hands every row to `each`, in the order of what they are about and of their seeds.
    ///
    /// # Errors
    /// When the database cannot be read or is damaged, and those of `each`.
    pub fn each_row(&self, mut each: impl FnMut(&About, Row) -> Result<(), Error>) -> Result<(), Error> {
        let failed = |e| self.failed(e);
        let mut cells = self
            .connection
            .prepare(
                "SELECT function, formula, domain, widths, hash, tolerance, regimen, settings, id FROM cell
                 ORDER BY function, formula, domain, length(widths), widths, regimen, hash, tolerance",
            )
            .map_err(failed)?;
        let cells = cells.query_map([], |row| Ok((about_of(row)?, row.get::<_, i64>(8)?))).map_err(failed)?;
        let mut runs = self
            .connection
            .prepare(
                "SELECT seed, start_loss, final_loss, tries, steps, good_after, verdict, cause.cause, cause.detail,
                        class.text, class.features, n_live, deviation, is_largest, weights
                 FROM run JOIN cause ON cause.id = run.cause JOIN class ON class.id = run.class
                 WHERE cell = ? ORDER BY seed",
            )
            .map_err(failed)?;
        for cell in cells {
            let (about, id) = cell.map_err(failed)?;
            let mut rows = runs.query([id]).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                let read = row_of(row).map_err(failed)?;
                let read = read.ok_or_else(|| Error::input(format!("the database {} is damaged", self.path)))?;
                each(&about, read)?;
            }
        }
        Ok(())
    }

    /// Adds the rows of another database. Rows that are in both must be the same.
    ///
    /// # Errors
    /// When a database cannot be used, or a run is in both with different outcomes; nothing is added then.
    pub fn merge(&mut self, other: &Store) -> Result<u64, Error> {
        let different = self.different(other)?;
        if let Some((about, seed)) = different {
            return Err(Error::input(format!(
                "{} and {} have different outcomes for {} with widths {}, regimen {} ({}), seed {seed}",
                self.path, other.path, about.function, about.widths, about.regimen, about.hash
            )));
        }
        let mut n_new = 0;
        let mut batch: Vec<(About, Row)> = Vec::new();
        other.each_row(|about, row| {
            batch.push((about.clone(), row));
            if batch.len() >= MERGED_AT_ONCE {
                n_new += self.insert(batch.iter().map(|(about, row)| (about, row)))?;
                batch.clear();
            }
            Ok(())
        })?;
        n_new += self.insert(batch.iter().map(|(about, row)| (about, row)))?;
        Ok(n_new)
    }

    /// A run that both have, with different outcomes.
    fn different(&self, other: &Store) -> Result<Option<(About, u64)>, Error> {
        let failed = |e| self.failed(e);
        // Rows are asked for one by one: a large database takes many small ones.
        let mut query = self
            .connection
            .prepare(
                "SELECT seed, start_loss, final_loss, tries, steps, good_after, verdict, cause.cause, cause.detail,
                        class.text, class.features, n_live, deviation, is_largest, weights
                 FROM run JOIN cause ON cause.id = run.cause JOIN class ON class.id = run.class
                 WHERE cell = ? AND seed = ?",
            )
            .map_err(failed)?;
        let mut found = None;
        let mut cell: Option<(About, Option<i64>)> = None;
        other.each_row(|about, row| {
            if cell.as_ref().is_none_or(|(of, _)| of != about) {
                cell = Some((about.clone(), find_cell(&self.connection, about).map_err(failed)?));
            }
            let Some((_, Some(cell))) = &cell else { return Ok(()) };
            let mine = query.query_row(params![cell, row.seed.cast_signed()], row_of).optional().map_err(failed)?;
            match mine {
                Some(None) => return Err(Error::input(format!("the database {} is damaged", self.path))),
                Some(Some(mine)) if !same(&mine, &row) => {
                    found.get_or_insert((about.clone(), row.seed));
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(found)
    }
}

/// Rows that are added in one transaction.
const MERGED_AT_ONCE: usize = 1000;

/// NaN is no number, but the same outcome.
fn same(left: &Row, right: &Row) -> bool {
    let bits = |row: &Row| (row.start_loss.to_bits(), row.final_loss.to_bits());
    let weights = |row: &Row| row.weights.iter().map(|w| w.to_bits()).collect::<Vec<_>>();
    let rest = |row: &Row| (row.tries, row.steps, row.good_after);
    bits(left) == bits(right)
        && weights(left) == weights(right)
        && rest(left) == rest(right)
        && left.judged == right.judged
}

fn failed(path: &str, error: rusqlite::Error) -> Error {
    Error::input(format!("cannot use the database {path}: {error}"))
}

fn find_cell(connection: &Connection, about: &About) -> rusqlite::Result<Option<i64>> {
    let query = "SELECT id FROM cell WHERE (function, formula, domain, widths, hash, tolerance) = (?,?,?,?,?,?)";
    let key = params![about.function, about.formula, about.domain, about.widths, about.hash, about.tolerance];
    connection.query_row(query, key, |row| row.get(0)).optional()
}

fn cell_of(connection: &Connection, about: &About) -> rusqlite::Result<i64> {
    if let Some(cell) = find_cell(connection, about)? {
        return Ok(cell);
    }
    let About { function, formula, domain, widths, hash, tolerance, regimen, settings } = about;
    connection.execute(
        "INSERT INTO cell VALUES (NULL,?,?,?,?,?,?,?,?)",
        params![function, formula, domain, widths, hash, tolerance, regimen, settings],
    )?;
    Ok(connection.last_insert_rowid())
}

/// The row of a table of pairs, made where it is missing.
fn pair_of(connection: &Connection, table: &str, names: [&str; 2], values: [&String; 2]) -> rusqlite::Result<i64> {
    let [one, other] = names;
    let mut find = connection.prepare_cached(&format!("SELECT id FROM {table} WHERE ({one}, {other}) = (?,?)"))?;
    if let Some(id) = find.query_row(values, |row| row.get(0)).optional()? {
        return Ok(id);
    }
    connection.prepare_cached(&format!("INSERT INTO {table} VALUES (NULL,?,?)"))?.execute(values)?;
    Ok(connection.last_insert_rowid())
}

fn list(texts: &[String]) -> String {
    serde_json::Value::from(texts.to_vec()).to_string()
}

fn about_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<About> {
    Ok(About {
        function: row.get(0)?,
        formula: row.get(1)?,
        domain: row.get(2)?,
        widths: row.get(3)?,
        hash: row.get(4)?,
        tolerance: row.get(5)?,
        regimen: row.get(6)?,
        settings: row.get(7)?,
    })
}

/// A row; `None` when something in it cannot be what was written.
fn row_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<Row>> {
    let loss = |at: usize| -> rusqlite::Result<f64> { Ok(row.get::<_, Option<f64>>(at)?.unwrap_or(f64::NAN)) };
    let count = |at: usize| -> rusqlite::Result<Option<usize>> { Ok(usize::try_from(row.get::<_, i64>(at)?).ok()) };
    let weights: Vec<u8> = row.get(14)?;
    let deviation: Option<String> = row.get(12)?;
    let read = || -> rusqlite::Result<Option<Row>> {
        let deviation = match deviation.map(|text| text.parse::<Rational>()) {
            Some(Err(_)) => return Ok(None),
            other => other.and_then(Result::ok),
        };
        let features: Option<Vec<String>> = serde_json::from_str(&row.get::<_, String>(10)?).ok();
        let (Some(verdict), Some(features)) = (count(6)?.and_then(|v| Verdict::ALL.get(v)), features) else {
            return Ok(None);
        };
        let (Some(tries), Some(steps), Some(n_live)) = (count(3)?, count(4)?, count(11)?) else { return Ok(None) };
        Ok(Some(Row {
            seed: row.get::<_, i64>(0)?.cast_unsigned(),
            start_loss: loss(1)?,
            final_loss: loss(2)?,
            tries,
            steps,
            good_after: row.get::<_, Option<i64>>(5)?.and_then(|step| usize::try_from(step).ok()),
            judged: Judged {
                verdict: *verdict,
                cause: row.get(7)?,
                detail: row.get(8)?,
                class: row.get(9)?,
                features,
                n_live,
                deviation,
                is_largest: row.get(13)?,
            },
            weights: weights.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
        }))
    };
    read()
}
