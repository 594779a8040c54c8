'use strict';
// The Standard Webhooks client signs requests, and the running edge takes them or refuses them by a
// Standard Webhooks recipe.

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const https = require('node:https');
const { after, before, test } = require('node:test');

const { Webhook } = require('standardwebhooks');
const { EdgeTrial } = require('../edge_link/edge_trial.js');
const { configOf, newBody, standardHook } = require('../edge_link/hooks.js');

// The one that is given out next, and the one before it.
const secrets = [crypto.randomBytes(24), crypto.randomBytes(24)];
const hook = standardHook('standard', secrets);
const clientOf = (secret) => new Webhook(`whsec_${secret.toString('base64')}`);
const newId = () => `msg_${crypto.randomUUID()}`;

let trial;
let edge;

before(async () => {
  trial = await EdgeTrial.open('standardwebhooks', configOf([hook]));
  edge = await trial.startEdge('edge', ['--max_connections=100']);
});
after(() => trial.close());

function signed(body, { secret = secrets[0], id = newId(), time = new Date() } = {}) {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(time.getTime() / 1000)),
    'webhook-signature': clientOf(secret).sign(id, time, body),
  };
}

function post(headers, body) {
  return new Promise((resolve, reject) => {
    const request = https.request({
      host: 'localhost', family: 4, port: edge.port, path: hook.path, method: 'POST', agent: false,
      ca: fs.readFileSync(trial.file('ca.pem')), headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
    }, (response) => response.resume().on('end', () => resolve(response.statusCode)));
    request.on('error', reject).end(body);
  });
}

// What the client itself says of a request.
function clientTakes(headers, body, secret = secrets[0]) {
  try {
    clientOf(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

async function assertAgreed(headers, body, taken, what) {
  assert.equal(clientTakes(headers, body), taken, `the client: ${what}`);
  assert.equal(await post(headers, body), taken ? 200 : 401, `the edge: ${what}`);
}

test('what the client signs is accepted', async () => {
  const body = newBody();
  await assertAgreed(signed(body), body, true, 'as it was signed');
});

test('a body of any characters is signed as it is', async () => {
  const body = JSON.stringify({ name: 'Zoë 🦊' });
  await assertAgreed(signed(body), body, true, 'beyond ASCII');
});

test('both secrets are good while one takes the other\'s place', async () => {
  for (const secret of secrets) {
    const body = newBody();
    assert.equal(await post(signed(body, { secret }), body), 200);
  }
});

test('one good signature among several is enough', async () => {
  const body = newBody();
  const headers = signed(body);
  headers['webhook-signature'] = `v1,${crypto.randomBytes(32).toString('base64')} ${headers['webhook-signature']} v2,later`;
  await assertAgreed(headers, body, true, 'several signatures');
});

test('what was changed after signing is refused by both', async () => {
  const body = newBody();
  const headers = signed(body);
  const later = String(Number(headers['webhook-timestamp']) + 1);
  await assertAgreed(headers, `${body} `, false, 'another body');
  await assertAgreed({ ...headers, 'webhook-id': newId() }, body, false, 'another id');
  await assertAgreed({ ...headers, 'webhook-timestamp': later }, body, false, 'another time');
  await assertAgreed({ ...headers, 'webhook-signature': headers['webhook-signature'].replace('v1,', 'v1a,') }, body, false,
    'another version');
});

test('a header that is missing is refused by both', async () => {
  const body = newBody();
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    const headers = signed(body);
    delete headers[name];
    await assertAgreed(headers, body, false, name);
  }
});

test('an unknown secret is refused by both', async () => {
  const body = newBody();
  await assertAgreed(signed(body, { secret: crypto.randomBytes(24) }), body, false, 'an unknown secret');
});

test('what is too old or too new for the client is so for the edge', async () => {
  for (const [seconds, taken] of [[-290, true], [-310, false], [290, true], [310, false]]) {
    const body = newBody();
    const time = new Date(Date.now() + seconds * 1000);
    await assertAgreed(signed(body, { time }), body, taken, `${seconds} s from now`);
  }
});

test('a message that comes again is answered 200, and logged once', async () => {
  const body = newBody();
  const headers = signed(body);
  const taken = 'requests_total{hook="standard",outcome="accepted"}';
  const again = 'requests_total{hook="standard",outcome="duplicate"}';
  const earlier = await edge.metrics();
  for (let i = 0; i < 3; i += 1) assert.equal(await post(headers, body), 200);
  const later = await edge.metrics();
  assert.equal(later[taken] - earlier[taken], 1);
  assert.equal(later[again] - (earlier[again] || 0), 2);
});
