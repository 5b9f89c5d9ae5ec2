import { acks } from "./acks.js";
import { calls, members, withData } from "./calls.js";
import { connector } from "./connector.js";
import * as read from "./frames.js";
import { heartbeat } from "./heartbeat.js";
import { state } from "./life.js";
import { Listener, Saved, SessionOptions } from "./listener.js";
import { problems } from "./problems.js";
import { publications } from "./publications.js";
import { questions } from "./questions.js";
import { readings } from "./readings.js";
import { requests } from "./requests.js";
import { subject } from "./token.js";
import { Cursor, From, HoldfastError, SessionInfo, State } from "./types.js";
import { Wire } from "./wire.js";

const LONGEST_BEAT = 86_400; // s

export type ClientSession = ReturnType<typeof clientSession>;

/**
 * A session of `holdfast.v1` on the client's side, without I/O. The network and the application
 * feed it, and it asks its wire for the rest. It sends the hello, resumes with a cursor for each
 * channel, numbers publications and sends them again until they are answered.
 */
export function clientSession(options: SessionOptions, wire: Wire, listener: Listener) {
  const { times, bounds } = options;
  const wrong = problems(() => {
    const { problem, ...rest } = current;
    enter(rest);
  });
  const asked = new Set<string>();
  let info: SessionInfo | undefined;
  let resume: string | undefined;
  let who: string | undefined;
  let current = state("connecting");
  let ended: () => void;
  const over = new Promise<void>((resolve) => (ended = resolve));

  const send = (frame: string) => connection.send(frame);
  const changed = (urgent: boolean) => listener.changed(urgent);
  const reading = readings();
  const sent = calls(send);
  const subscriptions = questions(wire, sent, times, reading.done);
  const asking = requests(wire, sent, bounds);
  const publishing = publications(wire, sent, times, bounds, () => changed(true));
  const beat = heartbeat(
    wire,
    () => send('{"type":"ping"}'),
    (reason) => connection.giveUp(reason),
  );
  const connection = connector(wire, options.urls, times, {
    hello,
    text,
    detached() {
      beat.stop();
      publishing.disconnected();
      subscriptions.disconnected();
      sent.disconnected();
    },
    stopped(reason) {
      acking.stop();
      fail(new HoldfastError("stopped", reason));
    },
    noToken: (message) => wrong.note("token", message),
    refresh: (token) => asking.ask("refresh", members({ token }), times.attempt, false),
    state: enter,
  });

  const acking = acks(wire, times, reading, () => connection.isAttached(), send);

  const stopped = () => new HoldfastError("stopped", current.reason);
  const stoppedOrNone = () => (connection.isStopped() ? stopped() : undefined);

  function fail(failure: HoldfastError) {
    publishing.fail(failure);
    subscriptions.fail(failure);
    asking.fail(failure);
  }

  function enter(next: State) {
    current = { ...next };
    const problem = wrong.last();
    if (problem) {
      current.problem = problem;
    }
    listener.state(current);
    if (next.name == "stopped") {
      ended();
    }
  }

  /** Goes on as a new session, from where the application is. */
  function anew() {
    resume = undefined;
    publishing.restore({});
    for (const channel of asked) {
      if (listener.goesOn?.(channel)) {
        reading.away(channel, true);
      } else {
        subscriptions.subscribe(channel, reading.received(channel) ?? "latest");
      }
    }
    reading.clear();
  }

  function hello(attempt: number, token: string, move: boolean): string {
    const names = subject(token);
    if (who != undefined && who != names) {
      // Another user's, who must not get or send what was this one's.
      asked.forEach(reading.forget);
      reading.clear();
      fail(new HoldfastError("forbidden", "another user's token"));
      anew();
    }
    who = names;
    const { name, version, instance } = options;
    return read.json({
      type: "hello",
      token,
      client: { name, version, instance, attempt },
      ...(move && { move }),
      ...(resume && { resume, channels: reading.cursors("received") }),
    });
  }

  function text(frame: string) {
    beat.heard();
    try {
      handle(read.parse(frame), frame.length);
    } catch (e) {
      if (!(e instanceof read.Nonsense)) {
        throw e;
      }
      connection.giveUp(`nonsense from the server: ${e.message}`);
    }
  }

  function handle(frame: read.Frame, characters: number) {
    const { type } = frame;
    if (type == "welcome") {
      welcome(frame);
    } else if (type == "ping") {
      send('{"type":"pong"}');
    } else if (type == "error") {
      error(frame);
    } else if (connection.isAttached()) {
      if (type == "reply") {
        const data = read.member(frame, "data");
        sent.take(read.string(frame, "id"))?.answered(data);
      } else if (type == "expiring") {
        connection.expiring();
      } else if (type == "reconnect") {
        connection.moveAfter(read.whole(frame, "after", 0), true);
      } else if (frames[type]) {
        const channel = read.string(frame, "channel");
        if (type == "unsubscribed" || !subscriptions.leaves(channel)) {
          frames[type](channel, frame, characters);
        }
      }
    }
  }

  /** Frames about a channel. */
  const frames: Record<string, (channel: string, frame: read.Frame, characters: number) => void> = {
    // Without a prototype, so that a type like "constructor" is not known.
    __proto__: null as any,

    event(channel, frame, characters) {
      const event = read.event(frame);
      if (reading.isNew(channel, event.cursor)) {
        event.own = publishing.isOwn(event, reading.named("user:")?.slice(5));
        take(channel, event.cursor, () => listener.event(event, characters));
      }
    },

    subscribed(channel, frame) {
      const recovered = read.member(frame, "recovered") === true;
      reading.subscribed(channel, read.position(frame), recovered);
      changed(false);
    },

    live(channel, frame) {
      reading.live(channel, read.position(frame));
      checkOnline();
    },

    gap(channel, frame) {
      const reason = String(frame.reason ?? "");
      const gap = { channel, from: read.cursor(frame, "from"), to: read.cursor(frame, "to"), reason };
      if (!reading.isBehind(channel)) {
        take(channel, gap.to, () => listener.gap(gap));
      }
    },

    unsubscribed(channel, frame) {
      const code = read.string(frame, "code");
      const goesOn = code == "forbidden" && listener.goesOn?.(channel);
      if (goesOn || code == "internal") {
        reading.away(channel, !!goesOn);
      } else {
        reading.forget(channel);
        if (code != "requested") {
          asked.delete(channel); // Else it may be asked for again already.
        }
      }
      changed(false);
      if (!goesOn) {
        listener.unsubscribed(channel, code);
      }
      checkOnline();
    },
  };

  /** Moves the cursor, and moves it back if there is no room. A volatile event moves nothing. */
  function take(channel: string, to: Cursor | undefined, handle: () => boolean) {
    const before = reading.received(channel);
    if (to) {
      reading.moved(channel, to); // First, because a handler may call the session.
    }
    if (!handle() && to) {
      reading.behind(channel, before);
      wrong.note("behind", `handlers of ${channel} are slow`);
    }
  }

  function welcome(frame: read.Frame) {
    const resumed = read.member(frame, "resumed") === true;
    const id = read.string(frame, "session");
    const period = Math.min(read.whole(frame, "heartbeat", 1), LONGEST_BEAT) * 1_000;
    const limit = read.whole(read.object(frame, "limits"), "frame", 1);
    if (connection.isAttached() || (resumed && resume != id)) {
      throw new read.Nonsense("welcome");
    }
    const { generation, node, time } = frame;
    info = { id, resumed, generation, node };
    resume = id;
    connection.welcomed(time);
    beat.start(period);
    reading.welcomed(info);
    wrong.forget("token");
    enter(state("catching-up"));
    listener.session(info);
    if (connection.isAttached()) {
      sent.connected(limit);
      subscriptions.connected();
      asking.connected();
      acking.connected();
      publishing.connected(resumed);
    }
  }

  function checkOnline() {
    if (current.name == "catching-up" && reading.allLive()) {
      enter(state("online"));
    }
  }

  function error(frame: read.Frame) {
    const failure = read.refusal(frame);
    if (frame.id == undefined) {
      connection.waitAtLeast(frame.retryAfter);
    } else {
      sent.take(frame.id)?.refused(failure, frame);
    }
  }

  return {
    /** Connects, and reconnects until it is stopped. */
    start: connection.attempt,

    /** Goes on as another page has left the session; as a new one if that is not known. */
    restore(saved?: Saved) {
      if (saved) {
        ({ session: resume, who } = saved);
        reading.restore(saved.cursors);
        saved.asked.forEach((channel) => asked.add(channel));
        publishing.restore(saved.numbers, saved.publications);
      } else {
        anew();
      }
    },

    /** Returns what a later page needs to go on. */
    save: (): Saved => ({
      session: resume,
      who,
      cursors: reading.cursors("handled"),
      asked: [...asked].filter((channel) => reading.has(channel)),
      numbers: publishing.numbers(),
      publications: publishing.kept(),
    }),

    /**
     * Subscribes to a `topic:` or `run:` channel, on each connection until it is answered.
     *
     * @param from a position that is known has precedence
     * @param token a channel token
     * @returns the server's answer
     */
    async subscribe(channel: string, from: From, token?: string): Promise<any> {
      failIfStopped();
      asked.add(channel);
      return subscriptions.subscribe(channel, from, token);
    },

    /** Ends a subscription; its later events are dropped. */
    async unsubscribe(channel: string): Promise<void> {
      if (!connection.isStopped()) {
        asked.delete(channel);
        reading.forget(channel);
        changed(false);
        await subscriptions.unsubscribe(channel);
      }
    },

    publish(channel: string, event: string, data: unknown, id: string, persist: boolean) {
      return publishing.publish(channel, event, data, id, persist, stoppedOrNone());
    },

    /** Publishes to current readers only; fails if the connection is lost. */
    async publishVolatile(channel: string, event: string, data: unknown): Promise<void> {
      failIfStopped();
      const rest = withData({ channel, event, class: "volatile" }, read.json(data));
      await asking.ask("publish", rest, times.attempt, false);
    },

    /** @param timeout ms, 1 to 60,000 */
    async request(
      service: string,
      method: string,
      data: unknown,
      timeout: number,
      signal?: AbortSignal,
    ): Promise<any> {
      failIfStopped();
      const rest = withData({ service, method, timeout }, read.json(data));
      return asking.ask("request", rest, timeout, true, signal);
    },

    /** Notes that the application is done with all up to there. */
    handled(channel: string, at: Cursor) {
      if (reading.handled(channel, at)) {
        changed(false);
        acking.handled();
      }
    },

    /** Notes that there is room again for the events of a channel. */
    caughtUp(channel: string) {
      if (reading.isBehind(channel) && connection.isAttached()) {
        connection.moveAfter(0, false);
      }
      wrong.note("behind");
    },

    /** Ends the session. Resolves when the server has confirmed it, or can't be asked. */
    end(): Promise<void> {
      acking.send();
      connection.end('{"type":"close"}');
      return over;
    },

    /** Closes the connection and stays away; the session lingers. */
    leave(reason: string) {
      acking.send();
      connection.leave(reason);
    },

    /** Closes the connection until {@link resume}. */
    suspend() {
      acking.send();
      connection.suspend();
    },

    resume: connection.resume,

    /** Notes that the network or the user may be back: nothing is waited for. */
    wake() {
      if (connection.isAttached()) {
        beat.probe();
      } else {
        connection.wake();
      }
    },

    problem: wrong.note,
    state: () => current,
    info: () => info,
    waiting: publishing.waiting,
    /** Returns the channel that begins with `user:` or `session:`, if it is known. */
    ownChannel: reading.named,
  };

  function failIfStopped() {
    if (connection.isStopped()) {
      throw stopped();
    }
  }
}
