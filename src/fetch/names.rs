//! Owns names to addresses: one look-up for manners and dialling alike, and only addresses that may be dialled.
//!
//! Each answer is vetted anew, so that a name which points elsewhere the second time gains nothing by it.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::guard::{Pass, vetted};

/// How long an answer is believed; the system's resolver knows better than this what the zone says.
const KNOWN_FOR: Duration = Duration::from_secs(30);
/// Names remembered at once.
const NAMES_MAX: usize = 20_000;

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Found = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Asks the system for the addresses of a name.
type LookUp = dyn Fn(String) -> Found + Send + Sync;

/// What names resolve to.
pub(super) struct Names {
    look_up: Box<LookUp>,
    /// Not vetted: what may be dialled depends on who asks. Held for a look-up.
    known: Mutex<HashMap<String, Known>>,
}

struct Known {
    addresses: Vec<SocketAddr>,
    until: Instant,
}

impl Names {
    /// Asks the system.
    pub(super) fn of_system() -> Self {
        Self::new(|name| Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) }))
    }

    fn new(look_up: impl Fn(String) -> Found + Send + Sync + 'static) -> Self {
        Self { look_up: Box::new(look_up), known: Mutex::default() }
    }

    /// Returns the addresses of a name that may be dialled.
    ///
    /// # Errors
    /// The name is not known, or all of its addresses are blocked ([`super::guard::Blocked`]).
    async fn find(&self, name: &str, pass: Pass) -> Result<Vec<SocketAddr>, BoxError> {
        if let Some(addresses) = self.recall(name, Instant::now()) {
            return Ok(vetted(addresses, pass)?);
        }
        let addresses = (self.look_up)(name.to_owned()).await?;
        self.remember(name, &addresses, Instant::now());
        Ok(vetted(addresses, pass)?)
    }

    /// Returns the address the URL's host is known by for manners: the same one for all names of one machine.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub(super) async fn address(&self, url: &Url, pass: Pass) -> Result<Option<IpAddr>, BoxError> {
        match url.host() {
            Some(Host::Ipv4(address)) => Ok(Some(address.into())),
            Some(Host::Ipv6(address)) => Ok(Some(address.into())),
            Some(Host::Domain(name)) => {
                let addresses = self.find(name, pass).await?;
                Ok(addresses.iter().map(SocketAddr::ip).min())
            }
            None => Ok(None),
        }
    }

    fn recall(&self, name: &str, now: Instant) -> Option<Vec<SocketAddr>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).filter(|known| known.until > now).map(|known| known.addresses.clone())
    }

    fn remember(&self, name: &str, addresses: &[SocketAddr], now: Instant) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= NAMES_MAX {
            known.retain(|_, known| known.until > now);
        }
        if known.len() < NAMES_MAX {
            known.insert(name.to_owned(), Known { addresses: addresses.to_vec(), until: now + KNOWN_FOR });
        }
    }
}

/// Resolves names for one of the clients.
pub(super) struct Resolver {
    pub(super) names: Arc<Names>,
    pub(super) pass: Pass,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, pass) = (Arc::clone(&self.names), self.pass);
        Box::pin(async move {
            let found = names.find(name.as_str(), pass).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// Names whose answers come from a list, the last one again and again; and how often it was asked.
    fn answering(answers: &[&[&str]]) -> (Names, Arc<AtomicUsize>) {
        let answers: Vec<_> = answers.iter().map(|texts| addresses(texts)).collect();
        let n_asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&n_asked);
        let names = Names::new(move |_| {
            let n = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
            let answer = answers[n].clone();
            Box::pin(async move { Ok(answer) })
        });
        (names, n_asked)
    }

    /// Lets every answer lapse.
    fn lapse(names: &Names) {
        names.known.lock().unwrap().values_mut().for_each(|known| known.until = Instant::now());
    }

    #[tokio::test]
    async fn a_name_that_is_rebound_inward_is_not_dialled() {
        let (names, n_asked) = answering(&[&["1.1.1.1:0"], &["127.0.0.1:0"], &["127.0.0.1:0", "1.1.1.1:0"]]);
        let public = addresses(&["1.1.1.1:0"]);
        assert_eq!(names.find("rebound.example", Pass::Public).await.unwrap(), public);
        // The address that was vetted is the one dialled: nobody is asked in between.
        assert_eq!(names.find("rebound.example", Pass::Public).await.unwrap(), public);
        assert_eq!(n_asked.load(Ordering::SeqCst), 1);
        lapse(&names);
        let err = names.find("rebound.example", Pass::Public).await.unwrap_err();
        assert_eq!(err.to_string(), "127.0.0.1 is a loopback address");
        assert!(names.find("rebound.example", Pass::Private).await.is_ok(), "the user vouches for it");
        assert!(names.find("rebound.example", Pass::Public).await.is_err(), "but nobody else's request gains by that");
        lapse(&names);
        assert_eq!(names.find("rebound.example", Pass::Public).await.unwrap(), public);
    }

    #[tokio::test]
    async fn names_of_one_machine_share_an_address() {
        let (names, _) = answering(&[&["9.9.9.9:0", "1.1.1.1:0"], &["1.1.1.1:0", "9.9.9.9:0"]]);
        let url = |text: &str| Url::parse(text).unwrap();
        let first = names.address(&url("https://a.example/"), Pass::Public).await.unwrap();
        assert_eq!(first, names.address(&url("https://b.example/"), Pass::Public).await.unwrap());
        assert_eq!(first, Some("1.1.1.1".parse().unwrap()));
        let literal = names.address(&url("https://[2606:4700::1]/"), Pass::Public).await.unwrap();
        assert_eq!(literal, Some("2606:4700::1".parse().unwrap()));
    }

    #[tokio::test]
    async fn names_are_remembered_within_a_limit() {
        let (names, _) = answering(&[&["1.1.1.1:0"]]);
        for n in 0..NAMES_MAX + 10 {
            names.find(&format!("{n}.example"), Pass::Public).await.unwrap();
        }
        assert_eq!(names.known.lock().unwrap().len(), NAMES_MAX);
    }
}
