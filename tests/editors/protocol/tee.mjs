#!/usr/bin/env node
// tee.mjs SERVER [ARGUMENT...]: runs a language server on standard input and output, and appends
// each message to $LSP_RECORD, a line each: { direction: 'client' | 'server', message } or { direction, error }.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';

const [command, ...words] = process.argv.slice(2);
const server = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });

function recorder(direction) {
  let rest = Buffer.alloc(0);
  const record = (entry) => appendFileSync(process.env.LSP_RECORD, `${JSON.stringify({ direction, ...entry })}\n`);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = rest.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = /^Content-Length: (\d+)$/im.exec(rest.toString('latin1', 0, head))?.[1];
      if (length === undefined) {
        record({ error: `no length in the header ${rest.toString('latin1', 0, head)}` });
        rest = Buffer.alloc(0);
        return;
      }
      const [start, end] = [head + 4, head + 4 + Number(length)];
      if (rest.length < end) return;
      try {
        record({ message: JSON.parse(rest.toString('utf8', start, end)) });
      } catch (error) {
        record({ error: String(error) });
      }
      rest = rest.subarray(end);
    }
  };
}

function join(from, to, record) {
  from.on('data', (chunk) => {
    record(chunk);
    to.write(chunk);
  });
  from.on('end', () => to.end());
  to.on('error', () => {});
}

join(process.stdin, server.stdin, recorder('client'));
join(server.stdout, process.stdout, recorder('server'));
server.on('exit', (code) => process.exit(code ?? 1));
