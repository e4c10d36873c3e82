// What of it still answers, and whether something new can be put beside it.
const cache = await caches.open("mine");
const found = { cached: {}, records: {} };
for (const request of await cache.keys()) {
  const response = await cache.match(request);
  found.cached[request.url] = `${response.type} ${await response.text()}`.trim();
}
await cache.put("/new", new Response("new"));
found.new = await (await cache.match("/new")).text();
const opening = indexedDB.open("values", 1);
const database = await new Promise((resolve, reject) => {
  opening.onsuccess = () => resolve(opening.result);
  opening.onerror = () => reject(opening.error);
});
const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
const store = () => database.transaction("s", "readwrite").objectStore("s");
for (const key of await asked(store().index("i").getAllKeys())) {
  const { blob, shared, big } = await asked(store().get(key));
  found.records[key] = [blob && (await blob.text()), shared && (await shared.text()), big && big.length];
}
await asked(store().put({ n: 9, blob: new Blob(["another"]) }, "nine"));
found.another = await (await asked(store().get("nine"))).blob.text();
database.close();
return found;
