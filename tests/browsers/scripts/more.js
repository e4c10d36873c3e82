// Uses the storage that Chromium has besides what leave.js uses; the title becomes "done", or "failed: …".
const value = `kept by ${location.host}`;

const registered = async () => {
  const registration = await navigator.serviceWorker.register("/worker.js", { scope: "/worker/" });
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  if (worker.state !== "activated") {
    await new Promise((resolve) => {
      worker.onstatechange = () => worker.state === "activated" && resolve();
    });
  }
  return registration;
};

const steps = {
  async backgroundFetch() {
    const { backgroundFetch } = await registered();
    if ((await backgroundFetch.getIds()).length) return;
    const fetching = await backgroundFetch.fetch("kept", ["/photo.png", "/note.txt"], { title: value });
    while (!fetching.result) await new Promise((resolve) => setTimeout(resolve, 20));
    if (fetching.result !== "success") throw new Error(fetching.failureReason);
  },
  async backgroundSync() {
    await (await registered()).sync.register(`later at ${location.host}`);
  },
  async cookieChanges() {
    await (await registered()).cookies.subscribe([{ name: "only_host", url: "/worker/" }]);
  },
  async bucket() {
    const bucket = await navigator.storageBuckets.open("drafts");
    await (await bucket.caches.open("kept")).put("/note.txt", new Response(value));
    const root = await bucket.getDirectory();
    const writable = await (await root.getFileHandle("kept.txt", { create: true })).createWritable();
    await writable.write(value);
    await writable.close();
  },
  async oldFileSystem() {
    for (const kind of [TEMPORARY, PERSISTENT]) {
      await new Promise((resolve, reject) =>
        webkitRequestFileSystem(
          kind,
          1 << 20,
          ({ root }) => root.getFile("kept.txt", { create: true }, resolve, reject),
          reject,
        ),
      );
    }
  },
  // More than LevelDB keeps in its log: tables come of it.
  async manyItems() {
    for (let number = 0; number < 48; number++) {
      localStorage.setItem(`item ${number}`, `${value} ${number} `.repeat(64));
    }
    for (let number = 0; number < 48; number += 2) localStorage.removeItem(`item ${number}`);
  },
  async dictionary() {
    await (await fetch("/words.dat")).text();
    for (const more of ["/words-1.txt", "/words-2.txt"]) {
      const deadline = performance.now() + 20000;
      // Only what is packed with the dictionary varies; that is known some time after it came.
      while (!(await fetch(more)).headers.has("vary")) {
        if (performance.now() > deadline) throw new Error(`${more} was never asked for with a dictionary`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  },
  async ranges() {
    for (const range of ["bytes=1000-1999", "bytes=90000-99999"]) {
      await (await fetch("/tone.wav", { headers: { range } })).arrayBuffer();
    }
  },
};

const more = async () => {
  const errors = [];
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
    } catch (error) {
      errors.push(`${location.host} ${name}: ${error}`);
    }
  }
  return errors;
};

more().then((errors) => {
  document.title = errors.length ? `failed: ${errors.join("; ")}` : "done";
});
