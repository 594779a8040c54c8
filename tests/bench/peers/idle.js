'use strict';
// Opens keep-alive TLS connections, sends one request on each, and holds them, idle, until its standard
// input ends. Says "open N" when all are open.
//
// node idle.js PORT COUNT

const tls = require('node:tls');

const [port, count] = process.argv.slice(2).map(Number);
const AT_ONCE = 64;
const REQUEST = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';

let started = 0;
let open = 0;
function openNext() {
  if (started === count) return;
  started += 1;
  const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false }, () => {
    socket.write(REQUEST);
  });
  socket.once('data', () => {
    open += 1;
    if (open === count) process.stdout.write(`open ${open}\n`);
    openNext();
  });
  socket.on('error', (error) => {
    process.stderr.write(`idle: ${error.message}\n`);
    process.exit(1);
  });
  socket.on('close', () => {
    process.stderr.write('idle: a connection was closed\n');
    process.exit(1);
  });
}
for (let i = 0; i < AT_ONCE; i += 1) openNext();
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
