// What a sender signs to tell its messages apart.
#ifndef FLUXCASCADE_EDGE_VERIFY_SIGNED_ID_H_
#define FLUXCASCADE_EDGE_VERIFY_SIGNED_ID_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fluxcascade::edge {

// Views, into the recipe and the request.
struct SignedId {
  // The label of the recipe that asks for it.
  absl::string_view recipe;
  absl::string_view id;
  // Afterwards the request is too old to be taken anyway.
  absl::Time good_until;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_SIGNED_ID_H_
