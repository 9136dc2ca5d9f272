import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./support/assets.mjs";

const { Behind, countsOf, gathered, numberAt } = await load("dashboard.js");

test("many messages have the page read again once, and later ones once more", () => {
  const planned = [];
  let times = 0;
  const refresh = gathered(() => { times += 1; }, 3000, (work, span) => planned.push([work, span]));
  for (let number = 0; number < 50; number += 1) refresh();
  assert.equal(planned.length, 1);
  assert.equal(planned[0][1], 3000);
  assert.equal(times, 0);
  planned[0][0]();
  assert.equal(times, 1);
  refresh();
  assert.equal(planned.length, 2);
});

test("only scans of bags change the counts of today", () => {
  assert.deepEqual(countsOf({ kind: "child", outcome: "undone" }), { undone: 1, linked: -1 });
  assert.deepEqual(countsOf({ kind: "child", outcome: "linked" }), { linked: 1 });
  assert.deepEqual(countsOf({ kind: "parent", outcome: "created" }), {});
});

test("a number that a message does not have changes nothing", () => {
  assert.equal(numberAt({ bills: { open: 3 } }, "bills.open"), 3);
  assert.equal(numberAt({ bills: {} }, "bills.open"), null);
});

/** What is behind, with a page that a test hands over, and a list of what was put in place. */
function behind(isFree = () => true) {
  const [pages, put] = [[], []];
  const read = () => new Promise((resolve) => { pages.push(resolve); });
  return Object.assign(new Behind(read, (page, id) => isFree(id) && put.push(`${id} of ${page}`) > 0), { pages, placed: put });
}

test("what may have been missed is put in place without loading the page", async () => {
  const page = behind();
  page.note(["watch", "latest"]);
  const reading = page.catchUp();
  page.pages[0]("noon");
  assert.equal(await reading, true);
  assert.deepEqual([page.placed, page.ids.size], [["watch of noon", "latest of noon"], 0]);
});

test("while the page can't be read its parts stay behind", async () => {
  const page = behind();
  page.note(["latest"]);
  const reading = page.catchUp();
  page.pages[0](null);
  assert.equal(await reading, false);
  assert.deepEqual([page.placed, [...page.ids]], [[], ["latest"]]);
});

test("what changes while the page is read is read once more", async () => {
  const page = behind();
  page.note(["latest"]);
  const reading = page.catchUp();
  page.note(["watch"]);
  page.pages[0]("noon");
  await reading;
  assert.deepEqual([...page.ids], ["latest", "watch"]);
  const again = page.catchUp();
  page.pages[1]("one");
  await again;
  assert.deepEqual([page.placed.at(-2), page.placed.at(-1), page.ids.size], ["latest of one", "watch of one", 0]);
});

test("a part that somebody is in waits until they have left", async () => {
  const page = behind((id) => id !== "watch");
  page.note(["watch", "today"]);
  const reading = page.catchUp();
  page.pages[0]("noon");
  await reading;
  assert.deepEqual([page.placed, [...page.ids]], [["today of noon"], ["watch"]]);
});

/** A dashboard in a browser of which a test says what happens. */
async function dashboard(page) {
  const [streams, timers, live] = [[], [], { dataset: { stream: "/bags/api/v1/stream?topics=stats" } }];
  class FakeSource extends EventTarget {
    static CLOSED = 2;
    constructor() {
      super();
      streams.push(this);
    }
    close() {}
  }
  const state = { textContent: "", classList: { toggle() {} } };
  const elements = { live, "live-state": state };
  const globals = {
    window: Object.assign(new EventTarget(), { EventSource: FakeSource }), EventSource: FakeSource,
    document: Object.assign(new EventTarget(), { hidden: false, getElementById: (id) => elements[id] ?? null, adoptNode: (node) => node }),
    location: { href: "https://bags.test/bags/", reload() { page.reloads += 1; } },
    fetch: async (address, { method }) => {
      page.asked.push(method ?? "GET");
      return { ok: true, status: 200, headers: new Headers(), text: async () => "" };
    },
    DOMParser: class { parseFromString() { return { getElementById: () => null }; } },
    setTimeout: (work, span) => timers.push({ work, span }), addEventListener() {},
  };
  const kept = Object.entries(globals).map(([name]) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  for (const [name, value] of Object.entries(globals)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  const restore = () => {
    for (const [name, known] of kept) {
      if (known) Object.defineProperty(globalThis, name, known);
      else delete globalThis[name];
    }
  };
  return { streams, timers, state, restore };
}

test("a page whose first stream fails connects again, reads what it may have missed, and is never loaded anew", async () => {
  const page = { reloads: 0, asked: [] };
  const browser = await dashboard(page);
  const settled = () => new Promise((done) => { setImmediate(done); });
  try {
    await load("dashboard.js", "first stream fails");
    const [first] = browser.streams;
    first.readyState = 2;
    first.dispatchEvent(new Event("error"));
    assert.equal(browser.state.textContent, "connecting again");
    browser.timers.shift().work();
    await settled();
    browser.streams[1].dispatchEvent(new Event("open"));
    assert.equal(browser.state.textContent, "live");
    browser.timers.shift().work();
    await settled();
    assert.deepEqual([page.asked, page.reloads, browser.timers.length], [["HEAD", "GET"], 0, 0]);
  } finally {
    browser.restore();
  }
});
