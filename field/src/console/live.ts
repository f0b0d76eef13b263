import htmx from "htmx.org";

const DEBOUNCE_MS = 400;

const stale = new Set<HTMLElement>();
let due = 0;

/** Let the page's regions that show one of these kinds of things fetch themselves again, soon and once. */
export function refreshRegions(kinds: Set<string>): void {
  document.querySelectorAll<HTMLElement>("[data-live]").forEach((region) => {
    const shown = (region.dataset.live ?? "").split(" ");
    if (shown.some((kind) => kinds.has(kind))) stale.add(region);
  });
  refreshStale();
}

/** Try again the regions that were left alone because somebody was writing in them. */
export function refreshStale(): void {
  if (stale.size === 0 || due) return;
  due = window.setTimeout(() => {
    due = 0;
    stale.forEach((region) => {
      if (region.isConnected && isWrittenIn(region)) return;
      stale.delete(region);
      if (region.isConnected) htmx.trigger(region, "refresh");
    });
  }, DEBOUNCE_MS);
}

function isWrittenIn(region: HTMLElement): boolean {
  const fields = [...region.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>("input, textarea, select")];
  return fields.some((field) => field === document.activeElement || isChanged(field));
}

function isChanged(field: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement): boolean {
  if (field instanceof HTMLSelectElement) return [...field.options].some((one) => one.selected !== one.defaultSelected && one.defaultSelected);
  if (field.type === "checkbox" || field.type === "radio") return (field as HTMLInputElement).checked !== (field as HTMLInputElement).defaultChecked;
  return field.type !== "hidden" && field.value !== field.defaultValue;
}

/** After a region was fetched again, put the focus back on the link or button it was on. */
export function keepPlace(): void {
  let place = "";
  document.addEventListener("htmx:beforeSwap", () => { place = placeOf(document.activeElement); });
  document.addEventListener("htmx:afterSettle", () => {
    if (place && document.activeElement === document.body) document.querySelector<HTMLElement>(place)?.focus({ preventScroll: true });
    place = "";
  });
}

function placeOf(element: Element | null): string {
  if (!element?.closest("[data-live]")) return "";
  for (const name of ["href", "data-key", "data-toggle"]) {
    const value = element.getAttribute(name);
    if (value) return `[data-live] ${element.tagName}[${name}="${CSS.escape(value)}"]`;
  }
  return "";
}
