const element = document.getElementById("words");
const catalogue: Record<string, string> = element ? JSON.parse(element.textContent ?? "{}") : {};

/** A sentence in the reader's language, its `{holes}` filled; the page hands the catalogue over. */
export function word(key: string, holes: Record<string, string | number> = {}): string {
  const sentence = catalogue[key] ?? key;
  return Object.entries(holes).reduce((said, [name, value]) => said.replace(`{${name}}`, String(value)), sentence);
}
