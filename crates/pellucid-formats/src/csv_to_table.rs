//! CSV and its relatives, with or without a header.

use csv::{ReaderBuilder, Trim};
use pellucid_core::counted;

use crate::table::Column;
use crate::wrong::{Wrong, quoted};

/// What may stand between fields; of equally frequent ones the first.
const DELIMITERS: [u8; 5] = [b',', b';', b'\t', b'|', b' '];
/// Rows of a wrong length are listed up to this many.
const MAX_LISTED: usize = 20;

/// The columns. The first row is a header when one of its fields is no number.
pub(crate) fn csv_to_columns(bytes: &[u8]) -> Result<Vec<Column>, Wrong> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Err(error) = std::str::from_utf8(bytes) {
        let at = error.valid_up_to();
        return Err(Wrong::one(format!(
            "it is no data set: neither .npy, .npz nor .parquet, and no text, for byte {at} is not UTF-8"
        )));
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(delimiter(bytes))
        .comment(Some(b'#'))
        .from_reader(bytes);
    let (mut columns, mut wrong, mut n_wrong): (Vec<Column>, Vec<String>, usize) = (Vec::new(), Vec::new(), 0);
    for record in reader.records() {
        let record = record.map_err(|error| Wrong::one(error.to_string()))?;
        if columns.is_empty() {
            columns = record.iter().map(|_| Column::default()).collect();
            if record.iter().any(|field| number(field).is_none()) {
                columns.iter_mut().zip(&record).for_each(|(column, field)| column.name = Some(field.to_string()));
                continue;
            }
        }
        if record.len() != columns.len() {
            n_wrong += 1;
            if wrong.len() < MAX_LISTED {
                let line = record.position().map_or(0, csv::Position::line);
                let fields = counted(record.len(), "field");
                wrong.push(format!("line {line} has {fields}, the first line {}", columns.len()));
            }
            continue;
        }
        for (column, field) in columns.iter_mut().zip(&record) {
            column.push(number(field), || if field.is_empty() { "an empty field".into() } else { quoted(field) });
        }
    }
    if n_wrong > wrong.len() {
        wrong.push(format!("and {} more", n_wrong - wrong.len()));
    }
    Wrong::unless_empty(wrong)?;
    Ok(columns)
}

/// A number as it is usually written; `NaN` and `inf` are numbers too, though no finite ones.
fn number(field: &str) -> Option<f64> {
    field.parse().ok()
}

/// What is found most often in the first line that has any.
fn delimiter(bytes: &[u8]) -> u8 {
    let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let Some(first) = lines.into_iter().find(|line| !line.is_empty() && line[0] != b'#') else { return DELIMITERS[0] };
    let mut counts = [0usize; DELIMITERS.len()];
    let mut is_quoted = false;
    for byte in first {
        is_quoted ^= *byte == b'"';
        if let Some(which) = DELIMITERS.iter().position(|known| known == byte).filter(|_| !is_quoted) {
            counts[which] += 1;
        }
    }
    // Spaces often stand beside another delimiter.
    let of = |which: &usize| if *which + 1 == DELIMITERS.len() { 0 } else { counts[*which] };
    let most = (0..DELIMITERS.len()).rev().max_by_key(of).filter(|which| of(which) > 0);
    DELIMITERS[most.unwrap_or(if counts[DELIMITERS.len() - 1] > 0 { DELIMITERS.len() - 1 } else { 0 })]
}
