import type { Chance } from "./ports";

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** How long to wait before try number `tries` (from 1): doubled each time, up to a minute, spread so that ten thousand
 * devices that lost the server together do not come back together. Never less than the server asked for. */
export function pause(tries: number, asked_s: number | null, chance: Chance): number {
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries - 1, 10));
  const spread = most / 2 + (most / 2) * chance.share();
  return Math.max(spread, (asked_s ?? 0) * 1000 * (1 + chance.share()));
}
