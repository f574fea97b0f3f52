import { expect, test } from "vitest";
import { startProcess } from "../src/islands/process";
import { drawn, nearest, pathOf, type Draft, type Step } from "../src/islands/processdraw";
import { fresh, press } from "./page";

const step = (key: string, x: number, y: number, to: string[] = []): Step => ({ key, name: key.toUpperCase(), under: "", said: "", end: to.length ? "" : "done", itself: false, x, y, ways: to.map((one) => ({ to: one, label: "", asks: false })) });
const draft = (seen: number, ...steps: Step[]): Draft => ({ base: 7, seen, start: "a", text: `text ${seen}`, checked: `checked ${seen}`, body: { seen }, steps });
const STEPS = [step("a", 16, 16, ["b", "c"]), step("b", 312, 16, ["c"]), step("c", 312, 116)];
const FIRST = draft(1, ...STEPS);

function opened(answers: [number, object | string][]): { page: Document; sent: [string, FormData | undefined][] } {
  const page = fresh(`<section data-drawn="/processes/5/draw/" data-forms="/processes/5/edit/" hidden><script type="application/json">${JSON.stringify(FIRST)}</script><button data-do="undo"></button><button data-do="redo"></button><button data-do="link"></button><div data-canvas></div><aside data-side></aside><p data-said></p></section><textarea data-drawn-text>text 1</textarea><input name="seen" value="1"><div id="checked"></div>`);
  const sent: [string, FormData | undefined][] = [];
  startProcess(page, {
    fetch: (url, how) => {
      sent.push([url, how.body as FormData | undefined]);
      const [status, told] = answers.shift() ?? [500, ""];
      const isText = typeof told === "string";
      return Promise.resolve(new Response(isText ? told : JSON.stringify(told), { status, headers: { "Content-Type": isText ? "text/html" : "application/json" } }));
    },
  });
  return { page, sent };
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 5));
const canvas = (page: Document): Element => page.querySelector("[data-canvas]")!;
const picked = (page: Document): string | undefined => page.querySelector<SVGElement>('[aria-pressed="true"][tabindex="0"]')?.getAttribute("aria-label") ?? undefined;
const fields = (body?: FormData): Record<string, unknown> => Object.fromEntries(body ?? []);

test("boxes are named for the ear, arrows go to the nearest, and words of users stay words", () => {
  const told = drawn(draft(1, { ...step("a", 0, 0, ["b"]), name: "<b>Ask" }, step("b", 300, 0)), { step: "a", to: "" }, "");

  expect(told).toContain('aria-label="&lt;b&gt;Ask, it begins here, leads to B"');
  expect(told).not.toContain("<b>");
  expect([[1, 0], [0, 1], [-1, 0]].map((way) => nearest(STEPS, STEPS[0]!, way as [number, number])?.key)).toEqual(["b", "c", undefined]);
  expect(pathOf(STEPS[0]!, STEPS[1]!)).toContain("C");
  expect(pathOf(STEPS[1]!, STEPS[0]!)).not.toContain("C");
});

test("by keys: walk, link, take back and do again; text, check and forms follow", async () => {
  const linked = draft(2, step("a", 16, 16, ["b", "c"]), step("b", 312, 16, ["c", "a"]), STEPS[2]!);
  const { page, sent } = opened([[200, { ...linked, key: "b" }], [200, draft(3, ...STEPS)], [200, { ...linked, seen: 4 }]]);
  expect(page.querySelector<HTMLElement>("[data-drawn]")!.hidden).toBe(false);

  press(canvas(page), "ArrowRight");
  expect(picked(page)).toContain("B");
  press(canvas(page), "l");
  press(canvas(page), "ArrowLeft");
  press(canvas(page), "Enter");
  await settled();

  expect(sent[0]![0]).toBe("/processes/5/draw/");
  expect(fields(sent[0]![1])).toEqual({ do: "link", step: "b", to: "a", base: "7", seen: "1" });
  expect(picked(page)).toBe("Way from B to A");
  expect(page.querySelector("[data-said]")!.textContent).toBe("A way leads from B to A.");
  expect(page.querySelector<HTMLTextAreaElement>("[data-drawn-text]")!.value).toBe("text 2");
  expect([page.getElementById("checked")!.textContent, page.querySelector<HTMLInputElement>("[name=seen]")!.value]).toEqual(["checked 2", "2"]);

  press(canvas(page), "z", { ctrlKey: true });
  await settled();
  press(canvas(page), "z", { ctrlKey: true, shiftKey: true });
  await settled();

  expect(fields(sent[1]![1])).toMatchObject({ do: "body", body: '{"seen":1}', seen: "2" });
  expect(fields(sent[2]![1])).toMatchObject({ do: "body", body: '{"seen":2}', seen: "3" });
});

test("a dragged box and a drawn way are told where they were dropped", async () => {
  const { page, sent } = opened([[200, FIRST], [200, FIRST]]);
  const point = (kind: string, on: string, x: number, y: number): void => { canvas(page).querySelector(on)!.dispatchEvent(new PointerEvent(kind, { bubbles: true, cancelable: true, clientX: x, clientY: y, button: 0 })); };

  point("pointerdown", '[data-step="c"] rect', 320, 120);
  point("pointermove", "svg", 340, 220);
  point("pointerup", "svg", 340, 220);
  await settled();
  point("pointerdown", '[data-step="b"] [data-port]', 508, 55);
  point("pointermove", "svg", 100, 60);
  point("pointerup", "svg", 20, 20);
  await settled();

  expect(fields(sent[0]![1])).toMatchObject({ do: "move", step: "c", x: "332", y: "216" });
  expect(fields(sent[1]![1])).toMatchObject({ do: "link", step: "b", to: "a" });
});

test("what is refused is said, a colleague's draft is shown, and nothing typed is written over", async () => {
  const { page, sent } = opened([[422, { ...draft(9, ...STEPS), words: "Ana changed this draft." }]]);
  const said: string[] = [];
  page.addEventListener("toast", (event) => said.push((event as CustomEvent<{ text: string }>).detail.text));

  press(canvas(page), "Delete");
  await settled();
  page.querySelector<HTMLTextAreaElement>("[data-drawn-text]")!.value = "typed";
  press(canvas(page), "a");
  await settled();

  expect(said[0]).toBe("Ana changed this draft.");
  expect(said[1]).toContain("You have typed in the text");
  expect(page.querySelector<HTMLInputElement>("[name=seen]")!.value).toBe("9");
  expect(sent.length).toBe(1);
});

test("Enter opens the server's form, a refused one stays with its words, a written one closes", async () => {
  const form = '<form data-drawn-form action="/processes/5/edit/a/"><input name="name" value="A"><button name="do" value="write"></button></form>';
  const { page, sent } = opened([[200, form], [422, `<p role="alert">No</p>${form}`], [200, { ...draft(2, ...STEPS), words: "A is written." }]]);
  const submit = (): void => { page.querySelector("form")!.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true, submitter: page.querySelector<HTMLElement>("form button") })); };

  press(canvas(page), "Enter");
  await settled();
  expect([sent[0]![0], page.querySelector("[data-side] h2")!.textContent]).toEqual(["/processes/5/edit/a/", "A"]);
  submit();
  await settled();
  expect(page.querySelector("[role=alert]")!.textContent).toBe("No");
  submit();
  await settled();

  expect(fields(sent[2]![1])).toMatchObject({ do: "write", name: "A", base: "7", seen: "1" });
  expect(page.querySelector("[data-side]")!.children.length).toBe(0);
  expect(page.querySelector("[data-said]")!.textContent).toBe("A is written.");
});
