//! The program `tilmash`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tilmash::cli::main()
}
