'use strict';
// The honest senders, a process of their own: signed webhooks at a steady rate over keep-alive
// connections. Told `{ms}` it measures for so long, and tells what it found.
//
// Webhooks go out when they are due, whether those before are answered or not: an edge that is slow gets
// no rest for it.

const tls = require('node:tls');
const { newBody, postText } = require('../../edge_link/hooks.js');
const crypto = require('node:crypto');

const ANSWER_MS = 5000;

const { port, path, secret, rate, connections } = JSON.parse(process.argv[2]);
const key = Buffer.from(secret, 'base64');
const free = [];
const waiting = [];
let found;

function fail(what) {
  found.failed += 1;
  found.failures[what] = (found.failures[what] || 0) + 1;
}

function newWebhook() {
  const body = newBody();
  const signature = crypto.createHmac('sha256', key).update(body).digest('hex');
  return { text: postText(path, { 'X-Signature': `sha256=${signature}` }, body), due: process.hrtime.bigint() };
}

function connect() {
  const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false });
  socket.setNoDelay(true);
  socket.received = '';
  socket.setEncoding('latin1');
  socket.on('data', (part) => {
    socket.received += part;
    if (socket.received.endsWith('\r\n\r\n')) onAnswer(socket); // a 200 has no body
    else if (socket.received.includes('\r\n\r\n') && !socket.received.startsWith('HTTP/1.1 200')) onAnswer(socket);
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    if (socket.webhook) fail('connection closed');
    socket.gone = true;
    connect();
  });
  socket.once('secureConnect', () => give(socket));
}

function give(socket) {
  const next = waiting.shift();
  if (next) send(socket, next);
  else free.push(socket);
}

function send(socket, webhook) {
  socket.webhook = webhook;
  socket.received = '';
  socket.write(webhook.text);
}

function onAnswer(socket) {
  const { due } = socket.webhook;
  socket.webhook = undefined;
  const status = socket.received.slice(9, 12);
  if (status === '200') found.ms.push(Number(process.hrtime.bigint() - due) / 1e6);
  else fail(`answered ${status}`);
  give(socket);
}

function sendDue() {
  const webhook = newWebhook();
  let socket = free.shift();
  while (socket && socket.gone) socket = free.shift();
  if (socket) send(socket, webhook);
  else waiting.push(webhook);
}

const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function measure(ms) {
  found = { ms: [], failed: 0, failures: {} };
  const begin = Date.now();
  let sent = 0;
  for (let now = begin; now < begin + ms; now = Date.now()) {
    for (; sent < (now - begin) * rate / 1000; sent += 1) sendDue();
    await sleep(1);
  }
  const end = Date.now() + ANSWER_MS;
  while (found.ms.length + found.failed < sent && Date.now() < end) await sleep(5);
  if (found.ms.length + found.failed < sent) fail('not answered');
  const sorted = found.ms.sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { sent, failed: found.failed, failures: found.failures, p50: at(0.5), p99: at(0.99), most: at(1) };
}

for (let i = 0; i < connections; i += 1) connect();
process.on('message', async ({ ms }) => process.send(await measure(ms)));
process.on('disconnect', () => process.exit(0));
