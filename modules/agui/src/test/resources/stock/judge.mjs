// Answers questions with what the stock packages say: one JSON array of questions a line, one array of answers a line.
import { createInterface } from 'node:readline';
import { AbstractAgent, enforceEvents, transformChunks, verifyEvents } from '@ag-ui/client';
import { EventSchemas } from '@ag-ui/core/schemas';
import { readUIMessageStream, uiMessageChunkSchema } from 'ai';
import jsonpatch from 'fast-json-patch';
import { from } from 'rxjs';

console.warn = () => {};
process.on('unhandledRejection', () => {});

/** How many events pass, and the error of the first that does not pass. */
function passing(events, ...stages) {
  const passed = [];
  let error = null;
  from(events)
    .pipe(...stages)
    .subscribe({ next: (event) => passed.push(event), error: (e) => (error = String(e.message)) });
  return { passed, error };
}

class Replayed extends AbstractAgent {
  constructor(question) {
    super({ threadId: 't1', initialMessages: question.messages, initialState: question.state });
    this.events = question.events;
  }

  run() {
    return from(this.events);
  }
}

const answers = {
  verify: ({ events }) => {
    const { passed, error } = passing(events, verifyEvents(false));
    return { accepted: passed.length, error };
  },

  schema: ({ event }) => ({ ok: EventSchemas.safeParse(event).success }),

  /** What an agent keeps of the events, all its stages gone through. */
  fold: async (question) => {
    const agent = new Replayed(question);
    let error = null;
    try {
      await agent.runAgent({ runId: 'r1' });
    } catch (e) {
      error = String(e.message);
    }
    return { messages: agent.messages, state: agent.state ?? null, error };
  },

  chunks: ({ events }) => passing(events, enforceEvents(false), transformChunks(false)),

  patch: ({ document, patch }) => {
    try {
      return { document: jsonpatch.applyPatch(document, patch, true, false).newDocument ?? null };
    } catch (e) {
      return { error: String(e.name) };
    }
  },

  /** The message that a page has after the chunks. */
  ui: async ({ chunks }) => {
    const schema = typeof uiMessageChunkSchema === 'function' ? uiMessageChunkSchema() : uiMessageChunkSchema;
    for (const chunk of chunks) {
      const checked = await schema.validate(chunk);
      if (!checked.success) return { error: `${chunk.type}: ${checked.error}` };
    }
    const stream = new ReadableStream({
      start(controller) {
        chunks.forEach((chunk) => controller.enqueue(chunk));
        controller.close();
      },
    });
    let error = null;
    let message = null;
    try {
      const onError = (e) => (error = String(e.message ?? e));
      for await (const each of readUIMessageStream({ stream, onError })) message = each;
    } catch (e) {
      error = String(e.message);
    }
    return { message, error };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const said = [];
  for (const question of JSON.parse(line)) said.push(await answers[question.ask](question));
  process.stdout.write(JSON.stringify(said) + '\n');
}
