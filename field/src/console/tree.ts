/** The area tree: a branch opened once is only hidden and shown again; arrows walk it. */
export function openBranches(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>(".tree button[aria-expanded]");
    const branch = button?.parentElement?.querySelector<HTMLElement>(":scope > ul");
    if (!button || !branch) return;
    const opens = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(opens));
    branch.hidden = !opens;
  });
  document.addEventListener("keydown", (event) => {
    const link = (event.target as HTMLElement).closest<HTMLElement>(".tree li > a, .tree li > button");
    if (link && walk(link, event.key)) event.preventDefault();
  });
}

function walk(from: HTMLElement, key: string): boolean {
  const button = from.parentElement?.querySelector<HTMLElement>(":scope > button[aria-expanded]");
  if (key === "ArrowRight" || key === "ArrowLeft") {
    const wanted = key === "ArrowRight" ? "false" : "true";
    if (button?.getAttribute("aria-expanded") !== wanted) return false;
    button.click();
    return true;
  }
  if (key !== "ArrowDown" && key !== "ArrowUp") return false;
  const links = [...document.querySelectorAll<HTMLElement>(".tree li > a")].filter((link) => link.offsetParent !== null);
  const at = links.indexOf(from.parentElement?.querySelector<HTMLElement>(":scope > a") ?? from);
  links[Math.max(0, Math.min(links.length - 1, at + (key === "ArrowDown" ? 1 : -1)))]?.focus();
  return true;
}
