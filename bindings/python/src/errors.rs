//! Errors as Python's exceptions, with the same words.

use pellucid::Error;
use pyo3::prelude::*;

/// An exception of the Python face, which defines them so that each is also the built-in one that callers expect.
fn exception(name: &str, message: String) -> PyErr {
    let raised =
        |py: Python<'_>| py.import("pellucid._errors")?.getattr(name)?.call1((message,)).map(PyErr::from_value);
    Python::attach(raised).unwrap_or_else(|error| error)
}

/// An exception for a limit that was reached.
pub fn limit_reached(message: String) -> PyErr {
    exception("LimitReached", message)
}

/// A result whose error becomes an exception.
pub trait Raise<T> {
    /// The value, or the exception.
    fn raise(self) -> PyResult<T>;
}

impl<T> Raise<T> for Result<T, Error> {
    fn raise(self) -> PyResult<T> {
        self.map_err(|error| match error.is_limit() {
            true => limit_reached(error.to_string()),
            false => exception("InvalidInput", error.to_string()),
        })
    }
}
