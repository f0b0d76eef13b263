/** The keyboard layer: one key per action, never while somebody is typing. */
export function listenForKeys(): void {
  document.addEventListener("keydown", (event) => {
    const typing = (event.target as HTMLElement).closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && typing) (event.target as HTMLElement).blur();
    if (typing || document.querySelector("dialog[open]:not(#keys-help)") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (act(event.key)) event.preventDefault();
  });
}

function act(key: string): boolean {
  switch (key) {
    case "?":
      return toggleHelp();
    case "/":
      return focusOn(document.querySelector("[data-search]"));
    case "j":
      return step(1);
    case "k":
      return step(-1);
    default:
      return press(key);
  }
}

function press(key: string): boolean {
  const target = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]:not([disabled])`);
  if (!target) return false;
  if (target.matches("input, textarea, select")) return focusOn(target);
  target.click();
  return true;
}

function focusOn(target: HTMLElement | null): boolean {
  target?.focus();
  return target !== null;
}

function step(by: number): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  if (rows.length === 0) return false;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  return focusOn(next.querySelector<HTMLElement>("a, button") ?? next);
}

function toggleHelp(): boolean {
  const help = document.getElementById("keys-help") as HTMLDialogElement | null;
  if (!help) return false;
  if (help.open) help.close();
  else help.showModal();
  return true;
}
