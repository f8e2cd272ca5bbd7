//! Facts about the commands: what they print, where problems are shown, how they end.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) fn hotline(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hotline"));
    command.args(arguments).env_remove("RUST_LOG");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("HOTLINE_")) {
        command.env_remove(name);
    }
    command
}

pub(crate) fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("the binary starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (status.code().expect("it was not killed"), text(stdout), text(stderr))
}

fn feed_stdin(command: &mut Command, input: &[u8]) -> (i32, String, String) {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    drop(writer.join().expect("the writer ends"));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (status.code().expect("it was not killed"), text(stdout), text(stderr))
}

/// A folder with a main file and feed lists.
fn configured(main: &str, lists: &[(&str, &str)]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("hotline.toml");
    fs::write(&path, main).expect("written");
    fs::create_dir(folder.path().join("feeds.d")).expect("made");
    for (name, text) in lists {
        fs::write(folder.path().join("feeds.d").join(name), text).expect("written");
    }
    (folder, path)
}

fn check(path: &Path) -> (i32, String, String) {
    run(hotline(&["check", "-c"]).arg(path))
}

/// The first lines of the problems, with the folder left out.
fn headlines(folder: &Path, stderr: &str) -> Vec<String> {
    let folder = format!("{}/", folder.display());
    let lines = stderr.lines().filter_map(|line| line.strip_prefix("error: "));
    lines.map(|line| line.replace(&folder, "")).collect()
}

/// Main files that are broken, each with all that is said about it.
const BROKEN: &[(&str, &[&str])] = &[
    ("state_dir = ", &["hotline.toml:1:13: "]),
    ("state_dir = \"a\"\nstate_dir = \"b\"", &["hotline.toml:2:1: duplicate key"]),
    ("[event\nwindow = \"240h\"", &["hotline.toml:1:7: "]),
    ("snik = \"kafka\"", &["hotline.toml:1:1: unknown key `snik`"]),
    ("state_dir = 7", &["hotline.toml:1:13: invalid type: integer `7`, expected "]),
    ("state_dir = \"\"", &["hotline.toml:1:13: state_dir: must name a folder"]),
    ("sink = \"kafak\"", &["hotline.toml:1:8: unknown sink `kafak`: expected kafka, ndjson:DIR or stdout"]),
    ("sink = \"ndjson:\"", &["hotline.toml:1:8: unknown sink `ndjson:`"]),
    ("sink = \"kafka\"", &["hotline.toml:1:8: sink: kafka needs `kafka.brokers`"]),
    ("[evnet]\nwindow = \"240h\"", &["hotline.toml:1:2: unknown key `evnet`"]),
    ("[event]\nwindow = 5", &["hotline.toml:2:10: "]),
    ("[event]\nwindow = \"5 parsecs\"", &["hotline.toml:2:10: not a duration"]),
    ("[event]\nwindow = \"10m\"", &["hotline.toml:2:10: event.window: must be 1h to 2160h"]),
    ("[event]\nopen_events_max = -1", &["hotline.toml:2:19: invalid value: integer `-1`, expected a whole number"]),
    ("[event]\nreports_max = 0", &["hotline.toml:2:15: event.reports_max: must be 1 to 10000"]),
    ("[outlet]\nrules = \"mine\"", &["hotline.toml:2:9: invalid type: string \"mine\", expected a sequence"]),
    ("publish = 5", &["hotline.toml:1:11: invalid type: integer `5`, expected struct Config"]),
    ("[publish]\narticles = \"taged\"", &["hotline.toml:2:12: unknown value `taged`"]),
    ("[publish]\ntopic_prefix = \"hot line\"", &["hotline.toml:2:16: publish.topic_prefix: must be 1 to 200 of "]),
    ("[publish]\ninstance = \"\"", &["hotline.toml:2:12: publish.instance: must be a word"]),
    ("[publish]\nvalue_bytes_max = 10", &["hotline.toml:2:19: publish.value_bytes_max: must be 10000 to 100000000"]),
    ("[kafka]\nbrokers = \"localhost\"", &["hotline.toml:2:11: kafka.brokers: expected HOST:PORT"]),
    ("[kafka]\nbrokers = \"a:1,b:99999\"", &["hotline.toml:2:11: kafka.brokers: expected HOST:PORT"]),
    (
        "[kafka]\nlinger = \"1m\"",
        &[
            "hotline.toml:2:10: kafka.linger: must be 0s to 5s",
            "hotline.toml:1:2: kafka.delivery_timeout: must be at least one second longer",
        ],
    ),
    ("[kafka]\nprotocol = \"sasl_ssl\"", &["hotline.toml:1:2: kafka.sasl: missing"]),
    ("[kafka.tls]\nca_file = \"ca.pem\"", &["hotline.toml:1:8: kafka.tls: has no effect unless"]),
    (
        "[kafka.sasl]\nmechanism = \"SCRAM\"\nusername = \"u\"\npassword = { env = \"P\" }",
        &["hotline.toml:2:13: unknown value `SCRAM`"],
    ),
    ("[kafka.sasl]\nusername = \"u\"\npassword = { env = \"P\" }", &["hotline.toml:1:1: missing key `mechanism`"]),
    (
        "[kafka.properties]\nacks = \"1\"",
        &["hotline.toml:2:8: kafka.properties.acks: `1` would lose, repeat or reorder"],
    ),
    (
        "[kafka.properties]\n\"socket.timeout.ms\" = \"soon\"",
        &["hotline.toml:2:23: kafka.properties.socket.timeout.ms: "],
    ),
    ("[kafka.topics]\npartitions = 0", &["hotline.toml:2:14: kafka.topics.partitions: must be at least 1"]),
    ("# Ні\nстан = 1", &["hotline.toml:2:1: "]),
    (
        "snik = \"x\"\n[event]\nwindow = \"x\"\nreports_max = 0\n[kafka]\nbrokers = \"x\"",
        &[
            "hotline.toml:1:1: unknown key `snik`",
            "hotline.toml:3:10: not a duration",
            "hotline.toml:4:15: event.reports_max: must be 1 to 10000",
            "hotline.toml:6:11: kafka.brokers: expected HOST:PORT",
        ],
    ),
];

#[test]
fn broken_main_files_are_shown_at_file_line_and_column() {
    for (main, expected) in BROKEN {
        let (folder, path) = configured(main, &[]);
        let (code, stdout, stderr) = check(&path);
        let mut found = headlines(folder.path(), &stderr);
        found.sort();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found.len(), expected.len(), "{main}\n{stderr}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{main}\n{found}\ndoes not start with {expected}");
        }
        assert_eq!((code, stdout.as_str()), (78, ""), "{main}");
    }
}

/// A list of one outlet with one feed, each with a line of its own.
fn list(outlet_line: &str, feed_line: &str) -> String {
    format!(
        "[[outlet]]\nid = \"alpha\"\nname = \"Alpha\"\n{outlet_line}\n[[outlet.feed]]\nid = \"alpha-top\"\n{feed_line}\n"
    )
}

const URL: &str = "url = \"https://alpha.example/rss\"";

#[test]
fn broken_feed_lists_are_shown_at_file_line_and_column() {
    let with = |feed_line: &str| list("", &format!("{URL}\n{feed_line}"));
    let cases: Vec<(String, &str)> = vec![
        (list("zone = \"Europe/Lodnon\"", URL), "4:8: unknown or malformed time zone `Europe/Lodnon`"),
        (list("lang = \"english\"", URL), "4:8: unknown or malformed language tag `english`"),
        (list("country = \"UK\"", URL), "4:11: unknown or malformed country code `UK`"),
        (list("contry = \"GBR\"", URL), "4:1: unknown key `contry`"),
        (list("zone = 3", URL), "4:8: invalid type: integer `3`, expected a string"),
        (list("", "url = \"htps://alpha.example\""), "7:7: feed URL with the scheme `htps`"),
        (list("", "url = \"file:///etc/passwd\""), "7:7: feed URL with the scheme `file`"),
        (list("", "url = \"alpha.example/rss\""), "7:7: malformed feed URL: relative URL without a base"),
        (list("", "url = \"https://u:canary@alpha.example/\""), "7:7: feed URL with a user name or password"),
        (list("", "url = \"\""), "7:7: `url` of the feed is empty"),
        (list("", ""), "5:1: feed without `url`"),
        (with("interval = \"10s\""), "8:12: interval `10s` is below the floor of 1m"),
        (with("interval = \"48h\""), "8:12: interval `48h` is above 24h"),
        (with("interval = \"often\""), "8:12: interval `often` is not a duration"),
        (with("intervall = \"5m\""), "8:1: unknown key `intervall`"),
        (with("lang = \"en_US\""), "8:8: unknown or malformed language tag `en_US`"),
        (with("first_poll = \"publish_last:0\""), "8:14: unknown or malformed first_poll `publish_last:0`"),
        (with("tls = \"off\""), "8:7: unknown or malformed TLS rule `off`"),
        (with("allow_private = \"yes\""), "8:17: invalid type: string \"yes\", expected a boolean"),
        (with("was = \"old\""), "8:7: invalid type: string \"old\", expected a sequence"),
        (with("was = [\"alpha-top\"]"), "8:8: duplicate feed id `alpha-top`"),
        ("[[outlet]]\nname = \"Alpha\"".to_owned(), "1:1: outlet without `id`"),
        ("[[outlet]]\nid = \"alpha\"".to_owned(), "1:1: outlet without `name`"),
        ("[[outlet]]\nid = \"Al pha\"\nname = \"A\"".to_owned(), "2:6: unknown or malformed outlet id `Al pha`"),
        ("[[outlets]]\nid = \"alpha\"".to_owned(), "1:3: unknown key `outlets`"),
        ("[[outlet]\n".to_owned(), "1:10: "),
    ];
    for (text, expected) in cases {
        let (folder, path) = configured("", &[("a.toml", &text)]);
        let (code, _, stderr) = check(&path);
        let found = headlines(folder.path(), &stderr);
        assert!(!found.is_empty() && found[0].starts_with(&format!("feeds.d/a.toml:{expected}")), "{text}\n{stderr}");
        assert_eq!(code, 78, "{text}");
        assert!(!stderr.contains("canary"), "{stderr}");
        assert_eq!(found.len(), 1, "{text}\n{stderr}");
    }
}

#[test]
fn ids_used_twice_are_shown_at_both_places() {
    let (folder, path) = configured("", &[("a.toml", &list("", URL)), ("b.toml", &list("", URL))]);
    let (code, _, stderr) = check(&path);
    assert_eq!(code, 78);
    assert_eq!(
        headlines(folder.path(), &stderr),
        [
            "feeds.d/b.toml:2:6: duplicate outlet id `alpha`",
            "feeds.d/b.toml:6:6: duplicate feed id `alpha-top`",
            "feeds.d/b.toml:7:7: duplicate feed URL `https://alpha.example/rss`"
        ]
    );
    for label in ["used again here", "first used here", "feeds.d/a.toml:2:6", "feeds.d/a.toml:6:6"] {
        assert!(stderr.contains(label), "{stderr}");
    }
    let (_, stdout, _) = run(hotline(&["check", "--format", "json", "-c"]).arg(&path));
    let answer: Value = serde_json::from_str(&stdout).expect("one JSON object");
    assert_eq!(answer["ok"], false);
    assert_eq!(answer["problems"][0]["line"], 2);
    assert!(answer["problems"][0]["also"]["file"].as_str().expect("a file").ends_with("a.toml"));
}

#[test]
fn mistyped_keys_get_the_key_that_is_meant() {
    let (_folder, path) = configured("[kafka]\nbrokres = \"a:1\"", &[]);
    let (_, _, stderr) = check(&path);
    assert!(stderr.contains("help: did you mean `brokers`?"), "{stderr}");
}

#[test]
fn secrets_are_never_shown() {
    let main = "[kafka.sasl]\nmechanism = \"PLAIN\"\nusername = \"u\"\npassword = \"canary-1\"\n\
                [kafka.properties]\n\"sasl.password\" = \"canary-2\"\n\"ssl.key.pem\" = \"canary-3\"\nacks = \"0\"";
    let (_folder, path) = configured(main, &[]);
    for format in ["text", "json"] {
        let mut command = hotline(&["check", "--format", format, "-c"]);
        let (code, stdout, stderr) = run(command.arg(&path).env("HOTLINE_KAFKA__TLS__KEY_PASSWORD", "canary-4"));
        assert_eq!(code, 78);
        assert!(!stdout.contains("canary") && !stderr.contains("canary"), "{stdout}{stderr}");
    }
    let main = "[kafka]\nbrokers = \"a:1\"\nprotocol = \"sasl_ssl\"\n\
                sasl = { mechanism = \"PLAIN\", username = \"u\", password = { env = \"CANARY\" } }";
    let (_folder, path) = configured(main, &[]);
    let (code, stdout, stderr) = run(hotline(&["config", "show", "-c"]).arg(&path));
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("kafka.sasl.password = \"***\"") && !stdout.contains("CANARY"), "{stdout}");
}

#[test]
fn shipped_configuration_is_right() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/hotline.toml");
    let (code, stdout, stderr) = check(&path);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains(": ok, ") && stdout.contains("ndjson:state/ndjson"), "{stdout}");
}

#[test]
fn missing_main_file_is_a_configuration_error() {
    let (code, _, stderr) = run(&mut hotline(&["check", "-c", "/nowhere/hotline.toml"]));
    assert_eq!(code, 78);
    assert!(stderr.contains("cannot read /nowhere/hotline.toml"), "{stderr}");
}

#[test]
fn settings_are_shown_with_their_origin() {
    let (_folder, path) = configured("[kafka]\nbrokers = \"a:1\"\nlinger = \"7ms\"", &[]);
    let mut command = hotline(&["config", "show", "--origin", "-c"]);
    let (code, stdout, _) = run(command.arg(&path).env("HOTLINE_KAFKA__BROKERS", "b:2"));
    assert_eq!(code, 0);
    let line = |key: &str| stdout.lines().find(|line| line.starts_with(key)).expect("the key is listed").to_owned();
    assert!(
        line("kafka.brokers").contains("b:2")
            && line("kafka.brokers").ends_with("# environment HOTLINE_KAFKA__BROKERS")
    );
    assert!(line("kafka.linger").ends_with("hotline.toml:3"));
    assert!(line("event.window").ends_with("# default"));
    let (_, stdout, _) = run(hotline(&["config", "show", "--format", "json", "-c"]).arg(&path));
    let shown: Value = serde_json::from_str(&stdout).expect("one JSON object");
    assert_eq!(shown["kafka.linger"]["value"], "7ms");
}

#[test]
fn help_teaches_the_commands() {
    let (code, stdout, _) = run(hotline(&["--help"]).env("COLUMNS", "110"));
    assert_eq!(code, 0);
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("help", stdout);
    });
}

#[test]
fn wrong_arguments_are_usage_errors() {
    for arguments in [&["frobnicate"][..], &["extract"], &["schema", "nothing"], &[], &["check", "--frmat", "json"]] {
        let (code, stdout, stderr) = run(&mut hotline(arguments));
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(stderr.contains("Usage:") || stderr.contains("try '--help'"), "{stderr}");
    }
    assert_eq!(run(&mut hotline(&["--version"])).0, 0);
}

#[test]
fn no_color_and_pipes_mean_no_escape_codes() {
    let (_folder, path) = configured("snik = 1", &[]);
    let (_, _, plain) = check(&path);
    let (_, _, forced) = run(hotline(&["check", "--color", "always", "-c"]).arg(&path));
    let (_, _, never) = run(hotline(&["check", "--color", "never", "-c"]).arg(&path).env("NO_COLOR", "1"));
    assert!(!plain.contains('\u{1b}') && !never.contains('\u{1b}'));
    assert!(forced.contains('\u{1b}'));
}

#[test]
fn schemas_are_printed_as_json() {
    for what in ["event", "article", "config", "asyncapi"] {
        let (code, stdout, _) = run(&mut hotline(&["schema", what]));
        assert_eq!(code, 0);
        let schema: Value = serde_json::from_str(&stdout).expect("JSON");
        assert!(schema.is_object(), "{what}");
    }
}

#[test]
fn shipped_configuration_meets_its_own_schema() {
    let (_, stdout, _) = run(&mut hotline(&["schema", "config"]));
    let schema: Value = serde_json::from_str(&stdout).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let shipped: Value = toml::from_str(hotline::config::REFERENCE).expect("TOML");
    let wrong: Vec<String> = validator.iter_errors(&shipped).map(|err| err.to_string()).collect();
    assert_eq!(wrong, Vec::<String>::new());
    let typo: Value = toml::from_str("[kafka]\nbrokres = \"a:1\"").expect("TOML");
    assert!(!validator.is_valid(&typo));
}

#[test]
fn completions_name_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let (code, stdout, _) = run(&mut hotline(&["completions", shell]));
        assert!(code == 0 && stdout.contains("extract"), "{shell}");
    }
}

/// A page of our own with enough text to be an article.
fn page(n: usize) -> String {
    let paragraph = format!(
        "The harbour council of Lower Wick met on Tuesday evening and heard report number {n} on the state of the eastern \
         pier, which had been closed to the ferries since the winter storms."
    );
    format!(
        "<html lang=\"en\"><head><title>Pier report {n} | The Wick Courier</title>\
         <meta property=\"og:site_name\" content=\"The Wick Courier\">\
         <meta property=\"article:published_time\" content=\"2025-02-12T18:05:00+02:00\"></head>\
         <body><nav>Home News Sport</nav><article><h1>Pier report {n}</h1><p>{paragraph}</p><p>{paragraph} The members \
         then voted for new planks and new lamps.</p></article></body></html>"
    )
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn extract_prints_the_fields_of_the_contract() {
    let (code, stdout, stderr) =
        feed_stdin(&mut hotline(&["extract", "-", "--url", "https://wick.example/a?x=1"]), page(1).as_bytes());
    assert_eq!(code, 0, "{stderr}");
    let printed: Value = serde_json::from_str(&stdout).expect("one JSON object");
    assert_eq!(
        keys(&printed),
        [
            "file",
            "url",
            "canonical_url",
            "title",
            "byline",
            "published",
            "modified",
            "lang",
            "outlet_name",
            "image",
            "text",
            "paywalled"
        ]
    );
    assert_eq!(printed["file"], "-");
    assert_eq!(printed["title"], "Pier report 1");
    assert_eq!(printed["published"], "2025-02-12T18:05:00+02:00");
    assert_eq!(printed["lang"], "en");
    assert!(printed["byline"].is_array());
    let (_, stdout, _) = feed_stdin(&mut hotline(&["extract", "-", "--explain"]), page(1).as_bytes());
    let explained: Value = serde_json::from_str(&stdout).expect("one JSON object");
    assert!(explained["origins"]["published"].is_string(), "{explained}");
}

/// A folder of `n` pages.
fn pages(n: usize) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for n in 0..n {
        fs::write(folder.path().join(format!("{n:04}.html")), page(n)).expect("written");
    }
    folder
}

#[test]
fn folder_is_extracted_in_order_and_one_bad_page_costs_no_other() {
    let folder = pages(40);
    fs::write(folder.path().join("0007.html"), b"%PDF-1.7 not a page").expect("written");
    let (code, stdout, stderr) = run(hotline(&["extract"]).arg(folder.path()));
    assert_eq!(code, 1);
    assert!(stderr.contains("0007.html: "), "{stderr}");
    let printed: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(printed.len(), 40);
    for (n, value) in printed.iter().enumerate() {
        assert!(value["file"].as_str().expect("a file").ends_with(&format!("{n:04}.html")), "{value}");
        assert_eq!(value["error"].is_string(), n == 7, "{value}");
    }
    assert_eq!(printed[7]["class"], "pdf");
}

#[test]
fn reader_that_goes_away_ends_the_command_quietly() {
    let folder = pages(600);
    let mut child = hotline(&["extract"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdout = child.stdout.take().expect("stdout is piped");
    let mut first = [0; 64];
    stdout.read_exact(&mut first).expect("a first line");
    drop(stdout);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn missing_input_is_a_plain_error() {
    for command in ["extract", "feed"] {
        let (_, stdout, stderr) = run(&mut hotline(&[command, "/nowhere/at/all"]));
        assert!(stderr.contains("cannot read /nowhere/at/all"), "{stdout}{stderr}");
    }
    assert_eq!(run(&mut hotline(&["feed", "/nowhere/at/all"])).0, 1);
}

#[test]
fn bad_lines_are_errors_in_their_place_with_their_number() {
    let input = "{\"id\": \"a\", \"title\": 3, \"text\": \"x\"}\n\nnot json\n{\"id\": \"c\"}\n";
    let (code, stdout, stderr) = feed_stdin(&mut hotline(&["tag", "-"]), input.as_bytes());
    assert_eq!(code, 1);
    let printed: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let ids: Vec<&Value> = printed.iter().map(|value| &value["id"]).collect();
    assert_eq!(ids, [&Value::from("a"), &Value::Null, &Value::from("c")]);
    assert!(printed.iter().all(|value| value["error"].is_string()), "{stdout}");
    let numbers: Vec<&str> = stderr.lines().filter_map(|line| line.strip_prefix("hotline: ")).collect();
    assert_eq!(numbers.len(), 3, "{stderr}");
    for (said, number) in numbers.iter().zip([1, 3, 4]) {
        assert!(said.starts_with(&format!("line {number}: ")), "{stderr}");
    }
}

#[test]
fn daemon_without_a_broker_says_where_records_go() {
    let (folder, path) = configured("", &[]);
    let state = folder.path().join("state");
    let (_, stdout, stderr) = run(hotline(&["run", "--once", "-c"]).arg(&path).env("HOTLINE_STATE_DIR", &state));
    let expected = format!("records go to ndjson:{}/ndjson", state.display());
    assert!(stderr.contains(&expected), "{stdout}{stderr}");
    let (code, _, stderr) = run(hotline(&["run", "--sink", "kafka", "-c"]).arg(&path));
    assert_eq!(code, 78, "{stderr}");
    let (code, _, _) = run(hotline(&["run", "--sink", "kafak", "-c"]).arg(&path));
    assert_eq!(code, 2);
}

#[test]
fn broker_that_is_away_has_an_exit_code_of_its_own() {
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
    let (_folder, path) = configured(&format!("[kafka]\nbrokers = \"127.0.0.1:{port}\""), &[]);
    let (code, _, stderr) = run(hotline(&["check", "--online", "-c"]).arg(&path));
    assert_eq!(code, 69, "{stderr}");
    assert!(stderr.contains(&format!("127.0.0.1:{port}")), "{stderr}");
}

#[test]
fn feed_prints_the_fields_of_the_contract() {
    let document = "<rss version=\"2.0\"><channel><item><title>Fish & chips</title><link>/a</link>\
        <pubDate>Wed, 12 Feb 2025 18:04:00 +0200</pubDate></item><item><guid>g</guid></item></channel></rss>";
    let mut command = hotline(&["feed", "-", "--url", "https://news.example/rss.xml"]);
    let (code, stdout, stderr) = feed_stdin(&mut command, document.as_bytes());
    assert_eq!((code, stderr.as_str()), (0, ""));
    let entries: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    assert_eq!(entries.len(), 2);
    let fields = ["id", "title", "link", "published", "updated", "summary", "content", "authors", "lang", "enclosures"];
    assert_eq!(keys(&entries[0]), fields);
    assert_eq!(entries[0]["title"], "Fish & chips");
    assert_eq!(entries[0]["link"], "https://news.example/a");
    assert_eq!(entries[0]["published"], "2025-02-12T16:04:00.000Z");
    assert_eq!(entries[1]["id"], "g");
}

#[test]
fn documents_that_are_no_feed_are_named_with_what_they_are() {
    for (document, found) in [
        (&b"<!doctype html><title>Sign in</title>"[..], "not a feed: HTML page"),
        (b"%PDF-1.7", "not a feed: PDF"),
        (b"{\"error\": 404}", "not a feed: JSON that is no JSON Feed"),
        (b"", "the document is empty"),
    ] {
        let (code, stdout, stderr) = feed_stdin(&mut hotline(&["feed", "-"]), document);
        assert_eq!((code, stdout.as_str()), (1, ""));
        assert_eq!(stderr, format!("hotline: cannot read -: {found}\n"));
    }
}

#[test]
fn panics_inside_feed_rs_are_not_internal_errors() {
    let document = "<rss version=\"2.0\"><channel><item><title>a</title><author>Ministère\u{ff1a}desk@news.example</author></item></channel></rss>";
    let (code, stdout, stderr) = feed_stdin(&mut hotline(&["feed", "-"]), document.as_bytes());
    assert_eq!((code, stdout.lines().count(), stderr.as_str()), (0, 1, ""));
}
