//! How a picture is written to a terminal.

/// How a picture is written to a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalOptions {
    /// The number of columns to keep within where possible.
    pub width: usize,
    /// Only ASCII characters, for terminals without Unicode.
    pub ascii: bool,
}

impl Default for TerminalOptions {
    /// 80 columns with Unicode.
    fn default() -> Self {
        TerminalOptions { width: 80, ascii: false }
    }
}
