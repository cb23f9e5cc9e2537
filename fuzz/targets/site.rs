//! A page, and behind the separator its translation, as a site: built, exported, imported and
//! locked.

use std::collections::BTreeMap;
use std::sync::Arc;

use tilmash::load::Inputs;
use tilmash::model::key::lock_beside;
use tilmash::model::{LangId, Lock};
use tilmash::project::{Overrides, Project, State};
use tilmash::render::Body;
use tilmash::site::{Site, WorkId};
use tilmash::translation::exchange::plan::{Options, plan};
use tilmash::translation::exchange::{self, Format, collect};
use tilmash::translation::sync::{Accept, first, renewed};

use super::{check_problems, two_texts};

type Files = BTreeMap<String, String>;

const CONFIG: &str = "title: T\nlanguages: [kk, en]\nbase_url: https://example.org/\nstatus_page: true\n";

/// Problems that make a text look shorter than it is.
const UNREAD: [&str; 4] = ["front-matter", "yaml-syntax", "conflict", "bad-lock"];

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (source, translation) = two_texts(text);
    let mut files = Files::from([
        ("site.yaml".to_owned(), CONFIG.to_owned()),
        ("content/index.kk.md".to_owned(), "# T\n".to_owned()),
        ("content/x.kk.md".to_owned(), source.to_owned()),
    ]);
    if !translation.is_empty() {
        files.insert("content/x.en.md".to_owned(), translation.to_owned());
    }
    let state = state(&files);
    check_state(&state, &files);
    check_exchange(&state);
    // `sync` leaves a work alone whose texts cannot be read whole.
    if state.site().is_some() && !state.problems.iter().any(|problem| UNREAD.contains(&problem.code.name)) {
        sync(&mut files);
        assert_eq!(sync(&mut files), Vec::<String>::new(), "a second sync writes nothing");
    }
}

fn state(files: &Files) -> State {
    let inputs = Inputs::from_texts(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    Project::new("site".as_ref(), Overrides::default()).state(Arc::new(inputs))
}

/// Renders every route of a state, and asserts that each problem has a place in a file.
fn check_state(state: &State, files: &Files) {
    let mut problems = state.problems.to_vec();
    for (_, route) in state.site().into_iter().flat_map(|site| site.routes.iter()) {
        let rendered = state.render(route);
        problems.extend(rendered.problems);
        if let Some(Body::Bytes(bytes)) = rendered.body {
            assert!(std::str::from_utf8(&bytes).is_ok() || !bytes.starts_with(b"<"), "pages are UTF-8");
        }
    }
    for (file, text) in files {
        check_problems(&file.as_str().into(), text, &problems);
    }
}

/// Asserts that sentences that are exported and imported unchanged change nothing.
fn check_exchange(state: &State) {
    let Some(site) = state.site() else { return };
    let batch = collect::collect(site, &state.inputs, LangId(0), LangId(1), &|_| true);
    for format in Format::ALL {
        let file: Arc<str> = format!("x.{}", format.extension()).into();
        let found = exchange::read(format, &file, &exchange::write(format, &batch));
        assert_eq!(found.problems, [], "{format:?}");
        let plan = plan(site, &state.inputs, &[(file, found)], Options::default());
        assert!(plan.editions.is_empty() && plan.problems.is_empty(), "{format:?}: {plan:?}");
    }
}

/// Writes the locks as `tilmash sync` does; returns those that changed.
fn sync(files: &mut Files) -> Vec<String> {
    let before = files.clone();
    let is_new = |site: &Site, work| site.source_edition(work).1.document.lock.is_none();
    write_locks(files, |site, work, text| is_new(site, work).then(|| first(site, work, text)));
    write_locks(files, |site, work, text| renewed(site, work, &Accept::default(), text).ok().map(|renewed| renewed.lock));
    files.iter().filter(|(file, text)| before.get(*file) != Some(text)).map(|(file, text)| format!("{file}:\n{text}")).collect()
}

/// A function that returns the text of a file.
type Text<'t> = &'t dyn Fn(&str) -> Option<&'t str>;

fn write_locks(files: &mut Files, make: impl Fn(&Site, WorkId, Text<'_>) -> Option<Lock>) {
    let state = state(files);
    let Some(site) = state.site() else { return };
    let text = |file: &str| state.inputs.text(file).map(|text| &**text);
    for &work in site.order.iter() {
        let (lang, source) = site.source_edition(work);
        // A home page that nobody wrote has no lock.
        if text(&source.document.file).is_none() {
            continue;
        }
        if let Some(lock) = make(site, work, &text) {
            files.insert(lock_beside(&source.document.file, site.config.code(lang)), lock.write());
        }
    }
}
