'use strict';
// Slowness: connections that are kept with a byte now and then.

const STEP_MS = 50;
const DRIP_MS = 500;

// Each connection begins at a moment of its own, and sends a byte every DRIP_MS, until it is cut.
function drip(openingOf, restOf) {
  return async (tools) => {
    const sockets = await tools.openIdle(tools.size.connections, tools.size.perSecond);
    if (sockets.length < tools.size.connections) tools.countWrong('could not be opened');
    return {
      go() {
        sockets.forEach((socket, i) => {
          const phase = Math.floor(i * tools.size.spreadMs / sockets.length);
          tools.track(tools.untilClosed(socket, phase + tools.size.patienceMs)
            .then((answer) => tools.check(answer, 408, 'dripped')));
          Object.assign(socket, { dripAt: Date.now() + phase, dripped: 0 });
        });
        // Goes on when the window is over, until all are cut: the edge must do that, not we.
        const timer = setInterval(() => {
          const now = Date.now();
          let open = 0;
          sockets.forEach((socket, i) => {
            if (socket.destroyed) return;
            open += 1;
            if (socket.dripAt > now || !socket.writable) return;
            const rest = restOf(tools, i);
            socket.write(socket.dripped === 0 ? openingOf(tools, i) : rest[(socket.dripped - 1) % rest.length]);
            socket.dripped += 1;
            socket.dripAt = now + DRIP_MS;
          });
          if (open === 0) clearInterval(timer);
        }, STEP_MS);
      },
      stop: tools.settle.bind(tools),
    };
  };
}

module.exports = {
  slowHeads: drip(() => 'P', ({ target }) => `OST ${target.hooks.honest.path} HTTP/1.1\r\nHost: localhost\r\nX-Filler: `),
  // Every other one in chunks.
  slowBodies: drip(
    ({ target }, i) => `POST ${target.hooks.honest.path} HTTP/1.1\r\nHost: localhost\r\n` +
      `${i % 2 === 0 ? 'Content-Length: 100000' : 'Transfer-Encoding: chunked'}\r\n\r\n`,
    (_, i) => (i % 2 === 0 ? '[{"a":1}]' : '2\r\n{}\r\n')),

  // They take nothing of the answers. Some ask so much that what the systems hold for both sides is full,
  // and the edge can't send on; to all of them that would be work that it has to do for honest senders, too.
  slowReads: async (tools) => {
    const sockets = await tools.openIdle(tools.size.connections, tools.size.perSecond);
    if (sockets.length < tools.size.connections) tools.countWrong('could not be opened');
    const request = 'GET / HTTP/1.1\r\nHost: e\r\n\r\n';
    const [few, many] = [request.repeat(tools.size.fewRequests), request.repeat(tools.size.manyRequests)];
    const oneOf = sockets.length / tools.size.greedy;
    return {
      go() {
        tools.every(sockets.length * 1000 / tools.size.spreadMs, (i) => {
          const greedy = i % oneOf === 0;
          sockets[i].pause();
          sockets[i].write(greedy ? many : few);
          tools.count(greedy ? 'asked much' : 'asked little');
        }, sockets.length);
      },
      // Whether the greedy were cut, the edge's own counters tell.
      stop: () => new Promise((resolve) => { setTimeout(resolve, tools.size.patienceMs); }),
    };
  },
};
