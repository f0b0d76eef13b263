import type { Json, Network } from "./ports";

export type Row = { [key: string]: Json };

/** Where a part of the patch is kept; `take` is one transaction. */
export interface PatchStore {
  cursor(part: string): Promise<string | null>;
  /** Add rows read from a cursor on; `fresh` starts the part over. */
  take(part: string, rows: Row[], next: string, fresh: boolean): Promise<void>;
}

/** Fetch one part of the device's own patch; goes on where it was cut off. Returns whether it is whole now. */
export async function download(network: Network, store: PatchStore, part: string): Promise<boolean> {
  let after = (await store.cursor(part)) ?? "";
  for (;;) {
    let answer;
    try {
      answer = await network.ask("GET", `/sync/patch/${part}?after=${encodeURIComponent(after)}`);
    } catch {
      return false;
    }
    const body = answer.body as { rows?: Row[]; next?: string } | null;
    if (answer.status !== 200 || !body || !Array.isArray(body.rows)) return false;
    const next = body.next ?? "";
    await store.take(part, body.rows, next, after === "");
    if (next === "") return true;
    after = next;
  }
}
