// The return desk: takes sacks onto a ticket. Codes, scanner, sounds, and what is kept on the device are the packing
// station's; scans that wait here go by the batch as its scans do.

const at = (id) => document.getElementById(id);
const desk = at("returns");
const station = desk && await import(desk.dataset.station);

const part = (kind, name) =>
  [...(document.querySelector(`#parts [data-${kind}="${name}"]`)?.cloneNode(true).childNodes ?? [])];

/** A scan as it goes over the wire, alone or in a batch. */
export function wire({ code, condition, ticket_id, client_scan_id, scanned_at }, inBatch) {
  const body = { code, condition, client_scan_id, scanned_at };
  return inBatch ? { ...body, kind: "return", ticket_id } : body;
}

/** What the page shows for a sack that was taken. */
export function taken({ duplicate, item }) {
  const bags = `${item.child_count} ${item.child_count === 1 ? "bag" : "bags"}`;
  const hold = item.condition === "good" ? "" : " It is on hold.";
  return duplicate
    ? { kind: "duplicate", title: "Already on this ticket", detail: `${bags}, ${item.condition}.`, code: item.code }
    : { kind: "linked", title: "Taken back", detail: `${bags}, left on ${item.original_bill_code}.${hold}`, code: item.code };
}

class ReturnDesk {
  constructor() {
    const { ticket, user, userName } = desk.dataset;
    Object.assign(this, {
      ticket, user, userName, entries: [], failures: 0, isSending: false, isSignedOut: false, intake: Promise.resolve(),
      server: new station.Server(document.querySelector("meta[name=csrf-token]")?.content ?? ""),
      store: new station.DeviceStore(), sounds: new station.Sounds(), bounce: new station.BounceFilter(),
    });
  }

  async start() {
    try {
      await this.store.open();
      this.entries = (await this.store.all("scans")).filter((entry) => entry.kind === "return" && entry.user_id === this.user);
    } catch {
      return this.stop();
    }
    addEventListener("online", () => this.pump());
    this.pump();
  }

  take(text) {
    this.sounds.wake();
    this.intake = this.intake.then(() => this.keep(text)).catch(() => this.stop());
  }

  /** Written to the device before it is sent: a sack that was scanned is never lost. */
  async keep(text) {
    if (this.isBroken) return this.stop();
    const code = station.normalise(text);
    if (!code || this.bounce.isBounce(code, performance.now())) return;
    const entry = {
      client_scan_id: station.freshID(), user_id: this.user, user_name: this.userName, kind: "return", code, shown: code,
      parent: null, bill_id: null, ticket_id: this.ticket, condition: document.querySelector("[name=condition]").value,
      scanned_at: new Date().toISOString(), attempts: 0,
    };
    await this.store.add(entry);
    this.entries.push(entry);
    if (this.failures) this.tellSaved(entry);
    this.pump();
  }

  async pump() {
    if (this.isSending || !this.entries.length) return this.band();
    this.isSending = true;
    clearTimeout(this.timer);
    try {
      await (navigator.locks ? navigator.locks.request("bags-station-queue", () => this.drain()) : this.drain());
    } catch {
      this.stop();
    } finally {
      this.isSending = false;
      this.band();
    }
  }

  async drain() {
    while (this.entries.length) {
      const [entry] = this.entries;
      const isFirst = entry.attempts === 0 && entry.ticket_id === this.ticket;
      const answer = isFirst
        ? await this.server.post(`/returns/${encodeURIComponent(this.ticket)}/scans`, wire(entry, false))
        : station.batched(await this.server.post("/scans/batch", { items: [wire(entry, true)] }));
      const verdict = station.verdict(answer.status);
      if (verdict === "keep" || verdict === "sign-in") return this.postpone(entry, answer);
      Object.assign(this, { failures: 0, isSignedOut: false });
      await this.settle(entry, answer, verdict);
    }
  }

  async settle(entry, { body }, verdict) {
    if (verdict === "refused") {
      const words = station.refused(body, entry.shown);
      if (entry.isTold) {
        const { client_scan_id, user_id, scanned_at, shown } = entry;
        await this.store.attend({ client_scan_id, user_id, scanned_at, code: shown, title: words.title, detail: words.detail });
      }
      this.tell(words);
    } else {
      this.tell(taken(body));
      if (!body.duplicate && entry.ticket_id === this.ticket) this.addRow(body.item);
    }
    await this.store.remove([entry]);
    this.entries = this.entries.filter((each) => each !== entry);
  }

  async postpone(entry, answer) {
    this.failures += 1;
    this.isSignedOut = answer.status === 401;
    entry.attempts += 1;
    await this.store.put([entry]);
    for (const each of this.entries) this.tellSaved(each);
    const delay = station.retryDelay(this.failures, Math.random(), answer.retryAfter);
    this.timer = setTimeout(() => this.pump(), delay);
  }

  tellSaved(entry) {
    if (entry.isTold) return;
    entry.isTold = true;
    this.tell({
      kind: "saved", title: "Saved on this device", code: entry.shown,
      detail: `${station.waiting(this.entries.length)} for the network.`,
    });
  }

  tell({ kind, title, detail, code }) {
    at("answer").dataset.kind = kind;
    at("answer-icon").replaceChildren(...part("icon", kind));
    at("answer-title").textContent = title;
    at("answer-code").textContent = code ?? "";
    at("answer-detail").textContent = detail ?? "";
    const region = kind === "refused" ? "assertive" : "polite";
    at(region).textContent = "";
    setTimeout(() => { at(region).textContent = [title, code, detail].filter(Boolean).join(". "); }, 40);
    this.sounds.play(kind);
    focusBox();
  }

  stop() {
    this.isBroken = true;
    this.tell({ kind: "refused", title: "Stop scanning", detail: "This device cannot save scans. Use another one, or load the page again.", code: "" });
  }

  band() {
    const wait = `${station.scans(this.entries.length)} saved on this device.`;
    at("band").hidden = !this.entries.length || !this.failures;
    at("band").textContent = this.isSignedOut ? `You are signed out. ${wait} Sign in to send them.` : `Offline. ${wait} They go by themselves when the network is back.`;
  }

  /** A line on top of the ticket's sacks, as the server makes them. */
  addRow(item) {
    const table = at("sacks").querySelector("tbody");
    const row = document.createElement("tr");
    const cell = (label, content, className = "text") => {
      const made = Object.assign(document.createElement("td"), { className });
      made.dataset.label = label;
      const inside = document.createElement("div");
      inside.append(...[content].flat());
      made.append(inside);
      return made;
    };
    const head = Object.assign(document.createElement("th"), { scope: "row", className: "code" });
    head.append(Object.assign(document.createElement("a"), {
      className: "code", href: `/bags/bags/${encodeURIComponent(item.code)}`, textContent: item.code,
    }));
    row.append(
      head, cell("Left on bill", item.original_bill_code), cell("Bags", String(item.child_count), "number"),
      cell("Weight", `${item.weight_grams / 1000} kg`, "number"), cell("Condition", part("badge", item.condition)));
    table.prepend(row);
    at("sacks").hidden = false;
    at("sacks-none").hidden = true;
    at("sack-count").textContent = String(table.rows.length);
  }
}

function focusBox() {
  if (!document.querySelector("dialog[open]")) at("code").focus({ preventScroll: true });
}

/** A scanner is heard wherever the focus is; what it typed into another field is taken out again. */
function watchKeys(page) {
  const scanner = new station.ScannerRecogniser();
  let before = null;
  let timer = 0;
  const finish = (scan) => {
    if (before) before.field.value = before.value;
    before = null;
    at("code").value = "";
    page.take(scan);
    focusBox();
  };
  addEventListener("keydown", (event) => {
    if (event.isComposing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const late = scanner.quiet(event.timeStamp);
    if (late) finish(late);
    const { began, swallow, scan } = scanner.key(event.key, event.timeStamp);
    const field = document.activeElement;
    if (began) before = field?.matches?.("input, textarea") ? { field, value: field.value } : null;
    if (swallow) { event.preventDefault(); event.stopImmediatePropagation(); }
    clearTimeout(timer);
    if (scan) return finish(scan);
    timer = setTimeout(() => {
      const silent = scanner.quiet(event.timeStamp + scanner.silence);
      if (silent) finish(silent);
    }, scanner.silence);
  }, { capture: true });
  addEventListener("keydown", (event) => { if (event.key === "Escape") focusBox(); });
}

if (desk) {
  const page = new ReturnDesk();
  at("scan-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = at("code").value;
    at("code").value = "";
    if (text.trim()) page.take(text);
    focusBox();
  });
  document.querySelector("[name=condition]").addEventListener("change", focusBox);
  addEventListener("focus", focusBox);
  watchKeys(page);
  focusBox();
  page.start();
}
