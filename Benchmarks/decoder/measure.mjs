// Decodes frames of every kind and prints what one takes: median, 95th of a hundred, and most.

import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { KINDS } from "./frames.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const shipped = `${root}Sources/Applications/BagTracking/Assets/decoder`;
const { values: options } = parseArgs({ options: {
  size: { type: "string", default: "960x540" }, frames: { type: "string", default: "40" },
  only: { type: "string", default: "" }, against: { type: "string" },
} });
const [width, height] = options.size.split("x").map(Number);

/** The decoder of a folder, joined as a browser gets it. */
async function decoderIn(folder) {
  const script = execFileSync("sh", [`${root}scripts/embed-assets`, "--join", `${resolve(folder)}/detector.js`], { encoding: "utf8" });
  const { decode, greyOf } = await import(`data:text/javascript;base64,${Buffer.from(script).toString("base64")}`);
  return (colours) => decode(greyOf(colours), width, height);
}

function coloursOf(grey) {
  const colours = new Uint8Array(4 * grey.length).fill(255);
  for (let i = 0; i < grey.length; i += 1) colours.fill(grey[i], 4 * i, 4 * i + 3);
  return colours;
}

/** What one frame took on the clock and of processors, in milliseconds, and the codes in it. */
function timed(read, colours) {
  const [began, before] = [performance.now(), process.cpuUsage()];
  const codes = read(colours);
  const { user, system } = process.cpuUsage(before);
  return { clock: performance.now() - began, processor: (user + system) / 1000, codes };
}

const isRead = (codes, expected) => codes.some(({ format, text }) => format === expected.format && text === expected.text);
/** Codes that are not there: another text than the one printed, or any where nothing is. */
const wrongs = (codes, expected) => codes.filter(({ text }) => text !== expected?.text).length;

function share(numbers, part) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))].toFixed(1).padStart(7);
}

const spread = (numbers) => share(numbers, 0.5) + share(numbers, 0.95) + share(numbers, 1);

const readers = [await decoderIn(shipped)];
if (options.against) readers.push(await decoderIn(options.against));
const kinds = Object.entries(KINDS).filter(([name]) => name.includes(options.only));
const count = Number(options.frames);

// Engines compile what they have run for a while; a station runs for hours.
for (const [, make] of kinds) for (const read of readers) read(coloursOf(make(100_000, width, height).grey));

/** One line for what a decoder made of the frames of a kind. */
function print(name, { clock, processor, read, wrong }, note) {
  const counts = String(read).padStart(7) + String(wrong).padStart(7);
  console.log(`${name.padEnd(28)}${spread(clock)}   ${spread(processor)} ${counts}${note}`);
}

/** Measures one kind; gives how many frames only the other version read. */
function measure(name, make) {
  const rows = readers.map(() => ({ clock: [], processor: [], read: 0, wrong: 0 }));
  let lost = 0;
  for (let number = 1; number <= count; number += 1) {
    const { grey, expected } = make(number, width, height);
    const colours = coloursOf(grey);
    const [own, other] = readers.map((reader, index) => {
      const { clock, processor, codes } = timed(reader, colours);
      const row = rows[index];
      row.clock.push(clock);
      row.processor.push(processor);
      row.wrong += wrongs(codes, expected);
      const isRight = expected !== null && isRead(codes, expected);
      row.read += isRight ? 1 : 0;
      return isRight;
    });
    if (other && !own) lost += 1;
  }
  rows.forEach((row, index) => print(index ? "" : name, row, index && lost ? `  ${lost} of them read by this one alone` : ""));
  return lost;
}

console.log(`${width} × ${height}, ${count} frames of a kind, in milliseconds`);
if (readers.length > 1) console.log("The second line of each kind is the other version.");
console.log(`${" ".repeat(28)}  clock: median, p95, most   processor: the same    read  wrong`);
let lost = 0;
for (const [name, make] of kinds) lost += measure(name, make);
process.exitCode = lost ? 1 : 0;
