//! A lock, and behind the separator the page whose sentences it names.

use std::collections::BTreeSet;
use std::sync::Arc;

use tilmash::model::Lock;

use super::{check_problems, markdown, two_texts};

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (lock, page) = two_texts(text);
    let file: Arc<str> = "content/x.lock".into();
    let (read, problems) = Lock::read(&file, lock);
    check_problems(&file, lock, &problems);

    let written = read.write();
    let (again, problems) = Lock::read(&file, &written);
    assert_eq!(problems, [], "what is written can be read:\n{written}");
    assert_eq!(again, read, "a lock that was written is read as it was:\n{written}");

    let document = markdown::check(page, Some(Arc::new(read)), 0);
    let ids: BTreeSet<_> = document.segments.iter().map(|segment| segment.id).collect();
    assert_eq!(ids.len(), document.segments.len(), "no address names two sentences");
}
