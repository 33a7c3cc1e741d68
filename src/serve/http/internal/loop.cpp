#include "serve/http/internal/loop.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <exception>
#include <utility>

#include <boost/asio/post.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "base/crypto.h"
#include "serve/http/internal/connection.h"

namespace osler::serve::http {
namespace {

using std::chrono::milliseconds;

// Fine enough for the shortest time-out that is set, coarse enough to cost nothing.
milliseconds tick_of(const ServerOptions& options) {
  const milliseconds least =
      std::min({options.head_time, options.grace, options.idle_time, options.write_time,
                options.handler_time, options.stop_time});
  return std::clamp(least / 8, milliseconds(5), milliseconds(250));
}

}  // namespace

Loop::Loop(Shared& shared, std::size_t most_connections)
    : shared_(shared),
      most_connections_(std::max<std::size_t>(1, most_connections)),
      timer_(context_.get_executor()),
      tick_every_(tick_of(shared.options)),
      id_prefix_(to_hex(crypto::random_bytes(8))) {}

Loop::~Loop() = default;

void Loop::stop() {
  asio::post(context_, [this] { begin_stop(); });
}

void Loop::set_tls(std::shared_ptr<asio::ssl::context> tls) {
  asio::post(context_, [this, tls = std::move(tls)]() mutable { tls_ = std::move(tls); });
}

void Loop::run() {
  last_tick_ = SteadyClock::now();
  asio::post(context_, [this] { tick(); });
  while (true) {
    try {
      context_.run();
      return;
    } catch (const std::exception&) {
      // Out of memory while serving one connection; its deadline closes it, the others go on.
    }
  }
}

void Loop::tick() {
  const Time now = SteadyClock::now();
  // After a stall of this process, what came in time is still queued behind this tick: let it be
  // handled first, once.
  spared_ = !spared_ && now - last_tick_ > 2 * tick_every_;
  last_tick_ = now;
  // A connection that closes moves the last one into its place: go from the end.
  for (std::size_t i = connections_.size(); i-- > 0;) {
    const std::shared_ptr<Connection> connection = connections_[i];
    if (now >= stop_by_) {
      connection->close();
    } else if (!spared_ && now >= connection->deadline()) {
      connection->on_deadline();
    }
  }
  if (stopping_ && connections_.empty()) {
    return;
  }
  timer_.expires_after(tick_every_);
  timer_.async_wait([this](const Failure& failed) {
    if (!failed) {
      tick();
    }
  });
}

void Loop::begin_stop() {
  stopping_ = true;
  stop_by_ = SteadyClock::now() + shared_.options.stop_time;
  for (std::size_t i = connections_.size(); i-- > 0;) {
    const std::shared_ptr<Connection> connection = connections_[i];
    if (connection->is_idle()) {
      connection->close();
    }
  }
  if (connections_.empty()) {
    timer_.cancel();
  }
}

// The one that has kept us waiting longest for a request goes: whoever opens connections without
// asking anything must not keep others out.
bool Loop::make_room() {
  const auto waits = [](const std::shared_ptr<Connection>& one) { return one->waiting_since(); };
  const auto oldest = std::ranges::min_element(connections_, {}, waits);
  if (oldest == connections_.end() ||
      (*oldest)->waiting_since() > SteadyClock::now() - shared_.options.evict_after) {
    return false;
  }
  shared_.meters.evicted.add();
  const std::shared_ptr<Connection> connection = *oldest;
  connection->close();
  return true;
}

void Loop::adopt(Socket socket) {
  if (stopping_) {
    return;
  }
  shared_.meters.accepted.add();
  if (connections_.size() >= most_connections_ && !make_room()) {
    shared_.meters.rejected_connections.add();
    return;
  }
  auto connection = std::make_shared<Connection>(*this, std::move(socket), tls_);
  connection->set_place(connections_.size());
  connections_.push_back(connection);
  shared_.meters.connections.add(1);
  connection->start();
}

void Loop::forget(const Connection& connection) {
  const std::size_t place = connection.place();
  std::swap(connections_[place], connections_.back());
  connections_[place]->set_place(place);
  connections_.pop_back();
  shared_.meters.connections.add(-1);
  if (stopping_ && connections_.empty()) {
    timer_.cancel();
  }
}

// RFC 9110 section 5.6.7.
std::string_view Loop::date() {
  const std::time_t second = std::chrono::system_clock::to_time_t(shared_.clock->now());
  if (second != date_second_) {
    date_second_ = second;
    std::tm parts{};
    ::gmtime_r(&second, &parts);
    constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::array<char, 64> text{};
    const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                   kDays.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                                   kMonths.at(static_cast<std::size_t>(parts.tm_mon)),
                                   parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
    date_.assign(text.data(), static_cast<std::size_t>(std::max(0, size)));
  }
  return date_;
}

std::string Loop::make_id() {
  std::string id = id_prefix_;
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::uint64_t number = next_id_++;
  for (int shift = 28; shift >= 0; shift -= 4) {
    id.push_back(kDigits[(number >> static_cast<unsigned>(shift)) & 15U]);
  }
  return id;
}

Listener::Listener(Acceptor acceptor, std::vector<Loop*> loops)
    : acceptor_(std::move(acceptor)),
      loops_(std::move(loops)),
      pause_(acceptor_.get_executor()),
      protocol_(acceptor_.local_endpoint().protocol()),
      port_(acceptor_.local_endpoint().port()) {}

void Listener::start() {
  asio::post(acceptor_.get_executor(), [this] {
    if (!stopped_) {
      accept();
    }
  });
}

void Listener::stop() {
  asio::post(acceptor_.get_executor(), [this] {
    stopped_ = true;
    Failure ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  });
}

void Listener::accept() {
  acceptor_.async_wait(tcp::acceptor::wait_read, [this](const Failure& failed) {
    if (stopped_ || failed == asio::error::operation_aborted) {
      return;
    }
    if (!failed && take_waiting()) {
      accept();
      return;
    }
    // Out of descriptors or memory: trying again at once would only burn the processor.
    pause_.expires_after(milliseconds(50));
    pause_.async_wait([this](const Failure& cut) {
      if (!cut && !stopped_) {
        accept();
      }
    });
  });
}

// Takes what waits, at most a batch; false where the system has no room for more. Not by Asio,
// whose sockets every child process would inherit.
bool Listener::take_waiting() {
  constexpr int kBatch = 64;
  for (int i = 0; i < kBatch; ++i) {
    const int taken =
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (taken < 0) {
      return errno == EAGAIN || errno == ECONNABORTED || errno == EINTR || errno == EPROTO;
    }
    Loop& loop = *loops_[next_];
    next_ = (next_ + 1) % loops_.size();
    Socket socket(loop.context().get_executor());
    Failure failed;
    socket.assign(protocol_, taken, failed);
    if (failed) {
      ::close(taken);
      return false;
    }
    if (&loop == loops_.front()) {
      loop.adopt(std::move(socket));
    } else {
      asio::post(loop.context(),
                 [&loop, owned = std::move(socket)]() mutable { loop.adopt(std::move(owned)); });
    }
  }
  return true;
}

}  // namespace osler::serve::http
