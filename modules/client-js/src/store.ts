import { Saved } from "./listener.js";
import { Problem } from "./types.js";

/** A place for the state of a page; `sessionStorage` is one. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const VERSION = 1;

const isCursor = (value: any) =>
  Array.isArray(value) && typeof value[0] == "string" && Number.isSafeInteger(value[1]);

const all = (value: any, fits: (one: any) => boolean) =>
  typeof value == "object" && value != null && Object.values(value).every(fits);

const isSaved = (it: any) =>
  all(it?.cursors, isCursor) &&
  all(it.numbers, (n) => Number.isSafeInteger(n) && n > 0) &&
  Array.isArray(it.asked) &&
  Array.isArray(it.publications) &&
  all(it.publications, (one) => Array.isArray(one) && one[4] > 0);

/**
 * Keeps the state of a session for the next page. A state that can't be written is removed: an old
 * one would number publications that come with numbers that were taken.
 *
 * @param by names this page
 */
export function keeper(
  store: Store,
  key: string,
  by: string,
  problem: (code: Problem["code"], message?: string) => void,
) {
  function attempt(write: () => void): unknown {
    try {
      write();
      return undefined;
    } catch (failure) {
      return failure ?? "refused";
    }
  }

  const remove = () => attempt(() => store.removeItem(key));

  return {
    /** Returns what is there, and whether this page wrote it. */
    load(): { saved?: Saved; mine?: boolean } {
      let text: string | null = null;
      const failure = attempt(() => (text = store.getItem(key)));
      if (failure) {
        problem("storage_forbidden", String(failure));
      }
      if (!text) {
        return {};
      }
      let saved;
      attempt(() => (saved = JSON.parse(text!)));
      if ((saved as any)?.v != VERSION || !isSaved(saved)) {
        problem("storage_version", "another version's state");
        remove();
        return {};
      }
      return { saved, mine: (saved as any).by == by };
    },

    save(saved: Saved) {
      const write = (what: Saved) => () =>
        store.setItem(key, JSON.stringify({ v: VERSION, by, ...what }));
      const failure = attempt(write(saved));
      if (failure && (!saved.publications.length || attempt(write({ ...saved, publications: [] })))) {
        remove();
      }
      const full = /quota/i.test(String((failure as any)?.name ?? failure));
      problem("storage_full", failure && full ? String(failure) : undefined);
      problem("storage_forbidden", failure && !full ? String(failure) : undefined);
    },

    remove,
  };
}
