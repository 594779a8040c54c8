'use strict';
// Results as JUnit XML, for tools/report.

const fs = require('node:fs');

function escape(text) {
  return String(text)
    // What XML cannot hold even so.
    .replace(/[^\t\n\x20-\ud7ff\ue000-\ufffd]/g, '?')
    .replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

function caseText({ suite, name, seconds, problems = [], skipped }) {
  const head = `  <testcase classname="${escape(suite)}" name="${escape(name)}" time="${seconds.toFixed(3)}"`;
  if (skipped) return `${head}><skipped message="${escape(skipped)}"/></testcase>\n`;
  if (problems.length === 0) return `${head}/>\n`;
  return `${head}><failure message="${escape(problems[0])}">${escape(problems.join('\n'))}</failure></testcase>\n`;
}

// `results`: {suite, name, seconds, problems, skipped}; skipped says why. Gives how many failed.
function writeJunit(path, results) {
  const [{ suite } = { suite: 'none' }] = results;
  fs.writeFileSync(path, `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite name="${escape(suite)}">\n${
    results.map(caseText).join('')}</testsuite>\n</testsuites>\n`);
  return results.filter(({ problems = [], skipped }) => !skipped && problems.length > 0).length;
}

module.exports = { writeJunit };
