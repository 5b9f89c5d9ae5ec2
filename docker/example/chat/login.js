/** What the page's server says: a token, the agent, the nodes. Behind a proxy there is one address. */
export const { token, agent, nodes } = await (await fetch("/login")).json();
export const headers = { authorization: `Bearer ${token}` };

let node = 0;
export const here = () => nodes[node];

/** Turns to the next node, after a moment. */
export async function elsewhere() {
  node = (node + 1) % nodes.length;
  await new Promise((done) => setTimeout(done, 500));
}
