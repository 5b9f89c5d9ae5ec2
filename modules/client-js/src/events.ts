/**
 * The data of events, by their names: none here. What `npx @holdfast/client types` makes of a
 * tenant's schemas adds members to it; then handlers and publications of these events have types.
 */
export interface Events {}

/** Stands for a type that the application did not name. */
export type Unnamed = void;

/** The data of an event: what the application has named, else what its schema says, else any. */
export type Data<T, E extends string> = [T] extends [Unnamed]
  ? E extends keyof Events
    ? Events[E]
    : any
  : Named<T>;

/** The type itself, which no handler's parameter decides. */
type Named<T> = [T][T extends unknown ? 0 : never];
