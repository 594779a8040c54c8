#include "controlplane/api/requests.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/id/id.h"
#include "common/status/status_macros.h"
#include "controlplane/model/resource_name.h"

namespace fluxcascade {

absl::StatusOr<PageRequest> ToPageRequest(int page_size, absl::string_view page_token) {
  if (page_size < 0 || page_size > kMaxPageSize) {
    return absl::InvalidArgumentError(absl::StrCat("page_size: ", page_size,
                                                   " is not within 0 (for ", kDefaultPageSize,
                                                   ") to ", kMaxPageSize));
  }
  if (page_token.size() > kMaxPageTokenBytes) {
    return absl::InvalidArgumentError(
        "page_token: is none that was given out; take next_page_token of the page before");
  }
  return PageRequest{.size = page_size == 0 ? kDefaultPageSize : page_size,
                     .after = std::string(page_token)};
}

absl::Status CheckWorkspace(Transaction& tx, absl::string_view parent) {
  FC_RETURN_IF_ERROR(CheckName("parent", parent, "workspaces/*"));
  return tx.workspaces().Get(parent).status();
}

absl::Status CheckWithin(absl::string_view field, absl::string_view given,
                         absl::string_view workspace) {
  if (WorkspaceOf(given) == workspace) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, ": \"", given,
                                                 "\" is of another workspace; only those of ",
                                                 workspace, " can be used"));
}

absl::StatusOr<std::string> ToResourceId(absl::string_view field, absl::string_view given,
                                         const Clock& clock, Random& random) {
  if (given.empty()) return NewSortableId(clock.Now(), random);
  if (IsResourceId(given)) return std::string(given);
  return absl::InvalidArgumentError(
      absl::StrCat(field, ": \"", given.substr(0, 100),
                   "\" is not 1 to 63 characters of a-z, 0-9 and - (not at the ends)"));
}

absl::Status CheckText(absl::string_view field, absl::string_view value, size_t max_bytes,
                       bool required) {
  if (required && value.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(field, ": is missing"));
  }
  if (value.size() > max_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        field, ": is ", value.size(), " bytes long, at most ", max_bytes, " are allowed"));
  }
  return absl::OkStatus();
}

absl::Status CheckEnum(absl::string_view field, int given,
                       const google::protobuf::EnumDescriptor& type) {
  if (type.FindValueByNumber(given) != nullptr) return absl::OkStatus();
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) names.push_back(type.value(i)->name());
  return absl::InvalidArgumentError(
      absl::StrCat(field, ": ", given, " is none of ", absl::StrJoin(names, ", ")));
}

absl::Status CheckUnchanged(const google::protobuf::FieldMask& mask, absl::string_view field,
                            absl::string_view given, absl::string_view stored) {
  if (!mask.paths().empty() || given.empty() || given == stored) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, ": cannot be changed; it is \"", stored,
                                                 "\", and \"", given.substr(0, 200),
                                                 "\" was given"));
}

absl::Status CheckEtag(absl::string_view given, int64_t revision) {
  if (given.empty() || given == absl::StrCat(revision)) return absl::OkStatus();
  return absl::AbortedError(absl::StrCat("etag: \"", given.substr(0, 100),
                                         "\" is not the current one: it was changed since it was "
                                         "read; get it again and repeat the change"));
}

absl::Status SystemError(absl::string_view connection, const absl::Status& error) {
  if (!absl::IsUnauthenticated(error) && !absl::IsPermissionDenied(error)) {
    return absl::Status(error.code(), absl::StrCat(connection, ": ", error.message()));
  }
  return absl::FailedPreconditionError(
      absl::StrCat(connection, ": ", error.message(),
                   "; give it a credential that works with UpdateConnection, and repeat"));
}

absl::StatusOr<std::set<std::string>> FieldsToUpdate(const google::protobuf::Message& given,
                                                     const google::protobuf::FieldMask& mask,
                                                     const std::set<std::string>& changeable) {
  std::set<std::string> fields;
  if (mask.paths().empty()) {
    std::vector<const google::protobuf::FieldDescriptor*> set;
    given.GetReflection()->ListFields(given, &set);
    for (const auto* field : set) {
      if (changeable.contains(field->name())) fields.insert(field->name());
    }
    return fields;
  }
  for (const std::string& path : mask.paths()) {
    if (!changeable.contains(path)) {
      return absl::InvalidArgumentError(
          absl::StrCat("update_mask: \"", path.substr(0, 100),
                       "\" cannot be changed; these can: ", absl::StrJoin(changeable, ", ")));
    }
    fields.insert(path);
  }
  return fields;
}

}  // namespace fluxcascade
