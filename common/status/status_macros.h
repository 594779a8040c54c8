// FC_RETURN_IF_ERROR and FC_ASSIGN_OR_RETURN: pass an error on to the caller.
#ifndef FLUXCASCADE_COMMON_STATUS_STATUS_MACROS_H_
#define FLUXCASCADE_COMMON_STATUS_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define FC_STATUS_CONCAT_INNER(a, b) a##b
#define FC_STATUS_CONCAT(a, b) FC_STATUS_CONCAT_INNER(a, b)

// Returns from the enclosing function when `expression`, an absl::Status, is not OK.
#define FC_RETURN_IF_ERROR(expression)                            \
  do {                                                            \
    if (absl::Status fc_status = (expression); !fc_status.ok()) { \
      return fc_status;                                           \
    }                                                             \
  } while (false)

// Declares or assigns `target` from `expression`, an absl::StatusOr, or returns its error.
#define FC_ASSIGN_OR_RETURN(target, ...) \
  FC_ASSIGN_OR_RETURN_INNER(FC_STATUS_CONCAT(fc_status_or_, __LINE__), target, (__VA_ARGS__))

#define FC_ASSIGN_OR_RETURN_INNER(status_or, target, expression) \
  auto status_or = expression;                                   \
  if (!status_or.ok()) return std::move(status_or).status();     \
  target = *std::move(status_or)

#endif  // FLUXCASCADE_COMMON_STATUS_STATUS_MACROS_H_
