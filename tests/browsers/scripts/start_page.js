// The body of an async function with Firefox's own rights: has the start page been written to the cache with
// this host among its tiles? Firefox writes it in its own time, and on closing only if it has come so far.
const [host] = given;
const module = (name) => ChromeUtils.importESModule(name);
const { AboutNewTab } = module("resource:///modules/AboutNewTab.sys.mjs");
const { AboutHomeStartupCache } = module("resource:///modules/AboutHomeStartupCache.sys.mjs");

const recalculator = Cc["@mozilla.org/places/frecency-recalculator;1"].getService(Ci.nsIObserver).wrappedJSObject;
await recalculator.recalculateAnyOutdatedFrecencies();
const { store } = AboutNewTab.activityStream;
const tiles = store.feeds.get("feeds.system.topsites");
if (!tiles || !AboutHomeStartupCache._procManager) return false;
tiles.frecentCache.expire();
await tiles.refresh({ broadcast: true });
if (!store.getState().TopSites.rows.some((tile) => tile?.url?.includes(host))) return false;
await AboutHomeStartupCache.cacheNow();
return AboutHomeStartupCache._hasWrittenThisSession;
