import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startToast } from "../src/islands/toast";
import { fresh } from "./page";

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

const PAGE = '<div data-toasts><div class="toast" data-toast data-seconds="2"><span>Saved</span><span data-left></span></div></div>';

function toast(page: Document, detail: object): void {
  page.body.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail }));
}

test("a toast counts its seconds and goes", () => {
  const page = fresh(PAGE);
  startToast(page);
  const before = page.querySelector("[data-left]")!.textContent;

  vi.advanceTimersByTime(2000);

  expect(before).toBe("2 s");
  expect(page.querySelector("[data-toast]")).toBeNull();
});

test("a toast with a way back posts to it with our token", () => {
  const page = fresh("<div data-toasts></div>", '<meta name="csrf" content="abc">');
  startToast(page);

  toast(page, { text: "Sending", undo: "/inbox/7/take-back/", seconds: 10 });

  const form = page.querySelector<HTMLFormElement>("form[data-undo]")!;
  expect(form.getAttribute("action")).toBe("/inbox/7/take-back/");
  expect(form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")!.value).toBe("abc");
  expect(form.querySelector("button")!.dataset["key"]).toBe("z");
});

test("words of a toast are never markup", () => {
  const page = fresh("<div data-toasts></div>");
  startToast(page);

  toast(page, { text: "<b>Bea</b>" });

  expect(page.querySelector("[data-toasts] b")).toBeNull();
});

test("at most three stand at once", () => {
  const page = fresh("<div data-toasts></div>");
  startToast(page);

  for (const text of ["1", "2", "3", "4"]) toast(page, { text });

  expect(page.querySelectorAll("[data-toast]").length).toBe(3);
});

test("seconds that the words name are counted in the words, and read aloud once", () => {
  const page = fresh("<div data-toasts></div>");
  startToast(page);

  toast(page, { text: "Leaves in 10 s, in public", undo: "/undo/", seconds: 10 });
  vi.advanceTimersByTime(3000);

  const words = page.querySelector("[data-toast] > span")!;
  expect(words.textContent).toBe("Leaves in 7 s10 s, in public");
  expect(words.querySelector("[aria-hidden=true]")!.textContent).toBe("7 s");
  expect(page.querySelectorAll("[data-left]")).toHaveLength(1);
  vi.advanceTimersByTime(7000);
  expect(page.querySelector("[data-toast]")).toBeNull();
});

test("a way back outlives its words, named by what it takes back, until the next takes its place", () => {
  const page = fresh("<div data-toasts></div>");
  startToast(page);

  toast(page, { text: "2 edited", undo: "/batches/1/undo/" });
  vi.advanceTimersByTime(60_000);
  const rested = page.querySelector("form[data-undo] button")!;
  toast(page, { text: "3 edited", undo: "/batches/2/undo/" });

  expect(rested.getAttribute("aria-label")).toBe("Undo: 2 edited");
  expect([...page.querySelectorAll<HTMLFormElement>("form")].map((one) => one.getAttribute("action"))).toEqual(["/batches/2/undo/"]);
});
