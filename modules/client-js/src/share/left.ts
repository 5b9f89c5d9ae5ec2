import { PREFIX } from "./messages.js";

/** The ms after which a session that nobody has is not resumed any more; servers keep it shorter. */
const LONGEST = 86_400_000;

/** Most sessions without a tab whose state is kept. */
const MOST = 3;

/** Removes what tabs have left in the storage, if nobody leads them: the old, and beyond a bound. */
export async function sweep(store: Storage, locks: Pick<LockManager, "query">, now: number) {
  const { held = [], pending = [] } = await locks.query();
  const alive = new Set([...held, ...pending].map(({ name }) => name!.replace(/\/page\/[^/]*$/, "")));
  const times = new Map<string, number>();
  for (const name of Object.keys(store)) {
    const [, key, kind] = /^(.*)\/(state|term)$/s.exec(name) ?? [];
    if (key?.startsWith(PREFIX) && !alive.has(key)) {
      times.set(key, Math.max(times.get(key) ?? 0, time(kind!, store.getItem(name)!)));
    }
  }
  [...times]
    .sort(([, one], [, other]) => other - one)
    .forEach(([key, at], i) => {
      if (i >= MOST || now - at > LONGEST) {
        store.removeItem(`${key}/state`);
        store.removeItem(`${key}/term`);
      }
    });
}

/** Returns when a state was written, or a term began; 0 if that can't be read. */
function time(kind: string, text: string): number {
  try {
    return Number(kind == "term" ? text : JSON.parse(text).at) || 0;
  } catch {
    return 0;
  }
}
