import { expect, test } from "vitest";
import { startBulk } from "../src/islands/bulk";
import { startColumns } from "../src/islands/columns";
import { startTheme } from "../src/islands/theme";
import { fresh, press } from "./page";

const ROWS = [1, 2, 3, 4].map((id) => `<li><input type="checkbox" name="id" value="${id}" data-tick></li>`).join("");
const PAGE = `<form><input type="checkbox" data-tick-all><ul>${ROWS}</ul><div class="bulk"><span data-bulk-count></span><button type="button" data-bulk-clear></button></div></form>`;

function tick(page: Document, index: number, shiftKey = false): void {
  const box = page.querySelectorAll<HTMLInputElement>("[data-tick]")[index]!;
  box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
}

function counted(page: Document): string {
  return page.querySelector("[data-bulk-count]")!.textContent!;
}

test("ticked rows are counted and marked", () => {
  const page = fresh(PAGE);
  startBulk(page);

  tick(page, 1);

  expect(counted(page)).toBe("1 selected");
  expect(page.querySelectorAll('li[data-selected]').length).toBe(1);
  expect(page.querySelector<HTMLInputElement>("[data-tick-all]")!.indeterminate).toBe(true);
});

test("shift takes the rows between", () => {
  const page = fresh(PAGE);
  startBulk(page);

  tick(page, 0);
  tick(page, 3, true);

  expect(counted(page)).toBe("4 selected");
});

test("one box ticks all, Escape lets go of all", () => {
  const page = fresh(PAGE);
  startBulk(page);
  const all = page.querySelector<HTMLInputElement>("[data-tick-all]")!;

  all.checked = true;
  all.dispatchEvent(new Event("change", { bubbles: true }));
  const before = counted(page);
  press(page.body, "Escape");

  expect([before, counted(page)]).toEqual(["4 selected", "0 selected"]);
});

test("the density is kept and shown", () => {
  localStorage.clear();
  const page = fresh('<table data-density="roomy"></table><button data-density-set="dense"></button>');
  startColumns(page, localStorage);

  page.querySelector<HTMLElement>("button")!.click();

  expect(page.querySelector("table")!.dataset["density"]).toBe("dense");
  expect(localStorage.getItem("density")).toBe("dense");
});

test("chosen columns are sent when the menu closes, and only if something changed", () => {
  const page = fresh('<div popover><form data-columns><input type="checkbox" name="col" value="email"></form></div>');
  startColumns(page, localStorage);
  let sent = 0;
  const form = page.querySelector("form")!;
  form.requestSubmit = () => { sent += 1; };
  const close = (): void => { page.querySelector("[popover]")!.dispatchEvent(Object.assign(new Event("toggle"), { newState: "closed" })); };

  close();
  form.dispatchEvent(new Event("change", { bubbles: true }));
  close();

  expect(sent).toBe(1);
});

test("a theme is shown at once and the system's choice removes it", () => {
  const page = fresh('<button data-theme-set="dark"></button><button data-theme-set=""></button>');
  startTheme(page);

  page.querySelectorAll<HTMLElement>("button")[0]!.click();
  const dark = page.documentElement.dataset["theme"];
  page.querySelectorAll<HTMLElement>("button")[1]!.click();

  expect(dark).toBe("dark");
  expect(page.documentElement.dataset["theme"]).toBeUndefined();
});
