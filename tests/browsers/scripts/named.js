// What of `naming.js` is still there.
const database = await new Promise((resolve, reject) => {
  const request = indexedDB.open('things');
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const records = await new Promise((resolve, reject) => {
  const request = database.transaction('seen').objectStore('seen').getAll();
  request.onsuccess = () => resolve(request.result.map((each) => `${each.page} ${(each.text || '').length}`));
  request.onerror = () => reject(request.error);
});
const files = [];
for await (const name of (await navigator.storage.getDirectory()).keys()) files.push(name);
const responses = [];
for (const name of await caches.keys()) {
  for (const request of await (await caches.open(name)).keys()) {
    responses.push(`${name} ${new URL(request.url).pathname}`);
  }
}
return {
  databases: (await indexedDB.databases()).map((each) => each.name).sort(),
  files: files.sort(),
  items: Object.entries(localStorage).map(([name, value]) => `${name}: ${value}`).sort(),
  records: records.sort(),
  responses: responses.sort(),
};
