import { EventHandler } from "./dispatcher.js";
import { ReadOptions, Stop, StopReading } from "./face.js";
import { onAbort } from "./signals.js";
import { HoldfastError, HoldfastEvent } from "./types.js";

/**
 * Reads a channel in a loop. Its handler returns when the loop asks for the next event, so no more
 * than one waits here.
 *
 * @param ends adds what ends the loop; with a failure if it is to throw
 */
export async function* loop<T>(
  on: (event: string, handler: EventHandler, options: ReadOptions) => StopReading,
  { event = "*", ...reading }: ReadOptions & { event?: string } = {},
  ends: (end: (failure?: HoldfastError) => void) => Stop[],
): AsyncGenerator<HoldfastEvent<T>, void> {
  const { signal } = reading;
  let next: HoldfastEvent | undefined;
  let failure: HoldfastError | undefined;
  let over = false;
  let done = () => {};
  let wake = () => {};
  const end = (why?: HoldfastError) => {
    over = true;
    failure ??= why;
    wake();
  };
  const handler = (_: unknown, event: HoldfastEvent) =>
    new Promise<void>((resolve) => {
      next = event;
      done = resolve;
      wake();
    });
  const stop = on(event, handler, reading);
  const stops = [stop, onAbort(signal, end), ...ends(end)];
  stop.ready.catch(end);
  over ||= !!signal?.aborted;
  try {
    while (!over) {
      if (next) {
        yield next;
        next = undefined;
        done();
      } else {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
    if (failure) {
      throw failure;
    }
  } finally {
    stops.forEach((each) => each());
    done();
  }
}
