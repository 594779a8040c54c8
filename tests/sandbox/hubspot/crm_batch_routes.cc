#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/sandbox/control/json_time.h"
#include "tests/sandbox/hubspot/crm_json.h"
#include "tests/sandbox/hubspot/crm_routes.h"
#include "tests/sandbox/hubspot/hubspot_errors.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

constexpr size_t kMaxInputs = 100;

struct BatchInput {
  std::string id;
  std::string id_property;
  CrmProperties properties;
};

// A call on a batch, and what came of it.
class Batch {
 public:
  Batch(const CrmRouteContext& context, const CrmSession& session, const CrmType& type)
      : context_(context), session_(session), type_(type), start_time_(context.clock.Now()) {}

  // 400 when the inputs are not what they should be.
  std::optional<ApiResponse> Parse(const json& body, bool with_properties) {
    if (!body.is_object() || !body.contains("inputs") || !body["inputs"].is_array()) {
      return HubSpotBodyError("inputs is missing");
    }
    if (body["inputs"].size() > kMaxInputs) {
      return HubSpotError(
          400, "VALIDATION_ERROR",
          absl::StrCat("A batch takes up to 100 inputs, not ", body["inputs"].size()));
    }
    for (const json& one : body["inputs"]) {
      BatchInput input;
      input.id = TextOf(one, "id");
      input.id_property = TextOf(one, "idProperty");
      if (input.id_property.empty()) input.id_property = TextOf(body, "idProperty");
      if (with_properties) {
        absl::StatusOr<CrmProperties> properties = ParseProperties(one);
        if (!properties.ok()) return HubSpotBodyError(properties.status().message());
        input.properties = *std::move(properties);
      }
      inputs_.push_back(std::move(input));
    }
    return CheckProperties();
  }

  const std::vector<BatchInput>& inputs() const { return inputs_; }

  absl::StatusOr<CrmObject> Find(const BatchInput& input, bool archived = false) const {
    return session_.store->Get(type_, input.id, input.id_property, archived);
  }

  void AddResult(const CrmObject& object, const std::vector<std::string>& asked) {
    results_.push_back(
        CrmObjectJson(object, ShownProperties(type_, session_.store->properties(), asked)));
  }
  json& last_result() { return results_.back(); }
  void AddMissing(const std::string& id) { missing_.push_back(id); }

  ApiResponse Answer(int status) const {
    json answer = {{"status", "COMPLETE"},
                   {"results", results_},
                   {"startedAt", TimeText(start_time_)},
                   {"completedAt", TimeText(context_.clock.Now())}};
    if (missing_.empty()) return JsonResponse(status, answer);
    answer["numErrors"] = 1;
    answer["errors"] = json::array(
        {{{"status", "error"},
          {"category", "OBJECT_NOT_FOUND"},
          {"message", absl::StrCat("Could not get some ", absl::AsciiStrToUpper(type_.singular),
                                   " objects, they may be deleted or not exist. Check that ids "
                                   "are valid.")},
          {"context", {{"ids", missing_}}}}});
    return JsonResponse(207, answer);
  }

 private:
  // All are checked before any is written.
  std::optional<ApiResponse> CheckProperties() const {
    for (const BatchInput& input : inputs_) {
      const absl::Status status =
          session_.store->properties().Check(type_, input.properties).status();
      if (!status.ok()) return HubSpotCrmError(status);
    }
    return std::nullopt;
  }

  const CrmRouteContext& context_;
  const CrmSession& session_;
  const CrmType& type_;
  absl::Time start_time_;
  std::vector<BatchInput> inputs_;
  json results_ = json::array();
  std::vector<std::string> missing_;
};

std::vector<std::string> NamesOf(const CrmType& type, const CrmProperties& properties) {
  std::vector<std::string> names = type.default_properties;
  for (const auto& [name, value] : properties) names.push_back(name);
  return names;
}

ApiResponse BatchRead(const CrmRouteContext& context, const ApiRequest& request,
                      const CrmSession& session, const CrmType& type, const json& body) {
  Batch batch(context, session, type);
  if (auto refusal = batch.Parse(body, /*with_properties=*/false)) return *refusal;
  const std::vector<std::string> asked = StringsOf(body, "properties");
  std::set<int64_t> shown;
  for (const BatchInput& input : batch.inputs()) {
    const absl::StatusOr<CrmObject> object = batch.Find(input, request.Query("archived") == "true");
    if (!object.ok()) {
      batch.AddMissing(input.id);
    } else if (shown.insert(object->id).second) {
      batch.AddResult(*object, asked);
    }
  }
  return batch.Answer(200);
}

ApiResponse BatchCreate(const CrmRouteContext& context, const CrmSession& session,
                        const CrmType& type, const json& body) {
  Batch batch(context, session, type);
  if (auto refusal = batch.Parse(body, /*with_properties=*/true)) return *refusal;
  for (const BatchInput& input : batch.inputs()) {
    const auto object = context.service.Create(session, type, input.properties);
    if (!object.ok()) return HubSpotCrmError(object.status());
    batch.AddResult(*object, NamesOf(type, input.properties));
  }
  return batch.Answer(201);
}

ApiResponse BatchUpdate(const CrmRouteContext& context, const CrmSession& session,
                        const CrmType& type, const json& body) {
  Batch batch(context, session, type);
  if (auto refusal = batch.Parse(body, /*with_properties=*/true)) return *refusal;
  for (const BatchInput& input : batch.inputs()) {
    const absl::StatusOr<CrmObject> found = batch.Find(input);
    if (!found.ok()) {
      batch.AddMissing(input.id);
      continue;
    }
    const auto object = context.service.Update(session, type, found->id, input.properties);
    if (!object.ok()) return HubSpotCrmError(object.status());
    batch.AddResult(*object, NamesOf(type, input.properties));
  }
  return batch.Answer(200);
}

ApiResponse BatchUpsert(const CrmRouteContext& context, const CrmSession& session,
                        const CrmType& type, const json& body) {
  Batch batch(context, session, type);
  if (auto refusal = batch.Parse(body, /*with_properties=*/true)) return *refusal;
  for (const BatchInput& input : batch.inputs()) {
    const absl::StatusOr<CrmObject> found = batch.Find(input);
    CrmProperties properties = input.properties;
    if (!input.id_property.empty()) properties.emplace(input.id_property, input.id);
    const auto object = found.ok() ? context.service.Update(session, type, found->id, properties)
                                   : context.service.Create(session, type, properties);
    if (!object.ok()) return HubSpotCrmError(object.status());
    batch.AddResult(*object, NamesOf(type, properties));
    batch.last_result()["new"] = !found.ok();
  }
  return batch.Answer(200);
}

ApiResponse BatchArchive(const CrmRouteContext& context, const CrmSession& session,
                         const CrmType& type, const json& body) {
  Batch batch(context, session, type);
  if (auto refusal = batch.Parse(body, /*with_properties=*/false)) return *refusal;
  for (const BatchInput& input : batch.inputs()) {
    const absl::StatusOr<CrmObject> found = batch.Find(input);
    if (found.ok()) context.service.Archive(session, type, found->id).IgnoreError();
  }
  return EmptyResponse(204);
}

}  // namespace

void AddCrmBatchRoutes(const CrmRouteContext& context, Router& router) {
  using Handler = std::function<ApiResponse(const CrmRouteContext&, const CrmSession&,
                                            const CrmType&, const json&)>;
  const auto add = [&](const std::string& name, Handler handler) {
    router.Add("POST", "/crm/v3/objects/{type}/batch/" + name,
               context.gate.WithSession(WithCrmBody(
                   [context, handler = std::move(handler)](
                       const ApiRequest&, const CrmSession& session, const CrmType& type,
                       const json& body) { return handler(context, session, type, body); })));
  };
  router.Add("POST", "/crm/v3/objects/{type}/batch/read",
             context.gate.WithSession(
                 WithCrmBody([context](const ApiRequest& request, const CrmSession& session,
                                       const CrmType& type, const json& body) {
                   return BatchRead(context, request, session, type, body);
                 })));
  add("create", BatchCreate);
  add("update", BatchUpdate);
  add("upsert", BatchUpsert);
  add("archive", BatchArchive);
}

}  // namespace fluxcascade::sandbox
