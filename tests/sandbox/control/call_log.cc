#include "tests/sandbox/control/call_log.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/sandbox/control/json_time.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

constexpr absl::string_view kMask = "***";

bool IsId(absl::string_view segment) {
  return absl::StrContains(segment, '@') || absl::StrContains(segment, '%') ||
         segment.find_first_of("0123456789") == 0 || segment == kMask;
}

// "GET /crm/v3/objects/contacts/{id} 200": the key of one count.
std::string CountKey(const CallRecord& record) {
  std::string path;
  const std::string whole = record.target.substr(0, record.target.find('?'));
  for (absl::string_view segment : absl::StrSplit(whole, '/', absl::SkipEmpty())) {
    absl::StrAppend(&path, "/", IsId(segment) ? "{id}" : segment);
  }
  return absl::StrCat(record.method, " ", path, " ", record.status);
}

void MaskValueAfter(std::string& target, const std::string& mark) {
  const size_t begin = target.find(mark);
  if (begin == std::string::npos) return;
  const size_t from = begin + mark.size();
  const size_t end = target.find_first_of("&/?", from);
  target.replace(from, end == std::string::npos ? std::string::npos : end - from,
                 std::string(kMask));
}

}  // namespace

void CallLog::Add(CallRecord record) {
  record.request_body.resize(std::min(record.request_body.size(), kMaxBodyBytes));
  record.response_body.resize(std::min(record.response_body.size(), kMaxBodyBytes));
  MutexLock lock(mutex_);
  record.number = ++count_;
  ++counts_[CountKey(record)];
  records_.push_back(std::move(record));
  if (records_.size() > kMaxCalls) records_.pop_front();
}

void CallLog::Clear() {
  MutexLock lock(mutex_);
  records_.clear();
  counts_.clear();
}

std::vector<CallRecord> CallLog::List(const Filter& filter) const {
  std::vector<CallRecord> found;
  MutexLock lock(mutex_);
  for (const CallRecord& record : records_) {
    if (found.size() >= filter.limit) break;
    if (record.number > filter.after && (filter.method.empty() || filter.method == record.method) &&
        absl::StrContains(record.target, filter.target_contains)) {
      found.push_back(record);
    }
  }
  return found;
}

json CallLog::Counts() const {
  MutexLock lock(mutex_);
  return counts_;
}

std::string MaskCredentials(const std::string& target) {
  std::string masked = target;
  for (const char* mark : {"hapikey=", "api_token=", "/access-tokens/", "/refresh-tokens/"}) {
    MaskValueAfter(masked, mark);
  }
  return masked;
}

json CallJson(const CallRecord& record) {
  return {{"number", record.number},
          {"method", record.method},
          {"target", record.target},
          {"request_body", record.request_body},
          {"response_body", record.response_body},
          {"status", record.status},
          {"fault", record.fault_id},
          {"receive_time", TimeText(record.receive_time)},
          {"took_ms", MillisOf(record.answer_time - record.receive_time)}};
}

}  // namespace fluxcascade::sandbox
