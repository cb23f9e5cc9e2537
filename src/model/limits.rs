//! Limits on the files that are read, made and copied, in one table. `limits:` in `site.yaml`
//! changes them.

use crate::base::{
    Diagnostic, Report, code,
    yaml::{self, Fields, Node, Value},
};

const KB: u64 = 1 << 10;
const MB: u64 = 1 << 20;
const GB: u64 = 1 << 30;

/// Kinds of limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// A text of the project that is read whole: a page, a lock, a plan, a template, a style sheet.
    Text,
    /// A source text that a plan cuts into chapters.
    Source,
    /// A file that `tilmash import` reads.
    Import,
    /// The HTML of one page, as its template makes it.
    Output,
    /// A picture or another file that is copied into the site.
    File,
    /// Sum of the lengths of all `range` calls in the template of one page.
    Loops,
}

/// Each limit with its key in `limits:`, its default, and true if it counts bytes.
const TABLE: [(Limit, &str, u64, bool); 6] = [
    // Markdown of this size takes seconds; real pages are far smaller.
    (Limit::Text, "text", 8 * MB, true),
    (Limit::Source, "source", 32 * MB, true),
    (Limit::Import, "import", 32 * MB, true),
    (Limit::Output, "output", 64 * MB, true),
    // GitHub refuses larger files, and so do most hosts of static sites.
    (Limit::File, "file", 100 * MB, true),
    (Limit::Loops, "loops", 1_000_000, false),
];

/// The limits of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits([u64; TABLE.len()]);

impl Default for Limits {
    fn default() -> Self {
        Self(TABLE.map(|(_, _, default, _)| default))
    }
}

impl Limits {
    /// Returns a limit, in bytes or as a count.
    pub fn of(&self, limit: Limit) -> u64 {
        self.0[limit as usize]
    }

    /// Reads `limits:` of `site.yaml`.
    pub(super) fn read(node: &Node, problems: &mut Vec<Diagnostic>) -> Self {
        let mut limits = Self::default();
        let Some(mut fields) = Fields::of(node, "`limits`", problems) else { return limits };
        for (limit, key, _, is_size) in TABLE {
            let Some(node) = fields.take(key) else { continue };
            let value = match &node.value {
                Value::Int(number) if !is_size => u64::try_from(*number).ok().filter(|number| *number > 0),
                Value::Text(text) if is_size => size(text),
                _ => None,
            };
            match value {
                Some(value) => limits.0[limit as usize] = value,
                None => {
                    let written = yaml::text(node, fields.problems()).unwrap_or_default();
                    let (kind, hint) = if is_size {
                        ("a size", format!("write a size in KB, MB or GB, such as `{key}: 16MB`"))
                    } else {
                        ("a whole number above zero", format!("write a number, such as `{key}: 5000000`"))
                    };
                    fields.report(&code::BAD_VALUE, &node.place, format!("`{written}` is not {kind}")).hint(hint);
                }
            }
        }
        fields.finish();
        limits
    }

    /// Returns the hint for raising a limit so that `wanted` is within it.
    pub fn hint(limit: Limit, wanted: u64) -> String {
        let (_, key, _, is_size) = TABLE[limit as usize];
        let value = match wanted.div_ceil(MB) {
            _ if !is_size => wanted.to_string(),
            megabytes => format!("{megabytes}MB"),
        };
        format!("raise the limit in site.yaml: `limits: {{{key}: {value}}}`")
    }
}

/// Returns a number of bytes in readable form: `900 bytes`, `8 MB`, `8.1 MB`.
///
/// The number is rounded up, so that a size over a limit never looks equal to the limit.
pub fn shown(bytes: u64) -> String {
    let (unit, name) = match bytes {
        ..KB => return format!("{bytes} bytes"),
        KB..MB => (KB, "KB"),
        MB.. => (MB, "MB"),
    };
    match (u128::from(bytes) * 10).div_ceil(u128::from(unit)) {
        tenths if tenths % 10 == 0 => format!("{} {name}", tenths / 10),
        tenths => format!("{}.{} {name}", tenths / 10, tenths % 10),
    }
}

/// Reads `8MB` or `8 MB` as bytes. Returns `None` for anything but a size above zero.
fn size(text: &str) -> Option<u64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let unit = match text[digits..].trim().to_ascii_uppercase().as_str() {
        "KB" => KB,
        "MB" => MB,
        "GB" => GB,
        _ => return None,
    };
    text[..digits].parse::<u64>().ok()?.checked_mul(unit).filter(|bytes| *bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_limits() {
        for (index, (limit, ..)) in TABLE.iter().enumerate() {
            assert_eq!(*limit as usize, index);
        }
    }

    #[test]
    fn sizes_over_a_limit_are_shown_over_it() {
        let shown = [900, KB, KB + 1, KB + 512, MB, 8 * MB + 1, 3 * GB].map(super::shown);
        assert_eq!(shown, ["900 bytes", "1 KB", "1.1 KB", "1.5 KB", "1 MB", "8.1 MB", "3072 MB"]);
    }

    #[test]
    fn sizes_have_units() {
        for (text, wanted) in [
            ("8MB", Some(8 * MB)),
            ("1 kb", Some(KB)),
            ("2GB", Some(2 * GB)),
            ("8", None),
            ("MB", None),
            ("0MB", None),
            ("-1MB", None),
            ("99999999999999999999MB", None),
            ("99999999999999GB", None),
            ("8 MiB", None),
        ] {
            assert_eq!(size(text), wanted, "{text}");
        }
        let texts = [100, 2 * KB, 8 * MB, 8 * MB + MB / 2].map(shown);
        assert_eq!(texts, ["100 bytes", "2 KB", "8 MB", "8.5 MB"]);
        assert_eq!(Limits::hint(Limit::Text, 8 * MB + 1), "raise the limit in site.yaml: `limits: {text: 9MB}`");
    }
}
