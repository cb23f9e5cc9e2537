//! Classification of the destinations of links and images: external, unsafe, or inside the site.

use super::Target;
use crate::base::{fold_all, path};
use crate::model::Key;

/// The kind of a destination in Markdown.
pub(super) enum Destination {
    /// A URL of another site, or one for another program such as `mailto:`.
    External(String),
    /// A URL with this scheme, which may run code.
    Unsafe(String),
    /// A target inside the site.
    Internal(Target),
}

/// Classifies a destination. A relative path is resolved from the folder of `file`.
pub(super) fn classify(url: &str, file: &str) -> Destination {
    // Browsers ignore white space and control characters in a scheme: `java\tscript:` runs code.
    let visible = url.contains(':').then(|| url.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>());
    if let Some(scheme) = visible.as_deref().and_then(scheme) {
        let scheme = scheme.to_ascii_lowercase();
        return match scheme.as_str() {
            "http" | "https" | "mailto" | "tel" | "ftp" | "sftp" | "news" | "geo" | "magnet" | "xmpp" | "irc" | "ircs"
            | "sms" | "doi" | "urn" => Destination::External(url.to_owned()),
            _ => Destination::Unsafe(scheme),
        };
    }
    if url.starts_with("//") {
        return Destination::External(format!("https:{url}"));
    }
    let (target, anchor) = cut_anchor(url);
    if target.is_empty() {
        return Destination::Internal(Target::Anchor(anchor.unwrap_or_default()));
    }
    let target = target.split('?').next().unwrap_or("");
    let decoded = path::from_url(target).unwrap_or_else(|| target.to_owned());
    // A path that begins with `/` counts from the content folder, as in the URLs of the site.
    let resolved = match decoded.strip_prefix('/') {
        Some(rooted) => path::resolve("content/", rooted),
        None => path::resolve(file, &decoded),
    };
    Destination::Internal(match resolved {
        Some(path) if path.starts_with("content/") || path == "content" => Target::File { path: path::nfc(&path), anchor },
        _ => Target::Outside(url.to_owned()),
    })
}

/// Returns the target of a destination in a file, as in a page; `None` if it is outside of the
/// site. `is_wiki` is true for the form `[[key]]`.
pub fn target(url: &str, is_wiki: bool, file: &str) -> Option<Target> {
    if is_wiki {
        return Some(wiki(url));
    }
    match classify(url, file) {
        Destination::Internal(target) => Some(target),
        Destination::External(_) | Destination::Unsafe(_) => None,
    }
}

/// Returns the target of `[[url]]`.
pub(super) fn wiki(url: &str) -> Target {
    // The text of a link may contain a line break.
    let url = fold_all(url);
    match cut_anchor(&url) {
        ("", Some(anchor)) => Target::Anchor(anchor),
        (key, anchor) => Target::Work { key: Key::new(key.trim()), anchor },
    }
}

/// Returns the target of `![[KEY#ID]]`, which shows a sentence. Returns `None` if the brackets name
/// a picture.
///
/// ```text
/// vectors/russia#2.3    the sentence of a page
/// #2.3                  the sentence of the same page
/// vectors/russia        a page without a sentence, which [`crate::link`] reports
/// map.svg, map.svg#top  a picture
/// ```
pub fn quoted(url: &str) -> Option<Target> {
    const PICTURES: [&str; 7] = ["avif", "gif", "jpeg", "jpg", "png", "svg", "webp"];
    let url = fold_all(url);
    let (key, anchor) = cut_anchor(&url);
    let key = key.trim();
    let extension = path::extension(key).to_lowercase();
    let is_picture = PICTURES.contains(&&*extension) || anchor.is_none() && !extension.is_empty();
    if is_picture || key.contains(':') {
        return None;
    }
    Some(match (key, anchor) {
        ("", anchor) => Target::Anchor(anchor.unwrap_or_default()),
        (key, anchor) => Target::Work { key: Key::new(key), anchor },
    })
}

/// Returns the scheme of a URL, if it has one.
pub(super) fn scheme(url: &str) -> Option<&str> {
    let (scheme, _) = url.split_once(':')?;
    let mut letters = scheme.chars();
    let first = letters.next().is_some_and(|c| c.is_ascii_alphabetic());
    (first && letters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))).then_some(scheme)
}

pub(super) fn cut_anchor(url: &str) -> (&str, Option<String>) {
    match url.split_once('#') {
        Some((target, anchor)) => (target, Some(path::from_url(anchor).unwrap_or_else(|| anchor.to_owned()))),
        None => (url, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_that_browsers_ignore_hides_a_scheme() {
        for url in ["javascript:x", "java\tscript:x", "java\u{1}script:x", " JavaScript:x", "java\u{9b}script\n:x"] {
            assert!(matches!(classify(url, "content/a.md"), Destination::Unsafe(scheme) if scheme == "javascript"), "{url:?}");
        }
        assert!(matches!(classify("ht\u{1}tps://a.org", "content/a.md"), Destination::External(_)));
        assert!(matches!(classify("a:b/c.md", "content/a.md"), Destination::Unsafe(_)));
        assert!(matches!(classify("a b/c:d.md", "content/a.md"), Destination::Internal(_)));
    }
}
