const NAMES_SUBJECT = /^(iss|sub|tid)$|tenant|org/i;

/** Reads the claims of a token; none if it is no JWT. Their texts are only compared: as bytes. */
export function claims(token: string, each?: (name: string, value: any) => any): any {
  try {
    const part = token.split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/");
    return Object(JSON.parse(atob(part), each));
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
  claims(token).exp * 1_000 - now;

/** Returns whom a token names: its issuer, subject and tenant, wherever they stand. */
export function subject(token: string): string {
  const who: string[] = [];
  claims(token, (name, value) => {
    if (NAMES_SUBJECT.test(name) && Object(value) !== value) {
      who.push(`${name}=${value}`);
    }
    return value;
  });
  return who.sort().join(" ");
}
