// Proposes the zone that this browser keeps its time in, where nobody has said one yet.
// Marks: <select data-guess-zone>, whose values are names of zones; one that already says more than UTC is left.

export function startZone(page: Document, zone: string): void {
  for (const list of page.querySelectorAll<HTMLSelectElement>("select[data-guess-zone]"))
    if (list.value === "UTC" && [...list.options].some((one) => one.value === zone)) list.value = zone;
}
