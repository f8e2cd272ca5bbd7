//! Owns the demo: a bundled loopback newsroom, an in-process broker, and a consumer that shows what arrives. The pipeline
//! between them is the daemon's own.

mod days;
mod edition;
mod feeds;
mod markup;
mod newsroom;
mod page;
mod server;

pub use edition::{Document, Edition, Press, Printed, printed};
pub use feeds::path as feed_path;
pub use newsroom::{Draft, Expected, FeedFormat, Layout, Newsroom, NewsroomError, Paper, day_of};
pub use server::Server;
