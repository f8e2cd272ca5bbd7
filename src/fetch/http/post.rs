//! Owns the sending of a form: vetted, in turn and capped like a GET.

use std::time::Duration;

use super::{Ask, Client, REDIRECTS_MAX, Step, Trail, Way, leaves_tls};
use crate::fetch::guard::{self, Allowance};
use crate::fetch::{FetchError, Fetched, Post, Tls, Want};

impl Client {
    /// Sends the form, over redirects that keep the method (307, 308).
    pub(super) async fn send(&self, post: Post) -> Result<(), FetchError> {
        let Post { mut url, form, is_private_allowed, tls: asked_tls } = post;
        let allowance = if is_private_allowed { Allowance::of(&url) } else { Allowance::none() };
        let excepted = if asked_tls == Tls::Unverified { Allowance::of(&url) } else { Allowance::none() };
        let mut trail = Trail::default();
        for _ in 0..=REDIRECTS_MAX {
            let pass = guard::vet(&url, &allowance, &self.config.ports)?;
            let tls = if excepted.covers(&url) { Tls::Unverified } else { Tls::Verified };
            let (way, crawl_delay) = (Way { pass, tls }, Duration::ZERO);
            let ask =
                Ask { url: &url, want: Want::Receipt, validators: None, way, crawl_delay, form: Some(form.as_str()) };
            match self.step(&ask, &mut trail).await? {
                Step::Done(fetched) => match *fetched {
                    Fetched::Body(_) => return Ok(()),
                    Fetched::NotModified(answer) | Fetched::Gone(answer) => {
                        return Err(FetchError::Status { url, status: answer.status, retry_after: None });
                    }
                },
                Step::Redirect { status: 307 | 308, to } => {
                    if url.scheme() == "https" && to.scheme() == "http" && tls == Tls::Verified {
                        let reason = leaves_tls(&url, Want::Receipt);
                        return Err(FetchError::Refused { url: to, reason });
                    }
                    url = to;
                }
                // Another method would lose the form.
                Step::Redirect { status, .. } => return Err(FetchError::Status { url, status, retry_after: None }),
            }
        }
        Err(FetchError::TooManyRedirects { url, limit: REDIRECTS_MAX })
    }
}
