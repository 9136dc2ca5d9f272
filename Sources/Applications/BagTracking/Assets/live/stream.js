// Follows the live stream while a page is open. A browser connects again by itself when a connection breaks, but gives up
// for good when anything but 200 answers: a node with too much to do, a proxy whose node is just starting.

const FIRST = 2000;
const LONGEST = 30000;
const PATIENCE = 10000;
/** The longest that a server can ask to wait, in seconds. */
const OBEYED = 300;

/** Milliseconds until the next attempt: anywhere in 2, 4 … 30 s, so that not all come at once, after what the server asks. */
export function pauseBefore(attempt, random, retryAfterSeconds = 0) {
  const most = Math.min(LONGEST, FIRST * 2 ** (attempt - 1));
  return Math.round(Math.min(OBEYED, retryAfterSeconds) * 1000 + random * most);
}

/** What a status says of the stream: `open`, `later`, or `over` (for good: signed out, not allowed, no such topic). */
export function outlook(status) {
  if (status === 200) return "open";
  return status >= 400 && status < 500 && ![408, 425, 429].includes(status) ? "over" : "later";
}

/** Asks without opening the stream, because an EventSource does not tell the status; 0 when nobody answers. */
async function askForStatus(address) {
  try {
    const answer = await fetch(address, {
      method: "HEAD", cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE),
    });
    return { status: answer.status, retryAfter: Number(answer.headers.get("Retry-After")) || 0 };
  } catch {
    return { status: 0, retryAfter: 0 };
  }
}

const toolsOfPage = () => ({
  EventSource, window, document, ask: askForStatus, random: () => Math.random(),
  wait: (work, span) => setTimeout(work, span), forget: (timer) => clearTimeout(timer),
});

/**
 * A stream that opens anew when the browser has given up on it: after a while, and at once when the network is back or
 * the page is looked at again. It goes on from the last message that came; where none has come yet, it does as if the
 * server had sent `reset`. It rests while the page is left.
 */
export class LiveStream {
  /**
   * `address` has the topics in its query. `listeners` take the messages by the name of their event; that of `reset`
   * loads anew what is shown. `tell` hears how it stands: `live`, `waiting`, or `over` when there is no use in waiting.
   */
  constructor(address, listeners, tell = () => {}, tools = toolsOfPage()) {
    Object.assign(this, {
      address, listeners, tell, tools, source: null, timer: null, turn: 0, attempts: 0, lastID: "", hasGap: false, isOver: false,
    });
    const { window, document } = tools;
    window.addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.hurry(); });
    window.addEventListener("pagehide", () => this.rest());
    window.addEventListener("pageshow", ({ persisted }) => { if (persisted && !this.isOver) this.open(); });
    this.open();
  }

  /** Ends it for good. */
  close() {
    this.isOver = true;
    this.rest();
  }

  rest() {
    this.turn += 1;
    this.hasGap = true;
    this.source?.close();
    this.source = null;
    this.tools.forget(this.timer);
    this.timer = null;
  }

  open() {
    const { EventSource } = this.tools;
    // The browser sends the header for this only when it connects again by itself.
    const from = this.lastID && `&last_event_id=${encodeURIComponent(this.lastID)}`;
    const source = new EventSource(this.address + from);
    this.source = source;
    source.addEventListener("open", () => this.opened());
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) return this.later();
      this.hasGap = true;
      return this.tell("waiting");
    });
    for (const [name, take] of Object.entries(this.listeners)) {
      source.addEventListener(name, (message) => {
        this.lastID = message.lastEventId || this.lastID;
        take(message);
      });
    }
  }

  opened() {
    const mayMiss = this.hasGap && !this.lastID;
    this.hasGap = false;
    this.attempts = 0;
    this.tell("live");
    if (mayMiss) this.listeners.reset?.();
  }

  later(retryAfter = 0) {
    this.source = null;
    this.hasGap = true;
    this.attempts += 1;
    this.tell("waiting");
    this.timer = this.tools.wait(() => this.tryAgain(), pauseBefore(this.attempts, this.tools.random(), retryAfter));
  }

  hurry() {
    if (this.timer === null) return;
    this.tools.forget(this.timer);
    this.tryAgain();
  }

  async tryAgain() {
    this.timer = null;
    const { turn } = this;
    const { status, retryAfter } = await this.tools.ask(this.address);
    // The page was left, or needs the stream no more.
    if (turn !== this.turn) return;
    const next = outlook(status);
    if (next === "open") return this.open();
    if (next === "later") return this.later(retryAfter);
    this.isOver = true;
    this.tell("over");
  }
}
