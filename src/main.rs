//! The binary: calls the library's command line and sets the allocator.

use std::process::ExitCode;

/// The memory allocator. Pages are made of many small pieces: measured on a thousand pages it takes
/// a tenth less of the processor's time than the system's. Huge pages are off: they save a little
/// there, but at ten thousand pages take more time and memory than they save.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tilmash::cli::main()
}
