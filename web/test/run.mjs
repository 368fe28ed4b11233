// Drives the page in a browser: `node test/run.mjs` after `web/build` and `cargo build --release`. Chromium is the
// system's; pictures of the screens go to test/screens. It fails at the first thing that is not as it should be.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
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
    await page.locator("[aria-busy=false]").waitFor();
    console.log(`    the core's own answer after ${(await page.evaluate(() => performance.now())).toFixed(0)} ms`);
    await accessible(page, "write");
    await shoot(page, "write");
    await close();
    for (const f of ["max(x1, x2, x3)", "max(x1, 3*x2, 0)"]) {
      const { page, close } = await open({}, `#${new URLSearchParams({ f })}`);
      await page.locator(".picture svg").waitFor();
      console.log(`    first drawing from a link to ${f} after ${(await page.evaluate(() => performance.now())).toFixed(0)} ms`);
      await close();
    }
  },
  async "a function is written, wrong and right"() {
    const { page, close } = await open();
    await page.locator(".picture svg").waitFor();
    await page.fill("#function", "min(x1, step(x2))");
    await page.locator(".findings pre").waitFor();
    assert.match(await page.locator(".findings").innerText(), /^ {8}\^\^\^\^/);
    await shoot(page, "write-wrong");
    // The whole library is typed, each function from the last one's drawing.
    const texts = Object.keys(JSON.parse(gunzipSync(Buffer.from(/id="known">([^<]*)</.exec(readFileSync(page_file, "utf8"))[1], "base64"))).answers);
    const times = await page.evaluate(async (texts) => {
      const field = document.querySelector("#function");
      const times = [];
      for (const text of texts) {
        const start = performance.now();
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        while (document.querySelector("[data-drawn]").dataset.drawn !== text) await new Promise((next) => setTimeout(next));
        // Until the browser has laid it out, too.
        document.querySelector(".picture svg").getBoundingClientRect();
        times.push([performance.now() - start, text]);
        await new Promise((next) => setTimeout(next, 30));
      }
      return times.sort((a, b) => a[0] - b[0]);
    }, texts);
    const ms = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))][0].toFixed(0);
    console.log(`    typed to drawn, ${times.length} functions of the library: median ${ms(0.5)} ms, 99 % ${ms(0.99)} ms, longest ${ms(1)} ms (${times.at(-1)[1]})`);
    for (const text of ["max(x1, 3*x2, 0)", "abs(x1 - 7)", "median(x1, x2, 2*x3)"]) {
      const start = performance.now();
      await page.fill("#function", text);
      await page.waitForFunction((text) => document.querySelector("[data-drawn]").dataset.drawn === text, text, { polling: 5 });
      console.log(`    typed to drawn, not of the library: ${text}, ${(performance.now() - start).toFixed(0)} ms`);
    }
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
    await shoot(page, "play");
    await page.fill("#function", "abs(x1) - 1");
    await page.locator("svg.cells[aria-label^=Graph]").waitFor();
    await shoot(page, "play-graph");
    await page.fill("#function", "median(x1, x2, x3)");
    await page.getByLabel("across").waitFor();
    await close();
  },
  async "64 neurons are dragged smoothly"() {
    const hinges = Array.from({ length: 64 }, (_, i) => `relu(${1 + (i % 9)}*x1 + ${1 + ((i * 5) % 11)}*x2 - ${(i % 13) - 6})`);
    const { page, close } = await open({}, `#${new URLSearchParams({ f: [...new Set(hinges)].join(" + ") })}`);
    await page.locator("svg.cells").waitFor({ timeout: 60000 });
    console.log(`    ${await page.locator("h2").first().innerText()}; ${await page.locator("svg.cells").getAttribute("aria-label")}`);
    const rate = (moving) => page.evaluate(async (moving) => {
      const slider = document.querySelector("input[type=range]");
      const start = performance.now();
      let [frames, longest, last] = [0, 0, start];
      while (performance.now() - start < 2000) {
        if (moving) {
          slider.value = String(3 * Math.sin(frames / 10));
          slider.dispatchEvent(new Event("input", { bubbles: true }));
        }
        await new Promise(requestAnimationFrame);
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
        frames++;
      }
      return [frames / 2, longest];
    }, moving);
    await rate(true);
    const [[still], [moved, longest]] = [await rate(false), await rate(true)];
    console.log(`    ${moved.toFixed(0)} frames a second while dragging (${still.toFixed(0)} without), the longest ${longest.toFixed(0)} ms`);
    await shoot(page, "play-64");
    await close();
  },
  async "networks are trained"() {
    const { page, close } = await open({}, "#view=Train");
    await page.getByRole("button", { name: "Train one" }).click();
    await page.locator("h2", { hasText: "step 500" }).waitFor();
    await page.getByRole("heading", { name: /computes|explained/ }).waitFor({ timeout: 60000 });
    await shoot(page, "train-one");
    await page.getByRole("button", { name: "Train many" }).click();
    const told = page.getByText(/^1000 trained and judged in/);
    await told.waitFor({ timeout: 120000 });
    console.log(`    ${await told.innerText()}`);
    assert.equal(await page.locator("button.square").count(), 1000);
    await accessible(page, "train");
    await shoot(page, "train");
    await page.getByLabel("Regimen").selectOption("reliable");
    assert.match(page.url(), /regimen=reliable/);
    await page.getByLabel("Seeds from 0 to").fill("100");
    await page.getByRole("button", { name: "Train many" }).click();
    await page.getByText(/^100 trained and judged in .*: 100 found$/).waitFor({ timeout: 120000 });
    for (const [init, optimiser] of [["he", "adam"], ["glorot", "momentum"], ["orthogonal", "l-bfgs"]]) {
      await page.getByLabel("Initial weights").selectOption(init);
      await page.getByLabel("Optimiser").selectOption(optimiser);
      await page.getByLabel("Widths").fill("2-4-1");
      await page.getByRole("button", { name: "Train many" }).click();
      await page.getByText(/^100 trained and judged in/).waitFor({ timeout: 120000 });
    }
    assert.match(page.url(), /optimizer=l-bfgs/);
    await page.reload();
    assert.equal(await page.getByLabel("Optimiser").inputValue(), "l-bfgs");
    await page.getByLabel("Learning rate").fill("0");
    await page.getByRole("button", { name: "Train many" }).click();
    await page.locator(".wrong", { hasText: "rate" }).waitFor();
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
    const folder = mkdtempSync(join(tmpdir(), "broken-"));
    // A small random stream, so that each run tries the same files.
    let state = 1;
    const random = (below) => (state = (state * 48271) % 2147483647) % below;
    let refused = 0;
    let taken = Number(await page.locator("[data-done]").getAttribute("data-done"));
    for (const name of ["torch.onnx", "weights.safetensors", "state-dict.pt", "arrays.npz"]) {
      const bytes = readFileSync(join(fixtures, name));
      const changed = Array.from({ length: 8 }, () => {
        const copy = Buffer.from(bytes);
        for (let i = 0; i < 4; i++) copy[random(copy.length)] = random(256);
        return copy;
      });
      for (const contents of [...[0, 7, 100, bytes.length - 9].map((length) => bytes.subarray(0, length)), ...changed]) {
        const broken = join(folder, name);
        writeFileSync(broken, contents);
        await page.setInputFiles("input[type=file]", []);
        await page.setInputFiles("input[type=file]", broken);
        await page.locator(`[data-done="${++taken}"]`).waitFor();
        refused += await page.locator(".wrong").count();
      }
    }
    console.log(`    ${refused} of 48 broken files refused, the others are networks`);
    assert.ok(refused >= 16);
    writeFileSync(join(folder, "deep.json"), "[".repeat(200000));
    await page.setInputFiles("input[type=file]", join(folder, "deep.json"));
    await page.locator(".wrong", { hasText: "deep.json" }).waitFor();
    await shoot(page, "apart-wrong");
    await close();
  },
  async "the library has its cards"() {
    const { page, close } = await open({}, "#view=Library");
    await page.locator(".card .picture svg").first().waitFor();
    await page.getByLabel("Find").fill("median");
    await page.locator(".card", { hasText: "best known" }).first().waitFor();
    await accessible(page, "library");
    await shoot(page, "library");
    await page.getByRole("button", { name: /^Open/ }).first().click();
    await page.locator("#function").waitFor();
    await close();
  },
  async "the atlas tells of surveys"() {
    const { page, close } = await open({}, "#view=Atlas");
    await page.locator(".bar").first().waitFor();
    await page.locator(".charts .picture svg").first().waitFor();
    await page.locator("section > .picture svg").waitFor();
    await page.locator(".bar", { hasText: "minimum" }).first().hover();
    await page.locator(".about h3", { hasText: "minimum" }).waitFor();
    await accessible(page, "atlas");
    await shoot(page, "atlas");
    const folder = mkdtempSync(join(tmpdir(), "survey-"));
    const head = "function,formula,domain,widths,regimen,regimen_hash,settings,tolerance,seed,start_loss,final_loss,tries,steps,good_after,verdict,cause,detail,circuit,features,live_neurons,deviation,deviation_is_largest,weights";
    const row = (seed) => `doubled,2*x1,"[-1, 1]",2,mine,0,{},1/10000,${seed},0.3,0,1,500,,found,,,+ x1 > 0,x1 > 0,1,0,true,1 2`;
    writeFileSync(join(folder, "survey.csv"), [head, row(0), row(1), ""].join("\n"));
    await page.setInputFiles("input[type=file]", join(folder, "survey.csv"));
    await page.locator(".about h3", { hasText: "doubled" }).waitFor();
    for (const [name, text] of [["broken.csv", `${head}\n1,2`], ["wrong.csv", "a,b\n1,2\n"], ["broken.json", "{\"cells\": [1"], ["other.json", "{\"cells\": [{}]}"]]) {
      writeFileSync(join(folder, name), text);
      await page.setInputFiles("input[type=file]", join(folder, name));
      await page.locator(".wrong").waitFor();
      await page.setInputFiles("input[type=file]", join(folder, "survey.csv"));
      await page.locator(".wrong").waitFor({ state: "detached" });
    }
    await close();
  },
  async "everything is reached by keyboard"() {
    const { page, close } = await open();
    await page.locator("[aria-busy=false]").waitFor();
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
    for (const [name, sign] of [["Library", ".card .picture svg"], ["Atlas", ".bar"], ["Train", "text=Train one"], ["Take apart", ".drop"]]) {
      await view(page, name);
      await page.locator(sign).first().waitFor();
      if (name === "Train") {
        await page.getByRole("button", { name: "Train one" }).click();
        await page.getByRole("heading", { name: /computes|explained/ }).waitFor({ timeout: 60000 });
      }
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 390, `${name} is ${width} wide`);
      await accessible(page, `${name}, phone, dark`);
      await shoot(page, `phone-${name.replace(" ", "-").toLowerCase()}`);
    }
    await close();
  },
  async "the command's page has its network in it"() {
    const command = process.env.PELLUCID ?? join(root, "target/release/pellucid");
    const file = join(mkdtempSync(join(tmpdir(), "explore-")), "page.html");
    const network = join(root, "crates/pellucid-cli/tests/one-network/minimum-2-6-1/torch.onnx");
    execFileSync(command, ["explore", network, "-o", file, "--no-open"], { stdio: "ignore" });
    const [bytes, packed] = [readFileSync(file).length, gzipSync(readFileSync(page_file)).length];
    console.log(`    the page takes ${packed} bytes compressed, the file ${bytes}`);
    assert.ok(packed < 2e6 && bytes < 4e6);
    const { page, close } = await open({}, "", `file://${file}`);
    await page.getByRole("heading", { name: /min\(x1, x2\)/ }).waitFor();
    console.log(`    taken apart after ${(await page.evaluate(() => performance.now())).toFixed(0)} ms`);
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
