/** The browser's clock, network and chance, as the sync core wants them. */

import type { Answer, Chance, Clock, Network } from "../sync/ports";
import { kept, type Installation } from "./database";

const PATIENCE_MS = 30_000;

export const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((done) => { setTimeout(done, ms); }),
};

export const chance: Chance = {
  share: () => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32,
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
};

export const network: Network = {
  async ask(method, path, body) {
    const installation = await kept<Installation>("installation");
    return asked(method, path, body, installation?.token);
  },
};

export async function asked(method: string, path: string, body?: string, token?: string): Promise<Answer> {
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": document.documentElement.lang };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  const how: RequestInit = { method, headers, cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE_MS) };
  if (body !== undefined) how.body = body;
  const response = await fetch(path, how);
  const wait = Number(response.headers.get("Retry-After"));
  return { status: response.status, body: await response.json().catch(() => null), wait_s: wait > 0 ? wait : null };
}
