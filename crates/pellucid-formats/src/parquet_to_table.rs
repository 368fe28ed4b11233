//! Parquet files as data sets.

use crate::table::Column;
use crate::wrong::Wrong;

/// The columns of all row groups.
#[cfg(feature = "parquet")]
pub(crate) fn parquet_to_columns(bytes: &[u8]) -> Result<Vec<Column>, Wrong> {
    use parquet::file::reader::{FileReader, SerializedFileReader};

    let damaged = |error: parquet::errors::ParquetError| Wrong::one(format!("its Parquet cannot be read: {error}"));
    let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes)).map_err(damaged)?;
    let schema = reader.metadata().file_metadata().schema();
    let named = schema.get_fields().iter().map(|field| Some(field.name().to_string()));
    let mut columns: Vec<Column> = named.map(|name| Column { name, ..Column::default() }).collect();
    for row in reader.get_row_iter(None).map_err(damaged)? {
        let row = row.map_err(damaged)?;
        for (column, (_, field)) in columns.iter_mut().zip(row.get_column_iter()) {
            column.push(number(field), || crate::wrong::quoted(&field.to_string()));
        }
    }
    Ok(columns)
}

/// A field as a float64; `None` for what is no number.
#[cfg(feature = "parquet")]
fn number(field: &parquet::record::Field) -> Option<f64> {
    use parquet::record::Field;

    Some(match field {
        Field::Bool(value) => f64::from(u8::from(*value)),
        Field::Byte(value) => f64::from(*value),
        Field::Short(value) => f64::from(*value),
        Field::Int(value) => f64::from(*value),
        Field::Long(value) => *value as f64,
        Field::UByte(value) => f64::from(*value),
        Field::UShort(value) => f64::from(*value),
        Field::UInt(value) => f64::from(*value),
        Field::ULong(value) => *value as f64,
        Field::Float16(value) => value.to_f64(),
        Field::Float(value) => f64::from(*value),
        Field::Double(value) => *value,
        _ => return None,
    })
}

/// Refuses, for this build has no reader of Parquet.
#[cfg(not(feature = "parquet"))]
pub(crate) fn parquet_to_columns(_: &[u8]) -> Result<Vec<Column>, Wrong> {
    Err(Wrong::one(
        "it is Parquet, which this build does not read (build with the feature `parquet`, or write .csv or .npz)",
    ))
}
