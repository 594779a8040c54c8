#include "controlplane/connectors/hubspot/hubspot_hook.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"

namespace fluxcascade {
namespace {

using edge::v1::DigestRecipe;
using edge::v1::Recipe;
using edge::v1::SignedPart;
using edge::v1::TimestampRule;

// "Reject the request if the timestamp is older than 5 minutes."
constexpr int kMaxAgeSeconds = 300;
// HubSpot does not say how far ahead its clock may be. Ours may be behind a little; more would only
// make a captured request good for longer.
constexpr int kMaxAheadSeconds = 60;

Recipe MakeRecipe(absl::string_view label, const AppIdentity& app,
                  DigestRecipe::Algorithm algorithm, DigestRecipe::Encoding encoding,
                  absl::string_view header, const std::vector<SignedPart::Part>& parts) {
  Recipe recipe;
  recipe.set_label(std::string(label));
  DigestRecipe& digest = *recipe.mutable_digest();
  digest.set_algorithm(algorithm);
  digest.set_encoding(encoding);
  digest.set_header(std::string(header));
  digest.add_secrets()->set_value(app.client_secret);
  for (const AppIdentity::FormerSecret& former : app.former_secrets) {
    edge::v1::Secret& secret = *digest.add_secrets();
    secret.set_value(former.value);
    *secret.mutable_not_after() = ToProto(former.not_after);
  }
  for (const SignedPart::Part part : parts) {
    SignedPart& signed_part = *digest.add_parts();
    signed_part.set_part(part);
    if (part == SignedPart::PART_PUBLIC_URI) {
      signed_part.set_uri_decoding(SignedPart::URI_DECODING_NONE);
    }
  }
  return recipe;
}

Recipe V1(const AppIdentity& app) {
  return MakeRecipe("v1", app, DigestRecipe::ALGORITHM_SHA256, DigestRecipe::ENCODING_HEX,
                    "x-hubspot-signature", {SignedPart::PART_SECRET, SignedPart::PART_BODY});
}

Recipe V2(const AppIdentity& app) {
  return MakeRecipe("v2", app, DigestRecipe::ALGORITHM_SHA256, DigestRecipe::ENCODING_HEX,
                    "x-hubspot-signature",
                    {SignedPart::PART_SECRET, SignedPart::PART_METHOD, SignedPart::PART_PUBLIC_URI,
                     SignedPart::PART_BODY});
}

Recipe V3(const AppIdentity& app) {
  Recipe recipe = MakeRecipe("v3", app, DigestRecipe::ALGORITHM_HMAC_SHA256,
                             DigestRecipe::ENCODING_BASE64, "x-hubspot-signature-v3",
                             {SignedPart::PART_METHOD, SignedPart::PART_PUBLIC_URI,
                              SignedPart::PART_BODY, SignedPart::PART_TIMESTAMP});
  DigestRecipe& digest = *recipe.mutable_digest();
  // HubSpot undoes the encoding of some characters before it signs; no SDK of its own does.
  digest.mutable_parts(1)->set_uri_decoding(SignedPart::URI_DECODING_RESERVED_CHARACTERS);
  TimestampRule& timestamp = *digest.mutable_timestamp();
  timestamp.set_header("x-hubspot-request-timestamp");
  timestamp.set_unit(TimestampRule::UNIT_MILLISECONDS);
  timestamp.mutable_max_age()->set_seconds(kMaxAgeSeconds);
  timestamp.mutable_max_ahead()->set_seconds(kMaxAheadSeconds);
  return recipe;
}

}  // namespace

absl::Status FillHubSpotHook(const AppIdentity& app, edge::v1::Hook& hook) {
  if (app.client_secret.empty()) {
    return absl::FailedPreconditionError(
        "the app has no client_secret: HubSpot signs its webhooks with it");
  }
  std::vector<Recipe> weaker;
  for (const std::string& version : app.accepted_signatures) {
    if (version == "v1") {
      weaker.push_back(V1(app));
    } else if (version == "v2") {
      weaker.push_back(V2(app));
    } else if (version != "v3") {
      return absl::InvalidArgumentError(absl::StrCat(
          "accepted_signatures: HubSpot has no signature '", version, "'; there are: v1, v2, v3"));
    }
  }
  if (weaker.empty()) {
    *hook.add_required() = V3(app);
  } else {
    *hook.add_any_of() = V3(app);
    for (Recipe& recipe : weaker) *hook.add_any_of() = std::move(recipe);
  }
  for (const char* header : {"content-type", "user-agent", "x-hubspot-request-timestamp",
                             "x-hubspot-signature-version"}) {
    hook.add_logged_headers(header);
  }
  return absl::OkStatus();
}

}  // namespace fluxcascade
