#include "edge/verify/recipes_for_test.h"

#include "absl/strings/str_cat.h"
#include "edge/verify/sender_for_test.h"

namespace fluxcascade::edge {
namespace {

v1::DigestRecipe WithParts(const std::vector<v1::SignedPart::Part>& parts) {
  v1::DigestRecipe recipe;
  for (const v1::SignedPart::Part part : parts) {
    v1::SignedPart* added = recipe.add_parts();
    added->set_part(part);
    if (part == v1::SignedPart::PART_PUBLIC_URI) {
      added->set_uri_decoding(v1::SignedPart::URI_DECODING_RESERVED_CHARACTERS);
    }
  }
  recipe.add_secrets()->set_value(kTestSecret);
  return recipe;
}

v1::DigestRecipe HexHash(const std::vector<v1::SignedPart::Part>& parts) {
  v1::DigestRecipe recipe = WithParts(parts);
  recipe.set_algorithm(v1::DigestRecipe::ALGORITHM_SHA256);
  recipe.set_encoding(v1::DigestRecipe::ENCODING_HEX);
  recipe.set_header("x-signature");
  return recipe;
}

// At most 5 minutes old.
void SetTimestamp(const char* header, v1::TimestampRule::Unit unit, int max_ahead_seconds,
                  v1::DigestRecipe& recipe) {
  v1::TimestampRule& rule = *recipe.mutable_timestamp();
  rule.set_header(header);
  rule.set_unit(unit);
  rule.mutable_max_age()->set_seconds(300);
  rule.mutable_max_ahead()->set_seconds(max_ahead_seconds);
}

}  // namespace

v1::DigestRecipe HashOfBody() {
  return HexHash({v1::SignedPart::PART_SECRET, v1::SignedPart::PART_BODY});
}

v1::DigestRecipe HashOfRequest() {
  return HexHash({v1::SignedPart::PART_SECRET, v1::SignedPart::PART_METHOD,
                  v1::SignedPart::PART_PUBLIC_URI, v1::SignedPart::PART_BODY});
}

v1::DigestRecipe StandardWebhook() {
  v1::DigestRecipe recipe = WithParts({v1::SignedPart::PART_HEADER, v1::SignedPart::PART_LITERAL,
                                       v1::SignedPart::PART_TIMESTAMP, v1::SignedPart::PART_LITERAL,
                                       v1::SignedPart::PART_BODY});
  recipe.mutable_parts(0)->set_header("webhook-id");
  recipe.mutable_parts(1)->set_literal(".");
  recipe.mutable_parts(3)->set_literal(".");
  recipe.set_algorithm(v1::DigestRecipe::ALGORITHM_HMAC_SHA256);
  recipe.set_encoding(v1::DigestRecipe::ENCODING_BASE64);
  recipe.set_header("webhook-signature");
  recipe.set_separator(" ");
  recipe.set_prefix("v1,");
  SetTimestamp("webhook-timestamp", v1::TimestampRule::UNIT_SECONDS, 300, recipe);
  recipe.mutable_replay()->set_id_header("webhook-id");
  return recipe;
}

v1::DigestRecipe StandardWebhookOfAKey() {
  v1::DigestRecipe recipe = StandardWebhook();
  recipe.set_algorithm(v1::DigestRecipe::ALGORITHM_ED25519);
  recipe.set_prefix("v1a,");
  recipe.mutable_secrets(0)->set_value(Ed25519PublicKey(kTestSeed));
  return recipe;
}

v1::DigestRecipe TimedItems() {
  v1::DigestRecipe recipe = WithParts(
      {v1::SignedPart::PART_TIMESTAMP, v1::SignedPart::PART_LITERAL, v1::SignedPart::PART_BODY});
  recipe.mutable_parts(1)->set_literal(".");
  recipe.set_algorithm(v1::DigestRecipe::ALGORITHM_HMAC_SHA256);
  recipe.set_encoding(v1::DigestRecipe::ENCODING_HEX);
  recipe.set_header("x-signatures");
  recipe.set_separator(",");
  recipe.set_prefix("v1=");
  SetTimestamp("x-signatures", v1::TimestampRule::UNIT_SECONDS, 60, recipe);
  recipe.mutable_timestamp()->set_item_prefix("t=");
  return recipe;
}

v1::DigestRecipe TimedHmac() {
  v1::DigestRecipe recipe = WithParts({v1::SignedPart::PART_METHOD, v1::SignedPart::PART_PUBLIC_URI,
                                       v1::SignedPart::PART_BODY, v1::SignedPart::PART_TIMESTAMP});
  recipe.set_algorithm(v1::DigestRecipe::ALGORITHM_HMAC_SHA256);
  recipe.set_encoding(v1::DigestRecipe::ENCODING_BASE64);
  recipe.set_header("x-signature-v3");
  SetTimestamp("x-request-timestamp", v1::TimestampRule::UNIT_MILLISECONDS, 60, recipe);
  return recipe;
}

v1::Recipe Labelled(std::string label, v1::DigestRecipe digest) {
  v1::Recipe recipe;
  recipe.set_label(std::move(label));
  *recipe.mutable_digest() = std::move(digest);
  return recipe;
}

v1::Recipe Basic(std::string label, std::string credentials) {
  v1::Recipe recipe;
  recipe.set_label(std::move(label));
  recipe.mutable_basic()->add_credentials()->set_value(std::move(credentials));
  return recipe;
}

v1::Recipe HeaderToken(std::string label, std::string header, std::string token) {
  v1::Recipe recipe;
  recipe.set_label(std::move(label));
  recipe.mutable_token()->set_header(std::move(header));
  recipe.mutable_token()->add_tokens()->set_value(std::move(token));
  return recipe;
}

SignedRequest OwnedRequest::View() {
  header_views.clear();
  for (const auto& [name, value] : headers) header_views.push_back({name, value});
  SignedRequest request{.method = method, .headers = header_views, .body = body};
  if (query.has_value()) request.query = *query;
  return request;
}

OwnedRequest SignedRequestOf(const v1::DigestRecipe& recipe) {
  OwnedRequest request{.query = "a=1%2F2", .body = R"([{"id":1}])"};
  const bool in_seconds = recipe.timestamp().unit() == v1::TimestampRule::UNIT_SECONDS;
  const std::string timestamp =
      absl::StrCat(in_seconds ? absl::ToUnixSeconds(kTestSentAt) : absl::ToUnixMillis(kTestSentAt));
  const bool has_key = recipe.algorithm() == v1::DigestRecipe::ALGORITHM_ED25519;
  request.headers = {{"Webhook-Id", "msg_1"}};
  const std::string signature =
      SenderForTest(recipe, kTestUrl)
          .HeaderValue(request.View(), timestamp, {has_key ? kTestSeed : kTestSecret});
  request.headers = {{recipe.header(), signature}, {"Webhook-Id", "msg_1"}};
  if (recipe.has_timestamp() && recipe.timestamp().item_prefix().empty()) {
    request.headers.insert(request.headers.begin() + 1, {recipe.timestamp().header(), timestamp});
  }
  return request;
}

}  // namespace fluxcascade::edge
