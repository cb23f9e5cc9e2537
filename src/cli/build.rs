//! `build` and `check`: render every route; `build` publishes the result. `check --external` asks
//! for the links to other sites instead.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::base::visible::shown_path;
use crate::base::{Diagnostic, code, diagnostic};
use crate::emit;
use crate::external;
use crate::load;
use crate::output::fingerprints::Fingerprints;
use crate::project::{Project, State};

use super::{Code, Global, Outcome, cache, is_watched, overrides, print, report, say, sync};

#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// Output folder; `public` in the folder of the site if none is given
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Address of the site. Without it: `base_url` in site.yaml, then the address that GitHub Pages
    /// gives to the git remote
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Publish pages with `draft: true` too
    #[arg(long)]
    drafts: bool,
    /// Print the time of each stage, each template and the ten slowest pages
    #[arg(long)]
    timings: bool,
    /// Ignore the caches of earlier builds and write none
    #[arg(long)]
    no_cache: bool,
    /// Allow a site without pages to replace a published site
    #[arg(long)]
    allow_empty: bool,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Check pages with `draft: true` too
    #[arg(long)]
    drafts: bool,
    /// Address of the site. Without it: `base_url` in site.yaml, then the address that GitHub Pages
    /// gives to the git remote
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Explain a problem code and stop; without CODE, list all codes
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = "")]
    explain: Option<String>,
    /// Fail unless these languages are complete and up to date: `--complete kk,en`
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    complete: Vec<String>,
    /// Check the links to other sites instead: send requests to their servers
    #[arg(long, conflicts_with = "complete")]
    external: bool,
    /// With `--external`: try links to private addresses too, such as those of this machine
    #[arg(long, requires = "external")]
    allow_private: bool,
    /// With `--external`: ask for all links again and keep no results
    #[arg(long, requires = "external")]
    no_cache: bool,
}

pub(super) fn build(global: &Global, args: &BuildArgs) -> Outcome {
    let start = Instant::now();
    let output = args.output.clone().unwrap_or_else(|| global.root.join("public"));
    let mut project = Project::new(&global.root, overrides(&global.root, args.base_url.as_deref(), args.drafts)?).for_one_state();
    let inputs = project.look()?;
    let known = (!args.no_cache).then(|| cache::record(&global.root, &output));
    let digest = known.as_ref().and_then(|_| project.digest(&inputs));
    if let (Some(known), Some(digest), false) = (&known, digest, args.timings)
        && let Some(files) = known.still_holds(digest, &output)
    {
        let report = emit::Report { files, ..emit::Report::default() };
        say(global, &published(known.works, known.languages, &output, &report, start));
        return Ok(Code::Fine);
    }
    let highlighter = if args.no_cache { Arc::default() } else { cache::highlighter(&global.root) };
    let state = project.with_highlighter(Arc::clone(&highlighter)).state(inputs);
    if state.renderer.is_none() || state.problems.has_errors() {
        let code = report_all(global, &state, &state.problems.to_vec());
        say(global, "nothing was published");
        return Ok(code);
    }
    let fingerprints = known.as_ref().zip(state.renderer.as_ref()).map(|(record, renderer)| (record, Fingerprints::of(renderer)));
    let previous = fingerprints.map(|(record, fingerprints)| emit::PreviousBuild { record, fingerprints });
    let progress = Progress::new(global, routes(&state));
    let begun = Instant::now();
    let target = emit::Target { output: &output, allow_empty: args.allow_empty };
    let emitted = emit::emit(&state, target, previous, &|| progress.step());
    progress.bar.finish_and_clear();
    let mut emitted = emitted?;
    if args.timings {
        timings(&state, &emitted, begun.elapsed());
    }
    if !args.no_cache {
        cache::keep(&global.root, &highlighter);
    }
    let mut problems = state.problems.to_vec();
    problems.extend_from_slice(&emitted.problems);
    diagnostic::sort(&mut problems);
    if let Some(record) = emitted.record.take() {
        // A build with problems or displaced files records no digest of its inputs. So the next
        // build is not skipped, and reports them again.
        let inputs = digest.filter(|_| problems.is_empty() && emitted.displaced.is_empty());
        cache::keep_record(&global.root, &output, &record.with_inputs(inputs));
    }
    let code = report_all(global, &state, &problems);
    let counts = state.site().map(|site| (site.works.len(), site.languages.len()));
    // The process is about to end, so freeing a large site piece by piece would waste time.
    std::mem::forget(state);
    for file in &emitted.displaced {
        say(
            global,
            &format!(
                "`{}` is a file that Tilmash did not write; it was in the place of a file of the site, and was kept under this name",
                shown_path(file)
            ),
        );
    }
    if let (Some((works, languages)), true) = (counts, emitted.published) {
        say(global, &published(works, languages, &output, &emitted, start));
        let emit::Pages { before, removed } = emitted.pages;
        if emitted.pages.lost_most() {
            let published = report::plural(before, "page");
            say(global, &format!("warning: this build removed {removed} of the {published} of the published site"));
        }
        // A site that was published has no errors, and warnings do not fail a build.
        return Ok(Code::Fine);
    }
    say(global, "nothing was published");
    Ok(code)
}

/// Formats the result of a build as one line.
fn published(works: usize, languages: usize, output: &Path, report: &emit::Report, start: Instant) -> String {
    format!(
        "{} in {}: {} in `{}`, {} written, {} removed, {}",
        report::plural(works, "page"),
        report::plural(languages, "language"),
        report::plural(report.files, "file"),
        shown_path(output),
        report.written,
        report.removed,
        duration(start.elapsed())
    )
}

pub(super) fn check(global: &Global, args: &CheckArgs) -> Outcome {
    if let Some(name) = &args.explain {
        return explain(name);
    }
    if args.external {
        return external(global, args);
    }
    let start = Instant::now();
    let mut project = Project::new(&global.root, overrides(&global.root, args.base_url.as_deref(), args.drafts)?)
        .for_one_state()
        .with_highlighter(cache::highlighter(&global.root));
    let state = project.refresh()?;
    let progress = Progress::new(global, routes(&state));
    let mut problems = state.problems.to_vec();
    if state.renderer.is_some() {
        problems.extend(emit::render_all(&state, &|| progress.step()));
    }
    progress.bar.finish_and_clear();
    if let Some(site) = state.site() {
        let langs = args.complete.iter().map(|code| sync::language(site, code)).collect::<Result<Vec<_>, _>>()?;
        let mut incomplete = crate::translation::checks::drift::incomplete(site, &langs);
        if let Some(config) = &state.config {
            config.apply_severities(&mut incomplete);
        }
        problems.extend(incomplete);
    }
    diagnostic::sort(&mut problems);
    let code = report_all(global, &state, &problems);
    let works = state.site().map_or(0, |site| site.works.len());
    say(global, &format!("checked {} in {}", report::plural(works, "page"), duration(start.elapsed())));
    // The reason is the same as in `build`.
    std::mem::forget(state);
    Ok(code)
}

/// Checks the links to other sites. No other command sends requests, and this one reports nothing
/// else, unless the site has no pages at all.
fn external(global: &Global, args: &CheckArgs) -> Outcome {
    /// The time between two writes of the cache, so that a run that is stopped loses little.
    const SAVE: Duration = Duration::from_secs(5);
    let start = Instant::now();
    let overrides = overrides(&global.root, args.base_url.as_deref(), args.drafts)?;
    let state = Project::new(&global.root, overrides).for_one_state().refresh()?;
    let Some(site) = state.site() else { return Ok(report_all(global, &state, &state.problems.to_vec())) };
    let mut options = external::Options::default();
    if args.allow_private {
        options.is_allowed = |_| true;
    }
    let mut results = match args.no_cache {
        true => external::Results::default(),
        false => cache::link_results(&global.root, args.allow_private),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    results.drop_old(now);
    let mut check = external::Check::new(site, &results, now);
    let progress = Progress::new(global, check.open());
    let mut saved = start;
    check.run(&options, &mut results, &mut |results| {
        progress.step();
        if !args.no_cache && saved.elapsed() > SAVE {
            cache::keep_link_results(&global.root, results);
            saved = Instant::now();
        }
    });
    progress.bar.finish_and_clear();
    if !args.no_cache {
        cache::keep_link_results(&global.root, &results);
    }
    let mut problems = check.problems();
    site.config.apply_severities(&mut problems);
    diagnostic::sort(&mut problems);
    let code = report_all(global, &state, &problems);
    say(global, &checked_links(&check.counts(), start));
    Ok(code)
}

/// Formats the result of a check of links as one line.
fn checked_links(counts: &external::Counts, start: Instant) -> String {
    let external::Counts { links, hosts, known, fine, moved, gone, refused, timed_out, untried } = *counts;
    let parts = [
        (fine, "fine"),
        (moved, "moved"),
        (gone, "gone"),
        (refused, "refused"),
        (timed_out, "timed out"),
        (untried, "not tried"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let known = if known > 0 { format!(" ({known} known from earlier runs)") } else { String::new() };
    let outcomes = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!(
        "checked {} to {}{known} in {}{outcomes}",
        report::plural(links, "link"),
        report::plural(hosts, "other host"),
        duration(start.elapsed())
    )
}

/// Reports problems and returns the exit code. A state that cannot render any page is a problem,
/// even if `severity` hides the reason.
fn report_all(global: &Global, state: &State, problems: &[Diagnostic]) -> Code {
    let files = problems.iter().flat_map(|problem| problem.place.iter().chain(problem.others.iter().map(|it| &it.0)));
    let code = report::report(global, problems, &load::reload_text(&state.inputs, files.map(|place| &place.file)));
    if state.renderer.is_some() {
        return code;
    }
    if code == Code::Fine {
        say(global, "no page can be generated, whatever `severity` in site.yaml says about the problems");
    }
    Code::Problems
}

fn explain(name: &str) -> Outcome {
    if name.is_empty() {
        for code in code::ALL {
            print::text(&format!("{:<24} {:<8} {}\n", code.name, code.severity.name(), code.explanation));
        }
        return Ok(Code::Fine);
    }
    match code::named(name) {
        Some(code) => print::text(&format!("{} ({}): {}\n", code.name, code.severity.name(), code.explanation)),
        None => {
            let names = code::ALL.iter().map(|code| code.name);
            let hint = crate::base::suggest::did_you_mean(name, names);
            let failure = crate::base::Failure::new(code::unknown(name));
            return Err(failure.hint(hint.unwrap_or_else(|| "run `tilmash check --explain` to list all codes".to_owned())));
        }
    }
    Ok(Code::Fine)
}

/// Prints the time that each part of a build took.
fn timings(state: &State, report: &emit::Report, emit: Duration) {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    print::message("time by stage");
    let last = [("highlight", report.highlighting), ("render and write", emit - report.highlighting)];
    for (stage, time) in state.timings.stages.iter().copied().chain(last) {
        print::message(&format!("{:>10.1} ms  {stage}", milliseconds(time)));
    }
    let mut templates: BTreeMap<&str, (Duration, u32)> = BTreeMap::new();
    for time in &report.times {
        let (total, count) = templates.entry(time.template.as_deref().unwrap_or("without a template")).or_default();
        *total += time.time;
        *count += 1;
    }
    let mut templates: Vec<_> = templates.into_iter().collect();
    templates.sort_by_key(|(_, (total, _))| std::cmp::Reverse(*total));
    print::message("time by template, summed over all threads");
    for (template, (total, count)) in templates {
        print::message(&format!(
            "{:>10.1} ms  {template}: {count} × {:.3} ms",
            milliseconds(total),
            milliseconds(total) / f64::from(count)
        ));
    }
    let mut slowest: Vec<_> = report.times.iter().collect();
    slowest.sort_by_key(|time| std::cmp::Reverse(time.time));
    print::message("slowest pages");
    for time in slowest.into_iter().take(10) {
        print::message(&format!("{:>10.1} ms  {}", milliseconds(time.time), time.path));
    }
}

/// Returns the number of routes of a site.
fn routes(state: &State) -> usize {
    state.site().map_or(0, |site| site.routes.len())
}

/// Progress bar that appears if a person is watching and the work takes longer than a moment.
struct Progress {
    bar: ProgressBar,
    watched: bool,
    begun: Instant,
    shown: AtomicBool,
}

impl Progress {
    fn new(global: &Global, steps: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(steps as u64), ProgressDrawTarget::hidden());
        bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}").expect("the template is right"));
        Self { bar, watched: is_watched(global), begun: Instant::now(), shown: AtomicBool::new(false) }
    }

    /// Counts one finished step.
    fn step(&self) {
        const MOMENT: Duration = Duration::from_millis(400);
        if self.watched && self.begun.elapsed() > MOMENT && !self.shown.swap(true, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        }
        self.bar.inc(1);
    }
}

/// Formats a duration for people.
fn duration(time: Duration) -> String {
    if time < Duration::from_secs(1) { format!("{} ms", time.as_millis()) } else { format!("{:.2} s", time.as_secs_f64()) }
}
