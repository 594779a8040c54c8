'use strict';
// HubSpot's own client signs requests, and the running edge takes them or refuses them.

const assert = require('node:assert/strict');
const { before, test } = require('node:test');

const { Signature } = require('@hubspot/api-client');
const { environment, eventually } = require('./lib/sandbox.js');

// An app that takes HubSpot's v3 signature only, and one that was told to take v1 and v2 too.
const strict = () => ({ url: environment('HOOK_URL'), secret: environment('HOOK_SECRET') });
const lenient = () => ({ url: environment('LEGACY_HOOK_URL'), secret: environment('LEGACY_HOOK_SECRET') });

function newBody() {
  const eventId = Math.floor(Math.random() * 1e9);
  return JSON.stringify([{
    eventId, subscriptionId: 12345, portalId: 62515, occurredAt: Date.now(), appId: 54321,
    subscriptionType: 'contact.creation', attemptNumber: 0, objectId: eventId, changeFlag: 'CREATED',
  }]);
}

function signatureHeaders(version, { url, secret }, requestBody, timestamp, method = 'POST') {
  const signature = Signature.getSignature(method, version, {
    clientSecret: secret, requestBody, url, timestamp, signature: '',
  });
  if (version !== 'v3') return { 'X-HubSpot-Signature': signature, 'X-HubSpot-Signature-Version': version };
  return { 'X-HubSpot-Signature-v3': signature, 'X-HubSpot-Request-Timestamp': String(timestamp) };
}

async function post(url, headers, body) {
  const response = await fetch(url, {
    method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body,
  });
  await response.text();
  return response.status;
}

// Signs what it sends; `sent` overrides what is sent, after the signature was made.
function send(version, hook, { timestamp = Date.now(), body = newBody(), sent = {} } = {}) {
  const headers = { ...signatureHeaders(version, hook, body, timestamp), ...sent.headers };
  return post(sent.url || hook.url, headers, sent.body || body);
}

function assertAccepted(status) {
  assert.ok(status >= 200 && status < 300, `the edge answered ${status}`);
}

before(async () => {
  // The hooks reach the edge with its next configuration.
  for (const hook of [strict(), lenient()]) {
    await eventually('a hook at the edge', async () => ((await send('v3', hook)) === 401 ? undefined : true));
  }
});

test('a v3 signature is accepted', async () => {
  assertAccepted(await send('v3', strict()));
  assertAccepted(await send('v3', lenient()));
});

test('a v3 signature over a query is accepted', async () => {
  const { url, secret } = strict();
  assertAccepted(await send('v3', { url: `${url}?source=crm&x=a%20b`, secret }));
});

test('HubSpot signs some characters decoded, which its client leaves to the caller', async () => {
  const { url, secret } = strict();
  const query = '?back=https%3A%2F%2Fa.b%2Fc';
  const decoded = { url: `${url}?back=https://a.b/c`, secret };
  assertAccepted(await send('v3', decoded, { sent: { url: url + query } }));
  assert.equal(await send('v3', { url: url + query, secret }), 401);
});

test('v1 and v2 signatures are accepted where the app says so, and only there', async () => {
  for (const version of ['v1', 'v2']) {
    assertAccepted(await send(version, lenient()));
    assert.equal(await send(version, strict()), 401, version);
  }
});

test('a body of any bytes is signed as it is', async () => {
  assertAccepted(await send('v3', strict(), { body: '[{"propertyValue":"Zoë 🦊 \\u00e9"}]' }));
});

test('what was changed after signing is refused', async () => {
  const timestamp = Date.now();
  const changes = {
    body: { body: newBody() },
    query: { url: `${strict().url}?a=1` },
    timestamp: { headers: { 'X-HubSpot-Request-Timestamp': String(timestamp + 1) } },
  };
  for (const [what, sent] of Object.entries(changes)) {
    assert.equal(await send('v3', strict(), { timestamp, sent }), 401, what);
  }
});

test('the secret of another app is refused', async () => {
  assert.equal(await send('v3', { ...strict(), secret: lenient().secret }), 401);
});

test('a request is refused as soon as HubSpot\'s client would refuse it for its age', async () => {
  assertAccepted(await send('v3', strict(), { timestamp: Date.now() - 290000 }));
  assert.equal(await send('v3', strict(), { timestamp: Date.now() - 301000 }), 401);
});

test('a request without a signature is refused', async () => {
  assert.equal(await post(strict().url, {}, newBody()), 401);
});
