//! A survey's rows as a table for other programs.

use std::io::Write;

use pellucid_core::{Error, Rational};

use crate::row::{About, Row};
use crate::store::Store;

/// The columns in order.
const COLUMNS: [&str; 22] = [
    "function",
    "formula",
    "domain",
    "widths",
    "regimen",
    "regimen_hash",
    "settings",
    "tolerance",
    "seed",
    "start_loss",
    "final_loss",
    "tries",
    "steps",
    "good_after",
    "verdict",
    "cause",
    "detail",
    "circuit",
    "features",
    "live_neurons",
    "deviation",
    "deviation_is_largest",
];

/// Writes all rows as CSV, with a line of names first and the weights last, joined by spaces.
///
/// # Errors
/// When the database cannot be read or the output cannot be written.
pub fn export_csv(store: &Store, out: impl Write) -> Result<u64, Error> {
    let failed = |e: csv::Error| Error::input(format!("cannot write the table: {e}"));
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS.iter().chain(&["weights"])).map_err(failed)?;
    let mut n = 0;
    store.each_row(|about, row| {
        n += 1;
        writer.write_record(record(about, &row)).map_err(failed)
    })?;
    writer.flush().map_err(|e| Error::input(format!("cannot write the table: {e}")))?;
    Ok(n)
}

fn record(about: &About, row: &Row) -> Vec<String> {
    let judged = &row.judged;
    let weights = row.weights.iter().map(ToString::to_string).collect::<Vec<_>>();
    vec![
        about.function.clone(),
        about.formula.clone(),
        about.domain.clone(),
        about.widths.clone(),
        about.regimen.clone(),
        about.hash.clone(),
        about.settings.clone(),
        about.tolerance.clone(),
        row.seed.to_string(),
        row.start_loss.to_string(),
        row.final_loss.to_string(),
        row.tries.to_string(),
        row.steps.to_string(),
        row.good_after.map(|step| step.to_string()).unwrap_or_default(),
        judged.verdict.name().into(),
        judged.cause.clone(),
        judged.detail.clone(),
        judged.class.clone(),
        judged.features.join("; "),
        judged.n_live.to_string(),
        judged.deviation.as_ref().map(Rational::to_string).unwrap_or_default(),
        judged.is_largest.to_string(),
        weights.join(" "),
    ]
}

/// Writes all rows as a Parquet file: seeds, losses, counts and steps as numbers, the rest as text.
///
/// # Errors
/// When the database cannot be read or the output cannot be written.
#[cfg(feature = "parquet")]
pub fn export_parquet(store: &Store, out: impl Write + Send) -> Result<u64, Error> {
    use std::sync::Arc;

    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    /// Rows in one group.
    const GROUP: usize = 10_000;

    let failed = |e: parquet::errors::ParquetError| Error::input(format!("cannot write the table: {e}"));
    let is_whole = |name: &str| ["seed", "tries", "steps", "good_after", "live_neurons"].contains(&name);
    let is_float = |name: &str| ["start_loss", "final_loss"].contains(&name);
    let names: Vec<&str> = COLUMNS.iter().chain(&["weights"]).copied().collect();
    let fields = names.iter().map(|name| match name {
        name if is_whole(name) => format!("OPTIONAL INT64 {name};"),
        name if is_float(name) => format!("OPTIONAL DOUBLE {name};"),
        name => format!("OPTIONAL BYTE_ARRAY {name} (UTF8);"),
    });
    let schema = parse_message_type(&format!("message survey {{ {} }}", fields.collect::<String>())).map_err(failed)?;
    let properties = WriterProperties::builder().set_compression(parquet::basic::Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties)).map_err(failed)?;
    let mut group: Vec<Vec<String>> = Vec::new();
    let mut n = 0;
    let mut write = |group: &mut Vec<Vec<String>>| -> Result<(), Error> {
        if group.is_empty() {
            return Ok(());
        }
        let mut rows = writer.next_row_group().map_err(failed)?;
        for (at, name) in names.iter().enumerate() {
            let Some(mut column) = rows.next_column().map_err(failed)? else { break };
            // An empty text stands for what is not there.
            let texts = || group.iter().map(|row| row[at].as_str());
            let levels: Vec<i16> = texts().map(|text| i16::from(!text.is_empty())).collect();
            let there = || texts().filter(|text| !text.is_empty());
            if is_whole(name) {
                let values: Vec<i64> = there().map(|text| text.parse().unwrap_or_default()).collect();
                column.typed::<Int64Type>().write_batch(&values, Some(&levels), None).map_err(failed)?;
            } else if is_float(name) {
                let values: Vec<f64> = there().map(|text| text.parse().unwrap_or(f64::NAN)).collect();
                column.typed::<DoubleType>().write_batch(&values, Some(&levels), None).map_err(failed)?;
            } else {
                let values: Vec<ByteArray> = there().map(ByteArray::from).collect();
                column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None).map_err(failed)?;
            }
            column.close().map_err(failed)?;
        }
        rows.close().map_err(failed)?;
        group.clear();
        Ok(())
    };
    store.each_row(|about, row| {
        group.push(record(about, &row));
        n += 1;
        if group.len() >= GROUP { write(&mut group) } else { Ok(()) }
    })?;
    write(&mut group)?;
    writer.close().map_err(failed)?;
    Ok(n)
}
