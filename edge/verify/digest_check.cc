#include "edge/verify/digest_check.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "edge/verify/recipe_fields.h"
#include "edge/verify/secret_trial.h"

namespace fluxcascade::edge {
namespace {

using Part = v1::SignedPart;
using Recipe = v1::DigestRecipe;

absl::StatusOr<std::vector<SigningSecret>> CompileSecrets(const Recipe& recipe) {
  FC_RETURN_IF_ERROR(CheckSecrets("secrets", recipe.secrets()));
  std::vector<SigningSecret> secrets;
  for (int i = 0; i < recipe.secrets_size(); ++i) {
    absl::StatusOr<SigningSecret> secret =
        SigningSecret::Compile(recipe.algorithm(), recipe.secrets(i));
    if (!secret.ok()) return InField(absl::StrCat("secrets[", i, "]"), secret.status());
    secrets.push_back(*std::move(secret));
  }
  return secrets;
}

absl::StatusOr<std::optional<TimestampCheck>> CompileTimestamp(const Recipe& recipe) {
  if (!recipe.has_timestamp()) return std::nullopt;
  absl::StatusOr<TimestampCheck> timestamp =
      TimestampCheck::Compile(recipe.timestamp(), recipe.separator());
  if (!timestamp.ok()) return InField("timestamp", timestamp.status());
  return *std::move(timestamp);
}

// What would let through what nobody signed.
absl::Status CheckWhatIsSigned(const Recipe& recipe, const SignedParts& parts) {
  if (!parts.Has(Part::PART_BODY)) {
    return FieldError("parts", "must hold PART_BODY: otherwise any body passes");
  }
  if (recipe.algorithm() == Recipe::ALGORITHM_SHA256 && !parts.Has(Part::PART_SECRET)) {
    return FieldError("parts", "must hold PART_SECRET for ALGORITHM_SHA256: it has no key");
  }
  if (recipe.algorithm() == Recipe::ALGORITHM_ED25519 && parts.Has(Part::PART_SECRET)) {
    return FieldError("parts", "must not hold PART_SECRET for ALGORITHM_ED25519: it has none");
  }
  if (parts.Has(Part::PART_TIMESTAMP) && !recipe.has_timestamp()) {
    return FieldError("timestamp", "is required with PART_TIMESTAMP");
  }
  if (!parts.Has(Part::PART_TIMESTAMP) && recipe.has_timestamp()) {
    return FieldError("timestamp", "needs PART_TIMESTAMP: an unsigned time protects nothing");
  }
  return absl::OkStatus();
}

absl::Status CheckReplay(const Recipe& recipe, const SignedParts& parts) {
  if (!recipe.has_replay()) return absl::OkStatus();
  if (!parts.HasHeader(recipe.replay().id_header())) {
    return FieldError("replay.id_header",
                      "must be the header of a PART_HEADER: an unsigned id protects nothing");
  }
  if (!recipe.has_timestamp()) {
    return FieldError("replay", "needs timestamp: otherwise ids would have to be kept for ever");
  }
  return absl::OkStatus();
}

}  // namespace

DigestCheck::DigestCheck(SignatureHeader header, SignedParts parts,
                         std::vector<SigningSecret> secrets,
                         std::optional<TimestampCheck> timestamp, const Recipe& recipe)
    : header_(std::move(header)),
      parts_(std::move(parts)),
      secrets_(std::move(secrets)),
      timestamp_(std::move(timestamp)),
      joins_(recipe.algorithm() == Recipe::ALGORITHM_ED25519),
      id_header_(recipe.replay().id_header()) {}

absl::StatusOr<DigestCheck> DigestCheck::Compile(const Recipe& recipe,
                                                 absl::string_view public_url) {
  FC_ASSIGN_OR_RETURN(const size_t signature_bytes, SignatureBytes(recipe.algorithm()));
  FC_ASSIGN_OR_RETURN(SignatureHeader header, SignatureHeader::Compile(recipe, signature_bytes));
  FC_ASSIGN_OR_RETURN(std::vector<SigningSecret> secrets, CompileSecrets(recipe));
  FC_ASSIGN_OR_RETURN(SignedParts parts, SignedParts::Compile(recipe.parts(), public_url));
  FC_RETURN_IF_ERROR(CheckWhatIsSigned(recipe, parts));
  FC_ASSIGN_OR_RETURN(std::optional<TimestampCheck> timestamp, CompileTimestamp(recipe));
  FC_RETURN_IF_ERROR(CheckReplay(recipe, parts));
  return DigestCheck(std::move(header), std::move(parts), std::move(secrets), std::move(timestamp),
                     recipe);
}

Refusal DigestCheck::Check(const SignedRequest& request, absl::Time now) const {
  const SignatureHeader::Reading header = header_.Read(request);
  if (header.refusal.has_value()) return header.refusal;

  TimestampCheck::Reading timestamp;
  if (timestamp_.has_value()) timestamp = timestamp_->Read(request);
  if (timestamp.refusal.has_value()) return timestamp.refusal;

  SignedPieces pieces;
  const Refusal unreadable = parts_.Read(request, timestamp.text, pieces);
  if (unreadable.has_value()) return unreadable;
  if (joins_) pieces.Join();

  const Refusal refusal = TrySecrets(header.signatures, pieces, now);
  if (refusal.has_value()) return refusal;
  return timestamp_.has_value() ? timestamp_->CheckWindow(timestamp.time, now) : std::nullopt;
}

Refusal DigestCheck::TrySecrets(const Signatures& signatures, SignedPieces& pieces,
                                absl::Time now) const {
  SecretTrial trial(now);
  for (const SigningSecret& secret : secrets_) {
    trial.Add(secret.MadeAnyOf(signatures, pieces), secret.not_after());
  }
  return trial.Verdict(v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
}

std::optional<SignedId> DigestCheck::IdOf(const SignedRequest& request) const {
  if (id_header_.empty()) return std::nullopt;
  return SignedId{.recipe = {},
                  .id = FindHeader(request.headers, id_header_).value,
                  .good_until = timestamp_->GoodUntil(timestamp_->Read(request).time)};
}

}  // namespace fluxcascade::edge
