// What the browser keeps of the pages people stand at, and when it forgets it.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { beforeEach, describe, it } from "node:test";
import { createContext, runInContext } from "node:vm";

import { load } from "./support/assets.mjs";

const station = await load("station.js");
const sources = new URL("../../../Sources/", import.meta.url);
const worker = await readFile(new URL("Applications/BagTracking/Assets/sw.js", sources), "utf8");

/** A cache of a browser: answers by their address. */
class KeptAnswers {
  constructor() { this.answers = new Map(); }
  address(request) { return new URL(request.url ?? request, "https://portico.test").href; }
  async keys() { return [...this.answers.keys()].map((url) => ({ url })); }
  async match(request) { return this.answers.get(this.address(request)); }
  async put(request, answer) { this.answers.set(this.address(request), answer); }
  async add(request) { await this.put(request, { ok: true }); }
  async delete(request) { return this.answers.delete(this.address(request)); }
}

/** The service worker in a browser of which there is no more than it uses; `network` answers what it asks for. */
class Browser {
  constructor() {
    this.kept = new Map();
    const listeners = {};
    const open = (name) => this.kept.get(name) ?? this.kept.set(name, new KeptAnswers()).get(name);
    const self = {
      location: new URL("https://portico.test/bags/sw.js"),
      addEventListener: (name, listener) => { listeners[name] = listener; },
    };
    const caches = {
      keys: async () => [...this.kept.keys()], open: async (name) => open(name),
      delete: async (name) => { await new Promise((done) => { setImmediate(done); }); return this.kept.delete(name); },
    };
    runInContext(worker, createContext({ self, caches, fetch: (request) => this.network(request), URL, AbortSignal }));
    this.listeners = listeners;
  }

  /** Goes to a page, or asks for something else. What the worker leaves alone is undefined. */
  async ask(path, mode = "navigate") {
    let answer;
    const request = { url: `https://portico.test${path}`, method: "GET", mode };
    this.listeners.fetch({ request, respondWith: (promise) => { answer = promise; } });
    return answer;
  }

  async tell(data) {
    let work;
    this.listeners.message({ data, waitUntil: (promise) => { work = promise; } });
    await work;
  }

  /** The paths of what is kept. */
  get paths() {
    return [...this.kept.values()].flatMap(({ answers }) => [...answers.keys()]).map((url) => new URL(url).pathname).sort();
  }
}

const page = (words, more = {}) => ({ ok: true, status: 200, redirected: false, words, clone: () => page(words), ...more });
/** What a worker sees of an answer that leads elsewhere: nothing but that. */
const elsewhere = { ok: false, status: 0, type: "opaqueredirect", redirected: false };
const noNetwork = async () => { throw new TypeError("no network"); };

describe("service worker", () => {
  let browser;

  /** Somebody has worked at the station and at a gate. */
  beforeEach(async () => {
    browser = new Browser();
    browser.network = async ({ url }) => page(url);
    await browser.ask("/bags/scan");
    await browser.tell({ type: "keep", assets: ["https://portico.test/assets/bags/station.1a.js"] });
    await browser.ask("/bags/bills/7/gate");
    assert.deepEqual(browser.paths, ["/assets/bags/station.1a.js", "/bags/bills/7/gate", "/bags/scan"]);
  });

  it("shows what it keeps while there is no network", async () => {
    browser.network = noNetwork;
    assert.equal((await browser.ask("/bags/scan")).words, "https://portico.test/bags/scan");
  });

  it("forgets everything before the sign-in page is shown, whatever ended the session", async () => {
    browser.network = async () => elsewhere;
    assert.equal(await browser.ask("/bags/scan"), elsewhere);
    browser.network = async () => page("Sign in");
    assert.equal((await browser.ask("/bags/sign-in?next=%2Fbags%2Fscan")).words, "Sign in");
    assert.deepEqual(browser.paths, []);
    browser.network = noNetwork;
    for (const path of ["/bags/scan", "/bags/bills/7/gate"]) await assert.rejects(browser.ask(path));
  });

  const reasons = [
    ["leads on, because somebody is signed in", async () => elsewhere, false],
    ["cannot be had, because the server has a fault", async () => page("", { ok: false, status: 503 }), false],
    ["cannot be had, because there is no network", noNetwork, true],
  ];
  for (const [why, network, isRefused] of reasons) {
    it(`forgets nothing when the sign-in page ${why}`, async () => {
      browser.network = network;
      if (isRefused) await assert.rejects(browser.ask("/bags/sign-in"));
      else await browser.ask("/bags/sign-in");
      assert.equal(browser.paths.length, 3);
    });
  }

  it("forgets everything when a page says that somebody signs out", async () => {
    await browser.tell({ type: "forget" });
    assert.deepEqual(browser.paths, []);
  });

  it("keeps neither the sign-in page, nor other pages, nor answers of the API", async () => {
    browser.network = async () => elsewhere;
    await browser.ask("/bags/sign-in");
    assert.equal(await browser.ask("/bags/bills"), undefined);
    for (const path of ["/bags/api/v1/session", "/bags/api/v1/scans", "/bags/scan"]) {
      assert.equal(await browser.ask(path, "cors"), undefined);
    }
    assert.equal(browser.paths.length, 3);
  });
});

describe("an open page", () => {
  /** What the worker is told when the API answers so. */
  const told = async (status) => {
    const messages = [];
    const controller = { postMessage: (message) => messages.push(message) };
    Object.defineProperty(globalThis, "navigator", { value: { serviceWorker: { controller } }, configurable: true });
    globalThis.fetch = async () => ({ status, headers: new Headers(), json: async () => ({}) });
    const answer = await new station.Server("token").send("POST", "/scans/child", {});
    assert.equal(answer.status, status);
    return messages;
  };

  it("has its pages forgotten when the server says that the session is over", async () => {
    assert.deepEqual(await told(401), [{ type: "forget" }]);
  });

  it("has nothing forgotten by any other answer", async () => {
    for (const status of [200, 201, 403, 404, 409, 422, 429, 500, 503]) assert.deepEqual(await told(status), [], String(status));
  });
});

describe("what stays when somebody signs out", () => {
  const person = { userID: "7", userName: "Asha", deviceID: "device-0001", server: { token: "secret" } };
  const base = [
    "attempts", "bill_id", "client_scan_id", "code", "device_id", "kind", "parent", "scanned_at", "shown", "ticket_id", "user_id",
    "user_name",
  ];

  it("is of a scan whose it is and what is sent of it, and no token", () => {
    const table = { ...person, sack: { entered: "SB00012", code: "SB00012" } };
    const child = station.entryFor({ kind: "child", code: "2586401", why: null, product: {} }, table);
    assert.deepEqual(Object.keys(child).sort(), base);
    assert.deepEqual([child.user_id, child.code, child.shown, child.parent], ["7", "2586401", "2586401", "SB00012"]);
    const sack = station.entryFor({ kind: "parent", code: "SB00013" }, table, { area_code: "lucknow" });
    assert.deepEqual([sack.parent, sack.area_code], [null, "lucknow"]);
    const lorry = { ...person, sack: null, billID: "3" };
    const seen = station.entryFor({ kind: "gate", code: "SB00012", shown: "SB00012" }, lorry);
    assert.deepEqual([seen.parent, seen.bill_id, seen.ticket_id], [null, "3", null]);
    for (const entry of [child, sack, seen]) assert.doesNotMatch(JSON.stringify(entry), /secret|token/);
  });

  /** All scripts that browsers get. */
  const scripts = async () => {
    const files = [];
    for (const folder of ["Applications/BagTracking/Assets/", "Platform/PorticoPages/Assets/"]) {
      for (const name of await readdir(new URL(folder, sources), { recursive: true })) {
        if (name.endsWith(".js")) files.push([name, await readFile(new URL(folder + name, sources), "utf8")]);
      }
    }
    assert.ok(files.length > 5);
    return files;
  };

  it("is of settings what the device is called and how its scanner ends, under known names", async () => {
    const known = ["portico.device", "portico.shortcuts", "portico.terminator", "portico.waiting"];
    const names = new Set();
    for (const [file, text] of await scripts()) {
      for (const [, name] of text.matchAll(/\b(?:setItem|remember)\("([^"]*)"/g)) names.add(name);
      // Another name than one that stands there is given by one function alone, whose callers are counted above.
      const unnamed = [...text.matchAll(/setItem\((?!")[^)]*\)/g)].map(([call]) => call);
      assert.deepEqual(unnamed, file === "station.js" ? ["setItem(name, value)"] : [], file);
    }
    assert.deepEqual([...names].sort(), known);
  });

  it("is nothing anywhere else: no cookie is set by a script, and one database is opened", async () => {
    for (const [file, text] of await scripts()) {
      assert.doesNotMatch(text, /sessionStorage|document\.cookie|cookieStore|localStorage\[/, file);
      const databases = [...text.matchAll(/indexedDB\.open\("([^"]*)"/g)].map(([, name]) => name);
      assert.deepEqual(databases, file === "station.js" ? ["bags-station"] : [], file);
      if (file !== "sw.js") assert.doesNotMatch(text, /\bcaches\./, file);
    }
  });
});
