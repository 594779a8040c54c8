#include "edge/log/folder_consumers.h"

#include <algorithm>
#include <cstdint>

#include "common/status/status_macros.h"
#include "edge/log/consumer.h"
#include "edge/log/receive_time.h"

namespace fluxcascade::edge {

absl::StatusOr<std::vector<LogConsumer>> ConsumersOf(const LogFolder& folder,
                                                     const std::vector<std::string>& further,
                                                     const LogConsumers& before, absl::Time now) {
  const LogContents& contents = folder.contents();
  std::vector<LogConsumer> consumers(1);
  consumers[0].name = std::string(kPrimaryConsumer);
  consumers[0].acks = contents.acks;
  for (const std::string& name : further) {
    LogConsumer& consumer = consumers.emplace_back();
    consumer.name = name;
    const auto known = folder.further_acks().find(name);
    if (known != folder.further_acks().end()) consumer.acks = known->second;
  }
  for (LogConsumer& consumer : consumers) {
    const LogConsumer* const known = before.Find(consumer.name);
    if (known != nullptr) consumer.GoOnFrom(*known);
    consumer.acknowledged = contents.tail;
    const uint64_t through = std::min(consumer.acks.through(), contents.head.sequence - 1);
    if (through >= contents.tail.sequence) {
      FC_ASSIGN_OR_RETURN(consumer.acknowledged, folder.EndOf(through));
    }
    consumer.oldest_unacknowledged =
        ReceiveTimeOf(consumer.acknowledged.sequence, folder).value_or(now);
  }
  return consumers;
}

}  // namespace fluxcascade::edge
