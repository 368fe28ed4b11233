//! Network files, read and written.
