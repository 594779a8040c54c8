#include "controlplane/connections/connection_state.h"

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using store::v1::Connection;

Connection After(const absl::StatusOr<std::string>& account, const std::string& known = "") {
  Connection connection;
  connection.set_account_id(known);
  connection.set_state_reason("former");
  SetStateFrom(account, connection);
  return connection;
}

TEST(ConnectionStateTest, ACredentialThatWorksMakesItActive) {
  EXPECT_EQ(After("1001").state(), Connection::STATE_ACTIVE);
  EXPECT_EQ(After("1001").account_id(), "1001");
  EXPECT_EQ(After("1001", "1001").state_reason(), "");
}

TEST(ConnectionStateTest, ACredentialOfAnotherAccountIsOfNoUse) {
  const Connection connection = After("1001", "7");
  EXPECT_EQ(connection.state(), Connection::STATE_AUTHORIZATION_FAILED);
  EXPECT_EQ(connection.account_id(), "7");
  EXPECT_EQ(connection.state_reason(),
            "the credential is of account 1001, the connection is of account 7");
}

TEST(ConnectionStateTest, WhatMayPassIsNoRefusal) {
  EXPECT_EQ(After(absl::UnavailableError("503")).state(), Connection::STATE_UNREACHABLE);
  EXPECT_EQ(After(absl::ResourceExhaustedError("429")).state(), Connection::STATE_UNREACHABLE);
  const Connection refused = After(absl::UnauthenticatedError("expired"));
  EXPECT_EQ(refused.state(), Connection::STATE_AUTHORIZATION_FAILED);
  EXPECT_EQ(refused.state_reason(), "expired");
}

}  // namespace
}  // namespace fluxcascade
