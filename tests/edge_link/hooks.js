'use strict';
// Hooks that tests give an edge, and requests for them, signed by node's own crypto.

const crypto = require('node:crypto');
const { bytesText } = require('./edge_trial.js');

const newToken = () => crypto.randomBytes(16).toString('base64url');

function newHook(id, recipe, more = '') {
  const token = newToken();
  const path = `/v1/hooks/${token}`;
  const text = `hooks { id: "${id}" token: "${token}" public_url: "https://hooks.example.com${path}" ${recipe} ${more} }\n`;
  return { id, path, text };
}

// `X-Signature: sha256=<hex>` over the body, without a time: a request that is signed once can be sent
// for ever.
function bodyHook(id, more) {
  const secret = crypto.randomBytes(32);
  const hook = newHook(id, `required { label: "body" digest { algorithm: ALGORITHM_HMAC_SHA256
    parts { part: PART_BODY } encoding: ENCODING_HEX header: "x-signature" prefix: "sha256="
    secrets { value: ${bytesText(secret)} } } }`, more);
  const sign = (body) => ({
    'X-Signature': `sha256=${crypto.createHmac('sha256', secret).update(body).digest('hex')}`,
  });
  return { ...hook, secret, sign };
}

// As standardwebhooks.com has it, with `v1` signatures: five minutes, and no message twice.
function standardHook(id, secrets = [crypto.randomBytes(24)]) {
  const hook = newHook(id, `required { label: "v1" digest { algorithm: ALGORITHM_HMAC_SHA256
    parts { part: PART_HEADER header: "webhook-id" } parts { part: PART_LITERAL literal: "." }
    parts { part: PART_TIMESTAMP } parts { part: PART_LITERAL literal: "." } parts { part: PART_BODY }
    encoding: ENCODING_BASE64 header: "webhook-signature" separator: " " prefix: "v1,"
    ${secrets.map((secret) => `secrets { value: ${bytesText(secret)} }`).join(' ')}
    timestamp { header: "webhook-timestamp" unit: UNIT_SECONDS max_age { seconds: 300 } max_ahead { seconds: 300 } }
    replay { id_header: "webhook-id" } } }`);
  const sign = (body, { messageId = `msg_${crypto.randomUUID()}`, seconds = Math.floor(Date.now() / 1000) } = {}) => ({
    'webhook-id': messageId,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${crypto.createHmac('sha256', secrets[0]).update(`${messageId}.${seconds}.${body}`).digest('base64')}`,
  });
  return { ...hook, secrets, sign };
}

const configOf = (hooks) => `version: 1\n${hooks.map(({ text }) => text).join('')}`;

// The bytes of a POST.
function postText(path, headers, body) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${lines}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

// About 250 bytes, as a CRM sends them; no two are alike.
function newBody() {
  const id = crypto.randomInt(2 ** 40);
  return JSON.stringify([{
    eventId: id, subscriptionId: 4578255, portalId: 242711451, appId: 19635961, occurredAt: Date.now(),
    subscriptionType: 'contact.creation', attemptNumber: 0, objectId: id, changeFlag: 'CREATED',
    changeSource: 'CRM_UI', sourceId: 'userId:123456',
  }]);
}

module.exports = { bodyHook, configOf, newBody, newToken, postText, standardHook };
