// From the widths of bars and gaps to the text of a Code 128 (ISO/IEC 15417).

// Bars and gaps of each character, in modules; the last three start sets A, B and C.
const PATTERNS = `
  212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122
  123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323
  131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131
  213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122
  141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112
  124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141
  411131 211412 211214 211232`.trim().split(/\s+/).map((each) => [...each].map(Number));
const STOP = [2, 3, 3, 1, 1, 1, 2];
const [START_A, START_C] = [103, 105];

/**
 * How far six runs are from a character, in modules. From one edge to the next but one is what blur and ink do not
 * change; the runs themselves count a little, to tell apart what differs in nothing else.
 */
function misfitOf(runs, at, pattern, module) {
  let sum = 0;
  for (let i = 0; i < pattern.length; i += 1) {
    const off = runs[at + i] / module - pattern[i];
    sum += 0.15 * off * off;
    if (i + 1 === pattern.length) break;
    const pair = (runs[at + i] + runs[at + i + 1]) / module - pattern[i] - pattern[i + 1];
    sum += pair * pair;
  }
  return sum;
}

const FARTHEST = 1.3;

const total = (runs, at, count) => {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += runs[at + i];
  return sum;
};

/** The character at a place; -1 when the runs are none, or two alike. */
function characterAt(runs, at, from, to) {
  const module = total(runs, at, 6) / 11;
  let [best, least, next] = [-1, FARTHEST, Infinity];
  for (let value = from; value <= to; value += 1) {
    const off = misfitOf(runs, at, PATTERNS[value], module);
    if (off < least) [best, least, next] = [value, off, least];
    else if (off < next) next = off;
  }
  return next - least < 0.05 ? -1 : best;
}

const isStop = (runs, at) => misfitOf(runs, at, STOP, total(runs, at, 7) / 13) < FARTHEST;

/** The characters from a start on, with where they end; null when there is no right end. */
function charactersFrom(runs, count, at, first) {
  const values = [first];
  let module = total(runs, at, 6) / 11;
  for (let place = at + 6; place + 7 <= count; place += 6) {
    const here = total(runs, place, 6) / 11;
    if (here > 1.25 * module || here < 0.8 * module) return null;
    module = here;
    if (isStop(runs, place)) return { values, end: place + 7, module };
    const value = characterAt(runs, place, 0, 102);
    if (value < 0) return null;
    values.push(value);
  }
  return null;
}

const hasRightCheck = (values) => {
  const last = values.length - 1;
  let sum = values[0];
  for (let i = 1; i < last; i += 1) sum += i * values[i];
  return last > 1 && sum % 103 === values[last];
};

/** What the characters say; null for the rare upper half of Latin-1. */
function textOfValues(values) {
  let [set, shifted, text] = ["ABC"[values[0] - START_A], "", ""];
  for (const [index, value] of values.slice(1, -1).entries()) {
    const now = shifted || set;
    shifted = "";
    if (value === 102) text += index ? "\u001D" : "]C1";
    else if (now === "C" && value < 100) text += String(value).padStart(2, "0");
    else if (now === "C") set = value === 100 ? "B" : "A";
    else if (value < 96) text += String.fromCharCode(now === "A" && value > 63 ? value - 64 : value + 32);
    else if (value === 98) shifted = now === "A" ? "B" : "A";
    else if (value === 99) set = "C";
    else if (value > 99 && (value === 100) === (now === "A")) set = now === "A" ? "B" : "A";
    else if (value > 99) return null;
  }
  return text || null;
}

/** Gaps of this many modules belong before and after a code (ten, but labels are narrow). */
const QUIET = 5;

/** The codes in the first `count` runs, of which the first is light: {text, from, to}, places of runs. */
export function barTexts(runs, count) {
  const found = [];
  for (let at = 1; at + 19 < count; at += 2) {
    const module = total(runs, at, 6) / 11;
    if (runs[at - 1] < QUIET * module) continue;
    const first = characterAt(runs, at, START_A, START_C);
    const read = first < 0 ? null : charactersFrom(runs, count, at, first);
    if (!read || !hasRightCheck(read.values)) continue;
    if (read.end < count && runs[read.end] < QUIET * read.module) continue;
    const text = textOfValues(read.values);
    if (text) found.push({ text, from: at, to: read.end });
  }
  return found;
}
