'use strict';
// See ./run.

const { execFile, execFileSync } = require('node:child_process');
const fs = require('node:fs');
const https = require('node:https');
const path = require('node:path');
const { EdgeTrial } = require('../edge_link/edge_trial.js');
const { bodyHook, configOf, newBody } = require('../edge_link/hooks.js');
const { writeJunit } = require('../edge_link/junit.js');

const PATIENCE_MS = 30000;
const VERSIONS = { 1.2: 'TLSv1.2', 1.3: 'TLSv1.3' };
const WRK_SCRIPT = path.join(__dirname, 'post.lua');

function has(command) {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// Runs a command; gives its standard output and error together.
function output(command, args, { input = '', env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { timeout: PATIENCE_MS, env: { ...process.env, ...env } }, (error, out, err) => {
      if (error) reject(new Error(`${command}: ${error.message}\n${out}${err}`.slice(0, 2000)));
      else resolve(out + err);
    });
    child.stdin.end(input);
  });
}

// What the cases need to know of the edge.
class Target {
  constructor(trial, edge, hook) {
    Object.assign(this, { trial, edge, ca: trial.file('ca.pem'), path: hook.path, body: newBody() });
    this.url = `https://localhost:${edge.port}${hook.path}`;
    this.right = hook.sign(this.body)['X-Signature'];
    this.wrong = hook.sign(`${this.body} `)['X-Signature'];
  }
  requestText(signature, connection) {
    return `POST ${this.path} HTTP/1.1\r\nHost: localhost\r\nX-Signature: ${signature}\r\nConnection: ${connection}\r\n` +
      `Content-Length: ${this.body.length}\r\n\r\n${this.body}`;
  }
}

// Each client posts a right and a wrong webhook; gives, a post a line, `<status> <version> <resumed>`, as
// far as it can tell: `?` where it can't.
const CLIENTS = {
  // Two URLs of one call, each on a connection of its own.
  async curl(target, { version, resume, signature }) {
    const post = ['--header', `X-Signature: ${signature}`, '--header', 'Connection: close', '--data-binary', target.body,
      '--cacert', target.ca, `--tlsv${version}`, '--tls-max', version, ...(resume ? [] : ['--no-sessionid']),
      '--ipv4', '--http1.1', '--silent', '--output', '/dev/null', '--write-out', '%{http_code}\\n'];
    const text = await output('curl', ['--verbose', ...post, target.url, '--next', '--verbose', ...post, target.url],
      { env: { no_proxy: 'localhost' } });
    const statuses = text.split('\n').filter((line) => /^\d{3}$/.test(line));
    const versions = [...text.matchAll(/SSL connection using (TLSv[\d.]+)/g)].map(([, found]) => found);
    const reused = [...text.matchAll(/SSL re-using session ID/g)].length;
    return statuses.map((status, i) => `${status} ${versions[i]} ${i > 0 && reused > 0 ? 'resumed' : 'full'}`);
  },

  async node(target, { version, resume, signature }) {
    const ca = fs.readFileSync(target.ca);
    const lines = [];
    let session;
    for (let i = 0; i < 2; i += 1) {
      await new Promise((resolve, reject) => {
        const agent = new https.Agent({ keepAlive: false, maxCachedSessions: 0 });
        const request = https.request(target.url, {
          method: 'POST', agent, ca, family: 4, session: resume ? session : undefined,
          minVersion: VERSIONS[version], maxVersion: VERSIONS[version],
          headers: { 'X-Signature': signature, 'Content-Length': target.body.length },
        }, (response) => {
          const { socket } = response;
          const line = `${response.statusCode} ${socket.getProtocol()} ${socket.isSessionReused() ? 'resumed' : 'full'}`;
          response.resume().on('end', () => { lines.push(line); resolve(); });
        });
        request.on('socket', (socket) => socket.on('session', (ticket) => { session = session || ticket; }));
        request.on('error', reject).end(target.body);
      });
    }
    return lines;
  },

  async python(target, { version, resume, signature }) {
    const text = await output('python3', [path.join(__dirname, 'python_client.py'), String(target.edge.port), target.ca,
      target.path, signature, target.body, VERSIONS[version].replace('.', '_'), resume ? 'yes' : 'no']);
    return text.trim().split('\n');
  },

  async openssl(target, { version, resume, signature }) {
    const file = target.trial.file(`session-${version}`);
    fs.rmSync(file, { force: true });
    const lines = [];
    for (let i = 0; i < 2; i += 1) {
      const session = resume && i > 0 ? ['-sess_in', file] : ['-sess_out', file];
      const text = await output('openssl', ['s_client', '-connect', `127.0.0.1:${target.edge.port}`, '-servername', 'localhost',
        '-CAfile', target.ca, '-verify_return_error', `-tls${version.replace('.', '_')}`, '-ign_eof', ...session],
      { input: target.requestText(signature, 'close') });
      const [, status] = /HTTP\/1\.1 (\d{3})/.exec(text) || [];
      const [, kind, found] = /^(New|Reused), (TLSv[\d.]+)/m.exec(text) || [];
      lines.push(`${status} ${found} ${kind === 'Reused' ? 'resumed' : 'full'}`);
    }
    return lines;
  },
};

// curl asks for no tickets with OpenSSL, and before TLS 1.3 the edge resumes by nothing else.
const CANNOT_RESUME = { curl: '1.2' };

// Load generators send one request again and again, over a few connections that they keep, which resume
// nothing, or each over one of its own, where all but the first few resume a session.
const GENERATORS = {
  async h2load(target, signature, more) {
    const file = target.trial.file('body');
    fs.writeFileSync(file, target.body);
    const text = await output('h2load', ['--h1', '-n200', `-c${GENERATORS_CONNECTIONS}`, '-t1', '-d', file, '-H', `X-Signature: ${signature}`,
      ...more.flatMap((header) => ['-H', header]), target.url]);
    const [, ok, , refused] = /status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx/.exec(text) || [];
    return { ok: Number(ok), refused: Number(refused) };
  },
  async wrk(target, signature, more) {
    const headers = more.flatMap((header) => ['-H', header]);
    const text = await output('wrk', ['-t1', `-c${GENERATORS_CONNECTIONS}`, '-d1s', ...headers, '-s', WRK_SCRIPT, target.url],
      { env: { SIGNATURE: signature, BODY: target.body } });
    const [, ok, refused] = /^statuses: (\d+) ok, (\d+) refused, 0 failed$/m.exec(text) || [];
    return { ok: Number(ok), refused: Number(refused) };
  },
};
const LEAST_REQUESTS = 100;
const GENERATORS_CONNECTIONS = 8;

// Right and wrong webhooks; `kept`: over how few connections.
async function runGenerator(target, load, kept) {
  const before = await target.edge.metrics();
  const more = kept ? [] : ['Connection: close'];
  const right = await load(target, target.right, more);
  const wrong = await load(target, target.wrong, more);
  const after = await target.edge.metrics();
  const connections = after.accepted_connections_total - before.accepted_connections_total;
  const resumed = after.resumed_handshakes_total - before.resumed_handshakes_total;
  const problems = [];
  if (!(right.ok >= LEAST_REQUESTS && right.refused === 0 && wrong.refused >= LEAST_REQUESTS && wrong.ok === 0)) {
    problems.push(`right: ${JSON.stringify(right)}, wrong: ${JSON.stringify(wrong)}`);
  }
  if (kept ? connections > LEAST_REQUESTS : connections < right.ok + wrong.refused) {
    problems.push(`${right.ok + wrong.refused} requests over ${connections} connections`);
  }
  // At the end of a run those that have just begun are given up.
  if (kept ? resumed > 0 : resumed < connections - 4 * GENERATORS_CONNECTIONS) {
    problems.push(`${resumed} of ${connections} connections resumed a session`);
  }
  return problems;
}

function expectLines(lines, status, version, second) {
  const wanted = [`${status} ${VERSIONS[version]} full`, `${status} ${VERSIONS[version]} ${second}`];
  const same = lines.length === 2 && wanted.every((line, i) => line === lines[i]);
  return same ? [] : [`got ${JSON.stringify(lines)}, not ${JSON.stringify(wanted)}`];
}

function* casesOf(target) {
  for (const [client, post] of Object.entries(CLIENTS)) {
    for (const version of Object.keys(VERSIONS)) {
      for (const resume of [true, false]) {
        yield { command: client === 'python' ? 'python3' : client,
          name: `${client}, TLS ${version}, ${resume ? 'with' : 'without'} resumption`,
          run: async () => {
            const second = resume && CANNOT_RESUME[client] !== version ? 'resumed' : 'full';
            const right = await post(target, { version, resume, signature: target.right });
            const wrong = await post(target, { version, resume, signature: target.wrong });
            return [...expectLines(right, 200, version, second), ...expectLines(wrong, 401, version, second)];
          } };
      }
    }
  }
  for (const [command, load] of Object.entries(GENERATORS)) {
    for (const kept of [true, false]) {
      yield { command, name: `${command}, many times, ${kept ? 'over a few connections' : 'each over its own connection'}`,
        run: () => runGenerator(target, load, kept) };
    }
  }
}

async function main() {
  const hook = bodyHook('clients');
  const trial = await EdgeTrial.open('clients', configOf([hook]));
  const results = [];
  try {
    const target = new Target(trial, await trial.startEdge('edge', ['--max_connections=1000']), hook);
    for (const { name, command, run } of casesOf(target)) {
      const begin = Date.now();
      const result = { suite: 'clients', name };
      if (!has(command)) result.skipped = `${command} is not there`;
      else result.problems = await run().catch((error) => [error.message]);
      result.seconds = (Date.now() - begin) / 1000;
      results.push(result);
      const problems = result.problems || [];
      console.log(`${result.skipped ? 'skipped' : problems.length ? 'FAILED' : 'ok'}  ${name}${result.skipped ? `: ${result.skipped}` : ''}`);
      problems.forEach((problem) => console.log(`        ${problem}`));
    }
  } finally {
    await trial.close();
  }
  const failed = writeJunit(process.argv[2], results);
  console.log(`${results.length - failed} passed or skipped, ${failed} failed`);
  return failed === 0 && results.length > 0 ? 0 : 1;
}

main().then((status) => process.exit(status), (error) => {
  console.error(error.stack);
  process.exit(1);
});
