//! Editor that opens sentences: the choice of the program, its arguments for a line, and its start.
//!
//! The person who started the preview chooses the editor; a request never does. `desk` and
//! `problem` find the file and the line.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::base::Failure;
use crate::base::Position;

/// Arguments that tell an editor the file and the line, by the editor's name. An editor without a
/// row gets the file alone: a command with `{file}` can say more, and is used unchanged.
const FORMS: &[(&[&str], &[&str])] = &[
    (&["code", "code-insiders", "codium", "cursor", "windsurf"], &["--goto", "{file}:{line}:{column}"]),
    (&["subl", "zed", "zeditor"], &["{file}:{line}:{column}"]),
    (&["idea", "pycharm", "webstorm", "rustrover", "kate"], &["--line", "{line}", "--column", "{column}", "{file}"]),
    (&["emacs", "emacsclient", "gedit"], &["+{line}:{column}", "{file}"]),
    // Vim with `-g` has a window.
    (&["gvim", "mvim", "vim", "vi"], &["+{line}", "{file}"]),
];

/// Editors that draw on the terminal that they are started from.
const IN_TERMINAL: &[&str] = &["vi", "vim", "nvim", "nano", "hx", "helix", "kak", "micro"];
/// Flags that make Emacs draw on the terminal.
const TERMINAL_FLAGS: &[&str] = &["-nw", "--no-window-system", "-t", "-tty", "--tty"];

/// Advice in every message about an editor that cannot be used.
const SET: &str = "set `VISUAL` to an editor with a window of its own, such as `VISUAL=\"code -g\"`, or give `--editor` a command or \
                   an address such as `vscode://file/{file}:{line}:{column}`";

/// Time to wait for a failure at the start. Such a failure is the answer to the request.
const START: Duration = Duration::from_millis(300);
/// The time after a request within which another request for the same place starts no second
/// editor.
const REPEATED: Duration = Duration::from_secs(1);
/// The greatest number of editors that are started within [`PERIOD`].
const STARTS: usize = 10;
/// The time in which at most [`STARTS`] editors are started.
const PERIOD: Duration = Duration::from_secs(10);

/// Way in which sentences are opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Editor {
    /// A program and its arguments.
    Program(Vec<String>),
    /// A URL that the browser opens: `vscode://file/{file}:{line}:{column}`.
    Link(String),
    /// No editor, with the reason and the remedy.
    None(String),
}

impl Editor {
    /// Chooses the editor `given` for the preview, else the first in `environment` that has a
    /// window of its own. Returns a failure if `given` cannot be used.
    pub fn choose(given: Option<&str>, environment: &[&str]) -> Result<Self, Failure> {
        let is_said = |text: &&str| !text.trim().is_empty();
        if let Some(given) = given.filter(is_said) {
            return Self::read(given).map_err(|why| Failure::new(why).hint(SET));
        }
        let read: Vec<_> = environment.iter().copied().filter(is_said).map(Self::read).collect();
        if let Some(Ok(editor)) = read.iter().find(|editor| editor.is_ok()) {
            return Ok(editor.clone());
        }
        let why = read.into_iter().find_map(Result::err).unwrap_or_else(|| "no editor is configured".to_owned());
        Ok(Self::None(format!("{why}: {SET}")))
    }

    /// Parses an editor setting. The error is the reason why it cannot be used.
    fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let is_scheme = |text: &str| text.bytes().all(|it| it.is_ascii_alphanumeric() || b"+-.".contains(&it));
        if text.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme)) {
            return match text.contains("{file}") {
                true => Ok(Self::Link(text.to_owned())),
                false => Err(format!("the editor's URL `{text}` does not contain `{{file}}`")),
            };
        }
        let words = shlex::split(text)
            .filter(|words| !words.is_empty())
            .ok_or_else(|| format!("the editor `{text}` is not a valid command"))?;
        if words.iter().any(|word| word.contains("{file}") && word.contains(char::is_whitespace)) {
            // A file name may be `$(…)`, which a shell would run.
            return Err(format!(
                "in the editor's command `{text}`, `{{file}}` must be an argument of its own, since a shell could run a part of the file's name"
            ));
        }
        let (name, arguments) = (program(&words), &words[1..]);
        let has = |flags: &[&str]| arguments.iter().any(|argument| flags.contains(&argument.as_str()));
        let is_emacs = name.starts_with("emacs");
        let is_vim_with_window = matches!(name.as_str(), "vi" | "vim") && has(&["-g"]);
        let takes_terminal = IN_TERMINAL.contains(&name.as_str()) && !is_vim_with_window || is_emacs && has(TERMINAL_FLAGS);
        if takes_terminal {
            return Err(format!("the editor `{text}` runs in a terminal, but the preview already uses this one"));
        }
        Ok(Self::Program(words))
    }
}

/// Returns the name of a program, without its folder and the suffixes that systems add.
fn name(program: &str) -> String {
    let file = program.rsplit(['/', '\\']).next().unwrap_or(program).to_lowercase();
    // Debian has `vim.basic`, `vim.gtk3` and more.
    let file = if file.starts_with("vim.") { "vim" } else { &file };
    [".exe", ".cmd", ".bat", ".sh"].iter().find_map(|end| file.strip_suffix(end)).unwrap_or(file).to_owned()
}

/// Returns the name of the program that a command finally starts: `env` starts another one.
fn program(words: &[String]) -> String {
    let is_own = |word: &&String| name(word) != "env" && !word.starts_with('-') && !word.contains('=');
    let starts_another = name(&words[0]) == "env";
    name(words.iter().find(|word| !starts_another || is_own(word)).unwrap_or(&words[0]))
}

/// Returns the name of a command's program for people.
pub(super) fn program_name(words: &[String]) -> &str {
    words[0].rsplit('/').next().unwrap_or(&words[0])
}

/// Returns the complete command that opens a file at a place.
fn command(words: &[String], file: &str, place: Position) -> Vec<String> {
    let program = program(words);
    let row = || FORMS.iter().find(|(names, _)| names.contains(&program.as_str()));
    let form = match words.iter().any(|word| word.contains("{file}")) {
        true => &[][..],
        false => row().map_or(&["{file}"][..], |(_, form)| form),
    };
    // A user's own `-g` is dropped: in `code -g -g`, the second flag is not a file name.
    let said = words.iter().filter(|word| !(form.contains(&"--goto") && matches!(word.as_str(), "-g" | "--goto")));
    said.map(String::as_str).chain(form.iter().copied()).map(|word| filled(word, file, place)).collect()
}

/// Returns the URL that opens a file at a place.
pub(super) fn link(form: &str, file: &Path, place: Position) -> String {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let url = utf8_percent_encode(&file.to_string_lossy(), RESERVED).to_string();
    // The leading slash of the file is not repeated: some programs read `file//a` as the host `a`.
    let is_doubled = form.split_once("{file}").is_some_and(|(before, _)| before.ends_with('/') && !before.ends_with("//"));
    filled(form, if is_doubled { url.trim_start_matches('/') } else { &url }, place)
}

/// Fills in the placeholders of a form; `{column0}` counts from zero. The file comes last, because
/// its name may contain `{line}`.
fn filled(form: &str, file: &str, place: Position) -> String {
    let Position { line, column } = place;
    let numbers = [("{line}", line), ("{column}", column), ("{column0}", column.saturating_sub(1))];
    let form = numbers.iter().fold(form.to_owned(), |form, (name, number)| form.replace(name, &number.to_string()));
    form.replace("{file}", file)
}

/// The recent starts of the editor.
///
/// A held key, a double click or several tabs may ask for one place many times; they start one
/// editor.
#[derive(Debug, Default)]
pub(super) struct Starts(Vec<Start>);

#[derive(Debug)]
struct Start {
    command: Vec<String>,
    begun: Instant,
    /// The time of the last request for this start.
    asked: Instant,
    result: Result<(), String>,
}

/// The reason why no editor was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    Failed(String),
    TooMany,
}

impl Starts {
    /// Opens a file at a place. If that was done a moment ago, returns the same result and starts
    /// nothing.
    pub(super) fn open(
        &mut self,
        words: &[String],
        root: &Path,
        (file, place): (&Path, Position),
        ended: impl FnOnce(String) + Send + 'static,
    ) -> Result<(), Refused> {
        let command = command(words, &file.to_string_lossy(), place);
        self.once(Instant::now(), command, |command| start(command, root, ended))
    }

    fn once(
        &mut self,
        now: Instant,
        command: Vec<String>,
        start: impl FnOnce(Vec<String>) -> Result<(), String>,
    ) -> Result<(), Refused> {
        let is_recent = |since: Instant, time: Duration| now.saturating_duration_since(since) < time;
        self.0.retain(|it| is_recent(it.begun, PERIOD) || is_recent(it.asked, REPEATED));
        let same = self.0.iter_mut().find(|it| it.command == command && is_recent(it.asked, REPEATED));
        if let Some(same) = same {
            same.asked = now;
            return same.result.clone().map_err(Refused::Failed);
        }
        if self.0.iter().filter(|it| is_recent(it.begun, PERIOD)).count() >= STARTS {
            return Err(Refused::TooMany);
        }
        let result = start(command.clone());
        // Requests that came while the editor was starting are answered after it has started.
        let asked = now + now.elapsed();
        self.0.push(Start { command, begun: now, asked, result: result.clone() });
        result.map_err(Refused::Failed)
    }
}

/// Starts an editor as a process of its own, and waits a moment for a failure. A later failure is
/// passed to `ended`.
fn start(command: Vec<String>, root: &Path, ended: impl FnOnce(String) + Send + 'static) -> Result<(), String> {
    let mut child = spawn(&command, root).map_err(|error| format!("cannot start the editor `{}`: {error}", command[0]))?;
    let (sender, first) = channel();
    let failed =
        move |status: ExitStatus| (!status.success()).then(|| format!("the editor `{}` failed: {status}", command.join(" ")));
    // The thread waits until the editor ends, so that no zombie process remains.
    let wait = move || {
        let Ok(status) = child.wait() else { return };
        if let Some(message) = failed(status)
            // The receiver is gone, since `START` is over.
            && let Err(unheard) = sender.send(message)
        {
            ended(unheard.0);
        }
    };
    let waiting = std::thread::Builder::new().name("editor".to_owned()).spawn(wait);
    waiting.map_err(|error| format!("cannot start a thread: {error}"))?;
    match first.recv_timeout(START) {
        Ok(message) => Err(message),
        // The editor is running, or it has passed the file to a running instance.
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(()),
    }
}

fn spawn(command: &[String], root: &Path) -> std::io::Result<Child> {
    let mut process = Command::new(&command[0]);
    process.args(&command[1..]).current_dir(root);
    process.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // A process group of its own protects the editor from the preview's Ctrl-C.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut process, 0);
    process.spawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(given: &str, environment: &[&str]) -> String {
        match Editor::choose(Some(given), environment) {
            Ok(Editor::Program(words)) => words.join("|"),
            Ok(Editor::Link(form)) => format!("link {form}"),
            Ok(Editor::None(why)) => format!("none: {}", why.split(": ").next().unwrap()),
            Err(failure) => format!("failure: {}", failure.message),
        }
    }

    #[test]
    fn the_first_editor_with_a_window_is_chosen() {
        for (given, environment, wanted) in [
            ("", &["code -g", "vim"][..], "code|-g"),
            ("", &["vim", "subl --wait"], "subl|--wait"),
            ("", &["", "'My Editor/bin/edit' -n"], "My Editor/bin/edit|-n"),
            ("zed", &["code"], "zed"),
            ("vscode://file/{file}:{line}", &["code"], "link vscode://file/{file}:{line}"),
            ("xterm -e vim +{line} {file}", &[], "xterm|-e|vim|+{line}|{file}"),
            ("vim -g", &[], "vim|-g"),
            ("emacs", &[], "emacs"),
            ("./ed.sh", &[], "./ed.sh"),
            ("env EDITOR=x code", &[], "env|EDITOR=x|code"),
            (
                "",
                &["/usr/bin/env TERM=x vim"],
                "none: the editor `/usr/bin/env TERM=x vim` runs in a terminal, but the preview already uses this one",
            ),
            ("", &[], "none: no editor is configured"),
            ("", &["", " "], "none: no editor is configured"),
            ("", &["nvim", "nano -l"], "none: the editor `nvim` runs in a terminal, but the preview already uses this one"),
            ("", &["emacs -nw"], "none: the editor `emacs -nw` runs in a terminal, but the preview already uses this one"),
            (
                "",
                &["emacs-gtk -nw", "nano"],
                "none: the editor `emacs-gtk -nw` runs in a terminal, but the preview already uses this one",
            ),
            (
                "",
                &["/usr/bin/vim.basic"],
                "none: the editor `/usr/bin/vim.basic` runs in a terminal, but the preview already uses this one",
            ),
            ("vim.gtk3 -g", &[], "vim.gtk3|-g"),
            (
                "",
                &["/usr/bin/hx", "code 'x"],
                "none: the editor `/usr/bin/hx` runs in a terminal, but the preview already uses this one",
            ),
            // An editor given for the preview must be usable; the environment is no fallback.
            (
                "vim +{line} {file}",
                &["code"],
                "failure: the editor `vim +{line} {file}` runs in a terminal, but the preview already uses this one",
            ),
            ("nvim", &["code"], "failure: the editor `nvim` runs in a terminal, but the preview already uses this one"),
            ("code 'x", &["code"], "failure: the editor `code 'x` is not a valid command"),
            (
                "sh -c 'edit {file}'",
                &[],
                "failure: in the editor's command `sh -c 'edit {file}'`, `{file}` must be an argument of its own, since a shell could run a part of the file's name",
            ),
            ("vscode://file/", &["code"], "failure: the editor's URL `vscode://file/` does not contain `{file}`"),
        ] {
            assert_eq!(chosen(given, environment), wanted, "{given} {environment:?}");
        }
        let failure = Editor::choose(Some("vim"), &[]).unwrap_err();
        assert!(failure.hint.unwrap().contains("VISUAL=\"code -g\""));
    }

    #[test]
    fn each_editor_gets_the_line_in_its_own_form() {
        for (editor, wanted) in [
            ("code", "code --goto F:12:5"),
            ("code -g", "code --goto F:12:5"),
            ("code --wait --new-window", "code --wait --new-window --goto F:12:5"),
            ("'C:\\Programs\\Code.exe'", "C:\\Programs\\Code.exe --goto F:12:5"),
            ("subl -n", "subl -n F:12:5"),
            ("zed", "zed F:12:5"),
            ("idea", "idea --line 12 --column 5 F"),
            ("/opt/idea.sh", "/opt/idea.sh --line 12 --column 5 F"),
            ("env A=b code", "env A=b code --goto F:12:5"),
            ("emacsclient -n", "emacsclient -n +12:5 F"),
            ("gvim -f", "gvim -f +12 F"),
            ("vim.gtk3 -g", "vim.gtk3 -g +12 F"),
            ("kate", "kate --line 12 --column 5 F"),
            // For any other editor, the command has the placeholders. Some editors count columns
            // from zero.
            ("geany --line {line} --column {column0} {file}", "geany --line 12 --column 4 F"),
            ("gvim --remote-silent +{line} {file}", "gvim --remote-silent +12 F"),
            ("xterm -e vim +{line} {file}", "xterm -e vim +12 F"),
            ("mine --at={file}#{line},{column}", "mine --at=F#12,5"),
            // An unknown editor gets the file alone.
            ("unheard-of -x", "unheard-of -x F"),
        ] {
            let Ok(Editor::Program(words)) = Editor::read(editor) else { panic!("{editor} is a command") };
            assert_eq!(command(&words, "F", Position { line: 12, column: 5 }).join(" "), wanted, "{editor}");
        }
        // Any file name is one argument, and placeholders in it are not filled in.
        let odd = "/a b/{line} $(x);'\"&.md";
        let words = ["edit".to_owned(), "{file}".to_owned()];
        assert_eq!(command(&words, odd, Position { line: 1, column: 1 }), ["edit", odd]);
    }

    #[test]
    fn a_link_has_the_path_percent_encoded() {
        let link = |form: &str| link(form, Path::new("/books/ә b/{line}&#.md"), Position { line: 12, column: 5 });
        let file = "books/%D3%99%20b/%7Bline%7D%26%23.md";
        assert_eq!(link("vscode://file/{file}:{line}:{column}"), format!("vscode://file/{file}:12:5"));
        assert_eq!(link("vscode://file{file}:{line}"), format!("vscode://file/{file}:12"));
        assert_eq!(link("txmt://open?url=file://{file}&line={line}"), format!("txmt://open?url=file:///{file}&line=12"));
        assert_eq!(link("idea://open?file={file}&line={line}"), format!("idea://open?file=/{file}&line=12"));
    }

    #[cfg(unix)]
    #[test]
    fn an_editor_that_fails_at_its_start_is_reported() {
        let start = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let place = (Path::new("a.md"), Position { line: 1, column: 1 });
            Starts::default().open(&words, Path::new("."), place, |_| {})
        };
        assert_eq!(start(&["true"]), Ok(()));
        let Err(Refused::Failed(why)) = start(&["no-such-editor-here"]) else { panic!("no such editor") };
        assert!(why.starts_with("cannot start the editor `no-such-editor-here`: "));
        assert_eq!(start(&["false"]), Err(Refused::Failed("the editor `false a.md` failed: exit status: 1".to_owned())));
    }

    #[test]
    fn repeated_requests_for_one_place_start_one_editor() {
        let begun = Instant::now();
        let mut starts = Starts::default();
        let mut count = 0;
        let mut open = |millis: u64, place: &str, result: Result<(), &str>| {
            let before = count;
            let now = begun + Duration::from_millis(millis);
            let came = starts.once(now, vec![place.to_owned()], |_| {
                count += 1;
                result.map_err(str::to_owned)
            });
            (count - before, came)
        };
        assert_eq!(open(0, "a", Ok(())), (1, Ok(())));
        // A key that is held down repeats the request.
        for millis in (100..3_000).step_by(100) {
            assert_eq!(open(millis, "a", Ok(())), (0, Ok(())), "{millis}");
        }
        assert_eq!(open(5_000, "a", Ok(())), (1, Ok(())), "asked again later");
        let failed = || Err(Refused::Failed("no".to_owned()));
        assert_eq!(open(5_100, "b", Err("no")), (1, failed()));
        assert_eq!(open(5_200, "b", Ok(())), (0, failed()), "the same as before");
        for place in 3..STARTS {
            assert_eq!(open(5_300, &place.to_string(), Ok(())), (1, Ok(())), "{place}");
        }
        assert_eq!(open(5_400, "c", Ok(())), (0, Err(Refused::TooMany)));
        assert_eq!(open(5_400, "a", Ok(())), (0, Ok(())), "it is open already");
        assert_eq!(open(10_001, "c", Ok(())), (1, Ok(())));
    }
}
