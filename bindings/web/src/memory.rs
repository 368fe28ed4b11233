//! The door to the browser: memory that both sides know, and one function.
//!
//! The page asks for room, writes the question and a file's bytes there, and calls `ask`; it reads the answer's
//! length (four bytes, the lowest first) and text where the result points, before it asks again.

#![allow(unsafe_code)]

use std::cell::RefCell;

use crate::subject::Subject;

/// What lies between two questions.
#[derive(Default)]
struct Room {
    question: Vec<u8>,
    bytes: Vec<u8>,
    answer: Vec<u8>,
    subject: Option<Subject>,
}

thread_local! {
    static ROOM: RefCell<Room> = RefCell::default();
}

/// Room for so many bytes of a question; the page writes there.
#[unsafe(no_mangle)]
pub extern "C" fn room_for_question(length: usize) -> *mut u8 {
    ROOM.with_borrow_mut(|room| {
        room.question = vec![0; length];
        room.question.as_mut_ptr()
    })
}

/// Room for so many bytes of a file; the page writes there.
#[unsafe(no_mangle)]
pub extern "C" fn room_for_bytes(length: usize) -> *mut u8 {
    ROOM.with_borrow_mut(|room| {
        room.bytes = vec![0; length];
        room.bytes.as_mut_ptr()
    })
}

/// Answers the question that was written, about the bytes that were written; where the answer lies.
#[unsafe(no_mangle)]
pub extern "C" fn ask() -> *const u8 {
    ROOM.with_borrow_mut(|room| {
        let question = String::from_utf8_lossy(&room.question).into_owned();
        let bytes = std::mem::take(&mut room.bytes);
        let answer = crate::answer(&question, &bytes, &mut room.subject);
        room.answer.clear();
        room.answer.extend_from_slice(&(answer.len() as u32).to_le_bytes());
        room.answer.extend_from_slice(answer.as_bytes());
        room.answer.as_ptr()
    })
}
