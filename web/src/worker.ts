// The core at work, beside the page: a question in, an answer out.

type Core = {
  memory: WebAssembly.Memory;
  room_for_question(length: number): number;
  room_for_bytes(length: number): number;
  ask(): number;
};

let core: Core;

function answer(question: string, bytes: Uint8Array): string {
  const text = new TextEncoder().encode(question);
  const place = core.room_for_question(text.length);
  new Uint8Array(core.memory.buffer).set(text, place);
  const file = core.room_for_bytes(bytes.length);
  new Uint8Array(core.memory.buffer).set(bytes, file);
  const at = core.ask();
  const length = new DataView(core.memory.buffer).getUint32(at, true);
  return new TextDecoder().decode(new Uint8Array(core.memory.buffer, at + 4, length));
}

self.onmessage = async ({ data }: MessageEvent) => {
  if (data.module) {
    const made = await WebAssembly.instantiate(data.module as WebAssembly.Module, { page: { now: () => performance.now() } });
    core = made.exports as unknown as Core;
    self.postMessage({ ready: true });
    return;
  }
  try {
    self.postMessage({ id: data.id, answer: answer(data.question, data.bytes ?? new Uint8Array()) });
  } catch (error) {
    // What was in the core's memory is not to be trusted after that: the page starts another.
    self.postMessage({ id: data.id, broken: String(error) });
  }
};
