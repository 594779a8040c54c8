'use strict';
// The attackers, a process of their own that gives way to every other: what is measured is what their
// attack does to the edge, and not that they, too, use the machine's processors.
//
// Told `{prepare: {name, size}}`, `{go: true}` and `{stop: true}`, it answers each when it is done; the
// last answer tells what was seen.

const { Tools } = require('./tools.js');

const ATTACKS = {
  ...require('../attacks/connections.js'),
  ...require('../attacks/handshakes.js'),
  ...require('../attacks/slow.js'),
  ...require('../attacks/sizes.js'),
  ...require('../attacks/shapes.js'),
  ...require('../attacks/senders.js'),
};

const target = JSON.parse(process.argv[2]);
let attack;
let tools;
let cpu;

async function obey({ prepare, go, stop }) {
  if (prepare) {
    tools = new Tools(target, prepare.size);
    attack = await ATTACKS[prepare.name](tools);
    return {};
  }
  if (go) {
    cpu = process.cpuUsage();
    attack.go();
    return {};
  }
  if (stop) {
    const { user, system } = process.cpuUsage(cpu);
    tools.stopTimers();
    await attack.stop();
    await tools.settle();
    tools.closeAll();
    return { seen: tools.seen, wrong: tools.wrong, cpuMs: (user + system) / 1000 };
  }
  throw new Error('no such command');
}

process.on('message', (command) => {
  obey(command).then((answer) => process.send(answer), (error) => {
    process.send({ error: error.stack });
  });
});
process.on('disconnect', () => process.exit(0));
