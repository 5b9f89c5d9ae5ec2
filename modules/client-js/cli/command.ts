import { renameSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Failure, schemas } from "./schemas.js";
import { typescript } from "./typescript.js";

const USAGE = `holdfast-client types URL [--token TOKEN] [--out FILE]

Makes TypeScript types from the schemas of events that are registered with a node.

  URL            of a node, https://example.org
  --token TOKEN  of a service with the permission schemas:read; default: the variable HOLDFAST_TOKEN
  --out FILE     writes the file, if nothing fails; default: prints it

Exit codes: 0 done; 1 the node or the token; 2 the command line.
`;

function read(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { token: { type: "string" }, out: { type: "string" }, help: { type: "boolean" } },
    });
  } catch (e: any) {
    throw new Failure("usage", e.message);
  }
}

/** Where a command prints, and what it takes from its surroundings. */
export interface Around {
  token?: string;
  out(text: string): void;
  err(text: string): void;
}

/** Runs a command; returns its exit code. */
export async function run(args: string[], around: Around): Promise<number> {
  try {
    await types(args, around);
    return 0;
  } catch (e: any) {
    const failure = e instanceof Failure ? e : new Failure("internal", String(e?.stack ?? e));
    around.err(`holdfast-client: ${failure.message}\n`);
    return /^(usage|no_token|bad_url|file)$/.test(failure.code) ? 2 : 1;
  }
}

async function types(args: string[], around: Around) {
  const { values, positionals } = read(args);
  if (values.help) {
    around.out(USAGE);
    return;
  }
  const [command, url, ...more] = positionals;
  if (command != "types" || !url || more.length) {
    throw new Failure("usage", "holdfast-client types URL [--token TOKEN] [--out FILE]");
  }
  const token = (values.token ?? around.token ?? "").trim();
  if (!token) {
    throw new Failure("no_token", "give one by --token, or in the variable HOLDFAST_TOKEN");
  }
  const text = typescript(await schemas(url, token), (message) =>
    around.err(`holdfast-client: ${message}\n`),
  );
  if (values.out) {
    try {
      writeFileSync(`${values.out}.tmp`, text);
      renameSync(`${values.out}.tmp`, values.out);
    } catch (e: any) {
      throw new Failure("file", e.message);
    }
  } else {
    around.out(text);
  }
}
