//! Owns the socket in the state directory through which commands reach the daemon that works there. Who may write to the
//! directory may ask; nothing of it is on the network.
//!
//! One line of JSON asks (`{"ask": "poll", "feed": "bbc-world"}`), one answers: the feed's status, or `{"error": "…"}`.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::pipeline::{Question, Start};

const FILE: &str = "hotline.sock";
/// Bytes of a question.
const LINE_BYTES_MAX: u64 = 4_096;
const LINE_WAIT: Duration = Duration::from_secs(5);
/// A poll waits for its turn at the host, then for the host.
const ANSWER_WAIT: Duration = Duration::from_mins(3);
const CONNECTIONS_MAX: usize = 8;

/// What the daemon is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// A poll now.
    Poll,
    /// A poll now that starts from nothing.
    Reset,
}

#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    ask: Ask,
    feed: String,
}

/// The socket, removed when the daemon ends.
#[derive(Debug)]
pub struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Binds the socket of a state directory, whose lock the caller holds: one that is there is a dead daemon's.
    ///
    /// # Errors
    /// The path is too long for a socket, or not writable.
    pub fn bind(state_dir: &Path) -> io::Result<Self> {
        let path = state_dir.join(FILE);
        match std::fs::remove_file(&path) {
            Err(err) if err.kind() != io::ErrorKind::NotFound => return Err(err),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// Answers until it is dropped.
    pub async fn serve(self, questions: mpsc::Sender<Question>) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if connections.len() < CONNECTIONS_MAX => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(answer(stream, questions.clone()));
                    }
                    Err(err) => {
                        tracing::debug!(reason = %err, "a command cannot be heard");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // A socket left behind is removed by the next daemon.
        drop(std::fs::remove_file(&self.path));
    }
}

async fn answer(stream: UnixStream, questions: mpsc::Sender<Question>) {
    let mut stream = BufReader::new(stream);
    let told = match read_line(&mut stream).await {
        Ok(line) => reply(&line, &questions).await,
        Err(err) => json!({ "error": format!("read the question: {err}") }),
    };
    // Whoever asked may have gone.
    drop(stream.write_all(format!("{told}\n").as_bytes()).await);
}

async fn read_line(stream: &mut BufReader<UnixStream>) -> io::Result<String> {
    let mut line = String::new();
    timeout(LINE_WAIT, stream.take(LINE_BYTES_MAX).read_line(&mut line)).await??;
    Ok(line)
}

async fn reply(line: &str, questions: &mpsc::Sender<Question>) -> Value {
    let asked: Asked = match serde_json::from_str(line) {
        Ok(asked) => asked,
        Err(err) => return json!({ "error": format!("no question: {err}") }),
    };
    let from = match asked.ask {
        Ask::Poll => Start::Known,
        Ask::Reset => Start::Anew,
    };
    let (answer, answered) = oneshot::channel();
    let question = Question::Poll { feed_id: asked.feed.clone(), from, answer };
    let polled = async {
        questions.send(question).await.ok()?;
        answered.await.ok()
    };
    match timeout(ANSWER_WAIT, polled).await {
        Ok(Some(Some(status))) => status.to_json(),
        Ok(Some(None)) => {
            json!({ "error": format!("the daemon has no feed `{}`", asked.feed) })
        }
        Ok(None) => json!({ "error": "the daemon is ending" }),
        Err(_) => json!({ "error": "the poll is not done yet; `hotline feeds show` tells when it is" }),
    }
}

/// Asks the daemon that works in `state_dir`; `None` when there is none.
///
/// # Errors
/// It does not answer.
pub async fn ask(state_dir: &Path, ask: Ask, feed: &str) -> io::Result<Option<Value>> {
    let mut stream = match UnixStream::connect(state_dir.join(FILE)).await {
        Ok(stream) => BufReader::new(stream),
        // No file, or that of a daemon that was killed.
        Err(err) if matches!(err.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(err) => return Err(err),
    };
    let question = serde_json::to_string(&Asked { ask, feed: feed.to_owned() })?;
    stream.write_all(format!("{question}\n").as_bytes()).await?;
    let mut line = String::new();
    timeout(ANSWER_WAIT + LINE_WAIT, stream.read_line(&mut line)).await??;
    if line.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(serde_json::from_str(&line)?))
}
