// What is signed, in the pieces in which it lies in memory: no body is copied to be hashed.
#ifndef FLUXCASCADE_EDGE_VERIFY_SIGNED_PIECES_H_
#define FLUXCASCADE_EDGE_VERIFY_SIGNED_PIECES_H_

#include <list>
#include <string>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/check/check.h"

namespace fluxcascade::edge {

// Views; whoever adds one keeps alive what it points to.
class SignedPieces {
 public:
  SignedPieces() = default;
  SignedPieces(const SignedPieces&) = delete;
  SignedPieces& operator=(const SignedPieces&) = delete;

  void Add(absl::string_view piece) { pieces_.push_back(piece); }
  void AddOwned(std::string piece) { Add(owned_.emplace_back(std::move(piece))); }
  // The place of whichever secret is being tried.
  void AddSecret() {
    secret_places_.push_back(pieces_.size());
    Add("");
  }

  // Valid until the next call.
  absl::Span<const absl::string_view> With(absl::string_view secret) {
    for (const size_t place : secret_places_) pieces_[place] = secret;
    return pieces_;
  }

  // Makes one piece of all, for an algorithm that can't do with less. There is no place of a
  // secret.
  void Join() {
    FC_CHECK(secret_places_.empty());
    std::string text = absl::StrJoin(pieces_, "");
    pieces_.clear();
    AddOwned(std::move(text));
  }

 private:
  absl::InlinedVector<absl::string_view, 8> pieces_;
  absl::InlinedVector<size_t, 1> secret_places_;
  std::list<std::string> owned_;  // stay where they are
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_SIGNED_PIECES_H_
