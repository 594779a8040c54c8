'use strict';
// Too much of everything.

const MIB = 1 << 20;

function hugeHeads({ target, size }) {
  const { path } = target.hooks.honest;
  const end = ' HTTP/1.1\r\nHost: localhost\r\n';
  const line = (bytes) => `POST ${path}?${'a'.repeat(bytes)}${end}\r\n`;
  return [
    [line(size.maxRequestLine), 414, 'a request line that is too long'],
    // Without an end: refused as soon as it is too long.
    [`POST ${path}?${'a'.repeat(4 * size.maxRequestLine)}`, 414, 'an endless request line'],
    [`POST ${path}${end}X: ${'a'.repeat(size.maxHeaderBytes)}\r\n\r\n`, 431, 'a header that is too large'],
    [`POST ${path}${end}${'X: a\r\n'.repeat(size.maxHeaders)}\r\n`, 431, 'too many headers'],
    [`POST ${path}${end}X: ${'a'.repeat(4 * size.maxHeaderBytes)}`, 431, 'an endless header'],
  ];
}

function largeBodies({ target }) {
  const head = `POST ${target.hooks.honest.path} HTTP/1.1\r\nHost: localhost\r\n`;
  return [
    [`${head}Content-Length: ${MIB + 1}\r\n\r\n`, 413, 'a body that is too large'],
    [`${head}Content-Length: 999999999999999999999\r\n\r\n`, 413, 'a body beyond all numbers'],
    [`${head}Content-Length: ${MIB + 1}\r\n\r\n${'x'.repeat(100000)}`, 413, 'the same, and sent'],
    [`${head}Transfer-Encoding: chunked\r\n\r\n${(MIB + 1).toString(16)}\r\nabc`, 413, 'a chunk that is too large'],
  ];
}

function byTurns(shapesOf) {
  return async (tools) => {
    const shapes = shapesOf(tools);
    return {
      go() {
        tools.every(tools.size.perSecond, (i) => tools.expectRefusal(...shapes[i % shapes.length], tools.source(i)));
      },
      async stop() {},
    };
  };
}

// Bodies of 1 MiB that are announced; `sent` bytes of them come, and then no more.
function announced(sentOf, statuses) {
  return async (tools) => {
    const sockets = await tools.openIdle(tools.size.connections, tools.size.perSecond);
    if (sockets.length < tools.size.connections) tools.countWrong('could not be opened');
    const text = `POST ${tools.target.hooks.honest.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${MIB}\r\n\r\n${'x'.repeat(sentOf(tools))}`;
    return {
      go() {
        tools.every(sockets.length * 1000 / tools.size.spreadMs, (i) => {
          tools.track(tools.untilClosed(sockets[i]).then((answer) => {
            const status = statuses.find((one) => answer.startsWith(`HTTP/1.1 ${one} `));
            tools.check(answer, status || statuses[0], 'a body that never comes');
          }));
          sockets[i].write(text);
        }, sockets.length);
      },
      stop: tools.settle.bind(tools),
    };
  };
}

// Asks and forged webhooks by turns, many in one piece: the answers must come in their order.
async function pipelining(tools) {
  const { path } = tools.target.hooks.honest;
  const pair = `GET /healthz HTTP/1.1\r\nHost: e\r\n\r\nPOST ${path} HTTP/1.1\r\nHost: e\r\nContent-Length: 2\r\n\r\n{}`;
  const piece = pair.repeat(tools.size.depth / 2);
  const expected = '200 401 '.repeat(tools.size.depth / 2);
  const sockets = await tools.openIdle(tools.size.connections, 100);
  for (const socket of sockets) {
    socket.setEncoding('latin1').on('data', (part) => {
      socket.text += part;
      if (!/ok\n$|unauthorized\n$/.test(socket.text)) return;
      const statuses = [...socket.text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => `${status} `).join('');
      if (statuses.length < expected.length) return;
      tools.count('answers', tools.size.depth);
      if (statuses !== expected) tools.countWrong('answers out of their order');
      socket.done();
    });
    socket.on('close', () => socket.done && socket.done(new Error('closed')));
  }
  return {
    go() {
      tools.every(tools.size.perSecond, (i) => {
        const socket = sockets[i % sockets.length];
        if (socket.busy) return;
        Object.assign(socket, { busy: true, text: '' });
        tools.track(new Promise((resolve, reject) => {
          socket.done = (error) => {
            socket.busy = false;
            socket.done = undefined;
            if (error) reject(error); else resolve();
          };
          socket.write(piece);
        }));
      });
    },
    async stop() {},
  };
}

module.exports = {
  hugeHeads: byTurns(hugeHeads),
  largeBodies: byTurns(largeBodies),
  announcedBodies: announced(() => 8192, [408]),
  bodiesUnderWay: announced(() => MIB - 1, [503, 408]),
  pipelining,
};
