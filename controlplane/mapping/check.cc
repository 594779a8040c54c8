#include "controlplane/mapping/check.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

using store::v1::FieldMapping;
using store::v1::Mapping;
using store::v1::Transform;

constexpr size_t kMaxTransformText = 1000;  // bytes
// Of hundreds of fields a message names only the likeliest.
constexpr size_t kMaxNamesShown = 20;

absl::Status Invalid(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", what));
}

size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row[b.size()];
}

// The names, those that look most like `given` first, cut after kMaxNamesShown.
std::string NamesLike(absl::string_view given, const std::vector<std::string>& names) {
  std::multimap<size_t, std::string> by_distance;
  for (const std::string& name : names) by_distance.emplace(EditDistance(given, name), name);
  std::vector<std::string> shown;
  for (const auto& [distance, name] : by_distance) {
    if (shown.size() == kMaxNamesShown) break;
    shown.push_back(name);
  }
  std::string text = absl::StrJoin(shown, ", ");
  if (names.size() > shown.size()) {
    absl::StrAppend(&text, " and ", names.size() - shown.size(), " more");
  }
  return text;
}

const FieldInfo* FindField(const ObjectTypeInfo& type, absl::string_view name) {
  const auto field = std::find_if(type.fields.begin(), type.fields.end(),
                                  [&](const FieldInfo& info) { return info.name == name; });
  return field == type.fields.end() ? nullptr : &*field;
}

std::vector<std::string> FieldNames(const ObjectTypeInfo& type, bool only_writable) {
  std::vector<std::string> names;
  for (const FieldInfo& field : type.fields) {
    if (field.writable || !only_writable) names.push_back(field.name);
  }
  return names;
}

// One field of a mapping, `mapping.fields[i]`.
class FieldCheck {
 public:
  FieldCheck(int index, const FieldMapping& field)
      : at_(absl::StrCat("mapping.fields[", index, "]")), field_(field) {}

  absl::Status CheckSources(const ObjectTypeInfo& type) const {
    const int count = field_.source_fields_size();
    if (count < 1 || count > kMaxSourceFields) {
      return Invalid(at_ + ".source_fields", absl::StrCat("has ", count, " fields; 1 to ",
                                                          kMaxSourceFields, " are allowed"));
    }
    for (int i = 0; i < count; ++i) {
      const std::string& name = field_.source_fields(i);
      // A system that does not tell its fields is taken at the user's word.
      if (!name.empty() && (type.fields.empty() || FindField(type, name) != nullptr)) continue;
      return Invalid(absl::StrCat(at_, ".source_fields[", i, "]"),
                     absl::StrCat(type.name, " has no field '", name,
                                  "'; it has: ", NamesLike(name, FieldNames(type, false))));
    }
    return absl::OkStatus();
  }

  absl::Status CheckTarget(const ObjectTypeInfo& type, std::set<std::string>& seen) const {
    const std::string& name = field_.target_field();
    const std::string at = at_ + ".target_field";
    if (name.empty()) return Invalid(at, "is missing");
    if (!seen.insert(name).second) {
      return Invalid(at, absl::StrCat("'", name,
                                      "' is mapped twice; each target field is allowed "
                                      "once, with several source_fields and a join"));
    }
    if (type.fields.empty()) return absl::OkStatus();
    const FieldInfo* const info = FindField(type, name);
    if (info != nullptr && info->writable) return absl::OkStatus();
    return Invalid(at, absl::StrCat(type.name, info == nullptr ? " has no field '" : "'s field '",
                                    name, info == nullptr ? "'" : "' cannot be written",
                                    "; those that can be written are: ",
                                    NamesLike(name, FieldNames(type, true))));
  }

  absl::Status CheckTransforms() const {
    if (field_.transforms_size() > kMaxTransforms) {
      return Invalid(at_ + ".transforms",
                     absl::StrCat("has ", field_.transforms_size(), "; at most ", kMaxTransforms,
                                  " are allowed"));
    }
    const bool joins =
        field_.transforms_size() > 0 && field_.transforms(0).kind() == Transform::KIND_JOIN;
    if (field_.source_fields_size() > 1 && !joins) {
      return Invalid(at_ + ".transforms",
                     absl::StrCat("the first one must be a join, which makes one value of ",
                                  field_.source_fields_size(), " source_fields"));
    }
    for (int i = 0; i < field_.transforms_size(); ++i) {
      FC_RETURN_IF_ERROR(CheckTransform(i, field_.transforms(i)));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status CheckTransform(int index, const Transform& transform) const {
    const std::string at = absl::StrCat(at_, ".transforms[", index, "]");
    if (transform.text().size() > kMaxTransformText) {
      return Invalid(at, absl::StrCat("its text has ", transform.text().size(), " bytes; at most ",
                                      kMaxTransformText, " are allowed"));
    }
    switch (transform.kind()) {
      case Transform::KIND_TRIM:
      case Transform::KIND_LOWER_CASE:
      case Transform::KIND_UPPER_CASE:
      case Transform::KIND_DEFAULT_VALUE:
        return absl::OkStatus();
      case Transform::KIND_JOIN:
        if (index == 0) return absl::OkStatus();
        return Invalid(at, "a join is allowed only as the first transform");
      case Transform::KIND_TRUNCATE:
        if (transform.count() >= 1 && transform.count() <= kMaxTruncate) return absl::OkStatus();
        return Invalid(
            at + ".truncate.max_characters",
            absl::StrCat("is ", transform.count(), "; 1 to ", kMaxTruncate, " are allowed"));
      default:
        return Invalid(at,
                       "is empty: give one of trim, lower_case, upper_case, join, "
                       "default_value, truncate");
    }
  }

  const std::string at_;
  const FieldMapping& field_;
};

absl::Status CheckRequired(const ObjectTypeInfo& target, const std::set<std::string>& mapped) {
  for (const FieldInfo& field : target.fields) {
    if (!field.required || mapped.contains(field.name)) continue;
    return Invalid("mapping.fields", absl::StrCat("'", field.name, "' is not mapped; no ",
                                                  target.name, " can be created without it"));
  }
  return absl::OkStatus();
}

absl::Status CheckMatchField(const std::string& match_field, const ObjectTypeInfo& target,
                             const std::set<std::string>& mapped) {
  if (match_field.empty()) return absl::OkStatus();
  const FieldInfo* const info = FindField(target, match_field);
  if (info != nullptr && !info->findable) {
    std::vector<std::string> findable;
    for (const FieldInfo& field : target.fields) {
      if (field.findable && field.writable) findable.push_back(field.name);
    }
    return Invalid(
        "mapping.match_field",
        absl::StrCat(target.name, " records cannot be found by '", match_field,
                     "'; those that can be matched on are: ", NamesLike(match_field, findable)));
  }
  if (mapped.contains(match_field)) return absl::OkStatus();
  return Invalid("mapping.match_field",
                 absl::StrCat("'", match_field, "' is not a mapped target field; those are: ",
                              absl::StrJoin(mapped, ", ")));
}

absl::Status CheckDeletePolicy(Mapping::DeletePolicy policy, const ObjectTypeInfo& target) {
  std::vector<std::string> allowed = {"DELETE_POLICY_KEEP"};
  if (target.delete_modes.contains(DeleteMode::kArchive)) {
    allowed.push_back("DELETE_POLICY_ARCHIVE");
  }
  if (target.delete_modes.contains(DeleteMode::kDelete)) allowed.push_back("DELETE_POLICY_DELETE");
  const std::string given = Mapping::DeletePolicy_Name(policy);
  if (std::find(allowed.begin(), allowed.end(), given) != allowed.end()) return absl::OkStatus();
  return Invalid(
      "mapping.delete_policy",
      absl::StrCat(policy == Mapping::DELETE_POLICY_UNSPECIFIED
                       ? std::string("is missing")
                       : absl::StrCat(given, " cannot be carried out on a ", target.name),
                   "; allowed are: ", absl::StrJoin(allowed, ", ")));
}

}  // namespace

absl::Status CheckMapping(const Mapping& mapping, const ObjectTypeInfo& source,
                          const ObjectTypeInfo& target) {
  if (mapping.fields_size() < 1 || mapping.fields_size() > kMaxFieldMappings) {
    return Invalid("mapping.fields", absl::StrCat("has ", mapping.fields_size(), " fields; 1 to ",
                                                  kMaxFieldMappings, " are allowed"));
  }
  std::set<std::string> mapped;
  for (int i = 0; i < mapping.fields_size(); ++i) {
    const FieldCheck check(i, mapping.fields(i));
    FC_RETURN_IF_ERROR(check.CheckSources(source));
    FC_RETURN_IF_ERROR(check.CheckTarget(target, mapped));
    FC_RETURN_IF_ERROR(check.CheckTransforms());
  }
  FC_RETURN_IF_ERROR(CheckRequired(target, mapped));
  FC_RETURN_IF_ERROR(CheckMatchField(mapping.match_field(), target, mapped));
  return CheckDeletePolicy(mapping.delete_policy(), target);
}

std::set<std::string> SourceFields(const Mapping& mapping) {
  std::set<std::string> names;
  for (const FieldMapping& field : mapping.fields()) {
    names.insert(field.source_fields().begin(), field.source_fields().end());
  }
  return names;
}

std::set<std::string> TargetFields(const Mapping& mapping) {
  std::set<std::string> names;
  for (const FieldMapping& field : mapping.fields()) names.insert(field.target_field());
  return names;
}

}  // namespace fluxcascade
