// Own lines from the moment they are said until their events come. A line that is stored is no longer pending, and its
// event comes a moment before or after that: without this, it is gone for that moment, or there twice.

/** @param changed is called if a line goes, but for its event */
export function waiting(changed) {
  const known = new WeakSet();
  const lines = new Set();
  return {
    /** @param pending that of the client */
    lines(pending) {
      for (const one of pending.filter((one) => !known.has(one))) {
        known.add(one);
        lines.add(one);
        one.stored.then(
          // The event of one that was sent before is here, perhaps since before a reload, or comes soon.
          ({ duplicate }) => duplicate && setTimeout(() => lines.delete(one) && changed(), 5000),
          () => (lines.delete(one), changed()),
        );
      }
      return [...lines];
    },
    /** An own event came. */
    came: (text) => lines.delete([...lines].find(({ data }) => data === text)),
    /** Events are gone, those of stored lines perhaps among them. */
    gap: () => lines.forEach((one) => one.state === "stored" && lines.delete(one)),
  };
}
