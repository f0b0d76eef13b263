/** A simple form: as many fields as its definition says, one column, big. */

import type { Body } from "../../sync/ports";
import { button, choices, field, h } from "../dom";
import { photoField } from "../photo";
import { isEnglish, t } from "../words";
import { saved, screen, type App } from "./frame";
import { places } from "./places";

interface FormField {
  key: string;
  label: string;
  label_en?: string;
  kind: "choice" | "number" | "text" | "yes_no" | "photo";
  required?: boolean;
  options?: [string, string, string][];
  least?: number;
  most?: number;
}

export interface FieldForm {
  key: string;
  title: string;
  title_en: string;
  version: number;
  fields: FormField[];
}

export async function form(app: App, definition: FieldForm): Promise<HTMLElement> {
  const answers: Body = {};
  const place = await places(app);
  const said = h("p", { class: "bad", role: "alert" });
  const save = async (): Promise<void> => {
    const missing = definition.fields.find((one) => one.required && answers[one.key] === undefined);
    said.textContent = missing ? t("missing", { f: label(missing) }) : "";
    if (missing) return;
    const body = { form: definition.key, address: place.value, answers };
    if (await saved(app, "field.form", body)) app.show((again) => form(again, definition));
  };
  const title = isEnglish() ? definition.title_en : definition.title;
  return screen(app, title, field(t("place"), place.element), ...definition.fields.map((one) => input(one, answers)), said,
    h("div", { class: "foot" }, button(t("save"), save, "first")));
}

function label(one: FormField): string {
  return isEnglish() ? one.label_en ?? one.label : one.label;
}

function input(one: FormField, answers: Body): HTMLElement {
  const put = (value: string | number | undefined): void => {
    if (value === undefined || value === "") delete answers[one.key];
    else answers[one.key] = value;
  };
  const name = label(one) + (one.required ? " *" : "");
  if (one.kind === "photo") return photoField(put);
  if (one.kind === "yes_no") return choice(name, [["yes", t("yes")], ["no", t("no")]], put);
  if (one.kind === "choice" && (one.options?.length ?? 0) <= 4) return choice(name, spoken(one), put);
  if (one.kind === "choice") {
    const made = choices([["", "—"], ...spoken(one)]);
    made.addEventListener("change", () => put(made.value));
    return field(name, made);
  }
  if (one.kind === "number") {
    const made = h("input", { type: "number", inputmode: "numeric", min: one.least ?? 0, max: one.most ?? 1_000_000 });
    made.addEventListener("input", () => put(Number.isSafeInteger(made.valueAsNumber) ? made.valueAsNumber : undefined));
    return field(name, made);
  }
  const made = h("textarea", { rows: 2, maxlength: 2000 });
  made.addEventListener("input", () => put(made.value.trim()));
  return field(name, made);
}

function spoken(one: FormField): [string, string][] {
  return (one.options ?? []).map(([value, zh, en]) => [value, isEnglish() ? en : zh]);
}

/** Two to four big buttons, one of which is chosen. */
function choice(name: string, options: [string, string][], put: (value: string) => void): HTMLElement {
  const group = h("div", { class: "pair", role: "group", "aria-label": name });
  for (const [value, words] of options) {
    const made = h("button", { type: "button", "aria-pressed": "false", class: "second" }, words);
    made.addEventListener("click", () => {
      for (const other of group.children) other.setAttribute("aria-pressed", "false");
      made.setAttribute("aria-pressed", "true");
      put(value);
    });
    group.append(made);
  }
  return h("div", { class: "field" }, h("span", {}, name), group);
}
