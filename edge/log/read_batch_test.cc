#include "edge/log/read_batch.h"

#include <string>
#include <utility>

#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

v1::LoggedRequest RequestOf(size_t body_bytes) {
  v1::LoggedRequest request;
  request.set_body(std::string(body_bytes, 'x'));
  return request;
}

size_t BytesOfTwo(const v1::LoggedRequest& request) {
  v1::Batch batch;
  *batch.add_requests() = request;
  *batch.add_requests() = request;
  return batch.ByteSizeLong();
}

TEST(ReadBatchTest, TakesWhatFitsExactlyAndNotAByteMore) {
  for (const size_t body_bytes : {0u, 100u, 125u, 126u, 200u, 20000u}) {
    const v1::LoggedRequest request = RequestOf(body_bytes);
    ReadBatch exact(BytesOfTwo(request));
    EXPECT_TRUE(exact.Add(request));
    EXPECT_TRUE(exact.Add(request)) << body_bytes;
    ReadBatch short_of_one_byte(BytesOfTwo(request) - 1);
    EXPECT_TRUE(short_of_one_byte.Add(request));
    EXPECT_FALSE(short_of_one_byte.Add(request)) << body_bytes;
  }
}

TEST(ReadBatchTest, TheFirstFitsHoweverLargeItIs) {
  ReadBatch batch(1);
  EXPECT_TRUE(batch.empty());
  EXPECT_TRUE(batch.Add(RequestOf(1000)));
  EXPECT_FALSE(batch.empty());
  EXPECT_FALSE(batch.Add(RequestOf(0)));
  EXPECT_EQ(std::move(batch).Take().size(), 1u);
}

}  // namespace
}  // namespace fluxcascade::edge
