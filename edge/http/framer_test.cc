#include "edge/http/framer.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr char kHost[] = "Host: hooks.example.com\r\n";

struct Framed {
  std::vector<RequestFrame> requests;
  RefusalStatus status = 0;
};

// All that comes out when the bytes arrive in parts of `part` bytes.
Framed Frame(const std::string& bytes, size_t part, const FramerLimits& limits) {
  Framer framer(limits);
  Framed framed;
  size_t at = 0;
  while (framed.status == 0 && at < bytes.size()) {
    absl::string_view fed = absl::string_view(bytes).substr(at, part);
    at += fed.size();
    while (true) {
      RequestFrame frame;
      const Framer::Result result = framer.Feed(std::exchange(fed, {}), &frame);
      if (result == Framer::Result::kError) framed.status = framer.error_status();
      if (result != Framer::Result::kRequest) break;
      framed.requests.push_back(std::move(frame));
    }
  }
  return framed;
}

std::string Describe(const Framed& framed) {
  std::string text = absl::StrCat(framed.status, "\n");
  for (const RequestFrame& request : framed.requests) {
    absl::StrAppend(&text, request.method, " ", request.target, " ", request.path, " ",
                    request.query.has_value() ? *request.query : "none", " ", request.minor_version,
                    request.keep_alive ? " open" : " close", "\n");
    for (const RawHeader& header : request.headers) {
      absl::StrAppend(&text, header.name, "=", header.value, "\n");
    }
    absl::StrAppend(&text, "[", request.body, "]\n");
  }
  return text;
}

Framed Frame(const std::string& bytes, const FramerLimits& limits = FramerLimits()) {
  Framed whole = Frame(bytes, bytes.size(), limits);
  for (const size_t part : {size_t{1}, size_t{2}, size_t{7}, size_t{1000}}) {
    EXPECT_EQ(Describe(whole), Describe(Frame(bytes, part, limits)))
        << "in parts of " << part << ":\n"
        << bytes.substr(0, 1000);
  }
  return whole;
}

std::vector<std::pair<std::string, std::string>> HeadersOf(const RequestFrame& request) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const RawHeader& header : request.headers) {
    headers.emplace_back(std::string(header.name), std::string(header.value));
  }
  return headers;
}

std::string Get(const std::string& headers) {
  return absl::StrCat("GET / HTTP/1.1\r\n", kHost, headers, "\r\n");
}

TEST(FramerTest, GivesEverythingAsItCame) {
  const Framed framed = Frame(
      "POST /v1/hooks/a%2Fb?x=%3A&y=? HTTP/1.1\r\n"
      "host: hooks.example.com\r\n"
      "X-Signature:  aGk=+/ \r\n"
      "X-signature: %41\r\n"
      "Content-Length: 5\r\n"
      "\r\n"
      "{\r\n\x01}");
  ASSERT_EQ(framed.requests.size(), 1u);
  const RequestFrame& request = framed.requests[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/v1/hooks/a%2Fb?x=%3A&y=?");
  EXPECT_EQ(request.path, "/v1/hooks/a%2Fb");
  EXPECT_EQ(request.query, "x=%3A&y=?");
  EXPECT_EQ(request.minor_version, 1);
  EXPECT_TRUE(request.keep_alive);
  EXPECT_THAT(HeadersOf(request),
              ElementsAre(Pair("host", "hooks.example.com"), Pair("X-Signature", "aGk=+/"),
                          Pair("X-signature", "%41"), Pair("Content-Length", "5")));
  EXPECT_EQ(request.body, "{\r\n\x01}");
}

TEST(FramerTest, TellsAnEmptyQueryFromNone) {
  const Framed framed = Frame(
      absl::StrCat("GET /a? HTTP/1.1\r\n", kHost, "\r\n", "GET /a HTTP/1.1\r\n", kHost, "\r\n"));
  ASSERT_EQ(framed.requests.size(), 2u);
  EXPECT_EQ(framed.requests[0].query, "");
  EXPECT_EQ(framed.requests[1].query, std::nullopt);
}

TEST(FramerTest, CutsPipelinedRequestsApart) {
  const Framed framed = Frame(absl::StrCat(
      "POST /1 HTTP/1.1\r\n", kHost, "Content-Length: 3\r\n\r\nabc",                             //
      "POST /2 HTTP/1.1\r\n", kHost, "Transfer-Encoding: chunked\r\n\r\n3\r\ndef\r\n0\r\n\r\n",  //
      "GET /3 HTTP/1.1\r\n", kHost, "\r\n",                                                      //
      "POST /4 HTTP/1.1\r\n", kHost, "Content-Length: 0\r\n\r\n"));
  EXPECT_EQ(framed.status, 0);
  ASSERT_EQ(framed.requests.size(), 4u);
  EXPECT_EQ(framed.requests[0].body, "abc");
  EXPECT_EQ(framed.requests[1].body, "def");
  EXPECT_EQ(framed.requests[2].target, "/3");
  EXPECT_EQ(framed.requests[3].body, "");
}

TEST(FramerTest, WhatFollowsARefusedRequestIsNotARequest) {
  const Framed framed = Frame(absl::StrCat(Get(""), Get("Bad Name: x\r\n"), Get("")));
  EXPECT_EQ(framed.requests.size(), 1u);
  EXPECT_EQ(framed.status, 400);
}

TEST(FramerTest, FramesStayValidWhenTheyAreMoved) {
  Framed framed = Frame(Get("X: y\r\n"));
  ASSERT_EQ(framed.requests.size(), 1u);
  RequestFrame moved = std::move(framed.requests[0]);
  framed.requests.clear();
  RequestFrame again;
  again = std::move(moved);
  EXPECT_EQ(again.target, "/");
  EXPECT_EQ(again.headers[1].value, "y");
}

TEST(FramerTest, TheSmugglersShapesAreRefused) {
  const std::string post = absl::StrCat("POST / HTTP/1.1\r\n", kHost);
  using std::string_literals::operator""s;
  for (const std::string& bytes : {
           post + "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
           post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding:\x0b chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
           post + "X: y\r\n\tz\r\n\r\n",
           post + "X: y\n\r\n\r\n",
           post + "X: y\rZ: z\r\n\r\n",
           post + "X: y\r\n\r\r\n",
           post + "X: y\0z\r\n\r\n"s,
           post + "Content-Length: +4\r\n\r\nabcd",
           post + "Content-Length: 0x4\r\n\r\nabcd",
           post + "Content-Length: 4,4\r\n\r\nabcd",
           post + "Transfer-Encoding: chunked\r\n\r\n1;x=\n\r\na\r\n0\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n",
           "GET http://hooks.example.com/ HTTP/1.1\r\nHost: hooks.example.com\r\n\r\n"s,
           "GET / HTTP/1.1\r\n\r\n"s,
           "GET / HTTP/1.1\nHost: x\n\n"s,
           "\n\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"s,
           "GET / HTTP/1.1\r\n Host: x\r\n\r\n"s,
           "\x16\x03\x01\x02\x00\x01\n"s,
       }) {
    const Framed framed = Frame(bytes);
    EXPECT_EQ(framed.status, 400) << bytes;
    EXPECT_THAT(framed.requests, IsEmpty()) << bytes;
  }
}

TEST(FramerTest, OneEmptyLineBeforeARequestIsSkippedAndNotTwo) {
  EXPECT_EQ(Frame("\r\n" + Get("")).requests.size(), 1u);
  EXPECT_EQ(Frame(absl::StrCat(Get(""), "\r\n", Get(""), "\r\n", Get(""))).requests.size(), 3u);
  EXPECT_EQ(Frame("\r\n\r\n" + Get("")).status, 400);
}

TEST(FramerTest, OtherVersionsAndExpectationsHaveTheirStatus) {
  EXPECT_EQ(Frame("GET / HTTP/2.0\r\n\r\n").status, 505);
  EXPECT_EQ(Frame(Get("Expect: miracles\r\n")).status, 417);
}

TEST(FramerTest, TakesARequestLineOfTheLimitAndNotOneByteMore) {
  const FramerLimits limits;
  const std::string around = "GET / HTTP/1.1";
  const auto of_size = [&](size_t size) {
    return absl::StrCat("GET /", std::string(size - around.size(), 'x'), " HTTP/1.1\r\n", kHost,
                        "\r\n");
  };
  EXPECT_EQ(Frame(of_size(limits.max_request_line)).requests.size(), 1u);
  EXPECT_EQ(Frame(of_size(limits.max_request_line + 1)).status, 414);
  EXPECT_EQ(Frame(std::string(limits.max_request_line, 'x')).status, 0);
  EXPECT_EQ(Frame(std::string(limits.max_request_line + 1, 'x')).status, 414)
      << "without waiting for the end of the line";
}

TEST(FramerTest, TakesHeadersOfTheLimitAndNotOneByteMore) {
  const FramerLimits limits;
  const std::string host = kHost;
  const auto of_size = [&](size_t size) {
    return Get(absl::StrCat("X:", std::string(size - host.size() - 4, 'x'), "\r\n"));
  };
  EXPECT_EQ(Frame(of_size(limits.max_header_bytes)).requests.size(), 1u);
  EXPECT_EQ(Frame(of_size(limits.max_header_bytes + 1)).status, 431);
}

TEST(FramerTest, TheLimitOnHeadersHoldsForManyAndBeforeTheyEnd) {
  FramerLimits limits;
  limits.max_header_bytes = 100;
  std::string headers;
  for (int i = 0; i < 20; ++i) headers += "X: 6789\r\n";
  EXPECT_EQ(Frame(absl::StrCat("GET / HTTP/1.1\r\n", headers), limits).status, 431);
}

TEST(FramerTest, TakesHeadersOfTheCountAndNotOneMore) {
  const FramerLimits limits;
  std::string headers;
  for (size_t i = 1; i < limits.max_headers; ++i) headers += "X:\r\n";
  const Framed framed = Frame(Get(headers));
  ASSERT_EQ(framed.requests.size(), 1u);
  EXPECT_EQ(framed.requests[0].headers.size(), limits.max_headers);
  EXPECT_EQ(Frame(Get(headers + "X:\r\n")).status, 431);
}

TEST(FramerTest, TakesABodyOfTheLimitAndNotOneByteMore) {
  FramerLimits limits;
  limits.max_body = 10000;
  const auto of_size = [](size_t size) {
    return absl::StrCat("POST / HTTP/1.1\r\n", kHost, "Content-Length: ", size, "\r\n\r\n",
                        std::string(size, 'x'));
  };
  const Framed framed = Frame(of_size(10000), limits);
  ASSERT_EQ(framed.requests.size(), 1u);
  EXPECT_EQ(framed.requests[0].body.size(), 10000u);
  EXPECT_EQ(Frame(of_size(10001), limits).status, 413);
  const std::string chunked =
      absl::StrCat("POST / HTTP/1.1\r\n", kHost, "Transfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(
      Frame(absl::StrCat(chunked, "2710\r\n", std::string(10000, 'x'), "\r\n0\r\n\r\n"), limits)
          .requests.size(),
      1u);
  EXPECT_EQ(Frame(absl::StrCat(chunked, "2711\r\n"), limits).status, 413);
}

TEST(FramerTest, ABodyOfOneByteChunksIsTaken) {
  std::string bytes =
      absl::StrCat("POST / HTTP/1.1\r\n", kHost, "Transfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 1000; ++i) bytes += "1\r\nx\r\n";
  const Framed framed = Frame(bytes + "0\r\n\r\n");
  ASSERT_EQ(framed.requests.size(), 1u);
  EXPECT_EQ(framed.requests[0].body, std::string(1000, 'x'));
}

class FramerPhaseTest : public testing::Test {
 protected:
  Framer::Result Feed(const std::string& bytes) {
    RequestFrame frame;
    return framer_.Feed(bytes, &frame);
  }
  Framer framer_{FramerLimits()};
};

TEST_F(FramerPhaseTest, TellsWhereTheRequestStands) {
  EXPECT_EQ(framer_.phase(), Framer::Phase::kIdle);
  Feed("\r\n");
  EXPECT_EQ(framer_.phase(), Framer::Phase::kIdle) << "an empty line is nothing yet";
  Feed("P");
  EXPECT_EQ(framer_.phase(), Framer::Phase::kHead);
  Feed(absl::StrCat("OST / HTTP/1.1\r\n", kHost, "Content-Length: 2\r\n"));
  EXPECT_EQ(framer_.phase(), Framer::Phase::kHead);
  Feed("\r\n");
  EXPECT_EQ(framer_.phase(), Framer::Phase::kBody);
  Feed("a");
  EXPECT_EQ(framer_.phase(), Framer::Phase::kBody);
  EXPECT_EQ(Feed("bP"), Framer::Result::kRequest);
  EXPECT_EQ(framer_.phase(), Framer::Phase::kHead);
}

TEST_F(FramerPhaseTest, TellsHowMuchOfABodyIsThereAndWasAnnounced) {
  const std::string post = absl::StrCat("POST / HTTP/1.1\r\n", kHost);
  Feed(post + "Content-Length: 20\r\n\r\n");
  EXPECT_EQ(framer_.body_bytes(), 0u);
  EXPECT_EQ(framer_.announced_body(), 20u);
  Feed("abc");
  EXPECT_EQ(framer_.body_bytes(), 3u);
  EXPECT_EQ(Feed(std::string(17, 'x')), Framer::Result::kRequest);
  Feed(post + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n");
  EXPECT_EQ(framer_.body_bytes(), 5u) << "without the framing";
  EXPECT_EQ(framer_.announced_body(), 0u) << "chunks announce nothing";
}

TEST_F(FramerPhaseTest, WhatIsAbandonedIsForgotten) {
  Feed(absl::StrCat("POST / HTTP/1.1\r\n", kHost, "Content-Length: 20\r\n\r\nabc"));
  framer_.Abandon();
  EXPECT_EQ(framer_.body_bytes(), 0u);
  EXPECT_NE(framer_.phase(), Framer::Phase::kBody);
}

TEST_F(FramerPhaseTest, TellsOnceThatContinueIsExpected) {
  const std::string head = absl::StrCat("POST / HTTP/1.1\r\n", kHost,
                                        "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  Feed(head);
  EXPECT_TRUE(framer_.TakeContinueExpected());
  EXPECT_FALSE(framer_.TakeContinueExpected());
  EXPECT_EQ(Feed("ab"), Framer::Result::kRequest);
  Feed(head + "a");
  EXPECT_FALSE(framer_.TakeContinueExpected()) << "the sender has not waited";
}

TEST_F(FramerPhaseTest, StaysRefused) {
  EXPECT_EQ(Feed("x\n"), Framer::Result::kError);
  EXPECT_EQ(Feed(Get("")), Framer::Result::kError);
  EXPECT_EQ(framer_.error_status(), 400);
}

}  // namespace
}  // namespace fluxcascade::edge
