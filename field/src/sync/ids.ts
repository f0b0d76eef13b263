import type { Chance } from "./ports";

/** A UUIDv7 (RFC 9562): sorts by the time it was made. */
export function newId(now_ms: number, chance: Chance): string {
  const bytes = chance.bytes(16);
  for (let at = 0, rest = Math.max(0, Math.floor(now_ms)); at < 6; at++) {
    bytes[5 - at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join("-");
}
