'use strict';
// Pipedrive's own client drives the fake Pipedrive. What it cannot use is a defect of the fake.

const assert = require('node:assert/strict');
const { before, test } = require('node:test');

const v1 = require('pipedrive/v1');
const v2 = require('pipedrive/v2');
const { admin, environment } = require('./lib/sandbox.js');

let company;
let persons;

function configurationOf(version, path, credentials) {
  return new version.Configuration({ ...credentials, basePath: environment('PIPEDRIVE_URL') + path });
}
const v1Configuration = () => configurationOf(v1, '/v1', { apiKey: company.apiToken });
const v2Configuration = () => configurationOf(v2, '/api/v2', { apiKey: company.apiToken });

async function createPerson(name, email) {
  const { success, data } = await persons.addPerson({
    AddPersonRequest: { name, emails: [{ value: email, primary: true, label: 'work' }] },
  });
  assert.equal(success, true);
  return data;
}

before(async () => {
  company = await admin('POST', '/pipedrive/companies', {});
  persons = new v2.PersonsApi(v2Configuration());
});

test('a person is created, read, updated and deleted', async () => {
  const made = await createPerson('Ann Lee', 'ann@example.com');
  assert.equal(made.first_name, 'Ann');
  assert.deepEqual((await persons.getPerson({ id: made.id })).data, made);
  const updated = await persons.updatePerson({ id: made.id, UpdatePersonRequest: { job_title: 'Boss' } });
  assert.equal(updated.data.job_title, 'Boss');
  assert.equal(updated.data.emails[0].value, 'ann@example.com');
  assert.equal((await persons.deletePerson({ id: made.id })).data.id, made.id);
  assert.equal((await persons.getPerson({ id: made.id })).data.is_deleted, true);
});

test('a person without a name is refused', async () => {
  await assert.rejects(persons.addPerson({ AddPersonRequest: { emails: [] } }), (error) => {
    assert.equal(error.success, false);
    assert.match(error.error, /name/);
    return true;
  });
  await assert.rejects(persons.getPerson({ id: 999999 }), { success: false, error: 'Person not found' });
});

test('all persons are read by cursor', async () => {
  for (let i = 0; i < 3; ++i) await createPerson(`Page ${i}`, `page-${i}@example.com`);
  const names = [];
  let cursor;
  do {
    const page = await persons.getPersons({ limit: 2, cursor });
    names.push(...page.data.map(({ name }) => name));
    cursor = page.additional_data.next_cursor;
  } while (cursor);
  assert.deepEqual(names.filter((name) => name.startsWith('Page')), ['Page 0', 'Page 1', 'Page 2']);
});

test('a search by e-mail finds a person once the index has caught up', async () => {
  const made = await createPerson('Found', 'found@example.com');
  const search = () => persons.searchPersons({ term: 'FOUND@example.com', fields: 'email', exact_match: true });
  await admin('PUT', '/pipedrive/settings', { searchLagMs: 3600000 });
  assert.deepEqual((await search()).data.items, []);
  await admin('PUT', '/pipedrive/settings', { searchLagMs: 0 });
  const [{ item }] = (await search()).data.items;
  assert.equal(item.id, made.id);
  assert.equal(item.type, 'person');
  assert.deepEqual(item.emails, ['found@example.com']);
});

test('organizations and deals are entities like persons', async () => {
  const organizations = new v2.OrganizationsApi(v2Configuration());
  const organization = await organizations.addOrganization({ AddOrganizationRequest: { name: 'Acme' } });
  const deals = new v2.DealsApi(v2Configuration());
  const deal = await deals.addDeal({
    AddDealRequest: { title: 'Anvils', value: 200, currency: 'EUR', org_id: organization.data.id },
  });
  assert.equal((await deals.getDeal({ id: deal.data.id })).data.org_id, organization.data.id);
  await organizations.deleteOrganization({ id: organization.data.id });
});

test('the fields of persons are described by both versions', async () => {
  const old = await new v1.PersonFieldsApi(v1Configuration()).getPersonFields();
  assert.ok(old.data.some(({ key, mandatory_flag: mandatory }) => key === 'name' && mandatory));
  const current = await new v2.PersonFieldsApi(v2Configuration()).getPersonFields();
  assert.ok(current.data.some(({ field_code: code }) => code === 'emails'));
});

test('the caller learns who it is', async () => {
  const { data } = await new v1.UsersApi(v1Configuration()).getCurrentUser();
  assert.equal(data.company_id, company.companyId);
});

test('persons are merged', async () => {
  const loser = await createPerson('Loser', 'loser@example.com');
  const winner = await createPerson('Winner', 'winner@example.com');
  const { data } = await new v1.PersonsApi(v1Configuration()).mergePersons({
    id: loser.id, MergePersonsRequest: { merge_with_id: winner.id },
  });
  assert.equal(data.id, winner.id);
  assert.equal(data.merge_what_id, loser.id);
  assert.equal((await persons.getPerson({ id: loser.id })).data.is_deleted, true);
});

test('webhooks are registered, listed and deleted', async () => {
  const webhooks = new v1.WebhooksApi(v1Configuration());
  const { data } = await webhooks.addWebhook({
    AddWebhookRequest: {
      subscription_url: 'https://edge.example.com/v1/hooks/t', event_action: 'change', event_object: 'person',
      name: 'FluxCascade', version: '2.0',
    },
  });
  assert.equal(data.is_active, 1);
  assert.equal((await webhooks.getWebhooks()).data.length, 1);
  await webhooks.deleteWebhook({ id: data.id });
  assert.deepEqual((await webhooks.getWebhooks()).data, []);
});

test('an access token is refreshed when it has expired', async () => {
  const app = await admin('POST', '/pipedrive/apps', { rotatesRefreshTokens: true });
  const tokens = await admin('POST', `/pipedrive/apps/${app.clientId}/install`, { companyId: company.companyId });
  await admin('POST', `/pipedrive/apps/${app.clientId}/expire-access-tokens`);
  const oauth = new v2.OAuth2Configuration({
    clientId: app.clientId, clientSecret: app.clientSecret, redirectUri: 'https://example.com/callback',
    host: environment('PIPEDRIVE_URL'),
  });
  oauth.updateToken({ access_token: tokens.accessToken, refresh_token: tokens.refreshToken, expires_in: -1 });
  const fresh = await oauth.tokenRefresh();
  assert.equal(fresh.expires_in, 3599);
  assert.notEqual(fresh.refresh_token, tokens.refreshToken);
  oauth.updateToken(fresh);
  const own = new v2.PersonsApi(new v2.Configuration({
    accessToken: oauth.getAccessToken, basePath: oauth.basePath,
  }));
  assert.equal((await own.getPersons()).success, true);
  await assert.rejects(
    new v2.PersonsApi(configurationOf(v2, '/api/v2', { accessToken: tokens.accessToken })).getPersons(),
    { success: false, errorCode: 401 });
});
