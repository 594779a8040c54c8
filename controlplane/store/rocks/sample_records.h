// One or a few of every record, for tests of the stored format. The same at every call.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_SAMPLE_RECORDS_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_SAMPLE_RECORDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "controlplane/store/store.h"

namespace fluxcascade {

absl::Time SampleTime();

// Writes the sample into an empty store.
absl::Status WriteSample(Store& store);

// What can be read of it, as text: each record by its name, each list by each filter, the queue's
// claims. Equal for two stores that hold the same.
absl::StatusOr<std::vector<std::string>> ReadSample(Store& store);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_SAMPLE_RECORDS_H_
