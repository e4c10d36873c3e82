// Uses every storage API once; the title becomes "done", or "failed: …" with every error.
// A framed page tells its parent, which waits for its frames.
const value = `kept by ${location.host} in ${window === top ? "its own page" : "a frame"}`;

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const steps = {
  async cookie() {
    document.cookie = "by_script=1; path=/; secure; samesite=none; max-age=31536000";
  },
  async localStorage() {
    localStorage.setItem("kept", value);
    localStorage.setItem("wide", `${value} \u2713`);
  },
  async sessionStorage() {
    sessionStorage.setItem("kept", value);
  },
  async indexedDB() {
    const opening = indexedDB.open("kept", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("things");
    const database = await asked(opening);
    const writing = database.transaction("things", "readwrite");
    const done = new Promise((resolve, reject) => {
      writing.oncomplete = resolve;
      writing.onabort = () => reject(writing.error);
    });
    const blob = new Blob([`${value};`.repeat(4096)], { type: "text/plain" });
    writing.objectStore("things").put({ text: value, blob }, location.href);
    await done;
    database.close();
  },
  async cacheStorage() {
    const cache = await caches.open("kept");
    await cache.put("/note.txt", new Response(value));
  },
  async serviceWorker() {
    await navigator.serviceWorker.register("/sw.js", { scope: "/" });
    await navigator.serviceWorker.ready;
  },
  async fileSystem() {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle("kept.txt", { create: true });
    const writable = await handle.createWritable();
    await writable.write(value);
    await writable.close();
  },
  async httpCache() {
    await (await fetch("/note.txt")).text();
    await (await fetch("/words.dat")).text();
  },
  async devices() {
    await navigator.mediaDevices.enumerateDevices();
  },
  async privateTokens() {
    if (document.hasPrivateToken) await document.hasPrivateToken(location.origin);
  },
};

const frames = [...document.querySelectorAll("iframe")].map(
  (frame) =>
    new Promise((resolve) =>
      addEventListener("message", (event) => event.source === frame.contentWindow && resolve(event.data)),
    ),
);

const leave = async () => {
  const errors = [];
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
    } catch (error) {
      errors.push(`${location.host} ${name}: ${error}`);
    }
  }
  errors.push(...(await Promise.all(frames)).flat());
  return errors;
};

leave().then((errors) => {
  if (window !== top) parent.postMessage(errors, "*");
  else document.title = errors.length ? `failed: ${errors.join("; ")}` : "done";
});
