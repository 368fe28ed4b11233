// The core outside of a browser, for the build and for tests: a function from questions to answers.

import { exchange } from "./src/exchange.mjs";

export async function openCore(wasm) {
  const { instance } = await WebAssembly.instantiate(wasm, { page: { now: () => performance.now() } });
  return (question, bytes) => JSON.parse(exchange(instance.exports, JSON.stringify(question), bytes));
}
