// The service worker of bag tracking: keeps the packing station and its assets, so that an hour without network loses
// nothing. It never keeps an answer of the API, and nothing of anybody who signed out.

const CACHE = "bags-station-1";
const STATION = "/bags/scan";
const PATIENCE = 4000;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("bags-station-") && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("message", (event) => {
  if (event.data?.type === "forget") event.waitUntil(caches.delete(CACHE));
  if (event.data?.type === "keep") event.waitUntil(keep(event.data.assets));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname === STATION && request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

/** Keeps the station's page and exactly these assets. */
async function keep(assets) {
  const cache = await caches.open(CACHE);
  const wanted = new Set(assets.map((address) => new URL(address, self.location.origin).href));
  for (const request of await cache.keys()) {
    const url = new URL(request.url);
    if (url.pathname.startsWith("/assets/") && !wanted.has(url.href)) await cache.delete(request);
  }
  for (const address of wanted) {
    if (!await cache.match(address)) await cache.add(address).catch(() => {});
  }
  if (await cache.match(STATION)) return;
  const answer = await fetch(STATION, { credentials: "same-origin" }).catch(() => null);
  if (answer?.ok && !answer.redirected) await cache.put(STATION, answer);
}

/** From the network while it answers; else as it was kept. A redirect to the sign-in page is passed on, not kept. */
async function page(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(STATION);
  try {
    const answer = await fetch(request, kept ? { signal: AbortSignal.timeout(PATIENCE) } : undefined);
    if (answer.ok && !answer.redirected) await cache.put(STATION, answer.clone());
    if (answer.status < 500 || !kept) return answer;
  } catch (problem) {
    if (!kept) throw problem;
  }
  return kept;
}

/** Addresses of assets carry a digest: what was kept is right. Only what `keep` chose is ever kept. */
async function asset(request) {
  const cache = await caches.open(CACHE);
  return await cache.match(request) ?? fetch(request);
}
