// How a page goes on with its live stream when the browser has given up on it.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { load } from "./support/assets.mjs";

const { LiveStream, outlook, pauseBefore } = await load("live/stream.js");

const ADDRESS = "/bags/api/v1/stream?topics=stats,area:lucknow";

/** A page with its browser: streams that do what a test says, timers that it lets pass, a server that says what it is told to. */
class Page {
  constructor(listeners = {}, random = 0.5) {
    const page = this;
    Object.assign(page, { streams: [], timers: [], asked: [], answers: [], states: [], messages: [], resets: 0 });
    page.window = new EventTarget();
    page.document = Object.assign(new EventTarget(), { hidden: false });
    class FakeSource extends EventTarget {
      static CLOSED = 2;
      constructor(address) {
        super();
        Object.assign(this, { address, readyState: 0 });
        page.streams.push(this);
      }
      close() { this.readyState = 2; }
    }
    const tools = {
      EventSource: FakeSource, window: page.window, document: page.document, random: () => random,
      ask: async (address) => { page.asked.push(address); return page.answers.shift() ?? { status: 200, retryAfter: 0 }; },
      wait: (work, span) => page.timers.push({ work, span }),
      forget: (timer) => { if (timer) page.timers[timer - 1].work = null; },
    };
    const all = { stats: (message) => page.messages.push(message.data), reset: () => { page.resets += 1; }, ...listeners };
    page.stream = new LiveStream(ADDRESS, all, (state) => page.states.push(state), tools);
  }

  get last() { return this.streams.at(-1); }

  /** Spans of the timers that still run. */
  get waiting() { return this.timers.filter(({ work }) => work).map(({ span }) => span); }

  opens() {
    this.last.readyState = 1;
    this.last.dispatchEvent(new Event("open"));
  }

  /** The browser connects again by itself, or has given up. */
  breaks(hasGivenUp) {
    this.last.readyState = hasGivenUp ? 2 : 0;
    this.last.dispatchEvent(new Event("error"));
  }

  tells(name, lastEventId, data = "{}") { this.last.dispatchEvent(new MessageEvent(name, { data, lastEventId })); }

  /** Lets the timer pass and the question be answered. */
  async passes() {
    for (const timer of this.timers) {
      timer.work?.();
      timer.work = null;
    }
    await this.settles();
  }

  settles() { return new Promise((done) => { setImmediate(done); }); }

  happens(name, target = this.window) { target.dispatchEvent(new Event(name)); }
}

describe("pauses", () => {
  it("are anywhere in 2, 4, 8, 16 and 30 s", () => {
    assert.deepEqual([1, 2, 3, 4, 5, 6, 60].map((attempt) => pauseBefore(attempt, 1)), [2000, 4000, 8000, 16000, 30000, 30000, 30000]);
    assert.deepEqual([0, 0.25].map((random) => pauseBefore(3, random)), [0, 2000]);
  });

  it("begin after what the server asks, in reason", () => {
    assert.deepEqual([0, 1].map((random) => pauseBefore(1, random, 5)), [5000, 7000]);
    assert.equal(pauseBefore(1, 0, 1e9), 300000);
  });
});

describe("statuses", () => {
  for (const status of [0, 204, 408, 425, 429, 500, 502, 503, 504]) it(`${status} is worth another try`, () => assert.equal(outlook(status), "later"));
  for (const status of [400, 401, 403, 404, 422]) it(`${status} is for good`, () => assert.equal(outlook(status), "over"));
  it("200 opens", () => assert.equal(outlook(200), "open"));
});

describe("a live stream", () => {
  it("leaves a broken connection to the browser", () => {
    const page = new Page();
    page.opens();
    page.tells("stats", "7");
    page.breaks(false);
    assert.deepEqual([page.states, page.waiting, page.streams.length], [["live", "waiting"], [], 1]);
    page.opens();
    assert.deepEqual([page.states.at(-1), page.resets], ["live", 0]);
  });

  it("opens anew, from the last message, when the browser has given up", async () => {
    const page = new Page();
    page.opens();
    page.tells("stats", "41~6f1d.3");
    page.tells("stats", "");
    page.breaks(true);
    assert.deepEqual([page.states, page.waiting, page.streams.length], [["live", "waiting"], [1000], 1]);
    await page.passes();
    assert.deepEqual(page.asked, [ADDRESS]);
    assert.equal(page.last.address, `${ADDRESS}&last_event_id=41~6f1d.3`);
    page.opens();
    assert.deepEqual([page.states.at(-1), page.resets], ["live", 0]);
    page.tells("stats", "42", "{\"as_of\":1}");
    assert.equal(page.messages.at(-1), "{\"as_of\":1}");
  });

  it("loads anew when it opens after a gap and knows no message to go on from", async () => {
    const page = new Page();
    page.breaks(true);
    await page.passes();
    assert.deepEqual([page.last.address, page.resets], [ADDRESS, 0]);
    page.opens();
    assert.equal(page.resets, 1);
    page.breaks(false);
    page.opens();
    assert.equal(page.resets, 2, "the browser sends no id either where none has come");
  });

  it("loads nothing anew when it opens for the first time", () => {
    const page = new Page();
    page.opens();
    assert.equal(page.resets, 0);
  });

  it("waits longer each time, as long as the server asks, and is patient again once it was open", async () => {
    const page = new Page();
    page.answers = [{ status: 503, retryAfter: 10 }, { status: 502, retryAfter: 0 }, { status: 0, retryAfter: 0 }];
    page.breaks(true);
    const spans = [page.waiting];
    for (let count = 0; count < 3; count += 1) {
      await page.passes();
      spans.push(page.waiting);
    }
    assert.deepEqual(spans, [[1000], [12000], [4000], [8000]]);
    await page.passes();
    page.breaks(true);
    assert.deepEqual(page.waiting, [15000], "that it may be opened does not say that it opens");
    await page.passes();
    page.opens();
    page.breaks(true);
    assert.deepEqual(page.waiting, [1000]);
  });

  it("ends when the server says that there is no use in waiting", async () => {
    const page = new Page();
    page.answers = [{ status: 401, retryAfter: 0 }];
    page.opens();
    page.breaks(true);
    await page.passes();
    assert.deepEqual(page.states, ["live", "waiting", "over"]);
    page.happens("online");
    page.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    await page.settles();
    assert.deepEqual([page.waiting, page.asked.length, page.streams.length], [[], 1, 1]);
  });

  for (const [words, name] of [["the network is back", "online"], ["the page is looked at again", "visibilitychange"]]) {
    it(`tries at once when ${words}`, async () => {
      const page = new Page();
      const happens = () => page.happens(name, name === "online" ? page.window : page.document);
      happens();
      await page.settles();
      assert.deepEqual([page.asked.length, page.streams.length], [0, 1], "it is not waiting");
      page.breaks(true);
      happens();
      happens();
      await page.settles();
      assert.deepEqual([page.waiting, page.asked.length, page.streams.length], [[], 1, 2]);
    });
  }

  it("does not hurry when the page is hidden", async () => {
    const page = new Page();
    page.breaks(true);
    page.document.hidden = true;
    page.happens("visibilitychange", page.document);
    await page.settles();
    assert.deepEqual([page.waiting, page.asked.length], [[1000], 0]);
  });

  it("rests while the page is left, and goes on when it is shown again", async () => {
    const page = new Page();
    page.opens();
    page.tells("stats", "7");
    page.happens("pagehide");
    assert.equal(page.last.readyState, 2);
    page.happens("online");
    page.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
    await page.settles();
    assert.equal(page.streams.length, 1);
    page.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    assert.deepEqual([page.streams.length, page.last.address], [2, `${ADDRESS}&last_event_id=7`]);
  });

  it("forgets its timer and the answer it waits for when the page is left", async () => {
    const [waiting, asking] = [new Page(), new Page()];
    waiting.breaks(true);
    waiting.happens("pagehide");
    assert.deepEqual(waiting.waiting, []);
    asking.breaks(true);
    asking.happens("online");
    asking.happens("pagehide");
    await asking.settles();
    assert.deepEqual([asking.asked.length, asking.streams.length, asking.waiting], [1, 1, []]);
  });

  it("can be closed for good", async () => {
    const page = new Page();
    page.opens();
    page.stream.close();
    page.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    await page.settles();
    assert.deepEqual([page.last.readyState, page.streams.length, page.waiting], [2, 1, []]);
  });
});
