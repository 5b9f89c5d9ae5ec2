// Other clients, as npm has them, for comparisons.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Version, and what a page imports. */
export const PEERS = {
  phoenix: ["1.8.16", "Socket"],
  "socket.io-client": ["4.8.4", "io"],
  "@microsoft/signalr": ["10.0.11", "HubConnectionBuilder"],
  "@supabase/realtime-js": ["2.119.1", "RealtimeClient"],
  "pusher-js": ["8.6.0", "default"],
  centrifuge: ["5.8.0", "Centrifuge"],
  ably: ["2.28.0", "Realtime"],
};

/** Runs a task with a folder that has these packages, and removes it. */
export async function withPeers(names, task) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-peers-"));
  try {
    const packages = names.map((name) => `${name}@${PEERS[name][0]}`);
    const options = ["--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
    execFileSync("npm", ["install", ...options, ...packages], { stdio: "inherit" });
    return await task(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Prints a table, and puts it into the README, between marks of this name. */
export function publish(name, head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const table = [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
  console.log(table);
  const marks = new RegExp(`(<!-- ${name} -->\n)[^]*(<!-- /${name} -->)`);
  const readme = readFileSync("README.md", "utf8");
  writeFileSync("README.md", readme.replace(marks, (_, begin, end) => `${begin}${table}\n${end}`));
}
