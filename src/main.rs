//! The program: the library's command line, and the allocator.

use std::process::ExitCode;

/// Pages are made of many small pieces: measured on a thousand pages it takes a tenth less of the processor's time than the
/// system's. Without huge pages, which save a little there, but at ten thousand pages take more time and memory than they save.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tilmash::cli::main()
}
