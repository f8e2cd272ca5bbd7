//! Owns folding: text to the form patterns are matched in, with the way back to char offsets.
