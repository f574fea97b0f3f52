import { expect, test } from "vitest";
import { fits, isOurs, ranked, startPalette, type Command } from "../src/islands/palette";
import { Clock, page, press } from "./page";

const COMMANDS: Command[] = [
  { name: "Inbox", url: "/inbox/", group: "Go to" },
  { name: "Import a file", url: "/import/", group: "New" },
];
const PAGE = `
  <button data-opens-palette>Commands</button>
  <dialog data-palette data-search="/search/quick/" data-all="/search/"><input><div data-found></div></dialog>
  <script type="application/json" id="commands">${JSON.stringify(COMMANDS)}</script>`;

function opened(answer: object, status = 200): { doc: Document; gone: string[]; asked: string[]; clock: Clock; type: (words: string) => Promise<void> } {
  const doc = page(PAGE);
  const clock = new Clock();
  const gone: string[] = [];
  const asked: string[] = [];
  startPalette(doc, { ...clock, later: clock.later, stop: clock.stop, go: (url) => gone.push(url), fetch: (url) => { asked.push(url); return Promise.resolve(new Response(JSON.stringify(answer), { status })); } });
  doc.querySelector<HTMLElement>("[data-opens-palette]")!.click();
  const type = async (words: string): Promise<void> => {
    const input = doc.querySelector("input")!;
    input.value = words;
    input.dispatchEvent(new Event("input"));
    clock.pass(200);
    await new Promise((done) => setTimeout(done, 0));
  };
  return { doc, gone, asked, clock, type };
}

test("letters in order find a command, word beginnings first", () => {
  const found = ranked([...COMMANDS, { name: "Main page", url: "/" }], "in").map((one) => one.name);

  expect(found[0]).toBe("Inbox");
  expect(fits("Import a file", "imf")).toBeGreaterThan(0);
  expect(fits("Inbox", "xi")).toBe(0);
});

test("Enter opens the chosen record from the server's answer", async () => {
  const palette = opened({ groups: [{ name: "Customers", rows: [{ name: "Bea Solmar", url: "/people/7/" }] }] });

  await palette.type("bea");
  press(palette.doc.querySelector("input")!, "Enter");

  expect(palette.asked).toEqual(["/search/quick/?q=bea"]);
  expect(palette.gone).toEqual(["/people/7/"]);
});

test("a name with markup is shown as text", async () => {
  const palette = opened({ groups: [{ name: "Customers", rows: [{ name: "<img src=x onerror=1> Bea", url: "/people/7/" }] }] });

  await palette.type("bea");

  expect(palette.doc.querySelector("[data-found] img")).toBeNull();
  expect(palette.doc.querySelector("[role=option]")!.textContent).toContain("<img src=x onerror=1> Bea");
});

test("an address of somebody else is not followed", async () => {
  const palette = opened({ groups: [{ name: "Customers", rows: [{ name: "Bea", url: "javascript:alert(1)" }] }] });

  await palette.type("bea");
  press(palette.doc.querySelector("input")!, "Enter");

  expect(palette.gone).toEqual([]);
  expect([isOurs("//evil.example/"), isOurs("/\\evil.example"), isOurs("/people/")]).toEqual([false, false, true]);
});

test("a search that fails says so and leaves the commands", async () => {
  const palette = opened({}, 503);

  await palette.type("in");

  expect(palette.doc.querySelector("[data-found]")!.textContent).toContain("Search did not answer");
  expect(palette.doc.querySelector("[data-found]")!.textContent).toContain("Inbox");
});
