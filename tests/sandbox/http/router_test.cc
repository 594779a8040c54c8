#include "tests/sandbox/http/router.h"

#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

ApiResponse Say(int status, const std::string& text) {
  ApiResponse response;
  response.status = status;
  response.body = text;
  return response;
}

class RouterTest : public testing::Test {
 protected:
  RouterTest() : router_([](const ApiRequest&) { return Say(404, "none"); }) {
    router_.Add("GET", "/contacts/search", [](const ApiRequest&) { return Say(200, "search"); });
    router_.Add("GET", "/contacts/{id}", [](const ApiRequest& request) {
      return Say(200, request.Parameter("id") + " " + request.Query("fields"));
    });
  }

  std::string Get(const std::string& target) {
    ApiRequest request;
    request.method = "GET";
    request.target = target;
    return router_.Route(request).body;
  }

  Router router_;
};

TEST_F(RouterTest, TakesTheFirstRouteThatMatches) {
  EXPECT_EQ(Get("/contacts/search"), "search");
  EXPECT_EQ(Get("/contacts/12?fields=a"), "12 a");
}

TEST_F(RouterTest, DecodesAParameterAfterItFoundTheSegments) {
  EXPECT_EQ(Get("/contacts/a%2Fb%40c"), "a/b@c ");
}

TEST_F(RouterTest, SaysWhenThereIsNoRoute) {
  EXPECT_EQ(Get("/contacts"), "none");
  EXPECT_EQ(Get("/contacts/"), "none");
  EXPECT_EQ(Get("/contacts/1/2"), "none");
  ApiRequest request;
  request.method = "POST";
  request.target = "/contacts/12";
  EXPECT_EQ(router_.Route(request).status, 404);
}

}  // namespace
}  // namespace fluxcascade::sandbox
