//! Decoding of imported files: UTF-8, or UTF-16 if the file begins with a byte order mark for it.

use std::ops::Range;
use std::sync::Arc;

use crate::base::{Diagnostic, Place, SAVE_AS_UTF8, code};
use crate::load;

/// Decodes a file. Messages name the line themselves, since without a text a problem can have no
/// place.
pub fn decode(file: &Arc<str>, bytes: &[u8]) -> Result<String, Diagnostic> {
    let wide: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return load::decode(file, bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).map(str::to_owned),
    };
    let wrong = |message: &str| {
        let message = format!("`{file}` is marked as UTF-16, but {message}");
        Diagnostic::at(&code::NOT_UTF8, Place::whole(file), message).hint(SAVE_AS_UTF8)
    };
    let (units, rest) = bytes[2..].as_chunks::<2>();
    if !rest.is_empty() {
        return Err(wrong("ends in the middle of a character"));
    }
    let mut line = 1;
    let mut text = String::with_capacity(units.len());
    for c in char::decode_utf16(units.iter().map(|&unit| wide(unit))) {
        let c = c.map_err(|_| wrong(&format!("is not valid UTF-16 in line {line}")))?;
        line += usize::from(c == '\n');
        text.push(c);
    }
    load::decode(file, text.as_bytes())?;
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
