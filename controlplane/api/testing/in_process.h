// Calls a service as a client does, through gRPC within this process: codes and messages are those
// that a client gets.
#ifndef FLUXCASCADE_CONTROLPLANE_API_TESTING_IN_PROCESS_H_
#define FLUXCASCADE_CONTROLPLANE_API_TESTING_IN_PROCESS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/check/check.h"
#include "common/grpc_status/grpc_status.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "grpcpp/client_context.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"

namespace fluxcascade {

// `Service` is the generated class: InProcess<v1::AppService>.
template <typename Service>
class InProcess {
 public:
  using Stub = typename Service::StubInterface;

  // `service` must outlive it.
  explicit InProcess(typename Service::Service& service) {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service);
    server_ = builder.BuildAndStart();
    FC_CHECK(server_ != nullptr);
    stub_ = Service::NewStub(server_->InProcessChannel({}));
  }

  template <typename Request, typename Response>
  using Method = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, Response*);

  // The request is given as text format.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(Method<Request, Response> method, const std::string& text) {
    Request request;
    FC_CHECK(google::protobuf::TextFormat::ParseFromString(text, &request));
    grpc::ClientContext context;
    Response response;
    const grpc::Status status = ((*stub_).*method)(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    return response;
  }

 private:
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<typename Service::Stub> stub_;
};

// The names of all that a list gives, page by page. `list` is StatusOr<Response>(std::string) and
// is given the request's `page_token: "…"`; `items` gives a response's items.
template <typename List, typename Items>
std::vector<std::string> Walk(const List& list, const Items& items) {
  std::vector<std::string> names;
  std::string token;
  for (int pages = 0; pages == 0 || !token.empty(); ++pages) {
    const auto page = list(absl::StrCat("page_token: '", token, "'"));
    if (!page.ok() || pages > 100) {
      ADD_FAILURE() << page.status() << " at page " << pages;
      break;
    }
    for (const auto& item : items(*page)) names.push_back(item.name());
    token = page->next_page_token();
  }
  return names;
}

// Sizes and tokens at their limits and one beyond. `list` is as above, for any fields of a page.
template <typename List>
void ExpectPagesAreChecked(const List& list) {
  using testing::AllOf;
  using testing::HasSubstr;
  const auto is_invalid = [](const auto& message) {
    return StatusIs(absl::StatusCode::kInvalidArgument, message);
  };
  FC_EXPECT_OK(list("page_size: 1"));
  FC_EXPECT_OK(list("page_size: 1000"));
  EXPECT_THAT(list("page_size: 1001").status(),
              is_invalid(AllOf(HasSubstr("page_size: 1001"), HasSubstr("to 1000"))));
  EXPECT_THAT(list("page_size: -1").status(), is_invalid(HasSubstr("page_size: -1")));
  EXPECT_THAT(list(absl::StrCat("page_token: '", std::string(1025, 'a'), "'")).status(),
              is_invalid(HasSubstr("page_token: ")));
  EXPECT_THAT(list("page_token: 'bm90IG9mIHRoaXMgbGlzdA'").status(),
              is_invalid(HasSubstr("page_token: does not belong to this list")));
}

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_TESTING_IN_PROCESS_H_
