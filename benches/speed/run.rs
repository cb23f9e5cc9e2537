//! Running programs, and what they took.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// What a run of a program took.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Run {
    pub(crate) wall: Duration,
    pub(crate) processor: Duration,
    /// The peak, in KiB.
    pub(crate) memory: u64,
    /// The processors' time that others used meanwhile: what disturbed the measurement.
    pub(crate) others: Duration,
}

impl Run {
    /// Each value's median, on its own.
    pub(crate) fn median(runs: &[Self]) -> Self {
        fn middle<T: Ord + Copy>(values: impl Iterator<Item = T>) -> T {
            let mut values: Vec<T> = values.collect();
            values.sort_unstable();
            values[values.len() / 2]
        }
        Self {
            wall: middle(runs.iter().map(|run| run.wall)),
            processor: middle(runs.iter().map(|run| run.processor)),
            memory: middle(runs.iter().map(|run| run.memory)),
            others: middle(runs.iter().map(|run| run.others)),
        }
    }

    /// The time on the clock, and in brackets the processor's.
    pub(crate) fn seconds(&self) -> String {
        format!("{:.2} s ({:.2})", self.wall.as_secs_f64(), self.processor.as_secs_f64())
    }
}

/// Runs a command that succeeds, and watches it on the way.
pub(crate) fn run(command: &mut Command) -> Run {
    let (run, status) = watch(command);
    assert!(status.success(), "{command:?} ended with {status}");
    run
}

/// Runs a command to its end and watches it on the way.
pub(crate) fn watch(command: &mut Command) -> (Run, ExitStatus) {
    let before = (children(), busy());
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("the program runs");
    let id = child.id();
    let ended = AtomicBool::new(false);
    let (status, wall, memory) = thread::scope(|scope| {
        // The peak only grows, so the last look is the best one.
        let looks = scope.spawn(|| {
            let mut memory = 0;
            while !ended.load(Ordering::Relaxed) {
                memory = peak(id).unwrap_or(memory);
                thread::sleep(Duration::from_millis(1));
            }
            memory
        });
        let status = child.wait().expect("it was started");
        let wall = start.elapsed();
        ended.store(true, Ordering::Relaxed);
        (status, wall, looks.join().expect("it only reads"))
    });
    let processor = children() - before.0;
    (Run { wall, processor, memory, others: (busy() - before.1).saturating_sub(processor) }, status)
}

/// The high-water mark of a running process, in KiB.
pub(crate) fn peak(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
}

/// The processor's time of all programs that this one ran and waited for.
fn children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which may hold anything: `cutime` and `cstime` are the fields 16 and 17 of all.
    let fields = stat.rsplit(')').next().unwrap_or("").split_whitespace();
    ticks(fields.skip(13).take(2))
}

/// How long the processors were at work since the machine started, for whomever.
fn busy() -> Duration {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields = stat.lines().next().unwrap_or("").split_whitespace().skip(1).take(8);
    // The fourth and the fifth are idleness.
    ticks(fields.enumerate().filter(|(index, _)| !matches!(index, 3 | 4)).map(|(_, field)| field))
}

fn ticks<'s>(fields: impl Iterator<Item = &'s str>) -> Duration {
    Duration::from_millis(fields.filter_map(|field| field.parse::<u64>().ok()).sum::<u64>() * 10)
}

/// The program: what `TILMASH` names, else the one that was built with the benchmark.
pub(crate) fn tilmash() -> PathBuf {
    env::var_os("TILMASH").map_or_else(|| env!("CARGO_BIN_EXE_tilmash").into(), PathBuf::from)
}

/// Hugo: what `HUGO` names, else the one on the path; `None` if there is none.
pub(crate) fn hugo() -> Option<PathBuf> {
    let found = env::var_os("HUGO").map_or_else(|| PathBuf::from("hugo"), PathBuf::from);
    let said = Command::new(&found).arg("version").output().ok()?;
    // The Python package starts the interpreter first, which is no part of Hugo; but it says what it runs.
    let said = String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned();
    let real = said.lines().find_map(|line| line.split_once("hugo-python-distributions at ")?.1.split('\u{1b}').next());
    Some(real.map_or(found, |real| PathBuf::from(real.trim())))
}

/// Name and version, out of all that a program says of itself.
pub(crate) fn version(program: &Path, argument: &str) -> String {
    let said = Command::new(program).arg(argument).output().expect("the program runs").stdout;
    let said = String::from_utf8_lossy(&said).split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    said.split('-').next().unwrap_or_default().to_owned()
}

/// A folder in memory, gone at the end: on a disk the disk would be measured.
pub(crate) fn folder() -> tempfile::TempDir {
    let shared = Path::new("/dev/shm");
    let above = if shared.is_dir() { shared.to_owned() } else { env::temp_dir() };
    tempfile::Builder::new().prefix("tilmash-bench-").tempdir_in(above).expect("a folder can be made")
}

/// Removes a folder, if it is there.
pub(crate) fn remove(folder: &Path) {
    if folder.exists() {
        fs::remove_dir_all(folder).expect("what was written can be removed");
    }
}

/// The files below a folder.
pub(crate) fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    entries
        .map(|entry| entry.expect("it can be read"))
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
}
