//! A network beside its formula on a data set.

use pellucid_core::{Domain, Error, Function, Network, Rational, counted};
use pellucid_formats::Table;

/// So many of the rows with the largest deviations in floats are computed exactly: among values that
/// floats cannot tell apart the largest is found.
const N_EXACT: usize = 16;

/// Which columns of a data set are inputs and which are wanted outputs, by index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataColumns {
    /// One an input.
    pub inputs: Vec<usize>,
    /// One an output; `None` where the data set has none.
    pub outputs: Option<Vec<usize>>,
    /// Are the inputs taken in the order of the columns, because there are no names or other ones?
    pub by_position: bool,
}

impl DataColumns {
    /// Finds the columns: inputs by their names, otherwise, where none of them is named, the first columns; wanted
    /// outputs by the names that are given, otherwise `y`, `target` or `output` (or `outputs`), with numbers
    /// from 1 or 0 where there are several.
    ///
    /// # Errors
    /// Lists every name that is not there, and says which are.
    pub fn find(table: &Table, inputs: &[String], n_outputs: usize, outputs: &[String]) -> Result<Self, Error> {
        let names = table.names();
        let known = || match &names {
            Some(names) => format!("the columns are {}", names.join(", ")),
            None => format!("the data set has {} without names", counted(table.n_columns(), "column")),
        };
        let at = |name: &str| names.as_ref().and_then(|names| names.iter().position(|known| *known == name));
        let mut wrong = Vec::new();
        let found: Vec<Option<usize>> = inputs.iter().map(|name| at(name)).collect();
        let by_position = found.iter().all(Option::is_none);
        let inputs: Vec<usize> = if by_position {
            if table.n_columns() < inputs.len() {
                wrong.push(format!("there are {}; {}", counted(inputs.len(), "input"), known()));
            }
            (0..inputs.len()).collect()
        } else {
            for (name, _) in inputs.iter().zip(&found).filter(|(_, found)| found.is_none()) {
                wrong.push(format!("there is no column for the input {name}; {}", known()));
            }
            found.into_iter().flatten().collect()
        };
        let chosen = if outputs.is_empty() {
            usual_outputs(n_outputs, at)
        } else {
            if outputs.len() != n_outputs {
                let (n, outputs) = (counted(n_outputs, "output"), counted(outputs.len(), "target column"));
                wrong.push(format!("there are {n}, and {outputs} given"));
            }
            // Columns without names are given by their number.
            let place = |name: &String| {
                let number = name.parse::<usize>().ok().filter(|n| names.is_none() && *n <= table.n_columns());
                at(name).or(number.and_then(|n| n.checked_sub(1)))
            };
            for name in outputs.iter().filter(|name| place(name).is_none()) {
                wrong.push(format!("there is no target column {name}; {}", known()));
            }
            outputs.iter().map(place).collect()
        };
        if wrong.is_empty() {
            let outputs = chosen.filter(|outputs| outputs.iter().all(|output| !inputs.contains(output)));
            return Ok(DataColumns { inputs, outputs, by_position });
        }
        Err(Error::inputs(wrong))
    }
}

/// The columns that are usually called so.
fn usual_outputs(n_outputs: usize, at: impl Fn(&str) -> Option<usize>) -> Option<Vec<usize>> {
    let bases = ["y", "target", "targets", "output", "outputs"];
    let alone = |base: &&str| (n_outputs == 1).then(|| at(base)).flatten().map(|index| vec![index]);
    let numbered = |base: &&str| {
        let from = |first: usize| {
            let names = (first..first + n_outputs).flat_map(|k| [format!("{base}{k}"), format!("{base}_{k}")]);
            let found: Vec<usize> = names.filter_map(|name| at(&name)).collect();
            (found.len() == n_outputs).then_some(found)
        };
        from(1).or_else(|| from(0))
    };
    bases.iter().find_map(|base| alone(base).or_else(|| numbered(base)))
}

/// How far two lists of outputs are apart over a data set.
#[derive(Clone, Debug, PartialEq)]
pub struct Differences {
    /// The largest, computed exactly at its row.
    pub largest: Rational,
    /// The row, from 1.
    pub row: usize,
    /// The input there.
    pub input: Vec<Rational>,
    /// The mean absolute difference over rows and outputs, in float64.
    pub mean_absolute: f64,
    /// The root of the mean square, in float64.
    pub root_mean_square: f64,
}

/// A network and its formula on a data set.
#[derive(Clone, Debug)]
pub struct OnData {
    /// The number of rows.
    pub n_rows: usize,
    /// Rows whose inputs are outside the domain of the formula; they count like the others.
    pub n_outside: usize,
    /// The first of them, from 1.
    pub first_outside: Option<usize>,
    /// The formula from the network.
    pub deviation: Differences,
    /// The network from the wanted outputs, and the formula from them.
    pub errors: Option<[Differences; 2]>,
}

/// Compares a network with a formula, and both with wanted outputs where there are some. The largest
/// differences are looked for in float64 and then computed exactly.
///
/// # Errors
/// Lists the fields that are no finite numbers.
pub fn on_data(
    network: &Network<Rational>,
    formula: &Function,
    domain: &Domain,
    table: &Table,
    columns: &DataColumns,
) -> Result<OnData, Error> {
    let all: Vec<usize> = columns.inputs.iter().chain(columns.outputs.iter().flatten()).copied().collect();
    let n_inputs = columns.inputs.len();
    let rows = table.rows(&all)?;
    let exact = |values: &[f64]| values.iter().filter_map(|value| Rational::from_f64(*value)).collect::<Vec<_>>();
    let outside: Vec<usize> = (0..rows.len()).filter(|row| !domain.contains(&exact(&rows[*row][..n_inputs]))).collect();
    let floats: Network<f64> = network.to_numbers();
    let of_network = |row: &[f64]| floats.evaluate(&row[..n_inputs]);
    let of_formula = |row: &[f64]| formula.evaluate(&row[..n_inputs]);
    let wanted = |row: &[f64]| row[n_inputs..].to_vec();
    let exact_network = |row: &[f64]| network.evaluate(&exact(&row[..n_inputs]));
    let exact_formula = |row: &[f64]| formula.evaluate(&exact(&row[..n_inputs]));
    let exact_wanted = |row: &[f64]| exact(&row[n_inputs..]);
    let at = |row: &[f64]| exact(&row[..n_inputs]);
    let deviation = differences(&rows, at, (of_network, of_formula), (exact_network, exact_formula));
    let errors = columns.outputs.as_ref().map(|_| {
        [
            differences(&rows, at, (of_network, wanted), (exact_network, exact_wanted)),
            differences(&rows, at, (of_formula, wanted), (exact_formula, exact_wanted)),
        ]
    });
    let first_outside = outside.first().map(|row| row + 1);
    Ok(OnData { n_rows: rows.len(), n_outside: outside.len(), first_outside, deviation, errors })
}

/// The differences of two ways to compute outputs of a row, in floats and exactly; there is at least one row.
fn differences(
    rows: &[Vec<f64>],
    input: impl Fn(&[f64]) -> Vec<Rational>,
    floats: (impl Fn(&[f64]) -> Vec<f64>, impl Fn(&[f64]) -> Vec<f64>),
    exact: (impl Fn(&[f64]) -> Vec<Rational>, impl Fn(&[f64]) -> Vec<Rational>),
) -> Differences {
    let (mut absolute, mut square, mut n) = (0.0, 0.0, 0usize);
    let mut largest: Vec<(f64, usize)> = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let mut most = 0.0f64;
        for (a, b) in floats.0(row).iter().zip(floats.1(row)) {
            let off = (a - b).abs();
            // Too large for floats counts as largest.
            most = if off <= most { most } else { off };
            absolute += off;
            square += off * off;
            n += 1;
        }
        largest.push((most, at));
    }
    let by_size = |a: &(f64, usize), b: &(f64, usize)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    if largest.len() > N_EXACT {
        largest.select_nth_unstable_by(N_EXACT - 1, by_size);
        largest.truncate(N_EXACT);
    }
    let exactly = |(_, at): &(f64, usize)| {
        let (left, right) = (exact.0(&rows[*at]), exact.1(&rows[*at]));
        let most = left.iter().zip(&right).map(|(a, b)| (a - b).abs()).max().unwrap_or_default();
        (most, std::cmp::Reverse(*at))
    };
    let (most, std::cmp::Reverse(row)) = largest.iter().map(exactly).max().unwrap_or_default();
    let n = n.max(1) as f64;
    Differences {
        largest: most,
        row: row + 1,
        input: input(&rows[row]),
        mean_absolute: absolute / n,
        root_mean_square: (square / n).sqrt(),
    }
}
