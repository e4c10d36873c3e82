// Fails whatever it is asked to do later, so that Chromium keeps it for another time.
self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("sync", (event) => event.waitUntil(Promise.reject(new Error("not yet"))));
self.addEventListener("fetch", () => {});
