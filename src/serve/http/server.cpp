#include "serve/http/server.h"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <mutex>
#include <thread>

#include <boost/asio/ip/address.hpp>
#include <fcntl.h>

#include "serve/http/internal/loop.h"
#include "serve/http/internal/shared.h"
#include "serve/http/internal/spool.h"
#include "serve/http/internal/tls.h"

namespace osler::serve::http {
namespace {

Result<asio::ip::address> parse_address(const std::string& text) {
  Failure failed;
  const auto address = asio::ip::make_address(text == "localhost" ? "127.0.0.1" : text, failed);
  if (failed) {
    return Error(ErrorCode::InvalidArgument, "\"" + text + "\" is not an address to listen on")
        .hint("give an address such as 127.0.0.1, 0.0.0.0 or ::, or localhost");
  }
  return address;
}

Result<void> check(const ServerOptions& options, const Router& router,
                   const asio::ip::address& address) {
  OSLER_TRY_DO(router.check());
  if (options.certificate.empty() != options.key.empty()) {
    return Error(ErrorCode::InvalidArgument, "TLS needs a certificate and its key")
        .hint("give both, or neither to serve on a loopback address alone");
  }
  if (options.certificate.empty() && !address.is_loopback()) {
    return Error(ErrorCode::InvalidArgument,
                 "other machines could reach " + options.bind + " without encryption")
        .hint("give a certificate and its key, or listen on 127.0.0.1");
  }
  if (options.spool.empty() && std::ranges::any_of(router.routes(), &Route::spool)) {
    return Error(ErrorCode::InvalidArgument,
                 "a route spools bodies, but there is no folder for them");
  }
  if (options.network_threads == 0 || options.queue == 0 || options.max_connections == 0 ||
      options.least_rate == 0 || options.max_head < 1024 || options.max_head > (1U << 24U)) {
    return Error(ErrorCode::InvalidArgument, "a limit of the server is zero or out of reason");
  }
  return {};
}

Result<Acceptor> listen_on(asio::io_context& context, const asio::ip::address& address,
                           std::uint16_t port) {
  const tcp::endpoint endpoint(address, port);
  Acceptor acceptor(context.get_executor());
  Failure failed;
  acceptor.open(endpoint.protocol(), failed);
  if (!failed) {
    acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  }
  if (!failed) {
    acceptor.bind(endpoint, failed);
  }
  if (!failed) {
    acceptor.listen(asio::socket_base::max_listen_connections, failed);
  }
  if (!failed) {
    acceptor.non_blocking(true, failed);
  }
  // A child process that inherited it would hold the port when this one has ended.
  if (!failed && ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC) != 0) {
    failed.assign(errno, boost::system::system_category());
  }
  if (failed) {
    return Error(ErrorCode::Unavailable, "cannot listen on " + address.to_string() + " port " +
                                             std::to_string(port) + ": " + failed.message())
        .hint("another program may use the port: stop it, or choose another port");
  }
  return acceptor;
}

}  // namespace

struct Server::State {
  State(ServerOptions options, Router router, Guard guard, bool secure)
      : shared(std::move(options), std::move(router), std::move(guard), secure) {
    const std::size_t threads = shared.options.network_threads;
    for (std::size_t i = 0; i < threads; ++i) {
      loops.push_back(
          std::make_unique<Loop>(shared, (shared.options.max_connections + threads - 1) / threads));
    }
  }

  void use(TlsSetup setup) {
    shared.registry
        ->gauge("osler_http_certificate_expiry_seconds",
                "End of the TLS certificate, in seconds since 1970.")
        .set(std::chrono::duration<double>(setup.expires.time_since_epoch()).count());
    for (const auto& loop : loops) {
      loop->set_tls(setup.context);
    }
  }

  Shared shared;
  std::vector<std::unique_ptr<Loop>> loops;
  std::unique_ptr<Listener> listener;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

Result<Server> Server::create(ServerOptions options, Router router, Guard guard) {
  OSLER_TRY(const auto address, parse_address(options.bind));
  OSLER_TRY_DO(check(options, router, address));
  if (!options.spool.empty()) {
    OSLER_TRY_DO(clear_spool(options.spool));
  }
  std::optional<TlsSetup> tls;
  if (!options.certificate.empty()) {
    OSLER_TRY(tls, make_tls(options.certificate, options.key));
  }
  const std::uint16_t port = options.port;
  const auto needs_guard = [](const Route& route) {
    return !route.access.empty() && route.access != kPublic;
  };
  if (!guard && std::ranges::any_of(router.routes(), needs_guard)) {
    return Error(ErrorCode::InvalidArgument,
                 "a route asks for a permission, but there is no guard");
  }
  auto state = std::make_unique<State>(std::move(options), std::move(router), std::move(guard),
                                       tls.has_value());
  OSLER_TRY(Acceptor acceptor, listen_on(state->loops.front()->context(), address, port));
  std::vector<Loop*> loops;
  for (const auto& loop : state->loops) {
    loops.push_back(loop.get());
  }
  state->listener = std::make_unique<Listener>(std::move(acceptor), std::move(loops));
  if (tls) {
    state->use(*std::move(tls));
  }
  return Server(std::move(state));
}

std::uint16_t Server::port() const {
  return state_->listener->port();
}

bool Server::secure() const {
  return state_->shared.secure;
}

void Server::run() {
  Shared& shared = state_->shared;
  const std::size_t workers = shared.options.worker_threads != 0
                                  ? shared.options.worker_threads
                                  : std::max(1U, std::thread::hardware_concurrency());
  shared.workers = std::make_shared<WorkerPool>(workers, shared.options.queue);
  shared.disk = std::make_unique<WorkerPool>(1, std::numeric_limits<std::size_t>::max());
  shared.registry->watch("osler_http_queue_depth", "Requests that wait for a worker.",
                         [pool = std::weak_ptr<WorkerPool>(shared.workers)] {
                           const auto alive = pool.lock();
                           return alive ? static_cast<double>(alive->waiting()) : 0.0;
                         });
  state_->listener->start();
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < state_->loops.size(); ++i) {
    threads.emplace_back([loop = state_->loops[i].get()] { loop->run(); });
  }
  state_->loops.front()->run();
  for (std::thread& thread : threads) {
    thread.join();
  }
  shared.workers->stop();
  shared.disk->stop();
}

void Server::stop() {
  state_->listener->stop();
  for (const auto& loop : state_->loops) {
    loop->stop();
  }
}

Result<void> Server::reload() {
  const ServerOptions& options = state_->shared.options;
  if (!state_->shared.secure) {
    return Error(ErrorCode::FailedPrecondition, "the server speaks no TLS");
  }
  OSLER_TRY(TlsSetup setup, make_tls(options.certificate, options.key));
  state_->use(std::move(setup));
  return {};
}

Registry& Server::metrics() const {
  return *state_->shared.registry;
}

}  // namespace osler::serve::http
