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

/**
 * Returns the ms that are left of a token; `NaN` if it has no end.
 *
 * @param now the server's clock, ms since 1970; it decides, as the client's may be wrong
 */
export const lifeLeft = (token: string, now: number): number =>
  read(claims(token)).exp * 1_000 - now;

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
