#include "workflow/doctor/doctor.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/terminal.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

namespace doctor = workflow::doctor;
using doctor::State;

constexpr int kToBeActedOn = 65;
constexpr std::size_t kStateWidth = 8;
constexpr std::size_t kNameWidth = 13;

// Shape and word, so that neither colour nor one of them alone must carry it.
std::string mark(State state) {
  if (!shows_utf8()) {
    return std::string(doctor::to_string(state));
  }
  const char* shape = state == State::Ok ? "○ " : state == State::Watch ? "△ " : "■ ";
  return shape + std::string(doctor::to_string(state));
}

void say_checks(const Context& context, std::span<const doctor::Check> checks) {
  for (const auto& check : checks) {
    context.say(padded(mark(check.state), kStateWidth, 1) + padded(check.name, kNameWidth, 1) +
                check.said);
    if (check.state != State::Ok && !check.advice.empty()) {
      context.say(std::string(kStateWidth + kNameWidth, ' ') + "do: " + check.advice);
    }
  }
}

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  static const SystemClock kClock;
  doctor::Options options;
  options.home = context.home;
  OSLER_TRY(const auto port, arguments.integer("port", options.port, 1, 65535));
  options.port = static_cast<std::uint16_t>(port);
  options.bind = arguments.text("bind").value_or(options.bind);
  options.tls_certificate = arguments.text("tls-cert").value_or("");
  options.tls_key = arguments.text("tls-key").value_or("");
  options.deep = arguments.has("deep");
  const auto checks = doctor::examine(options, kClock, context.progress);
  say_checks(context, checks);
  Json list = Json::array();
  State worst = State::Ok;
  for (const auto& check : checks) {
    worst = std::max(worst, check.state);
    list.push_back({{"name", check.name},
                    {"state", doctor::to_string(check.state)},
                    {"said", check.said},
                    {"do", check.advice}});
  }
  return Outcome{.document = dump_json({{"state", doctor::to_string(worst)}, {"checks", list}}),
                 .exit_code = worst == State::Act ? kToBeActedOn : 0};
}

}  // namespace

Verb doctor_verb() {
  return {.usage = {.verb = "doctor",
                    .summary = "look at machine, home and what a server needs, and say what to do",
                    .form = "[options]",
                    .examples = {"osler doctor",
                                 "osler doctor --home /var/lib/osler --bind 10.1.2.3 --port 8443 "
                                 "--tls-cert c.pem --tls-key c.key",
                                 "osler doctor --deep --json"},
                    .remarks = "One line a check: ok, watch (works, look at it), act (does not, "
                               "or is about to stop).\nGive it the options that osler serve "
                               "gets. A server may run meanwhile.",
                    .options = {{"port", "N", "default 8080"},
                                {"bind", "ADDRESS", "default 127.0.0.1"},
                                {"tls-cert", "FILE", "the server's certificate, PEM"},
                                {"tls-key", "FILE", "its key"},
                                {"deep", "", "read every object, not 200 of them"}},
                    .exit_codes = "0 nothing to act on   64 usage   65 something to act on",
                    .more = "docs/guides/operate.md"},
          .run = run};
}

}  // namespace osler::cli
