#include "tests/sandbox/sink/fake_sink.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "tests/sandbox/control/json_time.h"

namespace fluxcascade::sandbox {
namespace {

constexpr char kSignatureHeader[] = "x-fluxcascade-signature";

// Written from the public description of the signature, apart from the code that makes it.
bool Verifies(const ApiRequest& request, const std::string& secret) {
  const std::string expected =
      absl::StrCat("sha256=", HexEncode(AsBytes(HmacSha256(secret, request.body))));
  return request.headers.count(kSignatureHeader) == 1 &&
         ConstantTimeEquals(request.Header(kSignatureHeader), expected);
}

std::string PathOf(const std::string& target) { return target.substr(0, target.find('?')); }

}  // namespace

ApiResponse FakeSink::Handle(const ApiRequest& request) {
  SinkRecord record;
  record.path = PathOf(request.target);
  record.body = request.body;
  record.receive_time = request.receive_time;
  for (const auto& [name, value] : request.headers) {
    if (absl::StartsWith(name, "x-fluxcascade-") || name == "content-type" ||
        name == "user-agent") {
      record.headers[name] = value;
    }
  }
  SinkAnswer answer;
  {
    MutexLock lock(mutex_);
    const auto secret = secrets_.find(record.path);
    record.secret_known = secret != secrets_.end();
    record.verified = record.secret_known && Verifies(request, secret->second);
    std::deque<SinkAnswer>& planned = answers_[record.path];
    if (!planned.empty()) {
      answer = planned.front();
      planned.pop_front();
    }
    record.status = answer.status;
    record.number = ++count_;
    records_.push_back(std::move(record));
    if (records_.size() > kMaxRecords) records_.pop_front();
  }
  if (answer.delay > absl::ZeroDuration()) sleep_(answer.delay);
  return EmptyResponse(answer.status);
}

void FakeSink::SetSecret(const std::string& path, const std::string& secret) {
  MutexLock lock(mutex_);
  secrets_[path] = secret;
}

void FakeSink::SetAnswers(const std::string& path, std::deque<SinkAnswer> answers) {
  MutexLock lock(mutex_);
  answers_[path] = std::move(answers);
}

std::vector<SinkRecord> FakeSink::Records(int64_t after, size_t limit) const {
  MutexLock lock(mutex_);
  std::vector<SinkRecord> found;
  for (const SinkRecord& record : records_) {
    if (record.number <= after) continue;
    if (found.size() == limit) break;
    found.push_back(record);
  }
  return found;
}

void FakeSink::Clear() {
  MutexLock lock(mutex_);
  secrets_.clear();
  answers_.clear();
  records_.clear();
}

nlohmann::json SinkRecordJson(const SinkRecord& record) {
  return {{"number", record.number},
          {"path", record.path},
          {"headers", record.headers},
          {"body", record.body},
          {"secretKnown", record.secret_known},
          {"verified", record.verified},
          {"status", record.status},
          {"receiveTime", TimeText(record.receive_time)}};
}

}  // namespace fluxcascade::sandbox
