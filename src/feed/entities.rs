//! Owns the entities a document type declares: put in where the text names them, one level deep and no further.

use std::borrow::Cow;

/// More declarations than any feed has.
const ENTITIES_MAX: usize = 256;
/// A longer value is no abbreviation.
const VALUE_BYTES_MAX: usize = 4 * 1024;
/// What all values together may add to a document.
const ADDED_BYTES_MAX: usize = 1024 * 1024;

/// Puts the values of declared entities in place. What is declared outside the document (`SYSTEM`) is never asked for.
pub(super) fn expanded(text: &str) -> Cow<'_, str> {
    let Some((subset, body_at)) = subset(text) else { return Cow::Borrowed(text) };
    let entities = declared(subset);
    if entities.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut whole, mut rest) = (text[..body_at].to_owned(), &text[body_at..]);
    let mut n_added = 0;
    while let Some(at) = rest.find('&') {
        let behind = &rest[at + 1..];
        let end = behind.find(|c: char| !is_of_name(c)).unwrap_or(behind.len());
        let is_reference = behind[end..].starts_with(';');
        let value = entities.iter().find(|(name, _)| is_reference && *name == &behind[..end]).map(|(_, value)| *value);
        whole.push_str(&rest[..at]);
        if let Some(value) = value.filter(|value| n_added + value.len() <= ADDED_BYTES_MAX) {
            whole.push_str(value);
            n_added += value.len();
            rest = &behind[end + 1..];
        } else {
            whole.push('&');
            rest = behind;
        }
    }
    whole.push_str(rest);
    Cow::Owned(whole)
}

/// The declarations between the brackets of the document type, and where the document goes on.
fn subset(text: &str) -> Option<(&str, usize)> {
    let start = text.find("<!DOCTYPE")?;
    let open = start + text[start..].find(['[', '>'])?;
    let inner = text[open..].strip_prefix('[')?;
    let end = inner.find(']')?;
    Some((&inner[..end], open + 1 + end))
}

/// Names and values of the general entities among the declarations.
fn declared(subset: &str) -> Vec<(&str, &str)> {
    let mut entities = Vec::new();
    for declaration in subset.split("<!ENTITY").skip(1).take(ENTITIES_MAX) {
        let declaration = declaration.trim_start();
        let name_end = declaration.find(|c: char| !is_of_name(c)).unwrap_or(declaration.len());
        let (name, value) = declaration.split_at(name_end);
        let value = value.trim_start();
        let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
        let Some((value, _)) = value[1..].split_once(quote) else { continue };
        let is_built_in = ["amp", "lt", "gt", "quot", "apos"].contains(&name);
        if !name.is_empty() && !is_built_in && value.len() <= VALUE_BYTES_MAX {
            entities.push((name, value));
        }
    }
    entities
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_entities_stand_for_their_values() {
        let head = "<!DOCTYPE rss [<!ENTITY id 'tag:news.example,'><!ENTITY % p 'x'><!ENTITY far SYSTEM 'file:/a'>]>";
        for (body, expect) in [
            ("<guid>&id;1</guid>", "<guid>tag:news.example,1</guid>"),
            ("&far; &p; &amp; & &id", "&far; &p; &amp; & &id"),
            ("&nbsp;&id;&id;", "&nbsp;tag:news.example,tag:news.example,"),
        ] {
            assert_eq!(expanded(&format!("{head}{body}")), format!("{head}{expect}"));
        }
        assert_eq!(expanded("<rss>&id;</rss>"), "<rss>&id;</rss>");
        assert_eq!(expanded("<!DOCTYPE rss [<!ENTITY"), "<!DOCTYPE rss [<!ENTITY");
    }

    #[test]
    fn entities_of_entities_stay_names_and_a_document_grows_by_little() {
        let head = "<!DOCTYPE a [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>";
        assert_eq!(expanded(&format!("{head}&b;")), format!("{head}&a;&a;"));
        let long = format!("<!DOCTYPE a [<!ENTITY a '{}'>]>{}", "x".repeat(4_096), "&a;".repeat(100_000));
        assert!(expanded(&long).len() <= long.len() + ADDED_BYTES_MAX);
    }
}
