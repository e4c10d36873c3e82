// What a site keeps that names another one: `names` in its address says which; and the same of a look-alike.
const named = new URLSearchParams(location.search).get('names');

const opened = (name) => new Promise((resolve, reject) => {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore('seen').createIndex('by', 'page');
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const put = (database, value, key) => new Promise((resolve, reject) => {
  const writing = database.transaction('seen', 'readwrite');
  writing.objectStore('seen').put(value, key);
  writing.oncomplete = resolve;
  writing.onerror = () => reject(writing.error);
});

const backwards = (text) => text.split('').reverse().join('');

const leave = async (host) => {
  const cache = await caches.open(host);
  await cache.put(`/of-${host}`, new Response('plain'));
  for (const storage of [localStorage, sessionStorage]) {
    storage.setItem(`backwards ${host.length}`, backwards(host));
    storage.setItem(`forwards ${host.length}`, `https://${host}/`);
  }
  const database = await opened('things');
  await put(database, { page: `https://${host}/` }, host.length);
  await put(database, { page: 'long', text: `see ${host} `.repeat(5000) }, `https://${host}/key`);
  database.close();
  (await opened(host)).close();
  const folder = await navigator.storage.getDirectory();
  const file = await (await folder.getFileHandle(`${host}.txt`, { create: true })).createWritable();
  await file.write(`https://${host}/`);
  await file.close();
};

Promise.all([leave(named), leave(`${named}.evil.example`)]).then(
  () => { document.title = 'done'; },
  (error) => { document.title = `failed ${error}`; },
);
