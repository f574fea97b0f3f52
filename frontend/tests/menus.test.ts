import { beforeEach, expect, test } from "vitest";
import { itemsOf, startMenus } from "../src/islands/menus";

const toggled = (name: string, oldState: string, newState: string): Event => Object.assign(new Event(name), { oldState, newState });
const open = (menu: HTMLElement): void => { menu.dispatchEvent(toggled("toggle", "closed", "open")); };
const press = (key: string): boolean => document.activeElement!.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const focused = (): string => document.activeElement!.id;

startMenus(document);

beforeEach(() => {
  document.body.innerHTML = `
    <button id="opener" popovertarget="menu"></button>
    <div id="menu" class="menu" popover>
      <a id="all" href="#">All</a><a id="open" href="#" aria-current="true">Open</a><a id="old" href="#"><span aria-hidden="true">XY</span>Old</a>
    </div>
    <form id="form" class="menu" popover>
      <label>Ask<input id="ask" type="radio" name="why" value="ask"></label><label>Fix<input id="fix" type="radio" name="why" value="fix"></label>
      <button id="done" type="button">Done</button><button id="gone" type="button">Gone</button>
    </form>`;
});

test("a menu opens on its current item and arrows walk round", () => {
  open(document.getElementById("menu")!);
  const first = focused();
  press("ArrowDown");
  press("ArrowDown");
  expect([first, focused()]).toEqual(["open", "all"]);
  press("ArrowUp");
  expect(focused()).toBe("old");
});

test("letters seek by the words that can be read aloud", () => {
  open(document.getElementById("menu")!);
  press("o");
  expect(focused()).toBe("old");
});

test("closing gives the focus back to the opener", () => {
  const menu = document.getElementById("menu")!;
  document.getElementById("opener")!.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  open(menu);
  menu.dispatchEvent(toggled("beforetoggle", "open", "closed"));
  menu.dispatchEvent(toggled("toggle", "open", "closed"));
  expect(focused()).toBe("opener");
});

test("a group of radios is one stop, a letter ticks one, and Enter goes on to what closes it", () => {
  const form = document.getElementById("form")!;
  open(form);
  const first = focused();
  press("f");
  expect([first, (document.getElementById("fix") as HTMLInputElement).checked]).toEqual(["ask", true]);
  expect(itemsOf(form).map((one) => one.id)).toEqual(["fix", "done", "gone"]);
  expect(press("Enter")).toBe(false);
  expect(focused()).toBe("done");
});
