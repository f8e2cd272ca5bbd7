//! hotline: feeds in, coded events out of Kafka.
//!
//! Pure core, thin shell. Stage folders hold types and plain functions: no tokio, no clock, no store, no metrics.
//! `pipeline` holds the only I/O loops and calls them. One writer owns the store. Everything between loops is a
//! bounded channel.
//!
//! ```text
//! feeds --poll--> Entry --collect(N)--> Article -> Mention --resolve(1)--> EventChange -> outbox --deliver--> Kafka
//! ```
//!
//! One transaction per article: seen entry, article, mentions, event and outbox row commit together. Ids are
//! deterministic or minted once and stored, so a crash before the commit redoes the article and a crash after it is
//! repaired by the outbox.
//!
//! Imports run with the data: [`outlet`] <- [`feed`] <- [`fetch`] <- [`article`] <- [`tag`] <- [`event`] <- [`publish`].
//! Stages never name [`config`], [`store`], [`metrics`] or [`pipeline`]; each stage owns its own configuration struct.
//!
//! | module | owns |
//! |---|---|
//! | [`outlet`] | who publishes: id, name, publisher family, home zone, language |
//! | [`charset`] | bytes to UTF-8 text |
//! | [`calendar`] | names of months |
//! | [`feed`] | a feed document to entries; when to poll next |
//! | [`fetch`] | one HTTP exchange: conditional GET, caps, redirects, address guard, robots |
//! | [`article`] | a page to text and metadata |
//! | [`tag`] | text to coded mentions: packs, roster, rules, cues, dates |
//! | [`event`] | mentions to events: assignment, status, independence |
//! | [`publish`] | events to records, records to Kafka or files |
//! | [`store`] | SQLite: cursors, seen entries, articles, events, outbox |
//! | [`pipeline`] | the loops: poll, collect, resolve, deliver, shutdown order |
//! | [`http`] | health, metrics, status; the callback for hubs |
//! | [`config`] | TOML files to checked configuration |
//! | [`app`] | composition root: configuration to a running pipeline |
//! | [`lists`] | feed lists on the web, and their last good copies |
//! | [`control`] | the socket by which commands reach the daemon |
//! | [`reload`] | packs, roster and topics anew, while the daemon works |
//! | [`demo`] | the bundled newsroom and in-process broker |
//! | [`cli`] | the commands |

pub mod app;
pub mod article;
pub mod calendar;
pub mod charset;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod demo;
pub mod event;
pub mod feed;
pub mod fetch;
pub mod http;
pub mod lists;
pub mod metrics;
pub mod outlet;
pub mod pipeline;
pub mod publish;
pub mod reload;
pub mod secret;
pub mod shutdown;
pub mod store;
pub mod tag;
pub mod telemetry;
