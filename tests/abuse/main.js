'use strict';
// See ./run.

const { EdgeTrial, sanitizerOf } = require('../edge_link/edge_trial.js');
const { bodyHook, configOf, newBody, standardHook } = require('../edge_link/hooks.js');
const { writeJunit } = require('../edge_link/junit.js');
const { MOST_KEPT, casesOf } = require('./lib/cases.js');
const { LONG, SHORT, flagsOf } = require('./lib/forms.js');
const { CaseTrial, Helper } = require('./lib/trial.js');

const HOOK_RATE = 20;

const [xml, ...names] = process.argv.slice(2);
const form = { ...(process.env.ABUSE_FORM === 'long' ? LONG : SHORT), hookRate: HOOK_RATE };

function makeHooks() {
  const honest = bodyHook('honest');
  const limited = bodyHook('limited', `rate_limit { requests_per_second: ${HOOK_RATE} burst: ${HOOK_RATE} }`);
  const body = newBody();
  Object.assign(limited, { body, headers: limited.sign(body) });
  const keeping = bodyHook('keeping', `quarantine { max_requests: ${MOST_KEPT} max_bytes: 1048576 }`);
  return { honest, keeping, limited, standard: standardHook('standard') };
}

// Runs the cases of one edge; gives their results.
async function runEdge(trial, name, hooks, cases, judged) {
  const limits = form.edges[name];
  const edge = await trial.startEdge(name, flagsOf(limits));
  const senders = new Helper('honest.js', {
    port: edge.port, path: hooks.honest.path, secret: hooks.honest.secret.toString('base64'), rate: form.rate,
    connections: form.senders,
  });
  const results = [];
  try {
    await senders.ask({ ms: 2000 }); // the first handshakes, the first pages of everything
    const logBytes = (await edge.metrics()).log_memory_bytes;
    const base = { bytes: edge.residentBytes(), logBytes, mostLogBytes: logBytes };
    for (const one of cases) {
      const begin = Date.now();
      const run = new CaseTrial({ edge, limits, senders, hooks, judged }, form, one);
      await run.run(base).catch((error) => run.problem(error.stack));
      const problems = [...run.problems].map(([what, times]) => (times > 1 ? `${what} (${times} times)` : what));
      results.push({ suite: 'abuse', name: one.name, seconds: (Date.now() - begin) / 1000, problems });
      console.log(`${problems.length === 0 ? 'ok' : 'FAILED'}  ${one.name}: ${run.line()}`);
      problems.forEach((problem) => console.log(`        ${problem}`));
      if (!edge.running) break;
    }
  } finally {
    senders.end();
  }
  const end = await edge.stop();
  results.push({ suite: 'abuse', name: `the ${name} edge stops in order afterwards`, seconds: 0,
    problems: end === 0 ? [] : [`it ended with ${end}`] });
  return results;
}

async function main() {
  const hooks = makeHooks();
  const all = casesOf(form);
  const unknown = names.filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0) throw new Error(`no such case: ${unknown.join(', ')}; there are: ${all.map(({ name }) => name).join(', ')}`);
  const trial = await EdgeTrial.open('abuse', configOf(Object.values(hooks)));
  const sanitizer = sanitizerOf(trial.edgeBinary);
  if (sanitizer) console.log(`The edge was built with ${sanitizer}: its speed and memory are not judged.`);
  const judged = { memory: !sanitizer, times: !sanitizer && process.env.ABUSE_TIMED !== '0' };
  const results = [];
  try {
    for (const name of Object.keys(form.edges)) {
      const cases = all.filter((one) => one.edge === name && (names.length === 0 || names.includes(one.name)));
      if (cases.length > 0) results.push(...await runEdge(trial, name, hooks, cases, judged));
    }
  } finally {
    const failed = results.length === 0 || results.some(({ problems }) => problems.length > 0);
    await trial.close({ keep: failed });
    if (failed) console.log(`Logs: ${trial.folder}`);
  }
  const failures = writeJunit(xml, results);
  console.log(`${results.length - failures} passed, ${failures} failed`);
  return failures === 0 ? 0 : 1;
}

main().then((status) => process.exit(status), (error) => {
  console.error(error.stack);
  process.exit(1);
});
