import {
  createContext,
  createElement,
  ReactNode,
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { connect } from "@holdfast/client";
import type {
  ChannelToken,
  Data,
  EventHandler,
  From,
  Gap,
  Holdfast,
  Options,
  Publication,
  State,
  Unnamed,
} from "@holdfast/client";

const Context = createContext<Holdfast | undefined>(undefined);
const BEFORE: State = { name: "connecting", retryIn: 0, code: 0, reason: "" };

/** An effect that keeps the newest value at hand without running anew for it. */
function useLatest<T>(value: T) {
  const latest = useRef(value);
  const useCommit = typeof document == "undefined" ? useEffect : useLayoutEffect;
  useCommit(() => {
    latest.current = value;
  });
  return latest;
}

export type HoldfastProviderProps = Options & {
  url: string | string[];
  /** That of `@holdfast/client/share`, if tabs are to share a connection. */
  connect?: typeof connect;
  children?: ReactNode;
};

/** Connects while it is mounted; on a server it does not. A change of `url` connects anew. */
export function HoldfastProvider({ url, children, ...options }: HoldfastProviderProps) {
  const [client, setClient] = useState<Holdfast>();
  const latest = useLatest(options);
  const key = JSON.stringify(url);
  useEffect(() => {
    const token = () => {
      const { token } = latest.current;
      return typeof token == "function" ? token() : token;
    };
    const { connect: open = connect, ...rest } = latest.current;
    const opened = open(JSON.parse(key), { ...rest, token });
    setClient(opened);
    return () => void opened.close();
  }, [key, latest]);
  return createElement(Context.Provider, { value: client }, children);
}

/** Returns the client, which is there once the provider is mounted, and its state. */
export function useHoldfast(): { client: Holdfast | undefined; state: State } {
  const client = useContext(Context);
  const subscribe = useCallback(
    (changed: () => void) => client?.on("state", changed) ?? (() => {}),
    [client],
  );
  const state = useSyncExternalStore(
    subscribe,
    () => client?.state ?? BEFORE,
    () => BEFORE,
  );
  return { client, state };
}

type Tokens = Set<ChannelToken>;

/** The functions of the mounted parts that read private channels, by channel. */
const privately = new WeakMap<Holdfast, Map<string, Tokens>>();

/** Lets a channel be read by the tokens of the part that was mounted last; the result ends that. */
function show(client: Holdfast, name: string, token: ChannelToken) {
  const channels = privately.get(client) ?? new Map<string, Tokens>();
  privately.set(client, channels);
  const all = channels.get(name) ?? new Set();
  if (!channels.has(name)) {
    client.channel(name).tokens(() => {
      const [last] = [...all].reverse();
      if (!last) {
        throw new Error("not mounted");
      }
      return last();
    });
    channels.set(name, all);
  }
  all.add(token);
  return () => all.delete(token);
}

/**
 * Handles the events of a channel while it is mounted. The handler may change from one rendering to
 * the next without an end of the reading.
 *
 * @param options with `tokens`, a private channel is read by channel tokens, see
 *     `Channel.tokens`; all parts that read it have to name them
 */
export function useChannel<T = Unnamed, E extends string = string>(
  channel: string,
  event: E,
  handler: EventHandler<Data<T, E>>,
  options: { from?: From; onGap?: (gap: Gap) => unknown; tokens?: ChannelToken } = {},
): void {
  const client = useContext(Context);
  const latest = useLatest({ handler, ...options });
  useEffect(() => {
    if (!client) {
      return undefined;
    }
    let mounted = true;
    const read = client.channel(channel);
    const hide = latest.current.tokens && show(client, channel, () => latest.current.tokens?.());
    const stop = read.on<Data<T, E>>(
      event,
      (data, event) => (mounted ? latest.current.handler(data, event) : undefined),
      { from: latest.current.from },
    );
    const stopGap = read.onGap((gap) => latest.current.onGap?.(gap));
    return () => {
      mounted = false;
      hide?.();
      stopGap();
      // Later, so that the reading goes on if the component is mounted again at once.
      setTimeout(stop);
    };
  }, [client, channel, event, latest]);
}

/** Returns a function that publishes in a channel; it throws before the provider is mounted. */
export function usePublish(channel: string) {
  const client = useContext(Context);
  return useCallback(
    <E extends string>(
      event: E,
      data: Data<Unnamed, E>,
      options?: { persist?: boolean },
    ): Publication => {
      if (!client) {
        throw new Error("there is no client yet");
      }
      return client.channel(channel).publish(event, data, options);
    },
    [client, channel],
  );
}
