//! Owns the demo: a bundled loopback newsroom, an in-process broker, and a consumer that shows what arrives. The pipeline
//! between them is the daemon's own.

mod broker;
mod consumer;
mod days;
mod desk;
mod edition;
mod feeds;
mod ledger;
mod live;
mod markup;
mod newsroom;
mod page;
mod screen;
mod server;
mod session;
mod table;

pub use broker::{Broker, topics};
pub use consumer::{Consumer, ConsumerError, Received};
pub use desk::{Desk, Step};
pub use edition::{Document, Edition, Press, Printed, printed};
pub use feeds::path as feed_path;
pub use ledger::{Entry, Finding, Ledger};
pub use live::Live;
pub use newsroom::{Draft, Expected, FeedFormat, Layout, Newsroom, NewsroomError, Paper, day_of};
pub use screen::{Run, Screen, View};
pub use server::Server;
pub use session::{DemoError, Options, Outcome, Until, rules, run};
pub use table::{Paint, Table};
