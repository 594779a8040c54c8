'use strict';
// What is tried, on which edge, and what must be so afterwards beyond what every attack is measured by.
//
// `verify` gets what the attackers saw, how far the edge's counters went meanwhile, its gauges (the highest of
// when each attack had begun and when its window ended), and what was to be done; it gives what is wrong.

const { execFileSync } = require('node:child_process');
const { LIMITS } = require('./forms.js');
const { NOT_SENT } = require('./tools.js');
const { sleep } = require('../../edge_link/edge_trial.js');

const SPARE_DESCRIPTORS = 20;
// Requests in a piece.
const PIPELINED = 200;
// A process that spins on accept takes all of a processor; one that rests in between takes next to nothing.
const MOST_IDLE_CPU = 0.1;
// What a hook's quarantine keeps.
const MOST_KEPT = 200;

const atLeast = (what, number, least) => (number >= least ? [] : [`${what}: ${number}, below ${least}`]);
const atMost = (what, number, most) => (number <= most ? [] : [`${what}: ${number}, above ${most}`]);

// That connections were there at once, and that the edge cut them.
const held = (gauges, { size }) => atLeast('open at once', gauges.open_connections, size.connections);
const cut = (deltas, number) => atLeast('cut', deltas.timed_out_connections_total, number);
const heldAndCut = (what) => ({ seen }, deltas, gauges, known) => [...held(gauges, known), ...cut(deltas, seen[what])];

// A number of times a second, `each` counted as so many.
function atARate(perSecond, { each = 1, ...size } = {}) {
  return {
    size: { perSecond, ...size },
    verify({ seen }, _, __, known) {
      const { [NOT_SENT]: _late, ...answered } = seen;
      const done = Object.values(answered).reduce((sum, times) => sum + times, 0) / each;
      const due = perSecond * known.size.windowMs / 1000 * known.rounds;
      return atLeast('times that it was done', done, Math.floor(known.leastDone * due));
    },
  };
}
const both = (one, other) => (...given) => [...one.verify(...given), ...other(...given)];

function setSoftDescriptorLimit(edge, soft) {
  execFileSync('prlimit', [`--pid=${edge.pid}`, `--nofile=${soft}:`]);
}

const descriptors = {
  before(edge, state) {
    state.limit = execFileSync('prlimit', [`--pid=${edge.pid}`, '--nofile', '--noheadings', '--output=SOFT'], { encoding: 'utf8' }).trim();
    setSoftDescriptorLimit(edge, edge.openFiles() + SPARE_DESCRIPTORS);
  },
  // Nothing happens but that connections wait for descriptors.
  async during(edge, state) {
    state.open = edge.openFiles();
    const before = edge.cpuMs();
    const begin = Date.now();
    await sleep(1000);
    state.idleCpu = Math.max(state.idleCpu || 0, (edge.cpuMs() - before) / (Date.now() - begin));
  },
  after(edge, state) { setSoftDescriptorLimit(edge, state.limit); },
  verify: ({ seen }, _, __, { state }) => [
    ...atLeast('connections that came', seen.connected, 100),
    ...atMost('processor time while connections wait', state.idleCpu, MOST_IDLE_CPU),
  ],
};

function casesOf(form) {
  const steadily = (perSecond) => atARate(perSecond, { connections: 16 });
  const kept = steadily(1500);
  const replayed = steadily(1000);
  const overRate = steadily(300);
  return [
    { name: 'slow heads', edge: 'roomy', attack: 'slowHeads', size: form.slow,
      verify: heldAndCut(408) },
    { name: 'slow bodies', edge: 'roomy', attack: 'slowBodies', size: form.slow,
      verify: heldAndCut(408) },
    { name: 'slow reading of answers', edge: 'roomy', attack: 'slowReads', size: form.reads,
      // How soon the edge has more answers than there is room for depends on how fast it is.
      verify: ({ seen }, deltas, gauges, known) =>
        [...held(gauges, known), ...cut(deltas, Math.ceil(known.leastDone * seen['asked much']))] },
    { name: 'bodies announced and not sent', edge: 'roomy', attack: 'announcedBodies', size: form.announced,
      verify: heldAndCut(408) },
    { name: 'half handshakes', edge: 'roomy', attack: 'halfHandshakes', size: form.half,
      verify: ({ seen }, deltas) => [...atLeast('closed', seen.closed, 100), ...cut(deltas, seen.closed)] },
    { name: 'a flood of handshakes', edge: 'roomy', attack: 'handshakeFlood', ...atARate(100) },
    { name: 'garbage for TLS', edge: 'roomy', attack: 'tlsGarbage', ...atARate(200) },
    { name: 'plain HTTP', edge: 'roomy', attack: 'plainHttp', ...atARate(200) },
    { name: 'huge heads', edge: 'roomy', attack: 'hugeHeads', ...atARate(80, LIMITS) },
    { name: 'large bodies', edge: 'roomy', attack: 'largeBodies', ...atARate(80) },
    { name: 'smuggling', edge: 'roomy', attack: 'smuggling', ...atARate(80) },
    { name: 'pipelining', edge: 'roomy', attack: 'pipelining', ...atARate(10, { each: PIPELINED, connections: 4, depth: PIPELINED }) },
    { name: 'forged webhooks', edge: 'roomy', attack: 'forged', ...steadily(1500) },
    { name: 'forged webhooks that are kept', edge: 'roomy', attack: 'forgedAndKept', size: kept.size,
      verify: both(kept, ({ seen }, deltas) => [
        ...atLeast('kept', deltas.quarantined_requests, 1), ...atMost('kept', deltas.quarantined_requests, MOST_KEPT),
        ...atLeast('dropped', deltas.quarantine_dropped_total, Math.min(seen[401], 2 * MOST_KEPT) - MOST_KEPT)]) },
    { name: 'unknown tokens', edge: 'roomy', attack: 'unknownTokens', ...steadily(1500) },
    { name: 'a recorded request', edge: 'roomy', attack: 'replay', size: replayed.size,
      verify: both(replayed, (_, deltas, __, { rounds }) => [
        ...atMost('taken', deltas['requests_total{hook="standard",outcome="accepted"}'], rounds),
        ...atLeast('known again', deltas['requests_total{hook="standard",outcome="duplicate"}'], 10)]) },
    { name: 'a hook over its rate limit', edge: 'roomy', attack: 'overRate', size: overRate.size,
      verify: both(overRate, ({ seen }, _, __, { attackedMs, rounds }) => [
        ...atLeast('refused', seen[429], 50),
        ...atMost('taken', seen[200], form.hookRate * (attackedMs / 1000 + 2 * rounds))]) },
    { name: 'reloads without end', edge: 'roomy', attack: 'reloads', size: { perSecond: 40 },
      verify: ({ seen }, _, __, { rounds }) => atLeast('handshakes meanwhile', seen.handshakes, rounds) },
    { name: 'idle connections beyond the limit', edge: 'narrow', attack: 'idleFlood', size: form.flood,
      verify: ({ seen }, deltas, gauges, { limits }) => [
        ...atMost('open', gauges.open_connections, limits.max_connections),
        ...atLeast('refused', deltas.refused_connections_total, seen.refused), ...atLeast('refused', seen.refused, 50)] },
    { name: 'connections of one address', edge: 'narrow', attack: 'addressFlood', size: form.flood,
      verify: ({ seen }, deltas, gauges, { limits, senders }) => [
        ...atMost('open', gauges.open_connections, limits.max_connections_per_address + senders),
        ...atLeast('refused for their address', deltas.refused_by_address_total, seen.refused), ...atLeast('refused', seen.refused, 50)] },
    { name: 'bodies beyond what may be under way', edge: 'narrow', attack: 'bodiesUnderWay', size: form.underWay,
      verify: ({ seen }, deltas, gauges, { limits }) => [
        ...atMost('bytes under way', gauges.body_bytes, limits.max_body_bytes_under_way),
        ...atLeast('refused', deltas.refused_bodies_total, seen[503]), ...atLeast('refused', seen[503], 5)] },
    { name: 'no descriptors left', edge: 'narrow', attack: 'waitingForDescriptors', size: { connections: 200, perSecond: 500 },
      ...descriptors },
  ];
}

module.exports = { MOST_KEPT, casesOf };
