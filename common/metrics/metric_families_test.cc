#include "common/metrics/metric_families.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/text_serializer.h"

namespace fluxcascade {
namespace {

using testing::HasSubstr;

std::string Text(MetricFamilies families) {
  return prometheus::TextSerializer().Serialize(std::move(families).Take());
}

TEST(MetricFamiliesTest, AFamilyHasItsPrefixHelpAndType) {
  MetricFamilies families("edge_");
  families.Counter("requests_total", "Requests that came.", 3);
  families.Gauge("ready", "Whether it is.", 1);
  EXPECT_EQ(Text(std::move(families)),
            "# HELP edge_requests_total Requests that came.\n"
            "# TYPE edge_requests_total counter\n"
            "edge_requests_total 3\n"
            "# HELP edge_ready Whether it is.\n"
            "# TYPE edge_ready gauge\n"
            "edge_ready 1\n");
}

TEST(MetricFamiliesTest, ValuesOfAFamilyDifferInTheirLabels) {
  MetricFamilies families;
  families.BeginCounters("requests_total", "Requests.");
  families.Add(1, {{"hook", "a"}});
  families.Add(2, {{"hook", "say \"b\""}});
  const std::string text = Text(std::move(families));
  EXPECT_THAT(text, HasSubstr("requests_total{hook=\"a\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("requests_total{hook=\"say \\\"b\\\"\"} 2\n"));
}

TEST(MetricFamiliesTest, AHistogramIsCumulativeAndInSeconds) {
  Histogram histogram;
  histogram.Observe(absl::Microseconds(7));
  histogram.Observe(absl::Milliseconds(2));
  histogram.Observe(absl::Seconds(60));
  HistogramReading reading;
  histogram.AddTo(&reading);
  MetricFamilies families;
  families.BeginHistograms("stage_seconds", "Stages.");
  families.Add(reading, {{"stage", "sync"}});
  const std::string text = Text(std::move(families));
  EXPECT_THAT(text, HasSubstr("stage_seconds_count{stage=\"sync\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("stage_seconds_sum{stage=\"sync\"} 60.002007"));
  EXPECT_THAT(text, HasSubstr("stage_seconds_bucket{stage=\"sync\",le=\"0.001\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("stage_seconds_bucket{stage=\"sync\",le=\"0.0025\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("stage_seconds_bucket{stage=\"sync\",le=\"30\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("stage_seconds_bucket{stage=\"sync\",le=\"+Inf\"} 3\n"));
}

}  // namespace
}  // namespace fluxcascade
