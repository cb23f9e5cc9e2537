//! The templates and the theme that are compiled into the program.

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// Prefix of the paths of built-in files in places. It keeps the site's own file with the same path
/// out of the frame of a problem.
pub const PLACE: &str = "<built-in>/";

/// Returns the built-in file at a path such as `templates/page.html`, with or without [`PLACE`]
/// before it.
pub fn file(path: &str) -> Option<&'static [u8]> {
    let path = path.strip_prefix(PLACE).unwrap_or(path);
    let index = FILES.binary_search_by(|(name, _)| (*name).cmp(path)).ok()?;
    Some(FILES[index].1)
}

/// Returns all built-in files below a folder, with their whole paths.
pub fn below(folder: &str) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let prefix = format!("{folder}/");
    FILES.iter().copied().filter(move |(path, _)| path.starts_with(&prefix))
}
