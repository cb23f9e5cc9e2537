//! Lists of what the book contains, written by reading it, and their comparison with the program's
//! answers.

/// A row of a list: file, place in it, answer, words.
pub(crate) type Row = (String, String, String, String);

/// Reads the rows of a list. Lines that begin with `#` are comments.
pub(crate) fn rows(list: &str) -> Vec<Row> {
    let rows = list.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let row = |row: &str| {
        let columns: Vec<&str> = row.split('\t').collect();
        let [file, place, answer, words] = columns[..] else { panic!("`{row}` does not have four columns") };
        (file.to_owned(), place.to_owned(), answer.to_owned(), words.to_owned())
    };
    rows.map(row).collect()
}

/// Prints the differences, and the precision and recall in each language; asserts that they are
/// high enough, and that the list has more than `least` rows of each language.
pub(crate) fn assert_found(listed: &[Row], mut found: Vec<Row>, least: f64) {
    let mut missing: Vec<Row> = Vec::new();
    for row in listed {
        match found.iter().position(|it| it == row) {
            Some(at) => _ = found.swap_remove(at),
            None => missing.push(row.clone()),
        }
    }
    for (kind, rows) in [("not found", &missing), ("not listed", &found)] {
        for (file, place, answer, words) in rows {
            println!("{kind}: {file}:{place}: {answer}: {words}");
        }
    }
    for code in ["kk", "en"] {
        let count = |rows: &[Row]| rows.iter().filter(|row| row.0.ends_with(&format!(".{code}.md"))).count() as f64;
        let (all, lost, wrong) = (count(listed), count(&missing), count(&found));
        let right = all - lost;
        let (precision, recall) = (right / (right + wrong), right / all);
        println!("{code}: {all} listed, precision {precision:.4}, recall {recall:.4}");
        assert!(all > least, "the list has rows of the language `{code}`");
        assert!(precision >= 0.99, "{code}: the precision is {precision:.4}");
        assert!(recall >= 0.98, "{code}: the recall is {recall:.4}");
    }
}
