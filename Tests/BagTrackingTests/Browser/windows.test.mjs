// Two windows of one browser at the packing table: they share what the device keeps, and only one of them sends.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";

import { load } from "./support/assets.mjs";

const station = await load("station.js");

/** Locks of a browser: one holder at a time, the others in a row. */
class Locks {
  constructor() { Object.assign(this, { isHeld: false, row: [] }); }

  async request(name, options, work = options) {
    if (this.isHeld && options.ifAvailable) return work(null);
    while (this.isHeld) await new Promise((resume) => { this.row.push(resume); });
    this.isHeld = true;
    try {
      return await work({ name });
    } finally {
      this.isHeld = false;
      this.row.shift()?.();
    }
  }
}

/** What a device keeps, for all its windows; each reading is a copy, as a browser gives it. */
class Device {
  constructor() { Object.assign(this, { scans: new Map(), attention: new Map(), next: 1 }); }

  place(name) {
    const kept = this[name];
    const done = (result) => {
      const request = { result: structuredClone(result) };
      queueMicrotask(() => request.onsuccess?.());
      return request;
    };
    const key = name === "scans" ? "seq" : "client_scan_id";
    return {
      get: (id) => done(kept.get(id)), count: () => done(kept.size), delete: (id) => done(void kept.delete(id)),
      getAll: (range) => done([...kept.values()].filter(({ seq }) => !range || (seq >= range.from && seq <= range.to))),
      getAllKeys: () => done([...kept.keys()]),
      put: (entry) => done(void kept.set(entry[key], structuredClone(entry))),
      add: (entry) => { kept.set(this.next, structuredClone({ ...entry, seq: this.next })); return done(this.next++); },
    };
  }

  transaction(name) {
    const transaction = { objectStore: () => this.place(name) };
    setImmediate(() => transaction.oncomplete?.());
    return transaction;
  }
}

/** A window: a station without its page, which writes down what it shows. */
class Window extends station.Station {
  constructor(browser, userID = "7") {
    // The station's own beginning reads the page.
    return Object.setPrototypeOf(Object.assign(Object.create(null), Window.parts(browser, userID)), Window.prototype);
  }

  static parts({ device, server }, userID) {
    const lines = new Map();
    const view = new Proxy({}, { get: (_, name) => (...words) => Window.shows[name]?.(lines, ...words) });
    return {
      userID, userName: `Person ${userID}`, deviceID: "device-0001", lines, view, server,
      store: Object.assign(new station.DeviceStore(), { database: device }), sounds: { play() {}, say() {} },
      outstanding: new station.Outstanding(() => {}), pulls: new Map(), entries: [], others: [], attention: [],
      news: [], windows: { tell() {} }, forgotten: new Set(), fresh: null, sack: { code: "SB00012", entered: "SB00012", saved: 0, count: 0, capacity: 30 },
      products: [], last: null, broken: null, failures: 0, reason: { status: 0 }, notBefore: 0, isSending: false,
      isSignedOut: false, told: [], intake: Promise.resolve(),
    };
  }

  static shows = {
    line: (lines, id, words) => {
      const ofScan = () => [...lines].find(([, { scan }]) => scan && scan === words.scan)?.[0];
      const name = lines.has(id) ? id : ofScan() ?? id;
      if (name) lines.set(name, { ...lines.get(name), ...words });
    },
    addLine: (lines, { client_scan_id: id }, shown) => { assert.ok(!lines.has(id)); lines.set(id, { shown, badge: "saved" }); },
    lineOf: (lines, id) => lines.get(id),
    band: (lines, words) => lines.set("band", words),
    keptLine: (lines, { client_scan_id: id, kind, code, isWithdrawn }) => {
      if (kind === "undo") Window.shows.line(lines, null, { badge: "undone", scan: code });
      else lines.set(id, { ...lines.get(id), badge: isWithdrawn ? "undone" : "saved" });
    },
    clock: () => "10:00",
  };

  tell(answer) { this.last = answer; this.told.push(answer); return true; }

  lineOf({ client_scan_id: client }) { return { dataset: { client } }; }

  /** A scan is kept, and not sent yet. */
  async scan(code, kind = "child") {
    const entry = station.entryFor({ kind, code }, this);
    await this.store.add(entry);
    this.entries.push(entry);
    return entry;
  }

  undoOf(entry) { return this.undoKept(entry, this.lineOf(entry)); }

  /** Takes back what the server has. */
  undoAt(scan, shown = "2586401") {
    const line = { dataset: { scan }, querySelector: () => ({ textContent: shown }) };
    return this.undo(line);
  }
}

/** The way between the windows of a browser: what one says the others hear, as copies, a little later. */
class Way {
  constructor() { this.ends = []; }

  join(window) {
    const ends = this.ends;
    const end = { postMessage: (data) => {
      const copy = structuredClone(data);
      for (const each of ends) if (each !== end) queueMicrotask(() => each.onmessage({ data: copy }));
    } };
    ends.push(end);
    window.windows = new station.Windows(window.userID, (news) => window.hear(news), function Channel() { return end; });
    return window;
  }
}

/** A server that knows each scan by its own id, and answers when it is let. */
class Server {
  constructor() { Object.assign(this, { linked: new Map(), posts: [], gate: Promise.resolve(), isAway: false }); }

  async post(path, body) {
    this.posts.push(path);
    if (this.isAway) return { status: 0, body: null, retryAfter: 0 };
    if (this.isOver) return { status: 401, body: null, retryAfter: 0 };
    const undone = /^\/scans\/(.+)\/undo$/.exec(path)?.[1];
    if (undone) this.linked.set(undone, false);
    else for (const { client_scan_id: id } of body.items ?? [body]) if (!this.linked.has(id)) this.linked.set(id, true);
    await this.gate;
    const parent = { code: "SB00012", child_count: 1, capacity: 30 };
    if (undone) return { status: 200, body: { scan: {}, parent } };
    const answer = ({ client_scan_id: id }) =>
      ({ client_scan_id: id, status: 201, body: { scan: { id, kind: "child", outcome: "linked" }, parent } });
    return body.items ? { status: 200, body: { results: body.items.map(answer) } } : answer(body);
  }

  /** Answers nothing until the function is called that comes back. */
  hold() {
    let open;
    this.gate = new Promise((resume) => { open = resume; });
    return open;
  }
}

const until = async (isSo) => { while (!isSo()) await new Promise((resume) => { setImmediate(resume); }); };

/** Puts in place what a window finds in its browser; gives a function that takes it away again. */
function inBrowser(settings = new Map()) {
  const values = {
    navigator: { locks: new Locks(), onLine: true }, IDBKeyRange: { bound: (from, to) => ({ from, to }) },
    location: { pathname: "/bags/scan", search: "" }, localStorage: { setItem: (name, value) => settings.set(name, value) },
    document: { querySelector: () => null }, CSS: { escape: String },
  };
  const names = Object.keys(values);
  const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  for (const name of names) Object.defineProperty(globalThis, name, { value: values[name], configurable: true });
  return () => {
    for (const [name, was] of before) if (was) Object.defineProperty(globalThis, name, was); else delete globalThis[name];
  };
}

describe("two windows", () => {
  let browser, first, second, settings, restore;

  beforeEach(() => {
    settings = new Map();
    restore = inBrowser(settings);
    browser = { device: new Device(), server: new Server() };
    [first, second] = [new Window(browser), new Window(browser)];
  });

  afterEach(async () => {
    await until(() => !first.isSending && !second.isSending);
    clearTimeout(first.timer);
    clearTimeout(second.timer);
    restore();
  });

  it("take a scan back that the other is sending, at the server as well", async () => {
    const entry = await first.scan("2586401");
    await second.readStore();
    const answer = browser.server.hold();
    first.pump();
    await until(() => browser.server.posts.length === 1);
    await second.undoOf(second.entries[0]);
    assert.equal(second.told.at(-1).detail, "The server is told as soon as it answers.");
    answer();
    await until(() => !first.isSending && !second.isSending && browser.device.scans.size === 0);
    assert.equal(browser.server.linked.get(entry.client_scan_id), false);
  });

  it("keep for the server what one took back before the answer came to the other", async () => {
    await first.scan("2586401");
    await second.readStore();
    const answer = browser.server.hold();
    first.pump();
    await until(() => browser.server.posts.length === 1);
    // This window is closed before it sends anything.
    second.pump = async () => {};
    await second.undoOf(second.entries[0]);
    answer();
    await until(() => !first.isSending);
    assert.deepEqual([...browser.device.scans.values()].map(({ isWithdrawn }) => isWithdrawn), [true]);
    await first.pump();
    assert.deepEqual([...browser.server.linked.values()], [false]);
    assert.equal(browser.device.scans.size, 0);
  });

  it("take a scan back that the other has sent, at the server as well", async () => {
    const entry = await first.scan("2586401");
    await second.readStore();
    await first.pump();
    assert.equal(browser.device.scans.size, 0);
    await second.undoOf(second.entries[0]);
    assert.notEqual(second.told.at(-1).detail, "It was not sent.");
    await until(() => !second.isSending && browser.device.scans.size === 0);
    assert.equal(browser.server.linked.get(entry.client_scan_id), false);
    assert.equal(second.entries.length, 0);
  });

  it("say of a sack that the other has sent that it is sent", async () => {
    await first.scan("SB00013", "bill");
    await second.readStore();
    const [entry] = second.entries;
    await first.pump();
    await second.undoOf(entry);
    assert.equal(second.told.at(-1).title, "Already sent");
  });

  it("forget what nobody has sent, and send it never", async () => {
    const entry = await first.scan("2586401");
    await second.readStore();
    await second.undoOf(second.entries[0]);
    assert.equal(second.told.at(-1).detail, "It was not sent.");
    await first.pump();
    assert.deepEqual(browser.server.posts, []);
    assert.equal(first.entries.length, 0);
    assert.match(first.lines.get(entry.client_scan_id).note, /^Taken back by another window/);
  });

  it("tell sent from taken back", async () => {
    const [sent, undone] = [await first.scan("2586401"), await first.scan("2586402")];
    await second.readStore();
    await first.undoOf(undone);
    await until(() => !first.isSending && browser.device.scans.size === 0);
    await second.pump();
    const notes = [sent, undone].map(({ client_scan_id: id }) => second.lines.get(id).badge);
    assert.deepEqual(notes, ["sent", "undone"]);
    assert.equal(second.attention.length, 0);
  });

  it("never say that a scan was not sent when the window that was sending it is gone", async () => {
    const entry = await first.scan("2586401");
    const answer = browser.server.hold();
    first.pump();
    await until(() => browser.server.posts.length === 1);
    // With the window its lock is gone, and whoever asks later gets an answer.
    navigator.locks = new Locks();
    browser.server.gate = Promise.resolve();
    await second.readStore();
    await second.undoOf(second.entries[0]);
    assert.equal(second.told.at(-1).detail, "The server is told as soon as it answers.");
    await until(() => !second.isSending && browser.device.scans.size === 0);
    assert.equal(browser.server.linked.get(entry.client_scan_id), false);
    answer();
  });

  it("say of a sack whose window is gone that it may have been sent", async () => {
    await first.scan("SB00013", "bill");
    const answer = browser.server.hold();
    first.pump();
    await until(() => browser.server.posts.length === 1);
    navigator.locks = new Locks();
    await second.readStore();
    await second.undoOf(second.entries[0]);
    assert.equal(second.told.at(-1).title, "It may have been sent");
    answer();
  });

  it("take a scan back once, whichever is asked", async () => {
    await first.scan("2586401");
    await second.readStore();
    const [entry] = second.entries;
    await first.undoOf(first.entries[0]);
    await until(() => !first.isSending);
    await second.undoOf(entry);
    assert.equal(second.told.at(-1).detail, "It was not sent.");
    assert.deepEqual([browser.device.scans.size, browser.server.posts.length], [0, 0]);
  });

  it("forget for good after a day what was taken back", async () => {
    browser.device.attention.set("a", { client_scan_id: "a", forgotten_at: Date.now() - station.LIMITS.forgotten - 1 });
    browser.device.attention.set("b", { client_scan_id: "b", forgotten_at: Date.now() });
    await first.readAttention();
    assert.deepEqual([...browser.device.attention.keys()], ["b"]);
  });

  it("send what a window kept that is closed by now, and count it", async () => {
    await second.scan("2586401");
    assert.equal(await first.countKept(), 1);
    await first.countWaiting();
    assert.equal(settings.get("portico.waiting"), "1");
    await first.pump();
    assert.equal(browser.server.linked.size, 1);
    await until(() => settings.get("portico.waiting") === "0");
    assert.equal(await first.countKept(), 0);
  });

  it("know the scans of another person as they are now, and never send them", async () => {
    const other = new Window(browser, "8");
    await other.scan("2586401");
    await first.pump();
    assert.match(first.lines.get("band"), /^1 scan waits here until Person 8 signs in\.$/);
    await until(() => settings.get("portico.waiting") === "0");
    assert.equal(browser.server.posts.length, 0);
    await other.pump();
    await first.pump();
    assert.equal(first.lines.get("band"), "");
  });
});

describe("windows that hear of each other", () => {
  let browser, first, second, other, restore;

  beforeEach(() => {
    restore = inBrowser();
    browser = { device: new Device(), server: new Server() };
    const way = new Way();
    [first, second, other] = ["7", "7", "8"].map((person) => way.join(new Window(browser, person)));
  });

  afterEach(async () => {
    await until(() => !first.isSending && !second.isSending);
    for (const window of [first, second]) clearTimeout(window.timer);
    restore();
  });

  const read = async (code) => {
    const pull = { kind: "child", shown: code, isKept: false };
    await second.keep({ kind: "child", code, shown: code }, pull);
    return [...browser.device.scans.values()].at(-1)?.client_scan_id;
  };

  it("show the scans of the other, and what became of them", async () => {
    const answer = browser.server.hold();
    const id = await read("2586401");
    await until(() => first.lines.has(id));
    assert.deepEqual([first.lines.get(id).shown, first.lines.get(id).badge], ["2586401", "saved"]);
    answer();
    await until(() => first.lines.get(id).badge === "linked");
    assert.deepEqual([first.lines.get(id).undo, first.lines.get(id).scan], [true, id]);
    assert.equal(first.sack.count, 1);
    await until(() => !second.isSending);
    await first.pump();
    assert.equal(first.lines.get(id).badge, "linked");
    assert.deepEqual([first.entries, first.told], [[], []]);
    assert.equal(other.lines.size, 0);
  });

  it("show that the other has taken a scan back", async () => {
    const id = await read("2586401");
    await until(() => first.lines.get(id)?.badge === "linked");
    await second.undoAt(id);
    await until(() => first.lines.get(id).badge === "undone");
    assert.match(first.lines.get(id).note, /^Undone at/);
  });

  it("keep what one took back for the server, though the other hears that it is linked", async () => {
    const answer = browser.server.hold();
    const id = await read("2586401");
    await until(() => first.entries.length === 1 && browser.server.posts.length === 1);
    await first.undoOf(first.entries[0]);
    answer();
    await until(() => !first.isSending && !second.isSending && browser.device.scans.size === 0);
    assert.equal(browser.server.linked.get(id), false);
    await until(() => [first, second].every(({ lines }) => lines.get(id).badge === "undone"));
  });

  it("show without such a way what stands in the store", async () => {
    const blind = new Window(browser);
    const entry = await blind.scan("2586402");
    await first.readStore();
    assert.equal(first.lines.get(entry.client_scan_id).shown, "2586402");
  });
});

describe("an undo when the session is over", () => {
  let browser, window, restore;

  beforeEach(() => {
    restore = inBrowser();
    browser = { device: new Device(), server: new Server() };
    window = new Window(browser);
    window.lines.set("line", { badge: "linked", scan: "41" });
    browser.server.linked.set("41", true);
    browser.server.isOver = true;
  });

  afterEach(async () => {
    await until(() => !window.isSending);
    clearTimeout(window.timer);
    restore();
  });

  it("says that one has to sign in, and is kept", async () => {
    await window.undoAt("41");
    assert.deepEqual([window.told.at(-1).kind, window.told.at(-1).title], ["saved", "Sign in again"]);
    assert.match(window.lines.get("band"), /^You are signed out\./);
    assert.equal(window.lines.get("line").badge, "undone");
    assert.deepEqual([...browser.device.scans.values()].map(({ kind, code, user_id }) => [kind, code, user_id]), [["undo", "41", "7"]]);
  });

  it("reaches the server when the page is there again, and never in another person's name", async () => {
    await window.undoAt("41");
    browser.server.isOver = false;
    const posts = browser.server.posts.length;
    const other = new Window(browser, "8");
    await other.pump();
    assert.equal(browser.server.posts.length, posts);
    const again = new Window(browser);
    again.lines.set("line", { badge: "linked", scan: "41" });
    await again.readStore();
    assert.equal(again.lines.get("line").badge, "undone");
    await again.pump();
    assert.equal(browser.server.linked.get("41"), false);
    assert.deepEqual([browser.device.scans.size, browser.server.posts.at(-1)], [0, "/scans/41/undo"]);
    assert.match(again.lines.get("line").note, /^Undone at/);
  });

  it("needs attention when the server refuses it after all", async () => {
    await window.undoAt("41");
    browser.server.post = async () => ({ status: 409, body: { code: "undo_window_passed", title: "Too late" }, retryAfter: 0 });
    window.hurry();
    await until(() => !window.isSending && browser.device.scans.size === 0);
    assert.equal(window.attention.length, 1);
    assert.deepEqual([window.lines.get("line").badge, window.lines.get("line").note], ["linked", "It could not be taken back"]);
  });

  it("goes alone, in its turn", () => {
    const entries = ["child", "undo", "child"].map((kind, index) => ({ user_id: "7", kind, index }));
    const batches = [entries, entries.slice(1), entries.slice(2)].map((left) => station.nextBatch(left, "7").map(({ index }) => index));
    assert.deepEqual(batches, [[0], [1], [2]]);
  });
});

describe("a lorry", () => {
  let browser, lorry, restore;

  /** The form of the dispatch, which counts how often it is sent. */
  const form = () => ({ dataset: {}, sent: 0, requestSubmit() { if (lorry.guardDispatch({ target: this }) === undefined) this.sent += 1; } });
  const leave = async (asked) => {
    let isStopped = false;
    await lorry.guardDispatch({ target: asked, submitter: null, preventDefault: () => { isStopped = true; } });
    return isStopped && asked.sent === 0;
  };

  beforeEach(() => {
    restore = inBrowser();
    browser = { device: new Device(), server: new Server() };
    lorry = Object.setPrototypeOf(Object.assign(new Window(browser), { kind: "gate", billID: "3" }), station.LorryStation.prototype);
    lorry.tell = Window.prototype.tell;
    lorry.hurry = () => {};
  });

  afterEach(() => restore());

  const keep = (userID, more) => browser.device.place("scans").add({
    client_scan_id: userID, user_id: userID, user_name: `Person ${userID}`, kind: "gate", code: "SB00012", attempts: 0, ...more });

  it("leaves when nothing waits, once", async () => {
    const asked = form();
    assert.equal(await leave(asked), false);
    assert.equal(asked.sent, 1);
    assert.deepEqual(lorry.told, []);
  });

  it("stays while another window's scan waits that this one has not read", async () => {
    await keep("7", { bill_id: "4" });
    assert.equal(await leave(form()), true);
    assert.deepEqual([lorry.told[0].title, lorry.told[0].detail], ["Dispatch has to wait", "1 scan waits here. They are being sent."]);
  });

  it("stays while another person's scan of it waits, and says whose; one of another lorry does not matter", async () => {
    await keep("8", { bill_id: "4" });
    assert.equal(await leave(form()), false);
    await keep("9", { bill_id: "3" });
    assert.equal(await leave(form()), true);
    assert.equal(lorry.told[0].detail, "1 scan waits here until Person 9 signs in.");
  });

  it("stays at once without a network", async () => {
    navigator.onLine = false;
    assert.equal(await leave(form()), true);
    assert.equal(lorry.told[0].title, "Dispatch needs the network");
  });
});

describe("the store read again", () => {
  const entry = (seq, more = {}) => ({ seq, client_scan_id: `c${seq}`, user_id: "7", attempts: 0, ...more });

  it("puts what another window kept where it belongs, and hears of its tries and of what it took back", () => {
    const mine = [entry(1), entry(4)];
    const stored = [entry(1, { attempts: 2, isWithdrawn: true }), entry(2), entry(3, { user_id: "8" }), entry(4)];
    const { entries, others, gone } = station.readAgain({ before: mine, stored, userID: "7" });
    assert.deepEqual(entries.map(({ seq, isTold }) => [seq, isTold]), [[1, undefined], [2, true], [4, undefined]]);
    assert.equal(entries[0], mine[0]);
    assert.deepEqual([entries[0].attempts, entries[0].isWithdrawn], [2, true]);
    assert.deepEqual([others.map(({ seq }) => seq), gone], [[3], []]);
  });

  it("neither doubles nor loses the scan that is being kept meanwhile", () => {
    const [early, late] = [entry(1), entry(2)];
    const written = station.readAgain({ before: [], fresh: early, stored: [entry(1)], userID: "7" });
    assert.deepEqual(written.entries, []);
    const unread = station.readAgain({ before: [early], now: [early, late], stored: [entry(1)], userID: "7" });
    assert.deepEqual([unread.entries, unread.gone], [[early, late], []]);
  });
});

describe("a full device", () => {
  it("says whose scans fill it, and what to do", () => {
    const kept = [["7", "Asha"], ["8", "Ravi"], ["8", "Ravi"], ["9", "Ravi"]].map(([user_id, user_name]) => ({ user_id, user_name }));
    const words = station.fullWords(kept, "7", "They go later.");
    assert.equal(words, "1 scan of yours waits here. They go later. "
      + "2 scans wait here until Ravi signs in. 1 scan waits here until Ravi signs in.");
    assert.equal(station.fullWords(kept.slice(1, 2), "7", "They go later."), "1 scan waits here until Ravi signs in.");
  });
});
