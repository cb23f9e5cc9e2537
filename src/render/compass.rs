//! The compass of a text's vectors, as numbers: the direction and the weight of each arrow.
//!
//! A template draws the compass; this file computes the values that a template cannot compute.

use tera::Value;

use crate::base::path;
use crate::model::LangId;

use super::Renderer;
use super::template::map;

/// Half the width of the drawing.
const SIZE: f64 = 200.0;
/// Lengths of the shortest and of the longest arrow.
const LENGTHS: (f64, f64) = (80.0, 140.0);
/// Distance of the names from the centre.
const LABELS: f64 = 200.0;

/// Returns the compass of the first split with vectors, for readers of a language; none if no split
/// has vectors.
pub(super) fn compass(renderer: &Renderer, lang: LangId) -> Value {
    let site = &renderer.site;
    let Some(split) = site.splits.iter().find(|split| !split.vectors.is_empty()) else { return Value::none() };
    let weights: Vec<usize> = split
        .vectors
        .iter()
        .map(|vector| split.chapters.iter().find(|chapter| chapter.key == vector.work).map_or(0, |chapter| chapter.cuts.len()))
        .collect();
    let percentages = percentages(&weights);
    let largest = weights.iter().copied().max().unwrap_or(0).max(1);
    let count = split.vectors.len();
    let vectors: Vec<Value> = split
        .vectors
        .iter()
        .zip(&weights)
        .enumerate()
        .filter_map(|(index, (vector, &weight))| {
            let work = site.work_named(vector.work.as_str())?;
            let page = site.nearest_page(work, lang);
            let edition = page.edition;
            let bearing = vector.bearing.unwrap_or(360.0 * index as f64 / count as f64);
            // Bearings are clockwise from north; on the screen, y grows downwards.
            let (sin, cos) = bearing.to_radians().sin_cos();
            let share = weight as f64 / largest as f64;
            let length = LENGTHS.0 + (LENGTHS.1 - LENGTHS.0) * share;
            let anchor = if sin > 0.3 {
                "start"
            } else if sin < -0.3 {
                "end"
            } else {
                "middle"
            };
            Some(map([
                ("id", vector.id.as_str().into()),
                ("title", edition.document.title.as_str().into()),
                ("lines", lines(&edition.document.title).into()),
                ("url", path::to_url(page.path).into()),
                ("weight", weight.into()),
                ("share", percentages[index].into()),
                ("touched", renderer.links.touched_by[work.0 as usize].len().into()),
                ("bearing", rounded(bearing)),
                ("x1", rounded(0.0)),
                ("y1", rounded(0.0)),
                ("x2", rounded(length * sin)),
                ("y2", rounded(-length * cos)),
                ("label_x", rounded(LABELS * sin)),
                ("label_y", rounded(-LABELS * cos)),
                ("anchor", anchor.into()),
                ("width", rounded(6.0 + 8.0 * share)),
            ]))
        })
        .collect();
    map([("vectors", vectors.into()), ("size", rounded(SIZE))])
}

/// Returns shares in whole percent that add up to 100, unless all weights are 0. Those with the
/// largest remainders are rounded up.
fn percentages(weights: &[usize]) -> Vec<usize> {
    let total = weights.iter().sum::<usize>().max(1);
    let mut shares: Vec<usize> = weights.iter().map(|weight| weight * 100 / total).collect();
    let mut by_remainder: Vec<usize> = (0..weights.len()).filter(|&index| weights[index] > 0).collect();
    by_remainder.sort_by_key(|&index| std::cmp::Reverse(weights[index] * 100 % total));
    let given: usize = shares.iter().sum();
    for index in by_remainder.into_iter().take(100 - given) {
        shares[index] += 1;
    }
    shares
}

/// Breaks a name into lines of at most fourteen characters, if its words allow it: SVG text does
/// not wrap.
fn lines(name: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in name.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 14 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Rounds to one decimal, which is finer than any screen and the same on every machine.
fn rounded(number: f64) -> Value {
    let tenths = (number * 10.0).round() / 10.0;
    // Whole numbers have no decimal, and zero has no minus sign.
    if tenths == tenths.trunc() { Value::from(tenths as i64) } else { Value::from(tenths) }
}

#[cfg(test)]
mod tests {
    use super::percentages;

    #[test]
    fn percentages_add_up() {
        assert_eq!(percentages(&[1, 1, 1]), [34, 33, 33]);
        assert_eq!(percentages(&[5, 0, 2]), [71, 0, 29]);
        assert_eq!(percentages(&[0, 0]), [0, 0]);
    }
}
