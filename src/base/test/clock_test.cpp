#include "base/clock.h"

#include <chrono>

#include <gtest/gtest.h>

namespace osler {
namespace {

// 24 Nov 2026, 09:12:31 UTC is 1,795,511,551 s after 1970: 20,781 days and 33,151 s.
constexpr std::int64_t kSeconds = 20'781LL * 86'400 + 33'151;

TEST(Clock, CountsMillisecondsSince1970) {
  const FixedClock clock(std::chrono::system_clock::time_point(std::chrono::milliseconds(1234)));
  EXPECT_EQ(now_ms(clock), 1234);
}

TEST(Clock, WritesMillisecondsAsRfc3339) {
  EXPECT_EQ(time_text(kSeconds * 1000 + 999), "2026-11-24T09:12:31Z");
  EXPECT_EQ(time_text(0), "");
}

}  // namespace
}  // namespace osler
