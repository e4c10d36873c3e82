// The body of an async function with Firefox's own rights: brings back the last session, unless a crash has
// done so already. Returns the address of every entry of every tab, closed and set aside ones too.
const { SessionStore } = ChromeUtils.importESModule("resource:///modules/sessionstore/SessionStore.sys.mjs");
await SessionStore.promiseAllWindowsRestored;
if (SessionStore.canRestoreLastSession) SessionStore.restoreLastSession();
const state = JSON.parse(SessionStore.getBrowserState());
const windows = [...state.windows, ...(state._closedWindows ?? [])];
const groups = [...(state.savedGroups ?? []), ...windows.flatMap((each) => each.closedGroups ?? [])];
const tabs = [
  ...windows.flatMap((each) => each.tabs),
  ...windows.flatMap((each) => each._closedTabs ?? []).map((closed) => closed.state),
  ...groups.flatMap((each) => each.tabs).map((closed) => closed.state),
];
return tabs.flatMap((tab) => tab.entries.map((entry) => entry.url));
