import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";

const file = new URL("../../../Sources/Platform/PorticoPages/Assets/portico.js", import.meta.url);
const portico = await import(`data:text/javascript;base64,${Buffer.from(await readFile(file)).toString("base64")}`);

describe("relative times", () => {
  const words = [
    [0, "just now"], [44_000, "just now"], [60_000, "1 minute ago"], [150_000, "3 minutes ago"], [3_600_000, "1 hour ago"],
    [7_200_000, "2 hours ago"], [-120_000, "in 2 minutes"], [86_400_000, null],
  ];
  for (const [span, text] of words) it(`says ${text} after ${span} ms`, () => assert.equal(portico.relativeWords(span), text));
});

describe("countdown", () => {
  for (const [span, text] of [[3_600_000, "60:00"], [61_000, "1:01"], [1, "0:01"], [0, ""], [-5, ""]]) {
    it(`shows ${text || "nothing"} with ${span} ms left`, () => assert.equal(portico.countdownWords(span), text));
  }
});

describe("shortcuts", () => {
  const storage = (value) => ({ getItem: () => value });
  it("are on until somebody switches them off", () => {
    assert.equal(portico.shortcutsAreOn(storage(null)), true);
    assert.equal(portico.shortcutsAreOn(storage("off")), false);
    assert.equal(portico.shortcutsAreOn({ getItem() { throw new Error("blocked"); } }), true);
  });
});
