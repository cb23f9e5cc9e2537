//! `serve`: the live preview, with its events as lines on a terminal.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use clap::Args;

use crate::base::{Failure, Problems, Severity, listed};
use crate::serve::{self, Change, ChangeKind, Editor, Event};

use super::{Code, Format, Global, Outcome, overrides, report, say};

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Open the site in the browser
    #[arg(long)]
    open: bool,
    /// Port; the first free one from 1111 if none is given
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// IP address to listen on. At an address other than the default, other machines may see the
    /// site
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// Address of the site; the preview uses its path
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Editor that the translation desk opens sentences in: a command, or an address such as
    /// `vscode://file/{file}:{line}:{column}`. Without it: `$VISUAL`, then `$EDITOR`
    #[arg(long, value_name = "EDITOR", env = "TILMASH_EDITOR", hide_env_values = true)]
    editor: Option<String>,
    /// Compare the files with the disk every MS milliseconds (500 without MS). For file systems
    /// that report no changes: `/mnt/c` under WSL, shared folders of containers, network folders
    #[arg(long, value_name = "MS", num_args = 0..=1, default_missing_value = "500",
          value_parser = clap::value_parser!(u64).range(50..=60_000))]
    poll: Option<u64>,
}

pub(super) fn serve(global: &Global, args: &ServeArgs) -> Outcome {
    // The preview writes nothing, so it need not finish its work first.
    serve::on_signal(|code| std::process::exit(code))?;
    // A variable that is not Unicode counts as unset.
    let environment = ["VISUAL", "EDITOR"].map(|name| std::env::var(name).unwrap_or_default());
    let environment: Vec<&str> = environment.iter().map(String::as_str).collect();
    let options = serve::Options {
        address: args.address,
        port: args.port,
        root: global.root.clone(),
        overrides: overrides(&global.root, args.base_url.as_deref(), true)?,
        editor: Editor::choose(args.editor.as_deref(), &environment)?,
        poll: args.poll.map(Duration::from_millis),
    };
    let terminal = global.clone();
    let open = args.open;
    serve::serve(&options, move |event| tell(&terminal, open, event))?;
    Ok(Code::Fine)
}

fn tell(global: &Global, open: bool, event: Event) {
    match event {
        Event::Ready { url, state, duration } => {
            report::report(global, &state.problems, &state.inputs);
            say(global, &format!("{url}  ({}; press Ctrl-C to stop)", milliseconds(duration)));
            if open && let Err(failure) = open_browser(&url) {
                report::failure(&failure, global.format);
            }
        }
        Event::Changed { changes, mut fresh, state, duration } => {
            fresh.retain(|problem| problem.severity > Severity::Note);
            report::report(global, &fresh, &state.inputs);
            let problems = problems_text(&state.problems);
            say(global, &format!("{}  {}{problems}", milliseconds(duration), changes_text(&changes)));
        }
        Event::Page { problems, inputs, .. } => {
            report::report(global, &*problems, &inputs);
        }
        Event::Warning(message) => report::failure(&Failure::new(message), Format::Full),
    }
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}

/// Counts all errors and warnings, including those that were reported before.
fn problems_text(problems: &Problems) -> String {
    let texts = [Severity::Error, Severity::Warning].map(|severity| match problems.count(severity) {
        0 => String::new(),
        number => format!(", {}", report::plural(number, severity.name())),
    });
    texts.concat()
}

/// Lists the saved files in one line.
fn changes_text(changes: &[Change]) -> String {
    // A change without a file changes only problems: for example, a link or a folder that is no
    // page.
    if changes.is_empty() {
        return "a file outside of the site".to_owned();
    }
    let texts: Vec<String> = changes
        .iter()
        .map(|change| {
            let word = match change.kind {
                ChangeKind::Added => "new ",
                ChangeKind::Edited => "",
                ChangeKind::Removed => "removed ",
            };
            format!("{word}{}", change.file)
        })
        .collect();
    listed(&texts, 3)
}

/// Asks the system to open a URL.
fn open_browser(url: &str) -> Result<(), Failure> {
    let (program, arguments): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start", ""])
    } else {
        ("xdg-open", &[])
    };
    std::process::Command::new(program)
        .args(arguments)
        .arg(url)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .map(|_| ())
        .map_err(|error| Failure::new(format!("cannot open a browser: {error}")).hint(format!("open {url} in a browser")))
}
