// What connections under test share: a loop, a handler, and the limits that they begin with.
#ifndef FLUXCASCADE_EDGE_HTTP_CONNECTION_FIXTURE_FOR_TEST_H_
#define FLUXCASCADE_EDGE_HTTP_CONNECTION_FIXTURE_FOR_TEST_H_

#include <memory>

#include "absl/status/status.h"
#include "common/net/event_loop.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "edge/http/connection.h"
#include "edge/http/fake_hook_receiver.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {

class ConnectionFixture : public testing::Test {
 protected:
  void SetUp() override { FC_ASSERT_OK_AND_ASSIGN(loop_, EventLoop::Create(clock_)); }

  Connection::Context Context() {
    return {*loop_, handler_, limits_, framer_limits_, counters_, date_, bodies_};
  }

  FakeClock clock_;
  std::unique_ptr<EventLoop> loop_;
  FakeHookReceiver receiver_;
  const Replies replies_;
  RequestHandler handler_{
      {.receiver = &receiver_, .ready = [] { return absl::OkStatus(); }, .replies = &replies_}};
  ConnectionLimits limits_;
  FramerLimits framer_limits_;
  HttpCounters counters_;
  DateLine date_;
  BodyBudget bodies_{10000};
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_CONNECTION_FIXTURE_FOR_TEST_H_
