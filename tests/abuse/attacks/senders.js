'use strict';
// Senders that should not be heard, or not so often.

const { newBody, newToken, postText } = require('../../edge_link/hooks.js');
const crypto = require('node:crypto');
const { NOT_SENT } = require('../lib/tools.js');

const BODY = newBody();
// Whoever forges has no secret: the right form, and the wrong bytes.
const forgery = () => ({ 'X-Signature': `sha256=${crypto.randomBytes(32).toString('hex')}` });

// `textOf(i)` by turns over a few keep-alive connections; `onAnswer` judges each answer.
function stream(textOf, onAnswer) {
  return async (tools) => {
    const sockets = await tools.openIdle(tools.size.connections, 100);
    for (const socket of sockets) {
      socket.setEncoding('latin1').on('data', (part) => {
        socket.text += part;
        const end = socket.text.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = Number(/\r\nContent-Length: (\d+)/i.exec(socket.text)[1]);
        if (socket.text.length < end + 4 + length) return;
        const status = socket.text.slice(9, 12);
        tools.count(status);
        onAnswer(tools, status, socket.text);
        socket.busy = false;
      });
      socket.on('close', () => tools.stopped || tools.countWrong('a connection was closed'));
    }
    return {
      go() {
        tools.every(tools.size.perSecond, (i) => {
          const socket = sockets[i % sockets.length];
          if (socket.busy) return tools.count(NOT_SENT);
          Object.assign(socket, { busy: true, text: '' });
          socket.write(textOf(tools));
          return undefined;
        });
      },
      async stop() {},
    };
  };
}

function expect(status) {
  return (tools, got) => { if (got !== status) tools.countWrong(`answered ${got}`); };
}

module.exports = {
  forged: stream(({ target }) => postText(target.hooks.honest.path, forgery(), BODY), expect('401')),
  // At a hook that keeps what it refuses.
  forgedAndKept: stream(({ target }) => postText(target.hooks.keeping.path, forgery(), BODY), expect('401')),
  unknownTokens: stream(() => postText(`/v1/hooks/${newToken()}`, forgery(), BODY), expect('401')),
  // A request that was taken, and that somebody has recorded, again and again.
  replay: async (tools) => {
    const { headers, body } = tools.size.captured;
    const captured = postText(tools.target.hooks.standard.path, headers, body);
    const socket = await tools.opened(tools.tls('127.0.0.1'));
    socket.write(captured);
    await new Promise((resolve) => { socket.once('data', resolve); });
    return stream(() => captured, expect('200'))(tools);
  },
  overRate: stream(
    ({ target }) => postText(target.hooks.limited.path, target.hooks.limited.headers, target.hooks.limited.body),
    (tools, status, text) => {
      if (status !== '200' && status !== '429') tools.countWrong(`answered ${status}`);
      if (status === '429' && !/\r\nRetry-After: \d+\r\n/.test(text)) tools.countWrong('429 without Retry-After');
    }),
  // The operator's doing, or somebody's who may send signals: while handshakes go on.
  reloads: async (tools) => ({
    go() {
      tools.every(tools.size.perSecond, () => process.kill(tools.target.pid, 'SIGHUP'));
      tools.every(20, (i) => {
        const socket = tools.tls(tools.source(i), { resume: i % 2 === 0 });
        tools.track(tools.opened(socket).then((open) => {
          if (open) tools.count('handshakes');
          else tools.countWrong('a handshake failed');
          socket.destroy();
        }));
      });
    },
    async stop() {},
  }),
};
