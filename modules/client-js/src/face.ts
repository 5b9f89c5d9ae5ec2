import { ChannelToken } from "./access.js";
import { Data, Unnamed } from "./events.js";
import { EventHandler } from "./dispatcher.js";
import { WebSocketClass } from "./socket.js";
import { Store } from "./store.js";
import {
  Bounds,
  From,
  Gap,
  HoldfastEvent,
  Publication,
  SessionInfo,
  State,
  Times,
} from "./types.js";

export interface Options {
  /**
   * A token, or a function that returns one. It is called for each attempt, and before a token
   * ends: a function lets the client come back after that.
   */
  token: string | (() => string | Promise<string>);
  /** The application, as the server's lists of connections show it. */
  name?: string;
  version?: string;
  /** For platforms without one, such as Node before 22: that of the package `ws`. */
  WebSocket?: WebSocketClass;
  /**
   * Keeps session, cursors, numbers and publications marked `persist` for the next page of the tab;
   * default `sessionStorage` in a page, else none. `false`: none.
   */
  store?: Store | false;
  times?: Partial<Times>;
  bounds?: Partial<Bounds>;
}

export interface ReadOptions {
  /**
   * The place at which reading begins, if this is the channel's first handler and no earlier page
   * of this session read the channel; default `"latest"`.
   */
  from?: From;
  /** Ends the reading. */
  signal?: AbortSignal;
}

/** Ends what it was returned for. */
export interface Stop {
  (): void;
}

/** Ends the reading of a handler; the channel's reading ends with its last handler. */
export interface StopReading extends Stop {
  /** Resolves when the channel is read; rejects with a {@link HoldfastError} if it can't be. */
  readonly ready: Promise<void>;
}

/** A channel as this client uses it. */
export interface Channel {
  readonly name: string;
  /**
   * Handles events of this name, `"*"` for all. The next event of the channel waits until the
   * promises of all handlers are settled; then the cursor moves.
   */
  on<T = Unnamed, E extends string = string>(
    event: E,
    handler: EventHandler<Data<T, E>>,
    options?: ReadOptions,
  ): StopReading;
  /**
   * Reads the channel by channel tokens, as a private one; to be called before its first handler.
   * The function is called before the channel is read, before each token ends, and when the server
   * has ended the reading. If it throws or hangs, it is called again after a wait. If it returns
   * none, the channel is not for this client: `forbidden`.
   */
  tokens(token: ChannelToken): Channel;
  /** Handles reports of events that are gone. */
  onGap(handler: (gap: Gap) => unknown): Stop;
  /**
   * Handles the end of the reading by the server; the code is `service` or that of an error. The
   * next {@link on} reads again.
   */
  onEnd(handler: (code: string) => unknown): Stop;
  /**
   * Reads events in a loop: the next one comes when the loop asks for it, and the cursor moves
   * then. The loop ends with the signal or {@link Holdfast.close}, and throws a
   * {@link HoldfastError} if the server ends the reading.
   *
   * @param options with the event's name, if not all are read
   */
  events<T = Unnamed, E extends string = string>(
    options?: ReadOptions & { event?: E },
  ): AsyncGenerator<HoldfastEvent<Data<T, E>>, void>;
  /**
   * Publishes durably: stored once, in the order of the calls, over any number of connections.
   *
   * @param options with `persist`, a reload of the page does not lose it either
   */
  publish<E extends string>(
    event: E,
    data: Data<Unnamed, E>,
    options?: { persist?: boolean },
  ): Publication;
  /** Publishes to current readers only; rejects if there is no connection, or it is lost. */
  publishVolatile<E extends string>(event: E, data: Data<Unnamed, E>): Promise<void>;
}

/** A client: one session that outlives its connections. */
export interface Holdfast {
  /** Handles each change of the state from now on. */
  on(what: "state", handler: (state: State) => unknown): Stop;
  /** Handles each session that a connection gets: the one before, or a new one. */
  on(what: "session", handler: (session: SessionInfo) => unknown): Stop;
  readonly state: State;
  /** The session of the last connection; none before the first. */
  readonly info: SessionInfo | undefined;
  /** Returns a `topic:` or `run:` channel. */
  channel(name: string): Channel;
  readonly tenant: Channel;
  /** The channel of the token's user. */
  readonly user: Channel;
  /** The channel of this session alone. */
  readonly session: Channel;
  /**
   * Sends a request to a service. If it fails as `disconnected`, `no_answer` or by the signal, the
   * outcome is unknown.
   *
   * @param options with the `timeout` in ms, 1 to 60,000; default 10,000
   */
  request<T = any>(
    service: string,
    method: string,
    data?: unknown,
    options?: { timeout?: number; signal?: AbortSignal },
  ): Promise<T>;
  /** The publications that are not answered yet, those of an earlier page among them. */
  readonly pending: Publication[];
  /** Closes the connection; unanswered operations fail. The session lingers. */
  close(): Promise<void>;
  /** Ends the session, and closes the client. */
  end(): Promise<void>;
}
