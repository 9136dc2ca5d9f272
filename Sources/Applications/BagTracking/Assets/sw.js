// The service worker of bag tracking: keeps the packing station and the gate with their assets, so that an hour without network loses
// nothing. It never keeps an answer of the API, and nothing of anybody whose session has ended, as far as this browser has heard.

const CACHE = "bags-station-1";
const STATION = "/bags/scan";
const SIGN_IN = "/bags/sign-in";
const PATIENCE = 4000;
// Pages of bills and returns kept besides the one at hand.
const PAGES = 4;

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
  if (event.data?.type === "keep") event.waitUntil(keep(event.data.assets, event.data.page ?? STATION));
});

/** The pages people stand at and scan: the packing station, the gate, a return. */
function isKept(path) {
  return path === STATION || /^\/bags\/(bills\/[0-9]+\/gate|returns\/[0-9]+)$/.test(path);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (isKept(url.pathname) && request.mode === "navigate") event.respondWith(page(request, url.pathname));
  else if (url.pathname === SIGN_IN && request.mode === "navigate") event.respondWith(signIn(request));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

/** An asset without its digest: two with one name are two releases of it. */
const nameOf = (url) => url.pathname.replace(/\.[^./]+(\.[a-z0-9]+)$/, "$1");

/** Keeps a page with its assets, and of those no older release. */
async function keep(assets, path) {
  if (!isKept(path)) return;
  const cache = await caches.open(CACHE);
  const wanted = new Map(assets.map((address) => new URL(address, self.location.origin)).map((url) => [url.href, nameOf(url)]));
  const names = new Set(wanted.values());
  const pages = [];
  for (const request of await cache.keys()) {
    const url = new URL(request.url);
    const isAsset = url.pathname.startsWith("/assets/");
    if (isAsset && names.has(nameOf(url)) && !wanted.has(url.href)) await cache.delete(request);
    if (!isAsset && url.pathname !== STATION && url.pathname !== path) pages.push(request);
  }
  for (const old of pages.slice(0, Math.max(0, pages.length - PAGES))) await cache.delete(old);
  for (const address of wanted.keys()) {
    if (!await cache.match(address)) await cache.add(address).catch(() => {});
  }
  if (await cache.match(path)) return;
  const answer = await fetch(path, { credentials: "same-origin" }).catch(() => null);
  if (answer?.ok && !answer.redirected) await cache.put(path, answer);
}

/** From the network while it answers; else as it was kept. A redirect to the sign-in page is passed on, not kept. */
async function page(request, path) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(path);
  try {
    const answer = await fetch(request, kept ? { signal: AbortSignal.timeout(PATIENCE) } : undefined);
    if (answer.ok && !answer.redirected) await cache.put(path, answer.clone());
    if (answer.status < 500 || !kept) return answer;
  } catch (problem) {
    if (!kept) throw problem;
  }
  return kept;
}

/**
 * The sign-in page, which the server shows to nobody who is signed in: when it comes, the session of whoever worked here is
 * over, also one that ended by itself or on another device. Scans that wait are not kept here, and stay.
 */
async function signIn(request) {
  const answer = await fetch(request);
  if (answer.ok && !answer.redirected) await caches.delete(CACHE).catch(() => {});
  return answer;
}

/** Addresses of assets carry a digest: what was kept is right. Only what `keep` chose is ever kept. */
async function asset(request) {
  const cache = await caches.open(CACHE);
  return await cache.match(request) ?? fetch(request);
}
