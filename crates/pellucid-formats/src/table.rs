//! Data sets: columns of numbers from CSV, NumPy and Parquet files.

use pellucid_core::{Error, counted};

use crate::disk::bytes_of;
use crate::wrong::{Wrong, quoted};
use crate::zip::Archive;
use crate::{arrays_to_table, csv_to_table, parquet_to_table};

/// The largest number of findings about a data set that a message lists.
const MAX_LISTED: usize = 20;

/// Rows of a data set, numbers as float64.
///
/// Fields that are no numbers are findings only of the columns that are asked for: a data set may
/// have others.
#[derive(Clone, Debug)]
pub struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) n_rows: usize,
    /// What messages call the file.
    pub(crate) name: String,
}

/// A column, one number a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    /// From the header, or the array's name.
    pub name: Option<String>,
    /// NaN where there is no finite number.
    pub values: Vec<f64>,
    /// The first of the fields that are no finite numbers: their rows, from 0, and what is there.
    pub wrong: Vec<(usize, String)>,
    /// How many there are.
    pub n_wrong: usize,
}

impl Column {
    /// The next field: its number if it is a finite one, otherwise what is there instead.
    pub fn push(&mut self, value: Option<f64>, shown: impl FnOnce() -> String) {
        match value.filter(|value| value.is_finite()) {
            Some(value) => self.values.push(value),
            None => {
                if self.wrong.len() < MAX_LISTED {
                    self.wrong.push((self.values.len(), shown()));
                }
                self.n_wrong += 1;
                self.values.push(f64::NAN);
            }
        }
    }
}

/// The data set in the bytes of a file: `.csv` (also with semicolons, tabs or spaces), `.npy`, `.npz` or `.parquet`,
/// recognised by content; `name` is what messages call the file.
///
/// # Errors
/// When it is none of these, or damaged, or rows have other numbers of fields than the first.
///
/// ```
/// let table = pellucid_formats::read_table(b"x1;x2\n1;2\n3;4.5\n", "points.csv")?;
/// assert_eq!(table.names(), Some(vec!["x1", "x2"]));
/// assert_eq!(table.rows(&[1, 0])?, [[2.0, 1.0], [4.5, 3.0]]);
/// # Ok::<(), pellucid_core::Error>(())
/// ```
pub fn read_table(bytes: &[u8], name: &str) -> Result<Table, Error> {
    let columns = if bytes.starts_with(b"\x93NUMPY") {
        arrays_to_table::npy_to_columns(bytes)
    } else if bytes.starts_with(b"PK\x03\x04") {
        Archive::open(bytes).and_then(|archive| arrays_to_table::npz_to_columns(&archive))
    } else if bytes.starts_with(b"PAR1") {
        parquet_to_table::parquet_to_columns(bytes)
    } else {
        csv_to_table::csv_to_columns(bytes)
    };
    let table = columns.and_then(|columns| Table::of(columns, name));
    table.map_err(|wrong| wrong.while_reading(name))
}

/// The data set in a file.
///
/// # Errors
/// As [`read_table`], and when the file cannot be opened.
///
/// ```
/// let error = pellucid_formats::read_table_path("no/such/points.csv".as_ref()).unwrap_err();
/// assert!(error.to_string().starts_with("cannot read no/such/points.csv: "));
/// ```
pub fn read_table_path(path: &std::path::Path) -> Result<Table, Error> {
    let (bytes, name) = bytes_of(path)?;
    read_table(&bytes, &name)
}

impl Table {
    fn of(columns: Vec<Column>, name: &str) -> Result<Self, Wrong> {
        let n_rows = columns.first().map_or(0, |column| column.values.len());
        if n_rows == 0 {
            return Err(Wrong::one("it has no rows"));
        }
        let shown = |column: &Column| quoted(column.name.as_deref().unwrap_or("a column"));
        let other = columns.iter().filter(|column| column.values.len() != n_rows);
        let wrong = other.map(|column| {
            let (rows, first) = (counted(column.values.len(), "row"), shown(&columns[0]));
            format!("{} has {rows}, {first} has {n_rows}", shown(column))
        });
        Wrong::unless_empty(wrong.collect())?;
        Ok(Table { columns, n_rows, name: name.to_string() })
    }

    /// The number of rows; a header is none.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The number of columns.
    pub fn n_columns(&self) -> usize {
        self.columns.len()
    }

    /// The columns' names; `None` where the file does not name all of them.
    pub fn names(&self) -> Option<Vec<&str>> {
        self.columns.iter().map(|column| column.name.as_deref()).collect()
    }

    /// Some columns, by index, row by row.
    ///
    /// # Errors
    /// Lists the fields in these columns that are no finite numbers, with row (from 1) and column.
    pub fn rows(&self, columns: &[usize]) -> Result<Vec<Vec<f64>>, Error> {
        let chosen = || columns.iter().map(|index| (*index, &self.columns[*index]));
        let mut wrong: Vec<(usize, usize, String)> = chosen()
            .flat_map(|(index, column)| column.wrong.iter().map(move |(row, text)| (*row, index, text.clone())))
            .collect();
        if wrong.is_empty() {
            return Ok((0..self.n_rows).map(|row| chosen().map(|(_, column)| column.values[row]).collect()).collect());
        }
        wrong.sort();
        let n_wrong: usize = chosen().map(|(_, column)| column.n_wrong).sum();
        let tell = |(row, index, text): &(usize, usize, String)| {
            let column = self.columns[*index].name.as_deref().map_or_else(|| (index + 1).to_string(), quoted);
            format!("row {}, column {column}: {text} is no finite number", row + 1)
        };
        let mut findings: Vec<String> = wrong.iter().take(MAX_LISTED).map(tell).collect();
        if n_wrong > findings.len() {
            findings.push(format!("and {} more", n_wrong - findings.len()));
        }
        Err(Wrong(findings).while_reading(&self.name))
    }
}
