//! Command line: takes arguments and returns an exit code. Only this layer prints.
//!
//! Exit codes: 0 success; 1 problems in the texts; 2 the command could not run, was called wrongly
//! or could not write its output; 130 a preview was ended by Ctrl-C; 143 it was ended by SIGTERM.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::base::Failure;
use crate::base::visible::{visible, visible_line};
use crate::project::Overrides;

mod build;
mod cache;
mod export;
mod frame;
mod history;
mod import;
mod init;
mod mv;
mod print;
mod remote;
mod render;
mod report;
mod search;
mod serve;
mod source;
mod split;
mod status;
mod sync;
mod terms;

/// Result of a run: an exit code, or the failure that stopped it.
type Outcome = Result<Code, Failure>;

/// Exit code of a run that was not stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    Fine,
    /// The texts have problems.
    Problems,
}

/// Turns one source text and its translations into a cross-linked site in every language.
#[derive(Debug, Parser)]
#[command(name = "tilmash", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Example:\n  tilmash init my-book && cd my-book && tilmash serve --open")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
struct Global {
    /// Folder of the site, which contains `site.yaml`
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    root: PathBuf,
    /// Print only problems
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Format of the problems
    #[arg(long, global = true, value_enum, default_value_t = Format::Full)]
    format: Format,
    /// Print all problems, not only the first ten of each code
    #[arg(long, global = true)]
    all: bool,
}

/// Format in which problems are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Each problem with the line of the text
    Full,
    /// One line for each problem: place, severity, code, message
    Short,
    /// One JSON object a line, for all problems
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Publish the site into a folder
    #[command(after_help = "Example:\n  tilmash build --base-url https://example.github.io/book/")]
    Build(build::BuildArgs),
    /// Preview the site; pages change while you edit
    #[command(
        after_help = "Example:\n  tilmash serve --open\n\nCtrl-C and SIGTERM end the preview at once. The exit codes are 130 and 143."
    )]
    Serve(serve::ServeArgs),
    /// Report all problems and write nothing
    #[command(after_help = "Examples:\n  tilmash check --format short\n  tilmash check --external")]
    Check(build::CheckArgs),
    /// Cut source texts into chapters by a plan
    #[command(after_help = "Example:\n  tilmash split --dry-run")]
    Split(split::SplitArgs),
    /// Write the lock files: addresses of sentences, and the source that each translation was made
    /// from
    #[command(after_help = "Examples:\n  tilmash sync --dry-run\n  tilmash sync --accept vectors/russia#3.2")]
    Sync(sync::SyncArgs),
    /// Show the state of the translations
    #[command(after_help = "Examples:\n  tilmash status --language en\n  tilmash status vectors/russia")]
    Status(status::StatusArgs),
    /// Find sentences by their words, in any form and in all languages
    #[command(after_help = "Examples:\n  tilmash search Ресейге\n  tilmash search '\"eternal friendship\" -China' --json")]
    Search(search::SearchArgs),
    /// List the terms of the site, or the mentions of one term
    #[command(after_help = "Examples:\n  tilmash terms\n  tilmash terms russia --language en")]
    Terms(terms::TermsArgs),
    /// Write sentences and their translations to a file for translators' tools
    #[command(after_help = export::EXAMPLES)]
    Export(export::ExportArgs),
    /// Read translations from files that translators send back
    #[command(after_help = import::EXAMPLES)]
    Import(import::ImportArgs),
    /// Create a small site in two languages, ready for GitHub Pages
    #[command(after_help = "Example:\n  tilmash init my-book")]
    Init(init::InitArgs),
    /// Create a page in every language of the site
    #[command(after_help = "Example:\n  tilmash new chapters/first-steps")]
    New(init::NewArgs),
    /// Rename a page, a section or a term, with all links to it
    #[command(after_help = mv::EXAMPLES)]
    Mv(mv::MvArgs),
    /// Print one page as HTML
    #[command(after_help = "Examples:\n  tilmash render content/about.en.md\n  echo '*hi*' | tilmash render --commonmark -")]
    Render(render::RenderArgs),
    /// Print shell completions
    #[command(hide = true)]
    Completions {
        /// Shell that gets the completions
        shell: clap_complete::Shell,
    },
}

/// Returns the definition of the command line. Tests compare `docs/` with it.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the program on the process's arguments.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            print::styled_message(&usage(&error));
            return ExitCode::from(2);
        }
        Err(help) => {
            print::styled(&help.render().ansi().to_string());
            return finish(Ok(Code::Fine), Format::Full);
        }
    };
    let format = cli.global.format;
    finish(run(cli), format)
}

/// Formats an error in the command line, without colours if an argument has control characters.
fn usage(error: &clap::Error) -> String {
    let is_plain = std::env::args_os().all(|argument| visible_line(&argument.to_string_lossy()) == argument.to_string_lossy());
    let message = error.render();
    if is_plain { message.ansi().to_string() } else { visible(&message.to_string()).into_owned() }
}

/// Returns the exit code of a run, after checking that all of its output was written.
fn finish(outcome: Outcome, format: Format) -> ExitCode {
    match outcome.and_then(|code| print::finish().map(|()| code)) {
        Ok(Code::Fine) => ExitCode::SUCCESS,
        Ok(Code::Problems) => ExitCode::from(1),
        Err(failure) => {
            report::failure(&failure, format);
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli) -> Outcome {
    let global = &cli.global;
    let threads = rayon::ThreadPoolBuilder::new().stack_size(crate::render::STACK).build_global();
    threads.map_err(|error| Failure::new(format!("cannot start threads: {error}")))?;
    match cli.command {
        // The command runs on a rayon worker thread. Each thread has its own memory pool, so memory
        // that another thread freed, such as the texts of pages, could not be reused, and fresh
        // memory costs time too.
        Command::Build(args) => rayon::scope(|_| build::build(global, &args)),
        Command::Check(args) => rayon::scope(|_| build::check(global, &args)),
        Command::Serve(args) => serve::serve(global, &args),
        Command::Split(args) => split::split(global, &args),
        Command::Sync(args) => sync::sync(global, &args),
        Command::Status(args) => status::status(global, &args),
        Command::Search(args) => search::search(global, &args),
        Command::Terms(args) => terms::terms(global, &args),
        Command::Export(args) => export::export(global, &args),
        Command::Import(args) => import::import(global, &args),
        Command::Init(args) => init::init(global, &args),
        Command::New(args) => init::new(global, &args),
        Command::Mv(args) => mv::mv(global, &args),
        Command::Render(args) => rayon::scope(|_| render::render(global, &args)),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "tilmash", &mut script);
            print::data(&script);
            Ok(Code::Fine)
        }
    }
}

/// Returns the settings of the command line that override the configuration.
fn overrides(root: &Path, base_url: Option<&str>, drafts: bool) -> Result<Overrides, Failure> {
    let base_url = match base_url {
        // The GitHub Pages actions pass an empty address if there is none.
        None | Some("") => None,
        Some(url) => {
            Some(crate::model::config::base_url(url).map_err(|why| Failure::new(crate::model::config::not_the_url(url, why)))?)
        }
    };
    Ok(Overrides { base_url, fallback_base_url: remote::pages_url(root), drafts, ..Overrides::default() })
}

/// Reads a file or pipe that the user named: all of it, or one byte more than the limit if it is
/// longer.
fn read_within(input: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Prints a line for people, unless they asked for quiet.
fn say(global: &Global, line: &str) {
    if !global.quiet && global.format != Format::Json {
        print::message(line);
    }
}

/// A list of files that people get a line for: the first ten, then a count. `--all` prints all.
#[derive(Default)]
struct List {
    lines: usize,
}

impl List {
    const SHOWN: usize = 10;

    fn say(&mut self, global: &Global, line: &str) {
        self.lines += 1;
        if global.all || self.lines <= Self::SHOWN {
            say(global, line);
        }
    }

    /// Prints the number of lines that were not printed.
    fn finish(&self, global: &Global, indent: &str, noun: &str) {
        let hidden = self.lines.saturating_sub(Self::SHOWN);
        if hidden > 0 && !global.all {
            let more = report::plural(hidden, &format!("more {noun}"));
            say(global, &format!("{indent}{more}; run the command with `--all` to see all"));
        }
    }
}

/// Returns true if a person is watching the output.
fn is_watched(global: &Global) -> bool {
    !global.quiet && global.format != Format::Json && print::is_watched()
}
