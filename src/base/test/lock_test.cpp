#include "base/lock.h"

#include <chrono>
#include <csignal>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"

namespace osler {
namespace {

constexpr std::chrono::milliseconds kAtOnce(0);
constexpr std::chrono::milliseconds kSoon(10'000);

TEST(FileLock, IsHeldByOneAtATimeAndLetGoAtTheEnd) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "deep" / "lock";
  {
    const auto first = FileLock::take(path, kAtOnce);
    ASSERT_TRUE(first) << first.error().message;
    const auto second = FileLock::take(path, kAtOnce);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(second.error().where, path.string());
    EXPECT_FALSE(second.error().advice.empty());
  }
  EXPECT_TRUE(FileLock::take(path, kAtOnce));
}

TEST(FileLock, IsLetGoOfWhenItsProcessIsKilled) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "lock";
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = FileLock::take(path, kAtOnce);
    ::_exit(held && ::write(ends[1], "x", 1) == 1 && ::pause() != 0 ? 0 : 1);
  }
  char told = 0;
  ASSERT_EQ(::read(ends[0], &told, 1), 1);
  EXPECT_FALSE(FileLock::take(path, kAtOnce));
  ::kill(child, SIGKILL);
  EXPECT_TRUE(FileLock::take(path, kSoon));
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(FileLock, IsHeldOnByAChildThatKeepsItOpen) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "lock";
  const auto start = [&](int keep_open) {
    return ChildProcess::start({.program = "/bin/cat",
                                .arguments = {},
                                .environment = {},
                                .error_log = {},
                                .stop_with_parent = false,
                                .keep_open = keep_open});
  };
  auto lock = FileLock::take(path, kAtOnce);
  ASSERT_TRUE(lock);
  auto keeper = start(lock->descriptor());
  ASSERT_TRUE(keeper);
  // A round trip: the child has become its program, and what it does not keep is closed.
  ASSERT_TRUE(keeper->write(as_bytes("x")));
  ASSERT_TRUE(keeper->read_exactly(1, kSoon));
  lock = Error(ErrorCode::Unavailable, "let go");
  EXPECT_FALSE(FileLock::take(path, kAtOnce));
  EXPECT_EQ(keeper->wait(), 0);
  EXPECT_TRUE(FileLock::take(path, kAtOnce));

  lock = FileLock::take(path, kAtOnce);
  auto other = start(-1);
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->write(as_bytes("x")));
  ASSERT_TRUE(other->read_exactly(1, kSoon));
  lock = Error(ErrorCode::Unavailable, "let go");
  EXPECT_TRUE(FileLock::take(path, kAtOnce));
}

}  // namespace
}  // namespace osler
