// Checking in and out on somebody's own phone, with or without a network. What is pressed is kept in IndexedDB before
// anything else, sent when it can be, and taken away only once the house has answered for it.
const words = JSON.parse(document.getElementById("script-words")?.textContent ?? "{}");
const box = document.getElementById("attendance");
const ME = "gridward-me";
const DEVICE = "gridward-device";
const SEND_EVERY_MS = 30_000;

if ("serviceWorker" in navigator) navigator.serviceWorker.register("/forces/worker.js", { scope: "/forces/" });
if (document.querySelector("[data-forget-me]")) {
  localStorage.removeItem(ME);
  indexedDB.deleteDatabase("gridward-forces");
  if ("caches" in window) void caches.delete("gridward-forces-1");
}
if (box?.dataset.code) localStorage.setItem(ME, box.dataset.code);

/** One store of what was pressed, by its id. */
function store() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("gridward-forces", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("marks", { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function inStore(mode, act) {
  const database = await store();
  return new Promise((resolve, reject) => {
    const work = database.transaction("marks", mode, { durability: "strict" });
    const asked = act(work.objectStore("marks"));
    work.oncomplete = () => { database.close(); resolve(asked?.result); };
    work.onabort = () => { database.close(); reject(work.error); };
  });
}

/** A UUIDv7: the time in milliseconds, then chance. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = BigInt(Date.now());
  for (let at = 0; at < 6; at += 1) bytes[at] = Number((now >> BigInt(8 * (5 - at))) & 255n);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

function device() {
  if (!localStorage.getItem(DEVICE)) localStorage.setItem(DEVICE, newId());
  return localStorage.getItem(DEVICE);
}

function say(sentence, bad = false) {
  const place = document.getElementById("attendance-said");
  if (!place) return;
  place.textContent = sentence;
  place.className = `fp-state ${bad ? "is-bad" : "is-good"}`;
  place.hidden = !sentence;
}

async function showWaiting() {
  const waiting = (await inStore("readonly", (marks) => marks.getAll())).length;
  const place = document.getElementById("attendance-waiting");
  if (place) place.textContent = waiting ? words.waiting.replace("%s", waiting) : words.all_sent;
}

function position() {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) reject(new Error("none"));
    else navigator.geolocation.getCurrentPosition(resolve, reject, { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 });
  });
}

/** What the mark says of the place: the post's own code where its poster was scanned, else where the phone is. */
async function bodyOf(way) {
  const scanned = location.pathname.match(/^\/forces\/at\/([^/]+)$/)?.[1];
  if (scanned) return { post: scanned };
  try {
    const found = await position();
    return { latitude: found.coords.latitude.toFixed(6), longitude: found.coords.longitude.toFixed(6) };
  } catch {
    return way === "out" ? {} : undefined;
  }
}

async function press(way) {
  const pressed = Date.now();
  const body = await bodyOf(way);
  if (!body) { say(words.no_position, true); return; }
  const sequence = Number(localStorage.getItem("gridward-sequence") ?? 0) + 1;
  localStorage.setItem("gridward-sequence", String(sequence));
  await inStore("readwrite", (marks) => marks.put({ id: newId(), type: `forces.check_${way}`, at: pressed, body, sequence }));
  say(way === "in" ? words.kept_in : words.kept_out);
  await send();
}

let sending = false;
async function send() {
  const code = localStorage.getItem(ME);
  if (sending || !code) return;
  sending = true;
  try {
    const marks = await inStore("readonly", (all) => all.getAll());
    if (marks.length) await upload(code, marks.sort((one, other) => one.sequence - other.sequence).slice(0, 100));
  } catch {
    // No network: it stays here and is tried again.
  } finally {
    sending = false;
    await showWaiting();
  }
}

async function upload(code, marks) {
  const answer = await fetch(`/forces/me/${code}/marks`, {
    method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ sent_at: Date.now(), device: device(), marks }),
  });
  if (!answer.ok) {
    if (answer.status === 404) say(words.unknown, true);
    return;
  }
  const { answers } = await answer.json();
  for (const one of answers) {
    await inStore("readwrite", (all) => all.delete(one.id));
    if (one.outcome === "rejected") say(one.words, true);
    else say(marks.find((mark) => mark.id === one.id)?.type === "forces.check_in" ? words.stored_in : words.stored_out);
  }
}

document.querySelectorAll("[data-mark]").forEach((button) => {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try { await press(button.dataset.mark); } finally { button.disabled = false; }
  });
});
if (box) {
  const known = localStorage.getItem(ME);
  document.querySelectorAll("[data-known]").forEach((part) => { part.hidden = !known; });
  document.querySelectorAll("[data-unknown]").forEach((part) => { part.hidden = Boolean(known); });
  addEventListener("online", send);
  setInterval(send, SEND_EVERY_MS);
  void send();
  showWaiting();
}
