'use strict';
// Runs the shipped edge with the hooks that a test writes, and the link that gives it them.
//
// Binaries: EDGE_BIN and EDGE_LINK_BIN, by default those of bazel-bin.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '../..');
const START_MS = 20000;
const STOP_MS = 40000;
const TICKS_PER_S = 100; // of /proc, on every Linux

// Which sanitizer a binary was built with; undefined: none. What is measured of such a one says nothing.
function sanitizerOf(file) {
  const bytes = fs.readFileSync(file);
  return ['asan', 'tsan', 'ubsan'].find((name) => bytes.includes(name === 'ubsan' ? '__ubsan_handle' : `__${name}_init`));
}

// After a build with a sanitizer bazel-bin holds what that has built: it is taken only from where somebody
// has said so.
function binary(variable, built) {
  const named = process.env[variable];
  const found = named || path.join(ROOT, 'bazel-bin', built);
  if (!fs.existsSync(found)) throw new Error(`${found} is not there: bazel build //edge //tests/edge_link`);
  if (!named && sanitizerOf(found)) {
    throw new Error(`${found} was built with ${sanitizerOf(found)}: build it without, or name it by ${variable}`);
  }
  return found;
}

const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function until(what, probe, ms = START_MS) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not seen in ${ms} ms: ${what}`);
    await sleep(20);
  }
}

const readIfThere = (file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');

// The text of a `bytes` field.
function bytesText(bytes) {
  return `"${[...Buffer.from(bytes)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}"`;
}

// A program of the trial's, whose log is in the folder.
class Program {
  constructor(folder, name, command, args) {
    this.name = name;
    this.log = path.join(folder, `${name}.log`);
    const log = fs.openSync(this.log, 'a');
    this.child = spawn(command, args, { stdio: ['ignore', log, log] });
    fs.closeSync(log);
    this.ended = new Promise((resolve) => { this.child.once('exit', (code, signal) => resolve(signal || code)); });
    this.child.once('error', (error) => { this.startError = error; });
  }
  get running() { return this.child.exitCode === null && this.child.signalCode === null && !this.startError; }
  // Gives what it ended with; only a process that is still there is sent anything.
  async stop(signal = 'SIGTERM') {
    if (this.running) this.child.kill(signal);
    const late = setTimeout(() => this.running && this.child.kill('SIGKILL'), STOP_MS);
    const end = await this.ended;
    clearTimeout(late);
    return end;
  }
}

class Edge extends Program {
  get pid() { return this.child.pid; }
  status(name) {
    const found = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(fs.readFileSync(`/proc/${this.pid}/status`, 'utf8'));
    return Number(found[1]);
  }
  residentBytes() { return this.status('VmRSS') * 1024; }
  peakBytes() { return this.status('VmHWM') * 1024; }
  // The peak begins anew.
  resetPeak() { fs.writeFileSync(`/proc/${this.pid}/clear_refs`, '5'); }
  cpuMs() {
    const fields = fs.readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 1000 / TICKS_PER_S;
  }
  openFiles() { return fs.readdirSync(`/proc/${this.pid}/fd`).length; }

  metricsText() {
    return new Promise((resolve, reject) => {
      http.get({ host: '127.0.0.1', port: this.metricsPort, path: '/metrics', agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => resolve(text));
      }).on('error', reject);
    });
  }
  // {`requests_total{hook="a",outcome="accepted"}`: 3, …}
  async metrics() {
    const numbers = {};
    for (const line of (await this.metricsText()).split('\n')) {
      const found = /^fluxcascade_edge_(\S+) (\S+)$/.exec(line);
      if (found) numbers[found[1]] = Number(found[2]);
    }
    return numbers;
  }
}

class EdgeTrial {
  // `config`: the text of a fluxcascade.edge.v1.Config.
  static async open(name, config) {
    const trial = new EdgeTrial();
    trial.edgeBinary = binary('EDGE_BIN', 'edge/edge');
    trial.folder = fs.mkdtempSync(path.join(process.env.TMPDIR || os.tmpdir(), `fluxcascade-${name}.`));
    fs.writeFileSync(trial.file('config.textproto'), config);
    trial.link = new Program(trial.folder, 'edge_link', binary('EDGE_LINK_BIN', 'tests/edge_link/edge_link'),
      [`--config=${trial.file('config.textproto')}`, `--folder=${trial.folder}`]);
    // Whatever ends the test, nothing that it has started stays.
    process.once('exit', () => trial.killAll());
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
    trial.address = await until('the link', () => readIfThere(trial.file('address')) || trial.failIfEnded(trial.link));
    return trial;
  }
  file(name) { return path.join(this.folder, name); }
  failIfEnded(program) {
    if (program.running) return undefined;
    throw new Error(`${program.name} has ended: ${readIfThere(program.log).slice(-500)}`);
  }

  // An edge with a log of its own, once it takes webhooks.
  async startEdge(name, flags = []) {
    const ready = this.file(`${name}.ready`);
    const edge = new Edge(this.folder, name, this.edgeBinary, [
      '--listen=127.0.0.1:0', '--metrics_listen=127.0.0.1:0', '--min_free_bytes=0',
      `--tls_cert=${this.file('hooks.pem')}`, `--tls_key=${this.file('hooks.key')}`,
      `--link_cert=${this.file('node.pem')}`, `--link_key=${this.file('node.key')}`,
      `--link_ca=${this.file('ca.pem')}`, `--control_plane=${this.address}`,
      `--log_dir=${this.file(`${name}-log`)}`, `--ready_file=${ready}`, ...flags]);
    this.edge = edge;
    await until('the edge', () => readIfThere(ready) || this.failIfEnded(edge));
    const line = await until('its first line', () =>
      readIfThere(edge.log).split('\n').find((text) => text.includes('"edge ready"')));
    const { listen, metrics_listen: metricsListen } = JSON.parse(line);
    edge.port = Number(listen.split(':')[1]);
    edge.metricsPort = Number(metricsListen.split(':')[1]);
    await until('its configuration', async () => {
      this.failIfEnded(edge);
      return (await edge.metrics()).ready === 1;
    });
    return edge;
  }
  killAll() {
    for (const program of [this.edge, this.link]) {
      if (program && program.running) program.child.kill('SIGKILL');
    }
  }
  async close({ keep = false } = {}) {
    if (this.edge) await this.edge.stop();
    await this.link.stop();
    if (!keep) fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

module.exports = { EdgeTrial, bytesText, sanitizerOf, sleep, until };
