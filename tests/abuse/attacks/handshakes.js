'use strict';
// Handshakes: many, half ones, and what is none.

const crypto = require('node:crypto');

// The beginning of a ClientHello, which announces more than ever comes.
const HALF_HELLO = Buffer.from('1603010200010001fc0303', 'hex');

function garbage(i) {
  const noise = crypto.randomBytes(64 + (i % 256));
  // By turns: noise; a record that claims to be a handshake; one that claims to be too large.
  if (i % 3 === 1) return Buffer.concat([Buffer.from('160301', 'hex'), Buffer.from([0, noise.length]), noise]);
  if (i % 3 === 2) return Buffer.concat([Buffer.from('160303ffff', 'hex'), noise]);
  noise[0] |= 0x80;
  return noise;
}

module.exports = {
  handshakeFlood: async (tools) => ({
    go() {
      tools.every(tools.size.perSecond, (i) => {
        const socket = tools.tls(tools.source(i), { resume: false });
        tools.track(tools.opened(socket).then((open) => {
          if (open) tools.count('handshakes');
          else tools.countWrong('a handshake was refused');
          socket.destroy();
        }));
      });
    },
    async stop() {},
  }),

  // What never goes on is closed when its time is over.
  halfHandshakes: async (tools) => ({
    go() {
      tools.every(tools.size.perSecond, (i) => {
        const socket = tools.plain(tools.source(i));
        if (i % 2 === 0) socket.write(HALF_HELLO);
        tools.track(tools.untilClosed(socket).then(() => tools.count('closed')));
      }, tools.size.connections);
    },
    stop: tools.settle.bind(tools),
  }),

  tlsGarbage: async (tools) => ({
    go() {
      tools.every(tools.size.perSecond, (i) => {
        const socket = tools.plain(tools.source(i));
        socket.write(garbage(i));
        tools.track(tools.untilClosed(socket).then((answer) => {
          tools.count('closed');
          if (answer.includes('HTTP/')) tools.countWrong('garbage was answered in HTTP');
        }));
      });
    },
    async stop() {},
  }),

  plainHttp: async (tools) => ({
    go() {
      tools.every(tools.size.perSecond, (i) => {
        const socket = tools.plain(tools.source(i));
        socket.write('POST /v1/hooks/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}');
        tools.track(tools.untilClosed(socket).then((answer) => tools.check(answer, 400, 'plain HTTP')));
      });
    },
    async stop() {},
  }),
};
