'use strict';
// The two forms of the test: the short one is part of tools/test, the long one is the proof.
//
// `edges` are the flags that an edge is started with; a case names the one that it attacks.

const KIB = 1024;
const MIB = 1024 * KIB;

// What an edge may hold for a connection, besides the bodies under way: TLS's state and our own, a head that
// is not whole, and answers that were not taken.
const CONNECTION_BYTES = 32 * KIB;
// The honest senders', and the attackers' where they open one after the other.
const OTHER_CONNECTIONS = 256;

// What is said of the edge's flags, or their defaults.
const LIMITS = { maxRequestLine: 8 * KIB, maxHeaderBytes: 16 * KIB, maxHeaders: 64 };

function flagsOf(limits) {
  return Object.entries(limits).map(([name, value]) => `--${name}=${value}`);
}

const NARROW = {
  max_connections: 400, max_connections_per_address: 150, max_body_bytes_under_way: 8 * MIB,
};
const ROOMY = { max_connections: 12000, max_connections_per_address: 1024, max_body_bytes_under_way: 64 * MIB };
// In the short form nobody waits for the times that are in force by default.
const SHORT_TIMES = {
  handshake_timeout: '1s', head_timeout: '3s', body_timeout: '3s', request_rate_grace: '1s', write_timeout: '1s',
};

const SHORT = {
  rate: 300, senders: 48, windowMs: 600, pairs: 2,
  edges: { roomy: { ...ROOMY, ...SHORT_TIMES }, narrow: { ...NARROW, max_connections: 200, max_connections_per_address: 80, ...SHORT_TIMES } },
  slow: { connections: 300, perSecond: 300, spreadMs: 600, patienceMs: 6000, windowMs: 1600 },
  reads: { connections: 300, greedy: 30, fewRequests: 20, manyRequests: 4000, perSecond: 300, spreadMs: 600, patienceMs: 2500, windowMs: 1600 },
  flood: { connections: 320, perSecond: 250, windowMs: 1300 },
  half: { connections: 300, perSecond: 400 },
  announced: { connections: 200, perSecond: 300, spreadMs: 600, windowMs: 1500 },
  underWay: { connections: 24, perSecond: 100, spreadMs: 600, windowMs: 1500 },
};
const LONG = {
  rate: 500, senders: 64, windowMs: 3000, pairs: 7,
  edges: { roomy: ROOMY, narrow: NARROW },
  slow: { connections: 10000, perSecond: 350, spreadMs: 10000, patienceMs: 25000, windowMs: 12000, pairs: 3 },
  reads: { connections: 10000, greedy: 1000, fewRequests: 20, manyRequests: 4000, perSecond: 350, spreadMs: 10000, patienceMs: 25000, windowMs: 12000, pairs: 3 },
  flood: { connections: 2000, perSecond: 400, windowMs: 5000, pairs: 5 },
  half: { connections: 2000, perSecond: 500, windowMs: 5000 },
  announced: { connections: 800, perSecond: 350, spreadMs: 3000, windowMs: 8000, pairs: 3 },
  underWay: { connections: 64, perSecond: 100, spreadMs: 3000, windowMs: 6000, pairs: 3 },
};

// What the process may take at most, beyond what it had before anybody attacked it, for so many connections
// of attackers.
function memoryBound(connections, limits) {
  return Math.min(connections + OTHER_CONNECTIONS, limits.max_connections) * CONNECTION_BYTES + limits.max_body_bytes_under_way;
}

module.exports = { SHORT, LONG, LIMITS, flagsOf, memoryBound };
