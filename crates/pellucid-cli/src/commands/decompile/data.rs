//! The deviation on a data set.

use std::path::PathBuf;

use clap::Args;
use pellucid::{DataColumns, Decompiled, Differences, OnData, Rational, Table};

use super::asked::Asked;
use crate::{screen, words};

/// A data set that the formula is tried on.
#[derive(Args)]
pub struct DataArguments {
    /// Tell also how far the formula is off on a data set: .csv, .npy, .npz or .parquet, a column an input
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// The columns of the data set that hold the wanted outputs (otherwise y or y1, y2, ..., if there are such)
    #[arg(long, value_name = "a,b", value_delimiter = ',', requires = "data")]
    data_target: Vec<String>,
}

/// A data set with the columns that are looked at.
pub struct Data {
    table: Table,
    columns: DataColumns,
}

impl DataArguments {
    /// Was one given?
    pub fn is_given(&self) -> bool {
        self.data.is_some()
    }

    /// Reads it: before the network is taken apart, so that what is wrong with it is told at once.
    pub fn read(&self, asked: &Asked) -> anyhow::Result<Option<Data>> {
        let Some(path) = &self.data else { return Ok(None) };
        let table = pellucid::read_table_path(path)?;
        let columns =
            DataColumns::find(&table, asked.network.input_names(), asked.network.n_outputs(), &self.data_target)?;
        if let (true, Some(names)) = (columns.by_position, table.names()) {
            let pairs = asked.network.input_names().iter().zip(&columns.inputs);
            let told: Vec<String> = pairs.map(|(input, at)| format!("{input} = {}", names[*at])).collect();
            screen::remark(&format!("columns are taken in order: {}", words::brief(&told.join(", "), 200)));
        }
        // Numbers that are none are told now too.
        let all: Vec<usize> = columns.inputs.iter().chain(columns.outputs.iter().flatten()).copied().collect();
        table.rows(&all)?;
        Ok(Some(Data { table, columns }))
    }
}

impl Data {
    /// How far the formula is off.
    pub fn compared(&self, asked: &Asked, found: &Decompiled) -> anyhow::Result<OnData> {
        Ok(pellucid::on_data(&asked.network, &found.formula, &asked.domain, &self.table, &self.columns)?)
    }
}

/// A line for each comparison.
pub fn text(found: &OnData, asked: &Asked) -> String {
    let inputs = asked.network.input_names();
    let line = |what: &str, of: &Differences| {
        let Differences { largest, row, input, mean_absolute, root_mean_square } = of;
        let exact = words::decimal_and_exact(largest);
        let (mean, root) = (short(*mean_absolute), short(*root_mean_square));
        let at = words::input(inputs, input);
        format!("    {what:<28} at most {exact}, in row {row} ({at}); mean {mean}, root mean square {root}\n")
    };
    let rows = pellucid::counted(found.n_rows, "row");
    let outside = match found.first_outside {
        None => String::new(),
        Some(first) => format!(", {} outside {} (the first is row {first})", found.n_outside, asked.domain),
    };
    let mut text = format!("  on the data set of {rows}{outside}:\n");
    text += &line("the formula from the network", &found.deviation);
    if let Some([network, formula]) = &found.errors {
        text += &line("the network from the target", network);
        text += &line("the formula from the target", formula);
    }
    text
}

fn short(value: f64) -> String {
    Rational::from_f64(value).map_or_else(|| value.to_string(), |value| value.to_decimal(4))
}
