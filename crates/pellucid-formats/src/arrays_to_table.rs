//! NumPy arrays as data sets: `.npy` of shape (rows, columns), and `.npz` of such arrays or of one array a column.

use crate::npy::npy_to_tensor;
use crate::npz::npz_to_tensors;
use crate::table::Column;
use crate::tensor::Tensor;
use crate::wrong::{Wrong, quoted};
use crate::zip::Archive;

/// The columns of one array.
pub(crate) fn npy_to_columns(bytes: &[u8]) -> Result<Vec<Column>, Wrong> {
    let tensor = npy_to_tensor("the array", bytes)?;
    let mut columns = tensor_to_columns(&tensor)?;
    columns.iter_mut().for_each(|column| column.name = None);
    Ok(columns)
}

/// The columns of all arrays: those of `x` of shape (rows, 3) are `x1`, `x2`, `x3`, that of one of shape (rows,)
/// bears the array's name.
pub(crate) fn npz_to_columns(archive: &Archive) -> Result<Vec<Column>, Wrong> {
    let (mut columns, mut wrong) = (Vec::new(), Vec::new());
    for tensor in npz_to_tensors(archive)? {
        match tensor_to_columns(&tensor) {
            Ok(more) => columns.extend(more),
            Err(Wrong(findings)) => wrong.extend(findings),
        }
    }
    Wrong::unless_empty(wrong)?;
    Ok(columns)
}

fn tensor_to_columns(tensor: &Tensor) -> Result<Vec<Column>, Wrong> {
    let n_columns = match tensor.shape[..] {
        [_] => 1,
        [_, n_columns] => n_columns,
        _ => {
            return Err(Wrong::one(format!(
                "{} has shape {}; a data set has (rows, columns), or (rows,) for one column",
                quoted(&tensor.name),
                tensor.shape_text()
            )));
        }
    };
    let name =
        |index: usize| if tensor.shape.len() == 1 { tensor.name.clone() } else { format!("{}{index}", tensor.name) };
    let mut columns: Vec<Column> =
        (1..=n_columns).map(|index| Column { name: Some(name(index)), ..Column::default() }).collect();
    for (index, value) in tensor.floats().enumerate() {
        columns[index % n_columns].push(Some(value), || value.to_string());
    }
    Ok(columns)
}
