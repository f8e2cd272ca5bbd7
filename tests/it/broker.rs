//! Owns real brokers of a test's own, with the listeners it asks for.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::publish::{real_brokers, skipped};

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
