export type { ChannelToken } from "./access.js";
export { connect } from "./client.js";
export * from "./events.js";
export type { Channel, Holdfast, Options, ReadOptions, Stop, StopReading } from "./face.js";
export type { EventHandler } from "./dispatcher.js";
export type { WebSocketClass, WebSocketLike } from "./socket.js";
export type { Store } from "./store.js";
export { HoldfastError } from "./types.js";
export type {
  Bounds,
  Cursor,
  From,
  Gap,
  HoldfastEvent,
  Problem,
  Publication,
  SessionInfo,
  State,
  StateName,
  Stored,
  Times,
} from "./types.js";
