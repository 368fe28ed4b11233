// The page's side of the core: questions wait in line, and one that is out of date or takes too long is ended.

import workerText from "virtual:worker";
import { unpacked } from "./unpack";

export type Finding = { start: number; end: number; message: string; help: string | null };

/** Why there is no answer. */
export class Refusal extends Error {
  constructor(message: string, readonly findings: Finding[] = [], readonly isLimit = false) {
    super(message);
  }
}

type Waiting = { id: number; resolve(answer: any): void; reject(error: unknown): void };

let compiled: Promise<WebAssembly.Module> | undefined;

async function compiledCore(): Promise<WebAssembly.Module> {
  // What is known already is drawn before the core takes the processor.
  await new Promise((resolve) => (document.hidden ? setTimeout(resolve) : requestAnimationFrame(() => setTimeout(resolve))));
  return WebAssembly.compile(await unpacked("core").arrayBuffer());
}

/** A core of its own with a subject of its own. */
export class Core {
  private worker: Promise<Worker> | undefined;
  private waiting: Waiting | undefined;
  private line: Promise<unknown> = Promise.resolve();
  private count = 0;

  constructor() {
    this.worker = this.start();
  }

  private async start(): Promise<Worker> {
    const module = await (compiled ??= compiledCore());
    const address = URL.createObjectURL(new Blob([workerText], { type: "text/javascript" }));
    const worker = new Worker(address);
    URL.revokeObjectURL(address);
    await new Promise<void>((ready) => {
      worker.onmessage = () => ready();
      worker.postMessage({ module });
    });
    worker.onmessage = ({ data }) => this.came(data);
    return worker;
  }

  private came(data: { id: number; answer?: string; broken?: string }) {
    const waiting = this.waiting;
    if (waiting?.id !== data.id) return;
    this.waiting = undefined;
    if (data.broken !== undefined) {
      this.restart();
      waiting.reject(new Refusal(`this was too much, or a defect of the page (${data.broken}); the command may do better`));
      return;
    }
    const answer = JSON.parse(data.answer!);
    if (answer.error !== undefined) waiting.reject(new Refusal(answer.error, answer.findings, answer.limit));
    else waiting.resolve(answer);
  }

  private restart() {
    this.worker?.then((worker) => worker.terminate());
    this.worker = this.start();
  }

  /** Asks, after what was asked before; not at all if by then nobody wants to know. */
  ask(question: object, bytes?: Uint8Array, isWanted = () => true): Promise<any> {
    const asked = this.line.then(
      () =>
        new Promise(async (resolve, reject) => {
          if (!isWanted()) return reject(new Refusal("stopped"));
          const worker = await this.worker!;
          this.waiting = { id: ++this.count, resolve, reject };
          worker.postMessage({ id: this.count, question: JSON.stringify(question), bytes });
        }),
    );
    this.line = asked.catch(() => undefined);
    return asked;
  }

  /** Ends what is being done, and the core with it. */
  end() {
    const waiting = this.waiting;
    this.waiting = undefined;
    this.worker?.then((worker) => worker.terminate());
    waiting?.reject(new Refusal("stopped"));
  }

  /** Ends what is being done. */
  stop() {
    if (!this.waiting) return;
    const waiting = this.waiting;
    this.waiting = undefined;
    this.restart();
    waiting.reject(new Refusal("stopped"));
  }
}

/** Asks for the newest only: while one question is out, of those that come the last one waits. */
export function latest<Q>(ask: (question: Q) => Promise<void>): (question: Q) => void {
  let next: { question: Q } | undefined;
  let isOut = false;
  const go = async () => {
    isOut = true;
    while (next) {
      const { question } = next;
      next = undefined;
      await ask(question);
    }
    isOut = false;
  };
  return (question) => {
    next = { question };
    if (!isOut) void go();
  };
}
