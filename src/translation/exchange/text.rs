//! Decoding of imported files: UTF-8, or UTF-16 if the file begins with a byte order mark for it.

use std::ops::Range;
use std::sync::Arc;

use crate::base::{Diagnostic, Place, SAVE_AS_UTF8, code};

/// Decodes a file. Messages name the line themselves, since without a text a problem can have no
/// place.
pub fn decode(file: &Arc<str>, bytes: &[u8]) -> Result<String, Diagnostic> {
    let wrong = |message: String| Diagnostic::at(&code::NOT_UTF8, Place::whole(file), message).hint(SAVE_AS_UTF8);
    let units = |at: fn([u8; 2]) -> u16| bytes[2..].chunks_exact(2).map(|two| at([two[0], two[1]])).collect::<Vec<_>>();
    let wide = match bytes {
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        _ => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            return String::from_utf8(bytes.to_vec()).map_err(|error| {
                let at = error.utf8_error().valid_up_to();
                let line = error.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
                wrong(format!("`{file}` is not valid UTF-8 at byte {at} in line {line}"))
            });
        }
    };
    if bytes.len() % 2 == 1 {
        return Err(wrong(format!("`{file}` is marked as UTF-16, but ends in the middle of a character")));
    }
    let mut line = 1;
    let mut text = String::with_capacity(wide.len());
    for c in char::decode_utf16(wide) {
        let c = c.map_err(|_| wrong(format!("`{file}` is marked as UTF-16, but is not valid UTF-16 in line {line}")))?;
        line += usize::from(c == '\n');
        text.push(c);
    }
    Ok(text)
}

/// Returns the lines of a text with their byte ranges, without line endings.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |whole| {
        let line = whole.trim_end_matches(['\n', '\r']);
        let range = at..at + line.len();
        at += whole.len();
        (range, line)
    })
}
