//! Owns opening and stopping: the lock on the state directory, schema versions, the check after an unclean stop.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use ulid::Ulid;

use super::error::{Fault, Holder, StoreError};

pub(super) const FILE: &str = "hotline.db";
const LOCK_FILE: &str = "hotline.lock";
/// Mode of the database.
const PRIVATE: u32 = 0o600;
/// Applied in order; the position, counted from 1, is the schema's version. Released ones never change.
pub(super) const MIGRATIONS: [&str; 3] = [
    include_str!("migrations/1_cursors.sql"),
    include_str!("migrations/2_results.sql"),
    include_str!("migrations/3_websub.sql"),
];
/// Other programs that read hold a lock only for moments.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// A larger file is not checked at the start, which could take minutes; `Store::check` does it meanwhile.
const CHECK_BYTES_MAX: u64 = 512 << 20;

/// An open database with the lock that keeps others away.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) db: Connection,
    pub(super) lock: Lock,
    pub(super) path: PathBuf,
    pub(super) store_id: String,
    /// The last stop was not clean, and the file too large to check it now.
    pub(super) is_unchecked: bool,
}

/// Opens the database in `dir`.
pub(super) fn open(dir: &Path) -> Result<Opened, StoreError> {
    const ATTEMPT: &str = "open store";
    let directory = |source| StoreError::Directory { dir: dir.to_owned(), source: Arc::new(source) };
    fs::create_dir_all(dir).map_err(directory)?;
    let lock = Lock::take(dir)?;
    let path = dir.join(FILE);
    let bytes = fs::metadata(&path).map_or(0, |file| file.len());
    keep_private(&path).map_err(directory)?;
    let mut db = Connection::open(&path).map_err(|err| Fault::from(err).during(ATTEMPT))?;
    settings(&db).map_err(|fault| fault.during(ATTEMPT))?;
    let found = version(&db).map_err(|fault| fault.during(ATTEMPT))?;
    let known = MIGRATIONS.len() as u32;
    if found > known {
        return Err(StoreError::TooNew { dir: dir.to_owned(), found, known });
    }
    migrate(&mut db, found).map_err(|fault| fault.during("migrate store"))?;
    let was_killed = meta(&db, "stop").map_err(|fault| fault.during(ATTEMPT))?.is_some_and(|stop| stop == "running");
    let is_small = bytes <= CHECK_BYTES_MAX;
    if was_killed && is_small {
        check(&db).map_err(|fault| fault.during(ATTEMPT))?;
    }
    let store_id = start(&db).map_err(|fault| fault.during(ATTEMPT))?;
    Ok(Opened { db, lock, path, store_id, is_unchecked: was_killed && !is_small })
}

/// Lets nobody but the owner read the database, which holds the keys of subscriptions. SQLite gives its write-ahead log the
/// same mode.
fn keep_private(path: &Path) -> std::io::Result<()> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(PRIVATE).open(path)?;
    // One that was there before may be open to others, and its log with it.
    for file in [path.to_owned(), path.with_extension("db-wal"), path.with_extension("db-shm")] {
        let Ok(found) = fs::metadata(&file) else { continue };
        if found.permissions().mode() & !PRIVATE & 0o777 != 0 {
            fs::set_permissions(&file, fs::Permissions::from_mode(PRIVATE))?;
        }
    }
    Ok(())
}

/// Opens one more connection that only reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection, Fault> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(BUSY_WAIT)?;
    Ok(db)
}

/// Marks a clean stop and empties the write-ahead log into the file.
pub(super) fn stop(db: Connection) -> Result<(), Fault> {
    set_meta(&db, "stop", "clean")?;
    // Readers may keep it from finishing; the next open goes on from there.
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    db.close().map_err(|(_, err)| Fault::from(err))
}

/// Reads every page of the file and compares what belongs together.
pub(super) fn check(db: &Connection) -> Result<(), Fault> {
    let found: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(Fault::Row(found)) }
}

pub(super) fn meta(db: &Connection, name: &str) -> Result<Option<String>, Fault> {
    Ok(db.prepare_cached("SELECT value FROM meta WHERE name = ?1")?.query_row([name], |row| row.get(0)).optional()?)
}

pub(super) fn set_meta(db: &Connection, name: &str, value: &str) -> Result<(), Fault> {
    db.prepare_cached("INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value")?
        .execute([name, value])?;
    Ok(())
}

fn settings(db: &Connection) -> Result<(), Fault> {
    db.busy_timeout(BUSY_WAIT)?;
    db.set_prepared_statement_cache_capacity(64);
    db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    // FULL: a commit that was answered outlives a power loss.
    db.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    Ok(())
}

pub(super) fn version(db: &Connection) -> Result<u32, Fault> {
    Ok(db.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

fn migrate(db: &mut Connection, found: u32) -> Result<(), Fault> {
    for (version, sql) in (1u32..).zip(MIGRATIONS).skip(found as usize) {
        let step = db.transaction()?;
        step.execute_batch(sql)?;
        step.pragma_update(None, "user_version", version)?;
        step.commit()?;
    }
    Ok(())
}

/// Notes that the store is running, takes back what a dead run had handed out, and returns the store's id.
fn start(db: &Connection) -> Result<String, Fault> {
    set_meta(db, "stop", "running")?;
    db.execute("UPDATE pending SET leased_until = 0 WHERE leased_until > 0", [])?;
    if let Some(store_id) = meta(db, "store_id")? {
        return Ok(store_id);
    }
    let random: [u8; 16] = db.query_row("SELECT randomblob(16)", [], |row| row.get(0))?;
    let store_id = Ulid::from_bytes(random).to_string();
    set_meta(db, "store_id", &store_id)?;
    Ok(store_id)
}

/// The lock on a state directory. The system frees it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    fn take(dir: &Path) -> Result<Self, StoreError> {
        let directory = |source| StoreError::Directory { dir: dir.to_owned(), source: Arc::new(source) };
        let path = dir.join(LOCK_FILE);
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(directory)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::InUse { dir: dir.to_owned(), holder: holder(&mut file) });
            }
            Err(TryLockError::Error(source)) => return Err(directory(source)),
        }
        file.set_len(0).map_err(directory)?;
        writeln!(file, "{}", std::process::id()).map_err(directory)?;
        Ok(Self { _file: file })
    }
}

/// The holder wrote its process id when it took the lock, so the file's age is the lock's.
fn holder(file: &mut File) -> Holder {
    let mut text = String::new();
    let pid = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
    let modified = file.metadata().and_then(|file| file.modified()).ok();
    Holder { pid, since: modified.and_then(|modified| Timestamp::try_from(modified).ok()) }
}
