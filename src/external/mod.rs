//! Web links: asks the servers of other sites if the pages still exist to which the texts link.
//!
//! Only `tilmash check --external` uses this layer, and no other code of the program opens a
//! connection to another machine. In go the links of a [`Site`] and the [`Results`] of earlier
//! runs; out come problems and new results.
//!
//! * `links` collects the links, each URL once with all of its places.
//! * `visit` decides about one link: which request comes next, and the [`Outcome`] at the end.
//! * `queue` decides which host gets the next request, and when.
//! * `client` sends one request. It alone knows the HTTP library. [`address`] names the addresses
//!   to which it connects.
//! * `results` keeps outcomes from one run to the next.
//!
//! The texts come from a repository of somebody else, so their links must not make this machine
//! send requests into its own network: see [`address`]. No body of an answer is read.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Condvar, Mutex, MutexGuard, mpsc};
use std::time::{Duration, Instant};

use crate::base::{Diagnostic, code};
use crate::site::Site;

pub mod address;
mod client;
mod links;
mod queue;
mod results;
mod target;
mod visit;

use client::Client;
pub use links::WebLink;
use queue::{Queue, Turn};
pub use results::Results;
use visit::{Next, Visit};

/// The most names of hosts that are looked up to find out if there is a network.
const MOST_LOOK_UPS: usize = 5;

/// The rules for requests.
#[derive(Debug, Clone)]
pub struct Options {
    /// Returns true for the addresses to which connections may be made: [`address::is_public`], or
    /// all if the user says so.
    pub is_allowed: fn(IpAddr) -> bool,
    /// The most requests at one time. A host gets one at a time.
    pub at_once: usize,
    /// The time between two requests to one host.
    pub gap: Duration,
    /// The longest time until a connection is open.
    pub connect_limit: Duration,
    /// The longest time from the beginning of a request to the end of the answer's head.
    pub limit: Duration,
    /// The longest time that a server may ask to wait (`Retry-After`).
    pub longest_wait: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            is_allowed: address::is_public,
            at_once: 8,
            gap: Duration::from_secs(1),
            connect_limit: Duration::from_secs(10),
            limit: Duration::from_secs(30),
            longest_wait: Duration::from_secs(60),
        }
    }
}

/// The outcome of a link. The texts are reasons, ready for a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The page exists.
    Fine,
    /// The page exists at this URL. All redirects that lead there are permanent.
    Moved(String),
    /// The page does not exist.
    Gone(String),
    /// The host does not exist.
    NoHost(String),
    /// The server does not show the page, or cannot be reached.
    Refused(String),
    /// The server did not answer in time.
    TimedOut(String),
    /// No request was sent.
    Untried(String),
}

/// The numbers of links by outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub links: usize,
    pub hosts: usize,
    /// Links whose outcome came from an earlier run.
    pub known: usize,
    pub fine: usize,
    pub moved: usize,
    pub gone: usize,
    pub refused: usize,
    pub timed_out: usize,
    pub untried: usize,
}

/// The links of a site whose outcomes are being found.
#[derive(Debug)]
pub struct Check {
    links: Vec<WebLink>,
    /// The outcome of each link; `None` as long as it is not known.
    outcomes: Vec<Option<Outcome>>,
    known: usize,
    /// Time of the run, in seconds since 1970.
    now: u64,
}

impl Check {
    /// Collects the links of a site, and takes the outcomes of earlier runs that are still valid at
    /// the time `now`, in seconds since 1970.
    pub fn new(site: &Site, results: &Results, now: u64) -> Self {
        let links = links::collect(site);
        let outcome = |link: &WebLink| match &link.target {
            Ok(url) => results.valid(url.as_str(), now),
            Err(why) => Some(Outcome::Untried((*why).to_owned())),
        };
        let outcomes: Vec<Option<Outcome>> = links.iter().map(outcome).collect();
        let known = links.iter().zip(&outcomes).filter(|(link, outcome)| link.target.is_ok() && outcome.is_some()).count();
        Self { links, outcomes, known, now }
    }

    /// Returns the number of links whose outcome must be asked for.
    pub fn open(&self) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.is_none()).count()
    }

    /// Sends the requests, and stores their outcomes in `results`. `step` is called after each
    /// outcome.
    pub fn run(&mut self, options: &Options, results: &mut Results, step: &mut dyn FnMut(&Results)) {
        let mut queue = Queue::new(options.gap);
        for (at, link) in self.links.iter().enumerate().filter(|(at, _)| self.outcomes[*at].is_none()) {
            if let Ok(url) = &link.target {
                queue.add(Visit::new(at, url.clone()));
            }
        }
        let workers = options.at_once.min(queue.hosts()).max(1);
        let shared = Shared { queue: Mutex::new(queue), changed: Condvar::new(), client: Client::new(options), options };
        let (sender, receiver) = mpsc::channel();
        let mut unknown = Vec::new();
        std::thread::scope(|scope| {
            for _ in 0..workers {
                let (shared, sender) = (&shared, sender.clone());
                scope.spawn(move || shared.work(&sender));
            }
            // The channel ends when the last worker drops its sender.
            drop(sender);
            for (at, outcome) in receiver {
                match (&self.links[at].target, &outcome) {
                    // Without a network, no host seems to exist.
                    (_, Outcome::NoHost(_)) => unknown.push(at),
                    (Ok(url), outcome) => results.keep(url.as_str(), outcome, self.now),
                    (Err(_), _) => {}
                }
                self.outcomes[at] = Some(outcome);
                step(results);
            }
        });
        if unknown.is_empty() {
            return;
        }
        let has_network = shared.client.found_a_host() || self.found_hosts().take(MOST_LOOK_UPS).any(client::is_host);
        for at in unknown {
            if !has_network {
                let why = "its name cannot be looked up, and neither can the name of another host";
                self.outcomes[at] = Some(Outcome::Refused(why.to_owned()));
            } else if let (Ok(url), Some(outcome)) = (&self.links[at].target, &self.outcomes[at]) {
                results.keep(url.as_str(), outcome, self.now);
            }
        }
    }

    /// Returns the hosts of pages that exist, as earlier runs found.
    fn found_hosts(&self) -> impl Iterator<Item = &str> {
        let is_found = |outcome: &Option<Outcome>| matches!(outcome, Some(Outcome::Fine | Outcome::Moved(_)));
        let found = self.links.iter().zip(&self.outcomes).filter(move |(_, outcome)| is_found(outcome));
        found.filter_map(|(link, _)| link.target.as_ref().ok()?.domain())
    }

    /// Returns the problems of all links whose outcome is known.
    pub fn problems(&self) -> Vec<Diagnostic> {
        self.links.iter().zip(&self.outcomes).filter_map(|(link, outcome)| problem(link, outcome.as_ref()?)).collect()
    }

    /// Counts the links by outcome.
    pub fn counts(&self) -> Counts {
        let hosts: BTreeSet<&str> = self.links.iter().filter_map(|link| link.target.as_ref().ok()?.host_str()).collect();
        let mut counts = Counts { links: self.links.len(), hosts: hosts.len(), known: self.known, ..Counts::default() };
        for outcome in self.outcomes.iter().flatten() {
            *match outcome {
                Outcome::Fine => &mut counts.fine,
                Outcome::Moved(_) => &mut counts.moved,
                Outcome::Gone(_) | Outcome::NoHost(_) => &mut counts.gone,
                Outcome::Refused(_) => &mut counts.refused,
                Outcome::TimedOut(_) => &mut counts.timed_out,
                Outcome::Untried(_) => &mut counts.untried,
            } += 1;
        }
        counts
    }
}

/// The part of a run that its threads share.
struct Shared<'a> {
    queue: Mutex<Queue>,
    /// Signals a change of the queue.
    changed: Condvar,
    client: Client,
    options: &'a Options,
}

impl Shared<'_> {
    /// Sends requests until no link is left.
    fn work(&self, outcomes: &mpsc::Sender<(usize, Outcome)>) {
        let mut queue = self.lock();
        loop {
            match queue.next(Instant::now()) {
                Turn::Ask(mut visit) => {
                    drop(queue);
                    let answer = self.client.ask(visit.url(), visit.method());
                    let host = visit.host();
                    let next = visit.take(answer, self.options);
                    queue = self.lock();
                    match next {
                        Next::Ask { after } => queue.again(&host, visit, Instant::now(), after),
                        Next::End(outcome) => {
                            queue.end(&host, Instant::now());
                            // The receiver lives until the last worker has ended.
                            let _ = outcomes.send((visit.link, outcome));
                        }
                    }
                    self.changed.notify_all();
                }
                Turn::Wait(Some(time)) => {
                    queue = self.changed.wait_timeout(queue, time).unwrap_or_else(|poisoned| poisoned.into_inner()).0;
                }
                Turn::Wait(None) => {
                    queue = self.changed.wait(queue).unwrap_or_else(|poisoned| poisoned.into_inner());
                }
                Turn::End => return,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // A thread that panicked ends the whole run, so its queue is not used any more.
        self.queue.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Returns the problem of a link; `None` if the page exists where the link says.
fn problem(link: &WebLink, outcome: &Outcome) -> Option<Diagnostic> {
    let url = &link.written;
    let (code, message, hint) = match outcome {
        Outcome::Fine => return None,
        Outcome::Moved(to) => (
            &code::EXTERNAL_MOVED,
            format!("the page of the link `{url}` has moved to `{to}`"),
            "link to the new URL if it shows the same text".to_owned(),
        ),
        Outcome::Gone(why) | Outcome::NoHost(why) => (
            &code::EXTERNAL_GONE,
            format!("the page of the link `{url}` does not exist: {why}"),
            format!("link to another page, or look for a saved copy: https://web.archive.org/web/{url}"),
        ),
        Outcome::Refused(why) => (
            &code::EXTERNAL_REFUSED,
            format!("the page of the link `{url}` cannot be checked: {why}"),
            "open the link in a browser; if it works there, add it to `external_links: {ignore: […]}` in `site.yaml`".to_owned(),
        ),
        Outcome::TimedOut(why) => (
            &code::EXTERNAL_TIMEOUT,
            format!("the server of the link `{url}` is too slow: {why}"),
            "the next run after a day tries the link again; `--no-cache` tries it at once".to_owned(),
        ),
        Outcome::Untried(why) => (
            &code::EXTERNAL_UNTRIED,
            format!("the link `{url}` was not tried: {why}"),
            match link.target {
                Ok(_) => "if you trust the texts, `--allow-private` allows requests into your own network",
                Err(_) => "correct the URL",
            }
            .to_owned(),
        ),
    };
    let mut places = link.places.iter();
    let mut problem = Diagnostic::at(code, places.next()?.clone(), message).hint(hint);
    for place in places {
        problem = problem.also(place.clone(), "also linked here");
    }
    Some(problem)
}
