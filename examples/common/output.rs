//! Standard output that may lose its reader: `books | head` still books everything.

use std::io::{self, ErrorKind, StdoutLock, Write};

/// Standard output; what nobody reads any more goes nowhere.
pub struct Output(StdoutLock<'static>);

impl Output {
    /// The process's standard output.
    pub fn new() -> Self {
        Self(io::stdout().lock())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(bytes.len()),
            result => result,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }
}
