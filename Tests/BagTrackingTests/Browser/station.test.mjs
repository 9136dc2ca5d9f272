import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";

// Assets are plain files without a package around them, so they are read as modules by their text.
const assets = new URL("../../../Sources/Applications/BagTracking/Assets/", import.meta.url);
const load = async (name) => import(`data:text/javascript;base64,${Buffer.from(await readFile(new URL(name, assets))).toString("base64")}`);
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
    assert.match(station.read("SB0001", products).why, /damaged/);
    assert.match(station.read("M44400001", products).why, /damaged/);
    assert.match(station.read("12", products).why, /not a bag/);
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
    assert.equal(scanner.quiet(1030 + 100), "SB00012");
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

  it("takes over what was written before it was there, where the rest of a scan follows at once", () => {
    const scanner = new station.ScannerRecogniser();
    scanner.resume("SB", 1000);
    assert.equal(type(scanner, [..."00012", "Enter"], 4, 1004).at(-1).scan, "SB00012");
    const person = new station.ScannerRecogniser();
    person.resume("SB0", 1000);
    const answers = type(person, [..."0012", "Enter"], 90, 1100);
    assert.ok(answers.every(({ swallow, scan }) => !swallow && !scan));
    const idle = new station.ScannerRecogniser();
    idle.resume("SB00", 1000);
    assert.equal(idle.quiet(2000), null);
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
    assert.equal(scanner.quiet(99999), "LABEL NO: 2586401\nLOT NO: MUS/1");
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

  it("counts in words", () => assert.deepEqual([station.waiting(1), station.waiting(12)], ["1 scan waits", "12 scans wait"]));
});

describe("camera", async () => {
  const { FrameFilter } = await load("camera.js");
  it("takes a code once until it was out of the frame for two seconds", () => {
    const frames = new FrameFilter();
    assert.deepEqual([0, 500, 1000, 3000, 5001].map((time) => frames.isNew("A", time)), [true, false, false, false, true]);
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
