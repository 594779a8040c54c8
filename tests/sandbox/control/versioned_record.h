// A record with everything it ever was, so that searches can lag and tests can read the history.
#ifndef FLUXCASCADE_TESTS_SANDBOX_CONTROL_VERSIONED_RECORD_H_
#define FLUXCASCADE_TESTS_SANDBOX_CONTROL_VERSIONED_RECORD_H_

#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace fluxcascade::sandbox {

template <typename T>
class VersionedRecord {
 public:
  struct Version {
    absl::Time write_time;
    T value;
  };

  VersionedRecord(absl::Time now, T value) { Write(now, std::move(value)); }

  // `now` is not before the last write.
  void Write(absl::Time now, T value) { versions_.push_back({now, std::move(value)}); }

  const T& current() const { return versions_.back().value; }
  absl::Time write_time() const { return versions_.back().write_time; }
  const std::vector<Version>& versions() const { return versions_; }

  // What it was at `time`; nullptr when it was not there yet.
  const T* AsOf(absl::Time time) const {
    for (auto version = versions_.rbegin(); version != versions_.rend(); ++version) {
      if (version->write_time <= time) return &version->value;
    }
    return nullptr;
  }

 private:
  std::vector<Version> versions_;  // never empty, oldest first
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_CONTROL_VERSIONED_RECORD_H_
