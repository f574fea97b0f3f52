// The picture of a draft out of plain values: boxes at their places, ways between them, and which box is next in a direction. Pure.

export interface Way { to: string; label: string; asks: boolean }
export interface Step { key: string; name: string; under: string; said: string; end: string; itself: boolean; x: number; y: number; ways: Way[] }
export interface Draft { base: number; seen: number; start: string; text: string; checked: string; body: Record<string, unknown>; steps: Step[] }

export const WIDE = 196;
export const HIGH = 78;
const EDGE = 24;
const LONGEST = 23;

// From the right side of a box to the left side of another; back under both where that lies behind.
export function pathOf(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const [x, y, end, down] = [from.x + WIDE, from.y + HIGH / 2, to.x - 5, to.y + HIGH / 2];
  if (end > x) return `M${x} ${y}C${(x + end) / 2} ${y} ${(x + end) / 2} ${down} ${end} ${down}`;
  const low = Math.max(from.y, to.y) + HIGH + 16;
  return `M${x} ${y}h14V${low}H${to.x - 16}V${down}H${end}`;
}

// The next box to the right (1, 0), left, below or above: near, and rather straight ahead.
export function nearest(steps: Step[], from: Step, [right, down]: [number, number]): Step | undefined {
  const cost = (one: Step): number => {
    const [across, along] = [one.x - from.x, one.y - from.y];
    const ahead = across * right + along * down;
    return ahead <= 0 ? Infinity : ahead + 2 * Math.abs(across * down + along * right);
  };
  const found = steps.filter((one) => one !== from && cost(one) < Infinity).sort((a, b) => cost(a) - cost(b));
  return found[0];
}

export function drawn(draft: Draft, picked: { step: string; to: string }, linking: string): string {
  const at = new Map(draft.steps.map((one) => [one.key, one]));
  const width = Math.max(...draft.steps.map((one) => one.x + WIDE)) + EDGE;
  const height = Math.max(...draft.steps.map((one) => one.y + HIGH)) + 2 * EDGE;
  const ways = draft.steps.flatMap((one) => one.ways.map((way) => wayOf(one, way, at.get(way.to), picked)));
  const boxes = draft.steps.map((one) => boxOf(one, at, picked, linking, one.key === draft.start));
  return `<svg class="flow drawing${linking ? " linking" : ""}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="group" aria-label="Steps of the draft">${ways.join("")}${boxes.join("")}<path class="ln rubber" data-rubber d=""/></svg>`;
}

function wayOf(from: Step, way: Way, to: Step | undefined, picked: { step: string; to: string }): string {
  if (!to) return "";
  const isPicked = picked.step === from.key && picked.to === way.to;
  const path = pathOf(from, to);
  const said = `Way from ${from.name} to ${to.name}${way.label ? `, ${way.label}` : ""}${way.asks ? ", under a condition" : ""}`;
  const isBack = to.x - 5 <= from.x + WIDE;
  const label = way.label ? `<text class="lb${way.asks ? " asks" : ""}" x="${isBack ? from.x + WIDE + 18 : to.x - 12}" y="${isBack ? from.y + HIGH + 12 : to.y + HIGH / 2 - 6}"${isBack ? "" : ' text-anchor="end"'}>${words(cut(way.label, 15))}</text>` : "";
  const [x, y] = [to.x, to.y + HIGH / 2];
  return `<g class="wy" data-way="${from.key} ${way.to}" tabindex="${isPicked ? 0 : -1}" role="button" aria-pressed="${isPicked}" aria-label="${words(said)}"><path class="hit" d="${path}"/><path class="${isBack ? "bk" : "ln"}" d="${path}"/><path class="ar" d="M${x} ${y}l-7 -4v8z"/>${label}</g>`;
}

function boxOf(one: Step, at: Map<string, Step>, picked: { step: string; to: string }, linking: string, isStart: boolean): string {
  const isPicked = picked.step === one.key && !picked.to;
  const leads = one.ways.map((way) => `${at.get(way.to)?.name ?? way.to}${way.label ? ` (${way.label})` : ""}`).join(", ");
  const said = [`${one.name} ${one.under}`.trim(), isStart ? "it begins here" : "", one.said, leads ? `leads to ${leads}` : one.end ? "" : "leads nowhere"].filter(Boolean).join(", ");
  const port = one.end ? "" : `<circle class="port" data-port cx="${one.x + WIDE}" cy="${one.y + HIGH / 2}" r="7"/>`;
  const kind = `nd${one.end ? " end" : ""}${one.itself ? " itself" : ""}${linking === one.key ? " from" : ""}`;
  return `<g class="${kind}" data-step="${one.key}" tabindex="${isPicked ? 0 : -1}" role="button" aria-pressed="${isPicked}" aria-label="${words(said)}"><rect x="${one.x}" y="${one.y}" width="${WIDE}" height="${HIGH}" rx="8"/><text class="t" x="${one.x + 12}" y="${one.y + 26}">${words(cut(one.name, LONGEST))}</text> <text class="s" x="${one.x + 12}" y="${one.y + 50}">${words(one.under)}</text>${port}</g>`;
}

function cut(told: string, most: number): string {
  return told.length <= most ? told : `${told.slice(0, most - 1).trimEnd()}…`;
}

function words(told: string): string {
  return told.replace(/[&<>"]/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[one] ?? one);
}
