#include "edge/http/request_head.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

constexpr uint64_t kMaxBody = 1000;

RefusalStatus RequestLineStatus(absl::string_view line) {
  RequestLine parsed;
  return ParseRequestLine(line, &parsed);
}

RefusalStatus HeaderStatus(absl::string_view line) {
  HeaderLine parsed;
  return ParseHeaderLine(line, &parsed);
}

TEST(ParseRequestLineTest, FindsTheParts) {
  RequestLine parsed;
  ASSERT_EQ(ParseRequestLine("POST /v1/hooks/abc?x=%2F HTTP/1.1", &parsed), 0);
  EXPECT_EQ(parsed.method_size, 4u);
  EXPECT_EQ(parsed.target_size, 19u);
  EXPECT_EQ(parsed.minor_version, 1);
  ASSERT_EQ(ParseRequestLine("GET / HTTP/1.0", &parsed), 0);
  EXPECT_EQ(parsed.minor_version, 0);
}

TEST(ParseRequestLineTest, RefusesWhatIsNoRequestLine) {
  using std::string_literals::operator""s;
  for (const std::string& line : {
           ""s,
           "GET"s,
           "GET /"s,
           "GET / "s,
           " GET / HTTP/1.1"s,
           "GET  / HTTP/1.1"s,
           "GET /  HTTP/1.1"s,
           "GET / HTTP/1.1 "s,
           "GET\t/ HTTP/1.1"s,
           "GET /a b HTTP/1.1"s,
           "GE(T / HTTP/1.1"s,
           "G\0T / HTTP/1.1"s,
           "GET /a#b HTTP/1.1"s,
           "GET /\x01 HTTP/1.1"s,
           "GET /\x7f HTTP/1.1"s,
           "GET /\xc3\xa9 HTTP/1.1"s,
           "GET /\0 HTTP/1.1"s,
           "GET / http/1.1"s,
           "GET / HTTP/1"s,
           "GET / HTTP/1.1.1"s,
           "GET / HTTP/11"s,
           "GET / HTTP/a.1"s,
           "GET / HTTPS/1.1"s,
           "GET / XTTP/1.1"s,
       }) {
    EXPECT_EQ(RequestLineStatus(line), 400) << line;
  }
}

TEST(ParseRequestLineTest, TakesTargetsInOriginFormOnly) {
  EXPECT_EQ(RequestLineStatus("GET http://example.com/ HTTP/1.1"), 400);
  EXPECT_EQ(RequestLineStatus("CONNECT example.com:443 HTTP/1.1"), 400);
  EXPECT_EQ(RequestLineStatus("OPTIONS * HTTP/1.1"), 400);
  EXPECT_EQ(RequestLineStatus("GET // HTTP/1.1"), 0);
}

TEST(ParseRequestLineTest, RefusesOtherVersions) {
  for (const char* version : {"0.9", "1.2", "1.9", "2.0", "3.0"}) {
    EXPECT_EQ(RequestLineStatus(std::string("GET / HTTP/") + version), 505) << version;
  }
  EXPECT_EQ(RequestLineStatus("PRI * HTTP/2.0"), 505);
}

TEST(ParseRequestLineTest, TakesAMethodOf32CharactersAndNotOf33) {
  EXPECT_EQ(RequestLineStatus(std::string(32, 'M') + " / HTTP/1.1"), 0);
  EXPECT_EQ(RequestLineStatus(std::string(33, 'M') + " / HTTP/1.1"), 400);
}

TEST(ParseHeaderLineTest, FindsNameAndValueWithoutTheWhiteSpaceAroundIt) {
  for (const char* line : {"X-Name:value here", "X-Name: \t value here \t"}) {
    HeaderLine parsed;
    ASSERT_EQ(ParseHeaderLine(line, &parsed), 0) << line;
    EXPECT_EQ(std::string(line).substr(0, parsed.name_size), "X-Name");
    EXPECT_EQ(std::string(line).substr(parsed.value_begin, parsed.value_size), "value here");
  }
}

TEST(ParseHeaderLineTest, TakesEmptyValuesColonsAndBytesAboveAscii) {
  for (const char* line :
       {"A:", "A: ", "A: b:c", "A: \xc3\xa9", "A: b\tc", "!#$%&'*+-.^_`|~9: b"}) {
    EXPECT_EQ(HeaderStatus(line), 0) << line;
  }
}

TEST(ParseHeaderLineTest, RefusesWhatIsNoHeader) {
  using std::string_literals::operator""s;
  for (const std::string& line : {""s, "A"s, ":"s, ": b"s, "A : b"s, "A\t: b"s, " A: b"s,
                                  "\tfolded"s, " folded: b"s, "A b: c"s, "A(: b"s, "\xc3\xa9: b"s,
                                  "A\0: b"s, "A: b\0c"s, "A: b\x01"s, "A: b\x7f"s, "A: b\rc"s}) {
    EXPECT_EQ(HeaderStatus(line), 400) << line;
  }
}

class InterpretHeadersTest : public testing::Test {
 protected:
  RefusalStatus Interpret(const std::vector<RawHeader>& headers, int minor_version = 1) {
    framing_ = BodyFraming();
    return InterpretHeaders(headers, minor_version, kMaxBody, &framing_);
  }
  // Of HTTP/1.1 with a Host.
  RefusalStatus With(std::vector<RawHeader> headers) {
    headers.push_back({"Host", "example.com"});
    return Interpret(std::move(headers));
  }

  BodyFraming framing_;
};

TEST_F(InterpretHeadersTest, WithoutAnythingThereIsNoBody) {
  EXPECT_EQ(With({}), 0);
  EXPECT_FALSE(framing_.chunked);
  EXPECT_EQ(framing_.size, 0u);
  EXPECT_TRUE(framing_.keep_alive);
  EXPECT_FALSE(framing_.continue_expected);
}

TEST_F(InterpretHeadersTest, ReadsContentLengthUpToTheLimit) {
  EXPECT_EQ(With({{"content-LENGTH", "0"}}), 0);
  EXPECT_EQ(framing_.size, 0u);
  EXPECT_EQ(With({{"Content-Length", "1000"}}), 0);
  EXPECT_EQ(framing_.size, 1000u);
  EXPECT_EQ(With({{"Content-Length", "1001"}}), 413);
  EXPECT_EQ(With({{"Content-Length", "18446744073709551617"}}), 413);
  EXPECT_EQ(With({{"Content-Length", std::string(200, '9')}}), 413);
}

TEST_F(InterpretHeadersTest, RefusesAContentLengthThatCanBeReadInTwoWays) {
  for (const char* value :
       {"", "+1", "-1", "0x10", "1 ", "1 1", "1,1", "1.0", "1e2", "010", "00", "a", "\xc2\xb2"}) {
    EXPECT_EQ(With({{"Content-Length", value}}), 400) << value;
  }
}

TEST_F(InterpretHeadersTest, RefusesTwoContentLengthsEvenEqualOnes) {
  EXPECT_EQ(With({{"Content-Length", "5"}, {"Content-Length", "5"}}), 400);
  EXPECT_EQ(With({{"Content-Length", "5"}, {"content-length", "6"}}), 400);
}

TEST_F(InterpretHeadersTest, TakesExactlyChunked) {
  EXPECT_EQ(With({{"Transfer-Encoding", "chunked"}}), 0);
  EXPECT_TRUE(framing_.chunked);
  for (const char* value : {"", "Chunked", "gzip", "identity", "gzip, chunked", "chunked, chunked",
                            "chunked;q=1", "\"chunked\"", "xchunked", "chunked,"}) {
    EXPECT_EQ(With({{"Transfer-Encoding", value}}), 400) << value;
  }
  EXPECT_EQ(With({{"Transfer-Encoding", "chunked"}, {"transfer-encoding", "chunked"}}), 400);
}

TEST_F(InterpretHeadersTest, RefusesChunksBesideALength) {
  EXPECT_EQ(With({{"Transfer-Encoding", "chunked"}, {"Content-Length", "5"}}), 400);
  EXPECT_EQ(With({{"Content-Length", "5"}, {"Transfer-Encoding", "identity"}}), 400);
}

TEST_F(InterpretHeadersTest, RefusesChunksInHttp10) {
  EXPECT_EQ(Interpret({{"Transfer-Encoding", "chunked"}}, 0), 400);
}

TEST_F(InterpretHeadersTest, AsksHttp11ForExactlyOneHost) {
  EXPECT_EQ(Interpret({}), 400);
  EXPECT_EQ(Interpret({{"Host", "a"}, {"host", "a"}}), 400);
  EXPECT_EQ(Interpret({{"HOST", "a"}}), 0);
  EXPECT_EQ(Interpret({}, 0), 0);
  EXPECT_EQ(Interpret({{"Host", "a"}, {"Host", "a"}}, 0), 400);
}

TEST_F(InterpretHeadersTest, RefusesWhatIsNoHost) {
  for (const char* host : {"hooks.example.com", "127.0.0.1:8443", "[::1]:8443"}) {
    EXPECT_EQ(Interpret({{"Host", host}}), 0) << host;
  }
  for (const char* host : {"", "a b", "a/b", "a@b", "a,b", "a?b", "a#b", "a\\b", "a\tb"}) {
    EXPECT_EQ(Interpret({{"Host", host}}), 400) << host;
  }
}

TEST_F(InterpretHeadersTest, KeepsTheConnectionUnlessToldOtherwise) {
  for (const char* close : {"close", "Close", "keep-alive, close", "upgrade,close"}) {
    EXPECT_EQ(With({{"Connection", close}}), 0);
    EXPECT_FALSE(framing_.keep_alive) << close;
  }
  EXPECT_EQ(With({{"Connection", "keep-alive"}}), 0);
  EXPECT_TRUE(framing_.keep_alive);
  EXPECT_EQ(Interpret({{"Connection", "keep-alive"}}, 0), 0);
  EXPECT_FALSE(framing_.keep_alive) << "HTTP/1.0 gets one answer a connection";
}

TEST_F(InterpretHeadersTest, KnowsWhoWaitsForContinue) {
  EXPECT_EQ(With({{"Expect", "100-Continue"}, {"Content-Length", "1"}}), 0);
  EXPECT_TRUE(framing_.continue_expected);
  EXPECT_EQ(With({{"Expect", "100-continue"}, {"Content-Length", "0"}}), 0);
  EXPECT_FALSE(framing_.continue_expected) << "there is no body to wait for";
  EXPECT_EQ(With({{"Expect", "200-ok"}, {"Content-Length", "1"}}), 417);
  EXPECT_EQ(Interpret({{"Expect", "100-continue"}, {"Content-Length", "1"}}, 0), 0);
  EXPECT_FALSE(framing_.continue_expected) << "HTTP/1.0 does not know it";
}

}  // namespace
}  // namespace fluxcascade::edge
