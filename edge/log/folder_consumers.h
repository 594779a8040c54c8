// Where the consumers of a log stand that lies in a folder.
#ifndef FLUXCASCADE_EDGE_LOG_FOLDER_CONSUMERS_H_
#define FLUXCASCADE_EDGE_LOG_FOLDER_CONSUMERS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "edge/log/log_consumers.h"
#include "edge/log/log_folder.h"

namespace fluxcascade::edge {

// The primary, and those of these names, which go on from what they were `before` the folder was
// opened again. One that neither knows needs all that it holds. kDataLoss when a request that was
// the last acknowledged by one can't be read.
absl::StatusOr<std::vector<LogConsumer>> ConsumersOf(const LogFolder& folder,
                                                     const std::vector<std::string>& further,
                                                     const LogConsumers& before, absl::Time now);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_FOLDER_CONSUMERS_H_
