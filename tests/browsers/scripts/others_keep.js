// What a shop keeps for itself of its own, of the target and of a look-alike: cached answers, and big values.
const cache = await caches.open("mine");
for (const [address, mode] of [
  ["/note.txt", "cors"],
  ["https://labs.openai.com/note.txt?a=1", "no-cors"],
  ["https://notopenai.com/note.txt", "no-cors"],
]) {
  const request = new Request(address, { mode });
  await cache.put(request, await fetch(request));
}
await cache.put("/about-it", new Response("see https://labs.openai.com/e/1 ".repeat(9)));
await cache.put("/headers", new Response("plain", { headers: { "X-From": "https://labs.openai.com/x" } }));
await cache.put("/alike", new Response("see https://labs.openai.com.evil.example/"));
const opening = indexedDB.open("values", 1);
opening.onupgradeneeded = () => opening.result.createObjectStore("s").createIndex("i", "n");
const database = await new Promise((resolve, reject) => {
  opening.onsuccess = () => resolve(opening.result);
  opening.onerror = () => reject(opening.error);
});
const shared = new Blob(["shared"]);
const records = {
  one: { n: 1, about: "https://labs.openai.com/a", blob: new Blob(["of the first"]), shared },
  two: { n: 2, blob: new Blob(["of the second"]) },
  three: { n: 3, blob: new Blob(["a page of https://labs.openai.com/ saved"]) },
  four: { n: 4, about: "https://notopenai.com/", shared },
  five: { n: 5, big: "x".repeat(1100000) + "https://labs.openai.com/big" + "y".repeat(10) },
  six: { n: 6, big: "x".repeat(1100000) + "https://labs.openai.com.evil.example/big" },
};
const transaction = database.transaction("s", "readwrite");
for (const [key, value] of Object.entries(records)) {
  transaction.objectStore("s").put(value, key);
}
await new Promise((resolve, reject) => {
  transaction.oncomplete = resolve;
  transaction.onerror = () => reject(transaction.error);
});
database.close();
return (await cache.keys()).length;
