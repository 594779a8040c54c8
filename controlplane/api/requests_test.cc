#include "controlplane/api/requests.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "fluxcascade/v1/endpoint.pb.h"
#include "fluxcascade/v1/event.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using google::protobuf::FieldMask;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(RequestsTest, APageHasZeroForTheDefaultTo1000Items) {
  EXPECT_EQ(ToPageRequest(0, "")->size, 50);
  EXPECT_EQ(ToPageRequest(1, "")->size, 1);
  EXPECT_EQ(ToPageRequest(1000, "")->size, 1000);
  EXPECT_THAT(ToPageRequest(1001, "").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("page_size")));
  EXPECT_THAT(ToPageRequest(-1, "").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("page_size")));
}

TEST(RequestsTest, APageTokenHasAtMost1024Bytes) {
  EXPECT_EQ(ToPageRequest(0, std::string(1024, 'a'))->after, std::string(1024, 'a'));
  EXPECT_THAT(ToPageRequest(0, std::string(1025, 'a')).status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("page_token")));
}

TEST(RequestsTest, AnEtagIsTheCurrentOneOrNone) {
  FC_EXPECT_OK(CheckEtag("", 7));
  FC_EXPECT_OK(CheckEtag("7", 7));
  EXPECT_THAT(CheckEtag("6", 7), StatusIs(StatusCode::kAborted, HasSubstr("etag")));
  EXPECT_THAT(CheckEtag("07", 7), StatusIs(StatusCode::kAborted, HasSubstr("etag")));
}

TEST(RequestsTest, AnEnumIsOneOfItsValues) {
  const auto& states = *v1::Event::State_descriptor();
  FC_EXPECT_OK(CheckEnum("state", v1::Event::STATE_UNSPECIFIED, states));
  FC_EXPECT_OK(CheckEnum("state", v1::Event::STATE_SET_ASIDE, states));
  for (const int other : {-1, v1::Event::STATE_SET_ASIDE + 1}) {
    EXPECT_THAT(CheckEnum("state", other, states),
                StatusIs(StatusCode::kInvalidArgument,
                         AllOf(HasSubstr(absl::StrCat("state: ", other, " is none of ")),
                               HasSubstr("STATE_ACCEPTED"), HasSubstr("STATE_SET_ASIDE"))));
  }
}

TEST(RequestsTest, WhatNeverChangesMayBeGivenBackAsItIs) {
  FieldMask mask;
  FC_EXPECT_OK(CheckUnchanged(mask, "app.system", "", "hubspot"));
  FC_EXPECT_OK(CheckUnchanged(mask, "app.system", "hubspot", "hubspot"));
  EXPECT_THAT(CheckUnchanged(mask, "app.system", "pipedrive", "hubspot"),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("app.system: cannot be changed"), HasSubstr("\"hubspot\""),
                             HasSubstr("\"pipedrive\""))));
  mask.add_paths("display_name");
  FC_EXPECT_OK(CheckUnchanged(mask, "app.system", "pipedrive", "hubspot"));
}

TEST(RequestsTest, ATextIsCheckedAtItsLimit) {
  FC_EXPECT_OK(CheckText("display_name", "", 3, false));
  FC_EXPECT_OK(CheckText("display_name", "abc", 3, true));
  EXPECT_THAT(CheckText("display_name", "", 3, true), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(CheckText("display_name", "abcd", 3, true),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("display_name")));
}

TEST(RequestsTest, ASystemsRefusalOfACredentialIsNotTheClientsOwn) {
  for (const absl::Status& refusal :
       {absl::UnauthenticatedError("token expired"), absl::PermissionDeniedError("no scope")}) {
    EXPECT_THAT(
        SystemError("workspaces/default/connections/c", refusal),
        StatusIs(StatusCode::kFailedPrecondition,
                 AllOf(HasSubstr("workspaces/default/connections/c: "),
                       HasSubstr(std::string(refusal.message())), HasSubstr("UpdateConnection"))));
  }
  EXPECT_THAT(SystemError("workspaces/default/connections/c", absl::UnavailableError("is down")),
              StatusIs(StatusCode::kUnavailable, "workspaces/default/connections/c: is down"));
}

TEST(RequestsTest, AMaskNamesWhatChangesEvenWhenItIsEmpty) {
  v1::Endpoint given;
  given.set_url("https://hooks.example/1");
  FieldMask mask;
  mask.add_paths("display_name");
  EXPECT_THAT(FieldsToUpdate(given, mask, {"display_name", "url"}),
              IsOkAndHolds(ElementsAre("display_name")));
}

TEST(RequestsTest, WithoutAMaskWhatIsSetAndCanChangeChanges) {
  v1::Endpoint given;
  given.set_name("workspaces/default/endpoints/e");
  given.set_url("https://hooks.example/1");
  EXPECT_THAT(FieldsToUpdate(given, FieldMask(), {"display_name", "url"}),
              IsOkAndHolds(ElementsAre("url")));
}

TEST(RequestsTest, AMaskWithWhatCannotChangeIsRefusedAndSaysWhatCan) {
  FieldMask mask;
  mask.add_paths("create_time");
  EXPECT_THAT(FieldsToUpdate(v1::Endpoint(), mask, {"display_name", "url"}).status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("display_name, url")));
}

}  // namespace
}  // namespace fluxcascade
