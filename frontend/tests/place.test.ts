import { beforeEach, expect, test } from "vitest";
import { startPlace } from "../src/islands/place";
import { page } from "./page";

const LIST = '<ul data-list><li data-item><a data-open id="row-1" class="unread" href="/customers/1/?from=x">Bea</a></li><li data-item><a data-open id="row-2" href="/customers/2/">Bo</a></li><li><a href="/about/">no</a></li></ul>';
const PERSON = '<a data-walk-back href="/customers/">back</a><i data-walk-count></i><a data-walk-prev hidden></a><a data-walk-next hidden></a>';

beforeEach(() => sessionStorage.clear());

test("the next customer is the next one of the list one came from", () => {
  startPlace(page(LIST), sessionStorage, { pathname: "/customers/", search: "?sort=value" });
  document.querySelector<HTMLElement>("#row-1")!.dispatchEvent(new MouseEvent("click", { bubbles: true }));

  startPlace(page(PERSON), sessionStorage, { pathname: "/customers/1/", search: "" });

  expect(document.querySelector("[data-walk-count]")!.textContent).toBe("1 of 2");
  expect(document.querySelector("[data-walk-next]")!.getAttribute("href")).toBe("/customers/2/");
  expect(document.querySelector<HTMLElement>("[data-walk-prev]")!.hidden).toBe(true);
  expect(document.querySelector("[data-walk-back]")!.getAttribute("href")).toBe("/customers/?sort=value");
});

test("a customer opened from elsewhere has no neighbours", () => {
  startPlace(page(PERSON), sessionStorage, { pathname: "/customers/1/", search: "" });

  expect(document.querySelector("[data-walk-count]")!.textContent).toBe("");
});

test("the open conversation is marked in the list and no longer unread", () => {
  startPlace(page(`${LIST}<div data-open-row="row-1"></div>`), sessionStorage, { pathname: "/inbox/1/", search: "" });

  expect(document.querySelector("#row-1")!.getAttribute("aria-current")).toBe("true");
  expect(document.querySelector("#row-1")!.classList.contains("unread")).toBe(false);
  expect(document.querySelector("#row-2")!.hasAttribute("aria-current")).toBe(false);
});

test("a form that was drawn anew is worked on where it says", () => {
  startPlace(page('<section data-focus-on="id_t0a"><input id="id_name"><input id="id_t0a"></section>'), sessionStorage, { pathname: "/rules/new/", search: "" });

  expect(document.activeElement!.id).toBe("id_t0a");
});
