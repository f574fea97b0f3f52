import { expect, test } from "vitest";
import { startHtmx, wording, type Htmx } from "../src/islands/htmx";
import { fresh } from "./page";

test("htmx runs without inline styles, eval or foreign addresses", () => {
  const htmx = { config: {} } as unknown as Htmx;

  startHtmx(htmx, fresh(""));

  expect(htmx.config).toMatchObject({ includeIndicatorStyles: false, allowEval: false, allowScriptTags: false, selfRequestsOnly: true });
});

test("what changes something carries the token, what reads does not", () => {
  const page = fresh("<div></div>", '<meta name="csrf" content="abc">');
  startHtmx({ config: {} } as unknown as Htmx, page);
  const post = { headers: {} as Record<string, string>, verb: "post" };
  const get = { headers: {} as Record<string, string>, verb: "get" };

  for (const detail of [post, get]) page.body.dispatchEvent(new CustomEvent("htmx:configRequest", { bubbles: true, detail }));

  expect(post.headers["X-CSRFToken"]).toBe("abc");
  expect(get.headers).toEqual({});
});

test("a failed request says that nothing was changed", () => {
  expect(wording(0)).toContain("Nothing was changed");
  expect(wording(500)).toContain("Nothing was changed");
});

test("what was chosen before a drawn menu listened is told again, once", () => {
  const page = fresh('<select data-again id="a"><option value="">choose</option><option value="x">X</option></select><select data-again id="b"><option value="1">1</option><option value="2" selected>2</option></select>');
  startHtmx({ config: {} } as unknown as Htmx, page);
  const told: string[] = [];
  page.addEventListener("change", (event) => told.push((event.target as Element).id));
  page.querySelector<HTMLSelectElement>("#a")!.value = "x";

  page.body.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));

  expect(told).toEqual(["a"]);
});
