'use strict';
// More connections than there may be: in all, and of one address.

function flood(sourceOf) {
  return async (tools) => ({
    go() {
      tools.every(tools.size.perSecond, (i) => {
        const socket = tools.tls(sourceOf(tools, i));
        tools.track(tools.opened(socket).then((open) => tools.count(open ? 'opened' : 'refused')));
      }, tools.size.connections);
    },
    stop: tools.settle.bind(tools),
  });
}

module.exports = {
  idleFlood: flood((tools, i) => tools.source(i)),
  addressFlood: flood((tools) => tools.source(0)),
  // Those that the system has taken and the edge cannot: without a descriptor it can't accept them.
  waitingForDescriptors: async (tools) => ({
    go() {
      tools.every(tools.size.perSecond, (i) => {
        tools.plain(tools.source(i)).on('connect', () => tools.count('connected'));
      }, tools.size.connections);
    },
    async stop() {},
  }),
};
