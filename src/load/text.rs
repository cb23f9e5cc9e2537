//! Decoding of file contents as text: UTF-8 without NUL.

use std::sync::Arc;

use crate::base::place::line_of_byte;
use crate::base::{Diagnostic, Place, SAVE_AS_UTF8, code};

/// Returns the text of a file, or the problem why it is not text. The message names the line, since
/// a problem without a text can have no place in it.
///
/// simdutf8 is faster than the standard library, which needs as long for letters outside ASCII as
/// reading the file takes.
pub fn decode<'b>(file: &Arc<str>, bytes: &'b [u8]) -> Result<&'b str, Diagnostic> {
    let problem = |wrong: &str, hint| Diagnostic::at(&code::NOT_UTF8, Place::whole(file), format!("`{file}` {wrong}")).hint(hint);
    let at = |at: usize| format!("byte {at} in line {}", line_of_byte(bytes, at));
    if looks_like_utf16(bytes) {
        return Err(problem("is encoded in UTF-16, not in UTF-8", SAVE_AS_UTF8));
    }
    let text = simdutf8::compat::from_utf8(bytes)
        .map_err(|error| problem(&format!("is not valid UTF-8 at {}", at(error.valid_up_to())), SAVE_AS_UTF8))?;
    match text.find('\0') {
        None => Ok(text),
        Some(nul) => Err(problem(&format!("contains the character U+0000 at {}", at(nul)), "remove the character")),
    }
}

/// Returns true if the bytes begin with a UTF-16 byte order mark, or if their beginning has several
/// NUL bytes, all at even offsets or all at odd ones.
fn looks_like_utf16(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return true;
    }
    let start = &bytes[..bytes.len().min(256)];
    let nuls = |odd: usize| start.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    // In UTF-16 each ASCII character, such as a line break, has a NUL byte before or after it.
    even.min(odd) == 0 && even.max(odd) >= 2 && even.max(odd) * 16 >= start.len()
}

/// Returns true if the first bytes of a file are UTF-8 without NUL.
pub(super) fn looks_like_text(start: &[u8]) -> bool {
    match std::str::from_utf8(start) {
        Ok(text) => !text.contains('\0'),
        // The last character may be cut off.
        Err(error) => error.error_len().is_none() && !start.contains(&0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: &[u8]) -> String {
        decode(&"a.md".into(), bytes).unwrap_err().message
    }

    #[test]
    fn utf_16_and_nul_are_named() {
        let wide = |text: &str, order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let text = "---\ntitle: Әлем\n---\n";
        for bytes in [
            wide(text, u16::to_le_bytes),
            wide(text, u16::to_be_bytes),
            wide("\u{feff}Ә", u16::to_le_bytes),
            wide("\u{feff}Ә", u16::to_be_bytes),
        ] {
            assert_eq!(message(&bytes), "`a.md` is encoded in UTF-16, not in UTF-8");
        }
        assert_eq!(decode(&"a.md".into(), text.as_bytes()), Ok(text));
        assert_eq!(message(b"a\nb\0"), "`a.md` contains the character U+0000 at byte 3 in line 2");
        assert_eq!(message(b"a\n\xff"), "`a.md` is not valid UTF-8 at byte 2 in line 2");
        assert_eq!(decode(&"a.md".into(), b""), Ok(""));
    }

    #[test]
    fn the_first_bytes_of_a_picture_are_not_text() {
        assert!(looks_like_text("Ә".as_bytes()) && looks_like_text(&"aӘ".as_bytes()[..2]));
        assert!(
            !looks_like_text(b"\x89PNG\r\n\x1a\n\0") && !looks_like_text(b"%PDF-1.4\n%\xe2\xe3\n") && !looks_like_text(b"a\0b")
        );
    }
}
