// The table of all connectors.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_CONNECTOR_TABLE_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_CONNECTOR_TABLE_H_

#include "controlplane/connectors/hubspot/hubspot_connector.h"
#include "controlplane/connectors/pipedrive/pipedrive_connector.h"
#include "controlplane/connectors/registry.h"

namespace fluxcascade {

// Where the systems are. Process flags: never set through the API.
struct ConnectorTableOptions {
  HubSpotOptions hubspot;
  PipedriveOptions pipedrive;
};

ConnectorRegistry MakeConnectorTable(const ConnectorTableOptions& options);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_CONNECTOR_TABLE_H_
