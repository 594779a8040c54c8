#include "controlplane/connections/call_recorder.h"

#include <string>

#include "common/proto_time/proto_time.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

HttpResponse Answer(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

store::v1::Attempt Filled(const CallRecorder& recorder) {
  store::v1::Attempt attempt;
  recorder.FillAttempt(attempt);
  return attempt;
}

TEST(CallRecorderTest, CallsOfOnePhaseInARowAreAddedUp) {
  CallRecorder recorder;
  recorder.Record("read", absl::Milliseconds(3), Answer(200, "a"));
  recorder.Record("read", absl::Milliseconds(4), Answer(404, "b"));
  recorder.Record("write", absl::Milliseconds(5), Answer(201, "c"));
  recorder.Record("read", absl::Milliseconds(6), Answer(200, "d"));
  const store::v1::Attempt attempt = Filled(recorder);
  ASSERT_EQ(attempt.phases_size(), 3);
  EXPECT_EQ(attempt.phases(0).name(), "read");
  EXPECT_EQ(FromProto(attempt.phases(0).duration()), absl::Milliseconds(7));
  EXPECT_EQ(attempt.phases(2).name(), "read");
}

TEST(CallRecorderTest, TheLastAnswerIsShown) {
  CallRecorder recorder;
  recorder.Record("read", absl::ZeroDuration(), Answer(200, "fine"));
  recorder.Record("write", absl::ZeroDuration(), Answer(422, "bad phone"));
  recorder.Record("write", absl::ZeroDuration(), absl::UnavailableError("connection lost"));
  EXPECT_EQ(Filled(recorder).http_status(), 422);
  EXPECT_EQ(Filled(recorder).response_preview(), "bad phone");
}

TEST(CallRecorderTest, ThePreviewIsBoundedAndText) {
  CallRecorder recorder;
  recorder.Record("read", absl::ZeroDuration(),
                  Answer(200, std::string(kResponsePreviewBytes, 'x') + "y"));
  EXPECT_EQ(Filled(recorder).response_preview(), std::string(kResponsePreviewBytes, 'x'));
  recorder.Record("read", absl::ZeroDuration(), Answer(200, "a\xff"));
  EXPECT_EQ(Filled(recorder).response_preview(), "a\xef\xbf\xbd");
}

TEST(CallRecorderTest, WithoutAnAnswerThereIsNoStatus) {
  CallRecorder recorder;
  recorder.Record("read", absl::Seconds(1), absl::DeadlineExceededError("too slow"));
  EXPECT_EQ(Filled(recorder).http_status(), 0);
  EXPECT_EQ(Filled(recorder).phases_size(), 1);
}

}  // namespace
}  // namespace fluxcascade
