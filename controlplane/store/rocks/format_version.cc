#include "controlplane/store/rocks/format_version.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "controlplane/store/rocks/key_codec.h"
#include "controlplane/store/rocks/key_space.h"

namespace fluxcascade {
namespace {

constexpr uint64_t kFirstVersion = 1;

std::string VersionKey() { return KeyIn(TableId::kMeta).String("format version").Take(); }
std::string PositionKey() { return KeyIn(TableId::kMeta).String("migration position").Take(); }

absl::Status WriteVersion(KvTransaction& kv, uint64_t version) {
  return kv.Put(VersionKey(), absl::StrCat(version));
}

// True when it was the last step.
absl::StatusOr<bool> RunStep(rocksdb::OptimisticTransactionDB& db, const Migration& migration) {
  KvTransaction kv(db, KvTransaction::Mode::kReadWrite);
  FC_ASSIGN_OR_RETURN(const std::optional<std::string> position, kv.Get(PositionKey()));
  FC_ASSIGN_OR_RETURN(const std::string next, migration.step(kv, position.value_or("")));
  if (next.empty()) {
    FC_RETURN_IF_ERROR(kv.Delete(PositionKey()));
    FC_RETURN_IF_ERROR(WriteVersion(kv, migration.to_version));
  } else {
    FC_RETURN_IF_ERROR(kv.Put(PositionKey(), next));
  }
  FC_RETURN_IF_ERROR(kv.Commit());
  return next.empty();
}

absl::Status MarkNew(rocksdb::OptimisticTransactionDB& db, uint64_t version) {
  KvTransaction kv(db, KvTransaction::Mode::kReadWrite);
  FC_RETURN_IF_ERROR(WriteVersion(kv, version));
  return kv.Commit();
}

}  // namespace

const std::vector<Migration>& StoreMigrations() {
  static const auto& migrations = *new std::vector<Migration>;
  return migrations;
}

absl::StatusOr<uint64_t> ReadFormatVersion(KvTransaction& kv) {
  FC_ASSIGN_OR_RETURN(const std::optional<std::string> value, kv.Get(VersionKey()));
  uint64_t version = 0;
  if (value && !absl::SimpleAtoi(*value, &version)) {
    return absl::DataLossError("the store's format version is not a number");
  }
  return version;
}

absl::Status BringToNewestVersion(rocksdb::OptimisticTransactionDB& db,
                                  const std::vector<Migration>& migrations) {
  const uint64_t newest = migrations.empty() ? kFirstVersion : migrations.back().to_version;
  KvTransaction reader(db, KvTransaction::Mode::kReadOnly);
  FC_ASSIGN_OR_RETURN(const uint64_t version, ReadFormatVersion(reader));
  if (version == 0) return MarkNew(db, newest);
  if (version > newest) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the store has format version ", version, "; this program knows versions up to ", newest));
  }
  for (const Migration& migration : migrations) {
    if (migration.to_version <= version) continue;
    for (bool done = false; !done;) {
      FC_ASSIGN_OR_RETURN(done, RunStep(db, migration));
    }
  }
  return absl::OkStatus();
}

}  // namespace fluxcascade
