'use strict';
// HubSpot's own client drives the fake HubSpot. What it cannot use is a defect of the fake.

const assert = require('node:assert/strict');
const { before, test } = require('node:test');

const hubspot = require('@hubspot/api-client');
const { admin, environment, newHubSpotAccount } = require('./lib/sandbox.js');

let account;
let client;
let contacts;

function clientWith(options) {
  return new hubspot.Client({ basePath: environment('HUBSPOT_URL'), ...options });
}

function createContact(properties) {
  return contacts.basicApi.create({ properties, associations: [] });
}

before(async () => {
  account = await newHubSpotAccount();
  client = clientWith({ accessToken: account.tokens.accessToken });
  contacts = client.crm.contacts;
});

test('a contact is created, read by id and by e-mail, updated and archived', async () => {
  const made = await createContact({ email: 'Ann@example.com', firstname: 'Ann' });
  assert.equal(made.properties.email, 'ann@example.com');
  assert.equal(made.archived, false);
  assert.ok(made.createdAt instanceof Date);

  const read = await contacts.basicApi.getById(made.id, ['firstname', 'phone']);
  assert.equal(read.properties.firstname, 'Ann');
  assert.equal(read.properties.phone, null);
  const byEmail = await contacts.basicApi.getById(
    'ann@example.com', undefined, undefined, undefined, false, 'email');
  assert.equal(byEmail.id, made.id);

  const updated = await contacts.basicApi.update(made.id, { properties: { phone: '+49 30 1' } });
  assert.equal(updated.properties.phone, '+49 30 1');

  await contacts.basicApi.archive(made.id);
  await assert.rejects(contacts.basicApi.getById(made.id), { code: 404 });
  const archived = await contacts.basicApi.getById(made.id, undefined, undefined, undefined, true);
  assert.equal(archived.archived, true);
  assert.ok(archived.archivedAt instanceof Date);
});

test('a second contact with the same e-mail is refused, naming the first', async () => {
  const made = await createContact({ email: 'twice@example.com' });
  await assert.rejects(createContact({ email: 'twice@example.com' }), (error) => {
    assert.equal(error.code, 409);
    assert.equal(error.body.category, 'CONFLICT');
    assert.match(error.body.message, new RegExp(`Existing ID: ${made.id}$`));
    return true;
  });
});

test('a property that does not exist is refused, naming it', async () => {
  await assert.rejects(createContact({ shoesize: '44' }), (error) => {
    assert.equal(error.code, 400);
    assert.equal(error.body.category, 'VALIDATION_ERROR');
    assert.equal(error.body.errors[0].code, 'PROPERTY_DOESNT_EXIST');
    return true;
  });
});

test('all contacts are read page by page', async () => {
  const { tokens } = await newHubSpotAccount();
  const own = clientWith({ accessToken: tokens.accessToken }).crm.contacts;
  for (let i = 0; i < 5; ++i) {
    await own.basicApi.create({ properties: { email: `page-${i}@example.com` }, associations: [] });
  }
  const first = await own.basicApi.getPage(2);
  assert.equal(first.results.length, 2);
  assert.ok(first.paging.next.after);
  assert.equal((await own.getAll(2)).length, 5);
});

test('a search finds a contact once the index has caught up', async () => {
  await createContact({ email: 'found@example.com', city: 'Oslo' });
  const request = {
    filterGroups: [{ filters: [{ propertyName: 'email', operator: 'EQ', value: 'found@example.com' }] }],
    properties: ['city'],
    limit: 10,
  };
  await admin('PUT', '/hubspot/settings', { searchLagMs: 3600000 });
  assert.equal((await contacts.searchApi.doSearch(request)).total, 0);
  await admin('PUT', '/hubspot/settings', { searchLagMs: 0 });
  const found = await contacts.searchApi.doSearch(request);
  assert.equal(found.results[0].properties.city, 'Oslo');
});

test('batches create, read, update, upsert and archive', async () => {
  const made = await contacts.batchApi.create({
    inputs: [1, 2].map((n) => ({ properties: { email: `batch-${n}@example.com` }, associations: [] })),
  });
  assert.equal(made.status, 'COMPLETE');
  const ids = made.results.map(({ id }) => ({ id }));

  const read = await contacts.batchApi.read({ inputs: ids, properties: ['email'], propertiesWithHistory: [] });
  assert.equal(read.results.length, 2);
  const partly = await contacts.batchApi.read({
    inputs: [ids[0], { id: '999999' }], properties: ['email'], propertiesWithHistory: [],
  });
  assert.equal(partly.results.length, 1);
  assert.equal(partly.errors[0].category, 'OBJECT_NOT_FOUND');

  const updated = await contacts.batchApi.update({ inputs: [{ ...ids[0], properties: { city: 'Rome' } }] });
  assert.equal(updated.results[0].properties.city, 'Rome');
  const upserted = await contacts.batchApi.upsert({
    inputs: [{ id: 'batch-3@example.com', idProperty: 'email', properties: { city: 'Riga' } }],
  });
  assert.equal(upserted.results[0]._new, true);

  await contacts.batchApi.archive({ inputs: ids });
  await assert.rejects(contacts.basicApi.getById(ids[0].id), { code: 404 });
});

test('a merged contact is found as the one it went up in', async () => {
  const winner = await createContact({ email: 'winner@example.com' });
  const loser = await createContact({ email: 'loser@example.com', city: 'Bonn' });
  const merged = await contacts.basicApi.merge({ primaryObjectId: winner.id, objectIdToMerge: loser.id });
  assert.equal(merged.id, winner.id);
  assert.equal((await contacts.basicApi.getById(loser.id, ['city'])).properties.city, 'Bonn');
});

test('a privacy deletion leaves nothing', async () => {
  const made = await createContact({ email: 'private@example.com' });
  await contacts.basicApi.purge({ objectId: made.id });
  await assert.rejects(contacts.basicApi.getById(made.id, undefined, undefined, undefined, true), { code: 404 });
});

test('properties are described', async () => {
  const { results } = await client.crm.properties.coreApi.getAll('contacts');
  const created = results.find(({ name }) => name === 'createdate');
  assert.equal(created.type, 'datetime');
  assert.equal(created.modificationMetadata.readOnlyValue, true);
});

test('an expired token is refused, and a refresh token brings a new one', async () => {
  const { app, tokens } = await newHubSpotAccount();
  const own = clientWith({ accessToken: tokens.accessToken });
  await admin('POST', `/hubspot/apps/${app.appId}/expire-access-tokens`);
  await assert.rejects(own.crm.contacts.basicApi.getPage(), (error) => {
    assert.equal(error.code, 401);
    assert.equal(error.body.category, 'EXPIRED_AUTHENTICATION');
    return true;
  });
  const fresh = await own.oauth.tokensApi.create(
    'refresh_token', undefined, undefined, app.clientId, app.clientSecret, tokens.refreshToken);
  assert.equal(fresh.expiresIn, 1800);
  own.setAccessToken(fresh.accessToken);
  assert.deepEqual((await own.crm.contacts.basicApi.getPage()).results, []);
  const described = await own.oauth.accessTokensApi.get(fresh.accessToken);
  assert.equal(described.appId, app.appId);
});

test('webhooks are registered with the developer key', async () => {
  const { app } = account;
  const { settingsApi, subscriptionsApi } = clientWith({ developerApiKey: app.developerKey }).webhooks;
  const settings = await settingsApi.configure(app.appId, {
    targetUrl: 'https://edge.example.com/v1/hooks/t', throttling: { maxConcurrentRequests: 10 },
  });
  assert.equal(settings.targetUrl, 'https://edge.example.com/v1/hooks/t');
  assert.equal((await settingsApi.getAll(app.appId)).throttling.maxConcurrentRequests, 10);

  const made = await subscriptionsApi.create(app.appId, { eventType: 'contact.propertyChange', propertyName: 'email' });
  assert.equal(made.active, false);
  const id = Number(made.id);
  assert.equal((await subscriptionsApi.update(id, app.appId, { active: true })).active, true);
  assert.equal((await subscriptionsApi.getById(id, app.appId)).propertyName, 'email');
  const batch = await subscriptionsApi.updateBatch(app.appId, { inputs: [{ id, active: false }] });
  assert.equal(batch.results[0].active, false);
  assert.equal((await subscriptionsApi.getAll(app.appId)).results.length, 1);
  await subscriptionsApi.archive(id, app.appId);
  await assert.rejects(subscriptionsApi.getById(id, app.appId), { code: 404 });
  await settingsApi.clear(app.appId);
});
