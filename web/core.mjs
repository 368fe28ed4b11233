// The core outside of a browser, for the build and for tests: a function from questions to answers.

export async function openCore(wasm) {
  const { instance } = await WebAssembly.instantiate(wasm, { page: { now: () => performance.now() } });
  const core = instance.exports;
  return (question, bytes = new Uint8Array()) => {
    const text = new TextEncoder().encode(JSON.stringify(question));
    const place = core.room_for_question(text.length);
    new Uint8Array(core.memory.buffer).set(text, place);
    const file = core.room_for_bytes(bytes.length);
    new Uint8Array(core.memory.buffer).set(bytes, file);
    const at = core.ask();
    const length = new DataView(core.memory.buffer).getUint32(at, true);
    return JSON.parse(new TextDecoder().decode(new Uint8Array(core.memory.buffer, at + 4, length)));
  };
}
