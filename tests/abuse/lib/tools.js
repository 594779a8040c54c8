'use strict';
// What attacks are made of: paced actions, connections from many addresses, and counts of what came back.

const net = require('node:net');
const tls = require('node:tls');

const TICK_MS = 5;
// An attacker that was held up does not catch up all at once.
const MOST_TICKS_AT_ONCE = 10;
const ANSWER_MS = 15000;
const SOURCES = 40;
// What is counted of a request that was due while the one before had no answer yet.
const NOT_SENT = 'not sent in time';

class Tools {
  // `target`: port, pid and hooks of the edge; `size`: what the form of the test asks for.
  constructor(target, size) {
    Object.assign(this, { target, size, seen: {}, wrong: {} });
    this.timers = [];
    this.sockets = new Set();
    this.pending = new Set();
    this.stopped = false;
  }

  count(what, by = 1) { this.seen[what] = (this.seen[what] || 0) + by; }
  countWrong(what) { this.wrong[what] = (this.wrong[what] || 0) + 1; }

  // Calls `act(i)` for i = 0, 1, … so often a second, until it is stopped, or `most` times.
  every(perSecond, act, most = Infinity) {
    let last = Date.now();
    let due = 1;
    let i = 0;
    const timer = setInterval(() => {
      const now = Date.now();
      due += Math.min(now - last, TICK_MS * MOST_TICKS_AT_ONCE) * perSecond / 1000;
      last = now;
      for (; due >= 1 && i < most; due -= 1, i += 1) act(i);
      if (i >= most) clearInterval(timer);
    }, TICK_MS);
    this.timers.push(timer);
  }
  stopTimers() {
    this.stopped = true;
    this.timers.forEach(clearInterval);
  }
  // Until what was begun has ended.
  async settle() {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }
  closeAll() { for (const socket of this.sockets) socket.destroy(); }
  // Notes what `promise` becomes: nobody waits for it but settle.
  track(promise) {
    const tracked = promise.catch((error) => this.countWrong(error.message)).finally(() => this.pending.delete(tracked));
    this.pending.add(tracked);
  }

  // Of the loopback's addresses the i-th, from 127.0.1.1 on; honest senders have 127.0.0.1.
  source(i) { return `127.0.1.${1 + (i % SOURCES)}`; }

  keep(socket) {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => {});
    return socket;
  }
  plain(source) {
    return this.keep(net.connect({ port: this.target.port, host: '127.0.0.1', localAddress: source }));
  }
  // With `resume` sessions are resumed: an attack that is not about handshakes spares itself their cost.
  tls(source, { resume = true } = {}) {
    const socket = this.keep(tls.connect({
      port: this.target.port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false,
      localAddress: source, session: resume ? Tools.session : undefined,
    }));
    socket.setNoDelay(true);
    socket.on('session', (session) => { Tools.session = session; });
    return socket;
  }
  // Connected; undefined when the edge has closed it before.
  opened(socket) {
    return new Promise((resolve) => {
      socket.once('secureConnect', () => resolve(socket));
      socket.once('close', () => resolve(undefined));
    });
  }
  // `count` connections on which nothing is sent yet.
  openIdle(count, perSecond, sourceOf = (i) => this.source(i)) {
    const opening = [];
    return new Promise((resolve) => {
      this.every(perSecond, (i) => {
        opening.push(this.opened(this.tls(sourceOf(i))));
        if (i === count - 1) Promise.all(opening).then((all) => resolve(all.filter(Boolean)));
      }, count);
    });
  }

  // All that comes back until the edge closes.
  untilClosed(socket, ms = ANSWER_MS) {
    return new Promise((resolve, reject) => {
      let text = '';
      const late = setTimeout(() => {
        reject(new Error(`not closed after ${JSON.stringify(text.slice(0, 40))}`));
        socket.destroy();
      }, ms);
      socket.setEncoding('latin1');
      socket.on('data', (part) => { text += part; });
      socket.on('close', () => { clearTimeout(late); resolve(text); });
    });
  }
  // Sends `text` on a connection of its own, and expects one answer with `status`, that says it is the
  // last, and the connection's end.
  expectRefusal(text, status, what, source = this.source(0)) {
    this.track(this.refusal(text, status, what, source));
  }
  async refusal(text, status, what, source) {
    const socket = this.tls(source);
    const answer = this.untilClosed(socket);
    socket.write(text, 'latin1');
    this.check(await answer, status, what);
  }
  check(answer, status, what) {
    this.count(answer.slice(9, 12) || 'closed');
    if (!answer.startsWith(`HTTP/1.1 ${status} `)) return this.countWrong(`${what}: ${JSON.stringify(answer.slice(0, 30))}`);
    if (!/\r\nConnection: close\r\n/i.test(answer)) return this.countWrong(`${what}: not said to be the last`);
    if (answer.split('HTTP/1.1 ').length !== 2) return this.countWrong(`${what}: more than one answer`);
    return undefined;
  }
}

module.exports = { Tools, ANSWER_MS, NOT_SENT };
