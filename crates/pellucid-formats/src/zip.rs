//! The zip container of `.npz` and `.pt`, read with every offset checked, and written plain.
//!
//! Only what those two need: stored and deflated members, no encryption, no zip64 (which starts at
//! 4 GiB). The well-known zip crate was not taken because it pulls in a source of randomness, which
//! does not build for the browser.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::Read;

use flate2::Crc;
use flate2::read::DeflateDecoder;

use crate::tensor::MAX_UNPACKED;
use crate::wrong::{Wrong, quoted};

const LOCAL_HEADER: &[u8] = b"PK\x03\x04";
const CENTRAL_HEADER: &[u8] = b"PK\x01\x02";
const END_RECORD: &[u8] = b"PK\x05\x06";
const STORED: usize = 0;
const DEFLATED: usize = 8;

/// An archive whose table of contents has been read.
pub(crate) struct Archive<'a> {
    bytes: &'a [u8],
    members: Vec<Member<'a>>,
    places: HashMap<&'a str, usize>,
    /// Bytes that may still be unpacked: members may overlap, so each alone is no bound.
    budget: Cell<usize>,
}

struct Member<'a> {
    name: &'a str,
    flags: usize,
    method: usize,
    crc: usize,
    packed: usize,
    unpacked: usize,
    header: usize,
}

impl<'a> Archive<'a> {
    /// Reads the table of contents.
    pub fn open(bytes: &'a [u8]) -> Result<Archive<'a>, Wrong> {
        let cut = || Wrong::one("the zip archive is damaged or cut short (its table of contents is missing)");
        // The end record is 22 bytes, then a comment of at most 65535.
        let searched = &bytes[bytes.len().saturating_sub(22 + 0xffff)..];
        let end = searched.windows(4).rposition(|window| window == END_RECORD).ok_or_else(cut)?;
        let end = &searched[end..];
        end.get(..22 + word(end, 20, 2).ok_or_else(cut)?).ok_or_else(cut)?;
        let (n_members, start) = (word(end, 10, 2).ok_or_else(cut)?, word(end, 16, 4).ok_or_else(cut)?);
        if n_members == 0xffff || start == 0xffff_ffff {
            return Err(Wrong::one("it is a zip64 archive, for files above 4 GiB; that is not supported"));
        }
        let (mut members, mut places) = (Vec::new(), HashMap::new());
        let mut rest = bytes.get(start..).ok_or_else(cut)?;
        for _ in 0..n_members {
            let (member, length) = Member::read(rest).ok_or_else(cut)?;
            if places.insert(member.name, members.len()).is_some() {
                return Err(Wrong::one(format!("the zip archive has two members {}", quoted(member.name))));
            }
            members.push(member);
            rest = rest.get(length..).ok_or_else(cut)?;
        }
        Ok(Archive { bytes, members, places, budget: Cell::new(MAX_UNPACKED) })
    }

    /// The size of the whole file.
    pub fn n_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The members' names, in the archive's order.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.members.iter().map(|member| member.name)
    }

    /// A member's bytes, unpacked and checked; `None` when there is no such member.
    pub fn read(&self, name: &str) -> Option<Result<Vec<u8>, Wrong>> {
        let member = &self.members[*self.places.get(name)?];
        Some(self.unpack(member).map_err(|why| Wrong::one(format!("{} in the zip archive {why}", quoted(name)))))
    }

    fn unpack(&self, member: &Member) -> Result<Vec<u8>, String> {
        if member.flags & 1 != 0 {
            return Err("is encrypted".into());
        }
        let left = self.budget.get().checked_sub(member.unpacked);
        self.budget.set(left.ok_or_else(|| format!("brings the unpacked file above {} MiB", MAX_UNPACKED >> 20))?);
        let packed = self.packed(member).ok_or("lies outside the file; it is damaged or cut short")?;
        let mut unpacked = Vec::new();
        match member.method {
            STORED => unpacked.extend_from_slice(packed),
            DEFLATED => {
                // One byte more than claimed is enough to see that the claim is wrong.
                let mut decoder = DeflateDecoder::new(packed).take(member.unpacked as u64 + 1);
                decoder.read_to_end(&mut unpacked).map_err(|error| format!("is damaged ({error})"))?;
            }
            method => return Err(format!("is compressed with method {method}; only stored and deflated are read")),
        }
        let mut crc = Crc::new();
        crc.update(&unpacked);
        if unpacked.len() != member.unpacked || crc.sum() as usize != member.crc {
            return Err("is damaged (its size or checksum is wrong)".into());
        }
        Ok(unpacked)
    }

    fn packed(&self, member: &Member) -> Option<&'a [u8]> {
        let header = self.bytes.get(member.header..)?;
        if !header.starts_with(LOCAL_HEADER) {
            return None;
        }
        // The local extra field may have another length than the central one: PyTorch pads with it.
        let start = 30 + word(header, 26, 2)? + word(header, 28, 2)?;
        header.get(start..)?.get(..member.packed)
    }
}

impl<'a> Member<'a> {
    /// An entry of the table of contents and its length.
    fn read(entry: &'a [u8]) -> Option<(Member<'a>, usize)> {
        if !entry.starts_with(CENTRAL_HEADER) {
            return None;
        }
        let name_length = word(entry, 28, 2)?;
        let name = std::str::from_utf8(entry.get(46..46 + name_length)?).ok()?;
        let member = Member {
            name,
            flags: word(entry, 8, 2)?,
            method: word(entry, 10, 2)?,
            crc: word(entry, 16, 4)?,
            packed: word(entry, 20, 4)?,
            unpacked: word(entry, 24, 4)?,
            header: word(entry, 42, 4)?,
        };
        Some((member, 46 + name_length + word(entry, 30, 2)? + word(entry, 32, 2)?))
    }
}

/// A little-endian number of 2 or 4 bytes.
fn word(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + length)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

/// An archive with these members, stored; the same members give the same bytes.
pub(crate) fn members_to_zip(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut file, mut contents) = (Vec::new(), Vec::new());
    for (name, bytes) in members {
        let header = file.len() as u32;
        let mut crc = Crc::new();
        crc.update(bytes);
        // Version 2.0, no flags, stored, 1980-01-01 (the first date there is).
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        for number in [crc.sum(), bytes.len() as u32, bytes.len() as u32, name.len() as u32] {
            // The length of the name takes two bytes, the length of the extra field the next two.
            common.extend(number.to_le_bytes());
        }
        file.extend(LOCAL_HEADER);
        file.extend(&common);
        file.extend(name.as_bytes());
        file.extend(bytes);

        contents.extend(CENTRAL_HEADER);
        contents.extend([20, 0]);
        contents.extend(&common);
        contents.extend([0; 10]);
        contents.extend(header.to_le_bytes());
        contents.extend(name.as_bytes());
    }
    let (start, length) = (file.len() as u32, contents.len() as u32);
    let n_members = (members.len() as u16).to_le_bytes();
    file.extend(contents);
    file.extend(END_RECORD);
    file.extend([0; 4]);
    file.extend(n_members);
    file.extend(n_members);
    file.extend(length.to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0; 2]);
    file
}
