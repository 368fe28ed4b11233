//! The native half of the Python package: thin classes on the facade. What people call is in `python/pellucid`.

mod batch;
mod domains;
mod errors;
mod function;
mod library;
mod network;
mod training;
mod verbs;
mod waiting;

use pyo3::prelude::*;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<function::PyFunction>()?;
    module.add_class::<network::PyNetwork>()?;
    module.add_function(wrap_pyfunction!(verbs::compile, module)?)?;
    module.add_function(wrap_pyfunction!(verbs::disguise, module)?)?;
    module.add_function(wrap_pyfunction!(verbs::prove, module)?)?;
    module.add_function(wrap_pyfunction!(verbs::check, module)?)?;
    module.add_function(wrap_pyfunction!(verbs::explain, module)?)?;
    module.add_function(wrap_pyfunction!(verbs::decompile, module)?)?;
    module.add_function(wrap_pyfunction!(training::train, module)?)?;
    module.add_function(wrap_pyfunction!(training::fit, module)?)?;
    module.add_function(wrap_pyfunction!(library::entries, module)?)?;
    module.add_function(wrap_pyfunction!(library::entry, module)?)?;
    Ok(())
}
