// What connector.h promises, asked of every connector: each operation against each kind of answer.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "controlplane/connectors/connector.h"
#include "controlplane/connectors/connector_table.h"
#include "controlplane/connectors/status_payloads.h"
#include "controlplane/connectors/testing/fake_api_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSecret[] = "fake-secret-that-no-message-may-hold";

struct Subject {
  std::string system;
  std::string object_type;
  FieldMap fields;
  std::string match_field;
  DeleteMode delete_mode;
};

const Subject kSubjects[] = {
    {"hubspot", "contact", {{"email", "a@x.test"}}, "email", DeleteMode::kArchive},
    {"pipedrive", "person", {{"name", "A"}, {"email", "a@x.test"}}, "email", DeleteMode::kDelete},
};

// A call of the interface, as far as its status.
struct Operation {
  std::string name;
  std::function<absl::Status(const Connector&, const Subject&, ApiClient&)> run;
  bool missing_is_ok = false;  // 404 is no error
};

AppIdentity App() {
  return {
      .external_id = "1", .client_id = "id", .client_secret = kSecret, .accepted_signatures = {}};
}

std::vector<Operation> Operations(bool source) {
  std::vector<Operation> operations = {
      {"CheckAccount", [](const Connector& c, const Subject&,
                          ApiClient& api) { return c.CheckAccount(api).status(); }},
      {"Describe",
       [](const Connector& c, const Subject& s, ApiClient& api) {
         return c.DescribeObjectType(api, s.object_type).status();
       }},
      {"Read",
       [](const Connector& c, const Subject& s, ApiClient& api) {
         return c.Read(api, s.object_type, {"5"}, {s.match_field}).status();
       }},
      {"Find",
       [](const Connector& c, const Subject& s, ApiClient& api) {
         return c.Find(api, s.object_type, s.match_field, "a@x.test", {}).status();
       }},
      {"Create", [](const Connector& c, const Subject& s,
                    ApiClient& api) { return c.Create(api, s.object_type, s.fields).status(); }},
      {"Update",
       [](const Connector& c, const Subject& s, ApiClient& api) {
         return c.Update(api, s.object_type, "5", s.fields).status();
       }},
      {"Remove",
       [](const Connector& c, const Subject& s, ApiClient& api) {
         return c.Remove(api, s.object_type, "5", s.delete_mode);
       },
       /*missing_is_ok=*/true},
  };
  if (!source) return operations;
  const std::vector<Operation> registration = {
      {"GetRegistration", [](const Connector& c, const Subject&,
                             ApiClient& api) { return c.GetRegistration(api, App()).status(); }},
      {"SetTargetUrl",
       [](const Connector& c, const Subject&, ApiClient& api) {
         return c.SetTargetUrl(api, App(), "https://hooks.test/x");
       }},
      {"CreateSubscription",
       [](const Connector& c, const Subject& s, ApiClient& api) {
         return c.CreateSubscription(api, App(), c.RequiredSubscriptions(s.object_type, {})[0])
             .status();
       }},
      {"ActivateSubscription",
       [](const Connector& c, const Subject&, ApiClient& api) {
         return c.ActivateSubscription(api, App(), "12");
       }},
      {"DeleteSubscription",
       [](const Connector& c, const Subject&, ApiClient& api) {
         return c.DeleteSubscription(api, App(), "12");
       },
       /*missing_is_ok=*/true},
  };
  operations.insert(operations.end(), registration.begin(), registration.end());
  return operations;
}

class ConnectorConformanceTest : public ::testing::TestWithParam<Subject> {
 protected:
  const Connector& connector() { return **registry_.Find(GetParam().system); }

  // The status of each operation when every call is answered by `answer`.
  void ForEach(const std::function<absl::StatusOr<HttpResponse>(const HttpRequest&)>& answer,
               const std::function<void(const Operation&, const absl::Status&)>& check) {
    for (const Operation& operation : Operations(connector().info().source)) {
      SCOPED_TRACE(operation.name);
      FakeApiClient api(connector(), {CredentialKind::kApiToken, kSecret}, answer);
      const absl::Status status = operation.run(connector(), GetParam(), api);
      EXPECT_FALSE(api.requests().empty());
      EXPECT_THAT(status.ToString(), Not(HasSubstr(kSecret)));
      check(operation, status);
    }
  }

  void ExpectForAll(int http_status, absl::StatusCode code) {
    SCOPED_TRACE(http_status);
    ForEach(
        [&](const HttpRequest&) {
          return FakeAnswer(http_status, {{"message", "words"}});
        },
        [&](const Operation&, const absl::Status& status) {
          EXPECT_EQ(status.code(), code) << status;
          EXPECT_THAT(std::string(status.message()), HasSubstr("words"));
        });
  }

 private:
  const ConnectorRegistry registry_ = MakeConnectorTable({});
};

TEST_P(ConnectorConformanceTest, ADownSystemMayWorkLater) {
  for (const int http_status : {500, 502, 503, 504, 408}) {
    ExpectForAll(http_status, absl::StatusCode::kUnavailable);
  }
}

TEST_P(ConnectorConformanceTest, ARefusedCredentialIsUnauthenticated) {
  ExpectForAll(401, absl::StatusCode::kUnauthenticated);
}

TEST_P(ConnectorConformanceTest, WhatIsRefusedForGoodHasTheSystemsWords) {
  ExpectForAll(400, absl::StatusCode::kInvalidArgument);
  ExpectForAll(403, absl::StatusCode::kPermissionDenied);
}

TEST_P(ConnectorConformanceTest, ARateLimitSaysHowLongToWait) {
  ForEach([](const HttpRequest&) { return FakeAnswer(429, json::object()); },
          [](const Operation&, const absl::Status& status) {
            EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
            const auto wait = RetryAfter(status);
            ASSERT_TRUE(wait.has_value());
            EXPECT_GT(*wait, absl::ZeroDuration());
          });
}

TEST_P(ConnectorConformanceTest, AnAnswerThatCannotBeReadMayBeBetterLater) {
  for (const char* body : {"<html>", "", "{", "[]", "null", "7", R"({"results":7,"data":7})"}) {
    SCOPED_TRACE(body);
    ForEach(
        [&](const HttpRequest&) {
          HttpResponse response;
          response.status = 200;
          response.body = body;
          return response;
        },
        [](const Operation&, const absl::Status& status) {
          EXPECT_TRUE(status.ok() || IsTransient(status)) << status;
        });
  }
}

TEST_P(ConnectorConformanceTest, AnErrorOfTheClientIsPassedOn) {
  ForEach([](const HttpRequest&) { return absl::DeadlineExceededError("too slow"); },
          [](const Operation&, const absl::Status& status) {
            EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
          });
}

TEST_P(ConnectorConformanceTest, RemovingTwiceIsNoError) {
  ForEach([](const HttpRequest&) { return FakeAnswer(404, json::object()); },
          [](const Operation& operation, const absl::Status& status) {
            if (operation.missing_is_ok) {
              EXPECT_TRUE(status.ok()) << status;
            }
          });
}

TEST_P(ConnectorConformanceTest, AnUnknownObjectTypeIsRefusedBeforeAnyCall) {
  FakeApiClient api(connector(), {CredentialKind::kApiToken, kSecret},
                    [](const HttpRequest&) { return absl::UnavailableError("called"); });
  EXPECT_EQ(connector().Read(api, "nonsense", {"1"}, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(connector().Create(api, "nonsense", {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(api.requests().empty());
}

TEST_P(ConnectorConformanceTest, ARefusedRefreshHoldsNoSecret) {
  const HttpRequest request = connector().RefreshRequest(App(), "fake-refresh");
  EXPECT_THAT(request.url, Not(HasSubstr(kSecret)));
  EXPECT_THAT(request.url, Not(HasSubstr("fake-refresh")));
  const absl::Status status =
      connector().ParseRefresh(FakeAnswer(400, {{"error", "invalid_grant"}})).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(status.message()), HasSubstr("invalid_grant"));
}

TEST_P(ConnectorConformanceTest, EmptyValuesAreTheSame) {
  const Subject& subject = GetParam();
  for (const json& a : {json(), json(""), json::array()}) {
    for (const json& b : {json(), json(""), json::array()}) {
      EXPECT_TRUE(connector().SameValue(subject.object_type, subject.match_field, a, b));
    }
    EXPECT_FALSE(connector().SameValue(subject.object_type, subject.match_field, a, "x"));
  }
}

INSTANTIATE_TEST_SUITE_P(EveryConnector, ConnectorConformanceTest, ::testing::ValuesIn(kSubjects),
                         [](const auto& info) { return info.param.system; });

}  // namespace
}  // namespace fluxcascade
