import type { Json } from "./ports";

const KEY = /^[\x20-\x7e]*$/;

/** A body as both sides hash it: keys sorted, no white space, whole numbers only. Source: docs/reference/sync.md */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${named(key)}:${canonical(value[key] as Json)}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new TypeError(`${value} is no whole number`);
  if (typeof value === "string" && !isText(value)) throw new TypeError("half a character");
  return JSON.stringify(Object.is(value, -0) ? 0 : value);
}

function named(key: string): string {
  if (!KEY.test(key)) throw new TypeError(`${key} is no key`);
  return JSON.stringify(key);
}

/** Whether a text holds no half of a pair of surrogates and no NUL: neither can be kept. */
function isText(text: string): boolean {
  return !/\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}
