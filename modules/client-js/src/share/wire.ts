import type { State } from "../types.js";
import type { Wire } from "../wire.js";
import { Call, connectionName, Down, pageLock, Up } from "./messages.js";

/** The ms after which a leader that does not answer is taken for hung. */
const HUNG = 4_000;

/** Characters after which a tab reports what it has taken. */
const TAKEN = 1 << 16;

const NO_CODE = 1006;

export interface Follower {
  /** Returns a token for the leader; none if this tab has none for what is shared. */
  token(): Promise<string | undefined>;
  /** Takes what is said about the one connection. */
  shared(message: Down & { type: "shared" }): void;
  /** Reports that the one session is over. */
  stopped(state: State): void;
  /** Reports that the leader does not answer. */
  hung(): void;
}

/**
 * The network of a tab: its connections go to the tab that leads, as if that were a node.
 *
 * @param join returns the name of what is shared, and the tab's token for the leader; without a
 *     name the token is for a node, and nothing is shared
 */
export function tabWire(
  base: Wire,
  locks: Pick<LockManager, "request">,
  page: string,
  join: () => Promise<{ key?: string; token: string }>,
  follower: Follower,
): Wire & { leave(): void; lose(reason: string): void } {
  let name: string | undefined;
  let count = 0;
  /** Ends the wait for a leader that may hang. */
  let patience: (() => void) | undefined;
  let lose = (_reason: string) => {};
  let release: (() => void) | undefined;
  let present: Promise<void> | undefined;

  /** Holds a lock while this page is there. */
  function attend(): Promise<void> {
    return (present ??= new Promise<void>((held) => {
      locks.request(pageLock(name!, page), () => {
        held();
        return new Promise<void>((resolve) => (release = resolve));
      });
    }));
  }

  function calm() {
    patience?.();
    patience = undefined;
  }

  /** Notes that this page is no longer there. */
  function leave() {
    calm();
    release?.();
    release = present = undefined;
  }

  return {
    ...base,

    async token() {
      const { key, token } = await join();
      if (key != name) {
        leave();
        name = key;
      }
      if (key) {
        await attend();
      }
      return token;
    },

    open(url, to) {
      if (!name) {
        return base.open(url, to);
      }
      const connection = `${page}-${++count}`;
      const bus = new BroadcastChannel(name);
      const line = new BroadcastChannel(connectionName(name, connection));
      let term = 0;
      let over = false;
      let taken = 0;
      let reported = 0;
      const call = () => bus.postMessage({ type: "open", page, connection } satisfies Call);
      const say = (message: Up) => line.postMessage(message);
      lose = (reason) => closed(NO_CODE, reason);
      // Over all attempts, which may be shorter.
      patience ??= base.after(HUNG, () => {
        patience = undefined;
        follower.hung();
      });

      function end() {
        over = true;
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
        } else if (data.type == "bye" && data.term == term && data.state) {
          follower.stopped(data.state);
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
          calm();
          to.opened();
        } else if (data.type == "frame") {
          taken += data.text.length;
          if (taken - reported > TAKEN) {
            reported = taken;
            say({ type: "taken", term, characters: taken });
          }
          to.text(data.text);
        } else if (data.type == "token") {
          follower.token().then(
            (token) => over || say({ type: "token", term, token }),
            () => over || say({ type: "token", term }),
          );
        } else if (data.type == "close") {
          closed(data.code, data.reason);
        } else {
          follower.shared(data);
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

    leave,

    /** Gives the connection up, as it leads to what is not shared any more. */
    lose: (reason) => lose(reason),
  };
}
