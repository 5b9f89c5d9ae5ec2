import { json } from "../frames.js";
import { claims } from "../token.js";

/** Claims that differ from one token of a login to the next: times, and what names one token. */
const PER_TOKEN =
  /^(exp|iat|nbf|jti|auth_time|updated_at|rat|fva|nonce|(at|c|s)_hash|uti|aio|rh)$/;

/**
 * Returns what separates those who must not share: a digest of all claims of a token, but for those
 * that differ between tokens of the same login. Which of them names the tenant is not known here.
 *
 * @returns none if the token is no JWT, or names no subject
 */
export async function identity(token: string): Promise<string | undefined> {
  const all = claims(token);
  if (typeof all.sub != "string" || !all.sub) {
    return undefined;
  }
  const names = Object.keys(all).filter((name) => !PER_TOKEN.test(name));
  const text = json(names.sort().map((name) => [name, all[name]]));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
