#include "controlplane/store/rocks/record_repositories.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/model/resource_name.h"
#include "controlplane/store/rocks/key_codec.h"
#include "controlplane/store/rocks/key_space.h"
#include "controlplane/store/rocks/table.h"

namespace fluxcascade {
namespace {

using store::v1::ApiToken;
using store::v1::Message;
using store::v1::SyncLog;
using Entries = std::vector<std::string>;

// Numbers of indexes, per table.
constexpr uint8_t kMessageByCreateTime = 1;
constexpr uint8_t kSyncLogByTime = 1;
constexpr uint8_t kSyncLogByMapping = 2;
constexpr uint8_t kSyncLogByRecord = 3;
constexpr uint8_t kSyncLogByResult = 4;
constexpr uint8_t kEveryApiToken = 1;

const TableSpec<Message>& MessageTable() {
  static const auto& spec = *new TableSpec<Message>{
      TableId::kMessage,
      "message",
      NameKeyOf<Message>,
      NameOf<Message>,
      {{kMessageByCreateTime, false, [](const Message& message) -> Entries {
          if (!message.deliveries().empty()) return {};
          return {KeyWriter().Time(FromProto(message.create_time())).Take()};
        }}}};
  return spec;
}

std::string ByResult(absl::string_view parent, SyncLog::Result result) {
  return KeyWriter().String(parent).Byte(static_cast<uint8_t>(result)).Take();
}

const TableSpec<SyncLog>& SyncLogTable() {
  static const auto& spec = *new TableSpec<SyncLog>{
      TableId::kSyncLog,
      "sync log",
      NameKeyOf<SyncLog>,
      NameOf<SyncLog>,
      {{kSyncLogByTime, false,
        [](const SyncLog& log) -> Entries {
          return {KeyWriter().Time(FromProto(log.time())).Take()};
        }},
       {kSyncLogByMapping, false,
        [](const SyncLog& log) -> Entries { return {EntryOf(log.mapping())}; }},
       {kSyncLogByRecord, false,
        [](const SyncLog& log) -> Entries {
          return {EntryOf(ParentOf(log.name()), log.source_record_id())};
        }},
       {kSyncLogByResult, false, [](const SyncLog& log) -> Entries {
          return {ByResult(ParentOf(log.name()), log.result())};
        }}}};
  return spec;
}

PageScan SyncLogScan(absl::string_view parent, const SyncLogFilter& filter) {
  PageScan scan = NamesUnder(parent, ScanOrder::kBackward);
  // NOLINTNEXTLINE(bugprone-branch-clone): the branches stand by how few rows they leave.
  if (!filter.source_record_id.empty() && !parent.empty()) {
    scan.index = kSyncLogByRecord;
    scan.prefix = EntryOf(parent, filter.source_record_id);
  } else if (filter.result == SyncLog::RESULT_FAILED && !parent.empty()) {
    // The one that people look for, and the rarest.
    scan.index = kSyncLogByResult;
    scan.prefix = ByResult(parent, filter.result);
  } else if (!filter.mapping.empty()) {
    scan.index = kSyncLogByMapping;
    scan.prefix = EntryOf(filter.mapping);
  } else if (filter.result != SyncLog::RESULT_UNSPECIFIED && !parent.empty()) {
    scan.index = kSyncLogByResult;
    scan.prefix = ByResult(parent, filter.result);
  }
  return scan;
}

bool Matches(const SyncLog& log, absl::string_view parent, const SyncLogFilter& filter) {
  return (parent.empty() || ParentOf(log.name()) == parent) &&
         (filter.mapping.empty() || log.mapping() == filter.mapping) &&
         (filter.source_record_id.empty() || log.source_record_id() == filter.source_record_id) &&
         (filter.result == SyncLog::RESULT_UNSPECIFIED || log.result() == filter.result);
}

const TableSpec<ApiToken>& ApiTokenTable() {
  static const auto& spec = *new TableSpec<ApiToken>{
      TableId::kApiToken,
      "API token",
      [](const ApiToken& token) { return EntryOf(token.token_hash()); },
      // The hash itself is nobody's business.
      [](const ApiToken& token) { return token.display_name(); },
      {{kEveryApiToken, true, [](const ApiToken&) -> Entries { return {""}; }}}};
  return spec;
}

}  // namespace

RocksMessageRepository::RocksMessageRepository(KvTransaction& kv) : messages_(kv, MessageTable()) {}

absl::Status RocksMessageRepository::Insert(const Message& message) {
  return messages_.Insert(message);
}

absl::StatusOr<Message> RocksMessageRepository::Get(absl::string_view name) {
  return messages_.Get(NameKey(name), name);
}

absl::Status RocksMessageRepository::Delete(absl::string_view name) {
  FC_RETURN_IF_ERROR(Get(name).status());
  return messages_.Erase(NameKey(name)).status();
}

absl::StatusOr<int> RocksMessageRepository::Trim(absl::Time before, int limit) {
  return messages_.TrimBefore(kMessageByCreateTime, before, limit);
}

RocksSyncLogRepository::RocksSyncLogRepository(KvTransaction& kv) : logs_(kv, SyncLogTable()) {}

absl::Status RocksSyncLogRepository::Insert(const SyncLog& log) { return logs_.Insert(log); }

absl::StatusOr<Page<SyncLog>> RocksSyncLogRepository::List(absl::string_view parent,
                                                           const SyncLogFilter& filter,
                                                           const PageRequest& page) {
  return logs_.List(SyncLogScan(parent, filter), page,
                    [&](const SyncLog& log) { return Matches(log, parent, filter); });
}

absl::StatusOr<int> RocksSyncLogRepository::Trim(absl::Time before, int limit) {
  return logs_.TrimBefore(kSyncLogByTime, before, limit);
}

RocksApiTokenRepository::RocksApiTokenRepository(KvTransaction& kv)
    : tokens_(kv, ApiTokenTable()) {}

absl::StatusOr<std::optional<ApiToken>> RocksApiTokenRepository::Find(
    absl::string_view token_hash) {
  return tokens_.Find(EntryOf(token_hash));
}

absl::Status RocksApiTokenRepository::Insert(const ApiToken& token) {
  return tokens_.Insert(token);
}

absl::StatusOr<bool> RocksApiTokenRepository::Empty() {
  FC_ASSIGN_OR_RETURN(const std::vector<ApiToken> first, tokens_.ListAt(kEveryApiToken, "", 1));
  return first.empty();
}

}  // namespace fluxcascade
