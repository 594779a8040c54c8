// How many requests a second the edge's log takes, durably, and how often the disk syncs by itself:
// the ceiling. How long it takes to open again, and how long its bytes take to read by themselves.
// One line of JSON a measure on standard output.
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/check/check.h"
#include "common/flags/flags.h"
#include "common/mutex/mutex.h"
#include "common/proto_time/proto_time.h"
#include "common/random/random.h"
#include "common/status/status_macros.h"
#include "common/time/clock.h"
#include "edge/log/rocks_event_log.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"
#include "nlohmann/json.hpp"

ABSL_FLAG(std::string, folder, "",
          "a folder on the disk to be measured; what is made in it is removed");
ABSL_FLAG(absl::Duration, time, absl::Seconds(3), "how long each measure takes");
ABSL_FLAG(bool, zeros_ahead, true, "the log writes over zeros, as the edge's does by default");
ABSL_FLAG(bool, only_disk, false,
          "measure only how often the disk syncs what is written over zeros, 20,480 bytes a time");
ABSL_FLAG(uint64_t, recovery_bytes, uint64_t{1} << 30, "what the log holds that is opened again");

namespace fluxcascade::edge {
namespace {

constexpr size_t kBodyBytes = 250;
// Fill a log of the same size in less time, and leave fewer records to check.
constexpr size_t kLargeBodyBytes = 16 << 10;
constexpr uint64_t kFillWaiters = 256;

// About what a group of 1 and one of 64 come to.
constexpr size_t kSmallWriteBytes = 512;
constexpr size_t kLargeWriteBytes = 20480;
// As long as a write-ahead file.
constexpr size_t kZerosBytes = 64 << 20;

void Print(const std::string& measure, double value, const std::string& unit = "1/s") {
  const nlohmann::ordered_json line = {
      {"measure", absl::StrCat("log.", measure)}, {"value", value}, {"unit", unit}};
  std::cout << line.dump() << std::endl;
}

// Counts what has become durable; whoever appends waits for it.
class Completions {
 public:
  void Done(const absl::StatusOr<uint64_t>& sequence) {
    MutexLock lock(mutex_);
    ++count_;
    if (!sequence.ok()) status_ = sequence.status();
    some_.NotifyOne();
  }
  // Waits for at least one; gives and forgets their number.
  absl::StatusOr<uint64_t> Take() {
    MutexLock lock(mutex_);
    while (count_ == 0) some_.Wait(mutex_);
    if (!status_.ok()) return status_;
    const uint64_t taken = count_;
    count_ = 0;
    return taken;
  }

 private:
  Mutex mutex_;
  CondVar some_;
  uint64_t count_ FC_GUARDED_BY(mutex_) = 0;
  absl::Status status_ FC_GUARDED_BY(mutex_);
};

RocksEventLogOptions LogAt(const std::string& path) {
  RocksEventLogOptions options;
  LogDatabaseOptions& database = options.folder.database;
  database.path = path;
  if (absl::GetFlag(FLAGS_zeros_ahead)) database.zeros_ahead_bytes = database.write_buffer_bytes;
  return options;
}

v1::LoggedRequest RequestOf(size_t body_bytes) {
  v1::LoggedRequest request;
  *request.mutable_receive_time() = ToProto(SystemClock().Now());
  request.set_hook_id("bench");
  request.set_body(std::string(body_bytes, 'x'));
  return request;
}

// So many requests wait at any time, as those of so many connections would.
absl::Status MeasureAppends(const std::string& folder, uint64_t waiters) {
  FC_ASSIGN_OR_RETURN(const std::unique_ptr<RocksEventLog> log,
                      RocksEventLog::Open(LogAt(absl::StrCat(folder, "/log-", waiters)),
                                          SystemClock(), SecureRandom()));
  uint64_t groups = 0;
  log->SetAppendListener([&groups] { ++groups; });

  const v1::LoggedRequest request = RequestOf(kBodyBytes);
  Completions completions;
  const auto append = [&](uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) {
      log->Append(request,
                  [&](const absl::StatusOr<uint64_t>& sequence) { completions.Done(sequence); });
    }
  };

  const absl::Duration start = SystemClock().Monotonic();
  append(waiters);
  uint64_t appended = 0;
  uint64_t waiting = waiters;
  absl::Duration end = start;
  while (waiting > 0) {
    FC_ASSIGN_OR_RETURN(const uint64_t done, completions.Take());
    appended += done;
    waiting -= done;
    end = SystemClock().Monotonic();
    if (end - start < absl::GetFlag(FLAGS_time)) {
      append(done);
      waiting += done;
    }
  }
  log->SetAppendListener(nullptr);
  const double seconds = absl::ToDoubleSeconds(end - start);
  Print(absl::StrCat("appends_per_s_", waiters), static_cast<double>(appended) / seconds);
  Print(absl::StrCat("groups_per_s_", waiters), static_cast<double>(groups) / seconds);
  return absl::OkStatus();
}

void WriteAll(int file, const std::string& data) {
  FC_CHECK(write(file, data.data(), data.size()) == static_cast<ssize_t>(data.size()));
}

// The disk alone: write so much, sync, again. Over zeros, as the edge's log does, or to a file that
// grows.
void MeasureSyncs(const std::string& folder, size_t bytes, bool over_zeros) {
  const std::string path = absl::StrCat(folder, "/raw");
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  FC_CHECK(file >= 0);
  const std::string data(bytes, 'x');
  const size_t writes_in_file = kZerosBytes / bytes;
  if (over_zeros) {
    const std::string zeros(bytes, '\0');
    for (size_t i = 0; i < writes_in_file; ++i) WriteAll(file, zeros);
    FC_CHECK(fsync(file) == 0);
  }
  const absl::Duration start = SystemClock().Monotonic();
  absl::Duration end = start;
  uint64_t syncs = 0;
  for (; end - start < absl::GetFlag(FLAGS_time); end = SystemClock().Monotonic()) {
    if (over_zeros && syncs % writes_in_file == 0) FC_CHECK(lseek(file, 0, SEEK_SET) == 0);
    WriteAll(file, data);
    FC_CHECK(fdatasync(file) == 0);
    ++syncs;
  }
  close(file);
  Print(absl::StrCat(over_zeros ? "overwriting_" : "", "fdatasyncs_per_s_", bytes),
        static_cast<double>(syncs) / absl::ToDoubleSeconds(end - start));
}

// Appends until the log holds so much, and closes it.
absl::Status Fill(const RocksEventLogOptions& options, const v1::LoggedRequest& request,
                  uint64_t bytes) {
  FC_ASSIGN_OR_RETURN(const std::unique_ptr<RocksEventLog> log,
                      RocksEventLog::Open(options, SystemClock(), SecureRandom()));
  Completions completions;
  uint64_t waiting = 0;
  while (log->State().bytes() < bytes || waiting > 0) {
    while (waiting < kFillWaiters && log->State().bytes() < bytes) {
      log->Append(request,
                  [&](const absl::StatusOr<uint64_t>& sequence) { completions.Done(sequence); });
      ++waiting;
    }
    FC_ASSIGN_OR_RETURN(const uint64_t done, completions.Take());
    waiting -= done;
  }
  return absl::OkStatus();
}

// The bytes of all files in the folder.
absl::StatusOr<uint64_t> ReadPlainly(const std::string& folder) {
  uint64_t bytes = 0;
  std::string buffer(1 << 20, '\0');
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
           file.gcount() > 0) {
      bytes += static_cast<uint64_t>(file.gcount());
    }
  }
  if (bytes == 0) return absl::InternalError(absl::StrCat(folder, " holds nothing"));
  return bytes;
}

// What lies in the folder may come from the system's memory, to both alike.
absl::Status MeasureRecovery(const std::string& folder, size_t body_bytes) {
  const std::string path = absl::StrCat(folder, "/log-recovery-", body_bytes);
  const RocksEventLogOptions options = LogAt(path);
  FC_RETURN_IF_ERROR(Fill(options, RequestOf(body_bytes), absl::GetFlag(FLAGS_recovery_bytes)));
  constexpr double kGib = 1 << 30;
  absl::Duration begun = SystemClock().Monotonic();
  FC_ASSIGN_OR_RETURN(const uint64_t read, ReadPlainly(path));
  const double plainly = absl::ToDoubleSeconds(SystemClock().Monotonic() - begun);
  Print(absl::StrCat("plain_read_s_per_gib_", body_bytes),
        plainly / (static_cast<double>(read) / kGib), "s/GiB");

  begun = SystemClock().Monotonic();
  FC_ASSIGN_OR_RETURN(const std::unique_ptr<RocksEventLog> log,
                      RocksEventLog::Open(options, SystemClock(), SecureRandom()));
  const double opening = absl::ToDoubleSeconds(SystemClock().Monotonic() - begun);
  Print(absl::StrCat("recovery_s_per_gib_", body_bytes),
        opening / (static_cast<double>(log->State().bytes()) / kGib), "s/GiB");
  return absl::OkStatus();
}

absl::Status Measure(const std::string& folder) {
  if (absl::GetFlag(FLAGS_only_disk)) {
    MeasureSyncs(folder, kLargeWriteBytes, /*over_zeros=*/true);
    return absl::OkStatus();
  }
  for (const size_t bytes : {kSmallWriteBytes, kLargeWriteBytes}) {
    for (const bool over_zeros : {true, false}) MeasureSyncs(folder, bytes, over_zeros);
  }
  for (const uint64_t waiters : {1, 16, 64, 256}) {
    FC_RETURN_IF_ERROR(MeasureAppends(folder, waiters));
  }
  for (const size_t body_bytes : {kBodyBytes, kLargeBodyBytes}) {
    FC_RETURN_IF_ERROR(MeasureRecovery(folder, body_bytes));
  }
  return absl::OkStatus();
}

absl::Status Run() {
  const std::string folder = absl::StrCat(absl::GetFlag(FLAGS_folder), "/log-bench-", getpid());
  std::error_code error;
  std::filesystem::create_directory(folder, error);
  if (error) return absl::InvalidArgumentError(absl::StrCat(folder, ": ", error.message()));
  const absl::Status status = Measure(folder);
  std::filesystem::remove_all(folder, error);
  return status;
}

}  // namespace
}  // namespace fluxcascade::edge

int main(int argc, char** argv) {
  fluxcascade::ParseFlagsOrExit(argc, argv, "log_bench --folder=… [--time=3s]");
  fluxcascade::ExitIfUsageError(fluxcascade::CheckRequiredFlags({"folder"}));
  const absl::Status status = fluxcascade::edge::Run();
  if (status.ok()) return 0;
  std::cerr << "log_bench: " << status.message() << std::endl;
  return 1;
}
