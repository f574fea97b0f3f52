import { expect, test } from "vitest";
import { startBoard } from "../src/islands/board";
import { startCell } from "../src/islands/cell";
import { fresh, press } from "./page";

const CARD = '<article class="kcard" data-card="5" data-ways="offer lost" draggable="true"><a data-move href="http://x/lists/deal/5/move/">Move</a></article>';
const BOARD = `<div data-board data-goals="new=New
offer=Offer
lost=Lost…"><section data-lane="new"><div data-head>1</div><div data-cards>${CARD}</div></section><section data-lane="offer"><div data-head>0</div><div data-cards></div></section><section data-lane="lost"><div data-cards></div></section></div><p data-board-foot></p>`;

function drop(page: Document, lane: string): void {
  page.querySelector("[data-card]")!.dispatchEvent(new Event("dragstart", { bubbles: true }));
  page.querySelector(`[data-lane="${lane}"]`)!.dispatchEvent(new Event("drop", { bubbles: true, cancelable: true }));
}

function answering(status: number, told: object): { sent: FormData[]; went: string[]; tools: Parameters<typeof startBoard>[1] } {
  const sent: FormData[] = [];
  const went: string[] = [];
  const fetch = (_: string, how: RequestInit): Promise<Response> => { sent.push(how.body as FormData); return Promise.resolve(new Response(JSON.stringify(told), { status })); };
  return { sent, went, tools: { fetch, go: (url) => went.push(url), process: () => undefined } };
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 5));

test("a dropped card stands where the server says, and the heads follow", async () => {
  const page = fresh(BOARD);
  const { sent, tools } = answering(200, { words: "It is at Offer.", undo: "/batches/1/undo/", lane: "offer", card: CARD, heads: { new: "none", offer: "one" }, foot: "sum" });
  startBoard(page, tools);

  drop(page, "offer");
  await settled();

  expect([sent[0]!.get("to"), sent[0]!.get("was")]).toEqual(["offer", "new"]);
  expect(page.querySelector('[data-lane="offer"] [data-card]')).not.toBeNull();
  expect([...page.querySelectorAll("[data-head]")].map((one) => one.textContent)).toEqual(["none", "one"]);
  expect(page.querySelector("[data-board-foot]")!.textContent).toBe("sum");
});

test("a card that was refused goes back with the words, and one that asks for a reason goes to its form", async () => {
  const page = fresh(BOARD);
  const said: string[] = [];
  page.addEventListener("toast", (event) => said.push((event as CustomEvent<{ text: string }>).detail.text));
  const { went, tools } = answering(409, { words: "Ana moved it to New at 10:02.", undo: "", lane: "new", card: CARD, heads: {}, foot: "" });
  startBoard(page, tools);

  drop(page, "offer");
  await settled();
  drop(page, "lost");

  expect(said).toEqual(["Ana moved it to New at 10:02."]);
  expect(page.querySelector('[data-lane="new"] [data-card]')).not.toBeNull();
  expect(went).toEqual(["http://x/lists/deal/5/move/?to=lost"]);
});

test("a cell shows its form, and Escape brings back what stood there", async () => {
  const page = fresh('<form><table><tr><td class="editable">12<a data-cell href="http://x/cell/">Edit</a></td></tr></table></form>');
  const form = '<form data-cell-form action="http://x/cell/"><input name="value" value="12" autofocus></form>';
  startCell(page, { fetch: () => Promise.resolve(new Response(form)), go: () => undefined });

  page.querySelector("[data-cell]")!.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  await settled();
  const field = page.querySelector<HTMLInputElement>("td [name=value]");
  const typed = field?.value;
  press(field!, "Escape");

  expect(typed).toBe("12");
  expect(page.querySelector("td")!.textContent).toContain("12");
  expect(page.querySelector("td form")).toBeNull();
});
