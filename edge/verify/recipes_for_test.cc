#include "edge/verify/recipes_for_test.h"

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
  recipe.add_secrets(kTestSecret);
  return recipe;
}

v1::DigestRecipe HexHash(const std::vector<v1::SignedPart::Part>& parts) {
  v1::DigestRecipe recipe = WithParts(parts);
  recipe.set_algorithm(v1::DigestRecipe::ALGORITHM_SHA256);
  recipe.set_encoding(v1::DigestRecipe::ENCODING_HEX);
  recipe.set_header("x-signature");
  return recipe;
}

}  // namespace

v1::DigestRecipe HashOfBody() {
  return HexHash({v1::SignedPart::PART_SECRET, v1::SignedPart::PART_BODY});
}

v1::DigestRecipe HashOfRequest() {
  return HexHash({v1::SignedPart::PART_SECRET, v1::SignedPart::PART_METHOD,
                  v1::SignedPart::PART_PUBLIC_URI, v1::SignedPart::PART_BODY});
}

v1::DigestRecipe TimedHmac() {
  v1::DigestRecipe recipe = WithParts({v1::SignedPart::PART_METHOD, v1::SignedPart::PART_PUBLIC_URI,
                                       v1::SignedPart::PART_BODY, v1::SignedPart::PART_TIMESTAMP});
  recipe.set_algorithm(v1::DigestRecipe::ALGORITHM_HMAC_SHA256);
  recipe.set_encoding(v1::DigestRecipe::ENCODING_BASE64);
  recipe.set_header("x-signature-v3");
  recipe.mutable_timestamp()->set_header("x-request-timestamp");
  recipe.mutable_timestamp()->set_unit(v1::TimestampRule::UNIT_MILLISECONDS);
  recipe.mutable_timestamp()->mutable_max_age()->set_seconds(300);
  recipe.mutable_timestamp()->mutable_max_ahead()->set_seconds(60);
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
  recipe.mutable_basic()->add_credentials(std::move(credentials));
  return recipe;
}

SignedRequest OwnedRequest::View() {
  header_views.clear();
  for (const auto& [name, value] : headers) header_views.push_back({name, value});
  SignedRequest request{.method = method, .headers = header_views, .body = body};
  if (query.has_value()) request.query = *query;
  return request;
}

}  // namespace fluxcascade::edge
