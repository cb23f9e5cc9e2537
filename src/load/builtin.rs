//! The templates and the theme that are compiled into the program.

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// What the paths of built-in files begin with in places, so that no frame shows the site's own file of
/// the same path.
pub const PLACE: &str = "<built-in>/";

/// The built-in file at a path such as `templates/page.html`, with or without [`PLACE`] before it.
pub fn file(path: &str) -> Option<&'static [u8]> {
    let path = path.strip_prefix(PLACE).unwrap_or(path);
    let index = FILES.binary_search_by(|(name, _)| (*name).cmp(path)).ok()?;
    Some(FILES[index].1)
}

/// All built-in files in a folder and below it, with their whole paths.
pub fn below(folder: &str) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let prefix = format!("{folder}/");
    FILES.iter().copied().filter(move |(path, _)| path.starts_with(&prefix))
}
