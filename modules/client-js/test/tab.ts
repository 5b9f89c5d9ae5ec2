import type { Platform } from "../src/page.js";
import { stage, turn } from "./stage.js";

/** A tab: storage and locks that outlive its pages. */
export function tab() {
  const items = new Map<string, string>();
  const held = new Map<string, number>();
  let writes = 0;
  const store = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => (writes++, void items.set(key, value)),
    removeItem: (key: string) => void items.delete(key),
  };
  const locks = {
    async request(name: string, { signal }: any, then: () => Promise<void>) {
      while (held.get(name)) {
        await turn();
        signal.throwIfAborted();
      }
      held.set(name, 1);
      await then().finally(() => held.delete(name));
    },
  };
  const pages: { events: EventTarget; document: any }[] = [];
  return {
    items,
    store,
    locks,
    writes: () => writes,
    saved: () => JSON.parse([...items.values()][0] ?? "null"),

    /** Opens a page, which is another one than those before. */
    page(options = {}) {
      const page = {
        events: new EventTarget(),
        document: Object.assign(new EventTarget(), { visibilityState: "visible" }),
      };
      pages.push(page);
      const platform = { store, locks: locks as any, page };
      const play = stage(options, Math.random, platform);
      return Object.assign(play, {
        leave: () => page.events.dispatchEvent(new Event("pagehide")),
        comeBack: async () => {
          page.events.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
          await turn();
        },
        events: page.events,
        document: page.document,
      });
    },

    /** A copy of it, as a browser makes one of a tab. */
    copy() {
      const copied = { store: { ...store, getItem: store.getItem, setItem() {} }, locks };
      return stage({}, Math.random, copied as any as Platform);
    },
  };
}
