//! Facts about the shipped file and the layers over it.

use super::*;

fn read(text: &str, environment: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hotline.toml");
    std::fs::write(&path, text).unwrap();
    let environment: Vec<_> =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    load(&path, &environment)
        .map_err(|problems| problems.to_json().iter().map(|problem| problem["message"].to_string()).collect())
}

#[test]
fn shipped_file_says_the_defaults() {
    let settings = read(REFERENCE, &[]).unwrap().settings;
    let defaults = Settings::default();
    let (settings, defaults) = (format!("{settings:#?}"), format!("{defaults:#?}"));
    for (says, is) in settings.lines().zip(defaults.lines()) {
        assert_eq!(says, is, "config/hotline.toml is left, the default is right");
    }
    assert_eq!(settings.lines().count(), defaults.lines().count());
}

#[test]
fn every_key_stands_in_the_shipped_file_with_a_comment() {
    let described = schema();
    for key in settings() {
        let mut schema = &described;
        for name in key.split('.') {
            schema = &schema["properties"][name];
        }
        assert!(schema["description"].is_string(), "{key} is not in config/hotline.toml or has no comment above it");
    }
}

#[test]
fn commented_keys_of_the_shipped_file_are_keys() {
    let keys = settings();
    let mut section = String::new();
    for line in REFERENCE.lines() {
        let bare = line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line);
        if let Some(header) = bare.strip_prefix('[') {
            section = format!("{}.", header.trim_end_matches(']'));
        } else if let Some((name, _)) = bare.split_once(" = ").filter(|_| !line.starts_with("# ")) {
            let key = format!("{section}{name}");
            assert!(keys.iter().any(|known| key == *known || key.starts_with(&format!("{known}."))), "{key}");
        }
    }
}

#[test]
fn environment_stands_over_the_file_and_says_so() {
    let variables =
        [("HOTLINE_KAFKA__BROKERS", "b:9092"), ("HOTLINE_EVENT__REPORTS_MAX", "7"), ("HOTLINE_SINK", "stdout")];
    let config = read("[kafka]\nbrokers = \"a:9092\"\n[publish]\ninstance = \"x\"\n", &variables).unwrap();
    assert_eq!(config.settings.kafka.brokers.as_deref(), Some("b:9092"));
    assert_eq!(config.settings.event.reports_max, 7);
    assert_eq!(config.settings.target(), crate::publish::Target::Stdout);
    let origin = |key: &str| {
        let setting = config.shown.iter().find(|setting| setting.key == key).unwrap();
        setting.origin.to_string().rsplit('/').next().unwrap().to_owned()
    };
    assert_eq!(origin("kafka.brokers"), "environment HOTLINE_KAFKA__BROKERS");
    assert_eq!(origin("publish.instance"), "hotline.toml:4");
    assert_eq!(origin("publish.articles"), "default");
}

#[test]
fn text_that_looks_like_a_number_stays_text() {
    let config = read("", &[("HOTLINE_PUBLISH__INSTANCE", "7")]).unwrap();
    assert_eq!(config.settings.publish.instance, "7");
}

#[test]
fn foreign_variables_are_left_alone_and_mistyped_ones_are_not() {
    assert!(read("", &[("HOTLINE_TEST_BROKERS", "a:1")]).is_ok());
    let wrong = read("", &[("HOTLINE_KAFKA__BROKRES", "a:1")]).unwrap_err();
    assert_eq!(wrong, ["\"unknown key `brokres`\""]);
}

#[test]
fn secrets_of_the_environment_are_refused_unread() {
    let wrong = read("", &[("HOTLINE_KAFKA__SASL__PASSWORD", "canary-7")]).unwrap_err();
    assert_eq!(wrong.len(), 1);
    assert!(!wrong[0].contains("canary"), "{wrong:?}");
}

#[test]
fn sink_follows_the_brokers() {
    assert_eq!(read("", &[]).unwrap().settings.target().to_string(), "ndjson:state/ndjson");
    assert_eq!(read("kafka.brokers = \"a:1\"", &[]).unwrap().settings.target().to_string(), "kafka");
    assert_eq!(read("sink = \"kafka\"", &[]).unwrap_err(), ["\"sink: kafka needs `kafka.brokers`\""]);
}
