'use strict';
// The sandbox that ./run started, and the small words of the tests that use it.

const assert = require('node:assert/strict');
const dns = require('node:dns');

// The sandbox listens on 127.0.0.1; node would try ::1 first where localhost has both.
dns.setDefaultResultOrder('ipv4first');

function environment(name) {
  assert.ok(process.env[name], `${name} is not set: start the tests with tests/oracles/run`);
  return process.env[name];
}

// A call of the admin API; gives its answer.
async function admin(method, path, body) {
  const response = await fetch(`${environment('ADMIN_URL')}/_admin${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

// A HubSpot account of one's own, with an app installed in it.
async function newHubSpotAccount() {
  const { portalId } = await admin('POST', '/hubspot/accounts', {});
  const app = await admin('POST', '/hubspot/apps', {});
  const tokens = await admin('POST', `/hubspot/apps/${app.appId}/install`, { portalId });
  return { portalId, app, tokens };
}

// Waits until `probe` gives something other than undefined, for as long as a test may take.
async function eventually(what, probe) {
  const end = Date.now() + 15000;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    assert.ok(Date.now() < end, `not seen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

module.exports = { admin, environment, eventually, newHubSpotAccount };
