#include "learn/training/internal/team.h"

#include <ATen/Parallel.h>

namespace osler::learn::training {

Team::Team(int threads) {
  at::set_num_threads(1);
  if (threads > 1) {
    helper_ = std::thread([this] { serve(); });
  }
}

Team::~Team() {
  if (helper_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    changed_.notify_all();
    helper_.join();
  }
}

void Team::run(const std::function<void(std::size_t shard)>& work) {
  if (!helper_.joinable()) {
    work(0);
    work(1);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    thrown_ = nullptr;
  }
  changed_.notify_all();
  std::exception_ptr mine;
  try {
    work(0);
  } catch (...) {
    mine = std::current_exception();
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return work_ == nullptr; });
  if (mine || thrown_) {
    std::rethrow_exception(mine ? mine : thrown_);
  }
}

void Team::serve() {
  at::set_num_threads(1);
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return work_ != nullptr || ends_; });
    if (ends_) {
      return;
    }
    const auto* work = work_;
    lock.unlock();
    std::exception_ptr thrown;
    try {
      (*work)(1);
    } catch (...) {
      thrown = std::current_exception();
    }
    lock.lock();
    thrown_ = thrown;
    work_ = nullptr;
    changed_.notify_all();
  }
}

}  // namespace osler::learn::training
