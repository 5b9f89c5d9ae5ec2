import type { Wire } from "../wire.js";
import { Call, connectionName, Down, pageLock, Up } from "./messages.js";

/** The ms after which a leader that does not answer is taken for hung. */
const HUNG = 4_000;

/** Characters after which a tab reports what it has taken. */
const TAKEN = 1 << 16;

const NO_CODE = 1006;

export interface Follower {
  /** Takes what is said about the one connection. */
  shared(message: Down & { type: "shared" | "stop" }): void;
  /** Reports that the leader does not answer. */
  hung(): void;
}

/**
 * The network of a tab: its connections go to the tab that leads, as if that were a node.
 *
 * @param key returns the name of what is shared, which also is the token's
 */
export function tabWire(
  base: Wire,
  locks: Pick<LockManager, "request">,
  page: string,
  key: () => Promise<{ key: string; token: string }>,
  follower: Follower,
): Wire & { leave(): void } {
  let name = "";
  let count = 0;
  let release: (() => void) | undefined;
  let present: Promise<void> | undefined;

  /** Holds a lock while this page is there. */
  function attend(): Promise<void> {
    return (present ??= new Promise<void>((held) => {
      locks.request(pageLock(name, page), () => {
        held();
        return new Promise<void>((resolve) => (release = resolve));
      });
    }));
  }

  return {
    ...base,

    async token() {
      const { key: shared, token } = await key();
      name = shared;
      await attend();
      return token;
    },

    open(_url, to) {
      const connection = `${page}-${++count}`;
      const bus = new BroadcastChannel(name);
      const line = new BroadcastChannel(connectionName(name, connection));
      let term = 0;
      let over = false;
      let taken = 0;
      let reported = 0;
      const call = () => bus.postMessage({ type: "open", page, connection } satisfies Call);
      const say = (message: Up) => line.postMessage(message);
      const patience = base.after(HUNG, () => follower.hung());

      function end() {
        over = true;
        patience();
        bus.close();
        line.close();
      }

      function closed(code: number, reason: string) {
        if (!over) {
          end();
          to.closed(code, reason);
        }
      }

      bus.onmessage = ({ data }: MessageEvent<Call>) => {
        if (data.type == "lead" && !term) {
          call();
        } else if (data.type == "lead" && data.term > term) {
          closed(NO_CODE, "another tab leads");
        } else if (data.type == "bye" && data.term == term) {
          closed(NO_CODE, "the leading tab is gone");
        }
      };
      line.onmessage = ({ data }: MessageEvent<Down>) => {
        if (over || (term && data.term != term)) {
          return; // It comes from a leader that was.
        }
        if (data.type == "opened") {
          term = data.term;
          patience();
          to.opened();
        } else if (data.type == "frame") {
          taken += data.text.length;
          if (taken - reported > TAKEN) {
            reported = taken;
            say({ type: "taken", term, characters: taken });
          }
          to.text(data.text);
        } else if (data.type == "close") {
          closed(data.code, data.reason);
        } else {
          follower.shared(data);
          if (data.type == "stop") {
            closed(data.state.code, data.state.reason);
          }
        }
      };
      call();

      return {
        send: (text) => over || say({ type: "frame", term, text }),
        close() {
          if (!over) {
            say({ type: "close", term });
            end();
          }
        },
      };
    },

    /** Notes that this page is no longer there. */
    leave() {
      release?.();
      release = present = undefined;
    },
  };
}
