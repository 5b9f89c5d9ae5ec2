/** Runs a task when the signal aborts; the result prevents that. */
export function onAbort(signal: AbortSignal | undefined, task: () => void): () => void {
  const aborted = () => task();
  signal?.addEventListener("abort", aborted);
  return () => signal?.removeEventListener("abort", aborted);
}
