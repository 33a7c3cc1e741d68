#include "serve/api/application.h"

#include <utility>

#include "serve/api/internal/context.h"
#include "serve/http/static_files.h"
#include "workflow/labelling/project.h"
#include "workflow/reading/service.h"

namespace osler::serve::api {
namespace {

using internal::Context;

constexpr std::string_view kBearer = "Bearer ";

// The one place where a request gets in or does not.
std::optional<http::Response> admit(Context& context, http::Request& request,
                                    const http::Route& route) {
  if (auth::permits(std::nullopt, route.access)) {
    return std::nullopt;
  }
  const std::string_view authorization = request.header("Authorization");
  const bool by_token = authorization.starts_with(kBearer);
  const auto cookie = request.cookie(internal::kCookie);
  if (!by_token && !cookie) {
    return http::unauthenticated("log in first", "POST /api/login, or send a bearer token");
  }
  const auto found = by_token ? context.door.by_bearer(authorization.substr(kBearer.size()))
                              : context.door.by_cookie(*cookie);
  if (!found) {
    return http::error_response(found.error());
  }
  if (!*found) {
    return http::unauthenticated(by_token ? "the token does not hold" : "the session has ended",
                                 by_token ? "osler token NAME makes a new one" : "log in again");
  }
  const bool changes = request.method != http::Method::Get && request.method != http::Method::Head;
  if (changes && !by_token && !context.door.check_csrf(*cookie, request.header("X-CSRF-Token"))) {
    return http::forbidden("the request does not carry the session's CSRF token",
                           "send what GET /api/session names as \"csrf\" in X-CSRF-Token");
  }
  if (!auth::permits(*found, route.access)) {
    return http::forbidden("this is not for the role " +
                           std::string(auth::to_string((*found)->role)));
  }
  request.set_identity(std::make_shared<const auth::Identity>(**found));
  return std::nullopt;
}

}  // namespace

struct Application::State {
  State(workflow::Home& its_home, storage::Database its_database)
      : home(its_home), database(std::move(its_database)) {}

  workflow::Home& home;
  storage::Database database;  // of the door alone: a login must not wait for a film
  std::optional<storage::audit::Log> audit;
  std::optional<auth::Door> door;
  std::optional<workflow::reading::Films> films;
  std::optional<dicom::decode::Decoder> decoder;
  std::optional<workflow::oversight::Oversight> oversight;
  std::unique_ptr<workflow::reading::Scoring> scoring;
  std::unique_ptr<Context> context;
  std::optional<http::StaticFiles> pages;
  http::Router described;  // what /openapi.json describes
};

Application::Application(std::unique_ptr<State> state) : state_(std::move(state)) {}
Application::Application(Application&&) noexcept = default;
Application& Application::operator=(Application&&) noexcept = default;
Application::~Application() = default;

Result<Application> Application::create(workflow::Home& home, const Options& options) {
  OSLER_TRY_DO(workflow::reading::prepare(home));
  OSLER_TRY_DO(workflow::labelling::prepare(home));
  internal::clear_uploads(home.folder() / "spool");
  OSLER_TRY(auto database, storage::Database::open(home.folder() / "osler.db"));
  auto state = std::make_unique<State>(home, std::move(database));
  OSLER_TRY(state->audit, storage::audit::Log::open(
                              state->database, home.folder() / "keys" / "audit.key", home.clock()));
  OSLER_TRY(auto door,
            auth::Door::open(state->database, *state->audit, home.clock(), options.door));
  state->door.emplace(std::move(door));
  OSLER_TRY(state->decoder, dicom::decode::Decoder::create());
  OSLER_TRY(state->oversight, workflow::oversight::Oversight::create(home));
  OSLER_TRY(state->films, workflow::reading::Films::create(home));
  OSLER_TRY(state->scoring, workflow::reading::Scoring::start(home, {.threads = options.threads}));
  state->context.reset(new Context{.home = home,
                                   .door = *state->door,
                                   .scoring = *state->scoring,
                                   .films = *state->films,
                                   .decoder = *state->decoder,
                                   .oversight = *state->oversight,
                                   .registry = std::make_shared<http::Registry>(),
                                   .options = options,
                                   .stopping = false,
                                   .intake = {},
                                   .router = &state->described});
  http::watch_process(*state->context->registry);
  if (!options.web.empty()) {
    OSLER_TRY(state->pages,
              http::StaticFiles::load(options.web, {.not_pages = {"/api/", "/v2/", "/fhir/"}}));
  }
  Application application(std::move(state));
  application.state_->described = application.router();
  OSLER_TRY_DO(application.state_->described.check());
  return application;
}

http::Router Application::router() const {
  http::Router router;
  Context& context = *state_->context;
  internal::add_operation(router, context);
  internal::add_session(router, context);
  internal::add_worklist(router, context);
  internal::add_study(router, context);
  internal::add_intake(router, context);
  internal::add_inference(router, context);
  internal::add_fhir(router, context);
  internal::add_labelling(router, context);
  internal::add_oversight(router, context);
  internal::add_runs(router, context);
  if (state_->pages) {
    router.add(state_->pages->route());
  }
  return router;
}

http::Guard Application::guard() const {
  Context& context = *state_->context;
  return [&context](http::Request& request, const http::Route& route) {
    auto refusal = admit(context, request, route);
    if (refusal && route.pattern.starts_with("/fhir/")) {
      refusal = internal::fhir_problem(*std::move(refusal));
    }
    return refusal;
  };
}

std::shared_ptr<http::Registry> Application::metrics() const {
  return state_->context->registry;
}

void Application::begin_stop() {
  state_->context->stopping = true;
}

Result<std::int64_t> Application::users() const {
  return state_->door->users().active();
}

}  // namespace osler::serve::api
