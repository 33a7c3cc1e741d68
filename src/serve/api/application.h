#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"
#include "serve/auth/identity.h"
#include "serve/http/metrics.h"
#include "serve/http/router.h"
#include "serve/http/server.h"
#include "workflow/home.h"

namespace osler::serve::api {

struct Options {
  std::filesystem::path web;  // folder of the built pages; empty: only the API
  std::string version;        // of osler, for the pages
  bool secure = false;        // cookies go over TLS alone
  std::size_t threads = 0;    // films scored side by side; 0: all
  auth::DoorOptions door = {};
};

// osler's routes over a home: what each page, script and neighbouring system may ask, and the one
// place that says who may. Opens the models in service and scores what arrives as long as it lives.
class Application {
 public:
  // `home` must outlive it. NotFound: osler-decode or the pages are not there. Others as the home's
  // parts say.
  [[nodiscard]] static Result<Application> create(workflow::Home& home, const Options& options);

  Application(Application&&) noexcept;
  Application& operator=(Application&&) noexcept;
  // Waits for the films that are being scored.
  ~Application();

  // Both refer to the application.
  [[nodiscard]] http::Router router() const;
  [[nodiscard]] http::Guard guard() const;
  [[nodiscard]] std::shared_ptr<http::Registry> metrics() const;
  // From now on /readyz says that the server is going away.
  void begin_stop();
  // How many may log in.
  [[nodiscard]] Result<std::int64_t> users() const;

 private:
  struct State;
  explicit Application(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace osler::serve::api
