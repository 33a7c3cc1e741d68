#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace osler::serve::http {

// Threads that take jobs from one bounded queue, in order. What a job throws is dropped.
class WorkerPool {
 public:
  WorkerPool(std::size_t threads, std::size_t most_waiting);
  // As stop().
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False: the queue is full, or the pool has stopped; the job is then dropped. From any thread.
  [[nodiscard]] bool submit(std::function<void()> job);
  [[nodiscard]] std::size_t waiting() const;
  // Takes no more, does what waits, and comes back when all is done.
  void stop();

 private:
  void work();

  std::size_t most_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::thread> threads_;
  bool stopped_ = false;
};

}  // namespace osler::serve::http
