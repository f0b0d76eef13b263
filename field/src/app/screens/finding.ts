/** What an inspector found wrong at one place: for that place alone, or common to many; with a photo. */

import { button, choices, field, h } from "../dom";
import type { Beside } from "../database";
import { photoField } from "../photo";
import { isEnglish, t } from "../words";
import { saved, screen, type App } from "./frame";
import type { CheckItem, Stop } from "./inspection";
import { places } from "./places";

/** @param stop where the inspector is; without one the place is chosen
 * @param kept where to go once it is on the phone for good
 * @param beside what is remembered with it */
export async function finding(app: App, stop: Stop | null, kept: (app: App) => void, beside: Beside = {}): Promise<HTMLElement> {
  const items = await app.session.patch.rows<CheckItem>("command.checklist");
  const place = stop ? null : await places(app);
  const item = choices([["", "—"], ...items.map((one): [string, string] => [one.key, isEnglish() ? one.name_en || one.name : one.name])]);
  const words = h("textarea", { rows: 3, maxlength: 400 });
  const said = h("p", { class: "bad", role: "alert" });
  const clear = (): void => { said.textContent = ""; };
  words.addEventListener("input", clear);
  let [sort, photo] = ["", ""];
  const save = async (): Promise<void> => {
    const missing = !sort ? t("finding_sort") : !words.value.trim() ? t("finding_words") : "";
    said.textContent = missing ? t("missing", { f: missing }) : "";
    if (missing) return;
    const id = await saved(app, "command.finding", {
      address: stop?.address ?? place!.value, sort, words: words.value.trim(), ...(stop ? { visit: stop.id } : {}),
      ...(item.value ? { item: item.value } : {}), ...(photo ? { photo } : {}),
    }, beside);
    if (id !== null) kept(app);
  };
  const chosen = choice(["individual", "common"] as const, (value) => { sort = value; clear(); });
  return screen(app, t("finding_new"), stop ? h("p", {}, stop.place) : field(t("place"), place!.element), chosen,
    field(t("finding_words"), words), field(t("finding_item"), item), photoField((made) => { photo = made; }),
    h("div", { class: "foot" }, said, button(t("save"), save, "first")));
}

function choice<Value extends "individual" | "common">(values: readonly Value[], put: (value: Value) => void): HTMLElement {
  const group = h("div", { class: "pair", role: "group", "aria-label": t("finding_sort") });
  for (const value of values) {
    const made = button(t(value), () => {
      for (const other of group.children) other.setAttribute("aria-pressed", String(other === made));
      put(value);
    }, "second");
    made.setAttribute("aria-pressed", "false");
    group.append(made);
  }
  return h("div", { class: "field" }, h("span", {}, t("finding_sort")), group);
}
