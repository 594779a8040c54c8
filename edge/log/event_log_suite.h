// What every EventLog does, whatever it is made of. A test instantiates it with its own log:
//   INSTANTIATE_TEST_SUITE_P(Fake, EventLogSuite, testing::Values(EventLogMaker{…}));
#ifndef FLUXCASCADE_EDGE_LOG_EVENT_LOG_SUITE_H_
#define FLUXCASCADE_EDGE_LOG_EVENT_LOG_SUITE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "edge/log/event_log.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {

struct EventLogMaker {
  // An empty log; what it needs lives as long as it does.
  std::function<std::shared_ptr<EventLog>()> make;
  // Drops all that was acknowledged.
  std::function<void(EventLog&)> trim;
};

class EventLogSuite : public testing::TestWithParam<EventLogMaker> {
 protected:
  void SetUp() override;

  absl::StatusOr<uint64_t> Append(const std::string& body);
  // The position of somebody who has read up to and including `after`.
  v1::Pull After(uint64_t after, const std::string& after_chain = "");
  absl::StatusOr<EventLog::ReadResult> Read(const v1::Pull& pull);
  // Bodies of what follows `after`, joined by spaces.
  std::string BodiesAfter(uint64_t after);
  v1::PullError::Reason ReasonFor(const v1::Pull& pull);

  std::shared_ptr<EventLog> log_;
  v1::PullError error_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_EVENT_LOG_SUITE_H_
