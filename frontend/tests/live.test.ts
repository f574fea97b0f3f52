import { expect, test } from "vitest";
import { names, POLL, startLive, type Stream } from "../src/islands/live";
import { Clock, fresh } from "./page";

class Tap implements Stream {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  closed = false;
  close(): void { this.closed = true; }
}

const PAGE = `<div id="list" data-live="inbox"></div><div id="thread" data-live="conversation:12"></div><span data-live-state><span data-words></span></span>`;

function follow(): { taps: Tap[]; fetched: string[]; clock: Clock; state: () => string } {
  const page = fresh(PAGE, '<meta name="events" content="/events/">');
  const taps: Tap[] = [];
  const fetched: string[] = [];
  const clock = new Clock();
  startLive(page, { open: () => { taps.push(new Tap()); return taps.at(-1)!; }, refresh: (one) => fetched.push(one.id), later: clock.later, stop: clock.stop, chance: () => 1 });
  return { taps, fetched, clock, state: () => page.querySelector("[data-words]")!.textContent! };
}

function say(tap: Tap, event: object): void {
  tap.onmessage!(new MessageEvent("message", { data: JSON.stringify(event) }));
}

test("an event fetches the list and its own thread, once for a burst", () => {
  const { taps, fetched, clock } = follow();
  taps[0]!.onopen!(new Event("open"));

  say(taps[0]!, { what: "inbox", ids: [12] });
  say(taps[0]!, { what: "inbox", ids: [12] });
  clock.pass(300);

  expect(fetched).toEqual(["list", "thread"]);
});

test("another conversation leaves this thread alone", () => {
  const { taps, fetched, clock } = follow();

  say(taps[0]!, { what: "inbox", ids: [13] });
  clock.pass(300);

  expect(fetched).toEqual(["list"]);
});

test("without a stream everything is fetched every fifteen seconds", () => {
  const { taps, fetched, clock, state } = follow();

  for (let i = 0; i < 20; i += 1) {
    taps.at(-1)!.onerror!(new Event("error"));
    clock.pass(POLL / 10);
  }

  expect(state()).toBe("Paused");
  expect(fetched.length).toBe(2 * 2);
});

test("a stream that comes back fetches what was missed and stops polling", () => {
  const { taps, fetched, clock, state } = follow();

  taps[0]!.onerror!(new Event("error"));
  clock.pass(1000);
  taps[1]!.onopen!(new Event("open"));
  clock.pass(POLL * 3);

  expect(state()).toBe("Live");
  expect(fetched).toEqual(["list", "thread"]);
});

test("attempts grow apart", () => {
  const { taps, clock } = follow();

  const waits = [1, 2, 3].map(() => {
    const before = taps.length;
    taps.at(-1)!.onerror!(new Event("error"));
    let waited = 0;
    while (taps.length === before) { clock.pass(500); waited += 500; }
    return waited;
  });

  expect(waits).toEqual([1000, 2000, 4000]);
});

test("what is not understood wakes nothing", () => {
  expect(names("hello")).toEqual([]);
  expect(names("null")).toEqual([]);
  expect(names('{"ids": [3]}')).toEqual([]);
  expect(names('{"what": "source", "ids": [3, "x"]}')).toEqual(["source", "source:3"]);
});

test.each([{ what: "inbox", ids: [] }, { what: "all", ids: [] }])("an event without ids fetches everything it may be about", (event) => {
  const { taps, fetched, clock } = follow();

  say(taps[0]!, event);
  clock.pass(300);

  expect(fetched).toEqual(["list", "thread"]);
});
