// How a question goes into the core's memory, and the answer out of it: in the page's workers and in Node alike.

/**
 * @typedef {object} Core
 * @property {WebAssembly.Memory} memory
 * @property {(length: number) => number} room_for_question
 * @property {(length: number) => number} room_for_bytes
 * @property {() => number} ask
 */

/**
 * The core's answer to a question, both as JSON text; `bytes` are a file that goes with the question.
 * @param {Core} core
 * @param {string} question
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function exchange(core, question, bytes = new Uint8Array()) {
  const text = new TextEncoder().encode(question);
  const place = core.room_for_question(text.length);
  new Uint8Array(core.memory.buffer).set(text, place);
  const file = core.room_for_bytes(bytes.length);
  new Uint8Array(core.memory.buffer).set(bytes, file);
  const at = core.ask();
  // The memory may have grown: its buffer is another one then.
  const length = new DataView(core.memory.buffer).getUint32(at, true);
  return new TextDecoder().decode(new Uint8Array(core.memory.buffer, at + 4, length));
}
