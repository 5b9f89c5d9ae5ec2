/** A schema as a node has it. */
export interface Registered {
  event: string;
  version: number;
  schema: unknown;
}

type Schema = Record<string, any>;

const isObject = (value: unknown): value is Schema =>
  typeof value == "object" && value != null && !Array.isArray(value);

const HEAD = `// Made by \`npx @holdfast/client types\` from the schemas of a tenant. To change it, make it again.
// An event without a version has the newest one's data. A type is what its schema says of members
// and values; what TypeScript can't say (lengths, ranges, patterns, not, if) is left out.
import type {} from "@holdfast/client";

`;

/** Words that are no name of a type. */
const TAKEN = /^(any|unknown|never|object|string|number|boolean|bigint|symbol|void|undefined|null)$/i;

/**
 * Returns a module in TypeScript that gives the data of events their types.
 *
 * @param warn takes what is not covered
 */
export function typescript(all: Registered[], warn: (message: string) => void): string {
  const names = new Set<string>();
  const types: string[] = [];
  const events = new Map<string, string>();
  const sorted = [...all].sort((a, b) =>
    a.event == b.event ? a.version - b.version : a.event < b.event ? -1 : 1,
  );
  for (const { event, version, schema } of sorted) {
    const full = `${event}/${version}`;
    const name = unique(pascal(event) + version, names);
    const made = typesOf(schema, name, names, (message) => warn(`${full}: ${message}`));
    types.push(...made);
    events.set(full, name);
    events.set(event, name); // The last one is the newest.
  }
  const members = [...events].map(([event, name]) => `    ${JSON.stringify(event)}: ${name};\n`);
  const merged = `declare module "@holdfast/client" {\n  interface Events {\n${members.sort().join("")}  }\n}\n`;
  return HEAD + types.join("\n") + "\n" + merged;
}

/** Returns a name for a type: letters and digits, a capital first. */
function pascal(text: string): string {
  const words = text.split(/[^A-Za-z0-9]+/).filter(Boolean);
  const name = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
  return /^[A-Z]/.test(name) && !TAKEN.test(name) ? name : `Event${name}`;
}

function unique(name: string, names: Set<string>): string {
  let free = name;
  for (let i = 2; names.has(free); i++) {
    free = `${name}_${i}`;
  }
  names.add(free);
  return free;
}

/** Returns the declaration of a schema's type, and of those to which it refers. */
function typesOf(
  root: unknown,
  name: string,
  names: Set<string>,
  warn: (message: string) => void,
): string[] {
  /** The types of references, by pointer. */
  const referred = new Map<string, string>([["#", name]]);
  const open: [string, unknown][] = [[name, root]];
  const done: string[] = [];

  function refer(ref: unknown): string {
    const path = typeof ref == "string" ? resolved(ref) : undefined;
    const target = path && follow(root, path);
    if (!path || target === undefined) {
      warn(`$ref ${JSON.stringify(ref)} is not in the schema: unknown`);
      return "unknown";
    }
    const key = path.length ? JSON.stringify(path) : "#";
    let type = referred.get(key);
    if (!type) {
      type = unique(`${name}${pascal(path.at(-1)!)}`, names);
      referred.set(key, type);
      open.push([type, target]);
    }
    return type;
  }

  /** Follows references that are no more than that; a circle of them says nothing. */
  function isCircle(schema: unknown): boolean {
    const seen = new Set<unknown>();
    const looks = [schema];
    while (looks.length) {
      const one = looks.pop();
      if (!isObject(one) || seen.has(one)) {
        continue;
      }
      seen.add(one);
      const path = typeof one.$ref == "string" ? resolved(one.$ref) : undefined;
      const next = [path && follow(root, path), ...["allOf", "anyOf", "oneOf"].flatMap((k) => list(one[k]))];
      if (next.includes(schema)) {
        return true;
      }
      looks.push(...next);
    }
    return false;
  }

  while (open.length) {
    const [type, schema] = open.shift()!;
    let text = "unknown";
    if (isCircle(schema)) {
      warn(`${type} refers to nothing but itself: unknown`);
    } else {
      text = typeOf(schema, refer, "");
    }
    done.push(`${comment(schema, "")}export type ${type} = ${text};\n`);
  }
  return done;
}

/** Returns the steps of a pointer within a schema; none if it points elsewhere. */
function resolved(ref: string): string[] | undefined {
  if (ref == "#") {
    return [];
  }
  if (!ref.startsWith("#/")) {
    return undefined;
  }
  try {
    const steps = decodeURIComponent(ref.slice(2)).split("/");
    return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  } catch {
    return undefined;
  }
}

function follow(root: unknown, path: string[]): unknown {
  let at: any = root;
  for (const step of path) {
    at = typeof at == "object" && at != null && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const union = (types: string[]) => [...new Set(types)].map(grouped).join(" | ") || "never";
const grouped = (type: string) => (/^[\w"]*$/.test(type) || /^\{[^]*\}$/.test(type) ? type : `(${type})`);

/** @param indent of the line on which it begins */
function typeOf(schema: unknown, refer: (ref: unknown) => string, indent: string): string {
  if (!isObject(schema)) {
    return schema === false ? "never" : "unknown";
  }
  const inner = (each: unknown) => typeOf(each, refer, indent);
  const all: string[] = [];
  if ("$ref" in schema) {
    all.push(refer(schema.$ref));
  }
  if ("const" in schema) {
    all.push(literal(schema.const));
  } else if (Array.isArray(schema.enum)) {
    all.push(union(schema.enum.map(literal)));
  } else {
    const kinds = [schema.type ?? implied(schema)].flat().filter((kind) => kind != undefined);
    if (kinds.length) {
      all.push(union(kinds.map((kind) => kindOf(String(kind), schema, refer, indent))));
    }
  }
  for (const keyword of ["anyOf", "oneOf"]) {
    if (Array.isArray(schema[keyword])) {
      all.push(union(schema[keyword].map(inner)));
    }
  }
  all.push(...list(schema.allOf).map(inner));
  const said = [...new Set(all)].filter((type) => type != "unknown");
  return said.length > 1 ? said.map(grouped).join(" & ") : (said[0] ?? "unknown");
}

/** A schema without a type that names members is of objects, one that names items of arrays. */
function implied(schema: Schema): string | undefined {
  return isObject(schema.properties) || isObject(schema.additionalProperties) || schema.required
    ? "object"
    : "items" in schema || "prefixItems" in schema
      ? "array"
      : undefined;
}

function kindOf(kind: string, schema: Schema, refer: (ref: unknown) => string, indent: string): string {
  switch (kind) {
    case "integer":
      return "number";
    case "string":
    case "number":
    case "boolean":
    case "null":
      return kind;
    case "array":
      return arrayOf(schema, refer, indent);
    case "object":
      return objectOf(schema, refer, indent);
    default:
      return "unknown";
  }
}

function arrayOf({ prefixItems, items, minItems }: Schema, refer: (ref: unknown) => string, indent: string) {
  const inner = (each: unknown) => typeOf(each, refer, indent);
  const rest = items === false ? "" : `${grouped(inner(items))}[]`;
  if (!Array.isArray(prefixItems) || !prefixItems.length) {
    return rest || "never[]";
  }
  const first = prefixItems.map((each, i) => grouped(inner(each)) + (i < (minItems ?? 0) ? "" : "?"));
  return `[${[...first, ...(rest ? [`...${rest}`] : [])].join(", ")}]`;
}

function objectOf(schema: Schema, refer: (ref: unknown) => string, indent: string): string {
  const more = indent + "  ";
  const required = new Set(list(schema.required));
  const properties = isObject(schema.properties) ? schema.properties : {};
  const lines = Object.entries(properties).map(([name, each]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    const type = typeOf(each, refer, more);
    return `${comment(each, more)}${more}${key}${required.has(name) ? "" : "?"}: ${type};\n`;
  });
  for (const name of required) {
    if (typeof name == "string" && !Object.hasOwn(properties, name)) {
      lines.push(`${more}${JSON.stringify(name)}: unknown;\n`);
    }
  }
  const others = schema.additionalProperties;
  if (!lines.length) {
    const value = others === false ? "never" : typeOf(others, refer, indent);
    return `{ [name: string]: ${value} }`;
  }
  if (others !== undefined && others !== false) {
    lines.push(`${more}[name: string]: unknown;\n`); // Has to fit the members with a name, too.
  }
  return `{\n${lines.join("")}${indent}}`;
}

/** Returns the type of one value. */
function literal(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(literal).join(", ")}]`;
  }
  if (isObject(value)) {
    const members = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${literal(each)}`);
    return `{ ${members.join("; ")} }`;
  }
  return JSON.stringify(value) ?? "unknown";
}

/** Returns a schema's description as a comment, which nothing in it ends. */
function comment(schema: unknown, indent: string): string {
  const text = isObject(schema) ? (schema.description ?? schema.title) : undefined;
  if (typeof text != "string" || !text.trim()) {
    return "";
  }
  const lines = text.replaceAll("*/", "*\\/").trim().split(/\s*[\r\n\u2028\u2029]+\s*/);
  return lines.length == 1
    ? `${indent}/** ${lines[0]} */\n`
    : `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join("")}${indent} */\n`;
}
