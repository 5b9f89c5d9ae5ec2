/** The driver of this client for the conformance suite, on any platform. */
import { connect, Holdfast, HoldfastError, Options, StopReading } from "../src/index.js";

/**
 * Takes commands of the suite.
 *
 * @param write takes the reports
 * @param forgotten called when a client is gone: what it kept is not for the next one
 */
export function drive(
  write: (line: object) => void,
  WebSocket?: Options["WebSocket"],
  forgotten = () => {},
) {
  let driver = fresh(write, WebSocket);
  return (command: any) => {
    if (command.do == "forget") {
      driver.forget();
      forgotten();
      driver = fresh(write, WebSocket);
      write({ report: "forgotten" });
    } else {
      driver.take(command);
    }
  };
}

function fresh(write: (line: object) => void, WebSocket?: Options["WebSocket"]) {
  const readings = new Map<string, StopReading>();
  let client: Holdfast | undefined;
  let forgotten = false;
  let release = () => {};
  let held: Promise<void> | undefined;

  const report = (line: object) => {
    if (!forgotten) {
      write(line);
    }
  };
  const failed = (key: string) => (failure: any) =>
    report({ report: "failed", key, code: failure instanceof HoldfastError ? failure.code : String(failure) });
  const answer = (key: string, promise: Promise<any>) =>
    promise.then((data) => report({ report: "answered", key, data }), failed(key));

  function read(name: string): StopReading {
    const channel = client!.channel(name);
    channel.onGap(({ channel, to }) => report({ report: "gap", channel, to }));
    channel.onEnd((code) => report({ report: "unsubscribed", channel: name, code }));
    return channel.on("*", (data, { channel, event, cursor }) => {
      report({ report: "event", channel, event, data, seq: cursor?.[1] });
      return held;
    });
  }

  function start({ urls, tokens, times, handlers, publications }: any) {
    if (handlers == "hold") {
      held = new Promise((resolve) => (release = resolve));
    }
    let asked = 0;
    client = connect(urls, {
      token: () => {
        const token = tokens[Math.min(asked++, tokens.length - 1)];
        return token == null
          ? Promise.reject(new Error("there is none"))
          : token == "never"
            ? new Promise<string>(() => {})
            : token;
      },
      WebSocket,
      times,
      bounds: publications ? { publications } : {},
    });
    client.on("state", ({ name, code }) => report({ report: "state", state: name, code }));
    client.on("session", ({ id, resumed }) => report({ report: "session", id, resumed }));
    ["tenant", "user", "session"].forEach(read);
  }

  function take({ do: what, key, channel, event, data, ...command }: any) {
    if (what == "start") {
      start(command);
    } else if (what == "subscribe") {
      const reading = read(channel);
      readings.set(channel, reading);
      answer(key, reading.ready);
    } else if (what == "unsubscribe") {
      readings.get(channel)!();
      answer(key, Promise.resolve());
    } else if (what == "publish") {
      const { stored } = client!.channel(channel).publish(event, data);
      stored.then(({ duplicate }) => report({ report: "stored", key, duplicate }), failed(key));
    } else if (what == "volatile") {
      answer(key, client!.channel(channel).publishVolatile(event, data));
    } else if (what == "request") {
      answer(key, client!.request(command.service, command.method, data));
    } else if (what == "release") {
      release();
      held = undefined;
    } else if (what == "end") {
      client!.end();
    } else {
      throw new Error("no such command: " + what);
    }
  }

  return {
    take,
    forget() {
      forgotten = true;
      release();
      client?.close();
    },
  };
}
