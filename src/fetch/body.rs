//! Owns bodies on their way in: content codings removed as they stream, within a size and a ratio cap.

use std::io::{self, Write};

use brotli_decompressor::DecompressorWriter;
use flate2::write::MultiGzDecoder;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use zstd::stream::raw::{DParameter, Decoder as ZstdDecoder, InBuffer, Operation, OutBuffer};

/// What is asked for; each has a decoder here.
pub(super) const ACCEPT_ENCODING: &str = "gzip, br, zstd";

/// A body may expand this much…
const RATIO_MAX: usize = 200;
/// …once it is larger than this.
const RATIO_BYTES_MIN: usize = 1024 * 1024;
/// zstd frames may ask for a window of 8 MiB (RFC 8878, section 3.1.1.1.2), not for gigabytes.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;
const BUFFER_BYTES: usize = 64 * 1024;

/// Why a body is not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    #[error(transparent)]
    Over(#[from] OverCap),
    #[error("decode the body")]
    Broken(#[source] io::Error),
    #[error("unknown content coding `{0}`")]
    Coding(String),
}

/// More bytes than the size or the ratio cap lets through.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("over {limit_bytes} bytes")]
pub(super) struct OverCap {
    pub(super) limit_bytes: usize,
}

/// A body being read.
pub(super) struct Reading {
    coding: Coding,
    n_received: usize,
}

enum Coding {
    Identity(Capped),
    Gzip(Box<MultiGzDecoder<Capped>>),
    Brotli(Box<DecompressorWriter<Capped>>),
    Zstd(Box<Zstd>),
}

impl Reading {
    /// Starts a body of at most `bytes_max` decoded bytes, coded as the headers say.
    pub(super) fn new(headers: &HeaderMap, bytes_max: usize) -> Result<Self, BodyError> {
        let capped = Capped { bytes: Vec::new(), bytes_max, ratio_bytes_max: RATIO_BYTES_MIN };
        let coding = match coding(headers).as_str() {
            // Charsets and transfer words some servers write here change nothing.
            "" | "utf-8" | "utf8" | "none" | "binary" | "8bit" => Coding::Identity(capped),
            "gzip" | "x-gzip" => Coding::Gzip(Box::new(MultiGzDecoder::new(capped))),
            "br" => Coding::Brotli(Box::new(DecompressorWriter::new(capped, BUFFER_BYTES))),
            "zstd" => Coding::Zstd(Box::new(Zstd::new(capped).map_err(BodyError::Broken)?)),
            other => return Err(BodyError::Coding(other.to_owned())),
        };
        Ok(Self { coding, n_received: 0 })
    }

    /// Takes the next bytes as received.
    pub(super) fn take(&mut self, received: &[u8]) -> Result<(), BodyError> {
        self.n_received += received.len();
        let ratio_bytes_max = RATIO_BYTES_MIN.max(self.n_received.saturating_mul(RATIO_MAX));
        self.capped().ratio_bytes_max = ratio_bytes_max;
        match &mut self.coding {
            Coding::Identity(capped) => capped.write_all(received),
            Coding::Gzip(decoder) => decoder.write_all(received),
            Coding::Brotli(decoder) => decoder.write_all(received),
            Coding::Zstd(decoder) => decoder.take(received),
        }
        .map_err(cause)
    }

    /// Returns the whole body.
    ///
    /// # Errors
    /// A coded body that ends early is [`BodyError::Broken`]: nothing partial is returned.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, BodyError> {
        // Servers name a coding for empty bodies, too.
        if self.n_received > 0 {
            match &mut self.coding {
                Coding::Identity(_) => Ok(()),
                Coding::Gzip(decoder) => decoder.try_finish(),
                Coding::Brotli(decoder) => decoder.close(),
                Coding::Zstd(decoder) => decoder.finish(),
            }
            .map_err(cause)?;
        }
        Ok(self.so_far())
    }

    /// Returns what has been decoded so far.
    pub(super) fn so_far(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.capped().bytes)
    }

    fn capped(&mut self) -> &mut Capped {
        match &mut self.coding {
            Coding::Identity(capped) => capped,
            Coding::Gzip(decoder) => decoder.get_mut(),
            Coding::Brotli(decoder) => decoder.get_mut(),
            Coding::Zstd(decoder) => &mut decoder.capped,
        }
    }
}

/// Returns the content coding, lower case, empty for none.
fn coding(headers: &HeaderMap) -> String {
    let named: Vec<String> = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .flat_map(|value| {
            String::from_utf8_lossy(value.as_bytes()).to_lowercase().split(',').map(str::to_owned).collect::<Vec<_>>()
        })
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty() && name != "identity")
        .collect();
    named.join(", ")
}

fn cause(err: io::Error) -> BodyError {
    match err.get_ref().and_then(|inner| inner.downcast_ref::<OverCap>()) {
        Some(over) => BodyError::Over(*over),
        None => BodyError::Broken(err),
    }
}

/// The decoded bytes; refuses more than the caps let through.
struct Capped {
    bytes: Vec<u8>,
    bytes_max: usize,
    /// Grows with the bytes received.
    ratio_bytes_max: usize,
}

impl Write for Capped {
    fn write(&mut self, decoded: &[u8]) -> io::Result<usize> {
        let limit_bytes = self.bytes_max.min(self.ratio_bytes_max);
        let room = limit_bytes - self.bytes.len().min(limit_bytes);
        if decoded.len() > room {
            self.bytes.extend_from_slice(&decoded[..room]);
            return Err(io::Error::other(OverCap { limit_bytes }));
        }
        self.bytes.extend_from_slice(decoded);
        Ok(decoded.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Frames of zstd; knows, unlike the crate's writer, whether the last one is whole.
struct Zstd {
    decoder: ZstdDecoder<'static>,
    capped: Capped,
    buffer: Vec<u8>,
    is_frame_whole: bool,
}

impl Zstd {
    fn new(capped: Capped) -> io::Result<Self> {
        let mut decoder = ZstdDecoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG_MAX))?;
        Ok(Self { decoder, capped, buffer: vec![0; BUFFER_BYTES], is_frame_whole: false })
    }

    fn take(&mut self, received: &[u8]) -> io::Result<()> {
        let mut input = InBuffer::around(received);
        loop {
            let mut output = OutBuffer::around(&mut self.buffer[..]);
            let hint = self.decoder.run(&mut input, &mut output)?;
            let n_decoded = output.pos();
            self.capped.write_all(&self.buffer[..n_decoded])?;
            self.is_frame_whole = hint == 0;
            let is_read = input.pos() == received.len();
            if is_read && (self.is_frame_whole || n_decoded < BUFFER_BYTES) {
                return Ok(());
            }
        }
    }

    fn finish(&self) -> io::Result<()> {
        if self.is_frame_whole { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}
