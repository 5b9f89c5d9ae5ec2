#!/usr/bin/env node
import { run } from "./command.js";

process.exitCode = await run(process.argv.slice(2), {
  token: process.env.HOLDFAST_TOKEN,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
