import { beforeEach, expect, test } from "vitest";
import { length, startComposer } from "../src/islands/composer";
import { fresh, page, press } from "./page";

const PAGE = `
  <form data-composer data-draft="conversation:12">
    <label><input type="radio" name="mode" value="reply" data-shape="public" data-send="Reply publicly as {name}" checked></label>
    <label><input type="radio" name="mode" value="private" data-shape="private" data-send="Send privately as {name}"></label>
    <label><input type="radio" name="mode" value="note" data-shape="note" data-send="Add note"></label>
    <select name="channel"><option value="1" data-name="@kettleworks" data-limit="20" data-count="mastodon">a</option><option value="2" data-name="@care" data-limit="300" data-count="graphemes">b</option></select>
    <p data-warn>Everyone can see this.</p><textarea name="text"></textarea><span data-count-shown></span>
    <button data-send-button class="btn public"><span data-send-words></span></button>
  </form>`;

let doc: Document;
const $ = <T extends HTMLElement>(selector: string): T => doc.querySelector<T>(selector)!;

beforeEach(() => {
  sessionStorage.clear();
  doc = page(PAGE);
  startComposer(doc, sessionStorage);
});

function type(words: string): void {
  $<HTMLTextAreaElement>("textarea").value = words;
  $("textarea").dispatchEvent(new Event("input", { bubbles: true }));
}

function choose(mode: string): void {
  $<HTMLInputElement>(`[value=${mode}]`).checked = true;
  $(`[value=${mode}]`).dispatchEvent(new Event("change", { bubbles: true }));
}

test("a public answer warns and names who speaks", () => {
  expect($("[data-warn]").hidden).toBe(false);
  expect($("form").classList.contains("is-public")).toBe(true);
  expect($("[data-send-words]").textContent).toBe("Reply publicly as @kettleworks");
});

test("a note has its own shape and no warning", () => {
  choose("note");

  expect($("[data-warn]").hidden).toBe(true);
  expect($("form").className).toBe("is-note");
  expect($("[data-send-words]").textContent).toBe("Add note");
});

test("a note never turns into an answer", () => {
  choose("note");
  type("He is difficult");
  choose("reply");

  expect($<HTMLTextAreaElement>("textarea").value).toBe("");
});

test("an answer may turn into a private message", () => {
  type("Your order number?");
  choose("private");

  expect($<HTMLTextAreaElement>("textarea").value).toBe("Your order number?");
});

test("too long for the network cannot be sent, and is fine for the other channel", () => {
  type("x".repeat(25));
  const refused = $<HTMLButtonElement>("[data-send-button]").disabled;
  const said = $("[data-count-shown]").textContent;
  $<HTMLSelectElement>("select").value = "2";
  $("select").dispatchEvent(new Event("change", { bubbles: true }));

  expect([refused, said]).toEqual([true, "5 too many"]);
  expect($<HTMLButtonElement>("[data-send-button]").disabled).toBe(false);
});

test("a draft is there again after the page is loaded anew", () => {
  type("Half a sentence");

  doc = page(PAGE);
  startComposer(doc, sessionStorage);

  expect($<HTMLTextAreaElement>("textarea").value).toBe("Half a sentence");
});

test("a taken-back answer comes back into the box", () => {
  type("Monday for sure");
  $("form").dispatchEvent(new Event("submit", { cancelable: true }));
  $<HTMLTextAreaElement>("textarea").value = "";
  doc.body.dispatchEvent(new CustomEvent("undone", { bubbles: true, detail: { draft: "conversation:12" } }));

  expect($<HTMLTextAreaElement>("textarea").value).toBe("Monday for sure");
});

test("nothing is not sent", () => {
  const event = new Event("submit", { cancelable: true });

  $("form").dispatchEvent(event);

  expect(event.defaultPrevented).toBe(true);
});

test("Ctrl and Enter send", () => {
  let sent = 0;
  $("[data-send-button]").addEventListener("click", (event) => { event.preventDefault(); sent += 1; });

  press($("textarea"), "Enter", { ctrlKey: true });

  expect(sent).toBe(1);
});

test("each network counts in its own way", () => {
  expect(length("see https://kettleworks.example/a/very/long/address/indeed?x=1", "mastodon")).toBe(4 + 23);
  expect(length("@bea@town.example hi", "mastodon")).toBe("@bea hi".length);
  expect(length("👩‍👩‍👧", "graphemes")).toBe(1);
  expect(length("👩‍👩‍👧", "characters")).toBe(5);
});

test("a label that bears a mode's mark chooses it by click", () => {
  const label = $("[value=note]").closest("label")!;
  label.dataset["compose"] = "note";

  label.click();

  expect($<HTMLInputElement>("[value=note]").checked).toBe(true);
});

test("an answer that was refused with its reason stays in the box, one that was taken leaves it", () => {
  const answered = (status: number): void => {
    $("form").dispatchEvent(new CustomEvent("htmx:afterRequest", { bubbles: true, detail: { successful: true, xhr: { status } } }));
  };
  type("Thank you.");

  answered(422);
  const refused = $<HTMLTextAreaElement>("textarea").value;
  answered(200);

  expect([refused, $<HTMLTextAreaElement>("textarea").value]).toEqual(["Thank you.", ""]);
});

test("a message that arrives from elsewhere turns the answer public, label and warning with it", () => {
  doc = fresh(`<form data-composer data-draft="conversation:13"><label><input type="radio" name="mode" value="reply" data-shape="private" data-send-public="Reply publicly as {name}" data-send-private="Reply privately as {name}" checked><svg><use href="#i-lock"/></svg></label>
    <select name="channel"><option value="1" data-name="@kettleworks">a</option></select><p data-warn hidden></p><textarea name="text"></textarea><button data-send-button><span data-send-words></span></button></form><div id="newest"></div>`);
  startComposer(doc, sessionStorage);
  const before = $("[data-send-words]").textContent;

  $("#newest").innerHTML = '<input type="hidden" name="public" value="true" data-aim="conversation:13">';
  doc.dispatchEvent(new CustomEvent("htmx:load"));

  expect(before).toBe("Reply privately as @kettleworks");
  expect($("[data-send-words]").textContent).toBe("Reply publicly as @kettleworks");
  expect([$("form").classList.contains("is-public"), $("[data-warn]").hidden, $("use").getAttribute("href")]).toEqual([true, false, "#i-globe"]);
});

test("a note that is being written stays a note when the answer's shape changes", () => {
  choose("note");
  type("He is difficult");

  doc.body.insertAdjacentHTML("beforeend", '<input type="hidden" name="public" value="false" data-aim="conversation:12">');
  doc.dispatchEvent(new CustomEvent("htmx:load"));

  expect($("[data-send-words]").textContent).toBe("Add note");
  expect($<HTMLTextAreaElement>("textarea").value).toBe("He is difficult");
});
