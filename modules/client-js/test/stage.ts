import { setImmediate as turn } from "node:timers/promises";
import { connectOn } from "../src/client.js";
import type { Holdfast, Options } from "../src/face.js";
import type { Platform } from "../src/page.js";
import type { Socket, SocketEvents, Wire } from "../src/wire.js";

export interface Link extends Socket {
  url: string;
  to: SocketEvents;
  frames: any[];
  closed: boolean;
  /** Whether the test has opened it. */
  seen?: boolean;
  /** Whether it leaves pings unanswered. */
  silent?: boolean;
}

/** A client on a network and a clock that the test moves. */
export function stage(
  options: Partial<Options> = {},
  random = Math.random,
  platform: Platform = {},
) {
  let now = 0;
  let jumped = 0;
  let timers: { at: number; task: () => void }[] = [];
  const links: Link[] = [];
  const token = options.token ?? "t";
  const wire: Wire = {
    token: async () => (typeof token == "function" ? token() : token),
    open(url, to) {
      const link: Link = {
        url,
        to,
        frames: [],
        closed: false,
        send(text) {
          const frame = JSON.parse(text);
          link.frames.push(frame);
          if (frame.type == "ping" && !link.silent) {
            setImmediate(() => link.to.text('{"type":"pong"}'));
          }
        },
        close: () => (link.closed = true),
      };
      links.push(link);
      return link;
    },
    now: () => now,
    wall: () => 1_760_000_000_000 + now + jumped,
    random,
    after(ms, task) {
      const timer = { at: now + ms, task };
      timers.push(timer);
      return () => (timers = timers.filter((each) => each != timer));
    },
  };
  const client = connectOn("ws://node:1", { token, ...options }, wire, platform);

  return {
    client,
    links,
    wire,
    now: () => now,

    /** Lets the time pass, with every timer on time. */
    async pass(ms: number) {
      const until = now + ms;
      await turn();
      for (;;) {
        const next = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) {
          break;
        }
        timers = timers.filter((each) => each != next);
        now = Math.max(now, next.at);
        next.task();
        await turn();
        await turn();
      }
      now = until;
    },

    /** The machine sleeps: timers are late. */
    async sleep(ms: number) {
      now += ms;
    },

    /** The user, or a time server, sets the clock. */
    jump(ms: number) {
      jumped += ms;
    },

    /** Opens the connection that the client asks for, and returns it with its hello. */
    async opened(): Promise<Link> {
      let link: Link | undefined;
      for (let i = 0; i < 100 && !link; i++) {
        await this.pass(i && 1_000);
        link = links.find((each) => !each.seen && !each.closed);
      }
      if (!link) {
        throw new Error("the client opens no connection");
      }
      link.seen = true;
      link.to.opened();
      await turn();
      return link;
    },

    /** Welcomes the client; its own channels are live. */
    async attached(session = "s1", resumed = false): Promise<Link> {
      const link = await this.opened();
      say(link, welcome(session, resumed));
      for (const channel of ["tenant", "user:ann", `session:${session}`]) {
        subscribed(link, channel, 0);
      }
      await turn();
      return link;
    },

    /** The same, which reads topic:a from e1:5. */
    async reading(): Promise<Link> {
      const link = await this.attached();
      await answer(link, "subscribe", { epoch: "e1", seq: 5 });
      subscribed(link, "topic:a", 5);
      await turn();
      return link;
    },
  };
}

export type Stage = ReturnType<typeof stage>;

export const say = (link: Link, frame: object) => link.to.text(JSON.stringify(frame));

export const welcome = (session: string, resumed: boolean) => ({
  type: "welcome",
  session,
  generation: 1,
  connection: "c",
  node: "n1",
  resumed,
  linger: 120,
  heartbeat: 25,
  limits: { frame: 65_536, channels: 256, publishRate: 100 },
  time: 1_760_000_000_000,
});

export function subscribed(link: Link, channel: string, seq: number) {
  say(link, { type: "subscribed", channel, epoch: "e1", seq, recovered: true });
  say(link, { type: "live", channel, epoch: "e1", seq });
}

export function event(link: Link, channel: string, seq: number, more: object = {}) {
  const from = { user: "bob" };
  say(link, { type: "event", channel, epoch: "e1", seq, at: 1, event: "note", data: seq, from, ...more });
}

/** Answers the last frame of that type. */
export async function answer(link: Link, type: string, data: unknown) {
  say(link, { type: "reply", id: last(link, type).id, data });
  await turn();
}

export async function refuse(link: Link, type: string, code: string, more: object = {}) {
  say(link, { type: "error", id: last(link, type).id, code, message: "m", retryable: false, ...more });
  await turn();
}

export const all = (link: Link, type: string) => link.frames.filter((frame) => frame.type == type);
export const last = (link: Link, type: string) => all(link, type).at(-1);

export const states = (client: Holdfast) => {
  const names: string[] = [];
  client.on("state", ({ name }) => names.push(name));
  return names;
};

/** A token with these claims, unsigned. */
export const jwt = (claims: object) =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;

export { turn };
