#include "controlplane/api/endpoint_service.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "controlplane/api/testing/api_environment.h"
#include "controlplane/api/testing/in_process.h"
#include "controlplane/connections/sealing.h"
#include "controlplane/queue/delivery_lifecycle.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using v1::Endpoint;

constexpr char kEndpoint[] = "workspaces/default/endpoints/e";
constexpr char kGiven[] =
    R"pb(
  url: "https://hooks.example/1" event_types: "record.created" event_types: "sync.failed"
    )pb";

class EndpointServiceTest : public testing::Test {
 protected:
  using Stub = v1::EndpointService::StubInterface;

  absl::StatusOr<Endpoint> Create(const std::string& endpoint, const std::string& more = "") {
    return api_.Call(&Stub::CreateEndpoint, absl::StrCat("parent: 'workspaces/default' ", more,
                                                         " endpoint {", endpoint, "}"));
  }
  // `e`, which must succeed.
  Endpoint CreateE() {
    const auto endpoint = Create(kGiven, "endpoint_id: 'e'");
    EXPECT_THAT(endpoint, IsOk());
    return endpoint.value_or(Endpoint());
  }
  absl::Status CreateWithUrl(const std::string& url) {
    return Create(absl::StrCat("url: '", url, "' event_types: 'record.created'")).status();
  }
  absl::StatusOr<Endpoint> Get() {
    return api_.Call(&Stub::GetEndpoint, absl::StrCat("name: '", kEndpoint, "'"));
  }
  absl::StatusOr<v1::ListEndpointsResponse> List(const std::string& fields) {
    return api_.Call(&Stub::ListEndpoints, absl::StrCat("parent: 'workspaces/default' ", fields));
  }
  absl::StatusOr<Endpoint> Update(const std::string& endpoint, const std::string& mask = "") {
    return api_.Call(&Stub::UpdateEndpoint,
                     absl::StrCat("endpoint { name: '", kEndpoint, "' ", endpoint, "}", mask));
  }
  absl::Status Delete() {
    return api_.Call(&Stub::DeleteEndpoint, absl::StrCat("name: '", kEndpoint, "'")).status();
  }
  store::v1::Endpoint Stored() {
    store::v1::Endpoint stored;
    env_.Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(stored, tx.endpoints().Get(kEndpoint));
      return absl::OkStatus();
    });
    return stored;
  }

  ApiEnvironment env_;
  EndpointServiceImpl service_{env_.context};
  InProcess<v1::EndpointService> api_{service_};
};

TEST_F(EndpointServiceTest, CreatesAnEndpointWithASecret) {
  const Endpoint endpoint = CreateE();
  EXPECT_EQ(endpoint.name(), kEndpoint);
  EXPECT_EQ(endpoint.url(), "https://hooks.example/1");
  EXPECT_THAT(endpoint.event_types(), ElementsAre("record.created", "sync.failed"));
  EXPECT_FALSE(endpoint.disabled());
  EXPECT_EQ(endpoint.etag(), "1");
  EXPECT_EQ(FromProto(endpoint.create_time()), env_.clock.Now());
  EXPECT_THAT(endpoint.secret().size(), Ge(32u));
  EXPECT_NE(endpoint.secret(), Create(kGiven)->secret());
}

TEST_F(EndpointServiceTest, TheSecretIsShownThisOnce) {
  const std::string secret = CreateE().secret();
  EXPECT_THAT(Get()->DebugString(), Not(HasSubstr(secret)));
  EXPECT_THAT(List("")->DebugString(), Not(HasSubstr(secret)));
  EXPECT_THAT(Update("disabled: true")->DebugString(), Not(HasSubstr(secret)));
}

TEST_F(EndpointServiceTest, TheSecretIsStoredSealed) {
  const std::string secret = CreateE().secret();
  EXPECT_THAT(Stored().SerializeAsString(), Not(HasSubstr(secret)));
  EXPECT_THAT(OpenField(env_.keyring, Stored().secret(), kEndpoint, kEndpointSecretField),
              IsOkAndHolds(secret));
}

TEST_F(EndpointServiceTest, ARepeatedRequestIdMakesNothingTwiceAndGivesTheSecretAgain) {
  FC_ASSERT_OK_AND_ASSIGN(const Endpoint first, Create(kGiven, "request_id: 'r'"));
  FC_ASSERT_OK_AND_ASSIGN(const Endpoint second, Create(kGiven, "request_id: 'r'"));
  EXPECT_EQ(first.DebugString(), second.DebugString());
  EXPECT_THAT(List("")->endpoints(), SizeIs(1));
}

TEST_F(EndpointServiceTest, ARepeatedRequestIdGivesTheSecretForTenMinutesOnly) {
  FC_ASSERT_OK_AND_ASSIGN(const Endpoint first, Create(kGiven, "request_id: 'r'"));
  env_.clock.Advance(kSecretShownFor);
  EXPECT_EQ(Create(kGiven, "request_id: 'r'")->secret(), first.secret());
  env_.clock.Advance(absl::Nanoseconds(1));
  FC_ASSERT_OK_AND_ASSIGN(const Endpoint late, Create(kGiven, "request_id: 'r'"));
  EXPECT_EQ(late.name(), first.name());
  EXPECT_EQ(late.secret(), "");
}

TEST_F(EndpointServiceTest, AnUpdateNamesTheFieldOfABadName) {
  EXPECT_THAT(api_.Call(&Stub::UpdateEndpoint, "endpoint { name: 'e' }").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("endpoint.name: \"e\"")));
}

TEST_F(EndpointServiceTest, ASecretOfTheUsersIsNotTaken) {
  FC_ASSERT_OK_AND_ASSIGN(const Endpoint endpoint,
                          Create(absl::StrCat(kGiven, "secret: 'fake-own-secret'")));
  EXPECT_NE(endpoint.secret(), "fake-own-secret");
}

TEST_F(EndpointServiceTest, AnIdIsUsedOnceAndChecked) {
  CreateE();
  EXPECT_THAT(Create(kGiven, "endpoint_id: 'e'").status(),
              StatusIs(StatusCode::kAlreadyExists, HasSubstr(kEndpoint)));
  EXPECT_THAT(Create(kGiven, "endpoint_id: 'e_1'").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("endpoint_id: \"e_1\"")));
}

TEST_F(EndpointServiceTest, TheUrlIsHttpsPublicAndOfBoundedLength) {
  const std::string url = "https://hooks.example/";
  FC_EXPECT_OK(CreateWithUrl(url + std::string(2048 - url.size(), 'p')));
  EXPECT_THAT(CreateWithUrl(url + std::string(2049 - url.size(), 'p')),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("endpoint.url: "), HasSubstr("2049"), HasSubstr("2048"))));
  for (const char* bad : {"", "http://hooks.example/", "https://localhost/", "https://10.0.0.1/",
                          "https://user@hooks.example/", "https://hooks.example/#there"}) {
    EXPECT_THAT(CreateWithUrl(bad),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("endpoint.url: ")))
        << bad;
  }
}

TEST_F(EndpointServiceTest, PrivateAddressesAreAllowedWhereAFlagSaysSo) {
  env_.context.allow_private_endpoints = true;
  FC_EXPECT_OK(CreateWithUrl("https://127.0.0.1:8443/"));
}

TEST_F(EndpointServiceTest, EventTypesAreKnownOnesAndEachOnce) {
  const auto with_types = [&](const std::string& types) {
    return Create(absl::StrCat("url: 'https://hooks.example/' event_types: [", types, "]"))
        .status();
  };
  const auto lists_all =
      AllOf(HasSubstr("record.created"), HasSubstr("record.updated"), HasSubstr("record.deleted"),
            HasSubstr("sync.succeeded"), HasSubstr("sync.failed"));
  EXPECT_THAT(with_types(""), StatusIs(StatusCode::kInvalidArgument,
                                       AllOf(HasSubstr("endpoint.event_types: "), lists_all)));
  EXPECT_THAT(with_types("'record.created', 'record.moved'"),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("endpoint.event_types: \"record.moved\""), lists_all)));
  EXPECT_THAT(with_types("'sync.failed', 'sync.failed'"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("\"sync.failed\" is given twice")));
}

TEST_F(EndpointServiceTest, WhatDoesNotExistIsNotFoundByItsName) {
  for (const absl::Status& status : {Get().status(), Update("").status(), Delete()}) {
    EXPECT_THAT(status, StatusIs(StatusCode::kNotFound, HasSubstr(kEndpoint)));
  }
  EXPECT_THAT(api_.Call(&Stub::GetEndpoint, "name: 'e'").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("name: \"e\""),
                             HasSubstr("workspaces/{workspace}/endpoints/{endpoint}"))));
  EXPECT_THAT(api_.Call(&Stub::CreateEndpoint, "parent: 'workspaces/none'").status(),
              StatusIs(StatusCode::kNotFound, HasSubstr("workspaces/none")));
  EXPECT_THAT(api_.Call(&Stub::ListEndpoints, "parent: 'workspaces/none'").status(),
              StatusIs(StatusCode::kNotFound, HasSubstr("workspaces/none")));
}

TEST_F(EndpointServiceTest, AListGivesAllOncePageByPage) {
  for (const char* id : {"c", "a", "b"}) {
    FC_ASSERT_OK(Create(kGiven, absl::StrCat("endpoint_id: '", id, "'")));
  }
  const std::string prefix = "workspaces/default/endpoints/";
  EXPECT_THAT(Walk([&](const std::string& token) { return List("page_size: 2 " + token); },
                   [](const auto& page) { return page.endpoints(); }),
              ElementsAre(prefix + "a", prefix + "b", prefix + "c"));
}

TEST_F(EndpointServiceTest, PagesAreChecked) {
  ExpectPagesAreChecked([&](const std::string& fields) { return List(fields); });
}

TEST_F(EndpointServiceTest, AnUpdateChangesWhatTheMaskNamesAndWakesTheQueue) {
  CreateE();
  const std::string sealed = Stored().secret().ciphertext();
  env_.clock.Advance(absl::Seconds(1));
  FC_ASSERT_OK_AND_ASSIGN(const Endpoint endpoint,
                          Update("disabled: true url: 'https://elsewhere.example/'",
                                 "update_mask { paths: 'disabled' }"));
  EXPECT_TRUE(endpoint.disabled());
  EXPECT_EQ(endpoint.url(), "https://hooks.example/1");
  EXPECT_EQ(endpoint.etag(), "2");
  EXPECT_EQ(FromProto(endpoint.update_time()), env_.clock.Now());
  EXPECT_EQ(Stored().secret().ciphertext(), sealed);
  EXPECT_EQ(env_.work, 1);
}

TEST_F(EndpointServiceTest, AnEndpointIsEnabledAgainWithoutAMaskToo) {
  CreateE();
  FC_ASSERT_OK(Update("disabled: true"));
  FC_ASSERT_OK_AND_ASSIGN(Endpoint endpoint, Update("display_name: 'E'"));
  EXPECT_TRUE(endpoint.disabled()) << "what is not given stays";
  FC_ASSERT_OK_AND_ASSIGN(endpoint, Update("disabled: false"));
  EXPECT_FALSE(endpoint.disabled());
}

TEST_F(EndpointServiceTest, AnUpdateIsCheckedLikeACreate) {
  CreateE();
  EXPECT_THAT(Update("url: 'http://hooks.example/'").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("endpoint.url: ")));
  EXPECT_THAT(Update("", "update_mask { paths: 'event_types' }").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("endpoint.event_types: is empty")));
  EXPECT_THAT(Update("", "update_mask { paths: 'secret' }").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("update_mask: \"secret\""),
                             HasSubstr("disabled, display_name, event_types, url"))));
  EXPECT_EQ(env_.work, 0);
}

TEST_F(EndpointServiceTest, AnUpdateOfAnOlderStateIsRefused) {
  CreateE();
  FC_ASSERT_OK(Update("etag: '1' display_name: 'one'"));
  EXPECT_THAT(Update("etag: '1' display_name: 'two'").status(),
              StatusIs(StatusCode::kAborted, HasSubstr("etag: \"1\"")));
  EXPECT_EQ(Get()->display_name(), "one");
}

TEST_F(EndpointServiceTest, WhatWaitsForADeletedEndpointIsLeftToItsNextAttempt) {
  CreateE();
  std::string name;
  env_.Do([&](Transaction& tx) -> absl::Status {
    store::v1::Message message;
    message.set_name("workspaces/default/messages/1");
    FC_RETURN_IF_ERROR(tx.messages().Insert(message));
    FC_ASSIGN_OR_RETURN(const auto endpoint, tx.endpoints().Get(kEndpoint));
    FC_ASSIGN_OR_RETURN(name, AcceptMessage(tx, endpoint, message, env_.clock.Now(), env_.random));
    return absl::OkStatus();
  });
  FC_ASSERT_OK(Delete());
  EXPECT_THAT(Get().status(), StatusIs(StatusCode::kNotFound));
  env_.Do([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const auto delivery, tx.deliveries().Get(name));
    EXPECT_EQ(delivery.state(), store::v1::Delivery::STATE_PENDING);
    FC_ASSIGN_OR_RETURN(const auto item, tx.queue().Get(name));
    EXPECT_TRUE(item.has_value());
    return absl::OkStatus();
  });
}

}  // namespace
}  // namespace fluxcascade
