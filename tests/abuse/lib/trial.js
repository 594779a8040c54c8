'use strict';
// Runs a case: windows without and with the attack by turns, and what came of it.

const { fork } = require('node:child_process');
const path = require('node:path');
const { newBody } = require('../../edge_link/hooks.js');
const { memoryBound } = require('./forms.js');

const MOST_RATIO = 2;
// Below this a percentile is the machine's own jitter.
const LEAST_P99_MS = 2;
// Gauges of which the highest of a case counts.
const GAUGES = ['open_connections', 'body_bytes', 'log_memory_bytes'];
// What the attackers must have got done of what was due, since they run only where a processor is idle;
// less where the machine may be busy all the time.
const LEAST_DONE = 0.5;
const LEAST_DONE_UNTIMED = 0.1;
// A ratio that is too large is looked at again, with more pairs, before it counts.
const TIMES_AGAIN = 2;

// Through util-linux's chrt, which node has no call for: it runs only where a processor would be idle.
const WHEN_IDLE = { execPath: 'chrt', execArgv: ['--idle', '0', process.execPath] };

class Helper {
  constructor(script, argument, options = {}) {
    this.child = fork(path.join(__dirname, script), [JSON.stringify(argument)], options);
  }
  ask(command) {
    return new Promise((resolve, reject) => {
      const ended = (code, signal) => reject(new Error(`a helper ended: ${signal || code}`));
      this.child.once('exit', ended);
      this.child.once('message', (answer) => {
        this.child.off('exit', ended);
        if (answer.error) reject(new Error(answer.error)); else resolve(answer);
      });
      this.child.send(command);
    });
  }
  end() { if (this.child.connected) this.child.disconnect(); }
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function addUp(sums, numbers) {
  for (const [name, number] of Object.entries(numbers)) sums[name] = (sums[name] || 0) + number;
}

class CaseTrial {
  // `judged`: whether the binary's `memory` says anything, and its latency, too (`times`).
  constructor({ edge, limits, senders, hooks, judged }, form, one) {
    Object.assign(this, { edge, limits, senders, hooks, judged, form, one });
    this.size = { windowMs: form.windowMs, pairs: form.pairs, ...one.size };
    this.quiet = [];
    this.attacked = [];
    this.seen = {};
    this.problems = new Map();
    this.cpuMs = 0;
    this.attackedMs = 0;
    this.state = {};
    this.gauges = {};
  }
  problem(what) { this.problems.set(what, (this.problems.get(what) || 0) + 1); }

  // `base`: what the edge had in memory before anybody attacked it, and of that its log.
  async run(base) {
    const before = await this.edge.metrics();
    this.edge.resetPeak();
    this.attackers = new Helper(
      'attacker.js', { port: this.edge.port, pid: this.edge.pid, hooks: this.hooks }, WHEN_IDLE);
    try {
      for (let again = 0; again <= TIMES_AGAIN; ++again) {
        for (let i = 0; i < this.size.pairs; ++i) await this.runPair();
        if (!this.judged.times || this.ratio() <= MOST_RATIO) break;
      }
    } finally {
      this.attackers.end();
    }
    this.judge(before, await this.edge.metrics(), base);
  }

  async runPair() {
    this.quiet.push(await this.measureHonest('quiet'));
    const size = { ...this.size, captured: this.captured() };
    await this.attackers.ask({ prepare: { name: this.one.attack, size } });
    if (this.one.before) await this.one.before(this.edge, this.state);
    const begin = Date.now();
    await this.attackers.ask({ go: true });
    if (!this.one.during) await this.noteGauges();
    this.attacked.push(await this.measureHonest('attacked'));
    // Where there are no descriptors, /metrics gets none either.
    if (!this.one.during) await this.noteGauges();
    if (this.one.during) await this.one.during(this.edge, this.state);
    const { seen, wrong, cpuMs } = await this.attackers.ask({ stop: true });
    if (this.one.after) await this.one.after(this.edge, this.state);
    this.attackedMs += Date.now() - begin;
    this.cpuMs += cpuMs;
    addUp(this.seen, seen);
    Object.keys(wrong).forEach((what) => this.problem(what));
  }
  async noteGauges() {
    const now = await this.edge.metrics();
    for (const gauge of GAUGES) this.gauges[gauge] = Math.max(this.gauges[gauge] || 0, now[gauge]);
  }
  captured() {
    const body = newBody();
    return { body, headers: this.hooks.standard.sign(body) };
  }
  async measureHonest(when) {
    const found = await this.senders.ask({ ms: this.size.windowMs });
    for (const [what, times] of Object.entries(found.failures)) {
      this.problem(`${when}: ${times} of ${found.sent} honest webhooks failed: ${what}`);
    }
    return found;
  }

  p99(windows) { return median(windows.map(({ p99 }) => p99)); }
  ratio() { return Math.max(LEAST_P99_MS, this.p99(this.attacked)) / Math.max(LEAST_P99_MS, this.p99(this.quiet)); }

  // The log's buffers fill with what the honest send, and what it gives back the process may keep.
  extraBytesOf(base, after) {
    base.mostLogBytes = Math.max(base.mostLogBytes, this.gauges.log_memory_bytes || 0, after.log_memory_bytes);
    return this.edge.peakBytes() - base.bytes - (base.mostLogBytes - base.logBytes);
  }
  judge(before, after, base) {
    const deltas = {};
    for (const name of Object.keys(after)) deltas[name] = after[name] - (before[name] || 0);
    this.extraBytes = this.extraBytesOf(base, after);
    if (this.judged.times && this.ratio() > MOST_RATIO) {
      this.problem(`honest p99 ${this.ratio().toFixed(2)} times that without the attack`);
    }
    // What was given back, the process may keep: those of the cases before count, too.
    base.mostConnections = Math.max(base.mostConnections || 0, this.size.connections || 0);
    const most = memoryBound(base.mostConnections, this.limits);
    if (this.judged.memory && this.extraBytes > most) {
      this.problem(`${this.extraBytes} bytes beyond those of the start, above ${most}`);
    }
    if (deltas.log_failed_writes_total > 0) this.problem('writes of the log failed');
    if (this.one.verify) {
      const known = { limits: this.limits, senders: this.form.senders, rounds: this.attacked.length,
        attackedMs: this.attackedMs, state: this.state, size: this.size,
        leastDone: this.judged.times ? LEAST_DONE : LEAST_DONE_UNTIMED };
      this.one.verify({ seen: this.seen }, deltas, this.gauges, known).forEach((what) => this.problem(what));
    }
  }

  line() {
    const seen = Object.entries(this.seen).map(([what, times]) => `${what}: ${times}`).join(', ');
    return `p99 ${this.p99(this.quiet).toFixed(2)} -> ${this.p99(this.attacked).toFixed(2)} ms (counted as ` +
      `${this.ratio().toFixed(2)}x, ${this.attacked.length} pairs), ${(this.extraBytes / 1048576).toFixed(0)} MiB more, ` +
      `attackers ${Math.round(100 * this.cpuMs / (this.attacked.length * this.size.windowMs))}% of a processor; ${seen}`;
  }
}

module.exports = { CaseTrial, Helper };
