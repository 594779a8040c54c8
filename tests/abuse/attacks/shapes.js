'use strict';
// Requests that two readers may take for different ones, and what is not HTTP at all: 400, and the end.

function shapesOf(path) {
  const post = `POST ${path} HTTP/1.1\r\nHost: localhost\r\n`;
  const smuggled = `GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const chunked = `${post}Transfer-Encoding: chunked\r\n\r\n`;
  return {
    'two Content-Lengths': `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}${smuggled}`,
    'the same Content-Length twice': `${post}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
    'a list of Content-Lengths': `${post}Content-Length: 2, 2\r\n\r\n{}`,
    'Content-Length with Transfer-Encoding': `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    'Transfer-Encoding with Content-Length': `${post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${smuggled}`,
    'a signed Content-Length': `${post}Content-Length: +2\r\n\r\n{}`,
    'a Content-Length in hex': `${post}Content-Length: 0x2\r\n\r\n{}`,
    'a negative Content-Length': `${post}Content-Length: -1\r\n\r\n`,
    'an unknown Transfer-Encoding': `${post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    'a disguised Transfer-Encoding': `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    'two Transfer-Encodings': `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    'a folded line': `${post}X-Folded: a\r\n b\r\nContent-Length: 0\r\n\r\n`,
    'a folded Transfer-Encoding': `${post}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`,
    'a bare line feed': `${post}X: a\nContent-Length: 0\r\n\r\n`,
    'bare line feeds alone': `POST ${path} HTTP/1.1\nHost: localhost\n\n`,
    'a bare carriage return': `${post}X: a\rb\r\nContent-Length: 0\r\n\r\n`,
    'NUL in a header': `${post}X: a\0b\r\n\r\n`,
    'NUL in the target': `POST ${path}\0 HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    'a control character in a header': `${post}X: a\x01b\r\n\r\n`,
    'DEL in a header': `${post}X: a\x7fb\r\n\r\n`,
    'a byte above ASCII in the target': `POST ${path}\xe9 HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    'a space before a colon': `${post}Content-Length : 2\r\n\r\n{}`,
    'a header without a name': `${post}: a\r\n\r\n`,
    'a header without a colon': `${post}nonsense\r\n\r\n`,
    'an absolute target': `POST https://localhost${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    'an authority for a target': `CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    'a star for a target': `OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    'a fragment in the target': `POST ${path}#a HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    'two spaces in the request line': `POST  ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    'no version': `POST ${path}\r\nHost: localhost\r\n\r\n`,
    'a lower-case version': `POST ${path} http/1.1\r\nHost: localhost\r\n\r\n`,
    'no Host': `POST ${path} HTTP/1.1\r\nContent-Length: 0\r\n\r\n`,
    'two Hosts': `${post}Host: other\r\nContent-Length: 0\r\n\r\n`,
    'a bad Host': `POST ${path} HTTP/1.1\r\nHost: a/b@c\r\n\r\n`,
    'a chunk size that is none': `${chunked}zz\r\n`,
    'a chunk size with a sign': `${chunked}+2\r\n{}\r\n0\r\n\r\n`,
    'a chunk size in 0x': `${chunked}0x2\r\n{}\r\n0\r\n\r\n`,
    'no chunk size': `${chunked}\r\n\r\n`,
    'a chunk size beyond all numbers': `${chunked}fffffffffffffffff\r\n`,
    'a chunk extension': `${chunked}2;a=b\r\n{}\r\n0\r\n\r\n`,
    'a chunk longer than it says': `${chunked}2\r\n{}{}\r\n0\r\n\r\n`,
    'a chunk that ends in a bare line feed': `${chunked}2\n{}\r\n0\r\n\r\n`,
    'a trailer': `${chunked}2\r\n{}\r\n0\r\nX: a\r\n\r\n`,
    'HTTP/2 with prior knowledge': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'no HTTP at all': '\x00\x01\x02\x03\r\n\r\n',
  };
}

const STATUS = { 'HTTP/2 with prior knowledge': 505 };

module.exports = {
  smuggling: async (tools) => {
    const shapes = Object.entries(shapesOf(tools.target.hooks.honest.path));
    let tried = 0;
    const attempt = (i) => {
      tried += 1;
      const [what, text] = shapes[i % shapes.length];
      tools.expectRefusal(text, STATUS[what] || 400, what, tools.source(i));
    };
    return {
      go() { tools.every(tools.size.perSecond, attempt); },
      // However short the window, each is tried.
      async stop() {
        while (tried < shapes.length) attempt(tried);
        await tools.settle();
      },
    };
  },
};
