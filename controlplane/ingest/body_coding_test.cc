#include "controlplane/ingest/body_coding.h"

#include <string>
#include <vector>

#include "common/gzip/gzip_for_test.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::HasSubstr;

edge::v1::LoggedRequest Request(const std::vector<std::string>& codings, const std::string& body) {
  edge::v1::LoggedRequest request;
  request.set_body(body);
  for (const std::string& coding : codings) {
    edge::v1::Header& header = *request.add_headers();
    header.set_name("content-encoding");
    header.set_value(coding);
  }
  return request;
}

TEST(BodyCodingTest, MostBodiesAreNotCoded) {
  edge::v1::LoggedRequest request = Request({}, "[]");
  edge::v1::Header& other = *request.add_headers();
  other.set_name("content-type");
  other.set_value("gzip");
  EXPECT_FALSE(IsBodyCoded(request));
  EXPECT_FALSE(IsBodyCoded(Request({"identity"}, "[]")));
  EXPECT_FALSE(IsBodyCoded(Request({""}, "[]")));
}

TEST(BodyCodingTest, GzipIsUnpacked) {
  for (const char* coding : {"gzip", "GZip", " gzip ", "x-gzip"}) {
    const edge::v1::LoggedRequest request = Request({coding}, Gzip("[1]"));
    EXPECT_TRUE(IsBodyCoded(request));
    EXPECT_THAT(DecodeBody(request), IsOkAndHolds(std::string("[1]")));
  }
}

TEST(BodyCodingTest, OtherCodingsAndSeveralAreNamed) {
  for (const auto& [codings, named] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"br"}, "'br'"},
           {{"gzip, gzip"}, "'gzip, gzip'"},
           {{"gzip", "identity"}, "'gzip, identity'"},
           {{"\xff"}, "'\\377'"}}) {
    const edge::v1::LoggedRequest request = Request(codings, Gzip("[1]"));
    EXPECT_TRUE(IsBodyCoded(request));
    EXPECT_THAT(DecodeBody(request),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(named)));
  }
}

TEST(BodyCodingTest, UnpacksTheLimitAndNotOneByteMore) {
  const std::string largest(kMaxUnpackedBodyBytes, ' ');
  EXPECT_THAT(DecodeBody(Request({"gzip"}, Gzip(largest))), IsOk());
  EXPECT_THAT(DecodeBody(Request({"gzip"}, Gzip(largest + " "))),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("more than 8388608 bytes")));
}

}  // namespace
}  // namespace fluxcascade
