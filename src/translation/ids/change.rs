//! Word diff of two texts, for showing a translator the change of a source sentence.

use super::order::{Pairs, pair_equal_in_order};

/// A run of words in a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Same(String),
    /// Words of the old text only.
    Gone(String),
    /// Words of the new text only.
    New(String),
}

/// Returns the word diff of two texts. Words that both have in the same order are matched by
/// patience diff.
///
/// The pieces without the new ones are the old text, and those without the gone ones are the new
/// text. White space is folded.
pub fn change(old: &str, new: &str) -> Vec<Piece> {
    let (olds, news): (Vec<&str>, Vec<&str>) = (old.split_whitespace().collect(), new.split_whitespace().collect());
    let mut pairs = Pairs::new(olds.len(), news.len());
    pair_equal_in_order(&olds, &news, &mut pairs);
    let mut pieces = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    let ends =
        pairs.current_of.iter().enumerate().filter_map(|(old, new)| Some((old, (*new)?))).chain([(olds.len(), news.len())]);
    for (old, new) in ends {
        olds[at_old..old].iter().for_each(|word| push(&mut pieces, Piece::Gone((*word).to_owned())));
        news[at_new..new].iter().for_each(|word| push(&mut pieces, Piece::New((*word).to_owned())));
        if let Some(word) = olds.get(old) {
            push(&mut pieces, Piece::Same((*word).to_owned()));
        }
        (at_old, at_new) = (old + 1, new + 1);
    }
    pieces
}

/// Appends a word to the last piece if both are of the same kind; otherwise starts a new piece.
fn push(pieces: &mut Vec<Piece>, word: Piece) {
    match (pieces.last_mut(), word) {
        (Some(Piece::Same(text)), Piece::Same(word))
        | (Some(Piece::Gone(text)), Piece::Gone(word))
        | (Some(Piece::New(text)), Piece::New(word)) => {
            text.push(' ');
            text.push_str(&word);
        }
        (_, word) => pieces.push(word),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn joined<'a>(pieces: impl Iterator<Item = &'a str>) -> String {
        pieces.collect::<Vec<_>>().join(" ")
    }

    proptest! {
        #[test]
        fn both_texts_are_in_it(old in "[abc]( [abc]){0,9}", new in "[abc]( [abc]){0,9}") {
            let pieces = change(&old, &new);
            let of_old = pieces.iter().filter_map(|piece| match piece {
                Piece::Same(text) | Piece::Gone(text) => Some(text.as_str()),
                Piece::New(_) => None,
            });
            let of_new = pieces.iter().filter_map(|piece| match piece {
                Piece::Same(text) | Piece::New(text) => Some(text.as_str()),
                Piece::Gone(_) => None,
            });
            prop_assert_eq!((joined(of_old), joined(of_new)), (old, new));
        }
    }

    #[test]
    fn a_change_is_told_by_words() {
        let pieces = change("The quick fox jumps.", "The slow fox jumps high.");
        let said: Vec<String> = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Same(text) => text.clone(),
                Piece::Gone(text) => format!("[-{text}-]"),
                Piece::New(text) => format!("[+{text}+]"),
            })
            .collect();
        assert_eq!(said.join(" "), "The [-quick-] [+slow+] fox [-jumps.-] [+jumps high.+]");
    }
}
