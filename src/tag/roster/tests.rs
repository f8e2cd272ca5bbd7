//! Facts about reading and inflection.

use super::*;

#[test]
fn core_loads() {
    let roster = Roster::core().expect("core roster");
    assert!(roster.persons.len() > 1_000);
    let mut n = 0;
    let start = std::time::Instant::now();
    let mut set = std::collections::HashSet::new();
    for name in roster.names() {
        n += 1;
        for (form, _) in name.inflection.forms(name.surface, name.lang) {
            set.insert(form);
        }
    }
    eprintln!("{n} names {} patterns {:?}", set.len(), start.elapsed());
}
