import { Problem } from "./types.js";

type Code = Problem["code"];

/**
 * What is wrong while the client goes on.
 *
 * @param changed called if something came or went
 */
export function problems(changed: () => void) {
  const all = new Map<Code, Problem>();

  return {
    last: () => [...all.values()].pop(),
    forget: (code: Code) => all.delete(code),

    /** @param message what is wrong; none if it is no longer */
    note(code: Code, message?: string) {
      if (all.has(code) != (message != undefined)) {
        all.delete(code);
        if (message != undefined) {
          all.set(code, { code, message });
        }
        changed();
      }
    },
  };
}
