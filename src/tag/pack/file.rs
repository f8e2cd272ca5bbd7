//! Owns the form of pack files, as TOML gives them.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::super::roster::PartyKind;
use super::super::{Medium, Role, Status};
use super::{Dir, Expect, Reach};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) pack: Option<Spanned<Head>>,
    pub(super) parties: Option<PartiesText>,
    pub(super) status: Vec<StatusText>,
    pub(super) later: Vec<LaterText>,
    pub(super) lex: BTreeMap<String, Vec<String>>,
    pub(super) rule: Vec<Spanned<RuleText>>,
    pub(super) veto: Vec<Spanned<VetoText>>,
    pub(super) cue: Vec<CueText>,
    pub(super) test: Vec<Spanned<TestText>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) id: String,
    pub(super) version: String,
    pub(super) kind: String,
    pub(super) codes: Codes,
    #[serde(default = "one")]
    pub(super) min_score: f32,
    pub(super) default_status: Status,
    pub(super) default_medium: Option<Medium>,
}

fn one() -> f32 {
    1.0
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Codes {
    pub(super) cameo: String,
    /// `CONSULT/phone`.
    pub(super) plover: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PartiesText {
    pub(super) min: usize,
    pub(super) different_country: bool,
    pub(super) kinds: Vec<PartyKind>,
    pub(super) sides: bool,
    pub(super) bystanders: Vec<String>,
    pub(super) each: Option<Spanned<String>>,
    pub(super) min_aside: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatusText {
    pub(super) cue: String,
    pub(super) is: Option<Status>,
    #[serde(default)]
    pub(super) drop: bool,
    #[serde(default)]
    pub(super) not_of: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LaterText {
    pub(super) cue: String,
    pub(super) of: Vec<Status>,
    pub(super) is: Status,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleText {
    pub(super) id: String,
    pub(super) r#match: Spanned<String>,
    #[serde(default)]
    pub(super) score: f32,
    pub(super) trigger: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) langs: Vec<String>,
    #[serde(default)]
    pub(super) roles: BTreeMap<char, Role>,
    #[serde(default)]
    pub(super) set: SetText,
    pub(super) bag: Option<u32>,
    #[serde(default)]
    pub(super) context: bool,
    pub(super) min_parties: Option<usize>,
    pub(super) only_roles: Option<Reach>,
    #[serde(default)]
    pub(super) help: Vec<HelpText>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SetText {
    pub(super) medium: Option<Medium>,
    pub(super) status: Option<Status>,
    pub(super) over_cues: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HelpText {
    pub(super) class: Spanned<String>,
    #[serde(default = "span")]
    pub(super) span: u32,
    pub(super) add: f32,
}

fn span() -> u32 {
    12
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VetoText {
    pub(super) id: String,
    pub(super) r#match: Spanned<String>,
    #[serde(default)]
    pub(super) langs: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CueText {
    pub(super) class: String,
    pub(super) words: Vec<String>,
    #[serde(default = "both")]
    pub(super) dir: Dir,
    #[serde(default = "span")]
    pub(super) span: u32,
    #[serde(default)]
    pub(super) clause: bool,
    #[serde(default)]
    pub(super) document: bool,
}

fn both() -> Dir {
    Dir::Both
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TestText {
    pub(super) published: Option<String>,
    pub(super) zone: Option<String>,
    #[serde(default)]
    pub(super) title: String,
    pub(super) text: String,
    pub(super) expect: Expect,
}
