// Drives the page in a browser: `node test/run.mjs` after `web/build` and `cargo build --release`. Chromium is the
// system's; pictures of the screens go to test/screens. It fails at the first thing that is not as it should be.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const root = new URL("../..", import.meta.url).pathname;
const page_file = join(root, "crates/pellucid-cli/src/explorer/page.html");
const screens = join(root, "web/test/screens");
const address = `file://${page_file}`;
const axe = readFileSync(join(root, "web/node_modules/axe-core/axe.min.js"), "utf8");
mkdirSync(screens, { recursive: true });

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const open = async (options = {}, hash = "", url = address) => {
  const context = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), "page-")), {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags, headless: true, offline: true,
    viewport: { width: 1200, height: 900 }, ...options,
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const seen = { requests: [], errors: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  await page.goto(url + hash);
  const close = async () => {
    const outside = seen.requests.filter((to) => !/^(file:|blob:|data:)/.test(to));
    assert.deepEqual(outside, [], "a request left the page");
    assert.deepEqual(seen.errors, []);
    await context.close();
  };
  return { page, close };
};
const shoot = (page, name) => page.screenshot({ path: join(screens, `${name}.png`), fullPage: true });
// Playwright's own way into the page, so that the page's policy need not allow the checker.
const accessible = async (page, where) => {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`);
  });
  assert.deepEqual(found, [], `accessibility: ${where}`);
};
const view = (page, name) => page.getByRole("button", { name, exact: true }).click();

const tests = {
  async "a cold start draws"() {
    const { page, close } = await open();
    await page.locator(".picture svg").waitFor();
    const drawn = await page.evaluate(() => performance.now());
    console.log(`    first drawing after ${drawn.toFixed(0)} ms`);
    assert.match(await page.locator("h2").first().innerText(), /2-3-1, 3 hidden neurons: proved smallest/);
    await accessible(page, "write");
    await shoot(page, "write");
    await close();
  },
  async "a function is written, wrong and right"() {
    const { page, close } = await open();
    await page.locator(".picture svg").waitFor();
    await page.fill("#function", "min(x1, step(x2))");
    await page.locator(".findings pre").waitFor();
    assert.match(await page.locator(".findings").innerText(), /^ {8}\^\^\^\^/);
    await shoot(page, "write-wrong");
    const times = [];
    for (const text of ["max(x1, x2, 0)", "abs(x1)", "median(x1, x2, x3)", "clamp(x1, 0, 1)"]) {
      const start = performance.now();
      await page.fill("#function", text);
      await page.waitForFunction((text) => document.querySelector(".old") === null && document.querySelector(".picture")?.textContent.includes(text), text, { polling: 5 });
      times.push(performance.now() - start);
    }
    console.log(`    typed to drawn: ${times.map((time) => time.toFixed(0)).join(", ")} ms`);
    await page.getByRole("button", { name: "Explain the proof" }).click();
    await page.locator(".proof").first().waitFor();
    await close();
  },
  async "inputs are dragged"() {
    const { page, close } = await open({}, "#f=min(x1, x2)&at=1,-2");
    await page.locator("svg.cells").waitFor();
    await page.locator(".values").filter({ hasText: "output: -2" }).waitFor();
    const box = await page.locator("svg.cells").boundingBox();
    await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.25);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.5, { steps: 20 });
    await page.mouse.up();
    await page.locator(".values").filter({ hasText: /output: -1\.5|output: -3\/2/ }).waitFor();
    assert.match(page.url(), /at=-1\.5/);
    const slider = page.locator("input[type=range]").first();
    const rate = await slider.evaluate(async (slider) => {
      let frames = 0;
      const start = performance.now();
      while (performance.now() - start < 1000) {
        slider.value = String(3 * Math.sin(frames / 10));
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise(requestAnimationFrame);
        frames++;
      }
      return frames;
    });
    console.log(`    ${rate} frames a second while dragging`);
    await shoot(page, "play");
    await page.fill("#function", "abs(x1) - 1");
    await page.locator("svg.cells[aria-label^=Graph]").waitFor();
    await shoot(page, "play-graph");
    await page.fill("#function", "median(x1, x2, x3)");
    await page.getByLabel("across").waitFor();
    await close();
  },
  async "networks are trained"() {
    const { page, close } = await open({}, "#view=Train");
    await page.getByRole("button", { name: "Train one" }).click();
    await page.locator("h2", { hasText: "step 500" }).waitFor();
    await page.getByRole("heading", { name: /computes|explained/ }).waitFor({ timeout: 60000 });
    await page.getByLabel("Seeds from 0 to").fill("40");
    await page.getByRole("button", { name: "Train many" }).click();
    await page.getByText(/^40 trained/).waitFor({ timeout: 120000 });
    console.log(`    ${await page.getByText(/^40 trained/).innerText()}`);
    await accessible(page, "train");
    await shoot(page, "train");
    await close();
  },
  async "files are taken apart, broken ones refused"() {
    const { page, close } = await open({}, "#view=Take apart");
    const fixtures = join(root, "crates/pellucid-cli/tests/one-network/minimum-2-6-1");
    for (const name of ["torch.onnx", "weights.safetensors", "state-dict.pt", "arrays.npz"]) {
      await page.setInputFiles("input[type=file]", join(fixtures, name));
      await page.getByRole("heading", { name: /min\(x1, x2\)/ }).waitFor();
    }
    await page.getByRole("checkbox", { name: "h1.1 on" }).uncheck();
    await page.locator(".effect").filter({ hasText: "Without h1.1" }).waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Small network" }).click()]);
    assert.deepEqual(JSON.parse(readFileSync(await download.path(), "utf8")).layers.length, 2);
    await accessible(page, "take apart");
    await shoot(page, "apart");
    const broken = join(mkdtempSync(join(tmpdir(), "broken-")), "broken.onnx");
    const bytes = readFileSync(join(fixtures, "torch.onnx"));
    for (const length of [0, 7, 100, bytes.length - 9]) {
      writeFileSync(broken, bytes.subarray(0, length));
      await page.setInputFiles("input[type=file]", broken);
      await page.locator(".wrong", { hasText: "broken.onnx" }).waitFor();
      await page.setInputFiles("input[type=file]", []);
    }
    await close();
  },
  async "the library has its cards"() {
    const { page, close } = await open({}, "#view=Library");
    await page.locator(".card .picture svg").first().waitFor();
    await page.getByLabel("Find").fill("median");
    await page.locator(".card", { hasText: "best known" }).first().waitFor();
    await page.getByRole("button", { name: "What is made of what" }).click();
    await page.locator("section > .picture svg").waitFor();
    await accessible(page, "library");
    await shoot(page, "library");
    await page.getByRole("button", { name: /^Open/ }).first().click();
    await page.locator("#function").waitFor();
    await close();
  },
  async "everything is reached by keyboard"() {
    const { page, close } = await open();
    await page.locator(".picture svg").waitFor();
    const reached = new Set();
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => document.activeElement?.getAttribute("aria-label") || document.activeElement?.id || document.activeElement?.textContent));
    }
    for (const name of ["Write", "Library", "function", "x1", "x2", "Explain the proof", "Certificate"]) assert.ok(reached.has(name), `${name} is not reached: ${[...reached]}`);
    await page.getByRole("slider", { name: "x1" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.locator(".values").filter({ hasText: "output" }).waitFor();
    await close();
  },
  async "a phone, dark, without motion"() {
    const { page, close } = await open({ viewport: { width: 390, height: 844 }, colorScheme: "dark", reducedMotion: "reduce", hasTouch: true });
    await page.locator("svg.cells").waitFor();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `the page is ${width} wide`);
    await accessible(page, "phone, dark");
    await shoot(page, "phone-dark");
    await view(page, "Library");
    await page.locator(".card .picture svg").first().waitFor();
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
    await shoot(page, "phone-library");
    await close();
  },
  async "the command's page has its network in it"() {
    const command = process.env.PELLUCID ?? join(root, "target/release/pellucid");
    const file = join(mkdtempSync(join(tmpdir(), "explore-")), "page.html");
    const network = join(root, "crates/pellucid-cli/tests/one-network/minimum-2-6-1/torch.onnx");
    execFileSync(command, ["explore", network, "-o", file, "--no-open"], { stdio: "ignore" });
    const { page, close } = await open({}, "", `file://${file}`);
    await page.getByRole("heading", { name: /min\(x1, x2\)/ }).waitFor();
    await close();
  },
};

const wanted = process.argv.slice(2);
for (const [name, test] of Object.entries(tests)) {
  if (wanted.length && !wanted.some((word) => name.includes(word))) continue;
  console.log(name);
  await test();
}
console.log("all as it should be");
