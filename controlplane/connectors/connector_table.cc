#include "controlplane/connectors/connector_table.h"

#include <memory>
#include <utility>
#include <vector>

namespace fluxcascade {

ConnectorRegistry MakeConnectorTable(const ConnectorTableOptions& options) {
  std::vector<std::unique_ptr<Connector>> connectors;
  connectors.push_back(std::make_unique<HubSpotConnector>(options.hubspot));
  connectors.push_back(std::make_unique<PipedriveConnector>(options.pipedrive));
  return ConnectorRegistry(std::move(connectors));
}

}  // namespace fluxcascade
