//! One binary of integration tests; `support` holds what they share.

mod article;
mod cli;
mod corpus;
mod daemon;
mod demo;
mod eval;
mod event;
mod exactly_once;
mod feed;
mod feeds_command;
mod fetch;
mod hostile;
mod layering;
mod mutation;
mod newsroom;
mod outlets;
mod pipeline;
mod probe;
mod publish;
mod roster;
mod roster_command;
mod samples;
mod store;
mod support;
mod tag;
mod tls;
