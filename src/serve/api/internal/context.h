#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "dicom/decode/decoder.h"
#include "serve/api/application.h"
#include "serve/auth/identity.h"
#include "serve/http/metrics.h"
#include "serve/http/router.h"
#include "storage/audit/log.h"
#include "storage/database/database.h"
#include "workflow/home.h"
#include "workflow/oversight/oversight.h"
#include "workflow/reading/films.h"
#include "workflow/reading/person.h"
#include "workflow/reading/scoring.h"

namespace osler::serve::api::internal {

// What the routes share.
struct Context {
  workflow::Home& home;
  auth::Door& door;
  workflow::reading::Scoring& scoring;
  workflow::reading::Films& films;
  dicom::decode::Decoder& decoder;
  workflow::oversight::Oversight& oversight;
  std::shared_ptr<http::Registry> registry;
  Options options;
  std::atomic<bool> stopping{false};
  std::mutex intake;                     // deliveries are taken in one at a time
  const http::Router* router = nullptr;  // for the API's own description
};

// Who asks; the guard has let them in.
[[nodiscard]] const auth::Identity& identity(const http::Request& request);
[[nodiscard]] workflow::reading::Person person(const http::Request& request);

// The body as a JSON object of at most 16 levels.
[[nodiscard]] Result<Json> json_body(const http::Request& request);
// A member that may be absent. InvalidArgument: it is of another type.
[[nodiscard]] Result<std::string> text_member(const Json& object, std::string_view key);
[[nodiscard]] Result<std::optional<double>> number_member(const Json& object, std::string_view key);

// The document, or the error.
[[nodiscard]] http::Response reply(Result<Json> document, int status = 200);
[[nodiscard]] http::Response reply_nothing(const Result<void>& done);

// "2026-11-24T08:42:00Z", or null for 0.
[[nodiscard]] Json time_or_null(std::int64_t ms);

// Each adds its routes.
void add_operation(http::Router& router, Context& context);  // livez, readyz, metrics, openapi
void add_session(http::Router& router, Context& context);
void add_worklist(http::Router& router, Context& context);
void add_study(http::Router& router, Context& context);
void add_intake(http::Router& router, Context& context);
void add_inference(http::Router& router, Context& context);
void add_fhir(http::Router& router, Context& context);
void add_labelling(http::Router& router, Context& context);
void add_oversight(http::Router& router, Context& context);
void add_runs(http::Router& router, Context& context);

// Removes the films of deliveries that a killed server was taking in: whoever sent them was told
// nothing and sends them again.
void clear_uploads(const std::filesystem::path& spool);

// A refusal as an OperationOutcome, with its status and headers.
[[nodiscard]] http::Response fhir_problem(http::Response problem);

// The session's cookie.
inline constexpr std::string_view kCookie = "osler_session";
[[nodiscard]] Json session_document(Context& context, const auth::Identity* who,
                                    std::string_view session_id);
[[nodiscard]] Json notices_document(Context& context);

}  // namespace osler::serve::api::internal
