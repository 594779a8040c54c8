// For what cannot happen: stops the process when it does. What the network, the disk, a peer or a
// user may cause is handled with a Status instead.
#ifndef FLUXCASCADE_COMMON_CHECK_CHECK_H_
#define FLUXCASCADE_COMMON_CHECK_CHECK_H_

namespace fluxcascade::internal {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace fluxcascade::internal

// Evaluated in every build, unlike assert().
#define FC_CHECK(condition)     \
  (static_cast<bool>(condition) \
       ? static_cast<void>(0)   \
       : ::fluxcascade::internal::CheckFailed(__FILE__, __LINE__, #condition))

#endif  // FLUXCASCADE_COMMON_CHECK_CHECK_H_
