//! Paths inside the project and the site: always relative, `/` between parts, NFC.
//!
//! Nothing here touches a disk.

use unicode_normalization::{UnicodeNormalization, is_nfc};

pub use unicode_normalization::char::is_combining_mark;

/// Joins `target` to the folder of `from` and resolves `.` and `..`.
///
/// A `target` that begins with `/` counts from the root. Gives `None` if the path would leave the root.
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

/// The folder of a path, without a closing slash; empty at the root.
pub fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..slash])
}

/// The folders above a path, innermost first: `kk/a` and `kk` for `kk/a/index.html`.
pub fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder(path)), |inner| Some(folder(inner))).take_while(|folder| !folder.is_empty())
}

/// The first character of a path that cannot be in the name of a file on every system.
pub fn unfit(path: &str) -> Option<char> {
    path.chars().find(|&c| c.is_control() || "\\:*?\"<>|".contains(c))
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rfind('/').map_or(path, |slash| &path[slash + 1..])
}

/// The extension of a path's last part, without the dot; empty if it has none.
pub fn extension(path: &str) -> &str {
    let name = file_name(path);
    match name.rfind('.') {
        Some(dot) if dot > 0 => &name[dot + 1..],
        _ => "",
    }
}

/// `../` as often as it takes to come from a file at `path` to the root; `./` at the root itself.
pub fn to_root(path: &str) -> String {
    match path.matches('/').count() {
        0 => "./".to_owned(),
        depth => "../".repeat(depth),
    }
}

/// The text in Unicode normal form C, so that names typed on different systems are one name.
pub fn nfc(text: &str) -> String {
    if text.is_ascii() || is_nfc(text) { text.to_owned() } else { text.nfc().collect() }
}

/// Writes a path as a URL path: every byte that is not plainly allowed there is percent-encoded.
///
/// Letters beyond ASCII are kept: browsers show and encode them, and the HTML stays readable.
pub fn to_url(path: &str) -> String {
    let is_sign =
        |byte| matches!(byte, b'"' | b'#' | b'%' | b'<' | b'>' | b'?' | b'[' | b'\\' | b']' | b'^' | b'`' | b'{' | b'|' | b'}');
    let is_special = |byte: u8| byte <= b' ' || byte == 0x7f || is_sign(byte);
    // Every link of every page is one, and few have any.
    if !path.bytes().any(is_special) {
        return path.to_owned();
    }
    let mut url = String::with_capacity(path.len() + 8);
    for c in path.chars() {
        match u8::try_from(c) {
            Ok(byte) if is_special(byte) => url.push_str(&format!("%{byte:02X}")),
            _ => url.push(c),
        }
    }
    url
}

/// Percent-encodes also what is not ASCII: for XML documents and HTTP headers.
pub fn to_ascii_url(path: &str) -> String {
    let url = to_url(path);
    if url.is_ascii() {
        return url;
    }
    let mut ascii = String::with_capacity(url.len() * 3);
    for c in url.chars() {
        if c.is_ascii() {
            ascii.push(c);
        } else {
            let mut buffer = [0; 4];
            for byte in c.encode_utf8(&mut buffer).bytes() {
                ascii.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    ascii
}

/// Undoes percent-encoding. `None` if the result is no UTF-8 or holds a NUL.
pub fn from_url(url: &str) -> Option<String> {
    let bytes = url.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let digits = url.get(at + 1..at + 3);
            match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                Some(byte) => {
                    out.push(byte);
                    at += 3;
                    continue;
                }
                None => out.push(b'%'),
            }
        } else {
            out.push(bytes[at]);
        }
        at += 1;
    }
    String::from_utf8(out).ok().filter(|text| !text.contains('\0'))
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
    fn urls_round_trip() {
        for path in ["a b/ә?.md", "100%", "q#x", "ü"] {
            assert_eq!(from_url(&to_url(path)).as_deref(), Some(path));
            assert_eq!(from_url(&to_ascii_url(path)).as_deref(), Some(path));
        }
        assert_eq!(from_url("%ff"), None);
        assert_eq!(from_url("%zz").as_deref(), Some("%zz"));
    }

    #[test]
    fn the_way_to_the_root() {
        assert_eq!(to_root("index.html"), "./");
        assert_eq!(to_root("kk/a/index.html"), "../../");
    }
}
