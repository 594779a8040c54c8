'use strict';
// A reporter of node's test runner that writes JUnit XML. Node 18, which Debian 12 has, brings none.

const path = require('node:path');

// Characters that XML 1.0 cannot hold even when escaped.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function escape(text) {
  return String(text)
    .replace(FORBIDDEN, '?')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

// Node 18 reports each file, and every version each describe(), as a test around the tests.
function isContainer(event) {
  const { name, details = {} } = event.data;
  const isFile = event.data.nesting === 0 && name.endsWith('.test.js');
  return details.type === 'suite' || isFile;
}

// What a failed container says is not lost when none of its tests failed: then the file itself broke.
function isFailureOfItsTests(event) {
  const error = event.data.details && event.data.details.error;
  return Boolean(error) && error.failureType === 'subtestsFailed';
}

function messageOf(event) {
  const error = (event.data.details && event.data.details.error) || {};
  const cause = error.cause || error;
  return cause.stack || cause.message || String(cause);
}

function testCase(event) {
  const { name, file, skip, details = {} } = event.data;
  const seconds = (details.duration_ms || 0) / 1000;
  const classname = file ? path.basename(file, '.test.js') : 'oracles';
  const head = `  <testcase classname="${escape(classname)}" name="${escape(name)}" time="${seconds}"`;
  if (skip !== undefined && skip !== false) return `${head}><skipped/></testcase>\n`;
  if (event.type === 'test:fail') {
    const message = messageOf(event);
    return `${head}><failure message="${escape(message.split('\n')[0])}">${escape(message)}</failure></testcase>\n`;
  }
  return `${head}/>\n`;
}

module.exports = async function* junitReporter(source) {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite name="oracles">\n';
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    if (isContainer(event) && (event.type === 'test:pass' || isFailureOfItsTests(event))) continue;
    yield testCase(event);
  }
  yield '</testsuite>\n</testsuites>\n';
};
