import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { load } from "./support/assets.mjs";

const station = await load("station.js");

const products = [
  { code: "mustard", name: "Mustard", prefix: "SB", digits: 5, capacity: 30 },
  { code: "moong", name: "Moong", prefix: "M444-", digits: 5, capacity: 15 },
];

describe("codes", () => {
  const tidied = [
    [" sb00012\r\n", "SB00012"], ["\u200B2586401\uFEFF", "2586401"], ["]Q1SB00012", "SB00012"], ["]d22586401", "2586401"],
    ["https://example.org/bags/id/obj/sb00012", "SB00012"], ["https://id.gs1.org/00/389012340000000017", "00389012340000000017"],
    ["https://example.org/other/SB00012", "HTTPS://EXAMPLE.ORG/OTHER/SB00012"],
  ];
  for (const [typed, code] of tidied.slice(0, 6)) it(`tidies ${JSON.stringify(typed)}`, () => assert.equal(station.normalise(typed), code));

  it("leaves an address that names no bag alone", () => assert.match(station.normalise(tidied[6][0]), /^https:/));

  const kinds = [
    ["SB00012", "parent"], ["M444-00001", "parent"], ["389012340000000017", "parent"], ["00389012340000000017", "parent"],
    ["(00)389012340000000017", "parent"], ["SB1234", "child"], ["2586401", "child"], ["CMD:UNDO", "command"], ["CMD:SING", "child"],
  ];
  for (const [code, kind] of kinds) it(`reads ${code} as ${kind}`, () => assert.equal(station.read(code, products).kind, kind));

  it("shows the number of a printed label", () => {
    assert.equal(station.read("LABEL NO. 2586401 LOT NO: MUS/2025/014", products).shown, "2586401");
  });

  it("knows a damaged sack label and a code that cannot be a bag's", () => {
    for (const code of ["SB0001", "M44400001"]) {
      const { why } = station.read(code, products);
      assert.deepEqual(why, { code: "looks_like_parent", detail: "It was not read completely. Scan it again." });
    }
    assert.deepEqual(station.read("12", products).why, { code: "invalid_child_code", detail: "It is not a bag's code." });
    assert.equal(station.read("2586401", products).why, undefined);
  });
});

describe("scanner", () => {
  /** Types `keys` with a gap of `gap` milliseconds from `start`; returns what the recogniser said to each. */
  const type = (scanner, keys, gap, start = 1000) => keys.map((key, index) => scanner.key(key, start + index * gap));

  it("recognises a burst that ends with Enter and keeps its tail from the page", () => {
    const answers = type(new station.ScannerRecogniser(), [..."2586401", "Enter"], 10);
    assert.equal(answers.at(-1).scan, "2586401");
    assert.deepEqual(answers.slice(0, 3).map(({ swallow }) => swallow), [false, false, false]);
    assert.ok(answers.slice(3).every(({ swallow }) => swallow));
    assert.equal(answers[0].began, true);
  });

  it("recognises a burst that ends with Tab, or with silence", () => {
    assert.equal(type(new station.ScannerRecogniser(), [..."SB00012", "Tab"], 40).at(-1).scan, "SB00012");
    const scanner = new station.ScannerRecogniser();
    type(scanner, [..."SB00012"], 5);
    assert.equal(scanner.quiet(1030 + 99), null);
    assert.deepEqual(scanner.quiet(1030 + 100), { scan: "SB00012" });
    assert.equal(scanner.quiet(5000), null);
  });

  it("leaves a person alone who types slowly, or fewer than four characters fast", () => {
    const slow = type(new station.ScannerRecogniser(), [..."2586401", "Enter"], 41);
    assert.ok(slow.every(({ swallow, scan }) => !swallow && !scan));
    const short = type(new station.ScannerRecogniser(), [..."258", "Enter"], 10);
    assert.ok(short.every(({ swallow, scan }) => !swallow && !scan));
  });

  it("forgives a hiccup once the scanner is known", () => {
    const scanner = new station.ScannerRecogniser();
    type(scanner, [..."2586"], 10);
    scanner.key("4", 1030 + 80);
    assert.equal(scanner.key("Enter", 1030 + 90).scan, "25864");
  });

  const box = (before, after = "") => ({ field: "box", kind: "box", before, after });
  const elsewhere = { field: "find", kind: "field", before: "", after: "" };
  const page = { field: "body", kind: "page", before: "", after: "" };
  /** Types `keys` at a place whose text grows with them, as the box of the station does. */
  const typeAt = (scanner, place, keys, gap, start) => keys.map((key, index) => scanner.key(key, start + index * gap, place));

  it("never loses the head of a code when the scanner pauses after it", () => {
    for (const head of ["3", "30", "302"]) {
      const scanner = new station.ScannerRecogniser();
      const keys = [..."3020002"];
      const pause = 1000 + (head.length - 1) * 5 + 60;
      typeAt(scanner, box(""), keys.slice(0, head.length), 5, 1000);
      scanner.wrote(1000 + head.length * 5);
      assert.equal(typeAt(scanner, box(head), [...keys.slice(head.length), "Enter"], 5, pause).at(-1).scan, "3020002", head);
    }
  });

  it("takes what stands in the box, before it was there and after the caret too", () => {
    const scanner = new station.ScannerRecogniser();
    scanner.wrote(1000);
    assert.equal(typeAt(scanner, box("SB"), [..."00012", "Enter"], 4, 1004).at(-1).scan, "SB00012");
    scanner.wrote(3000);
    assert.equal(typeAt(scanner, box("SB", "12"), [..."0000", "Enter"], 4, 3100).at(-1).scan, "SB000012");
    scanner.wrote(5000);
    typeAt(scanner, box("SB0"), [..."0012"], 4, 5100);
    assert.deepEqual(scanner.quiet(5712), { scan: "SB00012" });
  });

  it("takes nothing when something had been forgotten in the box", () => {
    const scanner = new station.ScannerRecogniser();
    typeAt(scanner, box(""), [..."258"], 200, 1000);
    scanner.wrote(1400);
    assert.deepEqual(typeAt(scanner, box("258"), [..."2586401", "Enter"], 5, 9000).at(-1), { swallow: true, stale: "258" });
    assert.equal(typeAt(scanner, box(""), [..."2586401", "Enter"], 5, 9500).at(-1).scan, "2586401");
  });

  it("joins a pause where keys mean nothing, for a moment", () => {
    const scanner = new station.ScannerRecogniser();
    scanner.key("3", 1000, page);
    assert.equal(typeAt(scanner, page, [..."020002", "Enter"], 5, 1060).at(-1).scan, "3020002");
    scanner.key("3", 5000, page);
    assert.equal(typeAt(scanner, page, [..."2586401", "Enter"], 5, 6001).at(-1).scan, "2586401");
  });

  it("leaves a burst in another field to who wrote there a moment ago, and takes it from an idle one", () => {
    const scanner = new station.ScannerRecogniser();
    scanner.key("3", 1000, elsewhere);
    const answers = typeAt(scanner, elsewhere, [..."020002", "Enter"], 5, 1060);
    assert.ok(answers.every(({ swallow, scan }) => !swallow && !scan));
    assert.equal(scanner.quiet(9000), null);
    scanner.key("3", 10_000, elsewhere);
    assert.equal(typeAt(scanner, elsewhere, [..."2586401", "Enter"], 5, 11_001).at(-1).scan, "2586401");
  });

  it("never takes the rest of a code whose head the silence has taken", () => {
    const scanner = new station.ScannerRecogniser();
    typeAt(scanner, box(""), [..."3020"], 5, 1000);
    assert.deepEqual(scanner.quiet(1115), { scan: "3020" });
    assert.deepEqual(typeAt(scanner, box(""), [..."002", "Enter"], 5, 1200).at(-1), { swallow: true, torn: ["3020", "002"] });
    typeAt(scanner, box(""), [..."3020"], 5, 3000);
    scanner.quiet(3115);
    assert.deepEqual(typeAt(scanner, box(""), [..."00020", "Enter"], 5, 3200).at(-1).torn, ["3020", "00020"]);
    typeAt(scanner, box(""), [..."3020"], 5, 5000);
    scanner.quiet(5115);
    typeAt(scanner, box(""), [..."02"], 5, 5200);
    assert.deepEqual(scanner.quiet(5305), { torn: ["3020", "02"] });
  });

  it("gives a scanner that ends its codes longer to do so, until a code has no end", () => {
    const scanner = new station.ScannerRecogniser();
    typeAt(scanner, box(""), [..."2586401", "Enter"], 5, 1000);
    typeAt(scanner, box(""), [..."3020"], 5, 2000);
    assert.equal(scanner.quiet(2015 + 599), null);
    assert.equal(typeAt(scanner, box("302"), [..."002", "Enter"], 5, 2400).at(-1).scan, "3020002");
    typeAt(scanner, box(""), [..."2586402"], 5, 4000);
    assert.deepEqual(scanner.quiet(4030 + 600), { scan: "2586402" });
    typeAt(scanner, box(""), [..."2586403"], 5, 6000);
    assert.deepEqual(scanner.quiet(6030 + 100), { scan: "2586403" });
  });

  it("takes the next code of a scanner without a terminator, however soon it comes", () => {
    const scanner = new station.ScannerRecogniser();
    typeAt(scanner, box(""), [..."2586401"], 5, 1000);
    scanner.quiet(1130);
    typeAt(scanner, box(""), [..."2586402"], 5, 1250);
    assert.deepEqual(scanner.quiet(1380), { scan: "2586402" });
  });

  it("drops the Enter that comes late after a scan the silence ended", () => {
    const scanner = new station.ScannerRecogniser();
    type(scanner, [..."SB00012"], 5);
    scanner.quiet(1200);
    assert.deepEqual(scanner.key("Enter", 1300), { swallow: true });
    assert.deepEqual(scanner.key("Enter", 1600), { swallow: false });
  });

  it("reads a label of several lines as one code", () => {
    const scanner = new station.ScannerRecogniser();
    const answers = type(scanner, [..."LABEL NO: 2586401", "Enter", ..."LOT NO: MUS/1", "Enter"], 5);
    assert.ok(answers.every(({ scan }) => !scan));
    assert.deepEqual(scanner.quiet(99999), { scan: "LABEL NO: 2586401\nLOT NO: MUS/1" });
  });

  it("takes two labels that follow each other at once for two", () => {
    const scanner = new station.ScannerRecogniser();
    typeAt(scanner, box(""), [..."LABEL NO: 2586401", "Enter", ..."LOT NO: MUS/1"], 5, 1000);
    const end = 1000 + 5 * 31;
    assert.deepEqual(scanner.quiet(end + 110), { scan: "LABEL NO: 2586401\nLOT NO: MUS/1" });
    const answers = typeAt(scanner, box(""), [..."LABEL NO: 2586402", "Enter", ..."LOT NO: MUS/1", "Enter"], 5, end + 150);
    assert.ok(answers.every(({ scan, torn }) => !scan && !torn));
    assert.deepEqual(scanner.quiet(99999), { scan: "LABEL NO: 2586402\nLOT NO: MUS/1" });
  });

  it("still knows the rest of a label whose head the silence has taken", () => {
    const scanner = new station.ScannerRecogniser();
    typeAt(scanner, box(""), [..."LABEL NO: 25"], 5, 1000);
    scanner.quiet(1170);
    assert.deepEqual(typeAt(scanner, box(""), [..."86401", "Enter"], 5, 1250).at(-1).torn, ["LABEL NO: 25", "86401"]);
  });

  it("leaves the Enter to what was typed soon after a scan", () => {
    const scanner = new station.ScannerRecogniser();
    type(scanner, [..."SB00012"], 5);
    scanner.quiet(1200);
    scanner.key("7", 1250, elsewhere);
    assert.deepEqual(scanner.key("Enter", 1450, elsewhere), { swallow: false });
  });

  it("drops the same code within 800 ms only", () => {
    const bounce = new station.BounceFilter();
    const times = [["A", 0], ["A", 799], ["A", 800], ["B", 801], ["A", 802]];
    assert.deepEqual(times.map(([code, time]) => bounce.isBounce(code, time)), [false, true, false, false, false]);
  });
});

describe("queue", () => {
  it("waits 1, 2, 4 … 60 seconds, give or take a quarter", () => {
    const middle = [1, 2, 3, 4, 5, 6, 7, 8, 20].map((attempt) => station.retryDelay(attempt, 0.5));
    assert.deepEqual(middle, [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]);
    assert.equal(station.retryDelay(1, 0), 750);
    assert.equal(station.retryDelay(1, 1), 1250);
  });

  it("never comes back sooner than the server asks", () => assert.equal(station.retryDelay(1, 0.5, 30), 30000));

  it("knows what an answer means for the entry", () => {
    const said = Object.fromEntries([200, 201, 404, 409, 422, 401, 403, 429, 500, 503, 0].map((status) => [status, station.verdict(status)]));
    assert.deepEqual(said, {
      0: "keep", 200: "done", 201: "done", 401: "sign-in", 403: "keep", 404: "refused", 409: "refused", 422: "refused",
      429: "keep", 500: "keep", 503: "keep",
    });
  });

  it("never sends another user's scans, and at most a hundred", () => {
    const entries = Array.from({ length: 300 }, (_, index) => ({ user_id: index % 2 ? "7" : "8", index }));
    const batch = station.nextBatch(entries, "7");
    assert.equal(batch.length, 100);
    assert.ok(batch.every(({ user_id }) => user_id === "7"));
    assert.deepEqual(batch.slice(0, 3).map(({ index }) => index), [1, 3, 5]);
  });

  it("sends what the API asks for and nothing of the device", () => {
    const entry = { seq: 4, user_id: "7", kind: "child", code: "2586401", shown: "x", parent: "SB00012", client_scan_id: "c", scanned_at: "t", attempts: 3 };
    assert.deepEqual(station.wire(entry, false), { code: "2586401", client_scan_id: "c", scanned_at: "t", parent: "SB00012" });
    assert.deepEqual(station.wire({ ...entry, kind: "parent", area_code: "lucknow" }, true), { code: "2586401", client_scan_id: "c", scanned_at: "t", kind: "parent", area_code: "lucknow" });
    for (const inBatch of [false, true]) {
      assert.equal(station.wire({ ...entry, device_id: "device-0001" }, inBatch).device_id, "device-0001");
    }
  });

  it("ends a batch with a scan that was taken back, so that the server hears it before the next of that bag", () => {
    const entries = [1, 2, 3, 4].map((index) => ({ user_id: "7", index, isWithdrawn: index === 2 }));
    assert.deepEqual(station.nextBatch(entries, "7").map(({ index }) => index), [1, 2]);
    assert.equal(station.foundHere([{ kind: "child", code: "A", parent: "S1", isWithdrawn: true }], "A", "S2"), null);
  });

  it("leaves to another window of the browser what it has sent, and hears what it has taken back", () => {
    const entry = (id, more = {}) => ({ client_scan_id: id, ...more });
    const mine = [entry("a"), entry("b"), entry("c"), entry("d", { isWithdrawn: true })];
    const left = station.stillToSend(mine, [entry("b"), entry("c", { isWithdrawn: true }), entry("x")]);
    assert.deepEqual(left, [entry("b"), entry("c", { isWithdrawn: true }), entry("d", { isWithdrawn: true })]);
    assert.equal(left[0], mine[1]);
  });

  it("notes another try of what is kept, and brings nothing back that another window has sent or taken back", async () => {
    const kept = new Map([[1, { seq: 1, attempts: 0 }], [2, { seq: 2, attempts: 0, isWithdrawn: true }]]);
    const store = new station.DeviceStore();
    store.database = {
      transaction() {
        const get = (seq) => {
          const request = { result: kept.get(seq) };
          queueMicrotask(() => request.onsuccess());
          return request;
        };
        const transaction = { objectStore: () => ({ get, put: (entry) => { kept.set(entry.seq, entry); } }) };
        setImmediate(() => transaction.oncomplete());
        return transaction;
      },
    };
    await store.tried([1, 2, 3].map((seq) => ({ seq, attempts: 1 })));
    assert.deepEqual([...kept.values()], [{ seq: 1, attempts: 1 }, { seq: 2, attempts: 1, isWithdrawn: true }]);
  });

  /** What a page of user 7 sends when its token is too old and `user` is signed in by now. */
  const sent = async (user) => {
    const tokens = [];
    globalThis.fetch = async (path, { method, headers }) => {
      if (method === "GET") return { status: user ? 200 : 401, headers: new Headers(), json: async () => ({ user, csrf_token: "fresh" }) };
      tokens.push(headers["X-CSRF-Token"]);
      const isGood = headers["X-CSRF-Token"] === "fresh";
      return { status: isGood ? 201 : 403, headers: new Headers(), json: async () => (isGood ? {} : { code: "csrf_failed" }) };
    };
    const server = new station.Server("old", "7");
    const { status } = await server.post("/scans/child", {});
    return { status, tokens, token: server.token };
  };

  it("sends once more with a fresh token to the same person only", async () => {
    assert.deepEqual(await sent({ id: 7 }), { status: 201, tokens: ["old", "fresh"], token: "fresh" });
    assert.deepEqual(await sent({ id: 8 }), { status: 401, tokens: ["old"], token: "old" });
    assert.deepEqual(await sent(null), { status: 403, tokens: ["old"], token: "old" });
  });

  it("names the device once and for all, where the browser keeps anything", () => {
    const kept = new Map();
    const storage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) };
    const first = station.deviceID(storage);
    assert.match(first, /^[A-Za-z0-9_-]{8,64}$/);
    assert.equal(station.deviceID(storage), first);
    kept.set("portico.device", "no good");
    assert.match(station.deviceID(storage), /^[A-Za-z0-9_-]{8,64}$/);
    assert.match(station.deviceID({ getItem() { throw new Error("blocked"); } }), /^[A-Za-z0-9_-]{8,64}$/);
  });

  it("finds a bag among the scans kept here", () => {
    const entries = [{ kind: "child", code: "A", parent: "S1" }, { kind: "parent", code: "S2" }];
    assert.equal(station.foundHere(entries, "A", "S1"), "same");
    assert.equal(station.foundHere(entries, "A", "S2"), "S1");
    assert.equal(station.foundHere(entries, "S2", "S1"), null);
  });
});

describe("words", () => {
  const body = (count, more = {}) => ({ scan: { kind: "child", warnings: [] }, parent: { code: "SB00012", child_count: count, capacity: 30 }, duplicate: false, ...more });

  it("tells linked, full and duplicate apart", () => {
    assert.deepEqual(station.accepted(body(18), "2586401"), { kind: "linked", title: "18 of 30", detail: "in SB00012", code: "2586401" });
    assert.equal(station.accepted(body(30), "2586401").kind, "full");
    assert.equal(station.accepted(body(30, { duplicate: true }), "2586401").kind, "duplicate");
  });

  it("warns about a sack that takes nothing", () => {
    const words = station.accepted(body(30, { scan: { kind: "parent", warnings: ["parent_full"] } }), "SB00012");
    assert.deepEqual([words.kind, words.detail], ["duplicate", "It is full."]);
  });

  it("says where a refused bag is now, once", () => {
    const current = { parent_code: "SB00009", bill_code: null, area_code: "lucknow" };
    const words = station.refused({ title: "In another sack", detail: "It is linked.", current }, "2586401");
    assert.equal(words.detail, "It is linked. It is in SB00009.");
    assert.equal(station.refused({ title: "x", detail: "It is in SB00009.", current }, "1").detail, "It is in SB00009.");
    assert.equal(station.refused({ detail: "Bag 1 is in sack SB00009.", current }, "1").detail.match(/SB00009/g).length, 1);
    const titleOf = (code) => ({ linked_elsewhere: "In another sack" })[code];
    assert.equal(station.refused({ code: "linked_elsewhere", title: "Conflict" }, "1", titleOf).title, "In another sack");
    assert.equal(station.refused(null, "1").title, "Refused");
  });

  it("says why scans wait, and when they go", () => {
    const why = (status, more) => Object.values(station.whyWaiting({ status, ...more })).join(" ");
    assert.match(why(0, { isOnline: false }), /^Offline\. .* when the network is back\.$/);
    assert.match(why(0, { isLate: true }), /^The server does not answer\./);
    assert.match(why(0), /^The server cannot be reached\./);
    assert.match(why(429, { seconds: 30 }), /^The server asks to wait 30 s\./);
    assert.match(why(503, { seconds: 12 }), /^The server asks to wait 12 s\./);
    assert.match(why(503), /^The server has a fault \(503\)\./);
    assert.match(why(403), /no scans from this account/);
    assert.match(why(401), /signed out/);
    for (const status of [0, 401, 403, 408, 429, 500, 503]) assert.doesNotMatch(why(status), /[Oo]ffline|network/);
  });

  it("says of a pull without an answer what is known of it", () => {
    const pull = { kind: "child", shown: "2586401" };
    assert.deepEqual(station.onItsWay(pull), { kind: "pending", title: "On its way", detail: "Being saved on this device.", code: "2586401" });
    assert.match(station.onItsWay({ ...pull, isKept: true, left: "Left SB1." }).detail, /^Saved on this device\..* Left SB1\.$/);
    assert.doesNotMatch(station.onItsWay({ kind: "command", shown: "CMD:UNDO" }).detail, /[Ss]aved/);
  });

  it("says how a sack was left, with what the server has not counted", () => {
    assert.equal(station.leftWords({ code: "SB00012", count: 28, capacity: 30 }), "Left SB00012 at 28 of 30.");
    assert.equal(station.leftWords({ code: "SB00012", count: 27, capacity: 30 }, 1), "Left SB00012 at 27 of 30, and 1 saved here.");
    assert.equal(station.leftWords({ code: "SB00012", count: null, capacity: 30 }, 4), "Left SB00012 with 4 saved here.");
    assert.equal(station.leftWords({ code: "SB00012", count: null, capacity: 30 }), "Left SB00012.");
  });

  it("counts in words", () => assert.deepEqual([station.waiting(1), station.waiting(12)], ["1 scan waits", "12 scans wait"]));
});

/** Timers that a test moves by hand. */
class Timers {
  constructor() { Object.assign(this, { now: 0, due: [], next: 1 }); }
  setTimeout = (work, after) => { this.due.push({ id: this.next, at: this.now + after, work }); return this.next++; };
  clearTimeout = (id) => { this.due = this.due.filter((each) => each.id !== id); };
  pass(milliseconds) {
    const end = this.now + milliseconds;
    for (;;) {
      const first = this.due.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at || one.id - other.id)[0];
      if (!first) break;
      this.clearTimeout(first.id);
      this.now = first.at;
      first.work();
    }
    this.now = end;
  }
}

describe("signs", () => {
  const started = () => {
    const timers = new Timers();
    const shown = [];
    return { timers, shown, outstanding: new station.Outstanding((pull, isAgain) => shown.push([timers.now, pull, isAgain]), { soon: 80, timers }) };
  };

  it("shows every pull that has no answer within 100 ms", () => {
    const { timers, shown, outstanding } = started();
    for (const pull of ["A", "B", "C"]) { outstanding.begin(pull); timers.pass(60); }
    timers.pass(5000);
    assert.deepEqual(shown, [[80, "A", false], [140, "B", false], [200, "C", false]]);
  });

  it("shows it soon enough to be seen within 100 ms", () => assert.ok(station.LIMITS.sign <= 80));

  it("shows nothing of a pull that is answered at once", () => {
    const { timers, shown, outstanding } = started();
    outstanding.begin("A");
    timers.pass(79);
    outstanding.end("A");
    timers.pass(5000);
    assert.deepEqual(shown, []);
  });

  it("shows the newest again when the answer of an older one came between", () => {
    const { timers, shown, outstanding } = started();
    outstanding.begin("A");
    outstanding.begin("B");
    timers.pass(100);
    outstanding.end("A");
    timers.pass(1000);
    assert.deepEqual(shown.at(-1), [500, "B", true]);
    outstanding.end("B");
    outstanding.end("B");
    timers.pass(5000);
    assert.equal(shown.length, 3);
  });

  it("writes into a live region so that nothing is written over before it is read", () => {
    const timers = new Timers();
    const written = [];
    const announcer = new station.Announcer((words) => written.push(words), { timers });
    announcer.say("Left SB00012 at 28 of 30");
    timers.pass(10);
    announcer.say("0 of 30");
    timers.pass(50);
    announcer.say("1 of 30");
    timers.pass(1000);
    assert.deepEqual(written, ["", "Left SB00012 at 28 of 30. 0 of 30", "", "1 of 30"]);
    announcer.say("1 of 30");
    timers.pass(1000);
    assert.deepEqual(written.slice(4), ["", "1 of 30"]);
  });
});

describe("dashboard", async () => {
  const dashboard = await load("dashboard.js");
  it("finds numbers by their path", () => {
    assert.equal(dashboard.numberAt({ bags: { parents: { full: 4 } } }, "bags.parents.full"), 4);
    assert.equal(dashboard.numberAt({}, "bags.parents.full"), null);
  });
  it("takes an undone scan off the linked ones", () => {
    assert.deepEqual(dashboard.countsOf({ kind: "child", outcome: "undone" }), { undone: 1, linked: -1 });
    assert.deepEqual(dashboard.countsOf({ kind: "child", outcome: "linked" }), { linked: 1 });
    assert.deepEqual(dashboard.countsOf({ kind: "parent", outcome: "created" }), {});
  });
  it("counts refused bags only, as the list behind the tile does", () => {
    assert.deepEqual(dashboard.countsOf({ kind: "child", outcome: "rejected" }), { rejected: 1 });
    assert.deepEqual(dashboard.countsOf({ kind: "parent", outcome: "rejected" }), {});
    assert.deepEqual(dashboard.countsOf({ kind: "bill", outcome: "duplicate" }), {});
  });
});
