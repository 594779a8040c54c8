'use strict';
// What many would write: Node takes webhooks over HTTPS, checks the signature, and adds each to a Redis
// stream that syncs before it answers (appendfsync always). Requests that wait together share a round
// trip: the client pipelines by itself.
//
// node server.js PORT CERTIFICATE KEY REDIS_SOCKET HOOK_URL SECRET_FILE

const { createHmac, timingSafeEqual } = require('node:crypto');
const { readFileSync } = require('node:fs');
const https = require('node:https');
const { createClient } = require('redis');

const [port, certificate, key, socket, hookUrl, secretFile] = process.argv.slice(2);
const secret = readFileSync(secretFile);
const MAX_AGE_MS = 300000;

function isSigned(request, body) {
  const timestamp = request.headers['x-hubspot-request-timestamp'] || '';
  if (Math.abs(Date.now() - Number(timestamp)) > MAX_AGE_MS) return false;
  const expected = createHmac('sha256', secret).update(request.method).update(hookUrl).update(body)
    .update(timestamp).digest();
  const given = Buffer.from(request.headers['x-hubspot-signature-v3'] || '', 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function main() {
  const redis = createClient({ socket: { path: socket } });
  await redis.connect();
  const server = https.createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const body = Buffer.concat(chunks);
      if (!isSigned(request, body)) {
        response.writeHead(401).end();
        return;
      }
      try {
        await redis.xAdd('webhooks', '*', { body });
        response.writeHead(200).end();
      } catch {
        response.writeHead(503).end();
      }
    });
  });
  server.keepAliveTimeout = 75000;
  server.listen(Number(port), '127.0.0.1');
}

main();
