import { expect, test } from "vitest";
import { startZone } from "../src/islands/zone";

function shown(chosen: string): HTMLSelectElement {
  const zones = ["UTC", "Europe/Lisbon", "Asia/Tokyo"].map((zone) => `<option value="${zone}">${zone}</option>`);
  document.body.innerHTML = `<select data-guess-zone>${zones.join("")}</select>`;
  const list = document.querySelector("select")!;
  list.value = chosen;
  return list;
}

test("the zone of the browser is proposed", () => {
  const list = shown("UTC");

  startZone(document, "Europe/Lisbon");

  expect(list.value).toBe("Europe/Lisbon");
});

test("what was said, and a list without the zone, stay as they are", () => {
  const said = shown("Asia/Tokyo");
  startZone(document, "Europe/Lisbon");
  const strange = shown("UTC");

  startZone(document, "Mars/Olympus");

  expect([said.value, strange.value]).toEqual(["Asia/Tokyo", "UTC"]);
});
