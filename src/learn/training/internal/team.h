#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace osler::learn::training {

// Work is always cut into this many shards, so that a result does not depend on how many threads
// there were.
inline constexpr std::size_t kShards = 2;

// Runs the two shards of a step: side by side on two threads, or one after the other on one. Each
// thread computes with one libtorch thread: OpenMP's would wait for each other by spinning.
class Team {
 public:
  explicit Team(int threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  // Calls work(0) and work(1), returns when both are done; throws what a shard threw, the first
  // shard's before the second's. Neither shard may depend on the other.
  void run(const std::function<void(std::size_t shard)>& work);

 private:
  void serve();

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void(std::size_t)>* work_ = nullptr;  // of the second shard, while it runs
  std::exception_ptr thrown_;
  bool ends_ = false;
  std::thread helper_;
};

}  // namespace osler::learn::training
