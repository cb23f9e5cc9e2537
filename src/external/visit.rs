//! The visit of one link: the requests that find its [`Outcome`], and the decisions between them.
//!
//! ```text
//! HEAD a    405             the server does not support HEAD
//! GET a     301 to b        a permanent redirect
//! GET b     200             outcome: moved to b
//! ```
//!
//! A visit sends nothing: it says what to ask, and takes the answer.

use std::time::Duration;

use url::Url;

use super::{Options, Outcome, target};

/// The most redirects of a link that are followed. Browsers follow 20.
const MOST_REDIRECTS: usize = 10;
/// The most times that a link waits because its server asks for it.
const MOST_WAITS: usize = 2;

/// A method of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// Asks for the head of the answer.
    Head,
    Get,
}

/// The result of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Status {
        code: u16,
        /// Target of a redirect.
        location: Option<String>,
        /// The time that the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// DNS knows no such host.
    NoHost,
    /// The address is not on the public internet.
    Private(String),
    /// There is no connection. The text is the reason.
    NoConnection(String),
    /// The connection failed before the answer was complete. The text is the reason.
    Broken(String),
    /// There was no answer in time.
    TimedOut { is_connected: bool },
}

/// The step after a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Another request, not before this time has passed.
    Ask {
        after: Duration,
    },
    End(Outcome),
}

/// A visit.
#[derive(Debug)]
pub(super) struct Visit {
    /// Position of the link.
    pub(super) link: usize,
    /// The URLs so far, from the link's own to the present one.
    urls: Vec<Url>,
    method: Method,
    /// The number of redirects at the beginning that are permanent.
    permanent: usize,
    waits: usize,
}

impl Visit {
    pub(super) fn new(link: usize, url: Url) -> Self {
        Self { link, urls: vec![url], method: Method::Head, permanent: 0, waits: 0 }
    }

    /// Returns the URL of the next request.
    pub(super) fn url(&self) -> &Url {
        self.urls.last().expect("a visit has a URL")
    }

    /// Returns the method of the next request.
    pub(super) fn method(&self) -> Method {
        self.method
    }

    /// Returns the host of the next request. All ports of a host count as one host.
    pub(super) fn host(&self) -> String {
        self.url().host_str().unwrap_or_default().to_owned()
    }

    /// Takes the answer to the request, and returns the next step.
    pub(super) fn take(&mut self, answer: Answer, options: &Options) -> Next {
        match answer {
            Answer::Status { code: 200..=299, .. } => Next::End(self.found()),
            Answer::Status { code: code @ (301 | 302 | 303 | 307 | 308), location: Some(location), .. } => {
                self.follow(matches!(code, 301 | 308), &location)
            }
            Answer::Status { code: 429 | 503, retry_after: Some(time), .. }
                if time <= options.longest_wait && self.waits < MOST_WAITS =>
            {
                self.waits += 1;
                Next::Ask { after: time }
            }
            // Some servers know no HEAD, or answer it wrongly.
            Answer::Status { .. } | Answer::Broken(_) if self.method == Method::Head => {
                self.method = Method::Get;
                Next::Ask { after: Duration::ZERO }
            }
            Answer::Status { code: code @ (404 | 410), .. } => {
                Next::End(Outcome::Gone(self.reason(&format!("the server answers {code}{}", meaning(code)))))
            }
            Answer::Status { code, .. } => self.refused(&format!("the server answers {code}{}", meaning(code))),
            Answer::NoHost => Next::End(Outcome::NoHost(self.reason(&format!("there is no host `{}`", self.host())))),
            Answer::Private(address) => Next::End(Outcome::Untried(
                self.reason(&format!("its host has the address {address}, which is not on the public internet")),
            )),
            Answer::NoConnection(why) => self.refused(&format!("there is no connection to its host: {why}")),
            Answer::Broken(why) => self.refused(&why),
            Answer::TimedOut { is_connected } => {
                let (what, limit) = if is_connected { ("answer", options.limit) } else { ("connection", options.connect_limit) };
                Next::End(Outcome::TimedOut(self.reason(&format!("no {what} within {} seconds", limit.as_secs_f32()))))
            }
        }
    }

    fn follow(&mut self, is_permanent: bool, location: &str) -> Next {
        let redirects = self.urls.len() - 1;
        if redirects == MOST_REDIRECTS {
            return self.refused(&format!("there are more than {MOST_REDIRECTS} redirects"));
        }
        let to = match target::redirect(self.url(), location) {
            Ok(to) => to,
            Err(why) => return self.refused(why),
        };
        if self.urls.contains(&to) {
            return self.refused("its redirects lead in a circle");
        }
        if is_permanent && self.permanent == redirects {
            self.permanent += 1;
        }
        self.urls.push(to);
        Next::Ask { after: Duration::ZERO }
    }

    /// Returns the outcome of a page that exists.
    fn found(&self) -> Outcome {
        match self.permanent {
            0 => Outcome::Fine,
            // Readers should not link to the target of a temporary redirect.
            redirects => Outcome::Moved(self.urls[redirects].to_string()),
        }
    }

    fn refused(&self, why: &str) -> Next {
        Next::End(Outcome::Refused(self.reason(why)))
    }

    /// Adds the last redirect to a reason.
    fn reason(&self, why: &str) -> String {
        match self.urls.len() {
            1 => why.to_owned(),
            _ => format!("{why} (after a redirect to `{}`)", self.url()),
        }
    }
}

/// Returns the meaning of a status in words, with a space before it; empty for most.
fn meaning(code: u16) -> &'static str {
    match code {
        401 => " (a password is needed)",
        403 => " (forbidden)",
        404 => " (not found)",
        410 => " (removed)",
        429 => " (too many requests)",
        451 => " (blocked for legal reasons)",
        500..=599 => " (a fault of the server)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16) -> Answer {
        Answer::Status { code, location: None, retry_after: None }
    }

    fn redirect(code: u16, to: &str) -> Answer {
        Answer::Status { code, location: Some(to.to_owned()), retry_after: None }
    }

    /// Takes answers until the end; returns the outcome and the requests.
    fn outcome(answers: &[Answer]) -> (Outcome, Vec<String>) {
        let mut visit = Visit::new(0, target::parse("http://a.org/").expect("it is a URL"));
        let mut asked = Vec::new();
        for answer in answers {
            asked.push(format!("{:?} {}", visit.method(), visit.url()));
            if let Next::End(outcome) = visit.take(answer.clone(), &Options::default()) {
                return (outcome, asked);
            }
        }
        panic!("the visit did not end: {asked:?}");
    }

    #[test]
    fn a_refused_head_is_followed_by_a_get() {
        for code in [400, 403, 404, 405, 500, 501] {
            let (outcome, asked) = outcome(&[status(code), status(200)]);
            assert_eq!((outcome, asked), (Outcome::Fine, vec!["Head http://a.org/".to_owned(), "Get http://a.org/".to_owned()]));
        }
        assert_eq!(outcome(&[Answer::Broken("x".to_owned()), status(204)]).0, Outcome::Fine);
    }

    #[test]
    fn only_permanent_redirects_at_the_beginning_move_a_page() {
        let moved = |to: &str| Outcome::Moved(to.to_owned());
        let cases: [(&[Answer], Outcome); 4] = [
            (&[redirect(302, "/b"), status(200)], Outcome::Fine),
            (&[redirect(301, "https://a.org/"), redirect(308, "/b"), status(200)], moved("https://a.org/b")),
            (&[redirect(301, "/b"), redirect(302, "/login"), status(200)], moved("http://a.org/b")),
            (&[redirect(302, "/b"), redirect(301, "/c"), status(200)], Outcome::Fine),
        ];
        for (answers, expected) in cases {
            assert_eq!(outcome(answers).0, expected);
        }
    }

    #[test]
    fn circles_and_long_chains_end() {
        let circle = outcome(&[redirect(302, "/b"), redirect(302, "/#c")]).0;
        let why = "its redirects lead in a circle (after a redirect to `http://a.org/b`)";
        assert_eq!(circle, Outcome::Refused(why.to_owned()));
        let chain: Vec<Answer> = (0..20).map(|at| redirect(302, &format!("/{at}"))).collect();
        let (long, asked) = outcome(&chain);
        assert!(matches!(long, Outcome::Refused(why) if why.starts_with("there are more than 10 redirects")));
        assert_eq!(asked.len(), 11);
    }

    #[test]
    fn a_server_that_asks_for_patience_gets_it_up_to_a_limit() {
        let busy = |seconds| Answer::Status { code: 429, location: None, retry_after: Some(Duration::from_secs(seconds)) };
        assert_eq!(outcome(&[busy(60), busy(1), status(200)]).0, Outcome::Fine);
        let refused = Outcome::Refused("the server answers 429 (too many requests)".to_owned());
        assert_eq!(outcome(&[busy(61), busy(61)]).0, refused);
        assert_eq!(outcome(&[busy(1), busy(1), busy(1), busy(1)]).0, refused);
    }
}
