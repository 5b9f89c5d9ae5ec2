// Has @supabase/auth-js verify a token and read its claims, as pages do: what it takes is the shape that the preset takes.
// npm install --no-save @supabase/auth-js && node supabase.mjs http://127.0.0.1:9411/main token.txt
import { readFileSync } from 'node:fs';
import { GoTrueClient } from '@supabase/auth-js';

const [base, file] = process.argv.slice(2);
const { keys } = await (await fetch(`${base}/jwks`)).json();
const auth = new GoTrueClient({ url: base, autoRefreshToken: false, persistSession: false });
const known = keys.map((key) => ({ key_ops: ['verify'], alg: 'RS256', ...key }));
const { data, error } = await auth.getClaims(readFileSync(file, 'utf8').trim(), { keys: known });
console.log(error ?? data.claims);
process.exitCode = error ? 1 : 0;
