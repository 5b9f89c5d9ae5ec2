import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { connect } from "../src/index.js";
import { until } from "./node.js";
import { missing, online, startSite } from "./site.js";

const ROUNDS = Number(process.env.ROUNDS ?? 1);

let site: Awaited<ReturnType<typeof startSite>>;

before(async () => {
  if (missing) {
    console.log(`the tests of a frozen tab are left out: ${missing}`);
  } else {
    site = await startSite("gateway.heartbeat=2s", "sessions.linger=3s");
  }
});

after(() => site?.stop());

/** Stops the processes of all pages, or lets them go on: their timers do not run meanwhile. */
async function signal(name: "SIGSTOP" | "SIGCONT") {
  const chromium = await site.browser.newBrowserCDPSession();
  const { processInfo } = await chromium.send("SystemInfo.getProcessInfo");
  const renderers = processInfo.filter(({ type }) => type == "renderer");
  assert.ok(renderers.length > 0);
  renderers.forEach(({ id }) => process.kill(id, name));
  await chromium.detach();
}

async function sessions(user: string): Promise<unknown[]> {
  const token = site.node.token("svc", ["service:test", "sessions:read"]);
  const answer = await fetch(`${site.node.url.replace("ws", "http")}/v1/sessions?user=${user}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await answer.json()) as any).sessions;
}

test(
  "a tab that is frozen for longer than its session lingers begins a new one, and misses nothing",
  { skip: missing, timeout: ROUNDS * 60_000 },
  async t => {
    const other = connect(site.node.url, {
      token: () => site.node.token("bob"),
      WebSocket: WebSocket as any,
    });
    t.after(() => other.end());
    const lines = other.channel("topic:page");
    for (let round = 0; round < ROUNDS; round++) {
      const page = await site.browser.newPage();
      const look = (what: string) => page.evaluate(what) as Promise<any>;
      await page.goto(`${site.url}/page`);
      await online(page);
      await look("line.ready.then(() => 0)"); // What is published before that is not for the page.
      await lines.publish("line", "before").stored;
      await page.waitForFunction("seen.length == 1");
      const first = await look("hf.info.id");
      await look("states.length = 0");
      await signal("SIGSTOP");
      try {
        await until("the session is over", async () => (await sessions("ann")).length == 0);
        await lines.publish("line", "meanwhile").stored;
      } finally {
        await signal("SIGCONT");
      }
      await page.waitForFunction("seen.length == 2 && hf.state.name == 'online'");
      assert.deepEqual(await look("seen"), ["before", "meanwhile"]);
      // A stall of the machine may have cost a connection more: the session is the same one then.
      const states = await look("states.slice(-4)");
      assert.deepEqual(states, ["offline", "connecting", "catching-up", "online"]);
      const begun = await look("sessions.filter(({ resumed }) => !resumed)");
      assert.equal(begun.length, 2);
      assert.deepEqual([begun[0].id, begun[1].id == first], [first, false]);
      await look("say('after')");
      await page.waitForFunction("seen.length == 3 && !document.querySelector('.waiting')");
      await look("hf.end()");
      await page.close();
    }
  },
);
