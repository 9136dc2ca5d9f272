// Sacks scanned onto a bill, past the gate, or onto a return ticket. Scanner, queue, sounds and answers are the packing
// station's; what is shown of the bill or ticket is read from the server again whenever something has changed.

const root = document.getElementById("station");
const { Station, at, keepForOffline, normalise, read, run, waiting } = await import(root.dataset.module);

class LorryStation extends Station {
  constructor() {
    super();
    this.kind = root.dataset.kind;
    this.billID = root.dataset.bill;
    this.ticketID = root.dataset.ticket;
    this.follow();
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

  async work(text) {
    if (this.broken) return this.stop(this.broken);
    const code = normalise(text);
    if (!code || this.bounce.isBounce(code, performance.now())) return;
    const reading = read(code, this.products);
    if (reading.kind === "command") return this.command(code);
    if (this.isOffline && this.refuseHere(reading)) return;
    if (!this.refuseTooMany(code)) await this.keep({ kind: this.kind, code, shown: reading.shown ?? code });
  }

  async command(code) {
    if (code === "CMD:REPEAT") return this.last && this.tell(this.last);
    return this.refuse("Not here", "This card works at the packing table.", code);
  }

  refuseHere({ kind, code, shown = code }) {
    if (kind !== "parent") return this.refuse("Not a sack", "Scan the label of a sack.", shown);
    const twin = this.entries.find((entry) => entry.kind === this.kind && entry.code === code
      && (this.billID ? entry.bill_id === this.billID : entry.ticket_id === this.ticketID));
    return twin ? this.tell({ kind: "duplicate", title: "Already scanned", detail: "Saved on this device before.", code }) : false;
  }

  async takeAnswer(entry, answer) {
    await super.takeAnswer(entry, answer);
    this.refreshSoon();
  }

  /** Others may be loading too, or the office may change the bill. */
  follow() {
    if (!this.billID) return;
    const source = new EventSource(`/bags/api/v1/stream?topics=bill:${encodeURIComponent(this.billID)}`);
    source.addEventListener("bill", () => this.refreshSoon());
    source.addEventListener("reset", () => this.refreshSoon());
    addEventListener("pagehide", () => source.close());
  }

  refreshSoon() {
    clearTimeout(this.refreshTimer);
    this.refreshTimer = setTimeout(() => this.refresh(), 200);
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
}

const station = new LorryStation();
run(station);
if (root.dataset.kind !== "bill") keepForOffline().catch(() => {});

// The lorry leaves with the network only: what waits on this device has to be known first.
at("dispatch-form")?.addEventListener("submit", (event) => {
  const count = station.entries.length;
  if (navigator.onLine && !count) return;
  event.preventDefault();
  station.refuse("Dispatch needs the network", count ? `${waiting(count)} here. They go by themselves when the network is back.` : "", "");
});
