// Keeps the dashboard current: numbers from `stats` messages, the feed and today's counts from `scan` messages, and the
// parts that no message has the numbers of (what to look after, the hours of today) by reading them again.

import { LiveStream, pauseBefore } from "./live/stream.js";

/** How long messages gather before parts of the page are read again, in milliseconds. */
const pause = 3000;

/** The parts that no message has all numbers of. */
const parts = ["watch", "today"];

/** All parts that messages change: they are behind when messages may have been missed. */
const allParts = ["bills", "watch", "today", "stock", "latest"];

/** Does `work` once for many calls: `span` milliseconds after the first of them. */
export function gathered(work, span, wait = setTimeout) {
  let isPlanned = false;
  return () => {
    if (isPlanned) return;
    isPlanned = true;
    wait(() => {
      isPlanned = false;
      work();
    }, span);
  };
}

/**
 * Parts of the page that are behind. `read` finds the page as it is now, or null while that can't be; `put` puts a part of it
 * in place, and says whether it could.
 */
export class Behind {
  constructor(read, put) {
    Object.assign(this, { read, put, ids: new Set(), turn: 0 });
  }

  note(ids) {
    this.turn += 1;
    for (const id of ids) this.ids.add(id);
  }

  /** Puts in place what is behind. Says whether the page could be read; what was noted meanwhile stays behind. */
  async catchUp() {
    const { turn } = this;
    const page = await this.read();
    if (!page) return false;
    for (const id of [...this.ids]) {
      if (this.put(page, id) && turn === this.turn) this.ids.delete(id);
    }
    return true;
  }
}

/** The number at a dotted path of an object, or null. */
export function numberAt(object, path) {
  const value = path.split(".").reduce((inner, name) => inner?.[name], object);
  return Number.isFinite(value) ? value : null;
}

/** Which of today's counts a scan message changes, and by how much. Only scans of bags are counted. */
export function countsOf(scan) {
  if (scan.kind !== "child") return {};
  if (scan.outcome === "undone") return { undone: 1, linked: -1 };
  if (["linked", "duplicate", "rejected"].includes(scan.outcome)) return { [scan.outcome]: 1 };
  return {};
}

const grouped = new Intl.NumberFormat("en-US");

function show(place, number) {
  const text = grouped.format(number);
  if (place.textContent === text) return;
  place.textContent = text;
  const tile = place.closest(".tile, li");
  tile?.classList.remove("changed");
  void tile?.offsetWidth;
  tile?.classList.add("changed");
}

function takeStats(stats) {
  for (const place of document.querySelectorAll("[data-live^='bags.'], [data-live^='bills.']")) {
    const number = numberAt(stats, place.dataset.live);
    if (number !== null) show(place, number);
  }
}

function takeScan(scan) {
  for (const [name, step] of Object.entries(countsOf(scan))) {
    const place = document.querySelector(`[data-live="today.${name}"]`);
    if (place) show(place, Math.max(0, Number(place.textContent.replaceAll(",", "")) + step));
  }
  const feed = document.getElementById("feed");
  if (!feed) return;
  const line = document.createElement("li");
  const badge = document.querySelector(`#feed-badges [data-badge="${CSS.escape(scan.outcome)}"]`);
  if (badge) line.append(...badge.cloneNode(true).childNodes);
  const note = [scan.parent_code, scan.user_name].filter(Boolean).join(" · ");
  for (const [className, text] of [["code", scan.code], ["note", clock(scan.recorded_at)], ["note who", note]]) {
    line.append(Object.assign(document.createElement("span"), { className, textContent: text }));
  }
  feed.prepend(line);
  while (feed.children.length > 10) feed.lastElementChild.remove();
  feed.parentElement.querySelector(".empty")?.remove();
}

/** The page as it is now; null while it is away. */
async function readPage() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}

/** Puts a part in place, unless somebody is in it. */
function putPart(page, id) {
  const [part, fresh] = [document.getElementById(id), page.getElementById(id)];
  if (part?.contains(document.activeElement)) return false;
  if (part && fresh) part.replaceWith(document.adoptNode(fresh));
  return true;
}

function clock(time) {
  const { zoneMinutes, zone } = document.getElementById("live").dataset;
  return `${new Date(Date.parse(time) + Number(zoneMinutes) * 60000).toISOString().slice(11, 16)} ${zone}`;
}

const STATES = { live: "live", waiting: "connecting again", over: "not live: reload the page" };

function follow(live) {
  const state = document.getElementById("live-state");
  const say = (name) => {
    if (state.textContent !== STATES[name]) state.textContent = STATES[name];
    state.classList.toggle("live", name === "live");
  };
  const behind = new Behind(readPage, putPart);
  let failures = 0;
  // While the page is away what was last known stays. When nobody looks nothing is read.
  const refresh = gathered(async () => {
    if (document.hidden) return;
    failures = await behind.catchUp() ? 0 : failures + 1;
    if (failures) setTimeout(refresh, pauseBefore(failures, Math.random()));
  }, pause);
  const changed = (ids) => {
    behind.note(ids);
    refresh();
  };
  const taking = (take) => (message) => {
    changed(parts);
    take(JSON.parse(message.data));
  };
  const listeners = {
    scan: taking(takeScan), stats: taking(takeStats), bill: () => changed(parts), job: () => changed(parts),
    reset: () => changed(allParts),
  };
  new LiveStream(live.dataset.stream, listeners, say);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) changed(parts); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

if (typeof document !== "undefined") {
  const live = document.getElementById("live");
  if (live && "EventSource" in window) follow(live);
}
