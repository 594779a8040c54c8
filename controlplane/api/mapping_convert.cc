#include "controlplane/api/mapping_convert.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

using StoredTransform = store::v1::Transform;

v1::Transform ToApi(const StoredTransform& stored) {
  v1::Transform transform;
  switch (stored.kind()) {
    case StoredTransform::KIND_TRIM:
      transform.mutable_trim();
      break;
    case StoredTransform::KIND_LOWER_CASE:
      transform.mutable_lower_case();
      break;
    case StoredTransform::KIND_UPPER_CASE:
      transform.mutable_upper_case();
      break;
    case StoredTransform::KIND_JOIN:
      transform.mutable_join()->set_separator(stored.text());
      break;
    case StoredTransform::KIND_DEFAULT_VALUE:
      transform.mutable_default_value()->set_value(stored.text());
      break;
    case StoredTransform::KIND_TRUNCATE:
      transform.mutable_truncate()->set_max_characters(stored.count());
      break;
    default:
      break;
  }
  return transform;
}

absl::StatusOr<StoredTransform> ToStored(const v1::Transform& transform) {
  StoredTransform stored;
  switch (transform.kind_case()) {
    case v1::Transform::kTrim:
      stored.set_kind(StoredTransform::KIND_TRIM);
      return stored;
    case v1::Transform::kLowerCase:
      stored.set_kind(StoredTransform::KIND_LOWER_CASE);
      return stored;
    case v1::Transform::kUpperCase:
      stored.set_kind(StoredTransform::KIND_UPPER_CASE);
      return stored;
    case v1::Transform::kJoin:
      stored.set_kind(StoredTransform::KIND_JOIN);
      stored.set_text(transform.join().separator());
      return stored;
    case v1::Transform::kDefaultValue:
      stored.set_kind(StoredTransform::KIND_DEFAULT_VALUE);
      stored.set_text(transform.default_value().value());
      return stored;
    case v1::Transform::kTruncate:
      stored.set_kind(StoredTransform::KIND_TRUNCATE);
      stored.set_count(transform.truncate().max_characters());
      return stored;
    case v1::Transform::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "is empty: give one of trim, lower_case, upper_case, join, default_value, truncate");
}

}  // namespace

v1::Mapping ToApi(const store::v1::Mapping& stored) {
  v1::Mapping mapping;
  mapping.set_name(stored.name());
  mapping.set_display_name(stored.display_name());
  mapping.mutable_source()->set_connection(stored.source().connection());
  mapping.mutable_source()->set_object_type(stored.source().object_type());
  mapping.mutable_target()->set_connection(stored.target().connection());
  mapping.mutable_target()->set_object_type(stored.target().object_type());
  for (const store::v1::FieldMapping& from : stored.fields()) {
    v1::FieldMapping& field = *mapping.add_fields();
    *field.mutable_source_fields() = from.source_fields();
    field.set_target_field(from.target_field());
    for (const StoredTransform& transform : from.transforms()) {
      *field.add_transforms() = ToApi(transform);
    }
  }
  mapping.set_match_field(stored.match_field());
  // The two enums have the same numbers; a test holds them to it.
  mapping.set_delete_policy(static_cast<v1::DeletePolicy>(stored.delete_policy()));
  mapping.set_realtime_enabled(stored.realtime_enabled());
  *mapping.mutable_create_time() = stored.create_time();
  *mapping.mutable_update_time() = stored.update_time();
  mapping.set_etag(absl::StrCat(stored.revision()));
  return mapping;
}

absl::Status ToStored(const google::protobuf::RepeatedPtrField<v1::FieldMapping>& fields,
                      google::protobuf::RepeatedPtrField<store::v1::FieldMapping>& stored) {
  stored.Clear();
  for (int i = 0; i < fields.size(); ++i) {
    store::v1::FieldMapping& to = *stored.Add();
    *to.mutable_source_fields() = fields[i].source_fields();
    to.set_target_field(fields[i].target_field());
    for (int j = 0; j < fields[i].transforms_size(); ++j) {
      absl::StatusOr<StoredTransform> transform = ToStored(fields[i].transforms(j));
      if (!transform.ok()) {
        return absl::InvalidArgumentError(absl::StrCat("mapping.fields[", i, "].transforms[", j,
                                                       "]: ", transform.status().message()));
      }
      *to.add_transforms() = *std::move(transform);
    }
  }
  return absl::OkStatus();
}

}  // namespace fluxcascade
