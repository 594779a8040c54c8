#include "common/metrics/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/file/file.h"
#include "common/metrics/metric_families.h"

namespace fluxcascade {
namespace {

// See proc(5): pages, the second of them the resident ones.
std::optional<double> ResidentBytes() {
  const absl::StatusOr<std::string> pages = ReadFileToString("/proc/self/statm");
  if (!pages.ok()) return std::nullopt;
  const std::vector<std::string> fields = absl::StrSplit(*pages, ' ');
  uint64_t resident = 0;
  if (fields.size() < 2 || !absl::SimpleAtoi(fields[1], &resident)) return std::nullopt;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

std::optional<double> CpuSeconds() {
  rusage usage = {};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return std::nullopt;
  return absl::ToDoubleSeconds(absl::DurationFromTimeval(usage.ru_utime) +
                               absl::DurationFromTimeval(usage.ru_stime));
}

}  // namespace

std::vector<prometheus::MetricFamily> ProcessMetrics(absl::Time started) {
  MetricFamilies families("process_");
  families.Gauge("start_time_seconds", "When the process started, in seconds since 1970.",
                 absl::ToDoubleSeconds(started - absl::UnixEpoch()));
  if (const std::optional<double> seconds = CpuSeconds()) {
    families.Counter("cpu_seconds_total", "Processor time used, user's and system's.", *seconds);
  }
  if (const std::optional<double> bytes = ResidentBytes()) {
    families.Gauge("resident_memory_bytes", "Memory that is resident.", *bytes);
  }
  rlimit descriptors = {};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    families.Gauge("max_fds", "Files and connections that may be open.",
                   static_cast<double>(descriptors.rlim_cur));
  }
  return std::move(families).Take();
}

}  // namespace fluxcascade
