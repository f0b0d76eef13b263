/** `data-toggle="id"` opens and closes an element; `data-print` prints; a field with `data-go` sends its form. */
export function toggleOnClick(): void {
  document.addEventListener("click", (event) => {
    const clicked = event.target as HTMLElement;
    closeMenus(clicked);
    const source = clicked.closest<HTMLElement>("[data-toggle], [data-print], [data-keys]");
    if (!source) return;
    if (source.hasAttribute("data-print")) window.print();
    if (source.hasAttribute("data-keys")) (document.getElementById("keys-help") as HTMLDialogElement).showModal();
    const target = document.getElementById(source.dataset.toggle ?? "");
    if (target) toggle(source, target);
  });
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLElement;
    if (field.matches("[data-go]")) (field.closest("form") as HTMLFormElement).requestSubmit();
  });
}

function toggle(source: HTMLElement, target: HTMLElement): void {
  target.hidden = !target.hidden;
  source.setAttribute("aria-expanded", String(!target.hidden));
  if (!target.hidden) target.querySelector<HTMLElement>("input:not([type=hidden]), textarea, select, a")?.focus();
}

function closeMenus(clicked: HTMLElement): void {
  document.querySelectorAll<HTMLDetailsElement>("details.menu[open]").forEach((menu) => {
    if (!menu.contains(clicked)) menu.open = false;
  });
}

/** Escape closes what is open: a menu, the drawer. */
export function closeOnEscape(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector<HTMLDetailsElement>("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
    const drawer = document.querySelector<HTMLElement>(".below button[aria-expanded=true]");
    drawer?.click();
    drawer?.focus();
  });
}
