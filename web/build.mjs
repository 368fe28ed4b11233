// Makes the page: the core, the scripts and the styles in one file that needs nothing else.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { openCore } from "./core.mjs";
import { hashOfSources } from "./sources.mjs";

const PAGE = new URL("../crates/pellucid-cli/src/explorer/page.html", import.meta.url);
const CORE = new URL("../bindings/web/target/wasm32-unknown-unknown/release/pellucid_web.wasm", import.meta.url);

const bundle = async (entry, plugins = []) => {
  const made = await build({
    entryPoints: [entry], bundle: true, minify: true, write: false, format: "iife", target: "es2022",
    jsx: "automatic", jsxImportSource: "preact", plugins, charset: "ascii",
    loader: { ".toml": "text" },
  });
  return made.outputFiles[0].text.trim();
};

const worker = await bundle("src/worker.ts");
const given = {
  name: "worker",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^virtual:worker$/ }, () => ({ path: "worker", namespace: "virtual" }));
    onLoad({ filter: /.*/, namespace: "virtual" }, () => ({ contents: worker, loader: "text" }));
  },
};
// A script in a page ends at the first `</script`, wherever that stands.
const script = (await bundle("src/app.tsx", [given])).replaceAll("</script", "<\\/script");
const wasm = readFileSync(CORE);

// The pictures' own style sheet, as the core writes it: the page may not take styles from anywhere else.
const ask = await openCore(wasm);
const { svg } = ask({ ask: "compile", text: "x1" });
const STYLE_SHEET = /<style>([^]*?)<\/style>/;
const style = `${readFileSync("src/style.css", "utf8")}${STYLE_SHEET.exec(svg)[1]}`;

/** What the page begins with. */
const FIRST = "min(x1, x2)";
// The core's answers for the library's functions, so that these are drawn before the core has answered again.
const answers = {};
for (const { function: text } of ask({ ask: "library" }).entries) {
  const { answer, svg, words, mathml, network } = ask({ ask: "compile", text, seconds: 60 });
  // The layers are in the answer already.
  const { layers, ...shown } = network ?? {};
  if (answer) answers[text] = { answer, svg: svg.replace(STYLE_SHEET, ""), words, mathml, network: shown };
}
// Data in an element of a page: nothing in it may end the element.
const pack = (bytes) => gzipSync(bytes, { level: 9 }).toString("base64");
const data = (text) => text.replaceAll("<", "\\u003c");

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const policy = [
  "default-src 'none'", `script-src ${hash(script)} 'wasm-unsafe-eval'`, `style-src ${hash(style)}`, "worker-src blob:",
  "img-src data:", "base-uri 'none'", "form-action 'none'",
].join("; ");
const parts = {
  POLICY: policy, SOURCES: hashOfSources(), STYLE: style, SCRIPT: script,
  FIRST: data(JSON.stringify({ [FIRST]: answers[FIRST] })),
  KNOWN: pack(JSON.stringify({ answers, survey: JSON.parse(readFileSync("survey.json", "utf8")) })), CORE: pack(wasm),
};
const page = readFileSync("page.html", "utf8").replace(/@([A-Z]+)@/g, (_, name) => parts[name]);
writeFileSync(PAGE, page);
console.log(`answers known: ${parts.KNOWN.length}; page: ${page.length} bytes, compressed ${gzipSync(page).length}; core: ${wasm.length} bytes`);
