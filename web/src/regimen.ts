// How networks are trained: the project's regimens, and choices that differ from them.

import reliable from "../../regimens/reliable.toml";
import seed from "../../regimens/seed.toml";

export const OPTIMIZERS = ["sgd", "momentum", "adam", "adamw", "l-bfgs", "levenberg-marquardt"];
export const INITS = ["pytorch", "he", "glorot", "orthogonal", "paired"];

/** The fields that the page lets one choose. */
export type Regimen = {
  steps: number; batch: number; rate: number; optimizer: string; init: string; restarts: number; restart_above: string; options: string;
};

/** What a regimen's file says; what it leaves out is as in the seed's notebook. */
function read(text: string): Regimen {
  const value = (key: string) => new RegExp(`^${key} *= *(.*)$`, "m").exec(text)?.[1];
  const optimizer = value("optimizer") ?? '"sgd"';
  const kind = /"([^"]*)"/.exec(optimizer)![1];
  return {
    steps: Number(value("steps") ?? 500), batch: Number(value("batch") ?? 1000), rate: Number(value("rate") ?? 0.1),
    optimizer: kind, init: /"([^"]*)"/.exec(value("init") ?? '"pytorch"')![1], restarts: Number(value("restarts") ?? 0),
    restart_above: value("restart_above") ?? "1e-6", options: optimizer.startsWith("{") ? optimizer : "",
  };
}

export const REGIMENS: Record<string, Regimen> = { seed: read(seed), reliable: read(reliable) };

/** The regimen in the words of its files. */
export function write(regimen: Regimen): string {
  const { optimizer, options } = regimen;
  const told = options.includes(`"${optimizer}"`) ? options : JSON.stringify(optimizer);
  return [
    `steps = ${regimen.steps}`, `batch = ${regimen.batch}`, `rate = ${regimen.rate}`, `optimizer = ${told}`, `init = "${regimen.init}"`,
    `restarts = ${regimen.restarts}`, `restart_above = ${regimen.restart_above}`,
  ].join("\n");
}

/** The name of the regimen with these fields. */
export const nameOf = (regimen: Regimen) => Object.keys(REGIMENS).find((name) => write(REGIMENS[name]) === write(regimen));

const NUMBERS = ["steps", "batch", "rate", "restarts"] as const;
const WORDS = ["optimizer", "init"] as const;

/** What a link says of a regimen: its name, or the fields in which it differs from the first one. */
export function toLink(regimen: Regimen): Record<string, string> {
  const name = nameOf(regimen);
  const fields = [...NUMBERS, ...WORDS].map((key) => [key, name || regimen[key] === REGIMENS.seed[key] ? "" : String(regimen[key])]);
  return { regimen: name === "seed" ? "" : (name ?? ""), ...Object.fromEntries(fields) };
}

/** The regimen that a link says. */
export function fromLink(link: Record<string, string>): Regimen {
  const regimen = { ...(REGIMENS[link.regimen] ?? REGIMENS.seed) };
  for (const key of NUMBERS) if (link[key]) regimen[key] = Number(link[key]);
  for (const key of WORDS) if (link[key]) regimen[key] = link[key];
  return regimen;
}
