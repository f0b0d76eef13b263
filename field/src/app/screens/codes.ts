/** Fields that hold a code: scanned, or typed where the camera does not help. */

import { field, h } from "../dom";
import { scanner } from "../scan";
import { t } from "../words";

const CODE = /^[0-9A-Z][0-9A-Z-]{2,39}$/;

/** A code as boxes, seals and tubes have it, or nothing where it cannot be one. */
export function codeOf(typed: string): string | null {
  const code = typed.trim().toUpperCase();
  return CODE.test(code) ? code : null;
}

export function codeInput(label: string, value = ""): HTMLInputElement {
  return h("input", { autocapitalize: "characters", autocomplete: "off", maxlength: 200, "aria-label": label, value });
}

/** A field with its own camera; what is read stands in the field, to be seen before it is saved. */
export function codeField(label: string): { element: HTMLElement; code(): string | null } {
  const input = codeInput(label);
  return {
    element: h("div", {}, field(label, input), scanner((code) => { input.value = code; })),
    code: () => codeOf(input.value),
  };
}

/** What is said of a code that cannot be one. */
export function wrongCode(label: string): string {
  return t("code_wrong", { f: label });
}
