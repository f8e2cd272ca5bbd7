//! Facts about the built-in packs as a whole: their own tests hold.

use super::{Coder, self_test};

#[test]
fn every_test_of_the_built_in_packs_holds() {
    let coder = Coder::core().unwrap();
    let failures: Vec<String> = self_test::failures(&coder).iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{} tests of packs fail:\n{}", failures.len(), failures.join("\n"));
}
