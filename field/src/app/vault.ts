/** What keeps a phone's content shut: a PIN, and the server's half of the key, which it keeps for twelve hours only.
 *
 * The store's key is random and kept wrapped under a key made of both halves. The server's half stands in the browser as
 * a key that no script can read out. Unsent work is also sealed to the house's public key, so that it can be handed in
 * without opening the store. Source: docs/reference/sync.md
 */

const PIN_ROUNDS = 600_000;
const NONCE_BYTES = 12;
const RECORD_INFO = bytesOf("gridward field record");
const STORE_INFO = bytesOf("gridward field store");

export interface Locked {
  salt: Uint8Array<ArrayBuffer>;
  wrapped: ArrayBuffer;
  nonce: Uint8Array<ArrayBuffer>;
}

export interface Share {
  key: CryptoKey;
  until_ms: number;
}

export interface Blob_ {
  nonce: Uint8Array<ArrayBuffer>;
  content: ArrayBuffer;
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

function random(count: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(count));
}

/** The server's half, as a key that cannot be read out again. */
export async function shareKey(share: string, until_ms: number): Promise<Share> {
  return { key: await crypto.subtle.importKey("raw", fromBase64(share), "HKDF", false, ["deriveKey"]), until_ms };
}

async function wrappingKey(pin: string, salt: Uint8Array<ArrayBuffer>, share: Share): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey("raw", bytesOf(pin), "PBKDF2", false, ["deriveBits"]);
  const half = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: PIN_ROUNDS }, typed, 256);
  const how = { name: "HKDF", hash: "SHA-256", salt: half, info: STORE_INFO };
  return crypto.subtle.deriveKey(how, share.key, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

/** A new store key, wrapped under a PIN and the server's half. */
export async function lock(pin: string, share: Share): Promise<{ locked: Locked; key: CryptoKey }> {
  const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
  const salt = random(16);
  const nonce = random(NONCE_BYTES);
  const outer = await wrappingKey(pin, salt, share);
  const wrapped = await crypto.subtle.wrapKey("raw", fresh, outer, { name: "AES-GCM", iv: nonce });
  const locked = { salt, wrapped, nonce };
  return { locked, key: await unlock(pin, share, locked) };
}

/** The store's key. Rejects where the PIN is wrong. */
export async function unlock(pin: string, share: Share, locked: Locked): Promise<CryptoKey> {
  const outer = await wrappingKey(pin, locked.salt, share);
  const how = { name: "AES-GCM", iv: locked.nonce };
  return crypto.subtle.unwrapKey("raw", locked.wrapped, outer, how, "AES-GCM", false, ["encrypt", "decrypt"]);
}

export async function shut(key: CryptoKey, content: unknown): Promise<Blob_> {
  const nonce = random(NONCE_BYTES);
  return { nonce, content: await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, bytesOf(JSON.stringify(content))) };
}

export async function open<Content>(key: CryptoKey, blob: Blob_): Promise<Content> {
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: blob.nonce }, key, blob.content);
  return JSON.parse(new TextDecoder().decode(plain)) as Content;
}

/** A record's canonical body sealed to the house: ECDH on P-256, HKDF, AES-GCM, bound to the record's id. */
export async function sealToHouse(houseKey: string, id: string, text: string): Promise<string> {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const house = await crypto.subtle.importKey("raw", fromBase64(houseKey), curve, false, []);
  const mine = await crypto.subtle.generateKey(curve, true, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", mine.publicKey));
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: house }, mine.privateKey, 256);
  const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: point, info: RECORD_INFO };
  const key = await crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const nonce = random(NONCE_BYTES);
  const additionalData = Uint8Array.from(id.replaceAll("-", "").match(/../g)!, (digits) => parseInt(digits, 16));
  const content = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData }, key, bytesOf(text));
  const whole = new Uint8Array(point.length + NONCE_BYTES + content.byteLength);
  whole.set(point);
  whole.set(nonce, point.length);
  whole.set(new Uint8Array(content), point.length + NONCE_BYTES);
  return toBase64(whole);
}

export async function sha256(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
