const element = document.getElementById("words");
const catalogue: Record<string, string> = element ? JSON.parse(element.textContent ?? "{}") : {};

/** A sentence in the reader's language; the page hands the catalogue over. */
export function word(key: string): string {
  return catalogue[key] ?? key;
}
