import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

/** Signs a token of the tenant acme for an hour, by the secret in a file. */
export function token(key, user, ...permissions) {
  const part = (json) => Buffer.from(JSON.stringify(json)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 3_600;
  const claims = { sub: user, exp, app_metadata: { tenant_id: "acme", permissions } };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", readFileSync(key, "utf8").trim()).update(signed).digest("base64url")}`;
}
