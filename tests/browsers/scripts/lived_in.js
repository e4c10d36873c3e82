// The body of an async function with Firefox's own rights. What comes of living with the browser: for the
// target and for a bystander alike, tab groups, windows that were closed, a pinned and a dismissed tile, the
// start pages, who opens mail links, push messages, notifications, notes, previews, copies of bookmarks.
// Returns nothing; throws what fails.
const [target, shop, news, privately] = given;
const address = (host, path) => `https://${host}${path}`;
const module = (name) => ChromeUtils.importESModule(name);
const { PlacesUtils } = module("resource://gre/modules/PlacesUtils.sys.mjs");
const { PlacesBackups } = module("resource://gre/modules/PlacesBackups.sys.mjs");
const { PlacesPreviews } = module("resource://gre/modules/PlacesPreviews.sys.mjs");
const { NewTabUtils } = module("resource://gre/modules/NewTabUtils.sys.mjs");
const { PushServiceWebSocket } = module("resource://gre/modules/PushServiceWebSocket.sys.mjs");
const { NotificationDB } = module("moz-src:///dom/notification/NotificationDB.sys.mjs");
const { TabNotes } = module("moz-src:///browser/components/tabnotes/TabNotes.sys.mjs");
const { BrowserWindowTracker } = module("resource:///modules/BrowserWindowTracker.sys.mjs");
const { SessionStore } = module("resource:///modules/sessionstore/SessionStore.sys.mjs");
const { TabStateFlusher } = module("resource:///modules/sessionstore/TabStateFlusher.sys.mjs");
const triggeringPrincipal = Services.scriptSecurityManager.getSystemPrincipal();

const until = async (condition, what) => {
  for (const deadline = Date.now() + 30000; !condition(); ) {
    if (Date.now() > deadline) throw new Error(`timed out: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
const open = async (win, where) => {
  const tab = win.gBrowser.addTab(where, { triggeringPrincipal });
  const browser = tab.linkedBrowser;
  const there = () => browser.currentURI.spec === where && !browser.webProgress?.isLoadingDocument;
  await until(there, where);
  await TabStateFlusher.flush(browser);
  return tab;
};

// Groups of tabs: one open with both hosts in it, for each host one that was saved and one that was closed.
const together = [await open(window, address(target, "/grouped")), await open(window, address(shop, "/grouped"))];
gBrowser.addTabGroup(together, { label: "Both" });
for (const [host, word] of [[target, "Pictures"], [shop, "Chairs"]]) {
  const saved = gBrowser.addTabGroup([await open(window, address(host, "/saved-group"))], { label: word });
  saved.saveAndClose();
  const closed = gBrowser.addTabGroup([await open(window, address(host, "/closed-group"))], { label: word });
  await gBrowser.removeTabGroup(closed);
}

// Windows that were closed: of the target alone, and of both.
for (const [path, hosts] of [["/closed-window", [target]], ["/shared-window", [shop, target]]]) {
  const win = await BrowserWindowTracker.promiseOpenWindow({});
  for (const host of hosts) win.gBrowser.selectedTab = await open(win, address(host, path));
  const known = SessionStore.getClosedWindowCount();
  win.close();
  await until(() => SessionStore.getClosedWindowCount() > known, "the closed window");
}
// A private window, of which nothing may be on disk at all.
const hidden = await BrowserWindowTracker.promiseOpenWindow({ private: true });
await open(hidden, address(target, privately));
hidden.close();

NewTabUtils.pinnedLinks.pin({ url: address(target, "/pinned"), title: "Pinned pictures" }, 0);
NewTabUtils.pinnedLinks.pin({ url: address(shop, "/pinned"), title: "Pinned chairs" }, 1);
for (const host of [target, shop]) {
  NewTabUtils.blockedLinks.block({ url: address(host, "/often") });
  NewTabUtils.blockedLinks.block({ url: address(host, "/") });
}
Services.prefs.setStringPref("browser.startup.homepage", `${address(target, "/start")}|${address(shop, "/start")}`);

const mail = Cc["@mozilla.org/uriloader/external-protocol-service;1"]
  .getService(Ci.nsIExternalProtocolService)
  .getProtocolHandlerInfo("mailto");
for (const host of [target, shop]) {
  const handler = Cc["@mozilla.org/uriloader/web-handler-app;1"].createInstance(Ci.nsIWebHandlerApp);
  handler.name = `Mail at ${host}`;
  handler.uriTemplate = address(host, "/compose?to=%s");
  mail.possibleApplicationHandlers.appendElement(handler);
}
Cc["@mozilla.org/uriloader/handler-service;1"].getService(Ci.nsIHandlerService).store(mail);

// As the push service writes them when its server answers; one of each host in a container too.
const push = PushServiceWebSocket.newPushDB();
for (const [number, host] of [target, shop, news].entries()) {
  for (const originAttributes of ["", "^userContextId=2"]) {
    const channelID = `00000000-0000-4000-8000-0000000000${originAttributes ? 1 : 0}${number}`;
    await push.put({
      channelID,
      originAttributes,
      scope: address(host, "/"),
      pushEndpoint: `https://push.example/wpush/v2/${channelID}`,
      pushCount: 1,
      lastPush: 1700000000000,
      quota: 16,
      ctime: 1700000000000,
      version: null,
      systemRecord: false,
    });
  }
}
push.close();

const notifications = new NotificationDB();
for (const [origin, scope] of [
  [address(target, ""), address(target, "/")],
  [address(shop, ""), address(shop, "/")],
  [`${address(shop, "")}^userContextId=2`, address(shop, "/")],
]) {
  const notification = { id: `note of ${origin}`, title: "News", body: "", serviceWorkerRegistrationScope: scope };
  await notifications.queueTask("save", { origin, notification });
}

for (const tab of together) {
  tab.canonicalUrl = tab.linkedBrowser.currentURI.spec;
  await TabNotes.set(tab, "worth another look");
}
// A preview and what is left of another: the hash of a page that was forgotten, and then visited again.
for (const host of [target, shop]) {
  await IOUtils.makeDirectory(PlacesPreviews.getPath(), { ignoreExisting: true });
  await IOUtils.writeUTF8(PlacesPreviews.getPathForUrl(address(host, "/grouped")), "a picture");
  const forgotten = { url: address(host, "/forgotten"), visits: [{ date: new Date() }] };
  await PlacesUtils.history.insert(forgotten);
  await PlacesUtils.history.remove(forgotten.url);
  await PlacesUtils.history.insert(forgotten);
}
await PlacesBackups.create(3, true);
