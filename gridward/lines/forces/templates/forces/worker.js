// Answers for the personal pages where there is no network: pages as last seen, a post's page without its name.
const CACHE = "gridward-forces-1";
const KEPT = {{ kept|safe }};
const SHELL = KEPT[0];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => { event.waitUntil(self.clients.claim()); });

async function fromNetwork(request) {
  const answer = await fetch(request);
  if (answer.ok && !answer.redirected) (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}

async function page(request) {
  try {
    return await fromNetwork(request);
  } catch (lost) {
    const kept = await caches.match(request, { ignoreSearch: true });
    if (kept) return kept;
    if (new URL(request.url).pathname.startsWith("/forces/at/")) return caches.match(SHELL);
    throw lost;
  }
}

async function file(request) {
  return (await caches.match(request)) ?? fromNetwork(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && /^\/forces\/(me|at|certificates)(\/|$)/.test(path)) event.respondWith(page(request));
  else if (path.startsWith("/static/")) event.respondWith(file(request));
});
