import { word } from "./words";

const SHOWN_MS = 8_000;
const AT_ONCE = 3;

/** A short sentence at the edge of the screen, read out by screen readers; goes by itself. */
export function toast(sentence: string): void {
  const shelf = document.getElementById("toasts");
  if (!shelf) return;
  const line = document.createElement("div");
  line.className = "toast-line";
  line.append(sentence);
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "✕";
  close.setAttribute("aria-label", word("close"));
  close.addEventListener("click", () => line.remove());
  line.append(close);
  shelf.append(line);
  while (shelf.children.length > AT_ONCE) shelf.firstElementChild?.remove();
  window.setTimeout(() => line.remove(), SHOWN_MS);
}
