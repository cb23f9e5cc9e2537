//! The order and the pace of requests: one at a time for each host, with a pause between them.
//!
//! Of the hosts that are ready, the one with the most links is asked first, since it decides how
//! long the run takes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use super::visit::Visit;

/// The visits of a run that have not ended.
#[derive(Debug)]
pub(super) struct Queue {
    hosts: BTreeMap<String, Host>,
    /// Time between the end of a request and the next one to the same host.
    gap: Duration,
    /// Number of visits that have not ended, with those that wait for an answer.
    open: usize,
}

#[derive(Debug, Default)]
struct Host {
    visits: VecDeque<Visit>,
    /// True while a request is under way.
    is_busy: bool,
    /// The time before which the host gets no request.
    ready: Option<Instant>,
}

/// The next action of a worker.
#[derive(Debug)]
pub(super) enum Turn {
    /// Send the next request of a visit.
    Ask(Visit),
    /// Wait for a change of the queue; if a time is given, at most that long.
    Wait(Option<Duration>),
    /// All visits have ended.
    End,
}

impl Queue {
    pub(super) fn new(gap: Duration) -> Self {
        Self { hosts: BTreeMap::new(), gap, open: 0 }
    }

    /// Returns the number of hosts.
    pub(super) fn hosts(&self) -> usize {
        self.hosts.len()
    }

    pub(super) fn add(&mut self, visit: Visit) {
        self.open += 1;
        self.hosts.entry(visit.host()).or_default().visits.push_back(visit);
    }

    /// Chooses the next request.
    pub(super) fn next(&mut self, now: Instant) -> Turn {
        if self.open == 0 {
            return Turn::End;
        }
        let waiting = || self.hosts.values().filter(|host| !host.is_busy && !host.visits.is_empty());
        let wait = waiting().map(|host| host.ready.map_or(Duration::ZERO, |ready| ready.saturating_duration_since(now))).min();
        if wait != Some(Duration::ZERO) {
            return Turn::Wait(wait);
        }
        let is_ready = |host: &Host| !host.is_busy && host.ready.is_none_or(|ready| ready <= now);
        let ready = self.hosts.values_mut().filter(|host| is_ready(host) && !host.visits.is_empty());
        let host = ready.min_by_key(|host| Reverse(host.visits.len())).expect("the wait is zero only if a host is ready");
        host.is_busy = true;
        Turn::Ask(host.visits.pop_front().expect("the host has visits"))
    }

    /// Takes back a visit after a request to `host`. Its next request may go to another host.
    /// `after` is the time that `host` asked to wait.
    pub(super) fn again(&mut self, host: &str, visit: Visit, now: Instant, after: Duration) {
        self.rest(host, now, after);
        self.hosts.entry(visit.host()).or_default().visits.push_front(visit);
    }

    /// Notes that a visit has ended with a request to `host`.
    pub(super) fn end(&mut self, host: &str, now: Instant) {
        self.rest(host, now, Duration::ZERO);
        self.open -= 1;
    }

    fn rest(&mut self, host: &str, now: Instant, after: Duration) {
        let host = self.hosts.entry(host.to_owned()).or_default();
        host.is_busy = false;
        host.ready = Some(now + self.gap.max(after));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::external::target;

    #[test]
    fn a_host_gets_one_request_at_a_time_with_pauses() {
        let mut queue = Queue::new(Duration::from_secs(1));
        for (at, url) in ["http://a/", "http://b/1", "http://b/2"].into_iter().enumerate() {
            queue.add(Visit::new(at, target::parse(url).expect("it is a URL")));
        }
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let ask = |queue: &mut Queue, now| match queue.next(now) {
            Turn::Ask(visit) => visit,
            turn => panic!("{turn:?}"),
        };
        let wait = |queue: &mut Queue, now| match queue.next(now) {
            Turn::Wait(time) => time,
            turn => panic!("{turn:?}"),
        };
        // The host with two links comes first.
        assert_eq!(ask(&mut queue, at(0)).link, 1);
        let first = ask(&mut queue, at(0));
        assert_eq!(first.link, 0);
        // Both hosts are busy.
        assert_eq!(wait(&mut queue, at(0)), None);
        queue.end("b", at(2));
        assert_eq!(wait(&mut queue, at(2)), Some(Duration::from_secs(1)));
        assert_eq!(ask(&mut queue, at(3)).link, 2);
        queue.end("b", at(3));
        // The host asked for patience.
        queue.again("a", first, at(3), Duration::from_secs(5));
        assert_eq!(wait(&mut queue, at(4)), Some(Duration::from_secs(4)));
        assert_eq!(ask(&mut queue, at(8)).link, 0);
        queue.end("a", at(8));
        assert!(matches!(queue.next(at(8)), Turn::End));
    }
}
