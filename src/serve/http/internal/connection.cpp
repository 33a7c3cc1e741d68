#include "serve/http/internal/connection.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace osler::serve::http {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kHeadRead = std::size_t{4} << 10U;
constexpr std::size_t kBodyRead = std::size_t{64} << 10U;
constexpr std::size_t kPiece = std::size_t{256} << 10U;
// What an idle connection may keep of its read buffer.
constexpr std::size_t kIdleBuffer = std::size_t{8} << 10U;
// How long a client that is still sending may take to read that it was refused.
constexpr milliseconds kLinger{2000};
constexpr milliseconds kLastLinger{250};  // when the server stops

}  // namespace

Connection::Connection(Loop& loop, Socket socket, std::shared_ptr<asio::ssl::context> tls)
    : loop_(loop),
      shared_(loop.shared()),
      socket_(std::move(socket)),
      tls_context_(std::move(tls)),
      buffer_(shared_.options.max_head + 2 * kBodyRead) {}

Connection::~Connection() = default;

void Connection::start() {
  Failure failed;
  socket_.set_option(tcp::no_delay(true), failed);
  const auto peer = socket_.remote_endpoint(failed);
  remote_ = failed ? "-" : peer.address().to_string();
  if (!shared_.secure) {
    next_request();
    enter(Phase::Idle, shared_.options.head_time);
    return;
  }
  tls_.emplace(socket_, *tls_context_);
  enter(Phase::Handshake, shared_.options.head_time);
  tls_->async_handshake(TlsStream::server, [self = shared_from_this()](const Failure& refused) {
    if (self->phase_ == Phase::Closed) {
      return;
    }
    if (refused) {
      self->shared_.meters.handshakes_failed.add();
      self->close();
      return;
    }
    self->next_request();
    self->enter(Phase::Idle, self->shared_.options.head_time);
  });
}

void Connection::close() {
  if (phase_ == Phase::Closed) {
    return;
  }
  if (phase_ == Phase::Write || phase_ == Phase::Fetch) {
    record();  // broken off
  }
  phase_ = Phase::Closed;
  if (exchange_) {
    exchange_->abandoned.store(true, std::memory_order_relaxed);
  }
  shared_.body_memory.fetch_sub(std::exchange(charged_, 0), std::memory_order_relaxed);
  Failure ignored;
  socket_.close(ignored);
  loop_.forget(*this);
}

void Connection::enter(Phase phase, milliseconds time) {
  phase_ = phase;
  phase_began_ = SteadyClock::now();
  deadline_ = phase_began_ + time;
}

bool Connection::is_idle() const {
  return phase_ == Phase::Idle || phase_ == Phase::Handshake || phase_ == Phase::Linger;
}

Time Connection::waiting_since() const {
  const bool waits = is_idle() || phase_ == Phase::Head;
  return waits ? phase_began_ : Time::max();
}

void Connection::on_deadline() {
  switch (phase_) {
    case Phase::Head:
      expire(shared_.meters.timed_out_head);
      break;
    case Phase::Body:
      expire(shared_.meters.timed_out_body);
      break;
    case Phase::Store:
    case Phase::Work: {
      shared_.meters.timed_out_handler.add();
      exchange_->abandoned.store(true, std::memory_order_relaxed);
      auto fresh = std::make_shared<Exchange>();
      fresh->route = exchange_->route;
      fresh->request.method = exchange_->request.method;
      exchange_ = std::move(fresh);
      respond(unavailable("the server took too long", std::chrono::seconds(5)));
      break;
    }
    case Phase::Write:
      shared_.meters.timed_out_write.add();
      close();
      break;
    default:
      close();
  }
}

// Cuts the read that is under way; on_read() then says why.
void Connection::expire(Counter& counter) {
  counter.add();
  expired_ = true;
  deadline_ = Time::max();
  Failure ignored;
  socket_.cancel(ignored);
}

template <typename Handler>
void Connection::read_some(std::size_t most, Handler handler) {
  const auto space = buffer_.prepare(std::min(most, buffer_.max_size() - buffer_.size()));
  if (tls_) {
    tls_->async_read_some(space, std::move(handler));
  } else {
    socket_.async_read_some(space, std::move(handler));
  }
}

template <typename Buffers, typename Handler>
void Connection::write_some(const Buffers& buffers, Handler handler) {
  if (tls_) {
    tls_->async_write_some(buffers, std::move(handler));
  } else {
    socket_.async_write_some(buffers, std::move(handler));
  }
}

void Connection::read() {
  const std::size_t most = phase_ == Phase::Body ? kBodyRead : std::max(kHeadRead, buffer_.size());
  read_some(most, [self = shared_from_this()](const Failure& failed, std::size_t size) {
    self->on_read(failed, size);
  });
}

void Connection::on_read(const Failure& failed, std::size_t size) {
  if (phase_ == Phase::Closed) {
    return;
  }
  if (expired_) {
    expired_ = false;
    refuse({408, "RequestTimeout", "the request came too slowly"});
    return;
  }
  if (failed) {
    close();
    return;
  }
  buffer_.commit(size);
  if (phase_ == Phase::Body) {
    read_body();
  } else {
    read_head();
  }
}

void Connection::next_request() {
  parser_.emplace(
      ParserLimits{.head = shared_.options.max_head, .target = shared_.options.max_target});
  if (exchange_ && exchange_.use_count() == 1) {
    exchange_->request.clear();
    exchange_->route = nullptr;
    exchange_->spool.reset();
  } else {
    exchange_ = std::make_shared<Exchange>();
  }
  id_.clear();
  method_text_ = "-";
  route_index_ = shared_.router.routes().size();
  body_.clear();
  if (buffer_.size() == 0) {
    if (buffer_.capacity() > kIdleBuffer) {
      buffer_.shrink_to_fit();
    }
    enter(Phase::Idle, shared_.options.idle_time);
    read();
    return;
  }
  enter(Phase::Idle, shared_.options.idle_time);
  read_head();
}

void Connection::read_head() {
  if (phase_ == Phase::Idle) {
    enter(Phase::Head, shared_.options.head_time);
    request_began_ = phase_began_;
  }
  const auto bytes = buffer_.cdata();
  buffer_.consume(parser_->feed({static_cast<const char*>(bytes.data()), bytes.size()}));
  if (parser_->refusal()) {
    refuse(*parser_->refusal());
  } else if (parser_->head_done()) {
    begin_exchange();
  } else {
    read();
  }
}

void Connection::write() {
  const std::size_t in_head = std::min(written_, out_.size());
  const std::size_t in_body = written_ - in_head;
  const std::array<asio::const_buffer, 2> buffers{
      asio::const_buffer(out_.data() + in_head, out_.size() - in_head),
      asio::const_buffer(out_body_.data() + in_body, out_body_.size() - in_body)};
  write_some(buffers, [self = shared_from_this()](const Failure& failed, std::size_t size) {
    self->on_written(failed, size);
  });
}

void Connection::on_written(const Failure& failed, std::size_t size) {
  if (phase_ == Phase::Closed) {
    return;
  }
  if (failed) {
    close();
    return;
  }
  written_ += size;
  written_all_ += size;
  if (written_ < out_.size() + out_body_.size()) {
    const auto earned = std::chrono::duration<double>(
        static_cast<double>(written_all_) / static_cast<double>(shared_.options.least_rate));
    deadline_ = std::min(SteadyClock::now() + shared_.options.write_time,
                         phase_began_ + shared_.options.grace +
                             std::chrono::duration_cast<SteadyClock::duration>(earned));
    write();
  } else if (answer_.file && file_offset_ < body_length_) {
    fetch();
  } else {
    finish_answer();
  }
}

void Connection::fetch() {
  const Time write_began = phase_began_;
  enter(Phase::Fetch, shared_.options.handler_time);
  const bool taken =
      shared_.disk->submit([self = shared_from_this(), write_began, fetch_began = phase_began_] {
        auto piece = read_piece(*self->answer_.file, self->file_offset_, kPiece);
        asio::post(self->loop_.context(),
                   [self, write_began, fetch_began, piece = std::move(piece)]() mutable {
                     if (self->phase_ == Phase::Closed) {
                       return;
                     }
                     if (!piece) {
                       self->close();  // the promised length cannot be kept; only the cut says so
                       return;
                     }
                     self->piece_ = *std::move(piece);
                     self->file_offset_ += self->piece_.size();
                     self->out_.clear();
                     self->out_body_ = self->piece_;
                     self->written_ = 0;
                     self->enter(Phase::Write, self->shared_.options.write_time);
                     // What the disk took is not the client's fault.
                     self->phase_began_ = write_began + (self->phase_began_ - fetch_began);
                     self->write();
                   });
      });
  if (!taken) {
    close();
  }
}

void Connection::record() {
  const std::chrono::duration<double> took = SteadyClock::now() - request_began_;
  shared_.meters.request(route_index_, answer_.response.status, took.count());
  if (!shared_.options.access_log) {
    return;
  }
  shared_.options.access_log(
      {.time = shared_.clock->now(),
       .id = id_,
       .method = std::string(method_text_),
       .route = exchange_->route == nullptr ? "-" : exchange_->route->pattern,
       .status = answer_.response.status,
       .bytes = written_all_ - std::min<std::uint64_t>(written_all_, head_length_),
       .milliseconds = took.count() * 1000.0,
       .remote = remote_});
}

void Connection::finish_answer() {
  record();
  shared_.body_memory.fetch_sub(std::exchange(charged_, 0), std::memory_order_relaxed);
  answer_ = Answer();
  std::string().swap(piece_);
  if (keep_ && !loop_.stopping()) {
    next_request();
  } else {
    linger();
  }
}

// Closing while bytes from the client lie unread would reset the connection, and the client might
// never see the answer (RFC 9112 section 9.6): say that we are done, then drain for a while.
void Connection::linger() {
  enter(Phase::Linger, loop_.stopping() ? kLastLinger : kLinger);
  const bool nothing_left = parser_->done() && buffer_.size() == 0;
  if (!tls_ && nothing_left) {
    close();
    return;
  }
  if (tls_ && nothing_left) {
    tls_->async_shutdown([self = shared_from_this()](const Failure& /*failed*/) { self->close(); });
    return;
  }
  if (!tls_) {
    Failure ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  drain();
}

void Connection::drain() {
  buffer_.clear();
  read_some(kBodyRead, [self = shared_from_this()](const Failure& failed, std::size_t /*size*/) {
    if (self->phase_ == Phase::Closed) {
      return;
    }
    if (failed) {
      self->close();
    } else {
      self->drain();
    }
  });
}

}  // namespace osler::serve::http
