/** One phone at work: its store, its outbox, its lists; what every screen stands on. */

import { Outbox } from "../sync/outbox";
import { download } from "../sync/patch";
import { StoreFull, type Body } from "../sync/ports";
import { Uploader, type Step } from "../sync/upload";
import { drop, keep, kept, phone, PhonePatch, PhoneStore, wipe, type Beside, type Installation } from "./database";
import { lock, open, sha256, shareKey, shut, unlock, type Blob_, type Locked, type Share } from "./vault";
import { asked, chance, clock, network } from "./web";

const LISTS_EVERY_MS = 10 * 60_000;
const MOST_TRIES = 5;
type Listener = () => void;
export type Door = "enrol" | "locked" | "server" | "open";
export type Trouble = "" | "offline" | "busy" | "server" | "shut_out" | "refused" | "no_room";
/** Where a record of this phone is: still here, kept by the house, or come back. */
export type Fate = "waiting" | "sent" | "returned";

export class Session {
  readonly store = new PhoneStore();
  readonly patch = new PhonePatch(this.store);
  private readonly ports = { store: this.store, clock, network, chance, hash: sha256 };
  readonly outbox = new Outbox(this.ports);
  private readonly uploader = new Uploader(this.ports, this.outbox);
  installation: Installation | null = null;
  waiting = 0;
  /** How many records came back and were not looked at. */
  returned = 0;
  sending = false;
  fetching = false;
  trouble: Trouble = "";
  wiped = false;
  lists_ms: number | null = null;
  private readonly listeners = new Set<Listener>();
  private line: Promise<unknown> = Promise.resolve();
  private again: ReturnType<typeof setTimeout> | null = null;

  onChange(listener: Listener): void {
    this.listeners.add(listener);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  async start(): Promise<void> {
    this.installation = await kept<Installation>("installation");
    this.lists_ms = await kept<number>("lists");
    await this.look();
    void this.push();
    if (this.installation) void this.askShare();
    addEventListener("online", () => { void this.push(); void this.refresh(); });
    addEventListener("offline", () => { this.trouble = "offline"; this.tell(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) void this.push(); });
    // A phone that believes it is online, and is not, is asked now and then.
    setInterval(() => { void this.push(); }, 20_000);
    setInterval(() => { void this.refresh(); }, LISTS_EVERY_MS);
  }

  async door(): Promise<Door> {
    if (this.installation === null) return "enrol";
    if (this.store.key !== null) return "open";
    const locked = await kept<Locked>("locked");
    if (locked === null) return "enrol";
    return (await this.share()) === null ? "server" : "locked";
  }

  /** Let a code make this phone one of somebody's devices. Returns the words of a refusal, or nothing. */
  async enrol(code: string): Promise<string> {
    const answer = await asked("POST", "/sync/enrolment", JSON.stringify({ code: code.trim() }));
    const said = answer.body as { message?: string; device: string; token: string; epoch: number; name: string; house_key: string } | null;
    if (answer.status !== 201 || said === null) return said?.message ?? `${answer.status}`;
    const { device, token, name, house_key } = said;
    const state = await asked("GET", "/sync/state", undefined, token);
    const more = state.body as { parts: string[]; commands: string[]; address: string };
    const { parts, commands, address } = more;
    this.installation = { device, token, name, house_key, parts, commands, address };
    await keep("installation", this.installation);
    for (const name_ of ["locked", "share", "lists", "tries"]) await drop(name_);
    await phone.kept.where("name").startsWith("shut.").delete();
    await phone.patch.clear();
    for (const part of parts) await drop(`cursor.${part}`);
    this.store.key = null;
    await this.outbox.enrol(said.epoch);
    this.trouble = "";
    return "";
  }

  /** The first PIN: makes the store's key. */
  async choosePin(pin: string): Promise<void> {
    const share = (await this.share()) ?? (await this.askShare());
    if (share === null) throw new Error("offline");
    const { locked, key } = await lock(pin, share);
    await keep("locked", locked);
    this.store.key = key;
    void navigator.storage?.persist?.();
    await this.refresh();
  }

  /** Open the store. Returns whether the PIN was right; after five wrong ones the server's half is dropped. */
  async unlock(pin: string): Promise<boolean> {
    const [share, locked] = [await this.share(), await kept<Locked>("locked")];
    if (share === null || locked === null) return false;
    try {
      this.store.key = await unlock(pin, share, locked);
    } catch {
      const tries = ((await kept<number>("tries")) ?? 0) + 1;
      await keep("tries", tries);
      if (tries >= MOST_TRIES) await drop("share");
      return false;
    }
    await drop("tries");
    void this.askShare();
    void this.refresh();
    return true;
  }

  async share(): Promise<Share | null> {
    const share = await kept<Share>("share");
    if (share === null) return null;
    if (share.until_ms > clock.now()) return share;
    await drop("share");
    return null;
  }

  /** Ask the server for its half; good for twelve hours. */
  async askShare(): Promise<Share | null> {
    try {
      const answer = await network.ask("POST", "/sync/unlock", "{}");
      if (answer.status === 401) await this.stopped(answer.body);
      if (answer.status !== 200) return null;
      const said = answer.body as { share: string; until_ms: number; now_ms: number };
      const share = await shareKey(said.share, clock.now() + (said.until_ms - said.now_ms));
      await keep("share", share);
      await drop("tries");
      return share;
    } catch {
      return null;
    }
  }

  /** Keep a record. Resolves with its id once it is on the phone for good.
   * @param beside what is written with it, in one transaction
   * @throws StoreFull when there is no room: nothing was kept, neither the record nor what goes with it */
  save(type: string, body: Body, beside: Beside = {}): Promise<string> {
    const mine = this.line.then(() => this.write(type, body, beside));
    this.line = mine.catch(() => undefined);
    return mine;
  }

  private async write(type: string, body: Body, beside: Beside): Promise<string> {
    this.store.beside = beside;
    let id;
    try {
      ({ id } = await this.outbox.save(type, body));
    } finally {
      this.store.beside = {};
    }
    await this.look();
    void this.push();
    return id;
  }

  /** Where some records of this phone are now, by id. */
  async fates(ids: string[]): Promise<Map<string, Fate>> {
    const [waiting, back] = await Promise.all([phone.waiting.toArray(), phone.returned.bulkGet(ids)]);
    const here = new Set(waiting.map((row) => row.id));
    return new Map(ids.map((id, at) => [id, here.has(id) ? "waiting" : back[at] ? "returned" : "sent"]));
  }

  async push(): Promise<void> {
    if (this.sending || this.installation === null || this.wiped) return;
    this.sending = true;
    this.tell();
    let step: Step = { kind: "idle" };
    let full = false;
    try {
      do {
        step = await this.uploader.step();
        await this.look();
      } while (step.kind === "sent");
    } catch (error) {
      // No room even to note what was answered: all of it waits, and is asked for again.
      if (!(error instanceof StoreFull)) throw error;
      [step, full] = [{ kind: "wait", asked_s: null, why: "server" }, true];
    } finally {
      this.sending = false;
    }
    this.trouble = full ? "no_room"
      : step.kind === "wait" ? step.why : step.kind === "stopped" ? (step.why === "refused" ? "refused" : "shut_out") : "";
    if (step.kind === "stopped" && step.why === "wiped") await this.forget();
    if (step.kind === "wait" && this.again === null) {
      const wait_ms = Math.max(3000, (step.asked_s ?? 0) * 1000) * (1 + chance.share());
      this.again = setTimeout(() => { this.again = null; void this.push(); }, wait_ms);
    }
    this.tell();
  }

  /** Fetch today's lists, each from where it was cut off. */
  async refresh(): Promise<void> {
    if (this.store.key === null || this.fetching || this.installation === null) return;
    this.fetching = true;
    this.tell();
    try {
      const parts = this.installation.parts;
      const whole = await Promise.all(parts.map((part) => download(network, this.patch, part)));
      if (whole.every(Boolean)) {
        this.lists_ms = clock.now();
        await keep("lists", this.lists_ms);
      } else if (navigator.onLine) {
        // Perhaps it was reported lost.
        await this.askShare();
      }
    } catch (error) {
      if (!(error instanceof StoreFull)) throw error;
      this.trouble = "no_room";
    } finally {
      this.fetching = false;
      this.tell();
    }
  }

  keepDraft(draft: unknown): Promise<void> {
    return draft === null ? drop("shut.draft") : this.keepShut("draft", draft);
  }

  draft<Content>(): Promise<Content | null> {
    return this.shutValue<Content>("draft");
  }

  /** Something of this phone's own, kept shut. */
  async keepShut(name: string, value: unknown): Promise<void> {
    if (this.store.key) await keep(`shut.${name}`, await shut(this.store.key, value));
  }

  async shutValue<Content>(name: string): Promise<Content | null> {
    const blob = await kept<Blob_>(`shut.${name}`);
    return blob && this.store.key ? open<Content>(this.store.key, blob).catch(() => null) : null;
  }

  /** Reported lost: what waited was handed in sealed, now everything goes. */
  private async forget(): Promise<void> {
    this.wiped = true;
    await network.ask("POST", "/sync/wiped", "{}").catch(() => null);
    await wipe();
    this.installation = null;
    this.store.key = null;
    this.tell();
  }

  private async stopped(body: unknown): Promise<void> {
    if ((body as { code?: string } | null)?.code !== "wiped") return;
    while (this.sending) await clock.sleep(100);
    await this.push();
    await this.look();
    if (!this.wiped && this.waiting === 0) await this.forget();
  }

  /** Count anew what waits and what came back. */
  async look(): Promise<void> {
    [this.waiting, this.returned] = await Promise.all([this.store.count(), phone.returned.filter((row) => !row.seen).count()]);
    this.tell();
  }
}
