#include "tests/sandbox/hubspot/property_defaults.h"

#include <string>
#include <utility>

namespace fluxcascade::sandbox {
namespace {

CrmProperty Text(std::string name, std::string label) {
  return {std::move(name), std::move(label), "string", "text", {}, false, false, true};
}

CrmProperty Number(std::string name, std::string label) {
  return {std::move(name), std::move(label), "number", "number", {}, false, false, true};
}

CrmProperty Date(std::string name, std::string label) {
  return {std::move(name), std::move(label), "datetime", "date", {}, false, false, true};
}

CrmProperty Select(std::string name, std::string label, std::vector<std::string> options) {
  return {std::move(name),
          std::move(label),
          "enumeration",
          "select",
          std::move(options),
          false,
          false,
          true};
}

CrmProperty ReadOnly(CrmProperty property) {
  property.read_only = true;
  return property;
}

std::vector<CrmProperty> ContactProperties() {
  CrmProperty email = Text("email", "Email");
  email.has_unique_value = true;
  return {email,
          Text("firstname", "First Name"),
          Text("lastname", "Last Name"),
          Text("phone", "Phone Number"),
          Text("mobilephone", "Mobile Phone Number"),
          Text("company", "Company Name"),
          Text("jobtitle", "Job Title"),
          Text("website", "Website URL"),
          Text("address", "Street Address"),
          Text("city", "City"),
          Text("state", "State/Region"),
          Text("zip", "Postal Code"),
          Text("country", "Country/Region"),
          Text("date_of_birth", "Date of Birth"),
          Text("hubspot_owner_id", "Contact owner"),
          Select("lifecyclestage", "Lifecycle Stage",
                 {"subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead",
                  "opportunity", "customer", "evangelist", "other"}),
          Number("numemployees", "Number of Employees"),
          ReadOnly(Text("hs_merged_object_ids", "Merged record IDs")),
          ReadOnly(Date("lastmodifieddate", "Last Modified Date"))};
}

std::vector<CrmProperty> CompanyProperties() {
  return {Text("name", "Company name"),
          Text("domain", "Company Domain Name"),
          Text("phone", "Phone Number"),
          Text("city", "City"),
          Text("industry", "Industry"),
          Number("annualrevenue", "Annual Revenue"),
          ReadOnly(Date("hs_lastmodifieddate", "Last Modified Date"))};
}

std::vector<CrmProperty> DealProperties() {
  return {
      Text("dealname", "Deal Name"),   Number("amount", "Amount"),
      Text("dealstage", "Deal Stage"), Text("pipeline", "Pipeline"),
      Date("closedate", "Close Date"), ReadOnly(Date("hs_lastmodifieddate", "Last Modified Date"))};
}

}  // namespace

std::vector<CrmProperty> DefaultProperties(const CrmType& type) {
  std::vector<CrmProperty> properties = type.singular == "contact"   ? ContactProperties()
                                        : type.singular == "company" ? CompanyProperties()
                                                                     : DealProperties();
  properties.push_back(ReadOnly(Date("createdate", "Create Date")));
  properties.push_back(ReadOnly(Number("hs_object_id", "Record ID")));
  return properties;
}

}  // namespace fluxcascade::sandbox
