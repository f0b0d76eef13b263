/** What the phone keeps, in IndexedDB: nothing of it readable without the store's key but numbers, kinds and times. */

import { Dexie, type EntityTable } from "dexie";
import { canonical } from "../sync/canonical";
import type { PatchStore, Row } from "../sync/patch";
import { StoreFull, type Body, type Meta, type Returned, type Store, type Waiting } from "../sync/ports";
import { open, sealToHouse, shut, type Blob_, type Locked, type Share } from "./vault";

export interface Installation {
  device: string;
  token: string;
  name: string;
  house_key: string;
  address: string;
  parts: string[];
  commands: string[];
}

interface Kept { name: string; value: unknown }
type WaitingRow = Omit<Waiting, "body"> & { body: Blob_; sealed: string };
/** `seen` ones are shown no more; that they came back is still known. */
type ReturnedRow = Omit<Returned, "body" | "words"> & { shut: Blob_ | null; words: string; seen?: boolean };
interface PatchRow { id?: number; part: string; rows: Blob_ }

class Phone extends Dexie {
  kept!: EntityTable<Kept, "name">;
  waiting!: EntityTable<WaitingRow, "sequence">;
  returned!: EntityTable<ReturnedRow, "id">;
  patch!: EntityTable<PatchRow, "id">;

  constructor() {
    super("gridward-field");
    this.version(1).stores({ kept: "name", waiting: "sequence", returned: "id", patch: "++id, part" });
  }
}

export const phone = new Phone();

export async function kept<Value>(name: string): Promise<Value | null> {
  return ((await phone.kept.get(name))?.value as Value | undefined) ?? null;
}

/** @throws StoreFull when there is no room: what was kept under the name before is kept still. */
export async function keep(name: string, value: unknown): Promise<void> {
  await withRoom(phone.kept.put({ name, value }));
}

export async function drop(name: string): Promise<void> {
  await phone.kept.delete(name);
}

export type Names = { installation: Installation; locked: Locked; share: Share; meta: Meta; tries: number };

/** Everything goes, and nobody can bring it back. */
export async function wipe(): Promise<void> {
  await phone.delete({ disableAutoOpen: false });
  await phone.open();
}

/** What is written in the same moment as a record, or not at all. */
export interface Beside {
  /** Names of what was kept shut while the record was being made, and goes: an open tube, once it is closed. */
  dropped?: string[];
  /** What the phone remembers of it, by name, to be kept shut. */
  kept?: (id: string) => Record<string, unknown>;
}

/** The outbox on the phone. Without the store's key it can still be handed in: sealed to the house. */
export class PhoneStore implements Store {
  key: CryptoKey | null = null;
  /** Goes with the next record. */
  beside: Beside = {};

  meta(): Promise<Meta | null> {
    return kept<Meta>("meta");
  }

  async begin(meta: Meta, waiting: Waiting[]): Promise<void> {
    const rows = await phone.waiting.orderBy("sequence").toArray();
    const numbers = new Map(waiting.map((record) => [record.id, record.sequence]));
    await withRoom(phone.transaction("rw", phone.waiting, phone.kept, async () => {
      await phone.waiting.clear();
      await phone.waiting.bulkAdd(rows.map((row) => ({ ...row, sequence: numbers.get(row.id) ?? row.sequence })));
      await phone.kept.put({ name: "meta", value: meta });
    }));
  }

  async append(record: Waiting, meta: Meta): Promise<void> {
    if (this.key === null) throw new Error("locked");
    const installation = await kept<Installation>("installation");
    const sealed = await sealToHouse(installation!.house_key, record.id, canonical(record.body));
    const row: WaitingRow = { ...record, body: await shut(this.key, record.body), sealed };
    const remembered: Kept[] = [];
    for (const [name, value] of Object.entries(this.beside.kept?.(record.id) ?? {})) {
      remembered.push({ name: `shut.${name}`, value: await shut(this.key, value) });
    }
    await withRoom(phone.transaction("rw", phone.waiting, phone.kept, async () => {
      await phone.waiting.add(row);
      await phone.kept.bulkDelete((this.beside.dropped ?? []).map((name) => `shut.${name}`));
      await phone.kept.bulkPut(remembered);
      await phone.kept.put({ name: "meta", value: meta });
    }));
  }

  async first(most: number): Promise<Waiting[]> {
    const rows = await phone.waiting.orderBy("sequence").limit(most).toArray();
    return Promise.all(rows.map((row) => this.opened(row)));
  }

  async settle(sequences: number[], returned: Returned[], meta: Meta): Promise<void> {
    const rows = await Promise.all(returned.map(async (one): Promise<ReturnedRow> => {
      const { body, ...rest } = one;
      return { ...rest, shut: this.key && body ? await shut(this.key, body) : null };
    }));
    await withRoom(phone.transaction("rw", phone.waiting, phone.returned, phone.kept, async () => {
      await phone.waiting.bulkDelete(sequences);
      await phone.returned.bulkPut(rows);
      await phone.kept.put({ name: "meta", value: meta });
    }));
  }

  count(): Promise<number> {
    return phone.waiting.count();
  }

  private async opened(row: WaitingRow): Promise<Waiting> {
    const { body, sealed, ...rest } = row;
    if (this.key !== null) {
      try {
        return { ...rest, body: await open<Body>(this.key, body) };
      } catch {
        // Written under the key of an installation before: the sealed copy says the same.
      }
    }
    return { ...rest, body: null as unknown as Body, sealed } as Waiting;
  }
}

/** Today's lists, shut in chunks as they came. */
export class PhonePatch implements PatchStore {
  constructor(private readonly store: PhoneStore) {}

  async cursor(part: string): Promise<string | null> {
    return kept<string>(`cursor.${part}`);
  }

  async take(part: string, rows: Row[], next: string, fresh: boolean): Promise<void> {
    if (this.store.key === null) throw new Error("locked");
    const chunk = await shut(this.store.key, rows);
    await withRoom(phone.transaction("rw", phone.patch, phone.kept, async () => {
      // A list that is read anew replaces the old one only once its first piece is here.
      if (fresh) await phone.patch.where("part").equals(part).delete();
      await phone.patch.add({ part, rows: chunk });
      await phone.kept.put({ name: `cursor.${part}`, value: next });
    }));
  }

  async rows<Content>(part: string): Promise<Content[]> {
    if (this.store.key === null) return [];
    const chunks = await phone.patch.where("part").equals(part).toArray();
    const opened = await Promise.all(chunks.map((chunk) => open<Content[]>(this.store.key!, chunk.rows).catch(() => [])));
    return opened.flat();
  }
}

/** A write's outcome, with a full phone called by its name: nothing of it was kept then. */
async function withRoom<Result>(write: PromiseLike<Result>): Promise<Result> {
  try {
    return await write;
  } catch (error) {
    throw isFull(error) ? new StoreFull() : error;
  }
}

function isFull(error: unknown): boolean {
  const named = error as { name?: string; inner?: { name?: string } };
  return named?.name === "QuotaExceededError" || named?.inner?.name === "QuotaExceededError";
}
