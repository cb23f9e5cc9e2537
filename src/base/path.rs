//! Paths inside the project and the site: always relative, `/` between parts, NFC.
//!
//! Nothing here touches a disk.

use std::borrow::Cow;
use std::fmt;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use unicase::UniCase;

/// Joins `target` to the folder of `from` and resolves `.` and `..`.
///
/// A `target` that begins with `/` counts from the root. Returns `None` if the path would leave the
/// root.
pub fn resolve(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    let target = match target.strip_prefix('/') {
        Some(rooted) => rooted,
        None => {
            parts.extend(folder(from).split('/').filter(|part| !part.is_empty()));
            target
        }
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Returns the path that leads from a folder to a file, both from the root: `../b/c` from `a` to
/// `b/c`. The path from a folder to itself is `.`.
pub fn relative(folder: &str, file: &str) -> String {
    let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (from, to) = (parts(folder), parts(file));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - shared);
    let path = up.chain(to[shared..].iter().cloned()).collect::<Vec<_>>().join("/");
    if path.is_empty() { ".".to_owned() } else { path }
}

/// Returns the folder of a path, without a closing slash; empty at the root.
pub fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..slash])
}

/// Returns the folders above a path, innermost first: `kk/a` and `kk` for `kk/a/index.html`.
pub fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder(path)), |inner| Some(folder(inner))).take_while(|folder| !folder.is_empty())
}

/// Longest name of a file or folder, in bytes of UTF-8: the limit of Linux, the tightest one.
pub const LONGEST_NAME: usize = 255;

/// Longest path inside the site, in bytes of UTF-8: the limit of macOS and of object stores.
pub const LONGEST_PATH: usize = 1024;

/// The reason why some system cannot store a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// A part of the path is empty.
    Empty,
    /// `.` or `..`, which lead to another folder.
    Relative,
    Control(char),
    Sign(char),
    /// Bytes in the name that are not UTF-8; reading the folder replaced them by U+FFFD.
    NotUtf8,
    /// A name that Windows reserves for a device, in capitals or not and with any extension:
    /// `aux.md`, `AUX`.
    Device(String),
    /// The name of git's own folder, in capitals or not: the output folder may be a repository.
    Git(String),
    /// A dot or a space at the end of a name; Windows drops both.
    End(char),
    LongName(usize),
    LongPath(usize),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a part of it is empty"),
            Self::Relative => write!(f, "`.` and `..` are not allowed as names"),
            Self::Control(c) => write!(f, "it contains the control character U+{:04X}", u32::from(*c)),
            Self::Sign(c) => write!(f, "Windows does not allow `{c}` in a name"),
            Self::NotUtf8 => write!(f, "its name is not valid UTF-8"),
            Self::Device(name) => write!(f, "Windows reserves the name `{name}` for a device"),
            Self::Git(name) => write!(f, "git reserves the name `{name}`"),
            Self::End('.') => write!(f, "Windows does not allow a name that ends with a dot"),
            Self::End(_) => write!(f, "Windows does not allow a name that ends with a space"),
            Self::LongName(bytes) => write!(f, "a name in it has {bytes} bytes; the limit is {LONGEST_NAME}"),
            Self::LongPath(bytes) => write!(f, "it has {bytes} bytes; the limit is {LONGEST_PATH}"),
        }
    }
}

/// Returns the first reason why a path cannot be stored on every system; `None` if it can.
///
/// This is the one rule for names that become files: those of pages and copied files, slugs, tags,
/// aliases, keys and language codes.
pub fn unfit(path: &str) -> Option<Unfit> {
    if path.len() > LONGEST_PATH {
        return Some(Unfit::LongPath(path.len()));
    }
    path.split('/').find_map(unfit_name)
}

fn unfit_name(name: &str) -> Option<Unfit> {
    for c in name.chars() {
        match c {
            _ if c.is_control() => return Some(Unfit::Control(c)),
            '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => return Some(Unfit::Sign(c)),
            '\u{fffd}' => return Some(Unfit::NotUtf8),
            _ => {}
        }
    }
    match name.chars().next_back() {
        None => return Some(Unfit::Empty),
        Some(_) if matches!(name, "." | "..") => return Some(Unfit::Relative),
        Some(end @ ('.' | ' ')) => return Some(Unfit::End(end)),
        Some(_) if name.len() > LONGEST_NAME => return Some(Unfit::LongName(name.len())),
        Some(_) => {}
    }
    if is_git_folder(name) {
        return Some(Unfit::Git(name.to_owned()));
    }
    // Windows looks at the part before the first dot, without the spaces at its end.
    let stem = name.split('.').next().unwrap_or(name).trim_end_matches(' ');
    is_device(stem).then(|| Unfit::Device(stem.to_owned()))
}

/// Returns true for the name of git's own folder, and for its short form on Windows (`GIT~1`).
pub fn is_git_folder(name: &str) -> bool {
    [".git", "git~1"].iter().any(|git| name.eq_ignore_ascii_case(git))
}

/// Returns true for device names, as listed in
/// <https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions>.
fn is_device(stem: &str) -> bool {
    if ["con", "prn", "aux", "nul", "conin$", "conout$"].iter().any(|device| stem.eq_ignore_ascii_case(device)) {
        return true;
    }
    let is_port = |prefix: &str| stem.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let is_number = |rest: &str| matches!(rest.chars().next(), Some('0'..='9' | '¹' | '²' | '³')) && rest.chars().count() == 1;
    (is_port("com") || is_port("lpt")) && is_number(&stem[3..])
}

/// Returns the folded form of a text: full Unicode case folding, then normal form C. Two names that
/// some file system treats as the same name have the same folded form. `Σ` is `ς`, `ſ` is `s`,
/// `ﬁ` is `fi`.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Decomposed first: some precomposed letters fold differently from the letter and its marks.
    let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(text);
    nfc(&UniCase::unicode(decomposed).to_folded_case())
}

/// Returns the last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rfind('/').map_or(path, |slash| &path[slash + 1..])
}

/// Returns the extension of the last part of a path, without the dot; empty if there is none.
pub fn extension(path: &str) -> &str {
    let name = file_name(path);
    match name.rfind('.') {
        Some(dot) if dot > 0 => &name[dot + 1..],
        _ => "",
    }
}

/// Returns the relative path from a file at `path` to the root: one `../` for each folder, or `./`
/// for a file in the root itself.
pub fn to_root(path: &str) -> String {
    match path.matches('/').count() {
        0 => "./".to_owned(),
        depth => "../".repeat(depth),
    }
}

/// Returns the text in Unicode normal form C, so that names typed on different systems are equal.
pub fn nfc(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

/// Returns the text in Unicode normal form KC: also letters of half width and ligatures become the
/// usual letters.
pub fn nfkc(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfkc().normalize(text).into_owned()
}

/// Returns the text without accents and other marks of its letters, in normal form C: `ete` for
/// `été`, `и` for `й`.
pub fn without_marks(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(text);
    nfc(&decomposed.chars().filter(|c| !is_combining_mark(*c)).collect::<String>())
}

/// Returns true for an accent, a vowel sign or another mark that belongs to the letter before it.
pub fn is_combining_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

/// ASCII characters that are percent-encoded in a URL path: it cannot contain them, or they would
/// end it (`?`, `#`) or begin an escape (`%`).
const RESERVED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Writes a path as a URL path: percent-encodes the reserved characters.
///
/// Letters beyond ASCII stay: browsers show and encode them, and the HTML remains readable.
pub fn to_url(path: &str) -> String {
    let mut url = String::with_capacity(path.len());
    let mut rest = path;
    while !rest.is_empty() {
        let (ascii, after) = rest.split_at(rest.find(|c: char| !c.is_ascii()).unwrap_or(rest.len()));
        let (letters, after) = after.split_at(after.find(|c: char| c.is_ascii()).unwrap_or(after.len()));
        url.extend(utf8_percent_encode(ascii, RESERVED));
        url.push_str(letters);
        rest = after;
    }
    url
}

/// Writes a path as a URL path in ASCII, for XML documents and HTTP headers.
pub fn to_ascii_url(path: &str) -> String {
    utf8_percent_encode(path, RESERVED).to_string()
}

/// Decodes percent-encoding. Returns `None` if the result is not UTF-8 or contains a NUL.
pub fn from_url(url: &str) -> Option<String> {
    percent_decode_str(url).decode_utf8().ok().filter(|text| !text.contains('\0')).map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_resolve_inside_the_root_only() {
        assert_eq!(resolve("a/b.md", "c.md").as_deref(), Some("a/c.md"));
        assert_eq!(resolve("a/b.md", "../c.md").as_deref(), Some("c.md"));
        assert_eq!(resolve("a/b.md", "/c/./d.md").as_deref(), Some("c/d.md"));
        assert_eq!(resolve("a/b.md", "../../c.md"), None);
    }

    #[test]
    fn a_relative_path_leads_to_its_file() {
        for (folder, file, path) in
            [("a", "a/b", "b"), ("a/b", "c", "../../c"), ("", "x/y", "x/y"), ("a/b", "a", ".."), ("a", "a", ".")]
        {
            assert_eq!(relative(folder, file), path);
            assert_eq!(resolve(&format!("{folder}/x"), path).as_deref(), Some(file));
        }
    }

    #[test]
    fn names_that_some_system_cannot_store_are_unfit() {
        for name in
            ["a", "content/ә/б.md", "con-fusion.md", "com.md", "com10", "auxiliary", "a b", ".x", ".gitignore", "a..b", "nul-1"]
        {
            assert_eq!(unfit(name), None, "{name}");
        }
        for (name, why) in [
            ("a\nb", "it contains the control character U+000A"),
            ("a\u{9b}b", "it contains the control character U+009B"),
            ("a/b?.md", "Windows does not allow `?` in a name"),
            ("aux.kk.md", "Windows reserves the name `aux` for a device"),
            ("a/Con/b", "Windows reserves the name `Con` for a device"),
            ("COM¹.txt", "Windows reserves the name `COM¹` for a device"),
            ("lpt0 .x", "Windows reserves the name `lpt0` for a device"),
            ("a./b", "Windows does not allow a name that ends with a dot"),
            ("a/../b", "`.` and `..` are not allowed as names"),
            ("a ", "Windows does not allow a name that ends with a space"),
            (".git/hooks/x", "git reserves the name `.git`"),
            ("a/.GIT", "git reserves the name `.GIT`"),
            ("GIT~1/config", "git reserves the name `GIT~1`"),
            ("a//b", "a part of it is empty"),
            ("a\u{fffd}", "its name is not valid UTF-8"),
        ] {
            assert_eq!(unfit(name).map(|unfit| unfit.to_string()).as_deref(), Some(why), "{name:?}");
        }
        assert_eq!(unfit(&"ә".repeat(128)), Some(Unfit::LongName(256)));
        assert_eq!(unfit(&"a".repeat(LONGEST_NAME)), None);
        assert_eq!(unfit(&format!("{}ab", "a/".repeat(511))), None);
        assert_eq!(unfit(&format!("{}abc", "a/".repeat(511))), Some(Unfit::LongPath(1025)));
    }

    #[test]
    fn names_that_differ_by_case_alone_fold_together() {
        for (a, b) in [("ΣΑΣ", "σας"), ("ſ", "S"), ("ﬁn", "FIN"), ("ß", "SS"), ("Й", "и\u{306}"), ("\u{345}α", "ιΑ"), ("K", "k")]
        {
            assert_eq!(folded(a), folded(b), "{a} {b}");
        }
        assert_ne!(folded("и"), folded("й"));
    }

    #[test]
    fn urls_round_trip() {
        for path in ["a b/ә?.md", "100%", "q#x", "ü"] {
            assert_eq!(from_url(&to_url(path)).as_deref(), Some(path));
            assert_eq!(from_url(&to_ascii_url(path)).as_deref(), Some(path));
        }
        assert_eq!(from_url("%ff"), None);
        assert_eq!(from_url("a%00"), None);
        assert_eq!(from_url("%zz%+1%").as_deref(), Some("%zz%+1%"));
    }

    /// A `#` would begin an anchor, and a `?` a query: the file would not be found.
    #[test]
    fn signs_of_urls_are_encoded_in_paths() {
        assert_eq!(to_url("c#/a?b.md"), "c%23/a%3Fb.md");
        let signs: String = ('\0'..='\u{7f}').filter(|c| !c.is_ascii_alphanumeric()).collect();
        let kept: String = to_url(&signs).split('%').map(|part| part.get(2..).unwrap_or("")).collect();
        assert_eq!(kept, "!$&'()*+,-./:;=@_~");
        assert_eq!(to_url("ә б/ғ"), "ә%20б/ғ");
        assert_eq!(to_ascii_url("ә#"), "%D3%99%23");
    }

    #[test]
    fn the_last_dot_of_a_name_begins_its_extension() {
        for (path, expected) in [("a.tar.gz", "gz"), ("a.b/c", ""), ("c.", ""), (".md", ""), ("a/.md", ""), ("a/.x.md", "md")] {
            assert_eq!(extension(path), expected, "{path}");
        }
    }

    #[test]
    fn the_way_to_the_root() {
        assert_eq!(to_root("index.html"), "./");
        assert_eq!(to_root("kk/a/index.html"), "../../");
    }
}
