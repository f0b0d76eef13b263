/** A photo made small enough to wait in the outbox: at most 1,280 pixels wide, JPEG. */

import { h } from "./dom";
import { t } from "./words";

const WIDEST = 1280;
const MOST_CHARACTERS = 400_000;

export function photoField(taken: (photo: string) => void): HTMLElement {
  const said = h("span", { role: "status" });
  const seen = h("img", { alt: "", hidden: true });
  const input = h("input", { type: "file", accept: "image/*", capture: "environment", onchange: () => {
    const file = input.files?.[0];
    if (!file) return;
    taken("");
    small(file).then((photo) => {
      taken(photo);
      seen.src = photo;
      said.textContent = t("photo_taken");
    }, () => { said.textContent = t("photo_wrong"); }).finally(() => { seen.hidden = !seen.src || said.textContent !== t("photo_taken"); });
  } });
  return h("label", { class: "field photo" }, h("span", {}, t("take_photo")), input, said, seen);
}

async function small(file: File): Promise<string> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, WIDEST / Math.max(picture.width, picture.height));
  const canvas = h("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  for (let quality = 0.7; ; quality -= 0.15) {
    const photo = canvas.toDataURL("image/jpeg", quality);
    if (photo.length <= MOST_CHARACTERS || quality < 0.3) return photo;
  }
}
