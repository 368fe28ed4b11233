// The core at work, beside the page: a question in, an answer out.

import { exchange, type Core } from "./exchange.mjs";

let core: Core;

self.onmessage = async ({ data }: MessageEvent) => {
  if (data.module) {
    const made = await WebAssembly.instantiate(data.module as WebAssembly.Module, { page: { now: () => performance.now() } });
    core = made.exports as unknown as Core;
    self.postMessage({ ready: true });
    return;
  }
  try {
    self.postMessage({ id: data.id, answer: exchange(core, data.question, data.bytes) });
  } catch (error) {
    // What was in the core's memory is not to be trusted after that: the page starts another.
    self.postMessage({ id: data.id, broken: String(error) });
  }
};
