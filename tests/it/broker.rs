//! Owns real brokers of a test's own, with the listeners it asks for.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::publish::{real_brokers, skipped};

/// A right of a user: to do this on what begins with the name.
pub(crate) struct Right<'a> {
    pub(crate) to: Operation,
    pub(crate) on: Resource,
    pub(crate) name: &'a str,
}

/// Kafka's numbers.
#[derive(Clone, Copy)]
pub(crate) enum Operation {
    Read = 3,
    Write = 4,
    Create = 5,
    Describe = 8,
}

#[derive(Clone, Copy)]
pub(crate) enum Resource {
    Topic = 2,
    TransactionalId = 5,
}

/// An Apache Kafka that `deploy/broker.sh` started for one test; it ends with the test.
pub(crate) struct Broker {
    folder: TempDir,
    libs: PathBuf,
    port: u16,
    users: String,
}

impl Broker {
    /// Formats and starts one. `properties` are added to its settings, given the port where it speaks plainly; `users` as
    /// in `HOTLINE_BROKER_SCRAM`. None, and a loud line, without the broker tier or where the jars are not there.
    pub(crate) fn start(test: &str, properties: impl FnOnce(u16) -> String, users: &str) -> Option<Self> {
        real_brokers(test)?;
        let Some(libs) = libs() else {
            skipped(test, "start a broker with deploy/broker.sh once, which fetches the jars");
            return None;
        };
        let folder = TempDir::new().unwrap();
        let port = free_ports(2);
        fs::write(folder.path().join("extra.properties"), properties(port)).unwrap();
        let broker = Self { folder, libs, port, users: users.to_owned() };
        broker.script("start");
        Some(broker)
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Ends it as a power failure would.
    pub(crate) fn kill(&self) {
        self.script("kill");
    }

    /// Starts it again on its records and its port.
    pub(crate) fn restart(&self) {
        self.script("start");
    }

    /// Lets the user do this.
    pub(crate) fn allow(&self, user: &str, right: &Right<'_>) {
        self.change_rights(30, user, right);
    }

    /// Takes a right away again.
    pub(crate) fn withdraw(&self, user: &str, right: &Right<'_>) {
        self.change_rights(31, user, right);
    }

    /// Sends one `CreateAcls` or `DeleteAcls` request, version 1: the client library has neither. Both have this form.
    fn change_rights(&self, api_key: i16, user: &str, right: &Right<'_>) {
        let mut body = Vec::new();
        let string = |text: &str| [&i16::try_from(text.len()).unwrap().to_be_bytes(), text.as_bytes()].concat();
        body.extend(api_key.to_be_bytes());
        // Version 1, correlation 7, no client id, one right.
        body.extend([0, 1, 0, 0, 0, 7, 0xff, 0xff, 0, 0, 0, 1]);
        body.push(right.on as u8);
        body.extend(string(right.name));
        // What begins with the name.
        body.push(4);
        body.extend(string(&format!("User:{user}")));
        body.extend(string("*"));
        // To do so is allowed.
        body.extend([right.to as u8, 3]);
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.write_all(&u32::try_from(body.len()).unwrap().to_be_bytes()).unwrap();
        stream.write_all(&body).unwrap();
        let mut length = [0; 4];
        stream.read_exact(&mut length).unwrap();
        let mut answer = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut answer).unwrap();
        // Correlation, throttle time, one result, its error.
        assert_eq!(answer[8..14], [0, 0, 0, 1, 0, 0], "the broker changes the right: {answer:?}");
    }

    fn script(&self, verb: &str) {
        let output = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/broker.sh"))
            .arg(verb)
            .env("HOTLINE_BROKER_DIR", self.folder.path())
            .env("HOTLINE_BROKER_LIBS", &self.libs)
            .env("HOTLINE_BROKER_PORT", self.port.to_string())
            .env("HOTLINE_BROKER_PROPERTIES", self.folder.path().join("extra.properties"))
            .env("HOTLINE_BROKER_SCRAM", &self.users)
            .output()
            .unwrap();
        let log = fs::read_to_string(self.folder.path().join("broker.log")).unwrap_or_default();
        assert!(output.status.success(), "{}\n{log}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.script("clean");
            return;
        }
        // What the broker thought of it may explain the failure.
        let dir = self.folder.path().to_owned();
        self.folder.disable_cleanup(true);
        self.script("kill");
        super::publish::say(&format!("the broker's log is {}/broker.log", dir.display()));
    }
}

/// Returns the folder with Kafka's jars.
fn libs() -> Option<PathBuf> {
    let env = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = env("KAFKA_HOME").map(|home| home.join("libs"));
    let fetched = || env("HOTLINE_BROKER_LIBS").or_else(|| env("HOTLINE_BROKER_DIR").map(|dir| dir.join("libs")));
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/broker/libs");
    let libs = home.or_else(fetched).unwrap_or_else(usual);
    libs.is_dir().then_some(libs)
}

/// Returns the first of so many ports side by side that nobody listens on.
pub(crate) fn free_ports(n_ports: u16) -> u16 {
    loop {
        let first = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        if (1..n_ports).all(|n| TcpListener::bind(("127.0.0.1", port.saturating_add(n))).is_ok()) {
            return port;
        }
    }
}
