//! Word diff of two versions of a sentence.

/// The greatest number of words, both texts together, that are compared. Longer texts are shown
/// whole.
const LIMIT: usize = 2000;

/// A run of words that are in both texts, only in the old one, or only in the new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    Same(String),
    Gone(String),
    New(String),
}

/// Compares two texts word by word, by a longest common subsequence.
pub fn words(before: &str, after: &str) -> Vec<Run> {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.split_whitespace().collect(), after.split_whitespace().collect());
    if a.len() + b.len() > LIMIT {
        return vec![Run::Gone(before.to_owned()), Run::New(after.to_owned())];
    }
    // `length[i][j]` is the length of the longest common subsequence of `a[i..]` and `b[j..]`.
    let mut length = vec![vec![0_u16; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            length[i][j] = if a[i] == b[j] { length[i + 1][j + 1] + 1 } else { length[i + 1][j].max(length[i][j + 1]) };
        }
    }
    let mut runs = Runs::default();
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            runs.same(a[i]);
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && length[i + 1][j] >= length[i][j + 1]) {
            runs.gone.push(a[i]);
            i += 1;
        } else {
            runs.new.push(b[j]);
            j += 1;
        }
    }
    runs.flush();
    runs.all
}

#[derive(Default)]
struct Runs<'a> {
    all: Vec<Run>,
    gone: Vec<&'a str>,
    new: Vec<&'a str>,
}

impl<'a> Runs<'a> {
    fn same(&mut self, word: &'a str) {
        self.flush();
        match self.all.last_mut() {
            Some(Run::Same(words)) => {
                words.push(' ');
                words.push_str(word);
            }
            _ => self.all.push(Run::Same(word.to_owned())),
        }
    }

    fn flush(&mut self) {
        if !self.gone.is_empty() {
            self.all.push(Run::Gone(std::mem::take(&mut self.gone).join(" ")));
        }
        if !self.new.is_empty() {
            self.all.push(Run::New(std::mem::take(&mut self.new).join(" ")));
        }
    }
}

/// Formats the runs as one line, like git's word diff: `a [-b-] {+c+} d`.
pub fn line(runs: &[Run]) -> String {
    let run = |run: &Run| match run {
        Run::Same(words) => words.clone(),
        Run::Gone(words) => format!("[-{words}-]"),
        Run::New(words) => format!("{{+{words}+}}"),
    };
    runs.iter().map(run).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_changed_are_shown() {
        assert_eq!(line(&words("a b c d", "a x c d e")), "a [-b-] {+x+} c d {+e+}");
        assert_eq!(line(&words("", "a b")), "{+a b+}");
        assert_eq!(line(&words("a", "a")), "a");
    }
}
