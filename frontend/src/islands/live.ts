// Follows what happens. An event carries only what changed; the fragment is then fetched as usual, so rights stay in one place.
//
// Marks: <meta name="events" content="/events/">; data-live="conversation:12 inbox" with hx-get and hx-trigger="live" on what
// should be fetched anew; [data-live-state] shows "Live" or "Paused". An event {"what": "inbox", "ids": [12, 13]} wakes inbox,
// conversation:12 and conversation:13; without ids it wakes inbox and every conversation, and {"what": "all"} wakes everything.
// While the stream is down all are fetched every 15 s.

export interface Stream { onopen: ((event: Event) => void) | null; onmessage: ((event: MessageEvent) => void) | null; onerror: ((event: Event) => void) | null; close(): void }
export interface Outside {
  open(url: string): Stream;
  refresh(element: Element): void;
  later(act: () => void, ms: number): number;
  stop(timer: number): void;
  chance(): number;
}

export const POLL = 15_000;
const QUIET = 250; // ms in which several events make one fetch
const LONGEST = 60_000;
const ALL = "*";

export function startLive(page: Document, outside: Outside): Live | null {
  const address = page.querySelector<HTMLMetaElement>('meta[name="events"]')?.content;
  if (!address) return null;
  const live = new Live(page, address, outside);
  live.start();
  return live;
}

export class Live {
  private stream: Stream | null = null;
  private failures = 0;
  private woken = new Set<string>();
  private fetching = 0;
  private polling = 0;
  private retrying = 0;
  private missed = false;

  constructor(private page: Document, private address: string, private outside: Outside) {}

  start(): void {
    // A hidden tab lets go of its connection: a browser keeps only six to one server.
    this.page.addEventListener("visibilitychange", () => (this.page.hidden ? this.rest() : this.connect()));
    this.page.defaultView?.addEventListener("pagehide", () => this.rest());
    if (!this.page.hidden) this.connect();
  }

  private connect(): void {
    this.outside.stop(this.retrying);
    this.stream?.close();
    const stream = this.outside.open(this.address);
    this.stream = stream;
    stream.onopen = () => {
      this.failures = 0;
      this.outside.stop(this.polling);
      this.state("live");
      if (this.missed) this.all();
      this.missed = false;
    };
    stream.onmessage = (event) => this.heard(String(event.data));
    stream.onerror = () => {
      stream.close();
      if (stream === this.stream) this.lost();
    };
  }

  private lost(): void {
    this.stream = null;
    if (!this.missed) this.poll();
    this.missed = true;
    this.state("paused");
    this.failures += 1;
    const wait = Math.min(1000 * 2 ** (this.failures - 1), LONGEST);
    this.outside.stop(this.retrying);
    this.retrying = this.outside.later(() => this.connect(), wait * (0.5 + this.outside.chance() / 2));
  }

  private rest(): void {
    this.outside.stop(this.retrying);
    this.outside.stop(this.polling);
    this.stream?.close();
    this.stream = null;
    this.missed = true;
  }

  private poll(): void {
    this.outside.stop(this.polling);
    this.polling = this.outside.later(() => { this.all(); this.poll(); }, POLL);
  }

  private heard(data: string): void {
    for (const name of names(data)) this.woken.add(name);
    if (this.fetching || this.woken.size === 0) return;
    this.fetching = this.outside.later(() => {
      this.fetching = 0;
      const woken = this.woken;
      this.woken = new Set();
      this.wake((wanted) => woken.has(ALL) || wanted.some((one) => woken.has(one) || woken.has(one.replace(/:.*$/, ":*"))));
    }, QUIET);
  }

  private all(): void {
    this.wake(() => true);
  }

  private wake(wants: (names: string[]) => boolean): void {
    for (const one of this.page.querySelectorAll<HTMLElement>("[data-live]"))
      if (wants((one.dataset["live"] ?? "").split(/\s+/).filter(Boolean))) this.outside.refresh(one);
  }

  private state(now: "live" | "paused"): void {
    for (const one of this.page.querySelectorAll<HTMLElement>("[data-live-state]")) {
      one.dataset["state"] = now;
      const words = one.querySelector("[data-words]") ?? one;
      words.textContent = now === "live" ? "Live" : "Paused";
      one.title = now === "live" ? "New messages appear by themselves" : `No live connection; looks for news every ${POLL / 1000} s`;
    }
  }
}

// What an event wakes. Anything that is not understood wakes nothing.
export function names(data: string): string[] {
  let event: { what?: unknown; ids?: unknown };
  try {
    event = JSON.parse(data) as typeof event;
  } catch {
    return [];
  }
  if (typeof event !== "object" || event === null || typeof event.what !== "string") return [];
  if (event.what === "all") return [ALL];
  const ids = (Array.isArray(event.ids) ? event.ids : []).filter((one) => Number.isInteger(one)) as number[];
  const one = event.what === "inbox" ? "conversation" : event.what;
  return [event.what, ...(ids.length ? ids.map((id) => `${one}:${id}`) : [`${one}:*`])];
}
