#include "common/server/service_notifier.h"

#include <unistd.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/net/testing/datagram_socket.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
using testing::Optional;

std::string UniqueName(absl::string_view prefix) {
  return absl::StrCat(prefix, "fluxcascade-notify-", getpid());
}

TEST(ServiceNotifierTest, TellsASocketWithAPath) {
  DatagramSocket manager(UniqueName("/tmp/"));
  FC_ASSERT_OK_AND_ASSIGN(const ServiceNotifier notifier, ServiceNotifier::Create(manager.name()));
  FC_EXPECT_OK(notifier.Notify("READY=1"));
  EXPECT_EQ(manager.Next(), "READY=1");
  EXPECT_TRUE(manager.empty());
}

TEST(ServiceNotifierTest, TellsAnAbstractSocket) {
  DatagramSocket manager(UniqueName("@"));
  FC_ASSERT_OK_AND_ASSIGN(const ServiceNotifier notifier, ServiceNotifier::Create(manager.name()));
  FC_EXPECT_OK(notifier.Notify("WATCHDOG=1"));
  EXPECT_EQ(manager.Next(), "WATCHDOG=1");
}

TEST(ServiceNotifierTest, WithoutAServiceManagerThereIsNothingToDo) {
  FC_ASSERT_OK_AND_ASSIGN(const ServiceNotifier notifier, ServiceNotifier::Create(""));
  FC_EXPECT_OK(notifier.Notify("READY=1"));
}

TEST(ServiceNotifierTest, AServiceManagerThatIsGoneIsAnErrorAndNoWait) {
  FC_ASSERT_OK_AND_ASSIGN(const ServiceNotifier notifier,
                          ServiceNotifier::Create("/nowhere/socket"));
  EXPECT_THAT(notifier.Notify("READY=1"), StatusIs(StatusCode::kUnavailable, HasSubstr("READY=1")));
}

TEST(ServiceNotifierTest, ANameThatIsNoSocketIsRefused) {
  for (const std::string& name : {std::string("/"), std::string("@"), std::string("vsock:2:1"),
                                  "/" + std::string(107, 'a')}) {
    EXPECT_THAT(ServiceNotifier::Create(name),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("NOTIFY_SOCKET")));
  }
  FC_EXPECT_OK(ServiceNotifier::Create("/" + std::string(106, 'a')));
}

TEST(WatchdogTimeoutTest, IsWhatTheEnvironmentSaysForThisProcess) {
  EXPECT_THAT(WatchdogTimeout("", "", 7), IsOkAndHolds(std::nullopt));
  EXPECT_THAT(WatchdogTimeout("30000000", "", 7), IsOkAndHolds(Optional(absl::Seconds(30))));
  EXPECT_THAT(WatchdogTimeout("30000000", "7", 7), IsOkAndHolds(Optional(absl::Seconds(30))));
  EXPECT_THAT(WatchdogTimeout("30000000", "8", 7), IsOkAndHolds(std::nullopt));
}

TEST(WatchdogTimeoutTest, WhatIsNoNumberIsRefused) {
  for (const char* bad : {"0", "-1", "soon"}) {
    EXPECT_THAT(WatchdogTimeout(bad, "", 7), StatusIs(StatusCode::kInvalidArgument)) << bad;
  }
  EXPECT_THAT(WatchdogTimeout("1", "me", 7), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fluxcascade
