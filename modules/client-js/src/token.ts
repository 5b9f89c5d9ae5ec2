const NAMES_SUBJECT = /^(iss|sub|tid)$|tenant|org/i;

/** Reads the claims of a token as text; none if it is no JWT. */
function claims(token: string): string {
  try {
    const part = token.split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/");
    return new TextDecoder().decode(Uint8Array.from(atob(part), (c) => c.charCodeAt(0)));
  } catch {
    return "{}";
  }
}

function read(text: string, each?: (name: string, value: any) => any): any {
  try {
    return Object(JSON.parse(text, each));
  } catch {
    return {};
  }
}

const LONGEST_AHEAD = 30_000;
const SHORTEST_LIFE = 5_000;

/**
 * Returns the ms after which a connection needs another token: 30 s before its end, or a fifth of
 * the remaining time before it if that is less. 0 if there is nothing to renew, or no time for it.
 *
 * @param now the server's clock, ms since 1970; it decides, as the client's may be wrong
 */
export function renewAfter(token: string, now: number): number {
  const left = read(claims(token)).exp * 1_000 - now;
  return left >= SHORTEST_LIFE ? left - Math.min(LONGEST_AHEAD, left / 5) : 0;
}

/** Returns whom a token names: its issuer, subject and tenant, wherever they stand. */
export function subject(token: string): string {
  const who: string[] = [];
  read(claims(token), (name, value) => {
    if (NAMES_SUBJECT.test(name) && Object(value) !== value) {
      who.push(`${name}=${value}`);
    }
    return value;
  });
  return who.sort().join(" ");
}
