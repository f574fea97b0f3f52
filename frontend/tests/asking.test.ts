import { expect, test } from "vitest";
import { startAsking } from "../src/islands/asking";
import { startKeys } from "../src/islands/keys";
import { fresh, press } from "./page";

const row = (n: number): string => `<li data-item id="q${n}"><form><a data-open href="#${n}">Post ${n}</a><button type="submit" data-key="1" name="mood" value="negative">Negative</button></form></li>`;

async function settled(): Promise<void> {
  await new Promise((done) => setTimeout(done, 0));
}

test("each key answers the next question, however fast it is typed, and what did not arrive comes back", async () => {
  const page = fresh(`<ul data-list data-answers>${row(1)}${row(2)}${row(3)}</ul>`);
  startKeys(page);
  startAsking(page);
  const told: string[] = [];
  page.addEventListener("submit", (event) => { event.preventDefault(); told.push((event.target as Element).closest("li")!.id); });

  press(page.body, "1");
  await settled();
  press(page.body, "1");
  await settled();
  const open = [...page.querySelectorAll<HTMLElement>("li")].filter((one) => !one.hidden).map((one) => one.id);
  page.querySelector("#q2 form")!.dispatchEvent(new Event("htmx:sendError", { bubbles: true }));

  expect(told).toEqual(["q1", "q2"]);
  expect(open).toEqual(["q3"]);
  expect(page.getElementById("q2")!.hidden).toBe(false);
});
