//! `render`: prints one page to standard output.

use std::io::Read as _;

use clap::Args;

use crate::base::{Diagnostic, Failure, Severity, diagnostic, suggest};
use crate::model::{Limit, Limits, limits};
use crate::parse::markdown;
use crate::project::{Project, State};
use crate::render::Body;
use crate::site::{RouteKind, Site, route};

use super::{Code, Global, Outcome, overrides, print, read_within, report};

#[derive(Debug, Args)]
pub(super) struct RenderArgs {
    /// File in `content/`, path of the published site, or `-` for standard input
    #[arg(value_name = "PAGE")]
    page: String,
    /// Read CommonMark from a file or standard input and print only its HTML, without a site
    #[arg(long)]
    commonmark: bool,
}

pub(super) fn render(global: &Global, args: &RenderArgs) -> Outcome {
    if args.commonmark {
        print::data(markdown::commonmark(&read(&args.page)?).as_bytes());
        return Ok(Code::Fine);
    }
    if args.page == "-" {
        return Err(Failure::new("a page of a site cannot be read from standard input")
            .hint("add `--commonmark` to render plain Markdown without a site"));
    }
    let mut project = Project::new(&global.root, overrides(&global.root, None, true)?);
    let state = project.refresh()?;
    let Some(site) = state.site() else { return Ok(report::report(global, &state.problems, &state.inputs)) };
    let Some(route) = path_of(site, &args.page).and_then(|path| site.routes.get(path.as_str())) else {
        let own = problems_of(&state, args.page.trim_start_matches("./"));
        if own.iter().any(|problem| problem.severity == Severity::Error) {
            // These errors are the reason why the page is missing.
            return Ok(report::report(global, &own, &state.inputs));
        }
        let files = state.inputs.files.keys().map(|file| &**file);
        let hint = suggest::did_you_mean(&args.page, files.chain(site.routes.keys().map(|path| &**path)));
        let failure = Failure::new(format!("the site has no page `{}`", args.page));
        return Err(
            failure.hint(hint.unwrap_or_else(|| "name a file such as `content/index.en.md`, or a path such as `en/`".to_owned()))
        );
    };
    let rendered = state.render(route);
    let mut problems = rendered.problems;
    if let RouteKind::Page { work, lang } = route.kind
        && let Some(edition) = site.edition(work, lang)
    {
        problems.extend(problems_of(&state, &edition.document.file));
    }
    diagnostic::sort(&mut problems);
    let code = report::report(global, &problems, &state.inputs);
    match rendered.body {
        Some(Body::Bytes(bytes)) => print::data(&bytes),
        Some(Body::File(disk)) => {
            let mut bytes = Vec::new();
            let read = state.inputs.open(&disk).and_then(|mut file| file.read_to_end(&mut bytes));
            read.map_err(|error| Failure::io("read", &disk, &error))?;
            print::data(&bytes);
        }
        None => return Ok(Code::Problems),
    }
    Ok(code)
}

/// Returns the problems of a file that were found before rendering.
fn problems_of(state: &State, file: &str) -> Vec<Diagnostic> {
    let is_there = |problem: &&Diagnostic| problem.place.as_ref().is_some_and(|place| &*place.file == file);
    state.problems.iter().filter(is_there).cloned().collect()
}

/// Returns the output path of the page that a person names by a file or a URL path.
fn path_of(site: &Site, page: &str) -> Option<String> {
    if let Some((work, lang)) = site.edition_in(page.trim_start_matches("./")) {
        return Some(site.edition(work, lang)?.path.to_string());
    }
    let path = page.trim_start_matches('/');
    let candidates =
        [path.to_owned(), format!("{}/{}", path.trim_end_matches('/'), route::INDEX).trim_start_matches('/').to_owned()];
    candidates.into_iter().find(|path| site.routes.contains_key(path.as_str()))
}

fn read(page: &str) -> Result<String, Failure> {
    // The default limit applies, since there is no site.
    let limit = Limits::default().of(Limit::Source);
    let read = if page == "-" {
        read_within(std::io::stdin().lock(), limit)
    } else {
        std::fs::File::open(page).and_then(|file| read_within(file, limit))
    };
    let bytes = read.map_err(|error| Failure::new(format!("cannot read `{page}`: {error}")))?;
    if bytes.len() as u64 > limit {
        return Err(
            Failure::new(format!("`{page}` is larger than {}", limits::shown(limit))).hint("divide the file into smaller ones")
        );
    }
    String::from_utf8(bytes).map_err(|_| Failure::new(format!("`{page}` is not valid UTF-8")))
}
