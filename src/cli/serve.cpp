#include <csignal>
#include <iostream>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/parallel.h"
#include "base/process.h"
#include "cli/verbs.h"
#include "serve/api/application.h"
#include "serve/http/server.h"
#include "workflow/runs.h"

namespace osler::cli {
namespace {

namespace fs = std::filesystem;
using serve::http::Server;

constexpr std::int64_t kPort = 8080;

// The signals that end or change a server; handled by one thread that waits for them, so that no
// code runs inside a signal handler.
sigset_t watched_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    sigaddset(&signals, signal);
  }
  return signals;
}

void watch(const sigset_t& signals, serve::api::Application& application, Server& server) {
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) {
      continue;
    }
    if (signal == SIGHUP) {
      // A certificate that cannot be read leaves the old one in use.
      if (const auto reloaded = server.reload(); !reloaded) {
        std::cerr << dump_json({{"event", "reload failed"}, {"reason", reloaded.error().message}})
                  << std::endl;
      }
      continue;
    }
    application.begin_stop();
    server.stop();
    return;
  }
}

// Two rooms write to the log at once.
class Log {
 public:
  void line(const std::string& text) {
    const std::lock_guard lock(mutex_);
    std::cerr << text << '\n';
  }

 private:
  std::mutex mutex_;
};

Result<serve::http::ServerOptions> server_options(const Context& context,
                                                  const Arguments& arguments, Log& log) {
  serve::http::ServerOptions options;
  OSLER_TRY(const auto port, arguments.integer("port", kPort, 0, 65'535));
  options.port = static_cast<std::uint16_t>(port);
  options.bind = arguments.text("bind").value_or("127.0.0.1");
  options.certificate = arguments.text("tls-cert").value_or("");
  options.key = arguments.text("tls-key").value_or("");
  options.spool = context.home / "spool";
  // Scoring fills the cores; a few more threads answer while some of them wait for the disk.
  options.worker_threads = hardware_threads() + 2;
  if (options.bind == "127.0.0.1" || options.bind == "::1" || options.bind == "localhost") {
    options.hosts = {"127.0.0.1", "localhost", "[::1]"};
  }
  const bool quiet = arguments.has("no-access-log");
  if (!quiet) {
    options.access_log = [&log](const serve::http::AccessRecord& record) {
      log.line(to_json_line(record));
    };
  }
  options.trouble_log = [&log](const serve::http::Trouble& trouble) {
    log.line(to_json_line(trouble));
  };
  return options;
}

fs::path pages(const Arguments& arguments) {
  if (const auto given = arguments.text("web")) {
    return *given;
  }
  return program_folder() / ".." / "share" / "osler" / "web";
}

std::string address_of(const Server& server, const serve::http::ServerOptions& options) {
  const bool is_v6 = options.bind.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + options.bind + "]" : options.bind;
  return std::string(server.secure() ? "https://" : "http://") + host + ":" +
         std::to_string(server.port());
}

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  const sigset_t signals = watched_signals();
  // Before any thread starts, so that all of them leave the signals to the one that waits.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  OSLER_TRY(auto home, context.open_home());
  Log log;
  OSLER_TRY(auto options, server_options(context, arguments, log));
  OSLER_TRY(const auto threads, arguments.integer("threads", 0, 0, 256));
  OSLER_TRY(auto application,
            serve::api::Application::create(home, {.web = pages(arguments),
                                                   .version = workflow::code_revision(),
                                                   .secure = !options.certificate.empty(),
                                                   .threads = static_cast<std::size_t>(threads)}));
  options.clock = &home.clock();
  options.registry = application.metrics();
  OSLER_TRY(auto server, Server::create(options, application.router(), application.guard()));
  const std::string address = address_of(server, options);
  std::cout << "osler ready " << address << std::endl;
  OSLER_TRY(const auto users, application.users());
  if (users == 0) {
    std::cerr << "no user yet: osler user add NAME --role physician --home "
              << context.home.string() << std::endl;
  }
  std::thread watcher([&] { watch(signals, application, server); });
  server.run();
  watcher.join();
  return Outcome{};
}

}  // namespace

Verb serve_verb() {
  return {
      .usage =
          {.verb = "serve",
           .summary = "the server: pages, API, FHIR and inference over a home",
           .form = "[options]",
           .examples = {"osler serve", "osler serve --port 0 --home /var/lib/osler",
                        "osler serve --bind 0.0.0.0 --port 8443 --tls-cert chain.pem --tls-key "
                        "key.pem"},
           .remarks =
               "The first line on standard output is \"osler ready http://ADDRESS:PORT\". Requests "
               "are logged to standard error, a line of JSON each, without a path or a name.\n"
               "SIGTERM ends it: what is in flight is finished. SIGHUP reads the certificate "
               "again.\nAny address but this machine's own needs TLS.",
           .options = {{"port", "N", "default 8080; 0: any free one"},
                       {"bind", "ADDRESS", "default 127.0.0.1"},
                       {"tls-cert", "FILE", "certificate with its chain, PEM"},
                       {"tls-key", "FILE", "its key, PEM"},
                       {"threads", "N", "films scored side by side; default: all cores"},
                       {"web", "DIR", "the built pages; default: beside the program"},
                       {"no-access-log", "", "log failures alone"}},
           .least = 0,
           .most = 0,
           .more = "docs/guides/operate.md"},
      .run = run};
}

}  // namespace osler::cli
