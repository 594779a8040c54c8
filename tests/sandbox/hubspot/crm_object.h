// What HubSpot's CRM holds: objects, and the changes that webhooks tell of.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_OBJECT_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_OBJECT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fluxcascade::sandbox {

// A kind of object, by its names.
struct CrmType {
  std::string path;            // contacts, as in URLs
  std::string singular;        // contact, as in subscription types
  std::string object_type_id;  // 0-1
  std::string modified_property;
  std::vector<std::string> default_properties;  // what is returned when none are asked for
};

const std::vector<CrmType>& CrmTypes();

// By path, singular or object type id; nullptr when there is none.
const CrmType* FindCrmType(absl::string_view name);

using CrmProperties = std::map<std::string, std::string>;

struct CrmObject {
  int64_t id = 0;
  CrmProperties properties;  // a property without a value is not in it
  absl::Time create_time;
  absl::Time update_time;
  std::optional<absl::Time> archive_time;
  bool erased = false;  // by gdpr-delete: no call tells of it any more
  std::optional<int64_t> merged_into;

  // There for ordinary calls.
  bool live() const { return !archive_time.has_value() && !erased && !merged_into.has_value(); }
};

enum class CrmChangeKind {
  kCreated,
  kPropertyChanged,
  kDeleted,
  kRestored,
  kMerged,
  kPrivacyDeleted,
};

struct CrmChange {
  CrmChangeKind kind = CrmChangeKind::kCreated;
  const CrmType* type = nullptr;
  int64_t object_id = 0;
  absl::Time occur_time;
  std::string property;  // kPropertyChanged
  std::string value;
  int64_t merged_object_id = 0;  // kMerged: object_id is the one that stays
  int properties_moved = 0;
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_OBJECT_H_
