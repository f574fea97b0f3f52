import { expect, test, vi } from "vitest";
import { remembering, startPasskey } from "../src/islands/passkey";

const FORM = `<form data-passkey="get" data-options="o" action="/accounts/2fa/authenticate/" hidden><input type="hidden" name="credential"><button>Go</button><p data-said></p></form>
<script type="application/json" id="o">{"request_options": {"publicKey": {"challenge": "abc"}}}</script>`;

function outside(more = {}) {
  return { works: true, numbered: "", fetch: vi.fn(), create: vi.fn(), get: vi.fn().mockResolvedValue({ id: "key-1" }), ...more };
}

test("the form carries what the key answered", async () => {
  document.body.innerHTML = FORM;
  const form = document.querySelector("form")!;
  const sent = vi.spyOn(form, "submit").mockImplementation(() => undefined);
  const one = outside();

  startPasskey(document, one);
  form.dispatchEvent(new Event("submit", { cancelable: true }));
  await vi.waitFor(() => expect(sent).toHaveBeenCalled());

  expect(one.get).toHaveBeenCalledWith({ challenge: "abc" });
  expect(form.querySelector("input")!.value).toBe('{"id":"key-1"}');
});

test("a browser without passkeys is not offered them", () => {
  document.body.innerHTML = FORM;

  startPasskey(document, outside({ works: false }));

  expect(document.querySelector("form")!.hidden).toBe(true);
});

test("at a number on this machine the way to its name is shown, elsewhere only the reason", () => {
  document.body.innerHTML = FORM.replace("<button>", '<button type="submit">');

  startPasskey(document, outside({ numbered: "127.0.0.1" }));
  const own = document.querySelector("[data-said]")!.innerHTML;
  document.body.innerHTML = FORM;
  startPasskey(document, outside({ numbered: "10.0.0.7" }));

  expect(own).toContain("//localhost");
  expect(document.querySelector("[data-said] a")).toBeNull();
  expect(document.querySelector("[data-said]")!.textContent).toContain("this one is a number");
});

test("a key that was not touched is told in words", async () => {
  document.body.innerHTML = FORM;
  const error = Object.assign(new Error("no"), { name: "NotAllowedError" });

  startPasskey(document, outside({ get: vi.fn().mockRejectedValue(error) }));
  document.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));

  await vi.waitFor(() => expect(document.querySelector("[data-said]")!.textContent).toContain("Try again"));
});

test("a key for signing in alone must remember and verify", () => {
  document.body.innerHTML = '<form><input type="checkbox" name="passwordless" checked></form>';

  const wanted = remembering(document.querySelector("form")!, { publicKey: { challenge: "abc" } });

  expect(wanted["authenticatorSelection"]).toEqual({ residentKey: "required", requireResidentKey: true, userVerification: "required" });
});
