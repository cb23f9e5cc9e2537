//! Paths, URLs, and values that are read from names: keys, languages, addresses of sentences.

use tilmash::base::path;
use tilmash::model::config::base_url;
use tilmash::model::{EditionName, Key, LanguageTag, SegmentId, Unit, key};

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    check_url(text);
    check_path(text);
    check_names(text);
}

/// Asserts that a path that is written as a URL is read as the same path.
fn check_url(text: &str) {
    let expected = (!text.contains('\0')).then_some(text);
    for url in [path::to_url(text), path::to_ascii_url(text)] {
        assert_eq!(path::from_url(&url).as_deref(), expected, "{url}");
        assert!(!url.contains(|c: char| c.is_ascii_control() || " \"<>#?\\".contains(c)), "{url}");
    }
    assert!(path::to_ascii_url(text).is_ascii());
    path::from_url(text);
    if let Ok(base) = base_url(text) {
        assert_eq!(base_url(&base).as_ref(), Ok(&base), "an address that was normalised stays as it is");
        assert!(base.ends_with('/') && base.starts_with("http"), "{base}");
    }
}

/// A path that is resolved is inside the root.
fn check_path(text: &str) {
    let normal = path::nfc(text);
    assert_eq!(path::nfc(&normal), normal);
    for from in ["index.md", "a/b/c.md"] {
        let Some(resolved) = path::resolve(from, text) else { continue };
        let mut parts = resolved.split('/');
        assert!(resolved.is_empty() || parts.all(|part| !matches!(part, "" | "." | "..")), "`{resolved}` leads out");
        assert_eq!(path::resolve("", &resolved).as_deref(), Some(&*resolved), "what is resolved stays as it is");
    }
    assert_eq!(path::to_root(text).matches("../").count(), text.matches('/').count());
    assert!(path::above(text).count() <= text.matches('/').count());
    assert!(text.ends_with(path::file_name(text)) && text.starts_with(path::folder(text)));
    path::extension(text);
    path::unfit(text);
}

/// Asserts that a value read from a name is written as the same name.
fn check_names(text: &str) {
    let key = Key::new(text);
    assert!(key.as_str() == key.to_string() && (key.is_home() || key.parent() != Some(key.clone())), "{key}");
    if let Some(edition) = EditionName::of(text, |code| code == "kk" || code == "en") {
        assert!(!edition.key.as_str().is_empty() || text.contains("//"), "{text}");
        let code = edition.language.as_deref().unwrap_or("kk");
        let lock = key::lock_beside(text, code);
        assert_eq!(key::of_lock(&lock).as_ref(), Some(&edition.key), "`{lock}` is the lock of `{text}`");
    }
    for read in [SegmentId::parse(text).map(|id| id.to_string()), Unit::parse(text).map(|unit| unit.to_string())] {
        assert!(read.is_none_or(|written| written == text), "{text}");
    }
    LanguageTag::parse(text);
    key::looks_like_language(text);
}
