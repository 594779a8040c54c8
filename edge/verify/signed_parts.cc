#include "edge/verify/signed_parts.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "edge/verify/public_uri.h"
#include "edge/verify/recipe_fields.h"

namespace fluxcascade::edge {
namespace {

using Part = v1::SignedPart;

absl::Status CheckDecoding(const Part& part) {
  const bool is_uri = part.part() == Part::PART_PUBLIC_URI;
  const bool is_named = part.uri_decoding() != Part::URI_DECODING_UNSPECIFIED &&
                        Part::UriDecoding_IsValid(part.uri_decoding());
  if (is_uri && !is_named) {
    return FieldError("uri_decoding",
                      "must be URI_DECODING_NONE or URI_DECODING_RESERVED_CHARACTERS");
  }
  if (!is_uri && part.uri_decoding() != Part::URI_DECODING_UNSPECIFIED) {
    return FieldError("uri_decoding", "is for PART_PUBLIC_URI alone");
  }
  return absl::OkStatus();
}

absl::Status CheckLiteral(const Part& part) {
  const bool is_literal = part.part() == Part::PART_LITERAL;
  if (is_literal != !part.literal().empty() ||
      part.literal().size() > SignedParts::kMaxLiteralBytes) {
    return FieldError("literal", absl::StrCat("must be 1 to ", SignedParts::kMaxLiteralBytes,
                                              " bytes for PART_LITERAL, and empty for the others"));
  }
  return absl::OkStatus();
}

absl::Status CheckHeader(const Part& part) {
  if (part.part() == Part::PART_HEADER) return CheckHeaderName("header", part.header());
  return part.header().empty() ? absl::OkStatus()
                               : FieldError("header", "is for PART_HEADER alone");
}

absl::Status CheckPart(const Part& part) {
  if (part.part() == Part::PART_UNSPECIFIED || !Part::Part_IsValid(part.part())) {
    return FieldError("part", "must be one of the named parts");
  }
  FC_RETURN_IF_ERROR(CheckDecoding(part));
  FC_RETURN_IF_ERROR(CheckLiteral(part));
  return CheckHeader(part);
}

// Why the value that was found can't be a signed part.
Refusal CheckValue(const HeaderLookup& header, absl::string_view next_literal) {
  if (header.count == HeaderLookup::Count::kNone) {
    return v1::RejectedRequest::REASON_SIGNED_HEADER_MISSING;
  }
  if (header.count == HeaderLookup::Count::kSeveral ||
      (!next_literal.empty() && absl::StrContains(header.value, next_literal))) {
    return v1::RejectedRequest::REASON_SIGNED_HEADER_MALFORMED;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<SignedParts> SignedParts::Compile(
    const google::protobuf::RepeatedPtrField<Part>& parts, absl::string_view public_url) {
  if (parts.empty() || parts.size() > kMaxParts) {
    return FieldError("parts", absl::StrCat("must be 1 to ", kMaxParts, ", are ", parts.size()));
  }
  SignedParts compiled(public_url);
  for (int i = 0; i < parts.size(); ++i) {
    const absl::Status status = CheckPart(parts[i]);
    if (!status.ok()) return InField(absl::StrCat("parts[", i, "]"), status);
    CompiledPart part{.part = parts[i], .uri = {}, .next_literal = {}};
    if (parts[i].part() == Part::PART_PUBLIC_URI) {
      part.uri = PublicUri(public_url, std::nullopt, parts[i].uri_decoding());
    }
    if (i + 1 < parts.size()) part.next_literal = parts[i + 1].literal();
    compiled.parts_.push_back(std::move(part));
  }
  return compiled;
}

bool SignedParts::Has(Part::Part part) const {
  return std::any_of(parts_.begin(), parts_.end(), [part](const CompiledPart& candidate) {
    return candidate.part.part() == part;
  });
}

bool SignedParts::HasHeader(absl::string_view name) const {
  return std::any_of(parts_.begin(), parts_.end(), [name](const CompiledPart& candidate) {
    return candidate.part.part() == Part::PART_HEADER &&
           absl::EqualsIgnoreCase(candidate.part.header(), name);
  });
}

Refusal SignedParts::Read(const SignedRequest& request, absl::string_view timestamp,
                          SignedPieces& pieces) const {
  for (const CompiledPart& part : parts_) {
    switch (part.part.part()) {
      case Part::PART_METHOD:
        pieces.Add(request.method);
        break;
      case Part::PART_PUBLIC_URI:
        AddUri(part, request, pieces);
        break;
      case Part::PART_BODY:
        pieces.Add(request.body);
        break;
      case Part::PART_TIMESTAMP:
        pieces.Add(timestamp);
        break;
      case Part::PART_SECRET:
        pieces.AddSecret();
        break;
      case Part::PART_LITERAL:
        pieces.Add(part.part.literal());
        break;
      case Part::PART_HEADER: {
        const HeaderLookup header = FindHeader(request.headers, part.part.header());
        const Refusal refusal = CheckValue(header, part.next_literal);
        if (refusal.has_value()) return refusal;
        pieces.Add(header.value);
        break;
      }
      default:
        break;  // CheckPart lets no other through.
    }
  }
  return std::nullopt;
}

void SignedParts::AddUri(const CompiledPart& part, const SignedRequest& request,
                         SignedPieces& pieces) const {
  if (!request.query.has_value()) {
    pieces.Add(part.uri);
  } else {
    pieces.AddOwned(PublicUri(public_url_, request.query, part.part.uri_decoding()));
  }
}

}  // namespace fluxcascade::edge
