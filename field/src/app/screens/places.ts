import { choices } from "../dom";
import type { App } from "./frame";

interface Place { address: string; name: string; level: number }
let last = "";

/** The places of the patch to choose from; remembers the one chosen last. */
export async function places(app: App): Promise<{ element: HTMLSelectElement; readonly value: string }> {
  const rows = await app.session.patch.rows<Place>("places");
  const names = new Map(rows.map((row) => [row.address, row.name]));
  const own = app.session.installation!.address;
  const options = rows.map((row): [string, string] => [row.address, wholeName(row, names)]);
  const element = choices(options.length ? options : [[own, own]], last);
  element.addEventListener("change", () => { last = element.value; });
  return { element, get value() { return element.value; } };
}

/** With the estate before the building: many a number 3 stands in a community. */
function wholeName(row: Place, names: Map<string, string>): string {
  const estate = row.level > 14 ? names.get(row.address.slice(0, 14) + "0".repeat(5)) : undefined;
  return estate ? `${estate} ${row.name}` : row.name;
}
