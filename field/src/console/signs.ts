import type { Map as MapView } from "maplibre-gl";

const SIZE_PX = 26;
const SHARPNESS = 2;

/** Each state and each kind of resource has a shape of its own, so that colour is never alone. */
const SIGNS: Record<string, string> = {
  "need-waiting": '<circle cx="13" cy="13" r="9.5" fill="#fffbeb" stroke="#92400e" stroke-width="3"/><path d="M13 8v5.5l3.5 2" fill="none" stroke="#92400e" stroke-width="2"/>',
  "need-moving": '<path d="M5 3.5 23 13 5 22.5Z" fill="#1d4ed8" stroke="#fff" stroke-width="1.5" stroke-linejoin="round"/>',
  "need-overdue": '<path d="M13 1.5 24.5 13 13 24.5 1.5 13Z" fill="#b91c1c" stroke="#fff" stroke-width="1.5"/><path d="M13 7.5v6.5" stroke="#fff" stroke-width="2.5"/><circle cx="13" cy="17.5" r="1.5" fill="#fff"/>',
  "vehicle-free": '<rect x="3" y="7" width="20" height="11" rx="3" fill="#fff" stroke="#166534" stroke-width="2"/><circle cx="8" cy="19" r="2.5" fill="#166534"/><circle cx="18" cy="19" r="2.5" fill="#166534"/>',
  "vehicle-busy": '<rect x="3" y="7" width="20" height="11" rx="3" fill="#64748b" stroke="#334155" stroke-width="2"/><circle cx="8" cy="19" r="2.5" fill="#334155"/><circle cx="18" cy="19" r="2.5" fill="#334155"/>',
  "person-free": '<circle cx="13" cy="9" r="4" fill="#fff" stroke="#166534" stroke-width="2"/><path d="M5.5 22c0-5 3.5-7 7.5-7s7.5 2 7.5 7Z" fill="#fff" stroke="#166534" stroke-width="2"/>',
  "person-busy": '<circle cx="13" cy="9" r="4" fill="#64748b" stroke="#334155" stroke-width="2"/><path d="M5.5 22c0-5 3.5-7 7.5-7s7.5 2 7.5 7Z" fill="#64748b" stroke="#334155" stroke-width="2"/>',
};

/** Show the same signs in a page's legend: every `data-sign` gets its picture. */
export function showLegend(): void {
  document.querySelectorAll<HTMLElement>("[data-sign]").forEach((place) => {
    const sign = new Image();
    sign.src = pictureOf(SIGNS[place.dataset.sign ?? ""] ?? "");
    sign.alt = "";
    place.replaceChildren(sign);
  });
}

function pictureOf(shape: string): string {
  const size_px = SIZE_PX * SHARPNESS;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 26" width="${size_px}" height="${size_px}">${shape}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** Draw the signs once and hand them to a map. */
export async function addSigns(view: MapView): Promise<void> {
  await Promise.all(Object.entries(SIGNS).map(async ([name, shape]) => {
    const sign = new Image(SIZE_PX * SHARPNESS, SIZE_PX * SHARPNESS);
    sign.src = pictureOf(shape);
    await sign.decode();
    view.addImage(name, sign, { pixelRatio: SHARPNESS });
  }));
}
