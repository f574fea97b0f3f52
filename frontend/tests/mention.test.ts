import { expect, test } from "vitest";
import { startHere } from "../src/islands/here";
import { begun, isInternal, startMention } from "../src/islands/mention";
import { Clock, fresh } from "./page";

const NOTE = `<form id="composer" data-composer><input type="radio" name="mode" value="reply"><input type="radio" name="mode" value="note" checked><textarea></textarea></form>`;

function field(page: Document): HTMLTextAreaElement { return page.querySelector("textarea")!; }
function write(page: Document, words: string): void {
  const box = field(page);
  box.value = words;
  box.selectionStart = box.selectionEnd = words.length;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
const settled = () => new Promise((done) => setTimeout(done));

test("an @ in a note offers colleagues; arrows choose and Enter writes the handle", async () => {
  const page = fresh(NOTE);
  const clock = new Clock();
  const asked: string[] = [];
  const items = [{ name: "Ada", handle: "ada" }, { name: "Adam", handle: "adam" }];
  startMention(page, { fetch: async (url) => { asked.push(url); return new Response(JSON.stringify({ items })); }, later: clock.later, stop: clock.stop });

  write(page, "Look, @ad");
  clock.pass(200);
  await settled();
  const offered = [...page.querySelectorAll("[role=option]")].map((one) => one.textContent);
  field(page).dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
  field(page).dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));

  expect(asked).toEqual(["/notices/colleagues/?q=ad"]);
  expect(offered).toEqual(["Ada @ada", "Adam @adam"]);
  expect(field(page).value).toBe("Look, @adam ");
  expect(page.querySelector("[role=listbox]")).toBeNull();
});

test("an answer to a customer offers nobody, and an address is no mention", async () => {
  const page = fresh(NOTE);
  const clock = new Clock();
  const asked: string[] = [];
  startMention(page, { fetch: async (url) => { asked.push(url); return new Response("{}"); }, later: clock.later, stop: clock.stop });

  write(page, "bea@ad");
  const address = begun(field(page));
  page.querySelector<HTMLInputElement>("[value=reply]")!.checked = true;
  page.querySelector<HTMLInputElement>("[value=note]")!.checked = false;
  write(page, "@ad");
  clock.pass(200);
  await settled();

  expect(address).toBeNull();
  expect(isInternal(field(page))).toBe(false);
  expect(asked).toEqual([]);
});

test("an open page beats, shows who is beside it, and says when it goes", async () => {
  const page = fresh(`<span data-here="deal:5" data-here-url="/here/" data-here-editing></span><form class="star"></form>`, '<meta name="csrf" content="t">');
  const clock = new Clock();
  const sent: (string | null)[] = [];
  const put: string[] = [];
  const gone: (string | null)[] = [];
  startHere(page, {
    fetch: async (_, how) => { sent.push((how.body as FormData).get("editing") as string); return new Response(JSON.stringify({ here: "<b>Ben</b>", star: "<form class=star>on</form>" })); },
    beacon: (_, data) => { gone.push(data.get("gone") as string); return true; },
    load: () => undefined, put: (_, html) => { put.push(html); }, later: clock.later, stop: clock.stop, path: () => "/",
  });
  await settled();
  const shown = page.querySelector("[data-here]")!.innerHTML;
  clock.pass(20_000);
  await settled();
  page.defaultView!.dispatchEvent(new Event("pagehide"));

  expect(shown).toBe("<b>Ben</b>");
  expect(sent).toEqual(["1", "1"]);
  expect(put).toEqual(["<form class=star>on</form>"]);
  expect(gone).toEqual(["1"]);
});
