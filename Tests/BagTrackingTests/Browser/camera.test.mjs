import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { load } from "./support/assets.mjs";

const { FrameFilter, detectorFor } = await load("camera.js");

describe("camera", () => {
  it("takes a code once until it was out of the frame for two seconds", () => {
    const frames = new FrameFilter();
    assert.deepEqual([0, 500, 1000, 3000, 5001].map((time) => frames.isNew("A", time)), [true, false, false, false, true]);
  });

  const browser = (formats) => class {
    constructor(options) { this.options = options; }
    static async getSupportedFormats() { return formats; }
  };

  it("lets the browser read where it reads all three kinds of code", async () => {
    const detector = await detectorFor(browser(["aztec", "code_128", "data_matrix", "qr_code"]), () => "own");
    assert.deepEqual(detector.options.formats, ["qr_code", "data_matrix", "code_128"]);
  });

  it("reads itself where the browser has no detector, one that lacks a kind, or one that fails", async () => {
    const failing = { getSupportedFormats: async () => { throw new Error("no service"); } };
    for (const each of [undefined, browser([]), browser(["qr_code", "code_128"]), failing]) {
      assert.equal(await detectorFor(each, () => "own"), "own");
    }
  });
});
