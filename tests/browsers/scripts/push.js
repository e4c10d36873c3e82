// The body of an async function with Firefox's own rights: the push subscriptions that Firefox has, all of them
// in order, and by their scope, which an index finds.
const { PushServiceWebSocket } = ChromeUtils.importESModule("resource://gre/modules/PushServiceWebSocket.sys.mjs");
const push = PushServiceWebSocket.newPushDB();
const all = await push.getAllKeyIDs();
const byScope = {};
for (const host of given) {
  byScope[host] = Boolean(await push.getByIdentifiers({ scope: `https://${host}/`, originAttributes: "" }));
}
push.close();
const pairs = all.map((record) => [record.scope, record.originAttributes]);
return { all: pairs.sort(), "by scope": byScope };
