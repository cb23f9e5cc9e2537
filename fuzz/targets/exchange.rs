//! Files that translators send back, in each format, and sentences that are sent to them.

use std::sync::Arc;

use tilmash::model::Key;
use tilmash::translation::exchange::{self, Batch, Format, Unit, UnitState, markup, text};

use super::check_problems;

pub(crate) fn csv(data: &[u8]) {
    run(Format::Csv, data);
}

pub(crate) fn jsonl(data: &[u8]) {
    run(Format::Jsonl, data);
}

pub(crate) fn po(data: &[u8]) {
    run(Format::Po, data);
}

pub(crate) fn tmx(data: &[u8]) {
    run(Format::Tmx, data);
}

pub(crate) fn xliff(data: &[u8]) {
    run(Format::Xliff, data);
}

fn run(format: Format, data: &[u8]) {
    let file: Arc<str> = format!("x.{}", format.extension()).into();
    let Ok(text) = text::decode(&file, data) else { return };
    Format::of("x", &text);
    let found = exchange::read(format, &file, &text);
    check_problems(&file, &text, &found.problems);
    assert_eq!(found.places.len(), found.batch.units.len());
    assert!(found.places.iter().all(|place| text.get(place.clone()).is_some()), "every unit has a place in the file");

    check_round_trip(format, &sentences(&text));
}

/// Sentences that are exported come back exactly as they were.
fn check_round_trip(format: Format, batch: &Batch) {
    let file: Arc<str> = format!("x.{}", format.extension()).into();
    let text = exchange::write(format, batch);
    assert_eq!(Format::of(&file, &text), Some(format));
    let found = exchange::read(format, &file, &text);
    assert_eq!(found.problems, [], "{text}");
    // Files do not tell rows of tables from other sentences.
    let sent: Vec<Unit> = batch.units.iter().map(|unit| Unit { is_row: false, ..unit.clone() }).collect();
    assert_eq!(found.batch.units, sent, "{text}");
    for unit in &batch.units {
        assert_eq!(markup::restore(&markup::protect(&unit.source)), unit.source);
        assert_eq!(markup::restore(&markup::protect_row(&unit.source)), unit.source);
    }
}

/// Translations made of the lines of a text, two for each.
fn sentences(text: &str) -> Batch {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let units = lines.chunks_exact(2).take(100).enumerate().map(|(at, pair)| Unit {
        key: Key::new("a/b"),
        id: format!("1.{}", at + 1),
        is_row: at % 3 == 0,
        source: pair[0].to_owned(),
        target: pair[1].to_owned(),
        state: if at % 2 == 0 { UnitState::Current } else { UnitState::Changed },
        previous: (at % 2 == 1).then(|| pair[1].to_owned()),
        base: Some(exchange::digest(pair[1])),
        notes: Vec::new(),
        heading: None,
        file: "content/a/b.kk.md".into(),
        line: at + 1,
    });
    Batch {
        project: "T".to_owned(),
        date: Some("2026-11-22".to_owned()),
        source: Some("kk".to_owned()),
        target: Some("en".to_owned()),
        units: units.collect(),
    }
}
