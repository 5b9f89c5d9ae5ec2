// npm start [NODE…]
// Serves the pages at http://localhost:8000, and signs tokens for them, as a back end does for users that it has logged
// in. NODE: the addresses of nodes; http://127.0.0.1:8080 by default.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { token } from "./token.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const { PORT = "8000", AGENT: agent = "assistant" } = process.env;
const KEY = process.env.KEY ?? `${HERE}../../../.holdfast/development.key`;
const nodes = process.argv.length > 2 ? process.argv.slice(2) : ["http://127.0.0.1:8080"];
const file = (name) => readFileSync(HERE + name, "utf8");
const CLIENT = `${HERE}../../../modules/client-js/src/`;

const bundles = await build({
  absWorkingDir: HERE,
  entryPoints: ["use-chat.jsx", "ag-ui.js", "room.js", "room-react.jsx"],
  // As a project has them from npm.
  alias: {
    "@holdfast/client": `${CLIENT}index.ts`,
    "@holdfast/client/react": `${CLIENT}react.ts`,
    react: `${HERE}node_modules/react`,
  },
  outdir: "/",
  bundle: true,
  write: false,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
});

const answers = {
  "/": () => ["text/html", file("page.html").replaceAll("PAGE", "use-chat")],
  "/ag-ui": () => ["text/html", file("page.html").replaceAll("PAGE", "ag-ui")],
  "/room": () => ["text/html", file("page.html").replaceAll("PAGE", "room")],
  "/room-react": () => ["text/html", file("page.html").replaceAll("PAGE", "room-react")],
  "/style.css": () => ["text/css", file("style.css")],
  "/login": () => ["application/json", JSON.stringify({ token: token(KEY, "ann", `run:${agent}`), agent, nodes })],
  "/join": (user) => ["text/plain", token(KEY, user, "publish:topic:room/*", "subscribe:topic:room/*")],
};
for (const { path, text } of bundles.outputFiles) {
  answers[path] = () => ["text/javascript", text];
}

createServer((request, response) => {
  // Another host: another site's page, whose name stands for this machine.
  const [path, query] = request.url.split("?");
  const answer = request.headers.host === `localhost:${PORT}` && answers[path];
  const [type, body] = answer ? answer(query) : ["text/plain", "not here"];
  response.writeHead(answer ? 200 : 404, { "content-type": `${type}; charset=utf-8` }).end(body);
}).listen(PORT, "localhost", () => console.log(`http://localhost:${PORT}: useChat; /ag-ui: HttpAgent; /room, /room-react`));
