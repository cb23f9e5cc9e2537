//! Handler of Ctrl-C and SIGTERM, which ends the process at once.
//!
//! Without a handler, the first process of a container ignores both signals. The preview writes
//! nothing, so nothing is lost when it ends in the middle of its work.

use std::future::Future;
use std::io;

use crate::base::Failure;

/// The exit code by which shells report a process that SIGINT ended.
const INTERRUPTED: i32 = 130;
/// The exit code by which shells report a process that SIGTERM ended.
#[cfg(unix)]
const TERMINATED: i32 = 143;

/// Calls `end` with the exit code as soon as a signal asks the process to end.
pub fn on_signal(end: impl FnOnce(i32) + Send + 'static) -> Result<(), Failure> {
    let failure = |error: io::Error| Failure::new(format!("cannot listen for signals: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failure)?;
    // Installed before this returns, so that no signal is missed.
    let signal = {
        let _inside = runtime.enter();
        first().map_err(failure)?
    };
    let wait = move || end(runtime.block_on(signal));
    std::thread::Builder::new().name("signals".to_owned()).spawn(wait).map_err(failure)?;
    Ok(())
}

#[cfg(unix)]
fn first() -> io::Result<impl Future<Output = i32> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => INTERRUPTED,
            _ = terminate.recv() => TERMINATED,
        }
    })
}

#[cfg(windows)]
fn first() -> io::Result<impl Future<Output = i32> + Send> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
        INTERRUPTED
    })
}
