#include "tests/sandbox/sink/fake_sink.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

class FakeSinkTest : public testing::Test {
 protected:
  ApiResponse Post(const std::string& path, const std::string& signature) {
    ApiRequest request;
    request.method = "POST";
    request.target = path;
    request.body = "what do ya want for nothing?";
    if (!signature.empty()) request.headers.emplace("x-fluxcascade-signature", signature);
    return sink_.Handle(request);
  }

  // RFC 4231, test case 2, for the secret `Jefe`.
  const std::string good_ =
      "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  std::vector<absl::Duration> slept_;
  FakeSink sink_{[this](absl::Duration time) { slept_.push_back(time); }};
};

TEST_F(FakeSinkTest, VerifiesWithTheSecretOfThePath) {
  sink_.SetSecret("/hook", "Jefe");
  Post("/hook", good_);
  Post("/hook", "sha256=00");
  Post("/hook", "");
  Post("/other", good_);
  const std::vector<SinkRecord> records = sink_.Records(0, 10);
  ASSERT_EQ(records.size(), 4u);
  EXPECT_TRUE(records[0].verified);
  EXPECT_FALSE(records[1].verified);
  EXPECT_FALSE(records[2].verified);
  EXPECT_FALSE(records[3].verified);
  EXPECT_FALSE(records[3].secret_known);
}

TEST_F(FakeSinkTest, AnswersAsPlannedAndThen200) {
  sink_.SetAnswers("/hook", {{503, absl::ZeroDuration()}, {204, absl::Seconds(2)}});
  EXPECT_EQ(Post("/hook", "").status, 503);
  EXPECT_EQ(Post("/hook", "").status, 204);
  EXPECT_EQ(Post("/hook", "").status, 200);
  EXPECT_EQ(slept_, std::vector<absl::Duration>{absl::Seconds(2)});
}

}  // namespace
}  // namespace fluxcascade::sandbox
