// Light, dark or the system's choice. The server keeps the choice (user.theme) and prints it; this only shows it at once.
// Marks: <button data-theme-set="light|dark|"> inside the form that posts it.

export function startTheme(page: Document): void {
  page.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-theme-set]");
    if (!button) return;
    const theme = button.dataset["themeSet"] ?? "";
    show(page, theme);
  });
}

export function show(page: Document, theme: string): void {
  if (theme) page.documentElement.dataset["theme"] = theme;
  else delete page.documentElement.dataset["theme"];
  for (const one of page.querySelectorAll<HTMLElement>("[data-theme-set]"))
    one.setAttribute("aria-pressed", String((one.dataset["themeSet"] ?? "") === theme));
}
