import { Registered } from "./typescript.js";

/** A failure with a name, for people and scripts. */
export class Failure extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

const PATIENCE = 10_000;

/** Times that a request is repeated that came too soon. */
const REPEATS = 20;

/** Longest answer that is taken, in characters; a schema has 16 KiB. */
const LONGEST = 1 << 20;

/** Returns the address of a node's HTTP API, from that of its WebSockets, too. */
export function base(url: string): URL {
  let full: URL;
  try {
    full = new URL(url.replace(/^ws/, "http"));
  } catch {
    throw new Failure("bad_url", `${url} is no address like https://example.org`);
  }
  if (!/^https?:$/.test(full.protocol)) {
    throw new Failure("bad_url", `${url} is no address like https://example.org`);
  }
  full.pathname = full.pathname.replace(/(\/v1\/connect)?\/*$/, "/");
  full.search = full.hash = "";
  return full;
}

/** Reads all schemas of the tenant of a token. */
export async function schemas(url: string, token: string): Promise<Registered[]> {
  const at = base(url);
  const { schemas: names } = await get(at, "v1/schemas", token);
  if (!Array.isArray(names) || !names.every(isName)) {
    throw new Failure("no_node", `${at} does not answer as a node of Holdfast`);
  }
  const all: Registered[] = [];
  for (const { event, version } of names) {
    const one = await get(at, `v1/schemas/${encodeURIComponent(event)}/${version}`, token, true);
    if (one) {
      all.push({ event, version, schema: one.schema });
    }
  }
  if (!all.length) {
    throw new Failure("no_schemas", "the tenant of the token has none");
  }
  return all;
}

const isName = (one: any) =>
  typeof one?.event == "string" && one.event && Number.isSafeInteger(one.version) && one.version > 0;

/** @param mayBeGone whether it may have been removed meanwhile; then there is no answer */
async function get(at: URL, path: string, token: string, mayBeGone = false): Promise<any> {
  for (let i = 0; ; i++) {
    const response = await ask(new URL(path, at), token);
    if (response.status == 429 && i < REPEATS) {
      const wait = Number(response.headers.get("retry-after")) || 1;
      await new Promise((resolve) => setTimeout(resolve, Math.min(wait, 10) * 1_000));
    } else if (response.status == 404 && mayBeGone) {
      return undefined;
    } else {
      return body(at, response);
    }
  }
}

async function ask(url: URL, token: string): Promise<Response & { body_?: string }> {
  const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    return await fetch(url, { headers, redirect: "error", signal });
  } catch (e: any) {
    if (e?.name == "TimeoutError") {
      throw new Failure("timeout", `${url.origin} does not answer within ${PATIENCE / 1_000} s`);
    }
    if (/header/i.test(e?.message)) {
      throw new Failure("unauthorized", "the token has characters that no token has");
    }
    const cause = e?.cause?.code ?? e?.cause?.message ?? e?.message;
    throw new Failure("unreachable", `${url.origin}: ${cause}`);
  }
}

async function body(at: URL, response: Response): Promise<any> {
  let text;
  try {
    text = await response.text();
  } catch {
    throw new Failure("unreachable", `${at.origin}: the answer is cut off`);
  }
  let json: any;
  try {
    json = text.length > LONGEST ? undefined : JSON.parse(text);
  } catch {
    // Of another server.
  }
  if (response.ok && typeof json == "object" && json) {
    return json;
  }
  if (typeof json?.code == "string") {
    throw new Failure(json.code, String(json.detail ?? json.title ?? response.status).slice(0, 300));
  }
  throw new Failure("no_node", `${at} does not answer as a node of Holdfast (${response.status})`);
}
