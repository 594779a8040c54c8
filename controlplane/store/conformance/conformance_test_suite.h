// What every Store must do. A backend's test links the suite and instantiates it:
//
//   INSTANTIATE_TEST_SUITE_P(Rocks, StoreConformanceTest, testing::Values(backend),
//   StoreBackendName);
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_CONFORMANCE_CONFORMANCE_TEST_SUITE_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_CONFORMANCE_CONFORMANCE_TEST_SUITE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controlplane/store/store.h"
#include "gtest/gtest.h"

namespace fluxcascade {

// A backend, and what it can do.
struct StoreBackend {
  std::string name;
  // An empty store.
  std::function<std::unique_ptr<Store>()> make;
  // Whether a body that meets no conflict runs exactly once.
  bool runs_once_without_conflict = true;
};

inline std::string StoreBackendName(const testing::TestParamInfo<StoreBackend>& info) {
  return info.param.name;
}
inline void PrintTo(const StoreBackend& backend, std::ostream* os) { *os << backend.name; }

class StoreConformanceTest : public testing::TestWithParam<StoreBackend> {
 protected:
  Store& store() { return *store_; }

  // Runs `body`, which gives a StatusOr of what it found; gives that.
  template <typename Body>
  auto Run(const Body& body) -> decltype(body(std::declval<Transaction&>())) {
    return Collect(body, [this](const Store::Body& run) { return store_->Run(run); });
  }
  template <typename Body>
  auto Read(const Body& body) -> decltype(body(std::declval<Transaction&>())) {
    return Collect(body, [this](const Store::Body& run) { return store_->Read(run); });
  }
  absl::Status Write(const Store::Body& body) { return store_->Run(body); }

  // Runs `body` as another client would, while this thread's transaction goes on.
  absl::Status WriteMeanwhile(const Store::Body& body) {
    absl::Status status;
    std::thread([&] { status = store_->Run(body); }).join();
    return status;
  }

  static absl::Time At(double seconds) {
    return absl::FromUnixSeconds(1767225600) + absl::Seconds(seconds);
  }

 private:
  template <typename Body, typename Runner>
  static auto Collect(const Body& body, const Runner& run)
      -> decltype(body(std::declval<Transaction&>())) {
    using Result = decltype(body(std::declval<Transaction&>()));
    std::optional<Result> result;
    const absl::Status status = run([&](Transaction& tx) {
      result.emplace(body(tx));
      return result->status();
    });
    if (!status.ok()) return status;
    return *std::move(result);
  }

  const std::unique_ptr<Store> store_ = GetParam().make();
};

// The last parts of the names of these records, in order.
template <typename Records>
std::vector<std::string> IdsOf(const Records& records) {
  std::vector<std::string> ids;
  for (const auto& record : records) {
    ids.push_back(record.name().substr(record.name().rfind('/') + 1));
  }
  return ids;
}

// All pages, one after the other.
template <typename List>
auto AllPages(const List& list, int size) {
  PageRequest page;
  page.size = size;
  auto result = list(page);
  while (result.ok() && !result->next.empty()) {
    page.after = result->next;
    auto next = list(page);
    if (!next.ok()) return next;
    for (auto& item : next->items) result->items.push_back(std::move(item));
    result->next = next->next;
  }
  return result;
}

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_CONFORMANCE_CONFORMANCE_TEST_SUITE_H_
