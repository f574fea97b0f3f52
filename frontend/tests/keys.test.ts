import { expect, test } from "vitest";
import { groups, startKeys } from "../src/islands/keys";
import { fresh, press } from "./page";

const PAGE = `
  <input id="search" data-key="/" aria-label="Search everything">
  <a id="inbox" data-key="g i" data-key-label="Inbox" href="#inbox">Inbox</a>
  <button id="close" data-key="c">Close</button>
  <button data-key="a" disabled>Assign</button>
  <ul data-list><li data-item><input type="checkbox" data-tick><a href="#1">One</a></li><li data-item><a href="#2">Two</a></li></ul>`;

function clicks(page: Document, id: string): { count: number } {
  const seen = { count: 0 };
  page.getElementById(id)!.addEventListener("click", () => { seen.count += 1; });
  return seen;
}

test("two strokes in a row go to the inbox", () => {
  const page = fresh(PAGE);
  startKeys(page);
  const seen = clicks(page, "inbox");

  press(page.body, "g");
  press(page.body, "i");

  expect(seen.count).toBe(1);
});

test("a letter typed into a field is only a letter", () => {
  const page = fresh(PAGE);
  startKeys(page);
  const seen = clicks(page, "close");

  press(page.getElementById("search")!, "c");

  expect(seen.count).toBe(0);
});

test("c closes, and a disabled key does nothing", () => {
  const page = fresh(PAGE);
  startKeys(page);
  const seen = clicks(page, "close");

  press(page.body, "c");
  const refused = press(page.body, "a");

  expect(seen.count).toBe(1);
  expect(refused.defaultPrevented).toBe(false);
});

test("where one list is for wide windows and one for phones, the keys work in the one that is seen", () => {
  const page = fresh(`<table><tbody data-list id="wide"><tr data-item><td><input type="checkbox" data-tick><a href="#1">One</a></td></tr></tbody></table>
    <ul data-list><li data-item><a href="#2">One on a phone</a></li></ul>`);
  page.getElementById("wide")!.checkVisibility = () => false;
  startKeys(page);

  press(page.body, "j");
  press(page.body, "x");

  expect(page.querySelector("[data-at] a")!.textContent).toBe("One on a phone");
  expect(page.querySelector<HTMLInputElement>("[data-tick]")!.checked).toBe(false);
  expect(groups(page).flatMap(([, rows]) => rows.map(([key]) => key))).not.toContain("x");
});

test("a key that stands in several rows is that of the row one is at, and of the first before that", () => {
  const page = fresh(`<ul data-list><li data-item><a href="#1">One</a><button id="one" data-key="1">Good</button></li>
    <li data-item><a href="#2">Two</a><button id="two" data-key="1">Good</button></li></ul>`);
  startKeys(page);
  const [one, two] = [clicks(page, "one"), clicks(page, "two")];

  press(page.body, "1");
  press(page.body, "j");
  press(page.body, "j");
  press(page.body, "1");

  expect([one.count, two.count]).toEqual([1, 1]);
});

test("o opens a row by what says that it does, though other links stand before it", () => {
  const page = fresh(`<ul data-list><li data-item><a id="who" href="#bea">Bea</a><a id="why" href="#why">why</a><a id="talk" href="#talk" data-open>Reply</a></li></ul>`);
  startKeys(page);
  const [who, talk] = [clicks(page, "who"), clicks(page, "talk")];

  press(page.body, "j");
  press(page.body, "o");

  expect([who.count, talk.count]).toEqual([0, 1]);
  expect(page.activeElement!.id).toBe("talk");
});

test("j and k walk the list and x ticks the row", () => {
  const page = fresh(PAGE);
  startKeys(page);

  press(page.body, "j");
  press(page.body, "j");
  press(page.body, "k");
  press(page.body, "x");

  expect(page.querySelector("[data-at] a")!.textContent).toBe("One");
  expect(page.querySelector<HTMLInputElement>("[data-tick]")!.checked).toBe(true);
});

test("the help lists what this page can do and nothing else", () => {
  const page = fresh(PAGE);

  const found = Object.fromEntries(groups(page));

  expect(found["Go to"]).toEqual([["g i", "Inbox"]]);
  expect(found["In the list"]!.map(([key]) => key)).toEqual(["j", "k", "o", "x"]);
  expect(found["On this page"]).toEqual([["/", "Search everything"], ["c", "Close"], ["?", "This list"]]);
});
