// Reed–Solomon codes over GF(256), as QR codes (ISO/IEC 18004) and Data Matrix (ISO/IEC 16022) use them.

/** The field of 256 elements that a primitive polynomial of degree eight makes; 2 generates it. */
export class GaloisField {
  constructor(polynomial) {
    this.powers = new Uint8Array(512);
    this.logs = new Uint8Array(256);
    let value = 1;
    for (let power = 0; power < 255; power += 1) {
      this.powers[power] = this.powers[power + 255] = value;
      this.logs[value] = power;
      value = value & 128 ? (value << 1) ^ polynomial : value << 1;
    }
  }

  times(a, b) { return a && b ? this.powers[this.logs[a] + this.logs[b]] : 0; }

  /** 2 to any power, negative ones too. */
  power(exponent) { return this.powers[((exponent % 255) + 255) % 255]; }

  inverse(a) { return this.powers[255 - this.logs[a]]; }

  /** The value of a polynomial at `x`; the constant comes first. */
  value(polynomial, x) {
    let sum = 0;
    for (let index = polynomial.length - 1; index >= 0; index -= 1) sum = this.times(sum, x) ^ polynomial[index];
    return sum;
  }
}

/** What the received word is at each root of the generator, that is 2^first and those after it. */
function syndromes(field, word, count, first) {
  return Uint8Array.from({ length: count }, (_, index) => {
    const root = field.power(first + index);
    return word.reduce((sum, each) => field.times(sum, root) ^ each, 0);
  });
}

/** The shortest polynomial that makes the syndromes (Berlekamp, Massey), constant first. */
function locator(field, values) {
  let [current, previous] = [[1], [1]];
  let [length, gap, scale] = [0, 1, 1];
  for (let step = 0; step < values.length; step += 1) {
    let difference = values[step];
    for (let i = 1; i <= length; i += 1) difference ^= field.times(current[i] ?? 0, values[step - i]);
    if (!difference) { gap += 1; continue; }
    const factor = field.times(difference, field.inverse(scale));
    const next = current.slice();
    previous.forEach((each, i) => { next[i + gap] = (next[i + gap] ?? 0) ^ field.times(factor, each); });
    for (let i = 0; i < next.length; i += 1) next[i] ??= 0;
    if (2 * length <= step) [previous, scale, length, gap] = [current, difference, step + 1 - length, 1];
    else gap += 1;
    current = next;
  }
  return { polynomial: current.slice(0, length + 1), length };
}

/**
 * Mends `word` (data, then `count` check bytes) in place.
 * @returns how many bytes were wrong, or -1 when there were more than `most`; the word is then as it came.
 */
export function mend(field, word, count, first, most = count >> 1) {
  const values = syndromes(field, word, count, first);
  if (values.every((each) => each === 0)) return 0;
  const { polynomial, length } = locator(field, values);
  if (length > most || polynomial.length !== length + 1) return -1;
  const evaluator = new Uint8Array(length);
  for (let i = 0; i < length; i += 1) {
    for (let j = 0; j <= i; j += 1) evaluator[i] ^= field.times(polynomial[j], values[i - j]);
  }
  const slope = polynomial.slice(1).map((each, index) => (index & 1 ? 0 : each));
  const errors = [];
  for (let place = 0; place < word.length; place += 1) {
    const inverse = field.power(-place);
    if (field.value(polynomial, inverse)) continue;
    const below = field.value(slope, inverse);
    if (!below) return -1;
    const size = field.times(field.value(evaluator, inverse), field.inverse(below));
    errors.push([word.length - 1 - place, field.times(size, field.power(place * (1 - first)))]);
  }
  if (errors.length !== length) return -1;
  for (const [index, size] of errors) word[index] ^= size;
  return length;
}
