// Says what leave.js left that is still there, without making anything anew.
// `sent` is what the server saw of the cookies. The answer is in window.report; the title becomes "done".
const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const looks = {
  cookies: async () => sent,
  localStorage: async () => [localStorage.getItem("kept"), localStorage.getItem("wide")],
  async indexedDB() {
    const known = await indexedDB.databases();
    if (!known.some((database) => database.name === "kept")) return null;
    const database = await asked(indexedDB.open("kept"));
    const things = await asked(database.transaction("things").objectStore("things").getAll());
    database.close();
    return Promise.all(things.map(async (thing) => [thing.text, (await thing.blob.text()).length]));
  },
  async cacheStorage() {
    const found = (await caches.has("kept")) && (await caches.match("/note.txt", { cacheName: "kept" }));
    return found ? found.text() : null;
  },
  async serviceWorker() {
    return (await navigator.serviceWorker.getRegistrations()).map((registration) => registration.scope);
  },
  async fileSystem() {
    const root = await navigator.storage.getDirectory();
    try {
      return await (await (await root.getFileHandle("kept.txt")).getFile()).text();
    } catch (error) {
      if (error.name === "NotFoundError") return null;
      throw error;
    }
  },
  async httpCache() {
    try {
      const found = await fetch("/note.txt", { cache: "only-if-cached", mode: "same-origin" });
      return found.ok ? found.text() : null;
    } catch {
      return null;
    }
  },
};

const framed = [...document.querySelectorAll("iframe")].map(
  (frame) =>
    new Promise((resolve) =>
      addEventListener("message", (event) => {
        if (event.source === frame.contentWindow) resolve([new URL(event.origin).host, event.data]);
      }),
    ),
);

const check = async () => {
  const own = {};
  for (const [name, look] of Object.entries(looks)) {
    try {
      own[name] = await look();
    } catch (error) {
      own[name] = `failed: ${error}`;
    }
  }
  return own;
};

check().then(async (own) => {
  if (window !== top) return parent.postMessage(own, "*");
  window.report = { own, frames: Object.fromEntries(await Promise.all(framed)) };
  document.title = "done";
});
