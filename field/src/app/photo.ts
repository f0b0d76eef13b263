/** A photo made small enough to wait in the outbox: at most 1,280 pixels wide, JPEG. */

import { h } from "./dom";
import { t } from "./words";

const WIDEST = 1280;
const MOST_CHARACTERS = 400_000;

/** A field that takes a photo; what was taken is shown. Where the file is no picture, it says so, and nothing was taken. */
export function photoField(taken: (photo: string) => void): HTMLElement {
  const said = h("span", { role: "status" });
  const seen = h("img", { alt: "", hidden: true });
  const input = h("input", { type: "file", accept: "image/*", capture: "environment", onchange: () => {
    const file = input.files?.[0];
    if (file) void take(file);
  } });
  const show = (photo: string, words: string): void => {
    taken(photo);
    seen.hidden = photo === "";
    if (photo !== "") seen.src = photo;
    said.textContent = words;
  };
  const take = async (file: File): Promise<void> => {
    show("", "");
    try {
      show(await small(file), t("photo_taken"));
    } catch {
      input.value = "";
      show("", t("photo_wrong"));
    }
  };
  return h("label", { class: "field photo" }, h("span", { class: "press" }, t("take_photo")), input, said, seen);
}

async function small(file: File): Promise<string> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, WIDEST / Math.max(picture.width, picture.height));
  const canvas = h("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  for (let quality = 0.7; ; quality -= 0.15) {
    const photo = canvas.toDataURL("image/jpeg", quality);
    if (photo.length <= MOST_CHARACTERS || quality < 0.3) return photo;
  }
}
