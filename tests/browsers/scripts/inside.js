// The body of an async function with Firefox's own rights. What people leave behind outside of pages:
// for the target, for a bystander, and for each under the other. Returns nothing; throws what fails.
const [target, shop, news, widget] = given;
const origin = (host) => `https://${host}`;
const principal = (host) => Services.scriptSecurityManager.createContentPrincipalFromOrigin(origin(host));
const module = (name) => ChromeUtils.importESModule(name);
const { PlacesUtils } = module("resource://gre/modules/PlacesUtils.sys.mjs");
const { FormHistory } = module("resource://gre/modules/FormHistory.sys.mjs");
const { UrlbarUtils } = module("moz-src:///browser/components/urlbar/UrlbarUtils.sys.mjs");

const allow = Services.perms.ALLOW_ACTION;
for (const host of [target, shop, news]) {
  for (const type of ["geo", "desktop-notification", "popup"]) {
    Services.perms.addFromPrincipal(principal(host), type, allow);
  }
}
// The embedder is in the origin, the embedded in the type.
for (const [outer, inner] of [[widget, target], [target, widget], [news, widget]]) {
  Services.perms.addFromPrincipal(principal(outer), `3rdPartyStorage^${origin(inner)}`, allow);
}

const contentPreferences = Cc["@mozilla.org/content-pref/service;1"].getService(Ci.nsIContentPrefService2);
for (const host of [target, shop]) {
  await new Promise((handleCompletion) =>
    contentPreferences.set(host, "browser.content.full-zoom", 1.5, null, { handleCompletion }),
  );
}

for (const [host, word] of [[target, "pictures"], [shop, "chairs"]]) {
  const address = `${origin(host)}/bookmarked`;
  const parentGuid = PlacesUtils.bookmarks.unfiledGuid;
  await PlacesUtils.bookmarks.insert({ parentGuid, url: address, title: `Bookmark of ${word}` });
  PlacesUtils.tagging.tagURI(Services.io.newURI(address), [word, "both"]);
  await PlacesUtils.keywords.insert({ keyword: word.slice(0, 3), url: address });
  const annotations = new Map([["harness/note", `about ${word}`]]);
  await PlacesUtils.history.update({ url: `${origin(host)}/shared-icon`, annotations });
  await UrlbarUtils.addToInputHistory(`${origin(host)}/leave`, word.slice(0, 4));
}
// Typed often enough to become a tile of the start page.
for (const host of [target, shop]) {
  const typed = (_, number) => ({
    date: new Date(Date.now() - number * 60000),
    transition: PlacesUtils.history.TRANSITIONS.TYPED,
  });
  const visits = Array.from({ length: 12 }, typed);
  await PlacesUtils.history.insert({ url: `${origin(host)}/often`, title: `Often at ${host}`, visits });
}
for (const value of [`me@${target}`, `me@${shop}`]) {
  await FormHistory.update({ op: "add", fieldname: "email", value });
}

// How long which page was looked at, and from which other it was reached: both ways round.
await PlacesUtils.withConnectionWrapper("harness", async (database) => {
  const pages = [[target, shop], [shop, target], [shop, news]];
  for (const [page, referrer] of pages.map((pair) => pair.map((host) => `${origin(host)}/leave`))) {
    await database.executeCached(
      `INSERT INTO moz_places_metadata
         (place_id, referrer_place_id, created_at, updated_at, total_view_time, typing_time, key_presses,
          scrolling_time, scrolling_distance, document_type)
       SELECT page.id, referrer.id, 1700000000000 + 1000 * page.id + referrer.id, 1700000999999, 5000, 0, 0, 0, 0, 0
       FROM moz_places page, moz_places referrer WHERE page.url = :page AND referrer.url = :referrer`,
      { page, referrer },
    );
  }
});

// Signed in with another's account (FedCM), both ways round; a saved password; a certificate accepted once.
const federated = Cc["@mozilla.org/browser/identity-credential-storage-service;1"].getService(
  Ci.nsIIdentityCredentialStorageService,
);
for (const [site, provider] of [[target, shop], [shop, target], [shop, news]]) {
  federated.setState(principal(site), principal(provider), "me", true, true);
}
const overrides = Cc["@mozilla.org/security/certoverride;1"].getService(Ci.nsICertOverrideService);
const { serverCert } = gBrowser.selectedBrowser.securityUI.secInfo;
for (const host of [target, shop]) {
  const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
  login.init(origin(host), origin(host), null, "me", "secret", "name", "password");
  await Services.logins.addLoginAsync(login);
  overrides.rememberValidityOverride(host, 8443, {}, serverCert, false);
}

const { PageThumbs } = module("resource://gre/modules/PageThumbs.sys.mjs");
for (const { linkedBrowser } of gBrowser.tabs) {
  if (linkedBrowser.currentURI.spec.endsWith("/bare")) await PageThumbs.captureAndStore(linkedBrowser);
}
