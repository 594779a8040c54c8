// The API's enums and the store's are converted by number: this holds them together.
#include <string>

#include "fluxcascade/store/v1/records.pb.h"
#include "fluxcascade/store/v1/resources.pb.h"
#include "fluxcascade/v1/app.pb.h"
#include "fluxcascade/v1/delivery.pb.h"
#include "fluxcascade/v1/edge.pb.h"
#include "fluxcascade/v1/event.pb.h"
#include "fluxcascade/v1/mapping.pb.h"
#include "fluxcascade/v1/subscription.pb.h"
#include "fluxcascade/v1/sync_log.pb.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

void ExpectSame(const google::protobuf::EnumDescriptor* api,
                const google::protobuf::EnumDescriptor* stored) {
  ASSERT_EQ(api->value_count(), stored->value_count()) << api->full_name();
  for (int i = 0; i < api->value_count(); ++i) {
    const google::protobuf::EnumValueDescriptor* const value =
        stored->FindValueByNumber(api->value(i)->number());
    ASSERT_NE(value, nullptr) << api->value(i)->full_name();
    EXPECT_EQ(api->value(i)->name(), value->name());
  }
}

TEST(EnumsTest, MeanTheSameInTheApiAndInTheStore) {
  ExpectSame(v1::Subscription::State_descriptor(), store::v1::Subscription::State_descriptor());
  ExpectSame(v1::DeletePolicy_descriptor(), store::v1::Mapping::DeletePolicy_descriptor());
  ExpectSame(v1::AckRule::Mode_descriptor(), store::v1::AckRule::Mode_descriptor());
  ExpectSame(v1::Event::State_descriptor(), store::v1::Event::State_descriptor());
  ExpectSame(v1::Event::Action_descriptor(), store::v1::Action_descriptor());
  ExpectSame(v1::Delivery::State_descriptor(), store::v1::Delivery::State_descriptor());
  ExpectSame(v1::Attempt::Blame_descriptor(), store::v1::Attempt::Blame_descriptor());
  ExpectSame(v1::SyncLog::Trigger_descriptor(), store::v1::SyncLog::Trigger_descriptor());
  ExpectSame(v1::SyncLog::Result_descriptor(), store::v1::SyncLog::Result_descriptor());
  ExpectSame(v1::EdgeNode::ConfigSource_descriptor(),
             store::v1::EdgeNode::ConfigSource_descriptor());
  ExpectSame(v1::ListDeliveriesRequest::Direction_descriptor(), store::v1::Direction_descriptor());
}

}  // namespace
}  // namespace fluxcascade
