#include <algorithm>
#include <cstdlib>
#include <exception>
#include <limits>
#include <typeinfo>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cxxabi.h>

#include "base/text.h"
#include "serve/http/internal/connection.h"

namespace osler::serve::http {
namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10U;
constexpr std::size_t kMostUnread = std::size_t{64} << 10U;
// A body up to this size is copied behind its head: one write instead of two.
constexpr std::size_t kSmallBody = std::size_t{8} << 10U;

// The host without its port.
std::string_view host_of(std::string_view header) {
  const std::size_t bracket = header.find(']');
  const std::size_t colon = header.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return header.substr(0, colon);
}

// The type alone: what an exception says may quote what it choked on, and that may name a patient.
std::string type_of(const std::exception& thrown) {
  int status = 0;
  char* name = abi::__cxa_demangle(typeid(thrown).name(), nullptr, nullptr, &status);
  std::string text = name == nullptr ? typeid(thrown).name() : name;
  std::free(name);  // NOLINT(cppcoreguidelines-no-malloc): __cxa_demangle asks for it
  return text;
}

Response failed_with(std::string reason) {
  return error_response(Error(ErrorCode::Internal, std::move(reason)));
}

template <typename Function>
std::optional<Response> attempt(Function function) {
  try {
    return function();
  } catch (const std::exception& thrown) {
    return failed_with("thrown: " + type_of(thrown));
  } catch (...) {
    return failed_with("thrown: not an exception");
  }
}

Answer make_answer(Response response, const Request& request) {
  Answer answer;
  settle(response, request);
  if (!response.file.empty()) {
    auto file = open_for_sending(response.file);
    if (file) {
      answer.file = *std::move(file);
    } else {
      response = failed_with("a file to be sent cannot be read");
      settle(response, request);
    }
  }
  answer.trouble = std::move(response.log_note);
  answer.response = std::move(response);
  return answer;
}

}  // namespace

void Connection::begin_exchange() {
  Request& request = exchange_->request;
  std::swap(request.headers, parser_->headers());
  const std::string_view given = request.header("X-Request-Id");
  id_ = is_request_id(given) ? std::string(given) : loop_.make_id();
  request.id = id_;
  request.remote = remote_;
  request.secure = shared_.secure;
  request.received = SteadyClock::now();
  request.set_abandoned(&exchange_->abandoned);
  if (parser_->method()) {
    request.method = *parser_->method();
    method_text_ = to_string(request.method);
  }
  route_request();
}

void Connection::route_request() {
  Request& request = exchange_->request;
  const std::string_view host = request.header("Host");
  const auto& hosts = shared_.options.hosts;
  if (!hosts.empty() && std::ranges::find(hosts, lower(host_of(host))) == hosts.end()) {
    return refuse({421, "Misdirected", "this server does not answer for the host asked for"});
  }
  if (!parser_->method_is_known()) {
    return refuse({501, "NotSupported", "this method is not known here"});
  }
  if (auto parsed = parse_target(parser_->target(), host, target_); !parsed) {
    return respond(error_response(parsed.error()));
  }
  Router::Match match = shared_.router.match(parser_->method(), target_.path);
  if (match.route == nullptr) {
    return respond(match.allow.empty() ? not_found() : method_not_allowed(match.allow));
  }
  exchange_->route = match.route;
  route_index_ = match.index;
  request.path.swap(target_.path);
  request.query.swap(target_.query);
  request.parameters = std::move(match.parameters);
  if (parser_->declared_length().value_or(0) > match.route->max_body) {
    return respond(too_large(match.route->max_body));
  }
  const bool guarded = shared_.guard && !match.route->inline_;
  // Where the route spools, an empty body is an empty file.
  const bool takes_body = parser_->has_body() || match.route->spool;
  if (guarded) {
    submit(takes_body ? Stage::Ask : Stage::AskAndHandle);
  } else if (takes_body) {
    start_body();
  } else {
    body_done();
  }
}

void Connection::start_body() {
  parser_->deliver_body(&body_, exchange_->route->max_body);
  enter(Phase::Body, shared_.options.grace);
  body_began_ = phase_began_;
  if (parser_->expects_continue() && buffer_.size() == 0 && !parser_->done()) {
    send_continue();
  } else {
    read_body();
  }
}

void Connection::send_continue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  const auto sent = [self = shared_from_this()](const Failure& failed, std::size_t /*size*/) {
    if (self->phase_ == Phase::Closed) {
      return;
    }
    if (failed) {
      self->close();
    } else {
      self->set_body_deadline();
      self->read();
    }
  };
  if (tls_) {
    asio::async_write(*tls_, asio::buffer(kContinue), sent);
  } else {
    asio::async_write(socket_, asio::buffer(kContinue), sent);
  }
}

// Each byte earns time, so whoever keeps to the least rate is never cut off.
void Connection::set_body_deadline() {
  const auto earned = std::chrono::duration<double>(
      static_cast<double>(parser_->body_bytes()) / static_cast<double>(shared_.options.least_rate));
  deadline_ = body_began_ + shared_.options.grace +
              std::chrono::duration_cast<SteadyClock::duration>(earned);
}

void Connection::read_body() {
  while (buffer_.size() > 0 && !parser_->done()) {
    const auto bytes = buffer_.cdata();
    const std::size_t used = parser_->feed({static_cast<const char*>(bytes.data()), bytes.size()});
    buffer_.consume(used);
    if (parser_->refusal()) {
      return refuse(*parser_->refusal());
    }
    if (!charge_memory()) {
      shared_.meters.rejected_memory.add();
      return respond(unavailable("too many bodies at a time", std::chrono::seconds(5)));
    }
    if (exchange_->route->spool && body_.size() >= kPiece) {
      return store();
    }
    if (used == 0) {
      break;
    }
  }
  if (parser_->done()) {
    return exchange_->route->spool ? store() : body_done();
  }
  if (buffer_.size() >= kMostUnread) {
    return refuse({.message = "the request's chunks cannot be read"});
  }
  set_body_deadline();
  read();
}

// False: the server's bodies together would take more memory than they may.
bool Connection::charge_memory() {
  const std::uint64_t before = std::exchange(charged_, body_.size());
  const std::uint64_t grown = charged_ - before;  // modulo 2^64 where it shrank
  return shared_.body_memory.fetch_add(grown, std::memory_order_relaxed) + grown <=
         shared_.options.max_body_memory;
}

void Connection::store() {
  enter(Phase::Store, shared_.options.handler_time);
  const auto write_out = [self = shared_from_this(), exchange = exchange_,
                          piece = std::exchange(body_, {}), &options = shared_.options,
                          expected = parser_->declared_length().value_or(0)]() {
    Result<void> stored;
    if (!exchange->spool) {
      auto made = Spool::create(options.spool, exchange->request.id, expected);
      if (made) {
        exchange->spool = *std::move(made);
      } else {
        stored = std::move(made).error();
      }
    }
    if (exchange->spool) {
      stored = exchange->spool->append(piece);
    }
    asio::post(self->loop_.context(),
               [self, exchange, stored = std::move(stored)] { self->on_stored(exchange, stored); });
  };
  if (!shared_.disk->submit(write_out)) {
    close();
  }
}

void Connection::on_stored(const std::shared_ptr<Exchange>& exchange, const Result<void>& stored) {
  if (phase_ == Phase::Closed || exchange != exchange_) {
    return;
  }
  if (!stored) {
    Response response = stored.error().code == ErrorCode::Unavailable
                            ? problem(507, "StorageFull", "there is no room for this body",
                                      "tell whoever runs this server")
                            : failed_with(stored.error().message);
    return respond(std::move(response));
  }
  // What the disk took is not the client's fault.
  body_began_ += SteadyClock::now() - phase_began_;
  (void)charge_memory();
  if (parser_->done()) {
    exchange_->request.set_spooled(exchange_->spool->finish());
    exchange_->spool.reset();
    return body_done();
  }
  enter(Phase::Body, shared_.options.grace);
  read_body();
}

void Connection::body_done() {
  if (!body_.empty()) {
    exchange_->request.set_body(std::exchange(body_, {}));
  }
  if (exchange_->route->inline_) {
    answer_inline();
  } else {
    submit(Stage::Handle);
  }
}

void Connection::answer_inline() {
  auto response =
      attempt([this] { return std::optional(exchange_->route->handler(exchange_->request)); });
  send(make_answer(*std::move(response), exchange_->request));
}

void Connection::submit(Stage stage) {
  const auto own = exchange_->route->deadline;
  enter(Phase::Work, own.count() > 0 ? own : shared_.options.handler_time);
  const bool taken = shared_.workers->submit(
      [self = shared_from_this(), exchange = exchange_, stage] { self->work(exchange, stage); });
  if (!taken) {
    shared_.meters.rejected_queue.add();
    respond(unavailable("the server has more to do than it can", std::chrono::seconds(1)));
  }
}

void Connection::work(const std::shared_ptr<Exchange>& exchange, Stage stage) {
  if (exchange->abandoned.load(std::memory_order_relaxed)) {
    return;
  }
  std::optional<Response> response;
  if (stage != Stage::Handle) {
    response = attempt([&] { return shared_.guard(exchange->request, *exchange->route); });
  }
  if (!response && stage != Stage::Ask) {
    response = attempt([&] { return std::optional(exchange->route->handler(exchange->request)); });
  }
  std::optional<Answer> answer;
  if (response) {
    answer = make_answer(*std::move(response), exchange->request);
  }
  asio::post(loop_.context(),
             [self = shared_from_this(), exchange, answer = std::move(answer)]() mutable {
               self->on_worked(exchange, std::move(answer));
             });
}

void Connection::on_worked(const std::shared_ptr<Exchange>& exchange,
                           std::optional<Answer> answer) {
  if (phase_ == Phase::Closed || exchange != exchange_) {
    return;
  }
  if (answer) {
    send(*std::move(answer));
  } else {
    start_body();
  }
}

void Connection::refuse(const Refusal& refusal) {
  respond(problem(refusal.status, refusal.code, refusal.message));
}

void Connection::respond(Response response) {
  send(make_answer(std::move(response), exchange_->request));
}

void Connection::send(Answer answer) {
  answer_ = std::move(answer);
  if (id_.empty()) {
    id_ = loop_.make_id();
  }
  if (!answer_.trouble.empty() && shared_.options.trouble_log) {
    shared_.options.trouble_log(
        {.id = id_,
         .route = exchange_->route == nullptr ? "-" : exchange_->route->pattern,
         .reason = answer_.trouble});
  }
  // A body that is still on its way would be read as the next request.
  keep_ = !parser_->refusal() && parser_->done() && parser_->keep_alive() && !loop_.stopping();
  std::string_view body = body_of(answer_.response);
  body_length_ = answer_.file ? answer_.file->size : body.size();
  out_.clear();
  append_head(answer_.response,
              {.date = loop_.date(), .id = id_, .length = body_length_, .keep_alive = keep_},
              shared_.defaults, out_);
  head_length_ = out_.size();
  file_offset_ = 0;
  if (exchange_->request.method == Method::Head) {
    body = {};
    file_offset_ = body_length_;
  }
  if (body.size() <= kSmallBody) {
    out_ += body;
    body = {};
  }
  out_body_ = body;
  written_ = 0;
  written_all_ = 0;
  enter(Phase::Write, shared_.options.write_time);
  write();
}

}  // namespace osler::serve::http
