//! Owns the attributes of an element that are asked for on every element, found in one look at them.

use dom_query::{Element, local_name};

/// Their values, not copied.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Attributes<'e> {
    pub(super) class: Option<&'e str>,
    pub(super) id: Option<&'e str>,
    pub(super) itemprop: Option<&'e str>,
    pub(super) property: Option<&'e str>,
    pub(super) rel: Option<&'e str>,
    pub(super) href: Option<&'e str>,
}

impl<'e> Attributes<'e> {
    pub(super) fn of(element: &'e Element) -> Self {
        let mut found = Self::default();
        for attr in &element.attrs {
            let place = match attr.name.local {
                local_name!("class") => &mut found.class,
                local_name!("id") => &mut found.id,
                local_name!("itemprop") => &mut found.itemprop,
                local_name!("property") => &mut found.property,
                local_name!("rel") => &mut found.rel,
                local_name!("href") => &mut found.href,
                _ => continue,
            };
            *place = Some(&attr.value);
        }
        found
    }
}

/// The value of an attribute, not copied.
pub(super) fn attribute<'e>(element: &'e Element, name: &str) -> Option<&'e str> {
    element.attrs.iter().find(|attr| &*attr.name.local == name).map(|attr| &*attr.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_by_their_names() {
        let document = dom_query::Document::from("<a id=lead class='x y' data-x=1 href='/a'>");
        let node = document.select("a").nodes()[0];
        let element = node.element_ref().unwrap();
        let found = Attributes::of(&element);
        assert_eq!((found.class, found.id, found.href), (Some("x y"), Some("lead"), Some("/a")));
        assert_eq!((found.rel, attribute(&element, "data-x")), (None, Some("1")));
    }
}
