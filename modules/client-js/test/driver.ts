/** The driver on Node: commands come in, reports go out. */
import { createInterface } from "node:readline";
import { WebSocket } from "ws";
import { drive } from "./drive.js";

const take = drive((line) => process.stdout.write(JSON.stringify(line) + "\n"), WebSocket as any);
createInterface({ input: process.stdin }).on("line", (line) => take(JSON.parse(line)));
process.stdin.on("end", () => process.exit());
