import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { load } from "./support/assets.mjs";
import { expose, fixtures, label, print, random } from "./support/frames.mjs";
import { emptiness, scene } from "./support/scenes.mjs";

const { decode } = await load("decoder/decoder.js");
const { GaloisField, mend } = await load("decoder/reed-solomon.js");
const { greyOf } = await load("decoder/detector.js");

const codesOf = async (name) => fixtures(await readFile(new URL(`codes/${name}.txt`, import.meta.url), "utf8"));
const codes = { qr: await codesOf("qr"), matrix: await codesOf("data-matrix"), bars: await codesOf("code-128") };

/** A frame with one code, upright and sharp. */
function plain(code, width = 480, height = 480) {
  const sheet = label(code, code.format === "code_128" ? 10 : 4, 30);
  const module = Math.min(6, Math.floor(4 * width / (sheet.columns + 2 * sheet.quiet)) / 4);
  const grey = new Float32Array(width * height).fill(200);
  print(grey, width, height, sheet, { x: width / 2, y: height / 2, module, angle: 0 });
  return { frame: expose(grey, width, height, random(1)), width, height };
}

describe("codes of other makers", () => {
  for (const code of Object.values(codes).flat()) {
    it(`reads a ${code.format} of ${code.modules[0].length} modules: ${JSON.stringify(code.text.slice(0, 40))}`, () => {
      const { frame, width, height } = plain(code);
      const found = decode(frame, width, height).map(({ format, text }) => ({ format, text }));
      assert.deepEqual(found, [{ format: code.format, text: code.text }]);
    });
  }

  it("says where in the frame a code is", () => {
    for (const code of [codes.qr[0], codes.matrix[0]]) {
      const { frame, width, height } = plain(code);
      const [{ corners }] = decode(frame, width, height);
      const half = 3 * code.modules.length;
      const expected = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([x, y]) => [240 + x * half, 240 + y * half]);
      corners.forEach(({ x, y }, index) => assert.ok(Math.hypot(x - expected[index][0], y - expected[index][1]) < 3));
    }
  });

  it("reads several codes in one frame", () => {
    const [width, height] = [640, 480];
    const grey = new Float32Array(width * height).fill(190);
    const put = (code, quiet, x, y, module) => print(grey, width, height, label(code, quiet, 30), { x, y, module, angle: 0 });
    put(codes.qr[0], 4, 150, 150, 5);
    put(codes.matrix[0], 2, 460, 140, 8);
    put(codes.bars[0], 10, 320, 380, 3);
    const texts = decode(expose(grey, width, height, random(2)), width, height).map(({ format, text }) => `${format} ${text}`);
    assert.deepEqual(texts.sort(), [codes.bars[0], codes.matrix[0], codes.qr[0]].map(({ format, text }) => `${format} ${text}`).sort());
  });
});

describe("frames of a camera", () => {
  // Turned, tilted, out of focus, noisy, in uneven light: 1000 frames in all.
  for (const [name, count] of [["qr", 350], ["matrix", 350], ["bars", 300]]) {
    it(`reads at least 95 of 100 ${codes[name][0].format}, and never another text`, () => {
      let right = 0;
      for (let number = 1; number <= count; number += 1) {
        const { grey, expected } = scene(codes[name], number, 400, 300);
        const found = decode(grey, 400, 300);
        for (const { format, text } of found) {
          assert.deepEqual({ number, format, text }, { number, format: expected.format, text: expected.text });
        }
        right += found.length ? 1 : 0;
      }
      assert.ok(right >= 0.95 * count, `${right} of ${count} frames were read`);
    });
  }

  it("reads nothing where no code is", () => {
    for (let number = 1; number <= 100; number += 1) assert.deepEqual(decode(emptiness(number, 400, 300), 400, 300), []);
  });

  it("reads nothing in frames too small, of one shade, or of noise", () => {
    assert.deepEqual(decode(new Uint8Array(100), 10, 10), []);
    for (const shade of [0, 128, 255]) assert.deepEqual(decode(new Uint8Array(160 * 120).fill(shade), 160, 120), []);
    const next = random(5);
    assert.deepEqual(decode(Uint8Array.from({ length: 320 * 240 }, () => 256 * next()), 320, 240), []);
  });

  it("sees colours as an eye does", () => {
    assert.deepEqual([...greyOf([255, 255, 255, 255, 0, 0, 0, 255, 0, 255, 0, 255])], [255, 0, 149]);
  });
});

describe("correction", () => {
  it("mends as many bytes as half the check bytes, and says when there are more", () => {
    for (const [polynomial, first] of [[0x11d, 0], [0x12d, 1]]) {
      const field = new GaloisField(polynomial);
      const next = random(polynomial);
      for (let round = 0; round < 50; round += 1) {
        // The zero word is one of the code; any other differs from it by what is added here.
        const word = new Uint8Array(30);
        const places = new Set();
        while (places.size < 5) places.add(Math.floor(30 * next()));
        for (const place of places) word[place] = 1 + Math.floor(255 * next());
        assert.equal(mend(field, word, 10, first), 5);
        assert.ok(word.every((each) => each === 0));
        for (let i = 0; i < 12; i += 1) word[i] = 1 + Math.floor(255 * next());
        const before = word.slice();
        if (mend(field, word, 10, first) < 0) assert.deepEqual(word, before);
      }
    }
  });
});
