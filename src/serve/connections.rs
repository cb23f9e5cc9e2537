//! Limits on open connections, so that a new connection never waits for an old one.
//!
//! When there are too many connections, the least important one is closed: first the one that has
//! waited longest for a whole request, then the one whose answer has taken longest. Streams of
//! versions stay open by design, so they have a limit of their own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::Notify;

/// The greatest number of connections that wait for a request or are being answered. A browser
/// opens six to a host.
const CONNECTIONS: usize = 128;
/// The greatest number of streams of versions. A browser opens one for all its tabs.
const STREAMS: usize = 64;

/// The use of a connection, the least important first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    /// No whole request has arrived since the last answer.
    Waiting,
    Answering,
    Streaming,
}

/// All open connections.
#[derive(Debug, Default)]
pub(super) struct Connections(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    by_id: BTreeMap<u64, Connection>,
    /// A counter of admissions and changes of use, which serves as a clock.
    ticks: u64,
}

#[derive(Debug)]
struct Connection {
    used_for: Use,
    /// The value of `ticks` at which the present use began.
    since: u64,
    close: Arc<Notify>,
}

/// The registration of one open connection; dropping it removes the connection from the list.
#[derive(Debug)]
pub(super) struct Place {
    connections: Arc<Connections>,
    id: u64,
    close: Arc<Notify>,
}

/// The mark of a connection that is being answered; dropping it marks the connection as waiting.
#[derive(Debug)]
pub(super) struct Answering(Arc<Place>);

impl Connections {
    /// Registers a new connection, and closes another one if there are too many.
    pub(super) fn admit(self: &Arc<Self>) -> Place {
        let mut open = self.open();
        // The new connection is not registered yet, so it cannot be closed here.
        open.bound(1);
        let id = open.tick();
        let close = Arc::new(Notify::new());
        open.by_id.insert(id, Connection { used_for: Use::Waiting, since: id, close: Arc::clone(&close) });
        Place { connections: Arc::clone(self), id, close }
    }

    /// Closes the least important connection. Returns false if there is none.
    pub(super) fn make_room(&self) -> bool {
        self.open().close_one(|_| true)
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().expect("no code panics while it holds this lock")
    }
}

impl Open {
    fn tick(&mut self) -> u64 {
        self.ticks += 1;
        self.ticks
    }

    /// Closes connections until both limits hold, with room for `room` more that wait.
    fn bound(&mut self, room: usize) {
        for (bound, is_stream) in [(CONNECTIONS - room, false), (STREAMS, true)] {
            let is_counted = |used_for: Use| (used_for == Use::Streaming) == is_stream;
            while self.by_id.values().filter(|it| is_counted(it.used_for)).count() > bound && self.close_one(is_counted) {}
        }
    }

    /// Closes the least important connection whose use `is_counted`. Returns false if there is
    /// none.
    fn close_one(&mut self, is_counted: impl Fn(Use) -> bool) -> bool {
        let counted = self.by_id.iter().filter(|(_, it)| is_counted(it.used_for));
        let Some(id) = counted.min_by_key(|(_, it)| (it.used_for, it.since)).map(|(id, _)| *id) else { return false };
        if let Some(connection) = self.by_id.remove(&id) {
            connection.close.notify_one();
        }
        true
    }
}

impl Place {
    /// Waits until the connection must close to make room.
    pub(super) async fn closed(&self) {
        self.close.notified().await;
    }

    /// Marks the connection as answering a request.
    pub(super) fn answer(self: &Arc<Self>) -> Answering {
        self.use_for(Use::Answering);
        Answering(Arc::clone(self))
    }

    fn use_for(&self, used_for: Use) {
        let mut open = self.connections.open();
        let since = open.tick();
        // A connection that is being closed is no longer registered.
        if let Some(connection) = open.by_id.get_mut(&self.id) {
            (connection.used_for, connection.since) = (used_for, since);
        }
        open.bound(0);
    }
}

impl Answering {
    /// Marks the answer as a stream that does not end.
    pub(super) fn stream(&self) {
        self.0.use_for(Use::Streaming);
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.use_for(Use::Waiting);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.open().by_id.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_open(place: &Place) -> bool {
        place.connections.open().by_id.contains_key(&place.id)
    }

    fn admit(connections: &Arc<Connections>, count: usize) -> Vec<Arc<Place>> {
        (0..count).map(|_| Arc::new(connections.admit())).collect()
    }

    #[test]
    fn the_connection_that_waited_longest_is_closed() {
        let connections = Arc::new(Connections::default());
        let places = admit(&connections, CONNECTIONS);
        let answering = places[0].answer();
        drop(places[1].answer());
        let _more = admit(&connections, 2);
        let closed: Vec<usize> = (0..CONNECTIONS).filter(|at| !is_open(&places[*at])).collect();
        assert_eq!(closed, [2, 3]);
        drop(answering);
        assert!(is_open(&places[0]));
    }

    #[test]
    fn the_longest_answer_is_closed_if_all_are_answering() {
        let connections = Arc::new(Connections::default());
        let places = admit(&connections, CONNECTIONS);
        let _answering: Vec<Answering> = places.iter().map(Place::answer).collect();
        let new = Arc::new(connections.admit());
        assert!(is_open(&new) && !is_open(&places[0]) && is_open(&places[1]));
    }

    #[test]
    fn streams_have_a_bound_of_their_own() {
        let connections = Arc::new(Connections::default());
        let streams = admit(&connections, STREAMS + 1);
        let _answering: Vec<Answering> = streams.iter().map(|it| it.answer()).inspect(Answering::stream).collect();
        assert!(!is_open(&streams[0]) && is_open(&streams[1]));
        let places = admit(&connections, CONNECTIONS);
        assert!(places.iter().chain(&streams[1..]).all(|place| is_open(place)));
    }

    #[test]
    fn a_connection_that_ends_is_no_longer_counted() {
        let connections = Arc::new(Connections::default());
        drop(connections.admit());
        assert!(!connections.make_room());
        let place = connections.admit();
        assert!(connections.make_room() && !is_open(&place));
    }
}
