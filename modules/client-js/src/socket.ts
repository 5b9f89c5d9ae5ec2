import { Socket, Wire } from "./wire.js";

const SUB_PROTOCOL = "holdfast.v1";
const NO_CODE = 1006;
const UNAUTHORIZED = 4501;
const OPEN = 1;

/** The part of the standard's `WebSocket` that is used. */
export interface WebSocketLike {
  readyState: number;
  onopen: any;
  onmessage: any;
  onclose: any;
  onerror: any;
  send(text: string): void;
  close(): void;
  /** Of the package `ws`, which alone shows how an upgrade was refused. */
  on?(event: string, listener: (...all: any[]) => void): unknown;
}

export type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike;

/** Returns the network, the clocks and the timers that the platform has. */
export function platformWire(
  token: string | (() => string | Promise<string>),
  WebSocket: WebSocketClass,
): Wire {
  return {
    token: async () => (typeof token == "function" ? token() : token),
    open(url, to): Socket {
      let over = false;
      const closed = (code: number, reason: string, retryAfter?: number) => {
        if (!over) {
          over = true;
          to.closed(code, reason, retryAfter);
        }
      };
      let socket: WebSocketLike;
      try {
        socket = new WebSocket(url, [SUB_PROTOCOL]);
      } catch (failure) {
        setTimeout(() => closed(NO_CODE, String(failure)));
        return { send() {}, close: () => (over = true) };
      }
      socket.onopen = () => over || to.opened();
      // What is not text is no frame.
      socket.onmessage = ({ data }: any) => over || to.text(typeof data == "string" ? data : "");
      socket.onclose = ({ code, reason }: any) => closed(code || NO_CODE, reason || "");
      socket.onerror = () => {}; // The close follows.
      socket.on?.("unexpected-response", (_request, { statusCode, headers }) => {
        const reason = `upgrade: ${statusCode}`;
        const wait = headers["retry-after"] * 1_000; // A date is no number, and ignored.
        closed(statusCode == 401 ? UNAUTHORIZED : NO_CODE, reason, wait);
        socket.close();
      });
      return {
        send(text) {
          if (socket.readyState == OPEN) {
            socket.send(text);
          }
        },
        close() {
          over = true;
          socket.close();
        },
      };
    },
    now: () => performance.now(),
    wall: Date.now,
    random: Math.random,
    after(ms, task) {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
  };
}
