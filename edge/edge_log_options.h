// How the process's options become those of its log.
#ifndef FLUXCASCADE_EDGE_EDGE_LOG_OPTIONS_H_
#define FLUXCASCADE_EDGE_EDGE_LOG_OPTIONS_H_

#include "edge/edge_options.h"
#include "edge/log/rocks_event_log.h"

namespace fluxcascade::edge {

RocksEventLogOptions LogOptionsOf(const EdgeOptions& options);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_EDGE_LOG_OPTIONS_H_
