//! Files of every format, changed at random: whatever is in them, reading ends soon, takes little
//! memory, and gives a network or an error, never a panic.
//!
//! For as long as `PELLUCID_FUZZ_SECONDS` says for each format: a second unless it is set. A seed in
//! `PELLUCID_FUZZ_SEED` gives other changes. What does harm is kept in the folder for temporary files.

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once};
use std::time::{Duration, Instant};

use flate2::Crc;
use peak_alloc::PeakAlloc;
use pellucid_core::SplitMix64;
use pellucid_formats::{Format, WriteOptions, read, write};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The most memory that reading one small file may take, and the longest time, without optimisation.
const MAX_BYTES: usize = 1 << 30;
const MAX_TIME: Duration = Duration::from_secs(20);

/// Memory is counted for the whole process, so one format is tried after the other.
static ALONE: Mutex<()> = Mutex::new(());

struct Random(SplitMix64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound as u64) as usize
    }

    fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// The fixtures of a format.
fn corpus(ending: &str) -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let files = |ending: &str| -> Vec<Vec<u8>> {
        let of_format = paths.iter().filter(|path| path.extension().is_some_and(|found| found == ending));
        of_format.map(|path| std::fs::read(path).unwrap()).collect()
    };
    if ending != "json" {
        return files(ending);
    }
    let networks = files("onnx").into_iter().filter_map(|bytes| read(&bytes, "net.onnx").ok());
    networks.map(|file| write(&file, Format::Json, WriteOptions::default()).unwrap()).collect()
}

/// A few bytes changed, in one of many ways.
fn change(random: &mut Random, bytes: &mut Vec<u8>, others: &[Vec<u8>]) {
    const NUMBERS: [&[u8]; 8] = [
        b"\x00",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\xff\xff\xff\xff",
        b"\x7f",
        b"\x80\x80\x80\x80\x10",
        b"1e4096",
        b"99999999999999999999",
        b"-1",
    ];
    for _ in 0..1 + random.below(4) {
        let at = random.below(bytes.len());
        match random.below(9) {
            0 if !bytes.is_empty() => drop(bytes.remove(at)),
            1 if !bytes.is_empty() => bytes[at] = random.below(256) as u8,
            2 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            3 => bytes.insert(at, random.below(256) as u8),
            4 | 5 => {
                // A stretch of another file over or into this one.
                let other = random.one_of(others);
                let from = random.below(other.len());
                let stretch = &other[from..(from + 1 + random.below(80)).min(other.len())];
                let end = if random.below(2) == 0 { at } else { (at + stretch.len()).min(bytes.len()) };
                bytes.splice(at..end, stretch.iter().copied());
            }
            6 => {
                // A stretch of it, several times.
                let end = (at + 1 + random.below(40)).min(bytes.len());
                let stretch = bytes[at.min(end)..end].repeat(1 + random.below(8));
                bytes.splice(at..at, stretch);
            }
            7 => {
                let number = random.one_of(&NUMBERS);
                let end = (at + number.len()).min(bytes.len());
                bytes.splice(at..end, number.iter().copied());
            }
            8 if random.below(8) == 0 => bytes.truncate(at),
            _ => {}
        }
    }
}

/// The members of a zip archive that only stores, as those of the fixtures do.
fn members(archive: &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let word = |at: usize, n: usize| {
        archive.get(at..at + n).map(|bytes| bytes.iter().rev().fold(0usize, |sum, b| sum << 8 | usize::from(*b)))
    };
    let end = archive.len().checked_sub(22)?;
    let mut at = word(end + 16, 4)?;
    let mut members = Vec::new();
    for _ in 0..word(end + 10, 2)? {
        let (size, n_name, start) = (word(at + 24, 4)?, word(at + 28, 2)?, word(at + 42, 4)?);
        let name = archive.get(at + 46..at + 46 + n_name)?.to_vec();
        let data = start + 30 + word(start + 26, 2)? + word(start + 28, 2)?;
        members.push((name, archive.get(data..data + size)?.to_vec()));
        at += 46 + n_name + word(at + 30, 2)? + word(at + 32, 2)?;
    }
    Some(members)
}

/// An archive of these members, with right checksums.
fn zip(members: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let (mut file, mut contents) = (Vec::new(), Vec::new());
    for (name, bytes) in members {
        let mut crc = Crc::new();
        crc.update(bytes);
        let start = file.len() as u32;
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        for number in [crc.sum(), bytes.len() as u32, bytes.len() as u32, name.len() as u32] {
            common.extend(number.to_le_bytes());
        }
        file.extend([b"PK\x03\x04".as_slice(), &common, name, bytes].concat());
        contents.extend([b"PK\x01\x02\x14\x00".as_slice(), &common, &[0; 10], &start.to_le_bytes(), name].concat());
    }
    let n = (members.len() as u16).to_le_bytes();
    let (start, length) = ((file.len() as u32).to_le_bytes(), (contents.len() as u32).to_le_bytes());
    [&file, &contents, b"PK\x05\x06\0\0\0\0".as_slice(), &n, &n, &length, &start, &[0; 2]].concat()
}

#[derive(Debug, Default)]
struct Tally {
    tried: usize,
    read: usize,
    slowest: Duration,
    most_mib: usize,
}

impl Tally {
    /// Reads one file, and sees that it does no harm.
    fn judge(&mut self, bytes: &[u8], ending: &str) {
        self.tried += 1;
        let name = format!("changed.{ending}");
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let begun = Instant::now();
        let outcome = {
            let _watched = Watched::begin(bytes, ending);
            catch_unwind(|| read(bytes, &name).map(drop).map_err(|error| error.to_string()))
        };
        let (time, memory) = (begun.elapsed(), MEMORY.peak_usage().saturating_sub(before));
        (self.slowest, self.most_mib) = (self.slowest.max(time), self.most_mib.max(memory >> 20));
        let harm = match &outcome {
            Err(_) => Some("it makes reading panic".to_string()),
            Ok(Err(error)) if !error.starts_with("cannot read changed.") => Some(format!("its error is {error}")),
            _ if time > MAX_TIME => Some(format!("reading takes {time:?}")),
            _ if memory > MAX_BYTES => Some(format!("reading takes {} MiB", memory >> 20)),
            _ => None,
        };
        if let Some(harm) = harm {
            panic!("{harm}; kept as {}", keep(bytes, ending));
        }
        self.read += usize::from(matches!(outcome, Ok(Ok(()))));
    }
}

/// Ends the process, and keeps the file, when reading does not end.
struct Watched;

static READING: AtomicU64 = AtomicU64::new(0);
static READ: Mutex<(Vec<u8>, String)> = Mutex::new((Vec::new(), String::new()));

impl Watched {
    fn begin(bytes: &[u8], ending: &str) -> Watched {
        *READ.lock().unwrap() = (bytes.to_vec(), ending.to_string());
        READING.fetch_add(1, Ordering::SeqCst);
        Watched
    }

    /// Looks every minute whether it is still the same file that is read.
    fn watch() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| drop(std::thread::spawn(Watched::look)));
    }

    fn look() {
        let mut last = 0;
        loop {
            std::thread::sleep(Duration::from_secs(60));
            let now = READING.load(Ordering::SeqCst);
            if now % 2 == 1 && now == last {
                let (bytes, ending) = &*READ.lock().unwrap();
                eprintln!("reading does not end; kept as {}", keep(bytes, ending));
                std::process::exit(1);
            }
            last = now;
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        READING.fetch_add(1, Ordering::SeqCst);
    }
}

fn keep(bytes: &[u8], ending: &str) -> String {
    let mut crc = Crc::new();
    crc.update(bytes);
    let path = std::env::temp_dir().join(format!("pellucid-harmful-{:08x}.{ending}", crc.sum()));
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

/// Changes files of one format until the time is over.
fn no_changes_do_harm(ending: &str) {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    Watched::watch();
    let number = |name: &str, otherwise: u64| std::env::var(name).map_or(otherwise, |text| text.parse().unwrap());
    let time = Duration::from_secs(number("PELLUCID_FUZZ_SECONDS", 1));
    let mut random = Random(SplitMix64(number("PELLUCID_FUZZ_SEED", 7)));
    let files = corpus(ending);
    assert!(!files.is_empty());
    let archives: Vec<_> = files.iter().filter_map(|file| members(file)).collect();
    assert_eq!(archives.is_empty(), !["pt", "npz"].contains(&ending));
    let pool: Vec<Vec<u8>> = archives.iter().flatten().map(|(_, bytes)| bytes.clone()).collect();

    let mut tally = Tally::default();
    files.iter().for_each(|file| tally.judge(file, ending));
    archives.iter().for_each(|archive| tally.judge(&zip(archive), ending));
    assert!(tally.read * 2 > tally.tried, "most are read: {tally:?}");
    let begun = Instant::now();
    while begun.elapsed() < time {
        let mut bytes;
        if !archives.is_empty() && random.below(4) > 0 {
            // What is packed is changed, else the checksum alone would tell.
            let mut archive = random.one_of(&archives).clone();
            let at = if random.below(2) == 0 { 0 } else { random.below(archive.len()) };
            change(&mut random, &mut archive[at].1, &pool);
            bytes = zip(&archive);
        } else {
            bytes = random.one_of(&files).clone();
            change(&mut random, &mut bytes, &files);
        }
        if random.below(16) == 0 {
            let mut packed = flate2::read::GzEncoder::new(&bytes[..], flate2::Compression::fast());
            let mut gzipped = Vec::new();
            std::io::Read::read_to_end(&mut packed, &mut gzipped).unwrap();
            bytes = gzipped;
        }
        tally.judge(&bytes, ending);
    }
    println!("{ending}: {tally:?}");
    assert!(tally.tried > 100 && tally.read > 0, "{tally:?}");
}

#[test]
fn onnx() {
    no_changes_do_harm("onnx");
}

#[test]
fn pytorch() {
    no_changes_do_harm("pt");
}

#[test]
fn safetensors() {
    no_changes_do_harm("safetensors");
}

#[test]
fn npz() {
    no_changes_do_harm("npz");
}

#[test]
fn nnet() {
    no_changes_do_harm("nnet");
}

#[test]
fn json() {
    no_changes_do_harm("json");
}
