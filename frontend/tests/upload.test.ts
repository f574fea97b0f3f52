import { expect, test } from "vitest";
import { reason, size, startUpload } from "../src/islands/upload";
import { page } from "./page";

const PAGE = `<form data-upload data-max="1000" action="/import/new/" method="post"><input type="file" name="file"><div data-progress hidden><progress max="100"></progress></div><span data-said></span><button>Send</button></form>`;

class Sent extends EventTarget {
  upload = new EventTarget();
  status = 0;
  responseURL = "";
  responseText = "";
  address = "";
  open(_: string, address: string): void { this.address = address; }
  setRequestHeader(): void {}
  send(): void {}
  abort(): void { this.dispatchEvent(new Event("abort")); }
  answer(status: number, url: string, text = ""): void {
    Object.assign(this, { status, responseURL: url, responseText: text });
    this.dispatchEvent(new Event("load"));
  }
}

function upload(bytes: number): { doc: Document; sent: Sent; gone: string[] } {
  const doc = page(PAGE);
  const sent = new Sent();
  const gone: string[] = [];
  startUpload(doc, { request: () => sent as unknown as XMLHttpRequest, go: (url) => gone.push(url) });
  const input = doc.querySelector<HTMLInputElement>("input")!;
  const file = new File(["x".repeat(bytes)], "people.csv");
  Object.defineProperty(input, "files", { value: [file], configurable: true });
  input.dispatchEvent(new Event("change"));
  return { doc, sent, gone };
}

function submit(doc: Document): void {
  doc.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
}

test("a file shows how far it is and leads on to where the server says", () => {
  const { doc, sent, gone } = upload(500);

  submit(doc);
  sent.upload.dispatchEvent(Object.assign(new Event("progress"), { loaded: 250, total: 500 }));
  const half = doc.querySelector("progress")!.value;
  sent.answer(200, "/import/9/");

  expect(half).toBe(50);
  expect(gone).toEqual(["/import/9/"]);
});

test("a file that is refused says why and can be sent again", () => {
  const { doc, sent, gone } = upload(500);

  submit(doc);
  sent.answer(422, "", '{"error": "This is not a spreadsheet."}');

  expect(doc.querySelector("[data-said]")!.textContent).toBe("This is not a spreadsheet.");
  expect(doc.querySelector("button")!.disabled).toBe(false);
  expect(gone).toEqual([]);
});

test("a file above the limit is named with its size before anything is sent", () => {
  const { doc, sent } = upload(2000);

  expect(doc.querySelector("[data-said]")!.textContent).toContain("people.csv is 2.0 kB");
  expect(sent.address).toBe("");
});

test("sizes and reasons are said plainly", () => {
  expect([size(12), size(1500), size(2_500_000_000)]).toEqual(["12 bytes", "1.5 kB", "2.5 GB"]);
  expect(reason("<html>", 413)).toBe("This file is too large to be taken at once.");
});
