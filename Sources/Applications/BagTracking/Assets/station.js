// The packing station. Sections: codes, scanner, queue policy, words, device store, server, sounds, view, station, lorry,
// keys and focus, start. The camera is a module of its own, loaded when it is first wanted. The first four know neither page nor network and are tested for themselves.

import { LiveStream } from "./live/stream.js";
import { Windows } from "./station/windows.js";

export const LIMITS = {
  waiting: 200, stored: 10000, batch: 100, bounce: 800, recent: 20, patience: 5000, emptyField: 3000, follow: 1500,
  sign: 70, signAgain: 400, voices: 3000, forgotten: 86400000,
};

/* ── Codes ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

/** A code as the server compares it: invisible characters, white space and symbology identifier gone, capitals. */
export function normalise(text) {
  // Control characters but TAB, LF and CR; zero-width characters.
  let code = text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u200B-\u200D\u2060\uFEFF]/g, "").trim();
  code = code.replace(/^\][A-Za-z][A-Za-z0-9]/, "");
  if (/^https?:\/\//i.test(code)) {
    const parts = code.replace(/[?#].*$/, "").split("/").filter(Boolean);
    const index = parts.findLastIndex((part) => part === "obj" || part === "00");
    if (index < 0 || index !== parts.length - 2) return code;
    try { code = decodeURIComponent(parts.at(-1)); } catch { return code; }
    if (parts[index] === "00") code = `00${code}`;
  }
  return code.replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

const isSSCC = (code) => /^(?:\(00\)|00)?[0-9]{18}$/.test(code);
const matches = (code, { prefix, digits }) =>
  code.startsWith(prefix) && new RegExp(`^[0-9]{${digits}}$`).test(code.slice(prefix.length));

/** What a normalised code is: `{kind: "command" | "parent" | "child", code, shown?, product?, why?}`; `why`
 *  is the refusal that the server would give: `{code, detail}`. */
export function read(code, products) {
  if (/^CMD:(UNDO|DONE|REPEAT)$/.test(code)) return { kind: "command", code };
  const product = products.find((each) => matches(code, each));
  if (product || isSSCC(code)) return { kind: "parent", code, product };
  const label = /^LABEL\s*NO\.?\s*:?\s*([0-9]{4,17})(?=\s|$)/.exec(code);
  if (label) return { kind: "child", code, shown: label[1] };
  const plain = code.replaceAll("-", "");
  const damaged = products.some(({ prefix }) => {
    const start = prefix.replaceAll("-", "");
    return plain.startsWith(start) && /^[0-9]+$/.test(plain.slice(start.length));
  });
  if (damaged) {
    const why = { code: "looks_like_parent", detail: "It was not read completely. Scan it again." };
    return { kind: "child", code, shown: code, why };
  }
  if (!/^[A-Z0-9]{4,20}$/.test(code)) {
    return { kind: "child", code, shown: code, why: { code: "invalid_child_code", detail: "It is not a bag's code." } };
  }
  return { kind: "child", code, shown: code };
}

/* ── Scanner ───────────────────────────────────────────────────────────────────────────────────────────────────── */

/** Whether a text begins like that of a printed label, which has several lines. */
const isLabel = (text) => /^LABEL/i.test(text);

/** Where keys mean nothing by themselves. */
const NOWHERE = { field: null, kind: "page", before: "", after: "" };

/**
 * Tells a scanner from a person: at least four characters with gaps of at most 40 ms, ended by Enter, Tab or 100 ms of
 * silence. A label whose text has several lines sends Enter in its middle; it ends with the silence.
 *
 * A code that lost its head is a good code too, and another bag's. So nothing is ever taken without what belongs before
 * it, and a scanner that is known to end its codes is given longer to do so. Before it is: in the station's own box that is whatever stands there, where keys mean nothing it is what was pressed a moment
 * ago, and in a field in which somebody wrote a moment ago everything is writing. What cannot be told whole is not taken.
 */
export class ScannerRecogniser {
  constructor({ shortest = 4, gap = 40, silence = 100, longest = 600, recent = 1000, late = 300, stale = 5000, isEnding = false } = {}) {
    Object.assign(this, {
      shortest, gap, silence, longest, recent, late, stale, isEnding, text: "", head: "", tail: "", field: null, isTyping: false, isStale: false,
      torn: null, cut: null, last: -Infinity, ended: -Infinity, written: -Infinity,
    });
  }

  /** The box was written in at `time`, by keys or in any other way. */
  wrote(time) { this.written = time; }

  /** The silence that ends what is being read. A device that is busy hands keys over late. */
  get patience() { return this.isScanning && this.isEnding && !this.text.endsWith("\n") ? this.longest : this.silence; }

  get isScanning() { return !this.isTyping && this.text.length >= this.shortest; }

  /**
   * Takes a key pressed at `time` in a `place`: `{field, kind: "box" | "field" | "page", before, after}`, the last two the
   * text of the box around the key. Says whether a burst began, whether to keep the key from the page, and what ended.
   */
  key(key, time, place = NOWHERE) {
    const since = time - this.last;
    if (key.length === 1) {
      const goesOn = this.text !== "" && since <= (this.isScanning ? this.patience : this.gap);
      if (!goesOn) this.begin(time, place);
      this.text += key;
      this.last = time;
      return { began: !goesOn, goesOn: this.head !== "", swallow: this.isScanning };
    }
    if (key !== "Enter" && key !== "Tab") return {};
    const isLate = time - this.ended <= this.late;
    // A label begins with its own word: a second one, soon after the first, is not the first one's rest.
    if (isLabel(this.head + this.text)) this.torn = null;
    if (this.text && this.torn && since <= this.silence) return { swallow: true, ...this.finish(time) };
    if (!this.isScanning || since > this.patience) {
      // The late end of a scan comes by itself; after other keys it ends what they wrote.
      const isAlone = this.text === "";
      this.text = "";
      this.field = null;
      return { swallow: isLate && isAlone };
    }
    if (key === "Enter" && isLabel(this.head + this.text)) {
      this.text += "\n";
      this.last = time;
      return { swallow: true };
    }
    this.isEnding = true;
    return { swallow: true, ...this.finish(time) };
  }

  begin(time, { field, kind, before, after }) {
    const isRecent = time - this.last <= this.recent && field === this.field;
    const loose = kind === "page" && isRecent ? this.head + this.text : "";
    const head = kind === "box" ? before : loose;
    Object.assign(this, {
      text: "", head, tail: kind === "box" ? after : "", field, isTyping: kind === "field" && isRecent,
      isStale: kind === "box" && before + after !== "" && time - Math.max(this.written, this.last) > this.stale,
      torn: this.cut && time - this.cut.time <= this.late ? this.cut.scan : null,
    });
  }

  /** What ended because nothing came for long enough, or null. */
  quiet(time) {
    if (!this.text || time - this.last < this.patience) return null;
    if (this.isScanning) {
      this.torn = null;
      if (!this.text.endsWith("\n")) this.isEnding = false;
      const ended = this.finish(time);
      if (ended.scan) this.cut = { scan: ended.scan, time };
      return ended;
    }
    return this.torn ? this.finish(time) : null;
  }

  /** `{scan}`; or `{torn: [head, rest]}` where the silence took the head before; or `{stale}`, with what had stood there long. */
  finish(time) {
    const { torn, head, text, tail, isStale } = this;
    Object.assign(this, { text: "", head: "", tail: "", field: null, torn: null, cut: null, ended: time });
    if (torn) return { torn: [torn, (head + text + tail).trim()] };
    if (isStale) return { stale: (head + tail).trim() };
    return { scan: (head + text + tail).trim() };
  }
}

/** Drops the same code within 800 ms: the trigger bounced. */
export class BounceFilter {
  constructor(milliseconds = LIMITS.bounce) { Object.assign(this, { milliseconds, code: null, time: -Infinity }); }

  isBounce(code, time) {
    if (code === this.code && time - this.time < this.milliseconds) return true;
    Object.assign(this, { code, time });
    return false;
  }
}

/* ── Queue policy ──────────────────────────────────────────────────────────────────────────────────────────────── */

/** Milliseconds until the next attempt: 1, 2, 4 … 60 s, give or take a quarter, never sooner than the server asks. */
export function retryDelay(attempt, random, retryAfterSeconds = 0) {
  const steps = Math.min(60, 2 ** Math.max(0, attempt - 1)) * 1000;
  return Math.max(retryAfterSeconds * 1000, Math.round(steps * (0.75 + random * 0.5)));
}

/** What an answer means for the entry: `done`, `refused` (for good), `sign-in` or `keep` (for another try). */
export function verdict(status) {
  if (status >= 200 && status < 300) return "done";
  if (status === 401) return "sign-in";
  if (status === 0 || status === 403 || status === 408 || status === 429 || status >= 500) return "keep";
  return "refused";
}

/**
 * The entries to send next: this user's only, oldest first, at most 100. One that was taken back ends a batch: the
 * server has to hear that before it hears of the bag again. An undo goes alone.
 */
export function nextBatch(entries, userID, limit = LIMITS.batch) {
  const own = entries.filter((entry) => entry.user_id === userID).slice(0, limit);
  if (own[0]?.kind === "undo") return own.slice(0, 1);
  const last = own.findIndex((entry) => entry.isWithdrawn || entry.kind === "undo");
  return last < 0 ? own : own.slice(0, own[last].isWithdrawn ? last + 1 : last);
}

/** What the device keeps of a scan: whose it is, and what the server is to be told of it. */
export function entryFor({ kind, code, shown = code }, { userID, userName, deviceID, sack, billID, ticketID }, further = {}) {
  return {
    client_scan_id: freshID(), user_id: userID, user_name: userName, kind, code, shown, device_id: deviceID,
    parent: kind === "child" ? sack.entered : null, bill_id: billID ?? null, ticket_id: ticketID ?? null,
    attempts: 0, scanned_at: new Date().toISOString(), ...further,
  };
}

/**
 * Of these entries those still to be sent, by what the store has of them now: another window of this browser may have sent
 * some, or taken some back. What was taken back here goes even so, because the server has to hear of it.
 */
export function stillToSend(entries, stored) {
  const kept = new Map(stored.map((entry) => [entry.client_scan_id, entry]));
  for (const entry of entries) if (kept.get(entry.client_scan_id)?.isWithdrawn) entry.isWithdrawn = true;
  return entries.filter((entry) => entry.isWithdrawn || kept.has(entry.client_scan_id));
}

/**
 * What a window knows after it has read the store again: `entries`, oldest first, those of other windows of this person among
 * them; `others`, which belong to somebody else; `gone`, which another window has sent or forgotten. `before` is what the
 * window had when it began to read, `now` what it has since, and `fresh` the scan that is just being kept.
 */
export function readAgain({ before, now = before, fresh, stored, userID }) {
  const kept = new Map(stored.map((entry) => [entry.client_scan_id, entry]));
  const known = new Set([...now, fresh].map((entry) => entry?.client_scan_id));
  for (const entry of now) {
    const { attempts = 0, isWithdrawn } = kept.get(entry.client_scan_id) ?? {};
    entry.attempts = Math.max(entry.attempts, attempts);
    if (isWithdrawn) entry.isWithdrawn = true;
  }
  const gone = before.filter((entry) => !entry.isWithdrawn && !kept.has(entry.client_scan_id));
  // Nobody waits here for their answers: those are news.
  const found = stored
    .filter((entry) => entry.user_id === userID && !known.has(entry.client_scan_id))
    .map((entry) => ({ ...entry, isTold: true }));
  const entries = [...now.filter((entry) => !gone.includes(entry)), ...found].sort((one, other) => one.seq - other.seq);
  return { entries, gone, others: stored.filter((entry) => entry.user_id !== userID) };
}

/** What goes over the wire for an entry of the device. */
export function wire(entry, inBatch) {
  const { kind, code, parent, bill_id, ticket_id, area_code, device_id, client_scan_id, scanned_at } = entry;
  if (kind === "undo") return {};
  const body = { code, client_scan_id, scanned_at };
  if (device_id) body.device_id = device_id;
  if (kind === "return") body.condition = entry.condition;
  if (inBatch) body.kind = kind;
  if (inBatch && bill_id) body.bill_id = bill_id;
  if (inBatch && ticket_id) body.ticket_id = ticket_id;
  if (kind === "child") body.parent = parent;
  if (area_code) body.area_code = area_code;
  return body;
}

/** Where an entry goes when it goes alone. */
export function address({ kind, code, bill_id, ticket_id }) {
  if (kind === "undo") return `/scans/${encodeURIComponent(code)}/undo`;
  if (kind === "return") return `/returns/${ticket_id}/scans`;
  if (kind === "bill") return `/bills/${bill_id}/parents`;
  if (kind === "gate") return `/bills/${bill_id}/gate-check/scans`;
  return `/scans/${kind}`;
}

/** Whether the bag is already among the scans kept here: `null`, `same` sack or the other sack's code. */
export function foundHere(entries, code, parent) {
  const twin = entries.findLast((entry) => entry.kind === "child" && entry.code === code && !entry.isWithdrawn);
  return !twin ? null : twin.parent === parent ? "same" : twin.parent;
}

/** The name of this device: random, made once, and kept by the browser for as long as it keeps anything. */
export function deviceID(storage, make = freshID) {
  try {
    const known = storage.getItem("portico.device");
    if (/^[A-Za-z0-9_-]{8,64}$/.test(known ?? "")) return known;
    const fresh = make();
    storage.setItem("portico.device", fresh);
    return fresh;
  } catch {
    return make();
  }
}

/* ── Words ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

export const scans = (number) => `${number} ${number === 1 ? "scan" : "scans"}`;
export const waiting = (number) => `${scans(number)} ${number === 1 ? "waits" : "wait"}`;

/** Whose scans wait here besides those of whoever is signed in, a sentence for each person. */
export function othersWait(others) {
  const people = new Map();
  for (const { user_id: id, user_name: name } of others) people.set(id, { name, count: (people.get(id)?.count ?? 0) + 1 });
  return [...people.values()].map(({ name, count }) => `${waiting(count)} here until ${name} signs in.`);
}

/** Whose scans fill the device, and what has to be done; `when` says when one's own go. */
export function fullWords(entries, userID, when) {
  const own = entries.filter((entry) => entry.user_id === userID).length;
  const others = othersWait(entries.filter((entry) => entry.user_id !== userID));
  const mine = own ? `${scans(own)} of yours ${own === 1 ? "waits" : "wait"} here. ${when}` : null;
  return joined(mine, ...others);
}

/** Words that are there, one after the other. */
const joined = (...words) => words.filter(Boolean).join(" ");

/**
 * Why scans wait on this device, and when they go: for the status of the last answer, 0 when there was none; `isLate` when
 * nobody waited for it any longer.
 */
export function whyWaiting({ status, seconds = 0, isOnline = true, isLate = false }) {
  const asked = seconds > 0 ? `The server asks to wait ${seconds} s.` : null;
  if (status === 0 && !isOnline) return { why: "Offline.", when: "They go by themselves when the network is back." };
  if (status === 0 && isLate) return { why: "The server does not answer.", when: "They go by themselves when it does." };
  if (status === 0) return { why: "The server cannot be reached.", when: "They go by themselves when it can." };
  if (status === 401) return { why: "You are signed out.", when: "They go when you sign in again." };
  if (status === 403) {
    return { why: "The server takes no scans from this account now.", when: "Sign in again, or ask an administrator." };
  }
  if (status === 429) return { why: asked ?? "The server asks to wait.", when: "They go by themselves then." };
  return { why: asked ?? `The server has a fault (${status}).`, when: "They are tried again by themselves." };
}

/** What the page shows of a pull that has no answer yet. */
export function onItsWay({ kind, shown, isKept = false, left }) {
  if (kind === "command") return { kind: "pending", title: "On its way", detail: "Waiting for the server.", code: shown };
  const detail = isKept ? "Saved on this device. Waiting for the server." : "Being saved on this device.";
  return { kind: "pending", title: "On its way", detail: joined(detail, left), code: shown };
}

/** "Left SB00012 at 28 of 30."; what the server has not counted yet is told besides. */
export function leftWords({ code, count, capacity }, uncounted = 0) {
  const counted = count === null ? "" : ` at ${count} of ${capacity}`;
  return `Left ${code}${counted}${uncounted ? `${counted ? ", and" : " with"} ${uncounted} saved here` : ""}.`;
}

const WARNINGS = {
  parent_full: "It is full.", parent_billed: "It is on a bill: nothing can be added.", on_hold: "It is on hold.",
  lot_differs: "The label names another lot than before.", test_date_unreadable: "The date of test could not be read.",
};

/** What the page shows for an accepted scan. */
export function accepted(body, shown) {
  const { scan, parent } = body;
  const count = `${parent.child_count} of ${parent.capacity}`;
  const warnings = (scan.warnings ?? []).map((code) => WARNINGS[code] ?? code.replaceAll("_", " "));
  if (scan.kind === "parent") {
    const isFull = parent.child_count >= parent.capacity;
    const detail = [body.created ? "New sack." : "", ...warnings].join(" ").trim();
    return { kind: warnings.length || isFull ? "duplicate" : "sack", title: count, detail: detail || "Scan its bags.", code: parent.code };
  }
  if (body.bill || body.gate_check) return loaded(body, count);
  if (body.item) return cameBack(body);
  if (body.duplicate) return { kind: "duplicate", title: "Already in this sack", detail: count, code: shown };
  if (parent.child_count >= parent.capacity) return { kind: "full", title: `Full: ${count}`, detail: "Scan a sack.", code: shown };
  return { kind: "linked", title: count, detail: [`in ${parent.code}`, ...warnings].join(". "), code: shown };
}

/** What the page shows for a sack that is on the bill, or was seen at the gate. */
function loaded({ bill, gate_check: check, duplicate, parent }, bags) {
  const count = bill ? `${bill.linked_count} of ${bill.capacity}` : `${check.seen_count} of ${check.expected_count}`;
  const detail = `${bags} bags`;
  if (duplicate) return { kind: "duplicate", title: bill ? "Already on this bill" : "Already seen", detail: count, code: parent.code };
  const isDone = bill ? bill.linked_count >= bill.capacity : check.missing_count === 0;
  if (!isDone) return { kind: "linked", title: count, detail, code: parent.code };
  return { kind: "full", title: bill ? `Full: ${count}` : `All seen: ${count}`, detail, code: parent.code };
}

/** What the page shows for a sack on a return ticket. */
function cameBack({ item, duplicate }) {
  const bags = `${item.child_count} ${item.child_count === 1 ? "bag" : "bags"}`;
  if (duplicate) return { kind: "duplicate", title: "Already on this ticket", detail: `${bags}, ${item.condition}`, code: item.code };
  const hold = item.condition === "good" ? "" : " It is on hold.";
  return { kind: "linked", title: "Taken back", detail: `${bags}, left on ${item.original_bill_code}.${hold}`, code: item.code };
}

/** What the page shows for a refusal; `titleOf` has the few words for its code. Where the bag is stands once. */
export function refused(problem, shown, titleOf = () => null) {
  const { parent_code: sack, bill_code: bill } = problem?.current ?? {};
  const said = problem?.detail ?? "";
  const where = [[sack, `It is in ${sack}.`], [bill, `On bill ${bill}.`]];
  const detail = [said, ...where.filter(([code]) => code && !said.includes(code)).map(([, words]) => words)];
  const title = titleOf(problem?.code) ?? problem?.title ?? "Refused";
  return { kind: "refused", title, detail: detail.filter(Boolean).join(" "), code: shown };
}

/* ── Device store ──────────────────────────────────────────────────────────────────────────────────────────────── */

const settled = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

export class DeviceStore {
  async open() {
    const request = indexedDB.open("bags-station", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("scans", { keyPath: "seq", autoIncrement: true });
      request.result.createObjectStore("attention", { keyPath: "client_scan_id" });
    };
    this.database = await settled(request);
    navigator.storage?.persist?.().catch(() => {});
  }

  /** Runs `work` on a store; resolves when the device says that it is written, `strict` to its disk. */
  write(name, work, durability = "strict") {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(name, "readwrite", { durability });
      let result;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
      const request = work(transaction.objectStore(name));
      if (request) request.onsuccess = () => { result = request.result; };
    });
  }

  all(name) { return settled(this.database.transaction(name).objectStore(name).getAll()); }

  /** What is kept now from the first of these entries to the last. */
  between(entries) {
    const range = IDBKeyRange.bound(entries[0].seq, entries.at(-1).seq);
    return settled(this.database.transaction("scans").objectStore("scans").getAll(range));
  }

  /** How many scans are kept, whoever made them. */
  count() { return settled(this.database.transaction("scans").objectStore("scans").count()); }

  /** Whether exactly these entries are kept; asked without reading them, for there may be thousands. */
  async isExactly(entries) {
    const keys = await settled(this.database.transaction("scans").objectStore("scans").getAllKeys());
    const known = new Set(entries.map(({ seq }) => seq));
    return keys.length === known.size && keys.every((seq) => known.has(seq));
  }

  async add(entry) { entry.seq = await this.write("scans", (store) => store.add(entry)); }
  put(entry) { return this.write("scans", (store) => store.put(entry)); }

  /** Notes something of entries, as far as they are kept: another window may have sent some meanwhile, or taken some back. */
  note(entries, wordsOf, durability) {
    return this.write("scans", (store) => {
      for (const entry of entries) {
        const request = store.get(entry.seq);
        request.onsuccess = () => { if (request.result) store.put({ ...request.result, ...wordsOf(entry) }); };
      }
    }, durability);
  }

  tried(entries) { return this.note(entries, ({ attempts }) => ({ attempts })); }

  /**
   * Notes that entries are about to be sent: whoever finds them after this window cannot know whether they arrived. A
   * browser that ends keeps it; waiting for the disk would hold up each batch, and only power that fails then loses it.
   */
  leaving(entries) { return this.note(entries, () => ({ mayHaveArrived: true }), "relaxed"); }

  /** Removes entries that are answered, but those that another window has taken back meanwhile: the server has to hear of it. */
  remove(entries) {
    return this.write("scans", (store) => {
      for (const { seq, isWithdrawn } of entries) {
        const request = store.get(seq);
        request.onsuccess = () => { if (isWithdrawn || !request.result?.isWithdrawn) store.delete(seq); };
      }
    });
  }

  /**
   * Forgets a scan that nobody has tried to send; says whether it is forgotten, by this window or by another. Only while
   * nobody sends. A mark stays for a day, so that other windows do not take it for sent.
   */
  async forget(entry) {
    const { client_scan_id } = entry;
    const [kept] = await this.between([entry]);
    if (!kept) return (await this.all("attention")).some((item) => item.client_scan_id === client_scan_id && item.forgotten_at);
    if (kept.attempts > 0 || kept.mayHaveArrived || kept.isWithdrawn) return false;
    await this.attend({ client_scan_id, forgotten_at: Date.now() });
    await this.remove([entry]);
    return true;
  }

  attend(item) { return this.write("attention", (store) => store.put(item)); }
  dismiss(id) { return this.write("attention", (store) => store.delete(id)); }
}

/* ── Server ────────────────────────────────────────────────────────────────────────────────────────────────────── */

const API = "/bags/api/v1";
/** The lock of the window that sends: all windows of one browser share the store. */
const QUEUE = "bags-station-queue";

/**
 * Pulls of the trigger without an answer. Each is shown when none came soon, and the newest again when the answer of an
 * older one has stood in its place for a moment: what is shown is never the answer of another bag for long.
 */
export class Outstanding {
  constructor(show, { soon = LIMITS.sign, again = LIMITS.signAgain, timers = globalThis } = {}) {
    Object.assign(this, { show, soon, again, timers, pulls: [], signs: new Map(), echo: 0 });
  }

  begin(pull) {
    this.pulls.push(pull);
    this.signs.set(pull, this.timers.setTimeout(() => this.show(pull, false), this.soon));
  }

  end(pull) {
    if (!this.pulls.includes(pull)) return;
    this.timers.clearTimeout(this.signs.get(pull));
    this.signs.delete(pull);
    this.pulls = this.pulls.filter((each) => each !== pull);
    this.timers.clearTimeout(this.echo);
    if (!this.pulls.length) return;
    this.echo = this.timers.setTimeout(() => { if (this.pulls.length) this.show(this.pulls.at(-1), true); }, this.again);
  }
}

/** Makes the browser forget the pages it keeps for an outage. Scans that wait are kept elsewhere, and stay. */
const forgetPages = () => navigator.serviceWorker?.controller?.postMessage({ type: "forget" });

export class Server {
  /** The token of a page and the person it belongs to. */
  constructor(token, userID) { Object.assign(this, { token, userID }); }

  /** Sends and never throws: no network is status 0. */
  async send(method, path, body) {
    const headers = { Accept: "application/json", "X-CSRF-Token": this.token };
    if (body) headers["Content-Type"] = "application/json";
    try {
      const answer = await fetch(API + path, {
        method, headers, body: body && JSON.stringify(body), credentials: "same-origin", cache: "no-store",
        signal: AbortSignal.timeout(LIMITS.patience),
      });
      // The session is over, whoever ended it.
      if (answer.status === 401) forgetPages();
      const retryAfter = Number(answer.headers.get("Retry-After")) || 0;
      return { status: answer.status, body: await answer.json().catch(() => null), retryAfter };
    } catch (problem) {
      return { status: 0, body: null, retryAfter: 0, isLate: problem?.name === "TimeoutError" };
    }
  }

  /**
   * The same once more with a fresh token when the one of the page was too old. Where somebody else has signed in meanwhile,
   * nothing goes in that person's name: the session of whoever this page belongs to is over.
   */
  async post(path, body) {
    const answer = await this.send("POST", path, body);
    if (answer.status !== 403 || answer.body?.code !== "csrf_failed") return answer;
    const user = await this.session();
    if (!user) return answer;
    return this.isOwn(user) ? this.send("POST", path, body) : { status: 401, body: null, retryAfter: 0 };
  }

  async session() {
    const answer = await this.send("GET", "/session");
    if (answer.status !== 200 || !answer.body?.user) return null;
    if (this.isOwn(answer.body.user)) this.token = answer.body.csrf_token ?? this.token;
    return answer.body.user;
  }

  isOwn({ id }) { return String(id) === this.userID; }
}

/* ── Sounds ────────────────────────────────────────────────────────────────────────────────────────────────────── */

/** Tones as frequency in hertz, start and length in seconds. */
export const TONES = {
  sack: [[880, 0, 0.08]], linked: [[880, 0, 0.08]], undone: [[880, 0, 0.08]], full: [[660, 0, 0.1], [990, 0.12, 0.14]],
  duplicate: [[600, 0, 0.07], [600, 0.13, 0.07]], refused: [[220, 0, 0.6]], saved: [[440, 0, 0.12]],
  pending: [[440, 0, 0.04]],
};

export class Sounds {
  isOn = true;

  constructor() {
    // The list of voices is empty until it was asked for once.
    globalThis.speechSynthesis?.getVoices();
  }

  /** Browsers let a page sound only after a key or a touch; every scan is one. */
  wake() {
    this.context ??= "AudioContext" in window ? new AudioContext() : null;
    if (this.context?.state === "suspended") this.context.resume().catch(() => {});
  }

  play(kind) {
    if (kind === "refused") navigator.vibrate?.([200, 100, 200]);
    if (!this.isOn || !this.context) return;
    for (const [frequency, start, length] of TONES[kind] ?? []) {
      const begin = this.context.currentTime + start;
      const tone = new OscillatorNode(this.context, { frequency, type: kind === "refused" ? "square" : "sine" });
      const volume = new GainNode(this.context, { gain: 0 });
      volume.gain.setValueAtTime(0, begin);
      volume.gain.linearRampToValueAtTime(kind === "refused" ? 0.25 : 0.4, begin + 0.006);
      volume.gain.setValueAtTime(kind === "refused" ? 0.25 : 0.4, begin + length - 0.012);
      volume.gain.linearRampToValueAtTime(0, begin + length);
      tone.connect(volume).connect(this.context.destination);
      tone.start(begin);
      tone.stop(begin + length);
    }
  }

  /** Says it with a voice of the device itself, English where it has one; voices that ask another host are not used. */
  say(words) {
    const synthesis = globalThis.speechSynthesis;
    if (!this.isOn || !synthesis) return;
    const speak = () => {
      const voices = synthesis.getVoices().filter(({ localService }) => localService);
      const voice = voices.find(({ lang }) => lang.startsWith("en")) ?? voices[0];
      if (!voice) return;
      const speech = new SpeechSynthesisUtterance(words);
      speech.voice = voice;
      synthesis.speak(speech);
    };
    if (synthesis.getVoices().length) return speak();
    synthesis.addEventListener("voiceschanged", speak, { once: true, signal: AbortSignal.timeout(LIMITS.voices) });
  }
}

/**
 * Writes words into a live region. A region is read out when its text changes, and what is written over within a moment is
 * not; so the same words need a change in between, and words that come together are read together.
 */
export class Announcer {
  constructor(write, { gap = 40, hold = 300, most = 3, timers = globalThis } = {}) {
    Object.assign(this, { write, gap, hold, most, timers, waiting: [], isBusy: false });
  }

  say(words) {
    this.waiting.push(words);
    if (!this.isBusy) this.next();
  }

  next() {
    this.isBusy = this.waiting.length > 0;
    if (!this.isBusy) return;
    this.write("");
    this.timers.setTimeout(() => {
      this.write(this.waiting.splice(0).slice(-this.most).join(". "));
      this.timers.setTimeout(() => this.next(), this.hold);
    }, this.gap);
  }
}

/* ── View ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

const at = (id) => document.getElementById(id);
const made = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text ?? "" });
const part = (kind, name) =>
  [...(document.querySelector(`#parts [data-${kind}="${name}"]`)?.cloneNode(true).childNodes ?? [])];
const titleOf = (code) => document.querySelector(`#parts [data-title="${CSS.escape(code ?? "")}"]`)?.textContent;

class View {
  constructor() {
    const { zoneMinutes, zone } = at("station").dataset;
    this.clock = (time) => `${new Date(Date.parse(time) + Number(zoneMinutes) * 60000).toISOString().slice(11, 16)} ${zone}`;
    const regions = ["polite", "assertive"].map((id) => [id, new Announcer((words) => { at(id).textContent = words; })]);
    this.announcers = Object.fromEntries(regions);
  }

  answer({ kind, title, detail, code }) {
    // What the page said of an earlier deed would stand beside it as if it were true still.
    if (kind !== "idle") for (const each of document.querySelectorAll("main .notices")) each.remove();
    at("station").dataset.answer = kind;
    at("answer").dataset.kind = kind;
    at("answer").removeAttribute("role");
    at("answer-icon").replaceChildren(...part("icon", kind));
    at("answer-title").textContent = title;
    at("answer-code").textContent = code ?? "";
    at("answer-detail").textContent = detail ?? "";
    at("answer").classList.remove("fresh");
    void at("answer").offsetWidth;
    at("answer").classList.add("fresh");
    // A list may have been read meanwhile, and the box stands lower than the answer where there is more above it.
    if (kind !== "idle") at("answer").scrollIntoView({ block: "nearest" });
    this.announce(kind === "refused" ? "assertive" : "polite", [title, code, detail].filter(Boolean).join(". "));
  }

  announce(region, words) { this.announcers[region].say(words); }

  /** How the sack before this one was left; stays beside the sack. */
  left(words, isShort) {
    if (!at("sack-left")) return;
    at("sack-left").hidden = !words;
    at("sack-left").classList.toggle("is-short", isShort);
    at("sack-left").textContent = words;
  }

  sack(sack) {
    at("sack-code").textContent = sack?.code ?? "None yet";
    const saved = sack?.saved ? `${sack.saved} saved here` : null;
    at("sack-product").textContent = sack ? [sack.product, saved].filter(Boolean).join(" · ") : "Scan a sack";
    at("scan-parent").value = sack?.code ?? "";
    at("leave").hidden = !sack;
    at("sack-count").hidden = !sack || sack.count === null;
    at("sack-n").textContent = sack?.count ?? 0;
    at("sack-of").textContent = sack?.capacity ?? 0;
    at("sack-warnings").replaceChildren();
    this.gauge(sack?.count ?? 0, sack?.capacity ?? 0);
  }

  /** A box for each place of the sack, or one bar when there are more than 60. */
  gauge(count, capacity) {
    const isBoxes = capacity > 0 && capacity <= 60;
    const cells = isBoxes
      ? Array.from({ length: capacity }, (_, index) => [index * 10, 8, index < count])
      : [[0, 1000, false], [0, (1000 * count) / Math.max(capacity, 1), true]];
    at("gauge").replaceChildren(...cells.map(([x, width, isFilled]) => {
      const cell = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [name, value] of Object.entries({ x, width, height: 10 })) cell.setAttribute(name, value);
      if (isFilled) cell.setAttribute("class", "filled");
      return cell;
    }));
    at("gauge").toggleAttribute("hidden", capacity === 0);
    at("gauge").classList.toggle("few", capacity <= 12);
    at("gauge").setAttribute("viewBox", `0 0 ${isBoxes ? capacity * 10 - 2 : 1000} 10`);
    at("gauge").setAttribute("aria-label", `${count} of ${capacity}`);
  }

  band(text, link) {
    at("band").hidden = !text;
    if (at("band").dataset.text === text) return;
    at("band").dataset.text = text;
    at("band").textContent = text;
    if (link) at("band").append(Object.assign(document.createElement("a"), { href: link, textContent: "Sign in" }));
  }

  /** A line on top of the last scans, for a scan on its way. */
  addLine(entry, shown) {
    const line = document.createElement("li");
    line.dataset.client = entry.client_scan_id;
    const parts = [["line-badge"], ["code line-code", shown], ["note line-note"], ["line-undo"]];
    line.append(...parts.map(([className, text]) => made("span", className, text)));
    at("recent").prepend(line);
    at("recent-none").hidden = true;
    while (at("recent").children.length > LIMITS.recent) at("recent").lastElementChild.remove();
    const note = [entry.parent && `in ${entry.parent}`, this.clock(entry.scanned_at)].filter(Boolean).join(" · ");
    this.line(entry.client_scan_id, { badge: "saved", note });
  }

  /** The line of a scan that is kept here until there is an answer; of an undo that is, the line of its scan. */
  keptLine(entry) {
    const undone = { badge: "undone", note: "Taken back on this device" };
    if (entry.kind === "undo") return this.line(entry.client_scan_id, { ...undone, scan: entry.code });
    if (entry.isWithdrawn) return this.line(entry.client_scan_id, undone);
    return this.line(entry.client_scan_id, { badge: "saved", undo: entry.kind === "child" });
  }

  /** The line of a scan by the name it has on this device, or else by its number at the server. */
  lineOf(client, scan) {
    const lines = [...at("recent").children];
    const named = (name, value) => (value ? lines.find(({ dataset }) => dataset[name] === String(value)) : undefined);
    return named("client", client) ?? named("scan", scan);
  }

  line(client, { badge, note, scan, undo }) {
    const line = this.lineOf(client, scan);
    if (!line) return;
    if (scan) line.dataset.scan = scan;
    line.dataset.outcome = badge;
    line.classList.toggle("struck", badge === "undone");
    line.querySelector(".line-badge").replaceChildren(...part("badge", badge));
    if (note !== undefined) line.querySelector(".line-note").textContent = note;
    line.querySelector(".line-undo").replaceChildren(...(undo ? [this.undoButton(line)] : []));
  }

  undoButton(line) {
    const button = made("button", "button secondary");
    button.type = "button";
    button.setAttribute("aria-label", `Undo ${line.querySelector(".line-code").textContent}`);
    button.append(...part("icon", "undo"), made("span", "", "Undo"));
    return button;
  }

  attention(items, dismiss) {
    at("attention").hidden = items.length === 0;
    at("attention-list").replaceChildren(...items.map((item) => {
      const line = document.createElement("li");
      const words = made("span", "", "");
      words.append(made("span", "code", item.code), ` ${item.title}. ${item.detail} ${this.clock(item.scanned_at)}`);
      const button = made("button", "button secondary", "Done");
      button.type = "button";
      button.setAttribute("aria-label", `Done with ${item.code}`);
      button.addEventListener("click", () => dismiss(item));
      line.append(words, button);
      return line;
    }));
  }
}

/* ── Station ───────────────────────────────────────────────────────────────────────────────────────────────────── */

export function freshID() {
  if (globalThis.crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Station {
  constructor() {
    this.userID = at("station").dataset.user;
    this.userName = at("station").dataset.userName;
    this.products = [...document.querySelectorAll("#product-types li")].map(({ dataset }) => ({
      code: dataset.code, name: dataset.name, prefix: dataset.prefix, digits: Number(dataset.digits),
      capacity: Number(dataset.capacity),
    }));
    this.server = new Server(document.querySelector("meta[name=csrf-token]")?.content ?? "", this.userID);
    Object.assign(this, {
      view: new View(), sounds: new Sounds(), store: new DeviceStore(), bounce: new BounceFilter(),
      outstanding: new Outstanding((pull, isAgain) => this.tellOnItsWay(pull, isAgain)), pulls: new Map(),
      entries: [], others: [], news: [], attention: [], forgotten: new Set(), fresh: null, sack: null, last: null, broken: null, intake: Promise.resolve(),
      failures: 0, reason: { status: 0 }, notBefore: 0, isSending: false, isSignedOut: false,
      deviceID: deviceID(globalThis.localStorage), windows: new Windows(this.userID, (news) => this.hear(news)),
    });
  }

  async start() {
    this.restoreSack();
    // Pulls wait until the store is there.
    this.intake = this.open();
    await this.intake;
    this.refreshLists();
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.checkSession(); });
    // Another window may have been closed with scans that wait.
    addEventListener("focus", () => this.pump());
    // A page that just came from the server knows who is signed in; one the service worker kept may not.
    const [visit] = performance.getEntriesByType("navigation");
    if (this.entries.length || visit?.workerStart > 0) await this.checkSession();
  }

  async open() {
    try {
      await this.store.open();
      await this.readStore();
      await this.readAttention();
      this.showKept();
    } catch (problem) {
      this.stop(problem);
    }
  }

  /** What needs attention, also of what another window of this browser has sent. */
  async readAttention() {
    const items = await this.store.all("attention");
    const marks = items.filter((item) => item.forgotten_at);
    this.attention = items.filter((item) => item.user_id === this.userID && !item.forgotten_at);
    this.forgotten = new Set(marks.map((item) => item.client_scan_id));
    const old = marks.filter((item) => Date.now() - item.forgotten_at > LIMITS.forgotten);
    for (const { client_scan_id } of old) await this.store.dismiss(client_scan_id);
  }

  /** Reads what is kept, by whichever window and of whichever person, unless it is what this one knows. */
  async readStore() {
    if (await this.store.isExactly([...this.entries, ...this.others])) return;
    const before = [...this.entries];
    const stored = await this.store.all("scans");
    const now = this.entries;
    const { entries, others, gone } = readAgain({ before, now, fresh: this.fresh, stored, userID: this.userID });
    Object.assign(this, { entries, others });
    this.showFound(entries.filter((entry) => !now.includes(entry)));
    for (const entry of entries.filter((each) => each.isWithdrawn)) this.view.keptLine(entry);
    const left = gone.filter((entry) => now.includes(entry));
    if (left.length) await this.partWith(left);
    else if (this.sack && this.sack.saved !== this.savedIn(this.sack)) this.countSaved();
  }

  /** How many scans of this person wait in this browser, by whichever window they were kept. */
  async countKept() {
    try {
      return (await this.store.all("scans")).filter((entry) => entry.user_id === this.userID).length;
    } catch {
      return this.entries.length;
    }
  }

  /** What was kept here before this page stands among the last scans, so that it can be seen and taken back. */
  showKept() {
    this.showFound(this.entries);
    if (this.sack) this.countSaved();
  }

  /** Entries that another window keeps, or this page before it was loaded, stand among the last scans as well. */
  showFound(entries) {
    for (const entry of entries.filter((each) => this.isHere(each)).slice(-LIMITS.recent)) {
      if (!this.view.lineOf(entry.client_scan_id)) this.view.addLine(entry, entry.shown);
      this.view.keptLine(entry);
    }
    for (const entry of entries.filter(({ kind }) => kind === "undo")) this.view.keptLine(entry);
  }

  /** What another window of this person tells: a scan it keeps, or the answer that one has got. */
  hear({ kept, client, words, parent }) {
    if (kept) return this.hearKept(kept);
    if (parent && this.sack?.code === parent.code) {
      Object.assign(this.sack, { count: parent.child_count, capacity: parent.capacity });
      this.countSaved();
    }
    const entry = this.entries.find((each) => each.client_scan_id === client);
    // What was taken back here is still to be undone, whatever the other has heard.
    if (entry?.isWithdrawn) return;
    if (entry) this.partWith([entry], words).catch((problem) => this.stop(problem)); else this.view.line(client, words);
  }

  hearKept(kept) {
    const known = this.entries.find((each) => each.client_scan_id === kept.client_scan_id);
    if (known) known.isWithdrawn ||= kept.isWithdrawn;
    else this.entries = [...this.entries, { ...kept, isTold: true }].sort((one, other) => one.seq - other.seq);
    this.showFound([kept]);
  }

  /** Shows the line of a scan after an answer, here and in the other windows. */
  showLine(client, words, parent) {
    this.view.line(client, words);
    this.news.push({ client, words, parent: parent && { code: parent.code, child_count: parent.child_count, capacity: parent.capacity } });
  }

  /** Tells the other windows what has been shown, once the store says the same. */
  tellWindows() { for (const each of this.news.splice(0)) this.windows.tell(each); }

  isHere({ kind }) { return kind === "parent" || kind === "child"; }

  /** Bags of a sack that are kept here and not taken back. */
  keptIn(sack) {
    return this.entries.filter((each) => each.kind === "child" && each.parent === sack.entered && !each.isWithdrawn);
  }

  savedIn(sack) { return this.keptIn(sack).filter((each) => each.isTold).length; }

  countSaved() {
    this.sack.saved = this.savedIn(this.sack);
    this.view.sack(this.sack);
  }

  /** The page may be older than the session: another user means another page. */
  async checkSession() {
    const user = await this.server.session();
    if (user && !this.server.isOwn(user)) return location.reload();
    if (user) this.isSignedOut = false;
    this.hurry();
  }

  /** The address names the sack; a page that was kept for an outage may show another, one that refused a form has no address. */
  restoreSack() {
    const served = at("sack").dataset.code;
    const asked = normalise(new URLSearchParams(location.search).get("parent") ?? "");
    const isRefusal = at("station").dataset.answer === "refused";
    const isServed = served && (asked ? served === asked || isSSCC(asked) : isRefusal);
    const code = isServed ? served : asked;
    if (!code) return served ? this.view.sack(null) : undefined;
    const product = this.products.find((each) => matches(code, each));
    this.sack = {
      code, entered: code, product: product?.name ?? (isServed ? at("sack-product").textContent : undefined), saved: 0,
      capacity: isServed ? Number(at("sack-of").textContent) : product?.capacity ?? 0,
      count: isServed ? Number(at("sack-n").textContent) : null,
    };
    if (isServed) return;
    this.view.sack(this.sack);
    this.view.answer({ kind: "idle", title: "Scan its bags", detail: "The label of the next sack switches over.", code: "" });
  }

  /** Takes a reading. Readings are worked off one after the other, however fast they come, and each is answered soon. */
  take(text, time = performance.now()) {
    this.sounds.wake();
    const code = normalise(text);
    if (!code || this.bounce.isBounce(code, time)) return this.intake;
    const reading = read(code, this.products);
    const pull = { kind: reading.kind, shown: reading.shown ?? code, isKept: false };
    this.outstanding.begin(pull);
    this.intake = this.intake
      .then(() => (this.broken ? this.stop(this.broken) : this.work(reading, pull)))
      .catch((problem) => this.stop(problem))
      .then(() => { if (!pull.isKept) this.outstanding.end(pull); });
    return this.intake;
  }

  async work(reading, pull) {
    if (reading.kind === "command") return this.command(reading.code);
    if (reading.kind === "parent") pull.left = this.changeSack(reading);
    else if (!this.sack) return this.refuse("Scan a sack first", "Then its bags.", reading.shown);
    else if (this.isOffline && this.refuseHere(reading)) return;
    if (!await this.refuseTooMany(reading.code)) await this.keep(reading, pull);
  }

  /** A scan that came in two pieces, or behind something that had stood in the box: nothing is taken of it. */
  takeNothing({ torn, stale }) {
    this.sounds.wake();
    if (!torn) return this.refuse("Scan it again", `${stale} had stood in the box. It is empty now.`, "");
    this.intake = this.intake.then(() => this.takeBack(...torn)).catch((problem) => this.stop(problem));
    return this.intake;
  }

  /** Takes the head of a code back that was read as a code of its own. */
  async takeBack(head, rest) {
    const { shown = head } = read(normalise(head), this.products);
    const line = [...at("recent").children].find((each) => each.querySelector(".line-code").textContent === shown);
    const isTaken = line && ["linked", "saved"].includes(line.dataset.outcome);
    if (isTaken) await this.undo(line, true);
    const now = isTaken ? `${shown} was taken back.` : `Look at what became of ${shown}.`;
    return this.refuse("Scan it again", `It came in two pieces. ${now}`, head + rest);
  }

  /** A pull of the trigger that has no answer yet. */
  tellOnItsWay(pull, isAgain) {
    if (isAgain && at("answer").dataset.kind === "refused") return;
    pull.isShown = true;
    this.view.answer(onItsWay(pull));
    if (!isAgain) this.sounds.play("pending");
  }

  /** The pull of an entry, which has its answer now. */
  answered({ client_scan_id }) {
    const pull = this.pulls.get(client_scan_id);
    this.pulls.delete(client_scan_id);
    if (pull) this.outstanding.end(pull);
    return pull;
  }

  /** Whether this device holds as many scans as it may. */
  async refuseTooMany(code) {
    if (await this.store.count() >= LIMITS.stored) {
      const when = this.isOffline ? this.cause.when : "They are being sent.";
      return this.refuse("This device is full", fullWords(await this.store.all("scans"), this.userID, when), code);
    }
    if (!this.isOffline && this.entries.length >= LIMITS.waiting) return this.refuse("Too fast", "Wait a moment, then scan it again.", code);
    return false;
  }

  refuse(title, detail, code) { return this.tell({ kind: "refused", title, detail, code }); }

  get isOffline() { return this.failures > 0 || this.isSignedOut; }

  /** Without network the page itself looks at the pattern and at the scans kept here. */
  refuseHere({ code, shown, why }) {
    if (why) return this.refuse(titleOf(why.code) ?? "Refused", why.detail, shown);
    const twin = foundHere(this.entries, code, this.sack.entered);
    if (!twin) return false;
    if (twin !== "same") return this.refuse("In another sack", `Scanned into ${twin} on this device.`, shown);
    return this.tell({ kind: "duplicate", title: "Already in this sack", detail: "Saved on this device before.", code: shown });
  }

  async keep(reading, pull) {
    const area = document.querySelector("#scan-form [name=area_code]")?.value;
    const entry = entryFor(reading, this, { ...(area ? { area_code: area } : {}), ...this.further() });
    // What goes at once says so from the start; whatever has to wait, when it goes.
    if (!this.isOffline && !this.isSending && !this.entries.length) entry.mayHaveArrived = true;
    this.fresh = entry;
    await this.store.add(entry);
    pull.isKept = true;
    this.pulls.set(entry.client_scan_id, pull);
    this.entries.push(entry);
    this.fresh = null;
    this.view.addLine(entry, entry.shown);
    this.countWaiting();
    if (this.isOffline) this.tellSaved(entry);
    else if (pull.isShown) this.view.answer(onItsWay(pull));
    this.pump();
    this.windows.tell({ kept: entry });
  }

  /** What an entry says besides its code. */
  further() { return {}; }

  /** Makes it the current sack; the words about the one that was left, if any. */
  changeSack({ code, product }) {
    const left = this.sack;
    if (left && [left.entered, left.code].includes(code)) return this.showSack();
    this.sack = { code, entered: code, product: product?.name, capacity: product?.capacity ?? 0, count: null, saved: 0 };
    this.showSack();
    return left ? this.tellLeft(left) : undefined;
  }

  leave() {
    if (!this.sack) return;
    const left = this.sack;
    this.sack = null;
    this.showSack();
    this.tell({ kind: "idle", title: "Scan a sack", detail: this.tellLeft(left), code: "" });
  }

  /** Shows and speaks how a sack was left; it is read out with the answer. */
  tellLeft(sack) {
    const uncounted = this.keptIn(sack).length;
    const words = leftWords(sack, uncounted);
    this.view.left(words, sack.count !== null && sack.count + uncounted < sack.capacity);
    this.sounds.say(words.replace(/[0-9]{3,}/g, (digits) => [...digits].join(" ")));
    return words;
  }

  showSack() {
    this.view.sack(this.sack);
    history.replaceState(null, "", this.sack ? `/bags/scan?parent=${encodeURIComponent(this.sack.code)}` : "/bags/scan");
  }

  tell(answer) {
    this.last = answer;
    this.view.answer(answer);
    this.sounds.play(answer.kind);
    focusBox();
    return true;
  }

  tellSaved(entry) {
    if (entry.isTold) return;
    entry.isTold = true;
    const pull = this.answered(entry);
    if (entry.kind === "child" && this.sack?.entered === entry.parent) this.countSaved();
    this.view.keptLine(entry);
    const detail = joined(this.cause.why, `${waiting(this.entries.length)}.`, pull?.left);
    this.tell({ kind: "saved", title: "Saved on this device", detail, code: entry.shown });
    this.refreshBand();
  }

  /** Why entries wait, in words. */
  get cause() { return whyWaiting(this.reason); }

  /** The queue is empty again. Nobody pulled a trigger, so there is a word but no sound. */
  tellSent() {
    const count = this.attention.length;
    const detail = count ? `${scans(count)} ${count === 1 ? "needs" : "need"} attention, see the list.` : "Scan on.";
    this.last = { kind: "undone", title: "All scans sent", detail, code: "" };
    this.view.answer(this.last);
  }

  /** Something keeps this device from saving scans: every further pull says so, loudly. */
  stop(problem) {
    this.broken = problem ?? new Error("storage");
    this.refuse("Stop scanning", "This device cannot save scans. Free some space or use another device, then load the page again.", "");
  }

  async command(code) {
    if (code === "CMD:DONE") return this.leave();
    if (code === "CMD:REPEAT") return this.last && this.tell(this.last);
    return this.undoLast(true);
  }

  /* Sending: one request at a time, oldest entry first, so that a sack always arrives before its bags. */

  hurry() {
    this.notBefore = 0;
    this.pump();
  }

  async pump() {
    if (this.isSending || !this.store.database) return this.refreshBand();
    if (Date.now() < this.notBefore) return;
    this.isSending = true;
    const send = async () => {
      await this.readStore();
      while (this.entries.length && Date.now() >= this.notBefore) await this.sendNext();
    };
    try {
      // Two windows of one browser share the store; only one of them sends.
      await (navigator.locks ? navigator.locks.request(QUEUE, send) : send());
    } catch (problem) {
      this.stop(problem);
    } finally {
      this.isSending = false;
      this.countWaiting();
      this.refreshBand();
    }
  }

  /** Does something to the store while no window of this browser sends; `false` at once when one does. */
  async whileNobodySends(work) {
    if (this.isSending) return false;
    this.isSending = true;
    try {
      if (!navigator.locks) return await work();
      return await navigator.locks.request(QUEUE, { ifAvailable: true }, (lock) => (lock ? work() : false));
    } finally {
      this.isSending = false;
    }
  }

  async sendNext() {
    const chunk = await this.agree(nextBatch(this.entries, this.userID));
    if (!chunk.length) return;
    await this.noteLeaving(chunk.filter((entry) => !entry.mayHaveArrived && entry.attempts === 0));
    const isSingle = chunk.length === 1 && (chunk[0].attempts === 0 || chunk[0].kind === "undo");
    const answer = isSingle
      ? await this.server.post(address(chunk[0]), wire(chunk[0], false))
      : await this.server.post("/scans/batch", { items: chunk.map((entry) => wire(entry, true)) });
    if (isSingle && ["done", "refused"].includes(verdict(answer.status))) return this.settle([[chunk[0], answer]]);
    const results = new Map((answer.body?.results ?? []).map((result) => [result.client_scan_id, result]));
    const pairs = chunk.map((entry) => [entry, results.get(entry.client_scan_id)]).filter(([, result]) => result);
    if (!isSingle && answer.status === 200 && pairs.length) return this.settle(pairs);
    await this.postpone(chunk, answer);
  }

  async noteLeaving(entries) {
    if (!entries.length) return;
    await this.store.leaving(entries);
    for (const entry of entries) entry.mayHaveArrived = true;
  }

  /** Leaves to another window of this browser what it has sent; the rest is still to be sent. */
  async agree(chunk) {
    const left = stillToSend(chunk, await this.store.between(chunk));
    const gone = chunk.filter((entry) => !left.includes(entry) && this.entries.includes(entry));
    if (gone.length) await this.partWith(gone);
    return nextBatch(left, this.userID);
  }

  /** Another window has sent these entries, or forgotten them before anybody did; `words` are what it shows of them. */
  async partWith(gone, words) {
    this.entries = this.entries.filter((entry) => !gone.includes(entry));
    await this.readAttention();
    const isForgotten = (entry) => this.forgotten.has(entry.client_scan_id);
    // Where another window has sent something, the server was there.
    const isSent = !gone.every(isForgotten);
    if (isSent) Object.assign(this, { failures: 0, isSignedOut: false });
    for (const entry of gone) {
      this.answered(entry);
      const sent = { badge: "sent", note: "Sent by another window" };
      const undone = { badge: "undone", note: "Taken back by another window before it was sent" };
      this.view.line(entry.client_scan_id, words ?? (isForgotten(entry) ? undone : sent));
    }
    if (this.sack) this.countSaved();
    this.refreshLists();
    if (isSent && !this.entries.length && this.last?.kind === "saved") this.tellSent();
  }

  /** Takes the answers of some entries; those to keep for another try put the rest off as well. */
  async settle(pairs) {
    const isFinal = ({ status }) => ["done", "refused"].includes(verdict(status));
    if (pairs.some(([, answer]) => isFinal(answer))) Object.assign(this, { failures: 0, isSignedOut: false });
    const gone = [], kept = [];
    for (const [entry, answer] of pairs) {
      const obstacle = isFinal(answer) ? await this.takeAnswer(entry, answer) : answer;
      if (obstacle) { kept.push([entry, obstacle]); continue; }
      gone.push(entry);
      // From here on taking it back is the server's business.
      this.entries = this.entries.filter((each) => each !== entry);
    }
    await this.store.remove(gone);
    this.tellWindows();
    this.refreshLists();
    if (!this.entries.length && this.last?.kind === "saved") this.tellSent();
    if (kept.length) await this.postpone(kept.map(([entry]) => entry), kept[0][1]);
  }

  async postpone(chunk, answer) {
    this.isSignedOut = answer.status === 401;
    this.failures += 1;
    for (const entry of chunk) entry.attempts += 1;
    const delay = retryDelay(this.failures, Math.random(), answer.retryAfter);
    this.reason = { status: answer.status, seconds: answer.retryAfter, isOnline: navigator.onLine, isLate: answer.isLate };
    this.notBefore = Date.now() + delay;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.pump(), delay + 5);
    await this.store.tried(chunk);
    for (const entry of this.entries) this.tellSaved(entry);
    this.refreshBand();
  }

  /** Takes the answer of an entry; what stands in the way when the entry has to stay for another try. */
  async takeAnswer(entry, answer) {
    const pull = this.answered(entry);
    if (entry.kind === "undo") return this.takeUndo(entry, answer);
    if (entry.isWithdrawn) return this.undoWithdrawn(entry, answer);
    if (verdict(answer.status) === "refused") return this.takeRefusal(entry, answer.body, pull);
    const { scan, parent } = answer.body;
    if (this.sack && (this.sack.entered === (entry.parent ?? entry.code) || this.sack.code === parent.code)) {
      const product = this.products.find((each) => each.code === parent.product_type)?.name ?? this.sack.product;
      const saved = this.keptIn(this.sack).filter((each) => each.isTold && each !== entry).length;
      Object.assign(this.sack, { code: parent.code, product, capacity: parent.capacity, count: parent.child_count, saved });
      if (entry.kind === "parent") this.showSack(); else this.view.sack(this.sack);
    }
    const note = [entry.parent && `in ${parent.code}`, this.view.clock(scan.scanned_at ?? entry.scanned_at)].filter(Boolean).join(" · ");
    this.showLine(entry.client_scan_id, { badge: scan.outcome, note, scan: scan.id, undo: scan.outcome === "linked" }, parent);
    if (entry.isTold) return null;
    const words = accepted(answer.body, entry.shown);
    this.tell({ ...words, detail: joined(words.detail, pull?.left) });
    return null;
  }

  async takeRefusal(entry, problem, pull) {
    const words = refused(problem, entry.shown, titleOf);
    this.showLine(entry.client_scan_id, { badge: "rejected", note: `${words.title}. ${words.detail}`, scan: problem?.scan_id });
    // A sack that was refused must not collect the next bags, and neither may the one before it.
    if (entry.kind === "parent" && this.sack?.entered === entry.code) { this.sack = null; this.showSack(); }
    if (!entry.isTold) {
      this.tell({ ...words, detail: joined(words.detail, pull?.left) });
      // The answer of a later pull covers it at once; then it stands in the list as well.
      if (this.entries.at(-1) === entry) return null;
    }
    await this.attend(entry, words);
    if (entry.isTold) {
      this.sounds.play("refused");
      this.view.announce("assertive", `${entry.shown} needs attention. ${words.title}`);
    }
    return null;
  }

  /** Puts an entry onto the list of those that need attention. */
  async attend({ client_scan_id, user_id, scanned_at, shown }, { title, detail }) {
    const item = { client_scan_id, user_id, scanned_at, code: shown, title, detail };
    await this.store.attend(item);
    this.attention.push(item);
  }

  /** A scan that was taken back on this device and has arrived: what the server made of it is undone there too. */
  async undoWithdrawn(entry, { status, body }) {
    const isLinked = verdict(status) === "done" && body.scan.outcome === "linked";
    if (!isLinked) return null;
    const answer = await this.server.post(`/scans/${encodeURIComponent(body.scan.id)}/undo`, {});
    if (["keep", "sign-in"].includes(verdict(answer.status))) return answer;
    return this.takeUndo(entry, answer, body.scan.id);
  }

  /** The server's answer to an undo that had waited on this device. */
  async takeUndo(entry, { status, body }, scan = entry.code) {
    if (verdict(status) === "done") {
      this.showUndone(entry.client_scan_id, scan, body);
      return null;
    }
    await this.attend(entry, refused(body, entry.shown, titleOf));
    this.showLine(entry.client_scan_id, { badge: "linked", note: "It could not be taken back", scan });
    return null;
  }

  /** The scan is taken back at the server: its line and its sack say so. */
  showUndone(client, scan, { scan: { undone_at } = {}, parent }) {
    const time = this.view.clock(undone_at ?? new Date().toISOString());
    this.showLine(client, { badge: "undone", note: `Undone at ${time}`, scan }, parent);
    if (parent && this.sack?.code === parent.code) { this.sack.count = parent.child_count; this.view.sack(this.sack); }
  }

  refreshLists() {
    this.view.attention(this.attention, async (item) => {
      await this.store.dismiss(item.client_scan_id);
      this.attention = this.attention.filter((each) => each !== item);
      this.refreshLists();
      focusBox();
    });
    this.countWaiting();
    this.refreshBand();
  }

  /** Notes for other pages how many scans of this person wait, those of other windows too. */
  async countWaiting() {
    try {
      const count = await this.store.count() - this.others.length;
      localStorage.setItem("portico.waiting", String(Math.max(0, count)));
    } catch { /* Only a reminder elsewhere. */ }
  }

  refreshBand() {
    const own = this.entries.length;
    const others = othersWait(this.others);
    const wait = `${scans(own)} saved on this device.`;
    const signIn = `/bags/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
    if (this.isSignedOut) return this.view.band(`You are signed out. ${own ? wait : ""} `, signIn);
    const { why, when } = this.cause;
    const isOld = this.entries.some((entry) => entry.isTold);
    const lead = !own ? [] : this.failures ? [`${why} ${wait} ${when}`] : isOld ? [`${wait} They are being sent.`] : [];
    this.view.band([...lead, ...others].join(" "));
  }

  /* Undo */

  async undoLast(isPulled = false) {
    const line = [...at("recent").children].find(({ dataset }) => ["linked", "saved"].includes(dataset.outcome));
    if (!line) return this.refuse("Nothing to undo", "", "");
    return this.undo(line, isPulled);
  }

  /** Takes a scan back; a pull of the trigger for it has its sign already. */
  async undo(line, isPulled = false) {
    const shown = line.querySelector(".line-code").textContent;
    const { client, scan } = line.dataset;
    const entry = this.entries.find((each) => each.client_scan_id === client);
    if (entry) return this.undoKept(entry, line);
    const pull = { kind: "command", shown };
    if (!isPulled) this.outstanding.begin(pull);
    const answer = await this.server.post(address({ kind: "undo", code: scan }), {});
    this.outstanding.end(pull);
    if (answer.status === 0) {
      const { why } = whyWaiting({ status: 0, isOnline: navigator.onLine, isLate: answer.isLate });
      return this.refuse("Undo needs the network", `${why} The scan stands for now.`, shown);
    }
    if (verdict(answer.status) === "sign-in") return this.keepUndo(line, shown, answer);
    if (verdict(answer.status) !== "done") return this.tell(refused(answer.body, shown, titleOf));
    this.showUndone(client, scan, answer.body);
    this.tellWindows();
    const { parent } = answer.body;
    const detail = parent ? `${parent.code}: ${parent.child_count} of ${parent.capacity}` : "";
    return this.tell({ kind: "undone", title: "Undone", detail, code: shown });
  }

  /** The session is over: the undo waits on this device, as a scan does, until this person has signed in again. */
  async keepUndo({ dataset: { scan } }, shown, answer) {
    const entry = { ...entryFor({ kind: "undo", code: scan, shown }, this), isTold: true };
    try {
      await this.store.add(entry);
    } catch {
      return this.refuse("Sign in again", "You are signed out. The scan stands for now.", shown);
    }
    this.entries.push(entry);
    this.view.keptLine(entry);
    this.windows.tell({ kept: entry });
    await this.postpone([entry], answer);
    this.countWaiting();
    return this.tell({ kind: "saved", title: "Sign in again", detail: "The undo is kept, and goes when you have signed in.", code: shown });
  }

  /**
   * A scan that never left this device is taken back by forgetting it. A bag that may have arrived is taken back here, and
   * undone at the server once it answers, whichever window sent it; anything else has to be sent first.
   */
  async undoKept(entry, line) {
    if (entry.isWithdrawn) return this.tell({ kind: "undone", title: "Taken back", detail: "", code: entry.shown });
    const isForgotten = entry.attempts === 0 && !this.isSending && await this.whileNobodySends(() => this.store.forget(entry));
    if (!isForgotten && entry.kind !== "child") {
      this.pump();
      return this.refuseUndo(entry);
    }
    this.answered(entry);
    if (isForgotten) {
      this.entries = this.entries.filter((each) => each !== entry);
      this.showLine(line.dataset.client, { badge: "undone", note: "Taken back before it was sent" });
      this.tellWindows();
    } else {
      entry.isWithdrawn = true;
      // Sent meanwhile, it is sent once more: the server knows it again, and says which scan is to be undone.
      if (!this.entries.includes(entry)) this.entries.push(entry);
      await this.store.put(entry);
      this.view.keptLine(entry);
      this.windows.tell({ kept: entry });
    }
    if (entry.kind === "child" && this.sack?.entered === entry.parent) this.countSaved();
    this.refreshLists();
    const detail = isForgotten ? "It was not sent." : "The server is told as soon as it answers.";
    this.tell({ kind: "undone", title: "Taken back", detail, code: entry.shown });
    this.pump();
    return true;
  }

  /** Only a bag can be taken back when it is not known whether it has arrived. */
  async refuseUndo(entry) {
    const [kept] = await this.store.between([entry]);
    if (!kept) return this.refuse("Already sent", "It cannot be taken back here any more.", entry.shown);
    return this.refuse("It may have been sent", joined("Wait for the server's answer.", this.failures ? this.cause.why : null), entry.shown);
  }
}

/* ── Lorry ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

/**
 * Sacks scanned onto a bill, past the gate, or onto a return ticket. What is shown of the bill or ticket is read from
 * the server again whenever something has changed.
 */
export class LorryStation extends Station {
  constructor() {
    super();
    this.kind = at("station").dataset.kind;
    this.billID = at("station").dataset.bill;
    this.ticketID = at("station").dataset.ticket;
    // What the first view needs comes first.
    setTimeout(() => this.follow(), LIMITS.follow);
    at("dispatch-form")?.addEventListener("submit", (event) => this.guardDispatch(event));
  }

  // There is no current sack here: every scan is one.
  restoreSack() {}
  leave() {}
  showSack() {}

  /** A sack that comes back is in some condition. */
  further() {
    const condition = document.querySelector("#scan-form [name=condition]")?.value;
    return condition ? { condition } : {};
  }

  isHere({ kind, bill_id, ticket_id }) {
    return kind === this.kind && (bill_id ?? undefined) === this.billID && (ticket_id ?? undefined) === this.ticketID;
  }

  async work(reading, pull) {
    if (reading.kind === "command") return this.command(reading.code);
    if (this.isOffline && this.refuseHere(reading)) return;
    if (!await this.refuseTooMany(reading.code)) await this.keep({ ...reading, kind: this.kind, shown: pull.shown }, pull);
  }

  async command(code) {
    if (code === "CMD:REPEAT") return this.last && this.tell(this.last);
    return this.refuse("Not here", "This card works at the packing table.", code);
  }

  refuseHere({ kind, code, shown = code }) {
    if (kind !== "parent") return this.refuse("Not a sack", "Scan the label of a sack.", shown);
    const twin = this.entries.find((entry) => this.isHere(entry) && entry.code === code);
    return twin ? this.tell({ kind: "duplicate", title: "Already scanned", detail: "Saved on this device before.", code }) : false;
  }

  async takeAnswer(entry, answer) {
    const obstacle = await super.takeAnswer(entry, answer);
    this.refreshSoon();
    return obstacle;
  }

  /** Others may be loading too, or the office may change the bill. */
  follow() {
    if (!this.billID) return;
    const refresh = () => this.refreshSoon();
    this.stream = new LiveStream(
      `/bags/api/v1/stream?topics=bill:${encodeURIComponent(this.billID)}`, { bill: refresh, reset: refresh });
  }

  /** At most one reading at a time, however fast answers come; what changes meanwhile is read after it. */
  refreshSoon() {
    this.isStale = true;
    this.reading ??= this.readAgain().finally(() => { this.reading = null; });
  }

  async readAgain() {
    while (this.isStale) {
      await new Promise((resume) => { setTimeout(resume, 200); });
      this.isStale = false;
      await this.refresh();
    }
  }

  /** Reads the page again and puts the parts that tell of the bill in place. A state that ended the work loads it. */
  async refresh() {
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, credentials: "same-origin", cache: "no-store" });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const isOver = page.getElementById("station")?.dataset.kind !== this.kind;
      if (isOver && !this.entries.length) return location.assign(location.pathname);
      for (const part of document.querySelectorAll("[data-refresh]")) {
        const fresh = page.getElementById(part.id);
        if (fresh) part.replaceChildren(...document.adoptNode(fresh).childNodes);
      }
    } catch { /* Away: the next answer tries again. */ }
  }

  /** The lorry leaves with the network only: what waits on this device, in any window, has to be known first. */
  guardDispatch(event) {
    const { target: form, submitter: button } = event;
    if (form.dataset.isKnown) return;
    event.preventDefault();
    if (!navigator.onLine || this.entries.length) return this.refuseDispatch(this.entries);
    return this.dispatch(form, button);
  }

  async dispatch(form, button) {
    const kept = await this.keptForDispatch();
    if (kept.length) return this.refuseDispatch(kept);
    form.dataset.isKnown = "yes";
    form.requestSubmit(button);
    delete form.dataset.isKnown;
  }

  /** Entries of this person, and those of this bill whoever made them: one may be a sack that does not belong here. */
  async keptForDispatch() {
    try {
      const stored = await this.store.all("scans");
      return stored.filter((entry) => entry.user_id === this.userID || entry.bill_id === this.billID);
    } catch {
      return this.entries;
    }
  }

  refuseDispatch(kept) {
    const isOnline = navigator.onLine;
    const own = kept.filter((entry) => entry.user_id === this.userID).length;
    const going = this.failures || !isOnline ? joined(this.cause.why, this.cause.when) : "They are being sent.";
    const words = [own ? `${waiting(own)} here. ${going}` : null, ...othersWait(kept.filter((entry) => entry.user_id !== this.userID))];
    this.refuse(isOnline ? "Dispatch has to wait" : "Dispatch needs the network", joined(...words), "");
    if (isOnline) this.hurry();
  }
}

/* ── Keys and focus ────────────────────────────────────────────────────────────────────────────────────────────── */

function focusBox() {
  if (!document.querySelector("dialog[open]")) at("code").focus({ preventScroll: true });
}

const isField = (element) => element?.matches?.("input:not([type=checkbox]), textarea, select") ?? false;
const remembered = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const remember = (name, value) => { try { localStorage.setItem(name, value); } catch { /* It is learnt again. */ } };
const shortcutsAreOn = () => { try { return localStorage.getItem("portico.shortcuts") !== "off"; } catch { return true; } };

/** What was put into the box before this script was there; what the server left in it is not. */
function typedAhead() {
  const { value, defaultValue } = at("code");
  return value === defaultValue ? "" : value.startsWith(defaultValue) ? value.slice(defaultValue.length) : value;
}

const isWritten = (element) => isField(element) && !element.matches("select, [type=radio], [type=file], [type=range], [type=submit]");

/** Where a key goes, for the recogniser. Text that is marked is about to be written over. */
function placeOf(field) {
  if (field !== at("code")) return { field, kind: isWritten(field) ? "field" : "page", before: "", after: "" };
  const { value, selectionStart, selectionEnd } = field;
  return { field, kind: "box", before: value.slice(0, selectionStart), after: value.slice(selectionEnd) };
}

function watchKeys(station) {
  const scanner = new ScannerRecogniser({ isEnding: remembered("portico.terminator") === "yes" });
  // What came back refused is written over by the next code; what somebody is typing is not.
  const ahead = typedAhead();
  if (ahead) at("code").value = ahead; else at("code").select();
  scanner.wrote(performance.now());
  at("code").addEventListener("input", (event) => scanner.wrote(event.timeStamp));
  let before = null;
  let timer = 0;
  const finish = (ended, time) => {
    if (before && before.field !== at("code")) before.field.value = before.value;
    before = null;
    at("code").value = "";
    focusBox();
    remember("portico.terminator", scanner.isEnding ? "yes" : "no");
    if (ended.scan) station.take(ended.scan, time); else station.takeNothing(ended);
  };
  addEventListener("keydown", (event) => {
    station.sounds.wake();
    if (event.isComposing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    // The silence may have ended a scan before its timer came to say so.
    const late = scanner.quiet(event.timeStamp);
    if (late) finish(late, event.timeStamp);
    const field = document.activeElement;
    const { began, goesOn, swallow, scan, torn, stale } = scanner.key(event.key, event.timeStamp, placeOf(field));
    if (began && !(goesOn && before)) before = isField(field) ? { field, value: field.value } : null;
    if (swallow) { event.preventDefault(); event.stopImmediatePropagation(); }
    clearTimeout(timer);
    if (scan || torn || stale !== undefined) return finish({ scan, torn, stale }, event.timeStamp);
    const { patience } = scanner;
    timer = setTimeout(() => {
      const silent = scanner.quiet(event.timeStamp + patience);
      if (silent) finish(silent, event.timeStamp); else loneKey(event);
    }, patience);
  }, { capture: true });

  /** A single key that no other key followed. In the box it is taken out again; in other fields it is text. */
  function loneKey({ key, target }) {
    const isInBox = target === at("code");
    if ((key !== "?" && key !== "/") || !shortcutsAreOn() || (isField(target) && !isInBox)) return;
    if (isInBox && at("code").value !== key) return;
    at("code").value = "";
    if (key === "?") at("help-dialog")?.showModal(); else document.querySelector("[data-slash]")?.focus();
  }

  addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; });
      focusBox();
    }
    const isElsewhere = isField(event.target) && (event.target !== at("code") || at("code").value !== "");
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || isElsewhere) return;
    event.preventDefault();
    station.undoLast();
  });
}

function watchFocus() {
  const empties = { timer: 0 };
  const watchEmpty = ({ target }) => {
    clearTimeout(empties.timer);
    if (!isField(target) || target === at("code") || target.tagName === "SELECT" || target.closest("dialog, [data-patient]")) return;
    empties.timer = setTimeout(() => { if (document.activeElement === target && !target.value) focusBox(); }, LIMITS.emptyField);
  };
  document.addEventListener("focusin", watchEmpty);
  document.addEventListener("input", watchEmpty);
  document.addEventListener("click", ({ target }) => {
    const menus = [...document.querySelectorAll("details.menu[open]")];
    menus.filter((menu) => !menu.contains(target)).forEach((menu) => { menu.open = false; });
    if (!target.closest("a, button, input, select, textarea, label, summary, dialog")) focusBox();
  });
  document.querySelectorAll("dialog").forEach((dialog) => dialog.addEventListener("close", focusBox));
  addEventListener("focus", focusBox);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) focusBox(); });
  // The page has focused the box already; whoever writes somewhere else by now goes on there.
  if (!isField(document.activeElement)) focusBox();
}

/** The keyboard of a phone stays away until it is asked for: it would cover the answers. */
function keyboardButton() {
  at("code").inputMode = "none";
  at("keyboard").addEventListener("click", () => {
    const isShown = at("keyboard").getAttribute("aria-pressed") === "true";
    at("keyboard").setAttribute("aria-pressed", String(!isShown));
    at("code").blur();
    at("code").inputMode = isShown ? "none" : "text";
    focusBox();
  });
}

/* ── Start ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

function bindControls(station) {
  at("scan-tools").hidden = false;
  at("scan-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = at("code").value;
    at("code").value = "";
    if (text.trim()) station.take(text);
    focusBox();
  });
  // Some scanners of phones put the whole code in at once, without keys.
  at("code").addEventListener("input", (event) => {
    if (event.inputType !== "insertText" || (event.data?.length ?? 0) < 4) return;
    const text = at("code").value;
    at("code").value = "";
    station.take(text);
  });
  at("leave")?.addEventListener("click", (event) => { event.preventDefault(); station.leave(); });
  at("help")?.addEventListener("click", () => at("help-dialog").showModal());
  at("sound").addEventListener("click", () => {
    station.sounds.isOn = !station.sounds.isOn;
    at("sound").setAttribute("aria-pressed", String(station.sounds.isOn));
    focusBox();
  });
  at("recent").addEventListener("click", (event) => {
    const line = event.target.closest("button") && event.target.closest("li");
    if (!line) return;
    event.preventDefault();
    station.undo(line);
  });
  for (const box of document.querySelectorAll("[data-shortcuts]")) {
    box.checked = shortcutsAreOn();
    box.closest("label").hidden = false;
    box.addEventListener("change", () => localStorage.setItem("portico.shortcuts", box.checked ? "on" : "off"));
  }
}

function cameraButton(station) {
  at("camera").addEventListener("click", async () => {
    const { openCamera } = await import(at("camera").dataset.module);
    await openCamera((text) => station.take(text), focusBox);
  });
}

/** Buttons that take something away ask first. */
function guardQuestions() {
  document.addEventListener("submit", (event) => {
    const { target: form, submitter: button } = event;
    if (!button?.dataset.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    const dialog = at("question-dialog");
    at("question-text").textContent = button.dataset.confirm;
    at("question-yes").textContent = button.textContent.trim();
    const answered = () => {
      if (dialog.returnValue !== "yes") return;
      form.dataset.confirmed = "yes";
      form.requestSubmit(button);
      delete form.dataset.confirmed;
    };
    dialog.addEventListener("close", answered, { once: true });
    dialog.returnValue = "no";
    dialog.showModal();
  });
}

/** Signing out with scans waiting asks first; signing out makes the browser forget the kept page. */
function guardSignOut(station) {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-sign-out]")) return;
    const go = () => { forgetPages(); form.submit(); };
    event.preventDefault();
    const count = await station.countKept();
    if (!count) return go();
    const dialog = at("leave-dialog");
    const wait = waiting(count);
    at("leave-text").textContent = `${wait} on this device until you sign in here again. Nobody else can send them.`;
    dialog.addEventListener("close", () => { if (dialog.returnValue === "go") go(); }, { once: true });
    dialog.returnValue = "stay";
    dialog.showModal();
  });
}

async function keepForOffline() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register("/bags/sw.js", { scope: "/bags/" });
  const { active } = await navigator.serviceWorker.ready;
  const assets = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((each) => each.href ?? each.src);
  assets.push(at("camera").dataset.module);
  active.postMessage({ type: "keep", assets, page: location.pathname });
}

if (typeof document !== "undefined" && at("station")) {
  const station = at("station").dataset.kind ? new LorryStation() : new Station();
  bindControls(station);
  keyboardButton();
  cameraButton(station);
  guardSignOut(station);
  guardQuestions();
  watchKeys(station);
  watchFocus();
  station.start();
  if (at("station").dataset.kind !== "bill") keepForOffline().catch(() => {});
}
