//! `serve`: the live preview.

use clap::Args;

use super::{Code, Global, Outcome};

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Open the site in a browser
    #[arg(long)]
    open: bool,
    /// The port; else 1111 or the next one that is free
    #[arg(long, value_name = "N")]
    port: Option<u16>,
}

pub(super) fn serve(_global: &Global, args: &ServeArgs) -> Outcome {
    let _ = (args.open, args.port);
    Ok(Code::Fine)
}
